//! A log that grows to 70,000 entries, compared at many sizes: roots, tiles, paths, proofs.

use crate::log::{Cloudflare, CtTree, LARGEST, Ours, all_ours, all_theirs, ct_root, entry, sigstore, theirs};
use ct_merkle::{ConsistencyProof, InclusionProof};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sigstore_merkle::{verify_consistency_proof, verify_inclusion_proof};
use sigstore_types::Sha256Hash;
use std::collections::BTreeMap;
use thidua_tlog::{
    Hash, leaf_hash,
    proof::{verify_consistency, verify_inclusion},
    tile::{Tile, TilePath, TileReader},
};
use tlog_tiles::{
    Tile as TheirTile, TileHashReader, TileReader as TheirTileReader, check_record, check_tree, prove_record,
    prove_tree, tree_hash,
};

/// Sizes in ascending order: where tiles begin and end, and some that chance picks.
fn sizes() -> Vec<u64> {
    let fixed = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, LARGEST];
    let mut runner = TestRunner::default();
    let picked = proptest::collection::vec(0..LARGEST, 30).new_tree(&mut runner).unwrap().current();
    let mut sizes: Vec<_> = fixed.into_iter().chain(picked).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Both logs at each of the sizes, with the sizes and roots before.
fn at_each_size(mut check: impl FnMut(&Ours, &Cloudflare, &BTreeMap<u64, Hash>)) {
    let (mut ours, mut cloudflare, mut roots) = (Ours::default(), Cloudflare::default(), BTreeMap::new());
    for size in sizes() {
        ours.grow(size);
        cloudflare.grow(size);
        let root = ours.edge.root();
        assert_eq!(tree_hash(size, &cloudflare).unwrap(), theirs(&root), "root of {size}");
        roots.insert(size, root);
        check(&ours, &cloudflare, &roots);
    }
}

fn pick(size: u64) -> impl Iterator<Item = u64> {
    let mut runner = TestRunner::default();
    let some = proptest::collection::vec(0..size, 6).new_tree(&mut runner).unwrap().current();
    [0, size - 1, size / 2].into_iter().chain(some)
}

#[test]
fn roots_and_inclusion_proofs_are_theirs() {
    at_each_size(|ours, cloudflare, roots| {
        let (size, root) = roots.last_key_value().unwrap();
        for index in pick((*size).max(1)).filter(|index| index < size) {
            let proof = TileReader::new(*size, |tile| ours.read(tile)).inclusion(index).unwrap();
            assert_eq!(
                all_theirs(&proof),
                prove_record(*size, index, cloudflare).unwrap(),
                "{index} of {size}"
            );
            let leaf = leaf_hash(&entry(index));
            verify_inclusion(&leaf, index, *size, &proof, root).unwrap();
            check_record(&all_theirs(&proof), *size, theirs(root), index, theirs(&leaf)).unwrap();
            let (leaf, root_there) = (Sha256Hash::new(leaf), Sha256Hash::new(*root));
            verify_inclusion_proof(&leaf, index, *size, &sigstore(&proof), &root_there).unwrap();
            let proof = InclusionProof::try_from_bytes(proof.concat()).unwrap();
            ct_root(root, *size).verify_inclusion(&entry(index), index, &proof).unwrap();
        }
    });
}

#[test]
fn consistency_proofs_are_theirs() {
    at_each_size(|ours, cloudflare, roots| {
        let (size, root) = roots.last_key_value().unwrap();
        for (old, old_root) in roots {
            let proof = TileReader::new(*size, |tile| ours.read(tile)).consistency(*old).unwrap();
            verify_consistency(*old, *size, &proof, old_root, root).unwrap();
            let (old_there, root_there) = (Sha256Hash::new(*old_root), Sha256Hash::new(*root));
            verify_consistency_proof(*old, *size, &sigstore(&proof), &old_there, &root_there).unwrap();
            if *old > 0 {
                // The other two have no proof that a tree grew out of nothing.
                assert_eq!(
                    all_theirs(&proof),
                    prove_tree(*size, *old, cloudflare).unwrap(),
                    "{old} to {size}"
                );
                check_tree(&all_theirs(&proof), *size, theirs(root), *old, theirs(old_root)).unwrap();
                let proof = ConsistencyProof::try_from_bytes(proof.concat()).unwrap();
                ct_root(root, *size).verify_consistency(&ct_root(old_root, *old), &proof).unwrap();
            }
        }
    });
}

/// Our path of the tile as theirs writes it: Go's has the height of the tiles in it.
fn their_path(tile: Tile) -> String {
    TilePath::Hashes(tile).to_string().replacen("tile/", "tile/8/", 1)
}

#[test]
fn tiles_paths_and_what_changes_are_theirs() {
    let mut old = 0;
    at_each_size(|ours, cloudflare, roots| {
        let (size, _) = roots.last_key_value().unwrap();
        let changed: Vec<_> = Tile::changed(old, *size).collect();
        let their_changed = TheirTile::new_tiles(8, old, *size);
        let paths: Vec<_> = changed.iter().map(|tile| their_path(*tile)).collect();
        assert_eq!(paths, their_changed.iter().map(TheirTile::path).collect::<Vec<_>>(), "{old} to {size}");
        for (tile, their_tile) in changed.iter().zip(their_changed) {
            assert!(
                ours.read(*tile).unwrap() == their_tile.read_data(cloudflare).unwrap(),
                "{tile:?} of {size}"
            );
        }
        old = *size;
    });
}

struct OurTiles<'a>(&'a Ours);

impl TheirTileReader for OurTiles<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[TheirTile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let ours = tiles.iter().map(|tile| {
            let width = u16::try_from(tile.width()).unwrap();
            self.0.read(Tile::new(tile.level(), tile.level_index(), width).unwrap()).unwrap()
        });
        Ok(ours.collect())
    }

    fn save_tiles(&self, _: &[TheirTile], _: &[Vec<u8>]) {}
}

/// Their reader, which checks every tile against the root, reads our tiles; its proofs are ours.
#[test]
fn their_reader_reads_our_tiles_and_trusts_them() {
    at_each_size(|ours, _, roots| {
        let (size, root) = roots.last_key_value().unwrap();
        let tiles = OurTiles(ours);
        let reader = TileHashReader::new(*size, theirs(root), &tiles);
        for index in pick((*size).max(1)).filter(|index| index < size).take(4) {
            let proof = prove_record(*size, index, &reader).unwrap();
            verify_inclusion(&leaf_hash(&entry(index)), index, *size, &all_ours(&proof), root).unwrap();
        }
    });
}

/// `ct-merkle` keeps a tree of its own: every proof of every size up to some.
#[test]
fn a_tree_that_ct_merkle_keeps_has_our_roots_and_proofs() {
    let (mut ours, mut tree) = (Ours::default(), CtTree::new());
    let mut roots = vec![ours.edge.root()];
    for size in 1..=70_u64 {
        tree.push(entry(size - 1));
        ours.grow(size);
        let root = ours.edge.root();
        assert_eq!(tree.root(), ct_root(&root, size));
        roots.push(root);
        for index in 0..size {
            let proof = TileReader::new(size, |tile| ours.read(tile)).inclusion(index).unwrap();
            let theirs = tree.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(proof.concat(), theirs.as_bytes(), "{index} of {size}");
        }
        for old in 1..=size {
            let proof = TileReader::new(size, |tile| ours.read(tile)).consistency(old).unwrap();
            let theirs = tree.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(proof.concat(), theirs.as_bytes(), "{old} to {size}");
            verify_consistency(old, size, &proof, &roots[usize::try_from(old).unwrap()], &root).unwrap();
        }
    }
}
