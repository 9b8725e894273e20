//! The promises, one function each. They panic when a promise is broken: they are tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is broken by panicking"
)]
#![allow(missing_docs, reason = "the name is the promise")]

use super::Samples;
use crate::{AsideChange, Commit, EventLog, Fact, LogError, pages};
use domain::{Position, envelope::MAX_ENVELOPE_BYTES};
use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

/// Opens a place, again after a restart.
pub type Open = Box<dyn Fn() -> Arc<dyn EventLog>>;

/// Makes a new place.
pub type Place<'a> = &'a dyn Fn() -> Open;

pub(super) fn commit(log: &dyn EventLog, facts: &[Fact], aside: &[AsideChange]) -> Result<(), LogError> {
    match log.turn(log.head()?)?.commit(facts, aside)? {
        Commit::Durable => Ok(()),
        Commit::Again => panic!("nobody else writes, and still the turn was lost"),
    }
}

/// Takes turns until one is durable, and gives `facts` of what was missed each time.
pub(super) fn insist(
    log: &dyn EventLog,
    mut seen: Position,
    facts: &mut dyn FnMut(Position) -> Vec<Fact>,
) -> Position {
    loop {
        let turn = log.turn(seen).unwrap();
        seen = Position(seen.0 + turn.missed().len() as u64);
        let group = facts(seen);
        if turn.commit(&group, &[]).unwrap() == Commit::Durable {
            return Position(seen.0 + group.len() as u64);
        }
    }
}

pub(super) fn bytes_of(facts: &[Fact]) -> Vec<Vec<u8>> {
    facts.iter().map(|fact| fact.bytes.clone()).collect()
}

pub(super) fn everything(log: &dyn EventLog) -> Vec<Vec<u8>> {
    log.read(Position(0), usize::MAX).unwrap().into_iter().map(|stored| stored.bytes).collect()
}

fn put(key: &str, value: &str) -> AsideChange {
    AsideChange::Put(key.into(), value.into())
}

fn remove(key: &str) -> AsideChange {
    AsideChange::Remove(key.into())
}

fn keys(log: &dyn EventLog, prefix: &str) -> Vec<String> {
    log.aside(prefix.as_bytes())
        .unwrap()
        .into_iter()
        .map(|(key, _)| String::from_utf8(key).unwrap())
        .collect()
}

pub fn a_new_log_is_empty(place: Place<'_>) {
    let open = place();
    let log = open();
    assert_eq!(log.head().unwrap(), Position(0));
    assert_eq!(everything(&*log), Vec::<Vec<u8>>::new());
    assert_eq!(log.aside(b"").unwrap(), Vec::new());
    assert!(log.turn(Position(0)).unwrap().missed().is_empty());
}

pub fn what_is_committed_is_read_back(place: Place<'_>) {
    let open = place();
    let log = open();
    let facts = Samples::new(1).facts(700);
    for group in facts.chunks(7) {
        commit(&*log, group, &[]).unwrap();
    }
    assert_eq!(everything(&*log), bytes_of(&facts));
    for from in [0, 1, 6, 7, 350, 698, 699] {
        let read = log.read(Position(from as u64), 3).unwrap();
        let given: Vec<_> = read.iter().map(|stored| &stored.bytes).collect();
        let expected: Vec<_> = facts[from..].iter().take(3).map(|fact| &fact.bytes).collect();
        assert_eq!(given, expected, "from {from}");
    }
    assert_eq!(log.read(Position(5), 0).unwrap(), Vec::new());
}

