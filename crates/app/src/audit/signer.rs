//! Who holds the key of the log.

use tlog::{
    Hash,
    checkpoint::Checkpoint,
    key::{Signer, VerifierKey},
    note::NoteSignature,
    witness::{Refusal, Seen, extends},
};

/// Holds the key of a log and signs its heads, each of which must have grown out of the one it signed before.
pub trait HeadSigner: Send {
    /// The public half of the key. Its name is the origin of the log.
    fn key(&self) -> &VerifierKey;

    /// Whether it remembers what it signed by itself, whatever becomes of the anchor.
    fn remembers(&self) -> bool;

    /// Signs a head, which grew out of the tree of `old` leaves as `proof` shows.
    ///
    /// # Errors
    /// The head did not grow out of what was signed last, or the key cannot be reached.
    fn sign(&mut self, old: u64, proof: &[Hash], head: &Checkpoint) -> Result<NoteSignature, SignError>;
}

/// Why a head was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It must not be signed: it contradicts what was signed before.
    #[error("the head was refused: {0}")]
    Refused(#[from] Refusal),
    /// The same, said by a signer elsewhere.
    #[error("the head was refused: {0}")]
    Contradiction(String),
    /// Whoever holds the key does not answer, or not as agreed.
    #[error("the signer cannot be asked: {0}")]
    Unreachable(String),
}

/// A key in this process, for one machine and for trying things out. A signer of its own keeps it safer.
pub struct OwnKey {
    key: Signer,
    signed: Seen,
}

impl OwnKey {
    /// A key that last signed `signed`.
    pub const fn new(key: Signer, signed: Seen) -> Self {
        Self { key, signed }
    }
}

impl HeadSigner for OwnKey {
    fn key(&self) -> &VerifierKey {
        self.key.verifier()
    }

    fn remembers(&self) -> bool {
        false
    }

    fn sign(&mut self, old: u64, proof: &[Hash], head: &Checkpoint) -> Result<NoteSignature, SignError> {
        self.signed = extends(old, proof, head, self.signed)?;
        Ok(self.key.sign(&head.to_text()))
    }
}
