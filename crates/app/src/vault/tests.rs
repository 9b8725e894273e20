//! The vault, and a service that keeps one: what is erased is gone, whenever the process was stopped on the way there.

mod nodes;

use super::*;
use crate::{
    Act, App, Failure,
    tests::{Service, client, register, start},
};
use domain::{
    EventId, GrantId, PersonId, Rejection, Role, UnitId,
    grant::{Given, GrantAct},
    person::{Detail, ErasureGround, Person, PersonAct, PersonField, PersonStanding, Private},
};
use eventlog::{EventLog, FaultyLog, FaultyMoment, MemoryLog};
use std::{fs, sync::Arc};
use tempfile::TempDir;
use zeroize::Zeroizing;

const UNIT: UnitId = UnitId(Uuid::from_u128(1));
const PERSON: PersonId = PersonId(Uuid::from_u128(10));
const OTHER: PersonId = PersonId(Uuid::from_u128(11));
const NAME: &str = "Nguyễn Thị Thử Nghiệm";

fn root() -> RootKey {
    RootKey::new(Zeroizing::new([5; 32]))
}

fn key(number: u128) -> KeyId {
    KeyId(Uuid::from_u128(number))
}

/// A folder with a vault, or room for one.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("store.vault")
    }

    fn open(&self) -> Vault {
        Vault::open(&self.path(), root()).unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }
}

#[test]
fn a_key_is_there_after_it_was_saved_and_not_before() {
    let place = Place::new();
    let vault = place.open();
    vault.make_key(key(1)).unwrap();
    assert!(vault.holds(key(1)) && !place.text().contains(&key(1).to_string()));
    vault.save().unwrap();
    drop(vault);
    let vault = place.open();
    assert!(vault.holds(key(1)) && !vault.holds(key(2)));
}

#[test]
fn a_destroyed_key_is_in_no_file_and_its_old_line_is_worthless() {
    let place = Place::new();
    let vault = place.open();
    for number in 1..=3 {
        vault.make_key(key(number)).unwrap();
    }
    vault.save().unwrap();
    let before = place.text();
    vault.destroy(key(2)).unwrap();
    vault.destroy(key(2)).unwrap();
    let after = place.text();
    assert!(vault.holds(key(1)) && !vault.holds(key(2)) && vault.holds(key(3)));
    for line in before.lines().skip(1) {
        assert!(!after.contains(line), "something of the old epoch is in the new file: {line}");
    }
    drop(vault);
    // Whoever kept the sealed key, in an old copy or on a page of the disk, cannot open it with what is left.
    let line = before.lines().find(|line| line.starts_with(&key(2).to_string())).unwrap();
    fs::write(place.path(), format!("{after}{line}\n")).unwrap();
    let vault = place.open();
    assert!(vault.holds(key(1)) && !vault.holds(key(2)));
}

#[test]
fn the_file_that_was_replaced_is_overwritten() {
    let place = Place::new();
    let vault = place.open();
    vault.make_key(key(1)).unwrap();
    vault.save().unwrap();
    let old = place.0.path().join("a second name of the old file");
    fs::hard_link(place.path(), &old).unwrap();
    vault.destroy(key(1)).unwrap();
    assert!(fs::read(old).unwrap().iter().all(|byte| *byte == 0));
}

#[test]
fn what_a_crash_leaves_is_read_as_far_as_it_was_acknowledged() {
    let place = Place::new();
    let vault = place.open();
    vault.make_key(key(1)).unwrap();
    vault.save().unwrap();
    drop(vault);
    let whole = place.text();
    // A line that was not finished, and a replacement that was not.
    fs::write(place.path(), format!("{whole}{} AAAA", key(2))).unwrap();
    fs::write(place.0.path().join("store.vault.new"), "half of it").unwrap();
    let vault = place.open();
    assert!(vault.holds(key(1)) && !vault.holds(key(2)));
    assert!(!place.0.path().join("store.vault.new").exists());
    vault.make_key(key(3)).unwrap();
    vault.save().unwrap();
    drop(vault);
    assert!(place.text().starts_with(&whole) && place.open().holds(key(3)));
}

