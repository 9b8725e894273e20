//! Another primary: after the end of the one before, and while the one before still believes.

use super::{
    load::{Load, Reader},
    world::World,
};
use crate::support::server::signal;
use std::{
    thread,
    time::{Duration, Instant},
};

/// Writes must go on this soon after a promotion. The goal is 5 s on a quiet machine (`cargo bench --bench nodes`).
const RESUMED: Duration = Duration::from_secs(15);

#[test]
fn another_primary_takes_over_and_nothing_is_lost() {
    let mut world = World::whole();
    world.under_load("the primary is killed", the_primary_is_killed);
    world.under_load("a node sleeps through a failover", a_node_sleeps_through_a_failover);
    world.under_load("the old primary still believes", the_old_primary_still_believes);
    world.audit();
}

/// Writes go on soon after the promotion; reads never stop.
fn the_primary_is_killed(world: &mut World, load: &Load) {
    let readers: Vec<_> = world.urls().iter().map(|url| Reader::start(url, "/v1/units?limit=5")).collect();
    let old = world.primary;
    world.primary().kill();
    let promoted = world.fail_over();
    let resumed = next_write(load, promoted);
    println!("writes went on {resumed:?} after the promotion");
    assert!(resumed < RESUMED, "writes went on only {resumed:?} after the promotion");
    for reader in readers {
        let waits = reader.stop();
        println!("reads during the failover: {waits:?}");
        assert_eq!(waits.failures, 0, "reads stopped: {waits:?}");
    }
    load.progress(20);
    world.rejoin(old);
}

fn next_write(load: &Load, since: Instant) -> Duration {
    load.progress(1);
    since.elapsed()
}

/// A node that stands still while the primary changes still believes in the old one when it wakes up.
fn a_node_sleeps_through_a_failover(world: &mut World, load: &Load) {
    let (old, sleeper) = (world.primary, world.node(0).id());
    signal(sleeper, "STOP");
    world.primary().kill();
    world.fail_over();
    load.progress(20);
    signal(sleeper, "CONT");
    load.progress(20);
    world.rejoin(old);
}

/// The primary stands still, another is promoted, and the old one wakes up: it takes writes, which no standby gets. What it
/// was sent must not be acknowledged. Then it is put out of the way, as a fence would have done at once.
fn the_old_primary_still_believes(world: &mut World, load: &Load) {
    let (old, sleeper) = (world.primary, world.node(1).id());
    signal(sleeper, "STOP");
    world.primary().freeze();
    world.fail_over();
    load.progress(20);
    // Awake again, both of them.
    world.servers()[old].thaw();
    signal(sleeper, "CONT");
    thread::sleep(Duration::from_secs(2));
    world.servers()[old].kill();
    load.progress(40);
    world.rejoin(old);
}
