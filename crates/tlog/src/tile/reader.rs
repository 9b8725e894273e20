//! Reading a tree from its tiles.

use super::{TILE_HEIGHT, Tile, WIDTH, root_of};
use crate::{
    proof::{self, MakeError},
    tree::{Hash, Node, subtree_hash},
};
use thiserror::Error;

/// Reads the hashes of a tree of a certain size from its tiles, each of which it asks for once and keeps: make one for
/// each proof.
///
/// The hashes are as good as the tiles. Whoever does not trust their source checks what comes out against a signed root:
/// [`verify_inclusion`](proof::verify_inclusion) and [`verify_consistency`](proof::verify_consistency) do.
pub struct TileReader<F> {
    size: u64,
    read: F,
    /// Few: a proof touches two tiles a level at most.
    held: Vec<(Tile, Vec<u8>)>,
}

/// Why a hash could not be read from the tiles.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError<E> {
    /// The tree does not have this complete subtree.
    #[error("a tree of {size} leaves has no complete subtree {} of height {}", node.index, node.height)]
    NoSuchNode {
        /// The subtree asked for.
        node: Node,
        /// The number of leaves of the tree.
        size: u64,
    },
    /// A tile is not as long as its width says.
    #[error("{} has {found} bytes, not {}", super::TilePath::Hashes(*tile), usize::from(tile.width()) * 32)]
    Length {
        /// The tile.
        tile: Tile,
        /// The number of its bytes.
        found: usize,
    },
    /// The tile could not be had.
    #[error("{0}")]
    Tile(E),
}

impl<F, E> TileReader<F>
where
    F: FnMut(Tile) -> Result<Vec<u8>, E>,
{
    /// Reads the tree of `size` leaves. `read` is asked only for tiles this tree has, exactly as wide as they are in it
    /// (c2sp.org/tlog-tiles, "Partial Tiles").
    pub const fn new(size: u64, read: F) -> Self {
        Self { size, read, held: Vec::new() }
    }

    /// The hash of a complete subtree.
    ///
    /// # Errors
    /// The tree has no such subtree, or its tile cannot be read.
    pub fn node(&mut self, node: Node) -> Result<Hash, ReadError<E>> {
        let missing = ReadError::NoSuchNode { node, size: self.size };
        if !node.is_within(self.size) {
            return Err(missing);
        }
        // The node is the root of 2^above hashes of the tile's level.
        let (level, above) = (node.height / TILE_HEIGHT, node.height % TILE_HEIGHT);
        let first = node.index << above;
        let Some(tile) = Tile::within(self.size, level, first / u64::from(WIDTH)) else {
            return Err(missing);
        };
        let place = usize::try_from(first % u64::from(WIDTH)).unwrap_or(usize::MAX);
        let hashes = self.tile(tile)?;
        hashes.get(place..place.saturating_add(1 << above)).and_then(root_of).ok_or(missing)
    }

    /// The root of the tree.
    ///
    /// # Errors
    /// A tile cannot be read.
    pub fn root(&mut self) -> Result<Hash, ReadError<E>> {
        subtree_hash(&(0..self.size), &mut |node| self.node(node))
    }

    /// The proof that leaf `index` is in the tree.
    ///
    /// # Errors
    /// There is no such leaf, or a tile cannot be read.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, MakeError<ReadError<E>>> {
        proof::inclusion(index, self.size, |node| self.node(node))
    }

    /// The proof that the tree grew out of that of its first `old` leaves.
    ///
    /// # Errors
    /// The tree is smaller than that, or a tile cannot be read.
    pub fn consistency(&mut self, old: u64) -> Result<Vec<Hash>, MakeError<ReadError<E>>> {
        proof::consistency(old, self.size, |node| self.node(node))
    }

    fn tile(&mut self, tile: Tile) -> Result<&[Hash], ReadError<E>> {
        let place = match self.held.iter().position(|(held, _)| *held == tile) {
            Some(place) => place,
            None => {
                let bytes = (self.read)(tile).map_err(ReadError::Tile)?;
                if bytes.len() != usize::from(tile.width()) * size_of::<Hash>() {
                    return Err(ReadError::Length { tile, found: bytes.len() });
                }
                self.held.push((tile, bytes));
                self.held.len() - 1
            }
        };
        Ok(self.held.get(place).map_or(&[], |(_, bytes)| bytes.as_chunks().0))
    }
}
