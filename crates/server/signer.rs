//! The key of the log in a process of its own, which signs a head only when it grew out of the one it signed last.
//! Whoever takes over the service can stop the log, and still cannot make it say two things.
//!
//! It answers on a Unix socket; who may open the socket may ask. One request a connection, ended by closing the writing
//! half; the answer is a line with a number as in HTTP, then the rest:
//! - `key`: `200`, the public key
//! - `old <size>`, the proof, an empty line, the head ([`SignHead`]): `200` and the signature line; `409` and the size that
//!   was signed last; `422` and why this head contradicts that one; `400` and why the request cannot be read

use crate::{cli, exit::Exit, seed};
use app::{Anchor, HeadSigner, SignError};
use clap::{Args, Subcommand};
use std::{
    fs::{self, File},
    io::{Read, Write},
    net::Shutdown,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    time::Duration,
};
use tlog::{
    Hash,
    checkpoint::{Checkpoint, SignedCheckpoint},
    key::{Signer as Key, VerifierKey},
    note::NoteSignature,
    witness::{Refusal, SignHead, extends},
};

/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(5);
/// No request and no answer is longer, in bytes: 63 hashes and a head.
const LONGEST: u64 = 16_384;

/// Commands on the key of a log.
#[derive(Subcommand)]
pub enum Signer {
    /// Make a key, write it to a file only its owner can read, and print what others verify the log with.
    #[command(
        after_help = "Example:\n  thidua signer key --name so.example.vn/thidua --key /etc/thidua/log.key"
    )]
    Key {
        /// The name of the log, its origin: a host name and a path.
        #[arg(long)]
        name: String,
        /// The file; it must not exist.
        #[arg(long)]
        key: PathBuf,
    },
    /// Sign the heads of a log that only ever grows.
    #[command(after_help = "\
Example:
  thidua signer serve --key /etc/thidua-signer/log.key --state /var/lib/thidua-signer/signed \\
                      --socket /run/thidua-signer/socket

The state is the last head that was signed. Never restore it from a backup: a signer that forgets signs two pasts.")]
    Serve(Serve),
}

/// Options of `signer serve`.
#[derive(Args)]
pub struct Serve {
    /// The file with the key, made by `thidua signer key`.
    #[arg(long, env = "THIDUA_SIGNER_KEY")]
    pub key: PathBuf,
    /// The file of the last head that was signed.
    #[arg(long, env = "THIDUA_SIGNER_STATE")]
    pub state: PathBuf,
    /// The socket to answer on; its group may use it.
    #[arg(long, env = "THIDUA_SIGNER")]
    pub socket: PathBuf,
}

/// Runs a `signer` command.
pub fn run(command: Signer, json: bool) -> Result<(), Exit> {
    match command {
        Signer::Key { name, key } => {
            let verifier = seed::make(&name, &key)?.verifier().to_string();
            let shown = serde_json::json!({ "verifier": verifier, "key": key });
            cli::print(&if json { shown.to_string() } else { verifier })
        }
        Signer::Serve(options) => serve(&options, json),
    }
}

fn serve(options: &Serve, json: bool) -> Result<(), Exit> {
    let key = seed::read(&options.key)?;
    let _lock = lock(&options.state)?;
    let signed = Anchor::read(&options.state, key.verifier())?;
    // The state is this process's alone, so a socket that is there is dead.
    let _ = fs::remove_file(&options.socket);
    let listener = UnixListener::bind(&options.socket)
        .map_err(|error| Exit::failed(format!("{}: {error}", options.socket.display())))?;
    fs::set_permissions(&options.socket, fs::Permissions::from_mode(0o660))?;
    let verifier = key.verifier().to_string();
    let shown = serde_json::json!({ "signer": options.socket, "verifier": verifier });
    cli::print(&if json { shown.to_string() } else { format!("{verifier}\n{}", options.socket.display()) })?;
    let mut desk = Desk { key, signed };
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|stream| desk.answer(&stream)) {
            tracing::warn!(%error, "a request was not answered");
        }
    }
    Ok(())
}

