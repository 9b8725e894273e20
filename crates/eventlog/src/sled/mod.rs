//! The store of one machine, on sled 0.34.7.
//!
//! # Layout
//! - `layout`: how facts lie in the trees; `trees`: the trees and the sync that sled leaves out
//! - `places`: where full pages lie; `waiting`: the facts that are not there yet; `room`: the end of sled's file
//! - `store`: reading and writing; `opening`: what is checked first; `guard`: panics become errors
//! - `follower`: renews the tip record
//!
//! A page of about 20 KiB of facts is compressed and written once, together with many others. Until then each group of
//! facts is one value in a ring of slots, `tail`, that is overwritten again and again. Facts therefore cost about a third
//! of their size on disk, and a group costs one small write and one sync.
//!
//! # Opening in two steps
//! ```no_run
//! # fn open() -> Result<(), thidua_eventlog::LogError> {
//! let opened = thidua_eventlog::SledLog::open("store".as_ref())?;   // the length is checked against the tip
//! // … rebuild the views from `opened`, hashing every fact on the way …
//! let log = opened.confirm_by_reading()?;                           // or `confirm(edge)` with those hashes
//! # log.close()
//! # }
//! ```

mod follower;
mod guard;
mod layout;
mod opening;
mod places;
mod room;
mod store;
mod trees;
mod waiting;

#[cfg(test)]
mod tests;

use crate::{AsideChange, AsideEntries, EventLog, LogError, Page, Tip, Turn, check};
use domain::Position;
use follower::Follower;
use std::{fs, path::Path, sync::Arc};
use store::Store;
use tlog::RightEdge;

/// A log on sled, in a folder of its own.
pub struct SledLog {
    follower: Follower,
    store: Arc<Store>,
}

/// A log on sled that was opened and can be read, but not written until its facts are known to be those its tip
/// record was made over.
pub struct Unconfirmed {
    tip: Tip,
    store: Arc<Store>,
}

impl SledLog {
    /// Opens the store in `folder`, or makes a new one. Checks everything that can be told without reading all facts.
    ///
    /// # Errors
    /// [`LogError::InUse`], [`LogError::BehindTip`], [`LogError::TipUnreadable`], [`LogError::Unopenable`],
    /// [`LogError::Damaged`] in the last page or after it, [`LogError::Failed`].
    pub fn open(folder: &Path) -> Result<Unconfirmed, LogError> {
        fs::create_dir_all(folder).map_err(LogError::failed("creating the store's folder"))?;
        let lock = opening::lock(folder)?;
        let tip = tip_before_opening(folder)?;
        let trees = trees::Trees::open(opening::database(folder)?, folder)?;
        opening::sync_names(folder).map_err(LogError::failed("syncing the store's folder"))?;
        let end = opening::end(&trees)?;
        let log = end.page.end();
        if log < tip.position {
            return Err(LogError::BehindTip { tip: tip.position, log });
        }
        opening::check_format(folder, &trees, log == Position(0))?;
        trees.remove(&end.unfinished_runs, &end.unfinished_slots)?;
        let store = Arc::new(Store::new(folder.to_owned(), trees, &end, lock)?);
        match store.blobs()? {
            0 => Ok(Unconfirmed { tip, store }),
            _ => {
                let what = "values lie in `blobs/`, which is never synced and must stay empty".to_owned();
                Err(LogError::Unopenable { path: folder.to_owned(), what })
            }
        }
    }

    /// The number of values sled keeps outside its file, unsynced: a metric that must stay 0.
    pub fn blobs(&self) -> Result<usize, LogError> {
        self.store.blobs()
    }

    /// Renews the tip record and lets go of the store.
    pub fn close(mut self) -> Result<(), LogError> {
        self.follower.stop()
    }

    /// Appends facts as bytes, to write a backup back.
    pub(crate) fn append<'b>(
        &self,
        facts: impl Iterator<Item = &'b [u8]>,
        aside: &[AsideChange],
    ) -> Result<(), LogError> {
        self.store.turn()?.write(facts, aside)
    }
}

impl Drop for SledLog {
    fn drop(&mut self) {
        if let Err(error) = self.follower.stop() {
            tracing::error!(%error, "the tip record could not be renewed at the end");
        }
    }
}

impl Unconfirmed {
    /// What the tip record says.
    pub const fn tip(&self) -> &Tip {
        &self.tip
    }

    /// Takes the leaf hashes that the caller computed over the first facts of this log, exactly as many as
    /// [`Unconfirmed::tip`] covers, and compares their root with the record.
    ///
    /// # Errors
    /// [`LogError::Altered`] when the roots differ; [`LogError::OutOfPlace`] when `edge` has another size.
    pub fn confirm(self, edge: RightEdge) -> Result<SledLog, LogError> {
        let computed = Tip::of(&edge);
        if computed.position != self.tip.position {
            return Err(LogError::OutOfPlace { expected: self.tip.position, given: computed.position });
        }
        if computed.root != self.tip.root {
            return Err(LogError::Altered { tip: self.tip.position });
        }
        let follower = Follower::start(Arc::clone(&self.store), edge)?;
        Ok(SledLog { follower, store: self.store })
    }

    /// Reads and hashes the facts the tip covers, then confirms them. For a caller that does not read them anyway.
    ///
    /// # Errors
    /// As [`Unconfirmed::confirm`], and [`LogError::Damaged`].
    pub fn confirm_by_reading(self) -> Result<SledLog, LogError> {
        let mut edge = RightEdge::default();
        follower::catch_up(&self.store, &mut edge, self.tip.position)?;
        self.confirm(edge)
    }
}

/// The tip record, or that of an empty log when nothing was ever stored in this folder.
fn tip_before_opening(folder: &Path) -> Result<Tip, LogError> {
    let has_database = folder.join("db").exists();
    match (Tip::read(folder)?, has_database) {
        (Some(tip), true) => Ok(tip),
        (Some(tip), false) if tip.position == Position(0) => Ok(tip),
        (Some(tip), false) => Err(LogError::BehindTip { tip: tip.position, log: Position(0) }),
        (None, true) => {
            let what = "it is missing, though the store is there".to_owned();
            Err(LogError::TipUnreadable { path: Tip::path(folder), what })
        }
        (None, false) => {
            // Written before sled's files, so that a store without a record has lost it.
            let tip = Tip::empty();
            tip.write(folder)?;
            Ok(tip)
        }
    }
}

impl EventLog for SledLog {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        let mut turn = self.store.turn()?;
        check::seen(self.store.head(), seen)?;
        turn.missed = self.read(seen, usize::MAX)?;
        Ok(Box::new(turn))
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        self.store.page(from)
    }

    fn head(&self) -> Result<Position, LogError> {
        Ok(self.store.head())
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.store.aside(prefix)
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.store.moment()
    }
}

/// Reading alone: a turn is refused.
impl EventLog for Unconfirmed {
    fn turn(&self, _: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        Err(LogError::Unconfirmed)
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        self.store.page(from)
    }

    fn head(&self) -> Result<Position, LogError> {
        Ok(self.store.head())
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.store.aside(prefix)
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.store.moment()
    }
}
