//! The log as a transparency log, seen from outside: its heads, tiles, entries and proofs are checked with nothing but
//! their texts; what was signed cannot be taken back; the key may live in a process of its own.

use crate::support::{
    Answer, Client, Place, Server,
    facts::{NewUnit, REGISTERS_UNITS},
    keys::make_key,
    place::{REGISTRAR, binary, run},
    server::{refused, serve},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};
use tlog::{
    Hash,
    checkpoint::SignedCheckpoint,
    entries, leaf_hash,
    policy::Policy,
    proof::verify_consistency,
    proof_file::ProofFile,
    tile::{Tile, TilePath, TileReader},
};

const ORIGIN: &str = "so.example.vn/thidua";

/// A place whose log has a key and an anchor of its own.
struct Log {
    place: Place,
    verifier: String,
}

impl Log {
    fn new() -> Self {
        let place = Place::new();
        let verifier = make_key(&place.file("log.key"), ORIGIN);
        Self { place, verifier }
    }

    fn file(&self, name: &str) -> String {
        self.place.file(name).display().to_string()
    }

    fn serve(&self) -> Server {
        Server::start_with(
            &self.place,
            &["--log-key", &self.file("log.key"), "--anchor", &self.file("anchor")],
        )
    }

    fn client(&self, server: &Server, scopes: &str) -> Client {
        server.client(&self.place.token(REGISTRAR, scopes))
    }

    fn register(&self, server: &Server, numbers: std::ops::Range<u32>) {
        let client = self.client(server, REGISTERS_UNITS);
        for number in numbers {
            assert_eq!(NewUnit::new(1, 0, number).post(&client).expect("an answer").status, 201);
        }
    }

    fn policy(&self) -> Policy {
        Policy::parse(format!("log {}\nquorum none\n", self.verifier).as_bytes()).expect("a policy")
    }
}

