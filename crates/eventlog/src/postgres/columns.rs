//! Whether the columns say what the facts say. Only the facts are hashed; whoever reads with SQL reads the columns.

use super::{
    PostgresLog,
    reading::{position, stored},
    session::{Fault, Session},
};
use crate::{EventLog, LogError, verify::Progress};
use domain::{Envelope, Position};
use std::time::SystemTime;
use tokio_postgres::Row;
use uuid::Uuid;

/// How many rows are compared at a time.
const ROWS: u64 = 1024;

impl PostgresLog {
    /// Compares every column of every row with the fact in it.
    ///
    /// # Errors
    /// [`LogError::Damaged`] with the first position where they differ, or whatever reading fails with.
    pub fn verify_columns(&self, progress: &mut dyn FnMut(Progress)) -> Result<(), LogError> {
        const ROW: &str = "select position, stream, version, id, key, part, recorded_at, type, leaf, xid::text::bigint \
                           from events where position >= $1 and position < $2 order by position";
        let session = Session::open(&self.place).map_err(failed)?;
        let total = EventLog::head(self)?.0;
        let mut before = Before::default();
        for first in (0..total).step_by(usize::try_from(ROWS).unwrap_or(1)) {
            let (from, until) = (stored(Position(first)), stored(Position((first + ROWS).min(total))));
            let rows =
                session.run(async { session.client.query(ROW, &[&from, &until]).await }).map_err(failed)?;
            for row in &rows {
                let at = position(row.try_get(0).map_err(LogError::failed("reading a row"))?);
                compare(row, at, &mut before).map_err(|what| LogError::damaged(at, what))?;
            }
            progress(Progress { done: (first + ROWS).min(total), total });
        }
        Ok(())
    }
}

/// What the row before said.
#[derive(Default)]
struct Before {
    key: Vec<u8>,
    part: i16,
    transaction: i64,
}

fn compare(row: &Row, at: Position, before: &mut Before) -> Result<(), String> {
    let unreadable = |error: tokio_postgres::Error| error.to_string();
    let leaf: &[u8] = row.try_get(8).map_err(unreadable)?;
    let envelope = Envelope::read(leaf).map_err(|error| error.to_string())?;
    let (stream, kind): (&str, &str) =
        (row.try_get(1).map_err(unreadable)?, row.try_get(7).map_err(unreadable)?);
    let version: i64 = row.try_get(2).map_err(unreadable)?;
    let id: Uuid = row.try_get(3).map_err(unreadable)?;
    let (key, part): (&[u8], i16) =
        (row.try_get(4).map_err(unreadable)?, row.try_get(5).map_err(unreadable)?);
    let recorded: SystemTime = row.try_get(6).map_err(unreadable)?;
    let transaction: i64 = row.try_get(9).map_err(unreadable)?;
    let millis = recorded.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let follows = if *key == before.key { before.part + 1 } else { 0 };
    let columns = [
        ("position", envelope.position == at),
        ("stream", envelope.stream.to_string() == stream),
        ("version", i64::from(envelope.version.0) == version),
        ("id", envelope.id.0 == id),
        ("key", envelope.request.key.0.as_slice() == key),
        ("part", part == follows),
        ("recorded_at", i128::from(envelope.recorded_at.millis()) == i128::try_from(millis).unwrap_or(-1)),
        ("type", envelope.event.type_name() == kind),
        // A request is written by one transaction. From one request to the next the numbers may fall: a transaction may be
        // numbered long before its turn.
        ("xid", part == 0 || transaction == before.transaction),
    ];
    *before = Before { key: key.to_vec(), part, transaction };
    match columns.iter().find(|(_, same)| !same) {
        Some((column, _)) => Err(format!("the column {column} does not say what the fact says")),
        None => Ok(()),
    }
}

fn failed(fault: Fault) -> LogError {
    match fault {
        Fault::Refused(error) => LogError::failed("comparing the columns with the facts")(error),
        Fault::Lost(error) => LogError::unavailable("comparing the columns with the facts")(error),
    }
}
