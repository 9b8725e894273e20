//! The score table (bảng điểm tổng hợp), adopted by the meeting before any ballot.

use super::{Correction, Mark, Proofs, Year};
use crate::{Points, Rejection, UnitId, regulation::Step};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks to adopt the score table.
#[derive(Clone, Debug)]
pub struct AdoptScoreTable {
    /// What it replaces.
    pub correction: Option<Correction>,
}

/// One unit in the score table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRow {
    /// The unit.
    pub unit: UnitId,
    /// Base + contents + bonus − penalty.
    pub total: Points,
    /// For contents, after caps.
    pub contents: Points,
    /// Bonus, after caps.
    pub bonus: Points,
    /// Penalty, as a positive number.
    pub penalty: Points,
    /// Whether nobody whose score counts has scored it.
    #[serde(default, skip_serializing_if = "is_scored")]
    pub unscored: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
const fn is_scored(unscored: &bool) -> bool {
    !*unscored
}

/// The meeting adopted the score table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreTableAdopted {
    /// The version of the regulation the totals were computed under.
    pub regulation_version: u16,
    /// The members that are considered, in the order they joined the bloc.
    pub rows: Vec<ScoreRow>,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// The score table that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreTable {
    /// Its rows.
    pub rows: Vec<ScoreRow>,
    /// The fact that adopted it.
    pub mark: Mark,
    /// The facts it replaced, oldest first.
    pub replaced: Vec<Mark>,
}

impl ScoreTable {
    /// Every fact that adopted a score table, oldest first.
    fn versions(&self) -> impl Iterator<Item = Mark> {
        self.replaced.iter().copied().chain([self.mark])
    }
}

impl Year {
    /// What the members' scores come to now, in the order they joined; excluded units are left out.
    pub fn score_rows(&self, roster: &[UnitId]) -> Vec<ScoreRow> {
        let considered = roster.iter().filter(|unit| !self.is_excluded(**unit));
        let row = |unit: &UnitId| {
            self.evaluate(*unit).map(|evaluation| ScoreRow {
                unit: *unit,
                total: evaluation.total,
                contents: evaluation.contents,
                bonus: evaluation.bonus,
                penalty: evaluation.penalty,
                unscored: !evaluation.is_scored(),
            })
        };
        considered.filter_map(row).collect()
    }

    pub(super) fn adopt_score_table(
        &self,
        act: AdoptScoreTable,
        proofs: &Proofs,
    ) -> Result<ScoreTableAdopted, Rejection> {
        self.in_order(Step::ScoreTable, &proofs.roster)?;
        let standing = self.score_table.as_ref().map(|table| &table.mark);
        Self::replaces_of_bloc(Step::ScoreTable, standing, act.correction.as_ref())?;
        Ok(ScoreTableAdopted {
            regulation_version: self.adopted()?.version,
            rows: self.score_rows(&proofs.roster),
            correction: act.correction,
        })
    }

    pub(super) fn take_score_table(&mut self, event: &ScoreTableAdopted, mark: Mark) {
        let replaced = self.score_table.iter().flat_map(|table| table.versions()).collect();
        self.score_table = Some(Arc::new(ScoreTable { rows: event.rows.clone(), mark, replaced }));
    }
}
