//! The order of the units of a bloc, with ties.

use super::{Evaluation, Regulation, TieBreak};
use crate::{Points, Text, UnitId};
use std::cmp::{Ordering, Reverse};

/// A unit to be ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contender {
    /// The unit.
    pub unit: UnitId,
    /// Its total.
    pub total: Points,
    /// What its contents gave.
    pub contents: Points,
    /// What its bonus gave.
    pub bonus: Points,
    /// What penalties took away, as a positive number.
    pub penalty: Points,
    /// Its votes in the ballot on the leading unit; `None`, which ranks like none, when it was not voted on.
    pub votes: Option<u32>,
}

/// A unit in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The unit.
    pub unit: UnitId,
    /// 1 for the first; units that share a place leave the next ones free (1, 1, 3).
    pub rank: u32,
    /// Whether another unit has the same rank.
    pub tied: bool,
    /// The code of its class; `None` when the regulation has no classes.
    pub class: Option<Text<32>>,
}

impl Contender {
    /// A unit with its evaluation and its votes.
    pub const fn new(unit: UnitId, evaluation: &Evaluation, votes: Option<u32>) -> Self {
        let Evaluation {
            total,
            contents,
            bonus,
            penalty,
            lines: _,
        } = evaluation;
        Self {
            unit,
            total: *total,
            contents: *contents,
            bonus: *bonus,
            penalty: *penalty,
            votes,
        }
    }
}

impl Regulation {
    /// The units from the first to the last: by total, then by the tie-breaks of the regulation. Units still equal
    /// share their rank and stand in the order of their ids, so that the answer never depends on the order given.
    pub fn rank(&self, standing: &[Contender]) -> Vec<Ranked> {
        let mut order = standing.to_vec();
        order.sort_by(|a, b| self.compare(a, b).then(a.unit.cmp(&b.unit)));
        let mut place = 0;
        let mut ranked = Vec::with_capacity(order.len());
        for group in order.chunk_by(|a, b| self.compare(a, b).is_eq()) {
            ranked.extend(group.iter().map(|contender| Ranked {
                unit: contender.unit,
                rank: place + 1,
                tied: group.len() > 1,
                class: self.classify(contender.total).map(|class| class.code.clone()),
            }));
            place = u32::try_from(ranked.len()).unwrap_or(u32::MAX - 1);
        }
        ranked
    }

    /// `Less` when `a` stands before `b`.
    fn compare(&self, a: &Contender, b: &Contender) -> Ordering {
        self.tie_breaks
            .iter()
            .fold(b.total.cmp(&a.total), |order, tie_break| {
                order.then_with(|| tie_break.compare(a, b))
            })
    }
}

impl TieBreak {
    /// `Less` when `a` stands before `b`.
    fn compare(self, a: &Contender, b: &Contender) -> Ordering {
        let key = |c: &Contender| match self {
            Self::Contents => Reverse(c.contents.hundredths()),
            Self::Bonus => Reverse(c.bonus.hundredths()),
            Self::FewerPenalties => Reverse(c.penalty.hundredths().saturating_neg()),
            Self::Votes => Reverse(c.votes.map_or(0, i64::from)),
        };
        key(a).cmp(&key(b))
    }
}
