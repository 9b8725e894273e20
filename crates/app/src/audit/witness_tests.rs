//! Witnesses told as stories: the judgement is the real one, only the way to them is a function.

use super::{
    Anchor, Audit, Courier, OwnKey, Witnesses,
    tests::{key, memory, registers},
};
use crate::{App, tests::Service};
use parking_lot::Mutex;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tlog::{
    key::Cosigner,
    policy::Policy,
    witness::{AddCheckpoint, Refusal, Seen, judge, size_body},
};

/// A witness with a clock of its own.
struct Witness {
    cosigner: Cosigner,
    seen: Mutex<Seen>,
    clock_ahead: i64,
}

impl Witness {
    fn new(name: &str, clock_ahead: i64) -> Arc<Self> {
        let cosigner = Cosigner::from_seed(name.parse().unwrap(), &[name.as_bytes()[0]; 32]).unwrap();
        Arc::new(Self { cosigner, seen: Mutex::new(Seen::nothing()), clock_ahead })
    }

    fn answer(&self, body: &str, now: i64) -> (u16, String) {
        let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
        let mut seen = self.seen.lock();
        match judge(&request, &[key("log.test/a").verifier().clone()], *seen) {
            Ok(next) => {
                *seen = next;
                let time = u64::try_from(now + self.clock_ahead).unwrap();
                let line = self.cosigner.cosign(request.checkpoint.checkpoint(), time).unwrap();
                (200, format!("{line}\n"))
            }
            Err(refusal @ Refusal::OtherOldSize(size)) => (refusal.status(), size_body(size)),
            Err(refusal) => (refusal.status(), refusal.to_string()),
        }
    }
}

/// A way that leads to a witness, or, without one, nowhere at all.
fn way(app: &App, witness: Option<&Arc<Witness>>) -> Option<Courier> {
    let (witness, now) = (witness.cloned(), app.now().millis() / 1000);
    Some(Box::new(move |body| {
        let witness = witness.clone();
        Box::pin(async move {
            match witness {
                Some(witness) => Ok(witness.answer(&body, now)),
                None => std::future::pending().await,
            }
        })
    }))
}

async fn service(anchor: &Path) -> Service {
    let mut service = Service::founded(memory()).await;
    let held = Anchor::read(anchor, key("log.test/a").verifier()).unwrap();
    service.app.publish(Box::new(OwnKey::new(key("log.test/a"), held.seen())), held).unwrap();
    service
}

fn policy(witnesses: &[&Arc<Witness>], quorum: &str) -> (Vec<u8>, Policy) {
    let lines = witnesses.iter().map(|witness| {
        let key = witness.cosigner.verifier();
        format!("witness {} {key}\n", key.name().as_str().split('.').next().unwrap())
    });
    let file = format!("log {}\n{}{quorum}\n", key("log.test/a").verifier(), lines.collect::<String>());
    (file.clone().into_bytes(), Policy::parse(file.as_bytes()).unwrap())
}

async fn until(audit: &Audit, what: &str, is_so: impl Fn(&Audit) -> bool) {
    let started = Instant::now();
    while !is_so(audit) {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came to {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_head_goes_out_when_its_quorum_is_there_and_nobody_else_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = service(&folder.path().join("anchor")).await;
    let (one, two, gone) =
        (Witness::new("one.test/w", 0), Witness::new("two.test/w", 0), Witness::new("gone.test/w", 0));
    let (file, policy) = policy(&[&one, &two, &gone], "group all2 2 one two gone\nquorum all2");
    let couriers =
        vec![way(&service.app, Some(&one)), way(&service.app, Some(&two)), way(&service.app, None)];
    service.app.witness(Witnesses { file, policy: policy.clone(), couriers }).unwrap();
    registers(&service, 1..6).await;
    let audit = service.app.audit();
    until(audit, "a cosigned head", |audit| {
        audit.published().is_some_and(|head| head.size() == 6 && policy.check(&head.signed).is_ok())
    })
    .await;
    assert!(audit.witnessing().unwrap().quorum);
    let started = Instant::now();
    service.app.stop();
    assert!(started.elapsed() < Duration::from_secs(5), "who never answers keeps the service from stopping");
}

#[tokio::test]
async fn a_clock_a_day_off_is_told_within_one_cosignature() {
    // Attack 12, as the service sees it; facts that bear such times are found by the auditor.
    let folder = tempfile::tempdir().unwrap();
    let mut service = service(&folder.path().join("anchor")).await;
    let (ahead, behind) = (Witness::new("ahead.test/w", 86_400), Witness::new("behind.test/w", -86_400));
    let (file, policy) = policy(&[&ahead, &behind], "quorum none");
    let couriers = vec![way(&service.app, Some(&ahead)), way(&service.app, Some(&behind))];
    service.app.witness(Witnesses { file, policy, couriers }).unwrap();
    until(service.app.audit(), "two clocks", |audit| {
        let witnesses = audit.witnessing().unwrap().witnesses;
        let off = |at: usize| witnesses[at].clock_ahead.is_some_and(|seconds| seconds.abs() > 80_000);
        off(0) && off(1)
    })
    .await;
}

#[tokio::test]
async fn a_witness_that_saw_more_is_no_passing_trouble() {
    // Attack 6, as the service sees it: log and anchor are old copies, and the witness remembers.
    let folder = tempfile::tempdir().unwrap();
    let witness = Witness::new("one.test/w", 0);
    witness.seen.lock().size = 100;
    let mut service = service(&folder.path().join("anchor")).await;
    let (file, policy) = policy(&[&witness], "quorum one");
    let couriers = vec![way(&service.app, Some(&witness))];
    service.app.witness(Witnesses { file, policy, couriers }).unwrap();
    until(service.app.audit(), "a refusal", |audit| {
        let failing = audit.witnessing().unwrap().witnesses[0].failing.clone();
        failing.is_some_and(|why| why.contains("has seen 100 facts"))
    })
    .await;
    assert!(!service.app.audit().witnessing().unwrap().quorum);
}

#[tokio::test]
async fn a_witness_that_another_process_has_shown_more_is_asked_about_a_newer_head_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let witness = Witness::new("one.test/w", 0);
    let mut service = service(&folder.path().join("anchor")).await;
    let (file, policy) = policy(&[&witness], "quorum one");
    // The first head is on its way while the log grows.
    let (open, gate) = tokio::sync::watch::channel(false);
    let arrives = way(&service.app, Some(&witness)).unwrap();
    let delayed: Courier = Box::new(move |body| {
        let (mut gate, answer) = (gate.clone(), arrives(body));
        Box::pin(async move {
            gate.wait_for(|open| *open).await.unwrap();
            answer.await
        })
    });
    service.app.witness(Witnesses { file, policy: policy.clone(), couriers: vec![Some(delayed)] }).unwrap();
    registers(&service, 1..6).await;
    let audit = service.app.audit();
    until(audit, "a tree of six facts", |audit| audit.tiles().size() == 6).await;
    *witness.seen.lock() = Seen { size: 6, root: audit.tiles().root_at(6).unwrap() };
    open.send_replace(true);
    let started = Instant::now();
    until(audit, "a cosigned head", |audit| {
        audit.published().is_some_and(|head| head.size() == 6 && policy.check(&head.signed).is_ok())
    })
    .await;
    assert!(started.elapsed() < Duration::from_secs(8), "the round waited for its end");
}
