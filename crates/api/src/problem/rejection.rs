//! What a rule's refusal becomes: one arm for every way the domain says no.

use super::{Code, Problem, commendation, ended};
use crate::{
    issue::{Flaw, Issue, Place},
    words::Words,
};
use domain::{
    BallotId, Date, Rejection, Timestamp, UnitId,
    regulation::{Fault, LeadershipMethod, Step},
    rejection::{Inadmissible, Missing, NotPossible, ScoreFault, ScoreFaultKind, Thing},
};
use serde::Serialize;
use serde_json::{Value, json};

impl From<Rejection> for Problem {
    #[allow(clippy::too_many_lines, reason = "one arm for every way the domain says no")]
    fn from(rejection: Rejection) -> Self {
        let of = Self::new;
        match rejection {
            Rejection::Unknown(thing) => about(Code::ResourceNotFound, &thing),
            Rejection::AlreadyExists(thing) => about(Code::AlreadyExists, &thing),
            Rejection::Ended(thing) => about(Code::Ended, &thing),
            Rejection::UnitEnded(unit, end) => ended::unit_ended(unit, &end),
            Rejection::BlocEnded(bloc, end) => ended::bloc_ended(bloc, &end),
            Rejection::Circular(thing) => about(Code::Circular, &thing),
            Rejection::NotALocality(unit) => of(Code::NotALocality).with("unit", plain(&unit)),
            Rejection::Undocumented => of(Code::Undocumented),
            Rejection::EmptyPeriod { from, until } => {
                of(Code::EmptyPeriod).with("from", plain(&from)).with("until", plain(&until))
            }
            Rejection::IdentifierTaken(identifier, unit) => {
                of(Code::IdentifierTaken).with("identifier", plain(&identifier)).with("unit", plain(&unit))
            }
            Rejection::NotAMember(unit) => of(Code::NotAMember).with("unit", plain(&unit)),
            Rejection::AlreadyAMember(unit) => of(Code::AlreadyAMember).with("unit", plain(&unit)),
            Rejection::ImpossibleDate { claimed, latest } => {
                of(Code::ImpossibleDate).with("claimed", plain(&claimed)).with("latest", plain(&latest))
            }
            Rejection::OutOfOrder { step, missing } => out_of_order(step, &missing),
            Rejection::AlreadyDone(step) => of(Code::AlreadyDone).with("step", plain(&step)),
            Rejection::AlreadyFiled(step, unit, standing) => of(Code::AlreadyFiled)
                .with("step", plain(&step))
                .with("unit", plain(&unit))
                .with("standing", plain(&standing)),
            Rejection::NotInProcedure(step) => of(Code::NotInProcedure).with("step", plain(&step)),
            Rejection::DeadlinePassed { step, due, received } => deadline_passed(step, due, received),
            Rejection::RegulationFrozen => of(Code::RegulationFrozen),
            Rejection::RegulationFaulty(faults) => {
                of(Code::RegulationFaulty).with_issues(faults.iter().map(regulation_issue).collect())
            }
            Rejection::ScoresFaulty(faults) => {
                of(Code::ScoresFaulty).with_issues(faults.iter().map(score_issue).collect())
            }
            Rejection::AssignmentFaulty(faults) => {
                of(Code::AssignmentFaulty).with_issues(faults.iter().map(assignment_issue).collect())
            }
            Rejection::AssignmentUsed(panel, criteria) => {
                of(Code::AssignmentUsed).with("panel", plain(&panel)).with("criteria", plain(&criteria))
            }
            Rejection::WrongPeriod { monthly } => of(Code::WrongPeriod).with("monthly", monthly),
            Rejection::NotTied(units) => of(Code::NotTied).with("units", plain(&units)),
            Rejection::OtherTieBreak(listed) => of(Code::OtherTieBreak).with("tie_breaks", plain(&listed)),
            Rejection::NoQuorum { present, least } => {
                of(Code::NoQuorum).with("present", present).with("least", least)
            }
            Rejection::PresentUnknown => of(Code::PresentUnknown),
            Rejection::ConflictOfInterest { unit, scorer } => {
                let problem = of(Code::ConflictOfInterest).with("unit", plain(&unit));
                scorer.iter().fold(problem, |problem, scorer| problem.with("scorer", plain(scorer)))
            }
            Rejection::Excluded(unit) => of(Code::UnitExcluded).with("unit", plain(&unit)),
            Rejection::NotTheStandingFact { named, standing } => {
                let problem = of(Code::NotTheStandingFact).with("named", plain(&named));
                standing.iter().fold(problem, |problem, standing| problem.with("standing", plain(standing)))
            }
            Rejection::BallotClosed(ballot) => of(Code::BallotClosed).with("ballot", plain(&ballot)),
            Rejection::BallotOpen(ballot) => of(Code::BallotOpen).with("ballot", plain(&ballot)),
            Rejection::BallotDecided(ballot) => of(Code::BallotDecided).with("ballot", plain(&ballot)),
            Rejection::BallotIncomplete { ballot, cast, found } => ballot_incomplete(ballot, cast, found),
            Rejection::NoMajority(ballot) => of(Code::NoMajority).with("ballot", plain(&ballot)),
            Rejection::AlreadyVoted(unit) => of(Code::AlreadyVoted).with("unit", plain(&unit)),
            Rejection::NotAnElector(unit) => of(Code::NotAnElector).with("unit", plain(&unit)),
            Rejection::NotACandidate(unit) => of(Code::NotACandidate).with("unit", plain(&unit)),
            Rejection::CandidateNotAdmitted { unit, because } => {
                let (name, words) = inadmissible(because);
                of(Code::CandidateNotAdmitted).say(words).with("unit", plain(&unit)).with("because", name)
            }
            Rejection::NotChosen(unit) => of(Code::NotChosen).with("unit", plain(&unit)),
            Rejection::OtherMethod(method) => {
                of(Code::OtherMethod).say(method_words(method)).with("method", plain(&method))
            }
            Rejection::SameUnit(unit) => of(Code::SameUnit).with("unit", plain(&unit)),
            Rejection::DraftRequired => of(Code::DraftRequired),
            Rejection::CommentPeriodOpen { draft, until, waiting } => comments_open(draft, until, &waiting),
            Rejection::PointsNowhere(pointer) => of(Code::PointsNowhere).with("pointer", &*pointer),
            Rejection::NotYourScore { unit, scored } => not_your_score(unit, scored),
            Rejection::NotARuling(fact) => of(Code::NotARuling).with("ruling", plain(&fact)),
            Rejection::VoteDoesNotAddUp { members, cast } => vote_does_not_add_up(members, cast),
            Rejection::ChangeNotPossible { unit, because } => change_not_possible(unit, because),
            Rejection::DeadlineOver { step, due } => deadline_over(step, due),
            Rejection::DeadlineNotMoved { step, due, to } => deadline_not_moved(step, due, to),
            Rejection::NotInTurn { named, next } => not_in_turn(named, next),
            Rejection::NotInOffice(unit) => of(Code::NotInOffice).with("unit", plain(&unit)),
            Rejection::PeriodOver { until, today } => period_over(until, today),
            Rejection::AwardNotRegulated(award) => {
                of(Code::AwardNotInRegulation).with("award", plain(&award))
            }
            Rejection::AwardForPersons(award) => of(Code::AwardForPersons).with("award", plain(&award)),
            Rejection::AwardForCollectives(award) => {
                of(Code::AwardForCollectives).with("award", plain(&award))
            }
            Rejection::NotTheHead(person) => of(Code::NotTheHead).with("person", plain(&person)),
            Rejection::SecondApprover => of(Code::SecondApprover),
            Rejection::NotEligible(findings) => commendation::not_eligible(&findings),
            Rejection::QuotaExhausted(quota) => commendation::quota_exhausted(&quota),
            Rejection::QuotaNotExhausted(award) => of(Code::QuotaNotExhausted).with("award", plain(&award)),
            Rejection::StateConflict { state, allowed } => commendation::state_conflict(state, allowed),
            Rejection::CouncilNotInRule(award) => of(Code::CouncilNotInRule).with("award", plain(&award)),
        }
    }
}

