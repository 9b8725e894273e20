//! What a turn on PostgreSQL costs: `cargo bench -p thidua-eventlog --features postgres --bench postgres [-- turn | nodes |
//! standby]`.
//!
//! Prints `name value unit`. The store is compared with one prepared `INSERT` an event and connection into a table with the
//! same constraints, and with `write_message` of message-db, in the same round on the same cluster; the ratio is the median
//! over the rounds. Neither gives positions without gaps or a decision on the latest state. `nodes` compares several
//! services with one for as many clients; `standby` a synchronous standby with an asynchronous one.
//!
//! Settable by the environment: `ROUNDS` (5), `SLICE_MS` (1500), `CLIENTS` (1, 16 and 64), `PLACE` (where the clusters lie;
//! the temporary folder, TMPDIR), `MESSAGE_DB` (the folder `database` of the npm package `@eventide/message-db`; without
//! it that comparison is left out).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement stops at the first fault"
)]

mod baselines;
mod clients;

use baselines::{Insert, MessageDb};
use clients::{Engine, Measured, drive};
use cluster::Cluster;
use domain::Position;
use std::{
    env,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use thidua_eventlog::{
    Commit, EventLog, Fact, PostgresLog,
    contract::Samples,
    postgres::{Place, migrate},
};

fn main() {
    let chosen: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let parts: [(&str, fn()); 3] = [("turn", turn), ("nodes", nodes), ("standby", standby)];
    for (_, part) in parts.iter().filter(|(name, _)| chosen.is_empty() || chosen.iter().any(|c| c == name)) {
        part();
    }
}

fn setting(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// The facts of all measurements.
fn pool() -> Arc<Vec<Fact>> {
    static POOL: LazyLock<Arc<Vec<Fact>>> = LazyLock::new(clients::pool);
    Arc::clone(&POOL)
}

fn slice() -> Duration {
    Duration::from_millis(setting("SLICE_MS", 1500) as u64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn ratio(name: &str, these: &[f64], those: &[f64]) {
    println!("{name} {:.2} ratio", median(these.iter().zip(those).map(|(one, other)| one / other).collect()));
}

/// A durable cluster with room for what is measured.
fn durable() -> Cluster {
    Cluster::start(&[("shared_buffers", "'1GB'"), ("max_wal_size", "'4GB'"), ("max_connections", "400")])
}

/// A fresh log in a cluster.
fn fresh(cluster: &Cluster) -> Place {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let place: Place = cluster.primary().url("postgres", "postgres").parse().unwrap();
    let place = place.with_schema(&format!("log_{}", NEXT.fetch_add(1, Ordering::Relaxed))).unwrap();
    migrate(&place, None).unwrap();
    place
}

/// The store, as a service uses it.
struct Turns {
    log: PostgresLog,
    head: Position,
    samples: Identities,
}

impl Turns {
    fn over(place: &Place) -> Self {
        let log = PostgresLog::open(place.clone()).unwrap();
        Self { log, head: Position(0), samples: Identities::fresh() }
    }
}

impl Engine for Turns {
    fn commit(&mut self, facts: &mut [Fact]) {
        facts.iter_mut().for_each(|fact| self.samples.renew(fact));
        loop {
            let turn = self.log.turn(self.head).unwrap();
            self.head = Position(self.head.0 + turn.missed().len() as u64);
            let mut next = self.head;
            for fact in &mut *facts {
                fact.envelope.position = next;
                next = next.next();
            }
            if turn.commit(facts, &[]).unwrap() == Commit::Durable {
                self.head = next;
                return;
            }
        }
    }
}

/// Gives each fact an id, a key and a stream of its own, so that facts can be used again and again.
struct Identities(Samples);

impl Identities {
    /// A series that nobody else has: message-db keeps what earlier rounds wrote.
    fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1_000);
        Self(Samples::new(NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    fn renew(&mut self, fact: &mut Fact) {
        let (one, two) = (self.0.number(), self.0.number());
        let id = uuid::Uuid::from_u64_pair(one, two);
        fact.envelope.id = domain::EventId(id);
        fact.envelope.request.key = domain::KeyHash(*id.as_bytes());
        fact.envelope.stream = domain::StreamId::Unit(domain::UnitId(id));
        fact.envelope.version = domain::Version(1);
    }
}

fn measured(place: &Place, clients: usize) -> Measured {
    drive(Box::new(Turns::over(place)), clients, slice(), &pool())
}

fn turn() {
    let cluster = durable();
    let chosen = setting("CLIENTS", 0);
    let message_db = env::var("MESSAGE_DB").ok().map(|folder| MessageDb::install(cluster.primary(), &folder));
    for clients in [1, 16, 64].into_iter().filter(|clients| chosen == 0 || chosen == *clients) {
        let (mut store, mut insert, mut other) = (Vec::new(), Vec::new(), Vec::new());
        let (mut p50, mut p99, mut work) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..setting("ROUNDS", 5) {
            let mut parts: Vec<Box<dyn FnMut()>> = vec![
                Box::new(|| {
                    let measured = measured(&fresh(&cluster), clients);
                    p50.push(measured.latency(50));
                    p99.push(measured.latency(99));
                    work.push(measured.work);
                    store.push(measured.per_second);
                }),
                Box::new(|| insert.push(Insert::prepare(cluster.primary()).per_second(clients, slice()))),
            ];
            if let Some(message_db) = &message_db {
                parts.push(Box::new(|| other.push(message_db.per_second(clients, slice()))));
            }
            // Whoever comes first finds another cluster than whoever comes last.
            let first = round % parts.len();
            parts.rotate_left(first);
            parts.iter_mut().for_each(|part| part());
        }
        println!("turn_{clients}_clients {:.0} facts/s", median(store.clone()));
        println!("turn_{clients}_clients_p50 {:.3} ms", median(p50));
        println!("turn_{clients}_clients_p99 {:.3} ms", median(p99));
        println!("turn_{clients}_clients_work {:.1} us/fact", median(work));
        println!("turn_{clients}_clients_insert {:.0} rows/s", median(insert.clone()));
        ratio(&format!("turn_{clients}_clients_to_insert"), &store, &insert);
        if !other.is_empty() {
            println!("turn_{clients}_clients_message_db {:.0} messages/s", median(other.clone()));
            ratio(&format!("turn_{clients}_clients_to_message_db"), &store, &other);
        }
    }
}

/// Several writers over one log, each with its own clients: facts a second in all.
fn together(place: &Place, nodes: usize, clients: usize) -> f64 {
    let pool = pool();
    thread::scope(|scope| {
        let running: Vec<_> = (0..nodes)
            .map(|_| {
                let (pool, engine) = (Arc::clone(&pool), Box::new(Turns::over(place)));
                scope.spawn(move || drive(engine, clients, slice(), &pool).per_second)
            })
            .collect();
        running.into_iter().map(|node| node.join().unwrap()).sum()
    })
}

fn nodes() {
    let cluster = durable();
    for (nodes, clients) in [(2, 32), (4, 64)] {
        let (mut several, mut alone) = (Vec::new(), Vec::new());
        for round in 0..setting("ROUNDS", 5) {
            let mut parts: [Box<dyn FnMut()>; 2] = [
                Box::new(|| several.push(together(&fresh(&cluster), nodes, clients))),
                Box::new(|| alone.push(together(&fresh(&cluster), 1, nodes * clients))),
            ];
            parts.rotate_left(round % 2);
            parts.iter_mut().for_each(|part| part());
        }
        println!("nodes_{nodes}_of_{clients}_clients {:.0} facts/s", median(several.clone()));
        println!("nodes_1_of_{}_clients {:.0} facts/s", nodes * clients, median(alone.clone()));
        ratio(&format!("nodes_{nodes}_of_{clients}_clients_to_one"), &several, &alone);
    }
}

fn standby() {
    let mut cluster = durable();
    cluster.add_standby();
    let (mut waiting, mut not) = (Vec::new(), Vec::new());
    let wait_for = |names: &str| {
        cluster.primary().set(&[("synchronous_standby_names", names)]);
        cluster.primary().reload();
        let waited_for = "select count(*) from pg_stat_replication where sync_state = 'sync'";
        let wanted = if names == "''" { "0" } else { "1" };
        while cluster.primary().sql("postgres", waited_for) != wanted {
            thread::sleep(Duration::from_millis(10));
        }
    };
    for round in 0..setting("ROUNDS", 5) {
        let mut parts: [Box<dyn FnMut()>; 2] = [
            Box::new(|| {
                wait_for("standby_1");
                waiting.push(measured(&fresh(&cluster), 64).per_second);
            }),
            Box::new(|| {
                wait_for("''");
                not.push(measured(&fresh(&cluster), 64).per_second);
            }),
        ];
        parts.rotate_left(round % 2);
        parts.iter_mut().for_each(|part| part());
    }
    println!("standby_synchronous_64_clients {:.0} facts/s", median(waiting.clone()));
    println!("standby_asynchronous_64_clients {:.0} facts/s", median(not.clone()));
    ratio("standby_synchronous_to_asynchronous", &waiting, &not);
}
