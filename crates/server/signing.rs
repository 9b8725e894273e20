//! Who signs the log that is served: a signer elsewhere, a key in a file, or a development key.

use crate::{cli::Serve, exit::Exit, opening, seed, signer::Remote};
use app::{Anchor, App, HeadSigner, OwnKey};
use std::path::Path;
use tlog::key::{Signer, VerifierKey};

/// What the names of development keys begin with. Nobody owns this domain (RFC 2606 §2).
const DEVELOPMENT: &str = "development.invalid/";

/// Holds the log against its anchor and begins to sign it, as the options of `serve` say.
pub fn publish(app: &mut App, options: &Serve) -> Result<(), Exit> {
    let folder = opening::folder(&options.store);
    let path = options.anchor.clone().unwrap_or_else(|| opening::beside(folder, "anchor"));
    let development = options.allow_development_keys;
    let Some(current) = holder(options.signer.as_deref(), options.log_key.as_deref(), development)? else {
        return if development {
            publish_for_development(app, &folder.join("development-log.key"), &path)
        } else {
            Err(Exit::Usage(
                "nothing signs the log: make a key with `thidua signer key` and name it with --log-key, or the socket of \
                 `thidua signer serve` with --signer"
                    .to_owned(),
            ))
        };
    };
    let previous =
        holder(options.previous_signer.as_deref(), options.previous_log_key.as_deref(), development)?;
    let before = previous.as_ref().map(Holder::key);
    let anchor = Anchor::read_signed_by(&path, current.key(), before.as_slice())?;
    let current = current.signer(&anchor);
    match previous {
        Some(previous) => {
            let previous = previous.signer(&anchor);
            Ok(app.publish_rotating(current, previous, anchor)?)
        }
        None => Ok(app.publish(current, anchor)?),
    }
}

/// Who holds a key: a signer elsewhere, or this process from a file.
enum Holder {
    Elsewhere(Remote),
    Here(Signer),
}

impl Holder {
    const fn key(&self) -> &VerifierKey {
        match self {
            Self::Elsewhere(remote) => remote.verifier(),
            Self::Here(key) => key.verifier(),
        }
    }

    fn signer(self, anchor: &Anchor) -> Box<dyn HeadSigner> {
        match self {
            Self::Elsewhere(remote) => Box::new(remote),
            Self::Here(key) => Box::new(OwnKey::new(key, anchor.seen())),
        }
    }
}

fn holder(socket: Option<&Path>, file: Option<&Path>, development: bool) -> Result<Option<Holder>, Exit> {
    let holder = match (socket, file) {
        (Some(socket), _) => Holder::Elsewhere(Remote::connect(socket)?),
        (None, Some(file)) => Holder::Here(seed::read(file)?),
        (None, None) => return Ok(None),
    };
    known(holder.key().name().as_str(), development)?;
    Ok(Some(holder))
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
