//! Peers, panels, months, penalties that the record finds.

use super::*;
use crate::{
    regulation::{Breach, Combine, FindingState, Method, PenaltyRule, ScorerRule, Trim, Weight},
    rejection::ScoreFault,
};

const DEPARTMENT: UnitId = UnitId(Uuid::from_u128(0xD));
const OTHER_DEPARTMENT: UnitId = UnitId(Uuid::from_u128(0xD2));

fn combined(scorer: Scorer, method: Method, at_least: u8) -> ScorerRule {
    ScorerRule { scorer, name: None, combine: Some(Combine { method, at_least }), own_unit: false }
}

fn needed(step: Step) -> StepRule {
    StepRule { required: true, ..rule(step) }
}

/// The members score one another on everything; what they say counts by the mean of two, the leader's word beside it.
pub(super) fn by_peers() -> Regulation {
    let mut regulation = regulation();
    let sheet = &mut regulation.sheet;
    sheet.parts[0].criteria.iter_mut().for_each(|criterion| criterion.scored_by = vec![Scorer::Peer]);
    sheet.counts = vec![Scorer::Official, Scorer::Peer, Scorer::Bloc];
    sheet.scorers = vec![combined(Scorer::Peer, Method::Mean, 2)];
    regulation.procedure =
        [Step::SelfScore, Step::PeerScore, Step::ScoreTable, Step::Ranking].map(needed).into();
    regulation.sheet.parts[1].criteria[0].scored_by = vec![Scorer::Itself, Scorer::Peer];
    regulation.sheet.parts.truncate(2);
    regulation.sheet.counts = vec![Scorer::Peer];
    regulation.ballot = None;
    regulation.leadership = LeadershipRule {
        method: LeadershipMethod::Designation,
        ballot: None,
        order: Vec::new(),
        bars_excluded_last_year: false,
    };
    assert_eq!(regulation.check(), []);
    regulation
}

fn from(giver: UnitId, act: YearAct) -> YearAct {
    let YearAct::GiveScores(given) = act else { panic!("scores") };
    YearAct::GiveScores(GiveScores { given_by: Some(giver), ..given })
}

pub(super) fn peer(story: &mut Story, giver: UnitId, unit: UnitId, n1: &str) -> YearAct {
    story.by = Some(giver);
    from(giver, scores(unit, Scorer::Peer, &[("N1", n1), ("N2", "40"), ("T1", "0")]))
}

fn peers_scoring() -> Story {
    let mut story = Story::regulated(by_peers());
    for unit in [A, B, C] {
        story.does(scores(unit, Scorer::Itself, &[("T1", "10")]));
    }
    story
}

fn total(story: &Story, unit: UnitId) -> Points {
    story.year().evaluate(unit).unwrap().total
}

#[test]
fn members_score_one_another_side_by_side_and_the_mean_counts_once_enough_have_spoken() {
    let mut story = peers_scoring();
    let first = peer(&mut story, B, A, "45.5");
    story.does(first);
    assert_eq!(total(&story, A), points("0"), "one of two");
    assert_eq!(
        story.asks(ADOPT_TABLE).unwrap_err(),
        Rejection::OutOfOrder { step: Step::ScoreTable, missing: vec![missing(Step::PeerScore, &[A, B, C])] }
    );
    let second = peer(&mut story, C, A, "40");
    story.does(second);
    // (45.5 + 40) / 2 = 42.75, rounded half up to one decimal.
    assert_eq!(total(&story, A), points("82.8"));
    let known = story.year().unit(A).unwrap();
    let givers: Vec<_> = known.scores_of(Scorer::Peer).map(|score| score.given_by.unwrap()).collect();
    assert_eq!(givers, [B, C], "nobody's score overwrites another's");
}

