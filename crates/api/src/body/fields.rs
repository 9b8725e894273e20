//! Values that are written as JSON other than text.

use super::{
    Body, Faults, Field, Members, Schemas, closed,
    codes::IdentifierValue,
    text::{FIRST_YEAR, FromText, LAST_YEAR, string},
};
use crate::{
    issue::Flaw,
    json::{Json, push_step},
};
use domain::{
    Basis, DocumentNumber, EmulationYear, IdentifierScheme, LocalisedName, Name, Role, UnitIdentifier,
};
use utoipa::openapi::{
    RefOr,
    schema::{Array, ObjectBuilder, OneOfBuilder, Schema, Type},
};

impl<T: Field> Field for Option<T> {
    const OPTIONAL: bool = true;

    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        T::read(value, faults).map(Some)
    }

    fn absent(_: &mut Faults) -> Option<Self> {
        Some(None)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        T::schema(schemas)
    }
}

/// A list of `LEAST` to `MOST` items. One that may be empty may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T, const LEAST: usize, const MOST: usize>(pub Vec<T>);

impl<T: Field, const LEAST: usize, const MOST: usize> Field for List<T, LEAST, MOST> {
    const OPTIONAL: bool = LEAST == 0;

    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let items = match value {
            Json::List(items) if items.len() > MOST => return faults.note(Flaw::TooMany(MOST)),
            Json::List(items) if items.len() < LEAST => return faults.note(Flaw::TooFew(LEAST)),
            Json::List(items) => items,
            Json::Null => return faults.note(Flaw::Null),
            Json::Bool(_) | Json::Integer(_) | Json::Fraction(_) | Json::Text(_) | Json::Object(_) => {
                return faults.note(Flaw::WrongType("array"));
            }
        };
        let mut read = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            read.extend(faults.within(&index.to_string(), |faults| T::read(item, faults)));
        }
        (read.len() == items.len()).then_some(Self(read))
    }

    fn absent(faults: &mut Faults) -> Option<Self> {
        if LEAST == 0 { Some(Self(Vec::new())) } else { faults.note(Flaw::Missing) }
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        let mut array = Array::new(T::schema(schemas));
        array.min_items = Some(LEAST).filter(|least| *least > 0);
        array.max_items = Some(MOST);
        Schema::Array(array).into()
    }
}

impl Field for bool {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Json::Bool(value) => Some(*value),
            Json::Null => faults.note(Flaw::Null),
            Json::Integer(_) | Json::Fraction(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
                faults.note(Flaw::WrongType("boolean"))
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}

/// Integers up to here are exact as a JSON number everywhere (RFC 8259 §6).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number within bounds. `2.0` is one too: JSON Schema knows no other difference.
pub(super) fn integer(value: &Json<'_>, least: i128, most: i128, faults: &mut Faults) -> Option<i128> {
    let number = match value {
        Json::Integer(number) => *number,
        #[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        Json::Fraction(number) if number.fract() == 0.0 && number.abs() <= EXACT => *number as i128,
        Json::Null => return faults.note(Flaw::Null),
        Json::Fraction(_) | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
            return faults.note(Flaw::WrongType("integer"));
        }
    };
    if (least..=most).contains(&number) { Some(number) } else { faults.note(Flaw::OutOfRange(least, most)) }
}

/// Declares whole numbers by their natural bounds.
macro_rules! integers {
    ($($type:ident),+) => {$(
        impl Field for $type {
            fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
                let number = integer(value, Self::MIN.into(), Self::MAX.into(), faults)?;
                Self::try_from(number).ok()
            }

            fn schema(_: &mut Schemas) -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(f64::from(Self::MIN)))
                    .maximum(Some(f64::from(Self::MAX)))
                    .into()
            }
        }
    )+};
}
integers!(i8, u8, u16, u32);

/// A month, 1 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthNumber(pub u8);

impl Field for MonthNumber {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let number = integer(value, 1, 12, faults)?;
        u8::try_from(number).ok().map(Self)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(12)).into()
    }
}

impl Field for EmulationYear {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let number = integer(value, FIRST_YEAR.into(), LAST_YEAR.into(), faults)?;
        i64::try_from(number).ok().and_then(|number| Self::new(number).ok())
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}

/// Reads an object and refuses what it does not know.
fn object<T>(
    value: &Json<'_>,
    faults: &mut Faults,
    take: impl FnOnce(&mut Members<'_, '_>, &mut Faults) -> Option<T>,
) -> Option<T> {
    let mut members = Members::of(value, faults)?;
    let read = take(&mut members, faults);
    members.close(faults);
    read
}

