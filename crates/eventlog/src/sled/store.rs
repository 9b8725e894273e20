//! Reading and writing an opened store.

use super::{
    layout::{Entry, Packer, place_key, slot_key},
    opening::End,
    trees::{Trees, Unit},
    waiting::{Full, Step, Waiting},
};
use crate::{AsideChange, AsideEntries, Commit, Fact, LogError, Page, Stored, Turn, check};
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
/// Facts that wait are read from memory and pages only below them, so that nobody reads what is written
/// but not yet durable.
pub(super) struct Store {
    pub(super) folder: PathBuf,
    trees: Trees,
    /// What is durable and what of it is not yet in the pages.
    now: RwLock<Arc<Now>>,
    recent: Mutex<VecDeque<Arc<Page>>>,
    writer: Mutex<Writer>,
    /// Held for writing while changes aside are written but not durable.
    aside: RwLock<()>,
    /// The failure after which nothing more is written.
    failure: OnceLock<String>,
    /// Dropped last: sled must have let go of its files.
    _lock: File,
}

/// How far the store has come.
struct Now {
    /// Its end is the head.
    waiting: Waiting,
    /// The place after the last page.
    next_place: u64,
}

struct Writer {
    next_slot: u32,
    packer: Packer,
}

impl Store {
    pub(super) fn new(folder: PathBuf, trees: Trees, end: &End, lock: File) -> Result<Self, LogError> {
        let failed = LogError::failed("preparing compression");
        let packed =
            Packer::new().and_then(|mut packer| Ok((Waiting::found(&end.page, &mut packer)?, packer)));
        let (waiting, packer) = packed.map_err(failed)?;
        Ok(Self {
            folder,
            trees,
            now: RwLock::new(Arc::new(Now { waiting, next_place: end.next_place })),
            recent: Mutex::default(),
            writer: Mutex::new(Writer { next_slot: end.next_slot, packer }),
            aside: RwLock::default(),
            failure: OnceLock::new(),
            _lock: lock,
        })
    }

    pub(super) fn head(&self) -> Position {
        self.now.read().waiting.end()
    }

    pub(super) fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let now = Arc::clone(&self.now.read());
        if from >= now.waiting.first() {
            return Ok(Arc::clone(now.waiting.page(from)));
        }
        let holds = |page: &Page| page.first() <= from && from < page.end();
        if let Some(page) = self.recent.lock().iter().find(|page| holds(page)) {
            return Ok(Arc::clone(page));
        }
        let page = Arc::new(self.trees.pages.page_at(from, (now.waiting.first(), now.next_place))?);
        if !holds(&page) {
            return Err(LogError::damaged(from, "the page that held it is missing"));
        }
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

    /// The head and everything aside; nobody writes meanwhile.
    pub(super) fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        let _turn = self.writer.lock();
        Ok((self.head(), self.aside(b"")?))
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
        let now = Arc::clone(&self.store.now.read());
        let facts: Vec<_> = facts.collect();
        if facts.is_empty() && aside.is_empty() {
            return Ok(());
        }
        let compressing = |error| self.store.fail(LogError::failed("compressing facts")(error));
        let step = now.waiting.add(&facts, &mut self.writer.packer).map_err(compressing)?;
        let (unit, waiting, next_slot, full) = match step {
            Step::Tail(waiting) => {
                let tail = self.fragment(now.waiting.end(), &facts).map_err(compressing)?;
                let used = u32::try_from(tail.len()).unwrap_or(u32::MAX);
                let next_slot = self.writer.next_slot.saturating_add(used);
                (
                    Unit { tail, aside, places: now.next_place, ..Unit::default() },
                    waiting,
                    next_slot,
                    Vec::new(),
                )
            }
            Step::Pages(full) => {
                let end = full.last().map_or(now.waiting.end(), |full| full.page.end());
                let (pages, places) = seal(&full, now.next_place);
                (Unit { pages, aside, places, ..Unit::default() }, Waiting::nothing(end), 0, full)
            }
        };
        let barrier = (!aside.is_empty()).then(|| self.store.aside.write());
        self.make_durable(&unit, now.waiting.end()).map_err(|error| self.store.fail(error))?;
        drop(barrier);
        self.writer.next_slot = next_slot;
        // Whoever follows the log reads these next.
        full.into_iter().for_each(|full| self.store.remember(full.page));
        *self.store.now.write() = Arc::new(Now { waiting, next_place: unit.places });
        Ok(())
    }

    fn make_durable(&self, unit: &Unit<'_>, position: Position) -> Result<(), LogError> {
        self.store.trees.commit(unit, position)?;
        // sled can only outgrow its leaves when it splits or merges them, which a plain overwritten slot does not.
        if !(unit.pages.is_empty() && unit.aside.is_empty()) && self.store.blobs()? > 0 {
            let source = "sled moved values to `blobs/`, which it never syncs";
            return Err(LogError::failed("keeping facts in the store's file")(source));
        }
        Ok(())
    }

    /// The pieces of a group for the tail.
    fn fragment(&mut self, first: Position, facts: &[&[u8]]) -> std::io::Result<Vec<Entry>> {
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        let mut run = Page::new(first);
        facts.iter().for_each(|bytes| run.push(bytes));
        let Writer { next_slot, packer } = &mut *self.writer;
        let packed = packer.pack(first, run.raw())?;
        Ok(packed.seal(false, |part| slot_key(next_slot.saturating_add(u32::from(part)))).collect())
    }
}

/// The pieces of pages in consecutive places from `place` on, and the place after them.
fn seal(full: &[Full], mut place: u64) -> (Vec<Entry>, u64) {
    let mut pieces = Vec::with_capacity(full.len());
    for (index, Full { packed, .. }) in full.iter().enumerate() {
        let continues = index + 1 < full.len();
        pieces.extend(packed.seal(continues, |part| place_key(place + u64::from(part))));
        place += u64::from(packed.parts());
    }
    (pieces, place)
}

impl Turn for SledTurn<'_> {
    fn missed(&self) -> &[Stored] {
        &self.missed
    }

    fn is_held(&self) -> bool {
        true
    }

    fn commit(mut self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<Commit, LogError> {
        check::before_writing(self.store.head(), facts, aside)?;
        self.write(facts.iter().map(|fact| fact.bytes.as_slice()), aside)?;
        Ok(Commit::Durable)
    }
}
