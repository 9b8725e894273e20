//! How rules are written: a pure decision over a state, and a total fold of what happened.

use crate::{BlocId, ClientId, Date, EventId, GrantId, Position, Rejection, Timestamp, UnitId};
use serde::{Deserialize, Serialize};

/// A thing with rules of its own and a stream of facts.
///
/// Everything here is synchronous and free of side effects. What a decision needs from elsewhere (the time, a fact
/// of another aggregate) is looked up first and put into the command as a proof.
pub trait Aggregate: Sized + Clone {
    /// What can be asked of it, with the proofs the decision needs.
    type Command;
    /// What can happen to it.
    type Event;

    /// All rules: which facts follow from the command, at least one, or why none does.
    ///
    /// `state` is `None` while the thing does not exist; `by` is what [`Aggregate::permits`] answered.
    fn decide(
        state: Option<&Self>,
        command: Self::Command,
        by: &Authority,
    ) -> Result<Vec<Self::Event>, Rejection>;

    /// The state after a fact. It never judges: what is recorded has happened.
    fn evolve(state: Option<Self>, fact: Recorded<'_, Self::Event>) -> Option<Self>;

    /// Whether the holder of `rights` may ask this, and by virtue of which grant.
    fn permits(
        rights: &Rights<'_>,
        state: Option<&Self>,
        command: &Self::Command,
    ) -> Result<Authority, Denied>;
}

/// A fact with its place and time in the log.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a, E> {
    /// Where it stands in the log.
    pub position: Position,
    /// Its id, by which a correction names it.
    pub id: EventId,
    /// When the server received it.
    pub recorded_at: Timestamp,
    /// The day it counts from, as claimed.
    pub effective_on: Date,
    /// What happened.
    pub event: &'a E,
}

/// What a client may do for whom. Token scopes say how much at most; a role says for which unit or bloc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps the register: units, blocs, memberships, grants.
    Registrar,
    /// Acts in the name of one unit; leads its bloc while the unit is the leader.
    UnitOfficer {
        /// The unit acted for.
        unit: UnitId,
    },
    /// Acts for the state body above one bloc, or above every bloc when none is named: scores what is reserved to
    /// it, designates leaders, excludes.
    Official {
        /// The bloc, or every bloc.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bloc: Option<BlocId>,
    },
    /// Reads the whole history.
    Auditor,
}

/// The grants one client holds on the day of a command: a proof, built under the turn.
#[derive(Clone, Debug)]
pub struct Rights<'a> {
    /// The client whose token was presented.
    pub client: &'a ClientId,
    /// The grants in force, oldest first.
    pub held: Vec<(GrantId, Role)>,
}

/// The grant that allowed a command, and the unit in whose name it was used. Without a grant it is the record itself that
/// acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The grant.
    pub grant: Option<GrantId>,
    /// The unit acted for, with the role of a unit officer.
    pub unit: Option<UnitId>,
    /// The delegation by which the unit acts in another's place.
    pub delegation: Option<EventId>,
}

/// What the client would have needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Any one of these roles would have done.
    pub needs: Vec<Role>,
}

impl Authority {
    /// Of the record itself, which needs no grant.
    pub const SYSTEM: Self = Self { grant: None, unit: None, delegation: None };
}

impl Rights<'_> {
    /// The first grant with one of these roles, asked in the order given.
    pub fn any_of(&self, roles: &[Role]) -> Result<Authority, Denied> {
        let held = roles.iter().find_map(|role| self.held.iter().find(|(_, held)| held.covers(role)));
        match held {
            Some((grant, role)) => Ok(Authority { grant: Some(*grant), unit: role.unit(), delegation: None }),
            None => Err(Denied { needs: roles.to_vec() }),
        }
    }

    /// Whether a grant lets the client act in the name of `unit`.
    pub fn acts_for(&self, unit: UnitId) -> bool {
        self.any_of(&[Role::UnitOfficer { unit }]).is_ok()
    }
}

impl Role {
    fn unit(self) -> Option<UnitId> {
        match self {
            Self::UnitOfficer { unit } => Some(unit),
            Self::Registrar | Self::Official { .. } | Self::Auditor => None,
        }
    }

    /// Whether holding this role is enough where `needed` is asked for.
    fn covers(&self, needed: &Self) -> bool {
        matches!(self, Self::Official { bloc: None }) && matches!(needed, Self::Official { .. })
            || self == needed
    }
}
