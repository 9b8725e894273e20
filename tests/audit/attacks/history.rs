//! Another past, written by a thief of all keys who rebuilds every tile.

use super::run;
use crate::audit::log::{Log, Outcome, chained, envelopes, facts, renumbered, seen};
use domain::{
    EventId, Timestamp,
    year::{StandingPublished, YearEvent},
};

#[test]
fn every_history_that_a_thief_of_all_keys_rewrites_is_found() {
    run(&[
        (8, "delete an event and renumber", |log| forged(log, &renumbered(without(40))), 2, "chain"),
        (9, "insert an event and renumber", |log| forged(log, &renumbered(with_copy(40))), 2, "chain"),
        (11, "append with an old time of recording", append_back_dated, 2, "time"),
        (12, "record with a clock a day ahead", clock_ahead, 2, "time"),
        (13, "swap two adjacent events", |log| forged(log, &renumbered(swapped())), 2, "chain"),
        (14, "carry out a request twice", replay, 2, "duplicate"),
        (14, "use an id twice", same_id, 2, "duplicate"),
        (
            29,
            "leave out a stream's event and mend the chains",
            |log| forged(log, &chained(without_score())),
            2,
            "standing",
        ),
        (31, "write an event in a unit's name without a grant", impersonate, 2, "authority"),
        (27, "publish a ranking that the scores do not give", false_ranking, 2, "standing"),
        (28, "publish it under another version of the rules", other_rules, 2, "standing"),
        (
            27,
            "publish a hash of other rows",
            |log| false_publication(log, |one| one.state_hash.0[0] ^= 1),
            2,
            "standing",
        ),
        (
            28,
            "publish a hash of other rules",
            |log| false_publication(log, |one| one.rules_hash.0[0] ^= 1),
            2,
            "standing",
        ),
        (
            28,
            "publish it as of another size",
            |log| false_publication(log, |one| one.at_size -= 1),
            2,
            "standing",
        ),
        (45, "store an envelope that is too large", oversized, 2, "malformed"),
    ]);
}

/// Rebuilds every tile over these entries, signs and witnesses: whoever can do that has all the keys.
fn forged(log: &Log, entries: &[Vec<u8>]) -> Outcome {
    log.tile("log", entries);
    log.sign("log", seen());
    log.verify("log")
}

/// A fact at or after a position that is not the first of its stream, and not the last.
fn inner(from: usize) -> usize {
    let facts = envelopes();
    let in_the_middle = |at: &usize| {
        facts[*at].version.0 > 1 && facts[*at + 1..].iter().any(|later| later.stream == facts[*at].stream)
    };
    (from..facts.len()).find(in_the_middle).expect("a stream of three facts")
}

fn without(from: usize) -> Vec<domain::Envelope> {
    let mut facts = envelopes();
    facts.remove(inner(from));
    facts
}

fn with_copy(from: usize) -> Vec<domain::Envelope> {
    let (mut facts, at) = (envelopes(), inner(from));
    let mut copy = facts[at].clone();
    copy.id = EventId(uuid::Uuid::from_u128(1));
    facts.insert(at, copy);
    facts
}

fn swapped() -> Vec<domain::Envelope> {
    let mut facts = envelopes();
    let adjacent =
        facts.windows(2).position(|pair| pair[0].stream == pair[1].stream && pair[0].version.0 > 1);
    let at = adjacent.expect("two facts of one stream");
    // Their times too, or they would show it alone.
    let (first, second) = (facts[at].recorded_at, facts[at + 1].recorded_at);
    facts.swap(at, at + 1);
    (facts[at].recorded_at, facts[at + 1].recorded_at) = (first, second);
    facts
}

/// The place of the last fact that a function takes to be one it looks for.
fn last_of(wanted: impl Fn(&YearEvent) -> bool) -> usize {
    let is_wanted = |fact: &domain::Envelope| match &fact.event {
        domain::Event::Year(event) => wanted(event),
        domain::Event::Bloc(_)
        | domain::Event::Commendation(_)
        | domain::Event::Grant(_)
        | domain::Event::Log(_)
        | domain::Event::Person(_)
        | domain::Event::Unit(_) => false,
    };
    envelopes().iter().rposition(is_wanted).expect("such a fact")
}

