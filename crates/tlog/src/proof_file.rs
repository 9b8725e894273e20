//! Proof files: that one entry is in a log, to be checked without asking anyone (c2sp.org/tlog-proof).

use crate::{
    checkpoint::{CheckpointError, SignedCheckpoint},
    policy::{Policy, PolicyError, Witnessed},
    proof::{MAX_HASHES, ProofError, verify_inclusion},
    text,
    tree::Hash,
};
use std::fmt;
use thiserror::Error;

#[cfg(test)]
mod tests;

/// The first line of every such file.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The proof that an entry is in a log, with the signed checkpoint it leads to. Such files end in `.tlog-proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// What the application adds. Nothing signs it.
    pub extra: Option<Vec<u8>>,
    /// Which entry of the log, from 0.
    pub index: u64,
    /// The inclusion proof (RFC 6962 §2.1.1).
    pub proof: Vec<Hash>,
    /// The head of the tree that the proof leads to.
    pub checkpoint: SignedCheckpoint,
}

/// Why bytes are no proof file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofFileError {
    /// The part before the checkpoint is not UTF-8.
    #[error("the file is not UTF-8")]
    Utf8,
    /// The first line is another one.
    #[error("the first line is not {HEADER}")]
    Header,
    /// The extra data are not base 64, or empty.
    #[error("the extra data are empty or not base 64")]
    Extra,
    /// No line with the index follows, a decimal number without leading zeros.
    #[error("no line `index` with a decimal number without leading zeros")]
    Index,
    /// A line of the proof is not base 64 of 32 bytes.
    #[error("hash {0} of the proof is not base 64 of 32 bytes")]
    Hash(usize),
    /// More hashes than any inclusion proof has.
    #[error("the proof has more than {MAX_HASHES} hashes")]
    TooMany,
    /// No empty line follows the proof.
    #[error("no empty line follows the proof")]
    End,
    /// What follows is no signed checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why a proof file does not prove that an entry is in a log we believe.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnprovenError {
    /// The policy does not accept the checkpoint.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The proof does not lead from the entry to the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl ProofFile {
    /// Reads a proof file from its bytes.
    ///
    /// # Errors
    /// The bytes are no proof file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let file = str::from_utf8(bytes).map_err(|_| ProofFileError::Utf8)?;
        let (header, rest) = file.split_once('\n').ok_or(ProofFileError::Header)?;
        if header != HEADER {
            return Err(ProofFileError::Header);
        }
        let (extra, rest) = match rest.strip_prefix("extra ") {
            None => (None, rest),
            Some(rest) => {
                let (extra, rest) = rest.split_once('\n').ok_or(ProofFileError::Extra)?;
                let extra = text::from_base64(extra).filter(|extra| !extra.is_empty());
                (Some(extra.ok_or(ProofFileError::Extra)?), rest)
            }
        };
        let (index, rest) = rest
            .strip_prefix("index ")
            .and_then(|rest| rest.split_once('\n'))
            .and_then(|(index, rest)| Some((text::decimal(index)?, rest)))
            .ok_or(ProofFileError::Index)?;
        let (proof, checkpoint) = text::hashes(rest).map_err(|fault| match fault {
            text::HashesFault::Hash(place) => ProofFileError::Hash(place),
            text::HashesFault::TooMany => ProofFileError::TooMany,
            text::HashesFault::End => ProofFileError::End,
        })?;
        Ok(Self { extra, index, proof, checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())? })
    }

    /// Whether the entry with this leaf hash is in a log that the policy believes. The extra data are not looked at.
    ///
    /// # Errors
    /// It is not proven.
    pub fn verify<'p>(&self, leaf: &Hash, policy: &'p Policy) -> Result<Witnessed<'p>, UnprovenError> {
        let witnessed = policy.check(&self.checkpoint)?;
        let head = self.checkpoint.checkpoint();
        verify_inclusion(leaf, self.index, head.size(), &self.proof, head.root())?;
        Ok(witnessed)
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", text::to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", text::to_base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
