//! Trust policies: which logs and witnesses are believed, and how many of them it takes (c2sp.org/tlog-policy).

use crate::{
    checkpoint::SignedCheckpoint,
    key::VerifierKey,
    note::{Signed, VerifyError},
};
use std::ops::Range;
use thiserror::Error;

mod parse;
#[cfg(test)]
mod tests;

pub use parse::{PolicyFault, PolicyLineError};

/// Whom to believe. Names and URLs are bytes: the specification gives them no character set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log whose checkpoints are believed. The name of its key is the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its key.
    pub key: VerifierKey,
    /// Where it can be reached, if that is said.
    pub url: Option<Vec<u8>>,
    /// Checkpoints of these sizes are its to sign: all, unless one key took over from another.
    sizes: Range<u64>,
}

impl Log {
    /// Whether a checkpoint of this size is its key's to sign.
    pub fn signs(&self, size: u64) -> bool {
        self.sizes.contains(&size)
    }
}

/// A witness whose cosignatures count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this policy; elsewhere it means nothing.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Where it can be reached, if that is said.
    pub url: Option<Vec<u8>>,
}

/// Witnesses and groups of which some number must have seen a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    /// 1 to the number of members.
    threshold: usize,
    /// Defined before the group, so that no group can hold itself.
    members: Vec<Member>,
}

/// A place in the list of witnesses, or in that of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// What a policy found good in a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed<'p> {
    /// The log that signed.
    pub log: &'p Log,
    /// The witnesses that cosigned, in the order of the policy, with the latest time each states, in seconds since
    /// 1970-01-01 UTC.
    pub witnesses: Vec<(&'p Witness, u64)>,
}

/// Why a policy does not accept a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// The policy lists no log of this origin.
    #[error("no log {0} is listed in the policy")]
    UnknownLog(String),
    /// A signature by a listed log or witness is wrong.
    #[error(transparent)]
    Signature(VerifyError),
    /// The log whose origin it bears has not signed it.
    #[error("the checkpoint is not signed by its log {0}")]
    NotSigned(String),
    /// Too few witnesses, or the wrong ones.
    #[error("the quorum is not met: {0} of the listed witnesses cosigned")]
    Quorum(usize),
}

impl Policy {
    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// The policy once a key of its logs has handed over to another of the same name: checkpoints of `from_size` and more
    /// entries are the new key's to sign, and no longer the old one's. `None` when it lists no such key.
    #[must_use]
    pub fn after_rotation(mut self, old: &VerifierKey, new: VerifierKey, from_size: u64) -> Option<Self> {
        let place = self.logs.iter().position(|log| log.key == *old && new.name() == old.name())?;
        let (url, end) = (self.logs[place].url.clone(), self.logs[place].sizes.end);
        self.logs[place].sizes.end = from_size.min(end);
        self.logs.insert(place + 1, Log { key: new, url, sizes: from_size..end });
        Some(self)
    }

    /// Whether a checkpoint is to be believed: it is signed by a listed log whose name is its origin, no signature by a
    /// listed key is wrong, and the quorum of witnesses cosigned it.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, checkpoint: &SignedCheckpoint) -> Result<Witnessed<'_>, PolicyError> {
        let origin = checkpoint.checkpoint().origin();
        let is_listed = |log: &&Log| log.key.name().as_str() == origin;
        if !self.logs.iter().any(|log| is_listed(&log)) {
            return Err(PolicyError::UnknownLog(origin.to_owned()));
        }
        let keys =
            self.logs.iter().map(|log| &log.key).chain(self.witnesses.iter().map(|witness| &witness.key));
        let signed = match checkpoint.note().verify(keys) {
            Ok(signed) => signed,
            Err(VerifyError::Unsigned) => Vec::new(),
            Err(wrong @ VerifyError::Wrong { .. }) => return Err(PolicyError::Signature(wrong)),
        };
        let size = checkpoint.checkpoint().size();
        let has_signed = |log: &&Log| log.signs(size) && signed.iter().any(|signed| *signed.key == log.key);
        let log = self
            .logs
            .iter()
            .filter(is_listed)
            .find(has_signed)
            .ok_or_else(|| PolicyError::NotSigned(origin.to_owned()))?;
        let times: Vec<_> = self.witnesses.iter().map(|witness| latest(&signed, &witness.key)).collect();
        let witnesses: Vec<_> = self
            .witnesses
            .iter()
            .zip(&times)
            .filter_map(|(witness, time)| Some((witness, (*time)?)))
            .collect();
        if self.quorum.is_some_and(|quorum| !self.has_witnessed(quorum, &times)) {
            return Err(PolicyError::Quorum(witnesses.len()));
        }
        Ok(Witnessed { log, witnesses })
    }

    /// Whether the witness, or enough of the group, cosigned.
    fn has_witnessed(&self, member: Member, times: &[Option<u64>]) -> bool {
        match member {
            Member::Witness(place) => times.get(place).is_some_and(Option::is_some),
            Member::Group(place) => self.groups.get(place).is_some_and(|group| {
                let have = group.members.iter().filter(|member| self.has_witnessed(**member, times)).count();
                have >= group.threshold
            }),
        }
    }
}

fn latest(signed: &[Signed<'_>], key: &VerifierKey) -> Option<u64> {
    signed.iter().filter(|signed| signed.key == key).filter_map(|signed| signed.time).max()
}
