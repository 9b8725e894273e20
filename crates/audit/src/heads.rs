//! The heads seen last, one file for each log: what an auditor remembers between visits, and what a witness must never
//! forget.

use crate::failure::{Failure, Finding, FindingKind};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};
use tlog::checkpoint::SignedCheckpoint;

/// A folder of checkpoints. Two processes cannot hold it at a time.
#[derive(Debug)]
pub struct Heads {
    folder: PathBuf,
    /// Held as long as this lives.
    _lock: File,
}

impl Heads {
    /// The heads in a folder, which is made if it is missing.
    ///
    /// # Errors
    /// The folder cannot be made, or another process holds it.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let failed = |what: &str| Failure::io(format!("{}: {what}", folder.display()));
        fs::create_dir_all(folder).map_err(failed("the folder of heads cannot be made"))?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"));
        let lock = lock.map_err(failed("the folder of heads cannot be locked"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let held = std::io::Error::from(std::io::ErrorKind::WouldBlock);
                Err(failed("another process holds the folder of heads")(held))
            }
            Err(TryLockError::Error(error)) => Err(failed("the folder of heads cannot be locked")(error)),
        }
    }

    /// The head of a log that was kept last.
    ///
    /// # Errors
    /// It cannot be read, or is no checkpoint of that log.
    pub fn last(&self, origin: &str) -> Result<Option<SignedCheckpoint>, Failure> {
        let path = self.path(origin);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::io(format!("{} cannot be read", path.display()))(error));
            }
        };
        let damaged =
            |what: String| Finding::new(FindingKind::Malformed, what).in_file(path.display().to_string());
        let head = SignedCheckpoint::parse(&bytes).map_err(|error| damaged(error.to_string()))?;
        if head.checkpoint().origin() != origin {
            return Err(
                damaged(format!("a head of {} is kept for {origin}", head.checkpoint().origin())).into()
            );
        }
        Ok(Some(head))
    }

    /// Keeps a head in the place of the one before. When it returns, the head survives a power cut.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, head: &SignedCheckpoint) -> Result<(), Failure> {
        let path = self.path(head.checkpoint().origin());
        self.write(&path, head.to_string().as_bytes())
            .map_err(Failure::io(format!("{} cannot be written", path.display())))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        File::open(&self.folder)?.sync_all()
    }

    fn path(&self, origin: &str) -> PathBuf {
        self.folder.join(format!("{}.checkpoint", origin_hash(origin)))
    }
}

/// The name of a log in a path: SHA-256 of its origin in lower-case hexadecimal (c2sp.org/tlog-witness, "GET checkpoint").
pub fn origin_hash(origin: &str) -> String {
    hex(&Sha256::digest(origin))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
