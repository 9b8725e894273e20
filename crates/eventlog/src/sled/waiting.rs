//! The facts after the last page in the tree `pages`: full pages that wait to be written there, and the open one.
//!
//! They are durable already: their groups lie in the tail. Full pages wait until there are many, because sled gives a
//! segment of its file back only when less than half of it is alive. What lies in the tail dies soon; a page among it
//! would keep a segment of dead neighbours, or be moved again and again. Many pages at once fill segments of their own.

use super::layout::{PAGE_BYTES, Packed, Packer};
use crate::Page;
use domain::Position;
use std::{io, sync::Arc};

/// How many full pages are written at once.
const TOGETHER: usize = 160;

/// A page that is full, and packed as it will be stored.
#[derive(Clone, Debug)]
pub(super) struct Full {
    pub page: Arc<Page>,
    pub packed: Arc<Packed>,
}

impl Full {
    fn new(page: Page, packer: &mut Packer) -> io::Result<Self> {
        let packed = packer.pack(page.first(), page.raw())?;
        Ok(Self { page: Arc::new(page), packed: Arc::new(packed) })
    }
}

/// The facts after the last page in the tree `pages`.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    full: Vec<Full>,
    open: Arc<Page>,
}

/// How a group is written.
pub(super) enum Step {
    /// Into the tail; then this waits.
    Tail(Waiting),
    /// As these pages, together with all that waited; the group ends with the last of them.
    Pages(Vec<Full>),
}

impl Waiting {
    /// Nothing waits; the next fact stands at `first`.
    pub(super) fn nothing(first: Position) -> Self {
        Self { full: Vec::new(), open: Arc::new(Page::new(first)) }
    }

    /// All facts of `tail`, as they were found in the tail.
    pub(super) fn found(tail: &Page, packer: &mut Packer) -> io::Result<Self> {
        let mut waiting = Self::nothing(tail.first());
        for (_, bytes) in tail.iter() {
            waiting.push(&[bytes], packer)?;
        }
        Ok(waiting)
    }

    /// Where its first fact stands.
    pub(super) fn first(&self) -> Position {
        self.full.first().map_or(self.open.first(), |full| full.page.first())
    }

    /// The position after its last fact.
    pub(super) fn end(&self) -> Position {
        self.open.end()
    }

    /// The page that holds `from`, which does not lie before [`Waiting::first`].
    pub(super) fn page(&self, from: Position) -> &Arc<Page> {
        let index = self.full.partition_point(|full| full.page.end() <= from);
        self.full.get(index).map_or(&self.open, |full| &full.page)
    }

    /// Adds a group. One of half a page or more becomes pages at once: its facts are compressed once, not first as a
    /// fragment and again in a page.
    pub(super) fn add(&self, group: &[&[u8]], packer: &mut Packer) -> io::Result<Step> {
        let bytes: usize = group.iter().map(|bytes| Page::room_for(bytes)).sum();
        if bytes >= PAGE_BYTES / 2 {
            let mut full = self.full.clone();
            for page in cut(&self.open, bytes, group) {
                full.push(Full::new(page, packer)?);
            }
            return Ok(Step::Pages(full));
        }
        let mut waiting = self.clone();
        waiting.push(group, packer)?;
        let all = waiting.full.len() >= TOGETHER && waiting.open.is_empty();
        Ok(if all { Step::Pages(waiting.full) } else { Step::Tail(waiting) })
    }

    fn push(&mut self, group: &[&[u8]], packer: &mut Packer) -> io::Result<()> {
        let page = Arc::make_mut(&mut self.open);
        group.iter().for_each(|bytes| page.push(bytes));
        if page.raw().len() >= PAGE_BYTES {
            let next = Page::new(page.end());
            self.full.push(Full::new(std::mem::replace(page, next), packer)?);
        }
        Ok(())
    }
}

/// Cuts the open page and a group of so many bytes after it into pages of the same size: a short one at the end would
/// cost as much as a whole one.
fn cut(open: &Page, bytes: usize, group: &[&[u8]]) -> Vec<Page> {
    let all = open.raw().len() + bytes;
    let count = ((all + PAGE_BYTES / 2) / PAGE_BYTES).max(1);
    let size = all.div_ceil(count);
    let mut pages = Vec::with_capacity(count);
    let mut page = open.clone();
    for bytes in group {
        if page.raw().len() >= size {
            let next = Page::new(page.end());
            pages.push(std::mem::replace(&mut page, next));
        }
        page.push(bytes);
    }
    pages.push(page);
    pages
}
