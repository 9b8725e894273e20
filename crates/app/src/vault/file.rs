//! The file of keys, in lines of text:
//!
//! ```text
//! thidua-vault/1
//! vault <uuid>
//! epoch <uuid> <base 64>
//! <key id> <base 64>
//! …
//! ```
//!
//! A vault is called by its first epoch; while that lasts, the second line is left out. A new key is a line at the end, synced before anything that needs it is recorded; what stands behind the last whole line
//! was never acknowledged. To destroy a key the file is replaced as a whole, and the old one is overwritten: on a disk that
//! writes in place nothing of it is left.

use super::VaultError;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::KeyId;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use uuid::Uuid;

const FORMAT: &str = "thidua-vault/1";

/// The key of an epoch, sealed under the root key.
pub struct Epoch {
    /// Which epoch.
    pub id: Uuid,
    /// Its key.
    pub wrapped: Vec<u8>,
}

/// What the file says.
pub struct Content {
    /// Which vault it is: its first epoch.
    pub vault: Uuid,
    /// The epoch.
    pub epoch: Epoch,
    /// The keys of persons, sealed under the epoch's.
    pub keys: BTreeMap<KeyId, Vec<u8>>,
}

/// The file, held by this process alone.
pub struct KeyFile {
    path: PathBuf,
    file: File,
    /// Up to where it holds whole lines.
    end: u64,
    _lock: File,
}

impl KeyFile {
    /// Opens the file, or makes one with what `new` gives.
    pub fn open(
        path: &Path,
        new: impl FnOnce() -> Result<Content, VaultError>,
    ) -> Result<(Self, Content), VaultError> {
        let lock = lock(path)?;
        let io = failed(path, "opening it");
        // What a replacement left that was not finished. It was sealed under an epoch that never began.
        match fs::remove_file(beside(path, "new")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            Ok(()) | Err(_) => {}
        }
        if !path.exists() {
            write_new(path, &new()?).map_err(failed(path, "making it"))?;
        }
        let file =
            OpenOptions::new().read(true).write(true).open(path).map_err(failed(path, "opening it"))?;
        let text = fs::read(path).map_err(failed(path, "reading it"))?;
        let unreadable = |what| VaultError::Unreadable { path: path.to_owned(), what };
        let (content, end) = parse(&text).map_err(unreadable)?;
        Ok((Self { path: path.to_owned(), file, end: end as u64, _lock: lock }, content))
    }

    /// Adds keys, durably.
    pub fn append<'k>(&mut self, keys: impl Iterator<Item = (KeyId, &'k Vec<u8>)>) -> Result<(), VaultError> {
        let mut lines = String::new();
        for (id, wrapped) in keys {
            push_key(&mut lines, id, wrapped);
        }
        let write = || {
            // What a crash left of a line that was not finished.
            self.file.set_len(self.end)?;
            self.file.write_all_at(lines.as_bytes(), self.end)?;
            self.file.sync_data()
        };
        write().map_err(failed(&self.path, "adding a key"))?;
        self.end += lines.len() as u64;
        Ok(())
    }

    /// Puts another content in the place of the whole file, durably, and overwrites the old one.
    pub fn replace(&mut self, content: &Content) -> Result<(), VaultError> {
        let io = failed(&self.path, "replacing it");
        let length = write_new(&self.path, content).map_err(io)?;
        let file = OpenOptions::new().read(true).write(true).open(&self.path);
        let old = std::mem::replace(&mut self.file, file.map_err(failed(&self.path, "opening it again"))?);
        let size = std::mem::replace(&mut self.end, length);
        overwrite(&old, size).map_err(failed(&self.path, "overwriting the old one"))
    }
}

/// Copies the file of keys while it may be in use: the copy is one that can be opened.
///
/// # Errors
/// When it cannot be read or written, or is no file of keys.
pub fn copy(from: &Path, to: &Path) -> Result<usize, VaultError> {
    // A file that is being overwritten has another in its place already.
    let mut last = Err("it is damaged");
    for _ in 0..3 {
        let text = fs::read(from).map_err(failed(from, "reading it"))?;
        last = parse(&text).map(|(content, _)| content);
        if last.is_ok() {
            break;
        }
    }
    let unreadable = |what| VaultError::Unreadable { path: from.to_owned(), what };
    let content = last.map_err(unreadable)?;
    write_new(to, &content).map_err(failed(to, "writing the copy"))?;
    Ok(content.keys.len())
}

/// One process at a time: two would undo each other's changes.
fn lock(path: &Path) -> Result<File, VaultError> {
    let io = failed(path, "locking it");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(beside(path, "lock")).map_err(failed(path, "locking it"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(VaultError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Writes a whole file: aside, synced, renamed, and the folder synced. Only the owner may read it.
fn write_new(path: &Path, content: &Content) -> io::Result<u64> {
    let text = text_of(content);
    let aside = beside(path, "new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(text.len() as u64)
}

fn overwrite(file: &File, size: u64) -> io::Result<()> {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut at = 0;
    while at < size {
        let length = usize::try_from(size - at).map_or(ZEROS.len(), |rest| rest.min(ZEROS.len()));
        file.write_all_at(&ZEROS[..length], at)?;
        at += length as u64;
    }
    file.sync_all()
}

/// A path with another ending behind its whole name: the store and its other files may bear the same stem.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn failed(path: &Path, attempted: &'static str) -> impl FnOnce(io::Error) -> VaultError {
    move |source| VaultError::Io { path: path.to_owned(), attempted, source }
}

fn text_of(content: &Content) -> String {
    let Content { vault, epoch, keys } = content;
    let vault = if *vault == epoch.id { String::new() } else { format!("vault {vault}\n") };
    let mut text = format!("{FORMAT}\n{vault}epoch {} {}\n", epoch.id, STANDARD.encode(&epoch.wrapped));
    for (id, wrapped) in keys {
        push_key(&mut text, *id, wrapped);
    }
    text
}

fn push_key(text: &mut String, id: KeyId, wrapped: &[u8]) {
    // A string takes whatever is written to it.
    let _ = writeln!(text, "{id} {}", STANDARD.encode(wrapped));
}

/// What the file says, and up to where it is whole. Whether a key is missing, only the log knows.
fn parse(text: &[u8]) -> Result<(Content, usize), &'static str> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let mut end = 0;
    let mut next = || {
        let line = lines.next()?.strip_suffix(b"\n")?;
        end += line.len() + 1;
        std::str::from_utf8(line).ok().map(|line| (line, end))
    };
    if next().is_none_or(|(line, _)| line != FORMAT) {
        return Err("it is no file of keys of this version");
    }
    let mut second = next();
    let vault = second.and_then(|(line, _)| line.strip_prefix("vault ")?.parse().ok());
    if vault.is_some() {
        second = next();
    }
    let (line, mut whole) = second.ok_or("it names no epoch")?;
    let (id, wrapped) = line.strip_prefix("epoch ").and_then(entry).ok_or("it names no epoch")?;
    let vault = vault.unwrap_or(id);
    let mut content = Content { vault, epoch: Epoch { id, wrapped }, keys: BTreeMap::new() };
    while let Some((line, end)) = next() {
        let Some((id, wrapped)) = entry(line) else { break };
        content.keys.insert(KeyId(id), wrapped);
        whole = end;
    }
    Ok((content, whole))
}

fn entry(line: &str) -> Option<(Uuid, Vec<u8>)> {
    let (id, wrapped) = line.split_once(' ')?;
    Some((id.parse().ok()?, STANDARD.decode(wrapped).ok()?))
}
