//! Every change of a score, criterion by criterion, from the facts themselves.

use super::explain::words::{name_in, scorer_words};
use super::{YearPath, year_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    parameters,
    problem::Problem,
    resources::{
        commendations::eligibility::Sentence,
        shared::{AsOfQuery, unit_name, year_tag},
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    Date, EventId, LocalisedName, Points, Position, Remark, StreamId, Timestamp, UnitId,
    regulation::{CriterionId, Scorer},
};
use utoipa::openapi::{RefOr, Schema};
use views::{ScoreChange, history::Filter};

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
    }
}

parameters! {
    /// Whose score of what.
    pub struct ScoreChangeQuery {
        /// Chỉ đơn vị này. This unit only.
        unit: Option<UnitId>,
        /// Chỉ tiêu chí này. This criterion only.
        criterion: Option<CriterionId>,
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
        let ScoreChangeQuery { unit, criterion, as_of, as_of_position } = query;
        let moment = AsOfQuery { as_of, as_of_position }.moment(call)?;
        let book = year_at(&moment, &path)?;
        let filter = Filter {
            types: vec!["year.scores_given".into()],
            stream: Some(StreamId::Year(path.bloc, path.year)),
            ..Filter::default()
        };
        let history =
            call.service.app().views().history.find(&filter, Position(0), moment.position(), usize::MAX);
        let changes = views::score_changes(&moment.facts(&history)?, unit, criterion);
        let items = changes.into_iter().map(|change| change_answer(&moment, change));
        Ok(Answer::serialised(&ScoreChangeList { items: items.collect::<Result<_, _>>()? })?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
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
