//! Standings as of two times, and what changed between them: folded from the few streams they rest on.

use crate::{moment::Moment, rebuild::decode};
use domain::{BlocId, Date, EmulationYear, LeafHash, Position, StreamId, Timestamp};
use eventlog::LogError;
use views::{
    Books,
    diff::{Diff, Recorded, streams},
    standing::{Question, Sheet},
};

impl Moment {
    /// The standing that the facts known at this moment come to, of those that count by `valid_at` if a day is given; `None`
    /// when there was no such year.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn sheet(&self, asked: &Question, explain: bool) -> Result<Option<Sheet>, LogError> {
        let Question { bloc, year, valid_at, recorded_at, .. } = *asked;
        let mut books = Books::default();
        for stream in streams(bloc, year) {
            self.fold_into(&mut books, stream, valid_at)?;
        }
        let known = valid_at.or_else(|| self.last_recorded().map(Timestamp::day));
        let Some(day) = known else { return Ok(None) };
        let members: Vec<_> = books
            .bloc(bloc)
            .map(|book| book.state.members_on(year.membership_day(day)).collect())
            .unwrap_or_default();
        for unit in members {
            self.fold_into(&mut books, StreamId::Unit(unit), valid_at)?;
        }
        let at_size = self.position().0;
        let sheet = Sheet::of(&books, bloc, year, day, explain);
        Ok(sheet.map(|sheet| Sheet { valid_at, recorded_at, at_size, ..sheet }))
    }

    /// What changed in a standing since an earlier moment; `None` when there is no such year.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn diff(&self, before: &Self, bloc: BlocId, year: EmulationYear) -> Result<Option<Diff>, LogError> {
        let asked = Question { bloc, year, valid_at: None, recorded_at: None, at_size: None };
        let (old, Some(new)) = (before.sheet(&asked, false)?, self.sheet(&asked, false)?) else {
            return Ok(None);
        };
        let mut between: Vec<Position> = streams(bloc, year)
            .into_iter()
            .flat_map(|stream| self.of_stream(stream))
            .filter(|position| *position >= before.position())
            .collect();
        between.sort_unstable();
        let facts = self.facts(&between)?.iter().map(Recorded::from).collect();
        Ok(Some(Diff::of(old.as_ref(), before.position().0, &new, facts)))
    }

    fn fold_into(&self, books: &mut Books, stream: StreamId, valid_at: Option<Date>) -> Result<(), LogError> {
        for position in self.of_stream(stream) {
            for stored in self.store().read(position, 1)? {
                let fact = decode(&stored)?;
                if valid_at.is_none_or(|day| fact.effective_on <= day) {
                    books.fold(&fact, LeafHash(tlog::leaf_hash(&stored.bytes)));
                }
            }
        }
        Ok(())
    }
}
