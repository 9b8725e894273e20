//! A log that fails when told to, to show what a service does when its disk does not.

use crate::{AsideChange, AsideEntries, Commit, EventLog, Fact, LogError, Page, Stored, Turn};
use domain::Position;
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};

/// At which moment of a commit the failure comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultyMoment {
    /// Nothing has been written.
    BeforeWriting,
    /// Everything is written and durable, but the caller is not told.
    BeforeAnswering,
    /// Nothing has been written, as in [`FaultyMoment::BeforeWriting`], but the store will answer again.
    Unavailable,
    /// As in [`FaultyMoment::BeforeAnswering`], but the store will answer again.
    Unknown,
}

impl FaultyMoment {
    /// Whether the store answers again afterwards.
    const fn passes(self) -> bool {
        match self {
            Self::Unavailable | Self::Unknown => true,
            Self::BeforeWriting | Self::BeforeAnswering => false,
        }
    }

    /// Whether everything is written all the same.
    const fn writes(self) -> bool {
        match self {
            Self::BeforeAnswering | Self::Unknown => true,
            Self::BeforeWriting | Self::Unavailable => false,
        }
    }
}

/// Another log, and the failure it is to have.
#[derive(Debug, Default)]
pub struct FaultyLog<L> {
    inner: L,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Sound,
    /// So many commits go well, and then one fails.
    FailAfter(u32, FaultyMoment),
    Failed,
}

impl<L: EventLog> FaultyLog<L> {
    /// A log that works until told otherwise.
    pub fn new(inner: L) -> Self {
        Self { inner, state: Mutex::default() }
    }

    /// Makes the next commit fail. Unless the failure passes, the log takes no more turns until [`FaultyLog::reopen`].
    pub fn fail_next(&self, moment: FaultyMoment) {
        self.fail_after(0, moment);
    }

    /// The same for a commit after so many that go well.
    pub fn fail_after(&self, well: u32, moment: FaultyMoment) {
        *self.state.lock() = State::FailAfter(well, moment);
    }

    /// Takes turns again, as after a restart.
    pub fn reopen(&self) {
        *self.state.lock() = State::Sound;
    }
}

impl<L: EventLog> EventLog for FaultyLog<L> {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        let inner = self.inner.turn(seen)?;
        // Asked when the turn is there: whoever waited while another turn failed must not write either.
        if *self.state.lock() == State::Failed {
            return Err(LogError::ReadOnly { since: "a commit failed on demand".to_owned() });
        }
        Ok(Box::new(FaultyTurn { inner, state: &self.state }))
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        self.inner.page(from)
    }

    fn head(&self) -> Result<Position, LogError> {
        self.inner.head()
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.inner.aside(prefix)
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.inner.moment()
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    fn changed(&self, seen: Position, patience: Duration) -> Result<Position, LogError> {
        self.inner.changed(seen, patience)
    }
}

struct FaultyTurn<'a> {
    inner: Box<dyn Turn + 'a>,
    state: &'a Mutex<State>,
}

impl Turn for FaultyTurn<'_> {
    fn missed(&self) -> &[Stored] {
        self.inner.missed()
    }

    fn is_held(&self) -> bool {
        self.inner.is_held()
    }

    fn commit(self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<Commit, LogError> {
        const ASKED: &str = "a failure was asked for";
        let state = *self.state.lock();
        let moment = match state {
            State::Sound => return self.inner.commit(facts, aside),
            State::FailAfter(well @ 1.., moment) => {
                let outcome = self.inner.commit(facts, aside)?;
                if outcome == Commit::Durable {
                    *self.state.lock() = State::FailAfter(well - 1, moment);
                }
                return Ok(outcome);
            }
            State::FailAfter(0, moment) => moment,
            State::Failed => FaultyMoment::BeforeWriting,
        };
        // Marked before the inner turn ends, so that nobody slips in between.
        *self.state.lock() = if moment.passes() { State::Sound } else { State::Failed };
        if moment.writes() && self.inner.commit(facts, aside)? == Commit::Again {
            return Ok(Commit::Again);
        }
        Err(match moment {
            FaultyMoment::BeforeWriting | FaultyMoment::BeforeAnswering => {
                LogError::failed("writing facts on demand")(ASKED)
            }
            FaultyMoment::Unavailable => LogError::unavailable("writing facts on demand")(ASKED),
            FaultyMoment::Unknown => LogError::Unknown { source: ASKED.into() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryLog, contract::Samples};

    fn place() -> impl Fn() -> Arc<dyn EventLog> {
        let log = Arc::new(FaultyLog::new(MemoryLog::default()));
        move || Arc::clone(&log) as Arc<dyn EventLog>
    }

    crate::contract_suite!(place);

    fn fails(moment: FaultyMoment) -> u64 {
        let log = FaultyLog::new(MemoryLog::default());
        log.fail_next(moment);
        let facts = Samples::new(1).facts(3);
        let turn = log.turn(Position(0)).unwrap();
        assert!(matches!(turn.commit(&facts, &[]), Err(LogError::Failed { .. })));
        let head = log.head().unwrap();
        assert!(matches!(log.turn(head), Err(LogError::ReadOnly { .. })));
        log.reopen();
        assert!(log.turn(head).is_ok());
        head.0
    }

    #[test]
    fn what_passes_is_over_afterwards() {
        for (moment, head) in [(FaultyMoment::Unavailable, 0), (FaultyMoment::Unknown, 3)] {
            let log = FaultyLog::new(MemoryLog::default());
            log.fail_next(moment);
            let facts = Samples::new(1).facts(3);
            let failed = log.turn(Position(0)).unwrap().commit(&facts, &[]);
            assert!(failed.is_err_and(|error| error.passes()));
            assert_eq!(log.turn(Position(0)).unwrap().missed().len(), head);
        }
    }

    #[test]
    fn a_failure_before_writing_leaves_nothing() {
        assert_eq!(fails(FaultyMoment::BeforeWriting), 0);
    }

    #[test]
    fn a_failure_before_answering_leaves_everything() {
        assert_eq!(fails(FaultyMoment::BeforeAnswering), 3);
    }
}
