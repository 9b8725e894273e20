//! Checkpoints: the head of a tree as a note that its log signs (c2sp.org/tlog-checkpoint).

use crate::{
    key::Signer,
    note::{Note, NoteError, NoteSignature, NoteText},
    text,
    tree::{Hash, MAX_SIZE},
};
use std::{fmt, str::FromStr};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// The head of a tree: which log, how many leaves, which root.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a text is no checkpoint, or no checkpoint can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The note around it is malformed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Fewer than three lines, or the last one is not ended.
    #[error("a checkpoint has at least three lines, each ended by a newline")]
    Lines,
    /// The first line, which log it is of, is empty.
    #[error("the origin is empty or more than one line")]
    Origin,
    /// The second line is no decimal number without leading zeros up to [`MAX_SIZE`].
    #[error("the size is not a decimal number from 0 to 2^63 - 1 without leading zeros")]
    Size,
    /// The third line is not base 64 of 32 bytes.
    #[error("the root is not base 64 of 32 bytes")]
    Root,
    /// A further line is empty.
    #[error("an extension line is empty or more than one line")]
    Extension,
}

impl Checkpoint {
    /// The head of the log `origin` with `size` leaves.
    ///
    /// # Errors
    /// The origin is empty, more than one line or has control characters, or the size is over [`MAX_SIZE`].
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if !is_line(origin) {
            return Err(CheckpointError::Origin);
        }
        if size > MAX_SIZE {
            return Err(CheckpointError::Size);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// With one more line. The specification advises against such lines: monitors cannot audit them.
    ///
    /// # Errors
    /// The line is empty, more than one or has control characters.
    pub fn with_extension(mut self, line: &str) -> Result<Self, CheckpointError> {
        if !is_line(line) {
            return Err(CheckpointError::Extension);
        }
        self.extensions.push(line.to_owned());
        Ok(self)
    }

    /// Which log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree of that many leaves.
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// The lines after the third. No one vouches for them but the log.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The text that is signed.
    pub fn to_text(&self) -> NoteText {
        NoteText::of_lines(self.to_string())
    }
}

/// Whether it can be a line of a note, and not the empty one.
fn is_line(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte >= b' ')
}

impl fmt::Display for Checkpoint {
    /// The text that is signed, each line ended by a newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, text::to_base64(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Lines);
        let (origin, size, root) = (line()?, line()?, line()?);
        if !is_line(origin) {
            return Err(CheckpointError::Origin);
        }
        let size = text::decimal(size).ok_or(CheckpointError::Size)?;
        let root = text::hash(root).ok_or(CheckpointError::Root)?;
        let head = Self { origin: origin.to_owned(), size, root, extensions: Vec::new() };
        lines.try_fold(head, Self::with_extension)
    }
}

/// A checkpoint with signatures under it; whose they are is not known before they are verified.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a head. The caller must have made sure that the tree grew out of all it signed before, and that its leaves
    /// are durable.
    pub fn sign(checkpoint: Checkpoint, log: &Signer) -> Self {
        let signature = log.sign(&checkpoint.to_text());
        Self::new(checkpoint, signature)
    }

    /// A head with a signature that was made elsewhere, where the key is. Whose it is stays to be verified.
    pub fn new(checkpoint: Checkpoint, signature: NoteSignature) -> Self {
        let note = Note::new(checkpoint.to_text(), signature);
        Self { checkpoint, note }
    }

    /// Reads a signed checkpoint from its bytes.
    ///
    /// # Errors
    /// The bytes are no signed note, or its text is no checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        Ok(Self { checkpoint: note.text().as_str().parse()?, note })
    }

    /// What is signed.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, to verify it.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature, unless the very same is there.
    pub fn add(&mut self, signature: NoteSignature) {
        self.note.add(signature);
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
