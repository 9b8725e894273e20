//! The thread that folds what other processes write, outside of any turn: it wakes when the log grows, so that this
//! process answers with the facts of all, and a turn has little left to tell.

use crate::Shared;
use domain::{Envelope, LeafHash, Position};
use eventlog::{LogError, Stored};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

#[cfg(test)]
mod tests;

/// How long the log is waited for at a time: how long stopping may take.
const PATIENCE: Duration = Duration::from_millis(200);
/// How many facts are read and folded together at most.
const AT_ONCE: usize = 256;
/// The pause after a failure, and how often it is told.
const PAUSE: Duration = Duration::from_millis(100);

/// The thread; it ends when it is dropped.
pub struct Follower {
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Follower {
    /// Starts to follow a log that others write to.
    pub(crate) fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("follower".to_owned()).spawn(move || {
            let mut reached = true;
            while !told.load(Ordering::Acquire) {
                match shared.follow() {
                    Ok(()) => reached = true,
                    Err(error) if error.passes() => {
                        if std::mem::take(&mut reached) {
                            tracing::warn!(error = crate::chain(&error), "the log is out of reach");
                        }
                        std::thread::sleep(PAUSE);
                    }
                    Err(error) => {
                        shared.stop_writing();
                        tracing::error!(
                            error = crate::chain(&error),
                            "what others wrote cannot be read: no more writes until the service is started again"
                        );
                        return;
                    }
                }
                metrics::gauge!("thidua_log_reachable").set(f64::from(u8::from(reached)));
            }
        })?;
        Ok(Self { thread: Some(thread), stop })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that follows the log panicked");
        }
    }
}

impl Shared {
    /// Waits for the log to grow, and folds what it has grown by.
    fn follow(&self) -> Result<(), LogError> {
        // In a statement of its own: the views must not be held while this waits.
        let seen = self.views.read().head();
        let end = self.log.changed(seen, PATIENCE)?;
        loop {
            let seen = self.settled();
            if end <= seen {
                return Ok(());
            }
            let count = usize::try_from(end.0 - seen.0).unwrap_or(AT_ONCE).min(AT_ONCE);
            let facts = Self::decode(&self.log.read(seen, count)?, seen)?;
            if facts.is_empty() {
                return Err(LogError::damaged(seen, "the log ends before its head"));
            }
            // Not between the commit of this process and its settlement: those facts are the writer's to fold.
            let _between_commits = self.folding.lock();
            self.take_over(&facts)?;
        }
    }

    /// How many facts the views hold once a commit that is underway is settled: what it writes is not to be read again.
    fn settled(&self) -> Position {
        let _between_commits = self.folding.lock();
        self.views.read().head()
    }

    /// Takes facts of others into the views, those that are not there yet, and announces the new head.
    pub(crate) fn fold(&self, facts: &[Stored]) -> Result<(), LogError> {
        let known = self.views.read().head();
        self.take_over(&Self::decode(facts, known)?)
    }

    /// The facts from a position on, with the hashes of their leaves.
    fn decode(facts: &[Stored], from: Position) -> Result<Vec<(Envelope, LeafHash)>, LogError> {
        let new = facts.iter().filter(|stored| stored.position >= from);
        new.map(|stored| Ok((crate::rebuild::decode(stored)?, LeafHash(tlog::leaf_hash(&stored.bytes)))))
            .collect()
    }

    fn take_over(&self, facts: &[(Envelope, LeafHash)]) -> Result<(), LogError> {
        if facts.is_empty() {
            return Ok(());
        }
        let mut views = self.views.write();
        for (fact, leaf) in facts {
            let head = views.head();
            if fact.position > head {
                return Err(LogError::OutOfPlace { expected: head, given: fact.position });
            }
            if fact.position == head {
                views.fold(fact, *leaf);
            }
        }
        let head = views.head();
        drop(views);
        self.announce(head);
        Ok(())
    }

    /// Says that the views hold so many facts; never fewer than was said before.
    pub(crate) fn announce(&self, head: Position) {
        self.head.send_if_modified(|known| {
            let grows = head > *known;
            *known = head.max(*known);
            grows
        });
    }

    /// Ends writing until the service is started again.
    pub(crate) fn stop_writing(&self) {
        self.read_only.store(true, Ordering::Release);
        metrics::gauge!("thidua_read_only").set(1.0);
    }
}
