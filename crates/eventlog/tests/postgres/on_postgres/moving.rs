//! Moving house with a log of several megabytes: requests of several facts stand wherever a group could end.

use super::{empty, open, sql};
use domain::Position;
use thidua_eventlog::{
    Commit, EventLog, Fact, MemoryLog, backup::backup, contract::Samples, copy::copy, restore::restore_into,
};

/// A log of requests with three facts each.
pub(super) fn requests_of_three(count: usize) -> MemoryLog {
    let mut samples = Samples::new(61);
    let log = MemoryLog::default();
    for _ in 0..count {
        let mut request = samples.facts(3);
        let key = request[0].envelope.request.clone();
        request.iter_mut().for_each(|fact| rewrite(fact, &key));
        let turn = log.turn(request[0].envelope.position).unwrap();
        assert_eq!(turn.commit(&request, &[]).unwrap(), Commit::Durable);
    }
    log
}

/// The fact as one of a request.
fn rewrite(fact: &mut Fact, request: &domain::RequestRef) {
    fact.envelope.request = request.clone();
    fact.bytes = serde_json::to_vec(&fact.envelope).unwrap();
}

fn expect_all_of(from: &MemoryLog, there: &dyn EventLog) {
    assert_eq!(there.moment().unwrap(), from.moment().unwrap());
    let head = usize::try_from(from.head().unwrap().0).unwrap();
    assert!(there.read(Position(0), head).unwrap() == from.read(Position(0), head).unwrap());
}

#[test]
fn a_large_log_is_copied_and_every_fact_is_numbered_within_its_request() {
    let from = requests_of_three(3_000);
    let place = empty();
    let there = open(&place);
    copy(&from, &there, &mut |_| ()).unwrap();
    expect_all_of(&from, &there);
    assert_eq!(sql(&place, "select count(*) from events where part <> position % 3"), "0");
}

#[test]
fn a_large_backup_is_restored() {
    let from = requests_of_three(3_000);
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("backup");
    backup(&from, &kept, &mut |_| ()).unwrap();
    let place = empty();
    let there = open(&place);
    restore_into(&kept, &there, &mut |_| ()).unwrap();
    expect_all_of(&from, &there);
    assert_eq!(sql(&place, "select count(*) from events where part <> position % 3"), "0");
}
