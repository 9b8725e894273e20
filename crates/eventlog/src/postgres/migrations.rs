//! The tables and functions of a log, in numbered steps. A step that was once released is never changed.

use super::{
    place::Place,
    session::{Fault, Session},
};
use crate::{LogError, files::sha256_hex};
use tokio_postgres::error::SqlState;

/// A step.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// All steps; the first has number 1.
const ALL: [Migration; VERSION as usize] = [
    Migration { name: "0001_log", sql: include_str!("migrations/0001_log.sql") },
    Migration { name: "0002_turns", sql: include_str!("migrations/0002_turns.sql") },
];

/// Held while steps are taken, so that two nodes that start at once do not both take them.
const LOCK: i64 = 0x7468_6964_7561;

/// The version of the schema this build writes.
const VERSION: i32 = 2;

/// Brings the schema to the version of this build, in the name of its owner; gives the names of the steps taken. Then
/// `node`, if a role is named, may read the log and write it through the functions, and nothing else.
///
/// # Errors
/// [`LogError::Version`] when the schema is newer than this build or was made by other steps; [`LogError::Failed`],
/// [`LogError::Unavailable`].
pub fn migrate(place: &Place, node: Option<&str>) -> Result<Vec<&'static str>, LogError> {
    let session = Session::open(place).map_err(failed)?;
    let lock = format!("select pg_advisory_lock({LOCK})");
    session.run(session.client.batch_execute(&lock)).map_err(failed)?;
    let taken = taken(&session, place).map_err(failed)?;
    check(place, &taken)?;
    let mut names = Vec::new();
    for (number, migration) in (1_i32..).zip(&ALL).skip(taken.len()) {
        step(&session, place, number, migration).map_err(failed)?;
        names.push(migration.name);
    }
    if let Some(node) = node {
        grant(&session, place, node).map_err(failed)?;
    }
    // The lock goes with the connection.
    Ok(names)
}

/// Whether the schema is the one of this build.
///
/// # Errors
/// [`LogError::Version`].
pub(super) fn check_version(session: &Session, place: &Place) -> Result<(), LogError> {
    let taken = taken(session, place).map_err(failed)?;
    check(place, &taken)?;
    if taken.len() == ALL.len() {
        return Ok(());
    }
    Err(other_version(place, &taken, "run `thidua store migrate` as the owner of the schema"))
}

fn other_version(place: &Place, taken: &[String], advice: &'static str) -> LogError {
    let found = i32::try_from(taken.len()).unwrap_or(i32::MAX);
    LogError::Version { schema: place.schema().to_owned(), found, needed: VERSION, advice }
}

fn check(place: &Place, taken: &[String]) -> Result<(), LogError> {
    if taken.len() > ALL.len() {
        return Err(other_version(place, taken, "use a newer build"));
    }
    let same = taken.iter().zip(&ALL).all(|(sum, migration)| *sum == sha256_hex(migration.sql.as_bytes()));
    if same { Ok(()) } else { Err(other_version(place, taken, "its steps are not those of this build")) }
}

/// The sums of the steps that were taken, in order.
fn taken(session: &Session, place: &Place) -> Result<Vec<String>, Fault> {
    let question = format!("select sha256 from {}.migrations order by number", place.schema());
    match session.run(session.client.query(&question, &[])) {
        Ok(rows) => Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?),
        Err(Fault::Refused(error))
            if error.code().is_some_and(|code| {
                matches!(*code, SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME)
            }) =>
        {
            Ok(Vec::new())
        }
        Err(fault) => Err(fault),
    }
}

/// Takes one step, whole or not at all.
fn step(session: &Session, place: &Place, number: i32, migration: &Migration) -> Result<(), Fault> {
    let schema = place.schema();
    let channel = format!("'{}'", place.channel());
    let sql = migration.sql.replace("{schema}", schema).replace("{channel}", &channel);
    let first = if number == 1 { beginning(session, schema)? } else { String::new() };
    let (name, sum) = (migration.name, sha256_hex(migration.sql.as_bytes()));
    let whole = format!(
        "begin; {first} {sql}
         insert into {schema}.migrations (number, name, sha256) values ({number}, '{name}', '{sum}'); commit"
    );
    session.run(session.client.batch_execute(&whole))
}

/// What stands before the first step. An administrator may have made the schema for an owner who may not make any.
fn beginning(session: &Session, schema: &str) -> Result<String, Fault> {
    let question = format!("select to_regnamespace('{schema}') is not null");
    let row = session.run(session.client.query_one(&question, &[]))?;
    let create = if row.try_get(0)? { String::new() } else { format!("create schema {schema};") };
    Ok(format!(
        "{create} create table {schema}.migrations (number integer primary key, name text not null, \
         sha256 text not null, taken_at timestamptz not null default now());"
    ))
}

/// Lets a role read the log and write it through the functions alone.
fn grant(session: &Session, place: &Place, node: &str) -> Result<(), Fault> {
    let (schema, node) = (place.schema(), format!("\"{}\"", node.replace('"', "\"\"")));
    let functions = ["take_turn", "commit_turn", "settle_turn"].map(|name| format!("{schema}.{name}"));
    let grants = format!(
        "begin; grant usage on schema {schema} to {node}; grant select on all tables in schema {schema} to {node};
         grant execute on function {functions} to {node}; commit",
        functions = functions.join(", "),
    );
    session.run(session.client.batch_execute(&grants))
}

fn failed(fault: Fault) -> LogError {
    match fault {
        Fault::Refused(error) => LogError::failed("preparing the schema")(error),
        Fault::Lost(error) => LogError::unavailable("preparing the schema")(error),
    }
}