/// Two signers with one state would sign two pasts.
fn lock(state: &Path) -> Result<File, Exit> {
    let file = File::create(state.with_extension("lock"))
        .map_err(|error| Exit::failed(format!("{}: {error}", state.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(error) => Err(Exit::failed(format!("{}: another signer holds it: {error}", state.display()))),
    }
}

/// Where requests are judged, one after the other.
struct Desk {
    key: Key,
    signed: Anchor,
}

/// What is answered: a number, and the rest.
type Reply = (u16, String);

impl Desk {
    fn answer(&mut self, mut stream: &UnixStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut request = Vec::new();
        stream.take(LONGEST).read_to_end(&mut request)?;
        let (status, rest) =
            if request == b"key\n" { (200, self.key.verifier().to_string()) } else { self.sign(&request) };
        stream.write_all(format!("{status}\n{rest}\n").as_bytes())
    }

    fn sign(&mut self, request: &[u8]) -> Reply {
        let SignHead { old_size, proof, head } = match SignHead::parse(request) {
            Ok(request) => request,
            Err(error) => return (400, error.to_string()),
        };
        if head.origin() != self.key.verifier().name().as_str() || !head.extensions().is_empty() {
            return (400, format!("this key signs bare heads of {} only", self.key.verifier().name()));
        }
        match extends(old_size, &proof, &head, self.signed.seen()) {
            Ok(_) => {}
            Err(Refusal::OtherOldSize(signed)) => return (409, signed.to_string()),
            Err(refusal) => {
                tracing::error!(%refusal, "a head was asked for that contradicts what was signed");
                return (422, refusal.to_string());
            }
        }
        let signature = self.key.sign(&head.to_text());
        let signed = SignedCheckpoint::new(head, signature.clone());
        // What was signed is known for good before anybody else learns the signature.
        match self.signed.advance(&signed) {
            Ok(()) => (200, signature.to_string()),
            Err(error) => (500, error.to_string()),
        }
    }
}

/// A signer elsewhere, as the service sees it.
pub struct Remote {
    socket: PathBuf,
    key: VerifierKey,
}

impl Remote {
    /// Asks the signer at a socket for its public key.
    pub fn connect(socket: &Path) -> Result<Self, Exit> {
        let unavailable =
            |what: &str| Exit::Unavailable(format!("the signer at {}: {what}", socket.display()));
        let (status, rest) = ask(socket, "key\n").map_err(|error| unavailable(&error.to_string()))?;
        if status != 200 {
            return Err(unavailable(&rest));
        }
        let key = rest.parse().map_err(|error: tlog::key::KeyError| unavailable(&error.to_string()))?;
        Ok(Self { socket: socket.to_owned(), key })
    }

    /// Its public key.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.key
    }
}

impl HeadSigner for Remote {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn remembers(&self) -> bool {
        true
    }

    fn sign(&mut self, old: u64, proof: &[Hash], head: &Checkpoint) -> Result<NoteSignature, SignError> {
        let request = SignHead { old_size: old, proof: proof.to_vec(), head: head.clone() };
        let unreachable = |what: String| SignError::Unreachable(what);
        let (status, rest) =
            ask(&self.socket, &request.to_string()).map_err(|error| unreachable(error.to_string()))?;
        match (status, rest.parse::<u64>()) {
            (200, _) => rest.parse().map_err(|error: tlog::note::NoteError| unreachable(error.to_string())),
            (409, Ok(signed)) => Err(Refusal::OtherOldSize(signed).into()),
            (422, _) => Err(SignError::Contradiction(rest)),
            _ => Err(unreachable(format!("it answers {status}: {rest}"))),
        }
    }
}

fn ask(socket: &Path, request: &str) -> std::io::Result<Reply> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    let (status, rest) = answer.split_once('\n').unwrap_or_default();
    let status = status.parse().map_err(|_| std::io::Error::other("it answers with no number"))?;
    Ok((status, rest.trim_end().to_owned()))
}
