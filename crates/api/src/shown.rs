//! Bodies of answers: one declaration gives what is written and what the document says of it.

use crate::body::{Field, Schemas};
use domain::{
    AchievementId, BallotId, BlocId, ClientId, CommendationId, Date, DocumentNumber, EmulationYear, EventId,
    ExportId, GrantId, IdentifierScheme, LocalisedName, PersonId, Points, Role, Sha256, Text, Timestamp,
    UnitId, UnitIdentifier,
    bloc::{BlocKind, Level},
    commendation::{
        AppraisalFinding, AwardClass, AwardKind, CheckName, CheckOutcome, CommendationState, Recipients,
        RevocationCause, VoteOutcome,
    },
    person::{ErasureGround, PersonField},
    quota::QuotaScope,
    regulation::{
        Breach, CriterionId, FindingState, LeadershipMethod, OverMaximum, PartKind, Regulation, Scorer,
        Secrecy, Step, TieBreak,
        award::{PaperKind, QuotaRounding, Stage},
    },
    unit::{EndCause, LineageChange, Relation, UnitKind},
    year::{ConferenceKind, Contested, ExclusionCause, Outcome, Question},
};
use serde::Serialize;
use utoipa::openapi::{
    KnownFormat, RefOr, SchemaFormat,
    schema::{Array, ObjectBuilder, Schema, SchemaType, Type},
};

/// A value that can stand in the body of an answer.
pub trait Shown: Serialize {
    /// Whether the member may be left out.
    const OPTIONAL: bool = false;

    /// Whether this value is left out.
    fn is_left_out(&self) -> bool {
        false
    }

    /// What the document says of it.
    fn schema(schemas: &mut Schemas) -> RefOr<Schema>;
}

impl<T: Shown> Shown for Option<T> {
    const OPTIONAL: bool = true;

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        T::schema(schemas)
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        Schema::Array(Array::new(T::schema(schemas))).into()
    }
}

impl<T: Shown + ?Sized> Shown for std::sync::Arc<T> {
    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        T::schema(schemas)
    }
}

impl Shown for String {
    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        crate::body::text::string().into()
    }
}

impl Shown for &'static str {
    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        crate::body::text::string().into()
    }
}

impl Shown for u64 {
    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
        ObjectBuilder::new().schema_type(Type::Integer).format(Some(format)).minimum(Some(0)).into()
    }
}

impl Shown for i64 {
    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
        ObjectBuilder::new().schema_type(Type::Integer).format(Some(format)).into()
    }
}

impl Shown for serde_json::Value {
    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).into()
    }
}

impl<const MAX: usize> Shown for Text<MAX> {
    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as Field>::schema(schemas)
    }
}

/// Values that are shown as they are read.
macro_rules! as_read {
    ($($type:ty),+ $(,)?) => {$(
        impl Shown for $type {
            fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
                <Self as Field>::schema(schemas)
            }
        }
    )+};
}
as_read! {
    AchievementId, AppraisalFinding, AwardClass, AwardKind, BallotId, BlocId, BlocKind, Breach, CheckName, CheckOutcome, ClientId,
    CommendationId, CommendationState, ConferenceKind, Contested, CriterionId, Date, DocumentNumber, EmulationYear, EndCause, EventId,
    ErasureGround, ExclusionCause, ExportId, FindingState, GrantId, IdentifierScheme, LeadershipMethod, Level, LineageChange, LocalisedName, Outcome, OverMaximum, PaperKind,
    PartKind, PersonField, PersonId, Points, Question, QuotaRounding, QuotaScope, Recipients, Regulation, Relation, RevocationCause, Role, Scorer, Secrecy,
    Sha256, Stage, Step, TieBreak, Timestamp, UnitId, UnitIdentifier, UnitKind, VoteOutcome, bool, u16, u32, u8,
}

/// Declares the body of an answer: its members are written in this order, those that are left out are not written.
#[macro_export]
macro_rules! answer_body {
    ($(#[doc = $about:literal])+ $visibility:vis struct $name:ident {
        $($(#[doc = $said:literal])+ $member:ident: $type:ty,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $($(#[doc = $said])+ pub $member: $type,)*
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $(
                    if !$crate::shown::Shown::is_left_out(&self.$member) {
                        map.serialize_entry(stringify!($member), &self.$member)?;
                    }
                )*
                map.end()
            }
        }

        impl $crate::shown::Shown for $name {
            fn schema(
                schemas: &mut $crate::body::Schemas,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                schemas.named(stringify!($name), |schemas| {
                    let object = utoipa::openapi::schema::ObjectBuilder::new()
                        .description(Some(concat!($($about,)+ "").trim_ascii()));
                    $(
                        let schema = <$type as $crate::shown::Shown>::schema(schemas);
                        let schema = $crate::body::described(schema, concat!($($said,)+ ""), None);
                        let object = object.property(stringify!($member), schema);
                        let object = if <$type as $crate::shown::Shown>::OPTIONAL {
                            object
                        } else {
                            object.required(stringify!($member))
                        };
                    )*
                    object.into()
                })
            }
        }
    };
}
