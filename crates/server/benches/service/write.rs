//! Reports filed and corrected, spread over many blocs, each durable before its answer. Token, idempotency key, validation,
//! rights, the rules of the year: everything a client meets.

use crate::{
    load::{Load, Talk, find, has_status, once},
    process::{Place, Process},
    read::{Round, report},
    register::{Bloc, FIRST_YEAR},
    setting,
};
use domain::Position;
use eventlog::{EventLog, SledLog};
use std::{fs, time::Duration};
use uuid::Uuid;

/// Files the report of one unit after the other, and corrects it when its turn comes again.
struct Reporter {
    units: Vec<Reporting>,
    turn: usize,
    key: u128,
}

/// A unit, and the fact its next correction replaces.
struct Reporting {
    head: String,
    unit: String,
    standing: Option<String>,
}

impl Reporter {
    fn new(place: &Place, bloc: &Bloc, year: i64, number: usize) -> Self {
        let units = bloc.units.iter().map(|unit| Reporting {
            head: format!(
                "POST /v1/blocs/{}/years/{year}/reports HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\n\
                 content-type: application/json\r\nauthorization: Bearer {}\r\n",
                bloc.id,
                place.token(&unit.client)
            ),
            unit: unit.id.to_string(),
            standing: None,
        });
        Self { units: units.collect(), turn: 0, key: (number as u128) << 64 }
    }
}

impl Talk for Reporter {
    fn ask(&mut self, request: &mut Vec<u8>) {
        self.turn = (self.turn + 1) % self.units.len();
        self.key += 1;
        let Reporting { head, unit, standing } = &self.units[self.turn];
        let correction = standing.as_ref().map_or_else(String::new, |fact| {
            format!(r#","correction":{{"corrects":"{fact}","reason":"Bổ sung số liệu"}}"#)
        });
        let body = format!(
            r#"{{"unit":"{unit}","kind":"half_year","summary":"Các phong trào thi đua được triển khai đồng bộ.","figures":[{{"name":"Tập thể được khen thưởng","value":"{}"}}]{correction}}}"#,
            self.key % 4000
        );
        let key = Uuid::from_u128(self.key);
        request.extend_from_slice(
            format!("{head}idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                .as_bytes(),
        );
    }

    fn hear(&mut self, answer: &[u8]) {
        assert!(has_status(answer, "201"), "{}", String::from_utf8_lossy(answer));
        const NAME: &[u8] = br#""id":""#;
        let at = find(answer, NAME).expect("the fact has an id") + NAME.len();
        let id = std::str::from_utf8(&answer[at..at + 36]).unwrap();
        self.units[self.turn].standing = Some(id.to_owned());
    }
}

/// Posts the same request to the bare handler.
struct Plain(Vec<u8>);

impl Talk for Plain {
    fn ask(&mut self, request: &mut Vec<u8>) {
        request.extend_from_slice(&self.0);
    }

    fn hear(&mut self, answer: &[u8]) {
        assert!(has_status(answer, "201"), "{}", String::from_utf8_lossy(answer));
    }
}

pub fn run() {
    let place = Place::new();
    let many = setting("CONNECTIONS", 64);
    let (store, register) = place.store(many + 1);
    let year = FIRST_YEAR + 1;
    let reporter = |number: usize| Reporter::new(&place, &register.blocs[number], year, number + 1);
    // One report of the bloc that no connection speaks for, to learn the bytes the bare handler is to write.
    let mut sample = reporter(many);
    let request = sampled(&place, &store, &mut sample);
    let service = Process::service(&place, &store);
    let bare = Process::bare(&place.file(""));
    let plain = || {
        let text = String::from_utf8_lossy(&request);
        let (_, rest) = text.split_once(" HTTP/1.1").unwrap();
        Plain(format!("POST /write HTTP/1.1{rest}").into_bytes())
    };
    let slice = Duration::from_millis(setting("SLICE_MS", 700) as u64);
    compare("post_1", (&service, vec![sample]), (&bare, vec![plain()]), slice);
    let (all, plains) = ((0..many).map(reporter).collect(), (0..many).map(|_| plain()).collect());
    compare(&format!("post_{many}"), (&service, all), (&bare, plains), slice);
}

/// Files one report and corrects it, and puts what was stored and answered where the bare handler finds it.
fn sampled(place: &Place, store: &std::path::Path, sample: &mut Reporter) -> Vec<u8> {
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    let service = Process::service(place, store);
    for _ in 0..=sample.units.len() {
        request.clear();
        sample.ask(&mut request);
        answer = once(service.address, &request, "201");
        sample.hear(&answer);
    }
    drop(service);
    let log = SledLog::open(store).unwrap();
    let last = log.read(Position(log.head().unwrap().0 - 1), 1).unwrap().remove(0).bytes;
    println!("post_stored {} bytes", last.len());
    fs::write(place.file("envelope"), last).unwrap();
    fs::write(place.file("write"), answer).unwrap();
    request
}

fn compare(
    name: &str,
    (service, reporters): (&Process, Vec<Reporter>),
    (bare, plains): (&Process, Vec<Plain>),
    slice: Duration,
) {
    // Only now: a server closes a connection that says nothing for long.
    let (mut ours, mut base) = (Load::open(service.address, reporters), Load::open(bare.address, plains));
    ours.drive(slice);
    base.drive(slice / 2);
    let (mut our_rounds, mut base_rounds) = (Vec::new(), Vec::new());
    for round in 0..setting("ROUNDS", 9) {
        if round % 2 == 0 {
            our_rounds.push(Round::of(service, &mut ours, slice));
        }
        base_rounds.push(Round::of(bare, &mut base, slice));
        if round % 2 == 1 {
            our_rounds.push(Round::of(service, &mut ours, slice));
        }
    }
    report(name, &our_rounds, &base_rounds);
}
