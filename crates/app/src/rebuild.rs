//! The views, folded from the log. Decoding is most of the work and goes to as many threads as there are cores;
//! folding is in order, on one.

use domain::{Envelope, LeafHash, Position};
use eventlog::{EventLog, LogError, Page, Stored, pages};
use std::{
    sync::Arc,
    sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    thread,
};
use tlog::RightEdge;
use views::Views;

/// How many pages may wait for a decoder, and how many decoded ones for the fold.
const AHEAD: usize = 32;

/// Views that hold the whole log.
pub struct Rebuilt {
    /// The views.
    pub views: Views,
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

/// The facts of a page with their leaf hashes.
type Chunk = Vec<(Envelope, LeafHash)>;

/// Reads a stored fact.
///
/// # Errors
/// When the bytes are not an envelope this build knows.
pub fn decode(stored: &Stored) -> Result<Envelope, LogError> {
    read(stored.position, &stored.bytes)
}

fn read(position: Position, bytes: &[u8]) -> Result<Envelope, LogError> {
    serde_json::from_slice(bytes).map_err(|error| LogError::Damaged { position, what: error.to_string() })
}

/// Folds every fact of the log, telling `progress` how many are done. The tree is taken over the facts before `mark`.
///
/// # Errors
/// See [`RebuildError`].
pub fn rebuild(
    log: &dyn EventLog,
    mark: Position,
    mut progress: impl FnMut(Position),
) -> Result<Rebuilt, RebuildError> {
    let decoders = thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
    let mut rebuilt = Rebuilt { views: Views::default(), tree: RightEdge::default() };
    thread::scope(|scope| {
        let (raw, decoders): (Vec<_>, Vec<_>) = (0..decoders).map(|_| decoder(scope)).unzip();
        let reader = scope.spawn(move || read_all(log, &raw));
        // Pages went round the decoders in turn, so they are taken back in turn.
        for decoder in decoders.iter().cycle() {
            let Ok(chunk) = decoder.decoded.recv() else { break };
            let chunk = chunk?;
            fold(&mut rebuilt, mark, &chunk)?;
            progress(rebuilt.views.head());
            // At the end of the log the decoder is gone, and the chunk with it.
            let _ = decoder.folded.send(chunk);
        }
        match reader.join() {
            Ok(outcome) => outcome.map_err(RebuildError::from),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    Ok(rebuilt)
}

/// A decoder as the fold sees it.
struct Decoder {
    decoded: Receiver<Result<Chunk, LogError>>,
    /// Chunks go back to be freed where they were allocated: freeing another thread's memory is slow.
    folded: Sender<Chunk>,
}

fn decoder<'s>(scope: &'s thread::Scope<'s, '_>) -> (SyncSender<Arc<Page>>, Decoder) {
    let (raw, pages) = sync_channel::<Arc<Page>>(AHEAD);
    let (out, decoded) = sync_channel(AHEAD);
    let (folded, spent) = channel::<Chunk>();
    scope.spawn(move || {
        for page in pages {
            let mut chunk = spent.try_recv().unwrap_or_default();
            chunk.clear();
            if out.send(decode_page(&page, chunk)).is_err() {
                return;
            }
        }
    });
    (raw, Decoder { decoded, folded })
}

fn decode_page(page: &Page, mut chunk: Chunk) -> Result<Chunk, LogError> {
    for (at, bytes) in page.iter() {
        chunk.push((read(at, bytes)?, LeafHash(tlog::leaf_hash(bytes))));
    }
    Ok(chunk)
}

fn read_all(log: &dyn EventLog, decoders: &[SyncSender<Arc<Page>>]) -> Result<(), LogError> {
    let whole = Position(0)..log.head()?;
    for (page, decoder) in pages(log, whole).zip(decoders.iter().cycle()) {
        if decoder.send(page?).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn fold(rebuilt: &mut Rebuilt, mark: Position, facts: &[(Envelope, LeafHash)]) -> Result<(), RebuildError> {
    for (fact, leaf) in facts {
        let expected = rebuilt.views.head();
        if fact.position != expected {
            return Err(RebuildError::OutOfOrder { expected, given: fact.position });
        }
        if fact.position < mark {
            rebuilt.tree.push(leaf.0);
        }
        rebuilt.views.fold(fact, *leaf);
    }
    Ok(())
}
