//! A log in memory, for tests and examples. It forgets everything when it is dropped.

use crate::{AsideChange, AsideEntries, EventLog, Fact, LogError, Page, Stored, Turn, check};
use domain::Position;
use parking_lot::{Mutex, MutexGuard, RwLock};
use std::{collections::BTreeMap, sync::Arc};

/// How many facts are handed out together.
const PAGE_FACTS: usize = 64;

/// A log in memory.
#[derive(Debug, Default)]
pub struct MemoryLog {
    turn: Mutex<()>,
    content: RwLock<Content>,
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
}

impl EventLog for MemoryLog {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        let turn = self.turn.lock();
        check::seen(self.head()?, seen)?;
        Ok(Box::new(MemoryTurn { content: &self.content, missed: self.read(seen, usize::MAX)?, _turn: turn }))
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let content = self.content.read();
        let mut page = Page::new(from);
        let skipped = usize::try_from(from.0).unwrap_or(usize::MAX);
        content.facts.iter().skip(skipped).take(PAGE_FACTS).for_each(|bytes| page.push(bytes));
        Ok(Arc::new(page))
    }

    fn head(&self) -> Result<Position, LogError> {
        Ok(self.content.read().head())
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        let content = self.content.read();
        let found = content.aside.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

struct MemoryTurn<'a> {
    content: &'a RwLock<Content>,
    missed: Vec<Stored>,
    _turn: MutexGuard<'a, ()>,
}

impl Turn for MemoryTurn<'_> {
    fn missed(&self) -> &[Stored] {
        &self.missed
    }

    fn commit(self: Box<Self>, facts: &[Fact], aside: &[AsideChange]) -> Result<(), LogError> {
        let mut content = self.content.write();
        check::before_writing(content.head(), facts, aside)?;
        content.facts.extend(facts.iter().map(|fact| fact.bytes.clone()));
        for change in aside {
            match change {
                AsideChange::Put(key, value) => content.aside.insert(key.clone(), value.clone()),
                AsideChange::Remove(key) => content.aside.remove(key),
            };
        }
        Ok(())
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
}
