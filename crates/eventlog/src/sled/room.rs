//! Room at the end of sled's file, written before it is needed.
//!
//! A sync of data that lies in blocks the file already has is one write; when the file grows, the file system must
//! commit its own journal as well. sled lets its file grow with every flush. Zeros behind its end look to it like a
//! segment that it freed itself: it writes the same zeros, and drops them when it opens the store.

use crate::LogError;
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

/// The size of sled's segments, in bytes: its default.
const SEGMENT_BYTES: u64 = 512 * 1024;

/// When sled begins the last but this many segments, another is added.
const READY: u64 = 2;

/// The size of a segment's header, in bytes. One that is in use is never all zeros.
const HEADER_BYTES: usize = 20;

/// The end of sled's file.
pub(super) struct Room {
    /// Opened to append: what sled writes behind the end in the meantime is never overwritten.
    file: File,
    zeros: Vec<u8>,
    given_up: AtomicBool,
}

impl Room {
    /// Room at the end of the file at `path`.
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let file = OpenOptions::new().read(true).append(true).open(path);
        let file = file.map_err(LogError::failed("opening the store's file"))?;
        let zeros = vec![0; usize::try_from(SEGMENT_BYTES).unwrap_or_default()];
        Ok(Self { file, zeros, given_up: AtomicBool::new(false) })
    }

    /// Adds a segment if sled has come near the end. Without room everything works, only slower: if there is none, the
    /// disk is full, and sled will say so when it needs it.
    pub(super) fn keep(&self) {
        if self.given_up.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = self.try_keep() {
            tracing::warn!(%error, "there is no room behind the store's file");
            self.given_up.store(true, Ordering::Relaxed);
        }
    }

    fn try_keep(&self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let segments = length.div_ceil(SEGMENT_BYTES);
        let mut header = [0; HEADER_BYTES];
        self.file.read_exact_at(&mut header, segments.saturating_sub(READY) * SEGMENT_BYTES)?;
        let behind =
            if header == [0; HEADER_BYTES] { segments } else { segments + 1 } * SEGMENT_BYTES - length;
        let mut missing = usize::try_from(behind).unwrap_or_default();
        while missing > 0 {
            let now = missing.min(self.zeros.len());
            (&self.file).write_all(&self.zeros[..now])?;
            missing -= now;
        }
        Ok(())
    }
}
