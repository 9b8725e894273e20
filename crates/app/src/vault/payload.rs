//! A piece of personal data: sealed beside the log under the fact and the field it belongs to, and read back.

use super::{Vault, VaultError, cipher};
use domain::{
    Commitment, EventId, KeyId, PersonId,
    person::{Committed, Detail, Known, Person, PersonField, Private},
};
use eventlog::{AsideChange, EventLog, LogError};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Personal data on its way to the vault, each piece with the salt of its commitment.
pub struct Drawn(Vec<(Detail, Zeroizing<[u8; 32]>)>);

/// A piece of personal data as it is kept.
pub struct Payload {
    /// What the log says of it.
    pub known: Known,
    /// The salt of the commitment and the text; `None` when it is not there, or not what was committed to.
    pub content: Option<(Zeroizing<[u8; 32]>, Private)>,
}

impl Drawn {
    /// Draws a salt for each piece.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn of(details: &[Detail]) -> Result<Self, VaultError> {
        let salted = details.iter().map(|detail| Ok((detail.clone(), cipher::random_key()?)));
        salted.collect::<Result<_, VaultError>>().map(Self)
    }

    /// Whether there is nothing to keep.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The commitments, as they go into the event.
    pub fn commitments(&self) -> Vec<Committed> {
        let commit = |(detail, salt): &(Detail, Zeroizing<[u8; 32]>)| Committed {
            field: detail.field,
            commitment: Commitment::to_private(salt, detail.text.reveal()),
        };
        self.0.iter().map(commit).collect()
    }
}

impl Vault {
    /// Seals the data of a fact, as it goes aside with it.
    ///
    /// # Errors
    /// When there is no such key, or no randomness.
    pub fn seal(
        &self,
        person: PersonId,
        key: KeyId,
        fact: EventId,
        drawn: &Drawn,
    ) -> Result<Vec<AsideChange>, VaultError> {
        let opened = self.key(key).ok_or(VaultError::NoSuchKey)?;
        let seal = |(detail, salt): &(Detail, Zeroizing<[u8; 32]>)| {
            let text = detail.text.reveal().as_bytes();
            // As long as it will be: a buffer that grows leaves the text behind in memory.
            let mut plain = Zeroizing::new(Vec::with_capacity(salt.len() + text.len()));
            plain.extend_from_slice(&salt[..]);
            plain.extend_from_slice(text);
            let sealed = cipher::seal(&opened, &context(person, fact, detail.field, key), &plain)?;
            Ok(AsideChange::Put(place_of(key, fact, detail.field), sealed))
        };
        drawn.0.iter().map(seal).collect()
    }

    /// Everything that is kept of a person, in the order recorded.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn payloads(
        &self,
        log: &dyn EventLog,
        id: PersonId,
        person: &Person,
    ) -> Result<Vec<Payload>, LogError> {
        let kept: BTreeMap<_, _> = log.aside(&prefix_of(person.key))?.into_iter().collect();
        let key = self.key(person.key);
        let read = |known: &Known| {
            let Known { event, committed: Committed { field, commitment }, .. } = *known;
            let sealed = kept.get(&place_of(person.key, event, field))?;
            let plain = cipher::open(key.as_ref()?, &context(id, event, field, person.key), sealed)?;
            let (salt, text) = plain.split_first_chunk::<32>()?;
            let text = std::str::from_utf8(text).ok()?;
            let is_it = Commitment::to_private(salt, text) == commitment;
            is_it.then(|| (Zeroizing::new(*salt), Private::new(text)))
        };
        Ok(person.known.iter().map(|known| Payload { known: *known, content: read(known) }).collect())
    }
}

/// Where everything stands that is kept under a key.
pub fn prefix_of(key: KeyId) -> Vec<u8> {
    [b"person/".as_slice(), key.0.as_bytes()].concat()
}

fn place_of(key: KeyId, fact: EventId, field: PersonField) -> Vec<u8> {
    [&prefix_of(key)[..], fact.0.as_bytes(), field.name().as_bytes()].concat()
}

/// What a sealed piece is bound to: it cannot be shown as something else, or as another person's.
fn context(person: PersonId, fact: EventId, field: PersonField, key: KeyId) -> Vec<u8> {
    let (person, fact, key) = (person.0.as_bytes(), fact.0.as_bytes(), key.0.as_bytes());
    [b"thidua/pii/v1".as_slice(), person, fact, key, field.name().as_bytes()].concat()
}
