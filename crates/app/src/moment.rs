//! Reads, now or as of a time or a position. The past is not kept: the few streams a reader asks for are folded
//! again, up to the moment, from the log.

use crate::{Shared, awards::Shelves, rebuild::decode};
use domain::{
    AchievementId, Aggregate, BlocId, CommendationId, Date, EmulationYear, Envelope, Event, GrantId,
    LeafHash, PersonId, Position, StreamId, Timestamp, UnitId, bloc::Bloc, commendation::Commendation,
    grant::Grant, log::Log, person::Person, unit::Unit, year::Year,
};
use eventlog::{EventLog, LogError};
use std::sync::Arc;
use views::{Book, Books};

/// When a reader wants to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// At the head of the log.
    Now,
    /// At a recorded time, the facts of that millisecond included.
    Time(Timestamp),
    /// After so many facts.
    Position(Position),
}

/// The moment asked for lies in the future. Before the first fact there was nothing, which is an answer too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InTheFuture {
    /// The largest position there is.
    pub head: Position,
}

/// A moment of the log to read at.
pub struct Moment {
    shared: Arc<Shared>,
    position: Position,
    /// The head when the moment was taken: a reader of the present needs no replay.
    is_now: bool,
    day: Date,
}

impl Moment {
    pub(crate) fn at(shared: Arc<Shared>, as_of: AsOf) -> Result<Self, InTheFuture> {
        let position = {
            let views = shared.views.read();
            let head = views.head();
            match as_of {
                AsOf::Now => head,
                AsOf::Time(time) if time > shared.clock.now() => return Err(InTheFuture { head }),
                AsOf::Time(time) => views.history.position_at(time),
                AsOf::Position(position) if position > head => return Err(InTheFuture { head }),
                AsOf::Position(position) => position,
            }
        };
        let time = match as_of {
            AsOf::Now => shared.clock.now(),
            AsOf::Time(time) => time,
            AsOf::Position(_) => {
                let last = shared.views.read().history.recorded_before(position);
                last.unwrap_or_else(|| shared.clock.now())
            }
        };
        Ok(Self { shared, position, is_now: as_of == AsOf::Now, day: time.day() })
    }

    /// How many facts are known at this moment.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The day this moment stands on in Viet Nam: today; the day of the time asked for; the day of the last fact known.
    pub fn day(&self) -> Date {
        self.day
    }

    /// Where the facts of a stream stand that are known at this moment.
    pub fn of_stream(&self, stream: StreamId) -> Vec<Position> {
        self.shared.views.read().history.of_stream(stream, self.position).collect()
    }

    /// When the last fact known was recorded.
    pub fn last_recorded(&self) -> Option<Timestamp> {
        self.shared.views.read().history.recorded_before(self.position)
    }

    pub(crate) fn store(&self) -> &dyn EventLog {
        self.shared.log.as_ref()
    }

    /// Whether this is the present.
    pub const fn is_now(&self) -> bool {
        self.is_now
    }

    /// A unit.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn unit(&self, id: UnitId) -> Result<Option<Book<Unit>>, LogError> {
        self.book(
            StreamId::Unit(id),
            |books| books.unit(id),
            |event| match event {
                Event::Unit(event) => Some(event),
                Event::Bloc(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Person(_)
                | Event::Year(_)
                | Event::Commendation(_) => None,
            },
        )
    }

    /// A bloc.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn bloc(&self, id: BlocId) -> Result<Option<Book<Bloc>>, LogError> {
        self.book(
            StreamId::Bloc(id),
            |books| books.bloc(id),
            |event| match event {
                Event::Bloc(event) => Some(event),
                Event::Unit(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Year(_)
                | Event::Commendation(_)
                | Event::Person(_) => None,
            },
        )
    }

    /// The year of a bloc.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn year(&self, bloc: BlocId, year: EmulationYear) -> Result<Option<Book<Year>>, LogError> {
        self.book(
            StreamId::Year(bloc, year),
            |books| books.year(bloc, year),
            |event| match event {
                Event::Year(event) => Some(event),
                Event::Unit(_)
                | Event::Bloc(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Commendation(_)
                | Event::Person(_) => None,
            },
        )
    }

