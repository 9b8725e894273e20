//! How a group becomes part of the log: the turn, the decision, the commit. When the turn was lost to another process, its
//! facts are folded and the group is decided again.

use crate::{
    act::{Failure, Receipt, Request},
    outcome::{Outcome, receipts},
    pending::Decided,
    writer::{AfterRefusal, Writer},
};
use domain::{Envelope, Position};
use eventlog::{Commit, EventLog, LogError, Turn};
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
        match self.commit(requests, after) {
            Ok((outcomes, facts)) => {
                let head = self.shared.head.borrow().to_owned();
                Ok(receipts(outcomes, facts, head))
            }
            Err(error) if error.passes() => {
                metrics::counter!("thidua_groups_unanswered_total").increment(1);
                tracing::warn!(
                    error = crate::chain(&error),
                    "a group was not committed: its callers may ask again"
                );
                Err(Failure::Unavailable)
            }
            Err(error) => {
                self.shared.stop_writing();
                tracing::error!(
                    error = crate::chain(&error),
                    "a commit failed: no more writes until the service is started again"
                );
                Err(Failure::Unavailable)
            }
        }
    }

    /// Decides and commits one group. After an error nothing of it is in any view; what became durable all the same is
    /// told by the next turn.
    fn commit(&mut self, mut requests: Vec<Request>, after: AfterRefusal) -> Result<Committed, LogError> {
        let shared = Arc::clone(&self.shared);
        // What is decided again was received no later than the first time.
        let received = shared.clock.now();
        loop {
            let seen = shared.views.read().head();
            let turn = shared.log.turn(seen)?;
            // From here to the settlement nobody else folds: not what was missed, nor what this commit writes.
            let _folding = shared.folding.lock();
            shared.fold(turn.missed())?;
            let known = seen.0 + turn.missed().len() as u64;
            if shared.views.read().head().0 != known {
                // The follower was quicker than a turn that holds nobody off.
                continue;
            }
            // A log that is written by this process alone never asks for a group again.
            let asked = if shared.log.is_shared() { requests.clone() } else { std::mem::take(&mut requests) };
            let (outcomes, decided) = self.decide_all(asked, after, received)?;
            match write(shared.log.as_ref(), turn, &decided, Position(known))? {
                Commit::Durable => return Ok((outcomes, self.settle(decided))),
                Commit::Again => metrics::counter!("thidua_turns_lost_total").increment(1),
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

/// Commits what was decided on `known` facts. A group in which everything was refused needs no commit; but where others
/// may have written since, it must have been refused on all that the log holds.
fn write(
    log: &dyn EventLog,
    turn: Box<dyn Turn + '_>,
    decided: &Decided,
    known: Position,
) -> Result<Commit, LogError> {
    if !decided.facts.is_empty() {
        return turn.commit(&decided.facts, &decided.aside);
    }
    let stands = turn.is_held() || log.head()? == known;
    Ok(if stands { Commit::Durable } else { Commit::Again })
}
