//! The tree in tiles of 256 hashes, as files that anyone can fetch and keep (c2sp.org/tlog-tiles).

use crate::tree::{Hash, MAX_SIZE, Node, node_hash};
use thiserror::Error;

mod path;
mod reader;
#[cfg(test)]
mod tests;

pub use path::{PathError, TilePath};
pub use reader::{ReadError, TileReader};

/// The hashes of a full tile.
pub const WIDTH: u16 = 256;

/// The levels of the tree that one tile spans: 2^8 = 256.
const TILE_HEIGHT: u8 = 8;

/// The highest level of a tile in a tree of at most [`MAX_SIZE`] leaves.
const MAX_LEVEL: u8 = 7;

/// Which tile: consecutive hashes of complete subtrees of 256^level leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// Why there can be no such tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TileError {
    /// A tile has 1 to 256 hashes.
    #[error("a tile is 1 to 256 hashes wide, not {0}")]
    Width(u16),
    /// No tree of at most [`MAX_SIZE`] leaves has it.
    #[error("no tree reaches tile {index} of level {level}")]
    TooFar {
        /// The level of the tile.
        level: u8,
        /// Its place in the level.
        index: u64,
    },
}

impl Tile {
    /// The tile at this level (0 holds leaf hashes) and place, with this many hashes.
    ///
    /// # Errors
    /// No tree has such a tile.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, TileError> {
        if width == 0 || width > WIDTH {
            return Err(TileError::Width(width));
        }
        let hashes =
            index.checked_mul(u64::from(WIDTH)).and_then(|start| start.checked_add(u64::from(width)));
        let reached = level <= MAX_LEVEL && hashes.is_some_and(|hashes| hashes <= hashes_at(MAX_SIZE, level));
        if reached { Ok(Self { level, index, width }) } else { Err(TileError::TooFar { level, index }) }
    }

    /// The level: 0 holds leaf hashes, each hash of a higher level is the root of a full tile of the level below.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The place in its level.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has: 1 to 256.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it has all 256 hashes and will never change.
    pub const fn is_full(self) -> bool {
        self.width == WIDTH
    }

    /// The tile at this level and place in a tree of `size` leaves, as wide as it is there.
    pub fn within(size: u64, level: u8, index: u64) -> Option<Self> {
        let start = index.checked_mul(u64::from(WIDTH))?;
        let width = hashes_at(size, level).checked_sub(start)?.min(u64::from(WIDTH));
        Self::new(level, index, u16::try_from(width).ok()?).ok()
    }

    /// All tiles of a tree of `size` leaves, level by level.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        Self::changed(0, size)
    }

    /// The tiles of a tree of `new` leaves that it did not have, or not as wide, when it had `old` leaves: level by
    /// level, in order.
    pub fn changed(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..=MAX_LEVEL).flat_map(move |level| {
            let (before, after) = (hashes_at(old, level), hashes_at(new, level));
            let ends = if before < after { after.div_ceil(u64::from(WIDTH)) } else { 0 };
            (before / u64::from(WIDTH)..ends).filter_map(move |index| Self::within(new, level, index))
        })
    }

    /// The node that is this tile's root, if the tile is full: its hash stands in the tile above, see [`slot`].
    pub fn root(self) -> Option<Node> {
        self.is_full().then_some(Node { height: TILE_HEIGHT * (self.level + 1), index: self.index })
    }
}

/// How many hashes a level has in a tree of this size: its complete subtrees of 256^level leaves.
const fn hashes_at(size: u64, level: u8) -> u64 {
    match size.checked_shr(TILE_HEIGHT as u32 * level as u32) {
        Some(hashes) => hashes,
        None => 0,
    }
}

/// Where the tiles hold this node itself: level, place of the tile in the level, place of the hash in the tile. Nodes
/// between the levels of tiles are in none; they follow from the hashes of the level below.
pub fn slot(node: Node) -> Option<(u8, u64, u8)> {
    let place = u8::try_from(node.index % u64::from(WIDTH)).ok()?;
    node.height.is_multiple_of(TILE_HEIGHT).then_some((
        node.height / TILE_HEIGHT,
        node.index / u64::from(WIDTH),
        place,
    ))
}

/// The root of a subtree whose 2^n leaves are these hashes: of a full tile, the hash of its place in the tile above.
/// `None` when their number is no power of two.
pub fn root_of(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}
