//! The anchor: the last signed head, in a file that is no part of the store and is never restored from a backup.
//!
//! Whoever puts an old copy of the store in place of the store, with its tip record and all, finds that more was signed
//! than is there.

use super::AuditError;
use eventlog::files;
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use tlog::{checkpoint::SignedCheckpoint, key::VerifierKey, witness::Seen};

/// How long another process may keep the file to itself; it writes a few hundred bytes.
const PATIENCE: Duration = Duration::from_secs(2);

/// The file, and what it holds.
#[derive(Debug)]
pub struct Anchor {
    path: PathBuf,
    held: Option<SignedCheckpoint>,
}

impl Anchor {
    /// Reads the anchor of the log that this key signs; a file that is not there holds nothing.
    ///
    /// # Errors
    /// It cannot be read, it is of another log, or the key did not sign it.
    pub fn read(path: &Path, key: &VerifierKey) -> Result<Self, AuditError> {
        Self::read_signed_by(path, key, &[])
    }

    /// The same while a key takes over from others of its name: one of them may have signed alone.
    ///
    /// # Errors
    /// It cannot be read, it is of another log, or none of the keys signed it.
    pub fn read_signed_by(
        path: &Path,
        key: &VerifierKey,
        before: &[&VerifierKey],
    ) -> Result<Self, AuditError> {
        let unusable = |what: String| AuditError::Anchor { path: path.to_owned(), what };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path: path.to_owned(), held: None });
            }
            Err(error) => return Err(unusable(error.to_string())),
        };
        let held = SignedCheckpoint::parse(&bytes).map_err(|error| unusable(error.to_string()))?;
        let origin = held.checkpoint().origin();
        if origin != key.name().as_str() {
            return Err(unusable(format!("it is of the log {origin}, and the key is of {}", key.name())));
        }
        held.note()
            .verify([key].into_iter().chain(before.iter().copied()))
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self { path: path.to_owned(), held: Some(held) })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was signed last.
    pub const fn held(&self) -> Option<&SignedCheckpoint> {
        self.held.as_ref()
    }

    /// What was signed last, as a size and a root.
    pub fn seen(&self) -> Seen {
        let seen = |held: &SignedCheckpoint| Seen {
            size: held.checkpoint().size(),
            root: *held.checkpoint().root(),
        };
        self.held.as_ref().map_or_else(Seen::nothing, seen)
    }

    /// Reads the file again, which another process of the same log may have written.
    ///
    /// # Errors
    /// As [`Anchor::read_signed_by`].
    pub fn refresh(&mut self, key: &VerifierKey, before: Option<&VerifierKey>) -> Result<(), AuditError> {
        *self = Self::read_signed_by(&self.path, key, before.as_slice())?;
        Ok(())
    }

    /// Keeps the other processes that share the file away from it, until what this gives is dropped.
    ///
    /// # Errors
    /// Another one has it, and does not let go of it.
    pub fn alone(&self) -> Result<File, AuditError> {
        let failed = |error: &dyn fmt::Display| AuditError::Anchor {
            path: self.path.clone(),
            what: format!("waiting for the processes that share it: {error}"),
        };
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let lock = lock.map_err(|error| failed(&error))?;
        let start = Instant::now();
        // A process may stand still while it has the file: it is not waited for for ever.
        while let Err(error) = lock.try_lock() {
            if start.elapsed() > PATIENCE {
                return Err(failed(&error));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(lock)
    }

    /// Puts a head in the place of the last one, durably. Its file must still be what this process wrote or read: else
    /// someone else signs in the name of this log.
    ///
    /// # Errors
    /// The file cannot be written, or is not what it was.
    pub fn advance(&mut self, signed: &SignedCheckpoint) -> Result<(), AuditError> {
        let failed =
            |error: io::Error| AuditError::Anchor { path: self.path.clone(), what: error.to_string() };
        let there = match fs::read(&self.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        if there != self.held.as_ref().map(|held| held.to_string().into_bytes()) {
            return Err(AuditError::Raced { path: self.path.clone() });
        }
        files::replace(&self.path, signed.to_string().as_bytes()).map_err(failed)?;
        self.held = Some(signed.clone());
        Ok(())
    }
}
