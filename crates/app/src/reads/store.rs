//! The entries of the log of reads on disk: bundles as they are served (c2sp.org/tlog-tiles, "Log entries"), 256 to a file,
//! of which the last one grows. Any tool that reads such a folder reads this one.

use domain::Position;
use eventlog::files;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tlog::{
    entries,
    tile::{Tile, TilePath, WIDTH},
};

/// How many entries a file holds.
const PER_FILE: u64 = WIDTH as u64;

/// The folder, held by one process at a time.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    size: u64,
    /// The last file; `None` when it is full or there is none.
    open: Option<File>,
    _lock: File,
}

/// Where the entries of a bundle lie.
fn path(folder: &Path, bundle: u64) -> io::Result<PathBuf> {
    let tile = Tile::new(0, bundle, WIDTH).map_err(io::Error::other)?;
    Ok(folder.join(TilePath::Entries(tile).to_string()))
}

/// The entries of a file, and how many bytes of it they take: what follows was never finished.
fn whole(bytes: &[u8]) -> (Vec<&[u8]>, usize) {
    let (mut found, mut end) = (Vec::new(), 0);
    while let Some(length) = bytes.get(end..).and_then(|rest| rest.first_chunk()) {
        let from = end + 2;
        let Some(entry) = bytes.get(from..from + usize::from(u16::from_be_bytes(*length))) else { break };
        found.push(entry);
        end = from + entry.len();
    }
    (found, end)
}

impl Store {
    /// Opens the folder, or makes it, and shows `each` every entry in order. What was being written when the process
    /// before this one was killed is cut off: nothing follows it, and it was not signed. `each` says whether it can read
    /// an entry; the first one it cannot is where the log ends, if it lies in the last file.
    pub(super) fn open(folder: &Path, mut each: impl FnMut(&[u8]) -> bool) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        lock.try_lock().map_err(|error| {
            let advice = "another process holds it; name a folder of its own for each with --reads";
            io::Error::other(format!("{advice}: {error}"))
        })?;
        let mut store = Self { folder: folder.to_owned(), size: 0, open: None, _lock: lock };
        for bundle in 0.. {
            let path = path(folder, bundle)?;
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(error),
            };
            let (entries, mut end) = whole(&bytes);
            let readable = entries.iter().take_while(|entry| each(entry)).count();
            if readable < entries.len() {
                end = entries.iter().take(readable).map(|entry| entry.len() + 2).sum();
            }
            store.size += readable as u64;
            if (readable as u64) < PER_FILE {
                let file = OpenOptions::new().append(true).open(&path)?;
                if end < bytes.len() {
                    file.set_len(end as u64)?;
                    file.sync_all()?;
                }
                store.open = Some(file);
                break;
            }
        }
        Ok(store)
    }

    /// How many entries there are.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Adds entries. When it returns, they survive a power cut.
    pub(super) fn append(&mut self, entries: &[Vec<u8>]) -> io::Result<()> {
        let mut rest = entries;
        while !rest.is_empty() {
            let room = usize::try_from(PER_FILE - self.size % PER_FILE).unwrap_or(1);
            let (now, later) = rest.split_at(room.min(rest.len()));
            let mut file = match self.open.take() {
                Some(file) => file,
                None => self.begin()?,
            };
            let bytes = entries::encode(now.iter().map(Vec::as_slice)).map_err(io::Error::other)?;
            file.write_all(&bytes)?;
            file.sync_data()?;
            self.size += now.len() as u64;
            self.open = (!self.size.is_multiple_of(PER_FILE)).then_some(file);
            rest = later;
        }
        Ok(())
    }

    /// Makes the next file, and its name durable.
    fn begin(&self) -> io::Result<File> {
        let path = path(&self.folder, self.size / PER_FILE)?;
        let mut missing: Vec<_> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        while let Some(folder) = missing.pop() {
            fs::create_dir(folder)?;
            files::sync_folder(folder.parent().unwrap_or(folder))?;
        }
        let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
        files::sync_folder(path.parent().unwrap_or(&path))?;
        Ok(file)
    }
}

/// The entries from a position on, as many as asked for or as there are.
pub(super) fn read(folder: &Path, from: Position, count: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let (mut bundle, mut skip) = (from.0 / PER_FILE, usize::try_from(from.0 % PER_FILE).unwrap_or(0));
    while found.len() < count {
        let bytes = match fs::read(path(folder, bundle)?) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        };
        let (entries, _) = whole(&bytes);
        let is_last = (entries.len() as u64) < PER_FILE;
        found.extend(entries.into_iter().skip(skip).take(count - found.len()).map(<[u8]>::to_vec));
        if is_last {
            break;
        }
        (bundle, skip) = (bundle + 1, 0);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> Vec<u8> {
        format!("entry {number}").into_bytes()
    }

    fn reopened(folder: &Path) -> (Store, Vec<Vec<u8>>) {
        let mut seen = Vec::new();
        let store = Store::open(folder, |entry| {
            // Like JSON, what is filled up with zeros cannot be read.
            let fits = entry.starts_with(b"entry ") && !entry.contains(&0);
            seen.extend(fits.then(|| entry.to_vec()));
            fits
        });
        (store.unwrap(), seen)
    }

    #[test]
    fn what_was_added_is_read_back_across_files_and_starts() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<_> = (0..700).map(entry).collect();
        for part in [&all[..3], &all[3..300], &all[300..512], &all[512..]] {
            let (mut store, seen) = reopened(folder.path());
            store.append(part).unwrap();
            assert_eq!(usize::try_from(store.size()).unwrap(), seen.len() + part.len());
            assert!(Store::open(folder.path(), |_| true).is_err(), "two processes hold one folder");
        }
        assert_eq!(reopened(folder.path()).1, all);
        assert_eq!(read(folder.path(), Position(250), 300).unwrap(), all[250..550]);
        assert_eq!(read(folder.path(), Position(690), 300).unwrap(), all[690..]);
        assert!(read(folder.path(), Position(900), 1).unwrap().is_empty());
    }

    #[test]
    fn what_was_cut_short_is_cut_off_wherever_the_cut_is() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = reopened(folder.path());
        store.append(&[entry(1), entry(2), entry(3)]).unwrap();
        drop(store);
        let last = path(folder.path(), 0).unwrap();
        let bytes = fs::read(&last).unwrap();
        for cut in 0..bytes.len() {
            // Zeros after the cut are what a file system may leave of a write it did not finish.
            for tail in [Vec::new(), vec![0; 5]] {
                fs::write(&last, [&bytes[..cut], &tail].concat()).unwrap();
                let (mut store, seen) = reopened(folder.path());
                assert_eq!(seen.len(), cut / 9, "{cut}");
                store.append(&[entry(9)]).unwrap();
                drop(store);
                assert_eq!(reopened(folder.path()).1.last(), Some(&entry(9)), "{cut}");
            }
        }
    }
}
