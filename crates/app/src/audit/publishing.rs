//! The service begins to have its heads signed, and says how its key was replaced.

use super::{Anchor, AuditError, HeadSigner, Publisher, Signers, text_of};
use crate::{App, LogError, Request, writer::Job};
use domain::{StreamId, log::LogAct};
use std::sync::Arc;
use tlog::{key::VerifierKey, proof_file::ProofFile, sorted::SortedTree};
use tokio::sync::oneshot;

impl App {
    /// From now on the tree grows with the log and its head is signed: within a second of a write, once a minute
    /// otherwise. Before that, the log is held against its anchor. Call it before anything is written.
    ///
    /// # Errors
    /// The log is not what was signed, or nothing can be signed.
    pub fn publish(&mut self, signer: Box<dyn HeadSigner>, anchor: Anchor) -> Result<(), AuditError> {
        let key = signer.key().clone();
        self.publish_with(Some(Signers { current: signer, previous: None }), key, anchor)
    }

    /// The same while another key takes over: both sign, and the log says so in a fact of its own, unless it has already.
    ///
    /// # Errors
    /// The same; or the old key is not the one that signs by what the log says.
    pub fn publish_rotating(
        &mut self,
        signer: Box<dyn HeadSigner>,
        previous: Box<dyn HeadSigner>,
        anchor: Anchor,
    ) -> Result<(), AuditError> {
        let (old, new) = (previous.key().clone(), signer.key().clone());
        let signers = Signers { current: signer, previous: Some(previous) };
        self.publish_with(Some(signers), new.clone(), anchor)?;
        let new_text = text_of(&new)?;
        let is_current = || {
            let views = self.views();
            let log = views.books.log().map(|book| book.state.as_ref());
            log.and_then(|log| log.last_rotation(new.name().as_str()))
                .is_some_and(|(last, _)| last.new == new_text)
        };
        if is_current() {
            return Ok(());
        }
        let act = LogAct::RotateKey { old: text_of(&old)?, new: new_text.clone() };
        let failed = |what: String| AuditError::Key(what);
        let request = Request::of_the_record(act, self.now()).map_err(|error| failed(error.to_string()))?;
        let (reply, answer) = oneshot::channel();
        let sent = self.jobs.blocking_send(Job::One(request, reply));
        sent.map_err(|_| failed("nothing is written any more".to_owned()))?;
        match answer.blocking_recv() {
            Ok(Ok(_)) => Ok(()),
            // Another process of the log was quicker.
            Ok(Err(_)) if is_current() => Ok(()),
            Ok(Err(failure)) => Err(failed(format!("{failure:?}"))),
            Err(_) => Err(failed("the writer has gone".to_owned())),
        }
    }

    /// The same where another process of the log reaches the signer: its heads, which `key` signed, are handed out here
    /// once the tree says the same. Call it before anything is written.
    ///
    /// # Errors
    /// The log is not what was signed.
    pub fn publish_with_others(&mut self, key: VerifierKey, anchor: Anchor) -> Result<(), AuditError> {
        self.publish_with(None, key, anchor)
    }

    fn publish_with(
        &mut self,
        signers: Option<Signers>,
        key: VerifierKey,
        anchor: Anchor,
    ) -> Result<(), AuditError> {
        let (shared, jobs) = (Arc::clone(&self.shared), self.jobs.downgrade());
        self.publisher = Some(Publisher::start(shared, signers, key, anchor, jobs)?);
        Ok(())
    }

    /// How the key of the log was replaced for the `number`th time, from 1: the fact as extra data, the proof that it is in
    /// the log, and the head that both keys signed. `None` when there is no such change, or no head vouches for it yet.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn rotation(&self, number: usize) -> Result<Option<ProofFile>, LogError> {
        self.shared.rotation(number)
    }

    /// What every stream held when the log had `size` facts: the tree whose root the log commits to. `None` when the log has
    /// fewer, or its tree does not cover them yet.
    pub fn stream_heads(&self, size: u64) -> Option<Arc<SortedTree<StreamId>>> {
        self.audit().stream_heads(&self.views().history, size)
    }
}
