//! A group of facts as the columns of its rows.

use super::reading::stored;
use crate::{AsideChange, Fact};
use domain::{KeyHash, Position};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// The rows of a group, column by column, and the changes aside: a key without a value is removed.
pub(super) struct Rows<'a> {
    seen: i64,
    streams: Vec<String>,
    versions: Vec<i64>,
    pub(super) ids: Vec<Uuid>,
    keys: Vec<&'a [u8]>,
    parts: Vec<i16>,
    recorded_at: Vec<SystemTime>,
    types: Vec<&'static str>,
    leaves: Vec<&'a [u8]>,
    aside_keys: Vec<&'a [u8]>,
    aside_values: Vec<Option<&'a [u8]>>,
}

impl<'a> Rows<'a> {
    /// The rows of facts that follow `seen`.
    pub(super) fn new(seen: Position, facts: &'a [Fact], aside: &'a [AsideChange]) -> Self {
        let envelopes = || facts.iter().map(|fact| &fact.envelope);
        // The last change of a key counts.
        let changes: BTreeMap<_, _> = aside
            .iter()
            .map(|change| match change {
                AsideChange::Put(key, value) => (key.as_slice(), Some(value.as_slice())),
                AsideChange::Remove(key) => (key.as_slice(), None),
            })
            .collect();
        let (aside_keys, aside_values) = changes.into_iter().unzip();
        Self {
            seen: stored(seen),
            streams: envelopes().map(|envelope| envelope.stream.to_string()).collect(),
            versions: envelopes().map(|envelope| envelope.version.0.into()).collect(),
            ids: envelopes().map(|envelope| envelope.id.0).collect(),
            keys: envelopes().map(|envelope| envelope.request.key.0.as_slice()).collect(),
            parts: parts(envelopes().map(|envelope| envelope.request.key)),
            recorded_at: envelopes().map(|envelope| moment(envelope.recorded_at.millis())).collect(),
            types: envelopes().map(|envelope| envelope.event.type_name()).collect(),
            leaves: facts.iter().map(|fact| fact.bytes.as_slice()).collect(),
            aside_keys,
            aside_values,
        }
    }

    /// The parameters of `commit_turn`.
    pub(super) fn parameters<'f>(&'f self, fence: &'f i64) -> [&'f (dyn ToSql + Sync); 12] {
        [
            &self.seen,
            fence,
            &self.streams,
            &self.versions,
            &self.ids,
            &self.keys,
            &self.parts,
            &self.recorded_at,
            &self.types,
            &self.leaves,
            &self.aside_keys,
            &self.aside_values,
        ]
    }
}

/// Which fact of its request each is. The facts of a request stand next to each other, and no key is spent twice.
fn parts(keys: impl Iterator<Item = KeyHash>) -> Vec<i16> {
    let (mut last, mut part) = (None, 0_i16);
    keys.map(|key| {
        part = if last == Some(key) { part.saturating_add(1) } else { 0 };
        last = Some(key);
        part
    })
    .collect()
}

fn moment(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_of_a_request_are_counted() {
        let keys = [1, 1, 1, 2, 3, 3].map(|byte| KeyHash([byte; 16]));
        assert_eq!(parts(keys.into_iter()), [0, 1, 2, 0, 0, 1]);
    }
}
