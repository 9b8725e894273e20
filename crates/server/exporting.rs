//! Exports of the log that is served: the bundle that `thidua audit bundle` makes, by the same code.

use crate::{cli::Serve, exit::Exit, opening};
use ::audit::{Source, bundle, rotation, walk::Progress};
use app::{App, LogError, exports::ServedLog};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use tlog::policy::Policy;

/// From now on exports can be asked for; they are made where the options of `serve` say.
pub fn offer(app: &mut App, options: &Serve) -> Result<(), Exit> {
    let folder = options
        .exports
        .clone()
        .unwrap_or_else(|| opening::beside(opening::folder(&options.store), "exports"));
    offer_in(app, &folder)
}

/// The same in a folder, whose content is removed.
pub fn offer_in(app: &mut App, folder: &Path) -> Result<(), Exit> {
    Ok(app.export(folder, Box::new(pack))?)
}

fn pack(log: &Arc<ServedLog>, to: &Path, progress: &dyn Fn(u64, u64)) -> Result<(), String> {
    let bare = || format!("log {}\nquorum none\n", log.head().key).into_bytes();
    let file = log.policy_file().map_or_else(bare, <[u8]>::to_vec);
    let policy = Policy::parse(&file).map_err(|error| error.to_string())?;
    let read = Arc::clone(log);
    let beside = files_beside(log).map_err(|error| error.to_string())?;
    let reader = move |path: &str| match beside.get(path) {
        Some(bytes) => Ok(Some(bytes.clone())),
        None => read.get(path).map_err(std::io::Error::other),
    };
    let mut source = Source::of("the served log", Box::new(reader));
    let mut show = |Progress { done, total }: Progress| progress(done, total);
    let made = bundle::write(&mut source, &file, &policy, None, to, &mut show);
    made.map(drop).map_err(|failure| failure.to_string())
}

/// What comes with the log beside its tree: the changes of its key as the service shows them, its time stamps as files, and
/// the names of these under `time/`.
fn files_beside(log: &ServedLog) -> Result<BTreeMap<String, Vec<u8>>, LogError> {
    let mut files = BTreeMap::new();
    for (number, stamped) in log.time_stamps().into_iter().enumerate() {
        files.insert(format!("time/{number}.checkpoint"), stamped.checkpoint.into_bytes());
        files.insert(format!("time/{number}.tsr"), stamped.reply);
    }
    let names: Vec<_> = files.keys().cloned().collect();
    files.insert("time/".to_owned(), names.join("\n").into_bytes());
    let rotations: Vec<_> = log.rotations()?.iter().map(ToString::to_string).collect();
    let rotations = serde_json::json!({ "items": rotations }).to_string();
    files.insert(rotation::FILE.to_owned(), rotations.into_bytes());
    Ok(files)
}
