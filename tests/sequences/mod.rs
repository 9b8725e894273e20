//! Random sequences over all aggregates together: units, blocs, years, dossiers, grants. Each begins as the year of a bloc
//! that goes well; lines are lost, swapped, told twice and asked by strangers, and between them comes whatever can be
//! asked. What is accepted keeps the rules; what is refused changes nothing; the log tells the same as the views.
//!
//! `THIDUA_SEQUENCES` says how many (60 unless it is set; `tests/run` takes 10,000), `THIDUA_SEQUENCE_SEED` repeats the one
//! that a failure names.

mod rules;
mod wishes;

use crate::{
    province::{FIRST_YEAR, Line, Province, Random, Size},
    support::place::repository,
};
use api::Posts;
use app::{
    Act, App, Failure, Request, ScriptedClock,
    audit::Tiles,
    rebuild::{go_on, rebuild},
};
use domain::{Basis, ClientId, Envelope, EventId, Fingerprint, GrantId, KeyHash, Position, RequestId};
use eventlog::{EventLog, MemoryLog};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    env,
    num::NonZero,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;
use views::{
    Views,
    snapshot::{self, Piece, Restored, Unreadable},
};

/// The client that may do everything, and one that may do nothing.
const CLIENTS: [&str; 2] = ["so-noi-vu", "nguoi-la"];
/// The bloc whose years are told: one of four members that works with a preset.
const BLOC: usize = 3;

#[test]
fn random_sequences_over_all_aggregates_keep_the_rules() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seeds = match number("THIDUA_SEQUENCE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("THIDUA_SEQUENCES").unwrap_or(60),
    };
    let many = seeds.end - seeds.start >= 50;
    let (mut accepted, mut refused) = (BTreeMap::<&str, u64>::new(), 0);
    for told in side_by_side(seeds) {
        refused += told.refused;
        for (name, count) in told.accepted {
            *accepted.entry(name).or_default() += count;
        }
    }
    println!("{refused} refused, accepted: {accepted:?}");
    if many {
        let never: Vec<_> = ALWAYS.iter().filter(|name| !accepted.contains_key(**name)).collect();
        assert!(never.is_empty() && refused > 0, "never accepted: {never:?} of {accepted:?}");
    }
}

/// What became of some sequences: what was accepted, by the type of the fact, and how much was refused.
#[derive(Default)]
struct Told {
    accepted: BTreeMap<&'static str, u64>,
    refused: u64,
}

/// Tells the sequences on every processor there is.
fn side_by_side(seeds: Range<u64>) -> Vec<Told> {
    let posts = Posts::new();
    let next = AtomicU64::new(seeds.start);
    let tell = || {
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        let mut told = Told::default();
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| seeds.contains(seed))
        {
            let _named = Named(seed);
            let mut world = World::new(seed, &posts, &runtime);
            world.tell();
            told.refused += world.refused;
            for fact in world.ends() {
                *told.accepted.entry(fact.event.type_name()).or_default() += 1;
            }
        }
        told
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        // A service that ends waits for its threads, each of which looks up now and then.
        let threads: Vec<_> = (0..processors * 8).map(|_| scope.spawn(tell)).collect();
        threads.into_iter().map(|thread| thread.join().expect("the sequences keep the rules")).collect()
    })
}

/// Names the sequence that fails, so that it can be repeated.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("to repeat it: THIDUA_SEQUENCE_SEED={}", self.0);
        }
    }
}

/// What must happen in any fifty sequences: something of every aggregate, and the year up to its end.
const ALWAYS: [&str; 12] = [
    "bloc.aliased",
    "bloc.unit_joined",
    "bloc.unit_left",
    "commendation.proposed",
    "grant.given",
    "grant.revoked",
    "unit.registered",
    "unit.renamed",
    "year.scores_given",
    "year.ballot_closed",
    "year.ranking_adopted",
    "year.leadership_elected",
];

/// A service over a log in memory, and what was asked of it.
struct World<'a> {
    app: App,
    log: Arc<MemoryLog>,
    posts: &'a Posts,
    runtime: &'a Runtime,
    province: Province,
    random: Random,
    /// The ids of facts, by the keys of their lines.
    ids: HashMap<String, EventId>,
    /// What was accepted: the path it was posted to, and the fact.
    named: Vec<(String, EventId)>,
    asked: u32,
    refused: u64,
    /// The views as they were written down on the way.
    snapshot: Vec<Vec<u8>>,
}

