//! Of which persons there is data, by the unit that keeps it, and whose erasure was asked for.

use crate::View;
use ahash::AHashMap;
use domain::{Envelope, Event, PersonId, StreamId, UnitId, person::PersonEvent};
use serde::{Deserialize, Serialize};

/// An index over persons. What is known of them is in the books, and what it says in the vault.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persons {
    all: Vec<PersonId>,
    units: AHashMap<UnitId, Vec<PersonId>>,
    erasures: Vec<PersonId>,
}

impl Persons {
    /// Every person, in the order they were registered.
    pub fn all(&self) -> &[PersonId] {
        &self.all
    }

    /// The persons whose data a unit keeps, in the order they were registered.
    pub fn of_unit(&self, unit: UnitId) -> &[PersonId] {
        self.units.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The persons whose erasure was asked for, in that order.
    pub fn erasures(&self) -> &[PersonId] {
        &self.erasures
    }
}

impl View for Persons {
    fn fold(&mut self, fact: &Envelope) {
        let (Event::Person(event), StreamId::Person(id)) = (&fact.event, fact.stream) else { return };
        match event {
            PersonEvent::Registered(registered) => {
                self.all.push(id);
                self.units.entry(registered.unit).or_default().push(id);
            }
            PersonEvent::ErasureRequested(_) => self.erasures.push(id),
            PersonEvent::Amended(_) | PersonEvent::ErasureApproved(_) | PersonEvent::KeyDestroyed(_) => {}
        }
    }
}
