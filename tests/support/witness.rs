//! The real `thidua witness`, in a process of its own, and a policy that names it.

use super::place::{binary, run};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A running witness. Dropping it kills it.
pub struct Witness {
    child: Child,
    /// Where it answers, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// Its public key.
    pub key: String,
}

impl Witness {
    /// Starts a witness of the log with this key in a folder, which keeps its key and what it has seen; `listen` is where
    /// it answers, port 0 for a free one.
    pub fn start(folder: &Path, log_key: &str, listen: &str) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let key = folder.join("key");
        if !key.exists() {
            let name = folder.file_name().expect("a name").to_str().expect("text");
            let name = format!("{name}.example.vn/w1");
            run(Command::new(binary()).args(["witness", "key", "--name", &name, "--key"]).arg(&key));
        }
        let logs = folder.join("logs");
        std::fs::write(&logs, format!("log {log_key}\nquorum none\n")).expect("a policy");
        let mut command = Command::new(binary());
        command.args(["--json", "witness", "serve", "--listen", listen]);
        let option = |command: &mut Command, name: &str, path: PathBuf| {
            command.arg(name).arg(path);
        };
        option(&mut command, "--key", key);
        option(&mut command, "--logs", logs);
        option(&mut command, "--state", folder.join("seen"));
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the witness starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let text = |name: &str| said[name].as_str().expect("a text").to_owned();
        Self { child, url: text("witness"), key: text("verifier") }
    }

    /// Where it answers, without the scheme.
    pub fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
