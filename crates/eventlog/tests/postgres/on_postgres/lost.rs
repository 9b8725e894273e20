//! Answers that do not come, turns that are lost, and standbys that are not there.

use super::*;
use cluster::Server;
use domain::Position;
use std::{
    thread,
    time::{Duration, Instant},
};
use thidua_eventlog::{Commit, Fact, LogError, contract::Samples, postgres::Patience};

/// How long anything may take that must happen. Generous: the machine may be busy.
const LONG: Duration = Duration::from_secs(60);

/// Impatient, so that a test need not wait long.
fn impatient(mut place: Place) -> Place {
    place.patience = Patience {
        wait: Duration::from_millis(300),
        answer: Duration::from_millis(700),
        settle: Duration::from_millis(1500),
        ..Patience::default()
    };
    place
}

fn commit(log: &PostgresLog, facts: &[Fact]) -> Result<Commit, LogError> {
    log.turn(facts[0].envelope.position)?.commit(facts, &[])
}

/// Makes the next turn of `log` one that holds the others off: others have written before it.
fn lose_a_turn(log: &PostgresLog, others: &PostgresLog, facts: &[Fact]) {
    let turn = log.turn(facts[0].envelope.position).unwrap();
    assert!(!turn.is_held());
    assert_eq!(commit(others, facts).unwrap(), Commit::Durable);
    assert_eq!(turn.commit(facts, &[]).unwrap(), Commit::Again);
}

/// Ends the connections that stand in a turn.
fn end_the_holder(place: &Place) {
    let holder = "select count(pg_terminate_backend(pid)) from pg_locks where relation = 'head'::regclass \
                  and mode = 'RowShareLock' and pid <> pg_backend_pid()";
    assert_eq!(sql(place, holder), "1");
}

#[test]
fn a_turn_whose_connection_ends_is_taken_again() {
    let place = empty();
    let (ours, theirs) = (open(&place), open(&place));
    let facts = Samples::new(61).facts(6);
    lose_a_turn(&ours, &theirs, &facts[..2]);
    let turn = ours.turn(Position(0)).unwrap();
    assert!(turn.is_held() && turn.missed().len() == 2);
    end_the_holder(&place);
    assert_eq!(turn.commit(&facts[2..4], &[]).unwrap(), Commit::Again);
    assert_eq!(ours.head().unwrap(), Position(2));
    assert_eq!(commit(&ours, &facts[2..4]).unwrap(), Commit::Durable);
    // Between two turns a connection may be lost without anybody's noticing.
    let ended = format!(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'thidua.{}'",
        place.schema()
    );
    assert_ne!(sql(&place, &ended), "0");
    while commit(&ours, &facts[4..]).unwrap() == Commit::Again {}
    assert_eq!(theirs.read(Position(0), 10).unwrap().len(), 6);
}

#[test]
fn a_turn_that_is_not_ended_goes_to_the_others_and_cannot_write_any_more() {
    let place = empty();
    let (ours, theirs) = (open(&place), open(&place));
    let facts = Samples::new(62).facts(6);
    lose_a_turn(&ours, &theirs, &facts[..2]);
    let asleep = ours.turn(Position(0)).unwrap();
    assert!(asleep.is_held());
    let begun = Instant::now();
    assert_eq!(commit(&theirs, &facts[2..5]).unwrap(), Commit::Durable);
    assert!(begun.elapsed() >= Duration::from_millis(500), "nobody was held off");
    assert!(begun.elapsed() < LONG);
    let other = Samples::new(67).facts(3).remove(2);
    assert_eq!(asleep.commit(&[other], &[]).unwrap(), Commit::Again);
    let turn = ours.turn(Position(2)).unwrap();
    assert_eq!(turn.missed().len(), 3);
    assert_eq!(turn.commit(&facts[5..], &[]).unwrap(), Commit::Durable);
}

#[test]
fn whoever_waits_too_long_for_the_turn_is_told_and_may_come_again() {
    let place = impatient(empty());
    let log = open(&place);
    let facts = Samples::new(63).facts(2);
    let blocking = format!(
        "set search_path = {}; begin; select position from head for update; select pg_sleep(2); commit",
        place.schema()
    );
    thread::scope(|scope| {
        let blocked = scope.spawn(|| CLUSTER.primary().sql("postgres", &blocking));
        let locked =
            "select count(*) from pg_locks where relation = 'head'::regclass and mode = 'RowShareLock'";
        wait_until(|| sql(&place, locked) == "1");
        let refused = commit(&log, &facts);
        assert!(matches!(refused, Err(LogError::Unavailable { .. })), "{refused:?}");
        blocked.join().unwrap();
    });
    assert_eq!(commit(&log, &facts).unwrap(), Commit::Durable);
}

