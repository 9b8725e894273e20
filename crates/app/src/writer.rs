//! The one writer of a process. It takes everything that is waiting, decides it in order, commits it as one group with one
//! sync, folds it, and only then answers. How a group is committed is in `commit`.

mod beside;
mod erasure;
mod personal;
mod repeats;

use crate::{
    Shared,
    act::{Act, Failure, Receipt, Request},
    audit::StreamHeads,
    decision::{Decision, When, decide, found, record},
    mint::Mint,
    outcome::{Outcome, Stop},
    pending::{Decided, Origin, Pending},
    proofs,
};
use beside::{beside, claimed_day};
use domain::{
    Event, RequestRef, Rights, Timestamp,
    bloc::Bloc,
    commendation::{Commendation, CommendationCommand},
    grant::{Grant, GrantCommand},
    log::Log,
    unit::Unit,
    year::{Year, YearAct, YearCommand},
};
use eventlog::LogError;
use std::{sync::Arc, thread::JoinHandle};
use tokio::sync::{mpsc, oneshot};

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
    /// Finishes the erasures that are approved and not done.
    Erase(oneshot::Sender<()>),
}

/// The receipts of those that were carried out, and why the next one was not.
pub type InOrder = (Vec<Receipt>, Option<Failure>);

/// Whether what follows a refused request is still decided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AfterRefusal {
    GoOn,
    Stop,
}

/// Starts the writer. It ends when every sender is gone and the last job is answered.
pub fn start(shared: Arc<Shared>, mut waiting: mpsc::Receiver<Job>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("writer".into()).spawn(move || {
        let mut writer =
            Writer { shared, mint: Mint::default(), heads: StreamHeads::default(), erasures_wait: false };
        let mut group = Vec::with_capacity(GROUP);
        while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
            writer.take(group.drain(..));
        }
    })
}

pub struct Writer {
    pub(crate) shared: Arc<Shared>,
    mint: Mint,
    pub(crate) heads: StreamHeads,
    /// Whether erasures may be due that could not be carried out, or whose approval was not told of.
    erasures_wait: bool,
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
                Job::Erase(reply) => {
                    self.answer(std::mem::take(&mut requests), std::mem::take(&mut replies));
                    self.finish_erasures();
                    let _ = reply.send(());
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

    /// Decides a group on what the views hold.
    pub(crate) fn decide_all(
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
        let request = self.expect_vault(request)?;
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
        let Decision { events, aside, by, private } = self.decide(pending, &rights, request.act, when)?;
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
        if let (Some(private), Some(fact)) = (private, pending.facts.get(range.start)) {
            let sealed = self.seal(&fact.envelope, &private)?;
            pending.aside.extend(sealed);
        }
        Ok(Outcome::Facts { range, replayed: false })
    }

    fn decide(
        &mut self,
        pending: &Pending<'_>,
        rights: &Rights<'_>,
        act: Act,
        when: When,
    ) -> Result<Decision, Stop> {
        let (stream, day) = (act.stream(), when.effective_on);
        let (mut vote, mut private) = (None, None);
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
                let person = proofs::person_standing(pending, act.person());
                let command = CommendationCommand { id, act, circumstances, person };
                decide::<Commendation>(state, rights, command, Event::Commendation)?
            }
            Act::Found(id, client) => return found(pending, id, client),
            Act::Grant(id, act) => {
                let unknown = proofs::unknown_in(pending, &act);
                let state = pending.grant(id).map(|book| book.state.as_ref());
                let person = proofs::person_standing(pending, act.person());
                decide::<Grant>(state, rights, GrantCommand { id, act, unknown, person }, Event::Grant)?
            }
            Act::Person(id, act) => {
                let (event, by, drawn) = self.decide_personal(pending, rights, id, act)?;
                private = drawn;
                (event, by)
            }
            Act::Log(act) => {
                let command = proofs::of_log(pending, &mut self.heads, act);
                decide::<Log>(pending.log().map(|book| book.state.as_ref()), rights, command, Event::Log)?
            }
            Act::Record(act) => {
                let command = proofs::of_log(pending, &mut self.heads, act);
                record(pending, command)?
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
        Ok(Decision { events, aside, by: Some(by), private })
    }
}
