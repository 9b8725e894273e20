//! The promises of a store that several processes write.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is broken by panicking"
)]
#![allow(missing_docs, reason = "the name is the promise")]

use super::{
    Samples,
    promises::{Place, bytes_of, commit, everything, insist},
};
use crate::{Commit, Fact};
use domain::Position;
use std::{thread, time::Duration};

pub fn facts_of_others_are_told_before_anything_is_written(place: Place<'_>) {
    let open = place();
    let (ours, theirs) = (open(), open());
    assert!(ours.is_shared() && theirs.is_shared());
    let facts = Samples::new(21).facts(400);
    // In groups of every size, so that nothing depends on how much was missed.
    let (mut at, mut size) = (0, 1);
    while at + size < facts.len() {
        let turn = ours.turn(Position(at as u64)).unwrap();
        assert!(turn.missed().is_empty(), "a caller who has seen everything has missed nothing");
        if turn.is_held() {
            drop(turn);
            commit(&*theirs, &facts[at..at + size], &[]).unwrap();
        } else {
            commit(&*theirs, &facts[at..at + size], &[]).unwrap();
            assert_eq!(turn.commit(&facts[at..=at], &[]).unwrap(), Commit::Again, "the turn was lost");
        }
        // A turn that holds nobody off may learn of them only at its end; nothing is written until it has.
        let mut missed = Vec::new();
        loop {
            let turn = ours.turn(Position((at + missed.len()) as u64)).unwrap();
            missed.extend(turn.missed().iter().map(|stored| stored.bytes.clone()));
            let next = &facts[at + missed.len()..=at + missed.len()];
            if turn.commit(next, &[]).unwrap() == Commit::Durable {
                break;
            }
        }
        assert!(missed == bytes_of(&facts[at..at + size]), "at {at}, {size} facts");
        (at, size) = (at + size + 1, size * 2);
    }
    assert_eq!(everything(&*theirs), bytes_of(&facts[..at]));
}

pub fn whoever_waits_is_woken_by_others(place: Place<'_>) {
    let open = place();
    let (ours, theirs) = (open(), open());
    let facts = Samples::new(22).facts(30);
    for (index, fact) in facts.iter().enumerate() {
        let seen = Position(index as u64);
        thread::scope(|scope| {
            let woken = scope.spawn(|| ours.changed(seen, Duration::from_secs(60)).unwrap());
            commit(&*theirs, std::slice::from_ref(fact), &[]).unwrap();
            assert_eq!(woken.join().unwrap(), Position(seen.0 + 1));
        });
    }
}

pub fn many_who_write_at_once_lose_nothing(place: Place<'_>) {
    const WRITERS: usize = 3;
    const GROUPS: usize = 40;
    let open = place();
    let samples = Samples::new(23).facts(WRITERS * GROUPS * 3);
    // Whose turn it is decides where a fact stands; its bytes say where that is.
    let group = |seen: Position| -> Vec<Fact> {
        let at = usize::try_from(seen.0).unwrap();
        samples[at..].iter().take(1 + at % 3).cloned().collect()
    };
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            let log = open();
            scope.spawn(move || {
                let mut seen = Position(0);
                for _ in 0..GROUPS {
                    seen = insist(&*log, seen, &mut |seen| group(seen));
                }
            });
        }
    });
    let log = open();
    let written = everything(&*log);
    assert!(written.len() >= WRITERS * GROUPS, "{} facts", written.len());
    assert_eq!(written, bytes_of(&samples[..written.len()]));
}
