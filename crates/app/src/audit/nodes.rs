//! Several processes over one log. Each keeps its own tree; whoever reaches the signer has a head signed and puts it aside,
//! and the others hand the same head out once their own tree says the same. A head is believed by its signature and by the
//! tree, never by where it was found.

use super::{
    AuditError, Kept, Published, SignError,
    publisher::Work,
    signers::{Signers, unsignable},
};
use domain::Position;
use eventlog::AsideChange;
use std::{
    thread,
    time::{Duration, Instant},
};
use tlog::{checkpoint::SignedCheckpoint, key::VerifierKey};

/// How long a process that begins may take to reach what others had signed meanwhile.
const JOINS: Duration = Duration::from_secs(5);
/// Under which key the last head of a log stands aside; the id of the log's key follows.
const LATEST: &[u8] = b"last-checkpoint/";

impl Work {
    /// A process that can have its head signed does so before it serves. Of several, another may have had more signed than
    /// this one has read yet: then it reads on until it has a head to hand out.
    pub(super) fn begin(&mut self) -> Result<(), AuditError> {
        let start = Instant::now();
        loop {
            if self.signers.is_some() {
                let size = self.shared.audit.tiles().size();
                self.sign(size)?;
            } else {
                self.take_from_others()?;
            }
            let has_head = self.shared.audit.newest().is_some() || !self.shared.log.is_shared();
            if has_head || start.elapsed() > JOINS || self.latest()?.is_none() {
                return self.keep_shown();
            }
            thread::sleep(Duration::from_millis(20));
            self.grow()?;
        }
    }

    /// Hands out the head that another process has had signed, once this tree has grown to it.
    pub(super) fn take_from_others(&mut self) -> Result<(), AuditError> {
        let Some((signed, kept)) = self.latest()? else { return Ok(()) };
        let size = signed.checkpoint().size();
        let newer = |head: &Published| size > head.size() || kept.signed_at > head.signed_at;
        if !self.shared.audit.newest().is_none_or(|head| newer(&head)) {
            return Ok(());
        }
        let root = self.shared.audit.tiles().root_at(size);
        match root {
            None => return self.behind(size),
            Some(root) if root != *signed.checkpoint().root() => {
                return Err(AuditError::Altered { signed: size });
            }
            Some(_) => {}
        }
        self.advance(&signed)?;
        self.signed = Some((size, Instant::now()));
        let published = Published { signed, key: self.key.clone(), signed_at: kept.signed_at };
        self.shared.audit.hand_out(published);
        Ok(())
    }

    /// Lets the other processes have a head that was signed here.
    pub(super) fn give_to_others(&self, head: &Kept) -> Result<(), AuditError> {
        if self.latest()?.is_some_and(|(_, there)| there.size > head.size) {
            return Ok(());
        }
        let value = serde_json::to_vec(head).map_err(unsignable)?;
        // While a key takes over, those who know only the one before hand the same head out.
        let keys = [Some(&self.key), self.before()].into_iter().flatten();
        let put = |key: &VerifierKey| AsideChange::Put([LATEST, &key.id().0].concat(), value.clone());
        let changes: Vec<_> = keys.map(put).collect();
        Ok(eventlog::put_aside(self.shared.log.as_ref(), &changes)?)
    }

    /// The head that stands aside, if it is one of this log under its key.
    fn latest(&self) -> Result<Option<(SignedCheckpoint, Kept)>, AuditError> {
        let key = [LATEST, &self.key.id().0].concat();
        let Some((_, value)) = self.shared.log.aside(&key)?.into_iter().next() else { return Ok(None) };
        let unusable = |what: String| AuditError::Sign(SignError::Contradiction(what));
        let kept: Kept = serde_json::from_slice(&value).map_err(|error| unusable(error.to_string()))?;
        let signed = SignedCheckpoint::parse(kept.checkpoint.as_bytes())
            .map_err(|error| unusable(error.to_string()))?;
        signed.note().verify([&self.key]).map_err(|error| unusable(error.to_string()))?;
        let ours = signed.checkpoint().origin() == self.key.name().as_str();
        Ok(ours.then_some((signed, kept)))
    }

    /// Puts a head into the anchor. Processes of one log may share the file: what another has written there must be of
    /// this tree, and is kept when it covers more.
    pub(super) fn advance(&mut self, signed: &SignedCheckpoint) -> Result<(), AuditError> {
        if !self.shared.log.is_shared() {
            return self.anchor.advance(signed);
        }
        // Nobody else writes it between the look at it and the replacement.
        let _alone = self.anchor.alone()?;
        // A file that cannot be read, or is of another log, is what the anchor itself complains about.
        let before = self.signers.as_ref().and_then(Signers::before);
        if self.anchor.refresh(&self.key, before).is_ok() {
            let there = self.anchor.seen();
            let root = self.shared.audit.tiles().root_at(there.size);
            match root {
                None => return self.behind(there.size),
                Some(root) if root != there.root => return Err(AuditError::Altered { signed: there.size }),
                Some(_) if there.size > signed.checkpoint().size() => return Ok(()),
                Some(_) => {}
            }
        }
        self.anchor.advance(signed)
    }

    /// More was signed than this process has read: that is as it should be while others write, and is not when the log
    /// itself holds less.
    pub(super) fn behind(&self, signed: u64) -> Result<(), AuditError> {
        let log = if self.shared.log.is_shared() {
            self.shared.log.head()?
        } else {
            Position(self.shared.audit.tiles().size())
        };
        if log.0 < signed { Err(AuditError::Behind { signed, log: log.0 }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
