//! The year told as stories: given what happened, when someone asks, then this follows.

mod account;
mod council;
mod drafting;
mod givers;
mod objections;
mod office;
mod properties;
mod ties;

use super::*;
use crate::{
    Aggregate, BallotId, Date, Denied, EventId, GrantId, LocalisedName, Name, Points, Position, Recorded,
    Remark, Rights, Role, Timestamp, Version,
    regulation::{
        BallotRule, Candidates, Class, Criterion, CriterionId, Deadline, LatePolicy, LeadershipMethod,
        LeadershipRule, Majority, MajorityBase, OverMaximum, Part, PartKind, Rounding, ScoreSheet, Scorer,
        Secrecy, Step, StepRule, TieBreak,
    },
    rejection::{Inadmissible, Missing, ScoreFaultKind},
};
use uuid::Uuid;

const A: UnitId = UnitId(Uuid::from_u128(0xA));
const B: UnitId = UnitId(Uuid::from_u128(0xB));
const C: UnitId = UnitId(Uuid::from_u128(0xC));
const STRANGER: UnitId = UnitId(Uuid::from_u128(0xF));
const BLOC: BlocId = BlocId(Uuid::from_u128(0xB10C));

const GRANT: GrantId = GrantId(Uuid::from_u128(9));

const fn officer(unit: UnitId) -> Role {
    Role::UnitOfficer { unit }
}

const OFFICIAL: Role = Role::Official { bloc: None };

fn name(text: &str) -> LocalisedName {
    LocalisedName { vi: Name::new(text).unwrap(), en: None }
}

