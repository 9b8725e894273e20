//! A sled store in a folder: written, read, copied.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use domain::Position;
use std::{fs, path::Path};
use thidua_eventlog::{Commit, EventLog, Fact, LogError, SledLog, contract::Samples};

pub fn open(folder: &Path) -> Result<SledLog, LogError> {
    SledLog::open(folder)?.confirm_by_reading()
}

pub fn commit(log: &dyn EventLog, facts: &[Fact]) -> Result<(), LogError> {
    assert_eq!(log.turn(log.head()?)?.commit(facts, &[])?, Commit::Durable);
    Ok(())
}

/// Writes `count` facts in groups of up to ten and closes the store.
pub fn write(folder: &Path, count: usize) -> Vec<Vec<u8>> {
    let log = open(folder).unwrap();
    let facts = Samples::new(31).facts(count);
    facts.chunks(10).for_each(|group| commit(&log, group).unwrap());
    log.close().unwrap();
    facts.into_iter().map(|fact| fact.bytes).collect()
}

/// Everything an opened store gives, if it can be opened and read.
pub fn read(folder: &Path) -> Result<Vec<Vec<u8>>, LogError> {
    let log = open(folder)?;
    let facts = log.read(Position(0), usize::MAX)?;
    Ok(facts.into_iter().map(|stored| stored.bytes).collect())
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
