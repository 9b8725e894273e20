//! How facts lie in the trees, as bytes.
//!
//! - `pages`: number of the place (u64 BE) → a piece of a full page, or nothing yet; see `places`
//! - `tail`: slot number (u32 BE) → a piece of a fragment of the open page
//!
//! A run of facts is compressed and cut into pieces, so that no stored value exceeds [`VALUE_BYTES`]: almost always
//! one piece. A stored value is sealed: a CRC-32 over its key and its body, then the body. Numbers are big-endian.
//!
//! A group is one fragment or some full pages, never both. Its pieces are written in order, and sled recovers what was
//! written in order up to some point; so a group that was cut short shows: the last run lacks pieces, or says that
//! the group continues. That spares the transaction, which costs sled a second write to the disk.

use crate::Page;
use domain::Position;
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};

/// The size at which a page is full, in bytes before compression. Larger pages gain nothing in space, and these become
/// one stored value.
pub(super) const PAGE_BYTES: usize = 20 * 1024;

/// The largest body of a stored value. sled moves a leaf of 16 values over 128 KiB to a file that it never syncs.
pub(super) const VALUE_BYTES: usize = 7_000;

/// Below this size a fragment is not worth compressing.
const COMPRESS_FROM: usize = 1_024;

/// The largest run that is believed when reading: one oversized fact, with room.
const MAX_RUN_BYTES: usize = 128 * 1024;

/// A key and a sealed value.
pub(super) type Entry = (Vec<u8>, Vec<u8>);

/// Puts a checksum over key and body before the body.
pub(super) fn seal(key: &[u8], body: &[u8]) -> Vec<u8> {
    seal_parts(key, &[body])
}

/// As [`seal`], of a body in parts.
fn seal_parts(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    parts.iter().for_each(|part| hasher.update(part));
    let sum = hasher.finalize().to_be_bytes();
    let mut value = Vec::with_capacity(sum.len() + parts.iter().map(|part| part.len()).sum::<usize>());
    value.extend_from_slice(&sum);
    parts.iter().for_each(|part| value.extend_from_slice(part));
    value
}

/// The body of a sealed value, if it is what was sealed under this key.
pub(super) fn unseal<'a>(key: &[u8], value: &'a [u8]) -> Option<&'a [u8]> {
    let (sum, body) = value.split_first_chunk()?;
    (u32::from_be_bytes(*sum) == checksum(key, body)).then_some(body)
}

fn checksum(key: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(body);
    hasher.finalize()
}

/// The key of a place for a piece of a full page.
pub(super) fn place_key(place: u64) -> Vec<u8> {
    place.to_be_bytes().to_vec()
}

/// The place a key of the pages names.
pub(super) fn place_of(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

/// The key of a slot of the tail.
pub(super) fn slot_key(slot: u32) -> Vec<u8> {
    slot.to_be_bytes().to_vec()
}

/// The slot a key of the tail names.
pub(super) fn slot_of(key: &[u8]) -> Option<u32> {
    key.try_into().ok().map(u32::from_be_bytes)
}

const COMPRESSED: u8 = 1;
const CONTINUES: u8 = 2;

/// A part of a compressed run of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where the run begins.
    pub first: Position,
    /// Which part of the run this is, from 0.
    pub part: u16,
    /// How many parts the run has.
    pub parts: u16,
    compressed: bool,
    /// Whether the group goes on in the run that follows.
    pub continues: bool,
    /// The size of the whole run before compression.
    raw_bytes: u32,
    chunk: Vec<u8>,
}

impl Piece {
    /// Reads a sealed value; `None` when it is not what was sealed.
    pub(super) fn read(key: &[u8], value: &[u8]) -> Option<Self> {
        let (first, rest) = unseal(key, value)?.split_first_chunk()?;
        let (part, rest) = rest.split_first_chunk()?;
        let (parts, rest) = rest.split_first_chunk()?;
        let ([flags], rest) = rest.split_first_chunk::<1>()?;
        let (raw_bytes, chunk) = rest.split_first_chunk()?;
        if flags & !(COMPRESSED | CONTINUES) != 0 {
            return None;
        }
        Some(Self {
            first: Position(u64::from_be_bytes(*first)),
            part: u16::from_be_bytes(*part),
            parts: u16::from_be_bytes(*parts),
            compressed: flags & COMPRESSED != 0,
            continues: flags & CONTINUES != 0,
            raw_bytes: u32::from_be_bytes(*raw_bytes),
            chunk: chunk.to_vec(),
        })
    }
}

/// A run of facts, compressed if that is worth it.
#[derive(Debug)]
pub(super) struct Packed {
    first: Position,
    compressed: bool,
    raw_bytes: u32,
    stored: Vec<u8>,
}

