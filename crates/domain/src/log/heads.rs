//! What a stream had come to: a leaf of the tree that the log commits to.

use crate::{LeafHash, StreamId, Version};
use std::fmt;

/// A stream, how many facts it holds, and the leaf hash of its last one. As text it is a leaf of the tree of stream
/// heads: `<stream> <version> <leaf hash>`, without a newline. The order of the leaves is that of the streams' texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamHead {
    /// The stream.
    pub stream: StreamId,
    /// How many facts it holds.
    pub version: Version,
    /// The leaf hash of its last fact, unpadded base64url.
    pub head: LeafHash,
}

impl fmt::Display for StreamHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.stream, self.version, self.head)
    }
}
