//! What a witness is asked, and how it judges (c2sp.org/tlog-witness, "add-checkpoint").
//!
//! Whoever keeps a log's key behind the same rules can sign nothing that contradicts what it signed before.

use crate::{
    checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint},
    key::VerifierKey,
    note::VerifyError,
    proof::{MAX_HASHES, ProofError, verify_consistency},
    text,
    tree::{Hash, empty_root},
};
use std::fmt;
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Asks a witness to cosign a checkpoint that grew out of the one it saw last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the tree that the witness is thought to have seen last.
    pub old_size: u64,
    /// The consistency proof from there (RFC 6962 §2.1.2).
    pub proof: Vec<Hash>,
    /// What it is to cosign.
    pub checkpoint: SignedCheckpoint,
}

/// Why bytes are no such request. A witness answers 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// Not UTF-8.
    #[error("the request is not UTF-8")]
    Utf8,
    /// The first line is not `old` and a decimal number without leading zeros.
    #[error("the first line is not `old` with a decimal number without leading zeros")]
    OldSize,
    /// A line of the proof is not base 64 of 32 bytes.
    #[error("hash {0} of the proof is not base 64 of 32 bytes")]
    Hash(usize),
    /// More hashes than may be sent.
    #[error("the proof has more than {MAX_HASHES} hashes")]
    TooMany,
    /// No empty line follows the proof.
    #[error("no empty line follows the proof")]
    End,
    /// What follows is no signed checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl AddCheckpoint {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The bytes are no such request.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let (old_size, proof, checkpoint) = growth(bytes)?;
        Ok(Self { old_size, proof, checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())? })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_growth(f, self.old_size, &self.proof)?;
        write!(f, "{}", self.checkpoint)
    }
}

/// Asks the keeper of a log's key to sign a head that grew out of the one it signed last: the body that a witness is sent,
/// with no signature under the head yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignHead {
    /// The size of the tree that is thought to have been signed last.
    pub old_size: u64,
    /// The consistency proof from there (RFC 6962 §2.1.2).
    pub proof: Vec<Hash>,
    /// What is to be signed.
    pub head: Checkpoint,
}

impl SignHead {
    /// Reads a request.
    ///
    /// # Errors
    /// The bytes are no such request.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let (old_size, proof, head) = growth(bytes)?;
        Ok(Self { old_size, proof, head: head.parse()? })
    }
}

impl fmt::Display for SignHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_growth(f, self.old_size, &self.proof)?;
        write!(f, "{}", self.head)
    }
}

/// The old size, the proof, and what follows the empty line.
fn growth(bytes: &[u8]) -> Result<(u64, Vec<Hash>, &str), RequestError> {
    let body = str::from_utf8(bytes).map_err(|_| RequestError::Utf8)?;
    let (old_size, rest) = body
        .strip_prefix("old ")
        .and_then(|rest| rest.split_once('\n'))
        .and_then(|(size, rest)| Some((text::decimal(size)?, rest)))
        .ok_or(RequestError::OldSize)?;
    let (proof, rest) = text::hashes(rest).map_err(|fault| match fault {
        text::HashesFault::Hash(place) => RequestError::Hash(place),
        text::HashesFault::TooMany => RequestError::TooMany,
        text::HashesFault::End => RequestError::End,
    })?;
    Ok((old_size, proof, rest))
}

fn write_growth(f: &mut fmt::Formatter<'_>, old_size: u64, proof: &[Hash]) -> fmt::Result {
    writeln!(f, "old {old_size}")?;
    proof.iter().try_for_each(|hash| writeln!(f, "{}", text::to_base64(hash)))?;
    writeln!(f)
}

/// What a witness remembers of a log: the largest tree it cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How many leaves.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Seen {
    /// Of a log never seen: the empty tree.
    pub fn nothing() -> Self {
        Self { size: 0, root: empty_root() }
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It knows no key of that log. HTTP 404.
    #[error("the log {0} is not known")]
    UnknownLog(String),
    /// No known key signed, or a signature is wrong. HTTP 403.
    #[error(transparent)]
    Signature(#[from] VerifyError),
    /// The old size is over the new one. HTTP 400.
    #[error("the old size {old} is over the size {new} of the checkpoint")]
    Shrunk {
        /// The old size of the request.
        old: u64,
        /// The size of the checkpoint.
        new: u64,
    },
    /// It saw another size last, this one. HTTP 409, with [`size_body`].
    #[error("the tree seen last had {0} leaves")]
    OtherOldSize(u64),
    /// The tree did not grow out of the one it saw. HTTP 422: perhaps the proof of a fork.
    #[error(transparent)]
    Inconsistent(#[from] ProofError),
}

impl Refusal {
    /// The HTTP status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownLog(_) => 404,
            Self::Signature(_) => 403,
            Self::Shrunk { .. } => 400,
            Self::OtherOldSize(_) => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

/// The body of the answer 409, `text/x.tlog.size`: the size of the tree seen last.
pub fn size_body(size: u64) -> String {
    format!("{size}\n")
}

/// Reads the body of the answer 409. `None` when it is not a decimal number without leading zeros and a newline.
pub fn parse_size_body(body: &[u8]) -> Option<u64> {
    text::decimal(str::from_utf8(body).ok()?.strip_suffix('\n')?)
}

/// Whether a witness that has seen this much of the log may cosign, and what it has seen then. `keys` are those of all
/// the logs it knows; the name of a log's key is its origin.
///
/// The caller makes the new state durable before it answers, and lets no other request of the same log between the
/// reading of `seen` and that: else a later answer could take the witness back to a smaller tree.
///
/// # Errors
/// It must not cosign.
pub fn judge(request: &AddCheckpoint, keys: &[VerifierKey], seen: Seen) -> Result<Seen, Refusal> {
    let checkpoint = request.checkpoint.checkpoint();
    let keys: Vec<_> = keys.iter().filter(|key| key.name().as_str() == checkpoint.origin()).collect();
    if keys.is_empty() {
        return Err(Refusal::UnknownLog(checkpoint.origin().to_owned()));
    }
    request.checkpoint.note().verify(keys)?;
    extends(request.old_size, &request.proof, checkpoint, seen)
}

/// Whether a head grew out of what was seen, and what has been seen then: [`judge`] without the signature, for the
/// keeper of the log's own key, who is asked to sign what no one has signed yet.
///
/// # Errors
/// It did not.
pub fn extends(old_size: u64, proof: &[Hash], checkpoint: &Checkpoint, seen: Seen) -> Result<Seen, Refusal> {
    let new = Seen { size: checkpoint.size(), root: *checkpoint.root() };
    if old_size > new.size {
        return Err(Refusal::Shrunk { old: old_size, new: new.size });
    }
    if old_size != seen.size {
        return Err(Refusal::OtherOldSize(seen.size));
    }
    verify_consistency(seen.size, new.size, proof, &seen.root, &new.root)?;
    Ok(new)
}
