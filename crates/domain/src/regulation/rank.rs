//! The order of the units of a bloc, with ties.

use super::{Class, Evaluation, Regulation, TieBreak};
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
    /// Whether nobody whose score counts has scored it.
    pub unscored: bool,
}

/// A unit in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The unit.
    pub unit: UnitId,
    /// 1 for the first; units that share a place leave the next ones free (1, 1, 3).
    pub rank: u16,
    /// Whether another unit has the same rank.
    pub tied: bool,
    /// The code of its class; `None` when the regulation has no classes.
    pub class: Option<Text<32>>,
}

/// What puts one unit before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The total.
    Total,
    /// A tie-break of the regulation.
    TieBreak(TieBreak),
}

impl Contender {
    /// A unit with its evaluation and its votes.
    pub fn new(unit: UnitId, evaluation: &Evaluation, votes: Option<u32>) -> Self {
        let Evaluation { total, contents, bonus, penalty, .. } = evaluation;
        Self {
            unit,
            total: *total,
            contents: *contents,
            bonus: *bonus,
            penalty: *penalty,
            votes,
            unscored: !evaluation.is_scored(),
        }
    }
}

impl Regulation {
    /// The units from the first to the last: by total, then by the tie-breaks of the regulation, then as `settled` says
    /// of exactly the units that are still equal, the last word first (lots drawn, the meeting's decision). Units still
    /// equal share their rank and stand in the order of their ids, so that the answer never depends on the order given.
    pub fn rank(&self, standing: &[Contender], settled: &[&[UnitId]]) -> Vec<Ranked> {
        let mut order = standing.to_vec();
        order.sort_by(|a, b| self.compare(a, b).then(a.unit.cmp(&b.unit)));
        let mut ranked = Vec::with_capacity(order.len());
        for group in order.chunk_by_mut(|a, b| self.compare(a, b).is_eq()) {
            let first = place(ranked.len());
            let settled = settle(group, settled);
            ranked.extend(group.iter().enumerate().map(|(index, contender)| Ranked {
                unit: contender.unit,
                rank: if settled { first.saturating_add(place(index) - 1) } else { first },
                tied: group.len() > 1 && !settled,
                class: self.class_of(contender).map(|class| class.code.clone()),
            }));
        }
        ranked
    }

    fn class_of(&self, contender: &Contender) -> Option<&Class> {
        if contender.unscored {
            self.classify_unscored(contender.total)
        } else {
            self.classify(contender.total)
        }
    }

    /// By what one unit stands before or after another; `None` when no number tells them apart.
    pub fn decider(&self, a: &Contender, b: &Contender) -> Option<Decider> {
        if a.total != b.total {
            return Some(Decider::Total);
        }
        let by = self.tie_breaks.iter().find(|tie_break| tie_break.compare(a, b).is_ne());
        by.map(|tie_break| Decider::TieBreak(*tie_break))
    }

    /// `Less` when `a` stands before `b`.
    fn compare(&self, a: &Contender, b: &Contender) -> Ordering {
        self.tie_breaks
            .iter()
            .fold(b.total.cmp(&a.total), |order, tie_break| order.then_with(|| tie_break.compare(a, b)))
    }
}

/// The place after so many others, from 1.
fn place(others: usize) -> u16 {
    u16::try_from(others).unwrap_or(u16::MAX - 1) + 1
}

/// Brings equal units into the order that was settled for exactly them; whether there was one.
fn settle(group: &mut [Contender], settled: &[&[UnitId]]) -> bool {
    let same = |order: &&&[UnitId]| {
        order.len() == group.len() && group.iter().all(|contender| order.contains(&contender.unit))
    };
    let found = settled.iter().rev().find(same).copied();
    let Some(order) = found.filter(|order| order.len() > 1) else { return false };
    group.sort_by_key(|contender| order.iter().position(|unit| *unit == contender.unit));
    true
}

