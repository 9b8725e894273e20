//! The log of reads that lies beside a store: its folder, its key, its anchor.

use crate::{exit::Exit, opening, seed};
use app::{Anchor, App, OwnKey, ReadLog, SystemClock};
use clap::Args;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tlog::key::Signer;

/// Where reads are noted.
#[derive(Args)]
pub struct Options {
    /// The folder of the log of reads: who was shown what is not public. Beside the store's folder, with .reads at the end
    /// of its name, unless given; its last signed checkpoint lies beside it, with .anchor at the end.
    #[arg(long, env = "THIDUA_READS")]
    pub reads: Option<PathBuf>,
    /// The key that signs the log of reads, made by `thidua signer key`; one is made beside its folder, with .key at the
    /// end, unless given.
    #[arg(long, env = "THIDUA_READS_KEY")]
    pub reads_key: Option<PathBuf>,
}

impl Options {
    fn folder(&self, store: &Path) -> PathBuf {
        self.reads.clone().unwrap_or_else(|| opening::beside(store, "reads"))
    }
}

/// Opens the log of reads, which from now on notes what is shown that is not public. Call it once the log is signed.
pub fn begin(app: &mut App, store: &Path, options: &Options) -> Result<(), Exit> {
    begin_in(app, &options.folder(store), options.reads_key.as_deref())
}

/// The same in a folder, with a key that is made where none is named.
pub fn begin_in(app: &mut App, folder: &Path, key: Option<&Path>) -> Result<(), Exit> {
    let own = opening::beside(folder, "key");
    let key = match key {
        Some(named) => seed::read(named)?,
        None if own.exists() => seed::read(&own)?,
        None => {
            let head = app.audit().published().ok_or_else(|| Exit::failed("nothing was signed"))?;
            let mut name = format!("{}-reads", head.key.name());
            if app.log().is_shared() {
                // Every node has a log of reads of its own, and whoever checks them remembers each by its name.
                name = format!(
                    "{name}-{:08x}",
                    getrandom::u32().map_err(|error| Exit::failed(error.to_string()))?
                );
            }
            let key = seed::make(&name, &own)?;
            tracing::info!(key = %key.verifier(), "the log of reads has a key: tell those who check it");
            key
        }
    };
    open(app, folder, key)
}

/// Lets the log of reads say that a process is there which records facts and shows nothing, if reads were ever noted:
/// whoever checks it must not take facts without a process for reads that were suppressed.
pub fn begin_again(app: &mut App, store: &Path, options: &Options) -> Result<(), Exit> {
    let folder = options.folder(store);
    let key = options.reads_key.clone().unwrap_or_else(|| opening::beside(&folder, "key"));
    if folder.exists() { open(app, &folder, seed::read(&key)?) } else { Ok(()) }
}

fn open(app: &mut App, folder: &Path, key: Signer) -> Result<(), Exit> {
    let anchor = Anchor::read(&opening::beside(folder, "anchor"), key.verifier())?;
    let seen = anchor.seen();
    app.note_reads(ReadLog::open(folder, Box::new(OwnKey::new(key, seen)), anchor, Arc::new(SystemClock))?);
    Ok(())
}
