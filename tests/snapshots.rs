//! Snapshots of the views, seen from outside: a start takes up where one ends and answers as if the log had been read whole;
//! whatever is done to the store behind one is still found.

use crate::support::{
    Place, Server,
    facts::{NewUnit, REGISTERS_UNITS, history},
    place::REGISTRAR,
    server::serve,
};
use domain::{Envelope, Position};
use eventlog::{Commit, EventLog, Fact, SledLog, Stored, Unconfirmed};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long the store may take to be read a second time.
const PATIENCE: Duration = Duration::from_secs(60);

fn snapshot(place: &Place) -> PathBuf {
    place.store().join("views.snapshot")
}

/// A store of one founding fact and so many units, served once.
fn served(units: u32) -> Place {
    let place = Place::new();
    let server = Server::start(&place);
    let client = server.client(&place.token(REGISTRAR, REGISTERS_UNITS));
    for number in 0..units {
        assert_eq!(NewUnit::new(7, 0, number).post(&client).expect("an answer").status, 201);
    }
    assert!(server.stop().success());
    place
}

fn log_lines(place: &Place) -> String {
    fs::read_to_string(place.file("server.log")).expect("the log of the server")
}

#[test]
fn a_start_takes_up_where_the_snapshot_ends_and_answers_the_same() {
    let place = served(40);
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let answers = |server: &Server| {
        let client = server.client(&token);
        let list = client.get("/v1/units?limit=100").expect("an answer");
        assert_eq!(list.status, 200, "{list:?}");
        let again = NewUnit::new(7, 0, 3).post(&client).expect("an answer");
        assert_eq!(again.header("Idempotency-Replayed"), Some("true"));
        (list.text, again.text, history(&client))
    };
    let whole = Server::start_with(&place, &["--snapshot-every", "0"]);
    let expected = answers(&whole);
    // Killed: what was there before stays the snapshot, and the facts after it are read from the log.
    for number in 40..45 {
        let answer = NewUnit::new(7, 0, number).post(&whole.client(&token)).expect("an answer");
        assert_eq!(answer.status, 201);
    }
    whole.kill();

    let server = Server::start(&place);
    assert!(log_lines(&place).contains("from_snapshot=41"), "{}", log_lines(&place));
    let (list, again, facts) = answers(&server);
    assert_eq!((&again, &facts[..41]), (&expected.1, &expected.2[..]));
    assert_eq!(facts.len(), 46);
    assert_ne!(list, expected.0, "five units more");
    let metrics = crate::support::Client::new(&server.metrics, "").get("/metrics").expect("an answer").text;
    assert!(metrics.contains("thidua_start_seconds"), "{metrics}");
    server.kill();
    let whole = Server::start_with(&place, &["--snapshot-every", "0"]);
    assert_eq!(answers(&whole), (list, again, facts));
}

#[test]
fn a_damaged_snapshot_is_set_aside_and_the_log_is_read() {
    let place = served(5);
    let mut bytes = fs::read(snapshot(&place)).expect("the snapshot");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(snapshot(&place), bytes).expect("the snapshot can be written");
    let server = Server::start(&place);
    let said = log_lines(&place);
    assert!(said.contains("a snapshot is set aside") && said.contains("damaged"), "{said}");
    assert!(place.store().join("views.refused").exists());
    assert_eq!(history(&server.client(&place.token(REGISTRAR, REGISTERS_UNITS))).len(), 6);
    assert!(server.stop().success());
    assert!(snapshot(&place).exists(), "a new one in its place");
}

/// Makes another store out of these facts and puts it in the place of the store, with these files of the old one.
fn replace_store(place: &Place, facts: &[Stored], files: &[&str]) {
    let forged = place.file("forged");
    let log = SledLog::open(&forged).and_then(Unconfirmed::confirm_by_reading).expect("a new store");
    let fact = |stored: &Stored| {
        let envelope = Envelope::read(&stored.bytes).expect("a fact");
        Fact { envelope, bytes: stored.bytes.clone() }
    };
    let facts: Vec<_> = facts.iter().map(fact).collect();
    let written = log.turn(Position(0)).expect("the turn").commit(&facts, &[]);
    assert_eq!(written.expect("the facts are written"), Commit::Durable);
    log.close().expect("the store is closed");
    for file in files {
        fs::copy(place.store().join(file), forged.join(file)).expect("the file is there");
    }
    fs::remove_dir_all(place.store()).expect("the store can be removed");
    fs::rename(forged, place.store()).expect("the store can be replaced");
}

fn facts_of(folder: &Path) -> Vec<Stored> {
    let log = SledLog::open(folder).and_then(Unconfirmed::confirm_by_reading).expect("the store opens");
    let facts = log.read(Position(0), usize::MAX).expect("the facts");
    log.close().expect("the store is closed");
    facts
}

#[test]
fn a_past_that_was_altered_behind_a_snapshot_ends_writing_and_is_refused_at_the_next_start() {
    let place = served(60);
    let mut facts = facts_of(&place.store());
    let altered = String::from_utf8(facts[20].bytes.clone()).expect("JSON").replace("Đơn vị", "Đôn vị");
    assert_ne!(altered.as_bytes(), facts[20].bytes);
    facts[20].bytes = altered.into_bytes();
    replace_store(&place, &facts, &["tip", "views.snapshot", "development-log.key"]);

    let server = Server::start_listening(&place);
    let client = server.client(&place.token(REGISTRAR, REGISTERS_UNITS));
    let began = Instant::now();
    let refused = (100..).map(|number| NewUnit::new(7, 0, number).post(&client).expect("an answer"));
    let refused = refused.take_while(|_| began.elapsed() < PATIENCE).find(|answer| answer.status != 201);
    let refused = refused.expect("the alteration is found");
    assert_eq!(refused.status, 503, "{refused:?}");
    let said = log_lines(&place);
    assert!(said.contains("the past of the log was altered") && said.contains("position 20"), "{said}");
    assert!(server.stop().success());

    let next = serve(&place).output().expect("the program starts");
    let said = String::from_utf8_lossy(&next.stderr);
    assert_eq!(next.status.code(), Some(4), "{said}");
}

#[test]
fn a_log_cut_short_behind_its_snapshot_is_refused_as_without_one() {
    let place = served(20);
    let facts = facts_of(&place.store());
    // The thief knows of tip records, and makes a new one; the anchor is elsewhere.
    replace_store(&place, &facts[..15], &["views.snapshot", "development-log.key"]);
    let next = serve(&place).output().expect("the program starts");
    let said = String::from_utf8_lossy(&next.stderr);
    assert_eq!(next.status.code(), Some(4), "{said}");
    assert!(said.contains("holds 21 facts and the log 15"), "{said}");
    assert!(said.contains("ends at position 15 but its first 21 facts were signed"), "{said}");
}
