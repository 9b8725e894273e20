//! A backup: a folder of files that together hold the log and what stands aside, taken while the service writes.
//!
//! # Files
//! - `segment-<first position>`: consecutive facts, in frames
//! - `aside`: keys and values in turn, in frames
//! - `manifest.json`, written last: without it the backup is not complete
//!
//! A frame is the position of its first fact (u64), the size of its facts (u32), the size of their zstd form (u32), a
//! CRC-32 over the three and the zstd form (u32), and the zstd form; numbers are big-endian. Inside, each fact follows
//! its length (u32, little-endian). `sha256sum` and the manifest tell whether a file is whole.

use crate::{
    EventLog, LogError, Page,
    files::{self, hex, sha256_hex},
    pages,
    verify::Progress,
};
use domain::Position;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};
use tlog::RightEdge;

/// The first line of every manifest.
pub(crate) const FORMAT: &str = "thidua backup 1";
pub(crate) const MANIFEST: &str = "manifest.json";
const ASIDE: &str = "aside";

/// A segment is closed when it has this many bytes.
const SEGMENT_BYTES: usize = 16 * 1024 * 1024;

/// The size of the header of a frame.
const HEADER: usize = 20;

/// The largest frame that is believed when reading.
const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always `thidua backup 1`.
    pub format: String,
    /// How many facts.
    pub facts: u64,
    /// The RFC 6962 root over them, in hexadecimal.
    pub root: String,
    /// The files that hold them, in order.
    pub segments: Vec<Segment>,
    /// The file that holds what stands aside; its count is twice the number of entries.
    pub aside: Segment,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Its name.
    pub file: String,
    /// The position of its first fact.
    pub first: u64,
    /// How many facts it holds.
    pub count: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Backs a log up into a new or empty folder: everything up to the head at this moment. On sled, nobody writes while what
/// stands aside is read.
///
/// # Errors
/// [`LogError::NotEmpty`], [`LogError::Failed`], or whatever reading the log fails with.
pub fn backup(
    log: &dyn EventLog,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, LogError> {
    let attempted = "preparing the backup's folder";
    if !files::is_vacant(folder).map_err(LogError::failed(attempted))? {
        return Err(LogError::NotEmpty { path: folder.to_owned() });
    }
    fs::create_dir_all(folder).map_err(LogError::failed(attempted))?;
    let (head, entries) = log.moment()?;

    let mut writer = Writer::new(folder)?;
    let mut aside = Page::new(Position(0));
    for bytes in entries.iter().flat_map(|(key, value)| [key, value]) {
        aside.push(bytes);
        if aside.raw().len() > MAX_FRAME_BYTES / 8 {
            let next = Page::new(aside.end());
            writer.add(&std::mem::replace(&mut aside, next))?;
        }
    }
    writer.add(&aside)?;
    let aside = writer.close(ASIDE)?;

    let mut edge = RightEdge::default();
    let mut segments = Vec::new();
    for page in pages(log, Position(0)..head) {
        let mut part = Page::new(Position(edge.size()));
        for (_, bytes) in page?.facts(part.first()..head) {
            edge.push(tlog::leaf_hash(bytes));
            part.push(bytes);
        }
        writer.add(&part)?;
        if writer.buffer.len() >= SEGMENT_BYTES || edge.size() == head.0 {
            segments.push(writer.close_segment()?);
        }
        progress(Progress { done: edge.size(), total: head.0 });
    }
    let manifest =
        Manifest { format: FORMAT.to_owned(), facts: head.0, root: hex(&edge.root()), segments, aside };
    finish(folder, &manifest).map_err(LogError::failed("completing the backup"))?;
    Ok(manifest)
}

fn finish(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(manifest).map_err(io::Error::other)?;
    text.push('\n');
    files::replace(&folder.join(MANIFEST), text.as_bytes())?;
    files::sync_folder(files::parent(folder))
}

/// Gathers frames and writes them as files.
struct Writer<'a> {
    folder: &'a Path,
    compressor: zstd::bulk::Compressor<'static>,
    first: Position,
    end: Position,
    buffer: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn new(folder: &'a Path) -> Result<Self, LogError> {
        let compressor = zstd::bulk::Compressor::new(3).map_err(LogError::failed("preparing compression"))?;
        Ok(Self { folder, compressor, first: Position(0), end: Position(0), buffer: Vec::new() })
    }

    fn add(&mut self, page: &Page) -> Result<(), LogError> {
        if page.is_empty() {
            return Ok(());
        }
        if self.buffer.is_empty() {
            self.first = page.first();
        }
        let frame = frame(&mut self.compressor, page).map_err(LogError::failed("compressing facts"))?;
        self.buffer.extend(frame);
        self.end = page.end();
        Ok(())
    }

    fn close_segment(&mut self) -> Result<Segment, LogError> {
        self.close(&format!("segment-{:012}", self.first.0))
    }

    fn close(&mut self, name: &str) -> Result<Segment, LogError> {
        let content = std::mem::take(&mut self.buffer);
        let write = || {
            let mut file = File::create_new(self.folder.join(name))?;
            file.write_all(&content)?;
            file.sync_all()
        };
        write().map_err(LogError::failed("writing a file of the backup"))?;
        let (first, count) = (self.first.0, self.end.0 - self.first.0);
        (self.first, self.end) = (Position(0), Position(0));
        Ok(Segment { file: name.to_owned(), first, count, sha256: sha256_hex(&content) })
    }
}

fn frame(compressor: &mut zstd::bulk::Compressor<'_>, page: &Page) -> io::Result<Vec<u8>> {
    let stored = compressor.compress(page.raw())?;
    let mut frame = Vec::with_capacity(HEADER + stored.len());
    frame.extend_from_slice(&page.first().0.to_be_bytes());
    for length in [page.raw().len(), stored.len()] {
        frame.extend_from_slice(&u32::try_from(length).map_err(io::Error::other)?.to_be_bytes());
    }
    let sum = checksum(&frame, &stored);
    frame.extend_from_slice(&sum.to_be_bytes());
    frame.extend_from_slice(&stored);
    Ok(frame)
}

fn checksum(header: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(stored);
    hasher.finalize()
}

/// Takes the frame at the start of `bytes`; gives its facts and the bytes after it. `None` when it is damaged.
pub(crate) fn take_frame(bytes: &[u8]) -> Option<(Page, &[u8])> {
    let (header, rest) = bytes.split_at_checked(HEADER)?;
    let (sized, sum) = header.split_at_checked(HEADER - 4)?;
    let number = |at: usize| sized.get(at..at + 4)?.try_into().map(u32::from_be_bytes).ok();
    let first = Position(u64::from_be_bytes(*sized.first_chunk()?));
    let raw_bytes = usize::try_from(number(8)?).ok().filter(|bytes| *bytes <= MAX_FRAME_BYTES)?;
    let (stored, rest) = rest.split_at_checked(usize::try_from(number(12)?).ok()?)?;
    if checksum(sized, stored).to_be_bytes() != sum {
        return None;
    }
    let raw = zstd::bulk::decompress(stored, raw_bytes).ok().filter(|raw| raw.len() == raw_bytes)?;
    Some((Page::decode(first, raw).filter(|page| !page.is_empty())?, rest))
}
