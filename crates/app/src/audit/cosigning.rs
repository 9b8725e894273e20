//! Cosignatures: signed heads are shown to the witnesses of a policy, beside everything else, and handed out with what
//! they answer. A witness that is slow or gone delays nothing that is written or signed.
//!
//! All witnesses are asked about one head, that of the round, so that their cosignatures come together under it. The
//! next round begins when the policy's quorum is there, or when it has not come in time.

use super::{Audit, Published};
use crate::Shared;
use domain::Timestamp;
use parking_lot::Mutex;
use std::{
    pin::Pin,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tlog::{
    checkpoint::SignedCheckpoint,
    key::VerifierKey,
    note::{NoteSignature, parse_signatures},
    policy::Policy,
    witness::{AddCheckpoint, parse_size_body},
};
use tokio::{sync::watch, time::sleep};

/// How long a head waits for its quorum before newer ones are handed out without.
const ROUND: Duration = Duration::from_secs(10);
/// How long a witness that failed is left alone: at first, and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];

/// By how many seconds the clock of a witness may differ before it is an alarm. Lateness is judged by our own clock.
const CLOCKS_DIFFER: i64 = 300;

/// Carries the body of `add-checkpoint` to a witness (c2sp.org/tlog-witness) and brings its answer: a status and a body,
/// or why there is none.
pub type Courier = Box<dyn Fn(String) -> Answering + Send + Sync>;

/// The answer of a witness, under way.
pub type Answering = Pin<Box<dyn Future<Output = Result<(u16, String), String>> + Send>>;

/// Whom those who check the log are told to believe, and how to reach the witnesses among them.
pub struct Witnesses {
    /// The policy file, as it is handed out.
    pub file: Vec<u8>,
    /// The same, read.
    pub policy: Policy,
    /// For each witness of the policy, in its order, the way to it, if there is one.
    pub couriers: Vec<Option<Courier>>,
}

/// How it stands with a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessState {
    /// Its name in the policy.
    pub name: String,
    /// When it last cosigned a head, by the clock of the log.
    pub cosigned_at: Option<Timestamp>,
    /// By how many seconds its clock is ahead of that of the log, by its last cosignature.
    pub clock_ahead: Option<i64>,
    /// Why it did not cosign the last one it was asked about.
    pub failing: Option<String>,
}

/// What is known of cosignatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessing {
    /// Whether the head that is handed out has the quorum of the policy.
    pub quorum: bool,
    /// The witnesses, in the order of the policy.
    pub witnesses: Vec<WitnessState>,
}

/// The heads on their way to the witnesses.
pub(super) struct Cosigning {
    file: Vec<u8>,
    policy: Policy,
    /// The head all are asked about.
    round: watch::Sender<Option<Arc<Published>>>,
    state: Mutex<State>,
}

struct State {
    begun: Instant,
    /// Whether the last round ended without its quorum.
    late: bool,
    witnesses: Vec<WitnessState>,
}

impl Cosigning {
    pub(super) fn new(file: Vec<u8>, policy: Policy) -> Self {
        let state = |name: &[u8]| WitnessState {
            name: String::from_utf8_lossy(name).into_owned(),
            cosigned_at: None,
            clock_ahead: None,
            failing: None,
        };
        let witnesses = policy.witnesses().iter().map(|witness| state(&witness.name)).collect();
        let state = Mutex::new(State { begun: Instant::now(), late: false, witnesses });
        Self { file, policy, round: watch::channel(None).0, state }
    }

    pub(super) fn file(&self) -> &[u8] {
        &self.file
    }

    fn has_quorum(&self, head: &Published) -> bool {
        self.policy.check(&head.signed).is_ok()
    }

    /// A head was signed. Whether it is handed out at once, because nobody need see it first or nobody does in time.
    pub(super) fn signed(&self, head: &Arc<Published>) -> bool {
        let mut state = self.state.lock();
        let round = self.round.borrow().clone();
        if round.as_ref().is_none_or(|round| self.has_quorum(round)) {
            self.begin(&mut state, Arc::clone(head));
        }
        self.has_quorum(head) || state.late
    }

    fn begin(&self, state: &mut State, head: Arc<Published>) {
        state.begun = Instant::now();
        self.round.send_replace(Some(head));
    }

    /// The round is about a newer head from now on, without more time for it: a witness has seen more than the head it was.
    fn go_on(&self, overtaken: &Published, next: Option<Arc<Published>>) {
        let _state = self.state.lock();
        let is_there = |round: &Published| round.is_the_same_as(overtaken) && !self.has_quorum(round);
        if self.round.borrow().as_deref().is_some_and(is_there) {
            self.round.send_replace(next);
        }
    }

    /// Ends a round that has taken too long. Whether the newest head is handed out though it lacks its quorum.
    pub(super) fn settle(&self, newest: &Arc<Published>) -> bool {
        let mut state = self.state.lock();
        let waiting = self.round.borrow().as_ref().is_some_and(|round| !self.has_quorum(round));
        if !waiting || state.begun.elapsed() < ROUND {
            return state.late;
        }
        if !state.late {
            tracing::error!(
                size = newest.size(),
                "the witnesses' quorum is not met: heads go out without it"
            );
        }
        state.late = true;
        self.begin(&mut state, Arc::clone(newest));
        true
    }

