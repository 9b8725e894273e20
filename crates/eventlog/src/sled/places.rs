//! The tree of full pages: numbered places, laid out before they are filled.
//!
//! sled appends a change of a leaf to its log, and writes the whole leaf again when the leaf is split or was changed
//! ten times. Of pages that are inserted one after the other it would so write three copies, and keep what surrounds
//! the dead ones. A place is therefore laid out empty, long enough before it is filled that the leaf it lies in has
//! already been split: at most nine places. Each is then filled by one change, and the page is written once.

use super::{
    guard,
    layout::{Piece, join, place_key, place_of},
};
use crate::{LogError, Page};
use ::sled::{IVec, Tree};
use domain::Position;
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::atomic::{AtomicU64, Ordering},
};

/// How many places are at least laid out behind those that are filled. The last leaf holds up to 17.
const AHEAD: u64 = 32;

/// A run is remembered if it lies this many places behind the one remembered before it.
const REMEMBERED_EVERY: u64 = 16;

/// A run of pieces in consecutive places.
pub(super) struct Run {
    /// The place of its first piece.
    pub place: u64,
    pub pieces: Vec<Piece>,
}

/// The tree of full pages.
pub(super) struct Places {
    pub(super) tree: Tree,
    laid_out: AtomicU64,
    remembered: Mutex<Remembered>,
}

/// Places of runs that were read, by their first position.
#[derive(Default)]
struct Remembered {
    some: BTreeMap<Position, u64>,
    /// What follows the run that was read last: whoever walks over the log reads it next.
    next: (Position, u64),
}

impl Places {
    pub(super) fn open(tree: Tree) -> Result<Self, LogError> {
        let last = guard::sled("looking for the last page", Position(0), || tree.last())?;
        let laid_out = match last {
            None => 0,
            Some((key, _)) => place_of(&key).ok_or_else(impossible_key)? + 1,
        };
        Ok(Self { tree, laid_out: laid_out.into(), remembered: Mutex::default() })
    }

