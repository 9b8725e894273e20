//! The tiles of growing trees, their paths, and trees read back from them.

use super::*;
use crate::{
    proof::{MakeError, verify_consistency, verify_inclusion},
    tree::{RightEdge, empty_root, leaf_hash},
};
use proptest::prelude::*;
use std::{cell::RefCell, collections::BTreeMap};

/// A store that keeps, for every tile, its hashes so far: the narrower forms of a tile are its beginning.
#[derive(Default)]
struct Store {
    edge: RightEdge,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    asked: RefCell<Vec<Tile>>,
}

impl Store {
    fn of(size: u64) -> Self {
        let mut store = Self::default();
        (0..size).for_each(|leaf| store.push(leaf_hash(&leaf.to_be_bytes())));
        store
    }

    fn push(&mut self, leaf: Hash) {
        let tiles = &mut self.tiles;
        self.edge.push_and_show(leaf, |node, hash| {
            if let Some((level, index, place)) = slot(node) {
                let bytes = tiles.entry((level, index)).or_default();
                assert_eq!(bytes.len(), usize::from(place) * 32, "tiles grow at their end");
                bytes.extend_from_slice(hash);
            }
        });
    }

    fn read(&self, tile: Tile) -> Result<Vec<u8>, &'static str> {
        self.asked.borrow_mut().push(tile);
        let bytes = self.tiles.get(&(tile.level(), tile.index())).ok_or("no such tile")?;
        Ok(bytes.get(..usize::from(tile.width()) * 32).ok_or("not that wide")?.to_vec())
    }
}

fn widths(size: u64) -> Vec<(u8, u64, u16)> {
    Tile::all(size).map(|tile| (tile.level(), tile.index(), tile.width())).collect()
}

#[test]
fn the_trees_of_the_specification_have_its_tiles() {
    let tiles = widths(70_000);
    assert_eq!(tiles.len(), 277);
    assert!(tiles[..273].iter().enumerate().all(|(n, tile)| *tile == (0, n as u64, 256)));
    assert_eq!(tiles[273..], [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]);
    assert_eq!(widths(256), [(0, 0, 256), (1, 0, 1)]);
    assert_eq!(widths(0), []);
    assert_eq!(widths(1), [(0, 0, 1)]);
}