fn remark(text: &str) -> Remark {
    Remark::new(text).unwrap()
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

fn criterion(id: &str, max: &str, scored_by: &[Scorer]) -> Criterion {
    Criterion {
        id: id.parse().unwrap(),
        name: name(id),
        max: Some(points(max)),
        over_max: OverMaximum::Refuse,
        bonus_of: None,
        scored_by: scored_by.to_vec(),
        options: Vec::new(),
        criteria: Vec::new(),
        highest_only: false,
    }
}

/// Nobody scores for peers or panels here.
fn has_a_scorer(step: &Step) -> bool {
    !matches!(step, Step::PeerScore | Step::PanelScore)
}

fn rule(step: Step) -> StepRule {
    let optional = [Step::OfficialScore, Step::Consultation, Step::Council].contains(&step);
    StepRule { step, required: !optional, deadline: None, late: LatePolicy::Accept }
}

fn vote_by(secrecy: Secrecy, candidates: Candidates, majority: Option<Majority>) -> BallotRule {
    BallotRule { secrecy, candidates, majority, quorum: None }
}

/// A hundred points: ninety for contents, ten bonus; penalties by the state body alone.
fn regulation() -> Regulation {
    let part = |label: &str, kind, cap: &str, criteria| Part {
        label: None,
        name: name(label),
        kind,
        cap: (!cap.is_empty()).then(|| points(cap)),
        criteria,
    };
    let both = [Scorer::Itself, Scorer::Bloc];
    Regulation {
        title: name("Quy chế mẫu"),
        sources: Vec::new(),
        unsourced: Vec::new(),
        sheet: ScoreSheet {
            scale: points("100"),
            decimals: 1,
            step: None,
            rounding: Rounding::HalfUp,
            base: None,
            monthly: false,
            counts: vec![Scorer::Official, Scorer::Bloc],
            weights: Vec::new(),
            scorers: Vec::new(),
            penalties: Vec::new(),
            parts: vec![
                part(
                    "Nội dung",
                    PartKind::Contents,
                    "90",
                    vec![criterion("N1", "50", &both), criterion("N2", "40", &both)],
                ),
                part("Thưởng", PartKind::Bonus, "10", vec![criterion("T1", "10", &both)]),
                part("Trừ", PartKind::Penalty, "", vec![criterion("P1", "8", &[Scorer::Official])]),
            ],
        },
        classes: vec![
            Class {
                code: crate::Text::new("A").unwrap(),
                name: name("Xuất sắc"),
                at_least: Some(points("90")),
                unscored: false,
            },
            Class {
                code: crate::Text::new("B").unwrap(),
                name: name("Khá"),
                at_least: None,
                unscored: false,
            },
        ],
        classify_up_to: None,
        procedure: Step::ALL.into_iter().filter(has_a_scorer).map(rule).collect(),
        ballot: Some(vote_by(Secrecy::Open, Candidates::TopScores(1), None)),
        leadership: LeadershipRule {
            method: LeadershipMethod::Election,
            ballot: Some(vote_by(
                Secrecy::Secret,
                Candidates::Members,
                Some(Majority { percent: 50, or_equal: false, base: MajorityBase::Electors }),
            )),
            order: Vec::new(),
            bars_excluded_last_year: false,
        },
        tie_breaks: vec![TieBreak::Contents],
        comment_days: None,
        explanation_days: None,
        objection_days: None,
        ruling_days: None,
        awards: Vec::new(),
    }
}

/// A year in the making: three members, A leads, B is deputy.
struct Story {
    year: Option<Year>,
    at: u64,
    version: Version,
    received: Timestamp,
    effective_on: Date,
    roster: Vec<UnitId>,
    waiting: Vec<CountedChoice>,
    waiting_of: BTreeMap<BallotId, Vec<CountedChoice>>,
    by: Option<UnitId>,
    before: Option<Arc<Year>>,
}

/// A fact with its place, its time and the day it counts from.
type Fact = (u64, Timestamp, Date, YearEvent);

impl Story {
    fn untold() -> Self {
        let received: Timestamp = "2024-06-30T02:00:00Z".parse().unwrap();
        Self {
            year: None,
            at: 0,
            version: Version(0),
            received,
            effective_on: received.day(),
            roster: vec![A, B, C],
            waiting: Vec::new(),
            waiting_of: BTreeMap::new(),
            by: None,
            before: None,
        }
    }

    fn opened() -> Self {
        let mut story = Self::untold();
        story.does(YearAct::Open);
        story.does(YearAct::RecordLeadership(LeadershipRecorded {
            leader: A,
            deputy: Some(B),
            method: None,
        }));
        story
    }

    fn regulated(regulation: Regulation) -> Self {
        let mut story = Self::opened();
        story.does(YearAct::AdoptRegulation(Arc::new(regulation)));
        story
    }

    /// Everyone has done everything up to the scores of the bloc.
    fn scored(totals: [(UnitId, &str, &str); 3]) -> Self {
        Self::scored_under(regulation(), totals)
    }

    fn scored_under(regulation: Regulation, totals: [(UnitId, &str, &str); 3]) -> Self {
        let mut story = Self::regulated(regulation);
        for (unit, n1, bonus) in totals {
            story.registers(unit);
            story.does(YearAct::SignPledge(unit));
            story.does(report(unit, ReportKind::HalfYear));
            story.does(report(unit, ReportKind::Annual));
            story.does(scores(unit, Scorer::Itself, &[("N1", "50"), ("N2", "40"), ("T1", "10")]));
            let scorer = if unit == A { B } else { A };
            story.acting_for(scorer).does(scores(
                unit,
                Scorer::Bloc,
                &[("N1", n1), ("N2", "40"), ("T1", bonus)],
            ));
        }
        story
    }

    /// Everything up to the adopted ranking, in which C leads.
    fn ranked() -> Self {
        let mut story = Self::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
        story.does(ADOPT_TABLE);
        story.does(open(ballot(1), Question::LeadingUnit));
        for elector in [A, B] {
            story.votes(ballot(1), elector, Choice::For(C));
        }
        story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
        story.does(ADOPT_RANKING);
        story
    }

    /// Days go by.
    fn waits(&mut self, days: i64) -> &mut Self {
        self.received = Timestamp::from_millis(self.received.millis() + days * 86_400_000);
        self
    }

    fn acting_for(&mut self, unit: UnitId) -> &mut Self {
        self.by = Some(unit);
        self
    }

    fn registers(&mut self, unit: UnitId) {
        self.does(registration(unit));
    }

    fn asks(&mut self, act: YearAct) -> Result<Vec<YearEvent>, Rejection> {
        let proofs = Proofs {
            received: self.received,
            position: Position(self.at),
            effective_on: self.effective_on,
            bloc_exists: true,
            roster: self.roster.clone(),
            before: self.before.clone(),
            waiting: self.waiting.clone(),
            unregistered: Vec::new(),
            bloc_end: None,
            ended: Vec::new(),
        };
        let by = Authority { grant: Some(GrantId(Uuid::nil())), unit: self.by.take(), delegation: None };
        let command = YearCommand { bloc: BLOC, year: EmulationYear::new(2024).unwrap(), act, proofs };
        Year::decide(self.year.as_ref(), command, &by)
    }

    /// Whether the holder of a role may ask for an act.
    fn may(&self, role: Role, act: YearAct) -> Result<Authority, Denied> {
        let client = crate::ClientId::new("portal").unwrap();
        let rights = Rights { client: &client, held: vec![(GRANT, role)] };
        let proofs = Proofs {
            received: self.received,
            position: Position(self.at),
            effective_on: self.effective_on,
            bloc_exists: true,
            roster: self.roster.clone(),
            before: None,
            waiting: Vec::new(),
            unregistered: Vec::new(),
            bloc_end: None,
            ended: Vec::new(),
        };
        let command = YearCommand { bloc: BLOC, year: EmulationYear::new(2024).unwrap(), act, proofs };
        Year::permits(&rights, self.year.as_ref(), &command)
    }

    fn does(&mut self, act: YearAct) -> EventId {
        let events = self.asks(act).expect("the act is accepted");
        self.takes(&events)
    }

    /// Asks, and when the act is accepted takes its facts in and notes them. A ballot is closed with its own choices.
    fn asks_and_takes(&mut self, act: YearAct, facts: &mut Vec<Fact>) -> bool {
        if let YearAct::CloseBallot(close) = &act {
            self.waiting = self.waiting_of.get(&close.ballot).cloned().unwrap_or_default();
        }
        let Ok(events) = self.asks(act) else { return false };
        let noted = events.iter().zip(self.at..);
        facts.extend(noted.map(|(event, at)| (at, self.received, self.effective_on, event.clone())));
        self.takes(&events);
        true
    }

    fn is_secret(&self, ballot: BallotId) -> bool {
        self.year().ballot(ballot).is_some_and(|ballot| ballot.secrecy == Secrecy::Secret)
    }

    fn takes(&mut self, events: &[YearEvent]) -> EventId {
        let mut id = EventId(Uuid::nil());
        for event in events {
            id = EventId(Uuid::from_u128(0xE0_0000 + u128::from(self.at)));
            let fact = Recorded {
                position: Position(self.at),
                id,
                recorded_at: self.received,
                effective_on: self.effective_on,
                event,
            };
            self.year = Year::evolve(self.year.take(), fact);
            self.at += 1;
            self.version = self.version.next();
        }
        id
    }

    fn is_refused(&mut self, act: YearAct, because: &Rejection) {
        let before = self.year.clone();
        assert_eq!(self.asks(act).expect_err("the act is refused"), *because);
        assert_eq!(self.year, before);
    }

    fn year(&self) -> &Year {
        self.year.as_ref().unwrap()
    }

    fn votes(&mut self, ballot: BallotId, elector: UnitId, choice: Choice) {
        let receipt = ReceiptCode::from_random([u8::try_from(self.at % 251).unwrap(); 10]);
        self.does(YearAct::CastVote(CastVote { ballot, elector, choice, receipt: receipt.clone() }));
        if self.year().ballot(ballot).unwrap().secrecy == Secrecy::Secret {
            self.waiting.push(CountedChoice { receipt, choice });
        }
    }
}

fn registration(unit: UnitId) -> YearAct {
    YearAct::FileRegistration(FileRegistration {
        unit,
        targets: Vec::new(),
        contents: None,
        titles_sought: Vec::new(),
        registered_points: None,
        correction: None,
    })
}

fn report(unit: UnitId, kind: ReportKind) -> YearAct {
    let (figures, attachments) = (Vec::new(), Vec::new());
    YearAct::FileReport(FileReport {
        unit,
        kind,
        summary: None,
        shortcomings: None,
        figures,
        attachments,
        correction: None,
    })
}

fn scores(unit: UnitId, scorer: Scorer, entries: &[(&str, &str)]) -> YearAct {
    let entry = |(id, value): &(&str, &str)| ScoreEntry {
        criterion: id.parse().unwrap(),
        points: points(value),
        evidence: Vec::new(),
        explanation: None,
    };
    YearAct::GiveScores(GiveScores {
        unit,
        scorer,
        given_by: None,
        month: None,
        entries: entries.iter().map(entry).collect(),
        correction: None,
    })
}

fn open(ballot: BallotId, question: Question) -> YearAct {
    YearAct::OpenBallot(OpenBallot {
        ballot,
        question,
        candidates: Vec::new(),
        present: Vec::new(),
        reason: None,
    })
}

fn ballot(number: u128) -> BallotId {
    BallotId(Uuid::from_u128(number))
}

fn missing(step: Step, units: &[UnitId]) -> Missing {
    Missing { step, units: units.to_vec() }
}

const ADOPT_TABLE: YearAct = YearAct::AdoptScoreTable(AdoptScoreTable { correction: None });
const ADOPT_RANKING: YearAct = YearAct::AdoptRanking(AdoptRanking { correction: None });

#[test]
fn a_whole_year_from_the_opening_to_the_next_leader() {
    let mut story = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    story.does(ADOPT_TABLE);
    let totals: Vec<_> =
        story.year().score_table.as_ref().unwrap().rows.iter().map(|r| (r.unit, r.total)).collect();
    assert_eq!(totals, [(A, points("90")), (B, points("90")), (C, points("99"))]);

    story.does(open(ballot(1), Question::LeadingUnit));
    assert_eq!(story.year().ballot(ballot(1)).unwrap().candidates, [C]);
    for elector in [A, B] {
        story.votes(ballot(1), elector, Choice::For(C));
    }
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
    story.does(ADOPT_RANKING);
    let ranking = story.year().ranking.clone().unwrap();
    let ranks: Vec<_> =
        ranking.rows.iter().map(|r| (r.unit, r.rank, r.tied, r.class.clone().unwrap())).collect();
    let class = |code| crate::Text::new(code).unwrap();
    // A and B have 90 each; A has 85 for contents, B 80.
    assert_eq!(ranks, [(C, 1, false, class("A")), (A, 2, false, class("A")), (B, 3, false, class("A"))]);
    assert_eq!(ranking.leading_unit, Some(C));

    for (number, question, chosen) in [(2, Question::NextLeader, C), (3, Question::NextDeputy, B)] {
        story.waiting.clear();
        story.does(open(ballot(number), question));
        for elector in [A, B, C] {
            story.votes(ballot(number), elector, Choice::For(chosen));
        }
        story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(number) }));
    }
    story.does(YearAct::ElectLeadership(ElectLeadership { leader: C, deputy: Some(B), reason: None }));
    let elected = story.year().elected.clone().unwrap();
    assert_eq!((elected.leader, elected.deputy), (C, Some(B)));
    assert!(story.year().steps(&[A, B, C]).iter().all(|s| s.done || !s.required));
}

