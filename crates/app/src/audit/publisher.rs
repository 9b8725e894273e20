//! Reads back what was committed, hashes it a second time, lets the tree grow by it, and has the head signed.

use super::{Anchor, Audit, AuditError, HeadSigner, Kept, Published, SignError};
use crate::Shared;
use domain::{Position, Timestamp};
use eventlog::{AsideChange, LogError, pages, put_aside};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::VecDeque,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tlog::{
    Hash,
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::VerifierKey,
    note::NoteSignature,
    witness::Refusal,
};

/// How often the log is looked at. Twice in the second that a head may be older than a fact.
const PAUSE: Duration = Duration::from_millis(400);
/// How often a head is signed when nothing is written, so that a silent log can be told from a dead one.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// One head an hour is kept.
const HOUR: i64 = 3_600_000;
/// Under which keys they stand aside.
const KEPT: &[u8] = b"checkpoint/";

/// The thread; it signs a last time when it is stopped or dropped.
pub struct Publisher {
    thread: Option<JoinHandle<()>>,
    stop: Arc<(Mutex<bool>, Condvar)>,
}

impl Publisher {
    /// Holds the log against its anchor, has its head signed, and goes on doing so. Without a signer, heads are those that
    /// another process of the log had signed with `key`.
    pub(crate) fn start(
        shared: Arc<Shared>,
        signer: Option<Box<dyn HeadSigner>>,
        key: VerifierKey,
        anchor: Anchor,
    ) -> Result<Self, AuditError> {
        *shared.audit.written.lock() = Some(VecDeque::new());
        let mut work = Work { shared, signer, key, anchor, signed: None, kept_hour: None };
        work.recall()?;
        work.grow()?;
        work.check_anchor()?;
        work.begin()?;
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let watched = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || work.run(&watched))
            .map_err(AuditError::Thread)?;
        Ok(Self { thread: Some(thread), stop })
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let (stopped, wake) = &*self.stop;
        *stopped.lock() = true;
        wake.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that signs checkpoints panicked");
        }
    }
}

pub(super) struct Work {
    pub(super) shared: Arc<Shared>,
    /// `None` where another process signs.
    signer: Option<Box<dyn HeadSigner>>,
    pub(super) key: VerifierKey,
    pub(super) anchor: Anchor,
    /// What was signed last, and when.
    pub(super) signed: Option<(u64, Instant)>,
    /// The hour of the last head that this process kept.
    kept_hour: Option<i64>,
}

impl Work {
    fn run(mut self, (stopped, wake): &(Mutex<bool>, Condvar)) {
        loop {
            let last = {
                let mut stopped = stopped.lock();
                if !*stopped {
                    wake.wait_for(&mut stopped, PAUSE);
                }
                *stopped
            };
            match self.step() {
                Ok(()) => {}
                Err(error) if self.passes(&error) => {
                    tracing::warn!(error = crate::chain(&error), "no checkpoint was signed");
                }
                Err(error) => {
                    self.shared.stop_writing();
                    tracing::error!(
                        error = crate::chain(&error),
                        "no checkpoint is signed any more, and nothing is written, until the service is started again"
                    );
                    // What readers hold stays true; nothing new is noted for a second hash that nobody makes.
                    *self.shared.audit.written.lock() = None;
                    return;
                }
            }
            if last {
                return;
            }
        }
    }

    /// Whether the next attempt may succeed without anybody's doing. Of several servers one that is the primary no longer may
    /// answer for a while, and hold less than was signed: that is told, and nothing is signed on it.
    fn passes(&self, error: &AuditError) -> bool {
        error.may_pass() || self.shared.log.is_shared() && matches!(error, AuditError::Behind { .. })
    }

    /// A process that can have its head signed does so before it serves.
    fn begin(&mut self) -> Result<(), AuditError> {
        if self.signer.is_none() {
            return self.take_from_others();
        }
        let size = self.shared.audit.tiles().size();
        self.sign(size)
    }

    fn step(&mut self) -> Result<(), AuditError> {
        self.grow()?;
        if self.shared.log.is_shared() {
            self.take_from_others()?;
        }
        let size = self.shared.audit.tiles().size();
        let due = self.signed.is_none_or(|(signed, at)| signed < size || at.elapsed() >= HEARTBEAT);
        if due { self.sign(size) } else { Ok(()) }
    }

    /// Reads the facts that are durable and not yet in the tree, and holds their hashes against the writer's.
    fn grow(&mut self) -> Result<(), AuditError> {
        let audit = &self.shared.audit;
        let from = Position(audit.tiles().size());
        let end = self.shared.head.borrow().to_owned();
        if from >= end {
            return Ok(());
        }
        let mut next = from;
        for page in pages(self.shared.log.as_ref(), from..end) {
            let page = page?;
            let leaves: Vec<_> =
                page.facts(from..end).map(|(position, bytes)| (position, tlog::leaf_hash(bytes))).collect();
            for (position, leaf) in &leaves {
                if *position != next || !self.agrees(*position, leaf) {
                    return Err(AuditError::Mismatch { position: *position });
                }
                next = position.next();
            }
            let mut tiles = audit.tiles.write();
            leaves.iter().for_each(|(_, leaf)| tiles.push(*leaf));
        }
        if next == end { Ok(()) } else { Err(AuditError::Mismatch { position: next }) }
    }

