//! What the service costs over HTTP, and how fast it is back: `cargo bench --bench service [-- read | write | rebuild | province]`.
//!
//! Prints `name value unit`. Every rate stands beside that of a bare actix-web handler in a process of its own, with
//! as many workers, which does the least that could be done: answers the same bytes, or writes the same bytes to a plain
//! file with one sync per group. Both run at the same time and take turns, because machines have moods; a ratio is
//! the median over the rounds. One thread of this process is the client: keep-alive, no pipelining. The service runs
//! as it is delivered, with `THIDUA_LOG=info` and its lines in `/dev/null`.
//!
//! `province` loads a province of ten years, about a million facts, through `thidua import`; then it measures every read of one
//! bloc's year, idle and with 50 readers beside a load of new facts. It is not part of a run that names nothing.
//!
//! Settable by the environment: `ROUNDS` (9), `SLICE_MS` (700), `CONNECTIONS` (64), `WORKERS` (1), `FACTS`
//! (1,000,000, for the rebuild), `REBUILDS` (3), and `STORE`, a folder in which the store of so many facts is kept from
//! one run to the next. For the province: `UNITS` (160), `BLOCS` (35), `YEARS` (10), `SEED` (1), `SAMPLES` (400 for each
//! read), `READERS` (50), `PAUSE_MS` (50, between the answer and the next question of a reader), `POSTERS` (16), `LOAD_MS`
//! (15,000).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement stops at the first fault"
)]

mod bare;
mod guarded;
mod load;
mod process;
#[path = "../../../../tests/province/mod.rs"]
mod province;
mod province_load;
mod province_reads;
mod read;
mod rebuild;
mod register;
mod story;
mod write;

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(folder) = bare::asked_for(&arguments) {
        return bare::serve(folder);
    }
    if let Some((store, keys)) = guarded::asked_for(&arguments) {
        return guarded::serve(store, keys);
    }
    let parts: [(&str, fn()); 4] = [
        ("read", read::run),
        ("write", write::run),
        ("rebuild", rebuild::run),
        ("province", province_load::run),
    ];
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    for (name, part) in parts {
        if asked(name) || arguments.is_empty() && name != "province" {
            part();
        }
    }
}

/// A number from the environment.
fn setting(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
