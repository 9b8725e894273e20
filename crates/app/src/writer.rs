//! The one writer. It takes everything that is waiting, decides it in order, commits it as one group with one sync,
//! folds it, and only then answers.

use crate::{
    Shared,
    act::{Act, Failure, Receipt, Request},
    decision::{Decision, When, beside, claimed_day, decide, found},
    mint::Mint,
    outcome::{Outcome, Stop, receipts},
    pending::{Decided, Origin, Pending},
    proofs,
};
use domain::{
    Envelope, Event, KeyHash, LeafHash, Position, RequestRef, Rights, Timestamp,
    bloc::Bloc,
    commendation::{Commendation, CommendationCommand},
    grant::{Grant, GrantCommand},
    unit::Unit,
    year::{Year, YearAct, YearCommand},
};
use eventlog::{Commit, Fact, LogError, Stored};
use std::{
    sync::{Arc, atomic::Ordering},
    thread::JoinHandle,
};
use tokio::sync::{mpsc, oneshot};
use views::Books;

/// How many requests may wait before callers are held back.
pub const WAITING: usize = 1024;
/// The most requests in one group; the writer never waits for more.
const GROUP: usize = 512;

/// What the writer is asked to do, and where the answer goes.
#[allow(
    clippy::large_enum_variant,
    reason = "the largest is the usual one; a box would cost every write an allocation"
)]
pub enum Job {
    /// One request.
    One(Request, oneshot::Sender<Result<Receipt, Failure>>),
    /// Requests that build on one another: a group of their own, which ends with the first that is refused.
    InOrder(Vec<Request>, oneshot::Sender<InOrder>),
}

/// The receipts of those that were carried out, and why the next one was not.
pub type InOrder = (Vec<Receipt>, Option<Failure>);

/// Whether what follows a refused request is still decided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterRefusal {
    GoOn,
    Stop,
}

/// Starts the writer. It ends when every sender is gone and the last job is answered.
pub fn start(shared: Arc<Shared>, mut waiting: mpsc::Receiver<Job>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("writer".into()).spawn(move || {
        let mut writer = Writer { shared, mint: Mint::default() };
        let mut group = Vec::with_capacity(GROUP);
        while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
            writer.take(group.drain(..));
        }
    })
}

struct Writer {
    shared: Arc<Shared>,
    mint: Mint,
}