crate::body! {
    /// Tên tiếng Việt và, nếu có, tiếng Anh. A name in Vietnamese and, where someone has given one, in English.
    struct LocalisedNameBody {
        /// Tên tiếng Việt, đúng như văn bản viết, Unicode NFC. As its documents write it.
        vi: Name = "Khối thi đua số 3",
        /// Tên tiếng Anh. The English name.
        en: Option<Name> = "Emulation bloc no. 3",
    }
}

impl Field for LocalisedName {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let LocalisedNameBody { vi, en } = LocalisedNameBody::read(value, faults)?;
        Some(Self { vi, en })
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("LocalisedName", |schemas| {
            let about = Some(LocalisedNameBody::ABOUT);
            closed(LocalisedNameBody::describe(ObjectBuilder::new(), schemas).description(about)).into()
        })
    }
}

crate::body! {
    /// Mã của đơn vị trong một hệ thống khác. What another system knows a unit by.
    struct UnitIdentifierBody {
        /// Loại mã. The scheme the value belongs to; it decides the form of the value.
        scheme: IdentifierScheme = "agency_eid",
        /// Giá trị, đúng dạng của loại mã. The value within the scheme.
        value: IdentifierValue = "H59.1.12",
    }
}

impl Field for UnitIdentifier {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let body = UnitIdentifierBody::read(value, faults)?;
        let read = Self::new(body.scheme, &body.value.0).map_err(|_| Flaw::BadIdentifier);
        faults.within("value", |faults| faults.keep(read))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("UnitIdentifier", |schemas| {
            let about = Some(UnitIdentifierBody::ABOUT);
            closed(UnitIdentifierBody::describe(ObjectBuilder::new(), schemas).description(about)).into()
        })
    }
}

crate::body! {
    /// Căn cứ của việc được ghi nhận. What an act rests on.
    struct BasisBody {
        /// Các văn bản viện dẫn. The papers the act cites.
        documents: List<DocumentNumber, 0, 20> = ["37/NQ-HĐND"],
        /// Ví dụ minh họa, không có văn bản nào nêu. An example that no document states.
        illustrative: Option<bool>,
    }
}

impl Field for Basis {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let BasisBody { documents, illustrative } = BasisBody::read(value, faults)?;
        Some(Self { documents: documents.0, illustrative: illustrative.unwrap_or(false) })
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("Basis", |schemas| {
            let about = Some(BasisBody::ABOUT);
            closed(BasisBody::describe(ObjectBuilder::new(), schemas).description(about)).into()
        })
    }
}

crate::body! {
    /// Hành động thay mặt đơn vị này. Acts in the name of this unit.
    struct ForUnit {
        /// Đơn vị. The unit.
        unit: domain::UnitId,
    }
}

crate::body! {
    /// Hành động cho cơ quan cấp trên của khối, cụm này; không nêu thì của mọi khối, cụm. Every bloc when none is named.
    struct ForBloc {
        /// Khối, cụm. The bloc.
        bloc: Option<domain::BlocId>,
    }
}

/// A role is written as the log writes it, so that what is posted and what is read back look alike.
impl Field for Role {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        const NAMES: &str = "\"registrar\", \"auditor\", {\"unit_officer\": {…}}, {\"official\": {…}}";
        match value {
            Json::Text(name) if name == "registrar" => Some(Self::Registrar),
            Json::Text(name) if name == "auditor" => Some(Self::Auditor),
            Json::Object(members) if members.len() == 1 => match members[0].0.as_ref() {
                "unit_officer" => object(value, faults, |members, faults| {
                    members
                        .take::<ForUnit>("unit_officer", faults)
                        .map(|role| Self::UnitOfficer { unit: role.unit })
                }),
                "official" => object(value, faults, |members, faults| {
                    members.take::<ForBloc>("official", faults).map(|role| Self::Official { bloc: role.bloc })
                }),
                _ => faults.note(Flaw::UnknownValue(NAMES.into())),
            },
            Json::Text(_) | Json::Object(_) => faults.note(Flaw::UnknownValue(NAMES.into())),
            Json::Null => faults.note(Flaw::Null),
            Json::Bool(_) | Json::Integer(_) | Json::Fraction(_) | Json::List(_) => {
                faults.note(Flaw::WrongType("string or object"))
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("Role", |schemas| {
            let unit = ForUnit::schema(schemas);
            let bloc = ForBloc::schema(schemas);
            let of = |name: &str, schema| closed(ObjectBuilder::new().property(name, schema).required(name));
            OneOfBuilder::new()
                .item(string().enum_values(Some(["registrar", "auditor"])))
                .item(of("unit_officer", unit))
                .item(of("official", bloc))
                .description(Some("Vai trò. What a client may do, and for which unit or bloc."))
                .into()
        })
    }
}

/// The JSON pointer (RFC 6901) that serde's path stands for.
pub fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_step(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_step(&mut pointer, key),
            Segment::Enum { variant } => push_step(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    pointer
}
