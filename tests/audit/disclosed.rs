//! Personal data shown to an auditor: it is what was recorded, or it was erased by a fact.

use super::log::{Log, Outcome, chained, seen, stored};
use crate::support::{
    bloc::Bloc,
    persons::{enter, of},
};
use domain::{Envelope, Event, person::PersonEvent};
use serde_json::{Value, json};
use std::fs;

/// A log of a bloc in which one person is kept and one is erased, and what was disclosed of both.
fn disclosed() -> (Log, Vec<Vec<u8>>, [Value; 2]) {
    let bloc = Bloc::with_members(1);
    let council = bloc.council();
    let unit = bloc.members[0].unit;
    let [kept, erased] =
        ["Nguyễn Thị Còn Lại", "Trần Văn Đã Xóa"].map(|name| enter(&bloc.registrar, unit, name));
    bloc.registrar.record(&of(kept, "amendments"), &json!({"office": "Chủ tịch Hội"}));
    bloc.erase(&council, erased);
    let read = |person| bloc.registrar.read(&of(person, "disclosure"));
    let files = [read(kept), read(erased)];
    let Bloc { place, server, .. } = bloc;
    assert!(server.stop().success());
    let (log, entries) = (Log::empty(), stored(&place.store()));
    log.tile("log", &entries);
    log.sign("log", seen());
    (log, entries, files)
}

fn audit(log: &Log, files: &[Value]) -> Outcome {
    let text: String = files.iter().map(|file| format!("{file:#}\n")).collect();
    fs::write(log.path("persons.json"), text).expect("the file");
    log.audit(&["persons", "log", "--offline", "--past", "--disclosed", "persons.json"])
}

#[test]
fn what_is_shown_matches_and_what_is_not_was_erased_by_a_fact() {
    let (log, entries, files) = disclosed();
    let outcome = audit(&log, &files);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let pieces = outcome.out["personal_data"].as_array().expect("pieces");
    let (present, redacted): (Vec<_>, Vec<_>) = pieces.iter().partition(|piece| piece["present"] == true);
    assert_eq!((present.len(), redacted.len()), (4, 3), "{pieces:?}");
    assert!(redacted.iter().all(|piece| piece["redacted_by"] == json!(entries.len() - 1)), "{redacted:?}");
    assert!(!outcome.out.to_string().contains("Còn Lại"), "what it says is not repeated");
}

#[test]
fn a_payload_that_was_substituted_is_found() {
    // Attack 32.
    let (log, _, files) = disclosed();
    let substituted = |change: fn(&mut Value)| {
        let mut file = files[0].clone();
        change(&mut file);
        let outcome = audit(&log, &[file]);
        assert_eq!((outcome.code, outcome.kind()), (2, "commitment"), "{outcome:?}");
    };
    substituted(|file| file["items"][0]["text"] = json!("Lê Văn Thế Chỗ"));
    substituted(|file| file["items"][0]["salt"] = file["items"][1]["salt"].clone());
    substituted(|file| {
        // The office of before, shown as that of now.
        let (text, salt) = (file["items"][2]["text"].clone(), file["items"][2]["salt"].clone());
        (file["items"][3]["text"], file["items"][3]["salt"]) = (text, salt);
    });
    substituted(|file| file["items"][0]["position"] = json!(0));
    let mut other = files[0].clone();
    other["person"] = files[1]["person"].clone();
    let outcome = audit(&log, &[other]);
    assert_eq!((outcome.code, outcome.kind()), (2, "commitment"), "shown as another person's: {outcome:?}");
}

#[test]
fn data_that_is_missing_without_a_fact_that_erased_it_is_found() {
    // Attack 33.
    let (log, entries, files) = disclosed();
    let mut file = files[0].clone();
    let gone = file["items"].as_array_mut().expect("items").remove(1);
    let outcome = audit(&log, &[file]);
    assert_eq!((outcome.code, outcome.kind()), (2, "personal_data"), "{outcome:?}");
    assert_eq!(outcome.position(), gone["position"].as_u64(), "{outcome:?}");
    // The same data is missing in a log that ends before the key was destroyed.
    log.tile("log", &entries[..entries.len() - 1]);
    log.sign("log", seen());
    let outcome = audit(&log, &[files[1].clone()]);
    assert_eq!((outcome.code, outcome.kind()), (2, "personal_data"), "{outcome:?}");
}

#[test]
fn a_key_that_is_destroyed_with_the_word_of_one_is_found() {
    let (log, entries, _) = disclosed();
    let facts: Vec<Envelope> = entries.iter().map(|entry| Envelope::read(entry).expect("a fact")).collect();
    let is = |fact: &Envelope, wanted: fn(&PersonEvent) -> bool| matches!(&fact.event, Event::Person(event) if wanted(event));
    let last =
        facts.iter().rposition(|fact| is(fact, |event| matches!(event, PersonEvent::ErasureApproved(_))));
    let last = last.expect("an approval");
    let forged = |facts: Vec<Envelope>| {
        log.tile("log", &chained(facts));
        log.sign("log", seen());
        let outcome = log.verify("log");
        assert_eq!((outcome.code, outcome.kind()), (2, "erasure"), "{outcome:?}");
    };
    let mut without = facts.clone();
    without.remove(last);
    forged(without);
    let mut by_another = facts.clone();
    if let Event::Person(PersonEvent::ErasureApproved(approved)) = &mut by_another[last].event {
        approved.client = domain::ClientId::new("ai-do").expect("a client");
    }
    forged(by_another);
    let mut counts = facts;
    if let Some(Event::Person(PersonEvent::KeyDestroyed(destroyed))) =
        counts.last_mut().map(|fact| &mut fact.event)
    {
        destroyed.fields -= 1;
    }
    forged(counts);
}
