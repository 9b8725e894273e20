//! Who scores (ai chấm), and how several scores of one kind become one.
//!
//! Levels of review (self → cluster leader → reviewers → final) are scorers too: their order is the procedure's, whose
//! word counts is said by `counts`, and what a text calls them is the `name` of their rule.

use super::Step;
use crate::{LocalisedName, Points};
use serde::{Deserialize, Serialize};

/// Who scores. Scores of different scorers stand side by side; none overwrites another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scorer {
    /// The unit itself (tự chấm điểm).
    #[serde(rename = "self")]
    Itself,
    /// The other members of the bloc, each for itself (chấm chéo).
    Peer,
    /// The leader of the bloc, or the deputy for the leader's own unit (Trưởng khối thẩm định).
    Bloc,
    /// Units that were assigned criteria by an act of the year: departments from outside the bloc, a panel (tổ chấm
    /// điểm), a level of review. Each scores its own criteria.
    Panel,
    /// The state body above the bloc (thẩm định của Ban TĐKT, Sở Nội vụ).
    Official,
}

impl Scorer {
    /// Every scorer, in the order in which they usually score.
    pub const ALL: [Self; 5] = [Self::Itself, Self::Peer, Self::Bloc, Self::Panel, Self::Official];

    /// The step in which this scorer scores.
    pub const fn step(self) -> Step {
        match self {
            Self::Itself => Step::SelfScore,
            Self::Peer => Step::PeerScore,
            Self::Bloc => Step::BlocScore,
            Self::Panel => Step::PanelScore,
            Self::Official => Step::OfficialScore,
        }
    }

    /// Whether several units may score at the same time, each with a score of its own.
    pub const fn may_be_many(self) -> bool {
        match self {
            Self::Peer | Self::Panel => true,
            Self::Itself | Self::Bloc | Self::Official => false,
        }
    }
}

/// What a sheet says about one scorer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorerRule {
    /// The scorer.
    pub scorer: Scorer,
    /// What the text calls it: "Chi đoàn", "Thẩm định lần 1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LocalisedName>,
    /// How the scores of several givers become one. Without it one giver scores a criterion, no second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine: Option<Combine>,
    /// Whether a giver may score its own unit, where a text allows it. Otherwise nobody scores itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub own_unit: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
pub(super) const fn is_false(value: &bool) -> bool {
    !*value
}

/// How the scores of several givers become one. No text read so far states a way, so there is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Combine {
    /// The way.
    pub method: Method,
    /// How many givers must have scored a criterion before their score counts.
    pub at_least: u8,
}

/// A way of making one score of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The arithmetic mean (trung bình cộng).
    Mean,
    /// The one in the middle; of an even number, the mean of the two in the middle (trung vị).
    Median,
    /// The mean of what is left when some are dropped from each end (bỏ điểm cao nhất, thấp nhất).
    TrimmedMean(Trim),
}

/// How many scores are dropped from each end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trim {
    /// Of the lowest.
    pub lowest: u8,
    /// Of the highest.
    pub highest: u8,
}

impl Trim {
    /// How many are dropped together.
    pub fn dropped(self) -> usize {
        usize::from(self.lowest) + usize::from(self.highest)
    }
}

/// The weight of one scorer in a weighted score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The scorer.
    pub scorer: Scorer,
    /// Its share, in per cent; all together are 100.
    pub percent: u8,
}

/// A month whose events a paper covers, 1 to 12.
pub type Month = u8;

/// A penalty (điểm trừ) for a step that was not taken or came late.
///
/// Who scores the criterion confirms it: until then the finding is shown and takes nothing away (Thừa Thiên Huế,
/// 804/HD-SNV: −8 by the state body alone). Where nobody scores the criterion, the record itself applies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PenaltyRule {
    /// The step.
    pub step: Step,
    /// What is penalised.
    pub when: Breach,
    /// The criterion it is deducted under.
    pub criterion: super::CriterionId,
    /// The points, as a positive number.
    pub points: Points,
}

/// What a penalty is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// The unit took a later step and never this one.
    NotTaken,
    /// The unit took the step after its deadline.
    Late,
}
