//! Opening a store and starting the service over it.

use crate::{exit::Exit, progress, store::StoreUrl};
use app::{Act, App, Clock, Failure, Rebuilt, Request};
use domain::{Basis, ClientId, Fingerprint, GrantId, KeyHash, Position, RequestId};
use eventlog::{EventLog, PostgresLog, SledLog, postgres::Place};
use indicatif::ProgressBar;
use std::{path::PathBuf, sync::Arc};

/// Opens the store, folds its facts, holds them against its tip record if it has one, and starts the service.
///
/// # Errors
/// When the store is in use, damaged, altered, or behind its tip, or does not answer.
pub fn open(store: &StoreUrl, clock: Arc<dyn Clock>) -> Result<App, Exit> {
    let (log, rebuilt): (Arc<dyn EventLog>, Rebuilt) = match store {
        StoreUrl::Sled(folder) => {
            let log = SledLog::open(folder)?;
            let rebuilt = read(&log, log.tip().position)?;
            (Arc::new(log.confirm(rebuilt.tree.clone())?), rebuilt)
        }
        StoreUrl::Postgres(place) => {
            let log = PostgresLog::open(Place::clone(place))?;
            let rebuilt = read(&log, Position(0))?;
            (Arc::new(log), rebuilt)
        }
    };
    let [units, blocs, years, grants] = rebuilt.views.books.counts();
    tracing::info!(facts = rebuilt.views.head().0, units, blocs, years, grants, "the log is read");
    Ok(App::start(log, rebuilt, clock)?)
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

fn read(log: &dyn EventLog, mark: Position) -> Result<Rebuilt, Exit> {
    let bar = progress::bar("reading the log", log.head()?.0);
    let rebuilt = rebuild(log, mark, &|head| bar.set_position(head.0))?;
    bar.finish_and_clear();
    Ok(rebuilt)
}

/// The views of a log; the bar moves on by as much as there is to fold.
///
/// # Errors
/// When the log cannot be read or understood.
pub fn folded(log: &dyn EventLog, bar: &ProgressBar) -> Result<Rebuilt, Exit> {
    let begun = bar.position();
    rebuild(log, Position(0), &|head| bar.set_position(begun + head.0))
}

fn rebuild(log: &dyn EventLog, mark: Position, progress: &dyn Fn(Position)) -> Result<Rebuilt, Exit> {
    app::rebuild::rebuild(log, mark, progress).map_err(|error| match error {
        app::RebuildError::Log(error) => Exit::from(error),
        out_of_order @ app::RebuildError::OutOfOrder { .. } => Exit::failed(out_of_order),
    })
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
