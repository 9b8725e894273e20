//! The standing as it was published (công bố): the hash of its rows, the rules they came from, and how much of the log was
//! known. It goes with the ranking that the bloc adopts, in the same act: there is no moment at which a ranking stands and
//! nothing vouches for its rows.

use super::{Mark, RankedRow, Year, YearEvent};
use crate::{Position, Rejection, Sha256, regulation::Regulation};
use serde::{Deserialize, Serialize};
use sha2::Digest;
use std::sync::Arc;

/// How a standing is computed. Another way of counting, or of writing rows, gets another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// Rows as [`RankedRow`], ranked by the regulation of the year.
    #[serde(rename = "standing/1")]
    Standing1,
}

impl Projection {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standing1 => "standing/1",
        }
    }
}

/// A standing was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingPublished {
    /// How many facts of the log it rests on: all before this one.
    pub at_size: u64,
    /// How it was computed.
    pub projection: Projection,
    /// The version of the regulation it rests on.
    pub regulation_version: u16,
    /// SHA-256 of that regulation as it stands in the fact that adopted it.
    pub rules_hash: Sha256,
    /// SHA-256 of its rows as compact JSON, first rank first.
    pub state_hash: Sha256,
}

/// A standing that was published, with the fact that did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What was published.
    pub standing: StandingPublished,
    /// The fact.
    pub mark: Mark,
}

impl RankedRow {
    /// The bytes of rows that a standing is vouched for by: compact JSON, as they stand in the fact that adopted them.
    pub fn bytes_of(rows: &[Self]) -> Vec<u8> {
        // Structs of texts and numbers can always be written.
        serde_json::to_vec(rows).unwrap_or_default()
    }

    /// Their hash.
    pub fn hash_of(rows: &[Self]) -> Sha256 {
        sha256(&Self::bytes_of(rows))
    }
}

impl Regulation {
    /// SHA-256 of the regulation as it stands in the fact that adopted it.
    pub fn hash(&self) -> Sha256 {
        sha256(&serde_json::to_vec(self).unwrap_or_default())
    }
}

impl StandingPublished {
    /// What is published of these rows, when so many facts are known.
    pub fn of(rows: &[RankedRow], version: u16, rules: &Regulation, at_size: u64) -> Self {
        let (rules_hash, state_hash) = (rules.hash(), RankedRow::hash_of(rows));
        Self {
            at_size,
            projection: Projection::Standing1,
            regulation_version: version,
            rules_hash,
            state_hash,
        }
    }
}

impl Year {
    /// An event, and what is published with it when it stands at a position: the standing, with a ranking.
    pub(super) fn with_publication(
        &self,
        event: YearEvent,
        position: Position,
    ) -> Result<Vec<YearEvent>, Rejection> {
        let published = if let YearEvent::RankingAdopted(ranking) = &event {
            let (rules, known) = (&self.adopted()?.regulation, position.0 + 1);
            Some(StandingPublished::of(&ranking.rows, ranking.regulation_version, rules, known).into())
        } else {
            None
        };
        Ok([event].into_iter().chain(published).collect())
    }

    pub(super) fn take_publication(&mut self, standing: &StandingPublished, mark: Mark) {
        if let Some(ranking) = &mut self.ranking {
            Arc::make_mut(ranking).published = Some(Published { standing: standing.clone(), mark });
        }
    }
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(bytes).into())
}
