//! Moments and days. The domain never reads a clock: both arrive from outside.

use crate::{EmulationYear, lent::Lent};
use jiff::{civil, tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    fmt,
    ops::{Range, RangeInclusive},
    str::FromStr,
};

/// Viet Nam keeps one offset, UTC+7, with no daylight saving time.
const VIETNAM: tz::Offset = tz::offset(7);

/// The years that days may be in.
const YEARS: RangeInclusive<i16> = 1945..=2199;

/// A moment, in milliseconds since 1970 in UTC; written RFC 3339 with milliseconds and `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A calendar day as people in Viet Nam count it; written `2024-07-11`.
///
/// Years 1945 to 2199: a state paper of this republic cannot be older, and a typing error is caught.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// Why a text is not a moment or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATime {
    /// Not RFC 3339 with an offset.
    #[error("not an RFC 3339 date and time with an offset")]
    Moment,
    /// Not `YYYY-MM-DD`, or outside 1945 to 2199.
    #[error("not a date YYYY-MM-DD between the years 1945 and 2199")]
    Day,
}

impl Timestamp {
    /// A moment from milliseconds since 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// From the form the log is written in alone.
    pub(crate) fn stored(text: &[u8; 24]) -> Option<Self> {
        stored_millis(text).map(Self)
    }

    /// The form the log is written in.
    fn text(self) -> Option<[u8; 24]> {
        stored_text(self.0)
    }

    /// The day in Viet Nam at this moment.
    pub fn day(self) -> Date {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Date(VIETNAM.to_datetime(moment).date())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.text() {
            return f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?);
        }
        let moment = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{moment:.3}")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Some(millis) = stored_millis(text) {
            return Ok(Self(millis));
        }
        let moment: jiff::Timestamp = text.parse().map_err(|_| NotATime::Moment)?;
        Ok(Self(moment.as_millisecond()))
    }
}

/// Reads exactly the form the log is written in, `2024-07-11T16:59:59.999Z`, much faster than any RFC 3339 text can be
/// read; `None` for everything else, be it a moment or not.
fn stored_millis(text: impl AsRef<[u8]>) -> Option<i64> {
    let bytes: &[u8; 24] = text.as_ref().try_into().ok()?;
    let marks = [(10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
    if marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
        return None;
    }
    let date = date(bytes)?;
    let number = |range| number(bytes, range);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (days, milli) = (i64::from(days_since_1970(date)), number(20..23)?);
    let [hour, minute, second, milli] = [hour, minute, second, milli].map(i64::from);
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli)
}

