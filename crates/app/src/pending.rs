//! What a group has decided so far: seen by the commands that follow in the group, by nobody else until it is
//! durable.

use crate::{awards::Shelves, mint::Mint};
use domain::{
    AchievementId, Actor, Authority, BlocId, CommendationId, EmulationYear, Envelope, Event, Fingerprint,
    GrantId, KeyHash, LeafHash, PersonId, Position, StreamId, Timestamp, UnitId, UnitIdentifier, Version,
    bloc::Bloc,
    commendation::Commendation,
    envelope::MAX_ENVELOPE_BYTES,
    grant::Grant,
    log::Log,
    person::Person,
    unit::{Unit, UnitEvent},
    year::Year,
};
use domain::{ClientId, RequestRef};
use eventlog::{AsideChange, Fact, LogError};
use std::{collections::HashMap, ops::Range};
use views::{Book, Books, Commendations, View, Views};

/// What nearly every fact fits into, in bytes.
const USUAL_BYTES: usize = 1024;

/// The group in the making.
pub struct Pending<'a> {
    /// Everything durable.
    pub views: &'a Views,
    /// The facts decided so far.
    pub facts: Vec<Fact>,
    /// Their leaf hashes.
    leaves: Vec<LeafHash>,
    /// The changes beside the log that go with them.
    pub aside: Vec<AsideChange>,
    changed: Books,
    spent: HashMap<KeyHash, (Range<usize>, Fingerprint)>,
    identifiers: HashMap<UnitIdentifier, Vec<UnitId>>,
    grants: Vec<(ClientId, GrantId)>,
    commendations: Commendations,
    recorded_at: Timestamp,
}

/// A group that is ready to be committed.
pub struct Decided {
    /// Its facts.
    pub facts: Vec<Fact>,
    /// Their leaf hashes.
    pub leaves: Vec<LeafHash>,
    /// The changes beside the log.
    pub aside: Vec<AsideChange>,
    /// The books its facts changed.
    pub changed: Books,
}

/// What is the same for every fact of one request.
pub struct Origin {
    /// Who acts.
    pub client: ClientId,
    /// By virtue of what.
    pub by: Option<Authority>,
    /// The request.
    pub request: RequestRef,
    /// What it rests on.
    pub basis: domain::Basis,
    /// When it was received.
    pub received: Timestamp,
    /// The day it counts from.
    pub effective_on: domain::Date,
}

/// Why facts could not be written down.
pub enum Unwritable {
    /// One is larger than an envelope may be; its size in bytes.
    TooLarge(usize),
    /// The system gave no randomness, or the envelope no JSON.
    Failed,
}

impl<'a> Pending<'a> {
    /// An empty group on top of what is durable.
    pub fn new(views: &'a Views) -> Self {
        Self {
            views,
            facts: Vec::new(),
            leaves: Vec::new(),
            aside: Vec::new(),
            changed: Books::default(),
            spent: HashMap::new(),
            identifiers: HashMap::new(),
            grants: Vec::new(),
            commendations: Commendations::default(),
            recorded_at: views.history.latest().unwrap_or(Timestamp::from_millis(0)),
        }
    }

    /// The group, ready to be committed.
    pub fn finish(self) -> Decided {
        Decided { facts: self.facts, leaves: self.leaves, aside: self.aside, changed: self.changed }
    }

    /// The clock of the log: the given present, but never before the latest fact.
    pub fn stamp(&mut self, now: Timestamp) -> Timestamp {
        self.recorded_at = self.recorded_at.max(now);
        self.recorded_at
    }

