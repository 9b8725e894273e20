//! The standing: who stands where, at which stage, and what fixed it. Written once per change and served as bytes.

use super::{
    YearPath,
    book::Filed,
    book::roster,
    challenges::{ObjectionAnswer, objections},
    council::{CouncilAnswer, council_answer},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::Problem,
    resources::shared::{AsOfQuery, unit_name},
    routes::{Call, Read},
    shown::Shown,
};
use actix_web::web::Bytes;
use app::Moment;
use domain::{
    BlocId, EmulationYear, EventId, LocalisedName, Points, Sha256, Timestamp, UnitId,
    regulation::Scorer,
    year::{Published, RankedRow, Year},
};
use utoipa::openapi::{RefOr, Schema};
use views::Book;

answer_body! {
    /// Một dòng của bảng xếp hạng. One unit in the standing.
    pub struct StandingRow {
        /// Hạng. Its rank; units that nothing tells apart share it.
        rank: u16,
        /// Cùng hạng với đơn vị khác. Whether another unit has the same rank.
        tied: bool,
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Tổng điểm. Contents + bonus − penalty.
        total: Points,
        /// Điểm nội dung. For contents, after caps.
        contents: Points,
        /// Điểm thưởng. Bonus, after caps.
        bonus: Points,
        /// Điểm trừ. Penalty, as a positive number.
        penalty: Points,
        /// Mã xếp loại. The code of its class.
        class: Option<String>,
        /// Xếp loại. The name of its class.
        class_name: Option<LocalisedName>,
        /// Đơn vị có kiến nghị chưa có kết luận. Whether an objection of the unit waits for its ruling.
        under_objection: bool,
        /// Điểm của khối do ai chấm: với Trưởng khối, không phải chính đơn vị. Who scored it for the bloc: for the leader's own
        /// unit, another.
        scored_by: Option<UnitId>,
    }
}

answer_body! {
    /// Công bố bảng xếp hạng. What vouches for a standing since it was published.
    pub struct PublishedAnswer {
        /// Sự kiện công bố. The fact that published it.
        event: EventId,
        /// Vị trí trong sổ. Where it stands in the log.
        position: u64,
        /// Máy chủ nhận lúc. When the server recorded it.
        recorded_at: Timestamp,
        /// Số sự kiện đã biết khi tính. How many facts of the log it rests on.
        at_size: u64,
        /// Cách tính. How it was computed.
        projection: &'static str,
        /// Lần ban hành quy chế. The version of the regulation it rests on.
        regulation_version: u16,
        /// Giá trị băm của quy chế. SHA-256 of that regulation as it was adopted, base64url.
        rules_hash: Sha256,
        /// Giá trị băm của các dòng. SHA-256 of the bytes of `rows` as `/v1/audit/standings` shows them, base64url.
        state_hash: Sha256,
    }
}

impl From<&Published> for PublishedAnswer {
    fn from(Published { standing, mark }: &Published) -> Self {
        Self {
            event: mark.id,
            position: mark.position.0,
            recorded_at: mark.recorded_at,
            at_size: standing.at_size,
            projection: standing.projection.name(),
            regulation_version: standing.regulation_version,
            rules_hash: standing.rules_hash,
            state_hash: standing.state_hash,
        }
    }
}

