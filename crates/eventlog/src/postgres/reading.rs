//! Reading: connections for it, and the pages that were read last.

use super::{
    place::Place,
    session::{Fault, Session},
};
use crate::{AsideEntries, LogError, Page, Stored};
use domain::Position;
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio_postgres::{Row, Statement};

/// How many facts are read together, from a multiple of it on.
pub(super) const PAGE_FACTS: u64 = 256;

/// How many connections are kept for reading.
const KEPT: usize = 8;

/// How many whole pages are kept for those who read here and there. They can never change.
const RECENT_PAGES: usize = 64;

/// How long to wait before an attempt is repeated.
const PAUSE: Duration = Duration::from_millis(50);

/// How long one who reads waits for a database that does not answer: others who need none may stand behind it.
const WAIT: Duration = Duration::from_secs(2);

/// A connection with the questions it can be asked.
struct Reader {
    session: Session,
    facts: Statement,
    head: Statement,
    aside: Statement,
}

impl Reader {
    fn open(place: &Place) -> Result<Self, Fault> {
        const FACTS: &str =
            "select position, leaf from events where position >= $1 and position < $2 order by position";
        const HEAD: &str = "select position from head where one";
        const ASIDE: &str = "select key, value from aside where key >= $1 order by key";
        let session = Session::open(place)?;
        let client = &session.client;
        let prepared =
            async { tokio::try_join!(client.prepare(FACTS), client.prepare(HEAD), client.prepare(ASIDE)) };
        let (facts, head, aside) = session.run(prepared)?;
        Ok(Self { session, facts, head, aside })
    }

    fn facts(&self, from: i64, until: i64) -> Result<Vec<Row>, Fault> {
        self.session.run(async { self.session.client.query(&self.facts, &[&from, &until]).await })
    }

    fn head(&self) -> Result<Position, Fault> {
        let row = self.session.run(async { self.session.client.query_one(&self.head, &[]).await })?;
        Ok(position(row.try_get(0)?))
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, Fault> {
        let rows = self.session.run(async { self.session.client.query(&self.aside, &[&prefix]).await })?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let key: Vec<u8> = row.try_get(0)?;
            if !key.starts_with(prefix) {
                break;
            }
            entries.push((key, row.try_get(1)?));
        }
        Ok(entries)
    }

    /// In one snapshot.
    fn moment(&self) -> Result<(Position, AsideEntries), Fault> {
        let say = |what: &'static str| self.session.run(self.session.client.batch_execute(what));
        say("begin isolation level repeatable read read only")?;
        let moment = (self.head()?, self.aside(b"")?);
        say("commit")?;
        Ok(moment)
    }
}

/// Positions are stored as bigint, which is never negative here.
pub(super) fn position(stored: i64) -> Position {
    Position(u64::try_from(stored).unwrap_or_default())
}

