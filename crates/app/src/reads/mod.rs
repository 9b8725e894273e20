//! The log of reads: what was shown to whom, in a transparency log of its own, beside the log and off the way of every
//! answer.
//!
//! - `store`: its entries on disk; `index`: where to look; `keeper`: the thread that writes and signs
//!
//! A read is noted before its answer goes out and is durable a quarter of a second later: a process that is killed
//! loses at most so much, and the entries around the gap say when it was. A log of reads that cannot be written any more
//! is found at once, because nothing that is not public is shown then.

mod index;
mod keeper;
mod store;
#[cfg(test)]
mod tests;

pub use index::ReadQuery;

use crate::{
    Audit, Clock,
    audit::{Anchor, AuditError, HeadSigner, Pen, Signers, Tiles},
};
use domain::{
    Position, Timestamp,
    reading::{MAX_TEXT_BYTES, ReadEntry, ShownTo},
};
use index::Index;
use keeper::Keeper;
use parking_lot::RwLock;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};
use store::Store;

/// How many reads may wait to be written. More than that come in a quarter of a second only where no disk keeps up.
const WAITING: usize = 65_536;

/// Why the log of reads cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ReadsError {
    /// Its folder cannot be read or written.
    #[error("the log of reads in {path} cannot be used")]
    Store {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is not what was signed, or cannot be signed.
    #[error("the log of reads in {path} cannot be signed")]
    Audit {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: AuditError,
    },
}

/// A read could not be noted, so that nothing may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNoted;

/// The log of reads.
pub struct ReadLog {
    shared: Arc<Shared>,
    queue: Option<SyncSender<(Timestamp, ShownTo)>>,
    keeper: Option<JoinHandle<()>>,
}

/// What the keeper and the readers share.
struct Shared {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    audit: Audit,
    index: RwLock<Index>,
    /// Set by the keeper when it cannot go on; never cleared while the process runs.
    halted: AtomicBool,
}

impl ReadLog {
    /// Opens the log of reads in a folder, holds it against its anchor, signs its head and begins to take reads.
    ///
    /// # Errors
    /// It cannot be read or written, or is not what was signed.
    pub fn open(
        folder: &Path,
        signer: Box<dyn HeadSigner>,
        anchor: Anchor,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ReadsError> {
        let (mut tiles, mut index) = (Tiles::default(), Index::default());
        let take = |bytes: &[u8]| {
            let entry = serde_json::from_slice::<ReadEntry>(bytes).ok();
            let fits = entry.filter(|entry| entry.position.0 == tiles.size());
            fits.is_some_and(|entry| {
                index.add(&entry);
                tiles.push(tlog::leaf_hash(bytes));
                true
            })
        };
        let failed = |cause| ReadsError::Store { path: folder.to_owned(), cause };
        let store = Store::open(folder, take).map_err(failed)?;
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            clock,
            audit: Audit::new(tiles),
            index: RwLock::new(index),
            halted: AtomicBool::new(false),
        });
        let unsigned = |cause| ReadsError::Audit { path: folder.to_owned(), cause };
        let pen = Pen::new(Signers { current: signer, previous: None }, anchor);
        pen.check(&shared.audit.tiles()).map_err(unsigned)?;
        let (queue, waiting) = sync_channel(WAITING);
        let mut keeper = Keeper::new(Arc::clone(&shared), store, pen);
        keeper.begin().map_err(unsigned)?;
        let keeper = std::thread::Builder::new().name("reads".to_owned()).spawn(move || keeper.run(&waiting));
        Ok(Self { shared, queue: Some(queue), keeper: Some(keeper.map_err(failed)?) })
    }

    /// Notes what is about to be shown. It is written a little later.
    ///
    /// # Errors
    /// It cannot be noted: then it must not be shown.
    pub fn note(&self, at: Timestamp, mut shown: ShownTo) -> Result<(), NotNoted> {
        cut(&mut shown.path);
        cut(&mut shown.token);
        shown.query.iter_mut().for_each(cut);
        let queue = self.queue.as_ref().filter(|_| !self.is_halted()).ok_or(NotNoted)?;
        match queue.try_send((at, shown)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(NotNoted),
        }
    }

    /// Whether it takes no more reads until the service is started again.
    pub fn is_halted(&self) -> bool {
        self.shared.halted.load(Ordering::Acquire)
    }

    /// The tree over its entries, and its signed heads.
    pub fn audit(&self) -> &Audit {
        &self.shared.audit
    }

    /// How many entries are durable.
    pub fn size(&self) -> u64 {
        self.shared.audit.tiles().size()
    }

    /// The entries from a position on, as they were hashed: as many as asked for, or as are durable.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn entries(&self, from: Position, count: usize) -> io::Result<Vec<Vec<u8>>> {
        let there = usize::try_from(self.size().saturating_sub(from.0)).unwrap_or(usize::MAX);
        store::read(&self.shared.folder, from, count.min(there))
    }

    /// The first `limit` entries that answer a query, in order.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn find(&self, query: &ReadQuery, limit: usize) -> io::Result<Vec<ReadEntry>> {
        let positions = self.shared.index.read().find(query, limit);
        let mut found = Vec::with_capacity(positions.len());
        // Those that lie together are read together.
        let mut run: Option<(Position, Vec<Vec<u8>>)> = None;
        for position in positions {
            let held = |(from, entries): &(Position, Vec<Vec<u8>>)| {
                usize::try_from(position.0 - from.0).is_ok_and(|place| place < entries.len())
            };
            let (from, entries) = match run.take().filter(held) {
                Some(run) => run,
                None => (position, store::read(&self.shared.folder, position, 256)?),
            };
            let place = usize::try_from(position.0 - from.0).unwrap_or(usize::MAX);
            let bytes =
                entries.get(place).ok_or_else(|| io::Error::other("an entry of the log of reads is gone"))?;
            found.push(serde_json::from_slice(bytes)?);
            run = Some((from, entries));
        }
        Ok(found)
    }
}

impl Drop for ReadLog {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(keeper) = self.keeper.take()
            && keeper.join().is_err()
        {
            tracing::error!("the thread that keeps the log of reads panicked");
        }
    }
}

/// Cuts a text at the most bytes that are kept of it.
fn cut(text: &mut String) {
    if text.len() > MAX_TEXT_BYTES {
        text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
    }
}
