//! Opening a store and starting the service over it.

use crate::{cli::StoreUrl, exit::Exit, progress};
use app::{Act, App, Clock, Failure, Request, SnapshotFile};
use domain::{Basis, ClientId, Fingerprint, GrantId, KeyHash, RequestId};
use eventlog::{EventLog, SledLog};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A snapshot to begin with and to keep, and after how many facts it is written anew.
pub struct Snapshots {
    /// Where it lies.
    pub file: SnapshotFile,
    /// After how many facts.
    pub every: u64,
}

/// Opens the store, folds its facts, holds them against its tip record, and starts the service. What a snapshot holds is
/// not folded again.
///
/// # Errors
/// When the store is in use, damaged, altered, or behind its tip.
pub fn open(store: &StoreUrl, snapshots: Option<Snapshots>, clock: Arc<dyn Clock>) -> Result<App, Exit> {
    let StoreUrl::Sled(folder) = store;
    let log = SledLog::open(folder)?;
    let bar = progress::bar("reading the log", log.head()?.0);
    let file = snapshots.as_ref().map(|snapshots| &snapshots.file);
    let begun = app::snapshot::begin(&log, log.tip(), file, |head| bar.set_position(head.0));
    let (rebuilt, taken) = begun.map_err(|error| match error {
        app::RebuildError::Log(error) => Exit::from(error),
        out_of_order @ app::RebuildError::OutOfOrder { .. } => Exit::failed(out_of_order),
    })?;
    bar.finish_and_clear();
    let log = log.confirm(rebuilt.tree.clone())?;
    let [units, blocs, years, grants] = rebuilt.views.books.counts();
    let (facts, from_snapshot) = (rebuilt.views.head().0, taken.0);
    tracing::info!(facts, from_snapshot, units, blocs, years, grants, "the log is read");
    let mut app = App::start(Arc::new(log), rebuilt, clock)?;
    if let Some(Snapshots { file, every }) = snapshots {
        app.keep_snapshots(file, every, taken)?;
    }
    Ok(app)
}

/// The folder a store lies in.
pub fn folder(store: &StoreUrl) -> &Path {
    let StoreUrl::Sled(folder) = store;
    folder
}

/// The file beside a folder, with an ending behind its name.
pub fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Makes `client` the registrar of a log in which nobody holds a grant; otherwise nothing.
///
/// # Errors
/// When the store fails.
pub async fn found(app: &App, client: &ClientId) -> Result<(), Exit> {
    if !app.views().grants.is_empty() {
        return Ok(());
    }
    let new = || app::mint::new_uuid(app.now()).map_err(|error| Exit::failed(error.to_string()));
    let request = Request {
        client: client.clone(),
        key: KeyHash(*new()?.as_bytes()),
        fingerprint: Fingerprint([0; 16]),
        id: RequestId(new()?),
        causation: None,
        effective_on: None,
        basis: Basis::default(),
        expected: None,
        act: Act::Found(GrantId(new()?), client.clone()),
    };
    match app.execute(request).await {
        Ok(_) => {
            tracing::info!(%client, "the client is the registrar of this new log");
            Ok(())
        }
        Err(Failure::Rejected(_)) => Ok(()),
        Err(failure) => Err(Exit::failed(format!("founding the log failed: {failure:?}"))),
    }
}
