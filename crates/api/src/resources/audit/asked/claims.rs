//! What was recorded long after the day it counts from, and what corrects an earlier fact. Neither is forbidden; both are to
//! be seen.

use super::{RecordedShown, may_audit};
use crate::{
    answer::Answer,
    answer_body,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
        text::{FromText, string},
    },
    issue::Flaw,
    parameters,
    problem::Problem,
    resources::shared::AsOfQuery,
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{BlocId, Envelope, EventId, Position, Remark, Timestamp};
use utoipa::openapi::{RefOr, Schema};

/// How many days late: `P1D`, `P30D` (ISO 8601-1, durations).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag(u16);

impl FromText for Lag {
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, Flaw> {
        let days = text.strip_prefix('P').and_then(|rest| rest.strip_suffix('D'));
        let days = days.filter(|days| days.len() <= 5 && days.bytes().all(|byte| byte.is_ascii_digit()));
        let days = days.and_then(|days| days.parse().ok()).filter(|days| *days > 0);
        days.map(Self).ok_or(Flaw::BadValue("P1D"))
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(Self(1))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().pattern(Some("^P[1-9][0-9]{0,4}D$")).default(Some("P1D".into())).into()
    }
}

parameters! {
    /// Which facts.
    pub struct BackdatedQuery {
        /// Ghi nhận sau ngày có hiệu lực ít nhất chừng ấy. Recorded at least so long after the day they count from.
        min_lag: Lag = "P1D",
        /// Chỉ về khối, cụm này. Only facts about this bloc, its years and dossiers.
        bloc: Option<BlocId>,
        /// Từ vị trí này. From this position on; take `next` of the page before.
        from: Option<Position>,
        /// Số sự kiện. How many.
        limit: Limit,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

answer_body! {
    /// Một sự kiện ghi nhận muộn. A fact that was recorded late.
    pub struct BackdatedFact {
        /// Sự kiện. The fact.
        fact: RecordedShown,
        /// Dòng. Its stream.
        stream: String,
        /// Muộn bao nhiêu ngày. By how many days.
        lag_days: u16,
        /// Các văn bản viện dẫn. Whether it cites a paper.
        documented: bool,
    }
}

answer_body! {
    /// Các sự kiện ghi nhận sau ngày có hiệu lực. Facts recorded after the day they count from, in the order of the log.
    pub struct BackdatedFacts {
        /// Các sự kiện. The facts.
        items: Vec<BackdatedFact>,
        /// Trang sau bắt đầu từ đây. Where the next page begins.
        next: Option<u64>,
    }
}

/// `GET /v1/audit/backdated`
pub struct Backdated;

impl Read for Backdated {
    type Path = NoParameters;
    type Query = BackdatedQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BackdatedFacts::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: BackdatedQuery) -> Result<Answer, Problem> {
        may_audit(call)?;
        let BackdatedQuery { min_lag, bloc, from, limit, as_of, as_of_position } = query;
        let moment = AsOfQuery { as_of, as_of_position }.moment(call)?;
        let found = {
            let views = call.service.app().views();
            let history = &views.history;
            let about = |position: &Position| bloc.is_none_or(|bloc| history.is_about(bloc, *position));
            let late = history.backdated(min_lag.0, from.unwrap_or_default(), moment.position());
            late.filter(about).take(usize::from(limit.0) + 1).collect()
        };
        let (facts, next) = page(&moment, found, limit)?;
        let items = facts.iter().map(|fact| BackdatedFact {
            fact: fact.into(),
            stream: fact.stream.to_string(),
            lag_days: u16::try_from(fact.lag_days()).unwrap_or(u16::MAX),
            documented: !fact.basis.documents.is_empty(),
        });
        let shown = BackdatedFacts { items: items.collect(), next };
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}

/// The facts of a page, and where the next one begins.
fn page(
    moment: &Moment,
    mut found: Vec<Position>,
    limit: Limit,
) -> Result<(Vec<Envelope>, Option<u64>), Problem> {
    let next = found.get(usize::from(limit.0)).map(|position| position.0);
    found.truncate(limit.0.into());
    Ok((moment.facts(&found)?, next))
}

parameters! {
    /// Which corrections.
    pub struct CorrectionsQuery {
        /// Chỉ về khối, cụm này. Only of this bloc and its years.
        bloc: Option<BlocId>,
        /// Từ vị trí này. From this position on; take `next` of the page before.
        from: Option<Position>,
        /// Số sự kiện. How many.
        limit: Limit,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

answer_body! {
    /// Một đính chính. A correction.
    pub struct CorrectionShown {
        /// Sự kiện. The fact.
        fact: RecordedShown,
        /// Dòng. Its stream.
        stream: String,
        /// Thay sự kiện này; sự kiện cũ vẫn còn trong sổ. The fact it replaces, which stays in the log.
        corrects: EventId,
        /// Lý do. Why.
        reason: Remark,
        /// Theo kết luận này. The ruling it follows from.
        ruling: Option<EventId>,
    }
}

answer_body! {
    /// Các đính chính, theo thứ tự trong sổ. Corrections, in the order of the log.
    pub struct CorrectionsShown {
        /// Các đính chính. The corrections.
        items: Vec<CorrectionShown>,
        /// Trang sau bắt đầu từ đây. Where the next page begins.
        next: Option<u64>,
    }
}

/// `GET /v1/audit/corrections`
pub struct Corrections;

impl Read for Corrections {
    type Path = NoParameters;
    type Query = CorrectionsQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        CorrectionsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: CorrectionsQuery) -> Result<Answer, Problem> {
        may_audit(call)?;
        let CorrectionsQuery { bloc, from, limit, as_of, as_of_position } = query;
        let moment = AsOfQuery { as_of, as_of_position }.moment(call)?;
        let found = {
            let views = call.service.app().views();
            let history = &views.history;
            let about = |position: &Position| bloc.is_none_or(|bloc| history.is_about(bloc, *position));
            let corrections = history.corrections(from.unwrap_or_default(), moment.position());
            corrections.filter(about).take(usize::from(limit.0) + 1).collect()
        };
        let (facts, next) = page(&moment, found, limit)?;
        let items = facts.iter().filter_map(|fact| {
            let correction = fact.event.correction()?;
            Some(CorrectionShown {
                fact: fact.into(),
                stream: fact.stream.to_string(),
                corrects: correction.corrects,
                reason: correction.reason.clone(),
                ruling: correction.ruling,
            })
        });
        let shown = CorrectionsShown { items: items.collect(), next };
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}
