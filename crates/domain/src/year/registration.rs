//! Registration (đăng ký thi đua): each unit names its targets and the titles it aims at.

use super::{Correction, Proofs, Timeliness, Year};
use crate::{Date, Name, Points, Rejection, Remark, UnitId, regulation::Step};
use serde::{Deserialize, Serialize};

/// A measurable goal (chỉ tiêu).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What is to be reached.
    pub name: Name,
    /// How much: as written, since units of measure differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<crate::Text<60>>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// Asks to register a unit's targets.
#[derive(Clone, Debug)]
pub struct FileRegistration {
    /// The unit.
    pub unit: UnitId,
    /// Its measurable goals.
    pub targets: Vec<Target>,
    /// Commitments that are not numbers (nội dung thi đua), and the focus the unit chose.
    pub contents: Option<Remark>,
    /// The titles it aims at, as it calls them.
    pub titles_sought: Vec<Name>,
    /// The score it commits itself to (điểm đăng ký).
    pub registered_points: Option<Points>,
    /// What it replaces.
    pub correction: Option<Correction>,
}

/// A unit registered for the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFiled {
    /// The unit.
    pub unit: UnitId,
    /// Its measurable goals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Commitments that are not numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents: Option<Remark>,
    /// The titles it aims at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub titles_sought: Vec<Name>,
    /// The score it commits itself to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_points: Option<Points>,
    /// Whether it came in time.
    pub timeliness: Timeliness,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

impl Year {
    pub(super) fn file_registration(
        &self,
        act: FileRegistration,
        proofs: &Proofs,
    ) -> Result<RegistrationFiled, Rejection> {
        self.may_take(Step::Registration, act.unit, proofs)?;
        let standing = self.unit(act.unit).and_then(|unit| unit.registration.as_ref());
        Self::replaces(Step::Registration, act.unit, standing, act.correction.as_ref().map(|c| c.corrects))?;
        Ok(RegistrationFiled {
            timeliness: self.timeliness(Step::Registration, proofs)?,
            unit: act.unit,
            targets: act.targets,
            contents: act.contents,
            titles_sought: act.titles_sought,
            registered_points: act.registered_points,
            correction: act.correction,
        })
    }
}
