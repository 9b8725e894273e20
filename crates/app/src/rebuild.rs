//! The views, folded from the log. Decoding is most of the work and goes to as many threads as there are cores;
//! folding is in order, on one.

use crate::audit::Tiles;
use domain::{Envelope, LeafHash, NotAFact, Position};
use eventlog::{EventLog, LogError, Stored, pages};
use std::{
    ops::Range,
    sync::mpsc::{Receiver, Sender, channel, sync_channel},
    thread,
};
use tlog::RightEdge;
use views::Views;

/// How many facts a decoder takes at a time. The pages at both ends are read twice, which must not count.
const STRETCH: u64 = 1024;

/// How many decoded stretches of each decoder may wait for the fold.
const AHEAD: usize = 2;

/// Views that hold the whole log.
pub struct Rebuilt {
    /// The views.
    pub views: Views,
    /// The tree over the whole log.
    pub tiles: Tiles,
    /// The tree over the facts before the mark, to be held against what was once said of them.
    pub tree: RightEdge,
}

/// Why the views could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The log could not be read, or a fact in it not be understood.
    #[error("reading the log failed")]
    Log(#[from] LogError),
    /// The log gave facts out of order.
    #[error("the log gave position {given} where {expected} was due: run `thidua store verify`")]
    OutOfOrder {
        /// The position due.
        expected: Position,
        /// The position given.
        given: Position,
    },
}

/// The facts of a stretch with their leaf hashes.
type Chunk = Vec<(Envelope, LeafHash)>;

/// Reads a stored fact.
///
/// # Errors
/// When the bytes are not an envelope this build knows.
pub fn decode(stored: &Stored) -> Result<Envelope, LogError> {
    Envelope::read(&stored.bytes).map_err(|error| unreadable(stored.position, &error))
}

fn unreadable(position: Position, error: &NotAFact) -> LogError {
    LogError::Damaged { position, what: error.to_string() }
}

/// Folds every fact of the log, telling `progress` how many are done. The tree is taken over the facts before `mark`.
///
/// # Errors
/// See [`RebuildError`].
pub fn rebuild(
    log: &dyn EventLog,
    mark: Position,
    progress: impl FnMut(Position),
) -> Result<Rebuilt, RebuildError> {
    let views = Views::with_room(room(log.head()?));
    go_on(log, (views, Tiles::default()), mark, progress)
}

/// The same from views and a tree that hold the first facts of the log.
///
/// # Errors
/// See [`RebuildError`].
pub fn go_on(
    log: &dyn EventLog,
    (views, tiles): (Views, Tiles),
    mark: Position,
    mut progress: impl FnMut(Position),
) -> Result<Rebuilt, RebuildError> {
    let (begin, end) = (views.head(), log.head()?);
    let decoders = thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
    let mut rebuilt = Rebuilt { views, tiles, tree: RightEdge::default() };
    thread::scope(|scope| {
        let start = |number| decoder(scope, log, stretches(begin..end).skip(number).step_by(decoders));
        let decoders: Vec<_> = (0..decoders).map(start).collect();
        // Stretches went round the decoders in turn, so they are taken back in turn.
        for decoder in decoders.iter().cycle() {
            let Ok(chunk) = decoder.decoded.recv() else { return Ok(()) };
            let chunk = chunk?;
            fold(&mut rebuilt, &chunk)?;
            progress(rebuilt.views.head());
            // At the end of the log the decoder is gone, and the chunk with it.
            let _ = decoder.folded.send(chunk);
        }
        Ok::<_, RebuildError>(())
    })?;
    // A mark beyond the end covers what there is.
    rebuilt.tree = rebuilt.tiles.edge(mark.0.min(end.0)).unwrap_or_default();
    Ok(rebuilt)
}

/// The stretches of these facts, in order.
fn stretches(facts: Range<Position>) -> impl Iterator<Item = Range<Position>> {
    let at = move |number: u64| Position((facts.start.0 + number * STRETCH).min(facts.end.0));
    let count = facts.end.0.saturating_sub(facts.start.0).div_ceil(STRETCH);
    (0..count).map(move |number| at(number)..at(number + 1))
}

/// For a log of this length and a little of what will follow.
fn room(end: Position) -> usize {
    usize::try_from(end.0).unwrap_or(0) / 16 * 17
}

/// A decoder as the fold sees it.
struct Decoder {
    decoded: Receiver<Result<Chunk, LogError>>,
    /// Chunks go back to be freed where they were allocated: freeing another thread's memory is slow.
    folded: Sender<Chunk>,
}

/// Starts a thread that reads and decodes stretches of the log.
fn decoder<'s>(
    scope: &'s thread::Scope<'s, '_>,
    log: &'s dyn EventLog,
    stretches: impl Iterator<Item = Range<Position>> + Send + 's,
) -> Decoder {
    let (out, decoded) = sync_channel(AHEAD);
    let (folded, spent) = channel::<Chunk>();
    scope.spawn(move || {
        for stretch in stretches {
            let mut chunk = spent.try_recv().unwrap_or_default();
            chunk.clear();
            if out.send(decode_stretch(log, stretch, chunk)).is_err() {
                return;
            }
        }
    });
    Decoder { decoded, folded }
}

fn decode_stretch(log: &dyn EventLog, stretch: Range<Position>, mut chunk: Chunk) -> Result<Chunk, LogError> {
    for page in pages(log, stretch.clone()) {
        for (at, bytes) in page?.facts(stretch.clone()) {
            let fact = Envelope::read_to_fold(bytes).map_err(|error| unreadable(at, &error))?;
            chunk.push((fact, LeafHash(tlog::leaf_hash(bytes))));
        }
    }
    Ok(chunk)
}

fn fold(rebuilt: &mut Rebuilt, facts: &[(Envelope, LeafHash)]) -> Result<(), RebuildError> {
    for (fact, leaf) in facts {
        let expected = rebuilt.views.head();
        if fact.position != expected {
            return Err(RebuildError::OutOfOrder { expected, given: fact.position });
        }
        rebuilt.tiles.push(leaf.0);
        rebuilt.views.fold(fact, *leaf);
    }
    Ok(())
}
