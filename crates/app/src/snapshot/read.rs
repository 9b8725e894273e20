//! Reading a snapshot back: once to see that it is whole, once to take it in, on every core.

use super::{END, FORMAT, Heading, LEAVES, PIECE, Start, Unusable};
use crate::audit::Tiles;
use domain::Position;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};
use tlog::Hash;
use views::snapshot::{Piece, Restored};

/// How many frames wait between the threads.
const AHEAD: usize = 4;
/// The hash at the end.
const SUM: u64 = 32;
/// No frame unpacks to more; one that says so was not written by this program.
const LARGEST: usize = 1 << 28;

/// A frame as it stands in the file.
struct Frame {
    kind: u8,
    /// How large it is when it is unpacked.
    length: usize,
    bytes: Vec<u8>,
}

/// Reads the snapshot that this build wrote.
pub(super) fn read(path: &Path, build: &str) -> Result<Start, Unusable> {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::with_capacity(1 << 18, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unusable::Missing),
        Err(error) => return Err(error.into()),
    };
    let mut heading = Vec::new();
    file.by_ref().take(1024).read_until(b'\n', &mut heading)?;
    match serde_json::from_slice(&heading) {
        Ok(Heading { thidua_snapshot: FORMAT, build: written }) if written == build => {}
        Ok(Heading { .. }) => return Err(Unusable::OtherBuild),
        Err(_) => return Err(Unusable::Damaged("it does not begin as one".to_owned())),
    }
    is_whole(&mut file)?;
    file.seek(SeekFrom::Start(heading.len() as u64))?;
    take_in(file)
}

fn is_whole(file: &mut BufReader<File>) -> Result<(), Unusable> {
    let short = || Unusable::Damaged("it is cut short".to_owned());
    let content = file.get_ref().metadata()?.len().checked_sub(SUM).ok_or_else(short)?;
    file.rewind()?;
    let (mut hash, mut left) = (Sha256::new(), content);
    while left > 0 {
        let there = file.fill_buf()?;
        let taken = there.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if taken == 0 {
            return Err(short());
        }
        hash.update(&there[..taken]);
        file.consume(taken);
        left -= taken as u64;
    }
    let mut sum = Hash::default();
    file.read_exact(&mut sum)?;
    if hash.finalize().as_slice() == sum {
        Ok(())
    } else {
        Err(Unusable::Damaged("its bytes do not have the hash they were written with".to_owned()))
    }
}

/// Frames are read in one thread, unpacked and understood in as many as there are cores, and put together here; the tree
/// grows meanwhile.
fn take_in(mut file: BufReader<File>) -> Result<Start, Unusable> {
    let mut restored = Restored::default();
    // The first piece says how much room the others need.
    restored.put(understood(next(&mut file)?)?).map_err(unfit)?;
    let workers = thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
    thread::scope(|scope| {
        let (pieces, packed) = sync_channel(AHEAD);
        let (leaves, hashes) = sync_channel::<Vec<u8>>(AHEAD);
        let (done, ready) = sync_channel(AHEAD);
        let frames = scope.spawn(move || distribute(file, &pieces, &leaves));
        let tree = scope.spawn(move || {
            let mut tiles = Tiles::default();
            hashes.iter().for_each(|chunk| chunk.as_chunks().0.iter().for_each(|leaf| tiles.push(*leaf)));
            tiles
        });
        let packed = Arc::new(Mutex::new(packed));
        for _ in 0..workers {
            let (packed, done) = (Arc::clone(&packed), done.clone());
            scope.spawn(move || unpack(&packed, &done));
        }
        drop((done, packed));
        for piece in ready {
            restored.put(piece?).map_err(unfit)?;
        }
        let panicked = || Unusable::Damaged("a thread that read it panicked".to_owned());
        let (facts, root) = frames.join().map_err(|_| panicked())??;
        let tiles = tree.join().map_err(|_| panicked())?;
        let views = restored.finish().map_err(unfit)?;
        if views.head() == facts && tiles.size() == facts.0 && tiles.root() == root {
            Ok((views, tiles))
        } else {
            Err(Unusable::Damaged("its views and its tree are of different lengths".to_owned()))
        }
    })
}

/// Reads the frames to the last one, which says how many facts there are and their root.
fn distribute(
    mut file: BufReader<File>,
    pieces: &SyncSender<Frame>,
    leaves: &SyncSender<Vec<u8>>,
) -> Result<(Position, Hash), Unusable> {
    loop {
        let frame = next(&mut file)?;
        // Whoever takes no more has found a fault, and says so.
        let taken = match frame.kind {
            PIECE => pieces.send(frame).is_ok(),
            LEAVES => leaves.send(frame.bytes).is_ok(),
            END => return ended(&frame.bytes),
            _ => false,
        };
        if !taken {
            return Err(Unusable::Damaged("a frame of it is of no known kind".to_owned()));
        }
    }
}

fn ended(bytes: &[u8]) -> Result<(Position, Hash), Unusable> {
    let short = || Unusable::Damaged("its last frame is too short".to_owned());
    let (facts, root) = bytes.split_first_chunk().ok_or_else(short)?;
    Ok((Position(u64::from_le_bytes(*facts)), root.try_into().map_err(|_| short())?))
}

fn next(file: &mut BufReader<File>) -> Result<Frame, Unusable> {
    let mut head = [0; 9];
    file.read_exact(&mut head)?;
    let [kind, lengths @ ..] = head;
    let [a, b, c, d, e, f, g, h] = lengths;
    let [stored, length] = [[a, b, c, d], [e, f, g, h]].map(u32::from_le_bytes);
    let (stored, length) = (usize::try_from(stored), usize::try_from(length));
    match (stored, length) {
        (Ok(stored), Ok(length)) if stored.max(length) <= LARGEST => {
            let mut bytes = vec![0; stored];
            file.read_exact(&mut bytes)?;
            Ok(Frame { kind, length, bytes })
        }
        _ => Err(Unusable::Damaged("a frame of it is too long".to_owned())),
    }
}

fn unpack(packed: &Mutex<Receiver<Frame>>, done: &SyncSender<Result<Piece, Unusable>>) {
    loop {
        let frame = packed.lock().recv();
        let Ok(frame) = frame else { return };
        if done.send(understood(frame)).is_err() {
            return;
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "its memory is given back before the next is read")]
fn understood(frame: Frame) -> Result<Piece, Unusable> {
    Piece::read(&zstd::bulk::decompress(&frame.bytes, frame.length)?).map_err(unfit)
}

#[allow(clippy::needless_pass_by_value, reason = "it is the shape of map_err")]
fn unfit(error: views::snapshot::Unreadable) -> Unusable {
    Unusable::Damaged(error.to_string())
}
