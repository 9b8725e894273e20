//! What a service answered when it recorded a fact is a receipt: the fact must be in every later head of the log, at the
//! place and under the id that the answer names.

use crate::{
    bundle,
    failure::{Failure, Finding, FindingKind},
    head::Head,
    source::Source,
};
use domain::{Envelope, EventId};
use serde::Deserialize;
use tlog::{
    entries, leaf_hash,
    proof::verify_inclusion,
    tile::{Tile, WIDTH},
};

/// The answer to a fact (a CloudEvent), as far as it binds whoever gave it.
#[derive(Clone, Debug, Deserialize)]
pub struct Receipt {
    /// The id of the fact.
    pub id: EventId,
    /// Where it stands in the log.
    #[serde(rename = "sequence", deserialize_with = "position")]
    pub position: u64,
}

fn position<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = <&str>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

impl Receipt {
    /// Reads an answer.
    ///
    /// # Errors
    /// It is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(bytes)
            .map_err(|error| Failure::Usage(format!("not the answer to a fact: {error}")))
    }

    /// Whether the fact is in the log under this head, which must be later than the answer by the second in which heads are
    /// signed.
    ///
    /// # Errors
    /// It is not, or it is another one.
    pub fn expect_in(&self, source: &mut Source, head: &Head) -> Result<(), Failure> {
        let Self { id, position } = *self;
        let found = |kind, what: String| Finding::new(kind, what).at(position).against(&head.signed);
        if position >= head.size() {
            let what = format!("the fact {id} was acknowledged, and the log ends before it");
            return Err(found(FindingKind::Missing, what).into());
        }
        let index = position / u64::from(WIDTH);
        let missing = || found(FindingKind::Missing, "the tile of the fact is not there".to_owned());
        let tile = Tile::within(head.size(), 0, index).ok_or_else(missing)?;
        let bundle = source.entries(tile)?;
        let malformed = |error: entries::BundleError| found(FindingKind::Malformed, error.to_string());
        let entries = entries::decode(&bundle, tile.width()).map_err(malformed)?;
        let place = usize::try_from(position % u64::from(WIDTH)).unwrap_or(usize::MAX);
        let entry = entries.get(place).copied().ok_or_else(missing)?;
        let proof = bundle::proof(source, head, position)?.proof;
        verify_inclusion(&leaf_hash(entry), position, head.size(), &proof, head.signed.checkpoint().root())
            .map_err(|error| found(FindingKind::Entry, error.to_string()).with_entry(entry))?;
        let fact = Envelope::read(entry)
            .map_err(|error| found(FindingKind::Malformed, error.to_string()).with_entry(entry))?;
        if fact.id == id {
            return Ok(());
        }
        let what = format!("the fact {id} was acknowledged here, and {} stands in its place", fact.id);
        Err(found(FindingKind::Entry, what).with_entry(entry).into())
    }
}
