//! How the units of a bloc scored one another (chấm chéo), as statistics: who is far from the others, who is lenient, which
//! pairs lift each other, and whether peers agree with what units think of themselves. They judge nobody; they say where
//! to look.

use domain::{
    Points, UnitId,
    regulation::{PartKind, Scorer},
    year::{Score, Year},
};
use std::collections::{BTreeMap, BTreeSet};

/// What one unit gave another, all criteria together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerRow {
    /// The unit that scored.
    pub giver: UnitId,
    /// The unit that was scored.
    pub receiver: UnitId,
    /// The points: contents and bonus less penalty, before any cap.
    pub total: Points,
}

/// From here on a modified z-score counts as an outlier (Iglewicz and Hoaglin, 1993).
pub const OUTLIER_AT: f64 = 3.5;

/// One score beside the others that the same unit received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The score.
    pub row: PeerRow,
    /// In points: how far it is above the mean of the others; `None` when there is no other.
    pub deviation: Option<f64>,
    /// Whether it lies far outside what the others gave. Three scores are needed to say so.
    pub outlier: bool,
}

/// What one unit received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Received {
    /// The unit.
    pub unit: UnitId,
    /// From how many units.
    pub count: usize,
    /// The mean, in points.
    pub mean: f64,
    /// The median, in points.
    pub median: f64,
    /// What the unit gave itself.
    pub self_score: Option<Points>,
}

/// How one unit scores the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    /// The unit.
    pub unit: UnitId,
    /// How many units it scored.
    pub count: usize,
    /// The mean of its deviations, in points: above zero it is more lenient than the others, below stricter.
    pub leniency: Option<f64>,
}

/// Two units that scored each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mutual {
    /// The two units.
    pub units: [UnitId; 2],
    /// In points: how far each is above what others gave the other.
    pub deviations: [f64; 2],
}

/// How two lists go together, from −1 to 1; `None` when there are fewer than three pairs or one list does not vary.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Correlation {
    /// Of the values (Pearson).
    pub pearson: Option<f64>,
    /// Of their ranks (Spearman); equal values share the mean of their ranks.
    pub spearman: Option<f64>,
    /// Over how many pairs.
    pub count: usize,
}

/// Everything the matrix shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeerMatrix {
    /// Every score, by receiver and giver.
    pub cells: Vec<Cell>,
    /// What each unit received.
    pub received: Vec<Received>,
    /// How each unit scores.
    pub given: Vec<Given>,
    /// The pairs that scored each other; those that lift each other most come first.
    pub mutual: Vec<Mutual>,
    /// Peers' means beside self-scores.
    pub with_self: Correlation,
    /// What a unit gives beside what it gets back, over both directions of every mutual pair.
    pub reciprocity: Correlation,
}

/// The scores units gave one another in a year, and those they gave themselves; of monthly ones the sums. Where no member
/// scores as a peer, whatever one unit gave another is taken: the leader's scores are all there is.
pub fn rows_of(year: &Year) -> (Vec<PeerRow>, BTreeMap<UnitId, Points>) {
    let leaves = year.regulation.iter().flat_map(|adopted| adopted.regulation.sheet.leaves());
    let kinds: BTreeMap<_, _> = leaves.map(|(kind, criterion)| (criterion.id, kind)).collect();
    let total = |score: &Score| {
        let signed = score.marks.iter().map(|(criterion, points)| match kinds.get(criterion) {
            Some(PartKind::Penalty) => Points::ZERO - *points,
            Some(PartKind::Contents | PartKind::Bonus) => *points,
            None => Points::ZERO,
        });
        signed.sum::<Points>()
    };
    let scores =
        || year.units.iter().flat_map(|(unit, known)| known.scores.iter().map(|score| (*unit, score)));
    let by_peers = scores().any(|(_, score)| score.scorer == Scorer::Peer);
    // Where the members score one another, what the leader or a panel gave beside that is no peer's opinion.
    let is_peers = |scorer: Scorer| if by_peers { scorer == Scorer::Peer } else { scorer != Scorer::Itself };
    // A sheet that adds up months has a paper for each month.
    let (mut given, mut own) = (BTreeMap::new(), BTreeMap::new());
    for (unit, score) in scores() {
        let sum = match score.given_by {
            Some(giver) if giver != unit && is_peers(score.scorer) => given.entry((unit, giver)).or_default(),
            Some(_) | None if score.scorer == Scorer::Itself => own.entry(unit).or_default(),
            Some(_) | None => continue,
        };
        *sum = *sum + total(score);
    }
    let rows = given.into_iter().map(|((receiver, giver), total)| PeerRow { giver, receiver, total });
    (rows.collect(), own)
}

