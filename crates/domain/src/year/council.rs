//! The council above (hội đồng) votes on the bloc's result. The result of the bloc is one of its bases, not the last
//! word: the council keeps it, changes it or cuts it (Bến Tre, 21 March 2019: 69 flags proposed, 48 approved). What the
//! bloc adopted stands beside it, unchanged.

use super::{Correction, Mark, Proofs, Year};
use crate::{EventId, Name, Rejection, Remark, Text, UnitId, regulation::Step, rejection::NotPossible};
use serde::{Deserialize, Serialize};

/// How the council voted. Who neither agreed nor disagreed abstained or was absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouncilVote {
    /// How many members the council has.
    pub members: u16,
    /// How many agreed.
    pub in_favour: u16,
    /// How many disagreed.
    pub against: u16,
    /// How many of those votes came in writing from members who were absent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub in_writing: u16,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
const fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// What the council does to the result of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouncilEffect {
    /// The unit is cut from the result: it is neither ranked nor proposed.
    Cut,
    /// The unit takes another rank.
    Rank(u16),
    /// The unit is put into another class, by its code.
    Class(Text<32>),
}

/// One change, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouncilChange {
    /// The unit.
    pub unit: UnitId,
    /// What changes for it.
    pub effect: CouncilEffect,
    /// Why.
    pub reason: Remark,
}

/// Asks to record what the council decided.
#[derive(Clone, Debug)]
pub struct RecordCouncil {
    /// Which council.
    pub council: Name,
    /// How it voted.
    pub vote: CouncilVote,
    /// What it changed; nothing when it kept the result.
    pub changes: Vec<CouncilChange>,
    /// The leading unit, where the council names another.
    pub leading_unit: Option<UnitId>,
    /// What it replaces.
    pub correction: Option<Correction>,
}

/// The council decided on the bloc's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouncilDecided {
    /// Which council.
    pub council: Name,
    /// The ranking it decided on.
    pub ranking: EventId,
    /// How it voted.
    pub vote: CouncilVote,
    /// What it changed; nothing when it kept the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<CouncilChange>,
    /// The leading unit after the decision; absent when it was cut and no other was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leading_unit: Option<UnitId>,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// The council's decision that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Council {
    /// What it decided.
    pub decided: CouncilDecided,
    /// The fact that says so.
    pub mark: Mark,
}

impl CouncilVote {
    /// Every vote is of one member, and written votes are votes.
    fn adds_up(self) -> Result<(), Rejection> {
        let cast = u32::from(self.in_favour) + u32::from(self.against);
        if cast > u32::from(self.members) || u32::from(self.in_writing) > cast {
            return Err(Rejection::VoteDoesNotAddUp { members: self.members, cast });
        }
        Ok(())
    }
}

impl Year {
    pub(super) fn record_council(
        &self,
        act: RecordCouncil,
        proofs: &Proofs,
    ) -> Result<CouncilDecided, Rejection> {
        self.in_order(Step::Council, &proofs.roster)?;
        let standing = self.council.as_ref().map(|council| &council.mark);
        Self::replaces_of_bloc(Step::Council, standing, act.correction.as_ref())?;
        let missing = || Rejection::OutOfOrder { step: Step::Council, missing: vec![Step::Ranking.into()] };
        let ranking = self.ranking.as_deref().ok_or_else(missing)?;
        act.vote.adds_up()?;
        for (index, change) in act.changes.iter().enumerate() {
            if let Some(because) = self.not_possible(change, &act.changes[..index]) {
                return Err(Rejection::ChangeNotPossible { unit: change.unit, because });
            }
        }
        let is_cut = |unit: &UnitId| {
            act.changes.iter().any(|change| change.unit == *unit && change.effect == CouncilEffect::Cut)
        };
        if let Some(unit) = act.leading_unit
            && (is_cut(&unit) || ranking.rows.iter().all(|row| row.unit != unit))
        {
            return Err(Rejection::ChangeNotPossible { unit, because: NotPossible::NotRanked });
        }
        let leading_unit = act.leading_unit.or_else(|| ranking.leading_unit.filter(|unit| !is_cut(unit)));
        Ok(CouncilDecided {
            council: act.council,
            ranking: ranking.mark.id,
            vote: act.vote,
            changes: act.changes,
            leading_unit,
            correction: act.correction,
        })
    }

    fn not_possible(&self, change: &CouncilChange, earlier: &[CouncilChange]) -> Option<NotPossible> {
        let rows = self.ranking.as_ref().map_or(&[][..], |ranking| &ranking.rows);
        if rows.iter().all(|row| row.unit != change.unit) {
            return Some(NotPossible::NotRanked);
        }
        let same_kind = |other: &CouncilEffect| {
            std::mem::discriminant(other) == std::mem::discriminant(&change.effect)
                || [other, &change.effect].contains(&&CouncilEffect::Cut)
        };
        if earlier.iter().any(|other| other.unit == change.unit && same_kind(&other.effect)) {
            return Some(NotPossible::SaidTwice);
        }
        let classes = self.regulation.iter().flat_map(|adopted| &adopted.regulation.classes);
        match &change.effect {
            CouncilEffect::Rank(rank) if !(1..=rows.len()).contains(&usize::from(*rank)) => {
                Some(NotPossible::NoSuchRank)
            }
            CouncilEffect::Class(code) if classes.into_iter().all(|class| class.code != *code) => {
                Some(NotPossible::NoSuchClass)
            }
            CouncilEffect::Cut | CouncilEffect::Rank(_) | CouncilEffect::Class(_) => None,
        }
    }
}
