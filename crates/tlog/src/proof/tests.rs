//! Proofs against the definitions of RFC 6962, every tree up to a size, and every way to spoil one.

use super::*;
use crate::tree::leaf_hash;
use proptest::prelude::*;
use std::convert::Infallible;

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect()
}

/// MTH of RFC 6962 §2.1, word for word.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

/// PATH of RFC 6962 §2.1.1, word for word.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut path, sibling) = if m < k {
        (path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 6962 §2.1.2, word for word.
fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut proof, sibling) = if m <= k {
        (subproof(m, &leaves[..k], whole), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    proof.push(sibling);
    proof
}

fn reader(leaves: &[Hash]) -> impl FnMut(Node) -> Result<Hash, Infallible> {
    |node| {
        let start = usize::try_from(node.index << node.height).unwrap();
        Ok(mth(&leaves[start..start + (1 << node.height)]))
    }
}

#[test]
fn every_proof_of_every_small_tree_is_the_one_of_the_definition_and_is_accepted() {
    let all = leaves(40);
    for size in 0..=40_u64 {
        let tree = &all[..usize::try_from(size).unwrap()];
        let root = mth(tree);
        for index in 0..size {
            let place = usize::try_from(index).unwrap();
            let proof = inclusion(index, size, reader(tree)).unwrap();
            assert_eq!(proof, path(place, tree), "leaf {index} of {size}");
            assert_eq!(verify_inclusion(&tree[place], index, size, &proof, &root), Ok(()));
        }
        for old in 0..=size {
            let place = usize::try_from(old).unwrap();
            let proof = consistency(old, size, reader(tree)).unwrap();
            let defined = if old == 0 { Vec::new() } else { subproof(place, tree, true) };
            assert_eq!(proof, defined, "{old} to {size}");
            assert_eq!(verify_consistency(old, size, &proof, &mth(&tree[..place]), &root), Ok(()));
        }
    }
}

#[test]
fn what_is_not_in_the_tree_has_no_proof() {
    let tree = leaves(5);
    assert_eq!(inclusion(5, 5, reader(&tree)), Err(MakeError::OutOfRange { index: 5, size: 5 }));
    assert_eq!(consistency(6, 5, reader(&tree)), Err(MakeError::OutOfRange { index: 6, size: 5 }));
    let refuse = |_: Node| Err::<Hash, _>("the disk is gone");
    assert_eq!(inclusion(0, 2, refuse), Err(MakeError::Read("the disk is gone")));
    assert_eq!(
        verify_inclusion(&tree[0], 5, 5, &[], &tree[0]),
        Err(ProofError::NoSuchLeaf { index: 5, size: 5 })
    );
    assert_eq!(verify_consistency(6, 5, &[], &tree[0], &tree[0]), Err(ProofError::Shrunk { old: 6, new: 5 }));
}

#[test]
fn the_empty_tree_has_one_root_and_grows_into_anything_without_proof() {
    let (empty, other) = (empty_root(), leaf_hash(b"other"));
    assert_eq!(verify_consistency(0, 0, &[], &empty, &empty), Ok(()));
    assert_eq!(verify_consistency(0, 3, &[], &empty, &other), Ok(()));
    assert_eq!(verify_consistency(0, 3, &[], &other, &other), Err(ProofError::OldRoot));
    assert_eq!(verify_consistency(0, 0, &[], &empty, &other), Err(ProofError::Root));
    assert_eq!(
        verify_consistency(0, 3, &[other], &empty, &other),
        Err(ProofError::Length { expected: 0, found: 1 })
    );
    assert_eq!(verify_consistency(3, 3, &[], &other, &empty), Err(ProofError::Root));
}

#[test]
fn the_largest_tree_has_proofs_of_63_hashes_at_most() {
    let size = crate::MAX_SIZE;
    let same = |_: Node| Ok::<_, Infallible>(leaf_hash(b"the same everywhere"));
    let longest =
        [0, 1, size / 2, size - 2, size - 1].map(|index| inclusion(index, size, same).unwrap().len());
    assert_eq!(longest.iter().max(), Some(&MAX_HASHES));
    let longest = [1, 3, size / 4 + 1, size / 2].map(|old| consistency(old, size / 2, same).unwrap().len());
    assert_eq!(longest.iter().max(), Some(&MAX_HASHES));
}

/// One way to spoil a list of hashes.
fn spoiled(proof: &[Hash], kind: u8, at: prop::sample::Index, other: Hash) -> Vec<Hash> {
    let mut proof = proof.to_vec();
    match kind {
        0 => proof.push(other),
        1 => proof.insert(0, other),
        2 if !proof.is_empty() => drop(proof.pop()),
        3 if !proof.is_empty() => drop(proof.remove(0)),
        4 if !proof.is_empty() => {
            let place = at.index(proof.len());
            proof[place][at.index(32)] ^= 1 << at.index(8);
        }
        5 if proof.len() > 1 => proof.reverse(),
        _ => {
            let place = at.index(proof.len() + 1);
            proof.insert(place, other);
        }
    }
    proof
}

proptest! {
    #[test]
    fn a_spoiled_proof_proves_nothing(
        size in 2_u64..300,
        at in any::<prop::sample::Index>(),
        kind in 0..7_u8,
        other in any::<Hash>(),
    ) {
        let tree = leaves(size);
        let root = mth(&tree);
        let place = at.index(tree.len());
        let proof = inclusion(place as u64, size, reader(&tree)).unwrap();
        let bad = spoiled(&proof, kind, at, other);
        prop_assert!(verify_inclusion(&tree[place], place as u64, size, &bad, &root).is_err());
        prop_assert!(verify_inclusion(&other, place as u64, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&tree[place], place as u64, size, &proof, &other).is_err());

        let proof = consistency(place as u64, size, reader(&tree)).unwrap();
        let old_root = mth(&tree[..place]);
        let bad = spoiled(&proof, kind, at, other);
        prop_assert!(verify_consistency(place as u64, size, &bad, &old_root, &root).is_err());
        prop_assert!(verify_consistency(place as u64, size, &proof, &other, &root).is_err());
        if place > 0 {
            prop_assert!(verify_consistency(place as u64, size, &proof, &old_root, &other).is_err());
            prop_assert!(verify_consistency(place as u64, size, &proof, &root, &old_root).is_err());
        }
    }

    /// A proof for one leaf proves no other leaf, and a node offered as a leaf is refused for its height.
    #[test]
    fn a_proof_is_good_for_one_place_only(size in 2_u64..300, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let tree = leaves(size);
        let (a, b) = (a.index(tree.len()), b.index(tree.len()));
        let proof = inclusion(a as u64, size, reader(&tree)).unwrap();
        let accepted = verify_inclusion(&tree[b], b as u64, size, &proof, &mth(&tree)).is_ok();
        prop_assert_eq!(accepted, a == b);
        if let [sibling, rest @ ..] = proof.as_slice() && a % 2 == 0 && a + 1 < tree.len() {
            let node = node_hash(&tree[a], sibling);
            prop_assert!(verify_inclusion(&node, a as u64, size, rest, &mth(&tree)).is_err());
        }
    }

    /// Whatever numbers and hashes come in, checking ends with an answer.
    #[test]
    fn nothing_makes_checking_panic(
        index in any::<u64>(), size in any::<u64>(),
        proof in proptest::collection::vec(any::<Hash>(), 0..70), root in any::<Hash>(),
    ) {
        prop_assert!(verify_inclusion(&root, index, size, &proof, &root).is_err() || (index, size, proof.len()) == (0, 1, 0));
        prop_assert!(verify_consistency(index, size, &proof, &root, &root).is_err() || (index == size && proof.is_empty()));
    }
}
