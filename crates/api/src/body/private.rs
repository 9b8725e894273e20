//! Texts that must not be seen by others: checked as any text, and then kept out of what is printed.

use super::{
    Faults, Field, Schemas,
    text::{FromText, read_text, text_flaw},
};
use crate::{issue::Flaw, json::Json};
use domain::{Text, person::Private};
use utoipa::openapi::{RefOr, schema::Schema};

/// A piece of personal data of at most `MAX` characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden<const MAX: usize>(pub Private);

impl<const MAX: usize> FromText for Hidden<MAX> {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Text::<MAX>::new(text).map_err(text_flaw).map(|_| Self(Private::new(text)))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Text<MAX> as FromText>::schema(schemas)
    }
}

impl<const MAX: usize> Field for Hidden<MAX> {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        read_text(value, faults)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}
