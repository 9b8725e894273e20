//! Points (điểm): exact decimals, never floats.

use crate::lent::Lent;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, iter::Sum, ops, str::FromStr};

/// A number of points, held in hundredths: the finest unit any score sheet read so far uses
/// (`NUMERIC(5,2)` in Khánh Hòa, Quy định 11-QĐ/TU).
///
/// Written as a decimal string without trailing zeros (`"97.25"`, `"944.5"`, `"100"`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(i64);

/// Why a text is not a number of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal with at most six digits before the point and two after it")]
pub struct NotPoints;

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);
    /// The largest magnitude accepted from outside: six digits before the decimal point.
    pub const LIMIT: Self = Self(99_999_999);

    /// Points from a count of hundredths.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// The count of hundredths.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// Whether the value is written with at most `decimals` digits after the point (0, 1 or 2).
    pub const fn fits_decimals(self, decimals: u8) -> bool {
        match decimals {
            0 => self.0 % 100 == 0,
            1 => self.0 % 10 == 0,
            _ => true,
        }
    }
}

impl FromStr for Points {
    type Err = NotPoints;

    fn from_str(text: &str) -> Result<Self, NotPoints> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !all_digits(whole, 6) || !all_digits(fraction, 2) {
            return Err(NotPoints);
        }
        let scale = if fraction.len() == 1 { 10 } else { 1 };
        let whole: i64 = whole.parse().map_err(|_| NotPoints)?;
        let fraction: i64 = fraction.parse().map_err(|_| NotPoints)?;
        let hundredths = whole * 100 + fraction * scale;
        Ok(Self(if negative { -hundredths } else { hundredths }))
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written(&mut [0; LONGEST]))
    }
}

/// The longest text of points: a sign, seventeen digits, the point and two digits.
const LONGEST: usize = 21;

impl Points {
    /// Writes the text, from its end, without the formatter: an explanation holds thousands.
    fn written(self, room: &mut [u8; LONGEST]) -> &str {
        let magnitude = self.0.unsigned_abs();
        let (mut whole, fraction) = (magnitude / 100, magnitude % 100);
        let mut start = room.len();
        let mut put = |byte: u8| {
            start = start.saturating_sub(1);
            room[start] = byte;
        };
        let digit = |number: u64| b'0' + u8::try_from(number % 10).unwrap_or(0);
        if fraction % 10 > 0 {
            put(digit(fraction));
        }
        if fraction > 0 {
            put(digit(fraction / 10));
            put(b'.');
        }
        loop {
            put(digit(whole));
            whole /= 10;
            if whole == 0 {
                break;
            }
        }
        if self.0 < 0 {
            put(b'-');
        }
        std::str::from_utf8(&room[start..]).unwrap_or_default()
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} points")
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_i64(self.0);
        }
        serializer.serialize_str(self.written(&mut [0; LONGEST]))
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self);
        }
        let text = Lent::deserialize(deserializer)?.0;
        text.parse().map_err(de::Error::custom)
    }
}

impl ops::Add for Points {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::Sub for Points {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl ops::Neg for Points {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_writes_the_shortest_decimal() {
        for (text, shown) in
            [("97.25", "97.25"), ("944.50", "944.5"), ("100", "100"), ("-5.0", "-5"), ("-0.07", "-0.07")]
        {
            assert_eq!(text.parse::<Points>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in
            ["", "-", ".", "1.", ".5", "1.234", "1e3", "+1", "1,5", "1234567", "١", "1 ", "--1", "NaN"]
        {
            assert_eq!(text.parse::<Points>(), Err(NotPoints), "{text:?}");
        }
    }

    #[test]
    fn the_largest_are_written_too() {
        for (hundredths, shown) in [
            (i64::MIN, "-92233720368547758.08"),
            (i64::MAX, "92233720368547758.07"),
            (0, "0"),
            (-10, "-0.1"),
            (5, "0.05"),
        ] {
            assert_eq!(Points::from_hundredths(hundredths).to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(hundredths in -99_999_999_i64..=99_999_999) {
            let points = Points::from_hundredths(hundredths);
            prop_assert_eq!(points.to_string().parse(), Ok(points));
        }
    }
}
