//! A witness in its own process: it cosigns what grew out of what it saw, and nothing else, also after a restart.

use super::log::{Log, chained, envelopes, facts, seen};
use crate::support::place::binary;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Barrier,
};
use tlog::{
    RightEdge,
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::VerifierKey,
    leaf_hash,
    proof::consistency,
    tree::Node,
    witness::AddCheckpoint,
};

struct Witness {
    child: Child,
    url: String,
    key: VerifierKey,
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(log: &Log) -> Witness {
    if !log.path("witness.key").exists() {
        let made = Command::new(binary())
            .args(["witness", "key", "--name", "inspectorate.example.vn/w1", "--key"])
            .arg(log.path("witness.key"))
            .output()
            .expect("the program starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let mut child = Command::new(binary())
        .current_dir(log.path(""))
        .args(["--json", "witness", "serve", "--key", "witness.key", "--logs", "policy.txt"])
        .args(["--state", "seen", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the witness starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    let text = |name: &str| said[name].as_str().expect("a text").to_owned();
    Witness { child, url: text("witness"), key: text("verifier").parse().expect("a key") }
}

/// A tree of these entries and what grows out of it.
pub struct Tree(pub Vec<Vec<u8>>);

impl Tree {
    /// Its head, signed by the log.
    pub fn signed(&self, log: &Log, size: usize) -> SignedCheckpoint {
        let mut tree = RightEdge::default();
        self.0[..size].iter().for_each(|entry| tree.push(leaf_hash(entry)));
        let head = Checkpoint::new(super::log::ORIGIN, tree.size(), tree.root()).expect("a head");
        SignedCheckpoint::sign(head, &log.signer)
    }

    /// Asks for a cosignature, with the proof that one head grew out of the other.
    pub fn request(&self, log: &Log, old: usize, new: usize) -> AddCheckpoint {
        let read = |node: Node| {
            let (start, width) = (node.index << node.height, 1_u64 << node.height);
            let mut tree = RightEdge::default();
            let range =
                usize::try_from(start).expect("small")..usize::try_from(start + width).expect("small");
            self.0[range].iter().for_each(|entry| tree.push(leaf_hash(entry)));
            Ok::<_, ()>(tree.root())
        };
        let proof = consistency(old as u64, new as u64, read).expect("a proof");
        AddCheckpoint { old_size: old as u64, proof, checkpoint: self.signed(log, new) }
    }
}

fn post(witness: &Witness, body: String) -> (u16, String, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let address = format!("{}/add-checkpoint", witness.url);
        let answer = reqwest::Client::new().post(address).body(body).send().await.expect("an answer");
        let kind = answer.headers()["content-type"].to_str().expect("ASCII").to_owned();
        (answer.status().as_u16(), kind, answer.text().await.expect("a text"))
    })
}

fn get(witness: &Witness, path: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let answer = reqwest::get(format!("{}/{path}", witness.url)).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    })
}

#[test]
fn a_witness_cosigns_growth_and_nothing_else() {
    let log = Log::honest();
    let tree = Tree(facts().to_vec());
    let witness = start(&log);
    let path = format!("{}/checkpoint", ::audit::heads::origin_hash(super::log::ORIGIN));
    assert_eq!(get(&witness, &path).0, 404, "nothing was seen yet");
    let (status, _, lines) = post(&witness, tree.request(&log, 0, 100).to_string());
    assert_eq!(status, 200, "{lines}");
    let mut signed = tree.signed(&log, 100);
    signed.add(lines.trim_end().parse().expect("a signature line"));
    let found = signed.note().verify([&witness.key]).expect("its cosignature");
    assert!(found[0].time.is_some_and(|time| time + 600 > seen()), "it says when");

    // Attack 6: the log is taken back to an old copy; attack 37: the sizes do not fit.
    let (status, kind, size) = post(&witness, tree.request(&log, 50, 200).to_string());
    assert_eq!((status, kind.as_str(), size.as_str()), (409, "text/x.tlog.size", "100\n"));
    assert_eq!(post(&witness, tree.request(&log, 100, 200).to_string()).0, 200);

    // Attack 3: rewritten and signed with the log's own key.
    let mut forged = envelopes();
    forged[10].salt.0[0] ^= 1;
    let forged = Tree(chained(forged));
    assert_eq!(post(&witness, forged.request(&log, 200, 300).to_string()).0, 422);

    // Attack 18: signed by nobody it knows.
    let mut stranger = Log::empty();
    stranger.signer = tlog::key::Signer::from_seed("x.example/y".parse().unwrap(), &[1; 32]).unwrap();
    assert_eq!(post(&witness, tree.request(&stranger, 200, 300).to_string()).0, 403);
    assert_eq!(post(&witness, "old 1\n".to_owned()).0, 400);

    // What it saw, it remembers after a kill -9.
    drop(witness);
    let witness = start(&log);
    let (status, head) = get(&witness, &path);
    let head = SignedCheckpoint::parse(head.as_bytes()).expect("a checkpoint");
    assert_eq!((status, head.checkpoint().size()), (200, 200));
    assert_eq!(head.note().verify([&witness.key, log.signer.verifier()]).expect("both").len(), 2);
    assert_eq!(post(&witness, tree.request(&log, 100, 200).to_string()).0, 409);
    assert_eq!(post(&witness, tree.request(&log, 200, facts().len()).to_string()).0, 200);
}

#[test]
fn of_two_requests_at_once_a_witness_serves_one() {
    // Attack 38: all extend the same head; whichever comes later finds another one.
    let log = Log::honest();
    let tree = Tree(facts().to_vec());
    let witness = start(&log);
    let path = format!("{}/checkpoint", ::audit::heads::origin_hash(super::log::ORIGIN));
    let mut old = 0;
    // Whether two overlap is left to chance in one round.
    for _ in 0..10 {
        let sizes: Vec<usize> = (1..9).map(|more| old + more).collect();
        let bodies: Vec<_> = sizes.iter().map(|new| tree.request(&log, old, *new).to_string()).collect();
        let gate = Barrier::new(bodies.len());
        let ask = |body| {
            gate.wait();
            post(&witness, body).0
        };
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let posts: Vec<_> = bodies.into_iter().map(|body| scope.spawn(|| ask(body))).collect();
            posts.into_iter().map(|post| post.join().expect("an answer")).collect()
        });
        let cosigned: Vec<_> = sizes.iter().zip(&statuses).filter(|(_, status)| **status == 200).collect();
        assert_eq!(cosigned.len(), 1, "after {old}: {statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "after {old}: {statuses:?}");
        old = *cosigned[0].0;
        let (_, head) = get(&witness, &path);
        let head = SignedCheckpoint::parse(head.as_bytes()).expect("a checkpoint");
        assert_eq!(head.checkpoint().size(), old as u64, "what it cosigned is what it remembers");
    }
}
