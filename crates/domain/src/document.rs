//! Document numbers (số, ký hiệu văn bản): kept verbatim, read as far as they can be read.
//!
//! State papers follow Decree 30/2020/NĐ-CP (`30/2020/NĐ-CP`, `1297/HD-UBND`); Party papers put a hyphen after
//! the number (`11-NQ/HU`, Guidance 36-HD/VPTW). Real sources hold both and malformed ones, so nothing is ever
//! rejected for its form: the raw text stands, the parsed parts stand beside it when there are any.

use crate::names::{NotText, Text};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A document number as written, at most 100 characters.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct DocumentNumber(Text<100>);

/// What could be read from a document number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedNumber {
    /// The style it follows.
    pub style: NumberStyle,
    /// The serial number; it restarts at 1 every year.
    pub serial: u32,
    /// The year, where the number itself carries it.
    pub year: Option<u16>,
    /// The type of paper: `NQ`, `QĐ`, `HD`, `KH`, `CT`, …; for official letters, the issuing agency.
    pub kind: String,
    /// The issuer after the type: `HU`, `UBND`, `HĐND`; empty when there is none.
    pub issuer: String,
    /// Set when a part cannot be what its place says, as in `34/CT-2014`.
    pub doubtful: bool,
}

/// The two families of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStyle {
    /// `số/[năm/]loại-cơ quan`.
    State,
    /// `số-loại/cơ quan`.
    Party,
}

impl DocumentNumber {
    /// Keeps a number as written.
    pub fn new(raw: &str) -> Result<Self, NotText> {
        Text::new(raw).map(Self)
    }

    /// The number as written.
    pub fn raw(&self) -> &str {
        self.0.as_str()
    }

    /// The parts of the number, when it has a known form.
    pub fn parsed(&self) -> Option<ParsedNumber> {
        parse_state(self.raw()).or_else(|| parse_party(self.raw()))
    }
}

fn parse_state(raw: &str) -> Option<ParsedNumber> {
    let mut parts = raw.split('/');
    let serial = number(parts.next()?)?;
    let (year, rest) = match (parts.next()?, parts.next()) {
        (year, Some(rest)) if year.len() == 4 => (Some(u16::try_from(number(year)?).ok()?), rest),
        (rest, None) => (None, rest),
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let (kind, issuer) = rest.split_once('-').unwrap_or((rest, ""));
    let known =
        is_mark(kind) && issuer.split('-').all(|part| part.chars().all(|c| c.is_alphanumeric() || c == '&'));
    known.then(|| ParsedNumber {
        style: NumberStyle::State,
        serial,
        year,
        kind: kind.to_owned(),
        issuer: issuer.to_owned(),
        doubtful: !issuer.is_empty() && issuer.chars().all(|c| c.is_ascii_digit()),
    })
}

fn parse_party(raw: &str) -> Option<ParsedNumber> {
    let (front, issuer) = raw.split_once('/')?;
    let (serial, kind) = front.split_once('-')?;
    let serial = number(serial.trim_end())?;
    let kind = kind.trim_start();
    let known = is_mark(kind)
        && !issuer.is_empty()
        && issuer.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '&');
    known.then(|| ParsedNumber {
        style: NumberStyle::Party,
        serial,
        year: None,
        kind: kind.to_owned(),
        issuer: issuer.to_owned(),
        doubtful: issuer.chars().all(|c| c.is_ascii_digit()),
    })
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn is_mark(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase) && text.chars().all(char::is_alphanumeric)
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for DocumentNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(raw: &str) -> Option<(NumberStyle, u32, Option<u16>, String, String, bool)> {
        let p = DocumentNumber::new(raw).unwrap().parsed()?;
        Some((p.style, p.serial, p.year, p.kind, p.issuer, p.doubtful))
    }

    #[test]
    fn the_numbers_of_the_source_documents_are_read() {
        use NumberStyle::{Party, State};
        let cases = [
            ("11-NQ/HU", Party, 11, None, "NQ", "HU", false),
            ("12-NQ/HU", Party, 12, None, "NQ", "HU", false),
            ("34-CT/TW", Party, 34, None, "CT", "TW", false),
            ("37/NQ-HĐND", State, 37, None, "NQ", "HĐND", false),
            ("1297/HD-UBND", State, 1297, None, "HD", "UBND", false),
            ("187/KH-UBND", State, 187, None, "KH", "UBND", false),
            ("30/2020/NĐ-CP", State, 30, Some(2020), "NĐ", "CP", false),
            ("5007/BNV-TĐKT", State, 5007, None, "BNV", "TĐKT", false),
            ("34/CT-2014", State, 34, None, "CT", "2014", true),
        ];
        for (raw, style, serial, year, kind, issuer, doubtful) in cases {
            assert_eq!(
                parsed(raw),
                Some((style, serial, year, kind.into(), issuer.into(), doubtful)),
                "{raw}"
            );
        }
    }

    #[test]
    fn an_unreadable_number_is_kept_as_it_stands() {
        let number = DocumentNumber::new("Công văn không số").unwrap();
        assert_eq!((number.raw(), number.parsed()), ("Công văn không số", None));
    }
}
