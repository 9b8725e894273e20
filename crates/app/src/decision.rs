//! What follows from one request.

use crate::{act::Failure, outcome::Stop, pending::Pending, vault::Drawn};
use domain::{
    Aggregate, Authority, ClientId, Date, Event, GrantId, Rejection, Rights, Role, StreamId, Timestamp,
    grant::Given,
    log::{Log, LogCommand},
    rejection::Thing,
};
use eventlog::AsideChange;

/// What follows from one request.
pub struct Decision {
    /// The facts of the act's own stream, then their counterparts elsewhere.
    pub events: Vec<(StreamId, Event)>,
    /// What goes beside the log with them.
    pub aside: Vec<AsideChange>,
    /// By virtue of what it was allowed.
    pub by: Option<Authority>,
    /// The personal data that goes into the vault.
    pub private: Option<Drawn>,
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

/// What the record itself states, which no grant has to allow.
pub fn record(pending: &Pending<'_>, command: LogCommand) -> Result<(Vec<Event>, Authority), Stop> {
    let by = Authority::SYSTEM;
    let state = pending.log().map(|book| book.state.as_ref());
    let events = Log::decide(state, command, &by).map_err(Failure::Rejected)?;
    Ok((events.into_iter().map(Event::Log).collect(), by))
}

/// The first grant of a log, which no grant can allow.
pub fn found(pending: &Pending<'_>, id: GrantId, client: ClientId) -> Result<Decision, Stop> {
    if !pending.has_no_grants() {
        return Err(Failure::Rejected(Rejection::AlreadyExists(Thing::Grant(id))).into());
    }
    let given = Given { client, role: Role::Registrar, until: None, person: None };
    let events = vec![(StreamId::Grant(id), Event::Grant(given.into()))];
    Ok(Decision { events, aside: Vec::new(), by: None, private: None })
}
