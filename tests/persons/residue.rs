//! What is left on disk of what was erased: in the store, in what the service said, in the vault, in a backup.

use super::NAME;
use crate::support::{
    Place, Server,
    bloc::Bloc,
    persons::{enter, of},
    place::{binary, run},
};
use domain::Position;
use eventlog::{AsideChange, EventLog, SledLog, Unconfirmed};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

fn opened(store: &Path) -> SledLog {
    SledLog::open(store).and_then(Unconfirmed::confirm_by_reading).expect("the store opens")
}

/// Everything a store says, out of its compression: facts, and what stands aside.
fn unpacked(store: &Path) -> Vec<u8> {
    let log = opened(store);
    let facts = log.read(Position(0), 100_000).expect("the facts").into_iter().map(|fact| fact.bytes);
    let aside = log.aside(b"").expect("what stands aside").into_iter().flat_map(|(key, value)| [key, value]);
    facts.chain(aside).flatten().collect()
}

/// The lines of the vault, each with a key.
fn keys(place: &Place) -> Vec<String> {
    let text = fs::read_to_string(place.vault()).expect("the vault");
    let is_key = |line: &&str| line.split(' ').next().is_some_and(|id| id.parse::<uuid::Uuid>().is_ok());
    text.lines().filter(is_key).map(str::to_owned).collect()
}

#[test]
fn neither_the_name_nor_the_key_is_left_anywhere() {
    let bloc = Bloc::with_members(1);
    let council = bloc.council();
    let unit = bloc.members[0].unit;
    let person = enter(&bloc.registrar, unit, NAME);
    let [line] = &keys(&bloc.place)[..] else { panic!("one key") };
    let (sealed_before, line) = (fs::read(bloc.place.vault()).expect("the vault"), line.clone());
    let other = enter(&bloc.registrar, unit, "Người ở lại");
    bloc.erase(&council, person);
    assert_eq!(bloc.registrar.read(&of(other, ""))["full_name"], "Người ở lại");
    let Bloc { place, server, .. } = bloc;
    let copy = place.file("copy");
    run(Command::new(binary())
        .args(["store", "backup", "--store", &place.store_address(), "--to"])
        .arg(&copy));
    assert!(server.stop().success());

    let sealed = line.split(' ').nth(1).expect("a sealed key");
    assert!(holds(&sealed_before, sealed.as_bytes()), "it was there");
    let restored = place.file("restored");
    let address = format!("sled:{}", restored.display());
    run(Command::new(binary()).args(["store", "restore", "--store", &address, "--from"]).arg(&copy));
    let mut places: Vec<(String, Vec<u8>)> = files(&place.file(""))
        .into_iter()
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap_or_default()))
        .collect();
    places.push(("the store".to_owned(), unpacked(&place.store())));
    places.push(("the backup".to_owned(), unpacked(&restored)));
    assert!(places.iter().any(|(name, _)| name.ends_with("server.log")));
    assert!(holds(&unpacked(&place.store()), "Hội A".as_bytes()), "what is in the store can be found");
    for (name, bytes) in &places {
        assert!(!holds(bytes, NAME.as_bytes()), "the name is in {name}");
        assert!(!holds(bytes, sealed.as_bytes()), "the sealed key is in {name}");
    }
    assert_eq!(keys(&place).len(), 1, "only the other's key is left");
}

#[test]
fn data_that_was_changed_or_removed_beside_the_log_is_not_shown_as_what_was_recorded() {
    let bloc = Bloc::with_members(1);
    let unit = bloc.members[0].unit;
    let persons = [NAME, "Người thứ hai"].map(|name| enter(&bloc.registrar, unit, name));
    let Bloc { place, server, .. } = bloc;
    assert!(server.stop().success());
    let log = opened(&place.store());
    let mut kept = log.aside(b"person/").expect("what stands aside");
    assert_eq!(kept.len(), 6);
    let (gone, _) = kept.remove(0);
    let (changed, mut bytes) = kept.pop().expect("an entry");
    bytes[20] ^= 1;
    let changes = [AsideChange::Remove(gone), AsideChange::Put(changed, bytes)];
    eventlog::put_aside(&log, &changes).expect("the changes");
    drop(log);
    let server = Server::start(&place);
    let registrar = server.client(&place.token("registrar", "persons:read"));
    for person in persons {
        let answer = registrar.get(&of(person, "")).expect("an answer");
        assert_eq!((answer.status, answer.code().as_str()), (500, "personalDataDamaged"), "{}", answer.text);
    }
}
