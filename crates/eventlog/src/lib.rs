//! The event log: facts in order, durable, without gaps; and its stores.
//!
//! # Layout
//! - this file: the contract; [`page`]: consecutive facts kept together; [`error`]: what can go wrong
//! - [`memory`]: a store for tests and examples; [`faulty`]: a store that fails on demand
//! - [`sled`]: the store of one machine; [`tip`]: the record that tells a whole log from a shortened one
//! - [`postgres`]: the store of several machines
//! - [`files`]: files that survive a power cut
//! - [`backup`], [`restore`], [`verify`], [`mod@copy`]: for operators, over any store
//! - `contract` (feature): the one suite every store must pass
//!
//! # What it refuses to know
//! What a fact means. It moves bytes, and an [`Envelope`] only so that a store can keep its columns. The one reader
//! of envelopes is [`verify`], which checks that they agree with each other.

pub mod backup;
mod check;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod copy;
pub mod error;
pub mod faulty;
pub mod files;
pub mod memory;
pub mod page;
pub mod postgres;
pub mod restore;
pub mod sled;
pub mod tip;
pub mod verify;

pub use error::LogError;
pub use faulty::{FaultyLog, FaultyMoment};
pub use memory::MemoryLog;
pub use page::{Page, pages};
pub use postgres::PostgresLog;
pub use sled::{SledLog, Unconfirmed};
pub use tip::Tip;

use domain::{Envelope, Position};
use std::{sync::Arc, thread, time::Duration};

/// The longest key aside, in bytes.
pub const MAX_ASIDE_KEY_BYTES: usize = 128;

/// The longest value aside, in bytes.
pub const MAX_ASIDE_VALUE_BYTES: usize = 7_000;

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

/// A change beside the log, made in the same atomic unit as the facts that need it. Keys are at most
/// [`MAX_ASIDE_KEY_BYTES`], values at most [`MAX_ASIDE_VALUE_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsideChange {
    /// Puts a value under a key.
    Put(Vec<u8>, Vec<u8>),
    /// Removes a key.
    Remove(Vec<u8>),
}

/// Everything aside under a prefix: keys and values in the order of the keys.
pub type AsideEntries = Vec<(Vec<u8>, Vec<u8>)>;

/// An ordered, durable, gap-free log with a small keyed store beside it.
///
/// # One writer, or several
/// A log is written in turns. Where several processes write, a turn either holds the others off from the start, or finds
/// out at its end that somebody else came first; see [`Turn::is_held`] and [`Commit`].
///
/// # After a failure
/// [`LogError::Unavailable`] and [`LogError::Unknown`] pass: the log may be asked again, and goes on by itself when its
/// cause is mended. What a store that reports them had underway when they came is told by the next turn, among what was
/// missed, if it became durable after all. After any other error of a turn or a commit, the log takes no more turns until
/// it is opened again, unless the error is [`LogError::TooLarge`], [`LogError::AsideTooLarge`] or
/// [`LogError::OutOfPlace`], which write nothing.
pub trait EventLog: Send + Sync {
    /// Asks for the right to write. The turn's `missed` holds what others wrote at or after `seen`, where `seen`
    /// is the number of facts the caller has folded: all of it when the turn is held, else as much as is known here.
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError>;

    /// The durable facts the store keeps together around `from`. The page may begin before `from`; when `from` is not
    /// yet written it ends at or before `from`. The cheapest way to read much; see [`pages`].
    fn page(&self, from: Position) -> Result<Arc<Page>, LogError>;

    /// The number of durable facts: the position the next one will take.
    fn head(&self) -> Result<Position, LogError>;

    /// What stands aside under keys that begin with `prefix`, in the order of the keys.
    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError>;

    /// The head and everything aside, both of one moment.
    fn moment(&self) -> Result<(Position, AsideEntries), LogError>;

    /// Whether other processes may write too. Then facts can appear that nobody here committed, and a turn, even one that
    /// is held, may end with [`Commit::Again`]: whoever decides keeps what is needed to decide once more.
    fn is_shared(&self) -> bool {
        false
    }

    /// Waits until the log holds more than `seen` facts, but at most `patience`; the head then. It may return early.
    /// What is not shared has nobody to wait for: it waits `patience` out.
    fn changed(&self, seen: Position, patience: Duration) -> Result<Position, LogError> {
        let head = self.head()?;
        if head > seen {
            return Ok(head);
        }
        thread::sleep(patience);
        self.head()
    }

    /// Up to `limit` durable facts from `from` on, in order; fewer only at the end of the log.
    fn read(&self, from: Position, limit: usize) -> Result<Vec<Stored>, LogError> {
        by_pages(self, from, limit)
    }
}

/// The facts from `from` on, page by page; at most `limit`.
fn by_pages<L: EventLog + ?Sized>(log: &L, from: Position, limit: usize) -> Result<Vec<Stored>, LogError> {
    let mut found = Vec::new();
    let mut at = from;
    while found.len() < limit {
        let page = log.page(at)?;
        if page.end() <= at {
            break;
        }
        let rest = limit - found.len();
        let facts = page.facts(at..page.end()).take(rest);
        found.extend(facts.map(|(position, bytes)| Stored { position, bytes: bytes.to_vec() }));
        at = page.end();
    }
    Ok(found)
}

/// The right to write, until it is dropped or spent.
pub trait Turn {
    /// What others wrote since the caller last looked.
    fn missed(&self) -> &[Stored];

    /// Whether nobody else can write before this turn ends.
    fn is_held(&self) -> bool;

    /// Writes all facts and all changes aside, or none. When it returns [`Commit::Durable`], they survive a power cut.
    /// The facts carry the positions that follow what the caller has seen and missed; those of one request come together.
    fn commit(self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<Commit, LogError>;
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "nothing was written when the turn has to be taken again"]
pub enum Commit {
    /// Everything is written and durable.
    Durable,
    /// Nothing was written, and nothing of it ever will be: others wrote first, or the turn was lost on the way. Take
    /// another turn, fold what it missed, and decide again.
    Again,
}

/// Writes changes aside, in as many turns as it takes.
///
/// # Errors
/// As [`EventLog::turn`] and [`Turn::commit`].
pub fn put_aside(log: &dyn EventLog, changes: &[AsideChange]) -> Result<(), LogError> {
    while log.turn(log.head()?)?.commit(&[], changes)? == Commit::Again {}
    Ok(())
}