pub fn positions_follow_each_other(place: Place<'_>) {
    let open = place();
    let log = open();
    let facts = Samples::new(2).facts(500);
    for group in facts.chunks(50) {
        commit(&*log, group, &[]).unwrap();
    }
    assert_eq!(log.head().unwrap(), Position(500));
    let read: Vec<_> =
        log.read(Position(3), 400).unwrap().into_iter().map(|stored| stored.position.0).collect();
    assert_eq!(read, (3..403).collect::<Vec<_>>());
    let walked: Vec<_> = pages(&*log, Position(3)..Position(403))
        .flat_map(|page| {
            page.unwrap().facts(Position(3)..Position(403)).map(|(p, _)| p.0).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(walked, read);
}

pub fn a_fact_out_of_place_writes_nothing(place: Place<'_>) {
    let open = place();
    let log = open();
    let facts = Samples::new(3).facts(5);
    commit(&*log, &facts[..2], &[]).unwrap();
    let swapped = [facts[2].clone(), facts[4].clone()];
    for wrong in [&facts[1..3], &facts[3..], &swapped] {
        let refused = commit(&*log, wrong, &[put("k", "v")]);
        assert!(matches!(refused, Err(LogError::OutOfPlace { .. })), "{refused:?}");
    }
    assert_eq!((log.head().unwrap(), keys(&*log, "")), (Position(2), vec![]));
    commit(&*log, &facts[2..], &[]).unwrap();
    assert_eq!(everything(&*log), bytes_of(&facts));
}

pub fn a_fact_too_large_writes_nothing(place: Place<'_>) {
    let open = place();
    let log = open();
    let mut samples = Samples::new(4);
    let facts = [samples.fact(), samples.noisy_fact(MAX_ENVELOPE_BYTES + 1)];
    match commit(&*log, &facts, &[put("k", "v")]) {
        Err(LogError::TooLarge { position: Position(1), bytes }) => assert_eq!(bytes, MAX_ENVELOPE_BYTES + 1),
        other => panic!("{other:?}"),
    }
    assert_eq!((log.head().unwrap(), keys(&*log, "")), (Position(0), vec![]));
    commit(&*log, &facts[..1], &[]).unwrap();
}

pub fn an_entry_aside_too_large_writes_nothing(place: Place<'_>) {
    let open = place();
    let log = open();
    let fact = Samples::new(5).facts(1);
    let (key, value) = (vec![b'k'; 128], vec![b'v'; 7_000]);
    let long_key = AsideChange::Put(vec![b'k'; 129], vec![]);
    let long_value = AsideChange::Put(b"k".to_vec(), vec![b'v'; 7_001]);
    for wrong in [long_key, long_value, AsideChange::Remove(vec![b'k'; 129])] {
        let refused = commit(&*log, &fact, &[put("a", "b"), wrong]);
        assert!(matches!(refused, Err(LogError::AsideTooLarge { .. })), "{refused:?}");
    }
    assert_eq!((log.head().unwrap(), keys(&*log, "")), (Position(0), vec![]));
    commit(&*log, &fact, &[AsideChange::Put(key.clone(), value.clone())]).unwrap();
    assert_eq!(log.aside(b"").unwrap(), vec![(key, value)]);
}

pub fn facts_of_every_size_are_kept(place: Place<'_>) {
    let open = place();
    let mut samples = Samples::new(6);
    let sizes =
        [1, 2, 100, 1_023, 1_024, 6_999, 7_000, 7_001, 24_571, 24_572, 24_573, 30_000, 59_999, 60_000];
    let mut facts: Vec<_> = sizes.iter().map(|size| samples.noisy_fact(*size)).collect();
    facts.extend((0..3).map(|_| Fact { bytes: vec![b'a'; MAX_ENVELOPE_BYTES], ..samples.fact() }));
    let log = open();
    for fact in &facts {
        commit(&*log, std::slice::from_ref(fact), &[]).unwrap();
    }
    let together: Vec<_> = (0..100).map(|_| samples.noisy_fact(MAX_ENVELOPE_BYTES)).collect();
    commit(&*log, &together, &[put("k", "v")]).unwrap();
    facts.extend(together);
    assert!(everything(&*log) == bytes_of(&facts));
    drop(log);
    assert!(everything(&*open()) == bytes_of(&facts));
}

pub fn the_aside_is_put_and_removed_with_the_facts(place: Place<'_>) {
    let open = place();
    let log = open();
    let mut samples = Samples::new(7);
    commit(&*log, &samples.facts(1), &[put("a", "1"), put("b", "2")]).unwrap();
    commit(&*log, &samples.facts(1), &[remove("a"), put("b", "3"), put("c", "4"), remove("never there")])
        .unwrap();
    let expected = vec![(b"b".to_vec(), b"3".to_vec()), (b"c".to_vec(), b"4".to_vec())];
    assert_eq!(log.aside(b"").unwrap(), expected);
    // In one unit the last change of a key counts, and changes need no facts.
    commit(&*log, &[], &[put("c", "5"), remove("c"), remove("b"), put("b", "6")]).unwrap();
    assert_eq!(log.aside(b"").unwrap(), vec![(b"b".to_vec(), b"6".to_vec())]);
    assert_eq!(log.head().unwrap(), Position(2));
}

pub fn the_aside_is_listed_by_prefix(place: Place<'_>) {
    let open = place();
    let log = open();
    let changes = ["vault/2", "ballot/9", "vault/10", "vault", "wault/1", "vault/1"].map(|key| put(key, key));
    commit(&*log, &[], &changes).unwrap();
    assert_eq!(keys(&*log, "vault/"), ["vault/1", "vault/10", "vault/2"]);
    assert_eq!(keys(&*log, "vault/1"), ["vault/1", "vault/10"]);
    assert_eq!(keys(&*log, "x"), Vec::<String>::new());
    assert_eq!(keys(&*log, "").len(), 6);
    let all_ones = AsideChange::Put(vec![0xff, 0xff], vec![]);
    commit(&*log, &[], &[all_ones]).unwrap();
    assert_eq!(log.aside(&[0xff]).unwrap(), vec![(vec![0xff, 0xff], vec![])]);
}

pub fn a_turn_tells_what_was_missed(place: Place<'_>) {
    let open = place();
    let log = open();
    let facts = Samples::new(8).facts(100);
    commit(&*log, &facts[..98], &[]).unwrap();
    let turn = log.turn(Position(95)).unwrap();
    let missed: Vec<_> =
        turn.missed().iter().map(|stored| (stored.position.0, stored.bytes.clone())).collect();
    let expected: Vec<_> = (95..98).map(|index| (index as u64, facts[index].bytes.clone())).collect();
    assert_eq!(missed, expected);
    assert_eq!(turn.commit(&facts[98..], &[]).unwrap(), Commit::Durable);
    assert_eq!(everything(&*log), bytes_of(&facts));
}

pub fn a_caller_from_another_log_is_refused(place: Place<'_>) {
    let open = place();
    let log = open();
    assert!(matches!(log.turn(Position(1)), Err(LogError::OutOfPlace { expected: Position(0), .. })));
    commit(&*log, &Samples::new(9).facts(1), &[]).unwrap();
}

pub fn the_second_of_two_turns_is_told_of_the_first(place: Place<'_>) {
    let open = place();
    let log = open();
    let facts = Samples::new(10).facts(2);
    let first = log.turn(Position(0)).unwrap();
    let held = first.is_held();
    let (say, hear) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let head = insist(&*log, Position(0), &mut |seen| {
                say.send(seen).unwrap();
                facts[usize::try_from(seen.0).unwrap()..].to_vec()
            });
            assert_eq!(head, Position(2));
        });
        if held {
            assert!(hear.recv_timeout(Duration::from_millis(200)).is_err(), "two had the turn");
        }
        let outcome = first.commit(&facts[..1], &[]).unwrap();
        // Whoever holds nobody off may find the other there first.
        assert!(outcome == Commit::Durable || !held);
    });
    let told: Vec<_> = hear.try_iter().collect();
    assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "a turn was lost and nothing missed: {told:?}");
    assert_eq!(everything(&*log), bytes_of(&facts));
}

