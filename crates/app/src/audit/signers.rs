//! Who signs the heads of a log: whoever holds its key and, while that takes over from another, whoever holds the one
//! before.

use super::{Audit, AuditError, HeadSigner, SignError};
use domain::Position;
use tlog::{
    Hash,
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::VerifierKey,
    note::NoteSignature,
    witness::Refusal,
};

/// Who signs.
pub struct Signers {
    /// Who holds the key of the log.
    pub current: Box<dyn HeadSigner>,
    /// Who holds the key that it takes over from: it signs too.
    pub previous: Option<Box<dyn HeadSigner>>,
}

/// A key has signed a head of so many facts, more than the one that was to be signed covers.
pub(super) struct Ahead(pub u64);

impl Signers {
    /// The key that the current one takes over from.
    pub(super) fn before(&self) -> Option<&VerifierKey> {
        self.previous.as_ref().map(|previous| previous.key())
    }

    /// Whether all of them remember what they signed by themselves.
    pub(super) fn remember(&self) -> bool {
        self.current.remembers() && self.previous.as_ref().is_none_or(|previous| previous.remembers())
    }

    /// The head under the signature of every key; `old` is the size that was signed last, as far as is known here.
    pub(super) fn sign(
        &mut self,
        audit: &Audit,
        old: u64,
        head: &Checkpoint,
    ) -> Result<Result<SignedCheckpoint, Ahead>, AuditError> {
        let signature = match ask(self.current.as_mut(), audit, old, head)? {
            Ok(signature) => signature,
            Err(ahead) => return Ok(Err(ahead)),
        };
        let mut signed = SignedCheckpoint::new(head.clone(), signature);
        signed.note().verify([self.current.key()]).map_err(unsignable)?;
        if let Some(previous) = &mut self.previous {
            match ask(previous.as_mut(), audit, old, head)? {
                Ok(signature) => signed.add(signature),
                Err(ahead) => return Ok(Err(ahead)),
            }
            signed.note().verify([previous.key()]).map_err(unsignable)?;
        }
        Ok(Ok(signed))
    }
}

/// Asks whoever holds a key.
fn ask(
    signer: &mut dyn HeadSigner,
    audit: &Audit,
    mut old: u64,
    head: &Checkpoint,
) -> Result<Result<NoteSignature, Ahead>, AuditError> {
    let size = head.size();
    loop {
        match signer.sign(old, &proof(audit, old, size)?, head) {
            // It signed, and this process ended before the anchor said so; or for another process; or it is new and has
            // signed nothing.
            Err(SignError::Refused(Refusal::OtherOldSize(signed))) if signed != old && signed <= size => {
                old = signed;
            }
            Err(SignError::Refused(Refusal::OtherOldSize(signed))) if signed > size => {
                return Ok(Err(Ahead(signed)));
            }
            outcome => return Ok(Ok(outcome?)),
        }
    }
}

fn proof(audit: &Audit, old: u64, new: u64) -> Result<Vec<Hash>, AuditError> {
    let proof = audit.tiles().consistency(old, new);
    proof.map_err(|_| AuditError::Behind { signed: old, log: new })
}

/// The root of the tree, if the one from its edge and the one from what is handed out are one.
pub(super) fn agreed_root(audit: &Audit, size: u64) -> Result<Hash, AuditError> {
    let tiles = audit.tiles();
    let edge = tiles.root();
    if tiles.root_at(size) == Some(edge) {
        Ok(edge)
    } else {
        Err(AuditError::Mismatch { position: Position(size) })
    }
}

/// What whoever holds the key gave is no signature of this log's head.
pub(super) fn unsignable(error: impl std::fmt::Display) -> AuditError {
    AuditError::Sign(SignError::Unreachable(error.to_string()))
}
