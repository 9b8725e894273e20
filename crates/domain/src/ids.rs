//! The ids of everything the log speaks of, each its own type so that one cannot stand in for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Declares id types. This list is alphabetical and append-only: an id written to the log is never reused.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// What is rewarded: one id for one achievement, so that it is not rewarded twice.
    AchievementId,
    /// A ballot: one question put to the members of a bloc, in one round.
    BallotId,
    /// A bloc (khối / cụm thi đua).
    BlocId,
    /// A commendation: one dossier.
    CommendationId,
    /// One fact in the log (UUIDv7).
    EventId,
    /// An export of the whole log, made as a job.
    ExportId,
    /// A grant: who may act for whom, in which role, from when to when.
    GrantId,
    /// The key under which the vault keeps what belongs to one person. Its id stands in events, the key nowhere near them.
    KeyId,
    /// A person: whom it names, only the vault knows.
    PersonId,
    /// One HTTP request or one line of an import.
    RequestId,
    /// A unit (đơn vị): any organisation that may belong to a bloc.
    UnitId,
}