pub fn a_turn_that_is_dropped_writes_nothing(place: Place<'_>) {
    let open = place();
    let log = open();
    drop(log.turn(Position(0)).unwrap());
    assert_eq!(log.turn(Position(0)).unwrap().commit(&[], &[]).unwrap(), Commit::Durable);
    assert_eq!(log.head().unwrap(), Position(0));
    commit(&*log, &Samples::new(11).facts(1), &[]).unwrap();
}

pub fn nothing_lies_beyond_the_head(place: Place<'_>) {
    let open = place();
    let log = open();
    commit(&*log, &Samples::new(12).facts(90), &[]).unwrap();
    for beyond in [90, 91, 1_000_000, u64::MAX] {
        assert_eq!(log.read(Position(beyond), 10).unwrap(), Vec::new());
        assert!(log.page(Position(beyond)).unwrap().end() <= Position(beyond));
    }
    assert_eq!(log.read(Position(85), 10).unwrap().len(), 5);
    let past_the_end: Vec<_> = pages(&*log, Position(85)..Position(91)).collect();
    assert!(past_the_end.last().unwrap().is_err(), "a walk that was promised more must not end in silence");
}

pub fn everything_is_there_after_a_restart(place: Place<'_>) {
    let open = place();
    let mut samples = Samples::new(13);
    let mut facts = Vec::new();
    for round in 0..6 {
        let log = open();
        assert_eq!(everything(&*log), bytes_of(&facts));
        assert_eq!(keys(&*log, "").len(), round);
        let group = samples.facts(37 * (round + 1));
        commit(&*log, &group[..1], &[put(&format!("round {round}"), "")]).unwrap();
        commit(&*log, &group[1..], &[]).unwrap();
        facts.extend(group);
    }
    assert_eq!(everything(&*open()), bytes_of(&facts));
}

pub fn a_moment_is_the_head_and_what_stands_aside(place: Place<'_>) {
    let open = place();
    let log = open();
    assert_eq!(log.moment().unwrap(), (Position(0), vec![]));
    commit(&*log, &Samples::new(15).facts(3), &[put("b", "2"), put("a", "1")]).unwrap();
    let aside = [("a", "1"), ("b", "2")].map(|(key, value)| (key.into(), value.into()));
    assert_eq!(log.moment().unwrap(), (Position(3), aside.to_vec()));
}

pub fn waiting_for_others_ends(place: Place<'_>) {
    let open = place();
    let log = open();
    let patience = Duration::from_millis(20);
    assert_eq!(log.changed(Position(0), patience).unwrap(), Position(0));
    commit(&*log, &Samples::new(16).facts(2), &[]).unwrap();
    assert_eq!(log.changed(Position(0), Duration::from_secs(60)).unwrap(), Position(2));
    assert_eq!(log.changed(Position(2), patience).unwrap(), Position(2));
}
