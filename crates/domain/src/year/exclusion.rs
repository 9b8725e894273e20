//! Exclusion from consideration (không xét thi đua): with its cause, by the state body.

use super::{Proofs, Year};
use crate::{Rejection, Remark, UnitId};
use serde::{Deserialize, Serialize};

/// Why a unit is not considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionCause {
    /// Negative conduct or corruption (tiêu cực, tham nhũng): the cause named by the procuracy's guidance for 2020.
    Misconduct,
    /// It did not take a step the regulation requires.
    StepNotTaken,
    /// It asked not to be considered.
    OwnRequest,
    /// Another cause, given in the reason.
    Other,
}

impl ExclusionCause {
    /// Every cause, in the order of this list.
    pub const ALL: [Self; 4] = [Self::Misconduct, Self::StepNotTaken, Self::OwnRequest, Self::Other];
}

/// A unit was excluded from consideration in this year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitExcluded {
    /// The unit.
    pub unit: UnitId,
    /// Why.
    pub cause: ExclusionCause,
    /// Why, in words.
    pub reason: Remark,
}

impl Year {
    pub(super) fn exclude(&self, act: UnitExcluded, proofs: &Proofs) -> Result<UnitExcluded, Rejection> {
        if !proofs.roster.contains(&act.unit) {
            return Err(Rejection::NotAMember(act.unit));
        }
        if self.is_excluded(act.unit) {
            return Err(Rejection::Excluded(act.unit));
        }
        Ok(act)
    }
}
