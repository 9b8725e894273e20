//! How a person is forgotten: somebody asks for it and names the ground, two clients approve it, the key is destroyed. Each
//! step is a fact; none of them says whom it is about.

use crate::{ClientId, EventId, KeyId, PersonId, Position, Recorded, Rejection, Timestamp};
use serde::{Deserialize, Serialize};

/// How many different clients must approve before a key is destroyed: nobody can bring it back.
pub const APPROVALS: usize = 2;

/// Why personal data is erased: the cases of Article 14 of the Law on personal data protection (91/2025/QH15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureGround {
    /// The person asked for it.
    SubjectRequest,
    /// What the data was kept for is done.
    PurposeEnded,
    /// The time for which it had to be kept is over.
    RetentionEnded,
}

impl ErasureGround {
    /// Every ground, in the order of this list.
    pub const ALL: [Self; 3] = [Self::SubjectRequest, Self::PurposeEnded, Self::RetentionEnded];
}

/// Somebody asked for the data of a person to be erased. The papers it rests on stand in the basis of the fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureRequested {
    /// On what ground.
    pub ground: ErasureGround,
}

/// One of those who must approve did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureApproved {
    /// The fact that asked for it.
    pub request: EventId,
    /// The client that approved.
    pub client: ClientId,
    /// The person behind the client, where its grant names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// The key of a person was destroyed, and what was kept under it with the key. It cannot be read any more by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyDestroyed {
    /// The fact that asked for it.
    pub request: EventId,
    /// The key.
    pub key: KeyId,
    /// On what ground.
    pub ground: ErasureGround,
    /// How many facts of the person held commitments.
    pub facts: u32,
    /// How many pieces of data they committed to.
    pub fields: u32,
}

/// Who approves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The client.
    pub client: ClientId,
    /// The person behind it, where its grant names one.
    pub person: Option<PersonId>,
}

/// An approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The client that approved.
    pub client: ClientId,
    /// The person behind it.
    pub person: Option<PersonId>,
    /// Where the fact stands.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// The destruction of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    /// Where the fact stands.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// How many facts of the person held commitments.
    pub facts: u32,
    /// How many pieces of data they committed to.
    pub fields: u32,
}

/// An erasure, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The fact that asked for it.
    pub request: EventId,
    /// Where that fact stands.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// On what ground.
    pub ground: ErasureGround,
    /// Who approved it, in their order.
    pub approvals: Vec<Approval>,
    /// The destruction of the key.
    pub destroyed: Option<Destroyed>,
}

impl Erasure {
    pub(super) const fn requested<E>(requested: &ErasureRequested, fact: &Recorded<'_, E>) -> Self {
        Self {
            request: fact.id,
            position: fact.position,
            recorded_at: fact.recorded_at,
            ground: requested.ground,
            approvals: Vec::new(),
            destroyed: None,
        }
    }

    /// Whether as many have approved as must.
    pub fn is_approved(&self) -> bool {
        let mut clients: Vec<_> = self.approvals.iter().map(|approval| &approval.client).collect();
        clients.sort();
        clients.dedup();
        clients.len() >= APPROVALS
    }

    /// Whether the key must be destroyed and is not yet, as far as the log knows.
    pub fn is_due(&self) -> bool {
        self.is_approved() && self.destroyed.is_none()
    }

    /// One client approves once, and so does one person, however many clients it stands behind.
    pub(super) fn approved_by(&self, by: Approver) -> Result<ErasureApproved, Rejection> {
        let same = |known: &Approval| {
            known.client == by.client || known.person.is_some() && known.person == by.person
        };
        if self.approvals.iter().any(same) {
            return Err(Rejection::SecondApprover);
        }
        Ok(ErasureApproved { request: self.request, client: by.client, person: by.person })
    }

    pub(super) fn approve<E>(&mut self, approved: &ErasureApproved, fact: &Recorded<'_, E>) {
        self.approvals.push(Approval {
            client: approved.client.clone(),
            person: approved.person,
            position: fact.position,
            recorded_at: fact.recorded_at,
        });
    }

    pub(super) const fn destroy<E>(&mut self, destroyed: &KeyDestroyed, fact: &Recorded<'_, E>) {
        self.destroyed = Some(Destroyed {
            position: fact.position,
            recorded_at: fact.recorded_at,
            facts: destroyed.facts,
            fields: destroyed.fields,
        });
    }
}

impl super::Person {
    /// What is recorded once the key is destroyed; `None` when that is not due.
    pub fn key_destroyed(&self) -> Option<KeyDestroyed> {
        let erasure = self.erasure.as_ref().filter(|erasure| erasure.is_due())?;
        let mut facts: Vec<_> = self.known.iter().map(|known| known.position).collect();
        facts.dedup();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Some(KeyDestroyed {
            request: erasure.request,
            key: self.key,
            ground: erasure.ground,
            facts: count(facts.len()),
            fields: count(self.known.len()),
        })
    }
}
