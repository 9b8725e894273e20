//! Proofs that a leaf is in a tree, and that a tree grew out of an earlier one (RFC 6962 §2.1.1 and §2.1.2).
//!
//! A proof says nothing about the size of the tree: the root does not commit to it. Take sizes from a signed
//! checkpoint only.

use crate::tree::{Hash, Node, empty_root, node_hash, subtree_hash};
use std::ops::Range;
use thiserror::Error;

#[cfg(test)]
mod tests;

/// The most hashes an inclusion proof can have, and the most that a witness is sent (c2sp.org/tlog-witness). Between trees
/// of more than 2^62 leaves, which no log will reach, a consistency proof can have one more.
pub const MAX_HASHES: usize = 63;

/// Why a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MakeError<E> {
    /// There is no such leaf, or no such earlier tree.
    #[error("{index} is not within a tree of {size} leaves")]
    OutOfRange {
        /// The leaf, or the size of the earlier tree.
        index: u64,
        /// The number of leaves of the tree.
        size: u64,
    },
    /// A hash of the tree could not be read.
    #[error("the tree could not be read: {0}")]
    Read(E),
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The leaf would lie behind the last one.
    #[error("leaf {index} is not within a tree of {size} leaves")]
    NoSuchLeaf {
        /// The leaf asked about.
        index: u64,
        /// The number of leaves of the tree.
        size: u64,
    },
    /// The later tree is the smaller one.
    #[error("a tree of {old} leaves cannot have grown into one of {new}")]
    Shrunk {
        /// The number of leaves of the earlier tree.
        old: u64,
        /// The number of leaves of the later tree.
        new: u64,
    },
    /// Not as many hashes as a proof between these places has.
    #[error("the proof has {found} hashes, not {expected}")]
    Length {
        /// How many it must have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// The hashes lead to another root than that of the (earlier) tree.
    #[error("the proof does not lead to the root of the earlier tree")]
    OldRoot,
    /// The hashes lead to another root than that of the tree.
    #[error("the proof does not lead to the root of the tree")]
    Root,
}

/// The proof that leaf `index` is in the tree of the first `size` leaves: the hashes beside its way to the root,
/// from the leaf's sibling upwards (RFC 6962 §2.1.1, PATH).
///
/// # Errors
/// There is no such leaf, or `read`, which is asked for complete subtrees only, failed.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, MakeError<E>> {
    if index >= size {
        return Err(MakeError::OutOfRange { index, size });
    }
    hashes(&beside(index, size), &mut read)
}

/// The proof that the tree of the first `new` leaves grew out of that of the first `old` (RFC 6962 §2.1.2, PROOF).
/// It is empty when `old` is zero, for anything may grow out of nothing, and when the two are equal.
///
/// # Errors
/// The earlier tree is the larger one, or `read`, which is asked for complete subtrees only, failed.
pub fn consistency<E>(
    old: u64,
    new: u64,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, MakeError<E>> {
    if old > new {
        return Err(MakeError::OutOfRange { index: old, size: new });
    }
    hashes(&between(old, new), &mut read)
}

fn hashes<E>(
    subtrees: &[Range<u64>],
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, MakeError<E>> {
    subtrees.iter().map(|leaves| subtree_hash(leaves, read).map_err(MakeError::Read)).collect()
}

/// Where RFC 6962 splits this many leaves: the largest power of two smaller than their number, which is at least two.
const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The subtrees beside the way from the leaf to the root, lowest first.
fn beside(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut start, mut end, mut subtrees) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            subtrees.push(middle..end);
            end = middle;
        } else {
            subtrees.push(start..middle);
            start = middle;
        }
    }
    subtrees.reverse();
    subtrees
}

