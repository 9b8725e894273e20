//! How the units scored one another: every pair, and the statistics that say where to look.

use super::{YearPath, year_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::Problem,
    resources::shared::{AsOfQuery, unit_name, year_tag},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{LocalisedName, Points, UnitId};
use utoipa::openapi::{RefOr, Schema};
use views::{
    PeerMatrix,
    peer_matrix::{Cell, Correlation, Given, Mutual, OUTLIER_AT, Received, rows_of},
};

answer_body! {
    /// Điểm một đơn vị chấm cho đơn vị khác. What one unit gave another.
    pub struct CellAnswer {
        /// Đơn vị chấm. The unit that scored.
        giver: UnitId,
        /// Đơn vị được chấm. The unit that was scored.
        receiver: UnitId,
        /// Tổng điểm, trước mức tối đa. Contents and bonus less penalty, before any cap.
        total: Points,
        /// Cao hơn trung bình của những đơn vị chấm khác. How far it is above the mean of the others; absent when there is none.
        deviation: Option<String>,
        /// Khác biệt rõ với những đơn vị chấm khác. Whether it lies far outside what the others gave.
        outlier: bool,
    }
}

answer_body! {
    /// Điểm một đơn vị nhận được. What one unit received.
    pub struct ReceivedAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Số đơn vị chấm. From how many units.
        count: u32,
        /// Trung bình. The mean.
        mean: String,
        /// Trung vị. The median.
        median: String,
        /// Điểm tự chấm. What the unit gave itself.
        self_score: Option<Points>,
    }
}

answer_body! {
    /// Cách một đơn vị chấm. How one unit scores the others.
    pub struct GivenAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Số đơn vị đã chấm. How many units it scored.
        count: u32,
        /// Chênh lệch trung bình: dương là rộng rãi hơn, âm là chặt hơn. The mean of its deviations: above zero it is more lenient
        /// than the others, below stricter.
        leniency: Option<String>,
    }
}

answer_body! {
    /// Hai đơn vị chấm lẫn nhau. Two units that scored each other.
    pub struct MutualAnswer {
        /// Đơn vị thứ nhất. The first unit.
        first: UnitId,
        /// Đơn vị thứ hai. The second unit.
        second: UnitId,
        /// Thứ nhất chấm thứ hai cao hơn người khác bao nhiêu. How far the first is above what others gave the second.
        first_to_second: String,
        /// Thứ hai chấm thứ nhất cao hơn người khác bao nhiêu. How far the second is above what others gave the first.
        second_to_first: String,
    }
}

answer_body! {
    /// Hệ số tương quan, từ −1 đến 1; vắng mặt khi có dưới ba cặp hoặc một bên không đổi. How two lists go together, from −1 to
    /// 1; absent when there are fewer than three pairs or one list does not vary.
    pub struct CorrelationAnswer {
        /// Theo giá trị (Pearson). Of the values.
        pearson: Option<String>,
        /// Theo thứ hạng (Spearman). Of their ranks; equal values share the mean of theirs.
        spearman: Option<String>,
        /// Số cặp. Over how many pairs.
        count: u32,
    }
}

answer_body! {
    /// Ma trận chấm chéo. How the units of a bloc scored one another. The statistics judge nobody; they say where to look.
    pub struct PeerMatrixAnswer {
        /// Từng cặp. Every pair, by receiver and giver.
        cells: Vec<CellAnswer>,
        /// Từng đơn vị được chấm. What each unit received.
        received: Vec<ReceivedAnswer>,
        /// Từng đơn vị chấm. How each unit scores.
        given: Vec<GivenAnswer>,
        /// Các cặp chấm lẫn nhau; nâng nhau nhiều nhất đứng trước. The pairs that scored each other; those that lift each other most
        /// come first.
        mutual: Vec<MutualAnswer>,
        /// Trung bình chấm chéo so với tự chấm. Peers' means beside self-scores.
        with_self_scores: CorrelationAnswer,
        /// Điểm cho so với điểm nhận lại. What a unit gives beside what it gets back.
        reciprocity: CorrelationAnswer,
        /// Ngưỡng ngoại lệ: z hiệu chỉnh theo trung vị. From which modified z-score on a score counts as an outlier: its distance
        /// from the median, in median distances, times 0.6745 (Iglewicz and Hoaglin, 1993).
        outlier_at: String,
    }
}

/// A number as people read it, without a sign at zero.
fn shown(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    let is_zero = text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl From<&Cell> for CellAnswer {
    fn from(cell: &Cell) -> Self {
        Self {
            giver: cell.row.giver,
            receiver: cell.row.receiver,
            total: cell.row.total,
            deviation: cell.deviation.map(|points| shown(points, 2)),
            outlier: cell.outlier,
        }
    }
}

impl From<&Given> for GivenAnswer {
    fn from(given: &Given) -> Self {
        let leniency = given.leniency.map(|points| shown(points, 2));
        Self { unit: given.unit, count: count(given.count), leniency }
    }
}

impl From<&Mutual> for MutualAnswer {
    fn from(Mutual { units: [first, second], deviations: [there, back] }: &Mutual) -> Self {
        let (first_to_second, second_to_first) = (shown(*there, 2), shown(*back, 2));
        Self { first: *first, second: *second, first_to_second, second_to_first }
    }
}

impl From<Correlation> for CorrelationAnswer {
    fn from(Correlation { pearson, spearman, count: pairs }: Correlation) -> Self {
        let four = |number: Option<f64>| number.map(|number| shown(number, 4));
        Self { pearson: four(pearson), spearman: four(spearman), count: count(pairs) }
    }
}

fn received(moment: &Moment, one: &Received) -> Result<ReceivedAnswer, Problem> {
    Ok(ReceivedAnswer {
        unit: one.unit,
        name: unit_name(moment, one.unit)?,
        count: count(one.count),
        mean: shown(one.mean, 2),
        median: shown(one.median, 2),
        self_score: one.self_score,
    })
}

/// `GET /v1/blocs/{bloc}/years/{year}/peer-matrix`
pub struct Matrix;

impl Read for Matrix {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        PeerMatrixAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let (rows, own) = rows_of(&book.state);
        let matrix = PeerMatrix::of(&rows, &own);
        let shown = PeerMatrixAnswer {
            cells: matrix.cells.iter().map(Into::into).collect(),
            received: matrix.received.iter().map(|one| received(&moment, one)).collect::<Result<_, _>>()?,
            given: matrix.given.iter().map(Into::into).collect(),
            mutual: matrix.mutual.iter().map(Into::into).collect(),
            with_self_scores: matrix.with_self.into(),
            reciprocity: matrix.reciprocity.into(),
            outlier_at: shown(OUTLIER_AT, 1),
        };
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}
