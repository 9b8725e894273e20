//! The emulation year (năm thi đua): the year an act counts for, not the day it happened.

use crate::Date;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// A year of emulation, 1948 to 2199. Emulation began with the appeal of 11 June 1948.
///
/// The conference that closes 2025 may be held in January 2026: the year is never read off a date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EmulationYear(i16);

/// The number is not a year between 1948 and 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a year between 1948 and 2199")]
pub struct NotAYear;

impl EmulationYear {
    /// The first year there can be.
    pub const FIRST: Self = Self(1948);
    /// The last year there can be.
    pub const LAST: Self = Self(2199);

    /// The year with this number.
    pub fn new(number: i64) -> Result<Self, NotAYear> {
        i16::try_from(number).ok().filter(|n| (1948..=2199).contains(n)).map(Self).ok_or(NotAYear)
    }

    /// The number of the year.
    pub const fn number(self) -> i16 {
        self.0
    }

    /// The year after this one.
    pub fn next(self) -> Self {
        Self((self.0 + 1).min(2199))
    }

    /// The day that decides who is a member for an act that counts from `day`: that day, or the last one of the year.
    /// The conference that closes 2025 may be held in January 2026, and a unit that joined meanwhile has no part in it.
    pub fn membership_day(self, day: Date) -> Date {
        Date::in_year(self, 0, 12, 31).map_or(day, |last| day.min(last))
    }

    /// The year before this one.
    pub fn previous(self) -> Self {
        Self((self.0 - 1).max(1948))
    }
}

impl fmt::Display for EmulationYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EmulationYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for EmulationYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
