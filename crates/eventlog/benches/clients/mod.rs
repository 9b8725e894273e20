//! Clients who each wait for their fact to be durable, and one writer that takes whatever is waiting.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use thidua_eventlog::{Fact, contract::Samples};
use tokio::{runtime::Builder, sync::oneshot};

/// The most facts a writer takes at once.
const GROUP: usize = 512;

/// The facts clients take turns with.
const POOL: usize = 20_000;

/// The size of a fact, in bytes: near that of the events others publish their rates for.
const FACT_BYTES: usize = 400;

/// Facts of one size: the first bytes of sample envelopes. They hold a stream id, the previous hash, an id and a request
/// id, and so more random bytes for their size than whole envelopes do: they compress 3.1 : 1, whole ones better.
pub fn facts(samples: &mut Samples, count: usize) -> Vec<Fact> {
    let mut facts = samples.facts(count);
    for fact in &mut facts {
        fact.bytes.truncate(FACT_BYTES);
    }
    facts
}

/// The facts clients take turns with, made once for all measurements.
pub fn pool() -> Arc<Vec<Fact>> {
    Arc::new(facts(&mut Samples::new(7), POOL))
}

/// Something that makes groups of facts durable.
pub trait Engine: Send {
    /// Returns when the facts survive a power cut.
    fn commit(&mut self, facts: &mut [Fact]);
}

/// What a slice of time gave.
pub struct Measured {
    pub per_second: f64,
    /// What all threads worked for each fact, in microseconds. It moves less than the rate when others use the machine.
    pub work: f64,
    /// Sorted, in milliseconds.
    latencies: Vec<f64>,
}

impl Measured {
    /// The latency that `percent` of the facts stayed under, in milliseconds.
    pub fn latency(&self, percent: usize) -> f64 {
        self.latencies[(self.latencies.len() - 1) * percent / 100]
    }
}

type Waiting = (Fact, oneshot::Sender<()>);

/// Lets `clients` append one fact after another for the length of `slice`.
pub fn drive(
    mut engine: Box<dyn Engine>,
    clients: usize,
    slice: Duration,
    pool: &Arc<Vec<Fact>>,
) -> Measured {
    let (send, receive) = mpsc::channel::<Waiting>();
    let writer = thread::Builder::new().name("writer".to_owned()).spawn(move || {
        while let Ok(first) = receive.recv() {
            let (mut facts, answers): (Vec<_>, Vec<_>) =
                std::iter::once(first).chain(receive.try_iter().take(GROUP - 1)).unzip();
            engine.commit(&mut facts);
            for answer in answers {
                // A client that left needs no answer.
                let _ = answer.send(());
            }
        }
    });
    let writer = writer.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let (started, worked) = (Instant::now(), processor_seconds());
    let mut latencies: Vec<f64> = runtime.block_on(async {
        let tasks: Vec<_> = (0..clients)
            .map(|client| {
                let first = client * POOL / clients;
                tokio::spawn(client_of(first, send.clone(), Arc::clone(pool), stop.clone()))
            })
            .collect();
        tokio::time::sleep(slice).await;
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        all
    });
    let elapsed = started.elapsed().as_secs_f64();
    drop(send);
    writer.join().unwrap();
    latencies.sort_by(f64::total_cmp);
    let count = latencies.len() as f64;
    let work = (processor_seconds() - worked) * 1e6 / count;
    Measured { per_second: count / elapsed, work, latencies }
}

/// The time this process has had a core, in seconds; the kernel counts hundredths.
pub fn processor_seconds() -> f64 {
    let status = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = status.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

async fn client_of(
    first: usize,
    send: mpsc::Sender<Waiting>,
    pool: Arc<Vec<Fact>>,
    stop: Arc<AtomicBool>,
) -> Vec<f64> {
    let mut latencies = Vec::new();
    let mut at = first;
    while !stop.load(Ordering::Relaxed) {
        let (answer, durable) = oneshot::channel();
        let asked = Instant::now();
        send.send((pool[at % POOL].clone(), answer)).unwrap();
        durable.await.unwrap();
        latencies.push(asked.elapsed().as_secs_f64() * 1e3);
        at += 1;
    }
    latencies
}