impl<'a> World<'a> {
    fn new(seed: u64, posts: &'a Posts, runtime: &'a Runtime) -> Self {
        let log = Arc::new(MemoryLog::default());
        let clock = Arc::new(ScriptedClock::at("2019-03-01T02:00:00Z".parse().expect("a time")));
        let rebuilt = rebuild(log.as_ref(), Position(0), |_| {}).expect("an empty log");
        let app = App::start(Arc::clone(&log) as _, rebuilt, clock).expect("a thread");
        // Fifteen members stand before those of the bloc that is told, in blocs that are left out.
        let province = Province::new(seed, Size { units: 24, blocs: BLOC + 1, years: 2 });
        let (ids, named) = (HashMap::new(), Vec::new());
        let random = Random::new(seed);
        let snapshot = Vec::new();
        let mut world =
            Self { app, log, posts, runtime, province, random, ids, named, asked: 0, refused: 0, snapshot };
        world.found();
        world
    }

    fn found(&mut self) {
        let client = ClientId::new(CLIENTS[0]).expect("a client");
        let act = Act::Found(GrantId(Uuid::from_u128(1)), client.clone());
        let request = Request {
            client,
            key: KeyHash([0; 16]),
            fingerprint: Fingerprint([0; 16]),
            id: RequestId(Uuid::from_u128(1)),
            causation: None,
            effective_on: None,
            basis: Basis::default(),
            expected: None,
            act,
        };
        self.runtime.block_on(self.app.execute(request)).expect("the log is founded");
    }

    /// The whole sequence: register and years, with everything that may go wrong.
    fn tell(&mut self) {
        let mut lines = Vec::new();
        let bloc = &self.province.blocs[BLOC];
        let concerns = |line: &Line| {
            let text = line.to_string();
            let members = bloc.members.iter().map(|member| &self.province.units[*member].id);
            text.contains(&bloc.id)
                || text.contains("official")
                || members.into_iter().any(|id| text.contains(id))
        };
        let elsewhere = |line: &Line| line.post.starts_with("/v1/blocs/") && !line.post.contains(&bloc.id);
        self.province.register(CLIENTS[0], &mut |line| lines.push(line));
        lines.retain(|line| concerns(line) && !elsewhere(line));
        let register = lines.len();
        let years = 1 + self.random.below(2);
        for year in (FIRST_YEAR..).take(years) {
            self.province.year(BLOC, year, &mut |line| lines.push(with_awards(line)));
        }
        // How rough this sequence is: some go through undisturbed.
        let rough = self.random.below(8);
        let written_at = self.random.below(lines.len());
        for at in 0..lines.len() {
            if at == written_at {
                self.snapshot = self.written();
            }
            if at >= register && self.random.below(100) < rough * 3 {
                self.wish();
            }
            let lost = at >= register && self.random.below(600) < rough;
            if !lost {
                if at > register && self.random.below(400) < rough {
                    let other = register + self.random.below(lines.len() - register);
                    lines.swap(at, other);
                }
                self.ask_line(&lines[at].clone(), rough);
            }
        }
    }