#[test]
fn a_vault_opens_with_its_root_key_alone_and_for_one_process_alone() {
    let place = Place::new();
    let vault = place.open();
    assert!(matches!(Vault::open(&place.path(), root()), Err(VaultError::InUse { .. })));
    drop(vault);
    let other = RootKey::new(Zeroizing::new([6; 32]));
    assert!(matches!(Vault::open(&place.path(), other), Err(VaultError::OtherRoot { .. })));
    let mut text = place.text().into_bytes();
    text[0] ^= 1;
    fs::write(place.path(), text).unwrap();
    assert!(matches!(Vault::open(&place.path(), root()), Err(VaultError::Unreadable { .. })));
}

#[test]
fn a_copy_can_be_opened() {
    let place = Place::new();
    let vault = place.open();
    vault.make_key(key(1)).unwrap();
    vault.save().unwrap();
    let to = place.0.path().join("copy");
    assert_eq!(copy(&place.path(), &to).unwrap(), 1);
    assert!(Vault::open(&to, root()).unwrap().holds(key(1)));
}

#[test]
fn a_sealed_piece_is_bound_to_its_person_its_fact_and_its_field() {
    let place = Place::new();
    let vault = place.open();
    vault.make_key(key(1)).unwrap();
    let detail = Detail { field: PersonField::FullName, text: Private::new(NAME) };
    let drawn = Drawn::of(&[detail]).unwrap();
    let fact = EventId(Uuid::from_u128(50));
    let known = |event| domain::person::Known {
        position: domain::Position(0),
        event,
        committed: drawn.commitments()[0],
    };
    let person = |known| Person { unit: UNIT, key: key(1), known: vec![known], erasure: None };
    let log = MemoryLog::default();
    let sealed = vault.seal(PERSON, key(1), fact, &drawn).unwrap();
    eventlog::put_aside(&log, &sealed).unwrap();
    let read = |id, known| vault.payloads(&log, id, &person(known)).unwrap().remove(0).content;
    assert_eq!(read(PERSON, known(fact)).unwrap().1.reveal(), NAME);
    assert!(read(OTHER, known(fact)).is_none(), "shown as another person's");
    assert!(read(PERSON, known(EventId(Uuid::from_u128(51)))).is_none(), "shown as of another fact");
    let mut other = known(fact);
    other.committed.commitment.0[0] ^= 1;
    assert!(read(PERSON, other).is_none(), "shown although it is not what was committed to");
}

/// A service over a log in memory, with a registrar, a state body above, and a unit.
fn served(log: Arc<dyn EventLog>) -> (tokio::runtime::Runtime, Service) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let service = runtime.block_on(async {
        let service = Service::founded(log).await;
        service.asks("registry", register(UNIT, "Sở Nội vụ")).await.unwrap();
        let given = Given {
            client: client("council"),
            role: Role::Official { bloc: None },
            until: None,
            person: None,
        };
        let grant = Act::Grant(GrantId(Uuid::from_u128(98)), GrantAct::Give(given));
        service.asks("registry", grant).await.unwrap();
        service
    });
    (runtime, service)
}

fn enter(id: PersonId, name: &str) -> Act {
    let details = vec![Detail { field: PersonField::FullName, text: Private::new(name) }];
    Act::Person(id, PersonAct::Register { unit: UNIT, details })
}

fn erase(request: EventId) -> Act {
    Act::Person(PERSON, PersonAct::ApproveErasure(request))
}

/// What is known of a person, read through the vault.
fn known(app: &App, id: PersonId) -> Vec<Option<String>> {
    let person = app.views().books.person(id).unwrap().state.clone();
    let read = app.personal_data(id, &person).unwrap().unwrap();
    read.into_iter().map(|payload| payload.content.map(|(_, text)| text.reveal().to_owned())).collect()
}

fn destroyed(app: &App) -> usize {
    let positions = (0..app.head().0).map(domain::Position);
    let facts = positions.filter_map(|at| app.fact(at).unwrap());
    facts.filter(|fact| fact.event.type_name() == "person.key_destroyed").count()
}

#[test]
fn a_service_without_a_vault_takes_no_personal_data() {
    let (runtime, service) = served(Arc::new(MemoryLog::default()));
    let head = service.app.head();
    let refused = runtime.block_on(service.asks("registry", enter(PERSON, NAME)));
    assert_eq!(refused.err(), Some(Failure::VaultClosed));
    assert_eq!(service.app.head(), head);
}

