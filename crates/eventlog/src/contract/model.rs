//! The promises about whatever may come: random groups beside a list, readers beside a writer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is broken by panicking"
)]
#![allow(missing_docs, reason = "the name is the promise")]

use super::{
    Samples,
    promises::{Place, bytes_of, commit, everything},
};
use crate::AsideChange;
use domain::{Position, envelope::MAX_ENVELOPE_BYTES};
use proptest::{prelude::*, test_runner::TestRunner};
use std::{collections::BTreeMap, thread};

pub fn readers_see_whole_groups_in_order(place: Place<'_>) {
    const GROUP: usize = 9;
    let open = place();
    let log = open();
    let facts = Samples::new(14).facts(GROUP * 150);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for group in facts.chunks(GROUP) {
                commit(&*log, group, &[]).unwrap();
            }
        });
        while !writer.is_finished() {
            for from in [0, 600] {
                let head = usize::try_from(log.head().unwrap().0).unwrap();
                assert_eq!(head % GROUP, 0, "a part of a group was to be seen");
                let read = log.read(Position(from as u64), 500).unwrap();
                let expected = facts[from..].iter().map(|fact| &fact.bytes);
                assert!(read.iter().map(|stored| &stored.bytes).eq(expected.take(read.len())));
                assert!(read.len() >= head.saturating_sub(from).min(500));
            }
        }
    });
    assert_eq!(everything(&*log), bytes_of(&facts));
}

pub fn any_groups_are_kept_like_a_list(place: Place<'_>) {
    let size = prop_oneof![6 => 1..2_000_usize, 3 => 1..30_000_usize, 1 => 1..=MAX_ENVELOPE_BYTES];
    let change = (0..8_u8, proptest::option::of(0..7_000_usize));
    let group =
        (prop::collection::vec(size, 0..12), prop::collection::vec(change, 0..3), prop::bool::weighted(0.2));
    let groups = (any::<u64>(), prop::collection::vec(group, 1..20));
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&groups, |(seed, groups)| {
        let open = place();
        let mut log = open();
        let mut samples = Samples::new(seed);
        let (mut model, mut aside) = (Vec::new(), BTreeMap::new());
        for (sizes, changes, restart) in groups {
            let facts: Vec<_> = sizes.into_iter().map(|size| samples.noisy_fact(size)).collect();
            let changes: Vec<_> =
                changes.into_iter().map(|(key, value)| change_of(key, value, &mut aside)).collect();
            commit(&*log, &facts, &changes).unwrap();
            model.extend(bytes_of(&facts));
            if restart {
                drop(log);
                log = open();
            }
            prop_assert_eq!(log.head().unwrap(), Position(model.len() as u64));
        }
        prop_assert!(everything(&*log) == model);
        prop_assert!(log.aside(b"").unwrap() == aside.into_iter().collect::<Vec<_>>());
        Ok(())
    });
    outcome.unwrap();
}

fn change_of(key: u8, value: Option<usize>, aside: &mut BTreeMap<Vec<u8>, Vec<u8>>) -> AsideChange {
    let key = vec![key];
    match value {
        Some(size) => {
            let value = vec![key[0]; size];
            aside.insert(key.clone(), value.clone());
            AsideChange::Put(key, value)
        }
        None => {
            aside.remove(&key);
            AsideChange::Remove(key)
        }
    }
}
