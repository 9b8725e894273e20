//! Keys of logs, and how one takes over from another.

use super::{
    Place, Server,
    place::{binary, run},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Makes a key of this name; answers its public half.
pub fn make_key(path: &Path, name: &str) -> String {
    let output = run(Command::new(binary()).args(["signer", "key", "--name", name, "--key"]).arg(path));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Makes a key of the same name as another one.
pub fn key_after(place: &Place, old: &Path, new: &str) -> PathBuf {
    let text = std::fs::read_to_string(old).expect("a key");
    let name = text.strip_prefix("PRIVATE+KEY+").and_then(|rest| rest.split('+').next()).expect("a name");
    let path = place.file(new);
    make_key(&path, name);
    path
}

/// Serves a place whose log was signed with a development key, while another one takes over.
pub fn serve_rotating(place: &Place, new: &str) -> Server {
    let old = place.store().join("development-log.key");
    let new = key_after(place, &old, new);
    let paths = [new, old].map(|path| path.display().to_string());
    Server::start_with(place, &["--log-key", &paths[0], "--previous-log-key", &paths[1]])
}