fn get(client: &Client, path: &str) -> Answer {
    let answer = client.get(&format!("/v1/audit/{path}")).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

fn checkpoint(client: &Client) -> SignedCheckpoint {
    SignedCheckpoint::parse(&get(client, "checkpoint").bytes).expect("a checkpoint")
}

fn tile(client: &Client, tile: Tile) -> Vec<u8> {
    let answer = get(client, &TilePath::Hashes(tile).to_string());
    assert_eq!(answer.header("Cache-Control"), Some("public, max-age=31536000, immutable"));
    answer.bytes
}

/// The last head once it covers so many facts: a proof waits for it.
fn covering(client: &Client, count: u64) -> SignedCheckpoint {
    get(client, &format!("proofs/{}", count - 1));
    checkpoint(client)
}

#[test]
fn an_outsider_checks_the_whole_log_with_nothing_but_the_policy() {
    let log = Log::new();
    let server = log.serve();
    let public = server.client("");
    // One fact makes the first client the registrar.
    log.register(&server, 0..20);
    let early = covering(&public, 21);
    log.register(&server, 20..300);
    let late = covering(&public, 301);
    let (policy, head) = (log.policy(), late.checkpoint());
    assert_eq!(get(&public, "policy").text, format!("log {}\nquorum none\n", log.verifier));
    policy.check(&late).expect("the key of the log signed it");
    assert_eq!((head.origin(), head.size()), (ORIGIN, 301));

    // The root follows from the tiles, the tiles of the lowest level from the entries.
    let mut reader = TileReader::new(head.size(), |wanted| Ok::<_, String>(tile(&public, wanted)));
    assert_eq!(reader.root().as_ref(), Ok(head.root()));
    let auditor = log.client(&server, "audit:read");
    let mut leaves: Vec<Vec<u8>> = Vec::new();
    for wanted in Tile::all(head.size()) {
        let hashes = tile(&public, wanted);
        if wanted.level() == 0 {
            let bundle = get(&auditor, &TilePath::Entries(wanted).to_string()).bytes;
            let entries = entries::decode(&bundle, wanted.width()).expect("a bundle");
            let hashed: Vec<u8> = entries.iter().flat_map(|entry| leaf_hash(entry)).collect();
            assert!(hashed == hashes, "{wanted:?} is not made of its entries");
            leaves.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
    }
    let first: Value = serde_json::from_slice(&leaves[1]).expect("an entry is JSON");
    assert_eq!(first["event"]["type"], "unit.registered", "{first}");

    // Any one fact can be proven alone, and the proof is of nothing else.
    for position in [0, 1, 20, 255, 256, 300] {
        let file = get(&public, &format!("proofs/{position}")).bytes;
        let proof = ProofFile::parse(&file).expect("a proof file");
        let leaf = leaf_hash(&leaves[position]);
        proof.verify(&leaf, &policy).expect("the fact is in the log");
        let json = public.ask(reqwest::Method::GET, &format!("/v1/audit/proofs/{position}"));
        let json = json.header("Accept", "application/json").send().json();
        assert_eq!(json["hashes"].as_array().map(Vec::len), Some(proof.proof.len()));
        assert_eq!(json["checkpoint"], proof.checkpoint.to_string());
        tampered(&proof, &leaf, &policy);
    }

    // What was signed early is the beginning of what was signed late.
    let (then, now) = (early.checkpoint(), head);
    assert!(then.size() < now.size());
    let lines = get(&public, &format!("consistency?old={}&new={}", then.size(), now.size())).text;
    let steps: Vec<Hash> = lines.lines().map(hash).collect();
    let check = |steps: &[Hash]| verify_consistency(then.size(), now.size(), steps, then.root(), now.root());
    check(&steps).expect("the log only grew");
    let mut other = steps.clone();
    other[0][0] ^= 1;
    assert!(check(&other).is_err());
    let json = public.ask(reqwest::Method::GET, &format!("/v1/audit/consistency?old={}", then.size()));
    let json = json.header("Accept", "application/json").send().json();
    assert_eq!(
        (&json["new"], json["hashes"].as_array().map(Vec::len)),
        (&now.size().into(), Some(steps.len()))
    );
}

/// Base 64 of a hash, read with the parser for checkpoints.
fn hash(line: &str) -> Hash {
    let head: tlog::checkpoint::Checkpoint = format!("x\n0\n{line}\n").parse().expect("base 64 of a hash");
    *head.root()
}

/// Every part of a proof matters.
fn tampered(proof: &ProofFile, leaf: &Hash, policy: &Policy) {
    let refused = |proof: &ProofFile, leaf: &Hash| proof.verify(leaf, policy).is_err();
    let mut other_leaf = *leaf;
    other_leaf[31] ^= 1;
    assert!(refused(proof, &other_leaf));
    assert!(refused(&ProofFile { index: proof.index + 1, ..proof.clone() }, leaf));
    for step in 0..proof.proof.len() {
        let mut other = proof.clone();
        other.proof[step][0] ^= 0x80;
        assert!(refused(&other, leaf), "step {step}");
    }
    let note = proof.checkpoint.to_string();
    let size = proof.checkpoint.checkpoint().size();
    let larger = note.replace(&format!("\n{size}\n"), &format!("\n{}\n", size + 1));
    let checkpoint = SignedCheckpoint::parse(larger.as_bytes()).expect("well formed");
    assert!(refused(&ProofFile { checkpoint, ..proof.clone() }, leaf));
}

#[test]
fn hashes_are_public_entries_are_not_and_what_is_not_there_is_not_made_up() {
    let log = Log::new();
    let server = log.serve();
    log.register(&server, 0..3);
    let public = server.client("");
    assert_eq!(covering(&public, 4).checkpoint().size(), 4);
    let status = |path: &str| public.get(&format!("/v1/audit/{path}")).expect("an answer").status;
    for (path, expected) in [
        ("tile/0/000.p/4", 200),
        ("tile/0/000.p/2", 200),
        ("tile/0/000.p/5", 404),
        ("tile/0/000", 404),
        ("tile/1/000.p/1", 404),
        ("tile/0/x001/000.p/1", 404),
        ("tile/7/x999/x999/x999/000", 400),
        ("tile/0/000.p/256", 400),
        ("tile/0/0", 400),
        ("tile/64/000", 400),
        ("tile/entries/000.p/4", 401),
        ("proofs/3", 200),
        ("proofs/4", 404),
        ("consistency?old=5", 404),
        ("consistency?old=3&new=2", 400),
        ("consistency?old=4&new=4", 200),
        ("checkpoints?from=5", 200),
    ] {
        assert_eq!(status(path), expected, "{path}");
    }
    let auditor = log.client(&server, "audit:read");
    let entries = get(&auditor, "tile/entries/000.p/4");
    assert_eq!(entries.header("Cache-Control"), Some("no-store"));
    assert_eq!(get(&public, "checkpoints?from=5").json()["items"], Value::Array(Vec::new()));
}

#[test]
fn what_was_signed_is_signed_again_after_a_restart_and_kept() {
    let log = Log::new();
    let server = log.serve();
    log.register(&server, 0..5);
    covering(&server.client(""), 6);
    assert!(server.stop().success());
    let server = log.serve();
    let public = server.client("");
    assert_eq!(checkpoint(&public).checkpoint().size(), 6, "signed before it says that it listens");
    let heads = get(&public, "checkpoints").json();
    let sizes: Vec<_> = heads["items"].as_array().expect("heads").iter().map(|head| &head["size"]).collect();
    assert_eq!(sizes, [0, 6]);
    for head in heads["items"].as_array().expect("heads") {
        let note = head["checkpoint"].as_str().expect("a note");
        log.policy().check(&SignedCheckpoint::parse(note.as_bytes()).expect("a checkpoint")).expect("signed");
    }
}

#[test]
fn an_old_copy_of_the_store_is_not_served_as_the_log() {
    // Attack 7: only the store is taken back, the anchor is not.
    let log = Log::new();
    let server = log.serve();
    log.register(&server, 0..5);
    let copy = log.place.file("copy");
    run(Command::new(binary())
        .args(["store", "backup", "--store", &log.place.store_address(), "--to"])
        .arg(&copy));
    log.register(&server, 5..9);
    covering(&server.client(""), 10);
    assert!(server.stop().success());
    std::fs::remove_dir_all(log.place.store()).expect("the store can be removed");
    run(Command::new(binary())
        .args(["store", "restore", "--store", &log.place.store_address(), "--from"])
        .arg(&copy));

    let start = |key: &str, anchor: &str| {
        let mut command = serve(&log.place);
        command.args(["--log-key", &log.file(key), "--anchor", &log.file(anchor)]);
        refused(&mut command)
    };
    let (code, said) = start("log.key", "anchor");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("ends at position 6 but its first 10 facts were signed"), "{said}");
    assert!(said.contains("thidua store restore") && said.contains("thidua signer key"), "{said}");
    let (code, said) = start("log.key", "another-anchor");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("another-anchor is not there"), "{said}");

    // What is lost is lost: the log goes on under a new name, and no one can take it for the old one.
    make_key(&log.place.file("second.key"), "so.example.vn/thidua-2");
    let options = ["--log-key", &log.file("second.key"), "--anchor", &log.file("another-anchor")];
    let server = Server::start_with(&log.place, &options);
    let head = checkpoint(&server.client(""));
    assert_eq!((head.checkpoint().origin(), head.checkpoint().size()), ("so.example.vn/thidua-2", 6));
}