impl PeerMatrix {
    /// The statistics of what units gave one another; `own` is what they gave themselves.
    pub fn of(rows: &[PeerRow], own: &BTreeMap<UnitId, Points>) -> Self {
        let mut by_receiver: BTreeMap<UnitId, Vec<PeerRow>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.giver != row.receiver) {
            by_receiver.entry(row.receiver).or_default().push(*row);
        }
        let mut matrix = Self::default();
        for (unit, mut got) in by_receiver {
            got.sort_by_key(|row| row.giver);
            let values: Vec<f64> = got.iter().map(|row| points(row.total)).collect();
            let far = outliers(&values);
            let cells = got.iter().enumerate().map(|(at, row)| Cell {
                row: *row,
                deviation: mean(others(&values, at)).map(|mean| values[at] - mean),
                outlier: far[at],
            });
            matrix.cells.extend(cells);
            matrix.received.push(Received {
                unit,
                count: values.len(),
                mean: mean(values.iter().copied()).unwrap_or_default(),
                median: median(values),
                self_score: own.get(&unit).copied(),
            });
        }
        matrix.given = given(&matrix.cells);
        matrix.mutual = mutual(&matrix.cells);
        let beside = matrix.received.iter().filter_map(|one| Some((points(one.self_score?), one.mean)));
        matrix.with_self = Correlation::of(&beside.collect::<Vec<_>>());
        let both = matrix.mutual.iter().flat_map(|pair| {
            let [one, other] = pair.deviations;
            [(one, other), (other, one)]
        });
        matrix.reciprocity = Correlation::of(&both.collect::<Vec<_>>());
        matrix
    }
}

#[allow(clippy::cast_precision_loss, reason = "hundredths of points are far below 2^52")]
fn points(points: Points) -> f64 {
    points.hundredths() as f64 / 100.0
}

