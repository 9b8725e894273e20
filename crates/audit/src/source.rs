//! Where a log is read from. Nothing that comes from there is believed.

use crate::failure::{Failure, Finding, FindingKind};
use std::{
    borrow::Cow,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};
use tlog::{
    checkpoint::SignedCheckpoint,
    entries,
    tile::{Tile, TilePath, WIDTH},
};
use zip::{ZipArchive, result::ZipError};

mod stamps;
mod web;

use web::Web;

/// The largest file that is read: a bundle of 256 entries of 65,535 bytes has 16.8 MB.
pub(crate) const MAX_FILE: u64 = 32 << 20;

/// Where a log is read from.
pub struct Source {
    name: String,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Bundle(Box<ZipArchive<BufReader<File>>>),
    /// A checkpoint without its tree.
    Checkpoint(Vec<u8>),
    Web(Web),
    /// Whatever a caller reads.
    Given(Reader),
}

/// Reads a file of a log by its path below the log's prefix; `None` when it is not there.
pub type Reader = Box<dyn FnMut(&str) -> std::io::Result<Option<Vec<u8>>>>;

impl Source {
    /// A log at a URL such as `https://host/v1/audit`, in a folder, in a bundle, or a checkpoint in a file. With `offline`
    /// a URL is refused; `token` is what it asks for before it shows entries.
    ///
    /// # Errors
    /// There is nothing that can be read.
    pub fn open(name: &str, offline: bool, token: Option<String>) -> Result<Self, Failure> {
        let place = if name.starts_with("https://") || name.starts_with("http://") {
            if offline {
                return Err(Failure::Usage(format!("{name} cannot be read offline")));
            }
            Place::Web(Web::new(name, token)?)
        } else {
            local(Path::new(name))?
        };
        Ok(Self { name: name.to_owned(), place })
    }

    /// A log that the caller reads, under a name for what is said of it.
    pub fn of(name: &str, reader: Reader) -> Self {
        Self { name: name.to_owned(), place: Place::Given(reader) }
    }

    /// As it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a bundle, which has more files than the log itself.
    pub const fn is_bundle(&self) -> bool {
        matches!(self.place, Place::Bundle(_))
    }

    /// The names of the files of a bundle, sorted; nothing for any other source.
    ///
    /// # Errors
    /// A name is none.
    pub fn files(&self) -> Result<Vec<String>, Failure> {
        let Place::Bundle(archive) = &self.place else { return Ok(Vec::new()) };
        let malformed =
            |error: ZipError| Failure::from(Finding::new(FindingKind::Malformed, error.to_string()));
        let names = archive.file_names().map(|name| name.map(Cow::into_owned).map_err(malformed));
        let mut names: Vec<_> = names.collect::<Result<_, _>>()?;
        names.sort_unstable();
        Ok(names)
    }

    /// A file, by its path below the log's prefix.
    ///
    /// # Errors
    /// The source cannot be read. That the file is not there is no error.
    pub fn get(&mut self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match &mut self.place {
            Place::Web(web) => web.get(path),
            Place::Given(reader) => reader(path).map_err(|error| unreachable(&self.name, &error)),
            Place::Checkpoint(bytes) => Ok((path == "checkpoint").then(|| bytes.clone())),
            Place::Folder(folder) => {
                let path = folder.join(path);
                match File::open(&path) {
                    Ok(file) => read(file, &path.display().to_string()).map(Some),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(unreachable(&path.display().to_string(), &error)),
                }
            }
            Place::Bundle(archive) => match archive.by_name(path) {
                Ok(file) => read(file, path).map(Some),
                Err(ZipError::FileNotFound) => Ok(None),
                Err(error) => {
                    Err(Finding::new(FindingKind::Malformed, error.to_string()).in_file(path).into())
                }
            },
        }
    }

    /// What the server of a log answers below the log's prefix to a question; from any other source the file that was kept of
    /// such an answer, whatever was asked.
    ///
    /// # Errors
    /// The source cannot be read. That there is no answer is no error.
    pub fn answer(&mut self, path: &str, question: &str) -> Result<Option<Vec<u8>>, Failure> {
        match &self.place {
            Place::Web(web) => web.get(&format!("{path}?{question}")),
            Place::Folder(_) | Place::Bundle(_) | Place::Checkpoint(_) | Place::Given(_) => self.get(path),
        }
    }

