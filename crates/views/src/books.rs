//! The state of every aggregate, with its version and the leaf hash its next fact will point back to.

use ahash::AHashMap;
use domain::{
    Aggregate, BlocId, CommendationId, EmulationYear, Envelope, Event, GrantId, LeafHash, PersonId, Position,
    Recorded, StreamId, UnitId, Version, bloc::Bloc, commendation::Commendation, grant::Grant, log::Log,
    log::StreamHead, person::Person, unit::Unit, year::Year,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{collections::hash_map::Entry, hash::Hash, sync::Arc};

/// One aggregate as of its latest fact.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book<A> {
    /// Its state.
    pub state: Arc<A>,
    /// How many facts its stream holds.
    pub version: Version,
    /// The leaf hash of its latest fact.
    pub head: LeafHash,
    /// Where its latest fact stands.
    pub last: Position,
    /// The names of those of its facts that are marked as examples, sorted; usually none.
    #[serde(deserialize_with = "type_names")]
    pub illustrative: Arc<[&'static str]>,
}

/// Names of types, as the names that this program knows.
fn type_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[&'static str]>, D::Error> {
    let names = Vec::<&str>::deserialize(deserializer)?;
    let known =
        |name: &&str| Event::types().find(|known| known == name).ok_or_else(|| de::Error::custom(name));
    names.iter().map(known).collect()
}

impl<A> Clone for Book<A> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            version: self.version,
            head: self.head,
            last: self.last,
            illustrative: Arc::clone(&self.illustrative),
        }
    }
}

impl<A> Book<A> {
    const fn tip(&self) -> (Position, Version, LeafHash) {
        (self.last, self.version, self.head)
    }
}

impl<A: Aggregate> Book<A> {
    /// The book after one more fact; `None` only when the first fact of a stream does not found anything.
    pub fn after(before: Option<Self>, fact: &Envelope, event: &A::Event, leaf: LeafHash) -> Option<Self> {
        let (state, illustrative) = match before {
            Some(book) => (Some(Arc::unwrap_or_clone(book.state)), book.illustrative),
            None => (None, Arc::default()),
        };
        let recorded = Recorded {
            position: fact.position,
            id: fact.id,
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
            event,
        };
        let state = Arc::new(A::evolve(state, recorded)?);
        let illustrative =
            if fact.basis.illustrative { with(illustrative, fact.event.type_name()) } else { illustrative };
        Some(Self { state, version: fact.version, head: leaf, last: fact.position, illustrative })
    }
}

fn with(names: Arc<[&'static str]>, name: &'static str) -> Arc<[&'static str]> {
    match names.binary_search(&name) {
        Ok(_) => names,
        Err(at) => {
            let (before, after) = names.split_at(at);
            [before, &[name], after].concat().into()
        }
    }
}

/// The books of every aggregate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub(crate) units: AHashMap<UnitId, Book<Unit>>,
    pub(crate) blocs: AHashMap<BlocId, Book<Bloc>>,
    pub(crate) years: AHashMap<(BlocId, EmulationYear), Book<Year>>,
    pub(crate) grants: AHashMap<GrantId, Book<Grant>>,
    pub(crate) commendations: AHashMap<CommendationId, Book<Commendation>>,
    pub(crate) log: Option<Book<Log>>,
    pub(crate) persons: AHashMap<PersonId, Book<Person>>,
}

impl Books {
    /// A unit.
    pub fn unit(&self, id: UnitId) -> Option<&Book<Unit>> {
        self.units.get(&id)
    }

    /// A bloc.
    pub fn bloc(&self, id: BlocId) -> Option<&Book<Bloc>> {
        self.blocs.get(&id)
    }

    /// The year of a bloc.
    pub fn year(&self, bloc: BlocId, year: EmulationYear) -> Option<&Book<Year>> {
        self.years.get(&(bloc, year))
    }

    /// A grant.
    pub fn grant(&self, id: GrantId) -> Option<&Book<Grant>> {
        self.grants.get(&id)
    }

    /// A commendation.
    pub fn commendation(&self, id: CommendationId) -> Option<&Book<Commendation>> {
        self.commendations.get(&id)
    }

    /// The log about itself.
    pub const fn log(&self) -> Option<&Book<Log>> {
        self.log.as_ref()
    }

    /// A person.
    pub fn person(&self, id: PersonId) -> Option<&Book<Person>> {
        self.persons.get(&id)
    }

    /// Every bloc there is.
    pub fn blocs(&self) -> impl Iterator<Item = BlocId> {
        self.blocs.keys().copied()
    }

    /// The version and the head hash of a stream; nothing and zeros before its first fact.
    pub fn tip(&self, stream: StreamId) -> Option<(Version, LeafHash)> {
        match stream {
            StreamId::Bloc(id) => self.bloc(id).map(|book| (book.version, book.head)),
            StreamId::Commendation(id) => self.commendation(id).map(|book| (book.version, book.head)),
            StreamId::Grant(id) => self.grant(id).map(|book| (book.version, book.head)),
            StreamId::Log => self.log().map(|book| (book.version, book.head)),
            StreamId::Person(id) => self.person(id).map(|book| (book.version, book.head)),
            StreamId::Unit(id) => self.unit(id).map(|book| (book.version, book.head)),
            StreamId::Year(bloc, year) => self.year(bloc, year).map(|book| (book.version, book.head)),
        }
    }

