//! Offline verification of a whole log on one core: `cargo bench -p thidua-audit`.
//!
//! Every entry is parsed, hashed, chained, held against its grant and folded; every tile and the root are recomputed.
//! Prints `name value unit`. Settable by the environment: `FACTS` (200,000), `ROUNDS` (5). For instructions instead of time:
//! `FACTS=20000 ROUNDS=1 valgrind --tool=callgrind target/release/deps/verify-…`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement stops at the first fault"
)]

use domain::{
    Actor, Basis, ClientId, Envelope, Event, EventId, Fingerprint, GrantId, KeyHash, LeafHash, LocalisedName,
    Name, Position, RequestId, RequestRef, Role, Salt, StreamId, Timestamp, UnitId, Version,
    grant::{Given, GrantEvent},
    unit::{Registered, UnitEvent, UnitKind},
};
use std::{
    collections::{BTreeMap, HashMap},
    env,
    time::Instant,
};
use thidua_audit::{
    Head, Source,
    walk::{Watch, verify},
};
use tlog::{
    Hash, RightEdge,
    checkpoint::{Checkpoint, SignedCheckpoint},
    entries,
    key::Signer,
    leaf_hash,
    policy::Policy,
    tile::{self, Tile, TilePath},
};
use uuid::Uuid;

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// The facts of a register that grows: one grant, then units.
fn fact(position: u64) -> Envelope {
    let number = u128::from(position) + 1;
    let grant = GrantId(Uuid::from_u128(7));
    let client = ClientId::new("so-noi-vu").unwrap();
    let mut key = [0; 16];
    key[..8].copy_from_slice(&position.to_be_bytes());
    let recorded_at = Timestamp::from_millis(1_780_000_000_000 + i64::try_from(position).unwrap());
    let (stream, event, by) = if position == 0 {
        let given = Given { client: client.clone(), role: Role::Registrar, until: None, person: None };
        (StreamId::Grant(grant), Event::Grant(GrantEvent::Given(given)), None)
    } else {
        let name = LocalisedName {
            vi: Name::new(&format!("Hội Khuyến học xã số {position}")).unwrap(),
            en: None,
        };
        let registered =
            Registered { name, kind: UnitKind::Association, place: None, identifiers: Vec::new() };
        let unit = UnitId(Uuid::from_u128(number << 64));
        (StreamId::Unit(unit), Event::Unit(UnitEvent::Registered(registered)), Some(grant))
    };
    Envelope {
        position: Position(position),
        stream,
        version: Version(1),
        previous: LeafHash::NONE,
        id: EventId(Uuid::from_u128(number << 32)),
        recorded_at,
        effective_on: recorded_at.day(),
        actor: Actor { client, unit: None, grant: by, delegation: None },
        request: RequestRef {
            key: KeyHash(key),
            id: RequestId(Uuid::from_u128(number)),
            fingerprint: Fingerprint([1; 16]),
            causation: None,
        },
        basis: Basis::default(),
        salt: Salt([3; 16]),
        event,
    }
}

/// A log in memory: its files by their paths.
fn log(size: u64, signer: &Signer) -> (HashMap<String, Vec<u8>>, u64) {
    let entries: Vec<_> = (0..size).map(|position| serde_json::to_vec(&fact(position)).unwrap()).collect();
    let (mut tree, mut levels) = (RightEdge::default(), BTreeMap::<u8, Vec<Hash>>::new());
    for entry in &entries {
        tree.push_and_show(leaf_hash(entry), |node, hash| {
            if let Some((level, ..)) = tile::slot(node) {
                levels.entry(level).or_default().push(*hash);
            }
        });
    }
    let mut files = HashMap::new();
    for tile in Tile::all(size) {
        let start = usize::try_from(tile.index()).unwrap() * 256;
        let range = start..start + usize::from(tile.width());
        files.insert(TilePath::Hashes(tile).to_string(), levels[&tile.level()][range.clone()].concat());
        if tile.level() == 0 {
            let bundle = entries::encode(entries[range].iter().map(Vec::as_slice)).unwrap();
            files.insert(TilePath::Entries(tile).to_string(), bundle);
        }
    }
    let head = Checkpoint::new(signer.verifier().name().as_str(), size, tree.root()).unwrap();
    files.insert("checkpoint".to_owned(), SignedCheckpoint::sign(head, signer).to_string().into_bytes());
    let bytes = entries.iter().map(|entry| entry.len() as u64).sum();
    (files, bytes)
}

fn main() {
    let size = setting("FACTS", 200_000);
    let signer = Signer::from_seed("log.test/a".parse().unwrap(), &[7; 32]).unwrap();
    let policy = Policy::parse(format!("log {}\nquorum none\n", signer.verifier()).as_bytes()).unwrap();
    let (files, bytes) = log(size, &signer);
    let mut rates: Vec<f64> = (0..setting("ROUNDS", 5))
        .map(|_| {
            let files = files.clone();
            let mut source = Source::of("memory", Box::new(move |path| Ok(files.get(path).cloned())));
            let started = Instant::now();
            let head = Head::read(&mut source, &policy).unwrap();
            let mut watch = Watch { progress: &mut |_| {}, each: &mut |_, _| {} };
            let verified = verify(&mut source, head, None, &mut watch);
            let took = started.elapsed().as_secs_f64();
            assert_eq!(
                verified.map(|verified| verified.head.size()).map_err(|error| error.to_string()),
                Ok(size)
            );
            size as f64 / took
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("entry_mean {} bytes", bytes / size);
    println!("verify_offline {:.0} events/s", rates[rates.len() / 2]);
}
