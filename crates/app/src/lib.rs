//! The shell around the rules: one writer, many readers.
//!
//! # Layout
//! - [`act`]: what can be asked of the service, and what it answers
//! - [`awards`]: what a dossier is judged by beside itself, now or in the past
//! - [`clock`]: where time comes from; [`mint`]: where ids and salts come from
//! - `writer`: the one thread that decides, in groups; `decision`: what follows from one request; `commit`: how a group
//!   becomes part of the log; `pending`: what a group has decided so far; `outcome`: what its requests came to; `proofs`:
//!   what a decision needs from elsewhere, one function each
//! - `follower`: the thread that folds what other processes write
//! - [`moment`]: reads, now or as of a time or a position
//! - [`rebuild`]: the views, folded from the log
//! - [`audit`]: the tree over the log, and its signed heads
//!
//! # What it refuses to know
//! HTTP, JSON bodies, tokens, and which store the log is.

pub mod act;
pub mod audit;
pub mod awards;
pub mod clock;
mod commit;
mod decision;
mod follower;
pub mod mint;
pub mod moment;
mod outcome;
mod pending;
mod proofs;
pub mod rebuild;
#[cfg(test)]
mod tests;
mod writer;

pub use act::{Act, Failure, Receipt, Request};
pub use audit::{Anchor, Audit, AuditError, HeadSigner, OwnKey, Published, SignError};
pub use clock::{Clock, ScriptedClock, SystemClock};
pub use eventlog::LogError;
pub use moment::{AsOf, InTheFuture, Moment};
pub use rebuild::{RebuildError, Rebuilt};

use domain::{Envelope, KeyHash, Position, Timestamp};
use eventlog::EventLog;
use parking_lot::{RwLock, RwLockReadGuard};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tlog::key::VerifierKey;
use tokio::sync::{mpsc, oneshot, watch};
use views::Views;

/// The service: commands go to its writer, reads are answered from its views.
pub struct App {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<writer::Job>,
    writer: parking_lot::Mutex<Option<JoinHandle<()>>>,
    follower: Option<follower::Follower>,
    publisher: Option<audit::Publisher>,
}

/// What the writer and the readers share.
struct Shared {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    /// Written by the writer and the follower, for the moment it takes to fold a committed group.
    views: RwLock<Views>,
    /// Held from a commit until it is settled, and by the follower while it folds: each fact is folded by one of them.
    folding: parking_lot::Mutex<()>,
    /// The tree over the log, grown by the publisher alone.
    audit: Audit,
    /// The durable head, announced after the views hold it.
    head: watch::Sender<Position>,
    /// Set when a commit fails for good; never cleared while the process runs.
    read_only: AtomicBool,
}

impl App {
    /// Starts the writer over a log whose facts are already folded into `rebuilt`.
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub fn start(log: Arc<dyn EventLog>, rebuilt: Rebuilt, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (head, _) = watch::channel(rebuilt.views.head());
        let views = RwLock::new(rebuilt.views);
        let audit = Audit::new(rebuilt.tiles);
        let (folding, read_only) = (parking_lot::Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { log, clock, views, folding, audit, head, read_only });
        let (jobs, waiting) = mpsc::channel(writer::WAITING);
        let writer = writer::start(Arc::clone(&shared), waiting)?;
        let shares = shared.log.is_shared();
        let follower = shares.then(|| follower::Follower::start(Arc::clone(&shared))).transpose()?;
        Ok(Self { shared, jobs, writer: parking_lot::Mutex::new(Some(writer)), follower, publisher: None })
    }

    /// From now on the tree grows with the log and its head is signed: within a second of a write, once a minute
    /// otherwise. Before that, the log is held against its anchor. Call it before anything is written.
    ///
    /// # Errors
    /// The log is not what was signed, or nothing can be signed.
    pub fn publish(&mut self, signer: Box<dyn HeadSigner>, anchor: Anchor) -> Result<(), AuditError> {
        let key = signer.key().clone();
        let publisher = audit::Publisher::start(Arc::clone(&self.shared), Some(signer), key, anchor)?;
        self.publisher = Some(publisher);
        Ok(())
    }

