//! What durability costs: `cargo bench -p thidua-eventlog [-- append | disk | memory]`.
//!
//! Prints `name value unit`. Rates are compared with a plain file and one sync per group in the same round, because
//! disks have moods; the ratio is the median over the rounds. Settable by the environment: `ROUNDS` (5), `SLICE_MS`
//! (800), `CLIENTS` (1, 64 and 256), `DISK_FACTS` (200,000 written in groups of 256), `DISK_ONES` (a tenth of that, one
//! by one), `MEMORY_FACTS` (1,000,000), `PLACE` (where to write; the target folder).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement stops at the first fault"
)]

mod clients;
mod engines;

use clients::{Engine, Measured, drive, facts, pool, processor_seconds};
use domain::Position;
use engines::{PlainFile, Sled};
use std::{
    env, fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use thidua_eventlog::{Commit, EventLog, Fact, SledLog, contract::Samples, pages};

fn main() {
    let chosen: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    // The two halves of `memory`, each in a process of its own.
    match chosen.first().map(String::as_str) {
        Some("filled") => return filled(),
        Some("reopened") => return reopened(),
        _ => {}
    }
    let parts: [(&str, fn()); 3] = [("append", append), ("disk", disk), ("memory", memory)];
    for (_, part) in parts.iter().filter(|(name, _)| chosen.is_empty() || chosen.iter().any(|c| c == name)) {
        part();
    }
}

fn setting(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// A folder that goes when it is dropped, in the folder named by `PLACE` if it is set.
fn place() -> tempfile::TempDir {
    let folder = env::var("PLACE").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
    tempfile::tempdir_in(folder).unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn append() {
    let slice = Duration::from_millis(setting("SLICE_MS", 800) as u64);
    let chosen = setting("CLIENTS", 0);
    let pool = pool();
    for clients in [1, 64, 256].into_iter().filter(|clients| chosen == 0 || chosen == *clients) {
        let (mut sled, mut file) = (Vec::new(), Vec::new());
        for round in 0..setting("ROUNDS", 5) {
            let place = place();
            let mut both: [(&mut Vec<Measured>, Box<dyn Engine>); 2] = [
                (&mut file, Box::new(PlainFile::create(&place.path().join("file")))),
                (&mut sled, Box::new(Sled::create(&place.path().join("sled")))),
            ];
            if round % 2 == 1 {
                both.reverse();
            }
            for (results, engine) in both {
                results.push(drive(engine, clients, slice, &pool));
            }
        }
        let rate =
            |results: &[Measured]| median(results.iter().map(|measured| measured.per_second).collect());
        let ratios = sled.iter().zip(&file).map(|(sled, file)| sled.per_second / file.per_second).collect();
        println!("append_{clients}_clients_file {:.0} facts/s", rate(&file));
        println!("append_{clients}_clients_sled {:.0} facts/s", rate(&sled));
        println!("append_{clients}_clients_ratio {:.2} sled/file", median(ratios));
        for (name, results) in [("file", &file), ("sled", &sled)] {
            let work = median(results.iter().map(|measured| measured.work).collect());
            println!("append_{clients}_clients_{name}_work {work:.1} us/fact");
        }
        for (name, of) in [("p50", 50), ("p99", 99)] {
            let latency = median(sled.iter().map(|measured| measured.latency(of)).collect());
            println!("append_{clients}_clients_sled_{name} {latency:.3} ms");
        }
    }
}

type Facts = fn(&mut Samples, usize) -> Vec<Fact>;

fn disk() {
    let many = setting("DISK_FACTS", 200_000);
    let ones = setting("DISK_ONES", many / 10);
    let kinds: [(&str, Facts); 2] = [("whole", Samples::facts), ("400_bytes", facts)];
    for (kind, facts) in kinds {
        for (name, count, group) in [("groups_of_256", many, 256), ("one_by_one", ones, 1)] {
            let place = place();
            let started = Instant::now();
            let json = fill(place.path(), facts, count, group);
            let bytes = folder_bytes(place.path());
            let name = format!("disk_{kind}_{name}");
            println!("{name}_facts {count} facts");
            println!("{name}_json {:.0} bytes/fact", json as f64 / count as f64);
            println!("{name} {:.3} disk_bytes/json_byte", bytes as f64 / json as f64);
            println!("{name}_fill {:.0} facts/s", count as f64 / started.elapsed().as_secs_f64());
        }
    }
}

/// Writes facts in durable groups; gives the bytes of their JSON.
fn fill(folder: &Path, facts: Facts, count: usize, group: usize) -> u64 {
    let log = SledLog::open(folder).unwrap().confirm_by_reading().unwrap();
    let mut samples = Samples::new(1);
    let mut json = 0;
    for at in (0..count).step_by(group) {
        let group = facts(&mut samples, group.min(count - at));
        json += group.iter().map(|fact| fact.bytes.len() as u64).sum::<u64>();
        assert_eq!(log.turn(Position(at as u64)).unwrap().commit(&group, &[]).unwrap(), Commit::Durable);
    }
    log.close().unwrap();
    json
}

/// What a folder takes on disk, holes not counted.
fn folder_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata().unwrap() {
            folder if folder.is_dir() => folder_bytes(&entry.path()),
            file => file.blocks() * 512,
        })
        .sum()
}

/// The memory a store needs after many facts, in the process that wrote them and in a fresh one that opens it.
fn memory() {
    let place = place();
    let store = place.path().to_str().unwrap();
    for part in ["filled", "reopened"] {
        let done = Command::new(env::current_exe().unwrap()).arg(part).env("STORE", store).status().unwrap();
        assert!(done.success(), "{part} failed");
    }
}

fn filled() {
    let facts = setting("MEMORY_FACTS", 1_000_000);
    fill(env::var("STORE").unwrap().as_ref(), clients::facts, facts, 256);
    println!("memory_after_filling_{facts} {:.0} MiB", resident_mib());
}

/// How fast all facts are read, and what that needs.
fn reopened() {
    let facts = setting("MEMORY_FACTS", 1_000_000);
    let place = env::var("STORE").unwrap();
    let started = Instant::now();
    let opened = SledLog::open(place.as_ref()).unwrap();
    println!("open_{facts} {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    println!("memory_after_opening_{facts} {:.0} MiB", resident_mib());
    let (started, worked) = (Instant::now(), processor_seconds());
    let mut bytes = 0;
    for page in pages(&opened, Position(0)..opened.head().unwrap()) {
        bytes += page.unwrap().iter().map(|(_, fact)| fact.len()).sum::<usize>();
    }
    let (seconds, worked) = (started.elapsed().as_secs_f64(), processor_seconds() - worked);
    let rate = |facts: f64, seconds: f64| facts / seconds / 1e6;
    println!("scan_{facts} {:.2} million_facts/s", rate(facts as f64, seconds));
    println!("scan_{facts}_processor {:.2} million_facts/s of a core", rate(facts as f64, worked));
    println!("scan_{facts}_bytes {:.0} MB/s", rate(bytes as f64, seconds));
    println!("memory_after_scanning_{facts} {:.0} MiB", resident_mib());
    let started = Instant::now();
    let log = opened.confirm_by_reading().unwrap();
    println!("confirm_{facts} {:.2} million_facts/s", rate(facts as f64, started.elapsed().as_secs_f64()));
    assert_eq!(log.head().unwrap(), Position(facts as u64));
}

/// The resident memory of this process.
fn resident_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
