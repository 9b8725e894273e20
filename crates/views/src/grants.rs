//! Which grants a client has ever been given; whether one is in force is the grant's own business.

use crate::View;
use ahash::AHashMap;
use domain::{ClientId, Envelope, Event, GrantId, StreamId, grant::GrantEvent};
use serde::{Deserialize, Serialize};

/// Grants by client, in the order they were given.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    by_client: AHashMap<ClientId, Vec<GrantId>>,
}

impl Grants {
    /// Every grant of a client, oldest first.
    pub fn of(&self, client: &ClientId) -> &[GrantId] {
        self.by_client.get(client).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody was ever given anything: the log has no registrar yet.
    pub fn is_empty(&self) -> bool {
        self.by_client.is_empty()
    }
}

impl View for Grants {
    fn fold(&mut self, fact: &Envelope) {
        if let (Event::Grant(GrantEvent::Given(given)), StreamId::Grant(id)) = (&fact.event, fact.stream) {
            self.by_client.entry(given.client.clone()).or_default().push(id);
        }
    }
}