/// The subtrees from which both roots can be computed, lowest first (RFC 6962 §2.1.2, SUBPROOF).
fn between(old: u64, new: u64) -> Vec<Range<u64>> {
    let (mut start, mut end, mut subtrees) = (0, new, Vec::new());
    if old == 0 {
        return subtrees;
    }
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            subtrees.push(middle..end);
            end = middle;
        } else {
            subtrees.push(start..middle);
            start = middle;
        }
    }
    // What remains is a subtree of the old tree. When it is the old tree itself, its root is known already.
    if start > 0 {
        subtrees.push(start..end);
    }
    subtrees.reverse();
    subtrees
}

/// Checks that the leaf with this hash is number `index` of the tree of `size` leaves with this root
/// (RFC 9162 §2.1.3.2).
///
/// # Errors
/// The proof does not prove it.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let path = Path::to_leaf(index, size);
    expect_length(path.len(), proof)?;
    let way = path.climb(*leaf, proof, |_, _| {});
    if way == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `new` leaves with root `new_root` grew out of the tree of `old` leaves with root `old_root`
/// (RFC 9162 §2.1.4.2). The empty tree has one root only, [`empty_root`]; with it as the old tree the proof is empty.
///
/// # Errors
/// The proof does not prove it.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 && *old_root != empty_root() {
        return Err(ProofError::OldRoot);
    }
    if old == 0 || old == new {
        expect_length(0, proof)?;
        // Of an empty old tree nothing follows for the new root, unless that tree is empty too.
        return if old == new && old_root != new_root { Err(ProofError::Root) } else { Ok(()) };
    }
    // The proof climbs from the last complete subtree of the old tree. Its hash comes first, unless it is the old tree.
    let height = old.trailing_zeros();
    let path = Path::to_leaf((old >> height) - 1, ((new - 1) >> height) + 1);
    let is_whole = old.is_power_of_two();
    expect_length(path.len() + usize::from(!is_whole), proof)?;
    let (start, rest) = match proof.split_first() {
        Some((first, rest)) if !is_whole => (first, rest),
        Some(_) | None => (old_root, proof),
    };
    // Only what lies left of the way belongs to the old tree.
    let mut old_way = *start;
    let new_way = path.climb(*start, rest, |side, hash| match side {
        Side::Left => old_way = node_hash(hash, &old_way),
        Side::Right => {}
    });
    match (old_way == *old_root, new_way == *new_root) {
        (true, true) => Ok(()),
        (true, false) => Err(ProofError::Root),
        (false, _) => Err(ProofError::OldRoot),
    }
}

fn expect_length(expected: usize, proof: &[Hash]) -> Result<(), ProofError> {
    if proof.len() == expected { Ok(()) } else { Err(ProofError::Length { expected, found: proof.len() }) }
}

/// On which side of the way a hash lies.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// The way from a leaf to the root: first `inner` steps up to where it meets the way of the last leaf, then `border`
/// steps along the right border of the tree, where all that lies beside it lies to the left.
struct Path {
    index: u64,
    inner: u32,
    border: u32,
}

impl Path {
    /// The way from leaf `index` of `size`; `index < size`.
    const fn to_leaf(index: u64, size: u64) -> Self {
        // Above the highest bit in which the leaf and the last leaf differ, both go the same way.
        let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
        let border = match index.checked_shr(inner) {
            Some(rest) => rest.count_ones(),
            None => 0,
        };
        Self { index, inner, border }
    }

    const fn len(&self) -> usize {
        (self.inner + self.border) as usize
    }

    /// The hash at the top, with every hash of the proof shown with its side on the way.
    fn climb(&self, from: Hash, proof: &[Hash], mut show: impl FnMut(Side, &Hash)) -> Hash {
        let sides = (0..self.inner)
            .map(|step| if self.index >> step & 1 == 1 { Side::Left } else { Side::Right })
            .chain((0..self.border).map(|_| Side::Left));
        sides.zip(proof).fold(from, |way, (side, hash)| {
            show(side, hash);
            match side {
                Side::Left => node_hash(hash, &way),
                Side::Right => node_hash(&way, hash),
            }
        })
    }
}
