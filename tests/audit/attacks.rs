//! What an insider, a thief of keys or a broken disk can do to a log, each with the exit code by which an auditor hears of
//! it. The numbers are those of the list of attacks in the plan of the audit; what only the server can see stands there.

use super::log::{
    Log, ORIGIN, Outcome, chained, envelopes, facts, loaded, renumbered, seen, stored, written,
};
use crate::support::{bloc::Bloc, keys::serve_rotating};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    EventId, Timestamp,
    year::{StandingPublished, YearEvent},
};
use std::fs;
use tlog::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::Signer,
};

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

#[test]
fn every_false_head_is_found() {
    run(&[
        (3, "edit, rebuild all tiles and sign again", rewrite_after_visit, 2, "fork"),
        (6, "restore an old copy of everything", restore_old, 4, "rollback"),
        (15, "show another auditor another branch", branches, 2, "fork"),
        (16, "sign two roots for one size", two_roots, 2, "fork"),
        (17, "serve an old head for ever", freeze, 4, "stale"),
        (18, "sign with a key that nobody knows", unknown_key, 3, ""),
        (19, "add a wrong signature to right ones", wrong_signature, 2, "signature"),
        (20, "sign with another key under the same id", same_key_id, 2, "signature"),
        (21, "replace the key and the policy beside the log", other_policy, 3, ""),
        (22, "serve the head of another log of the same key", other_origin, 2, "other_origin"),
        (23, "a size with a leading zero", |log| text(log, "\n", "\n0"), 2, "malformed"),
        (23, "carriage returns", |log| text(log, "\n", "\r\n"), 2, "malformed"),
        (23, "no empty line", |log| text(log, "\n\n", "\n"), 2, "malformed"),
        (23, "a size over 2^63", |log| text(log, "\n", "\n99999999999999999999"), 2, "malformed"),
    ]);
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

/// Rebuilds every tile over these entries, signs and witnesses: whoever can do that has all the keys.
fn forged(log: &Log, entries: &[Vec<u8>]) -> Outcome {
    log.tile("log", entries);
    log.sign("log", seen());
    log.verify("log")
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

/// The auditor has seen the log; then the thief rewrites it, careful about every chain, and it grows.
fn rewrite_after_visit(log: &Log) -> Outcome {
    assert_eq!(log.audit(&["verify", "log", "--offline"]).code, 0);
    let mut facts = envelopes();
    let at = facts.len() - 1;
    facts[at].salt.0[0] ^= 1;
    let mut more = facts[at].clone();
    more.id = EventId(uuid::Uuid::from_u128(1));
    facts.push(more);
    log.tile("log", &chained(facts));
    log.sign("log", seen());
    let outcome = log.audit(&["verify", "log", "--offline"]);
    expect_proof_of_fork(&outcome);
    outcome
}

/// The evidence alone convinces: both heads are signed, and the proof leads from another root to the second one.
fn expect_proof_of_fork(outcome: &Outcome) {
    let finding = &outcome.out["finding"];
    let head = |at: usize| {
        let text = finding["checkpoints"][at].as_str().expect("a checkpoint");
        SignedCheckpoint::parse(text.as_bytes()).expect("a checkpoint")
    };
    let (older, newer) = (head(0), head(1));
    let hash = |value: &serde_json::Value| -> tlog::Hash {
        let bytes = STANDARD.decode(value.as_str().expect("base 64")).expect("base 64");
        bytes.try_into().expect("32 bytes")
    };
    let proof: Vec<_> = finding["proof"].as_array().expect("a proof").iter().map(hash).collect();
    let within = hash(&finding["older_root_within_newer"]);
    let (older, newer) = (older.checkpoint(), newer.checkpoint());
    tlog::proof::verify_consistency(older.size(), newer.size(), &proof, &within, newer.root())
        .expect("a proof");
    assert_ne!(&within, older.root());
}

fn restore_old(log: &Log) -> Outcome {
    assert_eq!(log.audit(&["verify", "log", "--offline"]).code, 0);
    log.tile("log", &facts()[..facts().len() - 20]);
    log.sign("log", seen());
    log.audit(&["verify", "log", "--offline"])
}

fn branches(log: &Log) -> Outcome {
    let mut other = envelopes();
    let at = other.len() - 1;
    other[at].salt.0[0] ^= 1;
    other.push(envelopes()[at].clone());
    log.tile("other", &chained(other));
    log.sign("other", seen());
    let outcome = log.audit(&["compare", "log", "other", "--offline"]);
    expect_proof_of_fork(&outcome);
    outcome
}

fn two_roots(log: &Log) -> Outcome {
    let mut other = envelopes();
    let at = other.len() - 1;
    other[at].salt.0[0] ^= 1;
    log.tile("other", &chained(other));
    log.sign("other", seen());
    log.audit(&["compare", "log", "other/checkpoint", "--offline"])
}

fn freeze(log: &Log) -> Outcome {
    // The commitment at the end is of now.
    log.tile("log", loaded());
    log.sign("log", seen() - 7200);
    assert_eq!(log.audit(&["verify", "log", "--offline", "--past", "--max-age", "8000"]).code, 0);
    log.audit(&["verify", "log", "--offline", "--past", "--max-age", "3600"])
}

fn stranger() -> Signer {
    Signer::from_seed(ORIGIN.parse().expect("a name"), &[9; 32]).expect("a key")
}

fn unknown_key(log: &Log) -> Outcome {
    let head = log.head("log");
    let mut signed = SignedCheckpoint::sign(head.clone(), &stranger());
    signed.add(log.witness.cosign(&head, seen()).expect("a time"));
    log.publish("log", &signed.to_string());
    log.verify("log")
}

/// The signature line of a stranger under the log's own name and id.
fn disguised(log: &Log) -> String {
    let by = |signer: &Signer| {
        let line = signer.sign(&log.head("log").to_text()).to_string();
        STANDARD.decode(line.rsplit(' ').next().expect("a signature")).expect("base 64")
    };
    // The id comes first, four bytes.
    let disguised = [&by(&log.signer)[..4], &by(&stranger())[4..]].concat();
    format!("— {ORIGIN} {}\n", STANDARD.encode(disguised))
}

fn wrong_signature(log: &Log) -> Outcome {
    let line = disguised(log);
    log.change("log/checkpoint", |bytes| bytes.extend(line.as_bytes()));
    log.verify("log")
}

fn same_key_id(log: &Log) -> Outcome {
    let text = format!("{}\n{}", log.head("log"), disguised(log));
    log.publish("log", &text);
    log.verify("log")
}

fn other_policy(log: &Log) -> Outcome {
    let policy = fs::read_to_string(log.path("policy.txt")).expect("the policy");
    let policy = policy.replace(&log.signer.verifier().to_string(), &stranger().verifier().to_string());
    fs::write(log.path("log/policy.txt"), &policy).expect("a policy");
    fs::write(log.path("log/policy"), &policy).expect("a policy");
    unknown_key(log)
}

fn other_origin(log: &Log) -> Outcome {
    let head = log.head("log");
    let other = Checkpoint::new("audit.example.vn/other", head.size(), *head.root()).expect("a head");
    let mut signed = SignedCheckpoint::sign(other.clone(), &log.signer);
    signed.add(log.witness.cosign(&other, seen()).expect("a time"));
    log.publish("log", &signed.to_string());
    log.verify("log")
}

/// Replaces the first occurrence of a text in the checkpoint.
fn text(log: &Log, from: &str, to: &str) -> Outcome {
    log.change("log/checkpoint", |bytes| {
        *bytes = String::from_utf8_lossy(bytes).replacen(from, to, 1).into_bytes();
    });
    log.verify("log")
}
