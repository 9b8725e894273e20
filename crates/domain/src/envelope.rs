//! The envelope: one fact as it is stored. Its bytes are hashed as they are and never written again.

use crate::{
    BlocId, CommendationId, Date, DocumentNumber, EmulationYear, Event, EventId, GrantId, PersonId,
    RequestId, Timestamp, UnitId, lent::Lent,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// The largest envelope, in bytes; anything larger belongs into a document kept by its hash.
pub const MAX_ENVELOPE_BYTES: usize = 60_000;

/// A place in the log: 0 for the first fact, without gaps. It is also the leaf's index in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// How many facts a stream holds once this one is counted: 1 for its first fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl Position {
    /// The position after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Version {
    /// The version after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The stream of one aggregate. The order of streams is that of their texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamId {
    /// `bloc/<id>`
    Bloc(BlocId),
    /// `commendation/<id>`
    Commendation(CommendationId),
    /// `grant/<id>`
    Grant(GrantId),
    /// `log`: the log about itself
    Log,
    /// `person/<id>`
    Person(PersonId),
    /// `unit/<id>`
    Unit(UnitId),
    /// `year/<bloc id>/<year>`
    Year(BlocId, EmulationYear),
}

impl StreamId {
    /// What it is a stream of, with which its text and the names of its events begin.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Bloc(_) => "bloc",
            Self::Commendation(_) => "commendation",
            Self::Grant(_) => "grant",
            Self::Log => "log",
            Self::Person(_) => "person",
            Self::Unit(_) => "unit",
            Self::Year(..) => "year",
        }
    }
}

/// Why a text is not a stream id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a stream id such as unit/<uuid>, bloc/<uuid>, commendation/<uuid>, grant/<uuid>, person/<uuid>, year/<uuid>/2024 or log"
)]
pub struct NotAStream;

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bloc(id) => write!(f, "bloc/{id}"),
            Self::Commendation(id) => write!(f, "commendation/{id}"),
            Self::Grant(id) => write!(f, "grant/{id}"),
            Self::Log => f.write_str("log"),
            Self::Person(id) => write!(f, "person/{id}"),
            Self::Unit(id) => write!(f, "unit/{id}"),
            Self::Year(bloc, year) => write!(f, "year/{bloc}/{year}"),
        }
    }
}

impl FromStr for StreamId {
    type Err = NotAStream;

    fn from_str(text: &str) -> Result<Self, NotAStream> {
        fn id<T: FromStr>(text: &str) -> Result<T, NotAStream> {
            text.parse().map_err(|_| NotAStream)
        }
        match text.split_once('/') {
            Some(("bloc", rest)) => id(rest).map(Self::Bloc),
            Some(("commendation", rest)) => id(rest).map(Self::Commendation),
            Some(("grant", rest)) => id(rest).map(Self::Grant),
            Some(("person", rest)) => id(rest).map(Self::Person),
            Some(("unit", rest)) => id(rest).map(Self::Unit),
            Some(("year", rest)) => {
                let (bloc, year) = rest.split_once('/').ok_or(NotAStream)?;
                let year = EmulationYear::new(id(year)?).map_err(|_| NotAStream)?;
                Ok(Self::Year(id(bloc)?, year))
            }
            None if text == "log" => Ok(Self::Log),
            _ => Err(NotAStream),
        }
    }
}

impl Serialize for StreamId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Lent::deserialize(deserializer)?.0.parse().map_err(de::Error::custom)
    }
}

