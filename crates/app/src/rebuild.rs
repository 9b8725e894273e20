//! The views, folded from the log. Decoding is most of the work and goes to as many threads as there are cores;
//! folding is in order, on one.

use domain::{Envelope, LeafHash, Position};
use eventlog::{EventLog, LogError, Stored};
use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};
use tlog::RightEdge;
use views::Views;

/// How many facts are read at once.
const CHUNK: usize = 2048;

/// Views that hold the whole log, and the root of its tree.
pub struct Rebuilt {
    /// The views.
    pub views: Views,
    /// The tree over the stored bytes.
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

type Decoded = Result<Vec<(Envelope, LeafHash)>, LogError>;

/// Reads a stored fact.
///
/// # Errors
/// When the bytes are not an envelope this build knows.
pub fn decode(stored: &Stored) -> Result<Envelope, LogError> {
    serde_json::from_slice(&stored.bytes).map_err(|error| LogError::Failed {
        attempted: "reading a stored fact",
        source: error.into(),
    })
}

/// Folds every fact of the log, telling `progress` how many are done.
///
/// # Errors
/// See [`RebuildError`].
pub fn rebuild(log: &dyn EventLog, mut progress: impl FnMut(Position)) -> Result<Rebuilt, RebuildError> {
    let decoders = thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
    let mut rebuilt = Rebuilt {
        views: Views::default(),
        tree: RightEdge::default(),
    };
    thread::scope(|scope| {
        let (raw, decoded): (Vec<_>, Vec<_>) = (0..decoders).map(|_| decoder(scope)).unzip();
        let reader = scope.spawn(move || read_all(log, &raw));
        // Chunks went round the decoders in turn, so they are taken back in turn.
        for chunk in decoded.iter().cycle().map_while(|from| from.recv().ok()) {
            fold(&mut rebuilt, chunk?)?;
            progress(rebuilt.views.head());
        }
        match reader.join() {
            Ok(outcome) => outcome.map_err(RebuildError::from),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    Ok(rebuilt)
}

fn decoder<'s>(scope: &'s thread::Scope<'s, '_>) -> (SyncSender<Vec<Stored>>, Receiver<Decoded>) {
    let (raw, chunks) = sync_channel::<Vec<Stored>>(2);
    let (out, decoded) = sync_channel(2);
    scope.spawn(move || {
        for chunk in chunks {
            let facts = chunk
                .iter()
                .map(|stored| Ok((decode(stored)?, LeafHash(tlog::leaf_hash(&stored.bytes)))));
            if out.send(facts.collect()).is_err() {
                return;
            }
        }
    });
    (raw, decoded)
}

fn read_all(log: &dyn EventLog, decoders: &[SyncSender<Vec<Stored>>]) -> Result<(), LogError> {
    let mut next = Position(0);
    for decoder in decoders.iter().cycle() {
        let chunk = log.read(next, CHUNK)?;
        let Some(last) = chunk.last() else {
            return Ok(());
        };
        next = last.position.next();
        if decoder.send(chunk).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn fold(rebuilt: &mut Rebuilt, facts: Vec<(Envelope, LeafHash)>) -> Result<(), RebuildError> {
    for (fact, leaf) in facts {
        let expected = rebuilt.views.head();
        if fact.position != expected {
            return Err(RebuildError::OutOfOrder {
                expected,
                given: fact.position,
            });
        }
        rebuilt.tree.push(leaf.0);
        rebuilt.views.fold(&fact, leaf);
    }
    Ok(())
}