    /// What the server of a log at `…/audit` answers beside it; nothing from any other source.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn get_beside(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match &self.place {
            Place::Web(web) => web.get_beside(path),
            Place::Folder(_) | Place::Bundle(_) | Place::Checkpoint(_) | Place::Given(_) => Ok(None),
        }
    }

    /// The signed checkpoint; whose signatures it bears is not known yet.
    ///
    /// # Errors
    /// There is none, or it is malformed.
    pub fn checkpoint(&mut self) -> Result<SignedCheckpoint, Failure> {
        let bytes = self.get("checkpoint")?.ok_or_else(|| Failure::Unreachable {
            place: self.name.clone(),
            what: "there is no checkpoint".to_owned(),
        })?;
        let malformed = |error: tlog::checkpoint::CheckpointError| {
            Finding::new(FindingKind::Malformed, error.to_string()).in_file("checkpoint")
        };
        Ok(SignedCheckpoint::parse(&bytes).map_err(malformed)?)
    }

    /// The hashes of a tile, as wide as asked for.
    ///
    /// # Errors
    /// It is not there, or not of that width.
    pub fn hashes(&mut self, tile: Tile) -> Result<Vec<u8>, Failure> {
        let length = usize::from(tile.width()) * size_of::<tlog::Hash>();
        let (bytes, path) = self.tile(tile, TilePath::Hashes)?;
        match bytes.get(..length) {
            Some(hashes) if bytes.len() == length || is_wider(&path, tile) => Ok(hashes.to_vec()),
            Some(_) | None => {
                let what = format!("{} bytes where {length} are due", bytes.len());
                Err(Finding::new(FindingKind::Malformed, what).at(first_of(tile)).in_file(path).into())
            }
        }
    }

    /// The bundle of the entries below a tile of level 0, as many as asked for.
    ///
    /// # Errors
    /// It is not there, or cut short.
    pub fn entries(&mut self, tile: Tile) -> Result<Vec<u8>, Failure> {
        let (bytes, path) = self.tile(tile, TilePath::Entries)?;
        if !is_wider(&path, tile) {
            return Ok(bytes);
        }
        let malformed = |error: entries::BundleError| {
            Finding::new(FindingKind::Malformed, error.to_string()).in_file(&*path)
        };
        Ok(entries::first(&bytes, tile.width()).map_err(malformed)?.to_vec())
    }

    /// A partial tile may be gone once the full one is there (c2sp.org/tlog-tiles, "Partial Tiles").
    fn tile(&mut self, tile: Tile, path: impl Fn(Tile) -> TilePath) -> Result<(Vec<u8>, String), Failure> {
        let full = Tile::new(tile.level(), tile.index(), WIDTH).ok().filter(|_| !tile.is_full());
        for tile in [Some(tile), full].into_iter().flatten() {
            let path = path(tile).to_string();
            if let Some(bytes) = self.get(&path)? {
                return Ok((bytes, path));
            }
        }
        let path = path(tile).to_string();
        let what = format!("{path} is not there");
        Err(Finding::new(FindingKind::Missing, what).at(first_of(tile)).in_file(path).into())
    }
}

/// Whether the full tile was read in the place of a partial one.
fn is_wider(path: &str, tile: Tile) -> bool {
    !tile.is_full() && !path.contains(".p/")
}

/// The first entry below a tile.
pub(crate) fn first_of(tile: Tile) -> u64 {
    (tile.index() * u64::from(WIDTH)).checked_shl(u32::from(tile.level()) * 8).unwrap_or(u64::MAX)
}

fn local(path: &Path) -> Result<Place, Failure> {
    let name = path.display().to_string();
    if path.is_dir() {
        return Ok(Place::Folder(path.to_owned()));
    }
    let mut file = File::open(path).map_err(|error| unreachable(&name, &error))?;
    let mut start = [0; 4];
    let length = file.read(&mut start).map_err(|error| unreachable(&name, &error))?;
    let file = File::open(path).map_err(|error| unreachable(&name, &error))?;
    if start.get(..length).is_some_and(|start| start.starts_with(b"PK")) {
        let malformed =
            |error: ZipError| Finding::new(FindingKind::Malformed, error.to_string()).in_file(name);
        let archive = ZipArchive::new(BufReader::new(file)).map_err(malformed)?;
        return Ok(Place::Bundle(Box::new(archive)));
    }
    read(file, &name).map(Place::Checkpoint)
}

fn read(file: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| {
        // A checksum of a bundle that does not hold is a fault of the bundle, not of the disk.
        if error.kind() == std::io::ErrorKind::InvalidData || error.kind() == std::io::ErrorKind::Other {
            Finding::new(FindingKind::Malformed, error.to_string()).in_file(name).into()
        } else {
            unreachable(name, &error)
        }
    })?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(too_large(name));
    }
    Ok(bytes)
}

pub(crate) fn too_large(name: &str) -> Failure {
    Finding::new(FindingKind::Malformed, format!("more than {MAX_FILE} bytes")).in_file(name).into()
}

fn unreachable(place: &str, error: &std::io::Error) -> Failure {
    Failure::Unreachable { place: place.to_owned(), what: error.to_string() }
}
