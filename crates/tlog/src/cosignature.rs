//! What a witness adds to a checkpoint: that it is consistent with all it has seen, and when
//! (c2sp.org/tlog-cosignature, `cosignature/v1`).

use crate::{key::VerifierKey, note::NoteText, tree::MAX_SIZE};
use thiserror::Error;

/// The bytes of a cosignature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cosignature {
    /// In seconds since 1970-01-01 UTC.
    pub time: u64,
    pub signature: [u8; 64],
}

/// Why bytes are no cosignature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum CosignatureError {
    #[error("a cosignature has 72 bytes, not {0}")]
    Length(usize),
    #[error("the time {0} of a cosignature is over 2^63 - 1")]
    Time(u64),
}

/// What is signed: a line that parts it from all else the key might sign, the time, the whole text of the checkpoint.
pub(crate) fn message(checkpoint: &NoteText, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{}", checkpoint.as_str()).into_bytes()
}

impl Cosignature {
    pub fn parse(bytes: &[u8]) -> Result<Self, CosignatureError> {
        let split = bytes.split_first_chunk().and_then(|(time, rest)| Some((time, rest.try_into().ok()?)));
        let (time, signature) = split.ok_or(CosignatureError::Length(bytes.len()))?;
        let time = u64::from_be_bytes(*time);
        if time > MAX_SIZE { Err(CosignatureError::Time(time)) } else { Ok(Self { time, signature }) }
    }

    pub fn to_bytes(self) -> Vec<u8> {
        [self.time.to_be_bytes().as_slice(), &self.signature].concat()
    }

    pub fn is_by(&self, key: &VerifierKey, checkpoint: &NoteText) -> bool {
        key.signed(&message(checkpoint, self.time), &self.signature)
    }
}
