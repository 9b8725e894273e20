//! The two declarations.

/// Declares a body: a struct whose members are read, checked and described from this one place.
///
/// The first paragraph of each comment becomes the description in the document; `= value` after a type gives an
/// example. `Option` and a [`List`](crate::body::List) that may be empty can be left out.
#[macro_export]
macro_rules! body {
    ($(#[doc = $about:literal])+ $visibility:vis struct $name:ident {
        $($(#[doc = $said:literal])+ $member:ident: $type:ty $(= $example:expr)?,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        $visibility struct $name {
            $($(#[doc = $said])+ pub $member: $type,)*
        }

        impl $crate::body::Body for $name {
            const NAME: &'static str = stringify!($name);
            const ABOUT: &'static str = concat!($($about,)+ "").trim_ascii();

            #[allow(unused_variables, reason = "there may be no members")]
            fn take(members: &mut $crate::body::Members<'_, '_>, faults: &mut $crate::body::Faults) -> Option<Self> {
                // All are read before any is given up, so that every fault is found.
                $(let $member = members.take::<$type>(stringify!($member), faults);)*
                Some(Self { $($member: $member?,)* })
            }

            #[allow(unused_variables, reason = "there may be no members")]
            fn describe(
                object: utoipa::openapi::schema::ObjectBuilder,
                schemas: &mut $crate::body::Schemas,
            ) -> utoipa::openapi::schema::ObjectBuilder {
                $(
                    let example: Option<serde_json::Value> = None $(.or_else(|| Some(serde_json::json!($example))))?;
                    let schema = <$type as $crate::body::Field>::schema(schemas);
                    let schema = $crate::body::described(schema, concat!($($said,)+ ""), example);
                    let object = object.property(stringify!($member), schema);
                    let object = if <$type as $crate::body::Field>::OPTIONAL {
                        object
                    } else {
                        object.required(stringify!($member))
                    };
                )*
                object
            }
        }

        impl $crate::body::Field for $name {
            fn read(value: &$crate::json::Json<'_>, faults: &mut $crate::body::Faults) -> Option<Self> {
                let mut members = $crate::body::Members::of(value, faults)?;
                let read = <Self as $crate::body::Body>::take(&mut members, faults);
                members.close(faults);
                read
            }

            fn schema(
                schemas: &mut $crate::body::Schemas,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                schemas.object::<Self>()
            }
        }
    };
}

/// Declares the parameters of a path or of a query.
///
/// Names are those of the path template or of the query; `= value` after a type gives an example.
#[macro_export]
macro_rules! parameters {
    ($(#[doc = $about:literal])+ $visibility:vis struct $name:ident {
        $($(#[doc = $said:literal])+ $member:ident: $type:ty $(= $example:expr)?,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        $visibility struct $name {
            $($(#[doc = $said])+ pub $member: $type,)*
        }

        impl $crate::body::parameters::Parameters for $name {
            #[allow(unused_variables, reason = "there may be no parameters")]
            fn take(pairs: &mut $crate::body::parameters::Pairs<'_>, faults: &mut $crate::body::Faults) -> Option<Self> {
                $(let $member = pairs.take::<$type>(stringify!($member), faults);)*
                Some(Self { $($member: $member?,)* })
            }

            #[allow(unused_variables, reason = "there may be no parameters")]
            fn describe(schemas: &mut $crate::body::Schemas) -> Vec<$crate::body::parameters::Described> {
                vec![$({
                    let example: Option<serde_json::Value> = None $(.or_else(|| Some(serde_json::json!($example))))?;
                    $crate::body::parameters::Described::of::<$type>(
                        stringify!($member), concat!($($said,)+ ""), example, schemas,
                    )
                },)*]
            }
        }
    };
}
