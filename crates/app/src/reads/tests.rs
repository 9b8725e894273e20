//! The log of reads told as stories: what is noted is found, proven and counted; what is taken away is missed.

use super::{NotNoted, ReadLog, ReadQuery, ReadsError};
use crate::{
    ScriptedClock,
    audit::{Anchor, AuditError, OwnKey},
};
use domain::{
    ClientId, Position, RequestId, Timestamp,
    reading::{ReadEntry, ReadEvent, ShownTo},
};
use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tlog::{key::Signer, leaf_hash, proof::verify_inclusion};
use uuid::Uuid;

fn open(folder: &Path) -> Result<ReadLog, ReadsError> {
    let key = Signer::from_seed("log.test/a-reads".parse().unwrap(), &[9; 32]).unwrap();
    let anchor = Anchor::read(&folder.join("anchor"), key.verifier()).unwrap();
    let seen = anchor.seen();
    let clock = Arc::new(ScriptedClock::at(at(0)));
    ReadLog::open(&folder.join("reads"), Box::new(OwnKey::new(key, seen)), anchor, clock)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_780_000_000_000 + second * 1000)
}

fn shown(client: &str, number: u128) -> ShownTo {
    ShownTo {
        client: ClientId::new(client).unwrap(),
        token: "t".to_owned(),
        operation: "getEvent".to_owned(),
        path: format!("/v1/events/{number}"),
        query: None,
        request: RequestId(Uuid::from_u128(number)),
    }
}

fn entries(log: &ReadLog) -> Vec<ReadEntry> {
    let entries = log.entries(Position(0), 10_000).unwrap();
    entries.iter().map(|bytes| serde_json::from_slice(bytes).unwrap()).collect()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came to {what}");
        std::thread::yield_now();
    }
}

fn signed(log: &ReadLog) -> u64 {
    log.audit().published().unwrap().size()
}

#[test]
fn what_is_noted_is_durable_signed_proven_and_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    assert_eq!(signed(&log), 1, "the first entry says that reads are noted from now on");
    for number in 0..600 {
        let client = if number % 3 == 0 { "thanh-tra" } else { "cong" };
        log.note(at(number), shown(client, number.unsigned_abs().into())).unwrap();
    }
    until("signed reads", || signed(&log) == 601);
    let head = log.audit().published().unwrap();
    let last = log.entries(Position(600), 1).unwrap();
    let proof = log.audit().tiles().inclusion(600, 601).unwrap();
    verify_inclusion(&leaf_hash(&last[0]), 600, 601, &proof, head.signed.checkpoint().root()).unwrap();
    drop(log);

    let log = open(folder.path()).unwrap();
    let all = entries(&log);
    assert!(matches!(all[601].event, ReadEvent::Closed(count) if count.entries == 601), "{:?}", all[601]);
    assert!(matches!(all[602].event, ReadEvent::Opened(count) if count.entries == 602), "{:?}", all[602]);
    assert!(all.windows(2).all(|pair| pair[0].recorded_at <= pair[1].recorded_at));
    let find = |query: ReadQuery, limit| -> Vec<u64> {
        log.find(&query, limit).unwrap().iter().map(|entry| entry.position.0).collect()
    };
    let client = Some(ClientId::new("thanh-tra").unwrap());
    let query = ReadQuery { client: client.clone(), from: Some(at(300)), to: Some(at(309)), after: None };
    assert_eq!(find(query, 10), [301, 304, 307]);
    let query = ReadQuery { client, after: Some(Position(304)), ..ReadQuery::default() };
    assert_eq!(find(query, 3), [307, 310, 313]);
    assert_eq!(find(ReadQuery::default(), 1000), (1..=600).collect::<Vec<_>>());
    let nobody = ReadQuery { client: Some(ClientId::new("khach").unwrap()), ..ReadQuery::default() };
    assert!(find(nobody, 10).is_empty());
}

#[test]
fn a_log_of_reads_that_is_shorter_or_other_than_what_was_signed_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    (0..9).for_each(|number| log.note(at(number), shown("cong", 1)).unwrap());
    until("signed reads", || signed(&log) == 10);
    drop(log);
    let file = folder.path().join("reads/tile/entries/000");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let refused = open(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ReadsError::Audit { cause: AuditError::Behind { signed: 11, .. }, .. })),
        "{refused:?}"
    );
    let mut other = whole.clone();
    let digit = other.iter().rposition(|byte| *byte == b't').unwrap();
    other[digit] = b'T';
    fs::write(&file, &other).unwrap();
    let refused = open(folder.path()).map(drop);
    assert!(matches!(refused, Err(ReadsError::Audit { .. })), "{refused:?}");
    fs::write(&file, &whole).unwrap();
    open(folder.path()).unwrap();
}

#[test]
fn what_cannot_be_noted_must_not_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    log.note(at(0), shown("cong", 1)).unwrap();
    until("a signed read", || signed(&log) == 2);
    // What was written is not what is read back.
    let file = folder.path().join("reads/tile/entries/000");
    fs::rename(&file, folder.path().join("gone")).unwrap();
    log.note(at(1), shown("cong", 2)).unwrap();
    until("a halt", || log.is_halted());
    assert_eq!(log.note(at(2), shown("cong", 3)), Err(NotNoted));
    assert_eq!(signed(&log), 2, "what was not read back is not signed");
}

#[test]
fn texts_of_any_length_fit_into_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let long = ShownTo { path: "/ữ".repeat(50_000), query: Some("\"".repeat(50_000)), ..shown("cong", 1) };
    log.note(at(0), long).unwrap();
    until("a signed read", || signed(&log) == 2);
    let bytes = log.entries(Position(1), 1).unwrap();
    assert!(bytes[0].len() <= domain::reading::MAX_ENTRY_BYTES, "{}", bytes[0].len());
}
