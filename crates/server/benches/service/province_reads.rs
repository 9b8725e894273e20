//! Every read of one bloc's year: the operations come from the published document, so that a new one is measured too.

use crate::{
    load::{Load, Talk, has_status, once},
    province::Province,
};
use serde_json::Value;
use std::{cell::Cell, net::SocketAddr, rc::Rc, time::Duration};

/// What the paths of the reads begin with.
const YEAR: &str = "/v1/blocs/{bloc}/years/{year}";

/// Every read there is, of every year of every bloc.
pub struct Reads {
    operations: Vec<Operation>,
    seed: u64,
}

/// One operation, with a path for each year of each bloc in which there is something to read.
struct Operation {
    name: String,
    paths: Vec<String>,
}

impl Reads {
    /// Asks the service what can be read.
    pub fn of(province: &Province, address: SocketAddr) -> Self {
        let document = json(address, "/v1/openapi.json");
        let paths = document["paths"].as_object().expect("paths");
        let reads = paths.iter().filter(|(path, item)| path.starts_with(YEAR) && item["get"].is_object());
        let operations = reads.filter_map(|(template, item)| {
            let name = item["get"]["operationId"].as_str().expect("a name").to_owned();
            let paths = years(province).filter_map(|year| filled(address, &year, template));
            // Not every year has one of what there is at most one of.
            let paths: Vec<_> = paths.filter(|path| has_status(&answer(address, path), "200")).collect();
            if paths.is_empty() {
                println!("read_{name}_not_measured 1 nothing to read in this province");
                return None;
            }
            Some(Operation { name, paths })
        });
        Self { operations: operations.collect(), seed: 0x9e37_79b9_7f4a_7c15 }
    }

    /// Measures each read on one connection while nothing else happens.
    pub fn measure(self: &Rc<Self>, address: SocketAddr, samples: usize) {
        let mut all = Vec::new();
        for (place, operation) in self.operations.iter().enumerate() {
            let mut reader = Reader::new(Rc::clone(self), place, Duration::ZERO);
            (reader.only, reader.left) = (Some(place), Some(samples));
            let mut load = Load::open(address, vec![reader]);
            let measured = load.drive(Duration::from_mins(1));
            let bytes = self.bytes(address, place);
            println!("read_{}_p50 {:.3} ms", operation.name, measured.latency(500));
            println!("read_{}_p99 {:.3} ms ({bytes} bytes)", operation.name, measured.latency(990));
            all.extend_from_slice(measured.latencies());
        }
        all.sort_by(f64::total_cmp);
        println!("read_all_p99 {:.3} ms", all[(all.len() - 1) * 99 / 100]);
    }

    /// How large the largest answer of some is.
    fn bytes(&self, address: SocketAddr, place: usize) -> usize {
        let paths = self.operations[place].paths.iter().take(35);
        paths.map(|path| once(address, &get(path), "200").len()).max().unwrap_or_default()
    }
}

/// The path of every year of every bloc.
fn years(province: &Province) -> impl Iterator<Item = String> {
    let blocs = 0..province.blocs.len();
    blocs.flat_map(move |bloc| province.years.clone().map(move |year| province.path(bloc, year)))
}

/// The template for one year; parameters below the year are taken from the list above them.
fn filled(address: SocketAddr, year: &str, template: &str) -> Option<String> {
    let rest = template.strip_prefix(YEAR)?;
    let Some((list, _)) = rest.split_once("/{") else { return Some(format!("{year}{rest}")) };
    let (parameter, after) = rest[list.len() + 2..].split_once('}')?;
    let value = if parameter == "version" {
        "1".to_owned()
    } else if parameter == "unit" {
        json(address, year)["units"][0]["unit"].as_str()?.to_owned()
    } else {
        let item = json(address, &format!("{year}{list}"))["items"][0].clone();
        item["id"].as_str().or(item[parameter].as_str())?.to_owned()
    };
    (!after.contains('{')).then(|| format!("{year}{list}/{value}{after}"))
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\n\r\n").into_bytes()
}

/// The answer, whatever it says.
fn answer(address: SocketAddr, path: &str) -> Vec<u8> {
    once(address, &get(path), "")
}

fn json(address: SocketAddr, path: &str) -> Value {
    let answer = once(address, &get(path), "200");
    let at = crate::load::find(&answer, b"\r\n\r\n").expect("a body") + 4;
    serde_json::from_slice(&answer[at..]).expect("JSON")
}

/// Reads one thing after the other, whatever comes.
pub struct Reader {
    reads: Rc<Reads>,
    random: Cell<u64>,
    pause: Duration,
    only: Option<usize>,
    left: Option<usize>,
}

impl Reader {
    pub fn new(reads: Rc<Reads>, number: usize, pause: Duration) -> Self {
        let random = Cell::new(reads.seed ^ (number as u64 + 1) << 32);
        Self { reads, random, pause, only: None, left: None }
    }

    fn below(&self, end: usize) -> usize {
        let mut state = self.random.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random.set(state);
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % end
    }
}

impl Talk for Reader {
    fn ask(&mut self, request: &mut Vec<u8>) {
        self.left = self.left.map(|left| left - 1);
        let place = self.only.unwrap_or_else(|| self.below(self.reads.operations.len()));
        let paths = &self.reads.operations[place].paths;
        request.extend_from_slice(&get(&paths[self.below(paths.len())]));
    }

    fn hear(&mut self, answer: &[u8]) {
        assert!(has_status(answer, "200"), "{}", String::from_utf8_lossy(&answer[..answer.len().min(2000)]));
    }

    fn pause(&self) -> Duration {
        self.pause
    }

    fn is_done(&mut self) -> bool {
        self.left == Some(0)
    }
}