/// A value of the domain as the log writes it.
pub(super) fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A problem with one thing: what it is, and which.
fn about(code: Code, thing: &Thing) -> Problem {
    let (name, which, vi, en) = match thing {
        Thing::Unit(id) => ("unit", plain(id), "đơn vị", "unit"),
        Thing::Bloc(id) => ("bloc", plain(id), "khối, cụm thi đua", "bloc"),
        Thing::Year(year) => ("year", plain(year), "năm thi đua", "emulation year"),
        Thing::Commendation(id) => ("commendation", plain(id), "hồ sơ khen thưởng", "commendation dossier"),
        Thing::Person(id) => ("person", plain(id), "cá nhân", "person"),
        Thing::Grant(id) => ("grant", plain(id), "quyền", "grant"),
        Thing::LogKey => ("log_key", Value::Null, "khóa ký sổ", "key of the log"),
        Thing::Ballot(id) => ("ballot", plain(id), "cuộc bỏ phiếu", "ballot"),
        Thing::Regulation => ("regulation", Value::Null, "quy chế", "regulation"),
        Thing::Alias => ("alias", Value::Null, "tên gọi khác", "alias"),
        Thing::Identifier(identifier) => ("identifier", plain(identifier), "mã", "identifier"),
        Thing::Leader => ("leader", Value::Null, "khối trưởng", "leader"),
        Thing::Deputy => ("deputy", Value::Null, "khối phó", "deputy"),
        Thing::Draft(draft) => ("draft", plain(draft), "dự thảo quy chế", "draft of the regulation"),
        Thing::Criterion(id) => ("criterion", plain(id), "tiêu chí", "criterion"),
        Thing::Fact(id) => ("fact", plain(id), "sự kiện", "fact"),
        Thing::Query(id) => ("query", plain(id), "yêu cầu giải trình", "query"),
        Thing::Objection(id) => ("objection", plain(id), "kiến nghị", "objection"),
        Thing::HandOver => ("hand_over", Value::Null, "việc bàn giao", "hand-over"),
    };
    let cause = code.cause();
    let detail = Words::new(format!("{} ({vi})", cause.vi), format!("{} ({en})", cause.en));
    let problem = Problem::new(code).say(detail).with("thing", name);
    if which.is_null() { problem } else { problem.with(name, which) }
}

