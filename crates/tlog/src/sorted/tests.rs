use super::*;
use crate::{proof::verify_inclusion, tree::RightEdge};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The same tree, built from its leaves alone.
fn root_of(leaves: &BTreeMap<u16, [u8; 2]>) -> Hash {
    let mut edge = RightEdge::default();
    leaves.values().for_each(|leaf| edge.push(leaf_hash(leaf)));
    edge.root()
}

#[test]
fn the_empty_tree_has_the_root_of_the_specification() {
    let tree = SortedTree::<u8>::default();
    assert_eq!((tree.size(), tree.root()), (0, empty_root()));
    assert_eq!(tree.inclusion(&1), None);
}

proptest! {
    #[test]
    fn it_is_the_tree_over_the_leaves_however_they_came(
        rounds in proptest::collection::vec(proptest::collection::vec((0_u16..60, any::<[u8; 2]>()), 0..20), 1..12),
    ) {
        let (mut tree, mut model) = (SortedTree::default(), BTreeMap::new());
        for round in rounds {
            tree.put(round.iter().copied());
            model.extend(round);
            let root = tree.root();
            prop_assert_eq!((tree.size(), root), (model.len() as u64, root_of(&model)));
            for (key, leaf) in &model {
                let (index, proof) = tree.inclusion(key).unwrap();
                let proven = verify_inclusion(&leaf_hash(leaf), index, tree.size(), &proof, &root);
                prop_assert_eq!(proven, Ok(()));
            }
        }
        prop_assert_eq!(tree.inclusion(&60), None);
    }
}