    /// The views as they are, in the pieces of a snapshot.
    fn written(&self) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        let keep = |piece: &[u8]| {
            pieces.push(piece.to_vec());
            Ok::<_, Unreadable>(())
        };
        snapshot::write(|look| look(&self.app.views()), keep).expect("views can be written down");
        pieces
    }

    /// The views folded from what was written down and the facts that follow it.
    fn go_on_from_snapshot(&self) -> Views {
        let mut restored = Restored::default();
        for piece in &self.snapshot {
            restored.put(Piece::read(piece).expect("a piece")).expect("it fits");
        }
        let views = restored.finish().expect("every piece");
        let mut tiles = Tiles::default();
        let known = usize::try_from(views.head().0).expect("a number of facts");
        let facts = self.log.read(Position(0), known).expect("the log");
        facts.iter().for_each(|fact| tiles.push(tlog::leaf_hash(&fact.bytes)));
        go_on(self.log.as_ref(), (views, tiles), Position(0), |_| {}).expect("the log").views
    }

    fn ask_line(&mut self, line: &Line, rough: usize) {
        let stranger = self.random.below(600) < rough;
        let path = self.with_ids(&line.post);
        let body = self.with_ids(&line.body.to_string());
        let key = self.fresh_key();
        if let Some(id) = self.ask(CLIENTS[usize::from(stranger)], &path, &key, &body) {
            self.ids.insert(line.key.clone(), id);
        }
        if self.random.below(150) < rough {
            let key = self.fresh_key();
            self.ask(CLIENTS[0], &path, &key, &body);
        }
    }

    fn fresh_key(&mut self) -> String {
        self.asked += 1;
        format!("mot-chuoi-viec-{:06}", self.asked)
    }

    /// The text with ids in the place of `@KEY`; an id of nothing where the line of the key was lost or refused.
    fn with_ids(&self, text: &str) -> String {
        let mut parts = text.split('@');
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let key: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            let id = self.ids.get(&key).map_or(Uuid::from_u128(7), |id| id.0);
            whole.push_str(&id.to_string());
            whole.push_str(&part[key.len()..]);
        }
        whole
    }

    /// Something that can be asked at any time.
    fn wish(&mut self) {
        let (path, body) = wishes::pick(self);
        let key = self.fresh_key();
        let stranger = self.random.below(20) == 0;
        self.ask(CLIENTS[usize::from(stranger)], &path, &key, &body.to_string());
    }

    /// Asks; the id of the first fact, if it is accepted. What is refused must change nothing.
    fn ask(&mut self, client: &str, path: &str, key: &str, body: &str) -> Option<EventId> {
        let client = ClientId::new(client).expect("a client");
        let before = self.app.head();
        let request = self.posts.read(&self.app, &client, path, key, body.as_bytes());
        let request = request.unwrap_or_else(|problem| panic!("{path} {body}: {problem}"));
        match self.runtime.block_on(self.app.execute(request)) {
            Ok(receipt) => {
                assert!(!receipt.replayed && receipt.head > before, "{path}");
                let first = receipt.facts[0].id;
                self.named.push((path.to_owned(), first));
                Some(first)
            }
            Err(failure @ (Failure::Rejected(_) | Failure::Denied(_))) => {
                let now = (self.app.head(), self.log.head().expect("a head"));
                assert_eq!(now, (before, before), "{path} was refused ({failure:?}) and changed something");
                self.refused += 1;
                None
            }
            Err(failure) => panic!("{path} {body}: {failure:?}"),
        }
    }

    /// Ends the sequence: the rules hold, and the log read again tells the same. Its facts.
    fn ends(self) -> Vec<Envelope> {
        let stored = self.log.read(Position(0), usize::MAX).expect("the log");
        let facts: Vec<_> =
            stored.iter().map(|stored| app::rebuild::decode(stored).expect("a fact")).collect();
        rules::hold(&self.app, &facts);
        let again = rebuild(self.log.as_ref(), Position(0), |_| {}).expect("the log");
        rules::same(&self.app.views().books, &again.views.books, &facts);
        assert!(again.views == *self.app.views(), "the log read again tells something else");
        assert!(
            again.views == self.go_on_from_snapshot(),
            "a snapshot and what follows it tell something else"
        );
        self.app.stop();
        facts
    }

    /// A unit: usually a member of the bloc.
    fn unit(&mut self) -> String {
        let members = &self.province.blocs[BLOC].members;
        let place = self.random.below(members.len() + 1);
        let place = members.get(place).copied().unwrap_or(self.province.units.len() - 1);
        self.province.units[place].id.clone()
    }

    fn year(&mut self) -> u16 {
        FIRST_YEAR + u16::from(self.random.below(4) == 0)
    }

    /// A fact that was posted to such a path: mostly the latest; one of another kind when there is none.
    fn fact(&mut self, path: &str) -> String {
        let back = usize::from(self.random.below(3) == 0) * self.random.below(6);
        let fact = self.named.iter().rev().filter(|(posted, _)| posted.ends_with(path)).nth(back);
        let fact = fact.or(self.named.last());
        fact.map_or(Uuid::from_u128(7), |(_, id)| id.0).to_string()
    }
}

/// A path, and a body.
type Wish = (String, Value);

/// The preset that a line adopts, with rules for an award: whole instead of by its code.
fn with_awards(mut line: Line) -> Line {
    if let Some(code) = line.body.get("preset").and_then(Value::as_str) {
        let file = repository().join(format!("api-spec/regulations/{code}.json"));
        let text = std::fs::read_to_string(file).expect("the preset");
        let mut regulation: Value = serde_json::from_str(&text).expect("JSON");
        regulation["awards"] = json!([{"award": "PROVINCE_FLAG", "quota": {"count": 1},
            "council": {"percent": 80, "or_equal": true, "base": "members"}}]);
        line.body = json!({"regulation": regulation, "effective_on": line.body["effective_on"]});
    }
    line
}
