//! Values that are written as text: in a path, a query, or as a string in a body.

use super::{Faults, Field, Schemas};
use crate::{issue::Flaw, json::Json};
use domain::{
    AchievementId, BallotId, BlocId, ClientId, CommendationId, Date, DocumentNumber, EmulationYear, EventId,
    ExportId, GrantId, PersonId, Points, Position, RequestId, Sha256, Text, Timestamp, UnitId,
    names::NotText, regulation::CriterionId, time::NotATime,
};
use std::str::FromStr;
use utoipa::openapi::{
    KnownFormat, RefOr, SchemaFormat,
    schema::{ObjectBuilder, Schema, Type},
};

/// A value that can be read from text.
pub trait FromText: Sized {
    /// Whether it may be left out.
    const OPTIONAL: bool = false;

    /// The value, or what is wrong with the text.
    fn from_text(text: &str) -> Result<Self, Flaw>;

    /// What leaving it out means.
    fn absent() -> Result<Self, Flaw> {
        Err(Flaw::Missing)
    }

    /// What the document says of it.
    fn schema(schemas: &mut Schemas) -> RefOr<Schema>;
}

impl<T: FromText> FromText for Option<T> {
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, Flaw> {
        T::from_text(text).map(Some)
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(None)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        T::schema(schemas)
    }
}

/// A string in a body.
pub(super) fn read_text<T: FromText>(value: &Json<'_>, faults: &mut Faults) -> Option<T> {
    match value {
        Json::Text(text) => faults.keep(T::from_text(text)),
        Json::Null => faults.note(Flaw::Null),
        Json::Bool(_) | Json::Integer(_) | Json::Fraction(_) | Json::List(_) | Json::Object(_) => {
            faults.note(Flaw::WrongType("string"))
        }
    }
}

/// Lets values that are strings in a body be read there too.
macro_rules! strings {
    ($($type:ty),+ $(,)?) => {$(
        impl Field for $type {
            fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
                read_text(value, faults)
            }

            fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
                <Self as FromText>::schema(schemas)
            }
        }
    )+};
}
pub(super) use strings;
strings! {
    AchievementId, BallotId, BlocId, ClientId, CommendationId, CriterionId, Date, DocumentNumber, EventId, ExportId, GrantId, PersonId, RequestId, Sha256, Timestamp,
    UnitId,
}

/// A string schema to be completed.
pub fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

macro_rules! ids {
    ($($type:ty),+) => {$(
        impl FromText for $type {
            /// Only the hyphenated form: one id, one spelling, one cache entry.
            fn from_text(text: &str) -> Result<Self, Flaw> {
                if text.len() == 36 { Self::from_str(text).map_err(|_| Flaw::BadId) } else { Err(Flaw::BadId) }
            }

            fn schema(_: &mut Schemas) -> RefOr<Schema> {
                string().format(Some(SchemaFormat::Custom("uuid".into()))).into()
            }
        }
    )+};
}
ids!(
    AchievementId,
    BallotId,
    BlocId,
    CommendationId,
    EventId,
    ExportId,
    GrantId,
    PersonId,
    RequestId,
    UnitId
);

impl FromText for Points {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_| Flaw::NotDecimal)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("Points", |_| {
            string()
                .format(Some(SchemaFormat::Custom("decimal".into())))
                .pattern(Some(r"^-?\d{1,6}(\.\d{1,2})?$"))
                .description(Some("Số điểm, viết thành chuỗi thập phân. Points, as a decimal string."))
                .examples(["97.25"])
                .into()
        })
    }
}

impl Field for Points {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Json::Integer(_) | Json::Fraction(_) => faults.note(Flaw::DecimalMustBeString),
            Json::Text(_) | Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => {
                read_text(value, faults)
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}

impl FromText for Date {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_: NotATime| Flaw::BadDate)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let pattern = r"^(19(4[5-9]|[5-9]\d)|20\d{2}|21\d{2})-\d{2}-\d{2}$";
        string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).pattern(Some(pattern)).into()
    }
}

impl FromText for Timestamp {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_: NotATime| Flaw::BadTimestamp)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
    }
}

/// The flaw of a refused text.
pub(super) const fn text_flaw(why: NotText) -> Flaw {
    match why {
        NotText::Empty => Flaw::Empty,
        NotText::TooLong(most) => Flaw::TooLong(most),
        NotText::NotNfc => Flaw::NotNfc,
        NotText::Control => Flaw::ControlCharacter,
        NotText::Untrimmed => Flaw::Untrimmed,
    }
}

/// What [`Text`] accepts, as far as a pattern can say it; NFC it cannot.
const TRIMMED: &str = concat!(
    r"^[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]",
    r"([^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]*",
    r"[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff])?$"
);

impl<const MAX: usize> FromText for Text<MAX> {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(text_flaw)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().min_length(Some(1)).max_length(Some(MAX)).pattern(Some(TRIMMED)).into()
    }
}

impl<const MAX: usize> Field for Text<MAX> {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        read_text(value, faults)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}

impl FromText for DocumentNumber {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(text_flaw)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("DocumentNumber", |_| {
            string()
                .min_length(Some(1))
                .max_length(Some(100))
                .pattern(Some(TRIMMED))
                .description(Some(
                    "Số, ký hiệu văn bản, ghi đúng như trên văn bản. A document number, kept as written.",
                ))
                .examples(["30/2020/NĐ-CP"])
                .into()
        })
    }
}

macro_rules! patterns {
    ($($type:ty: $flaw:ident, $pattern:literal, $example:literal;)+) => {$(
        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, Flaw> {
                text.parse().map_err(|_| Flaw::$flaw)
            }

            fn schema(_: &mut Schemas) -> RefOr<Schema> {
                string().pattern(Some($pattern)).examples([$example]).into()
            }
        }
    )+};
}
patterns! {
    CriterionId: BadCriterion, "^[A-Za-z0-9._-]{1,15}$", "I.1";
    Sha256: BadDigest, "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
}

impl FromText for ClientId {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(|_| Flaw::BadClient)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().pattern(Some("^[a-z0-9._-]{1,64}$")).examples(["portal-h59"]).into()
    }
}

/// A whole number within bounds, written without sign or leading zeros.
pub fn whole(text: &str, least: i128, most: i128) -> Result<i128, Flaw> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    let number = if digits && (text.len() == 1 || !text.starts_with('0')) { text.parse().ok() } else { None };
    number.filter(|number| (least..=most).contains(number)).ok_or(Flaw::OutOfRange(least, most))
}

pub(super) const FIRST_YEAR: i16 = 1948;
pub(super) const LAST_YEAR: i16 = 2199;

impl FromText for EmulationYear {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let (least, most) = (i128::from(FIRST_YEAR), i128::from(LAST_YEAR));
        let number = whole(text, least, most)?;
        i64::try_from(number).ok().and_then(|n| Self::new(n).ok()).ok_or(Flaw::OutOfRange(least, most))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("EmulationYear", |_| {
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(f64::from(FIRST_YEAR)))
                .maximum(Some(f64::from(LAST_YEAR)))
                .description(Some(
                    "Năm thi đua. The emulation year: the year an act counts for, not the day it happened.",
                ))
                .examples([2024])
                .into()
        })
    }
}

impl FromText for Position {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let number = whole(text, 0, i64::MAX.into())?;
        u64::try_from(number).map(Self).map_err(|_| Flaw::OutOfRange(0, i64::MAX.into()))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0))
            .into()
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_| Flaw::UnknownValue("true, false".into()))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}
