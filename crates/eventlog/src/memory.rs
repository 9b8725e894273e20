//! A log in memory, for tests and examples. It forgets everything when it is dropped.
//!
//! Its turns hold nobody off: whoever commits first has written, and the others decide again. What can happen between
//! several machines can be tried out here.

use crate::{AsideChange, AsideEntries, Commit, EventLog, Fact, LogError, Page, Stored, Turn, check};
use domain::Position;
use parking_lot::{Condvar, Mutex};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// How many facts are handed out together.
const PAGE_FACTS: usize = 64;

/// A log in memory.
#[derive(Debug, Default)]
pub struct MemoryLog {
    content: Mutex<Content>,
    grown: Condvar,
}

#[derive(Debug, Default)]
struct Content {
    facts: Vec<Vec<u8>>,
    aside: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Content {
    fn head(&self) -> Position {
        Position(self.facts.len() as u64)
    }

    fn under(&self, prefix: &[u8]) -> AsideEntries {
        let found = self.aside.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        found.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl EventLog for MemoryLog {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        check::seen(self.head()?, seen)?;
        Ok(Box::new(MemoryTurn { log: self, seen, missed: self.read(seen, usize::MAX)? }))
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let content = self.content.lock();
        let mut page = Page::new(from);
        let skipped = usize::try_from(from.0).unwrap_or(usize::MAX);
        content.facts.iter().skip(skipped).take(PAGE_FACTS).for_each(|bytes| page.push(bytes));
        Ok(Arc::new(page))
    }

    fn head(&self) -> Result<Position, LogError> {
        Ok(self.content.lock().head())
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        Ok(self.content.lock().under(prefix))
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        let content = self.content.lock();
        Ok((content.head(), content.under(b"")))
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn changed(&self, seen: Position, patience: Duration) -> Result<Position, LogError> {
        let until = Instant::now() + patience;
        let mut content = self.content.lock();
        while content.head() <= seen && !self.grown.wait_until(&mut content, until).timed_out() {}
        Ok(content.head())
    }
}

struct MemoryTurn<'a> {
    log: &'a MemoryLog,
    seen: Position,
    missed: Vec<Stored>,
}

impl Turn for MemoryTurn<'_> {
    fn missed(&self) -> &[Stored] {
        &self.missed
    }

    fn is_held(&self) -> bool {
        false
    }

    fn commit(self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<Commit, LogError> {
        let head = Position(self.seen.0 + self.missed.len() as u64);
        check::before_writing(head, facts, aside)?;
        let mut content = self.log.content.lock();
        if content.head() != head {
            return Ok(Commit::Again);
        }
        content.facts.extend(facts.iter().map(|fact| fact.bytes.clone()));
        for change in aside {
            match change {
                AsideChange::Put(key, value) => content.aside.insert(key.clone(), value.clone()),
                AsideChange::Remove(key) => content.aside.remove(key),
            };
        }
        self.log.grown.notify_all();
        Ok(Commit::Durable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What survives in memory is what the process holds.
    fn place() -> impl Fn() -> Arc<dyn EventLog> {
        let log = Arc::new(MemoryLog::default());
        move || Arc::clone(&log) as Arc<dyn EventLog>
    }

    crate::contract_suite!(place);
    crate::shared_contract_suite!(place);
}
