//! Adopting the regulation (quy chế) of the year. It is frozen at the first score.

use super::{Mark, Proofs, Year};
use crate::{
    Authority, Rejection,
    regulation::{Regulation, Step},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The bloc adopted a regulation for the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegulationAdopted {
    /// 1 for the first regulation of the year, 2 for the one that replaced it, and so on.
    pub version: u16,
    /// The draft that was adopted; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<u16>,
    /// The regulation, whole: a rule is pinned to the year it governs.
    pub regulation: Arc<Regulation>,
}

/// The regulation in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopted {
    /// Its version within the year.
    pub version: u16,
    /// The draft it was.
    pub draft: Option<u16>,
    /// The regulation.
    pub regulation: Arc<Regulation>,
    /// The fact that adopted it.
    pub mark: Mark,
}

impl Year {
    /// What holds for a draft and for an adoption alike: nothing has been scored, and nothing contradicts itself.
    pub(super) fn may_regulate(&self, regulation: &Regulation) -> Result<(), Rejection> {
        if self.units.values().any(|unit| !unit.scores.is_empty()) {
            return Err(Rejection::RegulationFrozen);
        }
        let faults = regulation.check();
        if faults.is_empty() { Ok(()) } else { Err(Rejection::RegulationFaulty(faults)) }
    }

    pub(super) fn adopt(
        &self,
        regulation: Arc<Regulation>,
        draft: Option<u16>,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<RegulationAdopted, Rejection> {
        self.may_regulate(&regulation)?;
        self.keeps_passed_deadlines(&regulation, proofs, by)?;
        let version = self.regulation.as_ref().map_or(1, |adopted| adopted.version.saturating_add(1));
        Ok(RegulationAdopted { version, draft, regulation })
    }

    /// A new regulation is no way around the rule on deadlines: one that has passed is moved by the body above alone.
    fn keeps_passed_deadlines(
        &self,
        regulation: &Regulation,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<(), Rejection> {
        let moved = |step: &Step| {
            let due = self.due(*step).filter(|due| proofs.received > *due)?;
            let deadline = regulation.step(*step).and_then(|rule| rule.deadline);
            let then = deadline.and_then(|deadline| deadline.moment(self.year).ok());
            (then != Some(due)).then_some(Rejection::DeadlineOver { step: *step, due })
        };
        match Step::ALL.iter().find_map(moved) {
            Some(refusal) if by.unit.is_some() => Err(refusal),
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn take_regulation(&mut self, event: &RegulationAdopted, mark: Mark) {
        for draft in self.drafts.iter_mut().filter(|draft| Some(draft.number) == event.draft) {
            Arc::make_mut(draft).adopted_as = Some(event.version);
        }
        self.versions.push((event.version, mark));
        let regulation = Arc::clone(&event.regulation);
        let adopted = Adopted { version: event.version, draft: event.draft, regulation, mark };
        self.regulation = Some(Arc::new(adopted));
    }
}
