//! The tree of stream heads: what every stream held when the log had so many facts. The log commits to its root in facts
//! of its own, so that a list of a stream's facts can be proven to be whole.

use super::Tiles;
use crate::pending::Pending;
use domain::{
    LeafHash, Position, Sha256, StreamId,
    log::{StreamHead, StreamHeadsCommitted},
};
use tlog::sorted::SortedTree;
use views::History;

/// The tree as the writer keeps it: only what has changed since it was asked last is hashed again.
#[derive(Default)]
pub(crate) struct StreamHeads {
    /// The durable facts that are in it.
    known: Position,
    tree: SortedTree<StreamId>,
    /// Whether it holds what a group has decided and nobody has made durable yet.
    is_ahead: bool,
}

impl StreamHeads {
    /// What all facts before the next one come to, those of the group in the making included.
    pub(crate) fn commit(&mut self, pending: &Pending<'_>) -> StreamHeadsCommitted {
        let durable = pending.views.books.heads_since(self.known).map(leaf);
        self.tree.put(durable);
        self.known = pending.views.head();
        self.tree.put(pending.changed().heads_since(Position(0)).map(leaf));
        self.is_ahead = true;
        StreamHeadsCommitted {
            size: pending.next().0,
            streams: self.tree.size(),
            root: Sha256(self.tree.root()),
        }
    }

    /// What was decided is durable.
    pub(crate) const fn keep(&mut self) {
        self.is_ahead = false;
    }

    /// What was decided is not durable, and may never be: what it changed is not told apart from the rest.
    pub(crate) fn give_up(&mut self) {
        if self.is_ahead {
            *self = Self::default();
        }
    }
}

/// A stream's leaf, under its key.
fn leaf(head: StreamHead) -> (StreamId, String) {
    (head.stream, head.to_string())
}

/// The tree as it was when the log had `size` facts; `None` when it has fewer.
pub(crate) fn tree_at(history: &History, tiles: &Tiles, size: u64) -> Option<SortedTree<StreamId>> {
    let mut tree = SortedTree::default();
    let heads = history.heads_at(Position(size)).map(|(stream, version, last)| {
        let head = LeafHash(tiles.leaf(last.0)?);
        Some(leaf(StreamHead { stream, version, head }))
    });
    tree.put(heads.collect::<Option<Vec<_>>>()?);
    (size <= tiles.size()).then_some(tree)
}