#[test]
fn two_approve_and_what_was_kept_is_gone_from_the_vault_and_from_beside_the_log() {
    let (log, place) = (Arc::new(MemoryLog::default()), Place::new());
    let (runtime, mut service) = served(Arc::clone(&log) as _);
    service.app.keep_vault(&place.path(), root(), MissingKeys::Refused).unwrap();
    runtime.block_on(async {
        service.asks("registry", enter(PERSON, NAME)).await.unwrap();
        service.asks("registry", enter(OTHER, "Người ở lại")).await.unwrap();
        assert_eq!(known(&service.app, PERSON), [Some(NAME.to_owned())]);
        assert_eq!(log.aside(b"person/").unwrap().len(), 2);
        let request = Act::Person(PERSON, PersonAct::RequestErasure(ErasureGround::SubjectRequest));
        let request = service.asks("registry", request).await.unwrap().facts[0].id;
        service.asks("registry", erase(request)).await.unwrap();
        let again = service.asks("registry", erase(request)).await;
        assert_eq!(again.err(), Some(Failure::Rejected(Rejection::SecondApprover)));
        assert_eq!(known(&service.app, PERSON), [Some(NAME.to_owned())], "one approval erases nothing");
        service.asks("council", erase(request)).await.unwrap();
    });
    assert_eq!(destroyed(&service.app), 1);
    assert_eq!(known(&service.app, PERSON), [None]);
    assert_eq!(known(&service.app, OTHER), [Some("Người ở lại".to_owned())]);
    assert_eq!(log.aside(b"person/").unwrap().len(), 1);
    let fact = service.app.fact(domain::Position(service.app.head().0 - 1)).unwrap().unwrap();
    assert_eq!(fact.actor.client, client("council"), "it is the act of who approved last");
}

/// A service in which everything is approved but the last word, ready to be stopped on the way.
fn nearly_erased() -> (Arc<FaultyLog<MemoryLog>>, Place, tokio::runtime::Runtime, Service, EventId) {
    let (log, place) = (Arc::new(FaultyLog::new(MemoryLog::default())), Place::new());
    let (runtime, mut service) = served(Arc::clone(&log) as _);
    service.app.keep_vault(&place.path(), root(), MissingKeys::Refused).unwrap();
    let request = runtime.block_on(async {
        service.asks("registry", enter(PERSON, NAME)).await.unwrap();
        service.asks("registry", enter(OTHER, "Người ở lại")).await.unwrap();
        let request = Act::Person(PERSON, PersonAct::RequestErasure(ErasureGround::SubjectRequest));
        let request = service.asks("registry", request).await.unwrap().facts[0].id;
        service.asks("registry", erase(request)).await.unwrap();
        request
    });
    (log, place, runtime, service, request)
}

/// Starts again over what is there, and finds the erasure finished, once.
fn finishes(log: &Arc<FaultyLog<MemoryLog>>, place: &Place, service: Service) {
    let clock = service.clock();
    service.app.stop();
    log.reopen();
    for _ in 0..2 {
        let mut app = start(Arc::clone(log) as _, &clock);
        app.keep_vault(&place.path(), root(), MissingKeys::Refused).unwrap();
        assert_eq!(destroyed(&app), 1);
        let person = app.views().books.person(PERSON).unwrap().state.clone();
        assert!(person.standing() == PersonStanding::Erased && person.destroyed().is_some());
        assert_eq!(known(&app, PERSON), [None]);
        assert_eq!(known(&app, OTHER), [Some("Người ở lại".to_owned())]);
        assert_eq!(log.aside(b"person/").unwrap().len(), 1);
        app.stop();
    }
}

#[test]
fn stopped_after_the_approval_and_before_the_key_is_destroyed_it_goes_on() {
    let (log, place, runtime, service, request) = nearly_erased();
    // A folder stands where the new file would be written: the key cannot be destroyed yet.
    let in_the_way = place.0.path().join("store.vault.new");
    fs::create_dir(&in_the_way).unwrap();
    runtime.block_on(service.asks("council", erase(request))).unwrap();
    assert_eq!(destroyed(&service.app), 0);
    let refused = runtime.block_on(service.asks("registry", enter(PersonId(Uuid::from_u128(12)), "Ai đó")));
    assert_eq!(refused.err(), Some(Failure::VaultClosed), "a vault that failed takes nothing");
    fs::remove_dir(in_the_way).unwrap();
    finishes(&log, &place, service);
}

