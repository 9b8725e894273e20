//! The heads that are kept for good, with everything that was ever signed of them.

use super::Published;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use tlog::{checkpoint::SignedCheckpoint, note::NoteSignature};

/// A head that is kept for good: the first that a process signs, and the first of each hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// How many facts it covers.
    pub size: u64,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The signed note.
    pub checkpoint: String,
}

impl Kept {
    pub(super) fn new(published: &Published) -> Self {
        let (size, signed_at) = (published.size(), published.signed_at);
        Self { size, signed_at, checkpoint: published.signed.to_string() }
    }

    /// Whether it is this head, whoever signed it.
    pub(super) fn is_of(&self, head: &SignedCheckpoint) -> bool {
        let head = head.checkpoint();
        self.size == head.size() && self.checkpoint.lines().next() == Some(head.origin())
    }

    /// The same head with the signatures of those who had not signed it when it was kept; `None` when all had.
    pub(super) fn with_more_signed(&self, head: &SignedCheckpoint) -> Option<Self> {
        let mut kept = SignedCheckpoint::parse(self.checkpoint.as_bytes()).ok()?;
        let known = kept.note().signatures().to_vec();
        let is_new = |line: &NoteSignature| {
            !known.iter().any(|other| (other.name(), other.id()) == (line.name(), line.id()))
        };
        let more: Vec<_> = head.note().signatures().iter().filter(|line| is_new(line)).cloned().collect();
        if more.is_empty() {
            return None;
        }
        more.into_iter().for_each(|line| kept.add(line));
        Some(Self { checkpoint: kept.to_string(), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog::{
        checkpoint::Checkpoint,
        key::{Cosigner, Signer},
    };

    #[test]
    fn what_was_signed_of_a_head_is_never_lost_and_a_later_time_of_the_same_witness_adds_nothing() {
        let [old, new] =
            [1, 2].map(|seed| Signer::from_seed("log.test/a".parse().unwrap(), &[seed; 32]).unwrap());
        let witness = Cosigner::from_seed("one.test/w".parse().unwrap(), &[3; 32]).unwrap();
        let head = Checkpoint::new("log.test/a", 7, [5; 32]).unwrap();
        let by_new = SignedCheckpoint::sign(head.clone(), &new);
        let mut by_both = by_new.clone();
        by_both.add(SignedCheckpoint::sign(head.clone(), &old).note().signatures()[0].clone());
        let at = Timestamp::from_millis(1_780_000_000_000);
        let kept = Kept { size: 7, signed_at: at, checkpoint: by_both.to_string() };
        assert!(kept.is_of(&by_new));
        assert_eq!(kept.with_more_signed(&by_new), None, "the old key's signature would be gone");

        let cosigned = |time| {
            let mut signed = by_new.clone();
            signed.add(witness.cosign(&head, time).unwrap());
            signed
        };
        let kept = kept.with_more_signed(&cosigned(1)).unwrap();
        let signed = SignedCheckpoint::parse(kept.checkpoint.as_bytes()).unwrap();
        for key in [old.verifier(), new.verifier(), witness.verifier()] {
            signed.note().verify([key]).unwrap();
        }
        assert_eq!(kept.with_more_signed(&cosigned(2)), None);
    }
}
