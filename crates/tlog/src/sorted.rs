//! A tree over leaves with keys, in the order of the keys, whose leaves may be replaced and added between others. It is an
//! RFC 6962 tree like any other: only that it is kept level by level, so that little of it is computed again.

use crate::tree::{Hash, empty_root, leaf_hash, node_hash};

#[cfg(test)]
mod tests;

/// A tree over leaves in the order of their keys, each key once.
#[derive(Clone, Debug)]
pub struct SortedTree<K> {
    keys: Vec<K>,
    /// The leaf hashes, then the hashes above them, up to the root. A last one without a neighbour stands unchanged on the
    /// level above, which gives the tree of RFC 6962 §2.1: its left half is always the largest complete one.
    levels: Vec<Vec<Hash>>,
}

impl<K> Default for SortedTree<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), levels: vec![Vec::new()] }
    }
}

impl<K: Ord + Copy> SortedTree<K> {
    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.keys.len() as u64
    }

    /// The root; of an empty tree, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_else(empty_root)
    }

    /// Puts leaves into the tree, in the place of those with the same key. A key that is given twice has the last one.
    pub fn put<L: AsRef<[u8]>>(&mut self, leaves: impl IntoIterator<Item = (K, L)>) {
        let mut changed = Vec::new();
        let mut new = Vec::new();
        for (key, leaf) in leaves {
            let hash = leaf_hash(leaf.as_ref());
            match self.keys.binary_search(&key) {
                Ok(place) => {
                    self.levels[0][place] = hash;
                    changed.push(place);
                }
                Err(_) => new.push((key, hash)),
            }
        }
        let shifted = self.insert(new);
        changed.retain(|place| *place < shifted);
        changed.sort_unstable();
        self.compute(changed, shifted);
    }

    /// The place of a key's leaf, and the proof that it stands there (RFC 6962 §2.1.1).
    pub fn inclusion(&self, key: &K) -> Option<(u64, Vec<Hash>)> {
        let index = self.keys.binary_search(key).ok()?;
        let beside = |(height, level): (usize, &Vec<Hash>)| level.get((index >> height) ^ 1).copied();
        Some((index as u64, self.levels.iter().enumerate().filter_map(beside).collect()))
    }

    /// Puts new leaves between the old ones, and says from which place on nothing is where it was.
    fn insert(&mut self, mut new: Vec<(K, Hash)>) -> usize {
        // The later of two with one key comes first, and stays.
        new.reverse();
        new.sort_by_key(|(key, _)| *key);
        new.dedup_by(|(later, _), (kept, _)| later == kept);
        let Some((lowest, _)) = new.first() else { return self.keys.len() };
        let from = self.keys.partition_point(|key| key < lowest);
        let mut old = self.keys.split_off(from).into_iter().zip(self.levels[0].split_off(from)).peekable();
        for (key, hash) in new {
            while let Some((key, hash)) = old.next_if(|(old, _)| *old < key) {
                self.keys.push(key);
                self.levels[0].push(hash);
            }
            self.keys.push(key);
            self.levels[0].push(hash);
        }
        for (key, hash) in old {
            self.keys.push(key);
            self.levels[0].push(hash);
        }
        from
    }

    /// Computes the levels above the leaves again: over the places that changed, and over all from `shifted` on.
    fn compute(&mut self, mut changed: Vec<usize>, mut shifted: usize) {
        let mut height = 0;
        while self.levels[height].len() > 1 {
            if self.levels.len() == height + 1 {
                self.levels.push(Vec::new());
            }
            let (below, above) = self.levels.split_at_mut(height + 1);
            let (below, above) = (&below[height], &mut above[0]);
            changed.iter_mut().for_each(|place| *place /= 2);
            changed.dedup();
            shifted /= 2;
            above.resize(below.len().div_ceil(2), [0; 32]);
            for place in
                changed.iter().copied().take_while(|place| *place < shifted).chain(shifted..above.len())
            {
                above[place] = match (below.get(2 * place), below.get(2 * place + 1)) {
                    (Some(left), Some(right)) => node_hash(left, right),
                    (Some(alone), None) => *alone,
                    (None, _) => [0; 32],
                };
            }
            height += 1;
        }
        self.levels.truncate(height + 1);
    }
}
