//! A person (cá nhân) the log speaks of: the head of a unit, who is proposed for an award, who stands behind a client.
//!
//! - `field`: what can be known of a person, and how it is handled on its way to the vault
//! - `erasure`: how it is forgotten
//!
//! The log holds an id and, for each piece of personal data, a commitment: SHA-256 over 32 random bytes and the text. The
//! text and the random bytes lie in the vault, under a key of the person's own. When that key is destroyed, the
//! commitments reveal nothing and can no longer be tried out, and no fact, proof or standing changes.

mod erasure;
mod field;
#[cfg(test)]
mod tests;

pub use erasure::{
    APPROVALS, Approval, Approver, Destroyed, Erasure, ErasureApproved, ErasureGround, ErasureRequested,
    KeyDestroyed,
};
pub use field::{Detail, PersonField, Private};

use crate::{
    Aggregate, Authority, Commitment, Denied, EventId, KeyId, PersonId, Position, Recorded, Rejection,
    Rights, Role, UnitId, event::events, rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// That something is known of a person, and what it was, to whoever is shown it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// What is known.
    pub field: PersonField,
    /// See [`Commitment::to_private`].
    pub commitment: Commitment,
}

/// A person was entered into the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// The unit that keeps the person's data and answers for it.
    pub unit: UnitId,
    /// The key the data is kept under.
    pub key: KeyId,
    /// What is known.
    pub fields: Vec<Committed>,
}

/// What is known of a person was corrected or completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amended {
    /// The key the data is kept under.
    pub key: KeyId,
    /// What is known now, of the fields that changed.
    pub fields: Vec<Committed>,
}

events! {
    /// What can happen to a person, as far as the log is concerned.
    PersonEvent {
        "person.registered" => Registered(Registered),
        "person.amended" => Amended(Amended),
        "person.erasure_requested" => ErasureRequested(ErasureRequested),
        "person.erasure_approved" => ErasureApproved(ErasureApproved),
        "person.key_destroyed" => KeyDestroyed(KeyDestroyed),
    }
}

/// What can be asked about a person.
#[derive(Clone, Debug)]
pub enum PersonAct {
    /// Enter it into the record.
    Register {
        /// The unit that keeps its data.
        unit: UnitId,
        /// What is known.
        details: Vec<Detail>,
    },
    /// Correct or complete what is known.
    Amend(Vec<Detail>),
    /// Ask for its data to be erased.
    RequestErasure(ErasureGround),
    /// Approve the erasure that the fact asks for.
    ApproveErasure(EventId),
}

impl PersonAct {
    /// The personal data that comes with the act.
    pub fn details(&self) -> &[Detail] {
        match self {
            Self::Register { details, .. } | Self::Amend(details) => details,
            Self::RequestErasure(_) | Self::ApproveErasure(_) => &[],
        }
    }
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct PersonCommand {
    /// The person.
    pub id: PersonId,
    /// What is asked.
    pub act: PersonAct,
    /// A new key's id, for a person that is registered.
    pub key: KeyId,
    /// The commitments to the details of the act, in their order.
    pub fields: Vec<Committed>,
    /// Whether the register knows the unit that is named.
    pub unit_known: bool,
    /// Who asks.
    pub by: Approver,
}

/// What is known of a person that an act names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonStanding {
    /// Nothing: there is no such person, or the act names none.
    Unknown,
    /// It is in the record.
    There,
    /// Its data is erased, or its erasure is approved: nothing new is recorded of it.
    Erased,
}

impl PersonStanding {
    /// Goes on only when the person, if the act names one, is in the record.
    pub fn expect_there(self, named: Option<PersonId>) -> Result<(), Rejection> {
        match (named, self) {
            (None, _) | (Some(_), Self::There) => Ok(()),
            (Some(person), Self::Unknown) => Err(Rejection::Unknown(Thing::Person(person))),
            (Some(person), Self::Erased) => Err(Rejection::Ended(Thing::Person(person))),
        }
    }
}

/// A commitment with its place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Where the fact stands.
    pub position: Position,
    /// The fact.
    pub event: EventId,
    /// What it says.
    pub committed: Committed,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The unit that keeps its data.
    pub unit: UnitId,
    /// The key the data is kept under.
    pub key: KeyId,
    /// Everything that was ever known, in the order recorded.
    pub known: Vec<Known>,
    /// Its erasure, once one is asked for.
    pub erasure: Option<Erasure>,
}

impl Person {
    /// What is known now: of each field the latest.
    pub fn current(&self) -> impl Iterator<Item = &Known> {
        PersonField::ALL
            .into_iter()
            .filter_map(|field| self.known.iter().rev().find(|known| known.committed.field == field))
    }

