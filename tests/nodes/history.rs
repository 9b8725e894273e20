//! What was asked and answered, and what the log holds: all that the checker knows.

use std::time::Duration;

/// One request of one client to one node, and what came back.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "who asked whom decides nothing; it is shown with a fault")]
pub struct Call {
    /// Who asked.
    pub client: usize,
    /// Which node was asked.
    pub node: usize,
    /// When it was asked, since the load began.
    pub began: Duration,
    /// When the answer was there, or was given up.
    pub ended: Duration,
    /// What was asked.
    pub asked: Asked,
    /// What came back.
    pub heard: Heard,
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To record a fact.
    Write {
        /// The idempotency key, as the log keeps it: hashed, in hexadecimal.
        key: String,
        /// The stream, such as `unit/<id>`.
        subject: String,
    },
    /// To show a thing as it is at this position or later.
    Read {
        /// The stream.
        subject: String,
        /// The position the client has seen (`Min-Event-Position`).
        at_least: u64,
    },
}

/// What a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The fact is recorded.
    Recorded {
        /// The fact.
        fact: Told,
        /// How many facts the log held then, as the answer says.
        head: u64,
    },
    /// The thing as it is.
    Seen {
        /// The name it bears, which tells the last fact of its stream.
        name: String,
        /// Up to which position the answer claims to be.
        head: u64,
    },
    /// A refusal that another attempt would not change; its status.
    Refused(u16),
    /// No answer, or one that says to try again: the outcome is open.
    Nothing,
}

/// A fact as an answer tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its own id.
    pub id: String,
    /// Its place in the log.
    pub position: u64,
    /// Its stream.
    pub subject: String,
    /// Its place in the stream.
    pub version: u64,
}

/// A fact as the database holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The fact.
    pub fact: Told,
    /// The hash of the key it was asked for with, in hexadecimal.
    pub key: String,
    /// The transaction that wrote it.
    pub transaction: u64,
    /// The name the fact gives, if it gives one.
    pub name: Option<String>,
}