/// Compresses runs of facts.
pub(super) struct Packer(Compressor<'static>);

impl Packer {
    /// A packer at the level measured best for this JSON: 1.
    pub(super) fn new() -> std::io::Result<Self> {
        Compressor::new(1).map(Self)
    }

    /// The run that begins at `first`.
    pub(super) fn pack(&mut self, first: Position, raw: &[u8]) -> std::io::Result<Packed> {
        let too_large = |_| std::io::Error::other("a run of facts is too large to store");
        let raw_bytes = u32::try_from(raw.len()).map_err(too_large)?;
        let compressed = raw.len() >= COMPRESS_FROM;
        let mut stored = if compressed { self.0.compress(raw)? } else { raw.to_vec() };
        // Compression reserves more than the raw bytes; a packed page may wait for long.
        stored.shrink_to_fit();
        Ok(Packed { first, compressed, raw_bytes, stored })
    }
}

impl Packed {
    /// How many pieces it is cut into.
    pub(super) fn parts(&self) -> u16 {
        // A run is at most one group of the largest facts a page can end with: some ten pieces.
        u16::try_from(self.stored.len().div_ceil(VALUE_BYTES)).unwrap_or(u16::MAX)
    }

    /// Its sealed pieces, each under the key of its part. `continues`: whether the group goes on in another run.
    pub(super) fn seal(&self, continues: bool, key: impl Fn(u16) -> Vec<u8>) -> impl Iterator<Item = Entry> {
        let flags = if self.compressed { COMPRESSED } else { 0 } | if continues { CONTINUES } else { 0 };
        let (first, raw_bytes) = (self.first.0.to_be_bytes(), self.raw_bytes.to_be_bytes());
        let parts = self.parts();
        (0..parts).zip(self.stored.chunks(VALUE_BYTES)).map(move |(part, chunk)| {
            let key = key(part);
            let (part, parts) = (part.to_be_bytes(), parts.to_be_bytes());
            let value = seal_parts(&key, &[&first, &part, &parts, &[flags], &raw_bytes, chunk]);
            (key, value)
        })
    }
}

/// Whether these are the first pieces of a run, but not all of them.
pub(super) fn is_cut_short(pieces: &[Piece]) -> bool {
    let in_order = pieces.iter().enumerate().all(|(index, piece)| usize::from(piece.part) == index);
    in_order && pieces.first().is_some_and(|head| pieces.len() < usize::from(head.parts))
}

/// Puts a run together again from all its pieces in order.
pub(super) fn join(pieces: &[Piece]) -> Result<Page, &'static str> {
    let head = pieces.first().ok_or("it has no pieces")?;
    let fits = |(index, piece): (usize, &Piece)| {
        usize::from(piece.part) == index
            && usize::from(piece.parts) == pieces.len()
            && (piece.first, piece.compressed, piece.continues, piece.raw_bytes)
                == (head.first, head.compressed, head.continues, head.raw_bytes)
    };
    if !pieces.iter().enumerate().all(fits) {
        return Err("its pieces do not belong together");
    }
    let stored = pieces.iter().map(|piece| piece.chunk.as_slice()).collect::<Vec<_>>().concat();
    let raw_bytes = usize::try_from(head.raw_bytes).ok().filter(|bytes| *bytes <= MAX_RUN_BYTES);
    let raw_bytes = raw_bytes.ok_or("it claims an impossible size")?;
    let raw = if head.compressed {
        decompress(&stored, raw_bytes).map_err(|_| "it cannot be decompressed")?
    } else {
        stored
    };
    if raw.len() != raw_bytes {
        return Err("it does not have its size");
    }
    Page::decode(head.first, raw).filter(|page| !page.is_empty()).ok_or("its lengths do not add up")
}

thread_local! {
    /// A context costs more to make than a page to decompress.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn decompress(stored: &[u8], raw_bytes: usize) -> std::io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(stored, raw_bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(facts: &[Vec<u8>]) -> Page {
        let mut page = Page::new(Position(7));
        facts.iter().for_each(|fact| page.push(fact));
        page
    }

    fn cut(page: &Page) -> Vec<Entry> {
        let packed = Packer::new().unwrap().pack(page.first(), page.raw()).unwrap();
        packed.seal(false, |part| place_key(page.first().0 + u64::from(part))).collect()
    }

    fn read(entries: &[Entry]) -> Option<Vec<Piece>> {
        entries.iter().map(|(key, value)| Piece::read(key, value)).collect()
    }

    proptest! {
        #[test]
        fn a_run_is_cut_and_joined(facts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..9_000), 1..4)) {
            let page = page(&facts);
            let entries = cut(&page);
            prop_assert!(entries.iter().all(|(_, value)| value.len() <= VALUE_BYTES + 25));
            prop_assert_eq!(join(&read(&entries).unwrap()), Ok(page));
        }

        #[test]
        fn a_flipped_bit_is_always_seen(fact in proptest::collection::vec(any::<u8>(), 1..3_000), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let mut entries = cut(&page(&[fact]));
            let value = &mut entries[0].1;
            let at = at.index(value.len());
            value[at] ^= 1_u8 << bit;
            prop_assert_eq!(read(&entries), None);
        }
    }

    #[test]
    fn a_value_under_another_key_is_refused() {
        let entries = cut(&page(&[b"fact".to_vec()]));
        assert_eq!(Piece::read(&place_key(8), &entries[0].1), None);
    }

    /// A page in two pieces costs two inserts instead of one.
    #[test]
    fn a_full_page_of_real_facts_fits_one_value() {
        let mut page = Page::new(Position(7));
        let mut samples = crate::contract::Samples::new(5);
        samples.facts(5_000);
        while page.raw().len() < PAGE_BYTES {
            page.push(&samples.fact().bytes);
        }
        let sizes: Vec<_> = cut(&page).iter().map(|(_, value)| value.len()).collect();
        assert_eq!(sizes.len(), 1, "{} bytes became {sizes:?}", page.raw().len());
    }

    #[test]
    fn a_missing_or_swapped_piece_is_refused() {
        let noise = crate::contract::Samples::new(3).noise(20_000);
        let mut pieces = read(&cut(&page(&[noise]))).unwrap();
        assert_eq!(pieces.len(), 3);
        assert!(join(&pieces[..2]).is_err());
        pieces.swap(0, 1);
        assert!(join(&pieces).is_err());
        assert!(join(&[]).is_err());
    }
}
