//! Personal data: what the log only commits to.
//!
//! - `file`: the file of keys, outside the store
//! - `cipher`: AES-256-GCM, as it is used here
//! - `payload`: a piece of personal data, sealed beside the log and read back
//! - `keeping`: the vault of a service: opened with it, held against what the log says there must be
//!
//! Each person has a key; what is known of the person stands beside the log, sealed under it. The keys stand in a file of
//! their own, sealed under the key of an epoch, and that under a root key which the operator keeps elsewhere. To forget a
//! person, the file is replaced as a whole: a new epoch, the keys of all others sealed under it, and nothing of the old
//! one. Whoever has the store, its old pages and its backups then has bytes that no key opens; old copies of the file are
//! what must not be kept for long.

mod cipher;
mod file;
mod keeping;
mod payload;
#[cfg(test)]
mod tests;

pub use cipher::RootKey;
pub use file::copy;
pub use payload::{Drawn, Payload, prefix_of};

use cipher::Key;
use domain::{Fingerprint, KeyId};
use eventlog::LogError;
use file::{Content, Epoch, KeyFile};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// Why the vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file could not be read or written.
    #[error("the vault {path}: {attempted} failed")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was attempted.
        attempted: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not one of keys, or it is damaged.
    #[error("the vault {path} cannot be read: {what}; restore it from its latest copy")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The root key is another one than the vault was made with.
    #[error("the vault {path} does not open with this root key")]
    OtherRoot {
        /// The file.
        path: PathBuf,
    },
    /// The log speaks of personal data, and there is no vault.
    #[error(
        "the log speaks of {persons} persons, but there is no vault at {path}: restore it from its latest copy; where another \
         node keeps it, start this one without --vault-key"
    )]
    Gone {
        /// The file.
        path: PathBuf,
        /// How many persons.
        persons: usize,
    },
    /// Keys that must be there are not.
    #[error(
        "the vault {path} lacks the keys of {persons} persons, whose erasure the log does not know of: \
         restore the copy of the vault that belongs to this store"
    )]
    KeysMissing {
        /// The file.
        path: PathBuf,
        /// How many persons.
        persons: usize,
    },
    /// The log says that another vault holds the keys.
    #[error(
        "the personal data of this log is kept in another vault than {path}: start this node without --vault-key, or \
         restore the vault from its latest copy; only if that is lost, --accept-missing-keys puts this one in its place"
    )]
    OtherVault {
        /// The file.
        path: PathBuf,
    },
    /// The log could not be asked who keeps its personal data.
    #[error("the log cannot say who keeps its personal data")]
    Log(#[from] LogError),
    /// Another process has the vault open.
    #[error("the vault {path} is in use by another process")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
    /// A key was to be used that is not there.
    #[error("the vault has no such key")]
    NoSuchKey,
    /// Something could not be sealed.
    #[error("sealing failed")]
    Sealing,
    /// An earlier failure: what is on disk may not be what is in memory.
    #[error("the vault failed before; it is read again at the next start")]
    Failed,
    /// The service does not answer.
    #[error("the service has ended")]
    Stopped,
}

/// Whether a vault may lack keys of persons whose erasure the log does not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKeys {
    /// It is another vault, or a damaged one.
    Refused,
    /// The log is an older one: those persons were erased since, which is to be recorded again. Or the vault that held their
    /// keys is lost.
    Accepted,
}

/// The keys of persons. Every use opens the key it needs and wipes it again.
pub struct Vault {
    /// Which vault it is, whatever becomes of its file; and which opening of it.
    id: Uuid,
    opened: Uuid,
    root: RootKey,
    keys: Mutex<Keys>,
}

struct Keys {
    file: KeyFile,
    epoch: Epoch,
    epoch_key: Key,
    wrapped: BTreeMap<KeyId, Vec<u8>>,
    /// New keys that are not in the file yet.
    unsaved: Vec<KeyId>,
    /// Set when writing failed; never cleared while the process runs.
    failed: bool,
}

