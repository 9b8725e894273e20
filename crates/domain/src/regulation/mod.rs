//! A regulation (quy chế): what differs from bloc to bloc and from year to year, as versioned data.
//!
//! - [`sheet`]: the score sheet and its criteria
//! - [`scorer`]: who scores, how several scores become one, penalties that the record finds
//! - [`procedure`]: the steps of the year, their order and deadlines, ballots, leadership
//! - [`award`]: quotas of awards, and what a dossier must fulfil
//! - [`check`]: whether a regulation contradicts itself
//! - [`change`]: what is different between two regulations, and what it means
//! - `accept`, `evaluate`: whether scores fit the sheet, and what they add up to
//! - [`rank`]: the order of the units, with ties
//! - [`mod@presets`]: regulations made from real sheets, to start from
//!
//! Nothing here is a default that looks like law: quorum, tie-break, rounding and the like are not stated in any
//! text read so far, so each regulation says them, and lists under `unsourced` what no document says for it.

mod accept;
pub mod award;
pub mod award_presets;
pub mod change;
pub mod check;
mod evaluate;
pub mod presets;
pub mod procedure;
pub mod rank;
#[cfg(test)]
pub(crate) mod sample;
pub mod scorer;
pub mod sheet;

pub use award_presets::{AwardPreset, award_presets};
pub use change::{Change, Meaning};
pub use check::{Fault, FaultKind};
pub use evaluate::{Evaluation, Exact, Finding, FindingState, Given, Line, Marks, Share};
pub use presets::{Preset, presets};
pub use procedure::{
    BallotRule, Candidates, Deadline, LatePolicy, LeadershipMethod, LeadershipRule, Majority, MajorityBase,
    Quorum, QuorumBase, Secrecy, Step, StepRule, TieBreak, TurnOut,
};
pub use rank::{Contender, Decider, Ranked};
pub use scorer::{Breach, Combine, Method, Month, PenaltyRule, Scorer, ScorerRule, Trim, Weight};
pub use sheet::{Criterion, CriterionId, OverMaximum, Part, PartKind, PointOption, Rounding, ScoreSheet};

use crate::{DocumentNumber, LocalisedName, Name, Points, Remark};
use serde::{Deserialize, Serialize};

/// A regulation, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regulation {
    /// Its title.
    pub title: LocalisedName,
    /// The papers it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// JSON pointers (RFC 6901) to the values below that no document states: this bloc's own choice, or an
    /// example. A pointer speaks for everything below the value it leads to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsourced: Vec<Box<str>>,
    /// What is scored, by whom, and how points add up.
    pub sheet: ScoreSheet,
    /// Classes from the highest down; the last one has no threshold and takes the rest. A class for units without a
    /// score stands apart from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// Totals above this are classified as this, where a bonus may pass the scale and the classes may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classify_up_to: Option<Points>,
    /// The steps of the year, in the order they must be taken.
    pub procedure: Vec<StepRule>,
    /// How the ballot on the leading unit is held; absent when the bloc holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ballot: Option<BallotRule>,
    /// How the next leader is found.
    pub leadership: LeadershipRule,
    /// What decides between equal scores, in this order; units still equal share their rank. It is written even
    /// when empty: that equal units share their rank is a choice too, and `unsourced` may have to name it.
    #[serde(default)]
    pub tie_breaks: Vec<TieBreak>,
    /// For how many days a draft of the next regulation is open to the members' comments: it may be adopted earlier
    /// when every member has commented. Absent when a regulation may be adopted without a draft. No text read so far
    /// states such a period, nor any of the three below; each is the bloc's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment_days: Option<u8>,
    /// Within how many days after a query a score is to be explained. What comes later is recorded and marked late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation_days: Option<u8>,
    /// Within how many days after a score, score table or ranking a unit may object to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection_days: Option<u8>,
    /// Within how many days an objection is to be ruled on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling_days: Option<u8>,
    /// The rules of awards; none for an award this regulation does not speak of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awards: Vec<award::AwardRule>,
}

/// A paper a regulation rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<DocumentNumber>,
    /// Its title or what it is.
    pub title: Name,
    /// The article, item or annex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Name>,
    /// What was read of it, and what was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// A class (xếp loại), such as "Hoàn thành xuất sắc".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its short code: `A`, `EXCELLENT`.
    pub code: crate::Text<32>,
    /// Its name.
    pub name: LocalisedName,
    /// The lowest total that belongs to it; absent for the last class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Points>,
    /// Whether it is the class of units that nobody whose score counts has scored, whatever their total.
    #[serde(default, skip_serializing_if = "scorer::is_false")]
    pub unscored: bool,
}

impl Regulation {
    /// The class of a total; `None` when the regulation has no classes.
    pub fn classify(&self, total: Points) -> Option<&Class> {
        let total = self.classify_up_to.map_or(total, |most| total.min(most));
        let mut scored = self.classes.iter().filter(|class| !class.unscored);
        scored.find(|class| class.at_least.is_none_or(|least| total >= least))
    }

    /// The class of a unit that nobody whose score counts has scored: one of its own, or that of its total.
    pub fn classify_unscored(&self, total: Points) -> Option<&Class> {
        self.classes.iter().find(|class| class.unscored).or_else(|| self.classify(total))
    }

    /// The rule of a step; `None` when the procedure does not have it.
    pub fn step(&self, step: Step) -> Option<&StepRule> {
        self.procedure.iter().find(|rule| rule.step == step)
    }

    /// The required steps that come before `step`, in their order.
    pub fn before(&self, step: Step) -> impl Iterator<Item = &StepRule> {
        let end = self.procedure.iter().position(|rule| rule.step == step).unwrap_or(0);
        self.procedure[..end].iter().filter(|rule| rule.required)
    }
}
