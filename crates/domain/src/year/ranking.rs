//! Ranks and classes (xếp hạng, xếp loại), computed from the adopted score table and recorded as a fact.

use super::{Correction, Mark, Proofs, Published, Question, ScoreRow, Year};
use crate::{
    Points, Rejection, Text, UnitId,
    regulation::{Contender, Ranked, Step},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks to adopt ranks and classes.
#[derive(Clone, Debug)]
pub struct AdoptRanking {
    /// What it replaces.
    pub correction: Option<Correction>,
}

/// One unit in the ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankedRow {
    /// The unit.
    pub unit: UnitId,
    /// Its rank, from 1; units that nothing tells apart share it.
    pub rank: u16,
    /// Whether another unit has the same rank.
    pub tied: bool,
    /// Contents + bonus − penalty.
    pub total: Points,
    /// For contents, after caps.
    pub contents: Points,
    /// Bonus, after caps.
    pub bonus: Points,
    /// Penalty, as a positive number.
    pub penalty: Points,
    /// The code of its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Text<32>>,
}

/// Ranks and classes were adopted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingAdopted {
    /// The version of the regulation they were computed under.
    pub regulation_version: u16,
    /// The considered members, first rank first.
    pub rows: Vec<RankedRow>,
    /// The leading unit (đơn vị dẫn đầu): chosen by ballot where the regulation has one, else the one first rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leading_unit: Option<UnitId>,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// The ranking that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// Its rows.
    pub rows: Vec<RankedRow>,
    /// The leading unit.
    pub leading_unit: Option<UnitId>,
    /// The fact that adopted it.
    pub mark: Mark,
    /// The facts it replaced, oldest first.
    pub replaced: Vec<Mark>,
    /// Its publication; what was adopted before standings were published has none.
    pub published: Option<Published>,
}

impl Ranking {
    /// Every fact that adopted a ranking, oldest first.
    fn versions(&self) -> impl Iterator<Item = Mark> {
        self.replaced.iter().copied().chain([self.mark])
    }
}

impl Year {
    /// The ranks the given rows come to under the adopted regulation; empty while there is none.
    pub fn rank(&self, rows: &[ScoreRow]) -> Vec<RankedRow> {
        let Some(adopted) = &self.regulation else {
            return Vec::new();
        };
        let contenders: Vec<_> = rows
            .iter()
            .map(|row| Contender {
                unit: row.unit,
                total: row.total,
                contents: row.contents,
                bonus: row.bonus,
                penalty: row.penalty,
                votes: self.votes_for(row.unit),
                unscored: row.unscored,
            })
            .collect();
        let settled: Vec<_> = self.ties.iter().map(|(order, _)| &**order).collect();
        let ranked = adopted.regulation.rank(&contenders, &settled);
        ranked.into_iter().filter_map(|place| row_of(rows, place)).collect()
    }

    /// The votes of a unit in the latest ballot on the leading unit.
    pub(super) fn votes_for(&self, unit: UnitId) -> Option<u32> {
        let (result, _) = self.latest_ballot(Question::LeadingUnit)?.result.as_ref()?;
        result.tally.iter().find(|tally| tally.unit == unit).map(|tally| tally.votes)
    }

    pub(super) fn adopt_ranking(
        &self,
        act: AdoptRanking,
        proofs: &Proofs,
    ) -> Result<RankingAdopted, Rejection> {
        self.in_order(Step::Ranking, &proofs.roster)?;
        let standing = self.ranking.as_ref().map(|ranking| &ranking.mark);
        Self::replaces_of_bloc(Step::Ranking, standing, act.correction.as_ref())?;
        let rows = self.rank(self.score_table.as_ref().map_or(&[], |table| &table.rows));
        Ok(RankingAdopted {
            regulation_version: self.adopted()?.version,
            leading_unit: self.leading_unit(&rows)?,
            rows,
            correction: act.correction,
        })
    }

    pub(super) fn take_ranking(&mut self, event: &RankingAdopted, mark: Mark) {
        let replaced = self.ranking.iter().flat_map(|ranking| ranking.versions()).collect();
        let (rows, leading_unit) = (event.rows.clone(), event.leading_unit);
        self.ranking = Some(Arc::new(Ranking { rows, leading_unit, mark, replaced, published: None }));
    }

    /// The unit that leads the bloc's movement.
    fn leading_unit(&self, rows: &[RankedRow]) -> Result<Option<UnitId>, Rejection> {
        if self.adopted()?.regulation.ballot.is_some() {
            return Ok(self.latest_ballot(Question::LeadingUnit).and_then(super::Ballot::chosen));
        }
        Ok(rows.first().filter(|first| !first.tied).map(|first| first.unit))
    }
}

fn row_of(rows: &[ScoreRow], place: Ranked) -> Option<RankedRow> {
    let row = rows.iter().find(|row| row.unit == place.unit)?;
    Some(RankedRow {
        unit: row.unit,
        rank: place.rank,
        tied: place.tied,
        total: row.total,
        contents: row.contents,
        bonus: row.bonus,
        penalty: row.penalty,
        class: place.class,
    })
}
