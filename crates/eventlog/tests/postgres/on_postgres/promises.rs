//! The promises every store makes, kept by this one.

use super::*;
use domain::Position;
use thidua_eventlog::{Commit, Fact, LogError, contract::Samples};

thidua_eventlog::contract_suite!(new_place);
thidua_eventlog::shared_contract_suite!(new_place);

/// A handler of requests runs on such a thread, and so does what ends the service.
#[test]
fn a_thread_that_runs_futures_may_open_use_and_drop_a_log() {
    let place = empty();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let log = open(&place);
        let facts = Samples::new(24).facts(2);
        let turn = log.turn(Position(0)).unwrap();
        assert_eq!(turn.commit(&facts, &[]).unwrap(), Commit::Durable);
        assert_eq!(log.read(Position(0), 9).unwrap().len(), 2);
        assert_eq!(log.changed(Position(2), std::time::Duration::from_millis(5)).unwrap().0, 2);
    });
}

/// The writer decides that nothing is told twice; the database is the last to notice when it was wrong.
#[test]
fn what_would_stand_twice_is_refused_by_name() {
    let log = open(&empty());
    let facts = Samples::new(25).facts(3);
    let commit = |facts: &[Fact], at| log.turn(Position(at)).unwrap().commit(facts, &[]);
    assert_eq!(commit(&facts[..2], 0).unwrap(), Commit::Durable);
    let envelope = || facts[2].envelope.clone();
    let (first, mut same_id, mut same_key, mut same_version) =
        (&facts[0].envelope, envelope(), envelope(), envelope());
    same_id.id = first.id;
    same_key.request.key = first.request.key;
    (same_version.stream, same_version.version) = (first.stream, first.version);
    let refused = [
        (same_id, "events_id_key"),
        (same_key, "events_key_part_key"),
        (same_version, "events_stream_version_key"),
    ];
    for (envelope, named) in refused {
        let error = commit(&[Fact { envelope, bytes: facts[2].bytes.clone() }], 2).unwrap_err();
        assert!(matches!(&error, LogError::Doubled { constraint, .. } if constraint == named), "{error}");
    }
    assert_eq!(commit(&facts[2..], 2).unwrap(), Commit::Durable);
}
