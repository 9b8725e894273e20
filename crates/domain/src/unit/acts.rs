//! What can be asked of a unit, and what a decision on it is made from.

use super::{
    Dissolved, HeadAppointed, HeadLeft, Identified, IdentifierEnded, Placed, Registered, Renamed, Split,
    TookOver, Unit,
};
use crate::{Date, PersonId, UnitId, UnitIdentifier, person::PersonStanding};
use std::sync::Arc;

/// What can be asked of a unit.
#[derive(Clone, Debug)]
pub enum UnitAct {
    /// Enter it into the register.
    Register(Registered),
    /// Give it another name.
    Rename(Renamed),
    /// Record an identifier.
    Identify(Identified),
    /// End an identifier.
    EndIdentifier(IdentifierEnded),
    /// Place it under another unit or in a locality.
    Place(Placed),
    /// Let it take the place of others, which end.
    TakeOver(TookOver),
    /// Split it.
    Split(Split),
    /// End it without a successor.
    Dissolve(Dissolved),
    /// Put a person at its head.
    AppointHead(HeadAppointed),
    /// Let its head leave.
    HeadLeaves(HeadLeft),
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct UnitCommand {
    /// The unit.
    pub id: UnitId,
    /// What is asked.
    pub act: UnitAct,
    /// The day the act counts from.
    pub effective_on: Date,
    /// Whether the act cites a document, or is marked as an example.
    pub documented: bool,
    /// Those of the act's identifiers that belong to another unit at some time of the period asked for.
    pub taken: Vec<(UnitIdentifier, UnitId)>,
    /// The other units the act names, in its order; `None` for what the register does not know.
    pub others: Vec<(UnitId, Option<Arc<Unit>>)>,
    /// The units that stand above the one the act would place it under, from that day on.
    pub above: Vec<UnitId>,
    /// What is known of the person the act names.
    pub person: PersonStanding,
}

impl UnitAct {
    /// The identifiers the act would give the unit, and until when.
    pub fn identifiers(&self) -> (&[UnitIdentifier], Option<Date>) {
        match self {
            Self::Register(registered) => (&registered.identifiers, None),
            Self::Identify(identified) => (std::slice::from_ref(&identified.identifier), identified.until),
            Self::Rename(_)
            | Self::EndIdentifier(_)
            | Self::Place(_)
            | Self::TakeOver(_)
            | Self::Split(_)
            | Self::Dissolve(_)
            | Self::AppointHead(_)
            | Self::HeadLeaves(_) => (&[], None),
        }
    }

    /// The other units the act names.
    pub fn others(&self) -> &[UnitId] {
        match self {
            Self::Place(placed) => placed.unit.as_slice(),
            Self::TakeOver(took_over) => &took_over.predecessors,
            Self::Split(split) => &split.into,
            Self::Register(_)
            | Self::Rename(_)
            | Self::Identify(_)
            | Self::EndIdentifier(_)
            | Self::Dissolve(_)
            | Self::AppointHead(_)
            | Self::HeadLeaves(_) => &[],
        }
    }

    /// The person the act puts at the head of the unit.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::AppointHead(appointed) => Some(appointed.person),
            Self::Register(_)
            | Self::Rename(_)
            | Self::Identify(_)
            | Self::EndIdentifier(_)
            | Self::Place(_)
            | Self::TakeOver(_)
            | Self::Split(_)
            | Self::Dissolve(_)
            | Self::HeadLeaves(_) => None,
        }
    }
}
