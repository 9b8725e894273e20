//! The scores of each unit by each scorer, and what they come to.

use super::{
    YearPath,
    book::{Filed, roster},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{Schemas, parameters::Limit},
    parameters,
    problem::Problem,
    resources::shared::{Page, PageQuery, unit_name, year_tag},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    EventId, LocalisedName, Points, Position, Text, Timestamp, UnitId,
    regulation::{Breach, CriterionId, Finding, FindingState, Line, PenaltyRule, Scorer, Share, Step},
    year::{Score, Year},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Điểm của một tiêu chí. The points for one criterion.
    pub struct PointsAnswer {
        /// Tiêu chí. The criterion.
        criterion: CriterionId,
        /// Điểm. The points.
        points: Points,
    }
}

answer_body! {
    /// Một lần chấm điểm đang có hiệu lực. The score of one scorer that stands; its evidence is in the fact.
    pub struct ScoreAnswer {
        /// Người chấm. Who scored.
        scorer: Scorer,
        /// Đơn vị chấm. The unit whose officer gave it.
        given_by: Option<UnitId>,
        /// Tháng. The month it is for, in a sheet that adds up months.
        month: Option<u8>,
        /// Điểm từng tiêu chí. The points, criterion by criterion.
        entries: Vec<PointsAnswer>,
        /// Sự kiện đang có hiệu lực. The fact that stands.
        filed: Filed,
        /// Các sự kiện đã được thay, cũ trước. The facts it replaced, oldest first.
        replaced: Vec<Filed>,
    }
}

answer_body! {
    /// Phần của một nguồn điểm trong điểm của tiêu chí. The part of one kind of scorer in a line.
    pub struct ShareAnswer {
        /// Tháng. The month, in a sheet that adds up months.
        month: Option<u8>,
        /// Nguồn điểm. The scorer.
        scorer: Scorer,
        /// Trọng số, phần trăm. Its weight in per cent, where scorers are weighted.
        percent: Option<u8>,
        /// Số đơn vị đã chấm. How many givers scored.
        givers: u64,
        /// Điểm gộp, đã làm tròn để đọc. What their scores combine to, rounded for the reader: what is counted on is exact.
        points: Points,
    }
}

answer_body! {
    /// Điểm trừ do sổ phát hiện: bước không thực hiện hoặc thực hiện muộn. A penalty that the record found.
    pub struct FindingAnswer {
        /// Bước. The step.
        step: Step,
        /// Không thực hiện hay muộn. What is penalised.
        when: Breach,
        /// Tiêu chí điểm trừ. The criterion it is deducted under.
        criterion: CriterionId,
        /// Điểm trừ, số dương. The points, as a positive number.
        points: Points,
        /// Đã trừ, chờ xác nhận, đã xác nhận, không trừ. Whether it takes anything away.
        state: FindingState,
        /// Việc nộp muộn. The late act, when it came late.
        fact: Option<EventId>,
    }
}

answer_body! {
    /// Cách một tiêu chí được tính. What one criterion counted.
    pub struct LineAnswer {
        /// Tiêu chí. The criterion.
        criterion: CriterionId,
        /// Lấy điểm của ai. Whose score counts; absent when nobody whose score counts has scored it.
        scorer: Option<Scorer>,
        /// Điểm được chấm. The points given.
        given: Points,
        /// Điểm được tính, sau mức tối đa của tiêu chí. The points counted, after the criterion's maximum.
        counted: Points,
        /// Các phần tạo thành điểm. What the points are made of; empty when they are one score as it was given.
        shares: Vec<ShareAnswer>,
    }
}

answer_body! {
    /// Điểm của một đơn vị. The scores of one unit.
    pub struct UnitScores {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Các lần chấm, bên cạnh nhau. The scores, side by side.
        scores: Vec<ScoreAnswer>,
        /// Tổng điểm. Base + contents + bonus − penalty.
        total: Points,
        /// Điểm nền. What every unit starts with.
        base: Points,
        /// Điểm nội dung. For contents, after caps.
        contents: Points,
        /// Điểm thưởng. Bonus, after caps.
        bonus: Points,
        /// Điểm trừ. Penalty, as a positive number.
        penalty: Points,
        /// Cách tính. How the total came about.
        lines: Vec<LineAnswer>,
        /// Điểm trừ do sổ phát hiện. Steps that were not taken or came late, and what that takes away.
        findings: Vec<FindingAnswer>,
    }
}