#[test]
fn a_giver_corrects_its_own_score_and_no_one_elses() {
    let mut story = peers_scoring();
    let given = peer(&mut story, B, A, "45");
    let of_b = story.does(given);
    let again = peer(&mut story, B, A, "44");
    story.is_refused(again, &Rejection::AlreadyFiled(Step::PeerScore, A, of_b));
    let correction = || Some(Correction { corrects: of_b, reason: remark("Cộng nhầm"), ruling: None });
    let corrected = |act| {
        let YearAct::GiveScores(given) = act else { panic!("scores") };
        YearAct::GiveScores(GiveScores { correction: correction(), ..given })
    };
    let of_another = corrected(peer(&mut story, C, A, "10"));
    story.is_refused(of_another, &Rejection::NotTheStandingFact { named: of_b, standing: None });
    let own = corrected(peer(&mut story, B, A, "44"));
    story.does(own);
    let score = story.year().unit(A).unwrap().score(Scorer::Peer).unwrap().clone();
    assert_eq!((score.marks[0].1, score.replaced.len()), (points("44"), 1));
}

#[test]
fn nobody_scores_its_own_unit_unless_the_text_says_so_and_strangers_are_no_peers() {
    let mut story = peers_scoring();
    let own = peer(&mut story, A, A, "50");
    story.is_refused(own, &Rejection::ConflictOfInterest { unit: A, scorer: None });
    let stranger = peer(&mut story, STRANGER, A, "50");
    story.is_refused(stranger, &Rejection::NotAMember(STRANGER));

    let mut allowed = by_peers();
    allowed.sheet.scorers[0].own_unit = true;
    let mut story = Story::regulated(allowed);
    story.does(scores(A, Scorer::Itself, &[("T1", "10")]));
    let own = peer(&mut story, A, A, "50");
    story.does(own);
}

#[test]
fn the_highest_and_the_lowest_are_dropped_the_median_does_not_mind_outliers_and_weights_are_exact() {
    let given = ["40", "49.5", "50", "10"].map(points);
    let of = |method, at_least| {
        let exact = Combine { method, at_least }.of(&given);
        exact.map(|exact| Rounding::HalfUp.of(exact, 2).to_string())
    };
    let trimmed = |lowest, highest| Method::TrimmedMean(Trim { lowest, highest });
    for (method, at_least, expected) in [
        (Method::Mean, 1, Some("37.38")),
        (Method::Median, 4, Some("44.75")),
        (Method::Mean, 5, None),
        (trimmed(1, 1), 3, Some("44.75")),
        (trimmed(1, 0), 3, Some("46.5")),
        (trimmed(2, 2), 1, None),
        (trimmed(9, 9), 1, None),
    ] {
        assert_eq!(of(method, at_least).as_deref(), expected, "{method:?}");
    }
}

#[test]
fn weighted_scores_count_once_every_weighted_scorer_has_spoken() {
    let mut weighted = by_peers();
    weighted.sheet.counts = Vec::new();
    weighted.sheet.weights =
        [(Scorer::Peer, 40), (Scorer::Itself, 60)].map(|(scorer, percent)| Weight { scorer, percent }).into();
    for part in &mut weighted.sheet.parts {
        part.criteria.iter_mut().for_each(|one| one.scored_by = vec![Scorer::Itself, Scorer::Peer]);
    }
    assert_eq!(weighted.check(), []);
    let mut story = Story::regulated(weighted);
    story.does(scores(A, Scorer::Itself, &[("N1", "50"), ("N2", "40"), ("T1", "10")]));
    assert_eq!(total(&story, A), points("0"));
    for (giver, n1) in [(B, "33.3"), (C, "40")] {
        let given = peer(&mut story, giver, A, n1);
        story.does(given);
    }
    // 0.6 × 50 + 0.4 × 36.65 = 44.66 → 44.7; 40; 0.6 × 10 + 0.4 × 0 = 6.
    assert_eq!(total(&story, A), points("90.7"));
    let line = story.year().evaluate(A).unwrap().lines[0].clone();
    let shares: Vec<_> = line.shares.iter().map(|s| (s.scorer, s.percent, s.givers)).collect();
    assert_eq!(shares, [(Scorer::Peer, Some(40), 2), (Scorer::Itself, Some(60), 1)]);
}

