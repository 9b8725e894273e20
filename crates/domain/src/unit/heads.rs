//! Who is at the head of a unit (người đứng đầu), each from a day on. A person is an id here; the vault knows the rest.

use super::{Unit, UnitCommand};
use crate::{Date, PersonId, Position, Rejection, rejection::Thing};
use serde::{Deserialize, Serialize};

/// A person became the head of the unit, in the place of whoever was it before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadAppointed {
    /// The person.
    pub person: PersonId,
}

/// The head left the unit, and nobody has taken its place yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadLeft {
    /// The person.
    pub person: PersonId,
}

/// Who is at the head from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The person; `None` when nobody is from that day on.
    pub person: Option<PersonId>,
    /// The first day.
    pub from: Date,
    /// Where the fact that says so stands.
    pub position: Position,
}

impl Unit {
    /// The person at its head on a day.
    pub fn head_on(&self, day: Date) -> Option<PersonId> {
        self.heads.iter().rev().find(|head| head.from <= day).and_then(|head| head.person)
    }

    /// Its heads with the first day each is it no longer, oldest first.
    pub fn head_periods(&self) -> impl Iterator<Item = (Head, Option<Date>)> {
        let ends = self.heads.iter().skip(1).map(|next| Some(next.from)).chain([None]);
        let periods = self.heads.iter().copied().zip(ends);
        periods.filter(|(head, end)| head.person.is_some() && *end != Some(head.from))
    }

    pub(super) fn take_head(&mut self, head: Head) {
        // As for names: one recorded late takes its place among the others, of two for one day the later record counts.
        let at = self.heads.partition_point(|known| known.from <= head.from);
        self.heads.insert(at, head);
    }

    pub(super) fn may_be_headed_by(
        &self,
        appointed: &HeadAppointed,
        command: &UnitCommand,
    ) -> Result<(), Rejection> {
        command.person.expect_there(Some(appointed.person))?;
        if self.head_on(command.effective_on) == Some(appointed.person) {
            return Err(Rejection::AlreadyExists(Thing::Person(appointed.person)));
        }
        Ok(())
    }

    /// What was recorded of a person may also be ended after its data was erased.
    pub(super) fn may_be_left_by(&self, left: &HeadLeft, day: Date) -> Result<(), Rejection> {
        if self.head_on(day) == Some(left.person) { Ok(()) } else { Err(Rejection::NotTheHead(left.person)) }
    }
}
