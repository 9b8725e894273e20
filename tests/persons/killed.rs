//! `kill -9` while an erasure is under way, again and again on one folder. Afterwards it was not yet approved, or it is
//! finished: nothing is half erased, nothing is erased without its fact, and everybody else is still there.

use super::NAME;
use crate::support::{
    Place, Server,
    bloc::{Bloc, REGISTRAR_SCOPES},
    persons::{COUNCIL, approve, ask_for_erasure, enter, of},
    place::REGISTRAR,
};
use serde_json::json;
use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    thread,
    time::Duration,
};
use uuid::Uuid;

const CYCLES: usize = 12;
/// The latest moment of a kill, in microseconds after the last approval was sent.
const LATEST_KILL: u64 = 12_000;

fn vault(place: &Place) -> String {
    fs::read_to_string(place.vault()).expect("the vault")
}

#[test]
fn an_erasure_that_is_killed_is_finished_or_was_never_approved() {
    let bloc = Bloc::with_members(1);
    let unit = bloc.members[0].unit;
    drop(bloc.council());
    let survivor = enter(&bloc.registrar, unit, "Người ở lại");
    let Bloc { place, mut server, .. } = bloc;
    let (registrar, council) =
        (place.token(REGISTRAR, REGISTRAR_SCOPES), place.token(COUNCIL, "erasures:write"));
    let (mut finished, mut unapproved) = (0, 0);
    for cycle in 0..CYCLES {
        let client = server.client(&registrar);
        let before = vault(&place);
        let person = enter(&client, unit, NAME);
        let key = new_key(&before, &vault(&place));
        let request = ask_for_erasure(&client, person);
        assert_eq!(approve(&client, person, &request).status, 201);
        let moment = Duration::from_micros(RandomState::new().build_hasher().finish() % LATEST_KILL);
        kill_while_approving(server, &council, person, &request, moment);

        server = Server::start(&place);
        let client = server.client(&registrar);
        let context = format!("cycle {cycle}, killed after {} µs", moment.as_micros());
        let read = client.read(&of(person, ""));
        let has_key = vault(&place).contains(&key);
        if read["status"] == "erased" {
            finished += 1;
            assert!(!has_key, "{context}: the key is still there");
        } else {
            unapproved += 1;
            let said =
                (&read["status"], &read["full_name"], read["erasure"]["approvals"].as_array().map(Vec::len));
            assert_eq!(said, (&json!("kept"), &json!(NAME), Some(1)), "{context}: {read}");
            assert!(has_key, "{context}: the key is gone without its fact");
            assert_eq!(approve(&server.client(&council), person, &request).status, 201, "{context}");
            assert_eq!(client.read(&of(person, ""))["status"], "erased", "{context}");
        }
        assert_eq!(client.read(&of(survivor, ""))["full_name"], "Người ở lại", "{context}");
    }
    let client = server.client(&registrar);
    let facts = client.read("/v1/events?types=person.key_destroyed&limit=500");
    assert_eq!(facts["items"].as_array().map(Vec::len), Some(CYCLES), "each is recorded once");
    println!("{CYCLES} kills: {finished} erasures finished, {unapproved} not yet approved");
}

/// The id of the key that was added.
fn new_key(before: &str, after: &str) -> String {
    let line = after.lines().find(|line| !before.contains(*line)).expect("a new key");
    line.split(' ').next().expect("an id").to_owned()
}

fn kill_while_approving(
    server: Server,
    council: &str,
    person: Uuid,
    request: &serde_json::Value,
    moment: Duration,
) {
    let (client, request) = (server.client(council), request.clone());
    let approving = thread::spawn(move || {
        let path = of(person, "erasure-approvals");
        // Whether it is answered is a matter of the moment.
        let _ = client.post(&path, &crate::support::client::fresh_key(), &json!({"request": request}));
    });
    thread::sleep(moment);
    server.kill();
    approving.join().expect("the approver ends");
}