fn out_of_order(step: Step, missing: &[Missing]) -> Problem {
    let list = |pick: fn(&Words) -> &str| {
        let names = missing.iter().map(|missing| step_words(missing.step));
        names.map(|words| pick(&words).to_owned()).collect::<Vec<_>>().join(", ")
    };
    let (vi, en) = (list(|words| &words.vi), list(|words| &words.en));
    let words = step_words(step);
    let detail = Words::new(
        format!("Chưa thể thực hiện {}; còn thiếu: {vi}.", words.vi),
        format!("It is too early for the {}; still missing: {en}.", words.en),
    );
    let missing: Vec<_> =
        missing.iter().map(|m| json!({"step": plain(&m.step), "units": plain(&m.units)})).collect();
    Problem::new(Code::StepOutOfOrder).say(detail).with("step", plain(&step)).with("missing", missing)
}

fn deadline_passed(step: Step, due: Timestamp, received: Timestamp) -> Problem {
    let words = step_words(step);
    let detail = Words::new(
        format!("Quá hạn {} ({due}); máy chủ nhận lúc {received}.", words.vi),
        format!("The {} was due at {due}; the server received it at {received}.", words.en),
    );
    Problem::new(Code::DeadlinePassed)
        .say(detail)
        .with("step", plain(&step))
        .with("due", plain(&due))
        .with("received", plain(&received))
        .with("time_zone", "Asia/Ho_Chi_Minh")
}

fn comments_open(draft: u16, until: Timestamp, waiting: &[UnitId]) -> Problem {
    let problem = Problem::new(Code::CommentPeriodOpen).with("draft", draft);
    problem.with("until", plain(&until)).with("waiting", plain(&waiting))
}

fn not_your_score(unit: UnitId, scored: UnitId) -> Problem {
    Problem::new(Code::NotYourScore).with("unit", plain(&unit)).with("scored", plain(&scored))
}

fn vote_does_not_add_up(members: u16, cast: u32) -> Problem {
    Problem::new(Code::VoteDoesNotAddUp).with("members", members).with("cast", cast)
}

