//! What can be typed. Data goes to standard output, everything else to the error stream.

use crate::{exit::Exit, noting};
use clap::{Args, CommandFactory, Parser, Subcommand};
use domain::ClientId;
use std::{io::Write, net::SocketAddr, path::PathBuf, str::FromStr};
use tracing_subscriber::EnvFilter;

/// The book of record of Vietnamese emulation blocs (khối / cụm thi đua).
#[derive(Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "\
Examples:
  thidua demo                                     load the example and serve it
  thidua signer key --name so.example.vn/thidua --key /etc/thidua/log.key
  thidua serve --store sled:/var/lib/thidua --log-key /etc/thidua/log.key \\
               --issuer https://id.example.vn --audience thidua --jwks /etc/thidua/jwks.json
  thidua store verify --store sled:/var/lib/thidua
  thidua regulations list

Exit codes: 0 done · 1 failed · 2 usage · 3 faults found · 4 store damaged, altered, or behind its tip or what was signed ·
            5 store in use · 6 service unavailable. `audit` has codes of its own: see `thidua audit --help`"
)]
pub struct Cli {
    /// Print results as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Which log lines to write: a level, or levels by target, such as info,thidua::http=debug for every public read.
    #[arg(long, global = true, env = "THIDUA_LOG", value_name = "FILTER", default_value = "info")]
    pub log: EnvFilter,
    /// Write log lines as JSON.
    #[arg(long, global = true, env = "THIDUA_LOG_JSON")]
    pub log_json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the API over a store.
    #[command(after_help = "\
Example:
  thidua serve --store sled:/var/lib/thidua --log-key /etc/thidua/log.key --listen 0.0.0.0:8080 \\
               --issuer https://id.example.vn --audience thidua --jwks https://id.example.vn/jwks.json \\
               --first-registrar so-noi-vu")]
    Serve(Box<Serve>),
    /// Load the five source documents' blocs and an example year, and serve them.
    #[command(
        after_help = "Examples:\n  thidua demo\n  thidua demo --store sled:./demo --listen 127.0.0.1:9000"
    )]
    Demo(Demo),
    /// Carry out requests from a file of JSON lines, through the same checks as over HTTP.
    #[command(after_help = "\
Example:
  thidua import --store sled:/var/lib/thidua --client so-noi-vu api-spec/import/quang-tri-2025.jsonl

Each line is an object: {\"post\": path, \"key\": idempotency key, \"body\": {…}}. Where
the id of a fact is needed, \"@KEY\" stands for that of the line with this key. A line that was carried out before is
left as it is, so an interrupted import is simply run again. Lines that begin with // are comments.")]
    Import(Import),
    /// Make development keys and tokens.
    #[command(subcommand)]
    Token(Token),
    /// Check, back up and restore a store.
    #[command(subcommand)]
    Store(Store),
    /// Make the key that signs the log, and keep it in a process of its own.
    #[command(subcommand)]
    Signer(crate::signer::Signer),
    /// Make the root key of the vault of personal data, and copy the vault.
    #[command(subcommand)]
    Vault(crate::vault::Command),
    /// List, show and check regulations.
    #[command(subcommand)]
    Regulations(Regulations),
    /// Check a log from outside, believing only a policy: a URL, a folder or a bundle.
    #[command(subcommand, after_help = crate::audit::HELP)]
    Audit(crate::audit::Audit),
    /// Cosign the heads of logs that only ever grow (C2SP tlog-witness).
    #[command(subcommand)]
    Witness(crate::witness::Witness),
    /// Print the OpenAPI document.
    Openapi,
    /// Ask a running service whether it is ready.
    Healthcheck(Healthcheck),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Where the log is kept.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// `sled:FOLDER`
    Sled(PathBuf),
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sled", folder)) if !folder.is_empty() => Ok(Self::Sled(folder.into())),
            _ => Err("give the store as sled:FOLDER".to_owned()),
        }
    }
}

fn client(text: &str) -> Result<ClientId, String> {
    ClientId::new(text).map_err(|error| error.to_string())
}

/// Where to listen.
#[derive(Args, Clone)]
pub struct Listen {
    /// The address of the API; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080", env = "THIDUA_LISTEN")]
    pub listen: SocketAddr,
    /// The address of the metrics, for Prometheus; not for the public.
    #[arg(long, default_value = "127.0.0.1:9464", env = "THIDUA_METRICS_LISTEN")]
    pub metrics_listen: SocketAddr,
    /// Threads that answer requests; as many as there are cores unless given.
    #[arg(long, env = "THIDUA_WORKERS")]
    pub workers: Option<usize>,
}

