//! The trees of a store, and the one way to make them durable.

use super::{
    guard,
    layout::{Entry, seal, slot_key, unseal},
    places::{Places, Run},
    room::Room,
};
use crate::{AsideChange, AsideEntries, LogError};
use ::sled::{Db, Transactional, Tree, transaction::TransactionError};
use domain::Position;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// The trees of a store and the file they live in.
pub(super) struct Trees {
    pub(super) tail: Tree,
    pub(super) meta: Tree,
    pub(super) pages: Places,
    aside: Tree,
    db: Db,
    /// Our own handle of sled's file: its `flush` writes back without a sync.
    file: File,
    room: Room,
    blobs: PathBuf,
}

/// One atomic unit, ready to be written. A group of facts is either pages or a fragment.
#[derive(Default)]
pub(super) struct Unit<'a> {
    /// Pieces of pages that became full.
    pub pages: Vec<Entry>,
    /// The place after the last of them.
    pub places: u64,
    /// Pieces of the fragment of the open page.
    pub tail: Vec<Entry>,
    /// Changes beside the log.
    pub aside: &'a [AsideChange],
}

impl Trees {
    /// The trees of the sled in `folder`.
    pub(super) fn open(db: Db, folder: &Path) -> Result<Self, LogError> {
        let tree = |name: &str| guard::sled("opening a tree", Position(0), || db.open_tree(name));
        Ok(Self {
            tail: tree("tail")?,
            meta: tree("meta")?,
            pages: Places::open(tree("pages")?)?,
            aside: tree("aside")?,
            file: File::open(folder.join("db")).map_err(LogError::failed("opening the store's file"))?,
            room: Room::open(&folder.join("db"))?,
            blobs: folder.join("blobs"),
            db,
        })
    }

    /// Writes a unit, all or nothing, and makes it durable. `position` is named if sled reports damage.
    pub(super) fn commit(&self, unit: &Unit<'_>, position: Position) -> Result<(), LogError> {
        if !unit.pages.is_empty() {
            guard::sled("laying out places", position, || self.pages.lay_out(unit.places))?;
        }
        if unit.aside.is_empty() {
            guard::sled("writing facts", position, || self.insert(unit))?;
        } else {
            self.transact(unit, position)?;
        }
        self.make_durable()
    }

    /// Writes the pieces one after the other. How a group that was cut short is told, `layout` says.
    fn insert(&self, unit: &Unit<'_>) -> ::sled::Result<()> {
        let inserts = [(&self.pages.tree, &unit.pages), (&self.tail, &unit.tail)];
        for (tree, (key, value)) in
            inserts.iter().flat_map(|(tree, entries)| entries.iter().map(move |entry| (tree, entry)))
        {
            tree.insert(key, value.as_slice())?;
        }
        Ok(())
    }

    fn transact(&self, unit: &Unit<'_>, position: Position) -> Result<(), LogError> {
        guard::sled("writing facts", position, || {
            let outcome = (&self.pages.tree, &self.tail, &self.aside).transaction(|(pages, tail, aside)| {
                for (key, value) in &unit.pages {
                    pages.insert(key.as_slice(), value.as_slice())?;
                }
                for (key, value) in &unit.tail {
                    tail.insert(key.as_slice(), value.as_slice())?;
                }
                for change in unit.aside {
                    match change {
                        AsideChange::Put(key, value) => aside.insert(key.as_slice(), seal(key, value))?,
                        AsideChange::Remove(key) => aside.remove(key.as_slice())?,
                    };
                }
                Ok(())
            });
            outcome.map_err(|error: TransactionError| match error {
                TransactionError::Storage(error) | TransactionError::Abort(error) => error,
            })
        })
    }

    /// Returns when everything written so far survives a power cut.
    pub(super) fn make_durable(&self) -> Result<(), LogError> {
        guard::sled("flushing the store", Position(0), || self.db.flush())?;
        self.room.keep();
        #[cfg(feature = "no-sync")]
        if std::env::var_os("THIDUA_NO_SYNC").is_some() {
            return Ok(());
        }
        self.file.sync_data().map_err(LogError::failed("syncing the store"))
    }

    /// How many values sled moved to files of their own, which it never syncs. Always 0, or the layout is wrong.
    pub(super) fn blobs(&self) -> Result<usize, LogError> {
        let entries = fs::read_dir(&self.blobs)
            .map_err(LogError::failed("looking for values outside the store's file"))?;
        Ok(entries.count())
    }

    /// Removes what is left of a group that was cut short, last pieces first, so that it stays cut short until the
    /// end.
    pub(super) fn remove(&self, runs: &[Run], slots: &[u32]) -> Result<(), LogError> {
        if runs.is_empty() && slots.is_empty() {
            return Ok(());
        }
        let places = runs.iter().flat_map(|run| run.place..run.place + run.pieces.len() as u64);
        let mut places: Vec<_> = places.collect();
        places.sort_unstable();
        guard::sled("removing an unfinished group", Position(0), || {
            self.pages.empty(&places)?;
            slots.iter().rev().try_for_each(|slot| self.tail.remove(slot_key(*slot)).map(drop))
        })?;
        self.make_durable()
    }

    /// Everything aside under a prefix.
    pub(super) fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        let attempted = "reading what stands aside";
        let entries = guard::guarded(|| self.aside.scan_prefix(prefix).collect::<Result<Vec<_>, _>>());
        let damaged = |key: &[u8], what| LogError::AsideDamaged { key: key.escape_ascii().to_string(), what };
        let entries = match entries {
            Ok(entries) => entries.map_err(LogError::failed(attempted))?,
            Err(panic) => return Err(LogError::failed(attempted)(panic)),
        };
        let unsealed = entries.into_iter().map(|(key, value)| match unseal(&key, &value) {
            Some(body) => Ok((key.to_vec(), body.to_vec())),
            None => Err(damaged(&key, "it fails its checksum")),
        });
        unsealed.collect()
    }
}
