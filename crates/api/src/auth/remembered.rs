//! Tokens that were verified before.
//!
//! Verifying a signature costs 30 to 100 µs, more than the rest of a read. A token is remembered by its SHA-256, not by
//! a fast keyed hash: a collision here would be a forged login, so the hash must withstand attack; a digest also keeps
//! the token itself, which opens the service to whoever reads it, out of memory; and comparing digests leaks
//! nothing about a token by timing. With the SHA instructions of the processor it costs about 0.4 µs for a usual token.

use super::Claims;
use parking_lot::RwLock;
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, sync::Arc};

/// How many parts there are, each with its own lock.
const SHARDS: usize = 16;

/// How many tokens a part holds: 16,384 in all, about 6 MB.
const SHARD_CAPACITY: usize = 1024;

/// SHA-256 of a token's text.
pub(super) type TokenDigest = [u8; 32];

/// The digest a token is remembered by.
pub(super) fn digest(token: &str) -> TokenDigest {
    Sha256::digest(token.as_bytes()).into()
}

/// A verified token, and what its verification rested on.
#[derive(Clone)]
pub(super) struct Verified {
    /// What the token says.
    pub claims: Arc<Claims>,
    /// Whose it is: the place in the verifier's list of issuers.
    pub issuer: usize,
    /// The issuer's epoch in which it was verified; in another one it must be verified again.
    pub epoch: u64,
}

type Shard = RwLock<HashMap<TokenDigest, Verified, ahash::RandomState>>;

/// Verified tokens by digest, never more than a fixed number.
pub(super) struct Remembered {
    shards: [Shard; SHARDS],
}

impl Remembered {
    /// Nothing is remembered yet.
    pub fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Shard::default()),
        }
    }

    /// The token of that digest, if it is remembered and has not expired at `now`.
    pub fn get(&self, digest: &TokenDigest, now: i64) -> Option<Verified> {
        self.shard(digest)
            .read()
            .get(digest)
            .filter(|token| now < token.claims.expires_at)
            .cloned()
    }

    /// Remembers a token. In a full part it takes the place of the expired ones, or else of the one that expires first.
    pub fn insert(&self, digest: TokenDigest, token: Verified, now: i64) {
        let mut shard = self.shard(&digest).write();
        if shard.len() >= SHARD_CAPACITY && !shard.contains_key(&digest) {
            shard.retain(|_, token| now < token.claims.expires_at);
            if shard.len() >= SHARD_CAPACITY
                && let Some(first) = shard
                    .iter()
                    .min_by_key(|(_, token)| token.claims.expires_at)
                    .map(|(key, _)| *key)
            {
                shard.remove(&first);
            }
        }
        shard.insert(digest, token);
    }

    /// How many tokens are remembered, expired ones included.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().len()).sum()
    }

    fn shard(&self, digest: &TokenDigest) -> &Shard {
        &self.shards[usize::from(digest[0]) % SHARDS]
    }
}
