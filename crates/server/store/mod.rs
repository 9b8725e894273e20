//! Checking, backing up, restoring, moving and preparing a store.

mod options;

pub use options::{Store, StoreUrl};

use crate::{
    admin::{self, Question},
    cli,
    exit::Exit,
    opening, progress,
};
use eventlog::{
    EventLog, LogError, PostgresLog, SledLog,
    copy::Copied,
    postgres::{Place, migrate},
    verify::{Progress, VerifyReport},
};
use indicatif::ProgressBar;
use std::path::Path;

/// Runs a `store` command.
pub fn run(command: &Store, json: bool) -> Result<(), Exit> {
    match command {
        Store::Verify { store } => verify(store, json),
        Store::Backup { store, to } => backup(store, to, json),
        Store::Restore { from, store } => restore(from, store, json),
        Store::Migrate { store, node } => prepare(store, node.as_deref(), json),
        Store::Copy { from, to } => copy(from, to, json),
    }
}

fn verify(store: &StoreUrl, json: bool) -> Result<(), Exit> {
    let bar = progress::bar("verifying", 0);
    let report = match store {
        StoreUrl::Sled(folder) => {
            eventlog::verify::verify_folder(folder, &mut |progress| show(&bar, progress))?
        }
        StoreUrl::Postgres(place) => verify_in_database(place, &bar)?,
    };
    bar.finish_and_clear();
    let VerifyReport { facts, streams, aside, root, tip } = report;
    let whole =
        serde_json::json!({ "facts": facts, "streams": streams, "aside": aside, "root": root, "tip": tip });
    let words =
        format!("{facts} facts in {streams} streams and {aside} entries aside are whole; root {root}");
    cli::print(&if json { whole.to_string() } else { words })
}

fn verify_in_database(place: &Place, bar: &ProgressBar) -> Result<VerifyReport, LogError> {
    let log = PostgresLog::open(place.clone())?;
    let report = eventlog::verify::verify(&log, None, &mut |progress| show(bar, progress))?;
    bar.set_message("comparing the columns");
    log.verify_columns(&mut |progress| show(bar, progress))?;
    Ok(report)
}

fn backup(store: &StoreUrl, to: &Path, json: bool) -> Result<(), Exit> {
    let to = std::path::absolute(to)?;
    let bar = progress::bar("backing up", 0);
    let facts = match store {
        StoreUrl::Sled(folder) => backup_folder(folder, &to, &bar)?,
        StoreUrl::Postgres(place) => {
            let log = PostgresLog::open(Place::clone(place))?;
            eventlog::backup::backup(&log, &to, &mut |progress| show(&bar, progress))?.facts
        }
    };
    bar.finish_and_clear();
    let done = serde_json::json!({ "facts": facts, "to": to });
    cli::print(&if json { done.to_string() } else { format!("{facts} facts in {}", to.display()) })
}

/// One process holds a folder: when it serves, it is asked.
fn backup_folder(folder: &Path, to: &Path, bar: &ProgressBar) -> Result<u64, Exit> {
    match SledLog::open(folder) {
        Ok(log) => {
            let log = log.confirm_by_reading()?;
            Ok(eventlog::backup::backup(&log, to, &mut |progress| show(bar, progress))?.facts)
        }
        Err(LogError::InUse { .. }) => {
            let question = Question::Backup(to.to_owned());
            admin::ask(folder, &question, |done, total| show(bar, Progress { done, total }))
        }
        Err(error) => Err(error.into()),
    }
}

fn restore(from: &Path, store: &StoreUrl, json: bool) -> Result<(), Exit> {
    let bar = progress::bar("restoring", 0);
    let mut progress = |progress| show(&bar, progress);
    let (report, place) = match store {
        StoreUrl::Sled(folder) => {
            (eventlog::restore::restore(from, folder, &mut progress)?, folder.display().to_string())
        }
        StoreUrl::Postgres(place) => {
            let log = PostgresLog::open(Place::clone(place))?;
            (eventlog::restore::restore_into(from, &log, &mut progress)?, place.to_string())
        }
    };
    bar.finish_and_clear();
    let done = serde_json::json!({ "facts": report.facts, "store": place });
    cli::print(&if json { done.to_string() } else { format!("{} facts in {place}", report.facts) })
}

fn prepare(store: &StoreUrl, node: Option<&str>, json: bool) -> Result<(), Exit> {
    let StoreUrl::Postgres(place) = store else {
        return Err(Exit::Usage("a folder needs no preparing; this is for postgres://".to_owned()));
    };
    let steps = migrate(place, node)?;
    let done = serde_json::json!({ "store": place.to_string(), "steps": steps });
    let words = match steps.as_slice() {
        [] => format!("{place} is up to date"),
        steps => format!("{place}: {}", steps.join(", ")),
    };
    cli::print(&if json { done.to_string() } else { words })
}

/// Copies, and compares what readers would see of both logs.
fn copy(from: &StoreUrl, to: &StoreUrl, json: bool) -> Result<(), Exit> {
    let (from, to) = (opening::log(from)?, opening::log(to)?);
    let bar = progress::bar("copying", 0);
    let copied = eventlog::copy::copy(&*from, &*to, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    same_views(&*from, &*to)?;
    let Copied { facts, before, aside, root } = &copied;
    let words = format!(
        "{facts} facts ({before} of them there before) and {aside} entries aside; views and root are the same: {root}"
    );
    cli::print(&if json { serde_json::to_string(&copied).map_err(Exit::failed)? } else { words })
}

fn same_views(from: &dyn EventLog, to: &dyn EventLog) -> Result<(), Exit> {
    let bar = progress::bar("comparing the views", 2 * from.head()?.0);
    let ours = opening::folded(from, &bar)?;
    let theirs = opening::folded(to, &bar)?;
    bar.finish_and_clear();
    if ours.views.books != theirs.views.books || ours.views.head() != theirs.views.head() {
        let head = theirs.views.head();
        let what = "the views of the two logs are not the same".to_owned();
        return Err(LogError::Damaged { position: head, what }.into());
    }
    Ok(())
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}
