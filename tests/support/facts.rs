//! Facts to post and facts read back.

use super::{Answer, Client};
use serde_json::{Value, json};
use uuid::Uuid;

/// The scopes of a client that registers units and reads history.
pub const REGISTERS_UNITS: &str = "units:write events:read";

/// A unit that a test is about to register: its own id and its own idempotency key, both told by `round`, `writer`
/// and `number`.
#[derive(Clone, Debug)]
pub struct NewUnit {
    /// The id the client chose.
    pub id: Uuid,
    /// The idempotency key.
    pub key: String,
    /// The request body.
    pub body: Value,
}

impl NewUnit {
    /// The unit with this number of this writer in this round.
    pub fn new(round: u32, writer: u16, number: u32) -> Self {
        // A version 7 id as a client may choose it: what tells the units apart stands in the last 62 bits.
        let low = u64::from(round) << 44 | u64::from(writer) << 32 | u64::from(number);
        let id = Uuid::from_u64_pair(0x0193_0000_0000_7000, 1 << 63 | low);
        let name = format!("Đơn vị {round}.{writer}.{number}");
        Self {
            id,
            key: format!("integration-{id}"),
            body: json!({"id": id, "name": {"vi": name}, "kind": "state_agency"}),
        }
    }

    /// Posts the unit.
    pub fn post(&self, client: &Client) -> reqwest::Result<Answer> {
        client.post("/v1/units", &self.key, &self.body)
    }
}

/// A fact as the API tells it: the part by which a client recognises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its own id.
    pub id: String,
    /// Its place in the log.
    pub position: u64,
    /// The stream it stands in, such as `unit/<id>`.
    pub subject: String,
}

impl Fact {
    /// Reads a fact from its `CloudEvents` form.
    pub fn read(event: &Value) -> Self {
        let text =
            |name: &str| event[name].as_str().unwrap_or_else(|| panic!("no {name} in {event}")).to_owned();
        Self {
            id: text("id"),
            position: text("sequence").parse().expect("a position"),
            subject: text("subject"),
        }
    }
}

/// The whole log in order, as the feed tells it.
pub fn history(client: &Client) -> Vec<Fact> {
    history_from(client, 0)
}

/// The log from a position on.
pub fn history_from(client: &Client, first: u64) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    loop {
        let next = first + facts.len() as u64;
        let after = next.checked_sub(1).map_or_else(String::new, |last| format!("&after={last}"));
        let answer = client.get(&format!("/v1/events?limit=500{after}")).expect("the feed answers");
        assert_eq!(answer.status, 200, "{answer:?}");
        let json = answer.json();
        let items = json["items"].as_array().or(json.as_array()).expect("a list of facts");
        if items.is_empty() {
            return facts;
        }
        facts.extend(items.iter().map(Fact::read));
    }
}
