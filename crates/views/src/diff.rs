//! What changed in the standing of a year between two sizes of the log, and every fact recorded in between that could have
//! changed it, with who recorded it. Nothing is chosen: whoever has the entries finds the very same.

use crate::standing::{AsOf, Question, Sheet};
use domain::{
    BlocId, ClientId, Date, EmulationYear, Envelope, EventId, GrantId, LeafHash, StreamId, Timestamp, UnitId,
    year::RankedRow,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// How many facts were known before.
    pub from_size: u64,
    /// How many are known since.
    pub to_size: u64,
    /// The units whose row is another one, in the order of their ids.
    pub units: Vec<UnitDiff>,
    /// The facts of the year and of its bloc in between, in order.
    pub facts: Vec<Recorded>,
}

/// One unit whose row is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitDiff {
    /// The unit.
    pub unit: UnitId,
    /// Its row before; absent when it had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<RankedRow>,
    /// Its row since; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<RankedRow>,
}

/// A fact and who recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Where it stands.
    pub position: u64,
    /// Its id.
    pub event: EventId,
    /// Its type.
    pub event_type: &'static str,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The day it counts from, as claimed.
    pub effective_on: Date,
    /// The client that acted.
    pub client: ClientId,
    /// The unit in whose name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acting_unit: Option<UnitId>,
    /// The grant that allowed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
}

impl From<&Envelope> for Recorded {
    fn from(fact: &Envelope) -> Self {
        Self {
            position: fact.position.0,
            event: fact.id,
            event_type: fact.event.type_name(),
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
            client: fact.actor.client.clone(),
            acting_unit: fact.actor.unit,
            grant: fact.actor.grant,
        }
    }
}

/// The streams whose facts can change the standing of a year.
pub const fn streams(bloc: BlocId, year: EmulationYear) -> [StreamId; 2] {
    [StreamId::Bloc(bloc), StreamId::Year(bloc, year)]
}

/// Between which moments: a time or a size each; from nothing, and until the end, unless given.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// From this recorded time on.
    pub from: Option<Timestamp>,
    /// From after so many facts on.
    pub from_size: Option<u64>,
    /// Until this recorded time.
    pub to: Option<Timestamp>,
    /// Until so many facts.
    pub to_size: Option<u64>,
}

/// What is different, collected while a log is read.
pub struct Collected {
    streams: [StreamId; 2],
    before: AsOf,
    after: AsOf,
    facts: Vec<Recorded>,
}

impl Collected {
    /// Nothing yet.
    pub fn new(between: Between) -> Self {
        let Between { bloc, year, from, from_size, to, to_size } = between;
        let from_size = from_size.or_else(|| from.is_none().then_some(0));
        let as_of =
            |recorded_at, at_size| AsOf::new(Question { bloc, year, valid_at: None, recorded_at, at_size });
        Self {
            streams: streams(bloc, year),
            before: as_of(from, from_size),
            after: as_of(to, to_size),
            facts: Vec::new(),
        }
    }

    /// Sees the next fact of the log.
    pub fn see(&mut self, fact: &Envelope, leaf: LeafHash) {
        self.before.see(fact, leaf);
        self.after.see(fact, leaf);
        if self.streams.contains(&fact.stream) {
            self.facts.push(fact.into());
        }
    }

    /// What is different; `None` when there is no such year.
    pub fn diff(self) -> Option<Diff> {
        let (from, to) = (self.before.known(), self.after.known());
        let after = self.after.sheet(false)?;
        let facts = self.facts.into_iter().filter(|fact| (from..to).contains(&fact.position)).collect();
        Some(Diff::of(self.before.sheet(false).as_ref(), from, &after, facts))
    }
}

impl Diff {
    /// Between two standings, of which the earlier one may not have been there yet; `facts` are those of [`streams`] in
    /// between.
    pub fn of(before: Option<&Sheet>, from_size: u64, after: &Sheet, facts: Vec<Recorded>) -> Self {
        let old = before.map_or(&[][..], |sheet| &sheet.rows);
        let row = |rows: &[RankedRow], unit| rows.iter().find(|row| row.unit == unit).cloned();
        let units: BTreeSet<UnitId> = old.iter().chain(&after.rows).map(|row| row.unit).collect();
        let units = units.into_iter().filter_map(|unit| {
            let (before, after) = (row(old, unit), row(&after.rows, unit));
            (before != after).then_some(UnitDiff { unit, before, after })
        });
        let (bloc, year, to_size) = (after.bloc, after.year, after.at_size);
        Self { bloc, year, from_size, to_size, units: units.collect(), facts }
    }
}