#[test]
fn nothing_is_signed_with_a_key_that_nobody_chose() {
    let log = Log::new();
    let mut bare = Command::new(binary());
    bare.args([
        "serve",
        "--store",
        &log.place.store_address(),
        "--issuer",
        "https://issuer.test",
        "--jwks",
        "none",
    ]);
    let (code, said) = refused(&mut bare);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("thidua signer key") && said.contains("--signer"), "{said}");
    make_key(&log.place.file("development.key"), "development.invalid/x");
    let (code, said) = refused(bare.args(["--log-key", &log.file("development.key")]));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("is a development key"), "{said}");
}

/// A signer in a process of its own; it is killed when this is dropped.
struct Signer(Child);

impl Signer {
    fn start(log: &Log) -> Self {
        let mut command = Command::new(binary());
        command.args(["--json", "signer", "serve", "--key", &log.file("log.key")]);
        command.args(["--state", &log.file("signed"), "--socket", &log.file("socket")]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(said["verifier"], log.verifier);
        Self(child)
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        self.0.kill().expect("the process takes the signal");
        self.0.wait().expect("the process ends");
    }
}

#[test]
fn a_signer_of_its_own_signs_one_past_only() {
    let log = Log::new();
    let signer = Signer::start(&log);
    let options = ["--signer", &log.file("socket"), "--anchor", &log.file("anchor")];
    let server = Server::start_with(&log.place, &options);
    let public = server.client("");
    log.register(&server, 0..5);
    log.policy().check(&covering(&public, 6)).expect("the signer's key signed it");

    // Without the signer facts are taken and nothing is signed; when it is back, all is.
    drop(signer);
    log.register(&server, 5..6);
    let waiting = public.get("/v1/audit/proofs/6").expect("an answer");
    assert_eq!((waiting.status, waiting.code().as_str()), (503, "notYetSigned"), "{}", waiting.text);
    assert!(waiting.header("Retry-After").is_some());
    let signer = Signer::start(&log);
    assert_eq!(covering(&public, 7).checkpoint().size(), 7);
    assert!(server.stop().success());

    // Whoever replaces store and anchor with another past finds that the signer remembers.
    let forget = |path: PathBuf| {
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
    };
    forget(log.place.store()).expect("the store can be removed");
    forget(log.place.file("anchor")).expect("the anchor can be removed");
    let mut again = serve(&log.place);
    let (code, said) = refused(again.args(options));
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("first 7 facts were signed"), "{said}");
    let mut second = Command::new(binary());
    second.args(["signer", "serve", "--key", &log.file("log.key")]);
    second.args(["--state", &log.file("signed"), "--socket", &log.file("other-socket")]);
    let (code, said) = refused(&mut second);
    assert_eq!(code, Some(1), "two signers share one state: {said}");
    drop(signer);
}
