//! What can be asked of the service, and what it answers.

use crate::mint::new_uuid;
use domain::{
    Basis, BlocId, ClientId, CommendationId, Date, Denied, EmulationYear, Envelope, EventId, Fingerprint,
    GrantId, KeyHash, PersonId, Position, Rejection, RequestId, StreamId, Timestamp, UnitId, Version,
    bloc::BlocAct, commendation::CommendationAct, grant::GrantAct, log::LogAct, person::PersonAct,
    unit::UnitAct, year::YearAct,
};

/// An act on one aggregate.
#[derive(Clone, Debug)]
pub enum Act {
    /// On a bloc.
    Bloc(BlocId, BlocAct),
    /// On a commendation.
    Commendation(CommendationId, CommendationAct),
    /// Makes a client the registrar of a log in which nobody holds a grant yet. Not reachable over HTTP.
    Found(GrantId, ClientId),
    /// On a grant.
    Grant(GrantId, GrantAct),
    /// On the log itself, asked for by a client.
    Log(LogAct),
    /// On the log itself, by the record. Not reachable over HTTP.
    Record(LogAct),
    /// On what is known of a person.
    Person(PersonId, PersonAct),
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
            Self::Commendation(id, _) => StreamId::Commendation(*id),
            Self::Grant(id, _) | Self::Found(id, _) => StreamId::Grant(*id),
            Self::Log(_) | Self::Record(_) => StreamId::Log,
            Self::Person(id, _) => StreamId::Person(*id),
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
    /// The fact this one follows from, when the client names it.
    pub causation: Option<EventId>,
    /// The day the act counts from, as claimed; today when nothing is claimed.
    pub effective_on: Option<Date>,
    /// What the act rests on.
    pub basis: Basis,
    /// The version the client has seen (`If-Match`).
    pub expected: Option<Version>,
    /// The act.
    pub act: Act,
}

impl Request {
    /// An act of the record itself. What it states can be computed again by anyone.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn of_the_record(act: LogAct, now: Timestamp) -> Result<Self, getrandom::Error> {
        Ok(Self {
            client: ClientId::system(),
            key: KeyHash(*new_uuid(now)?.as_bytes()),
            fingerprint: Fingerprint([0; 16]),
            id: RequestId(new_uuid(now)?),
            causation: None,
            effective_on: None,
            basis: Basis::default(),
            expected: None,
            act: Act::Record(act),
        })
    }
}

/// What a request led to.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Whether the facts were recorded by an earlier request with the same key.
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
    /// The aggregate has moved on since the client looked (`If-Match`).
    Stale {
        /// What the client saw.
        expected: Version,
        /// What stands; 0 when the thing does not exist.
        actual: Version,
    },
    /// A fact would be larger than an envelope may be; the size in bytes.
    TooLarge(usize),
    /// The outcome is unknown: the service is stopping, or the store did not answer.
    Unavailable,
    /// The service was started without the key of its vault, or its vault failed: it takes no personal data.
    VaultClosed,
    /// The store failed earlier; the service only reads until it is started again.
    ReadOnly,
}