fn wait_until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "it never came to be");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_was_sent_before_a_settlement_is_refused_when_it_arrives_after_it() {
    let place = empty();
    let statement = |fence: i64| {
        format!(
            "select written from commit_turn(0, {fence}, array['unit/x'], array[1::bigint], array[gen_random_uuid()], \
             array['\\x00112233445566778899aabbccddeeff'::bytea], array[0::smallint], array[now()], array['t'], \
             array['\\x01'::bytea], '{{}}', '{{}}')"
        )
    };
    assert_eq!(
        sql(&place, "select there, head_position, head_fence from settle_turn(array[]::uuid[])"),
        "0|0|1"
    );
    assert_eq!(sql(&place, &statement(0)), "f");
    assert_eq!(sql(&place, "select count(*) from events"), "0");
    assert_eq!(sql(&place, &statement(1)), "t");
}

#[test]
fn a_database_whose_defaults_are_others_changes_nothing() {
    let place = empty();
    let role = format!("strict_{}", place.schema());
    CLUSTER.primary().sql(
        "postgres",
        &format!(
            "create role {role} login; alter role {role} set default_transaction_isolation = 'repeatable read';
             alter role {role} set synchronous_commit = off; alter role {role} set statement_timeout = 1"
        ),
    );
    migrate(&place, Some(&role)).unwrap();
    let url = format!("{}?schema={}", CLUSTER.primary().url(&role, "postgres"), place.schema());
    let place: Place = url.parse().unwrap();
    thidua_eventlog::contract::many_who_write_at_once_lose_nothing(&|| {
        let place = place.clone();
        Box::new(move || Arc::new(open(&place)))
    });
    open(&place).verify_columns(&mut |_| ()).unwrap();
}

#[test]
fn a_transaction_may_be_numbered_long_before_its_turn() {
    let (place, source) = (empty(), empty());
    let facts = Samples::new(66).facts(2);
    assert_eq!(commit(&open(&source), &facts).unwrap(), Commit::Durable);
    let late = format!(
        "do $$ begin
             perform pg_current_xact_id();
             while (select position from head) = 0 loop perform pg_sleep(0.01); end loop;
         end $$;
         select (turn).written from (
             select commit_turn(1, 0, array[stream], array[version], array[id], array[key], array[part], array[recorded_at],
                                array[type], array[leaf], '{{}}', '{{}}') as turn
             from {}.events where position = 1
         ) as late",
        source.schema()
    );
    thread::scope(|scope| {
        let late = scope.spawn(|| sql(&place, &late));
        let waiting = format!(
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and query like '%{}.%'",
            source.schema()
        );
        wait_until(|| sql(&source, &waiting) == "1");
        assert_eq!(commit(&open(&place), &facts[..1]).unwrap(), Commit::Durable);
        assert_eq!(late.join().unwrap(), "t");
    });
    assert_eq!(sql(&place, "select position from events order by xid limit 1"), "1");
    open(&place).verify_columns(&mut |_| ()).unwrap();
}

#[test]
fn a_plan_made_for_a_small_table_does_not_scan_a_large_one() {
    let place = empty();
    let (ours, theirs) = (open(&place), open(&place));
    let facts = Samples::new(64).facts(6_040);
    // Every turn is held, and each finds one fact it missed: more often than a plan is made anew.
    lose_a_turn(&ours, &theirs, &facts[..1]);
    for at in 1..40 {
        let turn = ours.turn(Position(at as u64 - 1)).unwrap();
        assert_eq!((turn.is_held(), turn.missed().len()), (true, 1));
        drop(turn);
        assert_eq!(commit(&theirs, &facts[at..=at]).unwrap(), Commit::Durable);
    }
    for group in facts[40..].chunks(500) {
        assert_eq!(commit(&theirs, group).unwrap(), Commit::Durable);
    }
    let turn = ours.turn(Position(39)).unwrap();
    assert_eq!(turn.missed().len(), 6_001);
    drop(turn);
    drop((ours, theirs));
    let scans =
        "select seq_tup_read, idx_scan > 40 from pg_stat_user_tables where relid = 'events'::regclass";
    wait_until(|| sql(&place, scans).ends_with("|t"));
    assert_eq!(sql(&place, scans), "0|t");
}

