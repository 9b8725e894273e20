//! Whether the steps of a year can follow one another, and ballots can be held.

use super::{FaultKind, Faults, sheet::scores_anything};
use crate::regulation::{
    BallotRule, Candidates, Deadline, LatePolicy, LeadershipMethod, PartKind, Regulation, ScoreSheet, Scorer,
    Step, TieBreak,
};
use crate::{Date, EmulationYear};

pub(super) fn check(regulation: &Regulation, faults: &mut Faults) {
    let steps: Vec<Step> = regulation.procedure.iter().map(|rule| rule.step).collect();
    for (index, step) in steps.iter().enumerate() {
        if steps[..index].contains(step) {
            faults.add(format!("/procedure/{index}/step"), FaultKind::Duplicate(super::word(step).into()));
        }
    }
    for step in [Step::ScoreTable, Step::Ranking] {
        if !steps.contains(&step) {
            faults.add("/procedure", FaultKind::StepMissing(step));
        }
    }
    check_scoring(regulation, faults);
    for constraint in constraints(regulation) {
        constraint.check(regulation, faults);
    }
    check_deadlines(regulation, faults);
    check_ballots(regulation, faults);
    check_tie_breaks(regulation, faults);
    check_periods(regulation, faults);
}

/// A period of no days leaves nobody a chance.
fn check_periods(regulation: &Regulation, faults: &mut Faults) {
    let periods = [
        ("/comment_days", regulation.comment_days),
        ("/explanation_days", regulation.explanation_days),
        ("/objection_days", regulation.objection_days),
        ("/ruling_days", regulation.ruling_days),
    ];
    for (pointer, _) in periods.into_iter().filter(|(_, days)| *days == Some(0)) {
        faults.add(pointer, FaultKind::NoTime);
    }
}

fn place(regulation: &Regulation, step: Step) -> Option<usize> {
    regulation.procedure.iter().position(|rule| rule.step == step)
}

/// A step in which nobody has anything to do, and a table that could be adopted without a single score.
fn check_scoring(regulation: &Regulation, faults: &mut Faults) {
    for scorer in Scorer::ALL {
        if let Some(index) = place(regulation, scorer.step())
            && !scores_anything(&regulation.sheet, scorer)
        {
            faults.add(format!("/procedure/{index}"), FaultKind::NothingToScore(scorer));
        }
    }
    let ScoreSheet { counts, weights, .. } = &regulation.sheet;
    let mut counting = counts.iter().copied().chain(weights.iter().map(|weight| weight.scorer)).peekable();
    let required = |scorer: Scorer| regulation.step(scorer.step()).is_some_and(|rule| rule.required);
    if counting.peek().is_some() && !counting.any(required) {
        faults.add("/procedure", FaultKind::NoScoreRequired);
    }
}

/// One step that must come before another when a procedure has both.
struct Constraint {
    first: Step,
    then: Step,
    /// Whether `then` reads the result of `first`, so that `first` must not be skipped.
    reads: bool,
}

/// The orders without which a year cannot work, and no others. Everything else differs from place to place and is
/// what `procedure` is for: that a ballot follows the scoring (Ninh Thuận, Decision 24/2011/QĐ-UBND, item H.1) and
/// that the leader appraises after the unit has scored itself (Thừa Thiên Huế, 804/HD-SNV) are rules of
/// those texts; registration, pledge and the election of the leader are seen at both ends of a year.
fn constraints(regulation: &Regulation) -> Vec<Constraint> {
    // The meeting adopts the scores it has before it: a later one would change what was adopted.
    // Without one of the weighted scores the others would weigh nothing.
    let weighted = |scorer| regulation.sheet.weights.iter().any(|weight| weight.scorer == scorer);
    let before_the_table =
        |scorer: Scorer| Constraint { first: scorer.step(), then: Step::ScoreTable, reads: weighted(scorer) };
    let mut list: Vec<_> = Scorer::ALL.map(before_the_table).into_iter().collect();
    // The first half of a year is reported before the whole.
    list.push(Constraint { first: Step::HalfYearReport, then: Step::AnnualReport, reads: false });
    // Ranks are read off the score table.
    list.push(Constraint { first: Step::ScoreTable, then: Step::Ranking, reads: true });
    // Candidates "with the highest scores" are read off the score table.
    let among_best = |rule: &Option<BallotRule>| {
        rule.as_ref().is_some_and(|rule| matches!(rule.candidates, Candidates::TopScores(_)))
    };
    for (rule, then) in
        [(&regulation.ballot, Step::Ballot), (&regulation.leadership.ballot, Step::Leadership)]
    {
        if among_best(rule) {
            list.push(Constraint { first: Step::ScoreTable, then, reads: true });
        }
    }
    // The council votes on the bloc's result.
    list.push(Constraint { first: Step::Ranking, then: Step::Council, reads: true });
    // What is agreed before a vote is agreed before it.
    list.push(Constraint { first: Step::Consultation, then: Step::Ballot, reads: false });
    // The ranking names the leading unit, which the ballot chooses, and votes may decide between equal scores.
    list.push(Constraint { first: Step::Ballot, then: Step::Ranking, reads: true });
    list
}

