//! A turn: in one statement for whoever is alone, under the lock for whoever is not.

use super::{
    PostgresLog,
    rows::Rows,
    session::Fault,
    writing::{Writing, refusal, settle},
};
use crate::{AsideChange, Commit, Fact, LogError, Stored, Turn, check};
use domain::Position;
use parking_lot::MutexGuard;
use std::time::Instant;

/// Puts a group into a log that is being filled.
pub type Put<'p> = dyn FnMut(&[Fact], &[AsideChange]) -> Result<(), LogError> + 'p;

const TAKING: &str = "taking the turn";
const COMMITTING: &str = "writing facts";

/// The connection that writes, while there is one, and how the last turn went.
#[derive(Default)]
pub(super) struct Writer {
    writing: Option<Writing>,
    /// The head as this process left it.
    left: Option<Position>,
    /// Whether others had written since then, last time.
    others: bool,
}

/// The right to write, or the hope of it.
pub(super) struct PostgresTurn<'a> {
    log: &'a PostgresLog,
    writer: MutexGuard<'a, Writer>,
    missed: Vec<Stored>,
    /// The position the next fact will take.
    at: Position,
    held: bool,
}

impl<'a> PostgresTurn<'a> {
    pub(super) fn begin(
        log: &'a PostgresLog,
        mut writer: MutexGuard<'a, Writer>,
        seen: Position,
    ) -> Result<Self, LogError> {
        writer.connect(log)?;
        let known = log.known().max(seen);
        let missed = log.between(seen, known)?;
        let mut turn = Self { log, writer, missed, at: known, held: false };
        let alone = turn.writer.left.is_none_or(|left| left == known);
        if turn.writer.others || !alone {
            turn.take()?;
        }
        Ok(turn)
    }

    /// Takes the lock, and learns what is missed. What is too much to be read under it is read without it.
    fn take(&mut self) -> Result<(), LogError> {
        let until = Instant::now() + self.log.place.patience.wait;
        loop {
            self.writer.connect(self.log)?;
            let Some(writing) = &mut self.writer.writing else { continue };
            match writing.take(self.at) {
                Ok(taken) => {
                    self.held = true;
                    if taken.head < self.at {
                        (self.held, self.writer.writing) = (false, None);
                        return Err(LogError::unavailable(TAKING)(Fault::behind().into_source()));
                    }
                    self.log.note(taken.head);
                    let Some(leaves) = taken.missed else {
                        self.give_back();
                        self.missed.extend(self.log.between(self.at, taken.head)?);
                        self.at = taken.head;
                        continue;
                    };
                    return self.learn(leaves, taken.head);
                }
                Err(Fault::Refused(error)) => return Err(refusal(TAKING, error)),
                Err(Fault::Lost(error)) => {
                    self.writer.writing = None;
                    if Instant::now() >= until {
                        return Err(LogError::unavailable(TAKING)(error));
                    }
                }
            }
        }
    }

    /// What the turn itself told. Lock and reading are two statements, and here it shows if that should ever fail.
    fn learn(&mut self, leaves: Vec<Vec<u8>>, head: Position) -> Result<(), LogError> {
        let told = Position(self.at.0 + leaves.len() as u64);
        if told != head {
            let what = format!("the turn told of facts up to {told} where the head is {head}");
            return Err(LogError::damaged(told, what));
        }
        self.writer.others = self.writer.left != Some(head);
        let stored = (self.at.0..).map(Position).zip(leaves);
        self.missed.extend(stored.map(|(position, bytes)| Stored { position, bytes }));
        self.at = head;
        Ok(())
    }

    /// Ends a turn that was taken without writing.
    fn give_back(&mut self) {
        if !std::mem::take(&mut self.held) {
            return;
        }
        // Without its connection the server takes the turn back by itself.
        if self.writer.writing.as_ref().is_some_and(|writing| writing.roll_back().is_err()) {
            self.writer.writing = None;
        }
    }

