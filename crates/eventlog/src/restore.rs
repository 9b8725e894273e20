//! Bringing a backup back: a new store with the very same bytes, or nothing at all.

use crate::{
    AsideChange, EventLog, LogError, Page, PostgresLog, SledLog,
    backup::{FORMAT, MANIFEST, Manifest, Segment, take_frame},
    copy::{Groups, fact},
    files::{self, hex, sha256_hex},
    verify::Progress,
};
use domain::Position;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tlog::RightEdge;

/// How many pages, and how many entries aside, are written as one unit.
const UNIT: usize = 64;

/// Restores a backup into a new or empty folder. The store is built beside it, under the same name with `.restoring`
/// added, and takes its place only when every fact was compared with the manifest.
///
/// # Errors
/// [`LogError::NotEmpty`], [`LogError::BadBackup`], [`LogError::BackupDamaged`] with the first bad position,
/// [`LogError::Failed`].
pub fn restore(
    backup: &Path,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, LogError> {
    let mut beside = folder.as_os_str().to_owned();
    beside.push(".restoring");
    let beside = PathBuf::from(beside);
    for path in [folder, &beside] {
        if !files::is_vacant(path).map_err(LogError::failed("looking at the store's folder"))? {
            return Err(LogError::NotEmpty { path: path.to_owned() });
        }
    }
    let outcome = build(backup, &beside, progress);
    if outcome.is_err() {
        // What was refused must not be taken for a store. If even removing it fails, its name still tells.
        let _ = fs::remove_dir_all(&beside);
    }
    let manifest = outcome?;
    let publish = || {
        fs::rename(&beside, folder)?;
        files::sync_folder(files::parent(folder))
    };
    publish().map_err(LogError::failed("giving the restored store its name"))?;
    Ok(manifest)
}

/// Restores a backup into an empty log in PostgreSQL, in one transaction.
///
/// # Errors
/// As [`restore`]; [`LogError::AnotherLog`] when the log is not empty.
pub fn restore_into(
    backup: &Path,
    log: &PostgresLog,
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, LogError> {
    let manifest = read_manifest(backup)?;
    if log.moment()? != (Position(0), Vec::new()) {
        return Err(LogError::AnotherLog { position: Position(0) });
    }
    let mut edge = RightEdge::default();
    let mut groups = Groups::default();
    log.fill(|put| {
        read_facts(backup, &manifest, &mut edge, progress, &mut |pages| {
            for (position, bytes) in pages.iter().flat_map(Page::iter) {
                if let Some(group) = groups.push(fact(position, bytes)?) {
                    put(&group, &[])?;
                }
            }
            Ok(())
        })?;
        put(&groups.rest(), &[])?;
        for changes in read_aside(backup, &manifest.aside)?.chunks(UNIT) {
            put(&[], changes)?;
        }
        Ok(())
    })?;
    Ok(manifest)
}

fn build(backup: &Path, folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Manifest, LogError> {
    let manifest = read_manifest(backup)?;
    let log = SledLog::open(folder)?.confirm_by_reading()?;
    let mut edge = RightEdge::default();
    read_facts(backup, &manifest, &mut edge, progress, &mut |pages| {
        log.append(pages.iter().flat_map(Page::iter).map(|(_, bytes)| bytes), &[])
    })?;
    for changes in read_aside(backup, &manifest.aside)?.chunks(UNIT) {
        log.append(std::iter::empty(), changes)?;
    }
    log.close()?;
    Ok(manifest)
}

/// Hands all facts to `put`, some pages at a time, and in the end holds them against the manifest.
fn read_facts(
    backup: &Path,
    manifest: &Manifest,
    edge: &mut RightEdge,
    progress: &mut dyn FnMut(Progress),
    put: &mut dyn FnMut(&[Page]) -> Result<(), LogError>,
) -> Result<(), LogError> {
    for segment in &manifest.segments {
        let pages = read_segment(backup, segment, Position(edge.size()))?;
        for pages in pages.chunks(UNIT) {
            pages.iter().flat_map(Page::iter).for_each(|(_, bytes)| edge.push(tlog::leaf_hash(bytes)));
            put(pages)?;
            progress(Progress { done: edge.size(), total: manifest.facts });
        }
    }
    if edge.size() != manifest.facts {
        let what = format!("it ends where {} facts were backed up", manifest.facts);
        return Err(LogError::BackupDamaged { position: Position(edge.size()), what });
    }
    if hex(&edge.root()) != manifest.root {
        let what = "the facts are not those the manifest was made over".to_owned();
        return Err(LogError::BackupDamaged { position: Position(0), what });
    }
    Ok(())
}

fn read_aside(backup: &Path, segment: &Segment) -> Result<Vec<AsideChange>, LogError> {
    let pages = read_segment(backup, segment, Position(0))?;
    let texts: Vec<&[u8]> = pages.iter().flat_map(Page::iter).map(|(_, bytes)| bytes).collect();
    let (entries, rest) = texts.as_chunks::<2>();
    if !rest.is_empty() {
        let path = backup.join(&segment.file);
        return Err(LogError::BadBackup { path, what: "a key without a value".to_owned() });
    }
    Ok(entries.iter().map(|[key, value]| AsideChange::Put(key.to_vec(), value.to_vec())).collect())
}

fn read_manifest(backup: &Path) -> Result<Manifest, LogError> {
    let path = backup.join(MANIFEST);
    let bad = |what: String| LogError::BadBackup { path: path.clone(), what };
    let text =
        fs::read(&path).map_err(|error| bad(format!("{error}; without it the backup is not complete")))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
    if manifest.format == FORMAT {
        Ok(manifest)
    } else {
        Err(bad(format!("this build reads `{FORMAT}` only")))
    }
}

/// Reads and checks all of a file. The first position that is not as backed up is named.
fn read_segment(backup: &Path, segment: &Segment, first: Position) -> Result<Vec<Page>, LogError> {
    let path = backup.join(&segment.file);
    let damaged = |position, what: &str| {
        Err(LogError::BackupDamaged { position, what: format!("{}: {what}", path.display()) })
    };
    let content = match fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return damaged(first, "the file is missing");
        }
        Err(error) => return Err(LogError::failed("reading a file of the backup")(error)),
    };
    let mut pages = Vec::new();
    let mut at = first;
    let mut rest = content.as_slice();
    while !rest.is_empty() {
        match take_frame(rest) {
            Some((page, after)) if page.first() == at => {
                (at, rest) = (page.end(), after);
                pages.push(page);
            }
            Some(_) => return damaged(at, "facts are missing or doubled"),
            None => return damaged(at, "the facts from here on fail their checksum"),
        }
    }
    if (segment.first, segment.first + segment.count) != (first.0, at.0) {
        return damaged(at, "the file does not hold what the manifest says");
    }
    if sha256_hex(&content) != segment.sha256 {
        return damaged(first, "the file does not have its SHA-256");
    }
    Ok(pages)
}
