//! Names the code that folds, so that a snapshot of the views is believed by the build that wrote it and by no other:
//! a hash over the sources of the rules and of the views, and over the versions of everything they are built from.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for watched in
        ["../domain/Cargo.toml", "../domain/src", "Cargo.toml", "build.rs", "src", "../../Cargo.lock"]
    {
        let path = here.join(watched);
        println!("cargo::rerun-if-changed={}", path.display());
        if path.exists() {
            hash(&path, &mut hasher)?;
        }
    }
    println!("cargo::rustc-env=THIDUA_FOLDING_CODE={:016x}", hasher.finish());
    Ok(())
}

/// Takes in a file with its name, or everything in a folder in the order of the names.
fn hash(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.file_name().hash(hasher);
    if path.is_dir() {
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
        let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| hash(path, hasher));
    }
    fs::read(path)?.hash(hasher);
    Ok(())
}