impl Constraint {
    fn check(&self, regulation: &Regulation, faults: &mut Faults) {
        let (Some(first), Some(then)) = (place(regulation, self.first), place(regulation, self.then)) else {
            return;
        };
        if then < first {
            faults.add(
                format!("/procedure/{then}"),
                FaultKind::MustFollow { step: self.then, after: self.first },
            );
        }
        if self.reads && !regulation.procedure[first].required {
            let fault = FaultKind::MustBeRequired { step: self.first, needed_by: self.then };
            faults.add(format!("/procedure/{first}/required"), fault);
        }
    }
}

fn check_deadlines(regulation: &Regulation, faults: &mut Faults) {
    for (index, rule) in regulation.procedure.iter().enumerate() {
        let at = format!("/procedure/{index}");
        let Some(deadline) = rule.deadline else {
            if rule.late == LatePolicy::Refuse {
                faults.add(format!("{at}/late"), FaultKind::NoDeadline);
            }
            continue;
        };
        let Deadline { month, day, year_offset } = deadline;
        if !exists_every_year(month, day) {
            faults.add(format!("{at}/deadline"), FaultKind::ImpossibleDay { month, day });
        }
        if !(-1..=1).contains(&year_offset) {
            faults.add(format!("{at}/deadline/year_offset"), FaultKind::DistantYear(year_offset));
        }
        // What a step waits for may take until its own last day, so the step cannot be due earlier.
        let order = |deadline: Deadline| (deadline.year_offset, deadline.month, deadline.day);
        let awaited = regulation.procedure[..index].iter().filter(|earlier| earlier.required);
        let latest = awaited.filter_map(|earlier| Some((order(earlier.deadline?), earlier.step))).max();
        if let Some((_, step)) = latest.filter(|(due, _)| order(deadline) < *due) {
            faults.add(format!("{at}/deadline"), FaultKind::DueTooEarly(step));
        }
    }
}

/// 29 February is refused: a deadline must fall in any year the regulation governs.
fn exists_every_year(month: i8, day: i8) -> bool {
    const COMMON_YEAR: i64 = 2023;
    EmulationYear::new(COMMON_YEAR).is_ok_and(|year| Date::in_year(year, 0, month, day).is_ok())
}

fn check_ballots(regulation: &Regulation, faults: &mut Faults) {
    match (&regulation.ballot, place(regulation, Step::Ballot)) {
        (None, Some(index)) => faults.add(format!("/procedure/{index}"), FaultKind::BallotWithoutRule),
        (Some(_), None) => faults.add("/ballot", FaultKind::BallotNotHeld),
        (None, None) | (Some(_), Some(_)) => {}
    }
    let leadership = &regulation.leadership;
    match (leadership.method, &leadership.ballot) {
        (LeadershipMethod::Election, None) => faults.add("/leadership", FaultKind::BallotWithoutRule),
        (LeadershipMethod::Rotation | LeadershipMethod::Designation, Some(_)) => {
            faults.add("/leadership/ballot", FaultKind::BallotNotHeld);
        }
        (LeadershipMethod::Election, Some(_))
        | (LeadershipMethod::Rotation | LeadershipMethod::Designation, None) => {}
    }
    faults.add_duplicates("/leadership/order", &leadership.order);
    if leadership.method != LeadershipMethod::Rotation && !leadership.order.is_empty() {
        faults.add("/leadership/order", FaultKind::NoTurns);
    }
    for (at, rule) in [("/ballot", &regulation.ballot), ("/leadership/ballot", &leadership.ballot)] {
        if let Some(rule) = rule {
            check_ballot(at, rule, faults);
        }
    }
}

fn check_ballot(at: &str, rule: &BallotRule, faults: &mut Faults) {
    if rule.candidates == Candidates::TopScores(0) {
        faults.add(format!("{at}/candidates"), FaultKind::NoCandidates);
    }
    if let Some(majority) = rule.majority {
        let pointer = format!("{at}/majority/percent");
        if !(1..=100).contains(&majority.percent) {
            faults.add(pointer, FaultKind::PercentOutOfRange(majority.percent));
        } else if majority.percent == 100 && !majority.or_equal {
            faults.add(pointer, FaultKind::MajorityOutOfReach);
        }
    }
    if let Some(quorum) = rule.quorum.filter(|quorum| !(1..=100).contains(&quorum.percent)) {
        faults.add(format!("{at}/quorum/percent"), FaultKind::PercentOutOfRange(quorum.percent));
    }
}

fn check_tie_breaks(regulation: &Regulation, faults: &mut Faults) {
    faults.add_duplicates("/tie_breaks", &regulation.tie_breaks);
    let has_part = |kind| regulation.sheet.parts.iter().any(|part| part.kind == kind);
    for (index, tie_break) in regulation.tie_breaks.iter().enumerate() {
        let decides = match tie_break {
            TieBreak::Contents => has_part(PartKind::Bonus) || has_part(PartKind::Penalty),
            TieBreak::Bonus => has_part(PartKind::Bonus),
            TieBreak::FewerPenalties => has_part(PartKind::Penalty),
            TieBreak::Votes => place(regulation, Step::Ballot).is_some(),
            TieBreak::Lots | TieBreak::Meeting => true,
        };
        if let Some(settled) = regulation.tie_breaks[..index].iter().find(|earlier| earlier.is_recorded())
            && !tie_break.is_recorded()
        {
            faults.add(format!("/tie_breaks/{index}"), FaultKind::LeavesNothing(*settled));
        }
        if !decides {
            faults.add(format!("/tie_breaks/{index}"), FaultKind::DecidesNothing(*tie_break));
        }
    }
}
