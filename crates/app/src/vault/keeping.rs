//! The vault of a service.

use super::{MissingKeys, Payload, RootKey, Vault, VaultError};
use crate::{App, writer};
use domain::{
    PersonId,
    person::{Person, PersonStanding},
};
use eventlog::LogError;
use std::path::Path;
use tokio::sync::oneshot;

impl App {
    /// From now on the service keeps personal data in the vault at `path`, which is made when the log speaks of no persons
    /// yet. Erasures that were approved and not finished are finished. Call it once, from outside of any runtime.
    ///
    /// Keys may be missing on purpose: an older store was restored, and somebody was erased since.
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
        tracing::info!(persons = kept.len(), lacking, "the vault is open");
        if self.shared.vault.set(vault).is_err() {
            return Err(VaultError::InUse { path: path.to_owned() });
        }
        let (reply, done) = oneshot::channel();
        self.jobs.blocking_send(writer::Job::Erase(reply)).map_err(|_| VaultError::Stopped)?;
        done.blocking_recv().map_err(|_| VaultError::Stopped)
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

    /// What the vault keeps of a person, in the order recorded; `None` when the service has no vault.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn personal_data(&self, id: PersonId, person: &Person) -> Result<Option<Vec<Payload>>, LogError> {
        let payloads = |vault: &Vault| vault.payloads(self.shared.log.as_ref(), id, person);
        self.shared.vault.get().map(payloads).transpose()
    }
}
