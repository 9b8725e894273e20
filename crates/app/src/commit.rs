//! How a group becomes part of the log: the turn, the decision, the commit. When the turn was lost to another process, its
//! facts are folded and the group is decided again.

use crate::{
    Shared,
    act::{Failure, Receipt, Request},
    outcome::{Outcome, receipts},
    pending::Decided,
    writer::{AfterRefusal, Writer},
};
use domain::{Envelope, Position};
use eventlog::{Commit, LogError, Turn};
use parking_lot::MutexGuard;
use std::sync::{Arc, atomic::Ordering};

/// What the requests of a group came to, and its facts.
type Committed = (Vec<Outcome>, Vec<Envelope>);

impl Writer {
    /// Carries out a group; what each request came to, or why none was carried out.
    pub(crate) fn group(
        &mut self,
        requests: Vec<Request>,
        after: AfterRefusal,
    ) -> Result<impl Iterator<Item = Result<Receipt, Failure>>, Failure> {
        if self.shared.read_only.load(Ordering::Acquire) {
            return Err(Failure::ReadOnly);
        }
        let committed = self.commit(requests, after);
        match committed {
            Ok((outcomes, facts)) => {
                let head = self.shared.head.borrow().to_owned();
                self.erase_after(&facts);
                Ok(receipts(outcomes, facts, head))
            }
            Err(error) => {
                self.fail(&error);
                Err(Failure::Unavailable)
            }
        }
    }

    /// Says why a group was not committed; what does not pass ends writing.
    pub(crate) fn fail(&mut self, error: &LogError) {
        self.heads.give_up();
        if error.passes() {
            self.expect_erasures();
            metrics::counter!("thidua_groups_unanswered_total").increment(1);
            let error = crate::chain(error);
            tracing::warn!(error, "a group was not committed: its callers may ask again");
        } else {
            self.shared.stop_writing();
            let error = crate::chain(error);
            tracing::error!(error, "a commit failed: no more writes until the service is started again");
        }
    }

    /// Decides and commits one group. After an error nothing of it is in any view; what became durable all the same is
    /// told by the next turn.
    fn commit(&mut self, mut requests: Vec<Request>, after: AfterRefusal) -> Result<Committed, LogError> {
        let shared = Arc::clone(&self.shared);
        // What is decided again was received no later than the first time.
        let received = shared.clock.now();
        loop {
            let taken = take_turn(&shared)?;
            // A log that is written by this process alone never asks for a group again.
            let asked = if shared.log.is_shared() { requests.clone() } else { std::mem::take(&mut requests) };
            let (outcomes, decided) = self.decide_all(asked, after, received)?;
            if let Some(facts) = self.write(taken, decided)? {
                return Ok((outcomes, facts));
            }
        }
    }

    /// Makes what was decided durable, and then shows it; `None` when others came first. The vault's new keys go first:
    /// data that nobody could read again must not be recorded. A group in which everything was refused needs no commit;
    /// but where others may have written since, it must have been refused on all that the log holds.
    pub(crate) fn write(
        &mut self,
        Taken { turn, known, folding: _folding }: Taken<'_>,
        decided: Decided,
    ) -> Result<Option<Vec<Envelope>>, LogError> {
        let shared = &self.shared;
        let outcome = if decided.facts.is_empty() {
            let stands = turn.is_held() || shared.log.head()? == known;
            if stands { Commit::Durable } else { Commit::Again }
        } else {
            if let Some(vault) = shared.vault.get() {
                vault.save().map_err(LogError::failed("writing keys into the vault"))?;
            }
            turn.commit(&decided.facts, &decided.aside)?
        };
        match outcome {
            Commit::Durable => {
                self.heads.keep();
                Ok(Some(self.settle(decided)))
            }
            Commit::Again => {
                self.heads.give_up();
                metrics::counter!("thidua_turns_lost_total").increment(1);
                Ok(None)
            }
        }
    }

    /// Lets the views take over what is durable, and announces it.
    fn settle(&self, decided: Decided) -> Vec<Envelope> {
        let shared = &self.shared;
        let Decided { facts, leaves, changed, aside: _ } = decided;
        if let Some(first) = facts.first() {
            shared.audit.note(first.envelope.position, &leaves);
        }
        let envelopes: Vec<_> = facts.into_iter().map(|fact| fact.envelope).collect();
        metrics::counter!("thidua_facts_total").increment(envelopes.len() as u64);
        metrics::histogram!("thidua_group_facts").record(envelopes.len() as f64);
        let mut views = shared.views.write();
        views.settle(changed, &envelopes);
        let head = views.head();
        drop(views);
        shared.announce(head);
        envelopes
    }
}

/// The right to write.
pub struct Taken<'a> {
    turn: Box<dyn Turn + 'a>,
    /// How many facts the views hold: all that are known to be before this turn.
    known: Position,
    /// From here to the settlement nobody else folds: not what was missed, nor what the commit writes.
    folding: MutexGuard<'a, ()>,
}

/// The right to write, with everything folded that others wrote before.
pub fn take_turn(shared: &Shared) -> Result<Taken<'_>, LogError> {
    loop {
        let seen = shared.views.read().head();
        let turn = shared.log.turn(seen)?;
        let folding = shared.folding.lock();
        shared.fold(turn.missed())?;
        let known = Position(seen.0 + turn.missed().len() as u64);
        // The follower may have been quicker than a turn that holds nobody off.
        if shared.views.read().head() == known {
            return Ok(Taken { turn, known, folding });
        }
    }
}
