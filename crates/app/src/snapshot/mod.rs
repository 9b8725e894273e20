//! Snapshots of the views: a file that makes a start fast. It is a cache. The log stays the only state, and whatever is
//! doubtful about the file ends in the log being read whole.
//!
//! - `written`: the file is written while everybody goes on writing facts; `read`: and read back
//! - [`keeper`]: the thread that writes it now and then, and holds the log against it after a start
//! - this file: whether it is of this build and of this log
//!
//! # The file
//! A line of JSON that names the build; frames of a kind, two lengths and their bytes: pieces of the views, compressed, and
//! leaf hashes; a last frame with the number of facts and the root over their hashes; the SHA-256 of everything before it.

pub mod keeper;
mod read;
#[cfg(test)]
mod tests;
mod written;

use crate::{
    RebuildError, Rebuilt,
    audit::Tiles,
    rebuild::{go_on, rebuild},
};
use domain::Position;
use eventlog::{EventLog, LogError, Tip, pages};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};
use views::Views;

/// What the heading says first. A file of another shape has another number.
const FORMAT: u32 = 1;

/// How many facts before its end a snapshot is held against, where no tip record vouches for more.
const CHECKED: u64 = 1024;

/// Pieces of the views, leaf hashes, and the end.
const PIECE: u8 = b'p';
const LEAVES: u8 = b'l';
const END: u8 = b'e';

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    thidua_snapshot: u32,
    build: String,
}

/// Where the snapshot of a log lies.
#[derive(Clone, Debug)]
pub struct SnapshotFile {
    path: PathBuf,
    build: String,
}

/// Why a snapshot is not begun with.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is none.
    #[error("there is none")]
    Missing,
    /// Another build wrote it, which may have folded the same facts to something else.
    #[error("another build wrote it")]
    OtherBuild,
    /// It cannot be read from the disk.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// Its bytes are not those that were written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is ahead of the log.
    #[error("it holds {facts} facts and the log {log}")]
    Ahead {
        /// How many facts it holds.
        facts: Position,
        /// How many the log holds.
        log: Position,
    },
    /// Its tree is not that of the log.
    #[error("it is of another log: they differ before position {0}")]
    OtherLog(Position),
    /// The log could not be read to compare.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
}

/// Views and tree as a snapshot holds them.
pub(crate) type Start = (Views, Tiles);

impl SnapshotFile {
    /// In a folder: that of the store, or another one that is kept.
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("views.snapshot"), build: views::snapshot::BUILD.to_owned() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The right to write the file, for as long as this is open; several processes of one machine may name the same folder.
    fn hold(&self) -> io::Result<File> {
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.path.with_extension("lock"))?;
        lock.try_lock()?;
        Ok(lock)
    }

    /// Moves the file out of the way, to be looked at; the next start reads the log.
    fn set_aside(&self, why: &str) {
        let aside = self.path.with_extension("refused");
        let moved = fs::rename(&self.path, &aside);
        let error = moved.err().map(|error| crate::chain(&error));
        tracing::warn!(snapshot = %self.path.display(), aside = %aside.display(), why, error, "a snapshot is set aside");
    }

    /// The snapshot, when it is whole, of this build, and of this log as far as can be told without reading all of it:
    /// not ahead of it, with the root of its tip record, and with the hashes of the log's last facts.
    fn load(&self, log: &dyn EventLog, tip: &Tip) -> Result<Start, Unusable> {
        let (views, tiles) = read::read(&self.path, &self.build)?;
        let (facts, head) = (views.head(), log.head()?);
        if facts > head {
            return Err(Unusable::Ahead { facts, log: head });
        }
        if tip.position <= facts && tiles.root_at(tip.position.0) != Some(tip.root) {
            return Err(Unusable::OtherLog(tip.position));
        }
        // What the tip record covers is known by its root; what follows is read, and in any case the last fact.
        let covered = tip.position.0.min(facts.0.saturating_sub(1));
        let from = Position(covered.max(facts.0.saturating_sub(CHECKED)));
        match differing(log, &tiles, from, facts)? {
            Some(position) => Err(Unusable::OtherLog(position.next())),
            None => Ok((views, tiles)),
        }
    }
}

/// The first position at which the log does not have the hash that the tree has.
fn differing(
    log: &dyn EventLog,
    tiles: &Tiles,
    from: Position,
    end: Position,
) -> Result<Option<Position>, LogError> {
    for page in pages(log, from..end) {
        let page = page?;
        let mut facts = page.facts(from..end);
        let differs = |(at, bytes): &(Position, &[u8])| tiles.leaf(at.0) != Some(tlog::leaf_hash(bytes));
        if let Some((at, _)) = facts.find(differs) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The views over the whole log, from a snapshot where one holds, and how many of its facts were taken from there. `tip`
/// is what is known of the log beside itself.
///
/// # Errors
/// See [`RebuildError`]; a snapshot that does not hold is none.
pub fn begin(
    log: &dyn EventLog,
    tip: &Tip,
    file: Option<&SnapshotFile>,
    mut progress: impl FnMut(Position),
) -> Result<(Rebuilt, Position), RebuildError> {
    if let Some((file, start)) = file.and_then(|file| Some((file, usable(file, log, tip)?))) {
        let from = start.0.head();
        let rebuilt = go_on(log, start, tip.position, &mut progress)?;
        // A tip record beyond the snapshot can only be compared now.
        if Tip::of(&rebuilt.tree) == *tip {
            return Ok((rebuilt, from));
        }
        file.set_aside("the log does not continue it");
    }
    Ok((rebuild(log, tip.position, progress)?, Position::default()))
}

/// Says why where it is not.
fn usable(file: &SnapshotFile, log: &dyn EventLog, tip: &Tip) -> Option<Start> {
    match file.load(log, tip) {
        Ok(start) => Some(start),
        Err(Unusable::Missing) => None,
        Err(other @ Unusable::OtherBuild) => {
            tracing::info!(snapshot = %file.path.display(), why = %other, "the log is read whole");
            None
        }
        // The next start may find the log, and need it.
        Err(Unusable::Log(error)) if error.passes() => None,
        Err(
            fault @ (Unusable::Io(_)
            | Unusable::Damaged(_)
            | Unusable::Ahead { .. }
            | Unusable::OtherLog(_)
            | Unusable::Log(_)),
        ) => {
            file.set_aside(&crate::chain(&fault));
            None
        }
    }
}
