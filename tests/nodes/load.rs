//! Seeded clients that write and read through every node and write down what they asked and heard. A client that is left
//! without an answer asks another node under the same key, until it is told.

use super::history::{Asked, Call, Heard, Told};
use crate::support::{Answer, Client, facts::NewUnit, place::REGISTRAR};
use domain::ClientId;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long a client waits for an answer before it asks elsewhere.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a request may be left without an answer by all nodes together. Longer than any fault of the scenarios lasts.
const PERSEVERANCE: Duration = Duration::from_secs(120);
/// The number of the unit that is common to all clients.
const COMMON: u16 = 4_000;
/// How a node answers a request that it has read half when it stood still: it was asked too slowly, as far as it can tell.
const STOOD_STILL: u16 = 408;
/// The pause after an answer that says to try again.
const PAUSE: Duration = Duration::from_millis(50);

/// What the clients of a load share.
struct Shared {
    /// Where the nodes listen.
    urls: Vec<String>,
    token: String,
    start: Instant,
    calls: Mutex<Vec<Call>>,
    stop: AtomicBool,
    /// The highest position that any client was told of: what one client has seen, another may ask for.
    seen: AtomicU64,
    /// The unit that all write to.
    common: NewUnit,
    /// How many writes were acknowledged.
    acknowledged: AtomicU64,
}

/// A running load.
pub struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts so many clients on nodes that listen at these addresses.
    pub fn start(urls: &[String], token: &str, seed: u32, clients: usize) -> Self {
        let shared = Arc::new(Shared {
            urls: urls.to_vec(),
            token: token.to_owned(),
            start: Instant::now(),
            calls: Mutex::default(),
            stop: AtomicBool::new(false),
            seen: AtomicU64::new(0),
            common: NewUnit::new(seed, COMMON, 0),
            acknowledged: AtomicU64::new(0),
        });
        let mut first = Writer::new(&shared, seed, 0);
        first.write(Write::registration(&shared.common.clone()));
        let clients = (1..=clients).map(|number| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || Writer::new(&shared, seed, number).go_on())
        });
        Self { clients: clients.collect(), shared }
    }

    /// How long it has been running.
    pub fn since(&self) -> Duration {
        self.shared.start.elapsed()
    }

    /// Notes a unit that was registered beside the load.
    pub fn also(&self, node: usize, began: Duration, unit: &NewUnit, answer: &Answer) {
        let asked = Asked::Write { key: key_in_log(&unit.key), subject: format!("unit/{}", unit.id) };
        let heard = Heard::Recorded { fact: told(&answer.json()), head: answer.position() };
        let call = Call { client: usize::MAX, node, began, ended: self.since(), asked, heard };
        self.shared.calls.lock().expect("no client panicked").push(call);
    }

    /// How many writes were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.shared.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many further writes were acknowledged, and says how long that took.
    pub fn progress(&self, writes: u64) -> Duration {
        let (start, from) = (Instant::now(), self.acknowledged());
        while self.acknowledged() < from + writes {
            assert!(start.elapsed() < PERSEVERANCE, "no progress within {PERSEVERANCE:?}");
            thread::sleep(Duration::from_millis(5));
        }
        start.elapsed()
    }

    /// Lets every client finish what it has asked, and gives everything that was asked and heard.
    pub fn stop(self) -> Vec<Call> {
        self.shared.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().expect("a client ends");
        }
        let mut calls = std::mem::take(&mut *self.shared.calls.lock().expect("no client panicked"));
        calls.sort_by_key(|call| call.began);
        calls
    }
}

/// A request to record a fact.
#[derive(Clone)]
struct Write {
    path: String,
    key: String,
    subject: String,
    body: Value,
    /// The entity tag it insists on.
    tag: Option<String>,
}

impl Write {
    fn registration(unit: &NewUnit) -> Self {
        let (key, body) = (unit.key.clone(), unit.body.clone());
        Self { path: "/v1/units".to_owned(), key, subject: format!("unit/{}", unit.id), body, tag: None }
    }

