//! The checks of a dossier that the year of the bloc answers: what the unit did and had done to it, its rank, its votes.

use super::eligibility::{Answer, Because, Outcome, answer};
use crate::{
    UnitId,
    regulation::{Majority, MajorityBase, Step, award::Check},
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
            Some((_, mark)) => answer(Outcome::Failed, Because::Excluded, [*mark]),
            None => answer(Outcome::Passed, Because::Considered, []),
        },
        Check::AchievementNotRewarded
        | Check::LegalBasisValid
        | Check::DossierComplete(_)
        | Check::CouncilApproved
        | Check::PublicityPassed(_) => answer(Outcome::NotApplicable, Because::NoYear, []),
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
            return (Outcome::Failed, Because::NotTaken(step), facts);
        };
        facts.push(*mark);
        match mark.timeliness.due {
            Some(due) if mark.timeliness.late => {
                return (Outcome::Failed, Because::TakenLate(step, due), facts);
            }
            due => because = Because::Taken(step, due),
        }
    }
    let outcome = if facts.is_empty() { Outcome::NotApplicable } else { Outcome::Passed };
    (outcome, because, facts)
}

fn signed(year: &Year, known: &UnitYear) -> Answer {
    match &known.pledge {
        Some(mark) => answer(Outcome::Passed, Because::Taken(Step::Pledge, mark.timeliness.due), [*mark]),
        None if has_step(year, Step::Pledge) => answer(Outcome::Failed, Because::NotTaken(Step::Pledge), []),
        None => answer(Outcome::NotApplicable, Because::NoSuchStep(Step::Pledge), []),
    }
}

fn attended(year: &Year, unit: UnitId) -> Answer {
    let facts: Vec<_> = year.attendance.iter().map(|(mark, _)| *mark).collect();
    if facts.is_empty() {
        return (Outcome::Unknown, Because::AttendanceNotRecorded, facts);
    }
    let there = year.attendance.iter().filter(|(_, units)| units.contains(&unit)).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let because = Because::Attendance(number(there), number(facts.len()));
    (if there == facts.len() { Outcome::Passed } else { Outcome::Failed }, because, facts)
}

fn leads(year: &Year, unit: UnitId) -> Answer {
    match &year.ranking {
        None => answer(Outcome::Unknown, Because::NotYet(Step::Ranking), []),
        Some(ranking) if ranking.leading_unit == Some(unit) => {
            answer(Outcome::Passed, Because::Leads, [ranking.mark])
        }
        Some(ranking) => answer(Outcome::Failed, Because::LeadsNot(ranking.leading_unit), [ranking.mark]),
    }
}

fn ranked(year: &Year, unit: UnitId, places: u8) -> Answer {
    let Some(ranking) = &year.ranking else {
        return answer(Outcome::Unknown, Because::NotYet(Step::Ranking), []);
    };
    match ranking.rows.iter().find(|row| row.unit == unit).map(|row| row.rank) {
        None => answer(Outcome::Failed, Because::Unranked, [ranking.mark]),
        Some(rank) => {
            let outcome = if rank <= u16::from(places) { Outcome::Passed } else { Outcome::Failed };
            answer(outcome, Because::Rank(rank, places), [ranking.mark])
        }
    }
}

fn voted_for(year: &Year, unit: UnitId, majority: Majority) -> Answer {
    let ballot = year.latest_ballot(Question::LeadingUnit).and_then(|ballot| ballot.result.as_ref());
    let Some((result, mark)) = ballot else {
        let step = Step::Ballot;
        return if has_step(year, step) {
            answer(Outcome::Unknown, Because::NotYet(step), [])
        } else {
            answer(Outcome::NotApplicable, Because::NoSuchStep(step), [])
        };
    };
    let Some(votes) = result.tally.iter().find(|tally| tally.unit == unit).map(|tally| tally.votes) else {
        return answer(Outcome::Failed, Because::NoCandidate, [*mark]);
    };
    let valid = result.cast.saturating_sub(result.abstained);
    let base = match majority.base {
        MajorityBase::Electors => result.electors,
        MajorityBase::Cast => result.cast,
        MajorityBase::Valid => valid,
    };
    let reached = majority.reached(votes, result.electors, result.cast, valid);
    let outcome = if reached { Outcome::Passed } else { Outcome::Failed };
    answer(outcome, Because::Votes { votes, base, majority }, [*mark])
}
