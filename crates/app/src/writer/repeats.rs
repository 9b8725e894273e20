//! Requests that were carried out before: the key tells which.

use super::Writer;
use crate::{
    act::{Failure, Request},
    outcome::{Outcome, Stop},
    pending::Pending,
};
use domain::{Envelope, KeyHash, Position};
use eventlog::LogError;

impl Writer {
    /// The facts a key was spent on before, if it was.
    pub(super) fn answered_before(
        &self,
        pending: &Pending<'_>,
        request: &Request,
    ) -> Result<Option<Outcome>, Stop> {
        if let Some((range, fingerprint)) = pending.spent(request.key) {
            return if fingerprint == request.fingerprint {
                Ok(Some(Outcome::Facts { range, replayed: true }))
            } else {
                Err(Failure::KeyReused.into())
            };
        }
        let Some(first) = pending.views.requests.spent(request.key) else { return Ok(None) };
        let facts = self.facts_of(request.key, first)?;
        if facts.iter().all(|fact| fact.request.fingerprint == request.fingerprint) {
            Ok(Some(Outcome::Earlier(facts)))
        } else {
            Err(Failure::KeyReused.into())
        }
    }

    /// The facts of the request a key was spent on, which stand next to each other from `first` on.
    fn facts_of(&self, key: KeyHash, first: Position) -> Result<Vec<Envelope>, LogError> {
        let mut facts = Vec::new();
        let mut at = first;
        while let Some(fact) = self.shared.fact(at)?.filter(|fact| fact.request.key == key) {
            facts.push(fact);
            at = at.next();
        }
        Ok(facts)
    }
}
