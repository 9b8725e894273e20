//! The shell around the rules: one writer, many readers.
//!
//! # Layout
//! - [`act`]: what can be asked of the service, and what it answers
//! - [`awards`]: what a dossier is judged by beside itself, now or in the past
//! - [`clock`]: where time comes from; [`mint`]: where ids and salts come from
//! - `writer`: the one thread that decides and commits, in groups; `pending`: what a group has decided so far; `outcome`:
//!   what its requests came to;
//!   `proofs`: what a decision needs from elsewhere, one function each
//! - [`moment`]: reads, now or as of a time or a position
//! - `standing`: standings as of two times
//! - [`rebuild`]: the views, folded from the log
//! - [`audit`]: the tree over the log, and its signed heads; [`reads`]: who was shown what, in a log of its own;
//!   [`exports`]: the whole log in a file
//! - [`snapshot`]: the views in a file, to begin with at the next start
//! - [`vault`]: personal data, under a key for each person that can be destroyed
//!
//! # What it refuses to know
//! HTTP, JSON bodies, tokens, and which store the log is.

pub mod act;
pub mod audit;
pub mod awards;
pub mod clock;
pub mod exports;
pub mod mint;
pub mod moment;
mod outcome;
mod pending;
mod proofs;
pub mod reads;
pub mod rebuild;
pub mod snapshot;
mod standing;
#[cfg(test)]
mod tests;
pub mod vault;
mod writer;

pub use act::{Act, Failure, Receipt, Request};
pub use audit::{Anchor, Audit, AuditError, HeadSigner, OwnKey, Published, SignError};
pub use clock::{Clock, ScriptedClock, SystemClock};
pub use eventlog::LogError;
pub use moment::{AsOf, InTheFuture, Moment};
pub use reads::{ReadLog, ReadsError};
pub use rebuild::{RebuildError, Rebuilt};
pub use snapshot::SnapshotFile;
pub use vault::{MissingKeys, RootKey, Vault, VaultError};

use domain::{Envelope, KeyHash, Position, StreamId, Timestamp, log::LogAct};
use eventlog::EventLog;
use parking_lot::{RwLock, RwLockReadGuard};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tlog::{proof_file::ProofFile, sorted::SortedTree};
use tokio::sync::{mpsc, oneshot, watch};
use views::Views;

/// The service: commands go to its writer, reads are answered from its views.
pub struct App {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<writer::Job>,
    writer: parking_lot::Mutex<Option<JoinHandle<()>>>,
    publisher: Option<audit::Publisher>,
    witnesses: Option<audit::Asking>,
    reads: Option<ReadLog>,
    exports: Option<exports::Exports>,
    clerk: Option<audit::Clerk>,
    keeper: Option<snapshot::keeper::Keeper>,
}

