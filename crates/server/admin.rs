//! Keeping a store while it is served. The process that serves a store holds it alone, so `thidua store backup` asks
//! it through a socket in the store's folder; who may open the folder may ask.
//!
//! One request and its answers, each a line of JSON: `{"backup":"/absolute/folder"}`, then `{"done":…,"total":…}` and
//! in the end `{"finished":{…}}` or `{"failed":"…"}`.

use crate::exit::Exit;
use eventlog::EventLog;
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::Arc,
};

/// What can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// Back up the store into a folder.
    Backup(PathBuf),
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// How far the work has come, in facts.
    Progress {
        /// Done.
        done: u64,
        /// To be done.
        total: u64,
    },
    /// The work is done.
    Finished {
        /// How many facts the copy holds.
        facts: u64,
    },
    /// The work could not be done.
    Failed(String),
}

/// The socket; it is removed when this is dropped.
pub struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        // A socket that is left behind is replaced at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("admin.sock")
}

/// Answers questions about the store in `folder` until the process ends.
pub fn listen(folder: &Path, log: Arc<dyn EventLog>) -> Result<Socket, Exit> {
    let socket = Socket(path(folder));
    // Whoever holds the store's lock owns the socket; one from a process that was killed is dead.
    let _ = std::fs::remove_file(&socket.0);
    let listener = UnixListener::bind(&socket.0)?;
    std::fs::set_permissions(&socket.0, std::fs::Permissions::from_mode(0o600))?;
    std::thread::Builder::new().name("admin".into()).spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Err(error) = answer(&stream, log.as_ref()) {
                tracing::warn!(%error, "an administrator went away before the answer");
            }
        }
    })?;
    Ok(socket)
}

fn answer(stream: &UnixStream, log: &dyn EventLog) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    match serde_json::from_str(&line) {
        Ok(Question::Backup(to)) => {
            let mut lost = Ok(());
            let outcome = eventlog::backup::backup(log, &to, &mut |progress| {
                lost = say(stream, &Answer::Progress { done: progress.done, total: progress.total });
            });
            lost?;
            match outcome {
                Ok(report) => say(stream, &Answer::Finished { facts: report.facts }),
                Err(error) => say(stream, &Answer::Failed(error.to_string())),
            }
        }
        Err(error) => say(stream, &Answer::Failed(error.to_string())),
    }
}

fn say(mut stream: &UnixStream, answer: &Answer) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Asks the process that serves the store in `folder`, telling `progress` how far it has come.
pub fn ask(folder: &Path, question: &Question, mut progress: impl FnMut(u64, u64)) -> Result<u64, Exit> {
    let mut stream = UnixStream::connect(path(folder))?;
    let mut line = serde_json::to_vec(question).map_err(Exit::failed)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    for line in BufReader::new(stream).lines() {
        match serde_json::from_str(&line?).map_err(Exit::failed)? {
            Answer::Progress { done, total } => progress(done, total),
            Answer::Finished { facts } => return Ok(facts),
            Answer::Failed(why) => return Err(Exit::failed(why)),
        }
    }
    Err(Exit::Unavailable("the service ended before the work was done".to_owned()))
}
