//! The score sheet (bảng điểm): parts, criteria, and the arithmetic of a score.

use super::{
    PenaltyRule, Scorer, ScorerRule, Weight,
    scorer::{Combine, is_false},
};
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
    /// What every unit starts with (điểm nền), where scores add to it and take from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Points>,
    /// Whether scores are given month by month and add up over the year, event by event, instead of one paper that
    /// goes through the whole sheet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub monthly: bool,
    /// Whose score counts for a criterion: the first of these that has scored it. A self-score that is neither in this
    /// list nor weighted stands beside the others and never counts.
    pub counts: Vec<Scorer>,
    /// Where none of `counts` has scored a criterion: the weighted mean of these, once each of them has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<Weight>,
    /// What the sheet says about its scorers beyond that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scorers: Vec<ScorerRule>,
    /// Penalties for steps that were not taken or came late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub penalties: Vec<PenaltyRule>,
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
    /// The criterion for contents whose bonus this is, where a sheet gives each criterion a bonus of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bonus_of: Option<CriterionId>,
    /// Who may score it; for a criterion with sub-criteria, empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scored_by: Vec<Scorer>,
    /// The only values it can take, where the sheet lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<PointOption>,
    /// Its sub-criteria (tiêu chí con).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Self>,
    /// Whether only the highest of its sub-criteria counts, instead of all together.
    #[serde(default, skip_serializing_if = "is_false")]
    pub highest_only: bool,
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
    /// The claim stands as made, below zero too, and counts from zero to the maximum.
    Clamp,
}

impl OverMaximum {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
    const fn is_refuse(&self) -> bool {
        matches!(self, Self::Refuse)
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

impl ScoreSheet {
    /// The step of the sheet, when `points` are not a multiple of it.
    pub(super) fn missed_step(&self, points: Points) -> Option<Points> {
        self.step.filter(|step| *step > Points::ZERO && points.hundredths() % step.hundredths() != 0)
    }

    /// What the sheet says about a scorer.
    pub fn rule_of(&self, scorer: Scorer) -> Option<&ScorerRule> {
        self.scorers.iter().find(|rule| rule.scorer == scorer)
    }

    /// How the scores of several givers become one; `None` where one giver scores a criterion.
    pub fn combine(&self, scorer: Scorer) -> Option<Combine> {
        self.rule_of(scorer).and_then(|rule| rule.combine)
    }

    /// Whether a giver may score its own unit.
    pub fn own_unit(&self, scorer: Scorer) -> bool {
        self.rule_of(scorer).is_some_and(|rule| rule.own_unit)
    }

    /// Whether the scorer's score can count at all: first in line, or by its weight.
    pub fn counts_at_all(&self, scorer: Scorer) -> bool {
        self.counts.contains(&scorer) || self.weights.iter().any(|weight| weight.scorer == scorer)
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