#[test]
fn a_step_out_of_order_names_what_is_missing() {
    let mut story = Story::regulated(regulation());
    let out = |step, missing| Rejection::OutOfOrder { step, missing };
    story.is_refused(YearAct::SignPledge(A), &out(Step::Pledge, vec![missing(Step::Registration, &[A])]));
    story.registers(A);
    story.is_refused(
        scores(A, Scorer::Itself, &[]),
        &out(
            Step::SelfScore,
            vec![
                missing(Step::Pledge, &[A]),
                missing(Step::HalfYearReport, &[A]),
                missing(Step::AnnualReport, &[A]),
            ],
        ),
    );
    let Err(Rejection::OutOfOrder { missing: gaps, .. }) = story.asks(ADOPT_TABLE) else { panic!("refused") };
    assert_eq!(gaps[0], missing(Step::Registration, &[B, C]));
}

#[test]
fn a_ballot_that_skips_the_scores_is_refused() {
    let mut story = Story::regulated(regulation());
    let refused = story.asks(open(ballot(1), Question::LeadingUnit)).unwrap_err();
    assert!(matches!(refused, Rejection::OutOfOrder { step: Step::Ballot, .. }));
    let mut scored = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    scored.is_refused(
        open(ballot(1), Question::LeadingUnit),
        &Rejection::OutOfOrder { step: Step::Ballot, missing: vec![missing(Step::ScoreTable, &[])] },
    );
}