    /// Lays out places behind `end`, so that none that is filled before it shares a leaf with the last.
    pub(super) fn lay_out(&self, end: u64) -> ::sled::Result<()> {
        let laid_out = self.laid_out.load(Ordering::Relaxed);
        if laid_out < end + AHEAD {
            let until = end + 2 * AHEAD;
            (laid_out..until).try_for_each(|place| self.tree.insert(place_key(place), &[]).map(drop))?;
            self.laid_out.store(until, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Empties places again.
    pub(super) fn empty(&self, places: &[u64]) -> ::sled::Result<()> {
        places.iter().rev().try_for_each(|place| self.tree.insert(place_key(*place), &[]).map(drop))
    }

    /// The last run before `end`, with as many of its pieces as there are.
    pub(super) fn last_run(&self, end: u64) -> Result<Option<Run>, LogError> {
        let filled =
            |entry: &::sled::Result<(IVec, IVec)>| !matches!(entry, Ok((_, value)) if value.is_empty());
        let last = guard::sled("reading facts", Position(0), || {
            self.tree.range(..place_key(end)).rev().find(filled).transpose()
        })?;
        let Some((key, value)) = last else { return Ok(None) };
        let place = place_of(&key).ok_or_else(impossible_key)?;
        let piece = Piece::read(&key, &value).ok_or_else(|| LogError::damaged(Position(0), CHECKSUM))?;
        let start = start_of(place, &piece)?;
        let mut pieces =
            (start..place).map(|place| self.piece(place, piece.first)).collect::<Result<Vec<_>, _>>()?;
        pieces.push(piece);
        Ok(Some(Run { place: start, pieces }))
    }

    /// The page that holds `position`, which lies before the place and the position of `end`.
    pub(super) fn page_at(&self, position: Position, end: (Position, u64)) -> Result<Page, LogError> {
        let (place, head) = self.find(position, end)?;
        let parts = u64::from(head.parts);
        let rest = (place + 1..place + parts).map(|place| self.piece(place, position));
        let pieces = std::iter::once(Ok(head)).chain(rest).collect::<Result<Vec<_>, _>>()?;
        let page = join(&pieces).map_err(|what| LogError::damaged(position, what))?;
        self.remember(&page, place, place + parts);
        Ok(page)
    }

    fn remember(&self, page: &Page, place: u64, next: u64) {
        let mut remembered = self.remembered.lock();
        remembered.next = (page.end(), next);
        let before = remembered.some.range(..=page.first()).next_back().map_or(0, |(_, place)| *place);
        if place >= before + REMEMBERED_EVERY {
            remembered.some.insert(page.first(), place);
        }
    }

    /// What is remembered nearest to a position: a run that begins there or before, and one behind it.
    fn around(&self, position: Position, end: (Position, u64)) -> ((Position, u64), (Position, u64)) {
        let remembered = self.remembered.lock();
        if remembered.next.0 == position {
            return (remembered.next, end);
        }
        let before = remembered.some.range(..=position).next_back();
        let behind = remembered.some.range((Bound::Excluded(position), Bound::Unbounded)).next();
        let pair = |(first, place): (&Position, &u64)| (*first, *place);
        (before.map_or((Position(0), 0), pair), behind.map_or(end, pair).min(end))
    }

    /// The first piece of the run that holds `position`, and its place. Pages are of similar size, so a guess in
    /// proportion comes close; every other step halves what is left, should they not be.
    fn find(&self, position: Position, end: (Position, u64)) -> Result<(u64, Piece), LogError> {
        let (mut low, mut high) = self.around(position, end);
        let mut found = self.piece(low.1, position)?;
        let mut halve = false;
        while found.first < position && low.1 + 1 < high.1 {
            let span = high.1 - low.1;
            let share =
                u128::from(position.0 - low.0.0) * u128::from(span) / u128::from((high.0.0 - low.0.0).max(1));
            let step = if halve { span / 2 } else { u64::try_from(share).unwrap_or(span) };
            let place = low.1 + step.clamp(1, span - 1);
            let piece = self.piece(place, position)?;
            if piece.first <= position {
                (low, found) = ((piece.first, place), piece);
            } else {
                high = (piece.first, place);
            }
            halve = !halve;
        }
        let start = start_of(low.1, &found)?;
        Ok((start, if start == low.1 { found } else { self.piece(start, position)? }))
    }

    /// The piece in a place; `position` is named if there is none.
    fn piece(&self, place: u64, position: Position) -> Result<Piece, LogError> {
        let key = place_key(place);
        let value = guard::sled("reading facts", position, || self.tree.get(&key))?;
        let value = value.filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| LogError::damaged(position, "a page is missing"))?;
        Piece::read(&key, &value).ok_or_else(|| LogError::damaged(position, CHECKSUM))
    }
}

const CHECKSUM: &str = "a page fails its checksum";

/// The place of the first piece of the run that `piece` belongs to.
fn start_of(place: u64, piece: &Piece) -> Result<u64, LogError> {
    place
        .checked_sub(u64::from(piece.part))
        .ok_or_else(|| LogError::damaged(piece.first, "a piece of a page stands in an impossible place"))
}

fn impossible_key() -> LogError {
    LogError::damaged(Position(0), "a page has an impossible key")
}

#[cfg(test)]
mod tests {
    use super::{super::layout::Packer, *};
    use crate::contract::Samples;
    use proptest::prelude::*;

    /// Fills places with pages of so many facts of such sizes.
    fn filled(pages: &[(usize, usize)]) -> (Places, Vec<Page>, (Position, u64)) {
        let db = ::sled::Config::new().temporary(true).flush_every_ms(None).open().unwrap();
        let places = Places::open(db.open_tree("pages").unwrap()).unwrap();
        let (mut packer, mut samples) = (Packer::new().unwrap(), Samples::new(41));
        let (mut all, mut end) = (Vec::new(), (Position(0), 0));
        for (count, bytes) in pages {
            let mut page = Page::new(end.0);
            (0..*count).for_each(|_| page.push(&samples.noise(*bytes)));
            let packed = packer.pack(page.first(), page.raw()).unwrap();
            let next = end.1 + u64::from(packed.parts());
            places.lay_out(next).unwrap();
            for (key, value) in packed.seal(false, |part| place_key(end.1 + u64::from(part))) {
                places.tree.insert(key, value).unwrap();
            }
            end = (page.end(), next);
            all.push(page);
        }
        (places, all, end)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_position_is_found_in_its_page(
            pages in proptest::collection::vec((1..40_usize, 1..900_usize), 1..120),
            order in proptest::collection::vec(any::<prop::sample::Index>(), 60),
        ) {
            let (places, all, end) = filled(&pages);
            let head = usize::try_from(end.0.0).unwrap();
            for position in order.iter().map(|index| index.index(head) as u64).chain(0..end.0.0) {
                let page = places.page_at(Position(position), end).unwrap();
                let expected = all.iter().find(|page| position < page.end().0);
                prop_assert_eq!(Some(&page), expected);
            }
            let last = places.last_run(u64::MAX).unwrap().unwrap();
            prop_assert_eq!(&join(&last.pieces).unwrap(), all.last().unwrap());
            prop_assert_eq!(last.place + last.pieces.len() as u64, end.1);
        }
    }

    /// Were the places not laid out, sled would write each page three times.
    #[test]
    fn a_page_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let db = ::sled::Config::new().path(folder.path()).flush_every_ms(None).open().unwrap();
        let places = Places::open(db.open_tree("pages").unwrap()).unwrap();
        let mut samples = Samples::new(42);
        let (count, bytes) = (1_000_u64, 6_400);
        for place in 0..count {
            places.lay_out(place + 1).unwrap();
            places.tree.insert(place_key(place), samples.noise(bytes)).unwrap();
        }
        db.flush().unwrap();
        let ratio = db.size_on_disk().unwrap() as f64 / (count * bytes as u64) as f64;
        assert!(ratio < 1.2, "{ratio:.2} bytes in the file for each byte of a page");
    }
}
