//! Erasures that are approved are carried out by the writer: first the key is destroyed, then that it was is recorded, and
//! what was kept under it is removed with that fact. Whatever stops the process in between, the next start goes on: the
//! approvals stand in the log, and destroying a key that is gone changes nothing.

use super::Writer;
use crate::{
    commit::take_turn,
    pending::{Origin, Pending, Unwritable},
    vault::{Vault, VaultError, prefix_of},
};
use domain::{
    Authority, Envelope, Event, Fingerprint, KeyHash, PersonId, Position, RequestRef, StreamId,
    person::{Erasure, PersonEvent},
};
use eventlog::{AsideChange, LogError};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Why an erasure is not done.
enum Unfinished {
    Vault(VaultError),
    Log(LogError),
}

impl From<LogError> for Unfinished {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

/// Whether a fact may have made an erasure due.
const fn is_approval(fact: &Envelope) -> bool {
    matches!(&fact.event, Event::Person(PersonEvent::ErasureApproved(_)))
}

impl Writer {
    /// Carries out what facts may have made due, and what has waited.
    pub(crate) fn erase_after(&mut self, facts: &[Envelope]) {
        if self.erasures_wait || facts.iter().any(is_approval) {
            self.finish_erasures();
        }
    }

    /// After the next group erasures are looked for, whatever it holds.
    pub(crate) const fn expect_erasures(&mut self) {
        self.erasures_wait = true;
    }

    /// Carries out every erasure that is due. One that cannot be carried out stays due, and nobody reads the data.
    pub(super) fn finish_erasures(&mut self) {
        self.erasures_wait = false;
        let shared = Arc::clone(&self.shared);
        let vault = match shared.open_vault() {
            Ok(Some(vault)) => vault,
            Ok(None) => return,
            Err(error) => return self.fail(&error),
        };
        for person in self.due() {
            match self.erase(vault, person) {
                Ok(()) => tracing::info!(%person, "personal data is erased"),
                Err(Unfinished::Vault(error)) => {
                    let error = crate::chain(&error);
                    tracing::error!(%person, error, "a key is not destroyed yet: start the service again");
                    return;
                }
                Err(Unfinished::Log(error)) => return self.fail(&error),
            }
        }
    }

    fn due(&self) -> Vec<PersonId> {
        let views = self.shared.views.read();
        let is_due = |id: &PersonId| {
            let erasure = views.books.person(*id).and_then(|book| book.state.erasure.as_ref());
            erasure.is_some_and(Erasure::is_due)
        };
        views.persons.erasures().iter().copied().filter(is_due).collect()
    }

    fn erase(&mut self, vault: &Vault, id: PersonId) -> Result<(), Unfinished> {
        let shared = Arc::clone(&self.shared);
        loop {
            let taken = take_turn(&shared)?;
            let person = shared.views.read().books.person(id).map(|book| Arc::clone(&book.state));
            let Some((person, destroyed)) =
                person.and_then(|person| Some((person.clone(), person.key_destroyed()?)))
            else {
                return Ok(());
            };
            vault.destroy(person.key).map_err(Unfinished::Vault)?;
            let kept = shared.log.aside(&prefix_of(person.key))?;
            let decided = {
                let views = shared.views.read();
                let mut pending = Pending::new(&views);
                let origin = self.origin(&mut pending, person.erasure.as_ref())?;
                let event = Event::Person(destroyed.into());
                let added = pending.add(vec![(StreamId::Person(id), event)], &origin, &mut self.mint);
                added.map_err(|error| unwritable(&error))?;
                pending.aside.extend(kept.into_iter().map(|(key, _)| AsideChange::Remove(key)));
                pending.finish()
            };
            if self.write(taken, decided)?.is_some() {
                return Ok(());
            }
        }
    }

    /// The destruction is the act of who approved it last, on the basis that was named when it was asked for. Its key is
    /// made from the approval's id: it is recorded once.
    fn origin(&self, pending: &mut Pending<'_>, erasure: Option<&Erasure>) -> Result<Origin, LogError> {
        let last = erasure.and_then(|erasure| erasure.approvals.last()).map(|approval| approval.position);
        let approval = self.known(last)?;
        let request = self.known(erasure.map(|erasure| erasure.position))?;
        let key =
            Sha256::new().chain_update("thidua/erasure/v1").chain_update(approval.id.0.as_bytes()).finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&key[..16]);
        let by = approval.actor.grant.map(|grant| Authority {
            grant: Some(grant),
            unit: approval.actor.unit,
            delegation: approval.actor.delegation,
        });
        let received = pending.stamp(self.shared.clock.now());
        Ok(Origin {
            client: approval.actor.client,
            by,
            request: RequestRef {
                id: approval.request.id,
                key: KeyHash(half),
                fingerprint: Fingerprint(half),
                causation: Some(approval.id),
            },
            basis: request.basis,
            received,
            effective_on: received.day(),
        })
    }

    /// A fact that the state says there is.
    fn known(&self, position: Option<Position>) -> Result<Envelope, LogError> {
        let fact = position.map(|position| self.shared.fact(position)).transpose()?.flatten();
        fact.ok_or_else(|| LogError::failed("reading what an erasure rests on")("the fact is not in the log"))
    }
}

fn unwritable(unwritable: &Unwritable) -> LogError {
    let what = match unwritable {
        Unwritable::TooLarge(size) => format!("it would take {size} bytes"),
        Unwritable::Failed => "no randomness, or no JSON".to_owned(),
    };
    LogError::failed("recording that a key was destroyed")(what)
}