/// A cluster that waits for a standby that is not there, and a log in it.
fn without_its_standby() -> (Cluster, Place) {
    let cluster = Cluster::start(FLEETING);
    let place: Place = cluster.primary().url("postgres", "postgres").parse().unwrap();
    migrate(&place, None).unwrap();
    let log = open(&place);
    assert_eq!(commit(&log, &Samples::new(65).facts(1)).unwrap(), Commit::Durable);
    wait_for_standbys(cluster.primary(), "'standby_1'");
    (cluster, impatient(place))
}

fn wait_for_standbys(server: &Server, names: &str) {
    server.set(&[("synchronous_standby_names", names)]);
    server.reload();
    wait_until(|| format!("'{}'", server.sql("postgres", "show synchronous_standby_names")) == names);
}

/// What those who wait for a standby are told to do.
fn wake(server: &Server, how: &str) {
    let waiting = format!("select count({how}(pid)) from pg_stat_activity where wait_event = 'SyncRep'");
    wait_until(|| server.sql("postgres", &waiting) != "0");
}

#[test]
fn a_commit_that_no_standby_has_is_unknown_and_told_by_a_later_turn() {
    let (cluster, place) = without_its_standby();
    let log = open(&place);
    let facts = Samples::new(65).facts(4);
    let outcome = commit(&log, &facts[1..3]);
    assert!(matches!(outcome, Err(LogError::Unknown { .. })), "{outcome:?}");
    // Others wait for the turn that is not over; reading goes on.
    assert!(matches!(
        commit(&open(&place), &facts[1..2]),
        Err(LogError::Unavailable { .. } | LogError::Unknown { .. })
    ));
    assert_eq!(log.read(Position(0), 10).unwrap().len(), 1);

    wait_for_standbys(cluster.primary(), "''");
    wait_until(|| log.head().unwrap() == Position(3));
    let turn = log.turn(Position(1)).unwrap();
    assert_eq!(turn.missed().len(), 2, "what became durable after all is told");
    assert_eq!(turn.commit(&facts[3..], &[]).unwrap(), Commit::Durable);
}

#[test]
fn a_warning_that_standbys_may_not_have_it_is_no_success() {
    for how in ["pg_cancel_backend", "pg_terminate_backend"] {
        let (cluster, place) = without_its_standby();
        let log = open(&place);
        let facts = Samples::new(65).facts(3);
        thread::scope(|scope| {
            let outcome = scope.spawn(|| commit(&log, &facts[1..]));
            wake(cluster.primary(), how);
            let outcome = outcome.join().unwrap();
            assert!(matches!(outcome, Err(LogError::Unknown { .. })), "{how}: {outcome:?}");
        });
        wait_for_standbys(cluster.primary(), "''");
        assert_eq!(log.turn(Position(1)).unwrap().missed().len(), 2, "{how}");
    }
}

#[test]
fn a_commit_is_settled_when_the_standby_comes_back_in_time() {
    let (cluster, mut place) = without_its_standby();
    place.patience.settle = LONG;
    let log = open(&place);
    let facts = Samples::new(65).facts(3);
    thread::scope(|scope| {
        let outcome = scope.spawn(|| commit(&log, &facts[1..]));
        wake(cluster.primary(), "pg_terminate_backend");
        wait_for_standbys(cluster.primary(), "''");
        assert_eq!(outcome.join().unwrap().unwrap(), Commit::Durable);
    });
    assert_eq!(log.head().unwrap(), Position(3));
}

#[test]
fn a_database_that_crashes_and_comes_back_is_written_again() {
    let cluster = Cluster::start(&[("fsync", "on")]);
    let place: Place = cluster.primary().url("postgres", "postgres").parse().unwrap();
    migrate(&place, None).unwrap();
    let log = open(&place);
    let facts = Samples::new(66).facts(400);
    let mut seen = Position(0);
    let mut crashes = 0;
    while let Some(rest) =
        usize::try_from(seen.0).ok().and_then(|at| facts.get(at..)).filter(|rest| !rest.is_empty())
    {
        if crashes < 3 && seen.0 >= 100 * (crashes + 1) {
            crashes += 1;
            cluster.primary().stop("immediate");
            cluster.primary().start();
        }
        let turn = log.turn(seen).unwrap();
        assert!(turn.missed().is_empty(), "what was settled was told wrongly");
        let group: Vec<_> = rest.iter().take(7).cloned().collect();
        if turn.commit(&group, &[]).unwrap() == Commit::Durable {
            seen = Position(seen.0 + group.len() as u64);
        }
    }
    let read: Vec<_> = log.read(Position(0), 500).unwrap().into_iter().map(|stored| stored.bytes).collect();
    assert!(read == facts.iter().map(|fact| fact.bytes.clone()).collect::<Vec<_>>());
}
