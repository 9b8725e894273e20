//! Opening what another run left behind, without trusting it.

use super::{
    guard::{self, guarded},
    layout::{Piece, is_cut_short, join, seal, slot_of, unseal},
    places::Run,
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
const FORMAT: &[u8] = b"2";
const FORMAT_KEY: &[u8] = b"format";

/// The cache of sled, in bytes. Page lookups are sequential or rare, so more gains nothing.
const CACHE_BYTES: u64 = 40 * 1024 * 1024;

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
            Err(unopenable(format!("its format is {}; this build knows 2", other.escape_ascii())))
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

/// Where a store ends.
pub(super) struct End {
    /// The facts after the last full page.
    pub page: Page,
    /// The slot the next fragment takes.
    pub next_slot: u32,
    /// The place the next full page takes.
    pub next_place: u64,
    /// What is left of a group that was cut short before anyone was told it was written: runs of pages …
    pub unfinished_runs: Vec<Run>,
    /// … or slots of the tail.
    pub unfinished_slots: Vec<u32>,
}

/// Finds the end of the last whole group.
pub(super) fn end(trees: &Trees) -> Result<End, LogError> {
    let (first, next_place, unfinished_runs) = last_whole_page(trees)?;
    let slots = guard::sled("reading the tail", first, || trees.tail.iter().collect::<Result<Vec<_>, _>>())?;
    let mut page = Page::new(first);
    let mut next_slot = 0;
    let mut run = Vec::new();
    for (key, value) in slots {
        let piece = Piece::read(&key, &value)
            .ok_or_else(|| LogError::damaged(page.end(), "a slot of the tail fails its checksum"))?;
        if piece.first < first {
            // Left over from an earlier page: slots are overwritten, never removed.
            continue;
        }
        let slot = slot_of(&key).filter(|slot| *slot == next_slot && piece.first == page.end());
        let slot = slot
            .ok_or_else(|| LogError::damaged(page.end(), "the slots of the tail do not follow each other"))?;
        next_slot = slot + 1;
        run.push((slot, piece));
        let pieces: Vec<_> = run.iter().map(|(_, piece)| piece.clone()).collect();
        if !is_cut_short(&pieces) {
            let fragment = join(&pieces).map_err(|what| LogError::damaged(page.end(), what))?;
            fragment.iter().for_each(|(_, bytes)| page.push(bytes));
            run.clear();
        }
    }
    let unfinished_slots: Vec<_> = run.into_iter().map(|(slot, _)| slot).collect();
    let next_slot = unfinished_slots.first().copied().unwrap_or(next_slot);
    Ok(End { page, next_slot, next_place, unfinished_runs, unfinished_slots })
}

/// Where the last page of the last whole group ends, as a position and a place, and the runs that lie after it.
fn last_whole_page(trees: &Trees) -> Result<(Position, u64, Vec<Run>), LogError> {
    let mut unfinished = Vec::new();
    let mut end = u64::MAX;
    while let Some(run) = trees.pages.last_run(end)? {
        end = run.place;
        let Some(Piece { first, continues, .. }) = run.pieces.first() else { break };
        let (first, continues) = (*first, *continues);
        if continues || (unfinished.is_empty() && is_cut_short(&run.pieces)) {
            unfinished.push(run);
            continue;
        }
        let page = join(&run.pieces).map_err(|what| LogError::damaged(first, what))?;
        return Ok((page.end(), run.place + run.pieces.len() as u64, unfinished));
    }
    Ok((Position(0), 0, unfinished))
}
