//! Reads back what was committed, hashes it a second time, lets the tree grow by it, and has the head signed.

use super::{Anchor, AuditError, Kept, Pen, Published, Signers, pen::unsignable, rotation, stamping};
use crate::{
    Shared,
    act::{Failure, Receipt, Request},
    writer::Job,
};
use domain::{Position, log::LogAct};
use eventlog::{AsideChange, LogError, pages};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tlog::Hash;
use tokio::sync::{mpsc::WeakSender, oneshot};

/// How often the log is looked at. Twice in the second that a head may be older than a fact.
const PAUSE: Duration = Duration::from_millis(400);
/// How often a head is signed when nothing is written, so that a silent log can be told from a dead one.
const HEARTBEAT: Duration = Duration::from_secs(60);
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
    /// Holds the log against its anchor, has its head signed, and goes on doing so.
    pub(crate) fn start(
        shared: Arc<Shared>,
        signers: Signers,
        anchor: Anchor,
        jobs: WeakSender<Job>,
    ) -> Result<Self, AuditError> {
        *shared.audit.written.lock() = Some(VecDeque::new());
        let (commit_at, pen) = (next_commitment(&shared), Pen::new(signers, anchor));
        let mut work = Work { shared, pen, jobs, signed: None, kept_hour: None, commit_at };
        work.recall()?;
        work.expect_current_key()?;
        work.grow()?;
        work.check_anchor()?;
        work.step()?;
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

struct Work {
    shared: Arc<Shared>,
    pen: Pen,
    /// The way to the writer, which this thread must not keep open.
    jobs: WeakSender<Job>,
    /// What was signed last, and when.
    signed: Option<(u64, Instant)>,
    /// The hour of the last head that this process kept.
    kept_hour: Option<i64>,
    /// When the log is to commit to its streams next.
    commit_at: Instant,
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
                Err(error) if error.may_pass() => {
                    tracing::warn!(error = crate::chain(&error), "no checkpoint was signed");
                }
                Err(error) => {
                    self.shared.read_only.store(true, Ordering::Release);
                    metrics::gauge!("thidua_read_only").set(1.0);
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

    fn step(&mut self) -> Result<(), AuditError> {
        self.grow()?;
        let size = self.shared.audit.tiles().size();
        let due = self.signed.is_none_or(|(signed, at)| signed < size || at.elapsed() >= HEARTBEAT);
        if due {
            self.sign(size)?;
        }
        self.shared.audit.settle();
        // Kept as it is handed out, with its cosignatures.
        self.shared.audit.published().map_or(Ok(()), |head| self.keep(&head))
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
        let published = self.pen.sign(&self.shared.audit, size, self.shared.clock.now())?;
        self.signed = Some((size, Instant::now()));
        metrics::gauge!("thidua_checkpoint_facts").set(size as f64);
        metrics::gauge!("thidua_checkpoint_signed_seconds").set(published.signed_at.millis() as f64 / 1000.0);
        self.shared.audit.announce(published);
        Ok(())
    }

    /// Lets the log commit to its streams when an hour has passed and something else was written.
    fn commit_stream_heads(&mut self) {
        if Instant::now() < self.commit_at {
            return;
        }
        self.commit_at = Instant::now() + COMMIT;
        if self.shared.views.read().has_committed() {
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
        let Signers { current, previous } = self.pen.signers();
        let kept = self.shared.audit.kept.read();
        rotation::expect_current(log, &kept, current.key(), previous.as_ref().map(|signer| signer.key()))
    }

    /// Whether a head is the first by which the old key vouches for the new one.
    fn vouches(&self, published: &Published) -> bool {
        let views = self.shared.views.read();
        let name = published.key.name().as_str();
        let last = views.books.log().and_then(|book| book.state.last_rotation(name));
        self.pen.signers().previous.is_some()
            && last.is_some_and(|(rotated, _)| {
                published.size() >= rotated.from_size
                    && rotation::vouched(&self.shared.audit.kept.read(), rotated).is_none()
            })
    }

    /// Reads the heads that were kept, and the time stamps.
    fn recall(&self) -> Result<(), AuditError> {
        let damaged = |key: &[u8]| LogError::AsideDamaged {
            key: key.escape_ascii().to_string(),
            what: "it is no checkpoint",
        };
        let read =
            |(key, value): &(Vec<u8>, Vec<u8>)| serde_json::from_slice(value).map_err(|_| damaged(key));
        let kept: Result<Vec<Kept>, _> = self.shared.log.aside(KEPT)?.iter().map(read).collect();
        *self.shared.audit.kept.write() = kept?;
        *self.shared.audit.stamps.write() = stamping::recall(self.shared.log.as_ref())?;
        Ok(())
    }

    /// Whether the log still is what was signed.
    fn check_anchor(&self) -> Result<(), AuditError> {
        let origin = self.pen.key().name().as_str();
        let kept = self.shared.audit.kept.read();
        let of_this_log = |kept: &&Kept| kept.checkpoint.lines().next() == Some(origin);
        let known = kept.iter().rev().find(of_this_log);
        if let (None, Some(Kept { size, .. })) = (self.pen.anchor().held(), known) {
            return Err(AuditError::NoAnchor { path: self.pen.anchor().path().to_owned(), signed: *size });
        }
        self.pen.check(&self.shared.audit.tiles())
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
        let log = self.shared.log.as_ref();
        log.turn(log.head()?)?.commit(&[], &[AsideChange::Put(key, value)])?;
        self.kept_hour = Some(hour);
        let mut all = self.shared.audit.kept.write();
        match known {
            Some(place) => all[place] = kept,
            None => all.push(kept),
        }
        Ok(())
    }
}

/// An hour from now; at once where the last time lies an hour back, for a service that is often started anew.
fn next_commitment(shared: &Shared) -> Instant {
    let views = shared.views.read();
    let last = views.books.log().and_then(|book| book.state.commitments.last());
    let recorded = last.and_then(|last| views.history.recorded_before(last.next()));
    let is_over = recorded.is_some_and(|at| shared.clock.now().millis() - at.millis() >= HOUR);
    if is_over { Instant::now() } else { Instant::now() + COMMIT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::OwnKey,
        tests::{Service, register},
    };
    use domain::{Event, UnitId, log::LogEvent};
    use eventlog::{EventLog, MemoryLog};
    use tlog::{key::Signer, witness::Seen};

    fn work(service: &Service, folder: &std::path::Path) -> Work {
        let key = Signer::from_seed("log.test/a".parse().unwrap(), &[7; 32]).unwrap();
        let anchor = Anchor::read(&folder.join("anchor"), key.verifier()).unwrap();
        let current = Box::new(OwnKey::new(key, Seen::nothing()));
        Work {
            shared: Arc::clone(&service.app.shared),
            pen: Pen::new(Signers { current, previous: None }, anchor),
            jobs: service.app.jobs.downgrade(),
            signed: None,
            kept_hour: None,
            commit_at: Instant::now(),
        }
    }

    async fn passes_an_hour(work: Work) -> Work {
        let hour = move || {
            let mut work = Work { commit_at: Instant::now(), ..work };
            work.commit_stream_heads();
            work
        };
        tokio::task::spawn_blocking(hour).await.unwrap()
    }

    #[tokio::test]
    async fn the_log_commits_to_its_streams_every_hour_in_which_something_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
        let service = Service::founded(Arc::clone(&log)).await;
        let work = passes_an_hour(work(&service, folder.path())).await;
        assert_eq!(service.app.head(), Position(2), "the grant, and the commitment");
        let work = passes_an_hour(work).await;
        assert_eq!(service.app.head(), Position(2), "nothing was written");
        let unit = UnitId(uuid::Uuid::from_u128(1));
        service.asks("registry", register(unit, "Hội Luật gia")).await.unwrap();
        let mut work = passes_an_hour(work).await;
        assert_eq!(service.app.head(), Position(4));
        work.commit_stream_heads();
        assert_eq!(service.app.head(), Position(4), "the hour has not passed");

        // What was committed to is what a reader makes of the history and the tiles.
        work.grow().unwrap();
        for position in [1, 3] {
            let fact = service.app.fact(Position(position)).unwrap().unwrap();
            assert!(fact.actor.is_system(), "{fact:?}");
            let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = fact.event else {
                panic!("{fact:?}")
            };
            let tree = service.app.stream_heads(position).unwrap();
            assert_eq!((committed.size, committed.streams), (position, tree.size()));
            assert_eq!(committed.root.0, tree.root());
        }
        assert!(service.app.stream_heads(5).is_none(), "the log is not so long");
    }
}
