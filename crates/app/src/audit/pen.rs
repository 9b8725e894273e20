//! What it takes to sign the head of a log that is this process's alone: the tree agrees with itself, whoever holds the key
//! agrees, and the anchor takes it before anybody hears of it.

use super::{
    Anchor, Audit, AuditError, Published, Signers, Tiles,
    signers::{Ahead, agreed_root, unsignable},
};
use domain::Timestamp;
use tlog::checkpoint::Checkpoint;

/// Who signs, and what was signed last.
pub(crate) struct Pen {
    signers: Signers,
    anchor: Anchor,
}

impl Pen {
    pub(crate) const fn new(signers: Signers, anchor: Anchor) -> Self {
        Self { signers, anchor }
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
        let root = agreed_root(audit, size)?;
        let key = self.signers.current.key().clone();
        let head = Checkpoint::new(key.name().as_str(), size, root).map_err(unsignable)?;
        let signed = match self.signers.sign(audit, self.anchor.seen().size, &head)? {
            Ok(signed) => signed,
            Err(Ahead(signed)) => return Err(AuditError::Behind { signed, log: size }),
        };
        self.anchor.advance(&signed)?;
        Ok(Published { signed, key, signed_at: now })
    }
}
