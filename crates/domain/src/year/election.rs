//! The next year's leader and deputy: units, elected by ballot (bầu), found by turns (luân phiên) or named by the body
//! above (chỉ định), as the regulation says.

use super::{Leadership, Mark, Proofs, Question, Year};
use crate::{
    EmulationYear, Rejection, Remark, UnitId,
    regulation::{Candidates, LeadershipMethod, Step},
    rejection::Inadmissible,
};
use serde::{Deserialize, Serialize};

/// Asks to record who leads the bloc in the next year.
#[derive(Clone, Debug)]
pub struct ElectLeadership {
    /// The leader unit.
    pub leader: UnitId,
    /// The deputy unit.
    pub deputy: Option<UnitId>,
    /// Why, where the unit whose turn it is was passed over.
    pub reason: Option<Remark>,
}

/// The next year's leader and deputy were chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipElected {
    /// The year they will lead.
    pub for_year: EmulationYear,
    /// The leader unit.
    pub leader: UnitId,
    /// The deputy unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<UnitId>,
    /// How they were found.
    pub method: LeadershipMethod,
    /// Whose turn it would have been but for a bar, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// Why, where the unit whose turn it is was passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// A unit that could not take its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// The unit.
    pub unit: UnitId,
    /// Why not.
    pub because: Inadmissible,
}

impl LeadershipElected {
    pub(super) fn leadership(&self, mark: Mark) -> Leadership {
        Leadership { leader: self.leader, deputy: self.deputy, method: Some(self.method), mark }
    }
}

impl Year {
    pub(super) fn elect_leadership(
        &self,
        act: ElectLeadership,
        proofs: &Proofs,
    ) -> Result<LeadershipElected, Rejection> {
        self.in_order(Step::Leadership, &proofs.roster)?;
        if self.elected.is_some() {
            return Err(Rejection::AlreadyDone(Step::Leadership));
        }
        Self::two_members(act.leader, act.deputy, proofs)?;
        let method = self.adopted()?.regulation.leadership.method;
        let mut skipped = Vec::new();
        match method {
            LeadershipMethod::Election => {
                self.was_chosen(Question::NextLeader, act.leader)?;
                if let Some(deputy) = act.deputy {
                    self.was_chosen(Question::NextDeputy, deputy)?;
                }
            }
            LeadershipMethod::Rotation | LeadershipMethod::Designation => {
                self.may_lead(act.leader, act.deputy, proofs)?;
                let (next, passed_over) = self.next_in_turn(proofs);
                skipped = passed_over;
                if let Some(next) = next.filter(|next| *next != act.leader && act.reason.is_none()) {
                    return Err(Rejection::NotInTurn { named: act.leader, next });
                }
            }
        }
        Ok(LeadershipElected {
            for_year: self.year.next(),
            leader: act.leader,
            deputy: act.deputy,
            method,
            skipped,
            reason: act.reason,
        })
    }

    fn was_chosen(&self, question: Question, unit: UnitId) -> Result<(), Rejection> {
        let ballot = self.latest_ballot(question).ok_or_else(|| Rejection::OutOfOrder {
            step: Step::Leadership,
            missing: vec![Step::Leadership.into()],
        })?;
        match (ballot.result.is_some(), ballot.chosen()) {
            (false, _) => Err(Rejection::BallotOpen(ballot.id)),
            (true, None) => Err(Rejection::NoMajority(ballot.id)),
            (true, Some(chosen)) if chosen == unit => Ok(()),
            (true, Some(chosen)) => Err(Rejection::NotChosen(chosen)),
        }
    }

    fn may_lead(&self, leader: UnitId, deputy: Option<UnitId>, proofs: &Proofs) -> Result<(), Rejection> {
        for unit in [Some(leader), deputy].into_iter().flatten() {
            if let Some(because) = self.cannot_lead(unit, proofs) {
                return Err(Rejection::CandidateNotAdmitted { unit, because });
            }
        }
        Ok(())
    }

    fn cannot_lead(&self, unit: UnitId, proofs: &Proofs) -> Option<Inadmissible> {
        self.inadmissible(unit, Candidates::Members, proofs).or_else(|| self.barred(unit, proofs))
    }

    /// Whether the regulation bars the unit from nomination for what happened the year before.
    pub(super) fn barred(&self, unit: UnitId, proofs: &Proofs) -> Option<Inadmissible> {
        let bars = self.regulation.as_ref()?.regulation.leadership.bars_excluded_last_year;
        let excluded = proofs.before.as_ref().is_some_and(|year| year.is_excluded(unit));
        (bars && excluded).then_some(Inadmissible::ExcludedLastYear)
    }

    /// Whose turn it is by the order of the regulation, counted from the present leader, and who could not take it.
    fn next_in_turn(&self, proofs: &Proofs) -> (Option<UnitId>, Vec<Skipped>) {
        let order = self.regulation.as_ref().map_or(&[][..], |adopted| &adopted.regulation.leadership.order);
        let present = self.leadership.as_ref().map(|held| held.leader);
        let start = order.iter().position(|unit| Some(*unit) == present).map_or(0, |at| at + 1);
        let mut skipped = Vec::new();
        for unit in order.iter().cycle().skip(start).take(order.len()) {
            match self.cannot_lead(*unit, proofs) {
                None => return (Some(*unit), skipped),
                Some(because) => skipped.push(Skipped { unit: *unit, because }),
            }
        }
        (None, skipped)
    }
}
