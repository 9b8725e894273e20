//! The log of reads: who was shown what was not public, and when. It is a log of its own, so that its entries, of which
//! there are many, stand in nobody's way; like the envelopes of facts they are hashed as they are stored.

use crate::{ClientId, Position, RequestId, Salt, Timestamp};
use serde::{Deserialize, Serialize};

/// The largest entry, in bytes. A path and a query are cut before they could make it larger.
pub const MAX_ENTRY_BYTES: usize = 8_000;

/// The longest path or query that is kept, in bytes.
pub const MAX_TEXT_BYTES: usize = 1_000;

/// How often the log of reads says how many entries it has, in milliseconds. An auditor takes a longer silence for what
/// it may be: reads that were not noted.
pub const HEARTBEAT_MILLIS: i64 = 60_000;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadEntry {
    /// Where it stands in the log of reads, from 0.
    pub position: Position,
    /// When, by the clock of the service; never decreasing.
    pub recorded_at: Timestamp,
    /// What happened.
    pub event: ReadEvent,
    /// 16 random bytes: the hash of the entry, which is public, tells nothing of it.
    pub salt: Salt,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ReadEvent {
    /// A process began to note reads.
    #[serde(rename = "reads.opened")]
    Opened(Count),
    /// Something was shown to a client.
    #[serde(rename = "reads.shown")]
    Shown(ShownTo),
    /// Nothing else need have happened: so many entries there are.
    #[serde(rename = "reads.counted")]
    Counted(Count),
    /// The process ended when it was asked to.
    #[serde(rename = "reads.closed")]
    Closed(Count),
}

/// How many entries stand before this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// As many as its position says; stated so that a reader of this one entry knows it.
    pub entries: u64,
}

/// What was shown, and to whom. No name of a person and no secret: a client is a program, a token is named by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownTo {
    /// The client.
    pub client: ClientId,
    /// The id of its token (claim `jti`).
    pub token: String,
    /// The operation, as the API's document names it.
    pub operation: String,
    /// The path that was asked for.
    pub path: String,
    /// The query after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The id of the request, which its answer bore.
    pub request: RequestId,
}

impl ReadEvent {
    /// The client that was shown something.
    pub const fn shown_to(&self) -> Option<&ShownTo> {
        match self {
            Self::Shown(shown) => Some(shown),
            Self::Opened(_) | Self::Counted(_) | Self::Closed(_) => None,
        }
    }

    /// How many entries it states there are before it.
    pub const fn count(&self) -> Option<u64> {
        match self {
            Self::Opened(count) | Self::Counted(count) | Self::Closed(count) => Some(count.entries),
            Self::Shown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_written_as_it_was_from_the_start() {
        let shown = r#"{"position":7,"recorded_at":"2026-11-26T02:00:00.000Z","event":{"type":"reads.shown","data":{"client":"thanh-tra","token":"t-1","operation":"getEntries","path":"/v1/audit/tile/entries/000","request":"00000000-0000-0000-0000-000000000007"}},"salt":"AAAAAAAAAAAAAAAAAAAAAA"}"#;
        let counted = r#"{"position":8,"recorded_at":"2026-11-26T02:00:00.000Z","event":{"type":"reads.counted","data":{"entries":8}},"salt":"AAAAAAAAAAAAAAAAAAAAAA"}"#;
        for text in [shown, counted] {
            let entry: ReadEntry = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&entry).unwrap(), text);
        }
        assert!(serde_json::from_str::<ReadEntry>(&shown.replace("\"token\"", "\"name\"")).is_err());
    }
}
