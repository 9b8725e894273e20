//! Why a unit stands before the next one, and why it has its class.

use super::{Mark, RankedRow, Year};
use crate::{
    Points, Text, UnitId,
    regulation::{Contender, Decider, Regulation, TieBreak},
};

/// A unit beside the one that stands next after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The unit that stands first.
    pub before: UnitId,
    /// The one after it.
    pub after: UnitId,
    /// What tells them apart.
    pub by: Telling,
}

/// What tells two units apart; of two numbers, the first belongs to the unit that stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// The totals.
    Total([Points; 2]),
    /// A tie-break that compares points.
    Points(TieBreak, [Points; 2]),
    /// The votes in the ballot on the leading unit; `None` for a unit that was not voted on.
    Votes([Option<u32>; 2]),
    /// Lots or the meeting: the fact that says so.
    Recorded(Mark),
    /// Nothing: they share their rank.
    Nothing,
}

/// Why a unit has its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassAccount {
    /// The code of the class.
    pub code: Text<32>,
    /// The total that is held against the thresholds: the regulation may cut it off.
    pub classified: Points,
    /// The lowest total of the class; absent for the last one.
    pub at_least: Option<Points>,
    /// The class above and its lowest total, which the unit does not reach; absent for the first class.
    pub above: Option<(Text<32>, Points)>,
    /// Whether the class is that of units that nobody whose score counts has scored.
    pub unscored: bool,
}

impl Year {
    /// What tells each unit of a standing from the next one, first rank first.
    pub fn comparisons(&self, rows: &[RankedRow]) -> Vec<Comparison> {
        let Some(adopted) = &self.regulation else { return Vec::new() };
        let pairs = rows.windows(2).filter_map(|pair| pair.first().zip(pair.get(1)));
        let told = pairs.map(|(before, after)| Comparison {
            before: before.unit,
            after: after.unit,
            by: self.telling(&adopted.regulation, rows, [before, after]),
        });
        told.collect()
    }

    fn telling(
        &self,
        regulation: &Regulation,
        rows: &[RankedRow],
        [before, after]: [&RankedRow; 2],
    ) -> Telling {
        let [first, second] = [before, after].map(|row| self.contender(row));
        match regulation.decider(&first, &second) {
            Some(Decider::Total) => Telling::Total([first.total, second.total]),
            Some(Decider::TieBreak(by @ TieBreak::Contents)) => {
                Telling::Points(by, [first.contents, second.contents])
            }
            Some(Decider::TieBreak(by @ TieBreak::Bonus)) => Telling::Points(by, [first.bonus, second.bonus]),
            Some(Decider::TieBreak(by @ TieBreak::FewerPenalties)) => {
                Telling::Points(by, [first.penalty, second.penalty])
            }
            Some(Decider::TieBreak(TieBreak::Votes)) => Telling::Votes([first.votes, second.votes]),
            Some(Decider::TieBreak(TieBreak::Lots | TieBreak::Meeting)) | None => {
                let alike = |row: &&RankedRow| regulation.decider(&first, &self.contender(row)).is_none();
                let group: Vec<UnitId> = rows.iter().filter(alike).map(|row| row.unit).collect();
                self.settled(&group)
                    .filter(|_| before.rank != after.rank)
                    .map_or(Telling::Nothing, Telling::Recorded)
            }
        }
    }

    /// The last fact that brought exactly these units into an order.
    fn settled(&self, group: &[UnitId]) -> Option<Mark> {
        let same =
            |order: &[UnitId]| order.len() == group.len() && order.iter().all(|unit| group.contains(unit));
        self.ties.iter().rev().find(|(order, _)| same(order)).map(|(_, mark)| *mark)
    }

    fn contender(&self, row: &RankedRow) -> Contender {
        let RankedRow { unit, total, contents, bonus, penalty, .. } = *row;
        // Nobody is compared by whether it was scored.
        Contender { unit, total, contents, bonus, penalty, votes: self.votes_for(unit), unscored: false }
    }
}

impl Regulation {
    /// Why a unit with this total has its class; `None` when there are no classes.
    pub fn class_account(&self, total: Points, scored: bool) -> Option<ClassAccount> {
        let class = if scored { self.classify(total) } else { self.classify_unscored(total) }?;
        let scale: Vec<_> = self.classes.iter().filter(|one| !one.unscored).collect();
        let at = scale.iter().position(|one| one.code == class.code);
        let above = at.and_then(|at| at.checked_sub(1)).and_then(|at| scale.get(at));
        Some(ClassAccount {
            code: class.code.clone(),
            classified: self.classify_up_to.map_or(total, |most| total.min(most)),
            at_least: class.at_least,
            above: above.and_then(|one| Some((one.code.clone(), one.at_least?))),
            unscored: class.unscored,
        })
    }
}