/// Departments from outside score N1 and N2; nobody says how two scores of one criterion would become one.
fn by_panels() -> Story {
    let mut regulation = by_peers();
    regulation.sheet.scorers = Vec::new();
    for part in &mut regulation.sheet.parts {
        part.criteria.iter_mut().for_each(|criterion| criterion.scored_by = vec![Scorer::Panel]);
    }
    regulation.sheet.counts = vec![Scorer::Panel];
    regulation.procedure = [Step::PanelScore, Step::ScoreTable, Step::Ranking].map(needed).into();
    assert_eq!(regulation.check(), []);
    Story::regulated(regulation)
}

fn assign(panel: UnitId, criteria: &[&str]) -> YearAct {
    let criteria = criteria.iter().map(|id| id.parse().unwrap()).collect();
    YearAct::AssignPanel(AssignPanel { panel, criteria })
}

fn panel(story: &mut Story, giver: UnitId, entries: &[(&str, &str)]) -> YearAct {
    story.by = Some(giver);
    from(giver, scores(A, Scorer::Panel, entries))
}

fn fault(entry: Option<usize>, criterion: &str, kind: ScoreFaultKind) -> ScoreFault {
    ScoreFault { entry, criterion: criterion.parse().unwrap(), kind }
}

#[test]
fn departments_from_outside_each_score_their_own_criteria() {
    let mut story = by_panels();
    story.does(assign(DEPARTMENT, &["N1"]));
    story.does(assign(OTHER_DEPARTMENT, &["N2", "T1"]));
    let beyond = panel(&mut story, DEPARTMENT, &[("N2", "40")]);
    let faults =
        vec![fault(Some(0), "N2", ScoreFaultKind::NotAssigned), fault(None, "N1", ScoreFaultKind::NotScored)];
    story.is_refused(beyond, &Rejection::ScoresFaulty(faults));
    let own = panel(&mut story, DEPARTMENT, &[("N1", "45")]);
    story.does(own);
    assert_eq!(total(&story, A), points("45"));
    let rest = panel(&mut story, OTHER_DEPARTMENT, &[("N2", "40"), ("T1", "5")]);
    story.does(rest);
    assert_eq!(total(&story, A), points("90"));
    let nobody = panel(&mut story, STRANGER, &[("N1", "1")]);
    let faults = vec![fault(Some(0), "N1", ScoreFaultKind::NotAssigned)];
    story.is_refused(nobody, &Rejection::ScoresFaulty(faults));
}

#[test]
fn an_assignment_that_cannot_be_is_refused_with_every_fault() {
    let mut story = by_panels();
    story.does(assign(DEPARTMENT, &["N1"]));
    let faults = vec![
        fault(Some(0), "N1", ScoreFaultKind::Taken(DEPARTMENT)),
        fault(Some(1), "X", ScoreFaultKind::UnknownCriterion),
        fault(Some(3), "N2", ScoreFaultKind::Duplicate),
    ];
    let wrong = assign(OTHER_DEPARTMENT, &["N1", "X", "N2", "N2"]);
    story.is_refused(wrong, &Rejection::AssignmentFaulty(faults));
    let own = panel(&mut story, DEPARTMENT, &[("N1", "45")]);
    story.does(own);
    let used = vec!["N1".parse().unwrap()];
    story.is_refused(assign(DEPARTMENT, &["N2"]), &Rejection::AssignmentUsed(DEPARTMENT, used));
    story.does(assign(DEPARTMENT, &["N1", "N2"]));
    assert_eq!(story.year().panels.len(), 1, "a new assignment stands in the place of the old one");

    let mut elsewhere = Story::regulated(regulation());
    let not_here = Rejection::NotInProcedure(Step::PanelScore);
    elsewhere.is_refused(assign(DEPARTMENT, &["N1"]), &not_here);
}

