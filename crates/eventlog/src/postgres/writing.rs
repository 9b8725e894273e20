//! Writing: one connection, which takes turns and commits them, and what to do when an answer does not come.

use super::{
    place::Place,
    reading::{position, stored},
    rows::Rows,
    session::{Fault, Session},
};
use crate::{Commit, LogError};
use domain::Position;
use std::{
    error::Error as StdError,
    thread,
    time::{Duration, Instant},
};
use tokio_postgres::{
    Row, Statement,
    error::{DbError, SqlState},
    types::ToSql,
};
use uuid::Uuid;

/// The most facts a turn reads while it holds the others off. What exceeds this is read before.
pub(super) const MOST: u64 = 256;

/// How long to wait before looking again for what became of a commit.
const PAUSE: Duration = Duration::from_millis(50);

/// The connection that writes.
pub(super) struct Writing {
    session: Session,
    take: Statement,
    commit: Statement,
    settle: Statement,
    /// The fence as last seen.
    fence: i64,
}

/// A turn that was taken.
pub(super) struct Taken {
    pub head: Position,
    /// The facts before the head that were not seen; `None` when they are too many.
    pub missed: Option<Vec<Vec<u8>>>,
}

impl Writing {
    pub(super) fn open(place: &Place) -> Result<Self, Fault> {
        const TAKE: &str = "select head_position, head_fence, missed from take_turn($1, $2)";
        const COMMIT: &str = "select head_position, head_fence, written from commit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        const SETTLE: &str = "select there, head_position, head_fence from settle_turn($1)";
        const FENCE: &str = "select fence from head where one";
        let session = Session::open(place)?;
        let client = &session.client;
        let prepared = async {
            tokio::try_join!(
                client.prepare(TAKE),
                client.prepare(COMMIT),
                client.prepare(SETTLE),
                client.query_one(FENCE, &[]),
            )
        };
        let (take, commit, settle, row) = session.run(prepared)?;
        let fence = row.try_get(0)?;
        Ok(Self { session, take, commit, settle, fence })
    }

    /// Begins a transaction and locks the head.
    pub(super) fn take(&mut self, seen: Position) -> Result<Taken, Fault> {
        let client = &self.session.client;
        let (seen, most) = (stored(seen), stored(Position(MOST)));
        let parameters: [&(dyn ToSql + Sync); 2] = [&seen, &most];
        let (begun, row) = self.session.within(self.session_patience(), async {
            // The isolation is named, whatever the defaults are: see the functions.
            tokio::join!(
                biased;
                client.batch_execute("begin isolation level read committed"),
                client.query_one(&self.take, &parameters),
            )
        })?;
        begun?;
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                self.roll_back()?;
                return Err(error.into());
            }
        };
        self.fence = row.try_get(1)?;
        let head: i64 = row.try_get(0)?;
        let missed: Option<Vec<Vec<u8>>> = row.try_get(2)?;
        let missed = if head <= seen { Some(Vec::new()) } else { missed };
        Ok(Taken { head: position(head), missed })
    }

    /// Gives a turn that was taken back.
    pub(super) fn roll_back(&self) -> Result<(), Fault> {
        self.session.run(self.session.client.batch_execute("rollback"))
    }

    /// Writes in a turn that was taken, and ends it. After a refusal it is ended too.
    pub(super) fn commit(&self, rows: &Rows<'_>) -> Result<(), Fault> {
        let client = &self.session.client;
        self.session.without_warning().ok();
        let parameters = rows.parameters(&self.fence);
        let (put, committed) = self.session.within(self.session_patience(), async {
            tokio::join!(
                biased;
                client.query_one(&self.commit, &parameters),
                client.batch_execute("commit"),
            )
        })?;
        // A transaction that failed answers its COMMIT too: what counts is whether the group could be written.
        let row = put?;
        // A refusal at COMMIT leaves nothing.
        committed?;
        self.session.without_warning()?;
        Written::read(&row)?.in_a_turn()
    }

    /// The whole turn in one statement; the head there, and whether the group was written.
    pub(super) fn attempt(&mut self, rows: &Rows<'_>) -> Result<(Position, bool), Fault> {
        self.session.without_warning().ok();
        let parameters = rows.parameters(&self.fence);
        // The answer is complete when the statement's own transaction is committed, not before.
        let row = self.session.run(self.session.client.query_one(&self.commit, &parameters))?;
        self.session.without_warning()?;
        let answer = Written::read(&row)?;
        self.fence = answer.fence;
        Ok((position(answer.head), answer.written))
    }

    /// Lets the turn take its time, for as long as its transaction lasts.
    pub(super) fn be_patient(&self) -> Result<(), Fault> {
        self.session
            .run(self.session.client.batch_execute("set local idle_in_transaction_session_timeout = 0"))
    }

    /// Writes a group in a turn that was taken, and does not end it.
    pub(super) fn put(&self, rows: &Rows<'_>) -> Result<(), Fault> {
        let parameters = rows.parameters(&self.fence);
        let row = self.session.run(self.session.client.query_one(&self.commit, &parameters))?;
        Written::read(&row)?.in_a_turn()
    }

    /// Ends a turn in which something was put.
    pub(super) fn end(&self) -> Result<(), Fault> {
        self.session.without_warning().ok();
        self.session.run(self.session.client.batch_execute("commit"))?;
        self.session.without_warning()
    }

    fn session_patience(&self) -> Duration {
        self.session.answer
    }

    /// How many of these facts are there, now that nothing more can come; and the head.
    fn look_for(&mut self, ids: &[Uuid]) -> Result<(u64, Position), Fault> {
        let row = self.session.run(self.session.client.query_one(&self.settle, &[&ids]))?;
        self.session.without_warning()?;
        let (found, head): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        self.fence = row.try_get(2)?;
        Ok((position(found).0, position(head)))
    }
}

