//! Every test has a schema of its own in one cluster.

mod doors;
mod lost;
mod moving;
mod promises;
mod rights;

use cluster::{Cluster, FLEETING};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicUsize, Ordering},
};
use thidua_eventlog::{
    EventLog, PostgresLog,
    postgres::{Place, migrate},
};

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(FLEETING));

/// A schema nobody has used, without a log.
fn vacant() -> Place {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let place: Place = CLUSTER.primary().url("postgres", "postgres").parse().unwrap();
    place.with_schema(&format!("log_{}", NEXT.fetch_add(1, Ordering::Relaxed))).unwrap()
}

/// A schema with an empty log.
fn empty() -> Place {
    let place = vacant();
    migrate(&place, None).unwrap();
    place
}

fn open(place: &Place) -> PostgresLog {
    PostgresLog::open(place.clone()).unwrap()
}

/// Statements in the schema of a log, as the superuser.
fn sql(place: &Place, statements: &str) -> String {
    CLUSTER.primary().sql("postgres", &format!("set search_path = {}; {statements}", place.schema()))
}

/// What opens a new place.
fn new_place() -> impl Fn() -> Arc<dyn EventLog> {
    let place = empty();
    move || Arc::new(open(&place))
}
