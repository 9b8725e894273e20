//! The demo, served: the facts of the documents and the example year.

use super::{
    Client, Place,
    place::{binary, run},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// A running demo. Dropping it kills it.
pub struct Demo {
    /// Where its store is.
    pub place: Place,
    /// Where it listens.
    pub url: String,
    /// A token for everything.
    pub token: String,
    child: Child,
}

impl Demo {
    /// Loads the demo and serves it.
    pub fn start() -> Self {
        let place = Place::new();
        let mut child = Command::new(binary())
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .args(["--store", &place.store_address()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
        said.read_line(&mut line).expect("the demo says where it listens");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let text = |name: &str| said[name].as_str().expect("a text").to_owned();
        Self { place, url: text("listening"), token: text("token"), child }
    }

    /// A client that may do everything.
    pub fn client(&self) -> Client {
        Client::new(&self.url, &self.token)
    }

    /// A token for another client.
    pub fn token_of(&self, client: &str, scope: &str) -> String {
        let key = self.place.store().join("demo-keys/signing-key.pem");
        let mut mint = Command::new(binary());
        mint.args(["token", "mint", "--client", client, "--scope", scope, "--key"]).arg(key);
        String::from_utf8(run(&mut mint).stdout).expect("text").trim().to_owned()
    }

    /// What `thidua --json audit` comes to, with words after it: its exit code and what it printed.
    pub fn audit(&self, words: &[&str]) -> (Option<i32>, Value) {
        let policy = self.place.file("policy.txt");
        if !policy.exists() {
            let text = self.client().get("/v1/audit/policy").expect("a policy").text;
            std::fs::write(&policy, text).expect("the policy");
        }
        let output = Command::new(binary())
            .current_dir(self.place.file(""))
            .args(["--json", "audit"])
            .args(words)
            .args(["--policy", "policy.txt", "--state", "seen", "--evidence", "evidence.json"])
            .env("THIDUA_TOKEN", &self.token)
            .output()
            .expect("the program starts");
        let said = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| serde_json::json!({ "stderr": String::from_utf8_lossy(&output.stderr) }));
        (output.status.code(), said)
    }

    /// The address of its log.
    pub fn log(&self) -> String {
        format!("{}/v1/audit", self.url)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
