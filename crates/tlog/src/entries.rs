//! Bundles of entries: what a level-0 tile hashes, each entry behind its length (c2sp.org/tlog-tiles, "Log entries").

use crate::{
    tile::WIDTH,
    tree::{Hash, leaf_hash},
};
use thiserror::Error;

/// The longest entry a bundle can hold, in bytes: lengths have 16 bits.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// Why entries make no bundle, or bytes are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// An entry is longer than [`MAX_ENTRY`] bytes.
    #[error("an entry has {0} bytes, more than 65535")]
    TooLong(usize),
    /// A bundle holds 1 to 256 entries.
    #[error("a bundle holds 1 to 256 entries")]
    Count,
    /// The bytes end within an entry, or before the last one.
    #[error("the bundle ends before entry {0} does")]
    CutShort(usize),
    /// Something follows the last entry.
    #[error("{0} bytes follow the last entry")]
    Trailing(usize),
    /// An entry is another one than the tree has.
    #[error("entry {0} of the bundle does not have the hash that the tile gives it")]
    OtherEntry(usize),
}

/// Writes entries as a bundle.
///
/// # Errors
/// There are none or more than 256, or one is too long.
pub fn encode<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let (mut bundle, mut count) = (Vec::new(), 0_u16);
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong(entry.len()))?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
        count = count.checked_add(1).filter(|count| *count <= WIDTH).ok_or(BundleError::Count)?;
    }
    if count == 0 { Err(BundleError::Count) } else { Ok(bundle) }
}

/// The entries of a bundle that holds `count` of them.
///
/// # Errors
/// The bytes are no such bundle.
pub fn decode(bundle: &[u8], count: u16) -> Result<Vec<&[u8]>, BundleError> {
    if count == 0 || count > WIDTH {
        return Err(BundleError::Count);
    }
    let mut rest = bundle;
    let entries = (0..usize::from(count)).map(|place| {
        let split = rest
            .split_first_chunk()
            .and_then(|(length, after)| after.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let (entry, after) = split.ok_or(BundleError::CutShort(place))?;
        rest = after;
        Ok(entry)
    });
    let entries = entries.collect::<Result<_, _>>()?;
    if rest.is_empty() { Ok(entries) } else { Err(BundleError::Trailing(rest.len())) }
}

/// The entries of a bundle, each checked against its hash in the tile.
///
/// # Errors
/// The bytes are no such bundle, or an entry is not the one the tree has.
pub fn decode_checked<'a>(bundle: &'a [u8], hashes: &[Hash]) -> Result<Vec<&'a [u8]>, BundleError> {
    let count = u16::try_from(hashes.len()).map_err(|_| BundleError::Count)?;
    let entries = decode(bundle, count)?;
    match entries.iter().zip(hashes).position(|(entry, hash)| leaf_hash(entry) != *hash) {
        None => Ok(entries),
        Some(place) => Err(BundleError::OtherEntry(place)),
    }
}

/// The part of a bundle that makes up the first `count` entries: how a log that keeps only the newest form of a bundle
/// serves the earlier ones.
///
/// # Errors
/// The bytes hold fewer entries.
pub fn first(bundle: &[u8], count: u16) -> Result<&[u8], BundleError> {
    let mut end = 0_usize;
    for place in 0..usize::from(count) {
        let length =
            bundle.get(end..).and_then(|rest| rest.first_chunk()).ok_or(BundleError::CutShort(place))?;
        end += 2 + usize::from(u16::from_be_bytes(*length));
    }
    bundle.get(..end).ok_or_else(|| BundleError::CutShort(usize::from(count) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bundle_is_each_entry_behind_its_length() {
        assert_eq!(encode([b"ab".as_slice(), b""]), Ok(vec![0, 2, b'a', b'b', 0, 0]));
        let long = vec![7; MAX_ENTRY + 1];
        assert_eq!(encode([&long[..MAX_ENTRY]]).map(|bundle| bundle.len()), Ok(MAX_ENTRY + 2));
        assert_eq!(encode([long.as_slice()]), Err(BundleError::TooLong(65_536)));
        assert_eq!(encode([]), Err(BundleError::Count));
        assert_eq!(encode([b"".as_slice(); 257]), Err(BundleError::Count));
    }

    #[test]
    fn a_bundle_holds_as_many_entries_as_its_path_says() {
        let bundle = encode([b"ab".as_slice(), b"c"]).unwrap();
        assert_eq!(decode(&bundle, 2), Ok(vec![b"ab".as_slice(), b"c"]));
        assert_eq!(decode(&bundle, 1), Err(BundleError::Trailing(3)));
        assert_eq!(decode(&bundle, 3), Err(BundleError::CutShort(2)));
        assert_eq!(decode(&bundle[..6], 2), Err(BundleError::CutShort(1)));
        assert_eq!(decode(&bundle[..5], 2), Err(BundleError::CutShort(1)));
        assert_eq!(decode(&[], 0), Err(BundleError::Count));
        assert_eq!(decode(&bundle, 257), Err(BundleError::Count));
    }

    #[test]
    fn one_entry_replaced_in_a_bundle_is_found() {
        let bundle = encode([b"ab".as_slice(), b"c"]).unwrap();
        let hashes = [leaf_hash(b"ab"), leaf_hash(b"d")];
        assert_eq!(decode_checked(&bundle, &hashes), Err(BundleError::OtherEntry(1)));
        assert!(decode_checked(&bundle, &[leaf_hash(b"ab"), leaf_hash(b"c")]).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..257)) {
            let bundle = encode(entries.iter().map(Vec::as_slice)).unwrap();
            let count = u16::try_from(entries.len()).unwrap();
            let read: Vec<_> = entries.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(decode(&bundle, count), Ok(read));
            for width in 1..=count {
                let narrower = encode(entries.iter().take(width.into()).map(Vec::as_slice)).unwrap();
                prop_assert_eq!(first(&bundle, width), Ok(narrower.as_slice()));
            }
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), count in 0..300_u16) {
            if let Ok(entries) = decode(&bytes, count) {
                prop_assert_eq!(encode(entries).unwrap(), bytes.clone());
            }
            let _ = first(&bytes, count);
        }
    }
}
