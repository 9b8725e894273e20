//! What makes facts durable on one machine: a plain file, and the store on sled.

use super::clients::Engine;
use domain::Position;
use std::{fs::File, io::Write, path::Path};
use thidua_eventlog::{Commit, EventLog, Fact, SledLog};

/// The least anyone can do: one file, one sync.
pub struct PlainFile {
    file: File,
    group: Vec<u8>,
}

impl PlainFile {
    pub fn create(path: &Path) -> Self {
        Self { file: File::create(path).unwrap(), group: Vec::new() }
    }
}

impl Engine for PlainFile {
    fn commit(&mut self, facts: &mut [Fact]) {
        self.group.clear();
        for fact in facts {
            let length = u32::try_from(fact.bytes.len()).unwrap();
            self.group.extend_from_slice(&length.to_le_bytes());
            self.group.extend_from_slice(&crc32fast::hash(&fact.bytes).to_le_bytes());
            self.group.extend_from_slice(&fact.bytes);
        }
        self.file.write_all(&self.group).unwrap();
        self.file.sync_data().unwrap();
    }
}

/// The store.
pub struct Sled {
    log: SledLog,
    head: Position,
}

impl Sled {
    pub fn create(folder: &Path) -> Self {
        Self { log: SledLog::open(folder).unwrap().confirm_by_reading().unwrap(), head: Position(0) }
    }
}

impl Engine for Sled {
    fn commit(&mut self, facts: &mut [Fact]) {
        let turn = self.log.turn(self.head).unwrap();
        for fact in &mut *facts {
            fact.envelope.position = self.head;
            self.head = self.head.next();
        }
        assert_eq!(turn.commit(facts, &[]).unwrap(), Commit::Durable);
    }
}
