//! What the requests of a group came to, and the answers their callers get.

use crate::{
    act::{Failure, Receipt},
    pending::Unwritable,
};
use domain::{Envelope, Position};
use eventlog::LogError;
use std::ops::Range;

/// What a request came to before anything was written.
pub enum Outcome {
    /// Facts, the given part of the group's.
    Facts { range: Range<usize>, replayed: bool },
    /// Facts recorded earlier.
    Earlier(Vec<Envelope>),
    /// Nothing.
    Refused(Failure),
}

/// The answers to a group. Facts are handed over, not copied, but to a repetition within the group.
pub fn receipts(
    outcomes: Vec<Outcome>,
    facts: Vec<Envelope>,
    head: Position,
) -> impl Iterator<Item = Result<Receipt, Failure>> {
    let repeated: Vec<_> = outcomes.iter().filter_map(|outcome| copied(outcome, &facts)).collect();
    let (mut facts, mut repeated) = (facts.into_iter(), repeated.into_iter());
    outcomes.into_iter().map(move |outcome| match outcome {
        // Requests were decided in the order of their facts.
        Outcome::Facts { range, replayed: false } => {
            Ok(Receipt { replayed: false, facts: facts.by_ref().take(range.len()).collect(), head })
        }
        Outcome::Facts { replayed: true, .. } => {
            Ok(Receipt { replayed: true, facts: repeated.next().unwrap_or_default(), head })
        }
        Outcome::Earlier(facts) => Ok(Receipt { replayed: true, facts, head }),
        Outcome::Refused(failure) => Err(failure),
    })
}

/// The facts of a request that repeats one of the same group.
fn copied(outcome: &Outcome, facts: &[Envelope]) -> Option<Vec<Envelope>> {
    match outcome {
        Outcome::Facts { range, replayed: true } => Some(facts[range.clone()].to_vec()),
        Outcome::Facts { replayed: false, .. } | Outcome::Earlier(_) | Outcome::Refused(_) => None,
    }
}

/// Why a request goes no further: the caller's affair, or the end of writing.
pub enum Stop {
    Refused(Failure),
    Log(LogError),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

impl From<LogError> for Stop {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

impl From<Unwritable> for Stop {
    fn from(unwritable: Unwritable) -> Self {
        match unwritable {
            Unwritable::TooLarge(size) => Self::Refused(Failure::TooLarge(size)),
            Unwritable::Failed => Self::Refused(Failure::Unavailable),
        }
    }
}
