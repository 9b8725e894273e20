//! Every change of a score, criterion by criterion, from the facts themselves.

use super::explain::words::{name_in, scorer_words};
use super::{YearPath, year_at};
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
    Date, EventId, LocalisedName, Points, Position, Remark, Text, Timestamp, UnitId,
    regulation::{CriterionId, Scorer},
};
use utoipa::openapi::{RefOr, Schema};
use views::{Paper, ScoreChange, papers, score_changes};

answer_body! {
    /// Một thay đổi điểm. One change of a score.
    pub struct ScoreChangeAnswer {
        /// Đơn vị được chấm. The unit that was scored.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Tiêu chí. The criterion.
        criterion: CriterionId,
        /// Người chấm. Who scored.
        scorer: Scorer,
        /// Đơn vị chấm. The unit whose officer gave it; absent for the body above.
        given_by: Option<UnitId>,
        /// Tháng. The month, in a sheet that adds up months.
        month: Option<u8>,
        /// Điểm trước. The points before; absent for a first score.
        from: Option<Points>,
        /// Điểm sau. The points since; absent when the scorer gives none any more.
        to: Option<Points>,
        /// Sự kiện được sửa. The fact that is corrected.
        corrects: Option<EventId>,
        /// Lý do sửa. Why.
        reason: Option<Remark>,
        /// Kết luận kiến nghị dẫn đến việc sửa. The ruling that led to it.
        ruling: Option<EventId>,
        /// Sự kiện. The fact; an auditor finds there which client acted, and under which grant.
        event: EventId,
        /// Vị trí trong sổ. Where the fact stands in the log.
        position: u64,
        /// Máy chủ nhận lúc. When the server received it.
        recorded_at: Timestamp,
        /// Ngày có hiệu lực, theo lời người gửi. The day it counts from, as claimed.
        effective_on: Date,
        /// Bằng lời. The change as a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Các thay đổi điểm, theo thứ tự ghi nhận. The changes, in the order they were recorded.
    pub struct ScoreChangeList {
        /// Các thay đổi. The changes.
        items: Vec<ScoreChangeAnswer>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
    }
}

parameters! {
    /// Whose score of what.
    pub struct ScoreChangeQuery {
        /// Chỉ đơn vị này. This unit only.
        unit: Option<UnitId>,
        /// Chỉ tiêu chí này. This criterion only.
        criterion: Option<CriterionId>,
        /// Số thay đổi một trang. How many changes a page holds.
        limit: Limit,
        /// Con trỏ từ trang trước. Where to begin, as the page before said.
        cursor: Option<Text<200>>,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/score-changes`
pub struct ScoreChanges;

impl Read for ScoreChanges {
    type Path = YearPath;
    type Query = ScoreChangeQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ScoreChangeList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: ScoreChangeQuery) -> Result<Answer, Problem> {
        let ScoreChangeQuery { unit, criterion, limit, cursor, as_of, as_of_position } = query;
        let asked = (path.bloc, path.year, unit, criterion);
        let page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let moment = &page.moment;
        let book = year_at(moment, &path)?;
        // A year of monthly scores holds thousands of papers: only those of this page are read.
        let papers = papers(&book.state, unit, criterion).into_iter();
        let papers = papers.skip_while(|paper| place(paper.position, 0) + PLACES <= page.begin());
        let changes = papers.flat_map(|paper| match changes_by(moment, paper, criterion) {
            Ok(changes) => changes
                .into_iter()
                .enumerate()
                .map(|(at, one)| (place(paper.position, at), Ok(one)))
                .collect(),
            Err(problem) => vec![(place(paper.position, 0), Err(problem))],
        });
        let changes = changes.skip_while(|(place, _)| *place < page.begin());
        let found = page.fill_by_place(changes, |change| change_answer(moment, change?).map(Some))?;
        Ok(Answer::serialised(&ScoreChangeList { items: found.items, next_cursor: found.next_cursor })?
            .with_etag(year_tag(call, moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// How many changes one fact can make, at most: a body of 64 KiB names fewer criteria.
const PLACES: usize = 1 << 16;

/// Where a change stands in the list: by its fact, then by its criterion.
fn place(position: Position, at: usize) -> usize {
    usize::try_from(position.0).unwrap_or(usize::MAX >> 16) * PLACES + at
}

/// The changes that one fact made.
fn changes_by(
    moment: &Moment,
    paper: Paper,
    criterion: Option<CriterionId>,
) -> Result<Vec<ScoreChange>, Problem> {
    let facts: Vec<_> = paper.replaced.into_iter().chain([paper.position]).collect();
    let mut changes = score_changes(&moment.facts(&facts)?, None, criterion);
    changes.retain(|change| change.position == paper.position);
    Ok(changes)
}

fn change_answer(moment: &Moment, change: ScoreChange) -> Result<ScoreChangeAnswer, Problem> {
    let explanation = sentence(moment, &change)?.into();
    let (corrects, reason, ruling) = match change.correction {
        Some(by) => (Some(by.corrects), Some(by.reason), by.ruling),
        None => (None, None, None),
    };
    Ok(ScoreChangeAnswer {
        unit: change.unit,
        name: unit_name(moment, change.unit)?,
        criterion: change.criterion,
        scorer: change.scorer,
        given_by: change.given_by,
        month: change.month,
        from: change.from,
        to: change.to,
        corrects,
        reason,
        ruling,
        event: change.event,
        position: change.position.0,
        recorded_at: change.recorded_at,
        effective_on: change.effective_on,
        explanation,
    })
}

fn sentence(moment: &Moment, change: &ScoreChange) -> Result<Words, Problem> {
    let unit = name_in(moment, change.unit)?;
    let by = change.given_by.map(|giver| name_in(moment, giver)).transpose()?;
    let Words { vi: scorer_vi, en: scorer_en } = scorer_words(change.scorer);
    let by = by.map_or_else(Default::default, |Words { vi, en }| [format!(" ({vi})"), format!(" ({en})")]);
    let shown = |points: Option<Points>| points.map_or_else(|| "–".to_owned(), |points| points.to_string());
    let (from, to, id) = (shown(change.from), shown(change.to), change.criterion);
    let why = change.correction.as_ref().map(|by| by.reason.as_str());
    let [why_vi, why_en] =
        why.map_or_else(Default::default, |why| [format!(", vì: {why}"), format!(", because: {why}")]);
    Ok(Words::new(
        format!("{}: tiêu chí {id} do {scorer_vi}{} đổi từ {from} thành {to}{why_vi}.", unit.vi, by[0]),
        format!("{}: criterion {id} by the {scorer_en}{} went from {from} to {to}{why_en}.", unit.en, by[1]),
    ))
}
