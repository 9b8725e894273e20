//! One server of a cluster.

use super::{Settings, done, program, run, user};
use std::{
    fmt::Write,
    fs::{self, OpenOptions},
    io::Write as _,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// A PostgreSQL server in a folder, on a port of 127.0.0.1. Everyone on this machine may connect as anyone: `postgres` is
/// the superuser.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Makes a new, empty one.
    pub(crate) fn initialise(folder: &Path, settings: Settings<'_>) -> Self {
        let server = Self { folder: folder.join("primary"), port: free_port() };
        let mut initdb = program("initdb");
        initdb.args([
            "--no-sync",
            "--no-instructions",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
        ]);
        initdb.args(["--locale=C.UTF-8", "-D"]).arg(&server.folder);
        done(initdb);
        server.set(settings);
        server.set(&[
            ("listen_addresses", "'127.0.0.1'"),
            ("wal_level", "replica"),
            ("max_wal_senders", "10"),
        ]);
        server.settle_in();
        server
    }

    /// Makes a standby of another.
    pub(crate) fn copy(primary: &Self, folder: &Path, name: &str) -> Self {
        let server = Self { folder: folder.join(name), port: free_port() };
        server.copy_from(primary, name);
        server
    }

    /// Fills its folder, which must be empty or missing, with a copy of another, to follow it.
    pub(crate) fn copy_from(&self, primary: &Self, name: &str) {
        let mut backup = program("pg_basebackup");
        let from = format!("host=127.0.0.1 port={} user=postgres application_name={name}", primary.port);
        backup
            .args(["--no-sync", "--checkpoint=fast", "--write-recovery-conf", "-d", &from, "-D"])
            .arg(&self.folder);
        done(backup);
        self.settle_in();
    }

    /// The port it listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where its data lies, and its log `server.log`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A URL for a store in one of its databases.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// The process that all its others are children of.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pid(&self) -> u32 {
        let file = fs::read_to_string(self.folder.join("postmaster.pid")).expect("a running server");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// Adds settings, which count from the next start or reload on.
    ///
    /// # Panics
    /// When its file cannot be written.
    pub fn set(&self, settings: Settings<'_>) {
        let text = settings.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "{name} = {value}");
            text
        });
        let path = self.folder.join("postgresql.conf");
        let mut file = OpenOptions::new().append(true).open(path).expect("its configuration");
        file.write_all(text.as_bytes()).expect("its configuration");
    }

    /// Replaces one of its files, such as `pg_hba.conf`; nobody else can read it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put(&self, name: &str, content: &[u8]) {
        let path = self.folder.join(name);
        fs::write(&path, content).expect("its file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its file");
        user::give_file(&path);
    }

    /// Starts it; returns when it accepts connections.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        let mut start = self.control(&["start", "--wait", "--silent", "-l"]);
        let log = self.folder.join("server.log");
        start.arg(&log);
        // It says why only there.
        let said = || fs::read_to_string(&log).unwrap_or_default();
        run(start).unwrap_or_else(|fault| panic!("{fault}{}", said()));
    }

    /// Stops it: `fast` ends sessions, `immediate` is as if it were killed.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self, mode: &str) {
        done(self.control(&["stop", "--wait", "--silent", "-m", mode]));
    }

    /// Makes a standby take writes; returns when it does.
    ///
    /// # Panics
    /// When it is none.
    pub fn promote(&self) {
        done(self.control(&["promote", "--wait", "--silent"]));
    }

    /// Makes it read its settings again.
    ///
    /// # Panics
    /// When it does not run.
    pub fn reload(&self) {
        done(self.control(&["reload", "--silent"]));
    }

    /// Runs statements as the superuser in a database; what they print, without headings, columns parted by `|`.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let mut psql = program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        psql.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "-d", database, "-c"]);
        psql.arg(statements);
        done(psql).trim().to_owned()
    }

    fn control(&self, arguments: &[&str]) -> Command {
        let mut control = program("pg_ctl");
        control.arg("-D").arg(&self.folder).args(arguments);
        control
    }

    /// Its port, and a folder of its own for its socket.
    fn settle_in(&self) {
        let folder = format!("'{}'", self.folder.display());
        self.set(&[("port", &self.port.to_string()), ("unix_socket_directories", &folder)]);
    }
}

/// A port that nobody listens on, and that no connection is given for its own end: those begin at 32768. A server that is
/// down finds it free when it comes back, however often others have tried to reach it meanwhile. In one process no port is
/// handed out twice.
///
/// # Panics
/// When none is free.
pub fn free_port() -> u16 {
    const FIRST: u32 = 20_000;
    const PORTS: u32 = 12_000;
    static HANDED_OUT: AtomicU32 = AtomicU32::new(0);
    // Other processes begin elsewhere.
    let begin = std::process::id().wrapping_mul(101);
    (0..PORTS)
        .map(|_| begin.wrapping_add(HANDED_OUT.fetch_add(1, Ordering::Relaxed)) % PORTS + FIRST)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_free() {
        assert!(TcpListener::bind(("127.0.0.1", free_port())).is_ok());
    }
}
