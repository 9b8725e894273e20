//! A million facts of real years, read back: how fast the views are folded, when the service is ready, what it takes.

use crate::{
    median,
    process::{Place, Process},
    register::{Register, UNITS},
    setting,
};
use app::rebuild::rebuild;
use eventlog::SledLog;
use std::{
    env,
    path::{Path, PathBuf},
    time::Instant,
};

/// About how many facts a year of a bloc makes: six of each unit and two votes, and what the leader does.
const FACTS_OF_A_YEAR: usize = UNITS * 8 + 11;

/// How many years each bloc has.
const YEARS: usize = 15;

pub fn run() {
    let place = Place::new();
    let wanted = setting("FACTS", 1_000_000);
    let store = env::var("STORE").map_or_else(|_| place.file("million"), PathBuf::from);
    if !store.join("db").exists() {
        let started = Instant::now();
        let blocs = wanted.div_ceil(YEARS * FACTS_OF_A_YEAR + UNITS * 3);
        let register = Register::write(&store, blocs, wanted, i64::MAX);
        println!("writer_fill {:.0} facts/s", register.facts as f64 / started.elapsed().as_secs_f64());
    }
    let rates = (0..setting("REBUILDS", 3)).map(|_| fold(&store)).collect();
    println!("rebuild {:.0} facts/s", median(rates));
    starts("ready_from_log", || Process::service_from_log(&place, &store));
    // One start that reads the log whole and one end write the snapshot that the others begin with.
    let stopping = Process::service(&place, &store).stop();
    println!("snapshot_at_the_end {:.2} s", stopping.as_secs_f64());
    let size = std::fs::metadata(store.join("views.snapshot")).unwrap().len();
    println!("snapshot_size {:.0} MiB", size as f64 / f64::from(1 << 20));
    starts("ready", || Process::service(&place, &store));
}

/// Starts the service several times: when it is ready, and its memory.
fn starts(name: &str, start: impl Fn() -> Process) {
    let starts: Vec<_> = (0..setting("REBUILDS", 3)).map(|_| seen(start())).collect();
    let middle = |at: usize| median(starts.iter().map(|seen| seen[at]).collect());
    println!("{name}_after {:.2} s", middle(0));
    println!("{name}_resident {:.0} MiB", middle(1));
    println!("{name}_resident_at_most {:.0} MiB", middle(2));
}

/// When it was ready, and its memory then and at most. The process ends here.
#[allow(clippy::needless_pass_by_value, reason = "the next process needs the store this one holds")]
fn seen(process: Process) -> [f64; 3] {
    let [now, most] = process.resident_mib();
    [process.ready_after.as_secs_f64(), now, most]
}

/// Reads, decompresses, decodes and folds the whole log; facts per second.
fn fold(store: &Path) -> f64 {
    let log = SledLog::open(store).unwrap();
    let mark = log.tip().position;
    let started = Instant::now();
    let rebuilt = rebuild(&log, mark, |_| {}).unwrap();
    let rate = rebuilt.views.head().0 as f64 / started.elapsed().as_secs_f64();
    let [units, blocs, years, grants] = rebuilt.views.books.counts();
    println!(
        "rebuilt {} facts ({units} units, {blocs} blocs, {years} years, {grants} grants)",
        rebuilt.views.head()
    );
    rate
}
