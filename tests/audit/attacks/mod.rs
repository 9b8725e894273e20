//! What an insider, a thief of keys or a broken disk can do to a log, each with the exit code by which an auditor hears of
//! it. The numbers are those of the list of attacks in the plan of the audit; what only the server can see stands there.
//!
//! - `stored`: bytes are changed where they lie; `history`: a thief of all keys writes another past; `heads`: another head
//!   is shown, or none that is believed

mod heads;
mod history;
mod stored;

use super::log::{Log, Outcome, facts, seen, stored};
use crate::support::{bloc::Bloc, keys::serve_rotating};
use std::fs;

/// The attack's number and name, how it is done, and the exit code and kind of what is found.
pub type Attack = (u8, &'static str, fn(&Log) -> Outcome, i32, &'static str);

#[test]
fn the_honest_log_holds() {
    let log = Log::honest();
    let outcome = log.audit(&["verify", "log", "--offline"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(outcome.out["head"]["size"], facts().len(), "{outcome:?}");
    assert!(facts().len() > 256, "the demo fills a tile, so that there are tiles above it");
    let published = outcome.out["published"].as_array().expect("published standings");
    assert!(published.iter().any(|one| one["type"] == "year.ranking_adopted"), "{published:?}");
    assert_eq!(log.audit(&["consistency", "log", "--offline"]).code, 0);
}

#[test]
fn a_log_with_every_kind_of_event_holds() {
    let bloc = Bloc::with_members(4);
    bloc.every_kind_of_event();
    let Bloc { place, server, .. } = bloc;
    assert!(server.stop().success());
    assert!(serve_rotating(&place, "second.key").stop().success());
    let log = Log::empty();
    log.tile("log", &stored(&place.store()));
    log.sign("log", seen());
    let outcome = log.verify("log");
    assert_eq!(outcome.code, 0, "an honest log is accused: {outcome:?}");
}

fn run(attacks: &[Attack]) {
    for (number, name, attack, code, kind) in attacks {
        let log = Log::honest();
        let outcome = attack(&log);
        let found = (outcome.code, outcome.kind());
        assert_eq!(found, (*code, *kind), "attack {number}, {name}: {outcome:?}");
        let evidence = fs::read_to_string(log.path("evidence.json"));
        assert_eq!(evidence.is_ok(), !kind.is_empty(), "attack {number}, {name}: evidence");
    }
}
