//! Where units come from and what becomes of them: mergers (sáp nhập, hợp nhất), splits (chia, tách) and dissolutions
//! (giải thể). Each is told on both sides, so that either stream alone says what happened.

use super::{Unit, UnitCommand};
use crate::{Date, Position, Rejection, Remark, UnitId, rejection::Thing};
use serde::{Deserialize, Serialize};

/// A unit took the place of others: several into a new one (hợp nhất), or some into one that goes on (sáp nhập).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TookOver {
    /// The units that end.
    pub predecessors: Vec<UnitId>,
}

/// The unit ended: another took its place. The counterpart of [`TookOver`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merged {
    /// The unit that took its place.
    pub into: UnitId,
}

/// The unit was split: it ends and others take its place (chia), or parts leave it and it goes on (tách).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The units that came out of it.
    pub into: Vec<UnitId>,
    /// Whether it goes on.
    pub continues: bool,
}

/// The unit came out of another. The counterpart of [`Split`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitOff {
    /// The unit it came out of.
    pub from: UnitId,
    /// Whether that one goes on.
    pub continues: bool,
}

/// The unit ended and no document names a successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dissolved {
    /// Why.
    pub reason: Remark,
}

/// What joins a unit to those before and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineageChange {
    /// Units became one.
    Merger,
    /// A unit became several.
    Split,
}

/// One step of a unit's lineage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineageStep {
    /// The first day on which things are as after the step.
    pub on: Date,
    /// What happened.
    pub change: LineageChange,
    /// The units on the other side.
    pub units: Vec<UnitId>,
    /// Where the fact stands that says so, with the documents it rests on.
    pub position: Position,
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Another unit took its place.
    Merged,
    /// Several units took its place.
    Split,
    /// No document names a successor.
    Dissolved,
}

/// The end of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitEnd {
    /// The first day on which it is no more.
    pub on: Date,
    /// How it ended.
    pub cause: EndCause,
    /// The units that took its place.
    pub successors: Vec<UnitId>,
    /// Why, where it was dissolved.
    pub reason: Option<Remark>,
    /// Where the fact stands that says so.
    pub position: Position,
}

impl Unit {
    /// Whether it has ended by a day.
    pub fn ended_by(&self, day: Date) -> Option<&UnitEnd> {
        self.end.as_ref().filter(|end| end.on <= day)
    }

    /// It has not ended by a day.
    ///
    /// # Errors
    /// With how it ended and what took its place.
    pub fn there_on(&self, id: UnitId, day: Date) -> Result<(), Rejection> {
        self.ended_by(day).map_or(Ok(()), |end| Err(Rejection::UnitEnded(id, Box::new(end.clone()))))
    }

    /// It has no end yet, on whatever day.
    fn not_ended(&self, id: UnitId) -> Result<(), Rejection> {
        self.end.as_ref().map_or(Ok(()), |end| Err(Rejection::UnitEnded(id, Box::new(end.clone()))))
    }

    pub(super) fn may_end(&self, command: &UnitCommand) -> Result<(), Rejection> {
        self.not_ended(command.id)?;
        documented(command)
    }

    pub(super) fn may_split(&self, command: &UnitCommand) -> Result<(), Rejection> {
        different(command)?;
        self.not_ended(command.id)?;
        for (id, unit) in &command.others {
            let unit = unit.as_ref().ok_or(Rejection::Unknown(Thing::Unit(*id)))?;
            unit.there_on(*id, command.effective_on)?;
        }
        documented(command)
    }

    pub(super) fn take_over(&mut self, event: &TookOver, on: Date, position: Position) {
        let units = event.predecessors.clone();
        self.predecessors.push(LineageStep { on, change: LineageChange::Merger, units, position });
    }

    pub(super) fn merge(&mut self, event: &Merged, on: Date, position: Position) {
        let units = vec![event.into];
        self.successors.push(LineageStep {
            on,
            change: LineageChange::Merger,
            units: units.clone(),
            position,
        });
        self.end = Some(UnitEnd { on, cause: EndCause::Merged, successors: units, reason: None, position });
    }

    pub(super) fn split(&mut self, event: &Split, on: Date, position: Position) {
        let units = event.into.clone();
        self.successors.push(LineageStep {
            on,
            change: LineageChange::Split,
            units: units.clone(),
            position,
        });
        if !event.continues {
            self.end =
                Some(UnitEnd { on, cause: EndCause::Split, successors: units, reason: None, position });
        }
    }

    pub(super) fn split_off(&mut self, event: &SplitOff, on: Date, position: Position) {
        let units = vec![event.from];
        self.predecessors.push(LineageStep { on, change: LineageChange::Split, units, position });
    }

    pub(super) fn dissolve(&mut self, event: &Dissolved, on: Date, position: Position) {
        let reason = Some(event.reason.clone());
        self.end = Some(UnitEnd { on, cause: EndCause::Dissolved, successors: Vec::new(), reason, position });
    }
}

/// No unit is named twice, and none is the unit itself.
fn different(command: &UnitCommand) -> Result<(), Rejection> {
    let units: Vec<_> = command.others.iter().map(|(unit, _)| *unit).collect();
    let twice = |(index, unit): &(usize, &UnitId)| **unit == command.id || units[..*index].contains(unit);
    let double = units.iter().enumerate().find(twice);
    double.map_or(Ok(()), |(_, unit)| Err(Rejection::SameUnit(*unit)))
}

/// Nobody's existence is changed on hearsay: the act cites a document, or says that it is an example.
fn documented(command: &UnitCommand) -> Result<(), Rejection> {
    if command.documented { Ok(()) } else { Err(Rejection::Undocumented) }
}

/// Every unit taken over is there and ends.
pub(super) fn may_take_over(command: &UnitCommand) -> Result<(), Rejection> {
    different(command)?;
    for (id, unit) in &command.others {
        let unit = unit.as_ref().ok_or(Rejection::Unknown(Thing::Unit(*id)))?;
        unit.not_ended(*id)?;
    }
    documented(command)
}
