//! Personal data on its way through the writer: commitments go into the event, the data into the vault.

use super::Writer;
use crate::{
    act::{Act, Failure, Request},
    outcome::Stop,
    pending::Pending,
    proofs,
    vault::Drawn,
};
use domain::{
    Aggregate, Authority, Envelope, Event, KeyId, PersonId, Rights, StreamId,
    person::{Person, PersonAct, PersonEvent},
};
use eventlog::{AsideChange, LogError};

/// What follows from an act on a person.
type Decided = (Vec<Event>, Authority, Option<Drawn>);

impl Writer {
    /// Goes on with a request that needs no vault, or for which there is one. The fingerprint of one that carries
    /// personal data is bound to the vault, so that it cannot be used to try out names.
    pub(super) fn expect_vault(&self, request: Request) -> Result<Request, Stop> {
        let Act::Person(_, act) = &request.act else { return Ok(request) };
        let has_data = match act {
            PersonAct::Register { .. } | PersonAct::Amend(_) => true,
            PersonAct::ApproveErasure(_) => false,
            PersonAct::RequestErasure(_) => return Ok(request),
        };
        let vault =
            self.shared.open_vault()?.filter(|vault| !vault.has_failed()).ok_or(Failure::VaultClosed)?;
        let fingerprint = if has_data { vault.blind(request.fingerprint) } else { request.fingerprint };
        Ok(Request { fingerprint, ..request })
    }

    pub(super) fn decide_personal(
        &self,
        pending: &Pending<'_>,
        rights: &Rights<'_>,
        id: PersonId,
        act: PersonAct,
    ) -> Result<Decided, Stop> {
        let failed = LogError::failed("preparing personal data");
        let drawn = Drawn::of(act.details()).map_err(failed)?;
        let key = KeyId(
            crate::mint::random_uuid()
                .map_err(|error| LogError::failed("naming a key")(error.to_string()))?,
        );
        let mut command = proofs::of_person(pending, id, act, (key, drawn.commitments()), rights.client);
        let state = pending.person(id).map(|book| book.state.as_ref());
        let by = Person::permits(rights, state, &command).map_err(Failure::Denied)?;
        let grant = by.grant.and_then(|grant| pending.grant(grant));
        command.by.person = grant.and_then(|book| book.state.given.person);
        let events = Person::decide(state, command, &by).map_err(Failure::Rejected)?;
        // A key that is lost must not be replaced by another: what was kept under it would be forgotten silently.
        if let (Some(person), false) = (state, drawn.is_empty())
            && !self.shared.vault.get().is_some_and(|vault| vault.holds(person.key))
        {
            return Err(Failure::VaultClosed.into());
        }
        let drawn = Some(drawn).filter(|drawn| !drawn.is_empty());
        Ok((events.into_iter().map(Event::Person).collect(), by, drawn))
    }

    /// The personal data of a fact, as it goes aside with it.
    pub(super) fn seal(&self, fact: &Envelope, drawn: &Drawn) -> Result<Vec<AsideChange>, Stop> {
        let (StreamId::Person(person), Event::Person(event)) = (fact.stream, &fact.event) else {
            return Ok(Vec::new());
        };
        let Some(vault) = self.shared.vault.get() else { return Err(Failure::VaultClosed.into()) };
        let sealed = match event {
            PersonEvent::Registered(registered) => vault
                .make_key(registered.key)
                .and_then(|()| vault.seal(person, registered.key, fact.id, drawn)),
            PersonEvent::Amended(amended) => vault.seal(person, amended.key, fact.id, drawn),
            PersonEvent::ErasureRequested(_)
            | PersonEvent::ErasureApproved(_)
            | PersonEvent::KeyDestroyed(_) => Ok(Vec::new()),
        };
        Ok(sealed.map_err(LogError::failed("sealing personal data"))?)
    }
}
