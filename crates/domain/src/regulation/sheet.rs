//! The score sheet (bảng điểm): parts, criteria, and the arithmetic of a score.

use super::Step;
use crate::{LocalisedName, Name, Points, lent::Lent};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A score sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreSheet {
    /// The scale (thang điểm) as its paper states it: contents alone, or contents and bonus together.
    pub scale: Points,
    /// Digits after the decimal point a score may have: 0, 1 or 2.
    pub decimals: u8,
    /// Scores are multiples of this, where the sheet says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Points>,
    /// How points finer than the sheet's decimals are brought to them. New scores are never finer (they are
    /// refused), so this rules points that come from elsewhere, such as a year taken over from paper.
    pub rounding: Rounding,
    /// Whose score counts for a criterion: the first of these that has scored it. A self-score that is not in this
    /// list stands beside the others and never counts.
    pub counts: Vec<Scorer>,
    /// The parts of the sheet.
    pub parts: Vec<Part>,
}

/// A part of the sheet. Its label is a label, not a number: real sheets jump from II to IV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What stands before its name: `I`, `IV`, `A.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<crate::Text<16>>,
    /// Its name.
    pub name: LocalisedName,
    /// How it enters the total.
    pub kind: PartKind,
    /// The most that counts of this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Points>,
    /// What is scored in it.
    pub criteria: Vec<Criterion>,
}

/// How a part enters the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// Added (điểm chuẩn).
    Contents,
    /// Added, beyond what is expected (điểm thưởng).
    Bonus,
    /// Subtracted (điểm trừ); its points are written without a sign.
    Penalty,
}

/// A criterion (tiêu chí), scored itself or by way of its sub-criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its id within the sheet.
    pub id: CriterionId,
    /// What is judged.
    pub name: LocalisedName,
    /// Its maximum (điểm tối đa), for itself or for its sub-criteria together; absent where the sheet sets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Points>,
    /// What happens to a claim above the maximum.
    #[serde(default, skip_serializing_if = "OverMaximum::is_refuse")]
    pub over_max: OverMaximum,
    /// Who may score it; for a criterion with sub-criteria, empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scored_by: Vec<Scorer>,
    /// The only values it can take, where the sheet lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<PointOption>,
    /// Its sub-criteria (tiêu chí con).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Self>,
}

/// One value a criterion can take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointOption {
    /// When it applies.
    pub name: Name,
    /// The points it gives.
    pub points: Points,
}

/// What happens to a claim above a criterion's maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverMaximum {
    /// The score is refused.
    #[default]
    Refuse,
    /// The claim stands as made, and counts up to the maximum.
    Cap,
    /// The claim counts in full; only the cap of its part limits it.
    Carry,
}

impl OverMaximum {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
    const fn is_refuse(&self) -> bool {
        matches!(self, Self::Refuse)
    }
}

/// Who scores. Scores of different scorers stand side by side; none overwrites another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scorer {
    /// The unit itself (tự chấm điểm).
    #[serde(rename = "self")]
    Itself,
    /// The leader of the bloc, or the deputy for the leader's own unit (Trưởng khối thẩm định).
    Bloc,
    /// The state body above the bloc (thẩm định của Ban TĐKT, Sở Nội vụ).
    Official,
}

impl Scorer {
    /// The step in which this scorer scores.
    pub const fn step(self) -> Step {
        match self {
            Self::Itself => Step::SelfScore,
            Self::Bloc => Step::BlocScore,
            Self::Official => Step::OfficialScore,
        }
    }
}

/// How points lose digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Half away from zero.
    HalfUp,
    /// Half to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
}

/// A criterion's id: 1 to 15 of `A-Z`, `a-z`, `0-9`, `.`, `-`, `_`. Kept inline, for a log holds millions of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CriterionId {
    bytes: [u8; 15],
    length: u8,
}

/// The text is not a criterion id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a criterion id: 1 to 15 of letters without marks, digits, '.', '-' and '_'")]
pub struct NotACriterion;

impl CriterionId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl FromStr for CriterionId {
    type Err = NotACriterion;

    fn from_str(text: &str) -> Result<Self, NotACriterion> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if text.is_empty() || text.len() > 15 || !text.bytes().all(allowed) {
            return Err(NotACriterion);
        }
        let mut bytes = [0; 15];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { bytes, length: u8::try_from(text.len()).map_err(|_| NotACriterion)? })
    }
}

impl fmt::Display for CriterionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CriterionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CriterionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CriterionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Lent::deserialize(deserializer)?.0.parse().map_err(de::Error::custom)
    }
}

/// A total, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Contents + bonus − penalty. No floor is stated in any source, so it may be negative.
    pub total: Points,
    /// What the parts for contents give, after caps.
    pub contents: Points,
    /// What the bonus parts give, after caps.
    pub bonus: Points,
    /// What the penalty parts take away, as a positive number.
    pub penalty: Points,
    /// Each scored criterion in the order of the sheet.
    pub lines: Vec<Line>,
}

/// What one criterion counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The criterion.
    pub criterion: CriterionId,
    /// Whose score counts; `None` when nobody whose score counts has scored it.
    pub scorer: Option<Scorer>,
    /// The points given.
    pub given: Points,
    /// The points counted, after the criterion's own maximum and before those of the criteria above it and the cap
    /// of its part.
    pub counted: Points,
}

/// The points one scorer gave: criterion by criterion.
pub type Marks<'a> = &'a [(CriterionId, Points)];

impl ScoreSheet {
    /// The step of the sheet, when `points` are not a multiple of it.
    pub(super) fn missed_step(&self, points: Points) -> Option<Points> {
        self.step.filter(|step| *step > Points::ZERO && points.hundredths() % step.hundredths() != 0)
    }

    /// The criteria that are scored themselves, with the kind of their part, in the order of the sheet.
    pub fn leaves(&self) -> Vec<(PartKind, &Criterion)> {
        fn walk<'a>(kind: PartKind, criteria: &'a [Criterion], out: &mut Vec<(PartKind, &'a Criterion)>) {
            for criterion in criteria {
                if criterion.criteria.is_empty() {
                    out.push((kind, criterion));
                } else {
                    walk(kind, &criterion.criteria, out);
                }
            }
        }
        let mut out = Vec::new();
        for part in &self.parts {
            walk(part.kind, &part.criteria, &mut out);
        }
        out
    }
}
