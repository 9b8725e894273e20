//! Keys that sign. Their seeds come from the caller: this crate knows no randomness.

use super::{Algorithm, KeyError, KeyName, VerifierKey};
use crate::{
    checkpoint::Checkpoint,
    cosignature::{Cosignature, message},
    note::{NoteSignature, NoteText},
    tree::MAX_SIZE,
};
use ed25519_dalek::{Signer as _, SigningKey};
use std::fmt;
use thiserror::Error;

/// Signs notes with Ed25519 (`0x01`): the key of a log.
pub struct Signer(Pair);

/// Signs checkpoints with a time (`0x04`): the key of a witness. It must not be the key of anything else
/// (c2sp.org/tlog-cosignature, "Ed25519 signed message").
pub struct Cosigner(Pair);

/// The two halves of a key. The secret half is wiped from memory when it goes.
struct Pair {
    secret: SigningKey,
    public: VerifierKey,
}

/// Why no cosignature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CosignError {
    /// A witness says when it saw the tree (c2sp.org/tlog-witness, "add-checkpoint").
    #[error("a cosignature must have a time")]
    NoTime,
    /// Times go up to 2^63 − 1 (c2sp.org/tlog-cosignature, "Format").
    #[error("the time {0} is over 2^63 - 1")]
    TooLate(u64),
}

impl Pair {
    fn of(name: KeyName, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        let public = VerifierKey::new(name, algorithm, secret.verifying_key().as_bytes())?;
        Ok(Self { secret, public })
    }

    fn line(&self, signature: Vec<u8>) -> NoteSignature {
        NoteSignature::new(self.public.name().clone(), self.public.id(), signature)
    }
}

impl Signer {
    /// The key with this name from its 32 secret bytes (RFC 8032 §5.1.5), which must come from a good source.
    ///
    /// # Errors
    /// Never for a seed that was not made to fail: its public key would have to be of small order.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Ok(Self(Pair::of(name, Algorithm::Ed25519, seed)?))
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.0.public
    }

    /// Signs a text (c2sp.org/signed-note, "Ed25519 signatures").
    pub fn sign(&self, text: &NoteText) -> NoteSignature {
        self.0.line(self.0.secret.sign(text.as_str().as_bytes()).to_bytes().to_vec())
    }
}

impl Cosigner {
    /// The key with this name from its 32 secret bytes (RFC 8032 §5.1.5), which must come from a good source.
    ///
    /// # Errors
    /// Never for a seed that was not made to fail: its public key would have to be of small order.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Ok(Self(Pair::of(name, Algorithm::Cosignature, seed)?))
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.0.public
    }

    /// States that at `time`, in seconds since 1970-01-01 UTC, this was the largest tree seen of its log, and that it
    /// grew out of all seen before (c2sp.org/tlog-cosignature, "Ed25519 signed message"). The caller must have checked
    /// that, and made the tree durable as the largest seen.
    ///
    /// # Errors
    /// The time is zero or over 2^63 − 1.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: u64) -> Result<NoteSignature, CosignError> {
        match time {
            0 => Err(CosignError::NoTime),
            1..=MAX_SIZE => {
                let signature = self.0.secret.sign(&message(&checkpoint.to_text(), time)).to_bytes();
                Ok(self.0.line(Cosignature { time, signature }.to_bytes()))
            }
            _ => Err(CosignError::TooLate(time)),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.0.public)
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.0.public)
    }
}
