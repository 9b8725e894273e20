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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cosignature_is_a_time_up_to_2_to_the_63_and_64_bytes() {
        for length in [0, 8, 64, 71, 73] {
            assert_eq!(Cosignature::parse(&vec![0; length]), Err(CosignatureError::Length(length)));
        }
        let mut bytes = vec![0xff; 72];
        assert_eq!(Cosignature::parse(&bytes), Err(CosignatureError::Time(u64::MAX)));
        bytes[0] = 0x80;
        assert!(Cosignature::parse(&bytes).is_err());
        bytes[0] = 0x7f;
        assert_eq!(Cosignature::parse(&bytes), Ok(Cosignature { time: MAX_SIZE, signature: [0xff; 64] }));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(time in 0..=MAX_SIZE, half in any::<[u8; 32]>()) {
            let mut signature = [0; 64];
            signature[16..48].copy_from_slice(&half);
            let cosignature = Cosignature { time, signature };
            prop_assert_eq!(Cosignature::parse(&cosignature.to_bytes()), Ok(cosignature));
        }
    }
}
