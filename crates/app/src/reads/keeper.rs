//! Writes what was noted, says how many entries there are, reads back what it wrote, and has the head signed.

use super::{Shared, store, store::Store};
use crate::{
    audit::{AuditError, Pen},
    mint::Mint,
};
use domain::{
    Position, Timestamp,
    reading::{Count, HEARTBEAT_MILLIS, MAX_ENTRY_BYTES, ReadEntry, ReadEvent, ShownTo},
};
use eventlog::LogError;
use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

/// How long reads are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(250);
/// How often a head is signed at most.
const SIGN: Duration = Duration::from_secs(1);
/// How often the number of entries is stated.
const HEARTBEAT: Duration = Duration::from_millis(HEARTBEAT_MILLIS.unsigned_abs());

pub(super) struct Keeper {
    shared: Arc<Shared>,
    store: Store,
    pen: Pen,
    mint: Mint,
    /// When the number of entries was stated last.
    counted: Instant,
    /// How many entries are signed, and since when.
    signed: (u64, Instant),
}

/// What is written next.
type Batch = Vec<(Timestamp, ReadEvent)>;

impl Keeper {
    pub(super) fn new(shared: Arc<Shared>, store: Store, pen: Pen) -> Self {
        let now = Instant::now();
        Self { shared, store, pen, mint: Mint::default(), counted: now, signed: (0, now) }
    }

    /// States that a process begins to note reads, and signs it.
    pub(super) fn begin(&mut self) -> Result<(), AuditError> {
        let opened = (self.shared.clock.now(), ReadEvent::Opened(Count { entries: self.store.size() }));
        self.write(vec![opened])?;
        self.sign()
    }

    pub(super) fn run(mut self, waiting: &Receiver<(Timestamp, ShownTo)>) {
        loop {
            let (mut batch, ended) = gather(waiting);
            let count = |waiting: &Batch| Count { entries: self.store.size() + waiting.len() as u64 };
            if ended {
                batch.push((self.shared.clock.now(), ReadEvent::Closed(count(&batch))));
            } else if self.counted.elapsed() >= HEARTBEAT {
                batch.push((self.shared.clock.now(), ReadEvent::Counted(count(&batch))));
                self.counted = Instant::now();
            }
            if let Err(error) = self.step(batch, ended) {
                self.shared.halted.store(true, Ordering::Release);
                metrics::gauge!("thidua_reads_halted").set(1.0);
                tracing::error!(
                    error = crate::chain(&error),
                    "reads cannot be noted any more: nothing that is not public is shown until the service is started again"
                );
                return;
            }
            if ended {
                return;
            }
        }
    }

    fn step(&mut self, batch: Batch, ended: bool) -> Result<(), AuditError> {
        if !batch.is_empty() {
            self.write(batch)?;
        }
        let (size, at) = self.signed;
        if size == self.store.size() || (at.elapsed() < SIGN && !ended) {
            return Ok(());
        }
        match self.sign() {
            Err(error) if error.may_pass() => {
                tracing::warn!(error = crate::chain(&error), "no checkpoint of the reads was signed");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Makes entries of a batch, writes them, and takes them into the tree when they are read back as they were written.
    fn write(&mut self, batch: Batch) -> Result<(), AuditError> {
        let first = self.store.size();
        let mut latest = self.shared.index.read().latest();
        let (mut entries, mut written) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for ((at, event), position) in batch.into_iter().zip(first..) {
            // Requests are noted by several threads: a moment may come a little late.
            let recorded_at = latest.map_or(at, |latest| latest.max(at));
            latest = Some(recorded_at);
            let salt = self.mint.salt().map_err(|error| {
                failed("randomness for the log of reads", std::io::Error::other(error.to_string()))
            })?;
            let entry = ReadEntry { position: Position(position), recorded_at, event, salt };
            let bytes =
                serde_json::to_vec(&entry).map_err(|error| failed("writing an entry", error.into()))?;
            debug_assert!(bytes.len() <= MAX_ENTRY_BYTES, "texts are cut before");
            entries.push(entry);
            written.push(bytes);
        }
        self.store.append(&written).map_err(|error| failed("writing the log of reads", error))?;
        let read = store::read(&self.shared.folder, Position(first), written.len());
        let read = read.map_err(|error| failed("reading the log of reads", error))?;
        let mut index = self.shared.index.write();
        let mut tiles = self.shared.audit.tiles_mut();
        for (place, (entry, bytes)) in entries.iter().zip(&written).enumerate() {
            let leaf = tlog::leaf_hash(bytes);
            if read.get(place).map(|read| tlog::leaf_hash(read)) != Some(leaf) {
                return Err(AuditError::Mismatch { position: entry.position });
            }
            tiles.push(leaf);
            index.add(entry);
        }
        metrics::gauge!("thidua_reads_noted").set(self.store.size() as f64);
        Ok(())
    }

    fn sign(&mut self) -> Result<(), AuditError> {
        let size = self.store.size();
        let published = self.pen.sign(&self.shared.audit, size, self.shared.clock.now())?;
        self.shared.audit.announce(published);
        self.signed = (size, Instant::now());
        Ok(())
    }
}

/// What comes in within a moment after the first; whether nobody can note anything any more.
fn gather(waiting: &Receiver<(Timestamp, ShownTo)>) -> (Batch, bool) {
    let mut batch = Batch::new();
    let until = Instant::now() + GATHER;
    loop {
        match waiting.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok((at, shown)) => batch.push((at, ReadEvent::Shown(shown))),
            Err(RecvTimeoutError::Timeout) => return (batch, false),
            Err(RecvTimeoutError::Disconnected) => return (batch, true),
        }
        if batch.len() >= super::WAITING {
            return (batch, false);
        }
    }
}

fn failed(what: &'static str, cause: std::io::Error) -> AuditError {
    AuditError::Log(LogError::failed(what)(cause))
}
