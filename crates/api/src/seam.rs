//! Stand-in for the crate `app` until it lands: the same names and shapes, over a log in memory.
use domain::{
    Actor, Aggregate, Authority, Basis, BlocId, ClientId, Date, Denied, EmulationYear, Envelope, Event, EventId, Fingerprint,
    GrantId, KeyHash, LeafHash, Position, Recorded, Rejection, RequestId, RequestRef, Salt, StreamId, Timestamp, UnitId,
    Version,
    bloc::{Bloc, BlocAct, BlocCommand},
    grant::GrantAct,
    rejection::Thing,
    unit::{Unit, UnitAct, UnitCommand},
    year::YearAct,
};
use std::time::Duration;
use uuid::{Builder, Uuid};

/// An act on one aggregate.
#[derive(Clone, Debug)]
pub enum Act {
    /// On a bloc.
    Bloc(BlocId, BlocAct),
    /// On a grant.
    Grant(GrantId, GrantAct),
    /// On a unit.
    Unit(UnitId, UnitAct),
    /// On the year of a bloc.
    Year(BlocId, EmulationYear, YearAct),
}

impl Act {
    /// The stream the act's facts will stand in.
    pub const fn stream(&self) -> StreamId {
        match self {
            Self::Bloc(id, _) => StreamId::Bloc(*id),
            Self::Grant(id, _) => StreamId::Grant(*id),
            Self::Unit(id, _) => StreamId::Unit(*id),
            Self::Year(bloc, year, _) => StreamId::Year(*bloc, *year),
        }
    }
}

/// An act with everything that came along with it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The client whose token was presented.
    pub client: ClientId,
    /// Which idempotency key.
    pub key: KeyHash,
    /// Which request the key came with.
    pub fingerprint: Fingerprint,
    /// The id of the request.
    pub id: RequestId,
    /// The fact this one follows from.
    pub causation: Option<EventId>,
    /// The day the act counts from, as claimed.
    pub effective_on: Option<Date>,
    /// What the act rests on.
    pub basis: Basis,
    /// The version the client has seen.
    pub expected: Option<Version>,
    /// The act.
    pub act: Act,
}

/// What a request led to.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Whether an earlier request with the same key recorded the facts.
    pub replayed: bool,
    /// The facts, at least one.
    pub facts: Vec<Envelope>,
    /// How many facts the log held once these were in it.
    pub head: Position,
}

/// Why a request led to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A rule says no.
    Rejected(Rejection),
    /// The client holds no grant for this.
    Denied(Denied),
    /// The idempotency key came with another request before.
    KeyReused,
    /// The aggregate has moved on.
    Stale {
        /// What the client saw.
        expected: Version,
        /// What stands.
        actual: Version,
    },
    /// A fact would be too large.
    TooLarge(usize),
    /// The outcome is unknown.
    Unavailable,
    /// The service only reads.
    ReadOnly,
}

/// The log in memory.
#[derive(Default)]
pub struct App(parking_lot::Mutex<Vec<Envelope>>);

impl App {
    /// Carries out a request.
    pub async fn execute(&self, request: Request) -> Result<Receipt, Failure> {
        let mut log = self.0.lock();
        let now = self.now();
        if let Some(known) = log.iter().find(|fact| fact.request.key == request.key) {
            let same = known.request.fingerprint == request.fingerprint;
            let head = known.position.next();
            return if same { Ok(Receipt { replayed: true, facts: vec![known.clone()], head }) } else { Err(Failure::KeyReused) };
        }
        let stream = request.act.stream();
        let facts: Vec<_> = log.iter().filter(|fact| fact.stream == stream).cloned().collect();
        let actual = facts.last().map_or(Version(0), |fact| fact.version);
        if let Some(expected) = request.expected.filter(|expected| *expected != actual) {
            return Err(Failure::Stale { expected, actual });
        }
        let day = request.effective_on.unwrap_or(now.day());
        let event = decide(&request.act, &facts, day).map_err(Failure::Rejected)?;
        let fact = Envelope {
            position: Position(log.len() as u64),
            stream,
            version: actual.next(),
            previous: LeafHash::NONE,
            id: EventId(new_uuid(now).map_err(|_| Failure::Unavailable)?),
            recorded_at: now,
            effective_on: day,
            actor: Actor { client: request.client, unit: None, grant: None },
            request: RequestRef { id: request.id, key: request.key, fingerprint: request.fingerprint, causation: request.causation },
            basis: request.basis,
            salt: Salt([0; 16]),
            event,
        };
        log.push(fact.clone());
        Ok(Receipt { replayed: false, head: fact.position.next(), facts: vec![fact] })
    }

    /// How many facts there are.
    pub fn head(&self) -> Position {
        Position(self.0.lock().len() as u64)
    }

    /// Waits until there are at least `count` facts.
    pub async fn reach(&self, count: Position, patience: Duration) -> bool {
        let _ = patience;
        self.head() >= count
    }

    /// The present.
    #[allow(clippy::disallowed_methods, reason = "stand-in")]
    pub fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

fn decide(act: &Act, facts: &[Envelope], day: Date) -> Result<Event, Rejection> {
    let by = Authority { grant: GrantId(Uuid::nil()), unit: None };
    match act {
        Act::Unit(id, act) => {
            let state = facts.iter().fold(None, |state, fact| match &fact.event {
                Event::Unit(event) => Unit::evolve(state, recorded(fact, event)),
                Event::Bloc(_) | Event::Grant(_) | Event::Year(_) => state,
            });
            let command = UnitCommand { id: *id, act: act.clone(), taken: Vec::new() };
            Unit::decide(state.as_ref(), command, &by).map(|mut events| Event::Unit(events.remove(0)))
        }
        Act::Bloc(id, act) => {
            let state = facts.iter().fold(None, |state, fact| match &fact.event {
                Event::Bloc(event) => Bloc::evolve(state, recorded(fact, event)),
                Event::Unit(_) | Event::Grant(_) | Event::Year(_) => state,
            });
            let command = BlocCommand { id: *id, act: act.clone(), effective_on: day, unit_registered: true };
            Bloc::decide(state.as_ref(), command, &by).map(|mut events| Event::Bloc(events.remove(0)))
        }
        Act::Grant(id, _) => Err(Rejection::Unknown(Thing::Grant(*id))),
        Act::Year(_, year, _) => Err(Rejection::Unknown(Thing::Year(*year))),
    }
}

fn recorded<'a, E>(fact: &Envelope, event: &'a E) -> Recorded<'a, E> {
    Recorded { position: fact.position, id: fact.id, recorded_at: fact.recorded_at, effective_on: fact.effective_on, event }
}

/// A UUIDv7 for a moment.
pub fn new_uuid(at: Timestamp) -> Result<Uuid, getrandom::Error> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    Ok(Builder::from_unix_timestamp_millis(u64::try_from(at.millis()).unwrap_or(0), &random).into_uuid())
}
