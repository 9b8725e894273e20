//! Signed heads told as stories, over a log in memory.

use super::{Anchor, AuditError, HeadSigner, OwnKey, Published, SignError};
use crate::{
    App, Failure, ScriptedClock,
    tests::{Service, register, start},
};
use domain::{Position, UnitId};
use eventlog::{AsideEntries, EventLog, LogError, MemoryLog, Page, Turn};
use parking_lot::Mutex;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tlog::{
    Hash,
    checkpoint::Checkpoint,
    key::{Signer, VerifierKey},
    leaf_hash,
    note::NoteSignature,
    proof::{verify_consistency, verify_inclusion},
    witness::Seen,
};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(5);

pub(super) fn key(name: &str) -> Signer {
    Signer::from_seed(name.parse().unwrap(), &[7; 32]).unwrap()
}

fn publish(app: &mut App, anchor: &Path) -> Result<(), AuditError> {
    publish_as(app, anchor, "log.test/a")
}

fn publish_as(app: &mut App, anchor: &Path, origin: &str) -> Result<(), AuditError> {
    let anchor = Anchor::read(anchor, key(origin).verifier())?;
    let signer = OwnKey::new(key(origin), anchor.seen());
    app.publish(Box::new(signer), anchor)
}

fn again(log: &Arc<dyn EventLog>) -> App {
    start(Arc::clone(log), &Arc::new(ScriptedClock::at("2026-01-06T02:00:00Z".parse().unwrap())))
}

pub(super) async fn registers(service: &Service, numbers: std::ops::Range<u128>) {
    for number in numbers {
        let unit = UnitId(Uuid::from_u128(1000 + number));
        service.asks("registry", register(unit, &format!("Hội {number}"))).await.unwrap();
    }
}

async fn covering(app: &App, count: u64) -> Arc<Published> {
    let published = app.audit().covering(count, SOON).await.unwrap();
    assert!(published.size() >= count, "{} of {count} facts are signed", published.size());
    published
}

/// A service over this log that has published its head beside it.
async fn published(log: &Arc<dyn EventLog>, anchor: &Path, count: u64) -> Service {
    let mut service = Service::founded(Arc::clone(log)).await;
    publish(&mut service.app, anchor).unwrap();
    registers(&service, 1..count.into()).await;
    covering(&service.app, count).await;
    service
}

pub(super) fn memory() -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::default())
}

#[tokio::test]
async fn what_is_written_is_signed_within_a_second_and_can_be_proven_for_ever() {
    let (folder, log) = (tempfile::tempdir().unwrap(), memory());
    let anchor = folder.path().join("anchor");
    let service = published(&log, &anchor, 5).await;
    let first = service.app.audit().published().unwrap();
    registers(&service, 5..300).await;
    let second = covering(&service.app, 300).await;
    assert_eq!(std::fs::read_to_string(&anchor).unwrap(), second.signed.to_string());
    second.signed.note().verify([key("log.test/a").verifier()]).unwrap();

    let tiles = service.app.audit().tiles();
    let (then, now) = (first.signed.checkpoint(), second.signed.checkpoint());
    let proof = tiles.consistency(then.size(), now.size()).unwrap();
    verify_consistency(then.size(), now.size(), &proof, then.root(), now.root()).unwrap();
    for stored in log.read(Position(0), 300).unwrap() {
        let proof = tiles.inclusion(stored.position.0, now.size()).unwrap();
        verify_inclusion(&leaf_hash(&stored.bytes), stored.position.0, now.size(), &proof, now.root())
            .unwrap();
    }
}

#[tokio::test]
async fn the_first_head_of_a_process_is_kept_and_the_next_process_goes_on_from_there() {
    let (folder, log) = (tempfile::tempdir().unwrap(), memory());
    let anchor = folder.path().join("anchor");
    published(&log, &anchor, 3).await.app.stop();
    let mut app = again(&log);
    publish(&mut app, &anchor).unwrap();
    let sizes: Vec<_> = app.audit().kept().iter().map(|kept| kept.size).collect();
    assert_eq!(sizes, [1, 3]);
    assert_eq!(app.audit().published().unwrap().size(), 3, "signed before the start is over");
    app.stop();
    assert_eq!(
        log.aside(b"checkpoint/").unwrap().len(),
        2,
        "a third start with nothing new keeps nothing new"
    );
}