    /// The position the next fact will take.
    pub fn next(&self) -> Position {
        Position(self.views.head().0 + self.facts.len() as u64)
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> Option<&Book<Unit>> {
        self.changed.unit(id).or_else(|| self.views.books.unit(id))
    }

    /// A bloc.
    pub fn bloc(&self, id: BlocId) -> Option<&Book<Bloc>> {
        self.changed.bloc(id).or_else(|| self.views.books.bloc(id))
    }

    /// The year of a bloc.
    pub fn year(&self, bloc: BlocId, year: EmulationYear) -> Option<&Book<Year>> {
        self.changed.year(bloc, year).or_else(|| self.views.books.year(bloc, year))
    }

    /// A grant.
    pub fn grant(&self, id: GrantId) -> Option<&Book<Grant>> {
        self.changed.grant(id).or_else(|| self.views.books.grant(id))
    }

    /// A commendation.
    pub fn commendation(&self, id: CommendationId) -> Option<&Book<Commendation>> {
        self.changed.commendation(id).or_else(|| self.views.books.commendation(id))
    }

    /// The log about itself.
    pub fn log(&self) -> Option<&Book<Log>> {
        self.changed.log().or_else(|| self.views.books.log())
    }

    /// The books that the group has changed so far.
    pub const fn changed(&self) -> &Books {
        &self.changed
    }

    /// A person.
    pub fn person(&self, id: PersonId) -> Option<&Book<Person>> {
        self.changed.person(id).or_else(|| self.views.books.person(id))
    }

    /// The version and the head of a stream.
    pub fn tip(&self, stream: StreamId) -> (Version, LeafHash) {
        let tip = self.changed.tip(stream).or_else(|| self.views.books.tip(stream));
        tip.unwrap_or((Version::default(), LeafHash::NONE))
    }

    /// The grants of a client, oldest first.
    pub fn grants_of(&self, client: &ClientId) -> impl Iterator<Item = GrantId> {
        let new = self.grants.iter().filter(move |(holder, _)| holder == client).map(|(_, id)| *id);
        self.views.grants.of(client).iter().copied().chain(new)
    }

    /// The units that hold or have held an identifier.
    pub fn owners_of(&self, identifier: &UnitIdentifier) -> impl Iterator<Item = UnitId> {
        let new = self.identifiers.get(identifier).into_iter().flatten();
        self.views.directory.owners(identifier).iter().chain(new).copied()
    }

    /// Whether nobody has ever been given anything.
    pub fn has_no_grants(&self) -> bool {
        self.grants.is_empty() && self.views.grants.is_empty()
    }

    /// What a key was spent on within this group.
    pub fn spent(&self, key: KeyHash) -> Option<(Range<usize>, Fingerprint)> {
        self.spent.get(&key).cloned()
    }

    /// Writes down the facts of one request, all of them or none, and answers which of `facts` they are. Each stands in
    /// a stream of its own or of a counterpart; they stand next to each other in the log.
    pub fn add(
        &mut self,
        events: Vec<(StreamId, Event)>,
        origin: &Origin,
        mint: &mut Mint,
    ) -> Result<Range<usize>, Unwritable> {
        let start = self.facts.len();
        let mut tips: Vec<(StreamId, (Version, LeafHash))> = Vec::with_capacity(1);
        let mut written = Vec::with_capacity(events.len());
        for (stream, event) in events {
            let tip = tips.iter().position(|(known, _)| *known == stream).unwrap_or_else(|| {
                tips.push((stream, self.tip(stream)));
                tips.len() - 1
            });
            let (version, previous) = &mut tips[tip].1;
            *version = version.next();
            let position = Position(self.next().0 + written.len() as u64);
            let fact = write_down(stream, *version, *previous, position, event, origin, mint)?;
            *previous = LeafHash(tlog::leaf_hash(&fact.bytes));
            written.push((fact, *previous));
        }
        for (stream, _) in tips {
            self.changed.borrow_from(&self.views.books, stream);
        }
        for (fact, leaf) in written {
            self.take_in(&fact.envelope, leaf);
            self.facts.push(fact);
            self.leaves.push(leaf);
        }
        let range = start..self.facts.len();
        self.spent.insert(origin.request.key, (range.clone(), origin.request.fingerprint));
        Ok(range)
    }

    fn take_in(&mut self, fact: &Envelope, leaf: LeafHash) {
        self.changed.fold(fact, leaf);
        self.commendations.fold(fact);
        match (&fact.event, fact.stream) {
            (Event::Unit(UnitEvent::Registered(registered)), StreamId::Unit(unit)) => {
                for identifier in &registered.identifiers {
                    self.identifiers.entry(identifier.clone()).or_default().push(unit);
                }
            }
            (Event::Unit(UnitEvent::Identified(identified)), StreamId::Unit(unit)) => {
                self.identifiers.entry(identified.identifier.clone()).or_default().push(unit);
            }
            (Event::Grant(domain::grant::GrantEvent::Given(given)), StreamId::Grant(id)) => {
                self.grants.push((given.client.clone(), id));
            }
            (
                Event::Unit(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Person(_)
                | Event::Bloc(_)
                | Event::Year(_)
                | Event::Commendation(_),
                _,
            ) => {}
        }
    }
}

impl Shelves for Pending<'_> {
    fn bloc(&self, id: BlocId) -> Result<Option<Book<Bloc>>, LogError> {
        Ok(Self::bloc(self, id).cloned())
    }

    fn year(&self, bloc: BlocId, year: EmulationYear) -> Result<Option<Book<Year>>, LogError> {
        Ok(Self::year(self, bloc, year).cloned())
    }

    fn commendation(&self, id: CommendationId) -> Result<Option<Book<Commendation>>, LogError> {
        Ok(Self::commendation(self, id).cloned())
    }

    fn blocs(&self) -> Vec<BlocId> {
        let durable = &self.views.books;
        let new = self.changed.blocs().filter(|id| durable.bloc(*id).is_none());
        durable.blocs().chain(new).collect()
    }

    fn of_year(&self, year: EmulationYear) -> Vec<CommendationId> {
        let known = self.next();
        self.views.commendations.of_year(year, known).chain(self.commendations.of_year(year, known)).collect()
    }

    fn of_achievement(&self, achievement: AchievementId) -> Vec<CommendationId> {
        let known = self.next();
        let durable = self.views.commendations.of_achievement(achievement, known);
        durable.chain(self.commendations.of_achievement(achievement, known)).collect()
    }
}

fn write_down(
    stream: StreamId,
    version: Version,
    previous: LeafHash,
    position: Position,
    event: Event,
    origin: &Origin,
    mint: &mut Mint,
) -> Result<Fact, Unwritable> {
    let envelope = Envelope {
        position,
        stream,
        version,
        previous,
        id: mint.event_id(origin.received).map_err(|_| Unwritable::Failed)?,
        recorded_at: origin.received,
        effective_on: origin.effective_on,
        actor: Actor {
            client: origin.client.clone(),
            unit: origin.by.and_then(|by| by.unit),
            grant: origin.by.and_then(|by| by.grant),
            delegation: origin.by.and_then(|by| by.delegation),
        },
        request: origin.request.clone(),
        basis: origin.basis.clone(),
        salt: mint.salt().map_err(|_| Unwritable::Failed)?,
        event,
    };
    // Growing on the way would copy most facts three times.
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut bytes, &envelope).map_err(|_| Unwritable::Failed)?;
    debug_assert_eq!(Envelope::read(&bytes).as_ref(), Ok(&envelope), "what is written must be read again");
    if bytes.len() > MAX_ENVELOPE_BYTES {
        Err(Unwritable::TooLarge(bytes.len()))
    } else {
        Ok(Fact { envelope, bytes })
    }
}
