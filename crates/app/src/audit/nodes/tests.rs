//! Several processes that sign, over a log in memory: how another key takes over, how one begins beside the others, and
//! what one shows that another had made.

use crate::{
    App, Clock, HeadSigner, OwnKey, SignError,
    audit::{Anchor, Published},
    tests::{Service, register},
};
use domain::UnitId;
use eventlog::{EventLog, MemoryLog};
use parking_lot::Mutex;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tlog::{
    Hash,
    checkpoint::Checkpoint,
    key::{Signer, VerifierKey},
    note::NoteSignature,
    witness::Seen,
};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(10);

/// A key that several processes reach, and that remembers what it signed.
#[derive(Clone)]
struct Shared {
    key: VerifierKey,
    holder: Arc<Mutex<OwnKey>>,
}

impl Shared {
    fn new(seed: u8) -> Self {
        let key = Signer::from_seed("log.test/a".parse().unwrap(), &[seed; 32]).unwrap();
        let verifier = key.verifier().clone();
        Self { key: verifier, holder: Arc::new(Mutex::new(OwnKey::new(key, Seen::nothing()))) }
    }
}

impl HeadSigner for Shared {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn remembers(&self) -> bool {
        true
    }

    fn sign(&mut self, old: u64, proof: &[Hash], head: &Checkpoint) -> Result<NoteSignature, SignError> {
        self.holder.lock().sign(old, proof, head)
    }
}

/// Says how often it was asked to sign.
struct Counted(Shared, Arc<AtomicUsize>);

impl HeadSigner for Counted {
    fn key(&self) -> &VerifierKey {
        self.0.key()
    }

    fn remembers(&self) -> bool {
        true
    }

    fn sign(&mut self, old: u64, proof: &[Hash], head: &Checkpoint) -> Result<NoteSignature, SignError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.sign(old, proof, head)
    }
}

/// Starts to sign with a key, and with the one before while it takes over.
fn publish(app: &mut App, anchor: &Path, key: &Shared, before: Option<&Shared>) {
    let known: Vec<_> = before.iter().map(|before| &before.key).collect();
    let anchor = Anchor::read_signed_by(anchor, &key.key, &known).unwrap();
    match before {
        None => app.publish(Box::new(key.clone()), anchor).unwrap(),
        Some(before) => {
            app.publish_rotating(Box::new(key.clone()), Box::new(before.clone()), anchor).unwrap();
        }
    }
}

async fn registers(service: &Service, number: u128) -> u64 {
    let unit = UnitId(Uuid::from_u128(number));
    service.asks("registry", register(unit, &format!("Hội {number}"))).await.unwrap();
    service.app.head().0
}

async fn covering(app: &App, count: u64) -> Arc<Published> {
    let published = app.audit().covering(count, SOON).await.unwrap();
    assert!(published.size() >= count, "{} of {count} facts are signed", published.size());
    published
}

fn signed_by(head: &Published, keys: &[&Shared]) -> bool {
    keys.iter().all(|key| head.signed.note().verify([&key.key]).is_ok())
}

#[test]
fn a_key_takes_over_while_another_process_still_has_the_old_one_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (old, new) = (Shared::new(7), Shared::new(8));
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let mut stays = runtime.block_on(Service::founded(Arc::clone(&log)));
    publish(&mut stays.app, &file("stays"), &old, None);
    let count = runtime.block_on(registers(&stays, 1));
    let head = runtime.block_on(covering(&stays.app, count));
    assert!(signed_by(&head, &[&old]) && !signed_by(&head, &[&new]));

    // Another process has both keys. What either writes is in heads that both keys signed, at either.
    let mut changes = Service::beside(Arc::clone(&log));
    publish(&mut changes.app, &file("changes"), &new, Some(&old));
    assert_eq!(changes.app.views().books.log().unwrap().state.rotations.len(), 1);
    for (number, writes) in [(2, &changes), (3, &stays)] {
        let count = runtime.block_on(registers(writes, number));
        for service in [&changes, &stays] {
            let head = runtime.block_on(covering(&service.app, count));
            assert!(signed_by(&head, &[&old, &new]), "{}", head.signed);
        }
    }
    changes.app.stop();

    // The new key alone. Who knows the old one alone signs nothing more, and goes on otherwise.
    let mut changed = Service::beside(Arc::clone(&log));
    publish(&mut changed.app, &file("changes"), &new, None);
    let count = runtime.block_on(registers(&stays, 4));
    let head = runtime.block_on(covering(&changed.app, count));
    assert!(signed_by(&head, &[&new]) && !signed_by(&head, &[&old]));
    assert!(!stays.app.is_read_only() && !changed.app.is_read_only());
    stays.app.stop();
    let last = Anchor::read(&file("stays"), &old.key).unwrap().seen().size;
    assert!(last < count, "the old key signed {last} of {count} facts alone");
}

#[test]
fn a_time_stamp_that_one_process_had_made_is_shown_by_the_others() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let key = Shared::new(7);
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let mut stamps = runtime.block_on(Service::founded(Arc::clone(&log)));
    publish(&mut stamps.app, &file("stamps"), &key, None);
    let mut shows = Service::beside(Arc::clone(&log));
    publish(&mut shows.app, &file("shows"), &key, None);
    assert!(shows.app.audit().stamped().is_empty());

    let now = stamps.clock().now();
    stamps.app.stamp(Box::new(move |_| Box::pin(async move { Ok((now, b"a reply".to_vec())) }))).unwrap();
    let start = Instant::now();
    while shows.app.audit().stamped().is_empty() {
        assert!(start.elapsed() < SOON, "the other process knows of no time stamp");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(shows.app.audit().stamped(), stamps.app.audit().stamped());
    // So it asks for none of its own on the same day.
    assert_eq!(shows.app.audit().stamped().len(), 1);
}

#[test]
fn a_process_that_begins_while_more_is_signed_than_it_has_read_begins_with_a_head() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let key = Shared::new(7);
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let mut signs = runtime.block_on(Service::founded(Arc::clone(&log)));
    publish(&mut signs.app, &file("signs"), &key, None);
    let mut joins = Service::beside(Arc::clone(&log));
    // It reads on only when this is let go of.
    let shared = Arc::clone(&joins.app.shared);
    let unread = shared.folding.lock();
    let count = runtime.block_on(registers(&signs, 1));
    runtime.block_on(covering(&signs.app, count));

    let (asked, anchor) = (Arc::new(AtomicUsize::new(0)), Anchor::read(&file("joins"), &key.key).unwrap());
    let signer = Box::new(Counted(key, Arc::clone(&asked)));
    thread::scope(|scope| {
        let begins = scope.spawn(|| joins.app.publish(signer, anchor));
        while asked.load(Ordering::Relaxed) == 0 {
            assert!(!begins.is_finished(), "it began without asking for a signature");
            thread::yield_now();
        }
        drop(unread);
        begins.join().unwrap().unwrap();
    });
    let head = joins.app.audit().published().expect("a head from the start");
    assert!(head.size() >= count, "{} of {count} facts are signed", head.size());
}

#[test]
fn of_two_processes_that_share_an_anchor_one_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchor");
    let read = || Anchor::read(&path, &Shared::new(7).key).unwrap();
    let (one, other) = (read(), read());
    let has = one.alone().unwrap();
    assert!(other.alone().is_err(), "both have it");
    drop(has);
    other.alone().unwrap();
}