#[tokio::test]
async fn a_log_that_is_behind_what_was_signed_is_not_started() {
    let folder = tempfile::tempdir().unwrap();
    let anchor = folder.path().join("anchor");
    published(&memory(), &anchor, 9).await.app.stop();
    let old_copy = Service::founded(memory()).await;
    registers(&old_copy, 1..4).await;
    let mut app = old_copy.app;
    let refused = publish(&mut app, &anchor);
    assert!(matches!(refused, Err(AuditError::Behind { signed: 9, log: 4 })), "{refused:?}");
}

#[tokio::test]
async fn a_log_with_another_past_is_not_started() {
    let folder = tempfile::tempdir().unwrap();
    let anchor = folder.path().join("anchor");
    published(&memory(), &anchor, 4).await.app.stop();
    // As long or longer, with other salts and ids.
    let mut other = Service::founded(memory()).await;
    registers(&other, 1..6).await;
    let refused = publish(&mut other.app, &anchor);
    assert!(matches!(refused, Err(AuditError::Altered { signed: 4 })), "{refused:?}");
}

#[tokio::test]
async fn a_log_that_was_signed_is_not_started_without_its_anchor_but_under_a_new_name() {
    let (folder, log) = (tempfile::tempdir().unwrap(), memory());
    let file = |name: &str| folder.path().join(name);
    published(&log, &file("anchor"), 3).await.app.stop();
    let mut app = again(&log);
    let refused = publish(&mut app, &file("elsewhere"));
    assert!(matches!(refused, Err(AuditError::NoAnchor { signed: 1, .. })), "{refused:?}");
    let refused = publish_as(&mut app, &file("anchor"), "log.test/b");
    assert!(matches!(refused, Err(AuditError::Anchor { .. })), "{refused:?}");
    publish_as(&mut app, &file("elsewhere"), "log.test/b").unwrap();
    assert_eq!(app.audit().published().unwrap().size(), 3);
}

#[tokio::test]
async fn an_anchor_that_was_tampered_with_is_refused() {
    let (folder, log) = (tempfile::tempdir().unwrap(), memory());
    let anchor = folder.path().join("anchor");
    published(&log, &anchor, 12).await.app.stop();
    let mut app = again(&log);
    let whole = std::fs::read_to_string(&anchor).unwrap();
    for tampered in [whole.replace("\n12\n", "\n11\n"), whole[..whole.len() - 2].to_owned(), String::new()] {
        std::fs::write(&anchor, &tampered).unwrap();
        assert!(matches!(publish(&mut app, &anchor), Err(AuditError::Anchor { .. })), "{tampered}");
    }
    std::fs::write(&anchor, whole).unwrap();
    publish(&mut app, &anchor).unwrap();
}

/// A disk that gives back another bit than it was given.
struct FlippedBit {
    inner: MemoryLog,
    flips: AtomicBool,
}

impl EventLog for FlippedBit {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        self.inner.turn(seen)
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let page = self.inner.page(from)?;
        if !self.flips.load(Ordering::Relaxed) {
            return Ok(page);
        }
        let mut flipped = Page::new(page.first());
        for (_, bytes) in page.iter() {
            let mut bytes = bytes.to_vec();
            bytes[0] ^= 1;
            flipped.push(&bytes);
        }
        Ok(Arc::new(flipped))
    }

    fn head(&self) -> Result<Position, LogError> {
        self.inner.head()
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.inner.aside(prefix)
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.inner.moment()
    }
}

#[tokio::test]
async fn a_flipped_bit_is_never_signed_and_ends_writing() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(FlippedBit { inner: MemoryLog::default(), flips: AtomicBool::new(false) });
    let service = published(&(Arc::clone(&log) as Arc<dyn EventLog>), &folder.path().join("anchor"), 3).await;
    log.flips.store(true, Ordering::Relaxed);
    registers(&service, 3..4).await;
    let signed = service.app.audit().covering(4, Duration::from_secs(2)).await.unwrap();
    assert_eq!(signed.size(), 3);
    assert!(service.app.is_read_only());
    let unit = UnitId(Uuid::from_u128(5));
    assert_eq!(service.asks("registry", register(unit, "Hội sau")).await.unwrap_err(), Failure::ReadOnly);
}

