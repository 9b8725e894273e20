//! Who may do what, and what nobody may.

use super::{moving::requests_of_three, *};
use domain::Position;
use thidua_eventlog::{Commit, LogError, contract::Samples, copy::copy, verify};

fn written(place: &Place, count: usize) -> PostgresLog {
    let log = open(place);
    let facts = Samples::new(41).facts(count);
    for (index, group) in facts.chunks(7).enumerate() {
        let turn = log.turn(Position(7 * index as u64)).unwrap();
        assert_eq!(turn.commit(group, &[]).unwrap(), Commit::Durable);
    }
    log
}

/// What the database says to statements that it must refuse, by a role.
fn refused(place: &Place, role: &str, statement: &str) -> String {
    let wrapped = format!(
        "set role {role}; do $$ begin {statement}; raise exception 'it was done' using errcode = 'P0002'; \
         exception when no_data_found then raise; when others then raise notice '%', sqlerrm; \
         perform set_config('thidua.said', sqlerrm, false); end $$; select current_setting('thidua.said')"
    );
    sql(place, &wrapped)
}

#[test]
fn not_even_the_superuser_changes_or_removes_a_fact_by_mistake() {
    let place = empty();
    written(&place, 20);
    for statement in
        ["update events set type = 'x'", "delete from events where position = 3", "truncate events"]
    {
        let said = refused(&place, "postgres", statement);
        assert!(said.contains("facts are never changed or removed"), "{statement}: {said}");
    }
    for statement in ["delete from head", "truncate head"] {
        assert!(refused(&place, "postgres", statement).contains("never changed"), "{statement}");
    }
    assert_eq!(sql(&place, "select count(*) from events"), "20");
}

#[test]
fn a_node_reads_and_writes_through_the_functions_and_does_nothing_else() {
    let place = vacant();
    let role = format!("node_{}", place.schema());
    CLUSTER.primary().sql("postgres", &format!("create role {role} login"));
    assert_eq!(migrate(&place, Some(&role)).unwrap(), ["0001_log", "0002_turns"]);
    assert_eq!(migrate(&place, Some(&role)).unwrap(), Vec::<&str>::new());
    let url = format!("{}?schema={}", CLUSTER.primary().url(&role, "postgres"), place.schema());
    let log = written(&url.parse().unwrap(), 30);
    assert_eq!(log.read(Position(0), 100).unwrap().len(), 30);
    log.verify_columns(&mut |_| ()).unwrap();
    for statement in [
        "insert into events select position + 100, stream, version + 100, id, key, part + 1, recorded_at, type, leaf \
         from events limit 1",
        "update events set type = 'x'",
        "delete from events",
        "truncate events",
        "update head set position = 0",
        "insert into aside values ('k', 'v')",
        "alter table events disable trigger all",
        "drop table events",
        "create table more (x int)",
    ] {
        let said = refused(&place, &role, statement);
        assert!(said.contains("permission denied") || said.contains("must be owner"), "{statement}: {said}");
    }
}

#[test]
fn whoever_was_granted_nothing_can_do_nothing() {
    let place = empty();
    CLUSTER.primary().sql("postgres", &format!("create role stranger_{} login", place.schema()));
    let url = CLUSTER.primary().url(&format!("stranger_{}", place.schema()), "postgres");
    let strange: Place = format!("{url}?schema={}", place.schema()).parse().unwrap();
    assert!(matches!(PostgresLog::open(strange), Err(LogError::Failed { .. })));
}

#[test]
fn a_superuser_who_alters_a_fact_on_purpose_is_found() {
    let place = empty();
    let log = written(&place, 50);
    let whole = verify::verify(&log, None, &mut |_| ()).unwrap();
    let alter = |set: &str| {
        sql(
            &place,
            &format!("set session_replication_role = replica; update events set {set} where position = 20"),
        );
    };
    // Still a fact, and of the same length: its stream does not fit any more, or at least not the root.
    alter(
        "leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '\"client\":\"cong-thi-dua\"', '\"client\":\"cong-thi-dux\"'), 'UTF8')",
    );
    let altered = verify::verify(&open(&place), None, &mut |_| ());
    assert!(altered.is_err() || altered.is_ok_and(|report| report.root != whole.root));
    open(&place).verify_columns(&mut |_| ()).unwrap();
    alter("type = 'unit.abolished'");
    let found = open(&place).verify_columns(&mut |_| ());
    assert!(matches!(found, Err(LogError::Damaged { position: Position(20), .. })), "{found:?}");
}

#[test]
fn a_column_that_says_something_else_than_its_fact_is_named() {
    let from = requests_of_three(5);
    for (column, other) in [
        ("stream", "'unit/x'"),
        ("version", "version + 100"),
        ("id", "gen_random_uuid()"),
        ("key", "'\\x00'"),
        ("part", "part + 100"),
        ("recorded_at", "recorded_at + interval '1 millisecond'"),
        ("type", "'unit.abolished'"),
        ("xid", "pg_current_xact_id()"),
    ] {
        let place = empty();
        copy(&from, &open(&place), &mut |_| ()).unwrap();
        open(&place).verify_columns(&mut |_| ()).unwrap();
        // The second fact of a request.
        let alter = format!("update events set {column} = {other} where position = 10");
        sql(&place, &format!("set session_replication_role = replica; {alter}"));
        match open(&place).verify_columns(&mut |_| ()) {
            Err(LogError::Damaged { position: Position(10), what }) => {
                assert!(what.contains(&format!("column {column} ")), "{column}: {what}");
            }
            found => panic!("{column}: {found:?}"),
        }
    }
}

#[test]
fn a_row_that_is_gone_is_named() {
    let place = empty();
    written(&place, 50);
    sql(&place, "set session_replication_role = replica; delete from events where position = 20");
    let read = open(&place).read(Position(0), 50);
    assert!(matches!(read, Err(LogError::Damaged { position: Position(20), .. })), "{read:?}");
    sql(&place, "set session_replication_role = replica; delete from events where position >= 40");
    let opened = PostgresLog::open(place).map(|_| ());
    assert!(matches!(opened, Err(LogError::Damaged { position: Position(40), .. })), "{opened:?}");
}

#[test]
fn a_schema_without_a_log_or_with_another_says_what_to_do() {
    let place = vacant();
    let missing = PostgresLog::open(place.clone()).map(|_| ()).unwrap_err().to_string();
    assert!(missing.contains("thidua store migrate"), "{missing}");
    migrate(&place, None).unwrap();
    sql(&place, "update migrations set sha256 = 'x' where number = 2");
    assert!(matches!(PostgresLog::open(place.clone()), Err(LogError::Version { found: 2, .. })));
    sql(&place, "insert into migrations values (3, '0003', 'y')");
    assert!(matches!(migrate(&place, None), Err(LogError::Version { found: 3, needed: 2, .. })));
}