#[test]
fn before_a_regulation_units_may_pledge_and_report_but_nobody_scores() {
    let mut story = Story::opened();
    story.does(YearAct::SignPledge(C));
    story.does(report(C, ReportKind::HalfYear));
    story.is_refused(scores(C, Scorer::Itself, &[]), &Rejection::Unknown(Thing::Regulation));
    story.is_refused(ADOPT_TABLE, &Rejection::OutOfOrder { step: Step::ScoreTable, missing: Vec::new() });
}

#[test]
fn a_late_report_is_marked_or_refused_as_the_regulation_says() {
    let deadline = |late| {
        let mut regulation = regulation();
        let rule = regulation.procedure.iter_mut().find(|rule| rule.step == Step::Registration).unwrap();
        *rule =
            StepRule { deadline: Some(Deadline { month: 3, day: 31, year_offset: 0 }), late, ..rule.clone() };
        regulation
    };
    let due: Timestamp = "2024-03-31T16:59:59.999Z".parse().unwrap();

    let mut marked = Story::regulated(deadline(LatePolicy::Accept));
    // The day it claims is in time; what counts is when the server received it.
    marked.effective_on = "2024-03-01".parse().unwrap();
    marked.registers(A);
    assert_eq!(
        marked.year().unit(A).unwrap().registration.unwrap().timeliness,
        Timeliness { due: Some(due), late: true }
    );

    let mut refused = Story::regulated(deadline(LatePolicy::Refuse));
    let received = refused.received;
    let because = Rejection::DeadlinePassed { step: Step::Registration, due, received };
    refused.is_refused(registration(A), &because);
    refused.received = due;
    refused.registers(A);
    assert_eq!(
        refused.year().unit(A).unwrap().registration.unwrap().timeliness,
        Timeliness { due: Some(due), late: false }
    );
}

