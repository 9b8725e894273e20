//! Exports of the whole log as jobs: one is made at a time, beside everything else; the file is kept for a day.
//!
//! Jobs live as long as the process. A file that is half made when it ends is of no use, and one that is whole can be made
//! again byte for byte.

use crate::Shared;
use domain::{ClientId, ExportId, KeyHash, Position, Timestamp};
use eventlog::LogError;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};
use tlog::{entries, proof_file::ProofFile, tile::TilePath};

/// How many exports may wait to be made.
const WAITING: usize = 4;
/// How many are kept, whatever became of them; the oldest goes first.
const KEPT: usize = 8;
/// For how long, in milliseconds.
const KEPT_FOR: i64 = 86_400_000;

/// Makes an export of a log and writes it to a file; tells how many of how many entries are done.
pub type Packer = Box<dyn Fn(&Arc<ServedLog>, &Path, &dyn Fn(u64, u64)) -> Result<(), String> + Send>;

/// An export that was asked for.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its name.
    pub id: ExportId,
    /// Who asked for it.
    pub client: ClientId,
    /// When.
    pub asked_at: Timestamp,
    /// How it stands.
    pub state: ExportState,
    key: KeyHash,
}

/// How it stands with an export.
#[derive(Clone, Debug)]
pub enum ExportState {
    /// Others are made before it.
    Waiting,
    /// It is being made.
    Running {
        /// Entries done.
        done: u64,
        /// Entries of the log.
        total: u64,
    },
    /// It can be fetched.
    Done(ExportFile),
    /// It could not be made.
    Failed(String),
}

/// A finished export.
#[derive(Clone, Debug)]
pub struct ExportFile {
    /// The file; it may be removed while it is read.
    pub file: Arc<File>,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
    /// Since when it is there.
    pub at: Timestamp,
    /// How many entries it holds.
    pub size: u64,
}

/// Why no export is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotBegun {
    /// As many wait as may.
    TooMany,
    /// There is no randomness for a name, or nobody makes exports any more.
    Unavailable,
}

/// The exports of a service.
pub struct Exports {
    desk: Arc<Desk>,
    queue: Option<SyncSender<ExportId>>,
    worker: Option<JoinHandle<()>>,
}

struct Desk {
    shared: Arc<Shared>,
    folder: PathBuf,
    jobs: Mutex<VecDeque<Export>>,
}

/// The log as it is served, at one head, for whoever packs it.
pub struct ServedLog {
    shared: Arc<Shared>,
    head: Arc<crate::Published>,
}

impl ServedLog {
    /// The head of it.
    pub fn head(&self) -> &crate::Published {
        &self.head
    }

    /// The policy file that is handed out; `None` where nobody has named witnesses.
    pub fn policy_file(&self) -> Option<&[u8]> {
        self.shared.audit.policy_file()
    }

    /// The time stamps of heads up to this one, the oldest first.
    pub fn time_stamps(&self) -> Vec<crate::audit::Stamped> {
        let mut stamps = self.shared.audit.stamped();
        stamps.retain(|stamped| stamped.size <= self.head.size());
        stamps
    }

    /// How its key was replaced, the oldest change first, as the head covers it.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn rotations(&self) -> Result<Vec<ProofFile>, LogError> {
        let mut found = Vec::new();
        while let Some(proof) = self.shared.rotation(found.len() + 1)?
            && proof.checkpoint.checkpoint().size() <= self.head.size()
        {
            found.push(proof);
        }
        Ok(found)
    }

    /// A file of the log, by its path below the log's prefix (c2sp.org/tlog-tiles); `None` when there is none.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn get(&self, path: &str) -> Result<Option<Vec<u8>>, LogError> {
        if path == "checkpoint" {
            return Ok(Some(self.head.signed.to_string().into_bytes()));
        }
        match path.parse() {
            Ok(TilePath::Hashes(tile)) => Ok(self.shared.audit.tiles().bytes(tile)),
            Ok(TilePath::Entries(tile)) => {
                let width = usize::from(tile.width());
                let facts = self.shared.log.read(Position(tile.index() * 256), width)?;
                let bundle = entries::encode(facts.iter().map(|fact| fact.bytes.as_slice()));
                Ok(bundle.ok().filter(|_| facts.len() == width))
            }
            Err(_) => Ok(None),
        }
    }
}

