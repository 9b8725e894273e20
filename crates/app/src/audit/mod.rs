//! The log as a transparency log: the tree over its facts, and the heads that are signed.
//!
//! - [`tiles`]: the tree; [`anchor`]: the last signed head, in a second place; [`signer`]: who holds the key
//! - `rotation`: how another key takes over; `stream_heads`: what the log commits to of its streams
//! - `publisher`: the thread that reads what was committed, hashes it a second time, and has the head signed
//! - `stamping`: the moments at which an authority outside saw a head
//! - `pen`: what it takes to sign a head; `kept`: the heads that are kept for good; `cosigning`: the witnesses, and what
//!   they add to a signed head

pub mod anchor;
mod cosigning;
mod kept;
mod pen;
mod publisher;
mod rotation;
pub mod signer;
mod stamping;
mod stream_heads;
#[cfg(test)]
mod tests;
pub mod tiles;
#[cfg(test)]
mod witness_tests;

pub use anchor::Anchor;
pub(crate) use cosigning::Asking;
pub use cosigning::{Answering, Courier, WitnessState, Witnesses, Witnessing};
pub use kept::Kept;
pub(crate) use pen::{Pen, Signers};
pub(crate) use publisher::Publisher;
pub(crate) use rotation::text_of;
pub use signer::{HeadSigner, OwnKey, SignError};
pub(crate) use stamping::Clerk;
pub use stamping::{Authority, Stamped, Stamping};
pub(crate) use stream_heads::StreamHeads;
pub use tiles::Tiles;

use cosigning::Cosigning;
use domain::{LeafHash, Position, StreamId, Timestamp};
use eventlog::LogError;
use parking_lot::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tlog::{checkpoint::SignedCheckpoint, key::VerifierKey, policy::Policy, sorted::SortedTree};
use tokio::sync::watch;
use views::History;

/// A head that was signed, as it is handed out.
#[derive(Clone, Debug)]
pub struct Published {
    /// The head and its signatures.
    pub signed: SignedCheckpoint,
    /// The key of the log.
    pub key: VerifierKey,
    /// When it was signed, by the writer's clock.
    pub signed_at: Timestamp,
}

impl Published {
    /// How many facts it covers.
    pub const fn size(&self) -> u64 {
        self.signed.checkpoint().size()
    }

    /// Whether it is the same head, signed at the same moment, whoever cosigned it.
    fn is_the_same_as(&self, other: &Self) -> bool {
        (self.size(), self.signed_at) == (other.size(), other.signed_at)
    }
}

