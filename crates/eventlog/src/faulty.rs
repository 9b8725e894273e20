//! A log that fails when told to, to show what a service does when its disk does not.

use crate::{AsideChange, AsideEntries, EventLog, Fact, LogError, Page, Stored, Turn};
use domain::Position;
use parking_lot::Mutex;
use std::sync::Arc;

/// At which moment of a commit the failure comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultyMoment {
    /// Nothing has been written.
    BeforeWriting,
    /// Everything is written and durable, but the caller is not told.
    BeforeAnswering,
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

    /// Makes the next commit fail; after it the log takes no more turns until [`FaultyLog::reopen`].
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
        // Asked under the turn: whoever waited while another turn failed must not write either.
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
}

struct FaultyTurn<'a> {
    inner: Box<dyn Turn + 'a>,
    state: &'a Mutex<State>,
}

impl Turn for FaultyTurn<'_> {
    fn missed(&self) -> &[Stored] {
        self.inner.missed()
    }

    fn commit(self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<(), LogError> {
        let state = *self.state.lock();
        match state {
            State::Sound => return self.inner.commit(facts, aside),
            State::FailAfter(well @ 1.., moment) => {
                *self.state.lock() = State::FailAfter(well - 1, moment);
                return self.inner.commit(facts, aside);
            }
            State::FailAfter(0, FaultyMoment::BeforeAnswering) => {
                // Marked before the inner turn ends, so that nobody slips in between.
                *self.state.lock() = State::Failed;
                self.inner.commit(facts, aside)?;
            }
            State::FailAfter(0, FaultyMoment::BeforeWriting) | State::Failed => {
                *self.state.lock() = State::Failed;
            }
        }
        Err(LogError::failed("writing facts on demand")("a failure was asked for"))
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
    fn a_failure_before_writing_leaves_nothing() {
        assert_eq!(fails(FaultyMoment::BeforeWriting), 0);
    }

    #[test]
    fn a_failure_before_answering_leaves_everything() {
        assert_eq!(fails(FaultyMoment::BeforeAnswering), 3);
    }
}
