//! Consecutive facts kept together, and the walk over all of them.

use crate::{EventLog, LogError};
use domain::Position;
use std::{ops::Range, sync::Arc};

/// Consecutive facts, each four bytes of length (little-endian) and its bytes, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    first: Position,
    raw: Vec<u8>,
    /// Where each fact ends in `raw`.
    ends: Vec<usize>,
}

const LENGTH: usize = size_of::<u32>();

impl Page {
    /// An empty page whose first fact will stand at `first`.
    pub const fn new(first: Position) -> Self {
        Self { first, raw: Vec::new(), ends: Vec::new() }
    }

    /// Reads a page back from [`Page::raw`]; `None` when the lengths do not add up.
    pub(crate) fn decode(first: Position, raw: Vec<u8>) -> Option<Self> {
        let mut ends = Vec::new();
        let mut at = 0;
        while at < raw.len() {
            let length = raw.get(at..at + LENGTH)?.try_into().map(u32::from_le_bytes).ok()?;
            at = at.checked_add(LENGTH)?.checked_add(usize::try_from(length).ok()?)?;
            ends.push(at);
        }
        (at == raw.len()).then_some(Self { first, raw, ends })
    }

    /// Adds the fact that stands at [`Page::end`].
    pub fn push(&mut self, bytes: &[u8]) {
        // A fact has at most 60,000 bytes; a length that does not fit would be refused when read.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.raw.extend_from_slice(&length.to_le_bytes());
        self.raw.extend_from_slice(bytes);
        self.ends.push(self.raw.len());
    }

    /// Where its first fact stands.
    pub const fn first(&self) -> Position {
        self.first
    }

    /// The position after its last fact.
    pub fn end(&self) -> Position {
        Position(self.first.0 + self.ends.len() as u64)
    }

    /// Whether it holds no fact.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Its facts that stand within `range`, in order.
    pub fn facts(&self, range: Range<Position>) -> impl Iterator<Item = (Position, &[u8])> {
        let from = self.index(range.start);
        let until = self.index(range.end).max(from);
        (from..until).map(|index| {
            let start = self.start(index) + LENGTH;
            (Position(self.first.0 + index as u64), &self.raw[start..self.ends[index]])
        })
    }

    /// All its facts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Position, &[u8])> {
        self.facts(self.first..self.end())
    }

    /// The facts with their lengths, as they are stored.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// How many bytes a fact takes in [`Page::raw`].
    pub(crate) const fn room_for(fact: &[u8]) -> usize {
        LENGTH + fact.len()
    }

    fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The index of a position, within the bounds of the page.
    fn index(&self, position: Position) -> usize {
        usize::try_from(position.0.saturating_sub(self.first.0))
            .map_or(self.ends.len(), |index| index.min(self.ends.len()))
    }
}

/// Walks over the pages that hold the facts of `range`, in order. The first page may begin before the range and the
/// last end after it. An error ends the walk.
pub fn pages(
    log: &dyn EventLog,
    range: Range<Position>,
) -> impl Iterator<Item = Result<Arc<Page>, LogError>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        if at >= range.end {
            return None;
        }
        let page = log.page(at).and_then(|page| {
            if page.end() > at {
                Ok(page)
            } else {
                Err(LogError::damaged(at, "the log ends before its head"))
            }
        });
        at = page.as_ref().map_or(range.end, |page| page.end());
        Some(page)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_page_gives_back_its_facts(
            first in 0..u64::MAX / 2,
            facts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..40),
            from in 0..50_u64, count in 0..50_u64,
        ) {
            let mut page = Page::new(Position(first));
            facts.iter().for_each(|fact| page.push(fact));
            prop_assert_eq!(page.end(), Position(first + facts.len() as u64));
            prop_assert_eq!(page.iter().map(|(_, bytes)| bytes.to_vec()).collect::<Vec<_>>(), facts.clone());

            let range = Position(first + from)..Position(first + from + count);
            let expected: Vec<_> = (first..).zip(&facts).filter(|(p, _)| range.contains(&Position(*p))).collect();
            let given: Vec<_> = page.facts(range).map(|(p, bytes)| (p.0, bytes.to_vec())).collect();
            prop_assert_eq!(given, expected.into_iter().map(|(p, b)| (p, b.clone())).collect::<Vec<_>>());
            prop_assert_eq!(Page::decode(Position(first), page.raw().to_vec()), Some(page));
        }

        #[test]
        fn bytes_that_are_no_page_are_refused_or_read_whole(raw in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(page) = Page::decode(Position(0), raw.clone()) {
                prop_assert_eq!(page.iter().map(|(_, bytes)| bytes.len() + 4).sum::<usize>(), raw.len());
            }
        }
    }
}