answer_body! {
    /// Điểm của các đơn vị. The scores of every unit, in the order they joined; a page ends early once it holds 300 scores.
    pub struct ScoreList {
        /// Các đơn vị. The units.
        items: Vec<UnitScores>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
        /// Các loại sự kiện có dữ liệu minh họa. Kinds of facts some of which are examples that no document states.
        illustrative: Vec<&'static str>,
    }
}

parameters! {
    /// Whose scores.
    pub struct ScoreQuery {
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

/// `GET /v1/blocs/{bloc}/years/{year}/scores`
pub struct Scores;

impl Read for Scores {
    type Path = YearPath;
    type Query = ScoreQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ScoreList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: ScoreQuery) -> Result<Answer, Problem> {
        let ScoreQuery { unit, limit, cursor, as_of, as_of_position } = query;
        let asked = (path.bloc, path.year, unit);
        let mut page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let book = year_at(&page.moment, &path)?;
        let mut units = roster(call, &page.moment, path.bloc, &book.state)?;
        units.retain(|member| unit.is_none_or(|unit| unit == *member));
        page.hold_at_most(fitting(&book.state, units.iter().skip(page.begin()).copied(), FULL));
        let found = page.fill(units.iter(), |unit| unit_scores(&page.moment, &book.state, *unit))?;
        let illustrative = book.illustrative.iter().copied().collect();
        let list = ScoreList { items: found.items, next_cursor: found.next_cursor, illustrative };
        Ok(Answer::serialised(&list)?
            .with_etag(year_tag(call, &page.moment, path.bloc, &book))
            .at(page.moment.position()))
    }
}

/// From so many scores on a page ends. Where peers and panels score every month, a unit has hundreds.
const FULL: usize = 200;

/// How many of the units a page has room for that ends once it holds `full` scores; at least one.
pub fn fitting(year: &Year, units: impl Iterator<Item = UnitId>, full: usize) -> usize {
    let scores = units.map(|unit| year.unit(unit).map_or(0, |known| known.scores.len()));
    let before = scores.scan(0, |sum, count| Some(std::mem::replace(sum, *sum + count)));
    before.take_while(|before| *before < full).count().max(1)
}

fn unit_scores(moment: &Moment, year: &Year, unit: UnitId) -> Result<Option<UnitScores>, Problem> {
    let Some(evaluation) = year.evaluate(unit) else { return Ok(None) };
    let scores = year.unit(unit).map(|known| known.scores.as_slice()).unwrap_or_default();
    Ok(Some(UnitScores {
        unit,
        name: unit_name(moment, unit)?,
        scores: scores.iter().map(score_answer).collect(),
        total: evaluation.total,
        base: evaluation.base,
        contents: evaluation.contents,
        bonus: evaluation.bonus,
        penalty: evaluation.penalty,
        lines: evaluation.lines.iter().map(line_answer).collect(),
        findings: evaluation.findings.iter().map(finding_answer).collect(),
    }))
}

fn line_answer(line: &Line) -> LineAnswer {
    let share = |share: &Share| ShareAnswer {
        month: share.month,
        scorer: share.scorer,
        percent: share.percent,
        givers: share.givers as u64,
        points: share.points,
    };
    LineAnswer {
        criterion: line.criterion,
        scorer: line.scorer,
        given: line.given,
        counted: line.counted,
        shares: line.shares.iter().map(share).collect(),
    }
}

/// A penalty that the record found.
pub fn finding_answer(finding: &Finding) -> FindingAnswer {
    let PenaltyRule { step, when, criterion, points } = finding.rule;
    FindingAnswer { step, when, criterion, points, state: finding.state, fact: finding.fact }
}

fn score_answer(score: &Score) -> ScoreAnswer {
    let entry =
        |(criterion, points): &(CriterionId, Points)| PointsAnswer { criterion: *criterion, points: *points };
    ScoreAnswer {
        scorer: score.scorer,
        given_by: score.given_by,
        month: score.month,
        entries: score.marks.iter().map(entry).collect(),
        filed: (&score.mark).into(),
        replaced: score.replaced.iter().map(Filed::from).collect(),
    }
}