/// Where personal data is kept.
#[derive(Args)]
pub struct VaultOptions {
    /// The root key of the vault of personal data, made by `thidua vault key`. Without it the service takes none.
    #[arg(long, env = "THIDUA_VAULT_KEY")]
    pub vault_key: Option<PathBuf>,
    /// The file of the keys of persons, outside of the store and of its backups. Beside the store's folder, with .vault at the
    /// end of its name, unless given.
    #[arg(long, env = "THIDUA_VAULT")]
    pub vault: Option<PathBuf>,
    /// Start although the vault lacks keys of persons: once an older store was restored, for those who were erased since. Their
    /// erasure is then recorded again.
    #[arg(long, requires = "vault_key")]
    pub accept_missing_keys: bool,
}

/// Options of `serve`.
#[derive(Args)]
pub struct Serve {
    /// Where the log is kept: sled:FOLDER.
    #[arg(long, env = "THIDUA_STORE")]
    pub store: StoreUrl,
    /// Where to listen.
    #[command(flatten)]
    pub listen: Listen,
    /// The issuer whose tokens are accepted (claim `iss`).
    #[arg(long, env = "THIDUA_ISSUER")]
    pub issuer: String,
    /// The name by which the issuer knows this service (claim `aud`).
    #[arg(long, default_value = "thidua", env = "THIDUA_AUDIENCE")]
    pub audience: String,
    /// The issuer's public keys: a file, reloaded when it changes, or a URL.
    #[arg(long, env = "THIDUA_JWKS")]
    pub jwks: String,
    /// Also accept tokens whose `typ` is JWT instead of at+jwt.
    #[arg(long, env = "THIDUA_PLAIN_JWT")]
    pub plain_jwt: bool,
    /// The key that signs the log, made by `thidua signer key`. A signer of its own keeps it safer: see --signer.
    #[arg(long, env = "THIDUA_LOG_KEY", conflicts_with = "signer")]
    pub log_key: Option<PathBuf>,
    /// The socket of the signer that holds the key of the log (`thidua signer serve`).
    #[arg(long, env = "THIDUA_SIGNER")]
    pub signer: Option<PathBuf>,
    /// The key that --log-key takes over from: both sign until the service is started without it, and the log tells of it.
    #[arg(long, env = "THIDUA_PREVIOUS_LOG_KEY", conflicts_with = "previous_signer")]
    pub previous_log_key: Option<PathBuf>,
    /// The socket of the signer that holds the key which --signer or --log-key takes over from.
    #[arg(long, env = "THIDUA_PREVIOUS_SIGNER")]
    pub previous_signer: Option<PathBuf>,
    /// The file of the last signed checkpoint: better on another disk than the store, and never restored from a backup.
    /// Beside the store's folder, with .anchor at the end of its name, unless given.
    #[arg(long, env = "THIDUA_ANCHOR")]
    pub anchor: Option<PathBuf>,
    /// Where reads are noted.
    #[command(flatten)]
    pub noting: noting::Options,
    /// The folder in which exports are made; what is in it is removed. Beside the store's folder, with .exports at the end
    /// of its name, unless given.
    #[arg(long, env = "THIDUA_EXPORTS")]
    pub exports: Option<PathBuf>,
    /// A policy file (C2SP tlog-policy) with the key of the log and its witnesses, each with its address: signed heads
    /// are shown to them, and the policy is handed out.
    #[arg(long, env = "THIDUA_POLICY")]
    pub policy: Option<PathBuf>,
    /// The address of an authority that stamps a signed head once a day (RFC 3161).
    #[arg(long, env = "THIDUA_TIME_AUTHORITY")]
    pub time_authority: Option<String>,
    /// The certificates, in PEM, of those who vouch for that authority; without them any stamp is kept, and whoever checks
    /// it decides.
    #[arg(long, env = "THIDUA_TIME_CERTIFICATES", requires = "time_authority")]
    pub time_certificates: Option<PathBuf>,
    /// Where personal data is kept.
    #[command(flatten)]
    pub vault: VaultOptions,
    /// The folder for what can be made anew from the log, such as the snapshot of the views that makes a start fast. The
    /// store's folder unless given.
    #[arg(long, env = "THIDUA_STATE", value_name = "FOLDER")]
    pub state: Option<PathBuf>,
    /// After how many facts the snapshot is written anew, at the earliest when the log has grown by an eighth, and once at
    /// the end; 0 keeps none, and every start reads the log whole.
    #[arg(long, env = "THIDUA_SNAPSHOT_EVERY", value_name = "FACTS", default_value_t = 100_000)]
    pub snapshot_every: u64,
    /// Accept keys made by `thidua token keys`, and sign the log with a key made in the store. Never in service.
    #[arg(long)]
    pub allow_development_keys: bool,
    /// In a log without any grant, make this client the registrar.
    #[arg(long, env = "THIDUA_FIRST_REGISTRAR", value_parser = client)]
    pub first_registrar: Option<ClientId>,
}

