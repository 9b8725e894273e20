//! The trees of a store, and the one way to make them durable.

use super::{
    guard,
    layout::{Entry, Piece, join, page_key, seal, slot_key, unseal},
};
use crate::{AsideChange, AsideEntries, LogError, Page};
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
    pages: Tree,
    aside: Tree,
    db: Db,
    /// Our own handle of sled's file: its `flush` writes back without a sync.
    file: File,
    blobs: PathBuf,
}

/// One atomic unit, ready to be written. A group of facts is either pages or a fragment.
#[derive(Default)]
pub(super) struct Unit<'a> {
    /// Pieces of pages that became full.
    pub pages: Vec<Entry>,
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
            pages: tree("pages")?,
            aside: tree("aside")?,
            file: File::open(folder.join("db")).map_err(LogError::failed("opening the store's file"))?,
            blobs: folder.join("blobs"),
            db,
        })
    }

    /// Writes a unit, all or nothing, and makes it durable. `position` is named if sled reports damage.
    pub(super) fn commit(&self, unit: &Unit<'_>, position: Position) -> Result<(), LogError> {
        if unit.aside.is_empty() {
            guard::sled("writing facts", position, || self.insert(unit))?;
        } else {
            self.transact(unit, position)?;
        }
        self.make_durable()
    }

    /// Writes the pieces one after the other. How a group that was cut short is told, `layout` says.
    fn insert(&self, unit: &Unit<'_>) -> ::sled::Result<()> {
        let inserts = [(&self.pages, &unit.pages), (&self.tail, &unit.tail)];
        for (tree, (key, value)) in
            inserts.iter().flat_map(|(tree, entries)| entries.iter().map(move |entry| (tree, entry)))
        {
            tree.insert(key, value.as_slice())?;
        }
        Ok(())
    }

    fn transact(&self, unit: &Unit<'_>, position: Position) -> Result<(), LogError> {
        guard::sled("writing facts", position, || {
            let outcome = (&self.pages, &self.tail, &self.aside).transaction(|(pages, tail, aside)| {
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

    /// The pieces of the last full page that begins before `end`, as many as there are.
    pub(super) fn last_run(&self, end: Position) -> Result<Vec<Piece>, LogError> {
        let last = guard::sled("reading facts", end, || {
            self.pages.range(..page_key(end, 0)).next_back().transpose()
        })?;
        match last.as_ref().map(|(key, _)| first_of(key)) {
            None => Ok(Vec::new()),
            Some(None) => Err(LogError::damaged(end, "a page has an impossible key")),
            Some(Some(first)) => self.pieces(first),
        }
    }

    /// Removes what is left of a group that was cut short, last pieces first, so that it stays cut short until the
    /// end.
    pub(super) fn remove(&self, pages: &[Piece], slots: &[u32]) -> Result<(), LogError> {
        if pages.is_empty() && slots.is_empty() {
            return Ok(());
        }
        let mut pages: Vec<_> = pages.iter().map(|piece| page_key(piece.first, piece.part)).collect();
        pages.sort();
        guard::sled("removing an unfinished group", Position(0), || {
            pages.iter().rev().try_for_each(|key| self.pages.remove(key).map(drop))?;
            slots.iter().rev().try_for_each(|slot| self.tail.remove(slot_key(*slot)).map(drop))
        })?;
        self.make_durable()
    }

    /// The full page with the largest first position up to `position`.
    pub(super) fn page_at(&self, position: Position) -> Result<Option<Page>, LogError> {
        let last = guard::sled("reading facts", position, || {
            self.pages.range(..=page_key(position, u16::MAX)).next_back().transpose()
        })?;
        let Some((key, value)) = last else { return Ok(None) };
        let damaged = |what: &str| LogError::damaged(first_of(&key).unwrap_or(position), what);
        let piece = Piece::read(&key, &value).ok_or_else(|| damaged("a page fails its checksum"))?;
        let first = piece.first;
        let pieces = if piece.parts == 1 { vec![piece] } else { self.pieces(first)? };
        join(&pieces).map(Some).map_err(|what| LogError::damaged(first, what))
    }

    fn pieces(&self, first: Position) -> Result<Vec<Piece>, LogError> {
        let range = page_key(first, 0)..=page_key(first, u16::MAX);
        let entries =
            guard::sled("reading facts", first, || self.pages.range(range).collect::<Result<Vec<_>, _>>())?;
        let pieces = entries.iter().map(|(key, value)| Piece::read(key, value)).collect::<Option<Vec<_>>>();
        pieces.ok_or_else(|| LogError::damaged(first, "a page fails its checksum"))
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

fn first_of(page_key: &[u8]) -> Option<Position> {
    page_key.first_chunk().map(|first| Position(u64::from_be_bytes(*first)))
}