    /// The same where another process of the log reaches the signer: its heads, which `key` signed, are handed out here
    /// once the tree says the same. Call it before anything is written.
    ///
    /// # Errors
    /// The log is not what was signed.
    pub fn publish_with_others(&mut self, key: VerifierKey, anchor: Anchor) -> Result<(), AuditError> {
        self.publisher = Some(audit::Publisher::start(Arc::clone(&self.shared), None, key, anchor)?);
        Ok(())
    }

    /// The tree over the log, and its signed heads.
    pub fn audit(&self) -> &Audit {
        &self.shared.audit
    }

    /// Carries out a request. When it answers `Ok`, the facts are durable and every view holds them.
    ///
    /// # Errors
    /// See [`Failure`]; a failed request has recorded nothing, except [`Failure::Unavailable`], whose outcome a
    /// repetition with the same idempotency key tells.
    pub async fn execute(&self, request: Request) -> Result<Receipt, Failure> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(writer::Job::One(request, reply)).await.map_err(|_| Failure::ReadOnly)?;
        answer.await.map_err(|_| Failure::Unavailable)?
    }

    /// Hands over requests that build on one another. They become one group, decided in their order, which ends with
    /// the first that is refused; those before it stand.
    ///
    /// # Errors
    /// When the service takes no more requests.
    pub async fn submit(&self, requests: Vec<Request>) -> Result<Underway, Failure> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(writer::Job::InOrder(requests, reply)).await.map_err(|_| Failure::ReadOnly)?;
        Ok(Underway(answer))
    }

    /// The first fact of the request that a key was spent on.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn first_fact_of(&self, key: KeyHash) -> Result<Option<Envelope>, LogError> {
        let spent = self.views().requests.spent(key);
        spent.map_or(Ok(None), |first| self.fact(first))
    }

    /// The views, for reading. Hold the guard briefly: the writer waits for it.
    pub fn views(&self) -> RwLockReadGuard<'_, Views> {
        self.shared.views.read()
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// How many facts are durable and in the views.
    pub fn head(&self) -> Position {
        *self.shared.head.borrow()
    }

    /// Waits until the views hold at least `count` facts; `false` when that takes longer than `patience`.
    pub async fn reach(&self, count: Position, patience: Duration) -> bool {
        let mut head = self.shared.head.subscribe();
        let reached = head.wait_for(|head| *head >= count);
        matches!(tokio::time::timeout(patience, reached).await, Ok(Ok(_)))
    }

    /// Announces every new head.
    pub fn heads(&self) -> watch::Receiver<Position> {
        self.shared.head.subscribe()
    }

    /// A moment to read at.
    ///
    /// # Errors
    /// When the moment lies in the future.
    pub fn moment(&self, as_of: AsOf) -> Result<Moment, InTheFuture> {
        Moment::at(Arc::clone(&self.shared), as_of)
    }

    /// The fact at a position, as stored and as read; `None` beyond the head.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn fact(&self, position: Position) -> Result<Option<Envelope>, LogError> {
        self.shared.fact(position)
    }

    /// Whether writing has ended after a failure that does not pass. Reads go on.
    pub fn is_read_only(&self) -> bool {
        self.shared.read_only.load(Ordering::Acquire)
    }

    /// The log itself, for backup.
    pub fn log(&self) -> &Arc<dyn EventLog> {
        &self.shared.log
    }

    /// Lets the writer finish what is waiting, and stops it.
    pub fn stop(self) {
        drop(self.jobs);
        if let Some(writer) = self.writer.lock().take()
            && writer.join().is_err()
        {
            tracing::error!("the writer thread panicked");
        }
        drop(self.follower);
        drop(self.publisher);
    }
}

/// Requests that were handed over in order.
pub struct Underway(oneshot::Receiver<writer::InOrder>);

impl Underway {
    /// Waits until they are carried out: the receipts, and why the request after them was refused, if one was.
    pub async fn finish(self) -> (Vec<Receipt>, Option<Failure>) {
        self.0.await.unwrap_or((Vec::new(), Some(Failure::Unavailable)))
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Shared {
    fn fact(&self, position: Position) -> Result<Option<Envelope>, LogError> {
        let stored = self.log.read(position, 1)?;
        stored.first().map(rebuild::decode).transpose()
    }
}