/// Options of `demo`.
#[derive(Args)]
pub struct Demo {
    /// Where to keep the example; a temporary folder unless given. A store that holds the example is served again.
    #[arg(long)]
    pub store: Option<StoreUrl>,
    /// Where to listen.
    #[command(flatten)]
    pub listen: Listen,
}

/// Options of `import`.
#[derive(Args)]
pub struct Import {
    /// Where the log is kept: sled:FOLDER. No service may be running on it.
    #[arg(long, env = "THIDUA_STORE")]
    pub store: StoreUrl,
    /// The client in whose name the requests are made; in a log without any grant it becomes the registrar.
    #[arg(long, value_parser = client)]
    pub client: ClientId,
    /// Where the service on this store notes reads: facts without a process that notes reads would look like reads that
    /// were suppressed.
    #[command(flatten)]
    pub noting: noting::Options,
    /// The file of JSON lines.
    pub file: PathBuf,
}

/// Commands on keys and tokens.
#[derive(Subcommand)]
pub enum Token {
    /// Make a development key pair: signing-key.pem (keep it) and jwks.json (for --jwks).
    #[command(after_help = "Example:\n  thidua token keys --dir ./keys")]
    Keys {
        /// The folder to write to.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Sign a development token and print it.
    #[command(after_help = "\
Example:
  thidua token mint --key ./keys/signing-key.pem --client portal-h26 --scope \"reports:write votes:write\"")]
    Mint(Mint),
}

/// Options of `token mint`.
#[derive(Args)]
pub struct Mint {
    /// The file with the signing key.
    #[arg(long)]
    pub key: PathBuf,
    /// The client the token is for.
    #[arg(long, value_parser = client)]
    pub client: ClientId,
    /// Its scopes, separated by spaces; every scope unless given.
    #[arg(long)]
    pub scope: Option<String>,
    /// For how many seconds it is valid.
    #[arg(long, default_value_t = 3600)]
    pub ttl: u32,
    /// Who issues it.
    #[arg(long, default_value = DEVELOPMENT_ISSUER)]
    pub issuer: String,
    /// Which service it is for.
    #[arg(long, default_value = "thidua")]
    pub audience: String,
}

/// The issuer of development tokens unless another is named.
pub const DEVELOPMENT_ISSUER: &str = "urn:thidua:development";

/// Commands on a store.
#[derive(Subcommand)]
pub enum Store {
    /// Read everything, recompute everything, and name the first fault.
    Verify {
        /// Where the log is kept: sled:FOLDER.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
    },
    /// Copy the store, also while it is served.
    #[command(
        after_help = "Example:\n  thidua store backup --store sled:/var/lib/thidua --to /backup/2026-11-20"
    )]
    Backup {
        /// Where the log is kept: sled:FOLDER.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
        /// The folder of the copy; it must not exist, or be empty.
        #[arg(long)]
        to: PathBuf,
    },
    /// Make a store from a copy.
    Restore {
        /// The folder of the copy.
        #[arg(long)]
        from: PathBuf,
        /// Where the new store goes: sled:FOLDER, which must not exist, or be empty.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
    },
}

/// Commands on regulations.
#[derive(Subcommand)]
pub enum Regulations {
    /// List the regulations that come with the program.
    List,
    /// Print one of them.
    Show {
        /// Its code, as `list` shows it.
        code: String,
    },
    /// Tell what changed from one regulation to another, by what it means.
    Diff {
        /// The earlier one: a file, or the code of one that comes with the program.
        from: String,
        /// The later one.
        to: String,
    },
    /// Check a regulation in a file, naming every contradiction.
    Check {
        /// The file.
        file: PathBuf,
    },
}

/// Options of `healthcheck`.
#[derive(Args)]
pub struct Healthcheck {
    /// The address of the service.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "THIDUA_URL")]
    pub url: String,
}

/// Prints a result.
pub fn print(text: &str) -> Result<(), Exit> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(Exit::from),
    }
}

/// Prints the completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Result<(), Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "thidua", &mut script);
    print(String::from_utf8_lossy(&script).trim_end())
}
