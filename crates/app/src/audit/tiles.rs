//! The tree over the log, in memory: the tiles that are handed out and that proofs are made from.
//!
//! They follow from the log and are made anew at every start, while its facts are hashed anyway. A fact takes 32 bytes
//! here, a twentieth of what the views keep of it; on disk the tree takes nothing.

use std::convert::Infallible;
use tlog::{
    Hash, RightEdge,
    proof::MakeError,
    tile::{ReadError, Tile, TileReader, WIDTH, slot},
};

/// Every complete subtree that stands in a tile.
#[derive(Debug, Default)]
pub struct Tiles {
    edge: RightEdge,
    /// Level by level, tile by tile. Hashes are only ever added.
    levels: Vec<Vec<Vec<Hash>>>,
}

/// Why a proof could not be made from the tiles.
pub type ProofError = MakeError<ReadError<Infallible>>;

impl Tiles {
    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The root, from the edge on which the tree grows.
    pub fn root(&self) -> Hash {
        self.edge.root()
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.edge.push_and_show(leaf, |node, hash| {
            if let Some((level, _, place)) = slot(node) {
                let level = usize::from(level);
                if levels.len() <= level {
                    levels.push(Vec::new());
                }
                // A node is shown when it is complete, so that the hashes of a level come in order.
                let tiles = &mut levels[level];
                if place == 0 {
                    tiles.push(Vec::with_capacity(room(tiles.len())));
                }
                if let Some(tile) = tiles.last_mut() {
                    tile.push(*hash);
                }
            }
        });
    }

    /// The hashes of a tile, one after the other; `None` when the tree does not have it, or not as wide.
    pub fn bytes(&self, tile: Tile) -> Option<Vec<u8>> {
        let level = self.levels.get(usize::from(tile.level()))?;
        let hashes = level.get(usize::try_from(tile.index()).ok()?)?;
        hashes.get(..tile.width().into()).map(|hashes| hashes.as_flattened().to_vec())
    }

    /// The hash of a leaf; `None` when the tree does not have it.
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        let tile = self.levels.first()?.get(usize::try_from(index / u64::from(WIDTH)).ok()?)?;
        tile.get(usize::try_from(index % u64::from(WIDTH)).ok()?).copied()
    }

    /// The hashes of the leaves from `from` on, at most `count`.
    pub fn leaves(&self, from: u64, count: usize) -> impl Iterator<Item = Hash> {
        (from..self.size()).take(count).filter_map(|index| self.leaf(index))
    }

    /// The edge of the tree as it was with so many leaves. `None` when it has fewer.
    pub fn edge(&self, size: u64) -> Option<RightEdge> {
        let mut reader = TileReader::new(size, self.read(size)?);
        RightEdge::of(size, |node| reader.node(node)).ok()
    }

    /// The root of the tree as it was with so many leaves, computed from the tiles. `None` when it has fewer.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        TileReader::new(size, self.read(size)?).root().ok()
    }

    /// The proof that a leaf is in the tree of `size` leaves.
    ///
    /// # Errors
    /// There is no such leaf, or no such tree.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
        let out_of_range = || MakeError::OutOfRange { index, size: self.size() };
        TileReader::new(size, self.read(size).ok_or_else(out_of_range)?).inclusion(index)
    }

    /// The proof that the tree of `new` leaves grew out of that of `old`.
    ///
    /// # Errors
    /// There is no such tree.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
        let out_of_range = || MakeError::OutOfRange { index: new, size: self.size() };
        TileReader::new(new, self.read(new).ok_or_else(out_of_range)?).consistency(old)
    }

    /// Flips a bit of the hash of a leaf, as memory may.
    #[cfg(test)]
    pub(super) fn flip(&mut self, index: usize) {
        self.levels[0][index / usize::from(WIDTH)][index % usize::from(WIDTH)][7] ^= 1;
    }

    /// Reads the tiles, for a tree of so many leaves.
    fn read(&self, size: u64) -> Option<impl FnMut(Tile) -> Result<Vec<u8>, Infallible>> {
        // A tile that is missing all the same reads as none, which the reader refuses by its length.
        (size <= self.size()).then_some(|tile| Ok(self.bytes(tile).unwrap_or_default()))
    }
}

/// The first tile of a level grows as it needs to, for most logs of a test have no second one.
fn room(tiles_before: usize) -> usize {
    if tiles_before == 0 { 0 } else { WIDTH.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog::{
        leaf_hash,
        proof::{verify_consistency, verify_inclusion},
    };

    fn tiles(size: u64) -> Tiles {
        let mut tiles = Tiles::default();
        (0..size).for_each(|leaf| tiles.push(leaf_hash(&leaf.to_be_bytes())));
        tiles
    }

    #[test]
    fn the_tiles_are_those_of_the_specification() {
        let tiles = tiles(70_000);
        let counts: Vec<_> =
            tiles.levels.iter().map(|level| (level.len(), level[level.len() - 1].len())).collect();
        assert_eq!(counts, [(274, 112), (2, 17), (1, 1)]);
        for tile in Tile::all(70_000) {
            assert_eq!(tiles.bytes(tile).map(|bytes| bytes.len()), Some(usize::from(tile.width()) * 32));
        }
        assert_eq!(tiles.bytes(Tile::new(0, 273, 113).unwrap()), None);
        assert_eq!(tiles.bytes(Tile::new(3, 0, 1).unwrap()), None);
    }

    #[test]
    fn every_earlier_tree_can_still_be_proven() {
        let tiles = tiles(1000);
        let root = tiles.root();
        assert_eq!(tiles.root_at(1000), Some(root));
        for size in [0, 1, 2, 255, 256, 257, 511, 999, 1000] {
            let then = tiles.edge(size).unwrap();
            assert_eq!((then.size(), Some(then.root())), (size, tiles.root_at(size)));
            let proof = tiles.consistency(size, 1000).unwrap();
            verify_consistency(size, 1000, &proof, &then.root(), &root).unwrap();
            for index in (0..size).step_by(97) {
                let leaf = leaf_hash(&index.to_be_bytes());
                let proof = tiles.inclusion(index, size).unwrap();
                verify_inclusion(&leaf, index, size, &proof, &then.root()).unwrap();
            }
        }
        assert_eq!(tiles.root_at(1001), None);
        assert!(tiles.inclusion(0, 1001).is_err());
        assert!(tiles.inclusion(7, 7).is_err());
        assert!(tiles.consistency(0, 1001).is_err());
    }
}