#[test]
fn the_leader_does_not_score_itself_and_the_deputy_does() {
    let mut story = Story::scored([(C, "50", "9"), (B, "40", "10"), (A, "45", "5")]);
    assert_eq!(story.year().unit(A).unwrap().score(Scorer::Bloc).unwrap().given_by, Some(B));
    let all = [("N1", "50"), ("N2", "40"), ("T1", "10")];
    let conflict = |unit, scorer| Rejection::ConflictOfInterest { unit, scorer: Some(scorer) };
    story.acting_for(A).is_refused(scores(A, Scorer::Bloc, &all), &conflict(A, B));
    story.acting_for(B).is_refused(scores(B, Scorer::Bloc, &all), &conflict(B, A));
}

#[test]
fn scores_of_different_scorers_stand_side_by_side_and_a_correction_names_what_it_corrects() {
    let mut story = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    let standing = story.year().unit(C).unwrap().score(Scorer::Bloc).unwrap().mark.id;
    let again = || scores(C, Scorer::Bloc, &[("N1", "41.5"), ("N2", "40"), ("T1", "9")]);
    story.acting_for(A).is_refused(again(), &Rejection::AlreadyFiled(Step::BlocScore, C, standing));

    let corrected = |corrects| {
        let YearAct::GiveScores(act) = again() else { unreachable!("it gives scores") };
        let correction =
            Some(Correction { corrects, reason: remark("Cộng nhầm một tiêu chí"), ruling: None });
        YearAct::GiveScores(GiveScores { correction, ..act })
    };
    let other = EventId(Uuid::from_u128(1));
    let because = Rejection::NotTheStandingFact { named: other, standing: Some(standing) };
    story.acting_for(A).is_refused(corrected(other), &because);
    story.acting_for(A).does(corrected(standing));

    let unit = story.year().unit(C).unwrap();
    assert_eq!(
        unit.score(Scorer::Bloc).unwrap().replaced.iter().map(|mark| mark.id).collect::<Vec<_>>(),
        [standing]
    );
    assert_eq!(unit.score(Scorer::Itself).unwrap().marks[0].1, points("50"));
    assert_eq!(story.year().evaluate(C).unwrap().total, points("90.5"));
}

#[test]
fn a_regulation_is_frozen_at_the_first_score() {
    let mut story = Story::regulated(regulation());
    story.does(YearAct::AdoptRegulation(Arc::new(regulation())));
    assert_eq!(story.year().regulation.as_ref().unwrap().version, 2);
    let mut scored = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    scored.is_refused(YearAct::AdoptRegulation(Arc::new(regulation())), &Rejection::RegulationFrozen);
}

