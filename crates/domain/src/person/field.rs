//! What can be known of a person, and how it is handled on its way to the vault.

use crate::Commitment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Something that can be known of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonField {
    /// The full name (họ và tên).
    FullName,
    /// The date of birth (ngày sinh), as `YYYY-MM-DD`.
    DateOfBirth,
    /// The office the person holds (chức vụ).
    Office,
    /// The number of an identity paper (số định danh cá nhân, hộ chiếu).
    IdentityNumber,
}

impl PersonField {
    /// Every field, in the order of this list.
    pub const ALL: [Self; 4] = [Self::FullName, Self::DateOfBirth, Self::Office, Self::IdentityNumber];

    /// As it is written in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::DateOfBirth => "date_of_birth",
            Self::Office => "office",
            Self::IdentityNumber => "identity_number",
        }
    }
}

/// A text that must not be seen: it is not shown by `Debug` and wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Private(Zeroizing<String>);

impl Private {
    /// Takes a text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text, for those who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private")
    }
}

/// A piece of personal data on its way to the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is.
    pub field: PersonField,
    /// What it says.
    pub text: Private,
}

impl Commitment {
    /// `SHA-256("thidua/pii/v1" ‖ salt ‖ text)`. The salt is random for each piece of data and kept beside the text alone:
    /// once both are gone, nobody can find out what was committed to, not even by trying every name there is.
    pub fn to_private(salt: &[u8; 32], text: &str) -> Self {
        let hash = Sha256::new().chain_update("thidua/pii/v1").chain_update(salt).chain_update(text);
        Self(hash.finalize().into())
    }
}