fn change_not_possible(unit: UnitId, because: NotPossible) -> Problem {
    let (name, words) = not_possible(because);
    Problem::new(Code::ChangeNotPossible).say(words).with("unit", plain(&unit)).with("because", name)
}

fn deadline_over(step: Step, due: Timestamp) -> Problem {
    Problem::new(Code::DeadlineOver).with("step", plain(&step)).with("due", plain(&due))
}

fn deadline_not_moved(step: Step, due: Option<Timestamp>, to: Timestamp) -> Problem {
    let problem = Problem::new(Code::DeadlineNotMoved).with("step", plain(&step)).with("to", plain(&to));
    due.iter().fold(problem, |problem, due| problem.with("due", plain(due)))
}

fn not_in_turn(named: UnitId, next: UnitId) -> Problem {
    Problem::new(Code::NotInTurn).with("named", plain(&named)).with("next", plain(&next))
}

fn period_over(until: Date, today: Date) -> Problem {
    Problem::new(Code::PeriodOver).with("until", plain(&until)).with("today", plain(&today))
}

fn ballot_incomplete(ballot: BallotId, cast: usize, found: usize) -> Problem {
    let problem = Problem::new(Code::BallotIncomplete).with("ballot", plain(&ballot));
    problem.with("cast", cast).with("found", found)
}

/// What people call a step.
pub const fn step_words(step: Step) -> Words {
    match step {
        Step::Registration => Words::fixed("đăng ký thi đua", "registration"),
        Step::Pledge => Words::fixed("ký giao ước thi đua", "pledge"),
        Step::HalfYearReport => Words::fixed("báo cáo sơ kết", "half-year report"),
        Step::AnnualReport => Words::fixed("báo cáo tổng kết", "annual report"),
        Step::SelfScore => Words::fixed("tự chấm điểm", "self-score"),
        Step::PeerScore => Words::fixed("chấm chéo", "peer score"),
        Step::PanelScore => Words::fixed("đơn vị được giao tiêu chí chấm điểm", "score by the panels"),
        Step::BlocScore => Words::fixed("khối trưởng chấm điểm", "score by the bloc"),
        Step::OfficialScore => Words::fixed("cơ quan cấp trên thẩm định điểm", "official score"),
        Step::ScoreTable => Words::fixed("thông qua bảng điểm", "adoption of the score table"),
        Step::Consultation => Words::fixed("hiệp thương", "consultation"),
        Step::Ballot => Words::fixed("bỏ phiếu", "ballot"),
        Step::Ranking => Words::fixed("xếp hạng, xếp loại", "ranking"),
        Step::Council => Words::fixed("hội đồng biểu quyết", "decision of the council"),
        Step::Leadership => {
            Words::fixed("chọn khối trưởng, khối phó năm sau", "choice of the next leadership")
        }
    }
}

const fn method_words(method: LeadershipMethod) -> Words {
    match method {
        LeadershipMethod::Election => {
            Words::fixed("Khối trưởng do các thành viên bầu.", "The members elect the leader.")
        }
        LeadershipMethod::Rotation => {
            Words::fixed("Khối trưởng luân phiên.", "The leader is found by turns.")
        }
        LeadershipMethod::Designation => {
            Words::fixed("Khối trưởng do cấp trên chỉ định.", "The body above names the leader.")
        }
    }
}

const fn inadmissible(because: Inadmissible) -> (&'static str, Words) {
    match because {
        Inadmissible::NotAmongHighestScores => (
            "not_among_highest_scores",
            Words::fixed(
                "Đơn vị không thuộc nhóm điểm cao nhất.",
                "The unit is not among the highest scores.",
            ),
        ),
        Inadmissible::Excluded => (
            "excluded",
            Words::fixed("Đơn vị không được xét trong năm này.", "The unit is excluded in this year."),
        ),
        Inadmissible::ExcludedLastYear => (
            "excluded_last_year",
            Words::fixed(
                "Đơn vị không được xét thi đua năm trước nên không được giới thiệu.",
                "The unit was excluded in the year before and may not be nominated.",
            ),
        ),
        Inadmissible::NotAMember => {
            ("not_a_member", Words::fixed("Đơn vị không phải thành viên.", "The unit is not a member."))
        }
    }
}

