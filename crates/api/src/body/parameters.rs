//! Parameters of paths and queries.

use super::{Faults, Schemas, text::FromText, text::whole};
use crate::issue::Flaw;
use std::borrow::Cow;
use utoipa::openapi::{
    RefOr, Required,
    path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
    schema::{Array, ObjectBuilder, Schema, Type},
};

/// The parameters of a path or of a query. Declared by [`parameters!`](crate::parameters!).
pub trait Parameters: Sized {
    /// Takes them. `None` means that at least one fault was noted.
    fn take(pairs: &mut Pairs<'_>, faults: &mut Faults) -> Option<Self>;

    /// What the document says of them.
    fn describe(schemas: &mut Schemas) -> Vec<Described>;
}

crate::parameters! {
    /// No parameters.
    pub struct NoParameters {}
}

/// One parameter, as the document needs it.
pub struct Described {
    name: &'static str,
    about: &'static str,
    example: Option<serde_json::Value>,
    optional: bool,
    schema: RefOr<Schema>,
}

impl Described {
    /// Describes the parameter whose value is a `T`.
    pub fn of<T: FromText>(
        name: &'static str,
        about: &'static str,
        example: Option<serde_json::Value>,
        schemas: &mut Schemas,
    ) -> Self {
        Self { name, about: about.trim_ascii(), example, optional: T::OPTIONAL, schema: T::schema(schemas) }
    }

    /// The name in the template or the query.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The parameter in the document. Lists are written with commas, never by repeating the name.
    pub fn into_parameter(self, place: ParameterIn) -> Parameter {
        let required = if self.optional { Required::False } else { Required::True };
        let list = matches!(self.schema, RefOr::T(Schema::Array(_)));
        let parameter = ParameterBuilder::new()
            .name(self.name)
            .parameter_in(place)
            .required(required)
            .description(Some(self.about))
            .example(self.example)
            .schema(Some(self.schema));
        if list {
            parameter.style(Some(ParameterStyle::Form)).explode(Some(false)).build()
        } else {
            parameter.build()
        }
    }
}

/// Names with their values, each taken at most once.
#[derive(Debug, Default)]
pub struct Pairs<'q>(Vec<Pair<'q>>);

#[derive(Debug)]
struct Pair<'q> {
    name: Cow<'q, str>,
    value: Cow<'q, str>,
    taken: bool,
}

impl<'q> Pairs<'q> {
    /// Pairs that are known already, as a router gives them.
    pub fn known(pairs: impl Iterator<Item = (&'q str, &'q str)>) -> Self {
        Self(
            pairs
                .map(|(name, value)| Pair { name: name.into(), value: value.into(), taken: false })
                .collect(),
        )
    }

    /// Reads a query string (`application/x-www-form-urlencoded`).
    pub fn query(query: &'q str, faults: &mut Faults) -> Self {
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decoded(name), decoded(value)) {
                (Some(name), Some(value)) => pairs.push(Pair { name, value, taken: false }),
                _ => {
                    faults.within(name, |faults| faults.note::<()>(Flaw::NotUtf8));
                }
            }
        }
        Self(pairs)
    }

    /// Takes one parameter.
    pub fn take<T: FromText>(&mut self, name: &'static str, faults: &mut Faults) -> Option<T> {
        let (mut value, mut repeated) = (None, false);
        for pair in self.0.iter_mut().filter(|pair| pair.name == name) {
            pair.taken = true;
            repeated |= value.replace(&*pair.value).is_some();
        }
        let read = match value {
            None => T::absent(),
            Some(_) if repeated => Err(Flaw::DuplicateParameter),
            Some(value) => T::from_text(value),
        };
        // Nothing is written down about where a value stands unless something is wrong with it.
        read.map_or_else(|flaw| faults.within(name, |faults| faults.note(flaw)), Some)
    }

    /// Notes every parameter that was not taken.
    pub fn close(self, faults: &mut Faults) {
        for pair in self.0.iter().filter(|pair| !pair.taken) {
            faults.within(&pair.name, |faults| faults.note::<()>(Flaw::UnknownParameter));
        }
    }
}

/// Resolves `%XX` and `+`; `None` when the result is not UTF-8 or an escape is not one.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) =
                    (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The largest page of a list, in items.
pub const MOST_ITEMS: u16 = 500;
/// The size of a page when the client names none, in items.
pub const USUAL_ITEMS: u16 = 50;

/// How many items a page of a list holds, 1 to [`MOST_ITEMS`]. More is refused, never cut down silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub u16);

impl FromText for Limit {
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, Flaw> {
        let number = whole(text, 1, MOST_ITEMS.into())?;
        u16::try_from(number).map(Self).map_err(|_| Flaw::OutOfRange(1, MOST_ITEMS.into()))
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(Self(USUAL_ITEMS))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(f64::from(MOST_ITEMS)))
            .default(Some(USUAL_ITEMS.into()))
            .into()
    }
}

/// A list of at most `MOST` values, written with commas; empty when left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commas<T, const MOST: usize>(pub Vec<T>);

impl<T: FromText, const MOST: usize> FromText for Commas<T, MOST> {
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, Flaw> {
        if text.split(',').count() > MOST {
            return Err(Flaw::TooMany(MOST));
        }
        text.split(',').map(T::from_text).collect::<Result<_, _>>().map(Self)
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(Self(Vec::new()))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        let mut array = Array::new(T::schema(schemas));
        array.min_items = Some(1);
        array.max_items = Some(MOST);
        Schema::Array(array).into()
    }
}
