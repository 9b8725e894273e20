//! Time stamps (RFC 3161): once a day an authority outside vouches for the moment at which a signed head was there. What it
//! answers stands aside and comes along in backups; who checks it needs neither this log nor its clock. A fact of the log
//! names it, so that what follows was recorded after that moment.

use super::Published;
use crate::{Shared, act::Request, writer::Job};
use domain::{
    Sha256, Timestamp,
    log::{LogAct, TimeAnchored},
};
use eventlog::{AsideChange, EventLog, LogError, MAX_ASIDE_VALUE_BYTES};
use sha2::Digest;
use std::{collections::BTreeMap, pin::Pin, sync::Arc, thread::JoinHandle, time::Duration};
use tokio::sync::{mpsc::WeakSender, oneshot, watch};

/// How often a head is stamped, in milliseconds.
const DAY: i64 = 86_400_000;
/// How long an authority that failed is left alone: at first, and at most.
const PAUSES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(3600)];
/// How often it is looked whether a day has passed.
const LOOK: Duration = Duration::from_secs(60);
/// Under which keys they stand aside, each in pieces.
const KEPT: &[u8] = b"time-stamp/";

/// Has an authority stamp these bytes; what it answered, once it was found to be of them, and the moment it states.
pub type Authority = Box<dyn Fn(Vec<u8>) -> Stamping + Send>;

/// The answer of an authority, under way.
pub type Stamping = Pin<Box<dyn Future<Output = Result<(Timestamp, Vec<u8>), String>> + Send>>;

/// A signed head with its time stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// How many facts the head covers.
    pub size: u64,
    /// The moment that the authority states.
    pub time: Timestamp,
    /// The signed note, exactly as it was stamped.
    pub checkpoint: String,
    /// What the authority answered (RFC 3161 §2.4.2).
    pub reply: Vec<u8>,
}

impl Stamped {
    /// As a fact of the log names it.
    fn named(&self) -> TimeAnchored {
        let reply = Sha256(sha2::Sha256::digest(&self.reply).into());
        TimeAnchored { size: self.size, time: self.time, reply }
    }

    fn key(&self) -> Vec<u8> {
        [KEPT, &self.time.millis().to_be_bytes(), &self.size.to_be_bytes()].concat()
    }

    /// The pieces in which it is kept: the length of the note, the note, the reply.
    fn pieces(&self) -> Vec<AsideChange> {
        let length = u64::try_from(self.checkpoint.len()).unwrap_or(u64::MAX).to_be_bytes();
        let bytes = [&length[..], self.checkpoint.as_bytes(), &self.reply].concat();
        let key = self.key();
        let piece =
            |(number, piece): (u8, &[u8])| AsideChange::Put([&key[..], &[number]].concat(), piece.to_vec());
        (0..).zip(bytes.chunks(MAX_ASIDE_VALUE_BYTES)).map(piece).collect()
    }

    fn of_pieces(key: &[u8], bytes: &[u8]) -> Option<Self> {
        let (time, rest) = key.strip_prefix(KEPT)?.split_first_chunk()?;
        let size = u64::from_be_bytes(rest.try_into().ok()?);
        let (length, rest) = bytes.split_first_chunk()?;
        let (checkpoint, reply) =
            rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        let time = Timestamp::from_millis(i64::from_be_bytes(*time));
        let checkpoint = String::from_utf8(checkpoint.to_vec()).ok()?;
        Some(Self { size, time, checkpoint, reply: reply.to_vec() })
    }
}

/// Reads all that were kept, by whichever process.
pub(super) fn remember(shared: &Shared) -> Result<(), LogError> {
    let stamps = recall(shared.log.as_ref())?;
    if let Some(last) = stamps.last() {
        metrics::gauge!("thidua_time_stamped_seconds").set(last.time.millis() as f64 / 1000.0);
    }
    *shared.audit.stamps.write() = stamps;
    Ok(())
}

/// Reads what was kept, the oldest first.
fn recall(log: &dyn EventLog) -> Result<Vec<Stamped>, LogError> {
    let mut whole: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for (mut key, piece) in log.aside(KEPT)? {
        key.pop();
        whole.entry(key).or_default().extend(piece);
    }
    let read = |(key, bytes): (&Vec<u8>, &Vec<u8>)| {
        Stamped::of_pieces(key, bytes).ok_or_else(|| LogError::AsideDamaged {
            key: key.escape_ascii().to_string(),
            what: "it is no time stamp",
        })
    };
    whole.iter().map(read).collect()
}

