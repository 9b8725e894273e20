//! The consultation (hiệp thương): before it votes, the meeting agrees on the unit that should lead the movement, or
//! records that it could not agree (Ninh Thuận, Decision 24/2011/QĐ-UBND, item H.1).

use super::{Correction, Mark, Proofs, Year};
use crate::{
    Rejection, Remark, UnitId,
    regulation::{Candidates, Step},
};
use serde::{Deserialize, Serialize};

/// The members consulted on the leading unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsultationHeld {
    /// The units agreed on; none when the members did not agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<UnitId>,
    /// What was said and agreed: kept, for agreements "by turns" only show over the years.
    pub text: Remark,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// The consultation that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// The units agreed on.
    pub agreed: Vec<UnitId>,
    /// The fact that says so.
    pub mark: Mark,
}

impl Year {
    /// Whoever is agreed on must be admitted to the ballot that follows: the leading unit comes from the highest scores
    /// where the regulation says so.
    pub(super) fn hold_consultation(
        &self,
        act: ConsultationHeld,
        proofs: &Proofs,
    ) -> Result<ConsultationHeld, Rejection> {
        self.in_order(Step::Consultation, &proofs.roster)?;
        let standing = self.consultation.as_ref().map(|held| &held.mark);
        Self::replaces_of_bloc(Step::Consultation, standing, act.correction.as_ref())?;
        let rule = self.adopted()?.regulation.ballot.as_ref();
        let rule = rule.map_or(Candidates::Members, |ballot| ballot.candidates);
        for (index, unit) in act.agreed.iter().enumerate() {
            if act.agreed[..index].contains(unit) {
                return Err(Rejection::SameUnit(*unit));
            }
            if let Some(because) = self.inadmissible(*unit, rule, proofs) {
                return Err(Rejection::CandidateNotAdmitted { unit: *unit, because });
            }
        }
        Ok(act)
    }
}