    /// A grant.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn grant(&self, id: GrantId) -> Result<Option<Book<Grant>>, LogError> {
        self.book(
            StreamId::Grant(id),
            |books| books.grant(id),
            |event| match event {
                Event::Grant(event) => Some(event),
                Event::Unit(_)
                | Event::Bloc(_)
                | Event::Year(_)
                | Event::Commendation(_)
                | Event::Log(_)
                | Event::Person(_) => None,
            },
        )
    }

    /// A commendation.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn commendation(&self, id: CommendationId) -> Result<Option<Book<Commendation>>, LogError> {
        self.book(
            StreamId::Commendation(id),
            |books| books.commendation(id),
            |event| match event {
                Event::Commendation(event) => Some(event),
                Event::Unit(_)
                | Event::Bloc(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Year(_)
                | Event::Person(_) => None,
            },
        )
    }

    /// A person.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn person(&self, id: PersonId) -> Result<Option<Book<Person>>, LogError> {
        self.book(
            StreamId::Person(id),
            |books| books.person(id),
            |event| match event {
                Event::Person(event) => Some(event),
                Event::Unit(_)
                | Event::Bloc(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Year(_)
                | Event::Commendation(_) => None,
            },
        )
    }

    /// The log about itself.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn log(&self) -> Result<Option<Book<Log>>, LogError> {
        self.book(StreamId::Log, Books::log, |event| match event {
            Event::Log(event) => Some(event),
            Event::Unit(_)
            | Event::Bloc(_)
            | Event::Grant(_)
            | Event::Person(_)
            | Event::Year(_)
            | Event::Commendation(_) => None,
        })
    }

    /// The facts at the given positions.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn facts(&self, positions: &[Position]) -> Result<Vec<Envelope>, LogError> {
        positions.iter().filter_map(|position| self.shared.fact(*position).transpose()).collect()
    }

    fn book<A: Aggregate>(
        &self,
        stream: StreamId,
        live: impl Fn(&Books) -> Option<&Book<A>>,
        event: impl Fn(&Event) -> Option<&A::Event>,
    ) -> Result<Option<Book<A>>, LogError> {
        let positions: Vec<_> = {
            let views = self.shared.views.read();
            match live(&views.books) {
                None => return Ok(None),
                Some(book) if self.is_now || book.last < self.position => return Ok(Some(book.clone())),
                Some(_) => views.history.of_stream(stream, self.position).collect(),
            }
        };
        let mut book = None;
        for position in positions {
            for stored in self.shared.log.read(position, 1)? {
                let fact = decode(&stored)?;
                if let Some(event) = event(&fact.event) {
                    book = Book::after(book, &fact, event, LeafHash(tlog::leaf_hash(&stored.bytes)));
                }
            }
        }
        Ok(book)
    }
}

impl Shelves for Moment {
    fn bloc(&self, id: BlocId) -> Result<Option<Book<Bloc>>, LogError> {
        Self::bloc(self, id)
    }

    fn year(&self, bloc: BlocId, year: EmulationYear) -> Result<Option<Book<Year>>, LogError> {
        Self::year(self, bloc, year)
    }

    fn commendation(&self, id: CommendationId) -> Result<Option<Book<Commendation>>, LogError> {
        Self::commendation(self, id)
    }

    /// A bloc that was established later has no book at this moment.
    fn blocs(&self) -> Vec<BlocId> {
        self.shared.views.read().books.blocs().collect()
    }

    fn of_year(&self, year: EmulationYear) -> Vec<CommendationId> {
        self.shared.views.read().commendations.of_year(year, self.position).collect()
    }

    fn of_achievement(&self, achievement: AchievementId) -> Vec<CommendationId> {
        self.shared.views.read().commendations.of_achievement(achievement, self.position).collect()
    }
}
