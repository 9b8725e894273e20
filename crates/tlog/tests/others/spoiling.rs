//! Proofs that were tampered with: all verifiers say the same of them.

use crate::log::{Ours, all_theirs, ct_root, entry, sigstore, theirs};
use ct_merkle::{ConsistencyProof, InclusionProof};
use proptest::prelude::*;
use sigstore_merkle::{verify_consistency_proof, verify_inclusion_proof};
use sigstore_types::Sha256Hash;
use std::sync::LazyLock;
use thidua_tlog::{
    Hash, RightEdge, leaf_hash,
    proof::{verify_consistency, verify_inclusion},
    tile::TileReader,
};
use tlog_tiles::{check_record, check_tree};

const SIZE: u64 = 3000;

static LOG: LazyLock<Ours> = LazyLock::new(|| {
    let mut log = Ours::default();
    log.grow(SIZE);
    log
});

fn root(size: u64) -> Hash {
    let mut reader = TileReader::new(SIZE, |tile| LOG.read(tile));
    RightEdge::of(size, |node| reader.node(node)).unwrap().root()
}

/// What is done to a proof or to what is claimed with it.
#[derive(Clone, Debug)]
enum Spoil {
    Nothing,
    Bit(prop::sample::Index, u8),
    Insert(prop::sample::Index, Hash),
    Double(prop::sample::Index),
    Remove(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    /// The leaf, or the old size, is this much further on.
    Index(i64),
    Size(i64),
    OtherLeaf(u64),
    OtherRoot(u64),
    SwapRoots,
}

fn spoils() -> impl Strategy<Value = Vec<Spoil>> {
    let one = prop_oneof![
        Just(Spoil::Nothing),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, bit)| Spoil::Bit(at, bit)),
        (any::<prop::sample::Index>(), any::<Hash>()).prop_map(|(at, hash)| Spoil::Insert(at, hash)),
        any::<prop::sample::Index>().prop_map(Spoil::Double),
        any::<prop::sample::Index>().prop_map(Spoil::Remove),
        any::<(prop::sample::Index, prop::sample::Index)>().prop_map(|(a, b)| Spoil::Swap(a, b)),
        (-3..4_i64).prop_map(Spoil::Index),
        (-3..4_i64).prop_map(Spoil::Size),
        (0..SIZE).prop_map(Spoil::OtherLeaf),
        (1..SIZE).prop_map(Spoil::OtherRoot),
        Just(Spoil::SwapRoots),
    ];
    proptest::collection::vec(one, 0..3)
}

/// What is claimed: `index` is the leaf or the size of the old tree.
struct Claim {
    index: u64,
    size: u64,
    proof: Vec<Hash>,
    root: Hash,
}

fn spoil(claim: &mut Claim, spoil: &Spoil) {
    let proof = &mut claim.proof;
    let hashes = proof.len();
    match spoil {
        Spoil::Nothing | Spoil::OtherLeaf(_) | Spoil::SwapRoots => {}
        Spoil::Insert(at, hash) => proof.insert(at.index(hashes + 1), *hash),
        Spoil::Index(by) => claim.index = claim.index.saturating_add_signed(*by),
        Spoil::Size(by) => claim.size = claim.size.saturating_add_signed(*by),
        Spoil::OtherRoot(size) => claim.root = root(*size),
        Spoil::Bit(..) | Spoil::Double(_) | Spoil::Remove(_) | Spoil::Swap(..) if proof.is_empty() => {}
        Spoil::Bit(at, bit) => proof[at.index(hashes)][usize::from(bit / 8)] ^= 1 << (bit % 8),
        Spoil::Double(at) => proof.insert(at.index(hashes), proof[at.index(hashes)]),
        Spoil::Remove(at) => {
            proof.remove(at.index(hashes));
        }
        Spoil::Swap(a, b) => proof.swap(a.index(hashes), b.index(hashes)),
    }
}

proptest! {
    #[test]
    fn of_a_spoiled_inclusion_proof_all_say_the_same(
        size in 1..=SIZE, at in any::<prop::sample::Index>(), spoils in spoils(),
    ) {
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        let mut reader = TileReader::new(SIZE, |tile| LOG.read(tile));
        let proof = thidua_tlog::proof::inclusion(index, size, |node| reader.node(node)).unwrap();
        let (mut claim, mut place) = (Claim { index, size, proof, root: root(size) }, index);
        for one in &spoils {
            spoil(&mut claim, one);
            if let Spoil::OtherLeaf(other) = one {
                place = *other;
            }
        }
        let Claim { index, size, proof, root } = claim;
        let leaf = leaf_hash(&entry(place));
        let ours = verify_inclusion(&leaf, index, size, &proof, &root).is_ok();
        let cloudflare = check_record(&all_theirs(&proof), size, theirs(&root), index, theirs(&leaf)).is_ok();
        let (leaf, sigstore_root) = (Sha256Hash::new(leaf), Sha256Hash::new(root));
        let by_sigstore = verify_inclusion_proof(&leaf, index, size, &sigstore(&proof), &sigstore_root).is_ok();
        let proof = InclusionProof::try_from_bytes(proof.concat()).unwrap();
        let ct_merkle = ct_root(&root, size).verify_inclusion(&entry(place), index, &proof).is_ok();
        prop_assert_eq!((ours, ours, ours), (cloudflare, by_sigstore, ct_merkle));
        prop_assert!(ours || !spoils.is_empty());
    }

    #[test]
    fn of_a_spoiled_consistency_proof_all_say_the_same(
        size in 1..=SIZE, at in any::<prop::sample::Index>(), spoils in spoils(),
    ) {
        let old = at.index(usize::try_from(size).unwrap()) as u64 + 1;
        let mut reader = TileReader::new(SIZE, |tile| LOG.read(tile));
        let proof = thidua_tlog::proof::consistency(old, size, |node| reader.node(node)).unwrap();
        let (mut claim, mut old_root) = (Claim { index: old, size, proof, root: root(size) }, root(old));
        for one in &spoils {
            spoil(&mut claim, one);
            if let Spoil::OtherLeaf(size) = one {
                old_root = root(*size);
            } else if let Spoil::SwapRoots = one {
                std::mem::swap(&mut old_root, &mut claim.root);
            }
        }
        let Claim { index: old, size, proof, root } = claim;
        // Of a tree that grew out of nothing the others have nothing to say; see the vectors and our own tests.
        prop_assume!(old > 0);
        let ours = verify_consistency(old, size, &proof, &old_root, &root).is_ok();
        let cloudflare = check_tree(&all_theirs(&proof), size, theirs(&root), old, theirs(&old_root)).is_ok();
        let (old_there, root_there) = (Sha256Hash::new(old_root), Sha256Hash::new(root));
        let by_sigstore = verify_consistency_proof(old, size, &sigstore(&proof), &old_there, &root_there).is_ok();
        let proof = ConsistencyProof::try_from_bytes(proof.concat()).unwrap();
        let ct_merkle = ct_root(&root, size).verify_consistency(&ct_root(&old_root, old), &proof).is_ok();
        prop_assert_eq!((ours, ours, ours), (cloudflare, by_sigstore, ct_merkle));
        prop_assert!(ours || !spoils.is_empty());
    }
}