/// The thread in which the authority is asked; it ends when this is dropped.
pub(crate) struct Clerk {
    thread: Option<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Clerk {
    pub(crate) fn start(
        shared: Arc<Shared>,
        authority: Authority,
        jobs: WeakSender<Job>,
    ) -> std::io::Result<Self> {
        let (stop, mut stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("time-stamps".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = ask_day_by_day(&shared, &authority, &jobs) => {}
                    // An error says that the sender is gone, which ends it as well.
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
            });
        })?;
        Ok(Self { thread: Some(thread), stop })
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that asks for time stamps panicked");
        }
    }
}

async fn ask_day_by_day(shared: &Shared, authority: &Authority, jobs: &WeakSender<Job>) {
    let mut pause = PAUSES[0];
    loop {
        let last = shared.audit.stamped().last().map(|stamped| stamped.time.millis());
        let is_due = last.is_none_or(|last| shared.clock.now().millis() - last >= DAY);
        let head = shared.audit.published().filter(|_| is_due);
        let wait = match head {
            None => LOOK,
            Some(head) => match stamp(shared, &head, authority).await {
                Ok(()) => {
                    pause = PAUSES[0];
                    LOOK
                }
                Err(why) => {
                    metrics::counter!("thidua_time_stamp_failures_total").increment(1);
                    tracing::warn!(why, "a head was not time-stamped");
                    let wait = pause;
                    pause = (pause * 2).min(PAUSES[1]);
                    wait
                }
            },
        };
        if let Some(anchored) = unnamed(shared)
            && let Err(why) = name(shared, jobs, anchored).await
        {
            tracing::warn!(why, "no fact of the log names its last time stamp yet");
        }
        tokio::time::sleep(wait).await;
    }
}

async fn stamp(shared: &Shared, head: &Published, authority: &Authority) -> Result<(), String> {
    let checkpoint = head.signed.to_string();
    let (time, reply) = authority(checkpoint.clone().into_bytes()).await?;
    let stamped = Stamped { size: head.size(), time, checkpoint, reply };
    let kept = eventlog::put_aside(shared.log.as_ref(), &stamped.pieces());
    kept.and_then(|()| remember(shared)).map_err(|error| crate::chain(&error))
}

/// The last time stamp, if no fact of the log names it: also one that a process before this one had no time to name.
fn unnamed(shared: &Shared) -> Option<TimeAnchored> {
    let last = shared.audit.stamps.read().last()?.named();
    let views = shared.views.read();
    let known =
        views.books.log().is_some_and(|log| log.state.anchors.iter().any(|(known, _)| *known == last));
    (!known).then_some(last)
}

/// Lets the log name a time stamp, through the one writer.
async fn name(shared: &Shared, jobs: &WeakSender<Job>, anchored: TimeAnchored) -> Result<(), String> {
    let request = Request::of_the_record(LogAct::AnchorTime(anchored), shared.clock.now());
    let request = request.map_err(|error| error.to_string())?;
    let (reply, answer) = oneshot::channel();
    let gone = || "the writer has gone".to_owned();
    jobs.upgrade().ok_or_else(gone)?.send(Job::One(request, reply)).await.map_err(|_| gone())?;
    let outcome = answer.await.map_err(|_| gone())?;
    outcome.map(drop).map_err(|failure| format!("{failure:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventlog::MemoryLog;

    #[test]
    fn what_is_kept_in_pieces_is_read_back() {
        let log = MemoryLog::default();
        let stamped = |size: u64, length: usize| Stamped {
            size,
            time: Timestamp::from_millis(1_780_000_000_000 + i64::try_from(size).unwrap()),
            checkpoint: format!("origin\n{size}\n"),
            reply: (0..length).map(|at| (at % 251).try_into().unwrap()).collect(),
        };
        let all = [stamped(3, 0), stamped(4, 6_999), stamped(70_000, 30_000)];
        for one in &all {
            eventlog::put_aside(&log, &one.pieces()).unwrap();
        }
        assert_eq!(recall(&log).unwrap(), all);
    }
}