/// Declares byte strings of a fixed length that are written as unpadded base64url, and as bytes where nobody reads along.
macro_rules! byte_strings {
    ($($(#[$doc:meta])* $name:ident[$length:literal]),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// From its text.
            pub(crate) fn read(text: &[u8]) -> Result<Self, NotBytes> {
                // Two bytes of room: the decoder asks for its estimate, which may exceed the true length.
                let mut bytes = [0_u8; $length + 2];
                match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
                    Ok($length) => bytes[..$length].try_into().map(Self).map_err(|_| NotBytes),
                    _ => Err(NotBytes),
                }
            }

            /// As text, in a buffer that is large enough.
            fn written<'b>(&self, buffer: &'b mut [u8; $length * 4 / 3 + 2]) -> Option<&'b str> {
                let length = URL_SAFE_NO_PAD.encode_slice(self.0, buffer).ok()?;
                std::str::from_utf8(buffer.get(..length)?).ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut buffer = [0; $length * 4 / 3 + 2];
                f.write_str(self.written(&mut buffer).ok_or(fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotBytes;
            fn from_str(text: &str) -> Result<Self, NotBytes> {
                Self::read(text.as_bytes())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if !serializer.is_human_readable() {
                    return serializer.serialize_bytes(&self.0);
                }
                // Much faster than through the formatter, for each fact holds five of these.
                let mut buffer = [0; $length * 4 / 3 + 2];
                match self.written(&mut buffer) {
                    Some(text) => serializer.serialize_str(text),
                    None => serializer.collect_str(self),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    let bytes = <&[u8]>::deserialize(deserializer)?;
                    return bytes.try_into().map(Self).map_err(|_| de::Error::custom(NotBytes));
                }
                Lent::deserialize(deserializer)?.0.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

/// Not base64url of the right length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not unpadded base64url of the right length")]
pub struct NotBytes;

byte_strings! {
    /// SHA-256 over a random salt and a piece of personal data: it shows later what was recorded, and reveals nothing.
    Commitment[32],
    /// Binds an idempotency key to the request it came with, without revealing either.
    Fingerprint[16],
    /// The first 16 bytes of a hash over the client and its idempotency key.
    KeyHash[16],
    /// RFC 6962 leaf hash of a stored envelope.
    LeafHash[32],
    /// Random bytes that keep a published leaf hash from revealing what it covers.
    Salt[16],
    /// SHA-256 of a document or of a piece of evidence.
    Sha256[32],
}

impl LeafHash {
    /// Stands before the first fact of a stream.
    pub const NONE: Self = Self([0; 32]);
}

/// Names a client system: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`. A system or an office, never a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ClientId(Box<str>);

/// The text does not name a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a client id: 1 to 64 of a-z, 0-9, '.', '_' and '-'")]
pub struct NotAClient;

impl ClientId {
    /// A client id with an allowed form.
    pub fn new(text: &str) -> Result<Self, NotAClient> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(NotAClient)
        }
    }

    /// The record itself.
    pub fn system() -> Self {
        Self(Actor::SYSTEM.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&Lent::deserialize(deserializer)?.0).map_err(de::Error::custom)
    }
}

/// Who acted: a client system, for a unit, by virtue of a grant; or the record itself, which states only what anyone can
/// compute again from the facts before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The client whose token was presented.
    pub client: ClientId,
    /// The unit in whose name the client acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The grant that allowed it; absent for the act that founds the log and for acts of the record itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The delegation under which the unit acted in another's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<EventId>,
}

impl Actor {
    /// The name under which the record itself acts.
    pub const SYSTEM: &'static str = "system";

    /// Whether the record itself acted. A client of this name cannot pass for it: what a client does names its grant.
    pub fn is_system(&self) -> bool {
        self.client.as_str() == Self::SYSTEM
            && self.unit.is_none()
            && self.grant.is_none()
            && self.delegation.is_none()
    }
}

/// The request a fact came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRef {
    /// The id of the request, also given in the answer's `Request-Id`.
    pub id: RequestId,
    /// Which idempotency key of which client.
    pub key: KeyHash,
    /// Which request the key came with.
    pub fingerprint: Fingerprint,
    /// The fact this one follows from, when a client names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<EventId>,
}

/// What an act rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The papers the act cites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentNumber>,
    /// The act is an example: no document states it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub illustrative: bool,
}

impl Basis {
    /// Neither a paper nor a mark.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && !self.illustrative
    }
}

/// One fact as stored: compact JSON in the order of these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Where it stands in the log.
    pub position: Position,
    /// The aggregate it belongs to.
    pub stream: StreamId,
    /// Its number within the stream.
    pub version: Version,
    /// The leaf hash of the stream's previous fact: a gap shows in the stream alone.
    pub previous: LeafHash,
    /// Its own id.
    pub id: EventId,
    /// The writer's clock, never decreasing along the log. Lateness is judged by this alone.
    pub recorded_at: Timestamp,
    /// The day the act counts from, as its author claims.
    pub effective_on: Date,
    /// Who acted.
    pub actor: Actor,
    /// The request it came from.
    pub request: RequestRef,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Basis::is_empty")]
    pub basis: Basis,
    /// Keeps its leaf hash from being guessed.
    pub salt: Salt,
    /// What happened.
    pub event: Event,
}

impl Envelope {
    /// How many days after the day it counts from it was recorded; negative when it counts from a later one.
    pub fn lag_days(&self) -> i32 {
        self.recorded_at.day().days_since(self.effective_on)
    }
}