impl Vault {
    /// Opens the vault at `path`, or makes one where there is none.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn open(path: &Path, root: RootKey) -> Result<Self, VaultError> {
        let (file, content) = KeyFile::open(path, || {
            let (epoch, _) = new_epoch(&root)?;
            Ok(Content { vault: epoch.id, epoch, keys: BTreeMap::new() })
        })?;
        let Content { vault: id, epoch, keys: wrapped } = content;
        let other = || VaultError::OtherRoot { path: path.to_owned() };
        let epoch_key =
            cipher::unwrap(root.key(), &epoch_context(epoch.id), &epoch.wrapped).ok_or_else(other)?;
        let keys = Keys { file, epoch, epoch_key, wrapped, unsaved: Vec::new(), failed: false };
        let opened = crate::mint::random_uuid().map_err(|_| VaultError::NoRandomness)?;
        Ok(Self { id, opened, root, keys: Mutex::new(keys) })
    }

    /// Whether it failed, so that what is on disk may not be what is in memory.
    pub fn has_failed(&self) -> bool {
        self.keys.lock().failed
    }

    /// Whether there is a key, and it opens.
    pub fn holds(&self, id: KeyId) -> bool {
        self.key(id).is_some()
    }

    fn key(&self, id: KeyId) -> Option<Key> {
        let keys = self.keys.lock();
        let wrapped = keys.wrapped.get(&id)?;
        cipher::unwrap(&keys.epoch_key, &key_context(keys.epoch.id, id), wrapped)
    }

    /// Makes a key. It is in the file once [`Vault::save`] returns.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn make_key(&self, id: KeyId) -> Result<(), VaultError> {
        let mut keys = self.keys.lock();
        if keys.failed {
            return Err(VaultError::Failed);
        }
        let key = cipher::random_key()?;
        let wrapped = cipher::seal(&keys.epoch_key, &key_context(keys.epoch.id, id), &key[..])?;
        keys.wrapped.insert(id, wrapped);
        keys.unsaved.push(id);
        Ok(())
    }

    /// Makes new keys durable.
    ///
    /// # Errors
    /// When the file cannot be written; the vault then takes nothing more until it is opened again.
    pub fn save(&self) -> Result<(), VaultError> {
        let mut keys = self.keys.lock();
        if keys.unsaved.is_empty() {
            return Ok(());
        }
        if keys.failed {
            return Err(VaultError::Failed);
        }
        let Keys { file, wrapped, unsaved, .. } = &mut *keys;
        let new = unsaved.iter().filter_map(|id| Some((*id, wrapped.get(id)?)));
        let saved = file.append(new);
        keys.unsaved.clear();
        keys.failed = saved.is_err();
        saved
    }

    /// Destroys a key: a new epoch begins, and the keys of all others come along. Whoever has the old file and the store can
    /// still read what was kept under the key; whoever has the new one cannot. Does nothing when the key is gone.
    ///
    /// # Errors
    /// When the file cannot be replaced; the vault then takes nothing more until it is opened again.
    pub fn destroy(&self, id: KeyId) -> Result<(), VaultError> {
        self.save()?;
        let mut keys = self.keys.lock();
        if keys.failed {
            return Err(VaultError::Failed);
        }
        if !keys.wrapped.contains_key(&id) {
            return Ok(());
        }
        let (epoch, epoch_key) = new_epoch(&self.root)?;
        let mut survivors = BTreeMap::new();
        for (other, wrapped) in keys.wrapped.iter().filter(|(other, _)| **other != id) {
            let key = cipher::unwrap(&keys.epoch_key, &key_context(keys.epoch.id, *other), wrapped);
            let key = key.ok_or(VaultError::NoSuchKey)?;
            survivors.insert(*other, cipher::seal(&epoch_key, &key_context(epoch.id, *other), &key[..])?);
        }
        let content = Content { vault: self.id, epoch, keys: survivors };
        match keys.file.replace(&content) {
            Ok(()) => {
                (keys.epoch, keys.wrapped) = (content.epoch, content.keys);
                keys.epoch_key = epoch_key;
                Ok(())
            }
            Err(error) => {
                keys.failed = true;
                Err(error)
            }
        }
    }

    /// Binds a fingerprint to the present epoch. Fingerprints stand in the log for ever; when the epoch is destroyed, this
    /// one can no longer be tried out against names, even by who knows the idempotency key.
    pub fn blind(&self, fingerprint: Fingerprint) -> Fingerprint {
        let keys = self.keys.lock();
        let hash =
            Sha256::new().chain_update("thidua/vault/fingerprint/v1").chain_update(&keys.epoch_key[..]);
        let whole: [u8; 32] = hash.chain_update(fingerprint.0).finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&whole[..16]);
        Fingerprint(half)
    }
}

fn new_epoch(root: &RootKey) -> Result<(Epoch, Key), VaultError> {
    let id = crate::mint::random_uuid().map_err(|_| VaultError::NoRandomness)?;
    let key = cipher::random_key()?;
    let wrapped = cipher::seal(root.key(), &epoch_context(id), &key[..])?;
    Ok((Epoch { id, wrapped }, key))
}

/// What the key of an epoch is bound to.
fn epoch_context(epoch: Uuid) -> Vec<u8> {
    [b"thidua/vault/epoch/v1".as_slice(), epoch.as_bytes()].concat()
}

/// What the key of a person is bound to.
fn key_context(epoch: Uuid, key: KeyId) -> Vec<u8> {
    [b"thidua/vault/key/v1".as_slice(), epoch.as_bytes(), key.0.as_bytes()].concat()
}