#[test]
fn a_month_is_named_where_months_add_up_and_nowhere_else() {
    let month = |act, month| {
        let YearAct::GiveScores(given) = act else { panic!("scores") };
        YearAct::GiveScores(GiveScores { month: Some(month), ..given })
    };
    let own = || scores(A, Scorer::Itself, &[("T1", "10")]);
    let mut story = Story::regulated(by_peers());
    story.is_refused(month(own(), 9), &Rejection::WrongPeriod { monthly: false });

    let mut monthly = by_peers();
    monthly.sheet.monthly = true;
    monthly.sheet.parts[1].criteria[0].scored_by = vec![Scorer::Itself];
    monthly.sheet.counts.push(Scorer::Itself);
    let mut story = Story::regulated(monthly);
    story.is_refused(own(), &Rejection::WrongPeriod { monthly: true });
    story.does(month(scores(A, Scorer::Itself, &[("T1", "4")]), 9));
    let october = story.does(month(scores(A, Scorer::Itself, &[("T1", "3")]), 10));
    assert_eq!(total(&story, A), points("7"));
    let again = month(own(), 10);
    story.is_refused(again, &Rejection::AlreadyFiled(Step::SelfScore, A, october));
}

/// No pledge costs eight points, confirmed by the state body; a late registration one, by the record itself.
fn with_penalties() -> Regulation {
    let mut regulation = regulation();
    let penalty = |step, when, criterion: &str, taken| PenaltyRule {
        step,
        when,
        criterion: criterion.parse().unwrap(),
        points: points(taken),
    };
    regulation.sheet.penalties = vec![
        penalty(Step::Pledge, Breach::NotTaken, "P1", "8"),
        penalty(Step::Registration, Breach::Late, "P2", "1"),
    ];
    regulation.sheet.parts[2].criteria.push(criterion("P2", "1", &[]));
    for rule in &mut regulation.procedure {
        rule.required =
            matches!(rule.step, Step::BlocScore | Step::ScoreTable | Step::Ranking | Step::Ballot);
        if rule.step == Step::Registration {
            rule.deadline = Some(Deadline { month: 3, day: 31, year_offset: 0 });
        }
    }
    assert_eq!(regulation.check(), []);
    regulation
}

#[test]
fn a_missed_step_is_proposed_until_the_state_body_confirms_and_a_late_one_is_deducted_at_once() {
    let mut story = Story::regulated(with_penalties());
    let findings = |story: &Story| {
        let evaluation = story.year().evaluate(C).unwrap();
        evaluation.findings.iter().map(|f| (f.rule.step, f.state)).collect::<Vec<_>>()
    };
    assert_eq!(findings(&story), [], "nothing is missed while the year has not come so far");
    let late = {
        story.registers(C);
        story.year().unit(C).unwrap().registration.unwrap()
    };
    assert!(late.timeliness.late);
    let deducted = (Step::Registration, FindingState::Applied);
    assert_eq!(findings(&story), [deducted]);
    assert_eq!(total(&story, C), points("-1"));
    let found = story.year().evaluate(C).unwrap().findings[0];
    assert_eq!(found.fact, Some(late.id), "the line names the act that came late");

    let bloc = scores(C, Scorer::Bloc, &[("N1", "50"), ("N2", "40"), ("T1", "0")]);
    story.acting_for(A).does(bloc);
    assert_eq!(findings(&story), [(Step::Pledge, FindingState::Proposed), deducted]);
    assert_eq!(total(&story, C), points("89"), "what is only proposed takes nothing away");
    story.does(scores(C, Scorer::Official, &[("P1", "8")]));
    assert_eq!(findings(&story), [(Step::Pledge, FindingState::Confirmed), deducted]);
    assert_eq!(total(&story, C), points("81"));
}

#[test]
fn who_may_confirm_may_waive() {
    let mut story = Story::regulated(with_penalties());
    story.acting_for(A).does(scores(C, Scorer::Bloc, &[("N1", "50"), ("N2", "40"), ("T1", "0")]));
    story.does(scores(C, Scorer::Official, &[("P1", "0")]));
    let evaluation = story.year().evaluate(C).unwrap();
    assert_eq!((evaluation.findings[0].state, evaluation.total), (FindingState::Waived, points("90")));
}