/// Why no head can be signed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The log could not be read, or kept nothing.
    #[error("reading the log for its tree failed")]
    Log(#[from] LogError),
    /// The anchor cannot be read or written, or is of another log.
    #[error(
        "the anchor {path} cannot be used: {what}; name the file that holds the last signed checkpoint of this log"
    )]
    Anchor {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The log was signed before, and its anchor is gone.
    #[error(
        "the anchor {path} is not there, though the first {signed} facts of this store were signed: name the file where \
         the last signed checkpoint is kept; if it is lost, or this is an old copy, go on under a new origin \
         (`thidua signer key`) and tell those who follow the log"
    )]
    NoAnchor {
        /// The file.
        path: PathBuf,
        /// How many facts are known to be signed.
        signed: u64,
    },
    /// The log is shorter than what was signed.
    #[error(
        "the log ends at position {log} but its first {signed} facts were signed: facts that others hold proofs of are \
         missing; do not write to this store, restore a newer copy with `thidua store restore`; if there is none, go on \
         under a new origin (`thidua signer key`) and tell those who follow the log"
    )]
    Behind {
        /// How many facts were signed.
        signed: u64,
        /// How many the log holds.
        log: u64,
    },
    /// The log has other facts than those that were signed.
    #[error(
        "the first {signed} facts of the log are not those that were signed: the past was altered; keep this store as \
         evidence and restore a copy with `thidua store restore`"
    )]
    Altered {
        /// How many facts were signed.
        signed: u64,
    },
    /// The log says that another key signs it.
    #[error(
        "the fact at position {position} says that {key} signs this log: name that key, or go on under a new origin \
         (`thidua signer key`)"
    )]
    OtherKey {
        /// The key that signs.
        key: String,
        /// Where that is said.
        position: Position,
    },
    /// The key was replaced, and the old one has not signed a head that covers the fact of it.
    #[error(
        "the fact at position {position} says that another key took over, but {old} has not yet signed a head that covers \
         it: name the old key as well (--previous-log-key or --previous-signer), or nobody who believes it can follow"
    )]
    NotVouched {
        /// The key that was replaced.
        old: String,
        /// Where that is said.
        position: Position,
    },
    /// A key cannot take over from another.
    #[error("the key cannot be put in the place of the one before: {0}")]
    Key(String),
    /// Someone else has written the anchor.
    #[error(
        "the anchor {path} was written by someone else: another process signs in the name of this log; stop it"
    )]
    Raced {
        /// The file.
        path: PathBuf,
    },
    /// What the log gives back is not what was written, or the tree contradicts itself.
    #[error(
        "the fact at position {position} does not have the hash it was written with: nothing is signed any more"
    )]
    Mismatch {
        /// The first position that cannot be trusted.
        position: Position,
    },
    /// The head was not signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The operating system refused a thread.
    #[error("the thread that signs cannot be started")]
    Thread(#[source] std::io::Error),
}

impl AuditError {
    /// Whether the next attempt may succeed without anybody's doing.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::Anchor { .. } | Self::Sign(SignError::Unreachable(_)) => true,
            Self::Log(_)
            | Self::NoAnchor { .. }
            | Self::Behind { .. }
            | Self::Altered { .. }
            | Self::OtherKey { .. }
            | Self::NotVouched { .. }
            | Self::Key(_)
            | Self::Raced { .. }
            | Self::Mismatch { .. }
            | Self::Sign(SignError::Refused(_) | SignError::Contradiction(_))
            | Self::Thread(_) => false,
        }
    }
}

/// What readers and the writer share of the tree.
pub struct Audit {
    tiles: RwLock<Tiles>,
    /// The leaf hashes that the writer computed, until the facts are read back; `None` while nobody does.
    written: Mutex<Option<VecDeque<(Position, LeafHash)>>>,
    /// The head that was signed last.
    signed: watch::Sender<Option<Arc<Published>>>,
    /// The head that is handed out: where there are witnesses, one that they saw, if they do in time.
    published: watch::Sender<Option<Arc<Published>>>,
    /// Set once, where there are witnesses.
    cosigning: OnceLock<Cosigning>,
    kept: RwLock<Vec<Kept>>,
    stamps: RwLock<Vec<Stamped>>,
    /// The tree of stream heads that was asked for last, with the size of the log it is of.
    heads: Mutex<Option<(u64, Arc<SortedTree<StreamId>>)>>,
}

impl Audit {
    /// Over the tree of the facts there are.
    pub(crate) fn new(tiles: Tiles) -> Self {
        let (signed, published) = (watch::channel(None).0, watch::channel(None).0);
        Self {
            tiles: RwLock::new(tiles),
            written: Mutex::default(),
            signed,
            published,
            cosigning: OnceLock::new(),
            kept: RwLock::default(),
            stamps: RwLock::default(),
            heads: Mutex::default(),
        }
    }

