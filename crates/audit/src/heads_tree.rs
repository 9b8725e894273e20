//! What every stream held, in one hash, as the log commits to it: computed again from the facts before.

use domain::{
    Position, Sha256, StreamId,
    log::{StreamHead, StreamHeadsCommitted},
};
use tlog::sorted::SortedTree;
use views::Books;

/// The tree of stream heads. Only what has changed since it was asked last is hashed again.
#[derive(Default)]
pub(crate) struct StreamHeads {
    known: Position,
    tree: SortedTree<StreamId>,
}

impl StreamHeads {
    /// Whether this is what the books come to, whose facts are all before the commitment.
    ///
    /// # Errors
    /// It is not; says how.
    pub(crate) fn expect(&mut self, books: &Books, committed: &StreamHeadsCommitted) -> Result<(), String> {
        let leaf = |head: StreamHead| (head.stream, head.to_string());
        self.tree.put(books.heads_since(self.known).map(leaf));
        self.known = Position(committed.size);
        let (streams, root) = (self.tree.size(), Sha256(self.tree.root()));
        if (committed.streams, committed.root) == (streams, root) {
            return Ok(());
        }
        Err(format!(
            "the {} streams before have the root {root}, and {} with {} are committed to",
            streams, committed.streams, committed.root
        ))
    }
}
