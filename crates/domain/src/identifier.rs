//! Identifiers other systems know a unit by. None is mandatory: Party bodies and associations may have none.

use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// The scheme an identifier belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierScheme {
    /// Agency e-identifier of Decision 20/2020/QĐ-TTg: groups of `A-Z0-9` separated by dots, at most 35 characters.
    AgencyEid,
    /// The older agency form still found in many systems: `000.01.01.H59`, read from right to left.
    LegacyAgency,
    /// Business registration number: 10 or 13 digits (enterprises, co-operatives).
    Business,
    /// Budget-relation code (mã QHNS): 7 digits.
    Budget,
    /// Code of the General Statistics Office for an administrative unit (Decision 19/2025/QĐ-TTg): 2 or 5 digits.
    Statistics,
    /// A code of the bloc's own or of the province's system: up to 64 characters without spaces.
    Internal,
}

impl IdentifierScheme {
    /// Every scheme, in the order of this list.
    pub const ALL: [Self; 6] =
        [Self::AgencyEid, Self::LegacyAgency, Self::Business, Self::Budget, Self::Statistics, Self::Internal];

    fn accepts(self, value: &str) -> bool {
        let digits =
            |lengths: &[usize]| lengths.contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::AgencyEid => {
                value.len() <= 35
                    && value.split('.').all(|group| {
                        !group.is_empty()
                            && group.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
                    })
            }
            Self::LegacyAgency => is_legacy_agency(value),
            Self::Business => digits(&[10, 13]),
            Self::Budget => digits(&[7]),
            Self::Statistics => digits(&[2, 5]),
            Self::Internal => (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic()),
        }
    }
}

fn is_legacy_agency(value: &str) -> bool {
    let mut groups = value.split('.');
    let digits = |group: Option<&str>, length: usize| {
        group.is_some_and(|g| g.len() == length && g.bytes().all(|b| b.is_ascii_digit()))
    };
    let numbers = digits(groups.next(), 3) && digits(groups.next(), 2) && digits(groups.next(), 2);
    let province = groups.next().is_some_and(|g| {
        g.len() == 3
            && g.as_bytes()[0].is_ascii_uppercase()
            && g.as_bytes()[1..].iter().all(u8::is_ascii_digit)
    });
    numbers && province && groups.next().is_none()
}

/// One identifier of a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct UnitIdentifier {
    scheme: IdentifierScheme,
    value: Box<str>,
}

/// The value does not have the form its scheme demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not of the form that the scheme demands")]
pub struct NotAnIdentifier;

impl UnitIdentifier {
    /// An identifier whose value has the form of its scheme.
    pub fn new(scheme: IdentifierScheme, value: &str) -> Result<Self, NotAnIdentifier> {
        if scheme.accepts(value) { Ok(Self { scheme, value: value.into() }) } else { Err(NotAnIdentifier) }
    }

    /// The scheme.
    pub fn scheme(&self) -> IdentifierScheme {
        self.scheme
    }

    /// The value within the scheme.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for UnitIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

impl<'de> Deserialize<'de> for UnitIdentifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            scheme: IdentifierScheme,
            value: Box<str>,
        }
        let raw = Raw::deserialize(deserializer)?;
        Self::new(raw.scheme, &raw.value).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_knows_its_form() {
        use IdentifierScheme::*;
        for (scheme, good, bad) in [
            (AgencyEid, "H59.1.12", "h59.1"),
            (AgencyEid, "G09", "G09..1"),
            (LegacyAgency, "000.00.01.H59", "000.00.01.559"),
            (Business, "0100109106", "010010910"),
            (Budget, "1057429", "105742"),
            (Statistics, "08", "8"),
            (Statistics, "00004", "0004"),
            (Internal, "PA01", "PA 01"),
        ] {
            assert!(UnitIdentifier::new(scheme, good).is_ok(), "{scheme:?} {good}");
            assert!(UnitIdentifier::new(scheme, bad).is_err(), "{scheme:?} {bad}");
        }
        assert!(UnitIdentifier::new(AgencyEid, &"A".repeat(36)).is_err());
    }
}
