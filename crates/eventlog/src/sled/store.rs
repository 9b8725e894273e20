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
        let facts: Vec<_> = facts.collect();
        let (full, page) = fill(&open, &facts);
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

    /// Writes the pages that became full, or what is new in the open page; gives the next free slot.
    fn write_pages(
        &mut self,
        open: &Page,
        full: &[Page],
        page: &Page,
        aside: &[AsideChange],
    ) -> Result<u32, LogError> {
        let unit = self.cut(open, full, page, aside).map_err(LogError::failed("compressing facts"))?;
        let used = u32::try_from(unit.tail.len()).unwrap_or(u32::MAX);
        let next_slot = if full.is_empty() { self.writer.next_slot.saturating_add(used) } else { 0 };
        if unit.pages.is_empty() && unit.tail.is_empty() && aside.is_empty() {
            return Ok(next_slot);
        }
        self.store.trees.commit(&unit, open.end())?;
        // sled can only outgrow its leaves when it splits or merges them, which a plain overwritten slot does not.
        if !(full.is_empty() && aside.is_empty()) && self.store.blobs()? > 0 {
            let source = "sled moved values to `blobs/`, which it never syncs";
            return Err(LogError::failed("keeping facts in the store's file")(source));
        }
        Ok(next_slot)
    }

    fn cut<'u>(
        &mut self,
        open: &Page,
        full: &[Page],
        page: &Page,
        aside: &'u [AsideChange],
    ) -> std::io::Result<Unit<'u>> {
        let Writer { next_slot, cutter } = &mut *self.writer;
        let mut unit = Unit { aside, ..Unit::default() };
        for (index, page) in full.iter().enumerate() {
            let continues = index + 1 < full.len();
            let key = |part| page_key(page.first(), part);
            unit.pages.extend(cutter.cut(page.first(), page.raw(), continues, key)?);
        }
        if full.is_empty() && open.end() < page.end() {
            let key = |part| slot_key(next_slot.saturating_add(u32::from(part)));
            unit.tail = cutter.cut(open.end(), page.raw_from(open.end()), false, key)?;
        }
        Ok(unit)
    }
}

/// Adds a group after the open page; gives the pages that are full with it and the new open page.
///
/// The group ends with a full page, or none is full. A group of half a page makes it full: its facts are compressed
/// once, not first as a fragment and again in the page.
fn fill(open: &Page, group: &[&[u8]]) -> (Vec<Page>, Page) {
    let mut page = open.clone();
    let new: usize = group.iter().map(|bytes| Page::room_for(bytes)).sum();
    let all = open.raw().len() + new;
    if all < PAGE_BYTES && new < PAGE_BYTES / 2 {
        group.iter().for_each(|bytes| page.push(bytes));
        return (Vec::new(), page);
    }
    // Pages of the same size: a short one at the end would cost as much as a whole one.
    let pages = ((all + PAGE_BYTES / 2) / PAGE_BYTES).max(1);
    let size = all.div_ceil(pages);
    let mut full = Vec::with_capacity(pages);
    for bytes in group {
        if page.raw().len() >= size {
            let next = Page::new(page.end());
            full.push(std::mem::replace(&mut page, next));
        }
        page.push(bytes);
    }
    let next = Page::new(page.end());
    full.push(page);
    (full, next)
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
