//! A province, loaded by `thidua import`, and read while it grows.

use crate::{
    load::{Load, Talk, find, has_status},
    process::{Place, Process},
    province::{Line, Province, Size},
    province_reads::{Reader, Reads},
    setting,
};
use domain::ClientId;
use std::{
    collections::{HashMap, VecDeque},
    env, fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    rc::Rc,
    time::{Duration, Instant},
};

/// In whose name the province is imported and goes on.
const CLIENT: &str = "so-noi-vu";

pub fn run() {
    let place = Place::new();
    let years = u16::try_from(setting("YEARS", 10)).unwrap();
    let size = Size { units: setting("UNITS", 160), blocs: setting("BLOCS", 35), years };
    let province = Province::new(setting("SEED", 1) as u64, size);
    let store = env::var("STORE").map_or_else(|_| place.file("province"), PathBuf::from);
    if !store.join("db").exists() {
        import(&province, &place, &store);
    }
    let service = Process::service(&place, &store);
    println!("province_ready_after {:.2} s", service.ready_after.as_secs_f64());
    println!("province_resident {:.0} MiB", service.resident_mib()[0]);
    let reads = Rc::new(Reads::of(&province, service.address));
    reads.measure(service.address, setting("SAMPLES", 400));
    let token = place.token(&ClientId::new(CLIENT).unwrap());
    together(&province, &service, &reads, &token);
}

/// Writes the file and lets the program load it.
fn import(province: &Province, place: &Place, store: &Path) {
    let file = place.file("province.jsonl");
    let started = Instant::now();
    let mut out = BufWriter::new(fs::File::create(&file).unwrap());
    let lines = province.write(CLIENT, &mut out).unwrap();
    out.flush().unwrap();
    println!("province_lines {lines} lines");
    println!("province_file {:.0} MiB", file.metadata().unwrap().len() as f64 / f64::from(1 << 20));
    println!("province_made {:.0} lines/s", lines as f64 / started.elapsed().as_secs_f64());
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_thidua"));
    command.args(["import", "--client", CLIENT, "--store", &format!("sled:{}", store.display())]).arg(&file);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut most = 0.0_f64;
    let status = loop {
        let said = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kibibytes = said.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        most = most.max(kibibytes.and_then(|number| number.trim().parse().ok()).unwrap_or(0.0) / 1024.0);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "the import ended with {status}");
    println!("province_import {:.0} lines/s", lines as f64 / started.elapsed().as_secs_f64());
    println!("province_import_resident_at_most {most:.0} MiB");
}

/// Readers ask while the next year of every bloc is posted.
fn together(province: &Province, service: &Process, reads: &Rc<Reads>, token: &str) {
    let (address, slice) = (service.address, Duration::from_millis(setting("LOAD_MS", 15_000) as u64));
    let posters = setting("POSTERS", 16);
    let (province, token) = (province.clone(), token.to_owned());
    let posting = std::thread::spawn(move || {
        let talks = (0..posters).map(|first| Poster::new(province.clone(), (first, posters), &token));
        Load::open(address, talks.collect()).drive(slice)
    });
    let pause = Duration::from_millis(setting("PAUSE_MS", 50) as u64);
    let talks = (0..setting("READERS", 50)).map(|number| Reader::new(Rc::clone(reads), number, pause));
    let read = Load::open(address, talks.collect()).drive(slice);
    let posted = posting.join().unwrap();
    println!("province_together_posted {:.0} facts/s", posted.per_second);
    println!("province_together_posted_p99 {:.2} ms", posted.latency(990));
    println!("province_together_read {:.0} requests/s", read.per_second);
    for (of_thousand, label) in [(500, "p50"), (990, "p99"), (999, "p99.9")] {
        println!("province_together_read_{label} {:.2} ms", read.latency(of_thousand));
    }
}

/// Posts the year after the last of some blocs, line by line, as the import would.
struct Poster {
    province: Province,
    token: String,
    blocs: VecDeque<usize>,
    lines: VecDeque<Line>,
    /// The ids of facts, by the keys of their lines.
    ids: HashMap<String, String>,
    asked: String,
}

impl Poster {
    fn new(province: Province, (first, step): (usize, usize), token: &str) -> Self {
        let blocs = (first..province.blocs.len()).step_by(step).collect();
        let (lines, ids) = (VecDeque::new(), HashMap::new());
        Self { province, token: token.to_owned(), blocs, lines, ids, asked: String::new() }
    }

    /// The text with ids in the place of `@KEY`.
    fn with_ids(&self, text: &str) -> String {
        let mut parts = text.split('@');
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let key: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            whole.push_str(&self.ids[&key]);
            whole.push_str(&part[key.len()..]);
        }
        whole
    }
}

impl Talk for Poster {
    fn ask(&mut self, request: &mut Vec<u8>) {
        let line = self.lines.pop_front().expect("a line");
        let (path, body) = (self.with_ids(&line.post), self.with_ids(&line.body.to_string()));
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\nidempotency-key: {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.token,
            line.key,
            body.len()
        );
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(body.as_bytes());
        self.asked = line.key;
    }

    fn hear(&mut self, answer: &[u8]) {
        const ID: &[u8] = b"\"id\":\"";
        assert!(has_status(answer, "201"), "{}", String::from_utf8_lossy(answer));
        let at = find(answer, ID).expect("the id of the fact") + ID.len();
        let id = String::from_utf8_lossy(&answer[at..at + 36]).into_owned();
        self.ids.insert(std::mem::take(&mut self.asked), id);
    }

    fn is_done(&mut self) -> bool {
        if self.lines.is_empty()
            && let Some(bloc) = self.blocs.pop_front()
        {
            let year = self.province.years.end;
            let lines = &mut self.lines;
            self.province.year(bloc, year, &mut |line| lines.push_back(line));
        }
        self.lines.is_empty()
    }
}
