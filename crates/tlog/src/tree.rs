//! The hash tree of RFC 6962 §2.1: its hashes, its complete subtrees, and the edge on which it grows.

use sha2::{Digest, Sha256};
use std::ops::Range;

#[cfg(test)]
mod tests;

/// A hash in the tree: SHA-256.
pub type Hash = [u8; 32];

/// The most leaves a tree may have: other verifiers count in signed 64-bit numbers.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// The hash of a leaf: SHA-256 of a zero byte and the leaf's bytes (RFC 6962 §2.1).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0_u8]).chain_update(leaf).finalize().into()
}

/// The hash of an inner node: SHA-256 of a one byte and its two children (RFC 6962 §2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1_u8]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A complete subtree: the 2^`height` leaves from `index` · 2^`height` on. Once complete it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// How far above the leaves: 0 is a leaf.
    pub height: u8,
    /// Which of the subtrees of this height, from 0 at the left.
    pub index: u64,
}

impl Node {
    /// The node of a leaf.
    pub const fn leaf(index: u64) -> Self {
        Self { height: 0, index }
    }

    /// Whether all its leaves are among the first `size`.
    pub const fn is_within(self, size: u64) -> bool {
        self.height < 64 && self.index < size >> self.height
    }
}

/// The complete subtrees that make up these leaves, largest first. The leaves must be what a subtree of a tree holds:
/// a first one divisible by a power of two that is at least their number.
pub(crate) fn nodes_of(leaves: &Range<u64>) -> impl DoubleEndedIterator<Item = Node> + use<> {
    let Range { start, end } = *leaves;
    let count = end.saturating_sub(start);
    let heights = (0..64_u8).rev().filter(move |height| count >> height & 1 == 1);
    // What lies before a subtree are the leaves before the range and the larger subtrees: the higher bits of the count.
    heights.map(move |height| Node { height, index: (start >> height) + ((count >> height) - 1) })
}

/// The hash of a subtree, complete or not, from the hashes of complete ones (RFC 6962 §2.1, MTH).
pub(crate) fn subtree_hash<E>(
    leaves: &Range<u64>,
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let mut right = None;
    for node in nodes_of(leaves).rev() {
        let hash = read(node)?;
        right = Some(right.map_or(hash, |right| node_hash(&hash, &right)));
    }
    Ok(right.unwrap_or_else(empty_root))
}

/// The right edge of a growing tree: one root for each complete subtree, largest first. It is all that is needed
/// to add leaves and to know the root, at most 64 hashes whatever the size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightEdge {
    size: u64,
    subtrees: Vec<Hash>,
}

impl RightEdge {
    /// The edge of a tree of `size` leaves, from the hashes of its complete subtrees.
    ///
    /// # Errors
    /// Whatever `read` fails with.
    pub fn of<E>(size: u64, read: impl FnMut(Node) -> Result<Hash, E>) -> Result<Self, E> {
        Ok(Self { size, subtrees: nodes_of(&(0..size)).map(read).collect::<Result<_, E>>()? })
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_and_show(leaf, |_, _| {});
    }

    /// Adds a leaf by its hash and shows every subtree that it completes, the leaf itself first: what a store of tiles
    /// has to add (see [`tile::slot`](crate::tile::slot)).
    pub fn push_and_show(&mut self, leaf: Hash, mut show: impl FnMut(Node, &Hash)) {
        let mut node = leaf;
        show(Node::leaf(self.size), &node);
        // Every trailing one bit of the size is a complete subtree that the new leaf completes into a larger one.
        for height in 1..=self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = node_hash(&left, &node);
            }
            show(Node { height: u8::try_from(height).unwrap_or(u8::MAX), index: self.size >> height }, &node);
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root of the tree (RFC 6962 §2.1); for an empty tree, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        match subtrees.next() {
            None => empty_root(),
            Some(last) => subtrees.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}
