//! Counting a ballot: receipt codes, choices, tallies.

use super::{Ballot, BallotClosed, Choice};
use crate::{UnitId, regulation::TurnOut};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By what a voter finds its own choice in a published secret ballot: 80 random bits, as 16 letters and digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptCode(Box<str>);

impl ReceiptCode {
    const LETTERS: &'static [u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// A code from ten random bytes, in the letters of Crockford's base 32, which no one misreads.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        let bits = bytes.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let letter = |place: u32| char::from(Self::LETTERS[(bits >> (75 - 5 * place) & 31) as usize]);
        Self((0..16).map(letter).collect::<String>().into())
    }

    /// A code read back.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 16 && text.bytes().all(|b| Self::LETTERS.contains(&b));
        fits.then(|| Self(text.into()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A choice of a secret ballot, with the code by which its voter finds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedChoice {
    /// The voter's code.
    pub receipt: ReceiptCode,
    /// The choice.
    pub choice: Choice,
}

/// The votes of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// The candidate.
    pub unit: UnitId,
    /// Its votes.
    pub votes: u32,
}

/// Counts the choices. Who has the most votes alone, and the majority where one is asked for, is chosen.
pub(super) fn count(
    ballot: &Ballot,
    choices: impl Iterator<Item = Choice>,
    published: Vec<CountedChoice>,
) -> BallotClosed {
    let mut votes: BTreeMap<UnitId, u32> = ballot.candidates.iter().map(|unit| (*unit, 0)).collect();
    let (mut cast, mut abstained) = (0_u32, 0_u32);
    for choice in choices {
        cast += 1;
        match choice {
            Choice::For(unit) => *votes.entry(unit).or_default() += 1,
            Choice::Abstain => abstained += 1,
        }
    }
    let mut tally: Vec<_> = votes.into_iter().map(|(unit, votes)| Tally { unit, votes }).collect();
    tally.sort_by(|a, b| b.votes.cmp(&a.votes).then(a.unit.cmp(&b.unit)));
    let electors = u32::try_from(ballot.electors.len()).unwrap_or(u32::MAX);
    let first = tally
        .first()
        .filter(|first| first.votes > 0 && tally.get(1).is_none_or(|next| next.votes < first.votes));
    let present = u32::try_from(ballot.present.len()).unwrap_or(u32::MAX);
    let turn_out = TurnOut { electors, present, cast, valid: cast - abstained };
    let enough = |votes: u32| ballot.majority.is_none_or(|rule| rule.reached(votes, turn_out));
    let chosen = first.filter(|first| enough(first.votes)).map(|first| first.unit);
    BallotClosed { ballot: ballot.id, electors, cast, abstained, tally, chosen, choices: published }
}