/// Without the last score that a published table rests on.
fn without_score() -> Vec<domain::Envelope> {
    let mut facts = envelopes();
    let table = last_of(|event| matches!(event, YearEvent::ScoreTableAdopted(_)));
    let is_score = |fact: &domain::Envelope| {
        fact.stream == facts[table].stream
            && matches!(&fact.event, domain::Event::Year(YearEvent::ScoresGiven(given)) if given.correction.is_none())
    };
    let scores: Vec<_> = (0..table).filter(|at| is_score(&facts[*at])).collect();
    let corrected = |at: usize| {
        facts.iter().any(|fact| {
            matches!(&fact.event, domain::Event::Year(YearEvent::ScoresGiven(given))
                if given.correction.as_ref().is_some_and(|correction| correction.corrects == facts[at].id))
        })
    };
    let at = *scores.iter().rfind(|at| !corrected(**at)).expect("a score that was not corrected");
    facts.remove(at);
    facts
}

fn append_back_dated(log: &Log) -> Outcome {
    let mut facts = envelopes();
    let mut last = facts.last().expect("a fact").clone();
    last.recorded_at = Timestamp::from_millis(last.recorded_at.millis() - 86_400_000);
    last.id = EventId(uuid::Uuid::from_u128(1));
    facts.push(last);
    forged(log, &chained(facts))
}

fn clock_ahead(log: &Log) -> Outcome {
    let last = envelopes().last().expect("a fact").recorded_at.millis();
    let a_day_before = u64::try_from(last / 1000).expect("after 1970") - 86_400;
    log.sign("log", a_day_before);
    log.verify("log")
}

fn replay(log: &Log) -> Outcome {
    let mut facts = envelopes();
    let mut last = facts.last().expect("a fact").clone();
    last.id = EventId(uuid::Uuid::from_u128(1));
    last.request.id = domain::RequestId(uuid::Uuid::from_u128(2));
    facts.push(last);
    forged(log, &chained(facts))
}

fn same_id(log: &Log) -> Outcome {
    let mut facts = envelopes();
    let last = facts.last().expect("a fact").clone();
    facts.push(last);
    forged(log, &chained(facts))
}

fn impersonate(log: &Log) -> Outcome {
    let (mut facts, at) = (envelopes(), last_of(|event| matches!(event, YearEvent::ScoresGiven(_))));
    facts[at].actor.client = domain::ClientId::new("dba").expect("a client");
    forged(log, &chained(facts))
}

fn false_ranking(log: &Log) -> Outcome {
    let (mut facts, at) = (envelopes(), last_of(|event| matches!(event, YearEvent::RankingAdopted(_))));
    if let domain::Event::Year(YearEvent::RankingAdopted(ranking)) = &mut facts[at].event {
        ranking.rows.swap(0, 1);
    }
    let outcome = forged(log, &chained(facts));
    assert_eq!(outcome.position(), Some(at as u64), "{outcome:?}");
    outcome
}

fn other_rules(log: &Log) -> Outcome {
    let (mut facts, at) = (envelopes(), last_of(|event| matches!(event, YearEvent::RankingAdopted(_))));
    if let domain::Event::Year(YearEvent::RankingAdopted(ranking)) = &mut facts[at].event {
        ranking.regulation_version += 1;
    }
    forged(log, &chained(facts))
}

fn false_publication(log: &Log, change: fn(&mut StandingPublished)) -> Outcome {
    let (mut facts, at) = (envelopes(), last_of(|event| matches!(event, YearEvent::StandingPublished(_))));
    if let domain::Event::Year(YearEvent::StandingPublished(published)) = &mut facts[at].event {
        change(published);
    }
    let outcome = forged(log, &chained(facts));
    assert_eq!(outcome.position(), Some(at as u64), "{outcome:?}");
    outcome
}

fn oversized(log: &Log) -> Outcome {
    let mut entries = facts().to_vec();
    let last = entries.last_mut().expect("a fact");
    last.extend(std::iter::repeat_n(b' ', 60_001));
    forged(log, &entries)
}
