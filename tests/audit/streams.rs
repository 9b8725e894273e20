//! Whether what is shown of a log is all there is: of a stream by what the log committed to, of a change in a standing by
//! computing it again; and that what was recorded late is seen.

use super::log::{Log, Outcome, chained, envelopes, facts, seen, written};
use crate::support::{
    bloc::{Bloc, YEAR, regulation},
    demo::Demo,
    whole_year::scores,
};
use domain::{
    Envelope, Event, EventId, LeafHash, Sha256, StreamId,
    log::{LogEvent, StreamHead},
    year::YearEvent,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs};
use tlog::leaf_hash;

/// The answer of a real server about a stream, kept in a folder where an auditor reads it again.
struct Kept {
    demo: Demo,
    stream: String,
    honest: Value,
}

impl Kept {
    fn of_the_ranked_year() -> Self {
        let demo = Demo::start();
        let ranked =
            envelopes().into_iter().rev().find(|fact| fact.event.type_name() == "year.ranking_adopted");
        let stream = ranked.expect("a ranking").stream.to_string();
        let path = format!("/v1/audit/streams/{}/events?limit=500", stream.replace('/', "%2F"));
        let honest = demo.client().read(&path);
        Self { demo, stream, honest }
    }

    /// What the auditor says of this answer.
    fn judged(&self, answer: &Value) -> (Option<i32>, String) {
        let folder = self.demo.place.file(&format!("kept/streams/{}", self.stream.replace('/', "%2F")));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("events"), answer.to_string()).expect("the answer");
        let (code, said) = self.demo.audit(&["stream", "kept", &self.stream, "--offline", "--past"]);
        (code, said["finding"]["kind"].as_str().unwrap_or_default().to_owned())
    }

    fn changed(&self, change: impl FnOnce(&mut Value)) -> (Option<i32>, String) {
        let mut answer = self.honest.clone();
        change(&mut answer);
        assert_ne!(answer, self.honest, "nothing was changed");
        self.judged(&answer)
    }
}

fn entries(answer: &mut Value) -> &mut Vec<Value> {
    answer["entries"].as_array_mut().expect("entries")
}

