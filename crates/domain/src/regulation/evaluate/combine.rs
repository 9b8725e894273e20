//! Exact means: several scores become one without losing a digit before the sheet says how to round.

use crate::{
    Points,
    regulation::{Combine, scorer::Method, sheet::Rounding},
};
use std::ops::Range;

/// A number of points as a fraction of hundredths, for means and weights. Its parts saturate, which scores from outside
/// cannot bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    hundredths: i128,
    parts: i128,
}

impl From<Points> for Exact {
    fn from(points: Points) -> Self {
        Self { hundredths: points.hundredths().into(), parts: 1 }
    }
}

impl Exact {
    pub(crate) const ZERO: Self = Self { hundredths: 0, parts: 1 };

    /// The mean of some points; zero of none.
    pub fn mean(points: &[Points]) -> Self {
        let sum = points.iter().fold(0_i128, |sum, p| sum.saturating_add(p.hundredths().into()));
        let parts = i128::try_from(points.len().max(1)).unwrap_or(1);
        Self { hundredths: sum, parts }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let [mine, theirs] = [(self.hundredths, other.parts), (other.hundredths, self.parts)]
            .map(|(a, b)| a.saturating_mul(b));
        Self { hundredths: mine.saturating_add(theirs), parts: self.parts.saturating_mul(other.parts) }
    }

    pub(crate) fn times(self, share: u8, of: u8) -> Self {
        Self {
            hundredths: self.hundredths.saturating_mul(share.into()),
            parts: self.parts.saturating_mul(of.into()),
        }
    }

    /// The points, when they are one score that nothing was done to.
    pub(super) fn whole(self) -> Option<Points> {
        (self.parts == 1).then(|| Points::from_hundredths(saturated(self.hundredths)))
    }
}

impl Combine {
    /// What the scores of several givers make together; `None` while they are fewer than asked for, or when dropping
    /// leaves none.
    pub fn of(self, given: &[Points]) -> Option<Exact> {
        if given.is_empty() || given.len() < usize::from(self.at_least) {
            return None;
        }
        let mut sorted = given.to_vec();
        sorted.sort_unstable();
        let kept = sorted.get(self.kept_of(sorted.len())?)?;
        (!kept.is_empty()).then(|| Exact::mean(kept))
    }

    /// Which of so many scores, at least one, are kept once they are sorted.
    fn kept_of(self, count: usize) -> Option<Range<usize>> {
        match self.method {
            Method::Mean => Some(0..count),
            Method::Median => Some((count - 1) / 2..count / 2 + 1),
            Method::TrimmedMean(trim) => {
                Some(usize::from(trim.lowest)..count.checked_sub(trim.highest.into())?)
            }
        }
    }

    /// Which of some scores are kept; of equal ones those that come first are the lower.
    pub(crate) fn kept(self, given: &[Points]) -> Vec<bool> {
        let mut order: Vec<usize> = (0..given.len()).collect();
        order.sort_by_key(|at| given[*at]);
        let kept = if given.is_empty() { None } else { self.kept_of(given.len()) };
        let kept = kept.and_then(|kept| order.get(kept)).unwrap_or_default();
        (0..given.len()).map(|at| kept.contains(&at)).collect()
    }
}

impl Rounding {
    /// An exact number with at most `decimals` digits after the decimal point (0, 1 or 2), rounded once.
    pub fn of(self, exact: Exact, decimals: u8) -> Points {
        let unit: i128 = match decimals {
            0 => 100,
            1 => 10,
            _ => 1,
        };
        let whole = exact.parts.saturating_mul(unit);
        let (kept, lost) = (exact.hundredths / whole, exact.hundredths % whole);
        let twice = lost.saturating_abs().saturating_mul(2);
        let away = match self {
            Self::Down => false,
            Self::HalfUp => twice >= whole,
            Self::HalfEven => twice > whole || (twice == whole && kept % 2 != 0),
        };
        let kept = if away { kept + lost.signum() } else { kept };
        Points::from_hundredths(saturated(kept.saturating_mul(unit)))
    }
}

fn saturated(hundredths: i128) -> i64 {
    i64::try_from(hundredths).unwrap_or(if hundredths < 0 { i64::MIN } else { i64::MAX })
}
