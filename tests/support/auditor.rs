//! `thidua audit` as an auditor runs it on a service, and a service whose log has a key of its own.

use super::{
    Client, Place, Server,
    facts::{NewUnit, REGISTERS_UNITS},
    keys::make_key,
    place::{REGISTRAR, binary},
};
use serde_json::Value;
use std::process::Command;

/// The client that holds the role of an auditor, once [`Audited::appoint`] has given it.
pub const AUDITOR: &str = "thanh-tra";

/// A place whose log has a key and an anchor of its own.
pub struct Audited {
    /// The place.
    pub place: Place,
    /// The public key of the log.
    pub key: String,
}

impl Audited {
    /// With a fresh key.
    pub fn new() -> Self {
        let place = Place::new();
        let key = make_key(&place.file("log.key"), "so.example.vn/thidua");
        Self { place, key }
    }

    /// A path in the place, as text.
    pub fn file(&self, name: &str) -> String {
        self.place.file(name).display().to_string()
    }

    /// Serves it with further options.
    pub fn serve(&self, options: &[&str]) -> Server {
        let (key, anchor) = (self.file("log.key"), self.file("anchor"));
        Server::start_with(&self.place, &[&["--log-key", &key, "--anchor", &anchor], options].concat())
    }

    /// A client of the registrar.
    pub fn registrar(&self, server: &Server, scopes: &str) -> Client {
        server.client(&self.place.token(REGISTRAR, scopes))
    }

    /// Registers units by their numbers.
    pub fn register(&self, server: &Server, numbers: std::ops::Range<u32>) {
        let client = self.registrar(server, REGISTERS_UNITS);
        for number in numbers {
            assert_eq!(NewUnit::new(1, 0, number).post(&client).expect("an answer").status, 201);
        }
    }

    /// Gives the auditor its role, and makes a client for it.
    pub fn appoint(&self, server: &Server) -> Client {
        let registrar = self.registrar(server, "grants:write");
        registrar.record("/v1/grants", &serde_json::json!({"client": AUDITOR, "role": "auditor"}));
        server.client(&self.place.token(AUDITOR, "audit:read events:read"))
    }

    /// Writes a policy that believes the log's key and these lines.
    pub fn write_policy(&self, more: &str) {
        let policy = format!("log {}\n{more}\nquorum none\n", self.key);
        std::fs::write(self.place.file("policy.txt"), policy).expect("a policy");
    }

    /// Runs `thidua audit` with `policy.txt`, without memory, as the registrar.
    pub fn audit(&self, words: &[&str]) -> (Option<i32>, Value) {
        let output = Command::new(binary())
            .current_dir(self.place.file(""))
            .args(["--json", "audit"])
            .args(words)
            .args(["--past", "--policy", "policy.txt", "--evidence", "evidence.json"])
            .env("THIDUA_TOKEN", self.place.token(REGISTRAR, "audit:read"))
            .output()
            .expect("the program starts");
        let said = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&output.stderr).into_owned()));
        (output.status.code(), said)
    }
}
