//! Every number of the standing explained: the facts, the version of the regulation and the arithmetic that made it, as data
//! and as sentences.

mod terms;
pub mod words;

use self::{
    terms::{PartExplanation, events_of, part_explanation},
    words::{class_words, name_in, telling_words, unit_words},
};
use super::{
    YearPath,
    basis::Basis,
    book::{Filed, RegulationSummary},
    scores::fitting,
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{Schemas, parameters::Limit},
    parameters,
    problem::Problem,
    resources::{
        commendations::eligibility::Sentence,
        shared::{Page, PageQuery, unit_name, year_tag},
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    BlocId, EmulationYear, LocalisedName, Points, Position, Text, Timestamp, UnitId,
    regulation::TieBreak,
    year::{ClassAccount, Comparison, ExclusionCause, Question, RankedRow, Telling, Year},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// So với đơn vị liền trước hoặc liền sau. A unit beside the one next to it.
    pub struct ComparisonAnswer {
        /// Đơn vị kia. The other unit.
        with: UnitId,
        /// Đứng trước đơn vị kia. Whether the unit stands before it.
        before: bool,
        /// Phân biệt bằng: `total`, `tie_break`, `recorded` (bốc thăm, hội nghị), `nothing` (cùng hạng). What tells them apart.
        by: &'static str,
        /// Tiêu chí phụ. The tie-break that was used.
        tie_break: Option<TieBreak>,
        /// Của đơn vị này. The number of this unit.
        own: Option<String>,
        /// Của đơn vị kia. That of the other.
        other: Option<String>,
        /// Sự kiện phân định. The fact that settled it.
        settled: Option<Filed>,
        /// Bằng lời. As words.
        explanation: Sentence,
    }
}

answer_body! {
    /// Vì sao xếp loại này. Why a unit has its class.
    pub struct ClassExplanation {
        /// Mã xếp loại. Its code.
        code: String,
        /// Điểm đem so với ngưỡng. The total that is held against the thresholds.
        classified: Points,
        /// Ngưỡng dưới. The lowest total of the class; absent for the last one.
        at_least: Option<Points>,
        /// Loại liền trên. The class above.
        above: Option<String>,
        /// Ngưỡng của loại liền trên, chưa đạt. Its lowest total, which the unit does not reach.
        above_at_least: Option<Points>,
        /// Loại dành cho đơn vị chưa được chấm. Whether it is the class of units without a score.
        unscored: bool,
        /// Bằng lời. As words.
        explanation: Sentence,
    }
}

answer_body! {
    /// Giải thích chỗ đứng của một đơn vị. One unit explained.
    pub struct UnitExplanation {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Hạng. Its rank.
        rank: u16,
        /// Cùng hạng với đơn vị khác. Whether another unit has the same.
        tied: bool,
        /// Tổng điểm: điểm nền, cộng các phần nội dung và thưởng, trừ các phần trừ. Base, plus the parts for contents and
        /// bonus, less the parts for penalties.
        total: Points,
        /// Điểm nền. What every unit starts with.
        base: Points,
        /// Các phần. The parts of the sheet.
        parts: Vec<PartExplanation>,
        /// So với đơn vị liền trước, liền sau. Beside its neighbours.
        comparisons: Vec<ComparisonAnswer>,
        /// Xếp loại. Its class.
        class: Option<ClassExplanation>,
        /// Mọi sự kiện làm nên con số. Every fact the numbers rest on, in order.
        events: Vec<Filed>,
        /// Trong một câu. In one sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Đơn vị không được xếp. A unit that is not considered.
    pub struct NotConsidered {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Nguyên nhân. Why.
        cause: ExclusionCause,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

answer_body! {
    /// Vì sao là đơn vị dẫn đầu. Why a unit leads.
    pub struct LeadingExplanation {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Do bỏ phiếu (`ballot`) hay hạng nhất (`rank`). Chosen by ballot, or first by rank.
        by: &'static str,
        /// Sự kiện. The fact that says so.
        filed: Filed,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Giải thích bảng xếp hạng. The standing explained. Its numbers add up: what each giver gave makes a criterion, criteria make
    /// a part, parts make the total.
    pub struct StandingExplanation {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year.
        year: EmulationYear,
        /// Giai đoạn. The stage: `provisional`, `score_table`, `final`.
        stage: &'static str,
        /// Sự kiện thông qua. The fact that fixed this stage.
        adopted: Option<Filed>,
        /// Điểm tính theo những gì đã biết sau chừng ấy sự kiện. After how many facts the totals were counted: what was recorded
        /// later is no part of them.
        counted_at: u64,
        /// Quy chế áp dụng. The regulation they rest on.
        regulation: Option<RegulationSummary>,
        /// Đơn vị dẫn đầu. The leading unit, once the ranking is adopted.
        leading_unit: Option<LeadingExplanation>,
        /// Các đơn vị. The units, first rank first; a page ends early once it explains 200 scores.
        units: Vec<UnitExplanation>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
        /// Các đơn vị không được xếp. The units that are not considered.
        not_considered: Vec<NotConsidered>,
    }
}

parameters! {
    /// Whose place.
    pub struct ExplainQuery {
        /// Chỉ đơn vị này. This unit only.
        unit: Option<UnitId>,
        /// Số đơn vị một trang. How many units a page holds.
        limit: Limit,
        /// Con trỏ từ trang trước. Where to begin, as the page before said.
        cursor: Option<Text<200>>,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/standing/explain`
pub struct Explanations;

impl Read for Explanations {
    type Path = YearPath;
    type Query = ExplainQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        StandingExplanation::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: ExplainQuery) -> Result<Answer, Problem> {
        let ExplainQuery { unit, limit, cursor, as_of, as_of_position } = query;
        let asked = (path.bloc, path.year, unit);
        let mut page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let book = year_at(&page.moment, &path)?;
        let basis = Basis::of(call, &page.moment, &path, &book.state)?;
        let shown = explanation(&mut page, &path, &book.state, &basis, unit)?;
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &page.moment, path.bloc, &book))
            .at(page.moment.position()))
    }
}

/// From so many scores on a page ends: each is explained by what was given, by whom, and what became of it.
const FULL: usize = 100;

fn explanation(
    page: &mut Page,
    path: &YearPath,
    year: &Year,
    basis: &Basis,
    only: Option<UnitId>,
) -> Result<StandingExplanation, Problem> {
    let comparisons = basis.ranked.comparisons(&basis.rows);
    let wanted = |unit: UnitId| only.is_none_or(|only| only == unit);
    let rows: Vec<_> = basis.rows.iter().filter(|row| wanted(row.unit)).collect();
    page.hold_at_most(fitting(&basis.counted, rows.iter().skip(page.begin()).map(|row| row.unit), FULL));
    let moment = &page.moment;
    let units = page.fill(rows.into_iter(), |row| unit_explanation(moment, basis, row, &comparisons))?;
    let excluded =
        basis.counted.units.iter().filter_map(|(unit, known)| Some((*unit, known.exclusion.as_ref()?)));
    let excluded = excluded.filter(|(unit, _)| wanted(*unit)).map(|(unit, (cause, mark))| {
        Ok::<_, Problem>(NotConsidered {
            unit,
            name: unit_name(moment, unit)?,
            cause: *cause,
            filed: mark.into(),
        })
    });
    Ok(StandingExplanation {
        bloc: path.bloc,
        year: path.year,
        stage: basis.stage,
        adopted: basis.adopted.as_ref().map(Into::into),
        counted_at: basis.counted_at.0,
        regulation: basis.counted.regulation.as_ref().map(|adopted| RegulationSummary {
            version: adopted.version,
            title: adopted.regulation.title.clone(),
            filed: (&adopted.mark).into(),
        }),
        leading_unit: leading(moment, year, basis)?,
        units: units.items,
        next_cursor: units.next_cursor,
        not_considered: excluded.collect::<Result<_, _>>()?,
    })
}

fn unit_explanation(
    moment: &Moment,
    basis: &Basis,
    row: &RankedRow,
    comparisons: &[Comparison],
) -> Result<Option<UnitExplanation>, Problem> {
    let (Some(account), Some(adopted)) = (basis.counted.account(row.unit), &basis.counted.regulation) else {
        return Ok(None);
    };
    let class = adopted.regulation.class_account(row.total, account.scored);
    let beside = comparisons.iter().filter(|one| one.before == row.unit || one.after == row.unit);
    let beside: Vec<_> = beside.map(|one| comparison(moment, one, row.unit)).collect::<Result<_, _>>()?;
    let (comparisons, places): (Vec<_>, Vec<_>) = beside.into_iter().unzip();
    let name = name_in(moment, row.unit)?;
    let explanation = unit_words(&name, row, (&account, adopted.version), &places, class.as_ref());
    Ok(Some(UnitExplanation {
        unit: row.unit,
        name: unit_name(moment, row.unit)?,
        rank: row.rank,
        tied: row.tied,
        total: row.total,
        base: account.base,
        events: events_of(&account, basis, row.unit),
        parts: account.parts.iter().map(part_explanation).collect(),
        comparisons,
        class: class.map(class_explanation),
        explanation: explanation.into(),
    }))
}

fn comparison(moment: &Moment, one: &Comparison, unit: UnitId) -> Result<(ComparisonAnswer, Words), Problem> {
    let before = one.before == unit;
    let with = if before { one.after } else { one.before };
    let words = telling_words(one.by, before, &name_in(moment, with)?);
    let numbers = |pair: [String; 2]| {
        let [first, second] = pair.map(Some);
        if before { [first, second] } else { [second, first] }
    };
    let votes = |votes: Option<u32>| votes.unwrap_or_default().to_string();
    let (by, tie_break, [own, other], settled) = match one.by {
        Telling::Total(pair) => ("total", None, numbers(pair.map(|points| points.to_string())), None),
        Telling::Points(by, pair) => {
            ("tie_break", Some(by), numbers(pair.map(|points| points.to_string())), None)
        }
        Telling::Votes(pair) => ("tie_break", Some(TieBreak::Votes), numbers(pair.map(votes)), None),
        Telling::Recorded(mark) => ("recorded", None, [None, None], Some((&mark).into())),
        Telling::Nothing => ("nothing", None, [None, None], None),
    };
    let explanation = words.clone().into();
    Ok((ComparisonAnswer { with, before, by, tie_break, own, other, settled, explanation }, words))
}

fn class_explanation(class: ClassAccount) -> ClassExplanation {
    let explanation = class_words(&class).into();
    let (above, above_at_least) = class.above.unzip();
    ClassExplanation {
        code: class.code.to_string(),
        classified: class.classified,
        at_least: class.at_least,
        above: above.map(|code| code.to_string()),
        above_at_least,
        unscored: class.unscored,
        explanation,
    }
}

fn leading(moment: &Moment, year: &Year, basis: &Basis) -> Result<Option<LeadingExplanation>, Problem> {
    let Some((ranking, unit)) = year.ranking.as_ref().and_then(|one| Some((one, one.leading_unit?))) else {
        return Ok(None);
    };
    let name = name_in(moment, unit)?;
    let closed = basis.ranked.latest_ballot(Question::LeadingUnit).and_then(|ballot| ballot.result.as_ref());
    Ok(Some(match closed {
        Some((result, mark)) => {
            let votes = result.tally.iter().find(|tally| tally.unit == unit).map_or(0, |tally| tally.votes);
            let cast = result.cast;
            let words = Words::new(
                format!("{} dẫn đầu vì được {votes} trên {cast} phiếu.", name.vi),
                format!("{} leads with {votes} of {cast} votes.", name.en),
            );
            LeadingExplanation { unit, by: "ballot", filed: mark.into(), explanation: words.into() }
        }
        None => {
            let words = Words::new(
                format!("{} dẫn đầu vì đứng hạng nhất một mình.", name.vi),
                format!("{} leads as it alone is first.", name.en),
            );
            LeadingExplanation { unit, by: "rank", filed: (&ranking.mark).into(), explanation: words.into() }
        }
    }))
}