#[test]
fn a_stream_is_shown_whole_or_it_is_found_out() {
    let kept = Kept::of_the_ranked_year();
    let live = kept.demo.audit(&["stream", &kept.demo.log(), &kept.stream]);
    assert_eq!(live.0, Some(0), "{live:?}");
    let count = live.1["facts"].as_array().expect("facts").len();
    assert_eq!(kept.honest["version"], count);
    assert!(count > 20, "only {count} facts");
    assert_eq!(kept.judged(&kept.honest), (Some(0), String::new()));

    let incomplete = (Some(2), "heads".to_owned());
    // Attack 29: a fact is left out, in the middle or with the versions after it mended.
    let left_out = kept.changed(|answer| drop(entries(answer).remove(count / 2)));
    assert_eq!(left_out, incomplete);
    // Attack 30: the tail is hidden; then the claim is lowered to what is left.
    let hidden = kept.changed(|answer| drop(entries(answer).pop()));
    assert_eq!(hidden, incomplete);
    let lowered = kept.changed(|answer| {
        entries(answer).pop();
        let last = answer["entries"][count - 2]["entry"].as_str().expect("an entry");
        let head = LeafHash(leaf_hash(last.as_bytes())).to_string();
        (answer["version"], answer["head"]) = (json!(count - 1), json!(head));
    });
    assert_eq!(lowered, incomplete);
    // A fact is another one; the last one too, which no other points back to.
    for place in [count / 2, count - 1] {
        let other = kept.changed(|answer| {
            let entry = answer["entries"][place]["entry"].as_str().expect("an entry");
            let salt = entry.find(r#""salt":""#).expect("a salt") + 8;
            let letter = if &entry[salt..=salt] == "A" { "B" } else { "A" };
            answer["entries"][place]["entry"] =
                json!(format!("{}{letter}{}", &entry[..salt], &entry[salt + 1..]));
        });
        assert_eq!(other, incomplete);
    }
    let moved = kept.changed(|answer| answer["heads_index"] = json!(0));
    assert_eq!(moved, incomplete);
}

#[test]
fn a_commitment_of_another_log_or_of_no_log_is_not_believed() {
    let kept = Kept::of_the_ranked_year();
    // A commitment that was never in the log: its entry says another root.
    let forged = kept.changed(|answer| {
        let text = answer["commitment"].as_str().expect("a proof").to_owned();
        let mut proof = tlog::proof_file::ProofFile::parse(text.as_bytes()).expect("a proof");
        let mut fact = Envelope::read(&proof.extra.expect("an entry")).expect("a fact");
        let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = &mut fact.event else {
            panic!("{fact:?}")
        };
        committed.root.0[0] ^= 1;
        proof.extra = Some(serde_json::to_vec(&fact).expect("JSON"));
        answer["commitment"] = json!(proof.to_string());
    });
    assert_eq!(forged, (Some(2), "heads".to_owned()));
    // A head that nobody signed.
    let unsigned = kept.changed(|answer| {
        let text = answer["commitment"].as_str().expect("a proof");
        let other = if text.ends_with("A=\n") { "B=\n" } else { "A=\n" };
        answer["commitment"] = json!(format!("{}{other}", &text[..text.len() - 3]));
    });
    assert_eq!(unsigned.0, Some(2), "{unsigned:?}");
    let (code, said) = kept.demo.audit(&["stream", &kept.demo.log(), &kept.stream, "--upto", "1"]);
    assert_eq!(code, Some(64), "nothing was committed to so early: {said}");
}

/// The demo's facts with the last commitment corrected by `change`.
fn committed(change: impl Fn(&mut Vec<Envelope>, usize)) -> Vec<Envelope> {
    let mut facts = envelopes();
    let is_commitment = |fact: &Envelope| fact.event.type_name() == "log.stream_heads_committed";
    let at = facts.iter().rposition(is_commitment).expect("the demo commits to its streams");
    change(&mut facts, at);
    facts
}

fn forged(entries: &[Vec<u8>]) -> Outcome {
    let log = Log::empty();
    log.tile("log", entries);
    log.sign("log", seen());
    log.verify("log")
}

#[test]
fn a_log_that_leaves_out_a_fact_after_committing_to_it_is_found() {
    // Attack 29 by a forger who mends positions, versions, chains and the size that was committed to: the fact left out is
    // one that no other rests on.
    let left_out = committed(|facts, at| {
        let last_of_its_stream =
            |place: &usize| facts[place + 1..].iter().all(|later| later.stream != facts[*place].stream);
        let place = (0..at)
            .find(|place| facts[*place].event.type_name() == "unit.placed" && last_of_its_stream(place))
            .expect("a fact that no other rests on");
        facts.remove(place);
        for fact in &mut facts[place..] {
            if let Event::Year(YearEvent::StandingPublished(published)) = &mut fact.event {
                published.at_size -= 1;
            }
        }
        let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = &mut facts[at - 1].event else {
            panic!("a commitment")
        };
        committed.size -= 1;
    });
    let outcome = forged(&chained(left_out));
    assert_eq!((outcome.code, outcome.kind()), (2, "heads"), "{outcome:?}");

    // A commitment to another size than it stands at, to another number of streams.
    for change in [0, 1] {
        let other = committed(|facts, at| {
            let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = &mut facts[at].event else {
                panic!("a commitment")
            };
            if change == 0 { committed.size -= 1 } else { committed.streams += 1 }
        });
        let outcome = forged(&chained(other));
        assert_eq!((outcome.code, outcome.kind()), (2, "heads"), "{outcome:?}");
    }
}

#[test]
fn the_root_that_is_committed_to_is_that_of_the_specification() {
    // Computed here from the entries alone, with a tree that is built once.
    let mut heads = BTreeMap::<StreamId, StreamHead>::new();
    let mut checked = 0;
    for (fact, entry) in envelopes().iter().zip(facts()) {
        if let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = &fact.event {
            let mut tree = tlog::RightEdge::default();
            heads.values().for_each(|head| tree.push(leaf_hash(head.to_string().as_bytes())));
            assert_eq!((committed.streams, committed.size), (heads.len() as u64, fact.position.0));
            assert_eq!(committed.root, Sha256(tree.root()));
            checked += 1;
        }
        let head = LeafHash(leaf_hash(entry));
        heads.insert(fact.stream, StreamHead { stream: fact.stream, version: fact.version, head });
    }
    assert!(checked > 0, "the demo commits to its streams");
}

#[test]
fn the_record_states_nothing_that_it_may_not() {
    // Someone who can write into the store lets the record itself score.
    let mut facts = envelopes();
    let at = facts.iter().rposition(|fact| fact.event.type_name() == "year.scores_given").expect("a score");
    facts[at].actor.client = domain::ClientId::system();
    (facts[at].actor.grant, facts[at].actor.unit, facts[at].actor.delegation) = (None, None, None);
    let outcome = forged(&chained(facts));
    assert_eq!(
        (outcome.code, outcome.kind(), outcome.position()),
        (2, "authority", Some(at as u64)),
        "{outcome:?}"
    );
}

#[test]
fn a_difference_that_leaves_something_out_is_found() {
    // Attack 44: one auditor is served a filtered difference.
    let log = Log::honest();
    let ranking = envelopes().into_iter().rev().find(|fact| fact.event.type_name() == "year.ranking_adopted");
    let ranking = ranking.expect("a ranking");
    let StreamId::Year(bloc, year) = ranking.stream else { panic!("a year") };
    let (bloc, year, size) = (bloc.to_string(), year.to_string(), (ranking.position.0 / 2).to_string());
    let ask = || {
        let words =
            ["diff", "log", "--offline", "--past", "--bloc", &bloc, "--year", &year, "--from-size", &size];
        log.audit(&words)
    };
    let outcome = ask();
    assert_eq!((outcome.code, &outcome.out["compared_with_served"]), (0, &json!(false)), "{outcome:?}");
    let honest = outcome.out["diff"].clone();
    assert!(!honest["units"].as_array().expect("units").is_empty(), "{honest}");
    let serve = |diff: &Value| fs::write(log.path("log/diff"), diff.to_string()).expect("the answer");
    serve(&honest);
    assert_eq!(ask().out["compared_with_served"], json!(true));
    for member in ["facts", "units"] {
        let mut filtered = honest.clone();
        filtered[member].as_array_mut().expect("a list").remove(0);
        serve(&filtered);
        let outcome = ask();
        assert_eq!((outcome.code, outcome.kind()), (2, "standing"), "{member}: {outcome:?}");
    }
}

#[test]
fn a_fact_recorded_today_for_an_old_day_is_taken_and_seen() {
    // Attack 10: not forbidden, but it stands among the back-dated facts and in the difference of the standing.
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    bloc.register_pledge_report();
    bloc.score_itself();
    bloc.score_by_bloc_and_official();
    let auditor = bloc.server.client(&bloc.place.token(crate::support::place::REGISTRAR, "audit:read"));
    let before = bloc.head();
    let unit = bloc.members[1].unit;
    let mut paper = scores(unit, "bloc", &[("A", "1"), ("B", "1")]);
    paper["correction"] = json!({"corrects": bloc.score_of(YEAR, unit, "bloc"), "reason": "Chấm lại"});
    paper["effective_on"] = json!("2019-12-01");
    let recorded = bloc.members[0].officer.record(&bloc.in_year("scores"), &paper);
    let event = recorded.json()["id"].clone();

    let of_bloc = format!("bloc={}&limit=500", bloc.id);
    let listed = auditor.read(&format!("/v1/audit/backdated?min_lag=P365D&{of_bloc}&from={before}"));
    let item = &listed["items"][0];
    assert_eq!(
        (&item["fact"]["event"], &item["fact"]["effective_on"]),
        (&event, &json!("2019-12-01")),
        "{listed}"
    );
    assert!(item["lag_days"].as_u64() > Some(365), "{item}");
    let none = auditor.read(&format!("/v1/audit/backdated?min_lag=P36500D&{of_bloc}"));
    assert_eq!(none["items"], json!([]));
    let corrected = auditor.read(&format!("/v1/audit/corrections?{of_bloc}&from={before}"));
    assert_eq!(corrected["items"][0]["fact"]["event"], event, "{corrected}");
    let diff = auditor.read(&format!("/v1/audit/diff?bloc={}&year={YEAR}&from_size={before}", bloc.id));
    assert!(diff["facts"].as_array().expect("facts").iter().any(|fact| fact["event"] == event), "{diff}");
    let units = diff["units"].as_array().expect("units");
    assert!(units.iter().any(|changed| changed["unit"] == json!(unit)), "{diff}");

    // The auditor's own tool lists the same facts from the entries.
    let folder = Log::empty();
    assert!(bloc.server.stop().success());
    let stored = super::log::stored(&bloc.place.store());
    folder.tile("log", &stored);
    folder.sign("log", seen());
    let outcome = folder.audit(&["backdated", "log", "--offline", "--past", "--min-lag", "365"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let late = outcome.out["backdated"].as_array().expect("facts");
    assert!(late.iter().any(|one| one["fact"]["event"] == event), "{late:?}");
    let of_stored: Vec<Envelope> =
        stored.iter().map(|entry| Envelope::read(entry).expect("a fact")).collect();
    let due = of_stored.iter().filter(|fact| fact.lag_days() >= 365).count();
    assert_eq!(late.len(), due);
    let ids: Vec<EventId> = of_stored.iter().map(|fact| fact.id).collect();
    assert!(late.iter().all(|one| ids.iter().any(|id| one["fact"]["event"] == id.to_string())));
    assert_eq!(written(&of_stored), stored);
}
