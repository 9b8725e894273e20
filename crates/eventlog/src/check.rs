//! What every store checks before it writes.

use crate::{AsideChange, Fact, LogError, MAX_ASIDE_KEY_BYTES, MAX_ASIDE_VALUE_BYTES};
use domain::{Position, envelope::MAX_ENVELOPE_BYTES};

/// Refuses facts that do not follow `head` and anything over its size. Nothing has been written yet.
pub(crate) fn before_writing(head: Position, facts: &[Fact], aside: &[AsideChange]) -> Result<(), LogError> {
    let mut expected = head;
    for fact in facts {
        let given = fact.envelope.position;
        if given != expected {
            return Err(LogError::OutOfPlace { expected, given });
        }
        if fact.bytes.len() > MAX_ENVELOPE_BYTES {
            return Err(LogError::TooLarge { position: given, bytes: fact.bytes.len() });
        }
        expected = expected.next();
    }
    for change in aside {
        let (key, value) = match change {
            AsideChange::Put(key, value) => (key.len(), value.len()),
            AsideChange::Remove(key) => (key.len(), 0),
        };
        if key > MAX_ASIDE_KEY_BYTES || value > MAX_ASIDE_VALUE_BYTES {
            return Err(LogError::AsideTooLarge { key, value });
        }
    }
    Ok(())
}

/// Refuses a caller that has seen more than the log holds: it folded another log.
pub(crate) fn seen(head: Position, seen: Position) -> Result<(), LogError> {
    if seen > head { Err(LogError::OutOfPlace { expected: head, given: seen }) } else { Ok(()) }
}