/// The date that a text begins with, `2024-07-11`, when there is such a day.
fn date(text: &[u8]) -> Option<civil::Date> {
    let part = |range| number(text, range);
    let [year, month, day] = [part(0..4)?, part(5..7)?, part(8..10)?];
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The number of at most four digits that stands there.
fn number(text: &[u8], place: Range<usize>) -> Option<i16> {
    let digits = text.get(place)?.iter();
    digits
        .map(|digit| digit.is_ascii_digit().then(|| i16::from(digit - b'0')))
        .try_fold(0, |number, digit| Some(number * 10 + digit?))
}

/// Writes the form [`stored_millis`] reads, much faster than any formatter; `None` before the year 0 and after 9999.
fn stored_text(millis: i64) -> Option<[u8; 24]> {
    const DAY: i64 = 86_400_000;
    let (days, of_day) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let (year, month, day) = date_from_1970(days);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    put(&mut text[..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], of_day / 3_600_000);
    put(&mut text[14..16], of_day / 60_000 % 60);
    put(&mut text[17..19], of_day / 1_000 % 60);
    put(&mut text[20..23], of_day % 1_000);
    (0..=9999).contains(&year).then_some(text)
}

/// Writes a number with as many digits as there are.
fn put(digits: &mut [u8], mut number: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// Year, month and day so many days from 1970-01-01: the other way round than [`days_since_1970`].
const fn date_from_1970(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// Days from 1970-01-01, by the arithmetic of the Gregorian calendar: years begin in March, so that the leap day is the
/// last of its year.
fn days_since_1970(date: civil::Date) -> i32 {
    let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

impl Date {
    /// A day, when it exists and its year is between 1945 and 2199.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotATime> {
        let date = civil::Date::new(year, month, day).map_err(|_| NotATime::Day)?;
        if YEARS.contains(&date.year()) { Ok(Self(date)) } else { Err(NotATime::Day) }
    }

    /// Its text; its year has four digits.
    fn text(self) -> Option<[u8; 10]> {
        let mut text = *b"0000-00-00";
        put(&mut text[..4], self.0.year().into());
        put(&mut text[5..7], self.0.month().into());
        put(&mut text[8..], self.0.day().into());
        (0..=9999).contains(&self.0.year()).then_some(text)
    }

    /// From its text alone.
    pub(crate) fn stored(text: &[u8; 10]) -> Option<Self> {
        date(text).map(Self).filter(|date| YEARS.contains(&date.year()))
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The last millisecond of this day in Viet Nam.
    pub fn end(self) -> Timestamp {
        let midnight = self.0.saturating_add(jiff::Span::new().days(1)).to_datetime(civil::Time::midnight());
        VIETNAM
            .to_timestamp(midnight)
            .map_or(Timestamp(i64::MAX), |next| Timestamp(next.as_millisecond() - 1))
    }

    /// How many days after `other` this day is; negative before it.
    pub fn days_since(self, other: Self) -> i32 {
        days_since_1970(self.0) - days_since_1970(other.0)
    }

    /// The day `days` after this one.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// The given day and month in `year` moved by `offset` years.
    pub fn in_year(year: EmulationYear, offset: i8, month: i8, day: i8) -> Result<Self, NotATime> {
        Self::new(year.number() + i16::from(offset), month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text().ok_or(fmt::Error)?;
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        <&[u8; 10]>::try_from(text.as_bytes()).ok().and_then(Self::stored).ok_or(NotATime::Day)
    }
}

/// Written as text, and as one number where nobody reads along.
macro_rules! as_text {
    ($name:ident, $number:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if !serializer.is_human_readable() {
                    return self.number().serialize(serializer);
                }
                match self.text().as_ref().map(|text| std::str::from_utf8(text)) {
                    Some(Ok(text)) => serializer.serialize_str(text),
                    Some(Err(_)) | None => serializer.collect_str(self),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return Self::from_number($number::deserialize(deserializer)?).map_err(de::Error::custom);
                }
                Lent::deserialize(deserializer)?.0.parse().map_err(de::Error::custom)
            }
        }
    };
}
as_text!(Timestamp, i64);
as_text!(Date, i32);

impl Timestamp {
    const fn number(self) -> i64 {
        self.0
    }

    const fn from_number(millis: i64) -> Result<Self, NotATime> {
        Ok(Self(millis))
    }
}

impl Date {
    /// Its digits: 20240711 for 11 July 2024.
    fn number(self) -> i32 {
        (i32::from(self.0.year()) * 100 + i32::from(self.0.month())) * 100 + i32::from(self.0.day())
    }

    fn from_number(digits: i32) -> Result<Self, NotATime> {
        let part = |number: i32| i8::try_from(number % 100).map_err(|_| NotATime::Day);
        let year = i16::try_from(digits / 10_000).map_err(|_| NotATime::Day)?;
        civil::Date::new(year, part(digits / 100)?, part(digits)?).map(Self).map_err(|_| NotATime::Day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From the year 0001 to the year 9999.
    const MILLIS: Range<i64> = -62_135_596_800_000..253_402_207_200_000;

    proptest! {
        #[test]
        fn the_stored_form_reads_as_any_other_form_does(millis in MILLIS) {
            let text = Timestamp::from_millis(millis).to_string();
            let parsed: jiff::Timestamp = text.parse().unwrap();
            prop_assert_eq!(format!("{parsed:.3}"), &*text);
            prop_assert_eq!(parsed.as_millisecond(), millis);
            prop_assert_eq!(stored_millis(&text), Some(millis), "{}", text);
        }

        #[test]
        fn what_looks_like_the_stored_form_is_read_or_refused_alike(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}Z"
        ) {
            if let Some(millis) = stored_millis(&text) {
                let parsed: jiff::Timestamp = text.parse().unwrap();
                prop_assert_eq!(parsed.as_millisecond(), millis, "{}", text);
            }
        }
    }

    #[test]
    fn leap_days_are_counted() {
        for day in ["1972-02-29", "2000-02-29", "2000-03-01", "2024-02-29", "2100-03-01"] {
            let text = format!("{day}T23:59:59.999Z");
            assert_eq!(stored_millis(&text), Some(text.parse::<jiff::Timestamp>().unwrap().as_millisecond()));
        }
        assert_eq!(stored_millis("2023-02-29T00:00:00.000Z"), None);
        assert_eq!(stored_millis("2024-02-28T24:00:00.000Z"), None);
    }

    #[test]
    fn a_day_ends_at_midnight_in_viet_nam() {
        let day: Date = "2024-07-11".parse().unwrap();
        assert_eq!(day.end().to_string(), "2024-07-11T16:59:59.999Z");
        assert_eq!(day.end().day(), day);
        assert_eq!(Timestamp::from_millis(day.end().millis() + 1).day(), day.plus_days(1));
    }

    #[test]
    fn odd_days_are_refused() {
        for text in [
            "0000-01-01",
            "1944-12-31",
            "2200-01-01",
            "2024-02-30",
            "2024-2-3",
            "11/7/2024",
            "2024-07-11T00:00",
            "２０２４-07-11",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotATime::Day), "{text}");
        }
    }

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        let moment: Timestamp = "2023-12-13T17:08:30+07:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2023-12-13T10:08:30.000Z");
        assert!("2023-12-13 17:08:30".parse::<Timestamp>().is_err());
    }
}
