//! The rules of emulation blocs: values, regulations and aggregates, and the envelope their facts are stored in.
//!
//! # Layout
//! - values: [`ids`], [`points`], [`time`], [`names`], [`emulation_year`], [`document`], [`identifier`]
//! - the fact as stored: [`envelope`], [`event`]; `stored`: how it is read
//! - how rules are written: [`aggregate`] (the trait), [`rejection`] (every way to say no)
//! - the aggregates: [`mod@unit`], [`bloc`], [`year`] (a folder, one file per step), [`grant`], [`person`],
//!   [`commendation`], [`log`] (the log about itself); [`quota`]: how many awards there may be
//! - [`reading`]: who was shown what, the entries of a log beside the log
//! - [`regulation`]: what differs from place to place, as data; [`province`]: the provinces, as reference data
//!
//! # What it refuses to know
//! No clock, no randomness, no input or output, no HTTP, no storage, no async. What a rule needs from elsewhere
//! arrives in the command.

pub mod aggregate;
pub mod bloc;
pub mod commendation;
pub mod document;
pub mod emulation_year;
pub mod envelope;
pub mod event;
pub mod grant;
pub mod identifier;
pub mod ids;
mod lent;
pub mod log;
pub mod names;
pub mod person;
pub mod points;
pub mod province;
pub mod quota;
pub mod reading;
pub mod regulation;
pub mod rejection;
mod stored;
pub mod time;
pub mod unit;
pub mod year;

pub use aggregate::{Aggregate, Authority, Denied, Recorded, Rights, Role};
pub use document::DocumentNumber;
pub use emulation_year::EmulationYear;
pub use envelope::{
    Actor, Basis, ClientId, Commitment, Envelope, Fingerprint, KeyHash, LeafHash, Position, RequestRef, Salt,
    Sha256, StreamId, Version,
};
pub use event::Event;
pub use identifier::{IdentifierScheme, UnitIdentifier};
pub use ids::{
    AchievementId, BallotId, BlocId, CommendationId, EventId, ExportId, GrantId, KeyId, PersonId, RequestId,
    UnitId,
};
pub use names::{LocalisedName, Name, Remark, Text};
pub use points::Points;
pub use rejection::Rejection;
pub use stored::NotAFact;
pub use time::{Date, Timestamp};
