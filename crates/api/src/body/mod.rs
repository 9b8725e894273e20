//! Request bodies and parameters: one declaration gives both the check and the schema, so they cannot drift apart.
//!
//! - [`body!`](crate::body!) declares a body, [`parameters!`](crate::parameters!) the parameters of a path or a query
//! - [`text`]: values that are written as text, in a body, a path or a query
//! - `lists`: values of closed lists
//! - [`codes`]: texts of which only some are known
//! - [`fields`]: values that are written as other JSON
//! - [`private`]: texts that must not be seen
//! - [`regulation`]: the one value that is read through `serde`
//!
//! Every fault is collected before anything is refused.

pub mod codes;
pub mod fields;
mod lists;
mod macros;
pub mod parameters;
pub mod private;
pub mod regulation;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
pub mod text;

use crate::{
    issue::{Flaw, Issue, Place},
    json::{Json, push_step},
};
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::openapi::{
    RefOr,
    schema::{AdditionalProperties, Object, ObjectBuilder, Ref, Schema},
};

pub use fields::List;
pub use text::FromText;

/// A value that can stand in a JSON body.
pub trait Field: Sized {
    /// Whether the member may be left out.
    const OPTIONAL: bool = false;

    /// Reads the value. `None` means that at least one fault was noted.
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self>;

    /// What a left-out member means; noting a fault when it must not be left out.
    fn absent(faults: &mut Faults) -> Option<Self> {
        faults.note(Flaw::Missing)
    }

    /// What the document says of it.
    fn schema(schemas: &mut Schemas) -> RefOr<Schema>;
}

/// An object with members that the contract knows. Declared by [`body!`](crate::body!).
pub trait Body: Sized {
    /// The name of its schema.
    const NAME: &'static str;
    /// What the document says of it.
    const ABOUT: &'static str;

    /// Takes its members. `None` means that at least one fault was noted.
    fn take(members: &mut Members<'_, '_>, faults: &mut Faults) -> Option<Self>;

    /// Adds its members to a schema.
    fn describe(object: ObjectBuilder, schemas: &mut Schemas) -> ObjectBuilder;
}

/// The faults found so far, and the place that is being read.
#[derive(Debug)]
pub struct Faults {
    place: Place,
    at: String,
    issues: Vec<Issue>,
}

impl Faults {
    /// Nothing found yet in this part of a request.
    pub const fn new(place: Place) -> Self {
        Self { place, at: String::new(), issues: Vec::new() }
    }

    /// Notes a fault at the present place. Gives `None`, so that a reader can end with it.
    pub fn note<T>(&mut self, flaw: Flaw) -> Option<T> {
        self.issues.push(Issue { place: self.place, at: self.at.clone(), flaw });
        None
    }

    /// Notes the fault of a result.
    pub fn keep<T>(&mut self, read: Result<T, Flaw>) -> Option<T> {
        read.map_or_else(|flaw| self.note(flaw), Some)
    }

    /// Reads one step deeper: a member of an object, an item of a list, or a parameter.
    pub fn within<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.at.len();
        match self.place {
            Place::Body => push_step(&mut self.at, step),
            Place::Header | Place::Path | Place::Query => self.at.push_str(step),
        }
        let result = read(self);
        self.at.truncate(before);
        result
    }

    /// Reads at a place that a JSON pointer names, seen from here.
    pub fn below<T>(&mut self, pointer: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.at.len();
        self.at.push_str(pointer);
        let result = read(self);
        self.at.truncate(before);
        result
    }

    /// The value, or every fault in the order they were found.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Issue>> {
        match value {
            Some(value) if self.issues.is_empty() => Ok(value),
            _ => Err(self.issues),
        }
    }
}

/// The members of one object, each taken at most once.
#[derive(Debug)]
pub struct Members<'j, 'a> {
    members: &'j [(Cow<'a, str>, Json<'a>)],
    taken: Vec<&'static str>,
}

