//! The checks of a dossier that the year of the bloc answers: what the unit did and had done to it, its rank, its votes.

use super::eligibility::{Answer, Because, CheckOutcome, answer};
use crate::{
    UnitId,
    regulation::{Majority, MajorityBase, Step, TurnOut, award::Check},
    year::{Question, UnitYear, Year},
};

/// The checks that the year of the bloc answers.
pub(super) fn judge_year(check: &Check, year: &Year, unit: UnitId) -> Answer {
    let nothing = UnitYear::default();
    let known = year.unit(unit).unwrap_or(&nothing);
    match check {
        Check::RegisteredInTime => in_time(year, known, &[Step::Registration]),
        Check::PledgeSigned => signed(year, known),
        Check::ReportsInTime => in_time(year, known, &[Step::HalfYearReport, Step::AnnualReport]),
        Check::Attended => attended(year, unit),
        Check::LeadingUnit => leads(year, unit),
        Check::RankWithin(places) => ranked(year, unit, *places),
        Check::BallotRatio(majority) => voted_for(year, unit, *majority),
        Check::NotExcluded => match known.exclusion.as_ref() {
            Some((_, mark)) => answer(CheckOutcome::Failed, Because::Excluded, [*mark]),
            None => answer(CheckOutcome::Passed, Because::Considered, []),
        },
        Check::AchievementNotRewarded
        | Check::LegalBasisValid
        | Check::DossierComplete(_)
        | Check::CouncilApproved
        | Check::PublicityPassed(_) => answer(CheckOutcome::NotApplicable, Because::NoYear, []),
    }
}

fn has_step(year: &Year, step: Step) -> bool {
    year.regulation.as_ref().is_some_and(|adopted| adopted.regulation.step(step).is_some())
}

/// Each of the steps that the procedure has was taken, and none late. What was not asked for and was done all the same is
/// looked at too.
fn in_time(year: &Year, known: &UnitYear, steps: &[Step]) -> Answer {
    let mut facts = Vec::new();
    let mut because = Because::NoSuchStep(steps[0]);
    for step in steps.iter().copied().filter(|step| has_step(year, *step)) {
        let Some(mark) = known.step(step) else {
            return (CheckOutcome::Failed, Because::NotTaken(step), facts);
        };
        facts.push(*mark);
        match mark.timeliness.due {
            Some(due) if mark.timeliness.late => {
                return (CheckOutcome::Failed, Because::TakenLate(step, due), facts);
            }
            due => because = Because::Taken(step, due),
        }
    }
    let outcome = if facts.is_empty() { CheckOutcome::NotApplicable } else { CheckOutcome::Passed };
    (outcome, because, facts)
}

fn signed(year: &Year, known: &UnitYear) -> Answer {
    match &known.pledge {
        Some(mark) => {
            answer(CheckOutcome::Passed, Because::Taken(Step::Pledge, mark.timeliness.due), [*mark])
        }
        None if has_step(year, Step::Pledge) => {
            answer(CheckOutcome::Failed, Because::NotTaken(Step::Pledge), [])
        }
        None => answer(CheckOutcome::NotApplicable, Because::NoSuchStep(Step::Pledge), []),
    }
}

fn attended(year: &Year, unit: UnitId) -> Answer {
    let facts: Vec<_> = year.attendance.iter().map(|(mark, _)| *mark).collect();
    if facts.is_empty() {
        return (CheckOutcome::Unknown, Because::AttendanceNotRecorded, facts);
    }
    let there = year.attendance.iter().filter(|(_, units)| units.contains(&unit)).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let because = Because::Attendance(number(there), number(facts.len()));
    (if there == facts.len() { CheckOutcome::Passed } else { CheckOutcome::Failed }, because, facts)
}

fn leads(year: &Year, unit: UnitId) -> Answer {
    match &year.ranking {
        None => answer(CheckOutcome::Unknown, Because::NotYet(Step::Ranking), []),
        Some(ranking) if ranking.leading_unit == Some(unit) => {
            answer(CheckOutcome::Passed, Because::Leads, [ranking.mark])
        }
        Some(ranking) => {
            answer(CheckOutcome::Failed, Because::LeadsNot(ranking.leading_unit), [ranking.mark])
        }
    }
}

fn ranked(year: &Year, unit: UnitId, places: u8) -> Answer {
    let Some(ranking) = &year.ranking else {
        return answer(CheckOutcome::Unknown, Because::NotYet(Step::Ranking), []);
    };
    match ranking.rows.iter().find(|row| row.unit == unit).map(|row| row.rank) {
        None => answer(CheckOutcome::Failed, Because::Unranked, [ranking.mark]),
        Some(rank) => {
            let outcome = if rank <= u16::from(places) { CheckOutcome::Passed } else { CheckOutcome::Failed };
            answer(outcome, Because::Rank(rank, places), [ranking.mark])
        }
    }
}

fn voted_for(year: &Year, unit: UnitId, majority: Majority) -> Answer {
    let ballot = year.latest_ballot(Question::LeadingUnit);
    let Some((ballot, (result, mark))) = ballot.and_then(|ballot| Some((ballot, ballot.result.as_ref()?)))
    else {
        let step = Step::Ballot;
        return if has_step(year, step) {
            answer(CheckOutcome::Unknown, Because::NotYet(step), [])
        } else {
            answer(CheckOutcome::NotApplicable, Because::NoSuchStep(step), [])
        };
    };
    let Some(votes) = result.tally.iter().find(|tally| tally.unit == unit).map(|tally| tally.votes) else {
        return answer(CheckOutcome::Failed, Because::NoCandidate, [*mark]);
    };
    if majority.base == MajorityBase::Present && ballot.present.is_empty() {
        return answer(CheckOutcome::Unknown, Because::AttendanceNotRecorded, [*mark]);
    }
    let turn_out = TurnOut {
        electors: result.electors,
        present: u32::try_from(ballot.present.len()).unwrap_or(u32::MAX),
        cast: result.cast,
        valid: result.cast.saturating_sub(result.abstained),
    };
    let outcome = if majority.reached(votes, turn_out) { CheckOutcome::Passed } else { CheckOutcome::Failed };
    answer(outcome, Because::Votes { votes, base: majority.base_of(turn_out), majority }, [*mark])
}