/// What the writer and the readers share.
struct Shared {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    /// Written by the writer alone, for the moment it takes to fold a committed group.
    views: RwLock<Views>,
    /// The tree over the log, grown by the publisher alone.
    audit: Audit,
    /// The durable head, announced after the views hold it.
    head: watch::Sender<Position>,
    /// Set by the writer when a commit fails; never cleared while the process runs.
    read_only: AtomicBool,
    /// Where personal data is kept, if this service keeps any.
    vault: OnceLock<Vault>,
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
        let (read_only, vault) = (AtomicBool::new(false), OnceLock::new());
        let shared = Arc::new(Shared { log, clock, views, audit, head, read_only, vault });
        let (jobs, waiting) = mpsc::channel(writer::WAITING);
        let writer = writer::start(Arc::clone(&shared), waiting)?;
        Ok(Self {
            shared,
            jobs,
            writer: parking_lot::Mutex::new(Some(writer)),
            publisher: None,
            witnesses: None,
            reads: None,
            exports: None,
            clerk: None,
            keeper: None,
        })
    }

    /// From now on the tree grows with the log and its head is signed: within a second of a write, once a minute
    /// otherwise. Before that, the log is held against its anchor. Call it before anything is written.
    ///
    /// # Errors
    /// The log is not what was signed, or nothing can be signed.
    pub fn publish(&mut self, signer: Box<dyn HeadSigner>, anchor: Anchor) -> Result<(), AuditError> {
        self.publish_with(audit::Signers { current: signer, previous: None }, anchor)
    }

    /// The same while another key takes over: both sign, and the log says so in a fact of its own, unless it has already.
    ///
    /// # Errors
    /// The same; or the old key is not the one that signs by what the log says.
    pub fn publish_rotating(
        &mut self,
        signer: Box<dyn HeadSigner>,
        previous: Box<dyn HeadSigner>,
        anchor: Anchor,
    ) -> Result<(), AuditError> {
        let (old, new) = (previous.key().clone(), signer.key().clone());
        self.publish_with(audit::Signers { current: signer, previous: Some(previous) }, anchor)?;
        let new_text = audit::text_of(&new)?;
        let is_current = {
            let views = self.views();
            let log = views.books.log().map(|book| Arc::clone(&book.state));
            log.is_some_and(|log| {
                log.last_rotation(new.name().as_str()).is_some_and(|(last, _)| last.new == new_text)
            })
        };
        if is_current {
            return Ok(());
        }
        let act = LogAct::RotateKey { old: audit::text_of(&old)?, new: new_text };
        let failed = |what: String| AuditError::Key(what);
        let request = Request::of_the_record(act, self.now()).map_err(|error| failed(error.to_string()))?;
        let (reply, answer) = oneshot::channel();
        self.jobs
            .blocking_send(writer::Job::One(request, reply))
            .map_err(|_| failed("nothing is written any more".to_owned()))?;
        match answer.blocking_recv() {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(failure)) => Err(failed(format!("{failure:?}"))),
            Err(_) => Err(failed("the writer has gone".to_owned())),
        }
    }

    fn publish_with(&mut self, signers: audit::Signers, anchor: Anchor) -> Result<(), AuditError> {
        let jobs = self.jobs.downgrade();
        self.publisher = Some(audit::Publisher::start(Arc::clone(&self.shared), signers, anchor, jobs)?);
        Ok(())
    }

    /// From now on every signed head is shown to the witnesses of a policy, which is handed out as well. Call it after
    /// [`App::publish`].
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub fn witness(&mut self, witnesses: audit::Witnesses) -> std::io::Result<()> {
        self.shared.audit.trust(witnesses.file, witnesses.policy);
        self.witnesses = Some(audit::Asking::start(Arc::clone(&self.shared), witnesses.couriers)?);
        Ok(())
    }

    /// From now on a signed head is stamped once a day by an authority outside, and a fact of the log names the stamp. Call it
    /// after [`App::publish`].
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub fn stamp(&mut self, authority: audit::Authority) -> std::io::Result<()> {
        self.clerk = Some(audit::Clerk::start(Arc::clone(&self.shared), authority, self.jobs.downgrade())?);
        Ok(())
    }

    /// From now on what is shown that is not public is noted here.
    pub fn note_reads(&mut self, reads: ReadLog) {
        self.reads = Some(reads);
    }

    /// Who was shown what; `None` where nobody notes it.
    pub const fn reads(&self) -> Option<&ReadLog> {
        self.reads.as_ref()
    }

    /// From now on exports can be asked for; `packer` makes them, in a folder that is this service's alone and that is
    /// emptied now.
    ///
    /// # Errors
    /// The folder cannot be made, or the operating system refuses a thread.
    pub fn export(&mut self, folder: &std::path::Path, packer: exports::Packer) -> std::io::Result<()> {
        self.exports = Some(exports::Exports::start(Arc::clone(&self.shared), folder, packer)?);
        Ok(())
    }

    /// The exports; `None` where nobody makes them.
    pub const fn exports(&self) -> Option<&exports::Exports> {
        self.exports.as_ref()
    }

    /// How the key of the log was replaced for the `number`th time, from 1: the fact as extra data, the proof that it is in
    /// the log, and the head that both keys signed. `None` when there is no such change, or no head vouches for it yet.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn rotation(&self, number: usize) -> Result<Option<ProofFile>, LogError> {
        self.shared.rotation(number)
    }

    /// What every stream held when the log had `size` facts: the tree whose root the log commits to. `None` when the log has
    /// fewer, or its tree does not cover them yet.
    pub fn stream_heads(&self, size: u64) -> Option<Arc<SortedTree<StreamId>>> {
        self.audit().stream_heads(&self.views().history, size)
    }

    /// From now on a snapshot of the views is written whenever the log has grown by `every` facts, and at the end; and the log
    /// is held against the first `taken` facts, which a snapshot vouched for at the start.
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub fn keep_snapshots(&mut self, file: SnapshotFile, every: u64, taken: Position) -> std::io::Result<()> {
        self.keeper = Some(snapshot::keeper::Keeper::start(Arc::clone(&self.shared), file, every, taken)?);
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

    /// Lets the log commit to what every stream holds now, unless it just did. It does so by itself every hour in which
    /// something is written.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn commit_stream_heads(&self) -> Result<(), Failure> {
        if self.views().has_committed() {
            return Ok(());
        }
        let request = Request::of_the_record(LogAct::CommitStreamHeads, self.now());
        self.execute(request.map_err(|_| Failure::Unavailable)?).await.map(drop)
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

    /// Whether the writer has stopped after a failed commit. Reads go on.
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
        drop(self.publisher);
        drop(self.witnesses);
        drop(self.clerk);
        drop(self.exports);
        drop(self.reads);
        // Last, when nothing grows any more.
        if let Some(keeper) = self.keeper {
            keeper.finish();
        }
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
