//! Checking, backing up and restoring a store.

use crate::{
    admin::{self, Question},
    cli::{self, Store},
    exit::Exit,
    opening, progress,
};
use eventlog::{LogError, SledLog};
use std::path::Path;

/// Runs a `store` command.
pub fn run(command: &Store, json: bool) -> Result<(), Exit> {
    match command {
        Store::Verify { store } => verify(opening::folder(store), json),
        Store::Backup { store, to } => backup(opening::folder(store), to, json),
        Store::Restore { from, store } => restore(from, opening::folder(store), json),
    }
}

fn verify(folder: &Path, json: bool) -> Result<(), Exit> {
    let bar = progress::bar("verifying", 0);
    let report = eventlog::verify(folder, |done, total| {
        bar.set_length(total.0);
        bar.set_position(done.0);
    })?;
    bar.finish_and_clear();
    let whole = serde_json::json!({ "facts": report.facts, "root": report.root });
    cli::print(&if json { whole.to_string() } else { format!("{} facts, whole; root {}", report.facts, report.root) })
}

fn backup(folder: &Path, to: &Path, json: bool) -> Result<(), Exit> {
    let to = std::path::absolute(to)?;
    let bar = progress::bar("backing up", 0);
    let show = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let facts = match SledLog::open(folder) {
        Ok(log) => eventlog::backup(&log, &to, |done, total| show(done.0, total.0))?.facts,
        Err(LogError::InUse { .. }) => admin::ask(folder, &Question::Backup(to.clone()), show)?,
        Err(error) => return Err(error.into()),
    };
    bar.finish_and_clear();
    let done = serde_json::json!({ "facts": facts, "to": to });
    cli::print(&if json { done.to_string() } else { format!("{facts} facts in {}", to.display()) })
}

fn restore(from: &Path, folder: &Path, json: bool) -> Result<(), Exit> {
    let bar = progress::bar("restoring", 0);
    let report = eventlog::restore(from, folder, |done, total| {
        bar.set_length(total.0);
        bar.set_position(done.0);
    })?;
    bar.finish_and_clear();
    let done = serde_json::json!({ "facts": report.facts, "store": folder });
    cli::print(&if json { done.to_string() } else { format!("{} facts in {}", report.facts, folder.display()) })
}
