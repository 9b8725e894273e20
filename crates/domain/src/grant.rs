//! A grant: which client may act for whom, in which role, from when to when. Rights are facts of the log, so an
//! auditor can ask who could score a bloc on a given day.

use crate::{
    Aggregate, Authority, ClientId, Date, Denied, GrantId, PersonId, Recorded, Rejection, Remark, Rights,
    Role, event::events, person::PersonStanding, rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// A client was given a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The client.
    pub client: ClientId,
    /// The role, with the unit or the bloc it is for.
    pub role: Role,
    /// The last day, for a grant that ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The person who acts through the client, where one is answerable for what it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// A grant was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// Why.
    pub reason: Remark,
}

events! {
    /// What can happen to a grant.
    GrantEvent {
        "grant.given" => Given(Given),
        "grant.revoked" => Revoked(Revoked),
    }
}

/// What can be asked of a grant.
#[derive(Clone, Debug)]
pub enum GrantAct {
    /// Give a role to a client.
    Give(Given),
    /// Take it back.
    Revoke(Revoked),
}

impl GrantAct {
    /// The person the act names.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Give(given) => given.person,
            Self::Revoke(_) => None,
        }
    }
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct GrantCommand {
    /// The grant.
    pub id: GrantId,
    /// What is asked.
    pub act: GrantAct,
    /// The unit or bloc the role speaks of, when it is not in the register.
    pub unknown: Option<Thing>,
    /// What is known of the person named.
    pub person: PersonStanding,
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What was given.
    pub given: Given,
    /// The first day.
    pub from: Date,
    /// The day it was taken back.
    pub revoked_on: Option<Date>,
}

impl Grant {
    /// Whether the grant is in force on a day. A revocation works from the day it is recorded for, on that day too.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.from <= day
            && self.given.until.is_none_or(|last| day <= last)
            && self.revoked_on.is_none_or(|end| day < end)
    }
}

impl Aggregate for Grant {
    type Command = GrantCommand;
    type Event = GrantEvent;

    fn decide(
        state: Option<&Self>,
        command: GrantCommand,
        _: &Authority,
    ) -> Result<Vec<GrantEvent>, Rejection> {
        let event: GrantEvent = match (state, command.act) {
            (None, GrantAct::Give(_)) if command.unknown.is_some() => {
                return Err(command
                    .unknown
                    .map_or(Rejection::Unknown(Thing::Grant(command.id)), Rejection::Unknown));
            }
            (None, GrantAct::Give(given)) => {
                command.person.expect_there(given.person)?;
                given.into()
            }
            (Some(_), GrantAct::Give(_)) => return Err(Rejection::AlreadyExists(Thing::Grant(command.id))),
            (None, GrantAct::Revoke(_)) => return Err(Rejection::Unknown(Thing::Grant(command.id))),
            (Some(grant), GrantAct::Revoke(_)) if grant.revoked_on.is_some() => {
                return Err(Rejection::Ended(Thing::Grant(command.id)));
            }
            (Some(_), GrantAct::Revoke(revoked)) => revoked.into(),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, GrantEvent>) -> Option<Self> {
        match fact.event {
            GrantEvent::Given(given) => {
                Some(Self { given: given.clone(), from: fact.effective_on, revoked_on: None })
            }
            // The day it was recorded, not the day claimed: nobody loses a right backwards in time.
            GrantEvent::Revoked(_) => {
                state.map(|grant| Self { revoked_on: Some(fact.recorded_at.day()), ..grant })
            }
        }
    }

    fn permits(rights: &Rights<'_>, _: Option<&Self>, command: &GrantCommand) -> Result<Authority, Denied> {
        match &command.act {
            GrantAct::Give(_) | GrantAct::Revoke(_) => rights.any_of(&[Role::Registrar]),
        }
    }
}
