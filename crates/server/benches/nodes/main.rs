//! What several nodes over one PostgreSQL cost and give: `cargo bench --bench nodes --features postgres [-- many | standby | frozen | failover]`.
//!
//! Prints `name value unit`. Nodes, database and clients are processes of this machine; the clients of a node are
//! connections of one thread, which post units as fast as they are answered. Ratios are taken in the same round and given as
//! medians over the rounds; only they mean something.
//!
//! Settable by the environment: `ROUNDS` (5), `SLICE_MS` (2,000), `FREEZES` (10), `FAILOVERS` (3).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement stops at the first fault"
)]
#![allow(dead_code, reason = "the tests use the rest of what is shared with them")]

#[path = "../service/load.rs"]
mod connections;
/// What the tests of several nodes start and load them with.
#[path = "."]
mod nodes {
    #[path = "../../../../tests/nodes/checker.rs"]
    mod checker;
    #[path = "../../../../tests/nodes/history.rs"]
    mod history;
    #[path = "../../../../tests/nodes/load.rs"]
    pub mod load;
    #[path = "../../../../tests/nodes/world.rs"]
    pub mod world;
}
#[path = "../../../../tests/support/mod.rs"]
mod support;

use cluster::Cluster;
use connections::{Load, Talk, has_status};
use nodes::{load, world::World};
use std::{
    env,
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};
use support::{facts::NewUnit, server::signal};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let parts: [(&str, fn()); 4] =
        [("many", many), ("standby", standby), ("frozen", frozen), ("failover", failover)];
    for (name, part) in parts {
        if arguments.is_empty() || arguments.iter().any(|argument| argument == name) {
            part();
        }
    }
}

fn setting(name: &str, usual: u32) -> u32 {
    env::var(name).map_or(usual, |text| text.parse().unwrap())
}

fn slice() -> Duration {
    Duration::from_millis(setting("SLICE_MS", 2_000).into())
}

fn say(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.3} {unit}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A connection that registers one unit after the other, none of which any other connection registers.
struct Registrar {
    token: String,
    series: u32,
    number: u32,
}

impl Registrar {
    fn new(world: &World) -> Self {
        static SERIES: AtomicU32 = AtomicU32::new(100_000);
        let series = SERIES.fetch_add(1, Ordering::Relaxed);
        Self { token: world.token.clone(), series, number: 0 }
    }
}

