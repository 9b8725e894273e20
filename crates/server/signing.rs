//! Who signs the log that is served: a signer elsewhere, a key in a file, or a development key.

use crate::{cli::Serve, exit::Exit, opening, seed, signer::Remote};
use app::{Anchor, App, HeadSigner, OwnKey};
use std::path::{Path, PathBuf};
use tlog::key::Signer;

/// What the names of development keys begin with. Nobody owns this domain (RFC 2606 §2).
const DEVELOPMENT: &str = "development.invalid/";

/// Holds the log against its anchor and begins to sign it, as the options of `serve` say.
pub fn publish(app: &mut App, options: &Serve) -> Result<(), Exit> {
    let folder = opening::folder(&options.store)?;
    let path = options.anchor.clone().unwrap_or_else(|| beside(&folder));
    if let Some(socket) = &options.signer {
        let remote = Remote::connect(socket)?;
        known(remote.key().name().as_str(), options.allow_development_keys)?;
        let anchor = Anchor::read(&path, remote.key())?;
        return Ok(app.publish(Box::new(remote), anchor)?);
    }
    if let Some(key) = &options.log_verifier {
        known(key.name().as_str(), options.allow_development_keys)?;
        if !app.log().is_shared() {
            return Err(Exit::Usage("nobody else signs this store: give --log-key or --signer".to_owned()));
        }
        return Ok(app.publish_with_others(key.clone(), Anchor::read(&path, key)?)?);
    }
    match &options.log_key {
        Some(file) => {
            let key = seed::read(file)?;
            known(key.verifier().name().as_str(), options.allow_development_keys)?;
            with_own_key(app, key, &path)
        }
        None if options.allow_development_keys => {
            publish_for_development(app, &folder.join("development-log.key"), &path)
        }
        None => Err(Exit::Usage(
            "nothing signs the log: make a key with `thidua signer key` and name it with --log-key, or the socket of \
             `thidua signer serve` with --signer; a node beside others that do names the public key with --log-verifier"
                .to_owned(),
        )),
    }
}

/// The same with a key that is made where it is missing and says by its name what it is worth.
pub fn publish_for_development(app: &mut App, key: &Path, anchor: &Path) -> Result<(), Exit> {
    let key = if key.exists() { seed::read(key)? } else { seed::make(&development_name()?, key)? };
    with_own_key(app, key, anchor)
}

fn with_own_key(app: &mut App, key: Signer, anchor: &Path) -> Result<(), Exit> {
    let anchor = Anchor::read(anchor, key.verifier())?;
    let seen = anchor.seen();
    Ok(app.publish(Box::new(OwnKey::new(key, seen)), anchor)?)
}

/// Each has a name of its own, so that a copy of a development store is another log.
fn development_name() -> Result<String, Exit> {
    let mut id = [0; 4];
    getrandom::fill(&mut id).map_err(|error| Exit::failed(format!("no randomness: {error}")))?;
    Ok(format!("{DEVELOPMENT}{:08x}", u32::from_be_bytes(id)))
}

fn known(name: &str, development_allowed: bool) -> Result<(), Exit> {
    if name.starts_with(DEVELOPMENT) && !development_allowed {
        return Err(Exit::Usage(format!("{name} is a development key; --allow-development-keys accepts it")));
    }
    Ok(())
}

/// The file beside a folder, with `.anchor` at the end of its name.
fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".anchor");
    name.into()
}
