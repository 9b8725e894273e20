//! Throw-away PostgreSQL clusters for tests and benchmarks: a primary, and standbys if they are asked for, in temporary
//! folders on free ports of this machine. They end and their folders go when the [`Cluster`] is dropped, and also when the
//! process that made it ends in any other way.
//!
//! PostgreSQL refuses to run as root; when this process is root's, its servers are run by the user `postgres`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "for tests alone: a fault ends the test"
)]

mod faults;
mod server;
mod user;

pub use server::{Server, free_port};

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;
use user::as_postgres;

/// Where Debian keeps the programs, unless `THIDUA_POSTGRES` names another folder.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// Settings, as `name = value`.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

/// For tests that start quickly and never need the disk.
pub const FLEETING: Settings<'static> =
    &[("fsync", "off"), ("full_page_writes", "off"), ("max_connections", "200")];

/// Servers that end when this does.
#[derive(Debug)]
pub struct Cluster {
    primary: Server,
    standbys: Vec<Server>,
    /// Ends the servers when this process, or this value, goes: it waits for the end of its standard input.
    keeper: Child,
    folder: TempDir,
}

impl Cluster {
    /// A primary with these settings, accepting connections.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start(settings: Settings<'_>) -> Self {
        Self::start_in(&std::env::temp_dir(), settings)
    }

    /// The same, with its folders below this one.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start_in(folder: &Path, settings: Settings<'_>) -> Self {
        let folder = tempfile::Builder::new().prefix("thidua-cluster-").tempdir_in(folder);
        let folder = folder.expect("a temporary folder");
        user::give(folder.path());
        let keeper = keeper(folder.path());
        let primary = Server::initialise(folder.path(), settings);
        primary.start();
        Self { primary, standbys: Vec::new(), keeper, folder }
    }

    /// Adds a standby that streams from the primary, accepting reads. Its name in `synchronous_standby_names` is
    /// `standby_1`, `standby_2` and so on.
    ///
    /// # Panics
    /// When it does not start.
    pub fn add_standby(&mut self) -> &Server {
        let name = format!("standby_{}", self.standbys.len() + 1);
        let standby = Server::copy(&self.primary, self.folder.path(), &name);
        standby.start();
        self.standbys.push(standby);
        self.standbys.last().expect("just added")
    }

    /// The server that takes writes, until another is promoted.
    pub const fn primary(&self) -> &Server {
        &self.primary
    }

    /// The standbys, in the order they were added.
    pub fn standbys(&self) -> &[Server] {
        &self.standbys
    }

    /// A URL that names every server, for whoever looks for the one that takes writes.
    pub fn url(&self, user: &str, database: &str) -> String {
        let servers: Vec<_> = self.servers().map(|server| format!("127.0.0.1:{}", server.port())).collect();
        format!("postgres://{user}@{}/{database}", servers.join(","))
    }

    fn servers(&self) -> impl Iterator<Item = &Server> {
        std::iter::once(&self.primary).chain(&self.standbys)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It has nothing to tell; that the folder is gone is what counts.
        let _ = self.keeper.wait();
    }
}

/// A shell that waits until nobody holds the other end of its standard input, then ends every server below the folder and
/// removes the folder. The end of this process closes that end, however it comes.
fn keeper(folder: &Path) -> Child {
    const SCRIPT: &str = r#"cat > /dev/null
        for pid in "$1"/*/postmaster.pid; do
            [ -f "$pid" ] && kill -QUIT "$(head -n 1 "$pid")" 2> /dev/null
        done
        for pid in "$1"/*/postmaster.pid; do
            while [ -f "$pid" ] && kill -0 "$(head -n 1 "$pid")" 2> /dev/null; do sleep 0.01; done
        done
        rm -rf "$1""#;
    Command::new("setsid")
        .args(["sh", "-c", SCRIPT, "keeper"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

/// One of PostgreSQL's programs, run by a user it accepts.
fn program(name: &str) -> Command {
    let folder = std::env::var("THIDUA_POSTGRES").unwrap_or_else(|_| PROGRAMS.to_owned());
    let path = Path::new(&folder).join(name);
    assert!(path.exists(), "{} is not there: install the Debian package postgresql", path.display());
    as_postgres(&path)
}

/// Runs a program to its end; what it printed.
fn done(command: Command) -> String {
    run(command).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Runs a program to its end: what it printed, or what it complained of.
fn run(mut command: Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(format!("{command:?}: {said}{complained}"));
    }
    Ok(said.into_owned())
}
