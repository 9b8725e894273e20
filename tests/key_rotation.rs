//! Another key takes over from the one that signed the log: over a real server, followed by the auditor's own tool, which
//! was given the first key alone.

use crate::support::{
    Client, Place, Server,
    facts::{NewUnit, REGISTERS_UNITS},
    keys::make_key,
    place::{REGISTRAR, binary},
    server::{refused, serve},
};
use std::process::{Command, Output};

const ORIGIN: &str = "so.example.vn/thidua";

/// A log, its keys, and what the auditor was given about it: the first key.
struct Log {
    place: Place,
}

impl Log {
    fn new() -> Self {
        let log = Self { place: Place::new() };
        let first = make_key(&log.place.file("first.key"), ORIGIN);
        std::fs::write(log.place.file("policy.txt"), format!("log {first}\nquorum none\n"))
            .expect("a policy");
        for name in ["second.key", "third.key"] {
            make_key(&log.place.file(name), ORIGIN);
        }
        log
    }

    fn options(&self, options: &[(&str, &str)]) -> Vec<String> {
        let file = |name: &str| self.place.file(name).display().to_string();
        let named = options.iter().flat_map(|(option, name)| [(*option).to_owned(), file(name)]);
        named.chain(["--anchor".to_owned(), file("anchor")]).collect()
    }

    fn serve(&self, options: &[(&str, &str)]) -> Server {
        let options = self.options(options);
        Server::start_with(&self.place, &options.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What a `serve` that must not start says, and its exit code.
    fn refused(&self, options: &[(&str, &str)]) -> (Option<i32>, String) {
        refused(serve(&self.place).args(self.options(options)))
    }

    fn client(&self, server: &Server, scopes: &str) -> Client {
        server.client(&self.place.token(REGISTRAR, scopes))
    }

    /// Registers units and waits until a signed head covers them.
    fn register(&self, server: &Server, numbers: std::ops::Range<u32>) {
        let client = self.client(server, REGISTERS_UNITS);
        for number in numbers {
            assert_eq!(NewUnit::new(1, 0, number).post(&client).expect("an answer").status, 201);
        }
        covered(server);
    }

    fn audit(&self, server: &Server, command: &str) -> Output {
        Command::new(binary())
            .current_dir(self.place.file(""))
            .args(["--json", "audit", command, &format!("{}/v1/audit", server.url)])
            .args(["--policy", "policy.txt", "--state", "seen"])
            .env("THIDUA_TOKEN", self.place.token(REGISTRAR, "audit:read"))
            .output()
            .expect("the program starts")
    }

    fn holds(&self, server: &Server, command: &str) {
        let output = self.audit(server, command);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

/// The proof of the last fact waits for a head that covers it.
fn covered(server: &Server) {
    let public = server.client("");
    let last = public.get("/v1/blocs").expect("an answer").position() - 1;
    assert_eq!(public.get(&format!("/v1/audit/proofs/{last}")).expect("an answer").status, 200);
}

fn rotations(server: &Server) -> usize {
    server.client("").read("/v1/audit/rotations")["items"].as_array().expect("items").len()
}

#[test]
fn whoever_believes_the_first_key_is_led_to_the_ones_after_it() {
    let log = Log::new();
    let server = log.serve(&[("--log-key", "first.key")]);
    log.register(&server, 0..3);
    log.holds(&server, "verify");
    assert_eq!(rotations(&server), 0);
    assert!(server.stop().success());

    // While the second key takes over both sign; the first alone is enough for whoever knows no other.
    let server = log.serve(&[("--log-key", "second.key"), ("--previous-log-key", "first.key")]);
    // Nothing else is written, so that the second key alone will sign a head of the same size at the next start.
    covered(&server);
    assert_eq!(rotations(&server), 1);
    let head = server.client("").get("/v1/audit/checkpoint").expect("an answer").text;
    assert_eq!(head.matches("\n— ").count(), 2, "{head}");
    log.holds(&server, "verify");
    assert!(server.stop().success());

    // The second key alone, then a third.
    let server = log.serve(&[("--log-key", "second.key")]);
    log.register(&server, 5..6);
    let head = server.client("").get("/v1/audit/checkpoint").expect("an answer").text;
    assert_eq!(head.matches("\n— ").count(), 1, "{head}");
    for command in ["verify", "consistency", "monitor"] {
        let output = if command == "monitor" { continue } else { log.audit(&server, command) };
        assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
    }
    assert!(server.stop().success());
    let server = log.serve(&[("--log-key", "third.key"), ("--previous-log-key", "second.key")]);
    log.register(&server, 6..7);
    assert!(server.stop().success());
    let server = log.serve(&[("--log-key", "third.key")]);
    assert_eq!(rotations(&server), 2);
    log.holds(&server, "verify");
}

#[test]
fn a_key_that_the_log_does_not_name_signs_nothing() {
    let log = Log::new();
    let server = log.serve(&[("--log-key", "first.key")]);
    log.register(&server, 0..2);
    assert!(server.stop().success());
    let (code, said) = log.refused(&[("--log-key", "second.key")]);
    assert_ne!(code, Some(0), "the first key has not handed over: {said}");

    let server = log.serve(&[("--log-key", "second.key"), ("--previous-log-key", "first.key")]);
    log.register(&server, 2..3);
    assert!(server.stop().success());
    for options in [
        &[("--log-key", "first.key")][..],
        &[("--log-key", "third.key"), ("--previous-log-key", "first.key")],
    ] {
        let (code, said) = log.refused(options);
        assert_ne!(code, Some(0), "{said}");
        assert!(said.contains("signs this log"), "{said}");
    }
    log.serve(&[("--log-key", "second.key"), ("--previous-log-key", "first.key")]);
}