impl Writer {
    /// Requests that stand alone form one group, as far as no row of requests stands between them.
    fn take(&mut self, jobs: impl Iterator<Item = Job>) {
        let (mut requests, mut replies) = (Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::One(request, reply) => {
                    requests.push(request);
                    replies.push(reply);
                }
                Job::InOrder(row, reply) => {
                    self.answer(std::mem::take(&mut requests), std::mem::take(&mut replies));
                    self.answer_row(row, reply);
                }
            }
        }
        self.answer(requests, replies);
    }

    fn answer(&mut self, requests: Vec<Request>, replies: Vec<oneshot::Sender<Result<Receipt, Failure>>>) {
        if requests.is_empty() {
            return;
        }
        match self.group(requests, AfterRefusal::GoOn) {
            Ok(receipts) => {
                for (reply, receipt) in replies.into_iter().zip(receipts) {
                    // A caller that has gone away is no fault: the facts stand, its key will find them.
                    let _ = reply.send(receipt);
                }
            }
            Err(failure) => {
                for reply in replies {
                    let _ = reply.send(Err(failure.clone()));
                }
            }
        }
    }

    fn answer_row(&mut self, requests: Vec<Request>, reply: oneshot::Sender<InOrder>) {
        let answer = match self.group(requests, AfterRefusal::Stop) {
            Ok(outcomes) => {
                let (mut receipts, mut refused) = (Vec::new(), None);
                for outcome in outcomes {
                    match outcome {
                        Ok(receipt) => receipts.push(receipt),
                        Err(failure) => refused = Some(failure),
                    }
                }
                (receipts, refused)
            }
            Err(failure) => (Vec::new(), Some(failure)),
        };
        let _ = reply.send(answer);
    }

    /// Carries out a group; what each request came to, or why none was carried out.
    fn group(
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
                tracing::warn!(
                    error = crate::chain(&error),
                    "a group was not carried out, or it is not known to be"
                );
                Err(Failure::Unavailable)
            }
            Err(error) => {
                self.shared.read_only.store(true, Ordering::Release);
                metrics::gauge!("thidua_read_only").set(1.0);
                tracing::error!(
                    error = crate::chain(&error),
                    "a commit failed: no more writes until the service is started again"
                );
                Err(Failure::Unavailable)
            }
        }
    }

    /// Decides and commits one group, again if others wrote first. After an error nothing of it is in any view.
    fn commit(
        &mut self,
        requests: Vec<Request>,
        after: AfterRefusal,
    ) -> Result<(Vec<Outcome>, Vec<Envelope>), LogError> {
        // What is decided again was received no later than the first time.
        let received = self.shared.clock.now();
        let mut kept = Some(requests);
        while let Some(requests) = kept.take() {
            let shared = Arc::clone(&self.shared);
            let turn = shared.log.turn(shared.views.read().head())?;
            self.fold_missed(turn.missed())?;
            if shared.log.is_shared() {
                kept = Some(requests.clone());
            }
            let (outcomes, decided) = self.decide_all(requests, after, received)?;
            let Decided { facts, leaves, aside, changed } = decided;
            if !facts.is_empty() && turn.commit(&facts, &aside)? == Commit::Again {
                metrics::counter!("thidua_turns_lost_total").increment(1);
                continue;
            }
            return Ok((outcomes, self.settle(facts, &leaves, changed)));
        }
        Err(LogError::failed("writing facts")("a turn was lost, though nobody else writes"))
    }

    /// Folds what others wrote.
    fn fold_missed(&self, missed: &[Stored]) -> Result<(), LogError> {
        if missed.is_empty() {
            return Ok(());
        }
        let mut views = self.shared.views.write();
        for stored in missed {
            views.fold(&crate::rebuild::decode(stored)?, LeafHash(tlog::leaf_hash(&stored.bytes)));
        }
        self.shared.head.send_replace(views.head());
        Ok(())
    }

    /// Lets the views take over a group that is durable.
    fn settle(&self, facts: Vec<Fact>, leaves: &[LeafHash], changed: Books) -> Vec<Envelope> {
        if let Some(first) = facts.first() {
            self.shared.audit.note(first.envelope.position, leaves);
        }
        let envelopes: Vec<_> = facts.into_iter().map(|fact| fact.envelope).collect();
        metrics::counter!("thidua_facts_total").increment(envelopes.len() as u64);
        metrics::histogram!("thidua_group_facts").record(envelopes.len() as f64);
        let mut views = self.shared.views.write();
        views.settle(changed, &envelopes);
        let head = views.head();
        drop(views);
        self.shared.head.send_replace(head);
        envelopes
    }

    fn decide_all(
        &mut self,
        requests: Vec<Request>,
        after: AfterRefusal,
        received: Timestamp,
    ) -> Result<(Vec<Outcome>, Decided), LogError> {
        let shared = Arc::clone(&self.shared);
        let views = shared.views.read();
        let mut pending = Pending::new(&views);
        let mut outcomes = Vec::with_capacity(requests.len());
        for request in requests {
            match self.decide_one(&mut pending, request, received) {
                Ok(outcome) => outcomes.push(outcome),
                Err(Stop::Refused(failure)) => {
                    outcomes.push(Outcome::Refused(failure));
                    if after == AfterRefusal::Stop {
                        break;
                    }
                }
                Err(Stop::Log(error)) => return Err(error),
            }
        }
        Ok((outcomes, pending.finish()))
    }

    fn decide_one(
        &mut self,
        pending: &mut Pending<'_>,
        request: Request,
        received: Timestamp,
    ) -> Result<Outcome, Stop> {
        if let Some(outcome) = self.answered_before(pending, &request)? {
            return Ok(outcome);
        }
        let stream = request.act.stream();
        let (actual, _) = pending.tip(stream);
        match request.expected {
            Some(expected) if expected != actual => return Err(Failure::Stale { expected, actual }.into()),
            Some(_) | None => {}
        }
        let received = pending.stamp(received);
        let effective_on = claimed_day(request.effective_on, received)?;
        let rights = proofs::rights(pending, &request.client, &request.act, received.day());
        let documented = !request.basis.documents.is_empty() || request.basis.illustrative;
        let when = When { received, effective_on, documented };
        let Decision { events, aside, by } = self.decide(pending, &rights, request.act, when)?;
        let reference = RequestRef {
            id: request.id,
            key: request.key,
            fingerprint: request.fingerprint,
            causation: request.causation,
        };
        let origin = Origin {
            client: request.client,
            by,
            request: reference,
            basis: request.basis,
            received,
            effective_on,
        };
        let range = pending.add(events, &origin, &mut self.mint)?;
        pending.aside.extend(aside);
        Ok(Outcome::Facts { range, replayed: false })
    }

    /// The facts a key was spent on before, if it was.
    fn answered_before(&self, pending: &Pending<'_>, request: &Request) -> Result<Option<Outcome>, Stop> {
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

    fn decide(
        &self,
        pending: &Pending<'_>,
        rights: &Rights<'_>,
        act: Act,
        when: When,
    ) -> Result<Decision, Stop> {
        let (stream, day) = (act.stream(), when.effective_on);
        let mut vote = None;
        let (events, by) = match act {
            Act::Unit(id, act) => {
                let state = pending.unit(id).map(|book| book.state.as_ref());
                let command = proofs::of_unit(pending, id, act, day, when.documented);
                decide::<Unit>(state, rights, command, Event::Unit)?
            }
            Act::Bloc(id, act) => {
                let state = pending.bloc(id).map(|book| book.state.as_ref());
                decide::<Bloc>(state, rights, proofs::of_bloc(pending, id, act, day), Event::Bloc)?
            }
            Act::Commendation(id, act) => {
                let circumstances = proofs::of_commendation(pending, id, &act, when.received, day)?;
                let state = pending.commendation(id).map(|book| book.state.as_ref());
                let command = CommendationCommand { id, act, circumstances };
                decide::<Commendation>(state, rights, command, Event::Commendation)?
            }
            Act::Found(id, client) => return found(pending, id, client),
            Act::Grant(id, act) => {
                let unknown = proofs::unknown_in(pending, &act);
                let state = pending.grant(id).map(|book| book.state.as_ref());
                decide::<Grant>(state, rights, GrantCommand { id, act, unknown }, Event::Grant)?
            }
            Act::Year(bloc, year, act) => {
                let log = self.shared.log.as_ref();
                let proofs = proofs::of_year(pending, log, bloc, year, &act, when.received, day)?;
                vote = if let YearAct::CastVote(vote) = &act { Some(vote.clone()) } else { None };
                let state = pending.year(bloc, year).map(|book| book.state.as_ref());
                decide::<Year>(state, rights, YearCommand { bloc, year, act, proofs }, Event::Year)?
            }
        };
        let aside = beside(&events, vote.as_ref());
        let by = proofs::in_the_name_of(pending, by);
        let counterparts: Vec<_> = events.iter().flat_map(|event| event.counterparts(stream)).collect();
        let events = events.into_iter().map(|event| (stream, event)).chain(counterparts).collect();
        Ok(Decision { events, aside, by: Some(by) })
    }
}
