//! The union of everything that can happen, and how it is written: `{"type":"year.report_filed","data":{…}}`.

use crate::{
    StreamId,
    bloc::BlocEvent,
    commendation::CommendationEvent,
    grant::GrantEvent,
    lent::Lent,
    log::LogEvent,
    person::PersonEvent,
    unit::UnitEvent,
    year::{Correction, YearEvent},
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
};
use std::fmt;

/// Declares the events of one aggregate: each a variant around its own struct, with the name it bears in the log.
///
/// The name is a promise for ever: a fact of another shape is a new variant with a new name.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident { $($type_name:literal => $variant:ident($data:ty)),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(tag = "type", content = "data")]
        #[allow(clippy::large_enum_variant, reason = "an event is moved twice in its life")]
        pub enum $name {$(
            #[doc = concat!("`", $type_name, "`")]
            #[serde(rename = $type_name)]
            $variant($data),
        )+}

        impl $name {
            /// The names these events bear in the log.
            pub const TYPES: &'static [&'static str] = &[$($type_name),+];

            /// The name this event bears in the log.
            pub const fn type_name(&self) -> &'static str {
                match self {$(Self::$variant(_) => $type_name,)+}
            }

            /// Reads the data of an event of this type, which is the next value of the map.
            pub(crate) fn read<'de, A: serde::de::MapAccess<'de>>(
                type_name: &str,
                map: &mut A,
            ) -> Result<Self, A::Error> {
                match type_name {
                    $($type_name => map.next_value().map(Self::$variant),)+
                    unknown => Err(serde::de::Error::unknown_variant(unknown, Self::TYPES)),
                }
            }
        }
        $(
            impl From<$data> for $name {
                fn from(data: $data) -> Self {
                    Self::$variant(data)
                }
            }
        )+
    };
}
pub(crate) use events;

/// Everything that can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "an event is moved twice in its life")]
pub enum Event {
    /// To a bloc.
    Bloc(BlocEvent),
    /// To a commendation.
    Commendation(CommendationEvent),
    /// To a grant.
    Grant(GrantEvent),
    /// To the log itself.
    Log(LogEvent),
    /// To a person.
    Person(PersonEvent),
    /// To a unit.
    Unit(UnitEvent),
    /// In the emulation year of a bloc.
    Year(YearEvent),
}

impl Event {
    /// The name this event bears in the log.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Bloc(event) => event.type_name(),
            Self::Commendation(event) => event.type_name(),
            Self::Grant(event) => event.type_name(),
            Self::Log(event) => event.type_name(),
            Self::Person(event) => event.type_name(),
            Self::Unit(event) => event.type_name(),
            Self::Year(event) => event.type_name(),
        }
    }

    /// What it replaces, if it corrects another fact.
    pub const fn correction(&self) -> Option<&Correction> {
        match self {
            Self::Year(event) => event.correction(),
            Self::Bloc(_)
            | Self::Commendation(_)
            | Self::Grant(_)
            | Self::Log(_)
            | Self::Person(_)
            | Self::Unit(_) => None,
        }
    }

    /// The same happening as the other things it concerns must show it, each in its own stream: a merger ends its
    /// predecessors, a unit that moves in somewhere moves out elsewhere. Decided once, with proofs of the others' state.
    pub fn counterparts(&self, own: StreamId) -> Vec<(StreamId, Self)> {
        match (self, own) {
            (Self::Unit(event), StreamId::Unit(unit)) => {
                let others = event.counterparts(unit).into_iter();
                others.map(|(unit, event)| (StreamId::Unit(unit), Self::Unit(event))).collect()
            }
            (Self::Bloc(event), StreamId::Bloc(bloc)) => {
                let others = event.counterparts(bloc).into_iter();
                others.map(|(bloc, event)| (StreamId::Bloc(bloc), Self::Bloc(event))).collect()
            }
            (
                Self::Bloc(_)
                | Self::Commendation(_)
                | Self::Grant(_)
                | Self::Log(_)
                | Self::Person(_)
                | Self::Unit(_)
                | Self::Year(_),
                _,
            ) => Vec::new(),
        }
    }

    /// The names of all events, aggregate by aggregate.
    pub fn types() -> impl Iterator<Item = &'static str> {
        let types = [
            BlocEvent::TYPES,
            CommendationEvent::TYPES,
            GrantEvent::TYPES,
            LogEvent::TYPES,
            PersonEvent::TYPES,
            UnitEvent::TYPES,
            YearEvent::TYPES,
        ];
        types.into_iter().flatten().copied()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bloc(event) => event.serialize(serializer),
            Self::Commendation(event) => event.serialize(serializer),
            Self::Grant(event) => event.serialize(serializer),
            Self::Log(event) => event.serialize(serializer),
            Self::Person(event) => event.serialize(serializer),
            Self::Unit(event) => event.serialize(serializer),
            Self::Year(event) => event.serialize(serializer),
        }
    }
}

/// Stored events name their type first, so it is known what the data is before it is read: nothing is buffered, and each
/// kind of data is read in one way. (What serde derives for a type beside its content reads it in four.)
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Union;
        impl<'de> Visitor<'de> for Union {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event: its type, then its data")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
                let expect = |name: &'static str, map: &mut A| match map.next_key::<Lent<'de>>()? {
                    Some(Lent(key)) if key == name => Ok(()),
                    _ => Err(de::Error::missing_field(name)),
                };
                expect("type", &mut map)?;
                let Lent(name) = map.next_value()?;
                expect("data", &mut map)?;
                let aggregate = name.split('.').next().unwrap_or_default();
                match aggregate {
                    "bloc" => BlocEvent::read(&name, &mut map).map(Event::Bloc),
                    "commendation" => CommendationEvent::read(&name, &mut map).map(Event::Commendation),
                    "grant" => GrantEvent::read(&name, &mut map).map(Event::Grant),
                    "log" => LogEvent::read(&name, &mut map).map(Event::Log),
                    "person" => PersonEvent::read(&name, &mut map).map(Event::Person),
                    "unit" => UnitEvent::read(&name, &mut map).map(Event::Unit),
                    "year" => YearEvent::read(&name, &mut map).map(Event::Year),
                    _ => Err(de::Error::custom(format_args!("unknown aggregate {aggregate:?}"))),
                }
            }
        }
        deserializer.deserialize_map(Union)
    }
}
