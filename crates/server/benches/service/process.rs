//! The two servers that are compared, each a process of its own, and what the system knows of them.

use crate::{bare, guarded, register::Register, setting};
use api::auth::{
    Scope,
    keys::{MintRequest, SigningKey, mint},
};
use app::{Clock, SystemClock};
use domain::ClientId;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Who signs the tokens.
pub const ISSUER: &str = "https://login.example";

/// A folder with keys and room for stores, on the disk that is measured.
pub struct Place {
    folder: TempDir,
    key: SigningKey,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let key = SigningKey::generate().unwrap();
        key.write(&folder.path().join("key.pem"), &folder.path().join("jwks.json")).unwrap();
        Self { folder, key }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A token with every scope.
    pub fn token(&self, client: &ClientId) -> String {
        let request = MintRequest {
            client: client.clone(),
            scopes: Scope::ALL.iter().copied().collect(),
            ttl_seconds: 3600,
            audience: "thidua".into(),
            issuer: ISSUER.into(),
            now_seconds: SystemClock.now().millis() / 1000,
        };
        mint(&self.key, &request).unwrap()
    }

    /// A store with some blocs, the last year of each still open.
    pub fn store(&self, blocs: usize) -> (PathBuf, Register) {
        let folder = self.file("store");
        let register = Register::write(&folder, blocs, usize::MAX, 1);
        (folder, register)
    }
}

/// A running server; dropping it ends it.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From the start to the first answer that it is ready.
    pub ready_after: Duration,
}

impl Process {
    /// The service itself, as it is delivered.
    pub fn service(place: &Place, store: &Path) -> Self {
        Self::start(serving(place, store))
    }

    /// The same without a snapshot: the log is read whole.
    pub fn service_from_log(place: &Place, store: &Path) -> Self {
        let mut command = serving(place, store);
        command.args(["--snapshot-every", "0"]);
        Self::start(command)
    }

    /// Asks the service to end as it should, which leaves a snapshot; how long that takes.
    pub fn stop(mut self) -> Duration {
        let started = Instant::now();
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success() && self.child.wait().unwrap().success(), "the service ends as it should");
        started.elapsed()
    }

    /// The bare handlers, which find what to answer in `folder`.
    pub fn bare(folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([bare::NAME.as_ref(), folder.as_os_str()]);
        Self::start(command)
    }

    /// The service in this program, with one row more: the same standing for clients with a token.
    pub fn guarded(place: &Place, store: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(guarded::NAME).arg(store).arg(place.file("jwks.json"));
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let started = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("the server says where it listens");
        let address = said["listening"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
        let mut process = Self { child, address, ready_after: Duration::ZERO };
        while !crate::load::is_ready(address) {
            std::thread::sleep(Duration::from_millis(1));
        }
        process.ready_after = started.elapsed();
        process
    }

    /// The processor time it has used so far, in seconds. The kernel counts it in hundredths.
    pub fn processor_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which may hold blanks, user and system time are the twelfth and thirteenth field.
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
    }

    /// Its resident memory, now and at most, in MiB.
    pub fn resident_mib(&self) -> [f64; 2] {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        ["VmRSS", "VmHWM"].map(|name| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
        })
    }
}

fn serving(place: &Place, store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thidua"));
    command
        .args(["serve", "--json", "--allow-development-keys", "--issuer", ISSUER])
        .args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
        .args(["--workers", &setting("WORKERS", 1).to_string()])
        .args(["--store", &format!("sled:{}", store.display())])
        .arg("--jwks")
        .arg(place.file("jwks.json"))
        .env("THIDUA_LOG", "info");
    command
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
