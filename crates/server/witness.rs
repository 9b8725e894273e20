//! A witness: it cosigns the heads of logs that only ever grow, one after the other, and shows the last one it saw
//! (c2sp.org/tlog-witness). Its folder holds one checkpoint for each log and must never be restored from a backup.

use crate::{cli, exit::Exit};
use ::audit::{Heads, heads::origin_hash};
use actix_web::{
    HttpResponse, HttpServer,
    http::{StatusCode, header::CONTENT_TYPE},
    web,
};
use app::{Clock, SystemClock};
use clap::{Args, Subcommand};
use parking_lot::Mutex;
use std::{net::SocketAddr, path::PathBuf, sync::Arc};
use tlog::{
    checkpoint::SignedCheckpoint,
    key::{Cosigner, VerifierKey},
    witness::{AddCheckpoint, Refusal, Seen, judge, size_body},
};

mod key;
mod logs;

use logs::Logs;

/// Commands of a witness.
#[derive(Subcommand)]
pub enum Witness {
    /// Make a key, write it to a file only its owner can read, and print what others verify it with.
    #[command(after_help = "Example:\n  thidua witness key --name witness.example.vn/w1 --key ./witness.key")]
    Key {
        /// Who signs: a host name and a path.
        #[arg(long)]
        name: String,
        /// The file; it must not exist.
        #[arg(long)]
        key: PathBuf,
    },
    /// Answer requests to cosign.
    #[command(after_help = "\
Example:
  thidua witness serve --key ./witness.key --logs ./policy.txt --state /var/lib/thidua-witness

The folder holds what was seen last of every log. Never restore it from a backup: a witness that forgets cosigns forks.")]
    Serve(Serve),
}

/// Options of `witness serve`.
#[derive(Args)]
pub struct Serve {
    /// The file with the key.
    #[arg(long, env = "THIDUA_WITNESS_KEY")]
    pub key: PathBuf,
    /// A policy file; the logs it lists are cosigned. Where it gives the address of a log (https://…/v1/audit), a change of
    /// the log's key is followed by what is shown there.
    #[arg(long, env = "THIDUA_WITNESS_LOGS")]
    pub logs: PathBuf,
    /// The folder of the heads seen last.
    #[arg(long, env = "THIDUA_WITNESS_STATE")]
    pub state: PathBuf,
    /// The address; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090", env = "THIDUA_WITNESS_LISTEN")]
    pub listen: SocketAddr,
}

/// Runs a `witness` command.
pub fn run(command: Witness, json: bool) -> Result<(), Exit> {
    match command {
        Witness::Key { name, key } => {
            let cosigner = key::make(&name, &key)?;
            let verifier = cosigner.verifier().to_string();
            let shown = serde_json::json!({ "verifier": verifier, "key": key });
            cli::print(&if json { shown.to_string() } else { verifier })
        }
        Witness::Serve(options) => serve(&options, json),
    }
}

fn serve(options: &Serve, json: bool) -> Result<(), Exit> {
    let cosigner = key::read(&options.key)?;
    let logs = Logs::read(&options.logs)?;
    let verifier = cosigner.verifier().to_string();
    let desk = Arc::new(Desk { cosigner, logs, heads: Mutex::new(Heads::open(&options.state)?) });
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(move || {
            let desk = web::Data::from(Arc::clone(&desk));
            actix_web::App::new()
                .app_data(desk)
                .route("/add-checkpoint", web::post().to(add_checkpoint))
                .route("/{origin}/checkpoint", web::get().to(checkpoint))
        });
        let in_use = |error| Exit::failed(format!("listening on {} failed: {error}", options.listen));
        let server = server.workers(1).bind(options.listen).map_err(in_use)?;
        let address = server.addrs().first().map(|address| format!("http://{address}")).unwrap_or_default();
        let shown = serde_json::json!({ "witness": address, "verifier": verifier });
        cli::print(&if json { shown.to_string() } else { format!("{verifier}\n{address}") })?;
        server.run().await.map_err(Exit::from)
    })
}

/// Where requests are judged, one at a time: what was seen is read, judged and made durable under one lock, so that no
/// answer can take a log back to a smaller tree.
struct Desk {
    cosigner: Cosigner,
    logs: Logs,
    heads: Mutex<Heads>,
}

