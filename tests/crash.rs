//! `kill -9` under load, again and again on one folder. What was acknowledged is there, once and whole; what was not
//! is there whole or not at all; and a client that repeats its requests ends up with everything recorded once. A snapshot
//! of the views is written all the time, so that many a process is killed while it writes one.
//!
//! `THIDUA_KILL_CYCLES` sets how often (25 when it is not set).

use crate::support::{
    Answer, Client, Place, Server,
    facts::{Fact, NewUnit, REGISTERS_UNITS, history, history_from},
    place::REGISTRAR,
};
use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, Hasher, RandomState},
    thread,
    time::Duration,
};

/// How many clients post at once. Enough for the writer to commit several requests as one group.
const WRITERS: u16 = 6;
/// The latest moment of a kill, in milliseconds after the load began.
const LATEST_KILL: u64 = 400;

/// A request of which the client knows what became of it.
struct Acknowledged {
    unit: NewUnit,
    fact: Fact,
    etag: String,
}

/// What one client knows when the connection breaks.
struct Told {
    acknowledged: Vec<Acknowledged>,
    /// The request that was never answered.
    open: NewUnit,
}

#[test]
fn what_was_acknowledged_survives_kill_9_once_and_whole() {
    let cycles = cycles();
    let place = Place::new();
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let start = || Server::start_with(&place, &["--snapshot-every", "5"]);
    let mut server = start();
    let mut recorded = history(&server.client(&token));
    let (mut acknowledged, mut lost_answers) = (0, 0);

    for cycle in 1..=cycles {
        let moment = Duration::from_millis(RandomState::new().build_hasher().finish() % LATEST_KILL);
        let told = load_until_killed(server, &token, cycle, moment);
        server = start();
        let client = server.client(&token);

        let context = format!("cycle {cycle}, killed {} ms after the load began", moment.as_millis());
        let kept = history_from(&client, recorded.len() as u64);
        acknowledged += told.iter().map(|told| told.acknowledged.len()).sum::<usize>();
        check_history(&context, recorded.len() as u64, &kept, &told);
        lost_answers += repeat_all(&context, &client, &kept, &told);
        recorded.extend(history_from(&client, recorded.len() as u64));
    }
    assert_eq!(history(&server.client(&token)), recorded, "what earlier cycles left has changed");
    server.kill();
    let server = Server::start_with(&place, &["--snapshot-every", "0"]);
    assert_eq!(history(&server.client(&token)), recorded, "the log read whole tells something else");
    check_once(&recorded);
    println!(
        "{cycles} kills: {acknowledged} facts acknowledged, all kept; {lost_answers} were kept though no one was told"
    );
    assert!(acknowledged > cycles as usize, "the load was too small to show anything: {acknowledged} facts");
}

fn cycles() -> u32 {
    let set = std::env::var("THIDUA_KILL_CYCLES").ok();
    set.map_or(25, |text| text.parse().unwrap_or_else(|_| panic!("THIDUA_KILL_CYCLES is no number: {text}")))
}

/// Several clients post units as fast as they are answered until the server is killed.
fn load_until_killed(server: Server, token: &str, cycle: u32, moment: Duration) -> Vec<Told> {
    let clients = (0..WRITERS).map(|writer| (writer, server.client(token))).collect::<Vec<_>>();
    let writers: Vec<_> = clients
        .into_iter()
        .map(|(writer, client)| thread::spawn(move || write_until_cut(&client, cycle, writer)))
        .collect();
    thread::sleep(moment);
    server.kill();
    writers.into_iter().map(|writer| writer.join().expect("a writer ends")).collect()
}

fn write_until_cut(client: &Client, cycle: u32, writer: u16) -> Told {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let unit = NewUnit::new(cycle, writer, number);
        match unit.post(client) {
            Ok(answer) => acknowledged.push(acknowledgement(unit, &answer)),
            Err(_) => {
                return Told { acknowledged, open: unit };
            }
        }
    }
    unreachable!("a writer posts until it is cut off")
}

fn acknowledgement(unit: NewUnit, answer: &Answer) -> Acknowledged {
    assert_eq!(answer.status, 201, "{answer:?}");
    let fact = Fact::read(&answer.json());
    assert_eq!(fact.subject, format!("unit/{}", unit.id));
    let etag = answer.header("ETag").expect("an ETag").to_owned();
    Acknowledged { unit, fact, etag }
}

/// What the log holds after the restart beyond what it held before the cycle: everything that was acknowledged, no gap,
/// and otherwise only requests whose answer was cut off.
fn check_history(context: &str, first: u64, kept: &[Fact], told: &[Told]) {
    for (position, fact) in (first..).zip(kept) {
        assert_eq!(fact.position, position, "{context}: a gap in the positions");
    }
    let by_position: HashMap<_, _> = kept.iter().map(|fact| (fact.position, fact)).collect();
    for known in told.iter().flat_map(|told| &told.acknowledged) {
        let found = by_position.get(&known.fact.position);
        assert_eq!(found, Some(&&known.fact), "{context}: an acknowledged fact is missing or has changed");
    }
    let asked: HashSet<_> = told
        .iter()
        .flat_map(|told| told.acknowledged.iter().map(|known| &known.unit).chain([&told.open]))
        .map(|unit| format!("unit/{}", unit.id))
        .collect();
    for fact in kept {
        assert!(asked.contains(&fact.subject), "{context}: no one asked for {fact:?}");
    }
}

/// No event id twice, no unit registered twice.
fn check_once(recorded: &[Fact]) {
    let ids: HashSet<_> = recorded.iter().map(|fact| &fact.id).collect();
    let subjects: HashSet<_> = recorded.iter().map(|fact| &fact.subject).collect();
    assert_eq!(ids.len(), recorded.len(), "an id stands twice");
    assert_eq!(subjects.len(), recorded.len(), "a unit was registered twice");
}

/// Every client repeats everything, as a portal does that lost its connection. Returns how many facts had been
/// recorded without their client hearing of it.
fn repeat_all(context: &str, client: &Client, kept: &[Fact], told: &[Told]) -> usize {
    for known in told.iter().flat_map(|told| &told.acknowledged) {
        let answer = known.unit.post(client).expect("an answer");
        assert_eq!(answer.header("Idempotency-Replayed"), Some("true"), "{context}: {answer:?}");
        let again = acknowledgement(known.unit.clone(), &answer);
        assert_eq!(again.fact, known.fact, "{context}: a repeated key answers another fact");
        assert_eq!(again.etag, known.etag, "{context}: a repeated key answers another version");
    }
    let subjects: HashMap<_, _> = kept.iter().map(|fact| (fact.subject.clone(), fact)).collect();
    let mut lost_answers = 0;
    for open in told.iter().map(|told| &told.open) {
        let answer = open.post(client).expect("an answer");
        let replayed = answer.header("Idempotency-Replayed") == Some("true");
        let fact = acknowledgement(open.clone(), &answer).fact;
        let stood = subjects.get(&fact.subject);
        assert_eq!(replayed, stood.is_some(), "{context}: {answer:?}");
        if let Some(stood) = stood {
            assert_eq!(&&fact, stood, "{context}: a repeated key answers another fact");
            lost_answers += 1;
        }
    }
    lost_answers
}
