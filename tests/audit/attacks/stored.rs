//! Bytes that are changed where they lie.

use super::run;
use crate::audit::log::{Log, Outcome, envelopes, facts, loaded, seen, written};
use std::fs;

#[test]
fn every_attack_on_stored_bytes_is_found() {
    run(&[
        (1, "edit one byte of an event", |log| edit(log, false), 2, "entry"),
        (2, "edit an event and its leaf in the tile", |log| edit(log, true), 2, "tile"),
        (5, "cut the tail that is signed", cut_tail, 2, "missing"),
        (25, "serve a wrong tile above the leaves", |log| flip(log, "tile/1/000.p/1"), 2, "tile"),
        (26, "replace one entry of a bundle", replace_entry, 2, "entry"),
        (36, "a bit rots in a full tile", |log| flip(log, "tile/0/000"), 2, "entry"),
    ]);
}

/// The place of an entry in the first bundle of entries, behind its length.
fn place_of(position: usize) -> usize {
    facts()[..position].iter().map(|entry| entry.len() + 2).sum::<usize>() + 2
}

fn edit(log: &Log, and_its_leaf: bool) -> Outcome {
    if and_its_leaf {
        // With the commitment to its streams at the end, that alone would show it.
        log.tile("log", loaded());
        log.sign("log", seen());
        let read = |path: &str| fs::read(log.path(path)).expect("a file");
        let (head, above) = (read("log/checkpoint"), read("log/tile/1/000.p/1"));
        log.tile("log", &last_edited());
        log.change("log/tile/1/000.p/1", |bytes| *bytes = above);
        log.publish("log", &String::from_utf8(head).expect("text"));
        let outcome = log.verify("log");
        assert_eq!(outcome.position(), Some(0), "the first entry below the wrong hash: {outcome:?}");
        return outcome;
    }
    const POSITION: usize = 77;
    // The last letter or digit stands in the data: the file stays JSON, only what it says is another.
    let place = facts()[POSITION].iter().rposition(u8::is_ascii_alphanumeric).expect("a letter");
    log.change("log/tile/entries/000", |bytes| bytes[place_of(POSITION) + place] ^= 1);
    let outcome = log.verify("log");
    assert_eq!(outcome.position(), Some(POSITION as u64), "the first bad position: {outcome:?}");
    outcome
}

/// The facts with another salt in one of the first tile that is the last of its stream: no chain shows it.
fn last_edited() -> Vec<Vec<u8>> {
    let mut facts = envelopes();
    facts.truncate(loaded().len());
    let is_last = |at: usize| facts[at + 1..].iter().all(|later| later.stream != facts[at].stream);
    let at = (0..256).rev().find(|at| is_last(*at)).expect("a stream that ends in the first tile");
    facts[at].salt.0[0] ^= 1;
    written(&facts)
}

fn cut_tail(log: &Log) -> Outcome {
    let width = facts().len() % 256;
    fs::remove_file(log.path(&format!("log/tile/entries/001.p/{width}"))).expect("the tail");
    log.verify("log")
}

fn flip(log: &Log, path: &str) -> Outcome {
    log.change(&format!("log/{path}"), |bytes| bytes[5] ^= 1);
    log.verify("log")
}

fn replace_entry(log: &Log) -> Outcome {
    let mut entries = facts()[..256].to_vec();
    entries[100] = entries[101].clone();
    let bundle = tlog::entries::encode(entries.iter().map(Vec::as_slice)).expect("a bundle");
    log.change("log/tile/entries/000", |bytes| *bytes = bundle);
    let outcome = log.verify("log");
    assert_eq!(outcome.position(), Some(100), "{outcome:?}");
    outcome
}