#[tokio::test]
async fn a_bit_that_flips_in_memory_before_signing_is_never_signed() {
    let folder = tempfile::tempdir().unwrap();
    let anchor = folder.path().join("anchor");
    let service = published(&memory(), &anchor, 5).await;
    let before = std::fs::read_to_string(&anchor).unwrap();
    service.app.audit().tiles_mut().flip(2);
    registers(&service, 5..6).await;
    let signed = service.app.audit().covering(6, Duration::from_secs(2)).await.unwrap();
    assert_eq!(signed.size(), 5);
    assert_eq!(std::fs::read_to_string(&anchor).unwrap(), before, "nothing was signed");
    assert!(service.app.is_read_only(), "nobody is told");
}

#[tokio::test]
async fn a_head_that_cannot_be_anchored_is_handed_out_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let anchor = folder.path().join("anchor");
    let service = published(&memory(), &anchor, 3).await;
    let before = std::fs::read_to_string(&anchor).unwrap();
    // What is to take the place of the anchor cannot be written.
    let beside = anchor.with_extension("new");
    std::fs::create_dir(&beside).unwrap();
    registers(&service, 3..4).await;
    let signed = service.app.audit().covering(4, Duration::from_secs(2)).await.unwrap();
    assert_eq!(signed.size(), 3, "whoever takes the store back to here would show less than was handed out");
    assert_eq!(std::fs::read_to_string(&anchor).unwrap(), before);
    std::fs::remove_dir(&beside).unwrap();
    let signed = covering(&service.app, 4).await;
    assert_eq!(std::fs::read_to_string(&anchor).unwrap(), signed.signed.to_string());
}

#[tokio::test]
async fn two_processes_that_sign_one_log_stop_each_other() {
    let (folder, log) = (tempfile::tempdir().unwrap(), memory());
    let anchor = folder.path().join("anchor");
    let service = published(&log, &anchor, 3).await;
    let mut other = again(&log);
    std::fs::remove_file(&anchor).unwrap();
    publish_as(&mut other, &anchor, "log.test/b").unwrap();
    registers(&service, 3..4).await;
    let signed = service.app.audit().covering(4, Duration::from_secs(2)).await.unwrap();
    assert_eq!(signed.size(), 3);
    assert!(service.app.is_read_only());
}

/// A signer elsewhere, which remembers what it signed whatever becomes of the anchor, and may be out of reach.
struct Elsewhere {
    key: VerifierKey,
    far: Arc<Mutex<OwnKey>>,
    reachable: Arc<AtomicBool>,
}

impl HeadSigner for Elsewhere {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn remembers(&self) -> bool {
        true
    }

    fn sign(&mut self, old: u64, proof: &[Hash], head: &Checkpoint) -> Result<NoteSignature, SignError> {
        if self.reachable.load(Ordering::Relaxed) {
            self.far.lock().sign(old, proof, head)
        } else {
            Err(SignError::Unreachable("out of reach".to_owned()))
        }
    }
}

/// A node beside another, over the same log.
fn beside(log: &Arc<dyn EventLog>) -> Service {
    Service::beside(Arc::clone(log))
}

