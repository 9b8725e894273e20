//! A service whose heads real witnesses cosign: it hands out what they have seen, waits for none of them to write or
//! sign, and says when too few of them are there.

use crate::support::{
    Place, Server,
    client::now,
    facts::{NewUnit, REGISTERS_UNITS},
    keys::make_key,
    place::{REGISTRAR, binary, run},
    server::{refused, serve},
    waiting::until,
    witness::Witness,
};
use serde_json::Value;
use std::{
    net::TcpListener,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tlog::{checkpoint::SignedCheckpoint, policy::Policy};

/// A log with two real witnesses, both of which its policy asks for, and a third that takes every call and never answers.
struct Witnessed {
    place: Place,
    log_key: String,
    council: Option<Witness>,
    inspectorate: Option<Witness>,
    _silent: TcpListener,
    policy: Policy,
}

impl Witnessed {
    fn new() -> Self {
        let place = Place::new();
        let made = run(Command::new(binary())
            .args(["signer", "key", "--name", "so.example.vn/thidua", "--key"])
            .arg(place.file("log.key")));
        let log_key = String::from_utf8(made.stdout).expect("text").trim().to_owned();
        let start = |name: &str| Witness::start(&place.file(name), &log_key, "127.0.0.1:0");
        let (council, inspectorate) = (start("council"), start("inspectorate"));
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let archive = run(Command::new(binary())
            .args(["witness", "key", "--name", "archive.example.vn/w1", "--key"])
            .arg(place.file("archive.key")));
        let file = format!(
            "log {log_key}\nwitness council {} {}\nwitness inspectorate {} {}\nwitness archive {} http://{}\n\
             group officials all council inspectorate\nquorum officials\n",
            council.key,
            council.url,
            inspectorate.key,
            inspectorate.url,
            String::from_utf8_lossy(&archive.stdout).trim(),
            silent.local_addr().expect("an address"),
        );
        std::fs::write(place.file("policy.txt"), &file).expect("a policy");
        let policy = Policy::parse(file.as_bytes()).expect("a policy");
        Self {
            place,
            log_key,
            council: Some(council),
            inspectorate: Some(inspectorate),
            _silent: silent,
            policy,
        }
    }

    fn file(&self, name: &str) -> String {
        self.place.file(name).display().to_string()
    }

    fn serve(&self) -> Server {
        let (key, anchor, policy) = (self.file("log.key"), self.file("anchor"), self.file("policy.txt"));
        Server::start_with(&self.place, &["--log-key", &key, "--anchor", &anchor, "--policy", &policy])
    }

    fn register(&self, server: &Server, numbers: std::ops::Range<u32>) {
        let client = server.client(&self.place.token(REGISTRAR, REGISTERS_UNITS));
        for number in numbers {
            assert_eq!(NewUnit::new(1, 0, number).post(&client).expect("an answer").status, 201);
        }
    }

    /// `thidua audit verify`, without memory.
    fn verify(&self, server: &Server) -> (Option<i32>, Value) {
        let output = Command::new(binary())
            .current_dir(self.place.file(""))
            .args(["--json", "audit", "verify", &format!("{}/v1/audit", server.url), "--past"])
            .args(["--policy", "policy.txt", "--evidence", "evidence.json"])
            .env("THIDUA_TOKEN", self.place.token(REGISTRAR, "audit:read"))
            .output()
            .expect("the program starts");
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
    }
}

fn checkpoint(server: &Server) -> SignedCheckpoint {
    let answer = server.client("").get("/v1/audit/checkpoint").expect("an answer");
    SignedCheckpoint::parse(&answer.bytes).expect("a checkpoint")
}

/// What the service says of its witnesses.
fn witnesses(server: &Server) -> Value {
    server.client("").read("/health/ready")["witnesses"].clone()
}

#[test]
fn heads_are_handed_out_with_what_the_witnesses_say_and_without_when_too_few_are_there() {
    let mut log = Witnessed::new();
    let server = log.serve();
    let served = server.client("").get("/v1/audit/policy").expect("an answer").text;
    assert_eq!(Policy::parse(served.as_bytes()).expect("a policy"), log.policy, "the policy is handed out");
    log.register(&server, 0..5);
    until("a cosigned head of six facts", || {
        let head = checkpoint(&server);
        head.checkpoint().size() == 6 && log.policy.check(&head).is_ok()
    });
    let (head, state) = (checkpoint(&server), witnesses(&server));
    let seen = log.policy.check(&head).expect("the quorum").witnesses;
    assert_eq!(seen.len(), 2, "the silent witness stops nobody");
    let seconds = u64::try_from(now().millis() / 1000).expect("after 1970");
    assert!(seen.iter().all(|(_, time)| time.abs_diff(seconds) < 600), "each says when: {seen:?}");
    assert_eq!(state["quorum"], true, "{state}");
    assert!(
        state["items"][0]["cosigned_at"].is_string() && state["items"][2]["cosigned_at"].is_null(),
        "{state}"
    );
    let (code, said) = log.verify(&server);
    assert_eq!((code, said["head"]["witnesses"].as_array().map(Vec::len)), (Some(0), Some(2)), "{said}");

    // One of two is gone: writing and signing go on, and whoever checks hears of it.
    let address = log.council.take().expect("a witness").address();
    let started = Instant::now();
    log.register(&server, 5..9);
    assert!(started.elapsed() < Duration::from_secs(10), "writing waited for a witness");
    until("a head without its quorum", || witnesses(&server)["quorum"] == false);
    until("a head of all ten facts", || checkpoint(&server).checkpoint().size() == 10);
    let state = witnesses(&server);
    assert!(state["items"][0]["failing"].is_string(), "{state}");
    assert_eq!(log.verify(&server).0, Some(3), "too few witnesses");

    // It comes back, and remembers what it saw.
    log.council = Some(Witness::start(&log.place.file("council"), &log.log_key, &address));
    until("the quorum again", || witnesses(&server)["quorum"] == true);
    log.register(&server, 9..10);
    until("a cosigned head of eleven facts", || {
        let head = checkpoint(&server);
        head.checkpoint().size() == 11 && log.policy.check(&head).is_ok()
    });
    assert_eq!(log.verify(&server).0, Some(0));

    // The first head of a process is kept with its cosignatures.
    assert!(server.stop().success());
    let server = log.serve();
    until("a kept head that was cosigned", || {
        let heads = server.client("").read("/v1/audit/checkpoints");
        let notes =
            heads["items"].as_array().expect("heads").iter().filter_map(|head| head["checkpoint"].as_str());
        notes
            .filter_map(|note| SignedCheckpoint::parse(note.as_bytes()).ok())
            .any(|head| log.policy.check(&head).is_ok())
    });
    assert!(server.stop().success(), "the silent witness keeps nobody from stopping");
    drop(log.inspectorate);
}

#[test]
fn a_policy_of_another_log_is_not_served() {
    let log = Witnessed::new();
    let file = std::fs::read_to_string(log.place.file("policy.txt")).expect("the policy");
    let other = run(Command::new(binary())
        .args(["signer", "key", "--name", "so.example.vn/other", "--key"])
        .arg(log.place.file("other.key")));
    let other = String::from_utf8(other.stdout).expect("text");
    std::fs::write(log.place.file("policy.txt"), file.replace(&log.log_key, other.trim())).expect("a policy");
    let mut command = serve(&log.place);
    command.args(["--log-key", &log.file("log.key"), "--anchor", &log.file("anchor")]);
    let (code, said) = refused(command.args(["--policy", &log.file("policy.txt")]));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("does not list the key of this log"), "{said}");
}