impl<'j, 'a> Members<'j, 'a> {
    /// The members of a value that should be an object.
    pub fn of(value: &'j Json<'a>, faults: &mut Faults) -> Option<Self> {
        match value {
            Json::Object(members) => Some(Self { members, taken: Vec::new() }),
            Json::Null => faults.note(Flaw::Null),
            Json::Bool(_) | Json::Integer(_) | Json::Fraction(_) | Json::Text(_) | Json::List(_) => {
                faults.note(Flaw::WrongType("object"))
            }
        }
    }

    /// Takes one member.
    pub fn take<T: Field>(&mut self, name: &'static str, faults: &mut Faults) -> Option<T> {
        self.taken.push(name);
        let value = self.members.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        faults.within(name, |faults| match value {
            Some(value) => T::read(value, faults),
            None => T::absent(faults),
        })
    }

    /// Notes every member that was not taken.
    pub fn close(self, faults: &mut Faults) {
        for (name, _) in self.members.iter().filter(|(name, _)| !self.taken.contains(&name.as_ref())) {
            faults.within(name, |faults| faults.note::<()>(Flaw::UnknownField));
        }
    }
}

/// Reads a whole body from its bytes: `read` takes the members, and whatever it leaves is an unknown field.
pub fn read_object<T>(
    bytes: &[u8],
    read: impl FnOnce(&mut Members<'_, '_>, &mut Faults) -> Option<T>,
) -> Result<T, Vec<Issue>> {
    let value = Json::read(bytes).map_err(|fault| vec![fault.into()])?;
    let mut faults = Faults::new(Place::Body);
    let read = Members::of(&value, &mut faults).and_then(|mut members| {
        let read = read(&mut members, &mut faults);
        members.close(&mut faults);
        read
    });
    faults.finish(read)
}

/// The named schemas of the document, collected while it is built.
#[derive(Default)]
pub struct Schemas(BTreeMap<&'static str, RefOr<Schema>>);

impl Schemas {
    /// A reference to the schema of this name, which is built on first use.
    pub fn named(
        &mut self,
        name: &'static str,
        build: impl FnOnce(&mut Self) -> RefOr<Schema>,
    ) -> RefOr<Schema> {
        if !self.0.contains_key(name) {
            // Held while it is built, so that a schema may contain itself.
            self.0.insert(name, Object::new().into());
            let schema = build(self);
            self.0.insert(name, schema);
        }
        Ref::from_schema_name(name).into()
    }

    /// A reference to the schema of an object that allows no other members.
    pub fn object<B: Body>(&mut self) -> RefOr<Schema> {
        self.named(B::NAME, |schemas| {
            closed(B::describe(ObjectBuilder::new(), schemas).description(Some(B::ABOUT))).into()
        })
    }

    /// Every schema by its name.
    pub fn into_named(self) -> impl Iterator<Item = (&'static str, RefOr<Schema>)> {
        self.0.into_iter()
    }
}

/// An object that allows no other members.
pub fn closed(object: ObjectBuilder) -> ObjectBuilder {
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

/// Gives a schema the words and the example of the member it stands for.
pub fn described(schema: RefOr<Schema>, about: &str, example: Option<serde_json::Value>) -> RefOr<Schema> {
    let about = Some(about.trim().to_owned()).filter(|about| !about.is_empty());
    let examples: Vec<_> = example.into_iter().collect();
    match schema {
        RefOr::Ref(mut reference) => {
            reference.description = about.unwrap_or_default();
            RefOr::Ref(reference)
        }
        RefOr::T(Schema::Object(mut object)) => {
            object.description = about.or(object.description);
            object.examples = if examples.is_empty() { object.examples } else { examples };
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = about.or(array.description);
            array.examples = if examples.is_empty() { array.examples } else { examples };
            RefOr::T(Schema::Array(array))
        }
        other @ RefOr::T(_) => other,
    }
}
