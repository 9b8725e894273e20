//! Proof files: written, read, believed, and refused after any change.

use super::*;
use crate::{
    checkpoint::Checkpoint,
    key::{Cosigner, Signer},
    note::NoteError,
    proof::inclusion,
    tree::{Node, RightEdge, leaf_hash},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SIZE: u64 = 11;

fn log() -> Signer {
    Signer::from_seed("log.example".parse().unwrap(), &[1; 32]).unwrap()
}

fn witness() -> Cosigner {
    Cosigner::from_seed("witness.example".parse().unwrap(), &[2; 32]).unwrap()
}

fn policy() -> Policy {
    let text = format!("log {}\nwitness w {}\nquorum w\n", log().verifier(), witness().verifier());
    Policy::parse(text.as_bytes()).unwrap()
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

/// The proof of an entry in a small log whose head a witness has seen.
fn file(index: u64, extra: Option<Vec<u8>>) -> ProofFile {
    let (mut edge, mut hashes) = (RightEdge::default(), BTreeMap::new());
    (0..SIZE).for_each(|leaf_index| {
        edge.push_and_show(leaf(leaf_index), |node, hash| {
            hashes.insert(node, *hash);
        });
    });
    let head = Checkpoint::new("log.example", SIZE, edge.root()).unwrap();
    let mut checkpoint = SignedCheckpoint::sign(head.clone(), &log());
    checkpoint.add(witness().cosign(&head, 1_700_000_000).unwrap());
    let proof = inclusion(index, SIZE, |node: Node| hashes.get(&node).copied().ok_or(())).unwrap();
    ProofFile { extra, index, proof, checkpoint }
}

#[test]
fn an_entry_is_proven_with_the_file_and_the_policy_alone() {
    for index in 0..SIZE {
        let text = file(index, Some(b"more".to_vec())).to_string();
        assert!(
            text.starts_with(&format!("c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex {index}\n")),
            "{text}"
        );
        let read = ProofFile::parse(text.as_bytes()).unwrap();
        let policy = policy();
        assert_eq!(
            read.verify(&leaf(index), &policy).unwrap().witnesses,
            [(&policy.witnesses()[0], 1_700_000_000)]
        );
        assert_eq!(read.verify(&leaf(index + 1), &policy), Err(UnprovenError::Proof(ProofError::Root)));
    }
}

#[test]
fn what_the_policy_does_not_accept_is_not_proven() {
    let file = file(3, None);
    let stranger = format!(
        "log {}\nquorum none\n",
        Signer::from_seed("log.example".parse().unwrap(), &[3; 32]).unwrap().verifier()
    );
    let stranger = Policy::parse(stranger.as_bytes()).unwrap();
    let not_signed = PolicyError::NotSigned("log.example".into());
    assert_eq!(file.verify(&leaf(3), &stranger), Err(UnprovenError::Policy(not_signed)));
}

#[test]
fn malformed_files_are_refused_each_for_its_reason() {
    use ProofFileError as E;
    let good = file(3, None).to_string();
    let hash = good.lines().nth(2).unwrap();
    let table = [
        (String::new(), E::Header),
        ("c2sp.org/tlog-proof@v1".into(), E::Header),
        (good.replace("@v1", "@v2"), E::Header),
        (format!(" {good}"), E::Header),
        (good.replace("index 3", "extra \nindex 3"), E::Extra),
        (good.replace("index 3", "extra AB==\nindex 3"), E::Extra),
        (good.replace("index 3", "extra AAA\nindex 3"), E::Extra),
        (good.replace("index 3", "extra AAAA\nextra AAAA\nindex 3"), E::Index),
        (good.replace("index 3\n", ""), E::Index),
        (good.replace("index 3", "index 03"), E::Index),
        (good.replace("index 3", "index -3"), E::Index),
        (good.replace("index 3", "index 3 "), E::Index),
        (good.replace("index 3", "Index 3"), E::Index),
        (good.replace("index 3", "index 9223372036854775808"), E::Index),
        (good.replacen(hash, &hash[..43], 1), E::Hash(0)),
        (good.replacen(hash, &format!("{hash} "), 1), E::Hash(0)),
        (good.replacen(hash, &format!("{hash}\nAAAA"), 1), E::Hash(1)),
        (good.replacen(hash, &format!("{hash}\n").repeat(64), 1), E::TooMany),
        (good.split("\n\n").next().unwrap().to_owned(), E::End),
        (format!("{}\n", good.split("\n\n").next().unwrap()), E::End),
        (
            format!("{}\n\n", good.split("\n\n").next().unwrap()),
            E::Checkpoint(NoteError::NoSignatures.into()),
        ),
        (good.replacen("\n\nlog", "\n\n\nlog", 1), E::Checkpoint(CheckpointError::Origin)),
        (good.replace('\n', "\r\n"), E::Header),
        (format!("{good}\n"), E::Checkpoint(NoteError::NoSignatures.into())),
    ];
    for (text, error) in table {
        assert_eq!(ProofFile::parse(text.as_bytes()), Err(error), "{text}");
    }
    assert_eq!(ProofFile::parse(b"\xff"), Err(E::Utf8));
}

proptest! {
    #[test]
    fn what_is_written_is_read(index in 0..SIZE, extra in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..20))) {
        let file = file(index, extra);
        prop_assert_eq!(ProofFile::parse(file.to_string().as_bytes()), Ok(file));
    }

    /// One changed, added or missing byte anywhere: malformed, or not proven.
    #[test]
    fn nothing_that_was_changed_proves_anything(index in 0..SIZE, at in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3_u8) {
        let whole = file(index, None).to_string().into_bytes();
        let (mut changed, place) = (whole.clone(), at.index(whole.len()));
        match kind {
            0 => changed[place] = byte,
            1 => changed.insert(place, byte),
            _ => drop(changed.remove(place)),
        }
        let policy = policy();
        let is_proven = ProofFile::parse(&changed).is_ok_and(|file| file.verify(&leaf(index), &policy).is_ok());
        prop_assert_eq!(is_proven, changed == whole);
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), lines in "(extra|index| |\n|A|=|0|9){0,40}") {
        let _ = ProofFile::parse(&bytes);
        let text = format!("{HEADER}\n{lines}");
        if let Ok(file) = ProofFile::parse(text.as_bytes()) {
            prop_assert_eq!(file.to_string(), text);
        }
    }
}