    /// By this client, for so many-th time.
    fn renaming(unit: &NewUnit, client: usize, time: u32, tag: Option<String>) -> Self {
        let name = format!("Tên của {client} lần {time}");
        Self {
            path: format!("/v1/units/{}/renamings", unit.id),
            key: format!("{}-{client}-{time}", unit.key),
            subject: format!("unit/{}", unit.id),
            body: json!({"name": {"vi": name}}),
            tag,
        }
    }
}

/// One client. It writes to a unit of its own, insisting on the version it knows, and to one that is common to all.
struct Writer {
    shared: Arc<Shared>,
    number: usize,
    nodes: Vec<Client>,
    random: u64,
    own: NewUnit,
    /// The tag of its own unit; `None` before it is registered.
    tag: Option<String>,
    written: u32,
    before: Vec<Write>,
}

impl Writer {
    fn new(shared: &Arc<Shared>, seed: u32, number: usize) -> Self {
        let client = |url: &String| Client::with_patience(url, &shared.token, PATIENCE);
        Self {
            nodes: shared.urls.iter().map(client).collect(),
            shared: Arc::clone(shared),
            number,
            random: (u64::from(seed) << 16 | number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            own: NewUnit::new(seed, u16::try_from(number).expect("few clients"), 0),
            tag: None,
            written: 0,
            before: Vec::new(),
        }
    }

    fn go_on(mut self) {
        while !self.shared.stop.load(Ordering::Relaxed) {
            match self.draw(10) {
                0..=4 => self.write_own(),
                5 | 6 => self.write_common(),
                7 => self.repeat(),
                _ => self.read(),
            }
        }
    }

    fn write_own(&mut self) {
        self.written += 1;
        let write = match self.tag.take() {
            None => Write::registration(&self.own),
            tag => Write::renaming(&self.own, self.number, self.written, tag),
        };
        self.tag = self.write(write);
    }

    fn write_common(&mut self) {
        self.written += 1;
        self.write(Write::renaming(&self.shared.common.clone(), self.number, self.written, None));
    }

    /// Asks again for what was acknowledged: the same answer must come, from whichever node.
    fn repeat(&mut self) {
        if self.before.is_empty() {
            return;
        }
        let chosen = self.draw(self.before.len());
        let write = self.before[chosen].clone();
        let node = self.draw(self.nodes.len());
        self.ask(node, &write);
    }

    /// Insists until there is an answer; the tag of what was written.
    fn write(&mut self, write: Write) -> Option<String> {
        let start = Instant::now();
        let mut node = self.draw(self.nodes.len());
        loop {
            match self.ask(node, &write) {
                Some((answer, Heard::Recorded { .. })) => {
                    self.shared.acknowledged.fetch_add(1, Ordering::Relaxed);
                    self.before.push(write);
                    return answer.header("ETag").map(str::to_owned);
                }
                Some((answer, Heard::Refused(_))) => panic!("{}: {answer:?}", write.subject),
                Some((_, Heard::Seen { .. } | Heard::Nothing)) | None => {
                    assert!(start.elapsed() < PERSEVERANCE, "no node answers: {}", write.subject);
                    thread::sleep(PAUSE);
                    node = (node + 1) % self.nodes.len();
                }
            }
        }
    }

    fn ask(&self, node: usize, write: &Write) -> Option<(Answer, Heard)> {
        let began = self.shared.start.elapsed();
        let mut ask = self.nodes[node].ask(reqwest::Method::POST, &write.path).key(&write.key);
        if let Some(tag) = &write.tag {
            ask = ask.header("If-Match", tag);
        }
        let answer = ask.json(&write.body).try_send().ok();
        let heard = answer.as_ref().map_or(Heard::Nothing, |answer| self.of_write(answer));
        let asked = Asked::Write { key: key_in_log(&write.key), subject: write.subject.clone() };
        self.note(node, began, asked, heard.clone());
        answer.map(|answer| (answer, heard))
    }

    fn of_write(&self, answer: &Answer) -> Heard {
        match answer.status {
            201 => {
                let (fact, head) = (told(&answer.json()), answer.position());
                self.shared.seen.fetch_max(head, Ordering::Relaxed);
                Heard::Recorded { fact, head }
            }
            503 => {
                assert!(answer.header("Retry-After").is_some(), "when to try again is said: {answer:?}");
                Heard::Nothing
            }
            STOOD_STILL => Heard::Nothing,
            status => Heard::Refused(status),
        }
    }

    /// Asks any node for what any client has seen.
    fn read(&mut self) {
        let own = self.draw(2) == 0 && self.tag.is_some();
        let unit = if own { self.own.id } else { self.shared.common.id };
        let node = self.draw(self.nodes.len());
        let (began, at_least) = (self.shared.start.elapsed(), self.shared.seen.load(Ordering::Relaxed));
        let ask = self.nodes[node].ask(reqwest::Method::GET, &format!("/v1/units/{unit}"));
        let answer = ask.header("Min-Event-Position", &at_least.to_string()).try_send().ok();
        let heard = match &answer {
            Some(answer) if answer.status == 200 => {
                let name = answer.json()["name"]["vi"].as_str().expect("a name").to_owned();
                Heard::Seen { name, head: answer.position() }
            }
            Some(answer) if matches!(answer.status, 503 | STOOD_STILL) => Heard::Nothing,
            Some(answer) => panic!("{answer:?}"),
            None => Heard::Nothing,
        };
        self.note(node, began, Asked::Read { subject: format!("unit/{unit}"), at_least }, heard);
    }

    fn note(&self, node: usize, began: Duration, asked: Asked, heard: Heard) {
        let ended = self.shared.start.elapsed();
        let call = Call { client: self.number, node, began, ended, asked, heard };
        self.shared.calls.lock().expect("no client panicked").push(call);
    }

    /// A number below `limit` (xorshift64*).
    fn draw(&mut self, limit: usize) -> usize {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let drawn = (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit as u64;
        usize::try_from(drawn).expect("a small number")
    }
}

/// A fact as an answer tells it.
fn told(event: &Value) -> Told {
    let text = |name: &str| event[name].as_str().unwrap_or_else(|| panic!("no {name} in {event}")).to_owned();
    Told {
        id: text("id"),
        position: text("sequence").parse().expect("a position"),
        subject: text("subject"),
        version: event["streamversion"].as_u64().expect("a version"),
    }
}

/// An idempotency key as the log keeps it.
fn key_in_log(key: &str) -> String {
    let client = ClientId::new(REGISTRAR).expect("a client");
    api::posts::key_hash(&client, key).0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads one path of one node again and again, as a public page is read, and remembers how long it had to wait.
pub struct Reader {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Waits>,
}

/// How a reader fared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waits {
    /// How many answers it got.
    pub answers: u64,
    /// How many requests were not answered with `200`.
    pub failures: u64,
    /// The longest it waited for one.
    pub longest: Duration,
}

impl Reader {
    /// Starts to read.
    pub fn start(url: &str, path: &str) -> Self {
        let (url, path, stop) = (url.to_owned(), path.to_owned(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let client = Client::with_patience(&url, "", PATIENCE);
            let mut waits = Waits::default();
            while !told.load(Ordering::Relaxed) {
                let start = Instant::now();
                match client.get(&path) {
                    Ok(answer) if answer.status == 200 => waits.answers += 1,
                    Ok(_) | Err(_) => waits.failures += 1,
                }
                waits.longest = waits.longest.max(start.elapsed());
                thread::sleep(Duration::from_millis(10));
            }
            waits
        });
        Self { stop, thread }
    }

    /// Ends it.
    pub fn stop(self) -> Waits {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("a reader ends")
    }
}
