//! Every entry and every tile, recomputed from the bytes of the entries alone.

use crate::{
    facts::Facts,
    failure::{Failure, Finding, FindingKind},
    head::{Head, base64_of, expect_growth},
    source::{Source, first_of},
};
use domain::{Envelope, LeafHash};
use tlog::{
    Hash, RightEdge,
    checkpoint::SignedCheckpoint,
    entries, leaf_hash,
    tile::{self, Tile, WIDTH},
};

/// How far a walk has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Entries verified.
    pub done: u64,
    /// Entries of the log.
    pub total: u64,
}

/// Holds the entries of a log against all that came before them.
pub trait Judge: Default {
    /// What an entry is when it is read.
    type Entry;

    /// Notes when witnesses saw these heads, the smaller one first, in the place of those noted before.
    fn anchor<'h>(&mut self, heads: impl Iterator<Item = &'h Head>);

    /// Takes in the next entry.
    ///
    /// # Errors
    /// It cannot follow on what came before.
    fn take(&mut self, position: u64, entry: &[u8], leaf: LeafHash) -> Result<Self::Entry, Failure>;
}

/// What looks on.
pub struct Watch<'w, E = Envelope> {
    /// Is told how far the walk has come.
    pub progress: &'w mut dyn FnMut(Progress),
    /// Sees every entry that holds, in order, with its leaf hash.
    pub each: &'w mut dyn FnMut(&E, LeafHash),
}

/// A log, verified up to a head. It can go on from there when the log has grown.
#[derive(Default)]
pub struct Walk<J = Facts> {
    tree: RightEdge,
    /// The hashes of the last tile of every level, as far as it is filled; it is compared with the published one when it
    /// is full, and at the head.
    open: Vec<Vec<Hash>>,
    judge: J,
}

/// A log that holds.
pub struct Verified {
    /// Its head.
    pub head: Head,
    /// What its facts say.
    pub facts: Facts,
}

/// Verifies a whole log whose head the policy already believes: first that it grew out of the head seen before, then
/// every entry, envelope and tile.
///
/// # Errors
/// With the first thing that does not hold.
pub fn verify(
    source: &mut Source,
    head: Head,
    before: Option<&Head>,
    watch: &mut Watch<'_>,
) -> Result<Verified, Failure> {
    let mut walk = Walk::<Facts>::default();
    walk.advance(source, &head, before, watch)?;
    Ok(Verified { head, facts: walk.judge })
}

impl<J: Judge> Walk<J> {
    /// What the entries say, as far as the walk has come.
    pub fn into_judge(self) -> J {
        self.judge
    }

    /// Goes on to a later head, after checking that the log grew out of the one seen before.
    ///
    /// # Errors
    /// With the first thing that does not hold; the walk must not be used any more.
    pub fn advance(
        &mut self,
        source: &mut Source,
        head: &Head,
        before: Option<&Head>,
        watch: &mut Watch<'_, J::Entry>,
    ) -> Result<(), Failure> {
        self.judge.anchor(before.into_iter().chain([head]));
        if let Some(before) = before {
            expect_growth(source, &before.signed, &head.signed)?;
        }
        let size = head.size();
        while self.tree.size() < size {
            let index = self.tree.size() / u64::from(WIDTH);
            let Some(tile) = Tile::within(size, 0, index) else { break };
            self.take(source, tile, watch)?;
            (watch.progress)(Progress { done: self.tree.size(), total: size });
        }
        for level in 1..self.open.len() {
            self.compare_last(source, level)?;
        }
        self.expect_root(&head.signed)
    }

