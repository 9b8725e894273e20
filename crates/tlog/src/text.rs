//! The pieces all these texts are made of. Each has one written form.

use crate::{
    proof::MAX_HASHES,
    tree::{Hash, MAX_SIZE},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A decimal number without sign or leading zeros, at most [`MAX_SIZE`].
pub fn decimal(text: &str) -> Option<u64> {
    let is_canonical = text == "0" || !text.starts_with('0');
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_canonical && is_number { text.parse().ok().filter(|number| *number <= MAX_SIZE) } else { None }
}

/// Base 64 with padding and without spare bits (RFC 4648 §4).
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Base 64 with padding (RFC 4648 §4).
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A hash in base 64.
pub fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// Why lines of hashes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashesFault {
    /// This line, from 0, is no hash.
    Hash(usize),
    /// There are more than [`MAX_HASHES`].
    TooMany,
    /// No empty line follows.
    End,
}

/// Lines with a hash each up to an empty line, and what follows it.
pub fn hashes(text: &str) -> Result<(Vec<Hash>, &str), HashesFault> {
    let (mut hashes, mut rest) = (Vec::new(), text);
    loop {
        let (line, after) = rest.split_once('\n').ok_or(HashesFault::End)?;
        rest = after;
        if line.is_empty() {
            return Ok((hashes, rest));
        }
        if hashes.len() == MAX_HASHES {
            return Err(HashesFault::TooMany);
        }
        hashes.push(hash(line).ok_or(HashesFault::Hash(hashes.len()))?);
    }
}
