//! The vault of a service.

use super::{MissingKeys, Payload, RootKey, Vault, VaultError};
use crate::{App, Shared, writer};
use domain::{
    PersonId,
    person::{Person, PersonStanding},
};
use eventlog::{AsideChange, EventLog, LogError, put_aside};
use std::path::Path;
use tokio::sync::oneshot;

/// Under which key stands aside which vault holds the keys of a log that several processes write, and which of them has
/// it open.
const KEEPER: &[u8] = b"vault/keeper";

impl App {
    /// From now on the service keeps personal data in the vault at `path`, which is made when the log speaks of no persons
    /// yet. Erasures that were approved and not finished are finished. Call it once, from outside of any runtime.
    ///
    /// Keys may be missing on purpose: an older store was restored, and somebody was erased since.
    ///
    /// Of several processes over one log one alone keeps personal data, for a vault knows only the keys that were made in
    /// it. Where [`MissingKeys::Accepted`], it takes the place of another vault, which then takes and shows nothing more.
    ///
    /// # Errors
    /// See [`VaultError`]: above all when the vault is not the one that belongs to the log.
    pub fn keep_vault(&mut self, path: &Path, root: RootKey, missing: MissingKeys) -> Result<(), VaultError> {
        let kept = self.persons_kept();
        if !kept.is_empty() && !path.exists() {
            return Err(VaultError::Gone { path: path.to_owned(), persons: kept.len() });
        }
        let vault = Vault::open(path, root)?;
        let lacking = kept.iter().filter(|key| !vault.holds(**key)).count();
        if lacking > 0 && missing == MissingKeys::Refused {
            return Err(VaultError::KeysMissing { path: path.to_owned(), persons: lacking });
        }
        self.claim(path, &vault, missing)?;
        tracing::info!(persons = kept.len(), lacking, "the vault is open");
        if self.shared.vault.set(vault).is_err() {
            return Err(VaultError::InUse { path: path.to_owned() });
        }
        let (reply, done) = oneshot::channel();
        self.jobs.blocking_send(writer::Job::Erase(reply)).map_err(|_| VaultError::Stopped)?;
        done.blocking_recv().map_err(|_| VaultError::Stopped)
    }

    /// Says aside that this process keeps the personal data of a log that others write too.
    fn claim(&self, path: &Path, vault: &Vault, missing: MissingKeys) -> Result<(), VaultError> {
        let log = self.shared.log.as_ref();
        if !log.is_shared() {
            return Ok(());
        }
        let is_another = keeper(log)?.is_some_and(|keeper| !keeper.starts_with(vault.id.as_bytes()));
        if is_another && missing == MissingKeys::Refused {
            return Err(VaultError::OtherVault { path: path.to_owned() });
        }
        Ok(put_aside(log, &[AsideChange::Put(KEEPER.to_vec(), claim_of(vault))])?)
    }

    /// The keys of everyone whose data must still be readable.
    fn persons_kept(&self) -> Vec<domain::KeyId> {
        let views = self.views();
        let books = views.persons.all().iter().filter_map(|id| views.books.person(*id));
        let kept = books.filter(|book| book.state.standing() == PersonStanding::There);
        kept.map(|book| book.state.key).collect()
    }

    /// Whether the service keeps personal data.
    pub fn has_vault(&self) -> bool {
        self.shared.vault.get().is_some_and(|vault| !vault.has_failed())
    }

    /// What the vault keeps of a person, in the order recorded; `None` when the service has no vault, or another process has
    /// taken its place.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn personal_data(&self, id: PersonId, person: &Person) -> Result<Option<Vec<Payload>>, LogError> {
        let payloads = |vault: &Vault| vault.payloads(self.shared.log.as_ref(), id, person);
        self.shared.open_vault()?.map(payloads).transpose()
    }
}

impl Shared {
    /// The vault, if this process keeps one and no other process of the log has come to keep one since.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(crate) fn open_vault(&self) -> Result<Option<&Vault>, LogError> {
        let Some(vault) = self.vault.get() else { return Ok(None) };
        let is_ours = !self.log.is_shared() || keeper(self.log.as_ref())? == Some(claim_of(vault));
        if !is_ours {
            tracing::warn!(
                "another process keeps the personal data of this log: here it is neither taken nor shown"
            );
        }
        Ok(is_ours.then_some(vault))
    }
}

/// What stands aside of who keeps the personal data.
fn keeper(log: &dyn EventLog) -> Result<Option<Vec<u8>>, LogError> {
    Ok(log.aside(KEEPER)?.pop().map(|(_, keeper)| keeper))
}

/// The vault, and this opening of it.
fn claim_of(vault: &Vault) -> Vec<u8> {
    [vault.id.as_bytes().as_slice(), vault.opened.as_bytes()].concat()
}
