//! AES-256-GCM with a random nonce before the sealed text. A key seals far fewer texts than the 2^32 for which random
//! nonces are safe (NIST SP 800-38D §8.3): a person's a few, an epoch's one for each person, the root's one for each epoch.

use super::VaultError;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// A key, wiped from memory when it is dropped.
pub type Key = Zeroizing<[u8; 32]>;

/// The key above all others, which the operator keeps.
pub struct RootKey(Key);

impl RootKey {
    /// Takes a key in.
    pub const fn new(key: Key) -> Self {
        Self(key)
    }

    pub(super) const fn key(&self) -> &Key {
        &self.0
    }
}

/// Random bytes that are wiped after their use.
pub fn random_key() -> Result<Key, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut key[..]).map_err(|_| VaultError::NoRandomness)?;
    Ok(key)
}

/// Seals a text, bound to its context.
pub fn seal(key: &Key, context: &[u8], text: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandomness)?;
    // As long as it will be: a buffer that grows leaves the text behind in memory.
    let mut sealed = Vec::with_capacity(NONCE_LEN + text.len() + AES_256_GCM.tag_len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(text);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = cipher(key)?
        .seal_in_place_separate_tag(nonce, Aad::from(context), &mut sealed[NONCE_LEN..])
        .map_err(|_| VaultError::Sealing)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// What was sealed; `None` when key or context are others, or a bit has changed.
pub fn open(key: &Key, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let mut text = Zeroizing::new(sealed.to_vec());
    let length = cipher(key).ok()?.open_in_place(nonce, Aad::from(context), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

/// A key that was sealed.
pub fn unwrap(key: &Key, context: &[u8], sealed: &[u8]) -> Option<Key> {
    let text = open(key, context, sealed)?;
    let mut unwrapped = Zeroizing::new([0; 32]);
    if text.len() != unwrapped.len() {
        return None;
    }
    unwrapped.copy_from_slice(&text);
    Some(unwrapped)
}

fn cipher(key: &Key) -> Result<LessSafeKey, VaultError> {
    UnboundKey::new(&AES_256_GCM, &key[..]).map(LessSafeKey::new).map_err(|_| VaultError::Sealing)
}
