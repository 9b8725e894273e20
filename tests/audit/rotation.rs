//! Keys that take over from one another: an auditor who was given the first one follows the facts of the log, and nothing
//! else (attack 21).

use super::log::{Log, ORIGIN, Outcome, facts, of_the_record, seen, written};
use domain::{
    Envelope, Event,
    log::{KeyRotated, LogEvent},
};
use std::fs;
use tlog::{RightEdge, checkpoint::SignedCheckpoint, key::Signer, leaf_hash, proof_file::ProofFile};

/// The key that takes over.
fn second() -> Signer {
    Signer::from_seed(ORIGIN.parse().expect("a name"), &[9; 32]).expect("a key")
}

/// The fact that says so, at the end of the demo's.
fn rotation(log: &Log, new: &Signer) -> Envelope {
    let text = |key: &Signer| domain::Text::new(&key.verifier().to_string()).expect("a key");
    let from_size = facts().len() as u64 + 1;
    of_the_record(KeyRotated { old: text(&log.signer), new: text(new), from_size }.into())
}

/// The demo's log with a change of its key at the end, signed by the new key alone; and the proof of it in a head that
/// `vouching` signed.
fn rotated(log: &Log, vouching: &[&Signer]) {
    let fact = rotation(log, &second());
    let entry = written(&[fact]).remove(0);
    let entries = [facts(), std::slice::from_ref(&entry)].concat();
    log.tile("log", &entries);
    let head = log.head("log");
    let mut vouched = SignedCheckpoint::new(head.clone(), vouching[0].sign(&head.to_text()));
    vouching[1..].iter().for_each(|key| vouched.add(key.sign(&head.to_text())));
    prove(log, &entries, entry, vouched);
    sign(log, &second());
}

/// Signs the head of the log with this key alone, and cosigns it.
fn sign(log: &Log, key: &Signer) {
    let head = log.head("log");
    let mut signed = SignedCheckpoint::sign(head.clone(), key);
    signed.add(log.witness.cosign(&head, seen()).expect("a time"));
    log.publish("log", &signed.to_string());
}

/// Puts the proof of the last entry beside the log.
fn prove(log: &Log, entries: &[Vec<u8>], entry: Vec<u8>, checkpoint: SignedCheckpoint) {
    let mut tiles = super::log::reader(entries);
    let index = entries.len() as u64 - 1;
    let proof =
        ProofFile { extra: Some(entry), index, proof: tiles.inclusion(index).expect("a proof"), checkpoint };
    let file = serde_json::json!({ "items": [proof.to_string()] });
    fs::write(log.path("log/rotations"), file.to_string()).expect("the proof");
}

fn verify(log: &Log) -> Outcome {
    log.verify("log")
}

#[test]
fn a_change_that_the_old_key_vouches_for_is_followed() {
    let log = Log::empty();
    rotated(&log, &[&log.signer, &second()]);
    let outcome = verify(&log);
    assert_eq!((outcome.code, &outcome.out["head"]["size"]), (0, &(facts().len() + 1).into()), "{outcome:?}");
    assert_eq!(log.audit(&["bundle", "log", "--offline", "--past", "--to", "rotated.zip"]).code, 0);
    assert_eq!(log.audit(&["verify", "rotated.zip", "--offline", "--past"]).code, 0);
    assert_eq!(log.audit(&["compare", "rotated.zip", "log", "--offline"]).code, 0);
}

#[test]
fn a_key_without_a_chain_to_the_one_that_is_believed_is_not() {
    // Nothing says that a key took over.
    let log = Log::honest();
    sign(&log, &second());
    assert_eq!(verify(&log).code, 3);
    // A fact says so, but who has the new key alone wrote it.
    let log = Log::empty();
    rotated(&log, &[&second()]);
    assert_eq!(verify(&log).code, 3);
    // The old key signed the head, the new one did not: anyone's key could be named so.
    let log = Log::empty();
    rotated(&log, &[&log.signer]);
    assert_eq!(verify(&log).code, 3);
    // Both signed a head, and the fact is not in it.
    let log = Log::empty();
    rotated(&log, &[&log.signer, &second()]);
    let honest = Log::honest();
    let head = honest.head("log");
    let mut vouched = SignedCheckpoint::sign(head.clone(), &log.signer);
    vouched.add(second().sign(&head.to_text()));
    let entry = written(&[rotation(&log, &second())]).remove(0);
    let entries = [facts(), std::slice::from_ref(&entry)].concat();
    prove(&log, &entries, entry, vouched);
    assert_eq!(verify(&log).code, 3);
}

#[test]
fn a_key_that_was_replaced_signs_nothing_any_more() {
    let log = Log::empty();
    rotated(&log, &[&log.signer, &second()]);
    // Whoever stole the old key signs what comes after the change.
    sign(&log, &log.signer);
    assert_eq!(verify(&log).code, 3);
}

#[test]
fn a_change_that_does_not_follow_on_the_key_before_is_found() {
    let log = Log::empty();
    let mut fact = rotation(&log, &second());
    let Event::Log(LogEvent::KeyRotated(rotated)) = &mut fact.event else { panic!("a change") };
    rotated.from_size += 1;
    let entries = [facts(), &written(&[fact])[..]].concat();
    log.tile("log", &entries);
    log.sign("log", seen());
    let outcome = verify(&log);
    let found = (outcome.code, outcome.kind(), outcome.position());
    assert_eq!(found, (2, "key_rotation", Some(facts().len() as u64)), "{outcome:?}");

    let mut tree = RightEdge::default();
    entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
    assert_eq!(tree.root(), *log.head("log").root(), "the tree itself is whole");
}