impl TieBreak {
    /// `Less` when `a` stands before `b`.
    fn compare(self, a: &Contender, b: &Contender) -> Ordering {
        let key = |c: &Contender| match self {
            Self::Contents => Reverse(c.contents.hundredths()),
            Self::Bonus => Reverse(c.bonus.hundredths()),
            Self::FewerPenalties => Reverse(c.penalty.hundredths().saturating_neg()),
            Self::Votes => Reverse(c.votes.map_or(0, i64::from)),
            // Not read off the scores: what was settled is recorded, and comes last.
            Self::Lots | Self::Meeting => Reverse(0),
        };
        key(a).cmp(&key(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulation::sample::regulation;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn unit(number: u128) -> UnitId {
        UnitId(Uuid::from_u128(number))
    }

    fn contender(number: u128, parts: [i64; 3], votes: Option<u32>) -> Contender {
        let [contents, bonus, penalty] = parts.map(|points| Points::from_hundredths(points * 100));
        Contender {
            unit: unit(number),
            total: contents + bonus - penalty,
            contents,
            bonus,
            penalty,
            votes,
            unscored: false,
        }
    }

    fn with(tie_breaks: &[TieBreak]) -> Regulation {
        Regulation { tie_breaks: tie_breaks.to_vec(), ..regulation(&[]) }
    }

    fn places(regulation: &Regulation, standing: &[Contender]) -> Vec<(u128, u16, bool)> {
        regulation.rank(standing, &[]).iter().map(|r| (r.unit.0.as_u128(), r.rank, r.tied)).collect()
    }

    #[test]
    fn units_with_equal_totals_share_their_rank_and_leave_the_next_one_free() {
        let standing = [
            contender(4, [70, 0, 0], None),
            contender(3, [90, 0, 0], None),
            contender(1, [80, 10, 0], None),
            contender(2, [71, 0, 1], None),
        ];
        let expected = [(1, 1, true), (3, 1, true), (2, 3, true), (4, 3, true)];
        assert_eq!(places(&with(&[]), &standing), expected);
    }

    #[test]
    fn each_tie_break_decides_what_the_one_before_left_open() {
        let standing = [
            contender(1, [80, 5, 0], Some(1)),
            contender(2, [85, 2, 2], Some(2)),
            contender(3, [85, 0, 0], Some(3)),
            contender(4, [80, 5, 0], None),
        ];
        let order = |tie_breaks: &[TieBreak]| places(&with(tie_breaks), &standing);
        assert_eq!(order(&[TieBreak::Contents]), [(2, 1, true), (3, 1, true), (1, 3, true), (4, 3, true)]);
        assert_eq!(order(&[TieBreak::Bonus]), [(1, 1, true), (4, 1, true), (2, 3, false), (3, 4, false)]);
        assert_eq!(order(&[TieBreak::FewerPenalties])[3], (2, 4, false));
        assert_eq!(order(&[TieBreak::Votes]), [(3, 1, false), (2, 2, false), (1, 3, false), (4, 4, false)]);
        let all = [TieBreak::Contents, TieBreak::FewerPenalties, TieBreak::Votes];
        assert_eq!(order(&all), [(3, 1, false), (2, 2, false), (1, 3, false), (4, 4, false)]);
    }

    #[test]
    fn a_unit_not_voted_on_ranks_like_one_without_votes() {
        let standing = [contender(1, [80, 0, 0], None), contender(2, [80, 0, 0], Some(0))];
        assert_eq!(places(&with(&[TieBreak::Votes]), &standing), [(1, 1, true), (2, 1, true)]);
    }

    #[test]
    fn each_unit_gets_the_class_of_its_total() {
        let standing = [contender(1, [90, 0, 0], None), contender(2, [80, 10, 1], None)];
        let classes: Vec<_> =
            with(&[]).rank(&standing, &[]).into_iter().map(|r| r.class.map(|c| c.to_string())).collect();
        assert_eq!(classes, [Some("A".to_owned()), Some("B".to_owned())]);
        let unclassed = Regulation { classes: Vec::new(), ..with(&[]) };
        assert_eq!(unclassed.rank(&standing, &[])[0].class, None);
    }

    #[test]
    fn a_bloc_without_units_has_no_ranks() {
        assert_eq!(with(&[]).rank(&[], &[]), []);
    }

    fn any_regulation() -> impl Strategy<Value = Regulation> {
        let all = vec![TieBreak::Contents, TieBreak::Bonus, TieBreak::FewerPenalties, TieBreak::Votes];
        prop::sample::subsequence(all, 0..=4).prop_shuffle().prop_map(|tie_breaks| with(&tie_breaks))
    }

    fn any_standing() -> impl Strategy<Value = Vec<Contender>> {
        let one = (prop::array::uniform3(0_i64..4), prop::option::of(0_u32..3));
        prop::collection::vec(one, 0..12).prop_map(|list| {
            list.into_iter()
                .zip(1..)
                .map(|((parts, votes), number)| contender(number, parts, votes))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_unit_has_one_rank_and_ranks_are_those_of_a_competition(rules in any_regulation(), standing in any_standing()) {
            let ranked = rules.rank(&standing, &[]);
            let mut units: Vec<_> = ranked.iter().map(|r| r.unit).collect();
            units.sort();
            prop_assert_eq!(units, standing.iter().map(|c| c.unit).collect::<Vec<_>>());
            for place in &ranked {
                let better = ranked.iter().filter(|other| other.rank < place.rank).count();
                let equal = ranked.iter().filter(|other| other.rank == place.rank).count();
                prop_assert_eq!(usize::from(place.rank), better + 1);
                prop_assert_eq!(place.tied, equal > 1);
            }
        }

        #[test]
        fn the_order_in_which_units_are_named_does_not_matter(
            rules in any_regulation(),
            (standing, shuffled) in any_standing().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle()))
        ) {
            prop_assert_eq!(rules.rank(&standing, &[]), rules.rank(&shuffled, &[]));
        }

        #[test]
        fn a_higher_total_always_stands_before_a_lower_one(rules in any_regulation(), standing in any_standing()) {
            let ranked = rules.rank(&standing, &[]);
            let rank = |unit| ranked.iter().find(|r| r.unit == unit).map(|r| r.rank);
            for (a, b) in standing.iter().flat_map(|a| standing.iter().map(move |b| (a, b))) {
                prop_assert!(a.total <= b.total || rank(a.unit) < rank(b.unit));
            }
        }

        #[test]
        fn more_points_never_cost_a_rank(rules in any_regulation(), standing in any_standing(), index in any::<prop::sample::Index>()) {
            prop_assume!(!standing.is_empty());
            let chosen = index.index(standing.len());
            let rank = |standing: &[Contender]| rules.rank(standing, &[]).into_iter().find(|r| r.unit == standing[chosen].unit).map(|r| r.rank);
            let mut better = standing.clone();
            better[chosen].contents = better[chosen].contents + Points::from_hundredths(1);
            better[chosen].total = better[chosen].total + Points::from_hundredths(1);
            prop_assert!(rank(&better) <= rank(&standing));
        }
    }
}