const fn not_possible(because: NotPossible) -> (&'static str, Words) {
    match because {
        NotPossible::NotRanked => {
            ("not_ranked", Words::fixed("Đơn vị không có trong xếp hạng.", "The unit is not in the ranking."))
        }
        NotPossible::NoSuchRank => {
            ("no_such_rank", Words::fixed("Không có hạng này.", "There are not that many ranks."))
        }
        NotPossible::NoSuchClass => (
            "no_such_class",
            Words::fixed("Quy chế không có mức xếp loại này.", "The regulation has no such class."),
        ),
        NotPossible::SaidTwice => (
            "said_twice",
            Words::fixed("Một đơn vị được thay đổi hai lần.", "The same is changed twice for one unit."),
        ),
    }
}

/// Bodies that carry a regulation call the member `regulation`.
fn regulation_issue(fault: &Fault) -> Issue {
    let (code, words) = (fault.kind.code(), super::regulation_fault::words(&fault.kind));
    Issue { place: Place::Body, at: format!("/regulation{}", fault.pointer), flaw: Flaw::Rule(code, words) }
}

/// Bodies that carry scores call the list `entries`.
fn score_issue(fault: &ScoreFault) -> Issue {
    criterion_issue("/entries", fault)
}

/// Bodies that assign criteria call the list `criteria`.
fn assignment_issue(fault: &ScoreFault) -> Issue {
    criterion_issue("/criteria", fault)
}

fn criterion_issue(list: &str, fault: &ScoreFault) -> Issue {
    let (code, vi, en) = score_words(&fault.kind);
    let at = fault.entry.map_or_else(|| list.to_owned(), |entry| format!("{list}/{entry}"));
    let criterion = fault.criterion;
    let words = Words::new(format!("Tiêu chí {criterion}: {vi}"), format!("Criterion {criterion}: {en}"));
    Issue { place: Place::Body, at, flaw: Flaw::Rule(code, words) }
}

fn score_words(kind: &ScoreFaultKind) -> (&'static str, String, String) {
    let list = |items: &[String]| items.join(", ");
    match kind {
        ScoreFaultKind::UnknownCriterion => (
            "unknownCriterion",
            "bảng điểm không chấm trực tiếp tiêu chí này.".into(),
            "the sheet does not score it directly.".into(),
        ),
        ScoreFaultKind::Duplicate => ("duplicateItem", "chấm hai lần.".into(), "scored twice.".into()),
        ScoreFaultKind::NotScored => ("notScored", "chưa chấm.".into(), "not scored.".into()),
        ScoreFaultKind::AboveMaximum(most) => {
            ("aboveMaximum", format!("tối đa {most}."), format!("at most {most}."))
        }
        ScoreFaultKind::Negative => ("negative", "điểm âm.".into(), "below zero.".into()),
        ScoreFaultKind::TooPrecise(digits) => (
            "tooPrecise",
            format!("nhiều nhất {digits} chữ số thập phân."),
            format!("at most {digits} decimals."),
        ),
        ScoreFaultKind::NotAStep(step) => {
            ("notAStep", format!("phải là bội số của {step}."), format!("must be a multiple of {step}."))
        }
        ScoreFaultKind::NotAnOption(options) => {
            let options = list(&options.iter().map(ToString::to_string).collect::<Vec<_>>());
            ("notAnOption", format!("chỉ nhận: {options}."), format!("must be one of {options}."))
        }
        ScoreFaultKind::NotAssigned => (
            "notAssigned",
            "không được giao cho đơn vị chấm.".into(),
            "not assigned to the unit that scores.".into(),
        ),
        ScoreFaultKind::Taken(unit) => {
            ("taken", format!("đã giao cho đơn vị {unit}."), format!("assigned to unit {unit} already."))
        }
        ScoreFaultKind::NotYours(scorers) => {
            let names: Vec<_> =
                scorers.iter().map(|s| plain(s).as_str().unwrap_or_default().to_owned()).collect();
            let names = list(&names);
            ("notYours", format!("do {names} chấm."), format!("scored by {names}."))
        }
    }
}
