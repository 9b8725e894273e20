//! Faults that need no other primary: nodes that die or stand still, connections that are cut, standbys that stand still, a
//! turn that takes long.

use super::{
    load::{Load, Reader},
    world::{World, eventually},
};
use crate::support::{Client, facts::NewUnit, server::signal};
use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a write may wait for a database that cannot take it, before it is answered all the same.
const BOUND: Duration = Duration::from_secs(45);

#[test]
fn nodes_die_and_stand_still_and_connections_are_cut_and_nothing_is_lost() {
    let mut world = World::whole();
    world.under_load("a node is killed", a_node_is_killed);
    world.under_load("a node stands still", a_node_stands_still);
    world.under_load("connections are cut", connections_are_cut);
    world.under_load("a standby stands still", |world, load| {
        world.servers()[1].freeze();
        load.progress(40);
        world.servers()[1].thaw();
    });
    world.under_load("the primary stands still", |world, _| {
        world.primary().freeze();
        thread::sleep(Duration::from_secs(3));
        world.primary().thaw();
    });
    world.under_load("a turn takes long", a_turn_takes_long);
    world.under_load("no standby is left", no_standby_is_left);
    world.audit();
}

fn a_node_is_killed(world: &mut World, load: &Load) {
    world.nodes[0].take().expect("it runs").kill();
    load.progress(40);
    world.start(0);
}

/// It may hold the turn: the server takes it away.
fn a_node_stands_still(world: &mut World, load: &Load) {
    for _ in 0..3 {
        signal(world.node(0).id(), "STOP");
        load.progress(20);
        signal(world.node(0).id(), "CONT");
        load.progress(20);
    }
}

fn connections_are_cut(world: &mut World, load: &Load) {
    for _ in 0..10 {
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'thidua'";
        let count: u64 = world.primary().sql("postgres", cut).parse().expect("a number");
        assert!(count > 0, "there was nothing to cut");
        load.progress(10);
    }
}

/// A fact that waits in an open transaction is not skipped: nobody can write behind it, and every node tells of it before
/// it tells of what follows. What the readers of the load claim is checked at the end.
fn a_turn_takes_long(world: &mut World, load: &Load) {
    let mut seen = 0;
    for _ in 0..3 {
        let mut holder = hold_inserts(world, Duration::from_secs(2));
        // Nodes wait for one another at any time, but for the table only when somebody holds it.
        let blocked = "select count(*) >= 2 and bool_or(wait_event = 'relation') from pg_stat_activity \
                       where usename = 'thidua' and wait_event_type = 'Lock'";
        eventually("a turn waits in its insertion, and another behind it", || {
            world.primary().sql("postgres", blocked) == "t"
        });
        let before = world.count();
        let shown = (0..world.nodes.len())
            .map(|node| world.client(node).get("/v1/units?limit=1").expect("an answer").position());
        let shown = shown.max().expect("a node");
        if holder.try_wait().expect("a process").is_none() {
            seen += 1;
            assert!(shown <= before, "a node tells of what is not written yet: {shown} facts of {before}");
        }
        assert!(holder.wait().expect("it ends").success());
        load.progress(20);
    }
    assert!(seen > 0, "every insertion was over too soon to be looked at");
}

/// Somebody keeps every insertion waiting for a while.
fn hold_inserts(world: &World, time: Duration) -> std::process::Child {
    let statements = format!(
        "begin; lock table thidua.events in share mode; select pg_sleep({}); commit",
        time.as_secs_f64()
    );
    let port = world.primary().port().to_string();
    let mut psql = Command::new("psql");
    psql.args(["-Xqo", "/dev/null", "-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", "thidua", "-c"]);
    psql.arg(statements).stdin(Stdio::null()).spawn().expect("psql")
}

/// Without a standby nothing can be acknowledged. Whoever writes is told so in bounded time, whoever reads is answered, and
/// when a standby is back everything goes on by itself.
fn no_standby_is_left(world: &mut World, load: &Load) {
    let readers: Vec<_> = world.urls().iter().map(|url| Reader::start(url, "/v1/units?limit=5")).collect();
    let (servers, began) = (world.servers(), load.since());
    servers[1..].iter().for_each(|standby| standby.freeze());
    let refused = |node: usize, url: &str| {
        let start = Instant::now();
        let answer = extra(node).post(&Client::with_patience(url, &world.token, BOUND)).expect("an answer");
        assert_eq!(answer.status, 503, "node {node} acknowledged what only one machine has: {answer:?}");
        assert!(answer.header("Retry-After").is_some());
        start.elapsed()
    };
    let refused = &refused;
    let longest = thread::scope(|scope| {
        let urls = world.urls();
        let ask = |(node, url): (usize, String)| scope.spawn(move || refused(node, &url));
        let waits: Vec<_> = urls.into_iter().enumerate().map(ask).collect();
        waits.into_iter().map(|wait| wait.join().expect("an answer")).max().expect("a node")
    });
    servers[1..].iter().for_each(|standby| standby.thaw());
    assert!(longest < BOUND, "a write had to wait for {longest:?}");
    let resumed = load.progress(1);
    for reader in readers {
        let waits = reader.stop();
        println!(
            "no standby is left: writes refused after {longest:?}, resumed after {resumed:?}; {waits:?}"
        );
        assert_eq!(waits.failures, 0, "reads stopped: {waits:?}");
    }
    // The keys of the requests that were refused tell what became of them.
    for (node, url) in world.urls().iter().enumerate() {
        let unit = extra(node);
        let answer = unit.post(&Client::new(url, &world.token)).expect("an answer");
        assert_eq!(answer.status, 201, "{answer:?}");
        load.also(node, began, &unit, &answer);
    }
}

/// A unit that is registered beside the load.
fn extra(node: usize) -> NewUnit {
    NewUnit::new(8_000 + u32::try_from(node).expect("few nodes"), 0, 0)
}
