//! Notes: published ones are believed, malformed ones refused, and nothing that was changed is believed.

use super::*;
use crate::key::{Cosigner, Signer};
use proptest::prelude::*;

/// The example of c2sp.org/signed-note.
const EXAMPLE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

/// A checkpoint that a public log for testing Certificate Transparency published in May 2026, with cosignatures by
/// public witnesses, and two of their keys.
const PUBLISHED: &str = "\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
";
const LOG_KEY: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const WITNESS_KEYS: [&str; 2] = [
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
];

fn key(text: &str) -> VerifierKey {
    text.parse().unwrap()
}

fn signer(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name.parse().unwrap(), &[seed; 32]).unwrap()
}

fn signed_by(signer: &Signer) -> Note {
    let text: NoteText = "A text.\n".parse().unwrap();
    let signature = signer.sign(&text);
    Note::new(text, signature)
}

#[test]
fn the_example_of_the_specification_is_believed() {
    let note = Note::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(note.text().as_str(), "This is an example message.\n");
    let key = key(EXAMPLE_KEY);
    assert_eq!(note.verify([&key]), Ok(vec![Signed { key: &key, time: None }]));
    assert_eq!(note.to_string(), EXAMPLE);
}

#[test]
fn a_published_checkpoint_is_believed_with_its_cosignatures() {
    let note = Note::parse(PUBLISHED.as_bytes()).unwrap();
    let (log, witnesses) = (key(LOG_KEY), WITNESS_KEYS.map(key));
    let time = Some(0x6a12_2120);
    assert_eq!(
        note.verify(std::iter::once(&log).chain(&witnesses)),
        Ok(vec![
            Signed { key: &log, time: None },
            Signed { key: &witnesses[1], time },
            Signed { key: &witnesses[0], time },
        ])
    );
    assert_eq!(note.to_string(), PUBLISHED);
    // A witness signs the head of the tree and the time: neither can be another.
    let other_size = PUBLISHED.replacen("1432088532", "1432088533", 1);
    let other_time = PUBLISHED.replacen("2net5wAAAABqEiEgPl", "2net5wAAAABqEiEfPl", 1);
    for changed in [other_size, other_time] {
        let note = Note::parse(changed.as_bytes()).unwrap();
        assert!(matches!(note.verify(&witnesses[..1]), Err(VerifyError::Wrong { .. })), "{changed}");
    }
}

#[test]
fn malformed_notes_are_refused_each_for_its_reason() {
    let line = EXAMPLE.lines().nth(2).unwrap();
    let table = [
        (String::new(), NoteError::NoSignatures),
        ("A text.\n".into(), NoteError::NoSignatures),
        ("A text.\n\n".into(), NoteError::NoSignatures),
        (format!("A text.\n{line}\n"), NoteError::NoSignatures),
        (format!("A text.\n\n{line}"), NoteError::NoSignatures),
        (format!("\n{line}\n"), NoteError::NoSignatures),
        (format!("A text.\r\n\r\n{line}\r\n"), NoteError::Control),
        (format!("A\ttext.\n\n{line}\n"), NoteError::Control),
        (format!("A text.\0\n\n{line}\n"), NoteError::Control),
        (format!("A text.\n\n{line}\n\n"), NoteError::NoSignatures),
        (format!("A text.\n\n{line}\nmore\n"), NoteError::SignatureLine),
        (format!("A text.\n\n{}\n", line.replace('—', "-")), NoteError::SignatureLine),
        (format!("A text.\n\n {line}\n"), NoteError::SignatureLine),
        (format!("A text.\n\n{line} \n"), NoteError::SignatureEncoding),
        ("A text.\n\n— name\n".into(), NoteError::SignatureLine),
        ("A text.\n\n— name \n".into(), NoteError::SignatureEncoding),
        ("A text.\n\n— name AAAAAA==\n".into(), NoteError::SignatureEncoding),
        ("A text.\n\n— name AAAAAAB=\n".into(), NoteError::SignatureEncoding),
        ("A text.\n\n— name AAAAAAA\n".into(), NoteError::SignatureEncoding),
        ("A text.\n\n—  AAAAAAA=\n".into(), NoteError::Name(KeyError::Name)),
        ("A text.\n\n— a+b AAAAAAA=\n".into(), NoteError::Name(KeyError::Name)),
        ("A text.\n\n— a\u{a0}b AAAAAAA=\n".into(), NoteError::Name(KeyError::Name)),
        (format!("A text.\n\n{}", format!("{line}\n").repeat(101)), NoteError::TooMany),
        (format!("{}\n\n{line}\n", "a".repeat(MAX_NOTE)), NoteError::TooLong),
    ];
    for (note, error) in table {
        assert_eq!(Note::parse(note.as_bytes()), Err(error), "{:?}", &note[..note.len().min(200)]);
    }
    assert_eq!(Note::parse(b"A \xff text.\n\n"), Err(NoteError::Utf8));
    assert!(Note::parse(format!("A text.\n\n{}", format!("{line}\n").repeat(100)).as_bytes()).is_ok());
}

