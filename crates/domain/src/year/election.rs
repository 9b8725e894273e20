//! The next year's leader and deputy (bầu Trưởng khối, Phó Trưởng khối): units, chosen as the regulation says.

use super::{Leadership, Mark, Proofs, Question, Year};
use crate::{
    EmulationYear, Rejection, UnitId,
    regulation::{LeadershipMethod, Step},
};
use serde::{Deserialize, Serialize};

/// Asks to record who leads the bloc in the next year.
#[derive(Clone, Debug)]
pub struct ElectLeadership {
    /// The leader unit.
    pub leader: UnitId,
    /// The deputy unit.
    pub deputy: Option<UnitId>,
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
}

impl LeadershipElected {
    pub(super) fn leadership(&self, mark: Mark) -> Leadership {
        Leadership { leader: self.leader, deputy: self.deputy, method: Some(self.method), mark }
    }
}

impl Year {
    pub(super) fn elect_leadership(
        &self,
        act: &ElectLeadership,
        proofs: &Proofs,
    ) -> Result<LeadershipElected, Rejection> {
        self.in_order(Step::Leadership, &proofs.roster)?;
        if self.elected.is_some() {
            return Err(Rejection::AlreadyDone(Step::Leadership));
        }
        if act.deputy == Some(act.leader) {
            return Err(Rejection::SameUnit(act.leader));
        }
        let named = [Some(act.leader), act.deputy].into_iter().flatten();
        if let Some(stranger) = named.clone().find(|unit| !proofs.roster.contains(unit)) {
            return Err(Rejection::NotAMember(stranger));
        }
        let method = self.adopted()?.regulation.leadership.method;
        if method == LeadershipMethod::Election {
            self.was_chosen(Question::NextLeader, act.leader)?;
            if let Some(deputy) = act.deputy {
                self.was_chosen(Question::NextDeputy, deputy)?;
            }
        }
        Ok(LeadershipElected { for_year: self.year.next(), leader: act.leader, deputy: act.deputy, method })
    }

    fn was_chosen(&self, question: Question, unit: UnitId) -> Result<(), Rejection> {
        let ballot = self.latest_ballot(question).ok_or(Rejection::OutOfOrder {
            step: Step::Leadership,
            missing: vec![super::Gap { step: Step::Leadership, units: Vec::new() }],
        })?;
        match (ballot.result.is_some(), ballot.chosen()) {
            (false, _) => Err(Rejection::BallotOpen(ballot.id)),
            (true, None) => Err(Rejection::NoMajority(ballot.id)),
            (true, Some(chosen)) if chosen == unit => Ok(()),
            (true, Some(chosen)) => Err(Rejection::NotChosen(chosen)),
        }
    }
}
