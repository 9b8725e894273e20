//! Which idempotency keys are spent. The keys live in the facts, so this index can always be rebuilt.

use crate::View;
use ahash::AHashMap;
use domain::{Envelope, Fingerprint, KeyHash, Position};

/// What a key was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The first fact of the request.
    pub first: Position,
    /// How many facts it made; they stand next to each other.
    pub count: u16,
    /// The request the key came with.
    pub fingerprint: Fingerprint,
}

/// Spent keys.
#[derive(Default)]
pub struct Requests {
    spent: AHashMap<KeyHash, Spent>,
}

impl Requests {
    /// What a key was spent on.
    pub fn spent(&self, key: KeyHash) -> Option<Spent> {
        self.spent.get(&key).copied()
    }
}

impl View for Requests {
    fn fold(&mut self, fact: &Envelope) {
        let first = Spent { first: fact.position, count: 0, fingerprint: fact.request.fingerprint };
        self.spent.entry(fact.request.key).or_insert(first).count += 1;
    }
}