#[test]
fn stopped_between_the_key_and_the_fact_it_goes_on() {
    let (log, place, runtime, service, request) = nearly_erased();
    // The approval is the next commit, the destruction the one after it.
    log.fail_after(1, FaultyMoment::BeforeWriting);
    runtime.block_on(service.asks("council", erase(request))).unwrap();
    assert!(destroyed(&service.app) == 0 && service.app.is_read_only());
    assert_eq!(known(&service.app, PERSON), [None], "the key is gone already");
    finishes(&log, &place, service);
}

#[test]
fn stopped_after_the_fact_and_before_anyone_is_told_it_is_not_done_twice() {
    let (log, place, runtime, service, request) = nearly_erased();
    log.fail_after(1, FaultyMoment::BeforeAnswering);
    runtime.block_on(service.asks("council", erase(request))).unwrap();
    assert!(service.app.is_read_only());
    finishes(&log, &place, service);
}

#[test]
fn a_vault_that_is_not_the_logs_is_not_served() {
    let (log, place, _runtime, service, _) = nearly_erased();
    let clock = service.clock();
    service.app.stop();
    let refused = |path: &Path| {
        start(Arc::clone(&log) as _, &clock).keep_vault(path, root(), MissingKeys::Refused).err()
    };
    let elsewhere = place.0.path().join("elsewhere.vault");
    assert!(matches!(refused(&elsewhere), Some(VaultError::Gone { persons: 2, .. })));
    drop(Vault::open(&elsewhere, root()).unwrap());
    assert!(matches!(refused(&elsewhere), Some(VaultError::KeysMissing { persons: 2, .. })));
    let mut app = start(Arc::clone(&log) as _, &clock);
    app.keep_vault(&elsewhere, root(), MissingKeys::Accepted).unwrap();
    assert_eq!(known(&app, OTHER), [None]);
}

#[test]
fn the_same_request_is_answered_again_and_its_fingerprint_tells_no_name() {
    let (log, place) = (Arc::new(MemoryLog::default()), Place::new());
    let (runtime, mut service) = served(Arc::clone(&log) as _);
    service.app.keep_vault(&place.path(), root(), MissingKeys::Refused).unwrap();
    let request = service.request("registry", enter(PERSON, NAME));
    runtime.block_on(async {
        let first = service.app.execute(request.clone()).await.unwrap();
        assert_ne!(first.facts[0].request.fingerprint, request.fingerprint);
        let again = service.app.execute(request).await.unwrap();
        assert!(again.replayed && again.facts == first.facts);
    });
}

#[test]
fn neither_the_key_nor_the_text_is_left_in_the_store_or_in_the_vault() {
    let place = Place::new();
    let store = place.0.path().join("store");
    let log = eventlog::SledLog::open(&store).and_then(eventlog::Unconfirmed::confirm_by_reading).unwrap();
    let (runtime, mut service) = served(Arc::new(log));
    service.app.keep_vault(&place.path(), root(), MissingKeys::Refused).unwrap();
    let secret = runtime.block_on(async {
        service.asks("registry", enter(PERSON, NAME)).await.unwrap();
        let key = service.app.views().books.person(PERSON).unwrap().state.key;
        let secret = service.app.shared.vault.get().unwrap().key(key).unwrap();
        let request = Act::Person(PERSON, PersonAct::RequestErasure(ErasureGround::PurposeEnded));
        let request = service.asks("registry", request).await.unwrap().facts[0].id;
        for client in ["registry", "council"] {
            service.asks(client, erase(request)).await.unwrap();
        }
        secret
    });
    assert_eq!(destroyed(&service.app), 1);
    service.app.stop();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &secret[..]);
    let traces = [NAME.as_bytes(), &secret[..], encoded.as_bytes()];
    let files = walk(place.0.path());
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap_or_default();
        for trace in traces {
            assert!(!bytes.windows(trace.len()).any(|window| window == trace), "{}", file.display());
        }
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
