//! Which idempotency keys are spent. The keys live in the facts, so this index can always be rebuilt.

use crate::View;
use ahash::AHashMap;
use domain::{Envelope, KeyHash, Position};

/// Where the facts of spent keys begin; what else is known of a request stands in its facts. One key of 16 bytes and a
/// number for each request ever made is most of what the views weigh.
#[derive(Default)]
pub struct Requests {
    first: AHashMap<KeyHash, u32>,
}

impl Requests {
    /// The first fact of the request a key was spent on. The facts of a request stand next to each other.
    pub fn spent(&self, key: KeyHash) -> Option<Position> {
        self.first.get(&key).map(|at| Position(u64::from(*at)))
    }

    pub(crate) fn reserve(&mut self, more: usize) {
        self.first.reserve(more);
    }
}

impl View for Requests {
    fn fold(&mut self, fact: &Envelope) {
        // One log holds fewer than 2^32 facts, as in `history`.
        let at = u32::try_from(fact.position.0).unwrap_or(u32::MAX);
        self.first.entry(fact.request.key).or_insert(at);
    }
}
