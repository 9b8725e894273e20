//! Reading and writing an opened store.

use super::{
    layout::{Cutter, PAGE_BYTES, page_key, slot_key},
    trees::{Trees, Unit},
};
use crate::{AsideChange, AsideEntries, Fact, LogError, Page, Stored, Turn, check};
use domain::Position;
use parking_lot::{Mutex, MutexGuard, RwLock};
use std::{
    collections::VecDeque,
    fs::File,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// How many full pages are kept decompressed for those who read here and there.
const RECENT_PAGES: usize = 8;

/// An opened store.
///
/// Facts of the open page are read from memory and full pages only below it, so that nobody reads what is written
/// but not yet durable.
pub(super) struct Store {
    pub(super) folder: PathBuf,
    trees: Trees,
    /// The page after the last full one, as far as it is durable. Its end is the head.
    open: RwLock<Arc<Page>>,
    recent: Mutex<VecDeque<Arc<Page>>>,
    writer: Mutex<Writer>,
    /// Held for writing while changes aside are written but not durable.
    aside: RwLock<()>,
    /// The failure after which nothing more is written.
    failure: OnceLock<String>,
    /// Dropped last: sled must have let go of its files.
    _lock: File,
}

struct Writer {
    next_slot: u32,
    cutter: Cutter,
}

impl Store {
    pub(super) fn new(
        folder: PathBuf,
        trees: Trees,
        open: Page,
        next_slot: u32,
        lock: File,
    ) -> Result<Self, LogError> {
        let cutter = Cutter::new().map_err(LogError::failed("preparing compression"))?;
        Ok(Self {
            folder,
            trees,
            open: RwLock::new(Arc::new(open)),
            recent: Mutex::default(),
            writer: Mutex::new(Writer { next_slot, cutter }),
            aside: RwLock::default(),
            failure: OnceLock::new(),
            _lock: lock,
        })
    }

    pub(super) fn head(&self) -> Position {
        self.open.read().end()
    }

    pub(super) fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let open = Arc::clone(&self.open.read());
        if from >= open.first() {
            return Ok(open);
        }
        let holds = |page: &Page| page.first() <= from && from < page.end();
        if let Some(page) = self.recent.lock().iter().find(|page| holds(page)) {
            return Ok(Arc::clone(page));
        }
        let page = self.trees.page_at(from)?.filter(holds);
        let page = Arc::new(page.ok_or_else(|| LogError::damaged(from, "the page that held it is missing"))?);
        self.remember(Arc::clone(&page));
        Ok(page)
    }

    fn remember(&self, page: Arc<Page>) {
        let mut recent = self.recent.lock();
        recent.truncate(RECENT_PAGES - 1);
        recent.push_front(page);
    }

    pub(super) fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        let _durable = self.aside.read();
        // After a failed commit the trees may hold changes that are not durable.
        self.sound()?;
        self.trees.aside(prefix)
    }

    pub(super) fn blobs(&self) -> Result<usize, LogError> {
        self.trees.blobs()
    }

    /// Whether the store still takes facts.
    pub(super) fn sound(&self) -> Result<(), LogError> {
        self.failure.get().map_or(Ok(()), |since| Err(LogError::ReadOnly { since: since.clone() }))
    }

    /// Takes no more facts from now on, because of `error`, which is handed back.
    pub(super) fn fail(&self, error: LogError) -> LogError {
        let mut said = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            said = format!("{said}: {inner}");
            cause = inner.source();
        }
        tracing::error!(error = said, "the log takes no more facts");
        // A later failure follows from the first.
        let _ = self.failure.set(said);
        error
    }

    pub(super) fn turn(&self) -> Result<SledTurn<'_>, LogError> {
        let writer = self.writer.lock();
        self.sound()?;
        Ok(SledTurn { store: self, writer, missed: Vec::new() })
    }
}

/// The right to write into a store.
pub(super) struct SledTurn<'a> {
    store: &'a Store,
    writer: MutexGuard<'a, Writer>,
    pub(super) missed: Vec<Stored>,
}

impl SledTurn<'_> {
    /// Writes facts that follow the head, and changes aside; durable when it returns.
    pub(super) fn write<'b>(
        &mut self,
        facts: impl Iterator<Item = &'b [u8]>,
        aside: &[AsideChange],
    ) -> Result<(), LogError> {
        let open = Arc::clone(&self.store.open.read());
        let (full, page) = fill(&open, facts);
        let barrier = (!aside.is_empty()).then(|| self.store.aside.write());
        let written = self.write_pages(&open, &full, &page, aside);
        let next_slot = written.map_err(|error| self.store.fail(error))?;
        drop(barrier);
        self.writer.next_slot = next_slot;
        // Whoever follows the log reads these next.
        full.into_iter().for_each(|page| self.store.remember(Arc::new(page)));
        *self.store.open.write() = Arc::new(page);
        Ok(())
    }

    /// Writes the pages that became full and what is new in the open page; gives the next free slot.
    fn write_pages(
        &mut self,
        open: &Page,
        full: &[Page],
        page: &Page,
        aside: &[AsideChange],
    ) -> Result<u32, LogError> {
        let cutting = LogError::failed::<std::io::Error>("compressing facts");
        let mut unit = Unit { aside, ..Unit::default() };
        let mut slot = self.writer.next_slot;
        let mut cut = || -> std::io::Result<()> {
            for page in full {
                unit.pages.extend(
                    self.writer.cutter.cut(page.first(), page.raw(), |part| page_key(page.first(), part))?,
                );
                slot = 0;
            }
            let first = page.first().max(open.end());
            if first < page.end() {
                let start = slot;
                unit.tail = self
                    .writer
                    .cutter
                    .cut(first, page.raw_from(first), |part| slot_key(start + u32::from(part)))?;
                slot = unit.tail.len().try_into().ok().and_then(|n| start.checked_add(n)).unwrap_or(u32::MAX);
            }
            Ok(())
        };
        cut().map_err(cutting)?;
        if unit.pages.is_empty() && unit.tail.is_empty() && aside.is_empty() {
            return Ok(slot);
        }
        self.store.trees.commit(&unit, open.end())?;
        // sled can only outgrow its leaves when it splits or merges them, which a plain overwritten slot does not.
        if !(full.is_empty() && aside.is_empty()) && self.store.blobs()? > 0 {
            let source = "sled moved values to `blobs/`, which it never syncs";
            return Err(LogError::failed("keeping facts in the store's file")(source));
        }
        Ok(slot)
    }
}

/// Adds facts after the open page; gives the pages that became full and the new open page.
///
/// A page that one group fills by half is full at once: its facts are compressed once, not first as a fragment and
/// again in the page, and the group stays a single write.
fn fill<'b>(open: &Page, facts: impl Iterator<Item = &'b [u8]>) -> (Vec<Page>, Page) {
    let mut full = Vec::new();
    let mut page = open.clone();
    let mut close = |page: &mut Page| {
        let next = Page::new(page.end());
        full.push(std::mem::replace(page, next));
    };
    for bytes in facts {
        if page.is_full_for(bytes.len(), PAGE_BYTES) {
            close(&mut page);
        }
        page.push(bytes);
    }
    if page.raw_from(open.end()).len() >= PAGE_BYTES / 2 {
        close(&mut page);
    }
    (full, page)
}

impl Turn for SledTurn<'_> {
    fn missed(&self) -> &[Stored] {
        &self.missed
    }

    fn commit(mut self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<(), LogError> {
        check::before_writing(self.store.head(), facts, aside)?;
        self.write(facts.iter().map(|fact| fact.bytes.as_slice()), aside)
    }
}
