//! Which idempotency keys are spent. The keys live in the facts, so this index can always be rebuilt.

use crate::View;
use ahash::AHashMap;
use domain::{Envelope, KeyHash, Position};

/// How many parts the index has. Each grows on its own, and can be copied while the others are written.
pub(crate) const PARTS: usize = 64;

/// A key and a position as bytes.
const ENTRY: usize = 20;

/// Where the facts of spent keys begin; what else is known of a request stands in its facts. One key of 16 bytes and a
/// number for each request ever made is most of what the views weigh.
#[derive(Debug, PartialEq, Eq)]
pub struct Requests {
    /// By the first bits of the key, which is a hash.
    first: Vec<AHashMap<KeyHash, u32>>,
}

impl Default for Requests {
    fn default() -> Self {
        Self { first: vec![AHashMap::new(); PARTS] }
    }
}

impl Requests {
    /// The first fact of the request a key was spent on. The facts of a request stand next to each other.
    pub fn spent(&self, key: KeyHash) -> Option<Position> {
        self.first[part_of(key)].get(&key).map(|at| Position(u64::from(*at)))
    }

    /// With room for so many more keys. They are spread by chance, so a little more than each part's share.
    pub(crate) fn reserve(&mut self, more: usize) {
        let share = more / PARTS;
        self.first.iter_mut().for_each(|part| part.reserve(share + share / 32));
    }

    /// One part of the index as it was with the first `known` facts.
    pub(crate) fn part(&self, part: usize, known: Position) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.first[part].len() * ENTRY);
        for (key, at) in &self.first[part] {
            if u64::from(*at) < known.0 {
                bytes.extend_from_slice(&key.0);
                bytes.extend_from_slice(&at.to_le_bytes());
            }
        }
        bytes
    }

    /// Takes a part back; `None` when it is not one.
    pub(crate) fn take(&mut self, part: usize, bytes: &[u8]) -> Option<()> {
        let index = self.first.get_mut(part)?;
        let (entries, rest) = bytes.as_chunks::<ENTRY>();
        index.reserve(entries.len() + entries.len() / 16);
        for entry in entries {
            let (key, at) = entry.split_first_chunk()?;
            index.insert(KeyHash(*key), u32::from_le_bytes(at.try_into().ok()?));
        }
        rest.is_empty().then_some(())
    }
}

fn part_of(key: KeyHash) -> usize {
    usize::from(key.0[0]) % PARTS
}

impl View for Requests {
    fn fold(&mut self, fact: &Envelope) {
        // One log holds fewer than 2^32 facts, as in `history`.
        let at = u32::try_from(fact.position.0).unwrap_or(u32::MAX);
        let key = fact.request.key;
        self.first[part_of(key)].entry(key).or_insert(at);
    }
}
