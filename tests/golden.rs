//! What was written once is read for ever: one fact of every kind, as it was stored, with the hash it has in the tree.
//!
//! A line of `golden/events.jsonl` is never changed and never removed. A new kind of event gets a line: the test that
//! misses it prints the line to append, and the root below is replaced by the one it names.

use crate::support::{
    Server, authority::Authority, bloc::Bloc, keys::serve_rotating, place::REGISTRAR, waiting::until,
};
use domain::{Envelope, Event, LeafHash, Position};
use eventlog::{EventLog, SledLog, Unconfirmed};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use views::Books;

const LINES: &str = include_str!("golden/events.jsonl");

/// The root of the tree whose leaves are the lines in their order: a line that is changed, moved or removed shows here.
const ROOT: &str = "qwIThvbuiVMHFQDx7b7xkqEsTT26_Jtop1qmN7nwb5c";

/// One line.
#[derive(Deserialize, Serialize)]
struct Line<'l> {
    leaf: LeafHash,
    #[serde(borrow)]
    envelope: &'l RawValue,
}

/// The stored facts of the lines.
pub fn facts() -> Vec<&'static str> {
    lines().iter().map(|line| line.envelope.get()).collect()
}

fn lines() -> Vec<Line<'static>> {
    let read =
        |line: &'static str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    LINES.lines().map(read).collect()
}

fn line_of(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("JSON");
    let envelope = RawValue::from_string(text).expect("JSON");
    let line = Line { leaf: LeafHash(tlog::leaf_hash(bytes)), envelope: &envelope };
    serde_json::to_string(&line).expect("JSON")
}

#[test]
fn every_line_is_read_and_would_be_written_the_same() {
    for Line { leaf, envelope } in lines() {
        let bytes = envelope.get().as_bytes();
        assert_eq!(LeafHash(tlog::leaf_hash(bytes)), leaf, "{envelope}");
        let read: Envelope =
            serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}: {envelope}"));
        let written = serde_json::to_string(&read).expect("JSON");
        assert_eq!(written, envelope.get(), "an envelope is written in another way than it was");
        assert_eq!(Envelope::read(bytes).expect("the stored form"), read, "the two ways to read it differ");
    }
}

#[test]
fn no_line_is_changed_or_missing() {
    let mut tree = tlog::RightEdge::default();
    for line in lines() {
        tree.push(tlog::leaf_hash(line.envelope.get().as_bytes()));
    }
    assert_eq!(LeafHash(tree.root()).to_string(), ROOT, "the root of {} lines", tree.size());
}

/// Everything that can happen is brought about over HTTP; what is stored is what would be written again; and every kind
/// has its line.
#[test]
fn every_kind_of_event_happens_and_has_its_line() {
    let bloc = Bloc::with_members(4);
    bloc.every_kind_of_event();
    let Bloc { place, server, .. } = bloc;
    assert!(server.stop().success());
    assert!(serve_rotating(&place, "second.key").stop().success());
    let authority = Authority::start(&place.file("authority"));
    let key = place.file("second.key").display().to_string();
    let server = Server::start_with(&place, &["--log-key", &key, "--time-authority", &authority.url]);
    let registrar = server.client(&place.token(REGISTRAR, "events:read"));
    until("a named time stamp", || {
        let facts = registrar.read("/v1/events?types=log.time_anchored");
        facts["items"].as_array().is_some_and(|items| !items.is_empty())
    });
    assert!(server.stop().success());
    let log =
        SledLog::open(&place.store()).and_then(Unconfirmed::confirm_by_reading).expect("the store opens");
    let mut happened = BTreeMap::new();
    let (mut whole, mut kept) = (Books::default(), Books::default());
    for stored in log.read(Position(0), 1000).expect("the facts") {
        let fact: Envelope = serde_json::from_slice(&stored.bytes).expect("a fact");
        assert_eq!(serde_json::to_vec(&fact).expect("JSON"), stored.bytes, "stored otherwise than written");
        let leaf = LeafHash(tlog::leaf_hash(&stored.bytes));
        whole.fold(&fact, leaf);
        kept.fold(&Envelope::read_to_fold(&stored.bytes).expect("a fact"), leaf);
        happened.entry(fact.event.type_name()).or_insert(stored.bytes);
    }
    assert!(
        whole == kept,
        "a state keeps something that a rebuild passes over: see UNKEPT in domain/src/stored"
    );
    let kinds: BTreeSet<_> = Event::types().collect();
    assert_eq!(happened.keys().copied().collect::<BTreeSet<_>>(), kinds, "the story leaves a kind out");
    let read = |line: &Line<'_>| serde_json::from_str::<Envelope>(line.envelope.get()).expect("a fact");
    let lines: Vec<_> = lines().iter().map(|line| read(line).event.type_name()).collect();
    let missing: Vec<_> = kinds.iter().filter(|kind| !lines.contains(kind)).collect();
    let wanted: Vec<_> = missing.iter().map(|kind| line_of(&happened[**kind])).collect();
    assert!(missing.is_empty(), "append to tests/golden/events.jsonl:\n{}", wanted.join("\n"));
}