impl Talk for Registrar {
    fn ask(&mut self, request: &mut Vec<u8>) {
        self.number += 1;
        let NewUnit { key, body, .. } = NewUnit::new(self.series, 0, self.number);
        let body = body.to_string();
        let text = format!(
            "POST /v1/units HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        request.extend_from_slice(text.as_bytes());
    }

    fn hear(&mut self, answer: &[u8]) {
        assert!(has_status(answer, "201"), "{}", String::from_utf8_lossy(answer));
    }
}

/// How many facts a second some nodes take together, each from so many connections.
fn together(world: &World, nodes: usize, each: usize) -> f64 {
    let addresses: Vec<SocketAddr> =
        world.urls()[..nodes].iter().map(|url| url.trim_start_matches("http://").parse().unwrap()).collect();
    let drive = |address: SocketAddr| {
        let talks = (0..each).map(|_| Registrar::new(world)).collect();
        let mut load = Load::open(address, talks);
        load.drive(slice() / 4);
        load.drive(slice()).per_second
    };
    thread::scope(|scope| {
        let driven: Vec<_> =
            addresses.into_iter().map(|address| scope.spawn(move || drive(address))).collect();
        driven.into_iter().map(|driven| driven.join().unwrap()).sum()
    })
}

/// The same number of clients at one node and at several.
fn many() {
    let mut world = World::new(Cluster::start(&[("max_connections", "200")]), 0, 4);
    let mut ratios = [Vec::new(), Vec::new()];
    for _ in 0..setting("ROUNDS", 5) {
        let mut rate = |nodes: usize, each: usize| {
            // Nodes that are not asked would read along on the same two cores.
            for node in 0..4 {
                match (node < nodes, world.nodes[node].is_some()) {
                    (true, false) => world.start(node),
                    (false, true) => world.nodes[node] = None,
                    (true, true) | (false, false) => {}
                }
            }
            let rate = together(&world, nodes, each);
            say(&format!("nodes_{nodes}_clients_{each}_each"), rate, "facts/s");
            rate
        };
        let (one, two) = (rate(1, 64), rate(2, 32));
        let (crowd, four) = (rate(1, 256), rate(4, 64));
        ratios[0].push(two / one);
        ratios[1].push(four / crowd);
    }
    let [two, four] = ratios;
    say("two_nodes_to_one_64", median(two), "ratio");
    say("four_nodes_to_one_256", median(four), "ratio");
}

/// A standby that every commit waits for, and the same one when none does.
fn standby() {
    let mut database = Cluster::start(&[("max_connections", "200")]);
    database.add_standby();
    let world = World::new(database, 0, 1);
    let mut ratios = Vec::new();
    for _ in 0..setting("ROUNDS", 5) {
        let rate = |names: &str| {
            world.primary().set(&[("synchronous_standby_names", names)]);
            world.primary().reload();
            together(&world, 1, 64)
        };
        let (synchronous, asynchronous) = (rate("'standby_1'"), rate("''"));
        say("standby_synchronous", synchronous, "facts/s");
        say("standby_asynchronous", asynchronous, "facts/s");
        ratios.push(synchronous / asynchronous);
    }
    say("synchronous_to_asynchronous_64", median(ratios), "ratio");
}

/// How long one node waits when another stands still in the middle of its turns.
fn frozen() {
    let world = World::new(Cluster::start(&[("max_connections", "200")]), 0, 2);
    let mut waits = Vec::new();
    for freeze in 0..setting("FREEZES", 10) {
        let busy = load::Load::start(&world.urls()[..1], &world.token, 50_000 + freeze, 8);
        busy.progress(20);
        signal(world.node(0).id(), "STOP");
        let mut other = Registrar::new(&world);
        let client = world.client(1);
        let start = Instant::now();
        let mut longest = Duration::ZERO;
        while start.elapsed() < Duration::from_secs(3) {
            other.number += 1;
            let asked = Instant::now();
            let answer = NewUnit::new(other.series, 0, other.number).post(&client).unwrap();
            assert_eq!(answer.status, 201, "{answer:?}");
            longest = longest.max(asked.elapsed());
        }
        signal(world.node(0).id(), "CONT");
        busy.stop();
        waits.push(longest.as_secs_f64());
    }
    say("frozen_holder_longest_wait", waits.iter().copied().fold(0.0, f64::max), "s");
    say("frozen_holder_median_wait", median(waits), "s");
}

/// From a promotion to the first write, and how reads fare meanwhile.
fn failover() {
    let (mut resumed, mut longest, mut failed) = (Vec::new(), 0.0_f64, 0);
    let mut world = World::whole();
    for _ in 0..setting("FAILOVERS", 3) {
        world.under_load("failover", |world, load| {
            let readers: Vec<_> =
                world.urls().iter().map(|url| load::Reader::start(url, "/v1/units?limit=5")).collect();
            let old = world.primary;
            world.primary().kill();
            let promoted = world.fail_over();
            load.progress(1);
            resumed.push(promoted.elapsed().as_secs_f64());
            for reader in readers {
                let waits = reader.stop();
                longest = longest.max(waits.longest.as_secs_f64());
                failed += waits.failures;
            }
            world.rejoin(old);
        });
    }
    say("writes_after_promotion", resumed.iter().copied().fold(0.0, f64::max), "s");
    say("longest_read_in_failover", longest, "s");
    say("reads_failed_in_failover", failed as f64, "reads");
}
