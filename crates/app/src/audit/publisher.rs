//! Reads back what was committed, hashes it a second time, lets the tree grow by it, and has the head signed.

use super::{
    Anchor, AuditError, Kept, Published, Signers, rotation,
    signers::{Ahead, agreed_root, unsignable},
    stamping,
};
use crate::{
    Shared,
    act::{Failure, Receipt, Request},
    writer::Job,
};
use domain::{Position, Version, log::LogAct};
use eventlog::{AsideChange, LogError, pages, put_aside};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::VecDeque,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tlog::{Hash, checkpoint::Checkpoint, key::VerifierKey};
use tokio::sync::{mpsc::WeakSender, oneshot};

/// How often the log is looked at. Twice in the second that a head may be older than a fact.
const PAUSE: Duration = Duration::from_millis(400);
/// How often a head is signed when nothing is written, so that a silent log can be told from a dead one.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// How long what other processes put aside may go unread, unless a fact of the log about itself says that there is more.
const RECALL: Duration = Duration::from_secs(60);
/// One head an hour is kept.
const HOUR: i64 = 3_600_000;
/// How often the log commits to what its streams hold, when anything was written.
const COMMIT: Duration = Duration::from_hours(1);
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
        signers: Option<Signers>,
        key: VerifierKey,
        anchor: Anchor,
        jobs: WeakSender<Job>,
    ) -> Result<Self, AuditError> {
        *shared.audit.written.lock() = Some(VecDeque::new());
        // For a service that is often started anew, what is left of the hour counts.
        let commit_at = Instant::now() + COMMIT.saturating_sub(since_commitment(&shared).unwrap_or_default());
        let mut work = Work {
            shared,
            signers,
            key,
            anchor,
            jobs,
            signed: None,
            kept_hour: None,
            recalled: None,
            commit_at,
            told: None,
        };
        work.recall()?;
        work.expect_current_key()?;
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
    pub(super) signers: Option<Signers>,
    pub(super) key: VerifierKey,
    pub(super) anchor: Anchor,
    /// The way to the writer, which this thread must not keep open.
    jobs: WeakSender<Job>,
    /// What was signed last, and when.
    pub(super) signed: Option<(u64, Instant)>,
    /// The hour of the last head that this process kept.
    kept_hour: Option<i64>,
    /// When the heads and time stamps that stand aside were read, and how many facts the log had about itself then.
    recalled: Option<(Instant, Option<Version>)>,
    /// When the log is to commit to its streams next.
    commit_at: Instant,
    /// What was told last of why nothing is signed: it is told again when it changes.
    told: Option<String>,
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
                Ok(()) => self.told = None,
                Err(error) if self.passes(&error) => self.tell(crate::chain(&error)),
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
            self.commit_stream_heads();
        }
    }

    fn tell(&mut self, error: String) {
        if self.told.as_ref() != Some(&error) {
            tracing::warn!(error, "no checkpoint was signed");
            self.told = Some(error);
        }
    }

    /// Whether to go on, with signing or without. Of several servers one that is the primary no longer may answer for a while,
    /// and hold less than was signed; and another process may let another key take over, whose heads are not signed here.
    fn passes(&self, error: &AuditError) -> bool {
        let of_others = matches!(error, AuditError::Behind { .. } | AuditError::OtherKey { .. });
        error.may_pass() || self.shared.log.is_shared() && of_others
    }

    fn step(&mut self) -> Result<(), AuditError> {
        self.grow()?;
        if self.shared.log.is_shared() {
            self.take_from_others()?;
            self.recall()?;
        }
        let size = self.shared.audit.tiles().size();
        let due = self.signed.is_none_or(|(signed, at)| signed < size || at.elapsed() >= HEARTBEAT);
        if due {
            self.sign(size)?;
        }
        self.shared.audit.settle();
        self.keep_shown()
    }

    /// Reads the facts that are durable and not yet in the tree, and holds their hashes against the writer's.
    pub(super) fn grow(&mut self) -> Result<(), AuditError> {
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

    pub(super) fn sign(&mut self, size: u64) -> Result<(), AuditError> {
        let edge = agreed_root(&self.shared.audit, size)?;
        if self.shared.log.is_shared() {
            // Another process may have let another key take over.
            self.expect_current_key()?;
        }
        let Some(signers) = &mut self.signers else { return Ok(()) };
        let head = Checkpoint::new(self.key.name().as_str(), size, edge).map_err(unsignable)?;
        let signed = match signers.sign(&self.shared.audit, self.anchor.seen().size, &head)? {
            Ok(signed) => signed,
            Err(Ahead(signed)) => return self.behind(signed),
        };
        self.advance(&signed)?;
        let signed_at = self.shared.clock.now();
        let published = Published { signed, key: self.key.clone(), signed_at };
        if self.shared.log.is_shared() {
            self.give_to_others(&Kept::new(&published))?;
        }
        if self.vouches(&published) {
            // Whoever sees this head is to find the change of the key as well.
            self.keep(&published)?;
        }
        self.signed = Some((size, Instant::now()));
        self.shared.audit.hand_out(published);
        Ok(())
    }

    /// Lets the log commit to its streams when an hour has passed and something else was written.
    fn commit_stream_heads(&mut self) {
        if Instant::now() < self.commit_at {
            return;
        }
        // Another process may have seen to it.
        let since = since_commitment(&self.shared).filter(|_| self.shared.log.is_shared());
        let left = since.map_or(Duration::ZERO, |since| COMMIT.saturating_sub(since));
        self.commit_at = Instant::now() + if left.is_zero() { COMMIT } else { left };
        if !left.is_zero() || self.shared.views.read().has_committed() {
            return;
        }
        if let Err(failure) = self.act(LogAct::CommitStreamHeads) {
            tracing::warn!(?failure, "the log did not commit to its streams");
        }
    }

    /// An act of the record itself, through the one writer.
    fn act(&self, act: LogAct) -> Result<Receipt, Failure> {
        let request =
            Request::of_the_record(act, self.shared.clock.now()).map_err(|_| Failure::Unavailable)?;
        let jobs = self.jobs.upgrade().ok_or(Failure::Unavailable)?;
        let (reply, answer) = oneshot::channel();
        jobs.blocking_send(Job::One(request, reply)).map_err(|_| Failure::Unavailable)?;
        answer.blocking_recv().map_err(|_| Failure::Unavailable)?
    }

    /// Whether these keys may sign by what the log says of its keys.
    fn expect_current_key(&self) -> Result<(), AuditError> {
        let views = self.shared.views.read();
        let log = views.books.log().map(|book| book.state.as_ref());
        let kept = self.shared.audit.kept.read();
        rotation::expect_current(log, &kept, &self.key, self.before())
    }

    /// The key that this one takes over from.
    pub(super) fn before(&self) -> Option<&VerifierKey> {
        self.signers.as_ref().and_then(Signers::before)
    }

    /// Whether a head is the first by which the old key vouches for the new one.
    fn vouches(&self, published: &Published) -> bool {
        let views = self.shared.views.read();
        let name = published.key.name().as_str();
        let last = views.books.log().and_then(|book| book.state.last_rotation(name));
        self.before().is_some()
            && last.is_some_and(|(rotated, _)| {
                published.size() >= rotated.from_size
                    && rotation::vouched(&self.shared.audit.kept.read(), rotated).is_none()
            })
    }

    /// Reads the heads that were kept, and the time stamps, if there may be more of them.
    fn recall(&mut self) -> Result<(), AuditError> {
        let version = self.shared.views.read().books.log().map(|book| book.version);
        let is_known = |(at, known): (Instant, Option<Version>)| known == version && at.elapsed() < RECALL;
        if self.recalled.is_some_and(is_known) {
            return Ok(());
        }
        let damaged = |key: &[u8]| LogError::AsideDamaged {
            key: key.escape_ascii().to_string(),
            what: "it is no checkpoint",
        };
        let read =
            |(key, value): &(Vec<u8>, Vec<u8>)| serde_json::from_slice(value).map_err(|_| damaged(key));
        let kept: Result<Vec<Kept>, _> = self.shared.log.aside(KEPT)?.iter().map(read).collect();
        *self.shared.audit.kept.write() = kept?;
        stamping::remember(&self.shared)?;
        self.recalled = Some((Instant::now(), version));
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
        self.shared.log.is_shared() && self.signers.as_ref().is_none_or(Signers::remember)
    }

    /// Keeps the head that is handed out, with the cosignatures it has, if this process signs.
    pub(super) fn keep_shown(&mut self) -> Result<(), AuditError> {
        let shown = self.shared.audit.published().filter(|_| self.signers.is_some());
        shown.map_or(Ok(()), |head| self.keep(&head))
    }

    /// Keeps a head for good when it is the first of its hour, the first that this process signed, or the first by which an
    /// old key vouches for the new one; again when witnesses have cosigned it since.
    fn keep(&mut self, published: &Published) -> Result<(), AuditError> {
        let hour = published.signed_at.millis().div_euclid(HOUR);
        let known = self.shared.audit.kept.read().iter().rposition(|kept| kept.is_of(&published.signed));
        let kept = match known {
            // After a key has handed over, the same head may be signed by the new one alone: it must not take the place of
            // the one by which the old key vouches for it.
            Some(place) => self.shared.audit.kept.read()[place].with_more_signed(&published.signed),
            None => (self.kept_hour != Some(hour) || self.vouches(published)).then(|| Kept::new(published)),
        };
        let Some(kept) = kept else {
            self.kept_hour = self.kept_hour.max(known.map(|_| hour));
            return Ok(());
        };
        // A log that goes on under a new name may sign the same size again.
        let key = [KEPT, &kept.size.to_be_bytes(), &published.key.id().0].concat();
        let value = serde_json::to_vec(&kept).map_err(unsignable)?;
        put_aside(self.shared.log.as_ref(), &[AsideChange::Put(key, value)])?;
        self.kept_hour = Some(hour);
        let mut all = self.shared.audit.kept.write();
        match known {
            Some(place) => all[place] = kept,
            None => all.push(kept),
        }
        Ok(())
    }
}

/// How long ago the log committed to its streams last.
fn since_commitment(shared: &Shared) -> Option<Duration> {
    let views = shared.views.read();
    let last = views.books.log().and_then(|book| book.state.commitments.last())?;
    let at = views.history.recorded_before(last.next())?;
    let passed = u64::try_from(shared.clock.now().millis() - at.millis()).unwrap_or(0);
    Some(Duration::from_millis(passed))
}

#[cfg(test)]
mod tests;