#[test]
fn faulty_scores_are_named_all_at_once() {
    let mut story = Story::regulated(regulation());
    story.registers(C);
    story.does(YearAct::SignPledge(C));
    story.does(report(C, ReportKind::HalfYear));
    story.does(report(C, ReportKind::Annual));
    let faulty = scores(C, Scorer::Itself, &[("N1", "50.1"), ("N2", "1.25"), ("P1", "8"), ("X", "1")]);
    let Err(Rejection::ScoresFaulty(faults)) = story.asks(faulty) else { panic!("refused") };
    let id = |text: &str| text.parse::<CriterionId>().unwrap();
    let kinds: Vec<_> = faults.iter().map(|fault| (fault.entry, fault.criterion, &fault.kind)).collect();
    assert!(kinds.contains(&(Some(0), id("N1"), &ScoreFaultKind::AboveMaximum(points("50")))));
    assert!(kinds.contains(&(Some(1), id("N2"), &ScoreFaultKind::TooPrecise(1))));
    assert!(kinds.contains(&(Some(2), id("P1"), &ScoreFaultKind::NotYours(vec![Scorer::Official]))));
    assert!(kinds.contains(&(Some(3), id("X"), &ScoreFaultKind::UnknownCriterion)));
    assert!(kinds.contains(&(None, id("T1"), &ScoreFaultKind::NotScored)));
}

#[test]
fn an_official_penalty_counts_and_no_self_score_does() {
    let mut story = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    story.does(scores(C, Scorer::Official, &[("P1", "8")]));
    let evaluation = story.year().evaluate(C).unwrap();
    assert_eq!(
        (evaluation.contents, evaluation.bonus, evaluation.penalty),
        (points("90"), points("9"), points("8"))
    );
    assert_eq!(evaluation.total, points("91"));
}

#[test]
fn a_unit_votes_once_while_the_ballot_is_open_and_only_for_a_candidate() {
    let mut story = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    story.does(ADOPT_TABLE);
    let named = OpenBallot {
        ballot: ballot(1),
        question: Question::LeadingUnit,
        candidates: vec![A],
        present: Vec::new(),
        reason: None,
    };
    let because = Rejection::CandidateNotAdmitted { unit: A, because: Inadmissible::NotAmongHighestScores };
    story.is_refused(YearAct::OpenBallot(named), &because);
    story.does(open(ballot(1), Question::LeadingUnit));
    story.is_refused(open(ballot(2), Question::LeadingUnit), &Rejection::BallotOpen(ballot(1)));

    let receipt = ReceiptCode::from_random([7; 10]);
    let vote = |elector, choice| {
        YearAct::CastVote(CastVote { ballot: ballot(1), elector, choice, receipt: receipt.clone() })
    };
    story.is_refused(vote(A, Choice::For(B)), &Rejection::NotACandidate(B));
    story.is_refused(vote(STRANGER, Choice::For(C)), &Rejection::NotAnElector(STRANGER));
    story.does(vote(A, Choice::For(C)));
    story.is_refused(vote(A, Choice::Abstain), &Rejection::AlreadyVoted(A));
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
    story.is_refused(vote(B, Choice::For(C)), &Rejection::BallotClosed(ballot(1)));
    story.is_refused(open(ballot(2), Question::LeadingUnit), &Rejection::BallotDecided(ballot(1)));
}

#[test]
fn a_secret_ballot_keeps_the_choice_out_of_the_vote_and_publishes_all_sorted() {
    let mut story = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    story.does(ADOPT_TABLE);
    story.does(open(ballot(1), Question::LeadingUnit));
    story.votes(ballot(1), A, Choice::For(C));
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
    story.does(ADOPT_RANKING);
    story.does(open(ballot(2), Question::NextLeader));
    story.votes(ballot(2), A, Choice::For(B));
    story.votes(ballot(2), B, Choice::Abstain);
    story.votes(ballot(2), C, Choice::For(B));
    assert!(story.year().ballot(ballot(2)).unwrap().votes.values().all(Option::is_none));

    let kept = story.waiting.pop().unwrap();
    let close = || YearAct::CloseBallot(CloseBallot { ballot: ballot(2) });
    story.is_refused(close(), &Rejection::BallotIncomplete { ballot: ballot(2), cast: 3, found: 2 });
    story.waiting.insert(0, kept);
    story.does(close());
    let (result, _) = story.year().ballot(ballot(2)).unwrap().result.clone().unwrap();
    assert!(result.choices.is_sorted() && result.choices.len() == 3);
    assert_eq!((result.cast, result.abstained, result.chosen), (3, 1, Some(B)));
}