    /// A witness has cosigned a head. What it now looks like, if it is still the one of the round, and whether all is
    /// there that the policy asks for.
    fn cosigned(
        &self,
        place: usize,
        head: &Published,
        Cosigned { lines, ahead }: Cosigned,
        newest: Option<Arc<Published>>,
    ) -> Option<(Arc<Published>, bool)> {
        let mut state = self.state.lock();
        if let Some(witness) = state.witnesses.get_mut(place) {
            (witness.cosigned_at, witness.failing) = (Some(head.signed_at), None);
            witness.clock_ahead = Some(ahead);
        }
        let round = self.round.borrow().clone().filter(|round| round.is_the_same_as(head))?;
        let mut signed = round.signed.clone();
        lines.into_iter().for_each(|line| signed.add(line));
        let round = Arc::new(Published { signed, ..(*round).clone() });
        let quorum = self.has_quorum(&round);
        self.round.send_replace(Some(Arc::clone(&round)));
        if quorum {
            if state.late {
                tracing::info!(size = round.size(), "the witnesses' quorum is met again");
            }
            state.late = false;
            if let Some(newest) = newest.filter(|newest| !newest.is_the_same_as(&round)) {
                self.begin(&mut state, newest);
            }
        }
        Some((round, quorum))
    }

    fn failed(&self, place: usize, why: String) {
        if let Some(witness) = self.state.lock().witnesses.get_mut(place) {
            witness.failing = Some(why);
        }
    }

    pub(super) fn witnessing(&self, shown: Option<&Published>) -> Witnessing {
        let quorum = shown.is_some_and(|shown| self.has_quorum(shown));
        Witnessing { quorum, witnesses: self.state.lock().witnesses.clone() }
    }
}

/// The thread in which the witnesses are asked; it ends when this is dropped.
pub(crate) struct Asking {
    thread: Option<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Asking {
    pub(crate) fn start(shared: Arc<Shared>, couriers: Vec<Option<Courier>>) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("witnesses".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let mut stopped = stopped;
                let mut asked = tokio::task::JoinSet::new();
                for (place, courier) in couriers.into_iter().enumerate() {
                    if let (Some(courier), Some(one)) = (courier, One::of(&shared, place)) {
                        asked.spawn(one.ask_again_and_again(courier));
                    }
                }
                // An error says that the sender is gone, which ends it as well.
                let _ = stopped.wait_for(|stop| *stop).await;
            });
        })?;
        Ok(Self { thread: Some(thread), stop })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that asks the witnesses panicked");
        }
    }
}

/// One witness, as it is asked.
struct One {
    shared: Arc<Shared>,
    place: usize,
    name: String,
    key: VerifierKey,
    /// The size of the tree it is thought to have seen last.
    seen: u64,
}

/// Why a witness did not cosign.
enum Trouble {
    /// It may the next time.
    Passing(String),
    /// It found that the log contradicts itself, or knows nothing of it.
    Refused(String),
    /// Another process of the same log has shown it a newer head, of so many facts.
    Overtaken(u64),
}

impl One {
    fn of(shared: &Arc<Shared>, place: usize) -> Option<Self> {
        let witness = shared.audit.cosigning.get()?.policy.witnesses().get(place)?.clone();
        let name = String::from_utf8_lossy(&witness.name).into_owned();
        Some(Self { shared: Arc::clone(shared), place, name, key: witness.key, seen: 0 })
    }

    async fn ask_again_and_again(mut self, courier: Courier) {
        let shared = Arc::clone(&self.shared);
        let Some(cosigning) = shared.audit.cosigning.get() else { return };
        let mut round = cosigning.round.subscribe();
        let [mut pause, longest] = PAUSES;
        let mut last: Option<Arc<Published>> = None;
        loop {
            let is_new = |head: &Option<Arc<Published>>| match (head, &last) {
                (Some(head), Some(last)) => !head.is_the_same_as(last),
                (head, None) => head.is_some(),
                (None, Some(_)) => false,
            };
            let Ok(head) = round.wait_for(is_new).await.map(|head| head.clone()) else { return };
            let Some(head) = head else { continue };
            let started = Instant::now();
            let outcome = self.ask(&head, &courier).await;
            let label = self.name.clone();
            metrics::histogram!("thidua_witness_seconds", "witness" => label).record(started.elapsed());
            match outcome {
                Ok(cosigned) => {
                    pause = PAUSES[0];
                    self.shared.audit.cosigned(self.place, &head, cosigned);
                    let at = head.signed_at.millis() as f64 / 1000.0;
                    metrics::gauge!("thidua_witness_cosigned_seconds", "witness" => self.name.clone())
                        .set(at);
                    last = Some(head);
                }
                Err(Trouble::Overtaken(seen)) => {
                    let mut signed = self.shared.audit.signed.subscribe();
                    let reaches = |head: &Option<Arc<Published>>| head.iter().any(|head| head.size() >= seen);
                    let Ok(next) = signed.wait_for(reaches).await.map(|next| next.clone()) else { return };
                    cosigning.go_on(&head, next);
                }
                Err(trouble) => {
                    self.failed(cosigning, trouble);
                    sleep(pause).await;
                    pause = (pause * 2).min(longest);
                }
            }
        }
    }

