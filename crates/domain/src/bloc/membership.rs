//! Which units belong to a bloc, and how they move between blocs. A unit may belong to several blocs: no text forbids it.

use super::{Bloc, BlocCommand};
use crate::{BlocId, Date, Rejection, Remark, UnitId, rejection::Thing};
use serde::{Deserialize, Serialize};

/// A unit joined the bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitJoined {
    /// The unit.
    pub unit: UnitId,
}

/// A unit left the bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitLeft {
    /// The unit.
    pub unit: UnitId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// Units came over from another bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitsMovedIn {
    /// The units.
    pub units: Vec<UnitId>,
    /// The bloc they come from.
    pub from: BlocId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// Units went over to another bloc. The counterpart of [`UnitsMovedIn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitsMovedOut {
    /// The units.
    pub units: Vec<UnitId>,
    /// The bloc they go to.
    pub to: BlocId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// One unit's time in a bloc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The unit.
    pub unit: UnitId,
    /// Its first day.
    pub from: Date,
    /// The first day on which it no longer belongs.
    pub until: Option<Date>,
    /// The bloc it came over from.
    pub moved_from: Option<BlocId>,
    /// The bloc it went over to.
    pub moved_to: Option<BlocId>,
}

impl UnitsMovedIn {
    pub(super) fn out_to(&self, to: BlocId) -> UnitsMovedOut {
        UnitsMovedOut { units: self.units.clone(), to, reason: self.reason.clone() }
    }
}

impl Bloc {
    /// The units that belong to the bloc on a day, in the order they joined. Whether each of them is still there, the
    /// unit knows.
    pub fn members_on(&self, day: Date) -> impl Iterator<Item = UnitId> {
        self.memberships
            .iter()
            .filter(move |m| m.from <= day && m.until.is_none_or(|end| day < end))
            .map(|m| m.unit)
    }

    /// The membership that has not ended.
    fn current(&self, unit: UnitId) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.unit == unit && m.until.is_none())
    }

    pub(super) fn may_take_in(&self, command: &BlocCommand) -> Result<(), Rejection> {
        units_there(command)?;
        // Also one that ended later than the new one begins: no unit belongs twice on a day.
        let lasts = |m: &Membership| m.until.is_none_or(|end| command.effective_on < end);
        let known = command
            .units
            .iter()
            .find(|(unit, _)| self.memberships.iter().any(|m| m.unit == *unit && lasts(m)));
        known.map_or(Ok(()), |(unit, _)| Err(Rejection::AlreadyAMember(*unit)))
    }

    pub(super) fn may_let_go(&self, unit: UnitId, day: Date) -> Result<(), Rejection> {
        let belongs = self.current(unit).is_some_and(|membership| membership.from <= day);
        if belongs { Ok(()) } else { Err(Rejection::NotAMember(unit)) }
    }

    /// As joining here and leaving there would each be allowed.
    pub(super) fn may_move_in(&self, command: &BlocCommand) -> Result<(), Rejection> {
        self.may_take_in(command)?;
        let units: Vec<_> = command.units.iter().map(|(unit, _)| *unit).collect();
        let twice = units.iter().enumerate().find(|(index, unit)| units[..*index].contains(unit));
        if let Some((_, unit)) = twice {
            return Err(Rejection::SameUnit(*unit));
        }
        for (id, from) in &command.blocs {
            let from = from.as_ref().ok_or(Rejection::Unknown(Thing::Bloc(*id)))?;
            from.there_on(*id, command.effective_on)?;
            units.iter().try_for_each(|unit| from.may_let_go(*unit, command.effective_on))?;
        }
        Ok(())
    }

    pub(super) fn take_in(&mut self, unit: UnitId, from: Date, moved_from: Option<BlocId>) {
        self.memberships.push(Membership { unit, from, until: None, moved_from, moved_to: None });
    }

    pub(super) fn let_go(&mut self, unit: UnitId, day: Date, moved_to: Option<BlocId>) {
        let current = self.memberships.iter_mut().find(|m| m.unit == unit && m.until.is_none());
        if let Some(membership) = current {
            membership.until = Some(day);
            membership.moved_to = moved_to;
        }
    }
}

/// The units the act names are in the register and have not ended.
pub(super) fn units_there(command: &BlocCommand) -> Result<(), Rejection> {
    for (id, unit) in &command.units {
        let unit = unit.as_ref().ok_or(Rejection::Unknown(Thing::Unit(*id)))?;
        unit.there_on(*id, command.effective_on)?;
    }
    Ok(())
}
