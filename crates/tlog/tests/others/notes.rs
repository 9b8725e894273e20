//! Notes, keys and checkpoints: the same texts, and the same verdicts on texts that were tampered with.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use signed_note::{Note as TheirNote, StandardSigner, StandardVerifier, VerifierList};
use thidua_tlog::{
    Hash,
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::{Signer, VerifierKey},
    note::{Note, NoteText},
};
use tlog_tiles::Checkpoint as TheirCheckpoint;

const NAME: &str = "log.example/chứng-thực";

fn ours(seed: &Hash) -> Signer {
    Signer::from_seed(NAME.parse().unwrap(), seed).unwrap()
}

/// The same key as Go writes it down.
fn theirs(seed: &Hash) -> StandardSigner {
    let key = STANDARD.encode([&[1], seed.as_slice()].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{NAME}+{}+{key}", ours(seed).verifier().id())).unwrap()
}

fn their_verifiers(key: &str) -> VerifierList {
    VerifierList::new(vec![Box::new(StandardVerifier::new(key).unwrap())])
}

fn checkpoints() -> impl Strategy<Value = Checkpoint> {
    let lines = proptest::collection::vec("[^\\x00-\\x1f]{1,20}", 0..3);
    ("[^\\x00-\\x1f]{1,20}", 0..=thidua_tlog::MAX_SIZE, any::<Hash>(), lines).prop_map(
        |(origin, size, root, lines)| {
            let head = Checkpoint::new(&origin, size, root).unwrap();
            lines.iter().try_fold(head, |head, line| head.with_extension(line)).unwrap()
        },
    )
}

/// A text with one byte changed, put in or taken out.
fn tampered(text: &[u8], at: prop::sample::Index, byte: u8, kind: u8) -> Vec<u8> {
    let (mut text, place) = (text.to_vec(), at.index(text.len()));
    match kind {
        0 => text[place] = byte,
        1 => text.insert(place, byte),
        2 => drop(text.remove(place)),
        _ => text.truncate(place),
    }
    text
}

/// Mostly the bytes that mean something in these texts.
fn bytes() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"\n +=\r\t\x000aA/\xe2\x80\x94".to_vec()), any::<u8>()]
}

proptest! {
    #[test]
    fn both_sign_the_same_note_with_the_same_key(seed in any::<Hash>(), head in checkpoints()) {
        let signed = SignedCheckpoint::sign(head.clone(), &ours(&seed));
        let mut note = TheirNote::new(head.to_string().as_bytes(), &[]).unwrap();
        note.add_sigs(&[&theirs(&seed)]).unwrap();
        prop_assert_eq!(signed.to_string().into_bytes(), note.to_bytes());
        let key = ours(&seed).verifier().to_string();
        prop_assert!(TheirNote::from_bytes(signed.to_string().as_bytes()).unwrap().verify(&their_verifiers(&key)).is_ok());
        prop_assert!(Note::parse(&note.to_bytes()).unwrap().verify([ours(&seed).verifier()]).is_ok());
        let other = TheirCheckpoint::new(head.origin(), head.size(), tlog_tiles::Hash(*head.root()), "").unwrap();
        prop_assert!(head.to_string().into_bytes().starts_with(&other.to_bytes()));
    }

    #[test]
    fn of_a_tampered_note_both_say_the_same(
        seed in any::<Hash>(), text in "[a-z \n]{0,20}", at in any::<prop::sample::Index>(), byte in bytes(), kind in 0..4_u8,
    ) {
        let (log, text) = (ours(&seed), format!("{text}\n").parse::<NoteText>().unwrap());
        let note = Note::new(text.clone(), log.sign(&text)).to_string();
        let bytes = tampered(note.as_bytes(), at, byte, kind);
        let (our_note, their_note) = (Note::parse(&bytes), TheirNote::from_bytes(&bytes));
        prop_assert_eq!(our_note.is_ok(), their_note.is_ok(), "{:?}", String::from_utf8_lossy(&bytes));
        if let (Ok(our_note), Ok(their_note)) = (our_note, their_note) {
            prop_assert_eq!(our_note.text().as_str().as_bytes(), their_note.text());
            prop_assert_eq!(our_note.to_string().into_bytes(), their_note.to_bytes());
            let verdict = their_note.verify(&their_verifiers(&log.verifier().to_string()));
            prop_assert_eq!(our_note.verify([log.verifier()]).is_ok(), verdict.is_ok());
        }
    }

    /// What we read they read. What they read and would write the same is, but for the case of the id, what we read.
    #[test]
    fn of_a_tampered_key_both_say_the_same(
        seed in any::<Hash>(), at in any::<prop::sample::Index>(), byte in bytes(), kind in 0..4_u8,
    ) {
        let key = ours(&seed).verifier().to_string();
        let Ok(text) = String::from_utf8(tampered(key.as_bytes(), at, byte, kind)) else { return Ok(()) };
        let is_upper = text.to_lowercase().contains(&format!("+{}+", ours(&seed).verifier().id())) && text != key;
        let ours = text.parse::<VerifierKey>().is_ok();
        prop_assert!(ours == StandardVerifier::new(&text).is_ok() || is_upper, "{}", text);
    }

    #[test]
    fn of_a_tampered_checkpoint_both_say_the_same(
        head in checkpoints(), at in any::<prop::sample::Index>(), byte in bytes(), kind in 0..4_u8,
    ) {
        let bytes = tampered(head.to_string().as_bytes(), at, byte, kind);
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let theirs = TheirCheckpoint::from_bytes(text.as_bytes());
        match text.parse::<Checkpoint>() {
            Ok(ours) => {
                let theirs = theirs.unwrap();
                prop_assert_eq!((ours.origin(), ours.size(), *ours.root()), (theirs.origin(), theirs.size(), theirs.hash().0));
                prop_assert_eq!(text.into_bytes(), theirs.to_bytes());
            }
            // Theirs leaves control characters to the note, and counts to 2^64.
            Err(error) => if let Ok(theirs) = theirs {
                let has_control = text.bytes().any(|byte| byte < b' ' && byte != b'\n');
                prop_assert!(has_control || theirs.size() > thidua_tlog::MAX_SIZE, "{text:?}: {error}");
            }
        }
    }
}