/// What the function that writes says.
struct Written {
    head: i64,
    fence: i64,
    written: bool,
}

impl Written {
    fn read(row: &Row) -> Result<Self, Fault> {
        Ok(Self { head: row.try_get(0)?, fence: row.try_get(1)?, written: row.try_get(2)? })
    }

    /// Whoever holds the turn finds the head as it was taken: whatever else is there did not take turns.
    fn in_a_turn(&self) -> Result<(), Fault> {
        if self.written {
            return Ok(());
        }
        Err(Fault::Lost(format!("the head moved to {} in a turn that was taken", self.head).into()))
    }
}

/// Finds out what became of a group whose commit was not answered, on new connections, as long as patience lasts. Gives
/// the outcome with the connection that told, and the head.
pub(super) fn settle(
    place: &Place,
    ids: &[Uuid],
    mut last: Box<dyn StdError + Send + Sync>,
) -> Result<(Commit, Position, Writing), LogError> {
    let until = Instant::now() + place.patience.settle;
    tracing::warn!(facts = ids.len(), error = %last, "a commit was not answered: looking for its facts");
    loop {
        let asked = Writing::open(place)
            .and_then(|mut writing| writing.look_for(ids).map(|(found, head)| (found, head, writing)));
        match asked {
            Ok((found, head, writing)) if found == ids.len() as u64 && found > 0 => {
                return Ok((Commit::Durable, head, writing));
            }
            // Changes aside alone leave no trace to look for; to make them again changes nothing.
            Ok((0, head, writing)) => return Ok((Commit::Again, head, writing)),
            Ok((found, head, _)) => {
                return Err(LogError::damaged(head, format!("{found} facts of a group of {}", ids.len())));
            }
            Err(fault) => last = fault.into_source(),
        }
        if Instant::now() >= until {
            return Err(LogError::Unknown { source: last });
        }
        thread::sleep(PAUSE);
    }
}

/// What a refusal by the database means: nothing was written, and either it passes or it is a fault.
pub(super) fn refusal(attempted: &'static str, error: tokio_postgres::Error) -> LogError {
    let passes = |code: &SqlState| {
        let class = code.code().get(..2).unwrap_or_default();
        // Waiting for a lock, out of resources, an operator's intervention, the system; a server that only reads.
        *code == SqlState::LOCK_NOT_AVAILABLE
            || *code == SqlState::READ_ONLY_SQL_TRANSACTION
            || matches!(class, "53" | "57" | "58")
    };
    if error.code() == Some(&SqlState::UNIQUE_VIOLATION) {
        let constraint = error.as_db_error().and_then(DbError::constraint).unwrap_or("unnamed").to_owned();
        LogError::Doubled { attempted, constraint }
    } else if error.code().is_some_and(passes) {
        LogError::unavailable(attempted)(error)
    } else {
        LogError::failed(attempted)(error)
    }
}
