//! The key of a log in a process of its own, asked as whoever has taken over the service asks it: it signs what grew out of
//! what it signed, and nothing else, also after a restart, and its operator reads what it refused.

use super::{
    log::{Log, ORIGIN, chained, envelopes, facts},
    witness::Tree,
};
use crate::support::{keys::make_key, place::binary};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    process::{Child, Command, Stdio},
};
use tlog::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::VerifierKey,
    witness::SignHead,
};

struct Signer(Child);

impl Drop for Signer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it in the folder of the log; what it tells its operator is added to a file.
fn start(log: &Log) -> Signer {
    let said = File::options().create(true).append(true).open(log.path("said")).expect("a file");
    let mut child = Command::new(binary())
        .current_dir(log.path(""))
        .args(["--json", "signer", "serve", "--key", "signer.key", "--state", "signed"])
        .args(["--socket", "socket"])
        .stdout(Stdio::piped())
        .stderr(said)
        .spawn()
        .expect("the signer starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.contains(ORIGIN), "{line:?}");
    Signer(child)
}

/// What it answers: a number, and the rest.
fn ask(log: &Log, request: &SignHead) -> (u16, String) {
    let mut stream = UnixStream::connect(log.path("socket")).expect("the socket");
    stream.write_all(request.to_string().as_bytes()).expect("the request");
    stream.shutdown(Shutdown::Write).expect("the end of the request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (status, rest) = answer.split_once('\n').expect("two lines");
    (status.parse().expect("a number"), rest.trim_end().to_owned())
}

/// Asks for the head of this tree, with the proof that it grew.
fn growth(log: &Log, tree: &Tree, old: usize, new: usize) -> SignHead {
    let request = tree.request(log, old, new);
    SignHead {
        old_size: request.old_size,
        proof: request.proof,
        head: request.checkpoint.checkpoint().clone(),
    }
}

#[test]
fn a_signer_signs_growth_and_nothing_else() {
    let log = Log::honest();
    let key: VerifierKey = make_key(&log.path("signer.key"), ORIGIN).parse().expect("a key");
    let tree = Tree(facts().to_vec());
    let signer = start(&log);
    let first = growth(&log, &tree, 0, 100);
    let (status, line) = ask(&log, &first);
    assert_eq!(status, 200, "{line}");
    let signed = SignedCheckpoint::new(first.head, line.parse().expect("a signature line"));
    signed.note().verify([&key]).expect("its signature");
    let state = || fs::read_to_string(log.path("signed")).expect("its state");
    assert_eq!(state(), signed.to_string(), "it was kept before it was told");

    // Attack 37: heads that did not grow out of the one it signed, each well formed.
    let mut other = envelopes();
    other[10].salt.0[0] ^= 1;
    let other = Tree(chained(other));
    let refused = |request: &SignHead, status: u16, why: &str| {
        let (found, said) = ask(&log, request);
        assert_eq!((found, said.contains(why)), (status, true), "{said}");
        assert_eq!(state(), signed.to_string(), "what was refused is not remembered");
    };
    refused(&growth(&log, &other, 100, 200), 422, "the earlier tree");
    refused(&growth(&log, &other, 100, 100), 422, "the root");
    let honest = growth(&log, &tree, 100, 200);
    refused(&SignHead { proof: Vec::new(), ..honest.clone() }, 422, "0 hashes");
    let head = Checkpoint::new(ORIGIN, 200, [9; 32]).expect("a head");
    refused(&SignHead { head, ..honest.clone() }, 422, "the tree");
    let smaller = SignHead { old_size: 100, ..growth(&log, &tree, 50, 50) };
    refused(&smaller, 422, "over the size 50");
    refused(&growth(&log, &tree, 50, 200), 409, "100");
    refused(&growth(&log, &tree, 0, 50), 409, "100");
    let head = Checkpoint::new("audit.example.vn/other", 200, *honest.head.root()).expect("a head");
    refused(&SignHead { head, ..honest.clone() }, 400, ORIGIN);
    let head = honest.head.clone().with_extension("more").expect("a line");
    refused(&SignHead { head, ..honest }, 400, ORIGIN);
    let said = fs::read_to_string(log.path("said")).expect("what it said");
    let told = said.matches("contradicts what was signed").count();
    assert_eq!(told, 5, "every contradiction is told, and nothing else: {said}");

    // What it signed, it remembers after a kill -9.
    drop(signer);
    let _signer = start(&log);
    refused(&growth(&log, &other, 100, 200), 422, "the earlier tree");
    refused(&growth(&log, &tree, 0, 300), 409, "100");
    assert_eq!(ask(&log, &growth(&log, &tree, 100, 200)).0, 200);
}
