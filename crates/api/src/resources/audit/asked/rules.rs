//! The rules that the acts of a year had to pass, asked again of the year as it was before each of them, with the bounds that
//! the signed heads put on when it was recorded.

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
    resources::{
        shared::{AsOfQuery, active_members},
        years::{YearPath, year_at},
    },
    routes::{Call, Read},
    shown::Shown,
};
use app::{AsOf, Moment};
use domain::{
    Aggregate, BlocId, EmulationYear, Envelope, Event, Position, Recorded, StreamId, Timestamp, UnitId,
    regulation::Step,
    year::{Proofs, Rechecked, Year},
};
use utoipa::openapi::{RefOr, Schema};

/// The name of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleName(&'static str);

const NAMES: [&str; 4] = ["order", "deadline", "quorum", "count"];

impl FromText for RuleName {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let known = NAMES.into_iter().find(|name| *name == text);
        known.map(Self).ok_or_else(|| Flaw::UnknownValue(NAMES.join(", ")))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().enum_values(Some(NAMES)).into()
    }
}

parameters! {
    /// Which rules of which year.
    pub struct RulesQuery {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Chỉ quy tắc này. Only this rule.
        rule: Option<RuleName> = "deadline",
        /// Từ vị trí này. From this position on; take `next` of the page before.
        from: Option<Position>,
        /// Số lần kiểm tra. How many checks.
        limit: Limit,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

answer_body! {
    /// Bước còn thiếu khi đó. A step that was missing.
    pub struct MissingShown {
        /// Bước. The step.
        step: Step,
        /// Của các đơn vị này; rỗng nếu là bước của cả khối. For these units; empty when it is a step of the bloc.
        units: Vec<UnitId>,
    }
}

answer_body! {
    /// Một quy tắc được hỏi lại. A rule asked again.
    pub struct CheckShown {
        /// Sự kiện. The fact.
        fact: RecordedShown,
        /// Quy tắc: thứ tự, hạn, số người có mặt, kiểm phiếu. `order`, `deadline`, `quorum` or `count`.
        rule: &'static str,
        /// Có giữ đúng không. Whether the act kept it.
        holds: bool,
        /// Bước. The step.
        step: Option<Step>,
        /// Các bước còn thiếu. What was missing.
        missing: Vec<MissingShown>,
        /// Hạn khi đó. When it was due, as the deadline stood then.
        due: Option<Timestamp>,
        /// Muộn. Whether it came after that.
        late: Option<bool>,
        /// Số đơn vị có mặt. How many were present.
        present: Option<u64>,
        /// Số đơn vị phải có mặt, nếu không đủ. How many had to be, when they were too few.
        least: Option<u64>,
        /// Số phiếu đếm lại. The votes counted again.
        cast: Option<u32>,
        /// Đơn vị được chọn khi đếm lại. Who is chosen by them.
        chosen: Option<UnitId>,
        /// Ghi nhận không sớm hơn lúc này: đầu sổ ký khi đó chưa có sự kiện. Not recorded earlier: a head signed then did not
        /// cover it.
        not_before: Option<Timestamp>,
        /// Ghi nhận không muộn hơn lúc này: đầu sổ ký khi đó đã có sự kiện. Not recorded later: a head signed then covers it.
        not_after: Option<Timestamp>,
        /// Sổ nêu dấu thời gian này trước sự kiện: ghi nhận không sớm hơn, theo tổ chức cấp dấu. The log names this time stamp
        /// before the fact: not recorded earlier, by the word of the authority.
        stamped_not_before: Option<Timestamp>,
        /// Đầu sổ đã có sự kiện được đóng dấu khi này: ghi nhận không muộn hơn. A head that covers the fact was stamped then:
        /// not recorded later.
        stamped_not_after: Option<Timestamp>,
    }
}

answer_body! {
    /// Các quy tắc được hỏi lại. Rules asked again, in the order of the log.
    pub struct ChecksShown {
        /// Mọi quy tắc ở đây đều được giữ. Whether every rule on this page was kept.
        all_hold: bool,
        /// Các lần kiểm tra. The checks.
        items: Vec<CheckShown>,
        /// Trang sau bắt đầu từ đây. Where the next page begins.
        next: Option<u64>,
    }
}

/// `GET /v1/audit/rules-check`
pub struct RulesCheck;

impl Read for RulesCheck {
    type Path = NoParameters;
    type Query = RulesQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ChecksShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: RulesQuery) -> Result<Answer, Problem> {
        may_audit(call)?;
        let moment = AsOfQuery { as_of: query.as_of, as_of_position: query.as_of_position }.moment(call)?;
        let path = YearPath { bloc: query.bloc, year: query.year };
        year_at(&moment, &path)?;
        let shown = checks(call, &moment, &query)?;
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}

/// Folds the year fact by fact, and asks the rules of each before it is folded.
fn checks(call: &Call<'_>, moment: &Moment, query: &RulesQuery) -> Result<ChecksShown, Problem> {
    let (from, limit) = (query.from.unwrap_or_default(), usize::from(query.limit.0));
    let heads = Heads::of(call);
    let mut state: Option<Year> = None;
    let (mut items, mut next) = (Vec::new(), None);
    for position in moment.of_stream(StreamId::Year(query.bloc, query.year)) {
        let Some(fact) = moment.facts(&[position])?.pop() else { continue };
        let Event::Year(event) = &fact.event else { continue };
        if position >= from
            && let Some(year) = &state
        {
            if items.len() >= limit {
                next = Some(position.0);
                break;
            }
            let wanted = |rule: &Rechecked| query.rule.is_none_or(|name| name.0 == rule.name());
            let rules = year.recheck(event, &proofs(call, query, year, &fact)?);
            items.extend(rules.into_iter().filter(wanted).map(|rule| shown(&fact, rule, &heads)));
        }
        let recorded = Recorded {
            position,
            id: fact.id,
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
            event,
        };
        state = Year::evolve(state, recorded);
    }
    Ok(ChecksShown { all_hold: items.iter().all(|check: &CheckShown| check.holds), items, next })
}

/// What the rules were asked with: the members as they were known before the fact.
fn proofs(call: &Call<'_>, query: &RulesQuery, year: &Year, fact: &Envelope) -> Result<Proofs, Problem> {
    let then = call.service.app().moment(AsOf::Position(fact.position))?;
    let day = year.year.membership_day(fact.effective_on);
    let bloc = then.bloc(query.bloc)?;
    let roster = bloc.as_ref().map(|bloc| active_members(&then, &bloc.state, day)).transpose()?;
    Ok(Proofs {
        received: fact.recorded_at,
        position: fact.position,
        effective_on: fact.effective_on,
        bloc_exists: bloc.is_some(),
        roster: roster.unwrap_or_default(),
        before: None,
        waiting: Vec::new(),
        unregistered: Vec::new(),
        bloc_end: None,
        ended: Vec::new(),
    })
}

fn shown(fact: &Envelope, rule: Rechecked, heads: &Heads) -> CheckShown {
    let Bounds { not_before, not_after } = heads.around(fact.position);
    let stamped = heads.stamps_around(fact.position);
    let mut check = CheckShown {
        fact: fact.into(),
        rule: rule.name(),
        holds: rule.holds(),
        step: None,
        missing: Vec::new(),
        due: None,
        late: None,
        present: None,
        least: None,
        cast: None,
        chosen: None,
        not_before,
        not_after,
        stamped_not_before: stamped.not_before,
        stamped_not_after: stamped.not_after,
    };
    match rule {
        Rechecked::Order { step, missing } => {
            check.step = Some(step);
            let missing = missing.into_iter().map(|gap| MissingShown { step: gap.step, units: gap.units });
            check.missing = missing.collect();
        }
        Rechecked::Deadline { step, due, late, .. } => {
            (check.step, check.due, check.late) = (Some(step), due, Some(late));
        }
        Rechecked::Quorum { present, least, .. } => {
            (check.present, check.least) = (Some(present as u64), least.map(|least| least as u64));
        }
        Rechecked::Count { cast, chosen, .. } => (check.cast, check.chosen) = (Some(cast), chosen),
    }
    check
}

/// When which sizes of the log were signed and stamped.
struct Heads {
    signed: Vec<(u64, Timestamp)>,
    stamped: Vec<(u64, Timestamp)>,
    /// Where facts name time stamps.
    named: Vec<(Position, Timestamp)>,
}

/// Between which moments a fact was recorded.
struct Bounds {
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
}

impl Heads {
    fn of(call: &Call<'_>) -> Self {
        let app = call.service.app();
        let (audit, views) = (app.audit(), app.views());
        let kept = audit.kept().into_iter().map(|kept| (kept.size, kept.signed_at));
        let last = audit.published().map(|head| (head.size(), head.signed_at));
        let named = views.books.log().map(|log| &log.state.anchors);
        Self {
            signed: kept.chain(last).collect(),
            stamped: audit.stamped().into_iter().map(|stamped| (stamped.size, stamped.time)).collect(),
            named: named
                .into_iter()
                .flatten()
                .map(|(anchored, position)| (*position, anchored.time))
                .collect(),
        }
    }

    /// The latest time at which a head without the fact was signed, and the earliest at which one with it was.
    fn around(&self, position: Position) -> Bounds {
        let without = self.signed.iter().filter(|(size, _)| *size <= position.0).map(|(_, time)| *time);
        Bounds { not_before: without.max(), not_after: first_covering(&self.signed, position) }
    }

    /// The latest time stamp that the log names before the fact, and the earliest of a head that covers it.
    fn stamps_around(&self, position: Position) -> Bounds {
        let before = self.named.iter().filter(|(named, _)| *named < position).map(|(_, time)| *time);
        Bounds { not_before: before.max(), not_after: first_covering(&self.stamped, position) }
    }
}

fn first_covering(heads: &[(u64, Timestamp)], position: Position) -> Option<Timestamp> {
    heads.iter().filter(|(size, _)| *size > position.0).map(|(_, time)| *time).min()
}
