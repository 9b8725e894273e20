//! What a unit is called, known by and placed under, each from a day on.

use super::{Identified, Placed, Unit, UnitCommand, UnitKind};
use crate::{Date, LocalisedName, Position, Rejection, UnitId, UnitIdentifier, rejection::Thing};
use serde::{Deserialize, Serialize};

/// In which way one unit belongs to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The unit above it (đơn vị cấp trên, cơ quan chủ quản).
    Superior,
    /// The locality it works in (địa bàn): a unit of the kind locality, such as a province.
    Locality,
}

impl Relation {
    /// Every relation, in the order of this list.
    pub const ALL: [Self; 2] = [Self::Superior, Self::Locality];
}

/// A name with the day it counts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The name.
    pub name: LocalisedName,
    /// Its first day.
    pub from: Date,
    /// Where the fact that gave it stands.
    pub position: Position,
}

/// The time in which an identifier is a unit's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The identifier.
    pub identifier: UnitIdentifier,
    /// Its first day.
    pub from: Date,
    /// The first day on which it is no longer valid.
    pub until: Option<Date>,
}

/// To which unit it belongs from a day on, in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// In which way.
    pub relation: Relation,
    /// To which unit; `None` when to none from that day on.
    pub unit: Option<UnitId>,
    /// The first day.
    pub from: Date,
    /// Where the fact that says so stands.
    pub position: Position,
}

impl Holding {
    /// Whether it shares a day with the period from `from` until before `until`.
    fn overlaps(&self, from: Date, until: Option<Date>) -> bool {
        let end = [self.until, until].into_iter().flatten().min();
        end.is_none_or(|end| self.from.max(from) < end)
    }
}

impl Unit {
    /// Its name on a day; before its first day, the name it was registered under.
    pub fn name_on(&self, day: Date) -> &LocalisedName {
        let begun = self.names.iter().rev().find(|named| named.from <= day);
        begun.map_or(&self.registered_as, |named| &named.name)
    }

    /// What it is called at other times than `day`, oldest first.
    pub fn other_names(&self, day: Date) -> impl Iterator<Item = &LocalisedName> {
        let present = self.name_on(day);
        self.names.iter().map(|named| &named.name).filter(move |name| *name != present)
    }

    /// What other systems know it by on a day.
    pub fn identifiers_on(&self, day: Date) -> impl Iterator<Item = Holding> {
        self.holdings().filter(move |held| held.from <= day && held.until.is_none_or(|end| day < end))
    }

    /// Every identifier with its period. What has ended is known by none from that day on.
    pub fn holdings(&self) -> impl Iterator<Item = Holding> {
        let end = self.end.as_ref().map(|end| end.on);
        self.identifiers
            .iter()
            .cloned()
            .map(move |held| Holding { until: [held.until, end].into_iter().flatten().min(), ..held })
    }

    /// Whether an identifier is this unit's on some day from `from` until before `until`.
    pub fn holds(&self, identifier: &UnitIdentifier, from: Date, until: Option<Date>) -> bool {
        self.holdings().any(|held| held.identifier == *identifier && held.overlaps(from, until))
    }

    /// The unit it belongs to on a day, in one way.
    pub fn linked_on(&self, relation: Relation, day: Date) -> Option<UnitId> {
        let links = self.links.iter().rev().filter(|link| link.relation == relation);
        links.into_iter().find(|link| link.from <= day).and_then(|link| link.unit)
    }

    /// The units it belongs to on some day from `day` on, in one way.
    pub fn linked_from(&self, relation: Relation, day: Date) -> impl Iterator<Item = UnitId> {
        let later = self.links.iter().filter(move |link| link.relation == relation && link.from > day);
        self.linked_on(relation, day).into_iter().chain(later.filter_map(|link| link.unit))
    }

    /// Its links in one way with their ends, oldest first; those to no unit are the ends of others.
    pub fn periods(&self, relation: Relation) -> Vec<(Link, Option<Date>)> {
        let links: Vec<_> = self.links.iter().filter(|link| link.relation == relation).copied().collect();
        let ends = links.iter().skip(1).map(|next| Some(next.from)).chain([None]);
        links
            .iter()
            .copied()
            .zip(ends)
            .filter(|(link, end)| link.unit.is_some() && *end != Some(link.from))
            .collect()
    }

    pub(super) fn take_name(&mut self, named: Named) {
        // A name recorded late takes its place among those it lies between; of two for one day the later record counts.
        let at = self.names.partition_point(|known| known.from <= named.from);
        self.names.insert(at, named);
    }

    pub(super) fn take_link(&mut self, link: Link) {
        let at = self.links.partition_point(|known| known.from <= link.from);
        self.links.insert(at, link);
    }

    pub(super) fn lose(&mut self, identifier: &UnitIdentifier, day: Date) {
        let valid = |held: &&mut Holding| held.identifier == *identifier && held.overlaps(day, None);
        if let Some(held) = self.identifiers.iter_mut().find(valid) {
            held.until = Some(day);
        }
    }

    pub(super) fn may_be_identified(
        &self,
        identified: &Identified,
        command: &UnitCommand,
    ) -> Result<(), Rejection> {
        let (from, until) = (command.effective_on, identified.until);
        match until {
            Some(until) if until <= from => Err(Rejection::EmptyPeriod { from, until }),
            Some(_) | None if self.holds(&identified.identifier, from, until) => {
                Err(Rejection::AlreadyExists(Thing::Identifier(identified.identifier.clone())))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn may_lose(&self, identifier: &UnitIdentifier, day: Date) -> Result<(), Rejection> {
        if self.identifiers_on(day).any(|held| held.identifier == *identifier) {
            Ok(())
        } else {
            Err(Rejection::Unknown(Thing::Identifier(identifier.clone())))
        }
    }
}

/// Under no unit that stands below it, and in no locality that is none.
pub(super) fn may_be_placed(placed: &Placed, command: &UnitCommand) -> Result<(), Rejection> {
    let Some((target, unit)) = command.others.first() else { return Ok(()) };
    let unit = unit.as_ref().ok_or(Rejection::Unknown(Thing::Unit(*target)))?;
    unit.there_on(*target, command.effective_on)?;
    match placed.relation {
        Relation::Locality if unit.kind != UnitKind::Locality => Err(Rejection::NotALocality(*target)),
        Relation::Locality | Relation::Superior
            if *target == command.id || command.above.contains(&command.id) =>
        {
            Err(Rejection::Circular(Thing::Unit(*target)))
        }
        Relation::Locality | Relation::Superior => Ok(()),
    }
}
