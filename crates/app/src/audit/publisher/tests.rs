//! How often the log commits to its streams.

use super::*;
use crate::{
    Clock,
    audit::OwnKey,
    tests::{Service, register, rename},
};
use domain::{Event, UnitId, log::LogEvent};
use eventlog::{EventLog, MemoryLog};
use tlog::{key::Signer, witness::Seen};

fn work(service: &Service, folder: &std::path::Path) -> Work {
    let key = Signer::from_seed("log.test/a".parse().unwrap(), &[7; 32]).unwrap();
    let anchor = Anchor::read(&folder.join("anchor"), key.verifier()).unwrap();
    let verifier = key.verifier().clone();
    let current = Box::new(OwnKey::new(key, Seen::nothing()));
    Work {
        shared: Arc::clone(&service.app.shared),
        signers: Some(Signers { current, previous: None }),
        key: verifier,
        anchor,
        jobs: service.app.jobs.downgrade(),
        signed: None,
        kept_hour: None,
        recalled: None,
        commit_at: Instant::now(),
        told: None,
    }
}

async fn passes_an_hour(service: &Service, work: Work) -> Work {
    let clock = service.clock();
    clock.set(domain::Timestamp::from_millis(clock.now().millis() + HOUR));
    let hour = move || {
        let mut work = Work { commit_at: Instant::now(), ..work };
        work.commit_stream_heads();
        work
    };
    tokio::task::spawn_blocking(hour).await.unwrap()
}

#[tokio::test]
async fn the_log_commits_to_its_streams_every_hour_in_which_something_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let service = Service::founded(Arc::clone(&log)).await;
    let work = passes_an_hour(&service, work(&service, folder.path())).await;
    assert_eq!(service.app.head(), Position(2), "the grant, and the commitment");
    let work = passes_an_hour(&service, work).await;
    assert_eq!(service.app.head(), Position(2), "nothing was written");
    let unit = UnitId(uuid::Uuid::from_u128(1));
    service.asks("registry", register(unit, "Hội Luật gia")).await.unwrap();
    let mut work = passes_an_hour(&service, work).await;
    assert_eq!(service.app.head(), Position(4));
    work.commit_stream_heads();
    assert_eq!(service.app.head(), Position(4), "the hour has not passed");
    work.commit_at = Instant::now();
    service.asks("registry", rename(unit, "Hội Luật gia Việt Nam")).await.unwrap();
    work.commit_stream_heads();
    assert_eq!(service.app.head(), Position(5), "another process committed, less than an hour ago");

    // What was committed to is what a reader makes of the history and the tiles.
    work.grow().unwrap();
    for position in [1, 3] {
        let fact = service.app.fact(Position(position)).unwrap().unwrap();
        assert!(fact.actor.is_system(), "{fact:?}");
        let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = fact.event else { panic!("{fact:?}") };
        let tree = service.app.stream_heads(position).unwrap();
        assert_eq!((committed.size, committed.streams), (position, tree.size()));
        assert_eq!(committed.root.0, tree.root());
    }
    assert!(service.app.stream_heads(6).is_none(), "the log is not so long");
}