    /// What the streams have come to that have a fact at `from` or later, in no order.
    pub fn heads_since(&self, from: Position) -> impl Iterator<Item = StreamHead> {
        let blocs = self.blocs.iter().map(|(id, book)| (StreamId::Bloc(*id), book.tip()));
        let dossiers = self.commendations.iter().map(|(id, book)| (StreamId::Commendation(*id), book.tip()));
        let grants = self.grants.iter().map(|(id, book)| (StreamId::Grant(*id), book.tip()));
        let log = self.log.iter().map(|book| (StreamId::Log, book.tip()));
        let units = self.units.iter().map(|(id, book)| (StreamId::Unit(*id), book.tip()));
        let years = self.years.iter().map(|((bloc, year), book)| (StreamId::Year(*bloc, *year), book.tip()));
        let all = blocs.chain(dossiers).chain(grants).chain(log).chain(units).chain(years);
        all.filter(move |(_, (last, ..))| *last >= from).map(|(stream, (_, version, head))| StreamHead {
            stream,
            version,
            head,
        })
    }

    /// Takes in the next fact of a stream.
    pub fn fold(&mut self, fact: &Envelope, leaf: LeafHash) {
        match (&fact.event, fact.stream) {
            (Event::Bloc(event), StreamId::Bloc(id)) => write(&mut self.blocs, id, fact, event, leaf),
            (Event::Commendation(event), StreamId::Commendation(id)) => {
                write(&mut self.commendations, id, fact, event, leaf);
            }
            (Event::Grant(event), StreamId::Grant(id)) => write(&mut self.grants, id, fact, event, leaf),
            (Event::Log(event), StreamId::Log) => {
                self.log = Book::after(self.log.take(), fact, event, leaf);
            }
            (Event::Person(event), StreamId::Person(id)) => write(&mut self.persons, id, fact, event, leaf),
            (Event::Unit(event), StreamId::Unit(id)) => write(&mut self.units, id, fact, event, leaf),
            (Event::Year(event), StreamId::Year(bloc, year)) => {
                write(&mut self.years, (bloc, year), fact, event, leaf);
            }
            // A fact in a stream of another kind cannot be written by this program; the log's checker names it.
            (
                Event::Bloc(_)
                | Event::Commendation(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Person(_)
                | Event::Unit(_)
                | Event::Year(_),
                _,
            ) => {}
        }
    }

    /// Makes sure that a fold of `stream` here continues from the book `base` holds.
    pub fn borrow_from(&mut self, base: &Self, stream: StreamId) {
        match stream {
            StreamId::Bloc(id) => copy(&mut self.blocs, &base.blocs, id),
            StreamId::Commendation(id) => copy(&mut self.commendations, &base.commendations, id),
            StreamId::Grant(id) => copy(&mut self.grants, &base.grants, id),
            StreamId::Log => self.log = self.log.take().or_else(|| base.log.clone()),
            StreamId::Person(id) => copy(&mut self.persons, &base.persons, id),
            StreamId::Unit(id) => copy(&mut self.units, &base.units, id),
            StreamId::Year(bloc, year) => copy(&mut self.years, &base.years, (bloc, year)),
        }
    }

    /// Puts the books of `changed` in the place of the same books here.
    pub fn take_over(&mut self, changed: Self) {
        self.units.extend(changed.units);
        self.blocs.extend(changed.blocs);
        self.years.extend(changed.years);
        self.grants.extend(changed.grants);
        self.commendations.extend(changed.commendations);
        self.log = changed.log.or_else(|| self.log.take());
        self.persons.extend(changed.persons);
    }

    /// Takes years back from a snapshot.
    pub(crate) fn take_years(&mut self, shelf: Vec<((BlocId, EmulationYear), Book<Year>)>) {
        self.years.extend(shelf);
    }

    /// How many units, blocs, years and grants there are.
    pub fn counts(&self) -> [usize; 4] {
        [self.units.len(), self.blocs.len(), self.years.len(), self.grants.len()]
    }
}

fn write<K: Eq + Hash, A: Aggregate>(
    shelf: &mut AHashMap<K, Book<A>>,
    key: K,
    fact: &Envelope,
    event: &A::Event,
    leaf: LeafHash,
) {
    match shelf.entry(key) {
        Entry::Occupied(known) => {
            let (key, book) = known.remove_entry();
            if let Some(book) = Book::after(Some(book), fact, event, leaf) {
                shelf.insert(key, book);
            }
        }
        Entry::Vacant(place) => {
            if let Some(book) = Book::after(None, fact, event, leaf) {
                place.insert(book);
            }
        }
    }
}

fn copy<K: Eq + Hash, A>(to: &mut AHashMap<K, Book<A>>, from: &AHashMap<K, Book<A>>, key: K) {
    if !to.contains_key(&key)
        && let Some(book) = from.get(&key)
    {
        to.insert(key, book.clone());
    }
}
