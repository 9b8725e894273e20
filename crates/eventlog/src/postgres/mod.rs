//! The store of several machines, on PostgreSQL 15 or later: a schema for each log, a row for each fact.
//!
//! # Layout
//! - `place`: where a log lies, and how it is reached; `passwords`, `tls`
//! - `migrations`: the tables and functions, in numbered steps of SQL
//! - `session`: one connection; `turn`: a turn, from its beginning to its outcome; `writing`: the connection that takes
//!   turns, and what became of a commit that was not answered; `rows`: a group as columns
//! - `reading`: the ones that read; `listening`: the one that waits for what others write
//! - `columns`: whether the columns say what the facts say
//!
//! # Turns
//! Whoever locks the one row of `head` has the turn. Who was alone last time decides first and does the whole turn in one
//! statement, which writes nothing if others have written meanwhile. Who was not takes the lock, is told what it missed,
//! decides, and commits. What was missed is read before, as far as it is known, so that little is read under the lock.
//!
//! # When an answer does not come
//! A commit is never cancelled. When its answer is lost, or comes with the warning that the standbys may not have it, its
//! facts are looked for by their ids on a new connection, in a transaction that itself waits for the standbys. Only when
//! that cannot be done in time is the outcome [`LogError::Unknown`]. Either way the log goes on.

mod columns;
mod listening;
mod migrations;
mod passwords;
mod place;
mod reading;
mod rows;
mod session;
mod tls;
mod turn;
mod writing;

pub use migrations::migrate;
pub use place::{NotAPlace, Patience, Place};
pub use turn::Put;

use crate::{AsideEntries, EventLog, LogError, Page, Stored, Turn, by_pages, check};
use domain::Position;
use listening::Listener;
use parking_lot::Mutex;
use reading::{PAGE_FACTS, Readers};
use session::{Fault, Session};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use turn::{PostgresTurn, Writer};

/// A log in a schema of a PostgreSQL database. Any number of processes may have it open.
pub struct PostgresLog {
    place: Place,
    readers: Readers,
    writer: Mutex<Writer>,
    listener: Mutex<Listener>,
    /// The highest head this process knows of. A server that holds less is not the primary, whatever it says.
    known: Arc<AtomicU64>,
}

impl PostgresLog {
    /// Opens the log. Its schema must have been made by [`migrate`].
    ///
    /// # Errors
    /// [`LogError::Version`]; [`LogError::Damaged`] when the head is not where the facts end; [`LogError::Failed`],
    /// [`LogError::Unavailable`].
    pub fn open(place: Place) -> Result<Self, LogError> {
        let session = Session::open(&place).map_err(opening)?;
        migrations::check_version(&session, &place)?;
        // What is counted is the last position: to count all rows would read them all.
        const ENDS: &str =
            "select h.position, coalesce((select max(position) + 1 from events), 0) from head h where one";
        let row = session.run(session.client.query_one(ENDS, &[])).map_err(opening)?;
        let ends = || Ok::<(i64, i64), tokio_postgres::Error>((row.try_get(0)?, row.try_get(1)?));
        let (head, end) = ends().map_err(|error| opening(error.into()))?;
        if head != end {
            let what = format!("the head stands at {head} and the facts end at {end}");
            return Err(LogError::damaged(reading::position(head.min(end)), what));
        }
        let known = Arc::new(AtomicU64::new(reading::position(head).0));
        let readers = Readers::new(place.clone(), Arc::clone(&known));
        Ok(Self { place, readers, writer: Mutex::default(), listener: Mutex::default(), known })
    }

    /// Where it lies.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    fn known(&self) -> Position {
        Position(self.known.load(Ordering::Acquire))
    }

    /// Notes a head that is known to be durable.
    fn note(&self, head: Position) -> Position {
        self.known.fetch_max(head.0, Ordering::AcqRel);
        head
    }

    /// The facts of a range, all of them.
    fn between(&self, from: Position, until: Position) -> Result<Vec<Stored>, LogError> {
        let count = until.0.saturating_sub(from.0);
        let facts = self.read(from, usize::try_from(count).unwrap_or(usize::MAX))?;
        if (facts.len() as u64) < count {
            return Err(LogError::damaged(
                Position(from.0 + facts.len() as u64),
                "the log ends before its head",
            ));
        }
        Ok(facts)
    }
}

fn opening(fault: Fault) -> LogError {
    match fault {
        Fault::Refused(error) => LogError::failed("opening the log")(error),
        Fault::Lost(error) => LogError::unavailable("opening the log")(error),
    }
}

impl EventLog for PostgresLog {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        let writer = self.writer.lock();
        if seen > self.known() {
            check::seen(self.head()?, seen)?;
        }
        PostgresTurn::begin(self, writer, seen).map(|turn| Box::new(turn) as Box<dyn Turn>)
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        self.readers.page(from)
    }

    fn head(&self) -> Result<Position, LogError> {
        self.readers.head().map(|head| self.note(head))
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.readers.aside(prefix)
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.readers.moment()
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn changed(&self, seen: Position, patience: Duration) -> Result<Position, LogError> {
        let until = Instant::now() + patience;
        let mut listener = self.listener.lock();
        let known = self.known();
        if known > seen {
            return Ok(known);
        }
        let head = listener.wait(&self.place, seen, until)?;
        drop(listener);
        self.readers.is_back();
        Ok(self.note(head))
    }

    fn read(&self, from: Position, limit: usize) -> Result<Vec<Stored>, LogError> {
        // No more than a page holds is fetched alone, without what stands around it.
        if limit as u64 <= PAGE_FACTS {
            return self.readers.facts(from, Position(from.0.saturating_add(limit as u64)));
        }
        by_pages(self, from, limit)
    }
}