#[test]
fn growing_changes_the_tiles_at_the_right_edge_only() {
    let changed =
        |old, new| Tile::changed(old, new).map(|tile| TilePath::Hashes(tile).to_string()).collect::<Vec<_>>();
    assert_eq!(changed(70_000, 70_001), ["tile/0/273.p/113"]);
    assert_eq!(changed(255, 256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(changed(256, 513), ["tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]);
    assert!(changed(70_000, 70_000).is_empty());
    assert!(changed(70_001, 70_000).is_empty());
}

#[test]
fn paths_are_written_as_the_specification_says() {
    let path = |level, index, width| TilePath::Hashes(Tile::new(level, index, width).unwrap()).to_string();
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(3, 0, 256), "tile/3/000");
    assert_eq!(path(1, 1000, 17), "tile/1/x001/000.p/17");
    assert_eq!(TilePath::Entries(Tile::new(0, 273, 112).unwrap()).to_string(), "tile/entries/273.p/112");
}

#[test]
fn malformed_paths_are_refused_each_for_its_reason() {
    let table = [
        ("", PathError::Start),
        ("tiles/0/000", PathError::Start),
        ("/tile/0/000", PathError::Start),
        ("tile/0", PathError::Level),
        ("tile/00/000", PathError::Level),
        ("tile/64/000", PathError::Level),
        ("tile/-1/000", PathError::Level),
        ("tile/entry/000", PathError::Level),
        ("tile//000", PathError::Level),
        ("tile/0/", PathError::Index),
        ("tile/0/0", PathError::Index),
        ("tile/0/0000", PathError::Index),
        ("tile/0/x001", PathError::Index),
        ("tile/0/001/002", PathError::Index),
        ("tile/0/x000/001", PathError::Index),
        ("tile/0/x001//002", PathError::Index),
        ("tile/0/000/", PathError::Index),
        ("tile/0/+01", PathError::Index),
        ("tile/0/X001/002", PathError::Index),
        ("tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", PathError::Index),
        ("tile/0/000.p/", PathError::Width),
        ("tile/0/000.p/0", PathError::Width),
        ("tile/0/000.p/01", PathError::Width),
        ("tile/0/000.p/256", PathError::Width),
        ("tile/0/000.p/1.p/1", PathError::Width),
        ("tile/8/000", PathError::Tile(TileError::TooFar { level: 8, index: 0 })),
        ("tile/7/000", PathError::Tile(TileError::TooFar { level: 7, index: 0 })),
        ("tile/7/001.p/1", PathError::Tile(TileError::TooFar { level: 7, index: 1 })),
    ];
    for (path, error) in table {
        assert_eq!(path.parse::<TilePath>(), Err(error), "{path}");
    }
    assert_eq!(
        "tile/7/000.p/127".parse::<TilePath>().map(|path| path.to_string()),
        Ok("tile/7/000.p/127".into())
    );
    assert!("tile/7/000.p/128".parse::<TilePath>().is_err(), "more leaves than a tree may have");
}

#[test]
fn a_tile_has_1_to_256_hashes() {
    assert_eq!(Tile::new(0, 0, 0), Err(TileError::Width(0)));
    assert_eq!(Tile::new(0, 0, 257), Err(TileError::Width(257)));
    assert_eq!(Tile::new(0, u64::MAX, 1), Err(TileError::TooFar { level: 0, index: u64::MAX }));
}

#[test]
fn a_full_tile_hashes_into_its_place_in_the_tile_above() {
    let store = Store::of(70_000);
    for tile in Tile::all(70_000).filter(|tile| tile.is_full()) {
        let root = root_of(store.read(tile).unwrap().as_chunks().0).unwrap();
        let (level, index, place) = slot(tile.root().unwrap()).unwrap();
        let above = &store.tiles[&(level, index)];
        assert_eq!(above.as_chunks::<32>().0[usize::from(place)], root);
    }
    assert_eq!(Tile::new(0, 273, 112).unwrap().root(), None);
    assert_eq!(root_of(&[]), None);
    assert_eq!(root_of(&[empty_root(); 3]), None);
}

#[test]
fn a_large_tree_is_read_from_few_tiles_and_only_from_those_it_has() {
    let mut store = Store::default();
    let (mut old, mut old_root) = (0, empty_root());
    for size in [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
        while store.edge.size() < size {
            store.push(leaf_hash(&store.edge.size().to_be_bytes()));
        }
        let root = store.edge.root();
        let asks = |expected: usize| {
            let asked = store.asked.take();
            let has: Vec<_> = Tile::all(size).collect();
            assert!(asked.iter().all(|tile| has.contains(tile)), "{size}: {asked:?}");
            assert!(asked.len() <= expected, "{size}: {asked:?}");
        };
        let reader = || TileReader::new(size, |tile| store.read(tile));
        assert_eq!(reader().root(), Ok(root));
        asks(3);
        for index in [0, size / 2, size - 1] {
            let proof = reader().inclusion(index).unwrap();
            assert_eq!(
                verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &proof, &root),
                Ok(())
            );
            asks(5);
        }
        let proof = reader().consistency(old).unwrap();
        assert_eq!(verify_consistency(old, size, &proof, &old_root, &root), Ok(()));
        asks(5);
        assert_eq!(RightEdge::of(size, |node| reader().node(node)), Ok(store.edge.clone()));
        store.asked.take();
        (old, old_root) = (size, root);
    }
}

#[test]
fn a_store_that_lacks_or_shortens_a_tile_is_named() {
    let store = Store::of(300);
    let tile = Tile::within(300, 0, 1).unwrap();
    let short = |_| Ok::<_, &str>(vec![0; 43 * 32]);
    let node = Node { height: 3, index: 33 };
    assert_eq!(
        TileReader::new(300, short).node(node),
        Err(ReadError::Length { tile, found: 43 * 32 }),
        "tile 1 has 44 hashes"
    );
    let beyond = TileReader::new(600, |tile| store.read(tile)).inclusion(0);
    assert_eq!(beyond, Err(MakeError::Read(ReadError::Tile("not that wide"))));
    let (size, node) = (300, Node { height: 3, index: 37 });
    assert_eq!(
        TileReader::new(size, |tile| store.read(tile)).node(node),
        Err(ReadError::NoSuchNode { node, size }),
        "leaves 296 to 303"
    );
    let node = Node { height: 64, index: 0 };
    assert!(TileReader::new(size, |tile| store.read(tile)).node(node).is_err());
}

fn any_tile() -> impl Strategy<Value = Tile> {
    let index = prop_oneof![0..2000_u64, any::<u64>()];
    (0..9_u8, index, 0..258_u16).prop_filter_map("no tree has it", |(level, index, width)| {
        Tile::new(level, index >> (8 * level + 8).min(63), width).ok()
    })
}

proptest! {
    #[test]
    fn every_tile_has_one_path(tile in any_tile(), is_entries in any::<bool>()) {
        let path = if is_entries && tile.level() == 0 { TilePath::Entries(tile) } else { TilePath::Hashes(tile) };
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn what_parses_is_written_the_same(path in "tile/([0-9]{1,2}|entries)/(x[0-9]{3}/){0,2}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        if let Ok(parsed) = path.parse::<TilePath>() {
            prop_assert_eq!(parsed.to_string(), path);
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".*", tail in "[x0-9/.p]*") {
        let _: Result<TilePath, _> = text.parse();
        if let Ok(parsed) = format!("tile/{tail}").parse::<TilePath>() {
            prop_assert_eq!(parsed.to_string(), format!("tile/{tail}"));
        }
    }

    /// Writing what changed, and nothing else, keeps a copy of the tiles whole.
    #[test]
    fn a_copy_that_fetches_the_changed_tiles_is_whole(mut sizes in proptest::collection::vec(0..600_u64, 1..5)) {
        sizes.sort_unstable();
        let store = Store::of(600);
        let (mut copy, mut old) = (BTreeMap::new(), 0);
        for size in sizes {
            for tile in Tile::changed(old, size) {
                copy.insert((tile.level(), tile.index()), (tile, store.read(tile).unwrap()));
            }
            let has: Vec<_> = copy.values().map(|(tile, _)| *tile).collect();
            prop_assert_eq!(has, Tile::all(size).collect::<Vec<_>>());
            old = size;
        }
    }
}