/// A log that a single witness sees.
struct Seen {
    place: Place,
    witness: Witness,
}

impl Seen {
    /// Serves it with these keys, under a policy that believes `believed`.
    fn serve(&self, keys: &[(&str, &Path)], believed: &str) -> Server {
        let policy = self.place.file("policy.txt");
        let witness = format!("witness council {} {}\nquorum council\n", self.witness.key, self.witness.url);
        std::fs::write(&policy, format!("log {believed}\n{witness}")).expect("a policy");
        let text = |path: &Path| path.display().to_string();
        let mut options = vec!["--anchor".to_owned(), text(&self.place.file("anchor"))];
        options.extend(["--policy".to_owned(), text(&policy)]);
        options.extend(keys.iter().flat_map(|(name, path)| [(*name).to_owned(), text(path)]));
        Server::start_with(&self.place, &options.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[test]
fn a_witness_follows_a_key_that_the_one_before_vouches_for() {
    let place = Place::new();
    let (first, second) = (place.file("first.key"), place.file("second.key"));
    let [old, new] = [&first, &second].map(|path| make_key(path, "so.example.vn/thidua"));
    let witness = Witness::start(&place.file("council"), &old, "127.0.0.1:0");
    let mut log = Seen { place, witness };
    let quorum = |server: &Server| witnesses(server)["quorum"] == true;
    let server = log.serve(&[("--log-key", &first)], &old);
    until("a head that was seen", || quorum(&server));
    assert!(server.stop().success());
    // While the second key takes over both sign, and the witness believes the first.
    let server = log.serve(&[("--log-key", &second), ("--previous-log-key", &first)], &new);
    until("a head by both keys that was seen", || quorum(&server));
    assert!(server.stop().success());

    // Of the second key alone it has heard nothing, and nowhere to ask.
    let server = log.serve(&[("--log-key", &second)], &new);
    let failing = || witnesses(&server)["items"][0]["failing"].as_str().unwrap_or_default().to_owned();
    until("a refusal", || failing().starts_with("403"));
    assert!(!quorum(&server));
    // Its policy says where the log can be reached: it reads there what the first key vouched for.
    let address = log.witness.address();
    drop(log.witness);
    let with_address = format!("{old} {}/v1/audit", server.url);
    log.witness = Witness::start(&log.place.file("council"), &with_address, &address);
    until("a head by the second key that was seen", || quorum(&server));
}
