//! When another key takes over: who vouches for it, and what is to be asked of a key before it signs.
//!
//! The old key signs the first heads that cover the fact of the change, beside the new one. One of these heads is kept for
//! good: from it whoever believes the old key comes to believe the new one.

use super::{AuditError, Kept};
use crate::Shared;
use domain::log::{KeyRotated, Log, LogKey};
use eventlog::LogError;
use tlog::{checkpoint::SignedCheckpoint, key::VerifierKey, proof_file::ProofFile};

/// The first head kept that both keys signed and that covers the change.
pub(crate) fn vouched(kept: &[Kept], rotated: &KeyRotated) -> Option<SignedCheckpoint> {
    let keys: [VerifierKey; 2] = [rotated.old.as_str().parse().ok()?, rotated.new.as_str().parse().ok()?];
    let covering = kept.iter().filter(|kept| kept.size >= rotated.from_size);
    covering.filter_map(|kept| SignedCheckpoint::parse(kept.checkpoint.as_bytes()).ok()).find(|signed| {
        let by = |key: &VerifierKey| signed.note().verify([key]).is_ok();
        keys.iter().all(by)
    })
}

/// A key as the log writes it.
pub(crate) fn text_of(key: &VerifierKey) -> Result<LogKey, AuditError> {
    LogKey::new(&key.to_string()).map_err(|error| AuditError::Key(error.to_string()))
}

/// Whether `key` may sign by what the log says of its keys: it is the one that signs now, or `previous` is and hands over.
pub(crate) fn expect_current(
    log: Option<&Log>,
    kept: &[Kept],
    key: &VerifierKey,
    previous: Option<&VerifierKey>,
) -> Result<(), AuditError> {
    let Some((rotated, position)) = log.and_then(|log| log.last_rotation(key.name().as_str())) else {
        return Ok(());
    };
    let is = |key: &VerifierKey| rotated.new.as_str() == key.to_string();
    if !is(key) && !previous.is_some_and(is) {
        return Err(AuditError::OtherKey { key: rotated.new.as_str().to_owned(), position: *position });
    }
    if previous.is_none() && vouched(kept, rotated).is_none() {
        return Err(AuditError::NotVouched { old: rotated.old.as_str().to_owned(), position: *position });
    }
    Ok(())
}

impl Shared {
    /// How the key of the log was replaced for the `number`th time: see [`crate::App::rotation`].
    pub(crate) fn rotation(&self, number: usize) -> Result<Option<ProofFile>, LogError> {
        let found = {
            let views = self.views.read();
            let log = views.books.log();
            log.and_then(|book| book.state.rotations.get(number.checked_sub(1)?).cloned())
        };
        let Some((rotated, position)) = found else { return Ok(None) };
        let Some(checkpoint) = vouched(&self.audit.kept(), &rotated) else { return Ok(None) };
        let size = checkpoint.checkpoint().size();
        let proof = self.audit.tiles().inclusion(position.0, size).ok();
        let entry = self.log.read(position, 1)?.pop().map(|stored| stored.bytes);
        Ok(proof.map(|proof| ProofFile { extra: entry, index: position.0, proof, checkpoint }))
    }
}
