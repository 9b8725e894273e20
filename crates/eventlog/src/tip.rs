//! The tip record: how long the log was and what its root was, in a file of its own.
//!
//! sled recovers what it can find; a log that lost its end looks like a shorter log. The record follows the log
//! within a second, so a log that is shorter than its tip is known to have lost facts, and a log whose root differs
//! there is known to have been altered. Facts younger than the record are protected by the sync of their commit alone.

use crate::{
    LogError,
    files::{self, from_hex, hex},
};
use domain::Position;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tlog::{Hash, RightEdge};

const HEADING: &str = "thidua tip 1";

/// How far a log had come at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// How many facts it held.
    pub position: Position,
    /// The RFC 6962 root over them.
    pub root: Hash,
}

impl Tip {
    /// The tip of the log whose leaf hashes are in `edge`.
    pub fn of(edge: &RightEdge) -> Self {
        Self { position: Position(edge.size()), root: edge.root() }
    }

    /// The tip of a log without facts.
    pub fn empty() -> Self {
        Self::of(&RightEdge::default())
    }

    pub(crate) fn path(folder: &Path) -> PathBuf {
        folder.join("tip")
    }

    /// Reads the record in a folder; `None` when there is none.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, LogError> {
        let path = Self::path(folder);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(LogError::TipUnreadable { path, what: error.to_string() });
            }
        };
        match Self::parse(&text) {
            Some(tip) => Ok(Some(tip)),
            None => Err(LogError::TipUnreadable { path, what: "it is not what was written".to_owned() }),
        }
    }

    /// Replaces the record in a folder, durably.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), LogError> {
        files::replace(&Self::path(folder), self.text().as_bytes())
            .map_err(LogError::failed("writing the tip record"))
    }

    fn text(&self) -> String {
        let body = format!("{HEADING}\n{}\n{}\n", self.position, hex(&self.root));
        let sum = crc32fast::hash(body.as_bytes());
        format!("{body}{sum:08x}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let heading = lines.next()?;
        let tip = Self { position: Position(lines.next()?.parse().ok()?), root: from_hex(lines.next()?)? };
        // Comparing the whole text also checks the sum and that nothing follows.
        (heading == HEADING && tip.text() == text).then_some(tip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Tip {
        let mut edge = RightEdge::default();
        (0..5_u8).for_each(|leaf| edge.push(tlog::leaf_hash(&[leaf])));
        Tip::of(&edge)
    }

    #[test]
    fn the_record_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Tip::read(folder.path()).unwrap(), None);
        sample().write(folder.path()).unwrap();
        assert_eq!(Tip::read(folder.path()).unwrap(), Some(sample()));
    }

    #[test]
    fn a_record_with_any_byte_changed_is_refused() {
        let text = sample().text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert_eq!(Tip::parse(&String::from_utf8(bytes).unwrap()), None, "byte {at}");
            assert_eq!(Tip::parse(&text[..at]), None, "cut at {at}");
        }
    }
}