#[test]
fn a_text_may_have_empty_lines_of_its_own() {
    let log = signer("log.example", 1);
    for text in ["\n", "\n\n", "one\n\n\ntwo\n", "one\n\n— two AAAAAAA=\n"] {
        let text: NoteText = text.parse().unwrap();
        let note = Note::new(text.clone(), log.sign(&text));
        let again = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(again, note);
        assert!(again.verify([log.verifier()]).is_ok());
    }
    assert_eq!("no end".parse::<NoteText>(), Err(NoteError::TextEnd));
    assert_eq!("a\rb\n".parse::<NoteText>(), Err(NoteError::Control));
}

#[test]
fn signatures_by_strangers_count_for_nothing_and_harm_nothing() {
    let (log, stranger) = (signer("log.example", 1), signer("log.example", 2));
    let mut note = signed_by(&log);
    note.add(stranger.sign(note.text()));
    assert_eq!(note.verify([log.verifier()]).unwrap().len(), 1);
    assert_eq!(note.verify([stranger.verifier()]).unwrap().len(), 1);
    assert_eq!(note.verify([signer("other.example", 3).verifier()]), Err(VerifyError::Unsigned));
    assert_eq!(note.verify([]), Err(VerifyError::Unsigned));
}

/// Attack: a good signature beside a wrong one under a known name and id, and a key made to collide with a known id.
#[test]
fn a_wrong_signature_under_a_known_name_makes_the_note_worthless() {
    let (log, thief) = (signer("log.example", 1), signer("log.example", 2));
    let mut note = signed_by(&log);
    let forged = NoteSignature { id: log.verifier().id(), ..thief.sign(note.text()) };
    note.add(forged);
    let wrong = Err(VerifyError::Wrong { name: "log.example".parse().unwrap(), id: log.verifier().id() });
    assert_eq!(note.verify([log.verifier()]), wrong);
    for length in [1, 63, 65, 72] {
        let mut note = signed_by(&log);
        note.add(NoteSignature { bytes: vec![0; length], ..log.sign(note.text()) });
        assert_eq!(note.verify([log.verifier()]), wrong, "{length} bytes");
    }
}

#[test]
fn the_same_signature_is_added_once() {
    let log = signer("log.example", 1);
    let mut note = signed_by(&log);
    let before = note.clone();
    note.add(log.sign(note.text()));
    assert_eq!(note, before);
}

#[test]
fn what_a_log_signs_is_no_cosignature_and_what_a_witness_signs_no_note() {
    let name: KeyName = "both.example".parse().unwrap();
    let (log, witness) =
        (Signer::from_seed(name.clone(), &[1; 32]).unwrap(), Cosigner::from_seed(name, &[1; 32]).unwrap());
    let checkpoint = crate::checkpoint::Checkpoint::new("both.example", 0, crate::empty_root()).unwrap();
    let text = checkpoint.to_text();
    let as_cosignature = NoteSignature { id: witness.verifier().id(), ..log.sign(&text) };
    assert!(Note::new(text.clone(), as_cosignature).verify([witness.verifier()]).is_err());
    let as_note = NoteSignature { id: log.verifier().id(), ..witness.cosign(&checkpoint, 1).unwrap() };
    assert!(Note::new(text, as_note).verify([log.verifier()]).is_err());
}

#[test]
fn the_answer_of_a_witness_is_lines_of_signatures() {
    let line = EXAMPLE.lines().nth(2).unwrap();
    assert_eq!(parse_signatures(&format!("{line}\n{line}\n")).map(|lines| lines.len()), Ok(2));
    assert_eq!(parse_signatures(line), Err(NoteError::NoSignatures));
    assert_eq!(parse_signatures(""), Err(NoteError::NoSignatures));
    assert_eq!(parse_signatures("\n"), Err(NoteError::SignatureLine));
}

proptest! {
    #[test]
    fn what_is_signed_is_read_and_believed(
        lines in proptest::collection::vec("[^\\x00-\\x1f]{0,20}", 1..5),
        seeds in proptest::collection::vec(any::<u8>(), 1..4),
    ) {
        let text: NoteText = format!("{}\n", lines.join("\n")).parse().unwrap();
        let signers: Vec<_> = seeds.iter().map(|seed| signer(&format!("signer.example/{seed}"), *seed)).collect();
        let mut note = Note::new(text.clone(), signers[0].sign(&text));
        signers.iter().for_each(|signer| note.add(signer.sign(&text)));
        let again = Note::parse(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(again.to_string(), note.to_string());
        for signer in &signers {
            prop_assert!(again.verify([signer.verifier()]).is_ok());
        }
    }

    /// One changed, added or missing byte anywhere: the note is malformed, or nobody known signed it.
    #[test]
    fn nothing_that_was_changed_is_believed(at in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3_u8) {
        let log = signer("log.example", 1);
        let whole = signed_by(&log).to_string().into_bytes();
        let mut changed = whole.clone();
        let place = at.index(whole.len());
        match kind {
            0 => changed[place] = byte,
            1 => changed.insert(place, byte),
            _ => drop(changed.remove(place)),
        }
        let is_believed = Note::parse(&changed).is_ok_and(|note| note.verify([log.verifier()]).is_ok());
        prop_assert_eq!(is_believed, changed == whole);
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), lines in "(—| |\n|a|=|A|\\+){0,40}") {
        let _ = Note::parse(&bytes);
        if let Ok(note) = Note::parse(lines.as_bytes()) {
            prop_assert_eq!(note.to_string(), lines);
        }
    }
}
