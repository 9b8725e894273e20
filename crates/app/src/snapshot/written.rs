//! Writing a snapshot beside everything else that happens.

use super::{END, FORMAT, Heading, LEAVES, PIECE, SnapshotFile};
use crate::Shared;
use domain::Position;
use eventlog::{LogError, files};
use sha2::{Digest, Sha256};
use std::{
    cell::Cell,
    fs::File,
    io::{self, BufWriter, Write},
    time::{Duration, Instant},
};
use tlog::{Hash, RightEdge};
use views::{Views, snapshot::Unreadable};

/// How many leaf hashes are copied at a time.
const TOGETHER: usize = 1 << 14;

/// The fastest level: a piece is written once and read once.
const LEVEL: i32 = 1;

/// What was written.
pub(crate) struct Written {
    /// How many facts it holds.
    pub(crate) facts: Position,
    /// How large the file is.
    pub(crate) bytes: u64,
    /// The longest time that the views were held for it.
    pub(crate) longest_look: Duration,
}

/// Why nothing was written. The snapshot before is still there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    #[error("the file cannot be written")]
    Io(#[from] io::Error),
    #[error("the views cannot be written down")]
    Views(#[from] Unreadable),
    #[error("the log cannot be read")]
    Log(#[from] LogError),
}

/// Writes the views and the tree as they are now in the place of the snapshot before.
pub(crate) fn write(shared: &Shared, file: &SnapshotFile) -> Result<Written, Unwritten> {
    files::replace_with(&file.path, |out| {
        let mut out = Sheet { out: BufWriter::with_capacity(1 << 18, out), hash: Sha256::new(), bytes: 0 };
        let heading = Heading { thidua_snapshot: FORMAT, build: file.build.clone() };
        out.write_all(&serde_json::to_vec(&heading).map_err(io::Error::from)?)?;
        out.write_all(b"\n")?;
        let longest = Cell::new(Duration::ZERO);
        let look = |take: &mut dyn FnMut(&Views)| {
            let views = shared.views.read();
            let started = Instant::now();
            take(&views);
            drop(views);
            longest.set(longest.get().max(started.elapsed()));
        };
        let facts =
            views::snapshot::write(look, |piece| out.frame(PIECE, piece, true).map_err(Unwritten::from))?;
        let root = leaves(shared, facts, &mut out)?;
        out.frame(END, &[facts.0.to_le_bytes().as_slice(), &root].concat(), false)?;
        Ok(Written { facts, bytes: out.finish()?, longest_look: longest.get() })
    })
}

/// The hashes of the leaves, and the root over them. The tree may be behind the views for the moment until the log is
/// read back; then the log is read here.
fn leaves(shared: &Shared, facts: Position, out: &mut Sheet<&mut File>) -> Result<Hash, Unwritten> {
    let mut edge = RightEdge::default();
    while edge.size() < facts.0 {
        let (from, left) = (edge.size(), usize::try_from(facts.0 - edge.size()).unwrap_or(TOGETHER));
        let mut hashes: Vec<Hash> = shared.audit.tiles().leaves(from, left.min(TOGETHER)).collect();
        if hashes.is_empty() {
            let page = shared.log.page(Position(from))?;
            hashes.extend(page.facts(Position(from)..facts).map(|(_, bytes)| tlog::leaf_hash(bytes)));
        }
        if hashes.is_empty() {
            return Err(LogError::damaged(Position(from), "the log ends before its head").into());
        }
        hashes.iter().for_each(|hash| edge.push(*hash));
        out.frame(LEAVES, hashes.as_flattened(), false)?;
    }
    Ok(edge.root())
}

/// What is written, hashed on the way.
struct Sheet<W: Write> {
    out: BufWriter<W>,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Sheet<W> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn frame(&mut self, kind: u8, bytes: &[u8], compress: bool) -> io::Result<()> {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other);
        let packed = if compress { zstd::bulk::compress(bytes, LEVEL)? } else { bytes.to_vec() };
        self.write_all(&[kind])?;
        self.write_all(&length(&packed)?.to_le_bytes())?;
        self.write_all(&length(bytes)?.to_le_bytes())?;
        self.write_all(&packed)
    }

    /// Ends with the hash of everything; how many bytes there are.
    fn finish(mut self) -> io::Result<u64> {
        let hash = self.hash.finalize();
        self.out.write_all(&hash)?;
        self.out.flush()?;
        Ok(self.bytes + hash.len() as u64)
    }
}
