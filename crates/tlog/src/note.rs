//! Signed notes: a text and the signatures under it (c2sp.org/signed-note).

use crate::{
    cosignature::Cosignature,
    key::{Algorithm, KeyError, KeyId, KeyName, VerifierKey},
    text,
};
use std::{fmt, str::FromStr};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// The longest note we read, in bytes. Signatures that resist quantum computers have up to 5 kB.
pub const MAX_NOTE: usize = 1_000_000;

/// The most signatures we read. The specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// Why bytes are no signed note, or a text cannot become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE`] bytes.
    #[error("the note is longer than {MAX_NOTE} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the note is not UTF-8")]
    Utf8,
    /// A control character other than newline.
    #[error("the note has a control character other than newline")]
    Control,
    /// The text does not end in a newline.
    #[error("the text of a note ends in a newline")]
    TextEnd,
    /// No empty line parts text and signatures, or nothing follows it.
    #[error("no empty line parts the text from its signatures")]
    NoSignatures,
    /// More than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// A line below the text is not `— <name> <base 64>`.
    #[error("a line below the text is not an em dash, a name and a signature")]
    SignatureLine,
    /// A signature is not base 64 of a key id and at least one byte.
    #[error("a signature is not base 64 of a key id and a signature")]
    SignatureEncoding,
    /// The name in a signature line is none.
    #[error(transparent)]
    Name(#[from] KeyError),
}

/// A text that can be signed: lines without control characters, the last one ended by a newline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteText(String);

impl NoteText {
    /// Lines that are known to be fit, each ended by a newline.
    pub(crate) const fn of_lines(lines: String) -> Self {
        Self(lines)
    }

    /// The text, with its last newline.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NoteText {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE {
            Err(NoteError::TooLong)
        } else if has_control(text) {
            Err(NoteError::Control)
        } else if !text.ends_with('\n') {
            Err(NoteError::TextEnd)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Whether there is an ASCII control character other than newline.
fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < b' ' && byte != b'\n')
}

/// One line below the text. Nothing is known of it until a key is found for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
}

impl NoteSignature {
    pub(crate) const fn new(name: KeyName, id: KeyId, bytes: Vec<u8>) -> Self {
        Self { name, id, bytes }
    }

    /// Who is said to have signed.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// With which of that name's keys.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether this key is meant: both name and id are its.
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == *key.name()
    }
}

impl fmt::Display for NoteSignature {
    /// The line, without a newline at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.0.as_slice(), &self.bytes].concat();
        write!(f, "— {} {}", self.name, text::to_base64(&bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let (name, signature) =
            line.strip_prefix("— ").and_then(|line| line.split_once(' ')).ok_or(NoteError::SignatureLine)?;
        let bytes = text::from_base64(signature).ok_or(NoteError::SignatureEncoding)?;
        match bytes.split_first_chunk() {
            Some((id, bytes)) if !bytes.is_empty() => {
                Ok(Self { name: name.parse()?, id: KeyId(*id), bytes: bytes.to_vec() })
            }
            Some(_) | None => Err(NoteError::SignatureEncoding),
        }
    }
}

/// Signature lines, each ended by a newline, as a witness answers (c2sp.org/tlog-witness, "add-checkpoint").
///
/// # Errors
/// There is none, or one is malformed.
pub fn parse_signatures(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
    if lines.split('\n').nth(MAX_SIGNATURES).is_some() {
        return Err(NoteError::TooMany);
    }
    lines.split('\n').map(str::parse).collect()
}

/// A text with signatures under it, well formed; who signed is not known before [`Note::verify`] says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    text: NoteText,
    signatures: Vec<NoteSignature>,
}

/// What [`Note::verify`] found: one of the keys it was given, and when it signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'k> {
    /// Who signed.
    pub key: &'k VerifierKey,
    /// In seconds since 1970-01-01 UTC, for a cosignature.
    pub time: Option<u64>,
}

/// Why a note is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// A signature that claims to be by a key we know is not.
    #[error("the signature by {name}+{id} is wrong")]
    Wrong {
        /// The name of the key.
        name: KeyName,
        /// Its id.
        id: KeyId,
    },
    /// None of the keys signed.
    #[error("none of the known keys signed")]
    Unsigned,
}

impl Note {
    /// A note with its first signature.
    pub fn new(text: NoteText, signature: NoteSignature) -> Self {
        Self { text, signatures: vec![signature] }
    }

    /// Reads a note from its bytes.
    ///
    /// # Errors
    /// The bytes are no signed note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
        if has_control(note) {
            return Err(NoteError::Control);
        }
        // The last empty line counts: the text may have empty lines of its own.
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        Ok(Self { text: NoteText(format!("{text}\n")), signatures: parse_signatures(signatures)? })
    }

    /// What is signed. Nothing in it may be believed before it is verified.
    pub const fn text(&self) -> &NoteText {
        &self.text
    }

    /// The lines below the text.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature, unless the very same is there.
    pub fn add(&mut self, signature: NoteSignature) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// Who of these keys signed, in the order of the signatures. Signatures by other keys are passed over; a wrong one
    /// by one of these makes the whole note worthless (c2sp.org/signed-note, "Signatures").
    ///
    /// # Errors
    /// A signature by one of the keys is wrong, or there is none.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey, IntoIter: Clone>,
    ) -> Result<Vec<Signed<'k>>, VerifyError> {
        let keys = keys.into_iter();
        let mut found = Vec::new();
        for signature in &self.signatures {
            // Different keys may share name and id by accident or on purpose; the one that is known decides.
            for key in keys.clone().filter(|key| signature.is_by(key)) {
                let time = self
                    .check(signature, key)
                    .ok_or_else(|| VerifyError::Wrong { name: signature.name.clone(), id: signature.id })?;
                found.push(Signed { key, time });
            }
        }
        if found.is_empty() { Err(VerifyError::Unsigned) } else { Ok(found) }
    }

    /// `None` when the signature is wrong, else the time it states, if any.
    fn check(&self, signature: &NoteSignature, key: &VerifierKey) -> Option<Option<u64>> {
        match key.algorithm() {
            Algorithm::Ed25519 => {
                let bytes = signature.bytes.as_slice().try_into().ok()?;
                key.signed(self.text.as_str().as_bytes(), bytes).then_some(None)
            }
            Algorithm::Cosignature => {
                let cosignature = Cosignature::parse(&signature.bytes).ok()?;
                cosignature.is_by(key, &self.text).then_some(Some(cosignature.time))
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text.as_str())?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}
