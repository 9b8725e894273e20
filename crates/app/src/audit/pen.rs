//! What it takes to sign a head: the tree agrees with itself, whoever holds the key agrees, and the anchor takes it before
//! anybody hears of it.

use super::{Anchor, Audit, AuditError, HeadSigner, Published, SignError, Tiles};
use domain::{Position, Timestamp};
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

/// Who signs, and what was signed last.
pub(crate) struct Pen {
    signers: Signers,
    anchor: Anchor,
}

impl Pen {
    pub(crate) const fn new(signers: Signers, anchor: Anchor) -> Self {
        Self { signers, anchor }
    }

    pub(super) const fn signers(&self) -> &Signers {
        &self.signers
    }

    pub(super) fn key(&self) -> &VerifierKey {
        self.signers.current.key()
    }

    pub(super) const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// Whether the log still is what was signed.
    pub(crate) fn check(&self, tiles: &Tiles) -> Result<(), AuditError> {
        let signed = self.anchor.seen();
        match tiles.root_at(signed.size) {
            None => Err(AuditError::Behind { signed: signed.size, log: tiles.size() }),
            Some(root) if root != signed.root => Err(AuditError::Altered { signed: signed.size }),
            Some(_) => Ok(()),
        }
    }

    /// Signs the head of a tree whose leaves are durable and were hashed twice.
    pub(crate) fn sign(&mut self, audit: &Audit, size: u64, now: Timestamp) -> Result<Published, AuditError> {
        let (edge, tiles) = {
            let tiles = audit.tiles();
            (tiles.root(), tiles.root_at(size))
        };
        // The root from the edge and the root from what is handed out must be one.
        if tiles != Some(edge) {
            return Err(AuditError::Mismatch { position: Position(size) });
        }
        let key = self.key().clone();
        let head = Checkpoint::new(key.name().as_str(), size, edge).map_err(unsignable)?;
        let Signers { current, previous } = &mut self.signers;
        let old = self.anchor.seen().size;
        let mut signed = SignedCheckpoint::new(head.clone(), ask(current.as_mut(), audit, old, &head)?);
        signed.note().verify([&key]).map_err(unsignable)?;
        if let Some(previous) = previous {
            signed.add(ask(previous.as_mut(), audit, old, &head)?);
            signed.note().verify([previous.key()]).map_err(unsignable)?;
        }
        self.anchor.advance(&signed)?;
        Ok(Published { signed, key, signed_at: now })
    }
}

/// Asks whoever holds a key to sign a head; `old` is the size that was signed last, as far as the anchor knows.
fn ask(
    signer: &mut dyn HeadSigner,
    audit: &Audit,
    old: u64,
    head: &Checkpoint,
) -> Result<NoteSignature, AuditError> {
    let proof = |old: u64| -> Result<Vec<Hash>, AuditError> {
        let proof = audit.tiles().consistency(old, head.size());
        proof.map_err(|_| AuditError::Behind { signed: old, log: head.size() })
    };
    match signer.sign(old, &proof(old)?, head) {
        // It signed, and this process ended before the anchor said so; or it is new and has signed nothing.
        Err(SignError::Refused(Refusal::OtherOldSize(signed))) if signed <= head.size() => {
            Ok(signer.sign(signed, &proof(signed)?, head)?)
        }
        Err(SignError::Refused(Refusal::OtherOldSize(signed))) => {
            Err(AuditError::Behind { signed, log: head.size() })
        }
        outcome => Ok(outcome?),
    }
}

/// What whoever holds the key gave is no signature of this log's head.
pub(super) fn unsignable(error: impl std::fmt::Display) -> AuditError {
    AuditError::Sign(SignError::Unreachable(error.to_string()))
}