    /// The entries of one tile, with the tile itself.
    fn take(
        &mut self,
        source: &mut Source,
        tile: Tile,
        watch: &mut Watch<'_, J::Entry>,
    ) -> Result<(), Failure> {
        let bundle = source.entries(tile)?;
        let malformed = |error: entries::BundleError| {
            let path = tile::TilePath::Entries(tile).to_string();
            Finding::new(FindingKind::Malformed, error.to_string()).at(first_of(tile)).in_file(path)
        };
        let entries = entries::decode(&bundle, tile.width()).map_err(malformed)?;
        let published = source.hashes(tile)?;
        let (published, _) = published.as_chunks::<{ size_of::<Hash>() }>();
        for ((position, entry), published) in (first_of(tile)..).zip(entries).zip(published) {
            let leaf = leaf_hash(entry);
            if leaf != *published {
                let what = "the entry does not have the hash that the tree gives it";
                return Err(Finding::new(FindingKind::Entry, what).at(position).with_entry(entry).into());
            }
            if position < self.tree.size() {
                self.expect_known(position, &leaf, entry)?;
                continue;
            }
            let read = self.judge.take(position, entry, LeafHash(leaf))?;
            (watch.each)(&read, LeafHash(leaf));
            self.push(source, leaf)?;
        }
        Ok(())
    }

    /// An entry of a tile that was partial before must be the one seen then.
    fn expect_known(&self, position: u64, leaf: &Hash, entry: &[u8]) -> Result<(), Failure> {
        let place = usize::try_from(position % u64::from(WIDTH)).unwrap_or(usize::MAX);
        if self.open.first().and_then(|tile| tile.get(place)) == Some(leaf) {
            return Ok(());
        }
        let what = "the entry is another one than was seen here before";
        Err(Finding::new(FindingKind::Entry, what).at(position).with_entry(entry).into())
    }

    fn push(&mut self, source: &mut Source, leaf: Hash) -> Result<(), Failure> {
        let open = &mut self.open;
        self.tree.push_and_show(leaf, |node, hash| {
            if let Some((level, ..)) = tile::slot(node) {
                let level = usize::from(level);
                open.resize_with(open.len().max(level + 1), Vec::new);
                if let Some(tile) = open.get_mut(level) {
                    tile.push(*hash);
                }
            }
        });
        let full = |hashes: &Vec<Hash>| hashes.len() == usize::from(WIDTH);
        for level in 0..self.open.len() {
            if self.open.get(level).is_some_and(full) {
                // The tile of level 0 has just been compared entry by entry.
                if level > 0 {
                    self.compare_last(source, level)?;
                }
                if let Some(tile) = self.open.get_mut(level) {
                    tile.clear();
                }
            }
        }
        Ok(())
    }

    /// Compares the last tile of a level, as far as it is filled, with the published one.
    fn compare_last(&self, source: &mut Source, level: usize) -> Result<(), Failure> {
        let Some(hashes) = self.open.get(level).filter(|hashes| !hashes.is_empty()) else { return Ok(()) };
        let shift = u32::try_from(level * 8).unwrap_or(u32::MAX);
        let count = self.tree.size().checked_shr(shift).unwrap_or(0);
        let index = count.saturating_sub(1) / u64::from(WIDTH);
        let (Ok(height), Ok(width)) = (u8::try_from(level), u16::try_from(hashes.len())) else {
            return Ok(());
        };
        let Ok(tile) = Tile::new(height, index, width) else { return Ok(()) };
        let published = source.hashes(tile)?;
        let (published, _) = published.as_chunks::<{ size_of::<Hash>() }>();
        let Some(place) = hashes.iter().zip(published).position(|(ours, theirs)| ours != theirs) else {
            return Ok(());
        };
        let covered = (place as u64).checked_shl(shift).unwrap_or(0);
        let path = tile::TilePath::Hashes(tile).to_string();
        let what = format!("hash {place} of {path} is not that of the entries it covers");
        Err(Finding::new(FindingKind::Tile, what).at(first_of(tile) + covered).in_file(path).into())
    }

    fn expect_root(&self, signed: &SignedCheckpoint) -> Result<(), Failure> {
        let (size, root) = (self.tree.size(), self.tree.root());
        let head = signed.checkpoint();
        if size == head.size() && root == *head.root() {
            return Ok(());
        }
        let what = format!(
            "the {size} entries have the root {}, and {} is signed",
            base64_of(&root),
            base64_of(head.root())
        );
        Err(Finding::new(FindingKind::Root, what).against(signed).into())
    }
}