    fn failed(&self, cosigning: &Cosigning, trouble: Trouble) {
        let name = self.name.clone();
        metrics::counter!("thidua_witness_failures_total", "witness" => name.clone()).increment(1);
        let why = match trouble {
            Trouble::Passing(why) => {
                tracing::warn!(witness = name, why, "a witness did not answer");
                why
            }
            Trouble::Refused(why) => {
                tracing::error!(witness = name, why, "a witness refuses the head of this log");
                why
            }
            Trouble::Overtaken(_) => return,
        };
        cosigning.failed(self.place, why);
    }

    /// Asks about a head, and once more when the witness has seen another one last than was thought.
    async fn ask(&mut self, head: &Published, courier: &Courier) -> Result<Cosigned, Trouble> {
        let mut again = true;
        loop {
            let (status, body) = courier(self.request(head)?).await.map_err(Trouble::Passing)?;
            match (status, parse_size_body(body.as_bytes())) {
                (200, _) => {
                    self.seen = head.size();
                    return self.verified(head, &body);
                }
                (409, Some(seen)) if again && seen <= head.size() => (self.seen, again) = (seen, false),
                (409, Some(seen)) if seen > head.size() => return Err(self.ahead(seen)),
                (409 | 429 | 500..=599, _) => {
                    return Err(Trouble::Passing(format!("{status}: {}", body.trim())));
                }
                _ => return Err(Trouble::Refused(format!("{status}: {}", body.trim()))),
            }
        }
    }

    /// It has seen more than the head it was asked about. Where the log holds as much, another process has shown it; whether
    /// that was this log is found when it is asked again.
    fn ahead(&self, seen: u64) -> Trouble {
        match self.shared.log.head() {
            Ok(log) if log.0 >= seen => Trouble::Overtaken(seen),
            Ok(log) => Trouble::Refused(format!("it has seen {seen} facts of this log, which has {}", log.0)),
            Err(error) => Trouble::Passing(error.to_string()),
        }
    }

    fn request(&self, head: &Published) -> Result<String, Trouble> {
        let proof = self.shared.audit.tiles().consistency(self.seen, head.size());
        let proof = proof.map_err(|error| Trouble::Passing(error.to_string()))?;
        let checkpoint = head.signed.clone();
        Ok(AddCheckpoint { old_size: self.seen, proof, checkpoint }.to_string())
    }

    /// The signature lines, if they are this witness's and right.
    fn verified(&self, head: &Published, body: &str) -> Result<Cosigned, Trouble> {
        let mut lines = parse_signatures(body).map_err(|error| Trouble::Refused(error.to_string()))?;
        lines.retain(|line| line.is_by(&self.key));
        let mut signed: SignedCheckpoint = head.signed.clone();
        lines.iter().for_each(|line| signed.add(line.clone()));
        let found = signed.note().verify([&self.key]).map_err(|error| Trouble::Refused(error.to_string()))?;
        let time =
            found.iter().filter_map(|signed| signed.time).max().and_then(|time| i64::try_from(time).ok());
        let ahead = time.map_or(0, |time| time - self.shared.clock.now().millis().div_euclid(1000));
        metrics::gauge!("thidua_witness_clock_ahead_seconds", "witness" => self.name.clone())
            .set(ahead as f64);
        if ahead.abs() > CLOCKS_DIFFER {
            tracing::error!(witness = self.name, ahead, "the clock of this log and that of a witness differ");
        }
        Ok(Cosigned { lines, ahead })
    }
}

/// What a witness answered.
struct Cosigned {
    lines: Vec<NoteSignature>,
    /// By how many seconds its clock is ahead.
    ahead: i64,
}

impl Audit {
    fn cosigned(&self, place: usize, head: &Published, cosigned: Cosigned) {
        let Some(cosigning) = self.cosigning.get() else { return };
        let Some((head, quorum)) = cosigning.cosigned(place, head, cosigned, self.newest()) else { return };
        metrics::gauge!("thidua_checkpoint_witnessed").set(if quorum { 1.0 } else { 0.0 });
        let shown = self.published();
        // What was handed out is not taken back to a smaller tree, and not to one with fewer cosignatures.
        let goes_out = match &shown {
            None => true,
            Some(shown) if shown.is_the_same_as(&head) => true,
            Some(shown) => quorum && shown.size() <= head.size() && shown.signed_at <= head.signed_at,
        };
        if goes_out {
            self.published.send_replace(Some(head));
        }
    }
}