    /// The tree. Hold the guard briefly: it grows meanwhile.
    pub fn tiles(&self) -> RwLockReadGuard<'_, Tiles> {
        self.tiles.read()
    }

    pub(crate) fn tiles_mut(&self) -> RwLockWriteGuard<'_, Tiles> {
        self.tiles.write()
    }

    /// The signed head that is handed out, with the cosignatures it has; `None` where nothing is signed.
    pub fn published(&self) -> Option<Arc<Published>> {
        self.published.borrow().clone()
    }

    /// The head that was signed last, seen by witnesses or not.
    fn newest(&self) -> Option<Arc<Published>> {
        self.signed.borrow().clone()
    }

    /// Waits until the head that is handed out covers `count` facts, but no longer than `patience`, and gives it. If it
    /// does not cover them then, a head that was signed and that the witnesses have not seen yet may.
    pub async fn covering(&self, count: u64, patience: Duration) -> Option<Arc<Published>> {
        let mut published = self.published.subscribe();
        let covers = |head: &Option<Arc<Published>>| head.as_ref().is_some_and(|head| head.size() >= count);
        // Whether it came in time is seen by the head itself.
        let _ = tokio::time::timeout(patience, published.wait_for(covers)).await;
        let (shown, newest) = (self.published(), self.newest());
        if covers(&shown) || !covers(&newest) { shown } else { newest }
    }

    /// A head was signed: it is shown to the witnesses, and handed out unless it must wait for them.
    pub(crate) fn announce(&self, head: Published) {
        let head = Arc::new(head);
        self.signed.send_replace(Some(Arc::clone(&head)));
        let at_once = self.cosigning.get().is_none_or(|cosigning| cosigning.signed(&head));
        if at_once || self.published.borrow().is_none() {
            self.published.send_replace(Some(head));
        }
    }

    /// Hands out the newest head if it has waited for its witnesses long enough.
    fn settle(&self) {
        let (Some(cosigning), Some(newest)) = (self.cosigning.get(), self.newest()) else { return };
        let is_behind =
            |shown: &Published| shown.size() < newest.size() || shown.signed_at < newest.signed_at;
        if cosigning.settle(&newest) && self.published().is_none_or(|shown| is_behind(&shown)) {
            metrics::gauge!("thidua_checkpoint_witnessed").set(0.0);
            self.published.send_replace(Some(newest));
        }
    }

    /// From now on signed heads are shown to witnesses. Only the first policy counts.
    pub(crate) fn trust(&self, file: Vec<u8>, policy: Policy) {
        let cosigning = Cosigning::new(file, policy);
        if let Some(head) = self.newest() {
            cosigning.signed(&head);
        }
        // A second one is a mistake of the caller, and changes nothing.
        let _ = self.cosigning.set(cosigning);
    }

    /// The policy file that is handed out; `None` where nobody has named witnesses.
    pub fn policy_file(&self) -> Option<&[u8]> {
        self.cosigning.get().map(Cosigning::file)
    }

    /// How it stands with the witnesses; `None` where there are none.
    pub fn witnessing(&self) -> Option<Witnessing> {
        self.cosigning.get().map(|cosigning| cosigning.witnessing(self.published().as_deref()))
    }

    /// The heads that are kept for good, smallest first.
    pub fn kept(&self) -> Vec<Kept> {
        self.kept.read().clone()
    }

    /// The heads that an authority stamped, the oldest first.
    pub fn stamped(&self) -> Vec<Stamped> {
        self.stamps.read().clone()
    }

    /// What every stream held when the log had `size` facts; `None` when it has fewer, or they are not in the tree yet.
    pub(crate) fn stream_heads(&self, history: &History, size: u64) -> Option<Arc<SortedTree<StreamId>>> {
        if let Some((known, tree)) = &*self.heads.lock()
            && *known == size
        {
            return Some(Arc::clone(tree));
        }
        let tree = Arc::new(stream_heads::tree_at(history, &self.tiles(), size)?);
        *self.heads.lock() = Some((size, Arc::clone(&tree)));
        Some(tree)
    }

    /// Notes the hashes of facts that were just committed, in order from `first` on.
    pub(crate) fn note(&self, first: Position, leaves: &[LeafHash]) {
        if let Some(written) = &mut *self.written.lock() {
            written.extend((first.0..).map(Position).zip(leaves.iter().copied()));
        }
    }
}
