//! The log of reads: whoever is shown what is not public stands in it, it has proofs of its own, and when it is suppressed
//! the gap is found.

use crate::support::{
    Server,
    auditor::{AUDITOR, Audited},
    client::now,
    place::{REGISTRAR, binary, repository, run},
    waiting::{until, until_some},
};
use domain::{
    Timestamp,
    reading::{ReadEntry, ReadEvent},
};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
use tlog::{
    RightEdge,
    checkpoint::{Checkpoint, SignedCheckpoint},
    entries,
    key::Signer,
    leaf_hash,
    policy::Policy,
    proof_file::ProofFile,
    tile::{self, Tile, TilePath},
};

/// The public key of the log of reads, as the service says it.
fn reads_key(server: &Server) -> String {
    let policy = server.client("").get("/v1/audit/reads/policy").expect("an answer").text;
    let line = policy.lines().next().expect("a line").to_owned();
    line.strip_prefix("log ").expect("a log").to_owned()
}

fn noted(auditor: &crate::support::Client, query: &str) -> Vec<Value> {
    auditor.read(&format!("/v1/audit/reads{query}"))["items"].as_array().expect("reads").clone()
}

#[test]
fn whoever_is_shown_what_is_not_public_stands_in_the_log_of_reads() {
    let log = Audited::new();
    let server = log.serve(&[]);
    log.register(&server, 0..3);
    let (auditor, begun) = (log.appoint(&server), now());
    let registrar = log.registrar(&server, "events:read audit:read admin:read grants:write");
    let answer = registrar.get("/v1/events?limit=2").expect("an answer");
    assert_eq!(answer.status, 200);
    let request = answer.header("Request-Id").expect("an id").to_owned();
    assert_eq!(registrar.get("/v1/audit/tile/entries/000.p/4").expect("an answer").status, 200);
    // What is public, what is refused and what anyone may ask of itself is not noted.
    assert_eq!(server.client("").get("/v1/audit/checkpoint").expect("an answer").status, 200);
    assert_eq!(server.client("").get("/v1/units").expect("an answer").status, 200);
    assert_eq!(server.client("").get("/v1/events").expect("an answer").status, 401);
    assert_eq!(registrar.get("/v1/me").expect("an answer").status, 200);
    assert_eq!(registrar.get("/v1/events/99").expect("an answer").status, 404);

    let mine = format!("?actor={REGISTRAR}");
    until("two noted reads", || noted(&auditor, &mine).len() == 2);
    let reads = noted(&auditor, &mine);
    let shown = |at: usize, name: &str| reads[at][name].as_str().unwrap_or_default().to_owned();
    assert_eq!((shown(0, "operation"), shown(0, "path")), ("listEvents".into(), "/v1/events".into()));
    assert_eq!((shown(0, "query"), shown(0, "request")), ("limit=2".into(), request));
    assert_eq!(shown(1, "operation"), "getEntries");
    // Looking at the log of reads is a read.
    let own = until_some("the auditor's own reads", || {
        noted(&auditor, &format!("?actor={AUDITOR}&limit=1")).into_iter().next()
    });
    assert_eq!(own["operation"], "listReads");
    let from = noted(&auditor, &format!("?actor={REGISTRAR}&from={begun}&limit=1"));
    assert_eq!(from[0]["position"], reads[0]["position"]);
    assert!(noted(&auditor, &format!("?actor={REGISTRAR}&to={begun}")).is_empty());
    let after = noted(&auditor, &format!("?actor={REGISTRAR}&after={}", reads[0]["position"]));
    assert_eq!(after.len(), 1);

    // Each can be proven, by the key of this log and no other.
    let policy =
        Policy::parse(format!("log {}\nquorum none\n", reads_key(&server)).as_bytes()).expect("a policy");
    let position = reads[1]["position"].as_u64().expect("a position");
    let proof = server.client("").get(&format!("/v1/audit/reads/proofs/{position}")).expect("an answer");
    let proof = ProofFile::parse(&proof.bytes).expect("a proof file");
    let path = format!("/v1/audit/reads/tile/entries/000.p/{}", position + 1);
    let bundle = auditor.get(&path).expect("an answer").bytes;
    let width = u16::try_from(position + 1).expect("small");
    let entries = entries::decode(&bundle, width).expect("a bundle");
    proof.verify(&leaf_hash(entries[usize::from(width) - 1]), &policy).expect("the read is in the log");
    let entry: ReadEntry = serde_json::from_slice(entries[usize::from(width) - 1]).expect("an entry");
    assert_eq!(entry.event.shown_to().expect("a read").operation, "getEntries");
}

