//! Keys: who is believed (c2sp.org/signed-note, "Signatures" and "Verifier keys").

use crate::text;
use ed25519_dalek::{PUBLIC_KEY_LENGTH, Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use thiserror::Error;

mod signer;
#[cfg(test)]
mod tests;

pub use signer::{CosignError, Cosigner, Signer};

/// What a key signs: the byte before the key in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `0x01`: Ed25519 over the text of a note, as a log signs its checkpoints.
    Ed25519,
    /// `0x04`: Ed25519 over a checkpoint and a time, as a witness signs (c2sp.org/tlog-cosignature).
    Cosignature,
}

impl Algorithm {
    /// Its byte (c2sp.org/signed-note, "Signature types").
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    const fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// The name of a key: not empty, without Unicode spaces, plus signs and ASCII control characters. For a log it
/// is the origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        let is_forbidden = |c: char| c.is_whitespace() || c < ' ' || c == '+';
        if name.is_empty() || name.contains(is_forbidden) {
            return Err(KeyError::Name);
        }
        Ok(Self(name.to_owned()))
    }
}

/// Four bytes that tell a name's keys apart. They prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// The first bytes of SHA-256 over name, newline, algorithm and key.
    fn of(name: &KeyName, algorithm: Algorithm, key: &[u8; PUBLIC_KEY_LENGTH]) -> Self {
        let name_and_kind = Sha256::new().chain_update(name.as_str()).chain_update([b'\n', algorithm.byte()]);
        let [a, b, c, d, ..]: [u8; 32] = name_and_kind.chain_update(key).finalize().into();
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

/// Why a text is no verifier key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is not `name+id+key`.
    #[error("a verifier key has the form <name>+<id>+<key>")]
    Form,
    /// The name is empty, or has a space, a plus sign or a control character.
    #[error("the name of a key is not empty and has no spaces, plus signs or control characters")]
    Name,
    /// The id is not eight lower-case hexadecimal digits.
    #[error("the id of a key is eight lower-case hexadecimal digits")]
    IdForm,
    /// The key is not base 64 of an algorithm and its key.
    #[error("the key is not base 64, or of another length than its algorithm has")]
    Encoding,
    /// Signatures of this kind are not for us to judge.
    #[error("signatures of type 0x{0:02x} are not supported: only 0x01 and 0x04 are")]
    Algorithm(u8),
    /// The bytes are no point of the curve in its one encoding, or one for which anybody can sign.
    #[error("the key is no usable Ed25519 public key")]
    Unusable,
    /// The id belongs to another key or name.
    #[error("the id does not belong to this name and key: theirs is {0}")]
    OtherId(KeyId),
}

/// A key whose signatures can be checked. Its text is `<name>+<id>+<key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    algorithm: Algorithm,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key from its bytes (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// The bytes are no usable public key.
    pub fn new(name: KeyName, algorithm: Algorithm, key: &[u8; PUBLIC_KEY_LENGTH]) -> Result<Self, KeyError> {
        let id = KeyId::of(&name, algorithm, key);
        let key = VerifyingKey::from_bytes(key).map_err(|_| KeyError::Unusable)?;
        if key.is_weak() || !is_reduced(key.as_bytes()) {
            return Err(KeyError::Unusable);
        }
        Ok(Self { name, id, algorithm, key })
    }

    /// Who signs.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Which of the keys of that name.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What is signed.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key alone (RFC 8032 §5.1.5): two texts with the same one are the same signer.
    pub fn public_key(&self) -> &[u8; PUBLIC_KEY_LENGTH] {
        self.key.as_bytes()
    }

    /// Whether the key signed the message. Keys and points of small order are refused, so that one signature fits one
    /// message and one key only.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// Whether the y coordinate is below the prime 2^255 − 19: otherwise the same point has a second encoding.
fn is_reduced(key: &[u8; PUBLIC_KEY_LENGTH]) -> bool {
    let [lowest, middle @ .., highest] = key;
    *lowest < 0xed || middle.iter().any(|byte| *byte != 0xff) || highest & 0x7f != 0x7f
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> =
            std::iter::once(self.algorithm.byte()).chain(self.key.as_bytes().iter().copied()).collect();
        write!(f, "{}+{}+{}", self.name, self.id, text::to_base64(&bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // Base 64 has plus signs of its own, so the first two count.
        let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
        let (id, key) = rest.split_once('+').ok_or(KeyError::Form)?;
        let name = name.parse()?;
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if id.len() != 8 || !id.bytes().all(is_hex) {
            return Err(KeyError::IdForm);
        }
        let bytes = text::from_base64(key).ok_or(KeyError::Encoding)?;
        let (byte, key) = bytes.split_first().ok_or(KeyError::Encoding)?;
        let algorithm = Algorithm::of_byte(*byte).ok_or(KeyError::Algorithm(*byte))?;
        let key = key.try_into().map_err(|_| KeyError::Encoding)?;
        let key = Self::new(name, algorithm, key)?;
        if key.id.to_string() == id { Ok(key) } else { Err(KeyError::OtherId(key.id)) }
    }
}
