//! Ties that no number breaks: lots are drawn before witnesses, or the meeting decides and says why. Which of these a
//! bloc may do is its regulation's; no text read so far states a tie-break.

use super::{Mark, Proofs, Year};
use crate::{
    Rejection, Remark, UnitId,
    regulation::{Step, TieBreak},
    rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// Units that shared a rank were brought into an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TieBroken {
    /// The units, first place first: exactly those that shared the rank.
    pub order: Vec<UnitId>,
    /// How.
    pub by: Settlement,
}

/// Asks to record how a tie was broken.
pub type BreakTie = TieBroken;

/// How a tie was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Settlement {
    /// Lots were drawn (bốc thăm).
    Lots {
        /// The units whose delegates witnessed it.
        witnesses: Vec<UnitId>,
    },
    /// The meeting decided.
    Meeting {
        /// Why so.
        reason: Remark,
    },
}

impl Settlement {
    const fn way(&self) -> TieBreak {
        match self {
            Self::Lots { .. } => TieBreak::Lots,
            Self::Meeting { .. } => TieBreak::Meeting,
        }
    }
}

impl Year {
    pub(super) fn take_tie(&mut self, event: &TieBroken, mark: Mark) {
        self.ties.push((event.order.clone(), mark));
    }

    /// Lots are drawn once: units that are apart already are not tied any more.
    pub(super) fn break_tie(&self, act: BreakTie, proofs: &Proofs) -> Result<TieBroken, Rejection> {
        self.in_order(Step::Ranking, &proofs.roster)?;
        let listed = &self.adopted()?.regulation.tie_breaks;
        if !listed.contains(&act.by.way()) {
            return Err(Rejection::OtherTieBreak(listed.clone()));
        }
        if let Some(unknown) = proofs.unregistered.first() {
            return Err(Rejection::Unknown(Thing::Unit(*unknown)));
        }
        let rows = self.rank(self.score_table.as_ref().map_or(&[], |table| &table.rows));
        let groups = rows.chunk_by(|a, b| a.rank == b.rank).filter(|group| group[0].tied);
        let mut same = groups.filter(|group| {
            group.len() == act.order.len() && group.iter().all(|row| act.order.contains(&row.unit))
        });
        if same.next().is_some() { Ok(act) } else { Err(Rejection::NotTied(act.order)) }
    }
}
