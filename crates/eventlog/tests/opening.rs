//! What is checked before a store is written again: its owner, its length, its past, its form.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use common::{commit, copy, open, read, write};
use domain::Position;
use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};
use thidua_eventlog::{EventLog, LogError, SledLog, contract::Samples, verify::verify_folder};

#[test]
fn a_store_in_use_is_not_opened_twice() {
    let place = tempfile::tempdir().unwrap();
    let first = open(place.path()).unwrap();
    let refused = SledLog::open(place.path()).err().unwrap();
    assert!(matches!(refused, LogError::InUse { .. }) && refused.to_string().contains("in use"), "{refused}");
    // Another process is refused alike: the lock is the kernel's.
    let lock =
        Command::new("flock").arg("--nonblock").arg(place.path().join("lock")).arg("true").status().unwrap();
    assert!(!lock.success());
    first.close().unwrap();
    open(place.path()).unwrap();
}

#[test]
fn a_log_of_other_facts_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let (store, other) = (place.path().join("store"), place.path().join("other"));
    write(&store, 100);
    let log = open(&other).unwrap();
    commit(&log, &Samples::new(99).facts(100)).unwrap();
    log.close().unwrap();
    fs::copy(store.join("tip"), other.join("tip")).unwrap();
    assert!(matches!(read(&other), Err(LogError::Altered { tip: Position(100) })));
}

#[test]
fn a_store_without_its_tip_record_is_refused() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), 10);
    fs::remove_file(place.path().join("tip")).unwrap();
    assert!(matches!(read(place.path()), Err(LogError::TipUnreadable { .. })));
    fs::write(place.path().join("tip"), "thidua tip 1\n10\n").unwrap();
    assert!(matches!(read(place.path()), Err(LogError::TipUnreadable { .. })));
}

#[test]
fn the_tip_follows_within_a_second_without_a_shutdown() {
    let place = tempfile::tempdir().unwrap();
    let log = open(place.path()).unwrap();
    commit(&log, &Samples::new(33).facts(77)).unwrap();
    let written = Instant::now();
    while !fs::read_to_string(place.path().join("tip")).unwrap().contains("\n77\n") {
        assert!(written.elapsed() < Duration::from_secs(5), "the tip does not follow");
        std::thread::sleep(Duration::from_millis(10));
    }
    // The promise is a second; the rest is for a machine under load.
    assert!(written.elapsed() < Duration::from_secs(2), "{:?}", written.elapsed());
}

#[test]
fn a_store_that_is_not_confirmed_is_read_but_not_written() {
    let place = tempfile::tempdir().unwrap();
    let facts = write(place.path(), 100);
    let opened = SledLog::open(place.path()).unwrap();
    assert_eq!(
        (opened.tip().position, opened.read(Position(0), 200).unwrap().len()),
        (Position(100), facts.len())
    );
    assert!(matches!(opened.turn(Position(100)), Err(LogError::Unconfirmed)));
    let short = opened.confirm(tlog::RightEdge::default());
    assert!(matches!(short, Err(LogError::OutOfPlace { .. })));
}

#[test]
fn values_outside_the_file_are_refused_at_opening() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), 10);
    fs::write(place.path().join("blobs/1234"), "unsynced").unwrap();
    assert!(matches!(read(place.path()), Err(LogError::Unopenable { .. })));
}

#[test]
fn a_store_of_another_format_is_refused() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), 10);
    let db = sled::open(place.path()).unwrap();
    let mark = db.open_tree("meta").unwrap();
    mark.insert("format", [&crc32fast::hash(b"format3").to_be_bytes()[..], b"3"].concat()).unwrap();
    db.flush().unwrap();
    drop((mark, db));
    let refused = read(place.path()).err().unwrap();
    assert!(refused.to_string().contains("its format is 3"), "{refused}");
}

#[test]
fn the_last_groups_undone_are_noticed_by_the_tip_alone() {
    let place = tempfile::tempdir().unwrap();
    let store = place.path().join("store");
    let log = open(&store).unwrap();
    let mut samples = Samples::new(32);
    commit(&log, &samples.facts(100)).unwrap();
    log.close().unwrap();
    let earlier = place.path().join("earlier");
    copy(&store, &earlier);
    let log = open(&store).unwrap();
    commit(&log, &samples.facts(1)).unwrap();
    log.close().unwrap();
    // A perfectly good store of a moment ago, with the tip of now.
    fs::copy(store.join("tip"), earlier.join("tip")).unwrap();
    assert!(matches!(read(&earlier), Err(LogError::BehindTip { tip: Position(101), log: Position(100) })));
    let refused = verify_folder(&earlier, &mut |_| ());
    assert!(matches!(refused, Err(LogError::BehindTip { .. })), "{refused:?}");
}
