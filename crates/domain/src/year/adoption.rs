//! Adopting the regulation (quy chế) of the year. It is frozen at the first score.

use super::{Mark, Year};
use crate::{Rejection, regulation::Regulation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The bloc adopted a regulation for the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegulationAdopted {
    /// 1 for the first regulation of the year, 2 for the one that replaced it, and so on.
    pub version: u16,
    /// The regulation, whole: a rule is pinned to the year it governs.
    pub regulation: Arc<Regulation>,
}

/// The regulation in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// Its version within the year.
    pub version: u16,
    /// The regulation.
    pub regulation: Arc<Regulation>,
    /// The fact that adopted it.
    pub mark: Mark,
}

impl RegulationAdopted {
    pub(super) fn adopted(&self, mark: Mark) -> Adopted {
        Adopted { version: self.version, regulation: Arc::clone(&self.regulation), mark }
    }
}

impl Year {
    pub(super) fn take_regulation(&mut self, event: &RegulationAdopted, mark: Mark) {
        self.versions.push((event.version, mark));
        self.regulation = Some(Arc::new(event.adopted(mark)));
    }

    pub(super) fn adopt_regulation(
        &self,
        regulation: Arc<Regulation>,
    ) -> Result<RegulationAdopted, Rejection> {
        if self.units.values().any(|unit| !unit.scores.is_empty()) {
            return Err(Rejection::RegulationFrozen);
        }
        let faults = regulation.check();
        if !faults.is_empty() {
            return Err(Rejection::RegulationFaulty(faults));
        }
        let version = self.regulation.as_ref().map_or(1, |adopted| adopted.version.saturating_add(1));
        Ok(RegulationAdopted { version, regulation })
    }
}
