//! A standing of twenty rows, read again and again: whole, with the entity tag the client holds, and by a client whose
//! token was verified before.

use crate::{
    guarded,
    load::{Load, Measured, Talk, has_status, once},
    median,
    process::{Place, Process},
    setting,
};
use std::{fs, time::Duration};

/// Asks the same again and again.
struct Same {
    request: Vec<u8>,
    status: &'static str,
}

impl Talk for Same {
    fn ask(&mut self, request: &mut Vec<u8>) {
        request.extend_from_slice(&self.request);
    }

    fn hear(&mut self, answer: &[u8]) {
        assert!(has_status(answer, self.status), "{}", String::from_utf8_lossy(answer));
    }
}

fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\n{headers}\r\n").into_bytes()
}

pub fn run() {
    let place = Place::new();
    let (store, register) = place.store(4);
    let path = format!("/v1/blocs/{}/years/{}/standing", register.blocs[0].id, register.years[0]);
    let service = Process::service(&place, &store);
    let answer = once(service.address, &get(&path, ""), "200");
    fs::write(place.file("read"), &answer).unwrap();
    let bare = Process::bare(&place.file(""));
    let tag = header(&answer, "etag");
    let held = format!("if-none-match: {tag}\r\n");
    println!("standing_answer {} bytes", answer.len());
    compare("get_standing", [(&service, get(&path, "")), (&bare, get("/read", ""))], "200");
    compare("get_304", [(&service, get(&path, &held)), (&bare, get("/read", &held))], "304");
    drop(service);
    let client = register.blocs[0].units[0].client.clone();
    let token = format!("authorization: Bearer {}\r\n", place.token(&client));
    let guarded = Process::guarded(&place, &store);
    let guarded_path = path.replacen("/v1/blocs", guarded::PATH, 1);
    once(guarded.address, &get(&guarded_path, ""), "401");
    let both = [(&guarded, get(&guarded_path, &token)), (&guarded, get(&path, ""))];
    compare("get_with_token", both, "200");
}

fn header(answer: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(answer);
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.expect("the header is there").to_owned()
}

/// Lets both answer in turn and prints what the first does in terms of the second.
fn compare(name: &str, both: [(&Process, Vec<u8>); 2], status: &'static str) {
    let slice = Duration::from_millis(setting("SLICE_MS", 700) as u64);
    let mut loads = both.map(|(process, request)| {
        let talks = (0..setting("CONNECTIONS", 64)).map(|_| Same { request: request.clone(), status });
        let mut load = Load::open(process.address, talks.collect());
        load.drive(slice / 2);
        (process, load, Vec::new())
    });
    for round in 0..setting("ROUNDS", 9) {
        for at in [round % 2, 1 - round % 2] {
            let (process, load, rounds) = &mut loads[at];
            rounds.push(Round::of(process, load, slice));
        }
    }
    let [ours, base] = loads.map(|(_, _, rounds)| rounds);
    report(name, &ours, &base);
}

/// One slice of one server.
pub struct Round {
    pub measured: Measured,
    /// Processor time of the server per request, in microseconds.
    pub processor_micros: f64,
}

impl Round {
    pub fn of<T: Talk>(process: &Process, load: &mut Load<T>, slice: Duration) -> Self {
        let before = process.processor_seconds();
        let measured = load.drive(slice);
        let used = process.processor_seconds() - before;
        Self { processor_micros: used * 1e6 / measured.count() as f64, measured }
    }
}

/// Prints rates, processor times, latencies, and the ratios of rates and processor times.
pub fn report(name: &str, ours: &[Round], base: &[Round]) {
    let rate = |rounds: &[Round]| median(rounds.iter().map(|round| round.measured.per_second).collect());
    let micros = |rounds: &[Round]| median(rounds.iter().map(|round| round.processor_micros).collect());
    let pairs = || ours.iter().zip(base);
    println!("{name} {:.0} requests/s", rate(ours));
    println!("{name}_base {:.0} requests/s", rate(base));
    let ratios = pairs().map(|(ours, base)| ours.measured.per_second / base.measured.per_second);
    println!("{name}_ratio {:.2} of_base", median(ratios.collect()));
    println!("{name}_processor {:.1} us/request", micros(ours));
    println!("{name}_base_processor {:.1} us/request", micros(base));
    let ratios = pairs().map(|(ours, base)| base.processor_micros / ours.processor_micros);
    println!("{name}_processor_ratio {:.2} of_base", median(ratios.collect()));
    for (of_thousand, label) in [(500, "p50"), (990, "p99"), (999, "p99.9")] {
        let [ours, base] = [ours, base]
            .map(|rounds| median(rounds.iter().map(|round| round.measured.latency(of_thousand)).collect()));
        println!("{name}_{label} {ours:.3} ms (base {base:.3})");
    }
}