#[test]
fn the_auditor_checks_the_log_of_reads_across_restarts_and_kills() {
    let log = Audited::new();
    let server = log.serve(&[]);
    log.register(&server, 0..2);
    let key = reads_key(&server);
    log.write_policy(&format!("log {key}"));
    assert!(server.stop().success());
    let server = log.serve(&[]);
    assert_eq!(reads_key(&server), key, "the key of the log of reads is kept");
    let registrar = log.registrar(&server, "events:read");
    assert_eq!(registrar.get("/v1/events").expect("an answer").status, 200);
    let auditor = log.appoint(&server);
    until("a noted read", || !noted(&auditor, &format!("?actor={REGISTRAR}")).is_empty());
    server.kill();
    let server = log.serve(&[]);
    let (code, said) = log.audit(&["reads", &format!("{}/v1/audit", server.url)]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said["silences"].as_array().map(Vec::len), Some(2), "one stop, one kill: {said}");
    assert!(said["shown"].as_u64() >= Some(1), "{said}");
}

#[test]
fn an_import_says_that_it_was_there() {
    let log = Audited::new();
    let server = log.serve(&[]);
    log.register(&server, 0..2);
    log.write_policy(&format!("log {}", reads_key(&server)));
    assert!(server.stop().success());
    let unit =
        json!({"name": {"vi": "Hội Luật gia"}, "kind": "association", "basis": {"illustrative": true}});
    let line = json!({"post": "/v1/units", "key": "an-imported-unit-1", "body": unit});
    fs::write(log.place.file("units.jsonl"), format!("{line}\n")).expect("a file");
    let mut import = Command::new(binary());
    import.args(["import", "--store", &log.place.store_address(), "--client", REGISTRAR]);
    run(import.arg(log.place.file("units.jsonl")));
    let server = log.serve(&[]);
    let (code, said) = log.audit(&["reads", &format!("{}/v1/audit", server.url)]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said["silences"].as_array().map(Vec::len), Some(2), "before the import, and after it: {said}");
}

/// A log and its log of reads in a folder, as whoever holds all keys can forge them.
struct Forged {
    log: Audited,
    reads: Vec<ReadEntry>,
    signer: Signer,
}

impl Forged {
    fn new() -> Self {
        let log = Audited::new();
        let server = log.serve(&[]);
        log.register(&server, 0..3);
        assert_eq!(log.registrar(&server, "events:read").get("/v1/events").expect("an answer").status, 200);
        log.write_policy("");
        // The bundle is to hold facts: the head it is taken under must cover them.
        let public = server.client("");
        let last = public.get("/v1/blocs").expect("an answer").position() - 1;
        assert_eq!(public.get(&format!("/v1/audit/proofs/{last}")).expect("an answer").status, 200);
        let url = format!("{}/v1/audit", server.url);
        assert_eq!(log.audit(&["bundle", &url, "--to", "log.zip"]).0, Some(0));
        assert!(server.stop().success());
        let folder = log.place.file("forged");
        fs::create_dir(&folder).expect("a folder");
        let mut unzip = Command::new("python3");
        run(unzip.args(["-m", "zipfile", "-e"]).arg(log.place.file("log.zip")).arg(&folder));
        let bytes =
            fs::read(format!("{}.reads/tile/entries/000", log.place.store().display())).expect("the reads");
        let reads = whole(&bytes);
        let signer = Signer::from_seed("so.example.vn/thidua-reads".parse().expect("a name"), &[3; 32])
            .expect("a key");
        log.write_policy(&format!("log {}", signer.verifier()));
        Self { log, reads, signer }
    }

    /// Tiles and signs these entries as the log of reads.
    fn judge(&self, reads: &[ReadEntry]) -> (Option<i32>, Value) {
        sign(&self.log.place.file("forged/reads"), &self.signer, reads);
        self.log.audit(&["reads", "forged", "--offline"])
    }

    /// The same with the log of reads of another node beside it.
    fn judge_both(&self, reads: &[ReadEntry], other: &[ReadEntry]) -> (Option<i32>, Value) {
        let key = Signer::from_seed("so.example.vn/thidua-reads-2".parse().expect("a name"), &[4; 32])
            .expect("a key");
        self.log.write_policy(&format!("log {}\nlog {}", self.signer.verifier(), key.verifier()));
        sign(&self.log.place.file("forged/reads"), &self.signer, reads);
        sign(&self.log.place.file("second/reads"), &key, other);
        self.log.audit(&["reads", "forged", "--node", "second", "--offline"])
    }
}

