//! Codes: texts of which only some are known, or of one form only.

use super::{
    Faults, Field, Schemas,
    text::{FromText, read_text, string, strings, whole},
};
use crate::{issue::Flaw, json::Json};
use domain::regulation::{Preset, presets};
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema, Type},
};

/// The value of an identifier: no scheme has other than visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierValue(pub String);

impl FromText for IdentifierValue {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let visible = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if visible { Ok(Self(text.to_owned())) } else { Err(Flaw::BadIdentifier) }
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().pattern(Some("^[!-~]{1,64}$")).into()
    }
}
strings!(IdentifierValue);

/// The number of a version, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionNumber(pub u16);

impl FromText for VersionNumber {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let most = u16::MAX.into();
        u16::try_from(whole(text, 1, most)?).map(Self).map_err(|_| Flaw::OutOfRange(1, most))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(1)).maximum(Some(f64::from(u16::MAX))).into()
    }
}

/// The code of a regulation that comes with the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetCode(pub &'static Preset);

impl FromText for PresetCode {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let found = presets().iter().find(|preset| preset.code == text);
        let codes = || presets().iter().map(|preset| preset.code).collect::<Vec<_>>().join(", ");
        found.map(Self).ok_or_else(|| Flaw::UnknownValue(codes()))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("PresetCode", |_| {
            string()
                .enum_values(Some(presets().iter().map(|preset| preset.code)))
                .description(Some(
                    "Mã của quy chế có sẵn. The code of a regulation that comes with the service.",
                ))
                .into()
        })
    }
}
strings!(PresetCode);
