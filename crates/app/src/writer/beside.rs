//! What goes with a decision: changes beside the log, and the day it counts from.

use crate::{act::Failure, proofs};
use domain::{
    Date, Event, Rejection, Timestamp,
    year::{BallotClosed, CastVote, YearEvent},
};
use eventlog::AsideChange;

/// How many days ahead an act may be dated.
const DAYS_AHEAD: i32 = 366;

/// The changes beside the log that go with the facts: the choice of a secret vote waits until the ballot closes.
pub(super) fn beside(events: &[Event], vote: Option<&CastVote>) -> Vec<AsideChange> {
    let mut changes = Vec::new();
    for event in events {
        if let (Event::Year(YearEvent::VoteCast(cast)), Some(vote)) = (event, vote)
            && cast.choice.is_none()
        {
            let key = proofs::waiting_key(vote.ballot, &vote.receipt);
            changes.push(AsideChange::Put(key, proofs::waiting_value(vote.choice)));
        }
        if let Event::Year(YearEvent::BallotClosed(BallotClosed { ballot, choices, .. })) = event {
            changes.extend(
                choices.iter().map(|c| AsideChange::Remove(proofs::waiting_key(*ballot, &c.receipt))),
            );
        }
    }
    changes
}

/// The day an act counts from: today unless another is claimed, in the past as far as one likes, ahead a year.
pub(super) fn claimed_day(claimed: Option<Date>, received: Timestamp) -> Result<Date, Failure> {
    let today = received.day();
    let latest = today.plus_days(DAYS_AHEAD);
    match claimed {
        Some(claimed) if claimed > latest => {
            Err(Failure::Rejected(Rejection::ImpossibleDate { claimed, latest }))
        }
        Some(claimed) => Ok(claimed),
        None => Ok(today),
    }
}