answer_body! {
    /// Bảng xếp hạng của khối, cụm trong năm. The standing of a bloc in a year.
    pub struct StandingAnswer {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Tên khối, cụm. Its name.
        bloc_name: Option<LocalisedName>,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear,
        /// Giai đoạn: tạm tính, bảng điểm đã thông qua, hay xếp hạng đã thông qua. `provisional` while scores come in,
        /// `score_table` once the table is adopted, `final` once the ranking is.
        stage: &'static str,
        /// Lần ban hành quy chế áp dụng. The version of the regulation the totals rest on.
        regulation_version: Option<u16>,
        /// Đơn vị Trưởng khối của năm. The unit that leads the bloc in this year.
        leader: Option<UnitId>,
        /// Đơn vị dẫn đầu. The leading unit, once the ranking is adopted; it may be the leader.
        leading_unit: Option<UnitId>,
        /// Sự kiện thông qua. The fact that fixed this stage.
        adopted: Option<Filed>,
        /// Công bố: giá trị băm của các dòng và của quy chế. Its publication, once the ranking is adopted: the hashes of its
        /// rows and rules.
        published: Option<PublishedAnswer>,
        /// Các lần thông qua đã được thay, cũ trước; đọc lại bằng as_of_position. The adoptions it replaced, oldest first: each
        /// can be read again by `as_of_position`, its position and one.
        replaced: Vec<Filed>,
        /// Quyết định của hội đồng, lấy kết quả của khối làm một căn cứ. What the council above decided: for it the bloc's result
        /// is one of its bases.
        council: Option<CouncilAnswer>,
        /// Còn kiến nghị chưa có kết luận. Whether an objection waits for its ruling.
        under_objection: bool,
        /// Các kiến nghị và kết luận. The objections, their rulings and what followed.
        objections: Vec<ObjectionAnswer>,
        /// Các dòng. The rows, first rank first.
        rows: Vec<StandingRow>,
        /// Các loại sự kiện có dữ liệu minh họa, không có trong văn bản. Kinds of facts some of which are examples that no
        /// document states.
        illustrative: Vec<&'static str>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/standing`
pub struct Standing;

impl Read for Standing {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        StandingAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        if query.as_of.is_none() && query.as_of_position.is_none() {
            return present(call, &path);
        }
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let bytes = write(call, &moment, &path, &book)?;
        Ok(Answer::json(bytes).with_etag(format!("p{}", moment.position())).at(moment.position()))
    }
}

/// The present standing, from the shelf when nothing it shows has changed since it was written.
fn present(call: &Call<'_>, path: &YearPath) -> Result<Answer, Problem> {
    let key = (path.bloc, path.year);
    let changed = {
        let views = call.service.app().views();
        let year = views.books.year(path.bloc, path.year).map(|book| book.last);
        let bloc = views.books.bloc(path.bloc).map(|book| book.last);
        year.zip(bloc).map(|(year, bloc)| (year.max(bloc).max(views.directory.last_renaming()), views.head()))
    };
    let today = call.now.day();
    if let Some((changed, head)) = changed
        && let Some(answer) = call.service.standings().get(key, (changed, today))
    {
        return Ok(answer.at(head));
    }
    let moment = call.service.app().moment(app::AsOf::Now)?;
    let book = year_at(&moment, path)?;
    let bytes: Bytes = write(call, &moment, path, &book)?.into();
    let changed = changed.map_or(moment.position(), |(changed, _)| changed);
    let answer = Answer::json(bytes).with_etag(format!("s{changed}-{today}"));
    call.service.standings().put(key, (changed, today), answer.clone());
    Ok(answer.at(moment.position()))
}

fn write(call: &Call<'_>, moment: &Moment, path: &YearPath, book: &Book<Year>) -> Result<Vec<u8>, Problem> {
    let shown = standing(call, moment, path, book)?;
    serde_json::to_vec(&shown).map_err(|_| Problem::new(crate::problem::Code::InternalServerError))
}

fn standing(
    call: &Call<'_>,
    moment: &Moment,
    path: &YearPath,
    book: &Book<Year>,
) -> Result<StandingAnswer, Problem> {
    let year = &book.state;
    let none = Vec::new();
    let (stage, rows, adopted, replaced) = match (&year.ranking, &year.score_table) {
        (Some(ranking), _) => ("final", ranking.rows.clone(), Some(&ranking.mark), &ranking.replaced),
        (None, Some(table)) => ("score_table", year.rank(&table.rows), Some(&table.mark), &table.replaced),
        (None, None) => {
            let roster = roster(call, moment, path.bloc, year)?;
            ("provisional", year.rank(&year.score_rows(&roster)), None, &none)
        }
    };
    let rows = rows.iter().map(|row| standing_row(moment, year, row));
    Ok(StandingAnswer {
        bloc: path.bloc,
        bloc_name: moment.bloc(path.bloc)?.map(|bloc| bloc.state.established.name.clone()),
        year: path.year,
        stage,
        regulation_version: year.regulation.as_ref().map(|adopted| adopted.version),
        leader: year.leadership.as_ref().map(|held| held.leader),
        leading_unit: year.ranking.as_ref().and_then(|ranking| ranking.leading_unit),
        adopted: adopted.map(Filed::from),
        published: year.ranking.as_ref().and_then(|ranking| ranking.published.as_ref()).map(Into::into),
        replaced: replaced.iter().map(Filed::from).collect(),
        council: council_answer(year),
        under_objection: year.objections.iter().any(|objection| objection.is_pending()),
        objections: objections(moment, year)?,
        rows: rows.collect::<Result<_, _>>()?,
        illustrative: book.illustrative.iter().copied().collect(),
    })
}

fn standing_row(moment: &Moment, year: &Year, row: &RankedRow) -> Result<StandingRow, Problem> {
    let classes = year.regulation.iter().flat_map(|adopted| &adopted.regulation.classes);
    let class = row.class.as_ref().and_then(|code| classes.into_iter().find(|class| class.code == *code));
    Ok(StandingRow {
        rank: row.rank,
        tied: row.tied,
        unit: row.unit,
        name: unit_name(moment, row.unit)?,
        total: row.total,
        contents: row.contents,
        bonus: row.bonus,
        penalty: row.penalty,
        class: row.class.as_ref().map(ToString::to_string),
        class_name: class.map(|class| class.name.clone()),
        under_objection: year.objections.iter().any(|one| one.unit == row.unit && one.is_pending()),
        scored_by: year
            .unit(row.unit)
            .and_then(|known| known.scores.iter().find(|score| score.scorer == Scorer::Bloc)?.given_by),
    })
}
