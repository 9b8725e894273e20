//! What follows from one request.

use crate::{act::Failure, outcome::Stop, pending::Pending, proofs};
use domain::{
    Aggregate, Authority, ClientId, Date, Event, GrantId, Rejection, Rights, Role, StreamId, Timestamp,
    grant::Given,
    rejection::Thing,
    year::{BallotClosed, CastVote, YearEvent},
};
use eventlog::AsideChange;

/// How many days ahead an act may be dated.
const DAYS_AHEAD: i32 = 366;

/// What follows from one request.
pub struct Decision {
    /// The facts of the act's own stream, then their counterparts elsewhere.
    pub events: Vec<(StreamId, Event)>,
    pub aside: Vec<AsideChange>,
    pub by: Option<Authority>,
}

/// When a request came, the day its act counts from, and whether it cites a document or says that it is an example.
#[derive(Clone, Copy)]
pub struct When {
    pub received: Timestamp,
    pub effective_on: Date,
    pub documented: bool,
}

/// What an aggregate makes of a command, and by virtue of what it was allowed.
pub fn decide<A: Aggregate>(
    state: Option<&A>,
    rights: &Rights<'_>,
    command: A::Command,
    event: impl Fn(A::Event) -> Event,
) -> Result<(Vec<Event>, Authority), Stop> {
    let by = A::permits(rights, state, &command).map_err(Failure::Denied)?;
    let events = A::decide(state, command, &by).map_err(Failure::Rejected)?;
    Ok((events.into_iter().map(event).collect(), by))
}

/// The first grant of a log, which no grant can allow.
pub fn found(pending: &Pending<'_>, id: GrantId, client: ClientId) -> Result<Decision, Stop> {
    if !pending.has_no_grants() {
        return Err(Failure::Rejected(Rejection::AlreadyExists(Thing::Grant(id))).into());
    }
    let given = Given { client, role: Role::Registrar, until: None };
    let events = vec![(StreamId::Grant(id), Event::Grant(given.into()))];
    Ok(Decision { events, aside: Vec::new(), by: None })
}

/// The changes beside the log that go with the facts: the choice of a secret vote waits until the ballot closes.
pub fn beside(events: &[Event], vote: Option<&CastVote>) -> Vec<AsideChange> {
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
pub fn claimed_day(claimed: Option<Date>, received: Timestamp) -> Result<Date, Failure> {
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
