//! The event log: facts in order, durable, without gaps; and its stores.
//!
//! # Layout
//! - this file: the contract
//! - `memory`: a store for tests and examples; `sled`: the store of one machine
//! - `contract`: the one suite every store must pass
//!
//! # What it refuses to know
//! What a fact means. It moves bytes, and an [`Envelope`] only so that a store can keep its columns.

use domain::{Envelope, Position};

/// A fact about to be stored: the envelope, and the bytes it is stored and hashed as.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What the bytes say.
    pub envelope: Envelope,
    /// The stored form: compact JSON, at most [`domain::envelope::MAX_ENVELOPE_BYTES`].
    pub bytes: Vec<u8>,
}

/// A fact as the log gives it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub position: Position,
    /// Exactly the bytes that were committed.
    pub bytes: Vec<u8>,
}

/// A change beside the log, made in the same atomic unit as the facts that need it. Keys are at most 128 bytes,
/// values at most 7,000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsideChange {
    /// Puts a value under a key.
    Put(Vec<u8>, Vec<u8>),
    /// Removes a key.
    Remove(Vec<u8>),
}

/// An ordered, durable, gap-free log with a small keyed store beside it.
pub trait EventLog: Send + Sync {
    /// Waits for the right to write. The turn's `missed` holds what others wrote at or after `seen`, where `seen`
    /// is the number of facts the caller has folded.
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError>;

    /// Up to `limit` durable facts from `from` on, in order; fewer only at the end of the log.
    fn read(&self, from: Position, limit: usize) -> Result<Vec<Stored>, LogError>;

    /// The number of durable facts: the position the next one will take.
    fn head(&self) -> Result<Position, LogError>;

    /// What stands aside under keys that begin with `prefix`, in the order of the keys.
    fn aside(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, LogError>;
}

/// The right to write, held until it is dropped or spent.
pub trait Turn {
    /// What others wrote since the caller last looked.
    fn missed(&self) -> &[Stored];

    /// Writes all facts and all changes aside, or none. When it returns `Ok`, they survive a power cut.
    ///
    /// The facts carry the positions that follow the head. After an error the log takes no more turns until it is
    /// opened again, unless the error is [`LogError::TooLarge`] or [`LogError::OutOfPlace`], which write nothing.
    fn commit(self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<(), LogError>;
}

/// Why the log could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store failed: a full disk, a failed sync, a lost connection.
    #[error("{attempted} failed")]
    Failed {
        /// What was attempted.
        attempted: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
