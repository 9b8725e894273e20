//! Opening a store and starting the service over it.

use crate::{exit::Exit, progress, store::StoreUrl};
use app::{Act, App, Clock, Failure, RebuildError, Rebuilt, Request, SnapshotFile};
use domain::{Basis, ClientId, Fingerprint, GrantId, KeyHash, Position, RequestId};
use eventlog::{EventLog, PostgresLog, SledLog, Tip, postgres::Place};
use indicatif::ProgressBar;
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

/// Opens the store, folds its facts, holds them against its tip record if it has one, and starts the service. What a
/// snapshot holds is not folded again.
///
/// # Errors
/// When the store is in use, damaged, altered, or behind its tip, or does not answer.
pub fn open(store: &StoreUrl, snapshots: Option<Snapshots>, clock: Arc<dyn Clock>) -> Result<App, Exit> {
    let file = snapshots.as_ref().map(|snapshots| &snapshots.file);
    let (log, rebuilt, taken): (Arc<dyn EventLog>, Rebuilt, Position) = match store {
        StoreUrl::Sled(folder) => {
            let log = SledLog::open(folder)?;
            let (rebuilt, taken) = begin(&log, log.tip(), file)?;
            (Arc::new(log.confirm(rebuilt.tree.clone())?), rebuilt, taken)
        }
        StoreUrl::Postgres(place) => {
            let log = PostgresLog::open(Place::clone(place))?;
            let (rebuilt, taken) = begin(&log, &Tip::empty(), file)?;
            (Arc::new(log), rebuilt, taken)
        }
    };
    let [units, blocs, years, grants] = rebuilt.views.books.counts();
    let (facts, from_snapshot) = (rebuilt.views.head().0, taken.0);
    tracing::info!(facts, from_snapshot, units, blocs, years, grants, "the log is read");
    let mut app = App::start(log, rebuilt, clock)?;
    if let Some(Snapshots { file, every }) = snapshots {
        app.keep_snapshots(file, every, taken)?;
    }
    Ok(app)
}

/// Opens the store without a service over it.
///
/// # Errors
/// As [`open`].
pub fn log(store: &StoreUrl) -> Result<Box<dyn EventLog>, Exit> {
    Ok(match store {
        StoreUrl::Sled(folder) => Box::new(SledLog::open(folder)?.confirm_by_reading()?),
        StoreUrl::Postgres(place) => Box::new(PostgresLog::open(Place::clone(place))?),
    })
}

/// The views of a log, and how many of its facts were taken from a snapshot.
fn begin(log: &dyn EventLog, tip: &Tip, file: Option<&SnapshotFile>) -> Result<(Rebuilt, Position), Exit> {
    let bar = progress::bar("reading the log", log.head()?.0);
    let begun = app::snapshot::begin(log, tip, file, |head| bar.set_position(head.0)).map_err(unreadable)?;
    bar.finish_and_clear();
    Ok(begun)
}

/// The views of a log; the bar moves on by as much as there is to fold.
///
/// # Errors
/// When the log cannot be read or understood.
pub fn folded(log: &dyn EventLog, bar: &ProgressBar) -> Result<Rebuilt, Exit> {
    let begun = bar.position();
    app::rebuild::rebuild(log, Position(0), |head| bar.set_position(begun + head.0)).map_err(unreadable)
}

fn unreadable(error: RebuildError) -> Exit {
    match error {
        RebuildError::Log(error) => Exit::from(error),
        out_of_order @ RebuildError::OutOfOrder { .. } => Exit::failed(out_of_order),
    }
}

/// A folder for what this machine keeps with a store: its own, or one of the user's for a database.
///
/// # Errors
/// When the user has no place for such things.
pub fn folder(store: &StoreUrl) -> Result<PathBuf, Exit> {
    let place = match store {
        StoreUrl::Sled(folder) => return Ok(folder.clone()),
        StoreUrl::Postgres(place) => place,
    };
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = variable("STATE_DIRECTORY")
        .or_else(|| variable("XDG_STATE_HOME").map(|folder| folder.join("thidua")))
        .or_else(|| variable("HOME").map(|home| home.join(".local/state/thidua")))
        .ok_or_else(|| {
            Exit::Usage("set HOME, XDG_STATE_HOME or STATE_DIRECTORY, or name the files".to_owned())
        })?;
    let allowed = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    let name: String = place.to_string().trim_start_matches("postgres://").chars().map(allowed).collect();
    let folder = state.join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
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
