//! The user that runs the servers: this one, or `postgres` when this one is root.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::Command,
};

const USER: &str = "postgres";

fn is_root() -> bool {
    std::fs::metadata("/proc/self").expect("/proc").uid() == 0
}

/// A program run by that user.
pub(crate) fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={USER}")).arg(format!("--regid={USER}")).args(["--init-groups", "--"]);
    command.arg(program);
    command
}

/// Lets that user write into a folder, and others look into it.
pub(crate) fn give(folder: &Path) {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("a folder of our own");
    give_file(folder);
}

/// Makes that user the owner.
pub(crate) fn give_file(path: &Path) {
    if is_root() {
        let mut command = Command::new("chown");
        command.arg(format!("{USER}:{USER}")).arg(path);
        super::done(command);
    }
}
