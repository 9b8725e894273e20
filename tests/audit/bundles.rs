//! A log in one file: the same bytes each time, checked without a network, and found out when any file in it is touched.

use super::{
    attacks::Attack,
    log::{Log, Outcome, facts},
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read, Write},
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

fn bundled() -> Log {
    let log = Log::honest();
    let outcome = log.audit(&["bundle", "log", "--offline", "--to", "log.zip"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    log
}

fn verify(log: &Log) -> Outcome {
    log.audit(&["verify", "log.zip", "--offline", "--past"])
}

fn unpacked(log: &Log) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(File::open(log.path("log.zip")).expect("the bundle")).expect("a zip");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        files.insert(file.name().expect("a name").into_owned(), bytes);
    }
    files
}

fn pack(log: &Log, files: &BTreeMap<String, Vec<u8>>) {
    let mut zip = ZipWriter::new(File::create(log.path("log.zip")).expect("the bundle"));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).expect("a file");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip");
}

/// Changes a file and its hash in the manifest, as whoever forges a bundle does.
fn forge(log: &Log, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Outcome {
    let mut files = unpacked(log);
    let bytes = files.get_mut(name).unwrap_or_else(|| panic!("no {name}"));
    change(bytes);
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    if let Some(known) = manifest["files"].get_mut(name) {
        *known = hash.into();
        files.insert("manifest.json".to_owned(), serde_json::to_vec(&manifest).expect("JSON"));
    }
    pack(log, &files);
    verify(log)
}

fn first(log: &Log, folder: &str) -> String {
    unpacked(log).into_keys().find(|name| name.starts_with(folder)).unwrap_or_else(|| panic!("no {folder}"))
}

#[test]
fn two_bundles_of_one_head_are_the_same_bytes_and_hold_offline() {
    let log = bundled();
    let once = fs::read(log.path("log.zip")).expect("the bundle");
    assert_eq!(log.audit(&["bundle", "log", "--offline", "--to", "again.zip"]).code, 0);
    assert!(once == fs::read(log.path("again.zip")).expect("the bundle"), "two bundles differ");
    // A bundle of a bundle is the bundle.
    assert_eq!(log.audit(&["bundle", "log.zip", "--offline", "--to", "third.zip"]).code, 0);
    assert!(once == fs::read(log.path("third.zip")).expect("the bundle"), "a bundle of the bundle differs");
    let outcome = verify(&log);
    assert_eq!((outcome.code, &outcome.out["head"]["size"]), (0, &facts().len().into()), "{outcome:?}");
    let files = unpacked(&log);
    for name in ["VERIFY.md", "checkpoint", "manifest.json", "policy.txt", "tile/0/000", "tile/entries/000"] {
        assert!(files.contains_key(name), "no {name} in {:?}", files.keys());
    }
    assert_eq!(log.audit(&["compare", "log.zip", "log", "--offline"]).code, 0);
}

#[test]
fn every_file_of_a_bundle_is_checked() {
    let attacks: [Attack; 8] = [
        (24, "a proof without its last hash", shorter_proof, 2, "bundle"),
        (24, "a proof for another place", other_place, 2, "bundle"),
        (
            27,
            "a row of a standing",
            |log| forge(log, &first(log, "standings/"), |bytes| digit(bytes)),
            2,
            "bundle",
        ),
        (
            28,
            "a rule of a regulation",
            |log| forge(log, &first(log, "regulations/"), |bytes| digit(bytes)),
            2,
            "bundle",
        ),
        (30, "a size in the manifest", |log| manifest(log, "size", 5.into()), 2, "bundle"),
        (26, "an entry", |log| forge(log, "tile/entries/000", |bytes| bytes[40] ^= 1), 2, "entry"),
        (0, "a manifest of a later form", |log| manifest(log, "format", "thidua-bundle/2".into()), 6, ""),
        (0, "a file too many", one_more, 2, "bundle"),
    ];
    for (number, name, attack, code, kind) in attacks {
        let outcome = attack(&bundled());
        assert_eq!((outcome.code, outcome.kind()), (code, kind), "attack {number}, {name}: {outcome:?}");
    }
}

/// Changes the last digit: the file stays what it is, only a number is another.
fn digit(bytes: &mut [u8]) {
    let at = bytes.iter().rposition(u8::is_ascii_digit).expect("a digit");
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
}

fn shorter_proof(log: &Log) -> Outcome {
    forge(log, &first(log, "proofs/"), |bytes| {
        let text = String::from_utf8(bytes.clone()).expect("text");
        let (proof, head) = text.split_once("\n\n").expect("a proof");
        let (shorter, _) = proof.rsplit_once('\n').expect("a hash");
        *bytes = format!("{shorter}\n\n{head}").into_bytes();
    })
}

fn other_place(log: &Log) -> Outcome {
    forge(log, &first(log, "proofs/"), |bytes| {
        let text = String::from_utf8(bytes.clone()).expect("text");
        *bytes = text.replacen("index ", "index 1", 1).into_bytes();
    })
}

fn manifest(log: &Log, member: &str, value: serde_json::Value) -> Outcome {
    let mut files = unpacked(log);
    let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    manifest[member] = value;
    files.insert("manifest.json".to_owned(), serde_json::to_vec(&manifest).expect("JSON"));
    pack(log, &files);
    verify(log)
}

fn one_more(log: &Log) -> Outcome {
    let mut files = unpacked(log);
    files.insert("tile/0/002".to_owned(), vec![0; 8192]);
    pack(log, &files);
    verify(log)
}