    /// What is known of it to an act that names it.
    pub fn standing(&self) -> PersonStanding {
        if self.erasure.as_ref().is_some_and(Erasure::is_approved) {
            PersonStanding::Erased
        } else {
            PersonStanding::There
        }
    }

    /// The destruction of its key.
    pub fn destroyed(&self) -> Option<&Destroyed> {
        self.erasure.as_ref()?.destroyed.as_ref()
    }

    fn learn(&mut self, fields: &[Committed], position: Position, event: EventId) {
        self.known.extend(fields.iter().map(|committed| Known { position, event, committed: *committed }));
    }

    fn decide_known(&self, command: PersonCommand) -> Result<PersonEvent, Rejection> {
        let PersonCommand { id, act, fields, by, .. } = command;
        let there = || self.standing().expect_there(Some(id));
        match act {
            PersonAct::Register { .. } => Err(Rejection::AlreadyExists(Thing::Person(id))),
            PersonAct::Amend(_) => there().map(|()| Amended { key: self.key, fields }.into()),
            PersonAct::RequestErasure(ground) => {
                there()?;
                match &self.erasure {
                    Some(erasure) => Err(Rejection::AlreadyExists(Thing::Fact(erasure.request))),
                    None => Ok(ErasureRequested { ground }.into()),
                }
            }
            PersonAct::ApproveErasure(request) => {
                there()?;
                let erasure = self.erasure.as_ref().filter(|erasure| erasure.request == request);
                let erasure = erasure.ok_or(Rejection::Unknown(Thing::Fact(request)))?;
                erasure.approved_by(by).map(Into::into)
            }
        }
    }
}

impl Aggregate for Person {
    type Command = PersonCommand;
    type Event = PersonEvent;

    fn decide(
        state: Option<&Self>,
        command: PersonCommand,
        _: &Authority,
    ) -> Result<Vec<PersonEvent>, Rejection> {
        let event = match (state, command.act) {
            (Some(person), act) => person.decide_known(PersonCommand { act, ..command })?,
            (None, PersonAct::Register { unit, .. }) if command.unit_known => {
                Registered { unit, key: command.key, fields: command.fields }.into()
            }
            (None, PersonAct::Register { unit, .. }) => return Err(Rejection::Unknown(Thing::Unit(unit))),
            (None, PersonAct::Amend(_) | PersonAct::RequestErasure(_) | PersonAct::ApproveErasure(_)) => {
                return Err(Rejection::Unknown(Thing::Person(command.id)));
            }
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, PersonEvent>) -> Option<Self> {
        let (position, event) = (fact.position, fact.id);
        match (fact.event, state) {
            (PersonEvent::Registered(registered), None) => {
                let (unit, key) = (registered.unit, registered.key);
                let mut person = Self { unit, key, known: Vec::new(), erasure: None };
                person.learn(&registered.fields, position, event);
                Some(person)
            }
            (PersonEvent::Registered(_), person) => person,
            (PersonEvent::Amended(amended), person) => person.map(|mut person| {
                person.learn(&amended.fields, position, event);
                person
            }),
            (PersonEvent::ErasureRequested(requested), person) => {
                let erasure = Erasure::requested(requested, &fact);
                person.map(|person| Self { erasure: Some(erasure), ..person })
            }
            (PersonEvent::ErasureApproved(approved), person) => person.map(|mut person| {
                if let Some(erasure) = &mut person.erasure {
                    erasure.approve(approved, &fact);
                }
                person
            }),
            (PersonEvent::KeyDestroyed(destroyed), person) => person.map(|mut person| {
                if let Some(erasure) = &mut person.erasure {
                    erasure.destroy(destroyed, &fact);
                }
                person
            }),
        }
    }

    /// The unit that keeps the data enters it and asks for its erasure; an erasure is approved by those who keep the
    /// register or stand above every bloc.
    fn permits(
        rights: &Rights<'_>,
        state: Option<&Self>,
        command: &PersonCommand,
    ) -> Result<Authority, Denied> {
        let officer = |unit: Option<UnitId>| unit.map(|unit| Role::UnitOfficer { unit });
        let own = officer(state.map(|person| person.unit));
        let above = Role::Official { bloc: None };
        let enough: Vec<_> = match &command.act {
            PersonAct::Register { unit, .. } => {
                officer(Some(*unit)).into_iter().chain([Role::Registrar]).collect()
            }
            PersonAct::Amend(_) => own.into_iter().chain([Role::Registrar]).collect(),
            PersonAct::RequestErasure(_) => own.into_iter().chain([Role::Registrar, above]).collect(),
            PersonAct::ApproveErasure(_) => vec![Role::Registrar, above],
        };
        rights.any_of(&enough)
    }
}