    /// Whether a fact has the hash that the writer computed. What another process wrote has only the one read here.
    fn agrees(&self, position: Position, leaf: &Hash) -> bool {
        let mut written = self.shared.audit.written.lock();
        let Some(written) = &mut *written else { return true };
        while written.front().is_some_and(|(noted, _)| *noted < position) {
            written.pop_front();
        }
        match written.front() {
            Some((noted, hash)) if *noted == position => {
                let agrees = hash.0 == *leaf;
                written.pop_front();
                agrees
            }
            Some(_) | None => true,
        }
    }

    fn sign(&mut self, size: u64) -> Result<(), AuditError> {
        let (edge, tiles) = {
            let tiles = self.shared.audit.tiles();
            (tiles.root(), tiles.root_at(size))
        };
        // The root from the edge and the root from what is handed out must be one.
        if tiles != Some(edge) {
            return Err(AuditError::Mismatch { position: Position(size) });
        }
        let head = Checkpoint::new(self.key.name().as_str(), size, edge).map_err(unsignable)?;
        let Some(signature) = self.ask(&head)? else { return Ok(()) };
        let signed = SignedCheckpoint::new(head, signature);
        signed.note().verify([&self.key]).map_err(unsignable)?;
        self.advance(&signed)?;
        let signed_at = self.shared.clock.now();
        let published = Published { signed, key: self.key.clone(), signed_at };
        self.keep(&published)?;
        self.signed = Some((size, Instant::now()));
        self.shared.audit.hand_out(published);
        Ok(())
    }

    /// The signature; `None` where another process signs, or has had more signed than this one has read yet.
    fn ask(&mut self, head: &Checkpoint) -> Result<Option<NoteSignature>, AuditError> {
        let Some(signer) = &mut self.signer else { return Ok(None) };
        let (size, mut old) = (head.size(), self.anchor.seen().size);
        loop {
            match signer.sign(old, &proof(&self.shared.audit, old, size)?, head) {
                // It signed, and this process ended before the anchor said so; or it signed for another process.
                Err(SignError::Refused(Refusal::OtherOldSize(signed))) if old < signed && signed <= size => {
                    old = signed;
                }
                Err(SignError::Refused(Refusal::OtherOldSize(signed))) if signed > size => {
                    return self.behind(signed).map(|()| None);
                }
                outcome => return Ok(Some(outcome?)),
            }
        }
    }

    /// Reads the heads that were kept.
    pub(super) fn recall(&self) -> Result<(), AuditError> {
        let damaged = |key: &[u8]| LogError::AsideDamaged {
            key: key.escape_ascii().to_string(),
            what: "it is no checkpoint",
        };
        let read =
            |(key, value): &(Vec<u8>, Vec<u8>)| serde_json::from_slice(value).map_err(|_| damaged(key));
        let kept: Result<Vec<Kept>, _> = self.shared.log.aside(KEPT)?.iter().map(read).collect();
        *self.shared.audit.kept.write() = kept?;
        Ok(())
    }

    /// Whether the log still is what was signed.
    fn check_anchor(&self) -> Result<(), AuditError> {
        let tiles = self.shared.audit.tiles();
        let origin = self.key.name().as_str();
        let kept = self.shared.audit.kept.read();
        let of_this_log = |kept: &&Kept| kept.checkpoint.lines().next() == Some(origin);
        let known = kept.iter().rev().find(of_this_log).filter(|_| !self.may_join());
        if let (None, Some(Kept { size, .. })) = (self.anchor.held(), known) {
            return Err(AuditError::NoAnchor { path: self.anchor.path().to_owned(), signed: *size });
        }
        let signed = self.anchor.seen();
        match tiles.root_at(signed.size) {
            None => self.behind(signed.size),
            Some(root) if root != signed.root => Err(AuditError::Altered { signed: signed.size }),
            Some(_) => Ok(()),
        }
    }

    /// Whether this may be another process of a log that was signed before: it has no anchor yet, and needs none where what
    /// was signed is remembered elsewhere.
    fn may_join(&self) -> bool {
        self.shared.log.is_shared() && self.signer.as_ref().is_none_or(|signer| signer.remembers())
    }

    /// Puts a head aside: for the other processes of the log; and for good when it is the first of its hour, or the first
    /// that this process signed.
    fn keep(&mut self, published: &Published) -> Result<(), AuditError> {
        if self.shared.log.is_shared() {
            self.give_to_others(&kept(published))?;
        }
        let hour = published.signed_at.millis().div_euclid(HOUR);
        if self.kept_hour == Some(hour) {
            return Ok(());
        }
        let kept = kept(published);
        if self.shared.audit.kept.read().iter().any(|other| other.checkpoint == kept.checkpoint) {
            self.kept_hour = Some(hour);
            return Ok(());
        }
        // A log that goes on under a new name may sign the same size again.
        let key = [KEPT, &kept.size.to_be_bytes(), &published.key.id().0].concat();
        let value = serde_json::to_vec(&kept).map_err(unsignable)?;
        put_aside(self.shared.log.as_ref(), &[AsideChange::Put(key, value)])?;
        self.kept_hour = Some(hour);
        self.shared.audit.kept.write().push(kept);
        Ok(())
    }
}

fn kept(published: &Published) -> Kept {
    let (size, signed_at): (u64, Timestamp) = (published.size(), published.signed_at);
    Kept { size, signed_at, checkpoint: published.signed.to_string() }
}

fn proof(audit: &Audit, old: u64, new: u64) -> Result<Vec<Hash>, AuditError> {
    let proof = audit.tiles().consistency(old, new);
    proof.map_err(|_| AuditError::Behind { signed: old, log: new })
}

/// What whoever holds the key gave is no signature of this log's head.
pub(super) fn unsignable(error: impl std::fmt::Display) -> AuditError {
    AuditError::Sign(SignError::Unreachable(error.to_string()))
}