impl Exports {
    /// Takes orders from now on. The folder is made empty: what an earlier process left there is nobody's.
    pub(crate) fn start(shared: Arc<Shared>, folder: &Path, packer: Packer) -> io::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let desk = Arc::new(Desk { shared, folder: folder.to_owned(), jobs: Mutex::default() });
        let (queue, waiting) = sync_channel(WAITING);
        let working = Arc::clone(&desk);
        let worker = std::thread::Builder::new()
            .name("exports".to_owned())
            .spawn(move || working.work(&waiting, &packer))?;
        Ok(Self { desk, queue: Some(queue), worker: Some(worker) })
    }

    /// Asks for an export of the log as it is when its turn comes. The same key of the same client gets the same export.
    ///
    /// # Errors
    /// See [`NotBegun`].
    pub fn ask(&self, client: &ClientId, key: KeyHash) -> Result<Export, NotBegun> {
        let now = self.desk.shared.clock.now();
        let mut jobs = self.desk.jobs.lock();
        self.desk.tidy(&mut jobs, now);
        if let Some(known) = jobs.iter().find(|export| export.key == key) {
            return Ok(known.clone());
        }
        let id = ExportId(crate::mint::new_uuid(now).map_err(|_| NotBegun::Unavailable)?);
        match self.queue.as_ref().ok_or(NotBegun::Unavailable)?.try_send(id) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(NotBegun::TooMany),
            Err(TrySendError::Disconnected(_)) => return Err(NotBegun::Unavailable),
        }
        let export = Export { id, client: client.clone(), asked_at: now, state: ExportState::Waiting, key };
        jobs.push_back(export.clone());
        Ok(export)
    }

    /// Those that are kept, the oldest first.
    pub fn list(&self) -> Vec<Export> {
        let mut jobs = self.desk.jobs.lock();
        self.desk.tidy(&mut jobs, self.desk.shared.clock.now());
        jobs.iter().cloned().collect()
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(worker) = self.worker.take()
            && worker.join().is_err()
        {
            tracing::error!("the thread that makes exports panicked");
        }
        // What is left is removed at the next start.
        let _ = fs::remove_dir_all(&self.desk.folder);
    }
}

impl Desk {
    fn path(&self, id: ExportId) -> PathBuf {
        self.folder.join(format!("{id}.zip"))
    }

    /// Lets go of what is too old or too much.
    fn tidy(&self, jobs: &mut VecDeque<Export>, now: Timestamp) {
        let is_over = |export: &Export| match export.state {
            ExportState::Waiting | ExportState::Running { .. } => false,
            ExportState::Done(_) | ExportState::Failed(_) => true,
        };
        while let Some(place) = jobs.iter().position(is_over)
            && (jobs.len() >= KEPT || jobs[place].asked_at.millis() + KEPT_FOR < now.millis())
        {
            if let Some(gone) = jobs.remove(place) {
                // A file that cannot be removed now is removed at the next start.
                let _ = fs::remove_file(self.path(gone.id));
            }
        }
    }

    fn set(&self, id: ExportId, state: ExportState) {
        if let Some(export) = self.jobs.lock().iter_mut().find(|export| export.id == id) {
            export.state = state;
        }
    }

    fn work(&self, waiting: &Receiver<ExportId>, packer: &Packer) {
        while let Ok(id) = waiting.recv() {
            self.set(id, ExportState::Running { done: 0, total: self.shared.head.borrow().0 });
            let state = match self.make(id, packer) {
                Ok(file) => ExportState::Done(file),
                Err(why) => {
                    tracing::error!(export = %id, why, "an export was not made");
                    ExportState::Failed(why)
                }
            };
            self.set(id, state);
        }
    }

    fn make(&self, id: ExportId, packer: &Packer) -> Result<ExportFile, String> {
        let head = self.shared.audit.published().ok_or("nothing is signed yet")?;
        let (log, path) = (Arc::new(ServedLog { shared: Arc::clone(&self.shared), head }), self.path(id));
        packer(&log, &path, &|done, total| self.set(id, ExportState::Running { done, total }))?;
        let (bytes, sha256) = digest(&path).map_err(|error| error.to_string())?;
        let file = Arc::new(File::open(&path).map_err(|error| error.to_string())?);
        Ok(ExportFile { file, bytes, sha256, at: self.shared.clock.now(), size: log.head.size() })
    }
}

/// The length of a file, and SHA-256 of it in hexadecimal.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut hash, mut length) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => {
                hash.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
    Ok((length, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
