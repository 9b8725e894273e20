//! Where in the log of reads to look: by time and by client.

use ahash::AHashMap;
use domain::{ClientId, Position, Timestamp, reading::ReadEntry};

/// What is asked of the log of reads.
#[derive(Clone, Debug, Default)]
pub struct ReadQuery {
    /// Only what this client was shown.
    pub client: Option<ClientId>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub to: Option<Timestamp>,
    /// Only after this position.
    pub after: Option<Position>,
}

/// The positions of what was shown; 16 to 24 bytes an entry.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The time of every entry, in milliseconds: they never decrease.
    times: Vec<i64>,
    shown: Vec<u64>,
    of: AHashMap<ClientId, Vec<u64>>,
}

impl Index {
    pub(super) fn add(&mut self, entry: &ReadEntry) {
        if let Some(shown) = entry.event.shown_to() {
            self.shown.push(entry.position.0);
            match self.of.get_mut(&shown.client) {
                Some(positions) => positions.push(entry.position.0),
                None => drop(self.of.insert(shown.client.clone(), vec![entry.position.0])),
            }
        }
        self.times.push(entry.recorded_at.millis());
    }

    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.times.last().copied().map(Timestamp::from_millis)
    }

    /// The first positions that answer a query, in order.
    pub(super) fn find(&self, query: &ReadQuery, limit: usize) -> Vec<Position> {
        let of_client = |client: &ClientId| self.of.get(client).map_or(&[][..], Vec::as_slice);
        let positions = query.client.as_ref().map_or(self.shown.as_slice(), of_client);
        let at = |time: Timestamp| self.times.partition_point(|other| *other < time.millis()) as u64;
        let from = query.from.map_or(0, at).max(query.after.map_or(0, |after| after.0.saturating_add(1)));
        let to = query.to.map_or(u64::MAX, at);
        let start = positions.partition_point(|position| *position < from);
        let found = positions.iter().skip(start).take_while(|position| **position < to);
        found.take(limit).copied().map(Position).collect()
    }
}
