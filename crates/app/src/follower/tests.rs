//! Several nodes over one log, told as stories: the log is in memory.

use crate::{
    Failure,
    rebuild::rebuild,
    tests::{Service, futures, name, register, rename},
};
use domain::{Position, UnitId};
use eventlog::{EventLog, MemoryLog};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(5);

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

async fn two_nodes() -> (Arc<dyn EventLog>, [Service; 2]) {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let first = Service::founded(Arc::clone(&log)).await;
    let second = Service::beside(Arc::clone(&log));
    (log, [first, second])
}

#[tokio::test]
async fn a_node_wakes_for_what_others_wrote() {
    let (_, [one, other]) = two_nodes().await;
    for number in 1..50 {
        let receipt = one.asks("registry", register(unit(number), "Hội Luật gia")).await.unwrap();
        assert!(other.app.reach(receipt.head, SOON).await);
        assert_eq!(
            other.app.views().books.unit(unit(number)).unwrap().state.names[0].name,
            name("Hội Luật gia")
        );
    }
    // Nothing is folded twice.
    assert_eq!(one.app.views().books.counts(), other.app.views().books.counts());
    assert_eq!(other.app.head(), Position(50));
}

#[tokio::test]
async fn a_node_decides_on_what_the_log_holds_and_not_on_what_it_has_read() {
    let (_, [one, other]) = two_nodes().await;
    for number in 1..100 {
        one.asks("registry", register(unit(number), "Hội Luật gia")).await.unwrap();
        // Refused at once if it did not look: nobody waits for the follower here.
        other.asks("registry", rename(unit(number), "Hội Làm vườn")).await.unwrap();
        let twice = one.asks("registry", register(unit(number), "Hội Luật gia")).await;
        assert!(matches!(twice, Err(Failure::Rejected(_))), "{twice:?}");
    }
}

#[tokio::test]
async fn a_key_that_was_spent_at_one_node_is_known_at_every_other() {
    let (_, [one, other]) = two_nodes().await;
    for number in 1..50 {
        let request = one.request("registry", register(unit(number), "Hội Luật gia"));
        let first = one.app.execute(request.clone()).await.unwrap();
        let again = other.app.execute(request).await.unwrap();
        assert_eq!((again.replayed, again.facts), (true, first.facts));
    }
}

#[tokio::test]
async fn nodes_that_write_at_once_lose_nothing_and_agree() {
    const EACH: u128 = 200;
    let (log, nodes) = two_nodes().await;
    let asked: Vec<_> = (0..EACH)
        .flat_map(|number| {
            nodes.iter().enumerate().map(move |(at, node)| {
                let act = register(unit(1000 * (at as u128 + 1) + number), "Đơn vị");
                (node, node.request("registry", act))
            })
        })
        .collect();
    let answers = futures(asked.iter().map(|(node, request)| node.app.execute(request.clone()))).await;
    let mut positions: Vec<_> =
        answers.into_iter().map(|answer| answer.unwrap().facts[0].position.0).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=2 * u64::try_from(EACH).unwrap()).collect::<Vec<_>>());
    let end = log.head().unwrap();
    let replayed = rebuild(log.as_ref(), end, |_| {}).unwrap();
    for node in &nodes {
        assert!(node.app.reach(end, SOON).await);
        let views = node.app.views();
        assert_eq!((views.head(), views.books.counts()), (end, replayed.views.books.counts()));
    }
}
