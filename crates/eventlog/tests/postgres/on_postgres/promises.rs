//! The promises every store makes, kept by this one.

use super::*;

thidua_eventlog::contract_suite!(new_place);
thidua_eventlog::shared_contract_suite!(new_place);

/// A handler of requests runs on such a thread, and so does what ends the service.
#[test]
fn a_thread_that_runs_futures_may_open_use_and_drop_a_log() {
    let place = empty();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let log = open(&place);
        let facts = thidua_eventlog::contract::Samples::new(24).facts(2);
        let turn = log.turn(domain::Position(0)).unwrap();
        assert_eq!(turn.commit(&facts, &[]).unwrap(), thidua_eventlog::Commit::Durable);
        assert_eq!(log.read(domain::Position(0), 9).unwrap().len(), 2);
        assert_eq!(log.changed(domain::Position(2), std::time::Duration::from_millis(5)).unwrap().0, 2);
    });
}