/// A position as it is stored; what is too large for that lies beyond every log.
pub(super) fn stored(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// Those who read.
pub(super) struct Readers {
    place: Place,
    idle: Mutex<Vec<Reader>>,
    recent: Mutex<VecDeque<Arc<Page>>>,
    /// The highest head this process knows of.
    known: Arc<AtomicU64>,
    /// When the database was last asked in vain, as long as nobody has got an answer since.
    away: Mutex<Option<Instant>>,
}

impl Readers {
    pub(super) fn new(mut place: Place, known: Arc<AtomicU64>) -> Self {
        let patience = &mut place.patience;
        patience.connect = patience.connect.min(WAIT);
        patience.answer = patience.answer.min(2 * WAIT);
        Self { place, idle: Mutex::default(), recent: Mutex::default(), known, away: Mutex::default() }
    }

    /// The database has answered somebody.
    pub(super) fn is_back(&self) {
        *self.away.lock() = None;
    }

    /// While the database is away one at a time tries it, and the others are told at once.
    fn may_ask(&self) -> bool {
        let mut away = self.away.lock();
        if away.is_some_and(|since| since.elapsed() < WAIT) {
            return false;
        }
        *away = away.map(|_| Instant::now());
        true
    }

    pub(super) fn head(&self) -> Result<Position, LogError> {
        let known = self.known.load(Ordering::Acquire);
        self.ask("reading the head", |reader| {
            reader.head().and_then(|head| if head.0 < known { Err(Fault::behind()) } else { Ok(head) })
        })
    }

    pub(super) fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.ask("reading what stands aside", |reader| reader.aside(prefix))
    }

    pub(super) fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.ask("reading the head and what stands aside", Reader::moment)
    }

    /// The facts from `from` on, before `until`, as far as there are any.
    pub(super) fn facts(&self, from: Position, until: Position) -> Result<Vec<Stored>, LogError> {
        let due = stored(until.min(Position(self.known.load(Ordering::Acquire))));
        let rows = self.ask("reading facts", |reader| {
            let rows = reader.facts(stored(from), stored(until))?;
            let end =
                rows.last().map_or(Ok(stored(from)), |row| row.try_get::<_, i64>(0).map(|last| last + 1))?;
            if end < due { Err(Fault::behind()) } else { Ok(rows) }
        })?;
        let mut facts = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let expected = Position(from.0 + index as u64);
            let (given, bytes) = columns(&row)?;
            if given != expected {
                return Err(LogError::damaged(expected, "its row is missing"));
            }
            facts.push(Stored { position: given, bytes });
        }
        Ok(facts)
    }

    /// The page around a position.
    pub(super) fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let first = Position(from.0 / PAGE_FACTS * PAGE_FACTS);
        if let Some(page) = self.recent.lock().iter().find(|page| page.first() == first) {
            return Ok(Arc::clone(page));
        }
        let mut page = Page::new(first);
        for fact in self.facts(first, Position(first.0.saturating_add(PAGE_FACTS)))? {
            page.push(&fact.bytes);
        }
        let page = Arc::new(page);
        if page.end().0 - first.0 == PAGE_FACTS {
            let mut recent = self.recent.lock();
            recent.truncate(RECENT_PAGES - 1);
            recent.push_front(Arc::clone(&page));
        }
        Ok(page)
    }

    /// Asks until there is an answer, on new connections when old ones are lost.
    fn ask<T>(
        &self,
        attempted: &'static str,
        question: impl Fn(&Reader) -> Result<T, Fault>,
    ) -> Result<T, LogError> {
        if !self.may_ask() {
            return Err(LogError::unavailable(attempted)("it did not answer a moment ago"));
        }
        let until = Instant::now() + WAIT;
        loop {
            let idle = self.idle.lock().pop();
            let was_idle = idle.is_some();
            let reader = idle.map_or_else(|| Reader::open(&self.place), Ok);
            match reader.and_then(|reader| question(&reader).map(|answer| (reader, answer))) {
                Ok((reader, answer)) => {
                    self.is_back();
                    let mut idle = self.idle.lock();
                    if idle.len() < KEPT {
                        idle.push(reader);
                    }
                    return Ok(answer);
                }
                Err(Fault::Refused(error)) => return Err(LogError::failed(attempted)(error)),
                // The others were most likely lost with it.
                Err(Fault::Lost(_)) if was_idle => self.idle.lock().clear(),
                Err(Fault::Lost(error)) if Instant::now() >= until => {
                    *self.away.lock() = Some(Instant::now());
                    return Err(LogError::unavailable(attempted)(error));
                }
                Err(Fault::Lost(_)) => thread::sleep(PAUSE),
            }
        }
    }
}

fn columns(row: &Row) -> Result<(Position, Vec<u8>), LogError> {
    let read = || Ok::<_, tokio_postgres::Error>((position(row.try_get(0)?), row.try_get(1)?));
    read().map_err(LogError::failed("reading facts"))
}