#[test]
fn without_a_majority_nobody_is_elected_and_another_round_is_kept_beside_the_first() {
    let mut story = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    story.does(ADOPT_TABLE);
    story.does(open(ballot(1), Question::LeadingUnit));
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
    story.does(ADOPT_RANKING);
    assert_eq!(story.year().ranking.as_ref().unwrap().leading_unit, None);
    story.does(open(ballot(2), Question::NextLeader));
    story.votes(ballot(2), A, Choice::For(B));
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(2) }));
    let elect = |leader| YearAct::ElectLeadership(ElectLeadership { leader, deputy: None, reason: None });
    story.is_refused(elect(B), &Rejection::NoMajority(ballot(2)));
    story.waiting.clear();
    story.does(open(ballot(3), Question::NextLeader));
    assert_eq!(story.year().ballot(ballot(3)).unwrap().round, 2);
    for elector in [A, B] {
        story.votes(ballot(3), elector, Choice::For(B));
    }
    story.is_refused(elect(B), &Rejection::BallotOpen(ballot(3)));
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(3) }));
    story.is_refused(elect(C), &Rejection::NotChosen(B));
    story.does(elect(B));
    story.is_refused(elect(B), &Rejection::AlreadyDone(Step::Leadership));
}

#[test]
fn an_excluded_unit_keeps_nobody_waiting_and_is_not_ranked() {
    let mut story = Story::regulated(regulation());
    let reason = remark("Kết luận thanh tra");
    story.does(YearAct::Exclude(UnitExcluded { unit: C, cause: ExclusionCause::Misconduct, reason }));
    story.is_refused(registration(C), &Rejection::Excluded(C));
    assert!(story.year().steps(&[A, B, C])[0].missing.iter().all(|unit| *unit != C));
}

#[test]
fn a_year_needs_its_bloc_and_is_opened_once() {
    let mut story = Story::untold();
    story.is_refused(registration(A), &Rejection::Unknown(Thing::Year(EmulationYear::new(2024).unwrap())));
    story.does(YearAct::Open);
    story
        .is_refused(YearAct::Open, &Rejection::AlreadyExists(Thing::Year(EmulationYear::new(2024).unwrap())));
    story.is_refused(registration(STRANGER), &Rejection::NotAMember(STRANGER));
}

#[test]
fn who_was_elected_takes_office_when_the_next_year_is_opened() {
    let mut last_year = Story::opened();
    last_year.takes(&[YearEvent::LeadershipElected(LeadershipElected {
        for_year: EmulationYear::new(2025).unwrap(),
        leader: C,
        deputy: Some(B),
        method: LeadershipMethod::Rotation,
        skipped: Vec::new(),
        reason: None,
    })]);
    let proofs = Proofs {
        received: Timestamp::from_millis(0),
        position: Position(0),
        effective_on: "2025-01-02".parse().unwrap(),
        bloc_exists: true,
        roster: vec![A, B, C],
        before: last_year.year.map(Arc::new),
        waiting: Vec::new(),
        unregistered: Vec::new(),
        bloc_end: None,
        ended: Vec::new(),
    };
    let command =
        YearCommand { bloc: BLOC, year: EmulationYear::new(2025).unwrap(), act: YearAct::Open, proofs };
    let by = Authority { grant: Some(GrantId(Uuid::nil())), unit: None, delegation: None };
    let events = Year::decide(None, command, &by).unwrap();
    let took = LeadershipRecorded { leader: C, deputy: Some(B), method: Some(LeadershipMethod::Rotation) };
    assert_eq!(events[1], YearEvent::LeadershipRecorded(took));
}

#[test]
fn rights_follow_the_log_not_the_token() {
    let story = Story::opened();
    let grant = GRANT;
    let asks = |role, act| story.may(role, act);
    assert_eq!(
        asks(officer(A), ADOPT_TABLE),
        Ok(Authority { grant: Some(grant), unit: Some(A), delegation: None })
    );
    assert!(asks(officer(C), ADOPT_TABLE).is_err());
    assert!(asks(officer(C), registration(A)).is_err());
    assert!(asks(Role::Registrar, registration(A)).is_err());
    assert!(asks(Role::Official { bloc: None }, scores(A, Scorer::Official, &[])).is_ok());
    assert!(
        asks(Role::Official { bloc: Some(BlocId(Uuid::nil())) }, scores(A, Scorer::Official, &[])).is_err()
    );
    assert!(asks(officer(A), scores(A, Scorer::Official, &[])).is_err());
    assert_eq!(
        asks(officer(B), scores(A, Scorer::Bloc, &[])),
        Ok(Authority { grant: Some(grant), unit: Some(B), delegation: None })
    );
    assert!(asks(officer(C), scores(A, Scorer::Bloc, &[])).is_err());
}
