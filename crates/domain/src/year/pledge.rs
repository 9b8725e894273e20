//! The pledge (giao ước thi đua): a joint pledge that each unit signs for itself.

use super::{Proofs, Timeliness, Year};
use crate::{Rejection, UnitId, regulation::Step};
use serde::{Deserialize, Serialize};

/// A unit signed the pledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PledgeSigned {
    /// The unit.
    pub unit: UnitId,
    /// Whether it came in time.
    pub timeliness: Timeliness,
}

impl Year {
    pub(super) fn sign_pledge(&self, unit: UnitId, proofs: &Proofs) -> Result<PledgeSigned, Rejection> {
        self.may_take(Step::Pledge, unit, proofs)?;
        Self::replaces(Step::Pledge, unit, self.unit(unit).and_then(|u| u.pledge.as_ref()), None)?;
        Ok(PledgeSigned { unit, timeliness: self.timeliness(Step::Pledge, proofs)? })
    }
}
