//! The log about itself: which key signs it, which streams it holds, and when others saw it. What stands here says nothing of emulation; it
//! is what an auditor follows the log by.

mod heads;
#[cfg(test)]
mod tests;

pub use heads::StreamHead;

use crate::{
    Aggregate, Authority, Denied, Position, Recorded, Rejection, Rights, Role, Sha256, Text, Timestamp,
    event::events, rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// The public key of a log as text, `<name>+<id>+<key>` (c2sp.org/signed-note). What it is worth is not judged here.
pub type LogKey = Text<512>;

/// The key that signs the log was replaced by another. The fact itself is vouched for by the old key: it also signs the
/// first head that covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// The key that signed until then.
    pub old: LogKey,
    /// The key that signs from then on, of the same name.
    pub new: LogKey,
    /// Heads of at least so many facts are signed by the new key: the first that covers this fact.
    pub from_size: u64,
}

/// What the log held so far, stream by stream, put into one hash: from it a list of a stream's facts can be proven to be
/// whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamHeadsCommitted {
    /// How many facts it speaks of: all before this one.
    pub size: u64,
    /// How many streams they stand in.
    pub streams: u64,
    /// The root of the RFC 6962 tree over one leaf for each stream, [`StreamHead`], in the order of the streams.
    pub root: Sha256,
}

/// An authority outside stamped a head of the log. Its reply is beside the log and cannot have been known earlier: what
/// stands after this fact was recorded after the moment that the reply states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeAnchored {
    /// How many facts the head covers.
    pub size: u64,
    /// The moment that the authority states.
    pub time: Timestamp,
    /// SHA-256 of its reply (RFC 3161 §2.4.2).
    pub reply: Sha256,
}

events! {
    /// What can happen to the log itself.
    LogEvent {
        "log.key_rotated" => KeyRotated(KeyRotated),
        "log.stream_heads_committed" => StreamHeadsCommitted(StreamHeadsCommitted),
        "log.time_anchored" => TimeAnchored(TimeAnchored),
    }
}

/// What can be asked of the log itself.
#[derive(Clone, Debug)]
pub enum LogAct {
    /// Let another key sign it.
    RotateKey {
        /// The key that signs now.
        old: LogKey,
        /// The key that is to sign.
        new: LogKey,
    },
    /// Commit to what every stream holds.
    CommitStreamHeads,
    /// Note that a head was stamped.
    AnchorTime(TimeAnchored),
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub enum LogCommand {
    /// Let another key sign the log.
    RotateKey {
        /// The key that signs now.
        old: LogKey,
        /// The key that is to sign.
        new: LogKey,
        /// Where the fact will stand.
        position: Position,
    },
    /// Commit to what every stream holds.
    CommitStreamHeads(StreamHeadsCommitted),
    /// Note that a head was stamped.
    AnchorTime(TimeAnchored),
}

/// The log about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// The keys that were replaced, oldest first, each with where that was said.
    pub rotations: Vec<(KeyRotated, Position)>,
    /// Where it committed to its streams, oldest first.
    pub commitments: Vec<Position>,
    /// The time stamps it names, oldest first, each with where it does.
    pub anchors: Vec<(TimeAnchored, Position)>,
}

impl Log {
    /// How the key of a log of this name was replaced last, and where that stands; `None` while it has never been. A log
    /// that goes on under a new name has had other keys under the old one.
    pub fn last_rotation(&self, name: &str) -> Option<&(KeyRotated, Position)> {
        self.rotations.iter().rev().find(|(rotated, _)| name_of(&rotated.new) == name)
    }

    fn has_used(&self, key: &LogKey) -> bool {
        self.rotations.iter().any(|(rotated, _)| rotated.old == *key || rotated.new == *key)
    }

    /// A key that was replaced does not come back: whoever stole it could sign with it.
    fn rotate(
        state: Option<&Self>,
        old: LogKey,
        new: LogKey,
        position: Position,
    ) -> Result<KeyRotated, Rejection> {
        if name_of(&old) != name_of(&new) {
            return Err(Rejection::Unknown(Thing::LogKey));
        }
        let last = state.and_then(|log| log.last_rotation(name_of(&old)));
        if last.is_some_and(|(rotated, _)| rotated.new != old) {
            return Err(Rejection::Ended(Thing::LogKey));
        }
        if new == old || state.is_some_and(|log| log.has_used(&new)) {
            return Err(Rejection::AlreadyExists(Thing::LogKey));
        }
        Ok(KeyRotated { old, new, from_size: position.0 + 1 })
    }
}

/// Whose key it is: the name of the log.
fn name_of(key: &LogKey) -> &str {
    key.as_str().split('+').next().unwrap_or_default()
}

impl Aggregate for Log {
    type Command = LogCommand;
    type Event = LogEvent;

    fn decide(state: Option<&Self>, command: LogCommand, _: &Authority) -> Result<Vec<LogEvent>, Rejection> {
        let event: LogEvent = match command {
            LogCommand::RotateKey { old, new, position } => Self::rotate(state, old, new, position)?.into(),
            LogCommand::CommitStreamHeads(committed) => committed.into(),
            LogCommand::AnchorTime(anchored) => anchored.into(),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, LogEvent>) -> Option<Self> {
        let mut log = state.unwrap_or_default();
        match fact.event {
            LogEvent::KeyRotated(rotated) => log.rotations.push((rotated.clone(), fact.position)),
            LogEvent::StreamHeadsCommitted(_) => log.commitments.push(fact.position),
            LogEvent::TimeAnchored(anchored) => log.anchors.push((anchored.clone(), fact.position)),
        }
        Some(log)
    }

    /// The key is the affair of whoever holds it, time that of the authority, and neither of any client.
    fn permits(rights: &Rights<'_>, _: Option<&Self>, command: &LogCommand) -> Result<Authority, Denied> {
        match command {
            LogCommand::RotateKey { .. } | LogCommand::AnchorTime(_) => Err(Denied { needs: Vec::new() }),
            LogCommand::CommitStreamHeads(_) => rights.any_of(&[Role::Auditor, Role::Registrar]),
        }
    }
}