/// Tiles and signs these entries in a folder.
fn sign(folder: &Path, signer: &Signer, reads: &[ReadEntry]) {
    let _ = fs::remove_dir_all(folder);
    let entries: Vec<_> = reads.iter().map(|entry| serde_json::to_vec(entry).expect("JSON")).collect();
    let (mut tree, mut hashes) = (RightEdge::default(), Vec::new());
    for entry in &entries {
        tree.push_and_show(leaf_hash(entry), |node, hash| {
            if tile::slot(node).is_some() {
                hashes.extend_from_slice(hash);
            }
        });
    }
    if let Some(tile) = Tile::within(tree.size(), 0, 0) {
        let bundle = entries::encode(entries.iter().map(Vec::as_slice)).expect("a bundle");
        put(&folder.join(TilePath::Hashes(tile).to_string()), &hashes);
        put(&folder.join(TilePath::Entries(tile).to_string()), &bundle);
    }
    let name = signer.verifier().name().as_str();
    let head = Checkpoint::new(name, tree.size(), tree.root()).expect("a head");
    put(&folder.join("checkpoint"), SignedCheckpoint::sign(head, signer).to_string().as_bytes());
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
    fs::write(path, bytes).expect("the file");
}

fn whole(mut bytes: &[u8]) -> Vec<ReadEntry> {
    let mut found = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (entry, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        found.push(serde_json::from_slice(entry).expect("an entry"));
        bytes = rest;
    }
    found
}

fn earlier(entry: &ReadEntry, seconds: i64) -> ReadEntry {
    ReadEntry {
        recorded_at: Timestamp::from_millis(entry.recorded_at.millis() - seconds * 1000),
        ..entry.clone()
    }
}

#[test]
fn a_suppressed_log_of_reads_is_found() {
    // Attack 43.
    let forged = Forged::new();
    let kind = |(code, said): (Option<i32>, Value)| {
        (code, said["finding"]["kind"].as_str().unwrap_or_default().to_owned())
    };
    let found = (Some(2), "reads".to_owned());
    let honest = &forged.reads;
    assert_eq!(forged.judge(honest).0, Some(0), "the honest log of reads is accused");

    // A read is left out and the rest numbered anew: the counts that follow are of another log.
    let read = honest.iter().position(|entry| matches!(entry.event, ReadEvent::Shown(_))).expect("a read");
    let mut without = honest.clone();
    without.remove(read);
    without.iter_mut().zip(0..).for_each(|(entry, position)| entry.position.0 = position);
    assert_eq!(kind(forged.judge(&without)), found, "a read was left out");

    // Reads are noted no more while facts go on: all entries are older than the facts.
    let stopped: Vec<_> = honest.iter().take(1).map(|entry| earlier(entry, 600)).collect();
    assert_eq!(kind(forged.judge(&stopped)), found, "nothing was noted while facts were recorded");

    // The silence lies in the middle, and a heartbeat after it pretends that nothing happened.
    let mut silent: Vec<_> = honest.iter().take(2).map(|entry| earlier(entry, 600)).collect();
    silent.extend(honest.iter().skip(2).cloned());
    assert_eq!(kind(forged.judge(&silent)), found, "ten minutes without a heartbeat");
    assert_eq!(kind(forged.judge(&[])), found, "an empty log of reads");

    // Another node may have recorded the facts, if reads were noted there.
    let (code, said) = forged.judge_both(&stopped, honest);
    assert_eq!(code, Some(0), "the node that was there is accused: {said}");
    assert_eq!(said["nodes"].as_array().map(Vec::len), Some(1), "{said}");
    assert_eq!(kind(forged.judge_both(&stopped, &stopped)), found, "no node noted reads");
    assert_eq!(kind(forged.judge_both(&stopped, &without)), found, "a read was left out at the other node");
}

#[test]
fn the_form_of_entries_is_told_to_those_who_read_them_elsewhere() {
    let text = fs::read_to_string(repository().join("api-spec/README.md")).expect("the file");
    for name in ["reads.opened", "reads.shown", "reads.counted", "reads.closed"] {
        assert!(text.contains(name), "{name} is not explained");
    }
}

#[test]
fn what_cannot_be_noted_is_not_shown() {
    let log = Audited::new();
    let server = log.serve(&[]);
    log.register(&server, 0..2);
    let registrar = log.registrar(&server, "events:read");
    assert_eq!(registrar.get("/v1/events").expect("an answer").status, 200);
    // The entries vanish under the service, as when a disk fails.
    let file = format!("{}.reads/tile/entries/000", log.place.store().display());
    fs::remove_file(file).expect("the file");
    let answer = until_some("a refusal", || {
        let answer = registrar.get("/v1/events").expect("an answer");
        (answer.status != 200).then_some(answer)
    });
    assert_eq!((answer.status, answer.code().as_str()), (503, "readsNotNoted"), "{}", answer.text);
    assert_eq!(server.client("").get("/v1/units").expect("an answer").status, 200, "what is public is shown");
    log.register(&server, 2..3);
}
