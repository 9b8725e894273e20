//! Another head than was seen before, than others are shown, or than the policy believes.

use super::run;
use crate::audit::log::{Log, ORIGIN, Outcome, chained, envelopes, facts, loaded, seen};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::EventId;
use std::fs;
use tlog::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::Signer,
};

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
