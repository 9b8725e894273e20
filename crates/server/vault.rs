//! The vault's root key in its file, and the vault of a service that is started with it.

use crate::{cli::VaultOptions, exit::Exit, opening};
use app::{App, MissingKeys, RootKey, VaultError};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Subcommand;
use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const PREFIX: &str = "THIDUA+VAULT+KEY+1+";

/// Commands on the vault of personal data.
#[derive(Subcommand)]
pub enum Command {
    /// Make a root key and write it to a file only its owner can read.
    #[command(after_help = "Example:\n  thidua vault key --key /etc/thidua/vault.key")]
    Key {
        /// The file; it must not exist.
        #[arg(long)]
        key: PathBuf,
    },
    /// Copy the file of keys, also while it is in use. Keep few copies, and not for long: what was erased can be read as
    /// long as a copy from before, the root key and the store are together.
    #[command(
        after_help = "Example:\n  thidua vault copy --vault /var/lib/thidua.vault --to /backup/2026-11-26.vault"
    )]
    Copy {
        /// The file of keys.
        #[arg(long, env = "THIDUA_VAULT")]
        vault: PathBuf,
        /// The copy; what is there is replaced.
        #[arg(long)]
        to: PathBuf,
    },
}

/// Runs a `vault` command.
pub fn run(command: &Command, json: bool) -> Result<(), Exit> {
    match command {
        Command::Key { key } => {
            make(key)?;
            let done = serde_json::json!({ "key": key });
            crate::cli::print(&if json {
                done.to_string()
            } else {
                format!("the key is in {}", key.display())
            })
        }
        Command::Copy { vault, to } => {
            let keys = app::vault::copy(vault, to)?;
            let done = serde_json::json!({ "keys": keys, "to": to });
            crate::cli::print(&if json {
                done.to_string()
            } else {
                format!("{keys} keys in {}", to.display())
            })
        }
    }
}

/// Opens the vault of a service, as its options say. Without a root key it takes no personal data.
pub fn open(app: &mut App, folder: &Path, options: &VaultOptions) -> Result<(), Exit> {
    let path = options.vault.clone().unwrap_or_else(|| opening::beside(folder, "vault"));
    let Some(file) = &options.vault_key else {
        if !app.views().persons.all().is_empty() {
            tracing::warn!("no --vault-key: personal data is neither taken nor shown, and erasures wait");
        }
        return Ok(());
    };
    let missing = if options.accept_missing_keys { MissingKeys::Accepted } else { MissingKeys::Refused };
    Ok(app.keep_vault(&path, read(file)?, missing)?)
}

/// The same with a key that is made where it is missing.
pub fn open_for_development(app: &mut App, key: &Path, vault: &Path) -> Result<(), Exit> {
    if !key.exists() {
        make(key)?;
    }
    Ok(app.keep_vault(vault, read(key)?, MissingKeys::Refused)?)
}

fn make(path: &Path) -> Result<(), Exit> {
    let mut key = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut key[..]).map_err(|error| Exit::failed(format!("no randomness: {error}")))?;
    let text = Zeroizing::new(format!("{PREFIX}{}\n", STANDARD.encode(&key[..])));
    let failed = |error: std::io::Error| Exit::failed(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

fn read(path: &Path) -> Result<RootKey, Exit> {
    let wrong = |what: &str| Exit::Usage(format!("the vault key {}: {what}", path.display()));
    let io = |error: std::io::Error| wrong(&error.to_string());
    if fs::metadata(path).map_err(io)?.permissions().mode() & 0o077 != 0 {
        return Err(wrong("others can read it; chmod 600"));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(io)?);
    parse(&text).ok_or_else(|| wrong("not of the form THIDUA+VAULT+KEY+1+<base 64 of 32 bytes>"))
}

fn parse(text: &str) -> Option<RootKey> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim_end().strip_prefix(PREFIX)?).ok()?);
    let mut key = Zeroizing::new([0; 32]);
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&bytes);
    Some(RootKey::new(key))
}

impl From<VaultError> for Exit {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unreadable { .. } | VaultError::Gone { .. } | VaultError::KeysMissing { .. } => {
                Self::Damaged(error.into())
            }
            VaultError::OtherRoot { .. } | VaultError::OtherVault { .. } => Self::Usage(error.to_string()),
            VaultError::Log(error) => error.into(),
            VaultError::Io { .. }
            | VaultError::InUse { .. }
            | VaultError::NoRandomness
            | VaultError::NoSuchKey
            | VaultError::Sealing
            | VaultError::Failed
            | VaultError::Stopped => Self::Failed(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_key_is_read_back_and_only_by_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.key");
        make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(read(&path).is_ok());
        assert!(make(&path).is_err(), "a key is never overwritten");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(Exit::Usage(what)) if what.contains("chmod 600")));
        assert!(parse("THIDUA+VAULT+KEY+1+AAAA").is_none() && parse("").is_none());
    }
}
