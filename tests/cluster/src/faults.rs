//! What can befall a server: its end between two instructions, a pause of all its processes, another primary.

use super::Server;
use std::{fs, process::Command};

impl Server {
    /// Ends all its processes with `kill -9`.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        let first = self.pid();
        // Standing still it starts no others meanwhile.
        send("STOP", &[first]);
        let processes = self.processes();
        send("KILL", &processes);
        while processes.iter().any(|process| is_alive(*process)) {
            std::thread::yield_now();
        }
        fs::remove_file(self.folder().join("postmaster.pid")).expect("the file of a dead server");
    }

    /// Stops all its processes where they are (SIGSTOP). What stands still cannot be stopped otherwise: thaw it first.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self) {
        send("STOP", &[self.pid()]);
        send("STOP", &self.processes());
    }

    /// Lets its processes go on (SIGCONT).
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        let mut processes = self.processes();
        // The first process last: it would take children that do not answer for dead.
        processes.reverse();
        send("CONT", &processes);
    }

    /// Turns a standby to another primary, under the name it has for `synchronous_standby_names`.
    ///
    /// # Panics
    /// When it does not run.
    pub fn follow(&self, primary: &Self, name: &str) {
        let place = format!("host=127.0.0.1 port={} user=postgres application_name={name}", primary.port());
        // Not `set`: what was noted when the standby was made counts for more.
        self.sql("postgres", &format!("alter system set primary_conninfo = '{place}'"));
        self.reload();
    }

    /// Copies another server into the place of this one, which must be down, and starts it as its standby.
    ///
    /// # Panics
    /// When that cannot be done.
    pub fn rejoin(&self, primary: &Self, name: &str) {
        for entry in fs::read_dir(self.folder()).expect("its folder") {
            let path = entry.expect("its folder").path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.expect("what it had is removed");
        }
        self.copy_from(primary, name);
        self.start();
    }

    /// How many standbys it would wait for at a commit.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn standbys_attached(&self) -> usize {
        let question =
            "select count(*) from pg_stat_replication where state = 'streaming' and sync_state <> 'async'";
        self.sql("postgres", question).parse().expect("a number")
    }

    /// How much of the log of changes it has, in bytes.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn received(&self) -> u64 {
        let question = "select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint";
        self.sql("postgres", question).parse().expect("a number")
    }

    /// Its first process and the children of that.
    fn processes(&self) -> Vec<u32> {
        let first = self.pid();
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        std::iter::once(first).chain(numbers.filter(|process| parent(*process) == Some(first))).collect()
    }
}

/// The parent of a process: the fourth field, behind the name in brackets.
fn parent(process: u32) -> Option<u32> {
    stat(process)?.split_whitespace().nth(1)?.parse().ok()
}

/// Dead processes may wait for their parent to look at them.
fn is_alive(process: u32) -> bool {
    stat(process).is_some_and(|stat| !stat.trim_start().starts_with(['Z', 'X']))
}

/// What `/proc` says of a process, from its state on.
fn stat(process: u32) -> Option<String> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    line.rsplit_once(')').map(|(_, rest)| rest.to_owned())
}

fn send(signal: &str, processes: &[u32]) {
    let list: Vec<_> = processes.iter().map(ToString::to_string).collect();
    // One that has ended meanwhile is no fault.
    let _ =
        Command::new("sh").args(["-c", &format!("kill -{signal} {} 2> /dev/null", list.join(" "))]).status();
}
