//! Checking, backing up and restoring a store.

use crate::{
    admin::{self, Question},
    cli::{self, Store},
    exit::Exit,
    opening, progress,
};
use eventlog::{
    LogError, SledLog,
    verify::{Progress, VerifyReport},
};
use indicatif::ProgressBar;
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
    let report = eventlog::verify::verify_folder(folder, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    let VerifyReport { facts, streams, aside, root, tip } = report;
    let whole =
        serde_json::json!({ "facts": facts, "streams": streams, "aside": aside, "root": root, "tip": tip });
    let words =
        format!("{facts} facts in {streams} streams and {aside} entries aside are whole; root {root}");
    cli::print(&if json { whole.to_string() } else { words })
}

fn backup(folder: &Path, to: &Path, json: bool) -> Result<(), Exit> {
    let to = std::path::absolute(to)?;
    let bar = progress::bar("backing up", 0);
    let facts = match SledLog::open(folder) {
        Ok(log) => {
            let log = log.confirm_by_reading()?;
            eventlog::backup::backup(&log, &to, &mut |progress| show(&bar, progress))?.facts
        }
        Err(LogError::InUse { .. }) => {
            let question = Question::Backup(to.clone());
            admin::ask(folder, &question, |done, total| show(&bar, Progress { done, total }))?
        }
        Err(error) => return Err(error.into()),
    };
    bar.finish_and_clear();
    let done = serde_json::json!({ "facts": facts, "to": to });
    cli::print(&if json { done.to_string() } else { format!("{facts} facts in {}", to.display()) })
}

fn restore(from: &Path, folder: &Path, json: bool) -> Result<(), Exit> {
    let bar = progress::bar("restoring", 0);
    let report = eventlog::restore::restore(from, folder, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    let done = serde_json::json!({ "facts": report.facts, "store": folder });
    cli::print(&if json {
        done.to_string()
    } else {
        format!("{} facts in {}", report.facts, folder.display())
    })
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}
