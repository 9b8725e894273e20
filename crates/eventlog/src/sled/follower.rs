//! Keeps the tip record behind the log: a reader like any other, in a thread of its own.

use super::store::Store;
use crate::{LogError, Tip};
use domain::Position;
use parking_lot::{Condvar, Mutex};
use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};
use tlog::RightEdge;

/// How often the record is renewed while the log grows. Well under the second that is promised.
const PAUSE: Duration = Duration::from_millis(500);

/// The thread that renews the tip record, until it is stopped.
pub(super) struct Follower {
    thread: Option<JoinHandle<Result<(), LogError>>>,
    stop: Arc<(Mutex<bool>, Condvar)>,
}

impl Follower {
    /// Starts to follow `store` from the facts whose leaf hashes are in `edge`.
    pub(super) fn start(store: Arc<Store>, edge: RightEdge) -> Result<Self, LogError> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let watched = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("tip".to_owned())
            .spawn(move || follow(&store, edge, &watched))
            .map_err(LogError::failed("starting to follow the log with its tip record"))?;
        Ok(Self { thread: Some(thread), stop })
    }

    /// Renews the record a last time. Returns when the thread has let go of the store.
    pub(super) fn stop(&mut self) -> Result<(), LogError> {
        let (stopped, wake) = &*self.stop;
        *stopped.lock() = true;
        wake.notify_all();
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => {
                Err(LogError::failed("following the log with its tip record")("the thread panicked"))
            }
            None => Ok(()),
        }
    }
}

fn follow(
    store: &Store,
    mut edge: RightEdge,
    (stopped, wake): &(Mutex<bool>, Condvar),
) -> Result<(), LogError> {
    loop {
        let last = {
            let mut stopped = stopped.lock();
            if !*stopped {
                wake.wait_for(&mut stopped, PAUSE);
            }
            *stopped
        };
        let size = edge.size();
        catch_up(store, &mut edge, store.head()).map_err(|error| store.fail(error))?;
        if edge.size() > size {
            Tip::of(&edge).write(&store.folder).map_err(|error| store.fail(error))?;
        }
        if last {
            return Ok(());
        }
    }
}

/// Adds the leaf hashes of the facts up to `end`.
pub(super) fn catch_up(store: &Store, edge: &mut RightEdge, end: Position) -> Result<(), LogError> {
    while edge.size() < end.0 {
        let from = Position(edge.size());
        let page = store.page(from)?;
        if page.end() <= from {
            return Err(LogError::damaged(from, "the log ends before its head"));
        }
        page.facts(from..end).for_each(|(_, bytes)| edge.push(tlog::leaf_hash(bytes)));
    }
    Ok(())
}
