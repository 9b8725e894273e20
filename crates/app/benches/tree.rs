//! What the tree costs: `cargo bench -p thidua-app [-- append | proof | storage]`.
//!
//! Prints `name value unit`. `append` drives the durable append path with 64 clients, the tree growing and its heads being
//! signed in every second slice; the ratio is the median over the rounds. Settable by the environment: `ROUNDS` (5),
//! `SLICE_MS` (1500), `FACTS` (1,000,000 for `proof` and `storage`), `PLACE` (where to write; the target folder).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement stops at the first fault"
)]

use domain::{
    Basis, ClientId, Fingerprint, GrantId, KeyHash, LocalisedName, Name, Position, RequestId, UnitId,
    unit::{Registered, UnitAct, UnitKind},
};
use eventlog::SledLog;
use std::{
    env,
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use thidua_app::{Act, Anchor, App, OwnKey, Request, SystemClock, audit::Tiles, rebuild::rebuild};
use tlog::{key::Signer, leaf_hash, tile::Tile};
use uuid::Uuid;

const CLIENTS: u64 = 64;

fn main() {
    let chosen: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let parts: [(&str, fn()); 3] = [("append", append), ("proof", proof), ("storage", storage)];
    for (_, part) in parts.iter().filter(|(name, _)| chosen.is_empty() || chosen.iter().any(|c| c == name)) {
        part();
    }
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A service over a fresh store, with the tree or without it.
struct Service {
    app: Arc<App>,
    _folder: tempfile::TempDir,
    numbers: Arc<AtomicU64>,
}

fn request(client: &str, number: u64, act: Act) -> Request {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    Request {
        client: ClientId::new(client).unwrap(),
        key: KeyHash(key),
        fingerprint: Fingerprint([1; 16]),
        id: RequestId(Uuid::from_u128(number.into())),
        causation: None,
        effective_on: None,
        basis: Basis::default(),
        expected: None,
        act,
    }
}

fn register(number: u64) -> Act {
    let name = LocalisedName { vi: Name::new(&format!("Hội số {number}")).unwrap(), en: None };
    let unit = UnitId(Uuid::from_u128((1 << 64) + u128::from(number)));
    Act::Unit(
        unit,
        UnitAct::Register(Registered {
            name,
            kind: UnitKind::Association,
            place: None,
            identifiers: Vec::new(),
        }),
    )
}

impl Service {
    async fn start(with_tree: bool) -> Self {
        let folder = env::var("PLACE").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
        let folder = tempfile::tempdir_in(folder).unwrap();
        let log = SledLog::open(&folder.path().join("store")).unwrap().confirm_by_reading().unwrap();
        let rebuilt = rebuild(&log, Position(0), |_| {}).unwrap();
        let mut app = App::start(Arc::new(log), rebuilt, Arc::new(SystemClock)).unwrap();
        if with_tree {
            let key = Signer::from_seed("log.test/a".parse().unwrap(), &[7; 32]).unwrap();
            let anchor = Anchor::read(&folder.path().join("anchor"), key.verifier()).unwrap();
            let seen = anchor.seen();
            app.publish(Box::new(OwnKey::new(key, seen)), anchor).unwrap();
        }
        let found = Act::Found(GrantId(Uuid::from_u128(99)), ClientId::new("registry").unwrap());
        app.execute(request("registry", 0, found)).await.unwrap();
        Self { app: Arc::new(app), _folder: folder, numbers: Arc::new(AtomicU64::new(1)) }
    }

    /// Facts a second, over a slice.
    async fn drive(&self, slice: Duration) -> f64 {
        let (started, before) = (Instant::now(), self.app.head().0);
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CLIENTS {
            let (app, numbers) = (Arc::clone(&self.app), Arc::clone(&self.numbers));
            clients.spawn(async move {
                while started.elapsed() < slice {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    app.execute(request("registry", number, register(number))).await.unwrap();
                }
            });
        }
        while let Some(done) = clients.join_next().await {
            done.unwrap();
        }
        (self.app.head().0 - before) as f64 / started.elapsed().as_secs_f64()
    }
}

fn append() {
    let slice = Duration::from_millis(setting("SLICE_MS", 1500));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (plain, tree) = (Service::start(false).await, Service::start(true).await);
        let (mut without, mut with, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..setting("ROUNDS", 5) {
            let (a, b) = (plain.drive(slice).await, tree.drive(slice).await);
            without.push(a);
            with.push(b);
            ratios.push(b / a);
        }
        println!("append_64_without_tree {:.0} facts/s", median(without));
        println!("append_64_with_tree {:.0} facts/s", median(with));
        println!("append_64_ratio {:.3} ratio", median(ratios));
    });
}

fn tiles(size: u64) -> Tiles {
    let mut tiles = Tiles::default();
    (0..size).for_each(|leaf| tiles.push(leaf_hash(&leaf.to_be_bytes())));
    tiles
}

fn proof() {
    let size = setting("FACTS", 1_000_000);
    let started = Instant::now();
    let tiles = tiles(size);
    println!("tree_build {:.0} leaves/s", size as f64 / started.elapsed().as_secs_f64());
    let mut took: Vec<f64> = (0..10_000)
        .map(|step| {
            let (index, started) = (step * 7919 % size, Instant::now());
            black_box(tiles.inclusion(black_box(index), size).unwrap());
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!("proof_at_{size} {:.4} ms p50", took[took.len() / 2]);
    println!("proof_at_{size} {:.4} ms p99", took[took.len() * 99 / 100]);
}

/// What is handed out beside the entries: every tile, and a checkpoint an hour over a year.
fn storage() {
    let size = setting("FACTS", 1_000_000);
    // The mean size of the envelopes that are kept for ever as examples.
    let golden = include_str!("../../../tests/golden/events.jsonl");
    let sizes = golden.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::to_vec(&line["envelope"]).unwrap().len() as u64
    });
    let (count, bytes) = sizes.fold((0, 0), |(count, bytes), size| (count + 1, bytes + size));
    let entry = bytes / count;
    let tiles: u64 = Tile::all(size).map(|tile| u64::from(tile.width()) * 32).sum();
    let checkpoints = 365 * 24 * 300;
    println!("entry_mean {entry} bytes");
    println!("tiles {tiles} bytes");
    println!(
        "tiles_and_checkpoints_of_entries {:.2} %",
        (tiles + checkpoints) as f64 / (entry * size) as f64 * 100.0
    );
}