/// What is answered: a status, a media type, a text.
type Reply = (u16, &'static str, String);

/// The media type of all answers but one.
const TEXT: &str = "text/plain; charset=utf-8";

impl Desk {
    /// Cosigns the head if it grew out of the one seen last.
    fn add(&self, body: &[u8]) -> Reply {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(error) => return (400, TEXT, format!("{error}\n")),
        };
        let head = request.checkpoint.checkpoint();
        let (origin, size) = (head.origin(), head.size());
        let mut keys = self.logs.keys(size);
        let is_signed = |keys: &[VerifierKey]| request.checkpoint.note().verify(keys).is_ok();
        if !is_signed(&keys) && self.logs.follow(origin) {
            keys = self.logs.keys(size);
        }
        let heads = self.heads.lock();
        let seen = match heads.last(origin) {
            Ok(Some(last)) => Seen { size: last.checkpoint().size(), root: *last.checkpoint().root() },
            Ok(None) => Seen::nothing(),
            Err(failure) => return failed(&failure),
        };
        if let Err(refusal) = judge(&request, &keys, seen) {
            return refused(origin, &refusal);
        }
        let now = u64::try_from(SystemClock.now().millis() / 1000).unwrap_or(0);
        let cosignature = match self.cosigner.cosign(head, now) {
            Ok(cosignature) => cosignature,
            Err(error) => return (500, TEXT, format!("{error}\n")),
        };
        let mut head = signed_by(&keys, &request.checkpoint);
        head.add(cosignature.clone());
        match heads.keep(&head) {
            Ok(()) => (200, TEXT, format!("{cosignature}\n")),
            Err(failure) => failed(&failure),
        }
    }

    /// The last head seen of the log whose origin has this hash.
    fn last(&self, hash: &str) -> Reply {
        let log = self.logs.named(|name| origin_hash(name) == hash);
        let Some(log) = log else { return (404, TEXT, "no such log\n".to_owned()) };
        match self.heads.lock().last(&log) {
            Ok(Some(head)) => (200, TEXT, head.to_string()),
            Ok(None) => (404, TEXT, "nothing was seen of this log yet\n".to_owned()),
            Err(failure) => failed(&failure),
        }
    }
}

/// The head with the signatures of its log only: others may have been put there by anybody.
fn signed_by(keys: &[VerifierKey], signed: &SignedCheckpoint) -> SignedCheckpoint {
    let by_log = |line: &&tlog::note::NoteSignature| keys.iter().any(|key| line.is_by(key));
    let mut lines = signed.note().signatures().iter().filter(by_log).cloned();
    let Some(first) = lines.next() else { return signed.clone() };
    let mut head = SignedCheckpoint::new(signed.checkpoint().clone(), first);
    lines.for_each(|line| head.add(line));
    head
}

fn refused(origin: &str, refusal: &Refusal) -> Reply {
    if let Refusal::OtherOldSize(size) = refusal {
        return (refusal.status(), "text/x.tlog.size", size_body(*size));
    }
    if let Refusal::Inconsistent(error) = refusal {
        tracing::error!(origin, %error, "a head did not grow out of the one seen last: perhaps a fork");
    }
    (refusal.status(), TEXT, format!("{refusal}\n"))
}

fn failed(failure: &::audit::Failure) -> Reply {
    tracing::error!(%failure, "the heads seen last cannot be read or kept");
    (500, TEXT, "the witness cannot keep what it sees\n".to_owned())
}

async fn add_checkpoint(desk: web::Data<Desk>, body: web::Bytes) -> HttpResponse {
    answer(web::block(move || desk.add(&body)).await)
}

async fn checkpoint(desk: web::Data<Desk>, origin: web::Path<String>) -> HttpResponse {
    answer(web::block(move || desk.last(&origin)).await)
}

fn answer(reply: Result<Reply, actix_web::error::BlockingError>) -> HttpResponse {
    let (status, media_type, text) = reply.unwrap_or((503, TEXT, String::new()));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header((CONTENT_TYPE, media_type)).body(text)
}