#[tokio::test]
async fn a_node_that_reaches_no_signer_hands_out_the_heads_of_the_others() {
    let (folder, log) = (tempfile::tempdir().unwrap(), memory());
    let signs = published(&log, &folder.path().join("signs"), 3).await;
    let mut follows = beside(&log);
    let (anchor, public) = (folder.path().join("follows"), key("log.test/a").verifier().clone());
    follows.app.publish_with_others(public.clone(), Anchor::read(&anchor, &public).unwrap()).unwrap();
    // What is written at either is signed by the one and handed out by both.
    for service in [&signs, &follows] {
        let count = service.app.head().0 + 5;
        registers(service, u128::from(count)..u128::from(count) + 5).await;
        let (one, other) = (covering(&signs.app, count).await, covering(&follows.app, count).await);
        assert_eq!(one.signed.to_string(), other.signed.to_string());
        assert_eq!(std::fs::read_to_string(&anchor).unwrap(), other.signed.to_string());
        assert_eq!(signs.app.audit().kept(), follows.app.audit().kept());
    }
    assert!(!signs.app.is_read_only() && !follows.app.is_read_only());

    // A head of another past, though signed with the right key, is never handed out: it ends writing.
    let forged = tlog::checkpoint::SignedCheckpoint::sign(
        Checkpoint::new("log.test/a", 7, [9; 32]).unwrap(),
        &key("log.test/a"),
    );
    let forged = super::Kept {
        size: 7,
        signed_at: "2030-01-01T00:00:00Z".parse().unwrap(),
        checkpoint: forged.to_string(),
    };
    let aside = [b"last-checkpoint/".as_slice(), &public.id().0].concat();
    let change = eventlog::AsideChange::Put(aside, serde_json::to_vec(&forged).unwrap());
    eventlog::put_aside(log.as_ref(), &[change]).unwrap();
    while !follows.app.is_read_only() {
        tokio::task::yield_now().await;
    }
    assert!(follows.app.audit().published().unwrap().size() > 7);
}

#[tokio::test]
async fn two_nodes_with_one_signer_do_not_stop_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let far = Arc::new(Mutex::new(OwnKey::new(key("log.test/a"), Seen::nothing())));
    let key = key("log.test/a").verifier().clone();
    // Each with an anchor of its own, and then both with the same.
    for anchors in [["one", "two"], ["both", "both"]] {
        let log = memory();
        *far.lock() = OwnKey::new(self::key("log.test/a"), Seen::nothing());
        let mut nodes = [Service::founded(Arc::clone(&log)).await, beside(&log)];
        for (node, anchor) in nodes.iter_mut().zip(anchors) {
            let signer = Elsewhere { key: key.clone(), far: Arc::clone(&far), reachable: Arc::default() };
            signer.reachable.store(true, Ordering::Relaxed);
            let anchor = Anchor::read(&folder.path().join(anchor), &key).unwrap();
            node.app.publish(Box::new(signer), anchor).unwrap();
        }
        for round in 1..6 {
            for (at, node) in (0_u128..).zip(&nodes) {
                let first = round * 100 + at * 10;
                registers(node, first..first + 3).await;
            }
            let count = nodes[1].app.head().0;
            for node in &nodes {
                covering(&node.app, count).await;
                assert!(!node.app.is_read_only());
            }
        }
    }
}

#[tokio::test]
async fn a_signer_out_of_reach_is_waited_for_while_writing_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchor");
    let far = Arc::new(Mutex::new(OwnKey::new(key("log.test/a"), Seen::nothing())));
    let reachable = Arc::new(AtomicBool::new(true));
    let key = key("log.test/a").verifier().clone();
    let signer =
        || Box::new(Elsewhere { key: key.clone(), far: Arc::clone(&far), reachable: Arc::clone(&reachable) });
    let log = memory();
    let mut service = Service::founded(Arc::clone(&log)).await;
    service.app.publish(signer(), Anchor::read(&path, &key).unwrap()).unwrap();
    reachable.store(false, Ordering::Relaxed);
    registers(&service, 1..4).await;
    assert_eq!(service.app.audit().covering(4, Duration::from_secs(1)).await.unwrap().size(), 1);
    assert!(!service.app.is_read_only());
    let before = std::fs::read(&path).unwrap();
    reachable.store(true, Ordering::Relaxed);
    covering(&service.app, 4).await;
    service.app.stop();

    // The process ended after the signature and before the anchor: the signer is ahead, and is followed.
    std::fs::write(&path, before).unwrap();
    let mut app = again(&log);
    app.publish(signer(), Anchor::read(&path, &key).unwrap()).unwrap();
    app.stop();

    // The anchor and the store are both old copies: the signer has seen more than there is.
    let short = Service::founded(memory()).await;
    let mut app = short.app;
    let refused = app.publish(signer(), Anchor::read(&folder.path().join("none"), &key).unwrap());
    assert!(matches!(refused, Err(AuditError::Behind { signed: 4, log: 1 })), "{refused:?}");
}
