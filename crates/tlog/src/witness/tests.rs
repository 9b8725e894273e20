//! The request to a witness, and each answer that c2sp.org/tlog-witness prescribes.

use super::*;
use crate::{
    key::Signer,
    note::NoteError,
    proof::consistency,
    tree::{Node, RightEdge, leaf_hash},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn log() -> Signer {
    Signer::from_seed("log.example".parse().unwrap(), &[1; 32]).unwrap()
}

fn keys() -> [VerifierKey; 1] {
    [log().verifier().clone()]
}

/// The tree of the first leaves, which say `branch`.
fn tree(size: u64, branch: &str) -> (RightEdge, BTreeMap<Node, Hash>) {
    let (mut edge, mut hashes) = (RightEdge::default(), BTreeMap::new());
    for leaf in 0..size {
        edge.push_and_show(leaf_hash(format!("{branch} {leaf}").as_bytes()), |node, hash| {
            hashes.insert(node, *hash);
        });
    }
    (edge, hashes)
}

fn seen(size: u64) -> Seen {
    Seen { size, root: tree(size, "main").0.root() }
}

fn request(old_size: u64, new_size: u64, branch: &str) -> AddCheckpoint {
    let (edge, hashes) = tree(new_size, branch);
    let head = Checkpoint::new("log.example", new_size, edge.root()).unwrap();
    let proof = consistency(old_size, new_size, |node| hashes.get(&node).copied().ok_or(())).unwrap();
    AddCheckpoint { old_size, proof, checkpoint: SignedCheckpoint::sign(head, &log()) }
}

#[test]
fn what_grew_out_of_what_was_seen_is_cosigned_and_remembered() {
    for old in 0..20 {
        for new in old..20 {
            assert_eq!(
                judge(&request(old, new, "main"), &keys(), seen(old)),
                Ok(seen(new)),
                "{old} to {new}"
            );
        }
    }
    assert_eq!(Seen::nothing(), seen(0));
}

#[test]
fn a_fork_is_refused_with_422() {
    for (old, new) in [(1, 1), (5, 5), (5, 9), (8, 9), (8, 16)] {
        let refusal = judge(&request(old, new, "other"), &keys(), seen(old)).unwrap_err();
        assert!(matches!(refusal, Refusal::Inconsistent(_)), "{refusal}");
        assert_eq!(refusal.status(), 422);
    }
    let not_empty = AddCheckpoint { proof: vec![empty_root()], ..request(0, 3, "main") };
    let length = ProofError::Length { expected: 0, found: 1 };
    assert_eq!(judge(&not_empty, &keys(), Seen::nothing()), Err(Refusal::Inconsistent(length)));
    let head = Checkpoint::new("log.example", 0, leaf_hash(b"")).unwrap();
    let empty = AddCheckpoint { checkpoint: SignedCheckpoint::sign(head, &log()), ..request(0, 0, "main") };
    assert_eq!(judge(&empty, &keys(), Seen::nothing()), Err(Refusal::Inconsistent(ProofError::Root)));
}

#[test]
fn an_old_backup_and_a_race_are_told_the_size_seen_last_with_409() {
    for (old, new) in [(3, 9), (0, 2), (9, 12)] {
        let refusal = judge(&request(old, new, "main"), &keys(), seen(7)).unwrap_err();
        assert_eq!(refusal, Refusal::OtherOldSize(7));
        assert_eq!(refusal.status(), 409);
    }
    assert_eq!(size_body(7), "7\n");
    assert_eq!(parse_size_body(b"7\n"), Some(7));
    for body in [b"7".as_slice(), b"07\n", b"-7\n", b"\n", b"", b"7\n\n", b"\xff\n", b"9223372036854775808\n"]
    {
        assert_eq!(parse_size_body(body), None, "{body:?}");
    }
}

#[test]
fn a_smaller_tree_than_its_own_old_size_is_a_bad_request() {
    let shrunk = AddCheckpoint { old_size: 9, ..request(3, 7, "main") };
    let refusal = judge(&shrunk, &keys(), seen(9)).unwrap_err();
    assert_eq!((refusal.status(), refusal), (400, Refusal::Shrunk { old: 9, new: 7 }));
}

#[test]
fn unknown_logs_are_404_and_unknown_or_wrong_signatures_403() {
    let other = Signer::from_seed("log.example".parse().unwrap(), &[2; 32]).unwrap().verifier().clone();
    let elsewhere = Signer::from_seed("other.example".parse().unwrap(), &[1; 32]).unwrap().verifier().clone();
    let request = request(0, 3, "main");
    let status = |keys: &[VerifierKey]| judge(&request, keys, Seen::nothing()).unwrap_err().status();
    assert_eq!(status(&[]), 404);
    assert_eq!(status(&[elsewhere]), 404);
    assert_eq!(status(&[other]), 403);
    let forged = request.to_string().replacen("\n3\n", "\n4\n", 1);
    let forged_request = AddCheckpoint::parse(forged.as_bytes()).unwrap();
    assert_eq!(judge(&forged_request, &keys(), Seen::nothing()).unwrap_err().status(), 403);
}

#[test]
fn malformed_requests_are_refused_each_for_its_reason() {
    use RequestError as E;
    let good = request(3, 9, "main").to_string();
    let hash = good.lines().nth(1).unwrap();
    let table = [
        (String::new(), E::OldSize),
        (good.replace("old 3", "old 03"), E::OldSize),
        (good.replace("old 3", "old  3"), E::OldSize),
        (good.replace("old 3", "new 3"), E::OldSize),
        (good.replace("old 3", "old 3\r"), E::OldSize),
        (good.replace("old 3", "old 9223372036854775808"), E::OldSize),
        ("old 3".into(), E::OldSize),
        ("old 3\n".into(), E::End),
        (good.replacen(hash, &hash[1..], 1), E::Hash(0)),
        (good.replacen(hash, &format!("{hash}\nno hash"), 1), E::Hash(1)),
        (good.replacen(hash, &format!("{hash}\n").repeat(64), 1), E::TooMany),
        ("old 3\n\n".into(), E::Checkpoint(NoteError::NoSignatures.into())),
        (good.replacen("\n9\n", "\n09\n", 1), E::Checkpoint(CheckpointError::Size)),
    ];
    for (text, error) in table {
        assert_eq!(AddCheckpoint::parse(text.as_bytes()), Err(error), "{text}");
    }
    assert_eq!(AddCheckpoint::parse(b"\xff"), Err(E::Utf8));
}

proptest! {
    #[test]
    fn what_is_written_is_read(old in 0..20_u64, more in 0..20_u64) {
        let request = request(old, old + more, "main");
        let head = request.checkpoint.checkpoint().clone();
        let asked = SignHead { old_size: request.old_size, proof: request.proof.clone(), head };
        prop_assert_eq!(SignHead::parse(asked.to_string().as_bytes()), Ok(asked));
        prop_assert_eq!(AddCheckpoint::parse(request.to_string().as_bytes()), Ok(request));
    }

    /// However requests come, what a witness has seen only grows, and always along one branch.
    #[test]
    fn a_witness_never_goes_back_and_never_changes_branch(
        asked in proptest::collection::vec((0..12_u64, 0..12_u64, any::<bool>()), 1..20),
    ) {
        let mut state = Seen::nothing();
        let mut branch = None;
        for (old, more, other) in asked {
            let name = if other { "other" } else { "main" };
            if let Ok(next) = judge(&request(old, old + more, name), &keys(), state) {
                prop_assert!(next.size >= state.size);
                if state.size > 0 && next.size > 0 {
                    prop_assert_eq!(branch, Some(name));
                }
                branch = (next.size > 0).then_some(name);
                state = next;
            }
        }
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), lines in "(old|— | |\n|A|=|0|9){0,40}") {
        let _ = AddCheckpoint::parse(&bytes);
        let _ = AddCheckpoint::parse(format!("old {lines}").as_bytes());
        let _ = SignHead::parse(&bytes);
        let _ = SignHead::parse(format!("old {lines}").as_bytes());
        let _ = parse_size_body(&bytes);
    }
}
