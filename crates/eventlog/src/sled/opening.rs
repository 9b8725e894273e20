//! Opening what another run left behind, without trusting it.

use super::{
    guard::{self, guarded},
    layout::{Piece, join, seal, slot_of, unseal},
    trees::Trees,
};
use crate::{LogError, Page, files};
use domain::Position;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// Version of the layout, kept in the tree `meta`.
const FORMAT: &[u8] = b"1";
const FORMAT_KEY: &[u8] = b"format";

/// The cache of sled, in bytes. Page lookups are sequential or rare, so more gains nothing.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How long a sled of this process, just dropped, may still hold its own lock.
const LET_GO: Duration = Duration::from_secs(5);

/// Takes the store's lock, held until the file is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, LogError> {
    let file = File::create(folder.join("lock")).map_err(LogError::failed("creating the lock file"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(LogError::failed("locking the store")(error)),
    }
}

/// Opens sled. If its snapshot or its log cannot be read, the snapshots are set aside and sled reads the whole log.
pub(super) fn database(folder: &Path) -> Result<::sled::Db, LogError> {
    match attempt(folder)? {
        Ok(db) => Ok(db),
        Err(what) => {
            let moved =
                set_snapshots_aside(folder).map_err(LogError::failed("setting a damaged snapshot aside"))?;
            if moved.is_empty() {
                return Err(LogError::Unopenable { path: folder.to_owned(), what });
            }
            tracing::warn!(?moved, what, "a damaged snapshot was set aside; the whole log is read instead");
            attempt(folder)?.map_err(|what| LogError::Unopenable { path: folder.to_owned(), what })
        }
    }
}

/// The inner error is damage, the outer one anything else.
fn attempt(folder: &Path) -> Result<Result<::sled::Db, String>, LogError> {
    let deadline = Instant::now() + LET_GO;
    loop {
        let config = ::sled::Config::new().path(folder).flush_every_ms(None).cache_capacity(CACHE_BYTES);
        match guarded(|| config.open()) {
            Ok(Ok(db)) => return Ok(Ok(db)),
            // sled says it in words only.
            Ok(Err(::sled::Error::Io(error))) if error.to_string().contains("could not acquire lock") => {
                if Instant::now() > deadline {
                    return Err(LogError::InUse { path: folder.to_owned() });
                }
                thread::sleep(Duration::from_millis(10));
            }
            Ok(Err(::sled::Error::Io(error))) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                return Err(LogError::failed("opening the store")(error));
            }
            Ok(Err(error)) => return Ok(Err(error.to_string())),
            Err(panic) => return Ok(Err(panic)),
        }
    }
}

fn set_snapshots_aside(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut moved = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") || name.ends_with(".generating") {
            let aside = folder.join("set-aside");
            fs::create_dir_all(&aside)?;
            let free = |number: &u32| !aside.join(format!("{name}.{number}")).exists();
            let number = (0..).find(free).unwrap_or_default();
            let target = aside.join(format!("{name}.{number}"));
            fs::rename(entry.path(), &target)?;
            moved.push(target);
        }
    }
    files::sync_folder(folder)?;
    Ok(moved)
}

/// Makes the store's files durable by name: sled never syncs its `conf` nor its folder.
pub(super) fn sync_names(folder: &Path) -> std::io::Result<()> {
    File::open(folder.join("conf"))?.sync_all()?;
    files::sync_folder(folder)?;
    files::sync_folder(files::parent(folder))
}

/// Whether the store says it has the format this build writes; a new store is told so.
pub(super) fn check_format(folder: &Path, trees: &Trees, is_new: bool) -> Result<(), LogError> {
    let unopenable = |what: String| LogError::Unopenable { path: folder.to_owned(), what };
    let stored = guard::sled("reading the format", Position(0), || trees.meta.get(FORMAT_KEY))?;
    match stored.as_deref().map(|value| unseal(FORMAT_KEY, value)) {
        Some(Some(FORMAT)) => Ok(()),
        Some(Some(other)) => {
            Err(unopenable(format!("its format is {}; this build knows 1", other.escape_ascii())))
        }
        Some(None) => Err(unopenable("its format mark is damaged".to_owned())),
        None if is_new => {
            let mark = seal(FORMAT_KEY, FORMAT);
            guard::sled("marking the format", Position(0), || trees.meta.insert(FORMAT_KEY, mark))?;
            trees.make_durable()
        }
        None => Err(unopenable("it has no format mark".to_owned())),
    }
}

/// The facts after the last full page, and the slot the next fragment takes.
pub(super) fn open_page(trees: &Trees) -> Result<(Page, u32), LogError> {
    let end = trees.last_page()?.map_or(Position(0), |page| page.end());
    let slots = guard::sled("reading the tail", end, || trees.tail.iter().collect::<Result<Vec<_>, _>>())?;
    let mut page = Page::new(end);
    let mut next_slot = 0;
    let mut run = Vec::new();
    for (key, value) in slots {
        let piece = Piece::read(&key, &value)
            .ok_or_else(|| LogError::damaged(page.end(), "a slot of the tail fails its checksum"))?;
        if piece.first < end {
            // Left over from an earlier page: slots are overwritten, never removed.
            continue;
        }
        let slot = slot_of(&key).filter(|slot| *slot == next_slot && piece.first == page.end());
        let slot = slot
            .ok_or_else(|| LogError::damaged(page.end(), "the slots of the tail do not follow each other"))?;
        next_slot = slot + 1;
        let parts = usize::from(piece.parts);
        run.push(piece);
        if run.len() == parts {
            let fragment = join(&run).map_err(|what| LogError::damaged(page.end(), what))?;
            fragment.iter().for_each(|(_, bytes)| page.push(bytes));
            run.clear();
        }
    }
    if run.is_empty() {
        Ok((page, next_slot))
    } else {
        Err(LogError::damaged(page.end(), "the last slot is missing"))
    }
}
