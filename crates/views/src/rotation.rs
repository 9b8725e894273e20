//! Whether those who win take turns. It judges nobody: units may lead in turn because they are equally good.

use domain::{EmulationYear, UnitId};
use std::collections::BTreeMap;

/// Who won in which year.
pub type Win = (EmulationYear, UnitId);

/// What a row of wins looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// How often each unit won, those that won most first.
    pub wins: Vec<(UnitId, usize)>,
    /// The longest run of wins without any unit winning twice.
    pub longest_without_repeat: usize,
    /// After how many wins the order begins anew, where it does: every later win goes to whoever won so many before, at least
    /// once, and that many are two or more.
    pub period: Option<usize>,
}

impl Rotation {
    /// The pattern of wins in the order of their years.
    pub fn of(wins: &[Win]) -> Self {
        let winners: Vec<UnitId> = wins.iter().map(|(_, unit)| *unit).collect();
        let mut counts: BTreeMap<UnitId, usize> = BTreeMap::new();
        winners.iter().for_each(|unit| *counts.entry(*unit).or_default() += 1);
        let mut wins: Vec<_> = counts.into_iter().collect();
        wins.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let fresh = |start: usize| {
            let run = winners.iter().enumerate().skip(start);
            run.take_while(|(at, unit)| !winners[start..*at].contains(unit)).count()
        };
        let turns = |period: &usize| {
            let distinct = fresh(0) >= *period;
            distinct && winners.iter().skip(*period).zip(&winners).all(|(later, earlier)| later == earlier)
        };
        Self {
            wins,
            longest_without_repeat: (0..winners.len()).map(fresh).max().unwrap_or_default(),
            period: (2..winners.len()).find(turns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn of(winners: &[u128]) -> Rotation {
        let year = |at: usize| EmulationYear::new(2019 + i64::try_from(at).unwrap()).unwrap();
        let wins: Vec<_> =
            winners.iter().enumerate().map(|(at, n)| (year(at), UnitId(Uuid::from_u128(*n)))).collect();
        Rotation::of(&wins)
    }

    #[test]
    fn turns_are_seen_and_chance_is_not_called_one() {
        assert_eq!(of(&[1, 2, 3, 1, 2]).period, Some(3), "A B C A B");
        assert_eq!(of(&[1, 2, 1, 2, 1]).period, Some(2));
        assert_eq!(of(&[1, 2, 3, 4, 5]).period, None, "nobody had a second turn yet");
        assert_eq!(of(&[1, 2, 3, 4, 5]).longest_without_repeat, 5);
        assert_eq!(of(&[1, 1, 1]).period, None, "one that always wins takes no turns");
        assert_eq!(of(&[1, 2, 2, 1]).period, None);
        assert_eq!(of(&[1, 2, 2, 1]).longest_without_repeat, 2);
        assert_eq!(of(&[7, 8, 7]).wins[0], (UnitId(Uuid::from_u128(7)), 2));
        assert_eq!(of(&[]), Rotation::default());
    }
}
