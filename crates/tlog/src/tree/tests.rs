//! The hashes of the tree against its definition, and what the growing edge shows.

use super::*;
use proptest::prelude::*;
use std::{collections::BTreeMap, convert::Infallible};

/// The definition of RFC 6962 §2.1, word for word.
fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            node_hash(&by_definition(&leaves[..k]), &by_definition(&leaves[k..]))
        }
    }
}

fn hex(hash: Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Test vectors published with Certificate Transparency (the reference tree of RFC 6962 implementations).
#[test]
fn the_published_tree_has_its_published_roots() {
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let mut edge = RightEdge::default();
    assert_eq!(hex(edge.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    edge.push(leaf_hash(leaves[0]));
    assert_eq!(hex(edge.root()), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    for leaf in &leaves[1..] {
        edge.push(leaf_hash(leaf));
    }
    assert_eq!(hex(edge.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

proptest! {
    #[test]
    fn the_edge_agrees_with_the_definition(leaves in proptest::collection::vec(any::<[u8; 32]>(), 0..200)) {
        let mut edge = RightEdge::default();
        for leaf in &leaves {
            edge.push(*leaf);
        }
        prop_assert_eq!(edge.size(), leaves.len() as u64);
        prop_assert_eq!(edge.root(), by_definition(&leaves));
    }

    /// What a store of hashes is shown is all it needs to give the edge of every earlier size back.
    #[test]
    fn what_the_edge_shows_makes_every_earlier_edge(leaves in proptest::collection::vec(any::<[u8; 32]>(), 0..200)) {
        let (mut edge, mut shown) = (RightEdge::default(), BTreeMap::new());
        let mut edges = vec![edge.clone()];
        for leaf in &leaves {
            edge.push_and_show(*leaf, |node, hash| assert_eq!(shown.insert(node, *hash), None, "shown twice"));
            edges.push(edge.clone());
        }
        for edge in edges {
            let read = |node| Ok::<_, Infallible>(shown[&node]);
            let Ok(again) = RightEdge::of(edge.size(), read);
            prop_assert_eq!(again, edge);
        }
        let complete = (0..64_u8).flat_map(|height| {
            (0..leaves.len() as u64 >> height).map(move |index| Node { height, index })
        });
        prop_assert_eq!(shown.into_keys().collect::<Vec<_>>(), complete.collect::<Vec<_>>());
    }
}
