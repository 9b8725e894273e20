//! What a standing was: by the acts that count by one day, as far as they were recorded by one moment, and why.

use super::log::{Log, envelopes};
use domain::{Envelope, Event, StreamId, year::YearEvent};
use serde_json::Value;

/// The fact that adopted a ranking, and all facts of its year.
fn ranked_year() -> (Envelope, Vec<Envelope>) {
    let all = envelopes();
    let is_ranking = |fact: &&Envelope| matches!(fact.event, Event::Year(YearEvent::RankingAdopted(_)));
    let ranking = all.iter().rev().find(is_ranking).expect("a ranking").clone();
    let year = all.into_iter().filter(|fact| fact.stream == ranking.stream).collect();
    (ranking, year)
}

fn ask(log: &Log, stream: StreamId, more: &[&str]) -> Value {
    let StreamId::Year(bloc, year) = stream else { panic!("not a year: {stream}") };
    let (bloc, year) = (bloc.to_string(), year.to_string());
    let words =
        [&["standings", "log", "--offline", "--past", "--bloc", &bloc, "--year", &year], more].concat();
    let outcome = log.audit(&words);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    outcome.out["standing"].clone()
}

#[test]
fn a_standing_is_told_as_it_was_known_and_as_it_counted() {
    let log = Log::honest();
    let (ranking, year) = ranked_year();
    let now = ask(&log, ranking.stream, &[]);
    assert_eq!((&now["stage"], &now["adopted_position"]), (&"final".into(), &ranking.position.0.into()));
    let Event::Year(YearEvent::RankingAdopted(adopted)) = &ranking.event else { panic!("a ranking") };
    assert_eq!(now["rows"], serde_json::to_value(&adopted.rows).expect("JSON"), "the rows that were adopted");

    // As known just before the ranking was recorded.
    let before = ranking.recorded_at.millis() - 1;
    let before = domain::Timestamp::from_millis(before).to_string();
    let then = ask(&log, ranking.stream, &["--recorded-at", &before]);
    assert_ne!(then["stage"], "final", "{then}");
    assert!(then["at_size"].as_u64() <= Some(ranking.position.0), "{then}");

    // By the acts that count before the day of the last score: of what was given later nothing is shown.
    let scored = |fact: &&Envelope| matches!(fact.event, Event::Year(YearEvent::ScoresGiven(_)));
    let day = year.iter().filter(scored).map(|fact| fact.effective_on).max().expect("a score").plus_days(-1);
    let earlier = ask(&log, ranking.stream, &["--valid-at", &day.to_string(), "--explain"]);
    let shown = positions(&earlier);
    let counts =
        |position: &u64| year.iter().any(|fact| fact.position.0 == *position && fact.effective_on <= day);
    assert!(shown.iter().all(counts), "after {day}: {earlier}");
    assert!(shown.len() < positions(&ask(&log, ranking.stream, &["--explain"])).len(), "{earlier}");
}

/// Where the facts stand that gave points.
fn positions(sheet: &Value) -> Vec<u64> {
    let units = sheet["because"].as_array().into_iter().flatten();
    let given = units.flat_map(|unit| unit["points"].as_array().into_iter().flatten());
    given.filter_map(|given| given["position"].as_u64()).collect()
}

#[test]
fn every_number_names_the_fact_it_came_from() {
    let log = Log::honest();
    let (ranking, year) = ranked_year();
    let sheet = ask(&log, ranking.stream, &["--explain"]);
    let mut named = 0;
    for unit in sheet["because"].as_array().expect("reasons") {
        for given in unit["points"].as_array().expect("points") {
            let fact =
                year.iter().find(|fact| given["position"] == fact.position.0).expect("a fact of the year");
            let Event::Year(YearEvent::ScoresGiven(scores)) = &fact.event else {
                panic!("no score: {given}")
            };
            let entry = scores.entries.iter().find(|entry| given["criterion"] == entry.criterion.to_string());
            let points = serde_json::to_value(entry.expect("the criterion").points).expect("JSON");
            assert_eq!((&given["points"], &unit["unit"]), (&points, &scores.unit.to_string().into()));
            named += 1;
        }
    }
    assert!(named > 10, "only {named} numbers were explained");
}
