//! The thread that keeps the snapshot: it holds the log against the one that was begun with, fact by fact, writes a new one
//! whenever the log has grown by so many facts and by an eighth, and a last one at the end.

use super::{SnapshotFile, written};
use crate::Shared;
use domain::Position;
use eventlog::LogError;
use parking_lot::{Condvar, Mutex};
use std::{
    fs::File,
    io,
    sync::{Arc, atomic::Ordering},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How often the length of the log is looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// By which part of itself a long log must have grown before it is written anew.
const PART: u64 = 8;

/// Whether the end was asked for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum End {
    #[default]
    NotYet,
    /// The service goes down as it should: what it holds is written.
    WithSnapshot,
    /// The service never came up.
    Without,
}

type Stop = (Mutex<End>, Condvar);

/// The thread. It ends when this is dropped.
pub(crate) struct Keeper {
    thread: Option<JoinHandle<()>>,
    stop: Arc<Stop>,
}

impl Keeper {
    /// Begins to keep `file`, whose first `taken` facts the views were begun with, anew every so many facts.
    pub(crate) fn start(
        shared: Arc<Shared>,
        file: SnapshotFile,
        every: u64,
        taken: Position,
    ) -> io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let watched = Arc::clone(&stop);
        let work = Work::new(shared, file, every, taken);
        let thread =
            std::thread::Builder::new().name("snapshot".to_owned()).spawn(move || work.run(&watched))?;
        Ok(Self { thread: Some(thread), stop })
    }

    /// Writes a last snapshot and ends the thread.
    pub(crate) fn finish(mut self) {
        self.end(End::WithSnapshot);
    }

    fn end(&mut self, end: End) {
        let (stopped, wake) = &*self.stop;
        if let Some(thread) = self.thread.take() {
            *stopped.lock() = end;
            wake.notify_all();
            if thread.join().is_err() {
                tracing::error!("the thread that keeps the snapshot panicked");
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end(End::Without);
    }
}

/// What the thread does.
pub(super) struct Work {
    shared: Arc<Shared>,
    file: SnapshotFile,
    /// The right to write the file; `None` where another process writes it.
    held: Option<File>,
    every: u64,
    /// How many facts were taken from a snapshot, and how many of them the log has been held against.
    taken: Position,
    compared: Position,
    saved: Position,
}

impl Work {
    pub(super) fn new(shared: Arc<Shared>, file: SnapshotFile, every: u64, taken: Position) -> Self {
        let held = file.hold();
        if let Err(error) = &held {
            let snapshot = file.path().display();
            tracing::warn!(%snapshot, error = crate::chain(error), "no snapshot is kept: name another --state");
        }
        Self { shared, file, held: held.ok(), every, taken, compared: Position::default(), saved: taken }
    }

    /// Whether the log has not yet been held against everything that was taken.
    pub(super) fn is_comparing(&self) -> bool {
        self.compared < self.taken
    }

    fn run(mut self, (stopped, wake): &Stop) {
        loop {
            let started = Instant::now();
            if self.is_comparing() && !self.compare() {
                return;
            }
            // Comparing leaves the half of a core to others.
            let pause = if self.is_comparing() { started.elapsed() } else { PAUSE };
            let end = {
                let mut stopped = stopped.lock();
                if *stopped == End::NotYet {
                    wake.wait_for(&mut stopped, pause);
                }
                *stopped
            };
            if end == End::Without {
                return;
            }
            let last = end == End::WithSnapshot;
            let grown = self.shared.head.borrow().0.saturating_sub(self.saved.0);
            // What a failed commit left behind is not known to be durable.
            let sound = !self.shared.read_only.load(Ordering::Acquire);
            // Writing takes as long as the log is large; by parts of it, a fact costs the same however many there are.
            let due = grown >= self.every.max(self.saved.0 / PART);
            if grown > 0 && sound && self.held.is_some() && (last || due) {
                self.write();
            }
            if last {
                return;
            }
        }
    }

    fn write(&mut self) {
        let started = Instant::now();
        match written::write(&self.shared, &self.file) {
            Ok(written) => {
                self.saved = written.facts;
                let (seconds, held) = (started.elapsed().as_secs_f64(), written.longest_look.as_secs_f64());
                let now = self.shared.clock.now().millis() as f64 / 1000.0;
                metrics::gauge!("thidua_snapshot_facts").set(written.facts.0 as f64);
                metrics::gauge!("thidua_snapshot_written_seconds").set(now);
                metrics::gauge!("thidua_snapshot_bytes").set(written.bytes as f64);
                metrics::gauge!("thidua_snapshot_duration_seconds").set(seconds);
                metrics::gauge!("thidua_snapshot_longest_hold_seconds").set(held);
                let (facts, bytes) = (written.facts.0, written.bytes);
                tracing::info!(
                    facts,
                    bytes,
                    seconds,
                    longest_hold = held,
                    "a snapshot of the views is written"
                );
            }
            Err(error) => {
                // The one before is still there; at the next occasion it is tried again.
                self.saved = *self.shared.head.borrow();
                tracing::warn!(error = crate::chain(&error), "no snapshot of the views was written");
            }
        }
    }

    /// Holds the next page of the log against the tree that the snapshot gave; whether all is well.
    pub(super) fn compare(&mut self) -> bool {
        match self.compare_page() {
            Ok(compared) => self.compared = compared,
            Err(error) if error.passes() => {
                tracing::warn!(error = crate::chain(&error), "the log is out of reach: it is compared later");
                std::thread::sleep(PAUSE);
                return true;
            }
            Err(error) => {
                self.refuse(&error);
                return false;
            }
        }
        metrics::gauge!("thidua_snapshot_compared_facts").set(self.compared.0 as f64);
        if self.compared == self.taken {
            tracing::info!(facts = self.taken.0, "the log has the hashes of the snapshot it was begun with");
        }
        true
    }

    fn compare_page(&self) -> Result<Position, LogError> {
        let page = self.shared.log.page(self.compared)?;
        let end = page.end().min(self.taken);
        if end <= self.compared {
            return Err(LogError::damaged(self.compared, "the log ends before its head"));
        }
        let hashes: Vec<_> =
            page.facts(self.compared..end).map(|(at, bytes)| (at, tlog::leaf_hash(bytes))).collect();
        let tiles = self.shared.audit.tiles();
        match hashes.iter().find(|(at, hash)| tiles.leaf(at.0) != Some(*hash)) {
            Some((at, _)) => Err(LogError::damaged(*at, "it does not have the hash it was recorded with")),
            None => Ok(end),
        }
    }

    /// The past was altered or cannot be read: nothing is written any more, and the next start reads the log whole, which
    /// then says what is wrong before anything is served.
    fn refuse(&self, error: &LogError) {
        self.shared.stop_writing();
        self.file.set_aside("the log is not what it was when the snapshot was written");
        tracing::error!(
            error = crate::chain(error),
            "the past of the log was altered or is damaged: nothing is written until the service is started again"
        );
    }
}