fn others(values: &[f64], at: usize) -> impl Iterator<Item = f64> {
    values.iter().enumerate().filter(move |(index, _)| *index != at).map(|(_, value)| *value)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// By the distance from the median in units of the median distance; of the mean distance, where more than half are equal.
fn outliers(values: &[f64]) -> Vec<bool> {
    let middle = median(values.to_vec());
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let (typical, mean) = (median(distances.clone()), mean(distances.iter().copied()).unwrap_or_default());
    let unit = if typical > 0.0 { typical / 0.6745 } else { mean * 1.253_314 };
    let enough = values.len() >= 3 && unit > 0.0;
    distances.iter().map(|distance| enough && distance / unit > OUTLIER_AT).collect()
}

fn given(cells: &[Cell]) -> Vec<Given> {
    let givers: BTreeSet<UnitId> = cells.iter().map(|cell| cell.row.giver).collect();
    let one = |unit: UnitId| {
        let own = || cells.iter().filter(move |cell| cell.row.giver == unit);
        Given { unit, count: own().count(), leniency: mean(own().filter_map(|cell| cell.deviation)) }
    };
    givers.into_iter().map(one).collect()
}

fn mutual(cells: &[Cell]) -> Vec<Mutual> {
    let deviations: BTreeMap<_, _> = cells
        .iter()
        .filter_map(|cell| Some(((cell.row.giver, cell.row.receiver), cell.deviation?)))
        .collect();
    let mut pairs: Vec<_> = deviations
        .iter()
        .filter(|((giver, receiver), _)| giver < receiver)
        .filter_map(|((giver, receiver), there)| {
            let back = deviations.get(&(*receiver, *giver))?;
            Some(Mutual { units: [*giver, *receiver], deviations: [*there, *back] })
        })
        .collect();
    // A pair lifts each other as much as the less generous of the two does.
    let lift = |pair: &Mutual| pair.deviations[0].min(pair.deviations[1]);
    pairs.sort_by(|a, b| lift(b).total_cmp(&lift(a)));
    pairs
}

impl Correlation {
    /// Of these pairs.
    pub fn of(pairs: &[(f64, f64)]) -> Self {
        let (left, right): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        Self {
            pearson: pearson(&left, &right),
            spearman: pearson(&ranks(&left), &ranks(&right)),
            count: pairs.len(),
        }
    }
}

fn pearson(left: &[f64], right: &[f64]) -> Option<f64> {
    if left.len() < 3 {
        return None;
    }
    let (l, r) = (mean(left.iter().copied())?, mean(right.iter().copied())?);
    let both = || left.iter().zip(right).map(|(a, b)| (a - l, b - r));
    let square = |pick: fn((f64, f64)) -> f64| both().map(pick).map(|x| x * x).sum::<f64>();
    let scale = (square(|(a, _)| a) * square(|(_, b)| b)).sqrt();
    (scale > 0.0).then(|| (both().map(|(a, b)| a * b).sum::<f64>() / scale).clamp(-1.0, 1.0))
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let count = |keep: &dyn Fn(f64) -> bool| {
        values.iter().fold(0.0, |count, value| if keep(*value) { count + 1.0 } else { count })
    };
    let rank = |value: &f64| count(&|other| other < *value) + (count(&|other| other == *value) + 1.0) / 2.0;
    values.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn unit(number: u128) -> UnitId {
        UnitId(Uuid::from_u128(number))
    }

    fn row(giver: u128, receiver: u128, total: &str) -> PeerRow {
        PeerRow { giver: unit(giver), receiver: unit(receiver), total: total.parse().unwrap() }
    }

    fn near(found: Option<f64>, expected: f64) {
        let found = found.expect("a number");
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn a_score_is_held_against_the_mean_of_the_others() {
        // 1 gets 90, 80, 85: the others of 90 have 82.5 on average.
        let matrix = PeerMatrix::of(&[row(2, 1, "90"), row(3, 1, "80"), row(4, 1, "85")], &BTreeMap::new());
        let deviations: Vec<_> = matrix.cells.iter().map(|cell| cell.deviation).collect();
        assert_eq!(deviations, [Some(7.5), Some(-7.5), Some(0.0)]);
        assert_eq!((matrix.received[0].mean, matrix.received[0].median), (85.0, 85.0));
        assert_eq!(matrix.given[1], Given { unit: unit(3), count: 1, leniency: Some(-7.5) });
        let alone = PeerMatrix::of(&[row(2, 1, "90"), row(1, 1, "100")], &BTreeMap::new());
        assert_eq!((alone.cells.len(), alone.cells[0].deviation), (1, None), "nobody is its own peer");
    }

    #[test]
    fn a_score_far_from_all_others_is_an_outlier_and_a_narrow_field_has_none() {
        // Median 90, median distance 1: 60 is 30 × 0.6745 = 20.2 away, 92 is 1.3.
        assert_eq!(outliers(&[90.0, 91.0, 90.0, 92.0, 60.0]), [false, false, false, false, true]);
        // Most are equal: the mean distance 4 takes its place, 20 ÷ (4 × 1.2533) = 3.99.
        assert_eq!(outliers(&[90.0, 90.0, 90.0, 90.0, 70.0]), [false, false, false, false, true]);
        assert_eq!(outliers(&[90.0, 90.0, 90.0]), [false; 3]);
        assert_eq!(outliers(&[90.0, 10.0]), [false; 2], "two cannot say who is right");
    }

    #[test]
    fn correlations_by_hand() {
        let five = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0), (5.0, 5.0)];
        let found = Correlation::of(&five);
        near(found.pearson, 0.8);
        near(found.spearman, 0.8);
        // Ranks 1, 2.5, 2.5, 4 beside 1, 3, 2, 4: 4.5 ÷ √(4.5 × 5).
        near(Correlation::of(&[(1.0, 1.0), (2.0, 3.0), (2.0, 2.0), (3.0, 4.0)]).spearman, 0.948_683_3);
        let level = Correlation::of(&[(1.0, 5.0), (2.0, 5.0), (3.0, 5.0)]);
        assert_eq!((level.pearson, level.spearman, level.count), (None, None, 3));
        assert_eq!(Correlation::of(&five[..2]).pearson, None);
    }

    #[test]
    fn units_that_lift_each_other_are_found() {
        // 1 and 2 give each other 98, everyone else gives and gets 90.
        let all = |a: u128, b: u128| if a + b == 3 { "98" } else { "90" };
        let pairs = (1..=4).flat_map(|a| (1..=4).filter(move |b| a != *b).map(move |b| (a, b)));
        let rows: Vec<_> = pairs.map(|(a, b)| row(a, b, all(a, b))).collect();
        let own = (1..=4).map(|n| (unit(n), "95".parse().unwrap())).collect();
        let matrix = PeerMatrix::of(&rows, &own);
        assert_eq!(matrix.mutual[0], Mutual { units: [unit(1), unit(2)], deviations: [8.0, 8.0] });
        assert_eq!(matrix.mutual.len(), 6);
        assert_eq!(matrix.with_self.pearson, None, "every self-score is the same");
        // The other ten deviations are 0 and −4: 2 × 64 ÷ (2 × 64 + 4 × 16).
        near(matrix.reciprocity.pearson, 2.0 / 3.0);
    }
}