    /// Sends the group; what came of it, as far as the answer tells.
    fn send(&mut self, rows: &Rows<'_>) -> Result<Commit, Fault> {
        let Some(writing) = &mut self.writer.writing else {
            return Err(Fault::Lost("the connection was lost".into()));
        };
        if self.held {
            return writing.commit(rows).map(|()| Commit::Durable);
        }
        let (head, written) = writing.attempt(rows)?;
        if written {
            return Ok(Commit::Durable);
        }
        self.log.note(head);
        Ok(Commit::Again)
    }
}

impl Turn for PostgresTurn<'_> {
    fn missed(&self) -> &[Stored] {
        &self.missed
    }

    fn is_held(&self) -> bool {
        self.held
    }

    fn commit(mut self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<Commit, LogError> {
        check::before_writing(self.at, facts, aside)?;
        if facts.is_empty() && aside.is_empty() {
            return Ok(Commit::Durable);
        }
        let rows = Rows::new(self.at, facts, aside);
        let sent = self.send(&rows);
        // Whatever the answer, the transaction is over, or will be.
        self.held = false;
        let outcome = match sent {
            Ok(outcome) => outcome,
            Err(Fault::Refused(error)) => return Err(refusal(COMMITTING, error)),
            Err(Fault::Lost(error)) => {
                self.writer.writing = None;
                self.writer.others = true;
                self.writer.left = None;
                let (outcome, head, writing) = settle(&self.log.place, &rows.ids, error)?;
                self.log.note(head);
                self.writer.writing = Some(writing);
                outcome
            }
        };
        match outcome {
            Commit::Durable => {
                let head = Position(self.at.0 + facts.len() as u64);
                self.writer.left = Some(self.log.note(head));
            }
            Commit::Again => self.writer.others = true,
        }
        Ok(outcome)
    }
}

impl Drop for PostgresTurn<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Writer {
    /// Connects, unless it is connected.
    fn connect(&mut self, log: &PostgresLog) -> Result<(), LogError> {
        if self.writing.is_none() {
            let opened = Writing::open(&log.place);
            self.writing =
                Some(opened.map_err(|fault| LogError::unavailable("connecting")(fault.into_source()))?);
        }
        Ok(())
    }
}

impl PostgresLog {
    /// Writes many groups in one turn: all of them, or none when `groups` fails. Each is handed to the function that
    /// `groups` is given. For filling an empty log.
    ///
    /// # Errors
    /// What `groups` fails with; [`LogError::Unknown`] when the end was not answered.
    pub fn fill(&self, groups: impl FnOnce(&mut Put<'_>) -> Result<(), LogError>) -> Result<(), LogError> {
        let refused = |fault: Fault| match fault {
            Fault::Refused(error) => refusal(COMMITTING, error),
            Fault::Lost(error) => LogError::unavailable(COMMITTING)(error),
        };
        let mut writer = self.writer.lock();
        writer.connect(self)?;
        let mut turn = PostgresTurn { log: self, at: self.known(), writer, missed: Vec::new(), held: false };
        turn.take()?;
        let mut at = turn.at;
        let lost = || LogError::unavailable(COMMITTING)("the connection was lost");
        let writing = turn.writer.writing.as_ref().ok_or_else(lost)?;
        writing.be_patient().map_err(refused)?;
        groups(&mut |facts, aside| {
            check::before_writing(at, facts, aside)?;
            writing.put(&Rows::new(at, facts, aside)).map_err(refused)?;
            at = Position(at.0 + facts.len() as u64);
            Ok(())
        })?;
        match writing.end() {
            Ok(()) => {}
            Err(Fault::Refused(error)) => return Err(refusal(COMMITTING, error)),
            Err(Fault::Lost(source)) => return Err(LogError::Unknown { source }),
        }
        turn.held = false;
        self.note(at);
        Ok(())
    }
}
