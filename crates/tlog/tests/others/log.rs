//! One log, kept by us in tiles and by the others in their own ways.

use ct_merkle::{RootHash, mem_backed_tree::MemoryBackedTree};
use sha2_next::Sha256;
use sigstore_types::Sha256Hash;
use std::collections::BTreeMap;
use thidua_tlog::{
    Hash, RightEdge, leaf_hash,
    tile::{Tile, slot},
};
use tlog_tiles::{Error, HashReader};

/// The most leaves that a test builds.
pub const LARGEST: u64 = 70_000;

/// The entry at a place: of different lengths, and no two the same.
pub fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}{}", "!".repeat(usize::try_from(index % 7).unwrap())).into_bytes()
}

#[derive(Default)]
pub struct Ours {
    pub edge: RightEdge,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
}

impl Ours {
    pub fn grow(&mut self, size: u64) {
        while self.edge.size() < size {
            let tiles = &mut self.tiles;
            self.edge.push_and_show(leaf_hash(&entry(self.edge.size())), |node, hash| {
                if let Some((level, index, _)) = slot(node) {
                    tiles.entry((level, index)).or_default().extend_from_slice(hash);
                }
            });
        }
    }

    pub fn read(&self, tile: Tile) -> Result<Vec<u8>, &'static str> {
        let bytes = self.tiles.get(&(tile.level(), tile.index())).ok_or("no such tile")?;
        Ok(bytes.get(..usize::from(tile.width()) * 32).ok_or("not that wide")?.to_vec())
    }
}

/// The hashes in the order in which Go's `sumdb` stores them.
#[derive(Default)]
pub struct Cloudflare {
    size: u64,
    hashes: Vec<tlog_tiles::Hash>,
}

impl HashReader for Cloudflare {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        Ok(indexes.iter().map(|index| self.hashes[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Cloudflare {
    pub fn grow(&mut self, size: u64) {
        while self.size < size {
            let new = tlog_tiles::stored_hashes(self.size, &entry(self.size), self).unwrap();
            self.hashes.extend(new);
            self.size += 1;
        }
    }
}

pub fn theirs(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash)
}

pub fn all_theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(theirs).collect()
}

pub fn all_ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| hash.0).collect()
}

pub fn sigstore(hashes: &[Hash]) -> Vec<Sha256Hash> {
    hashes.iter().map(|hash| Sha256Hash::new(*hash)).collect()
}

pub type CtTree = MemoryBackedTree<Sha256, Vec<u8>>;

pub fn ct_root(root: &Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root).into(), size)
}
