//! What others do in the place of a turn: each client with a connection of its own, one event at a time.

use super::{Identities, pool};
use cluster::Server;
use std::{
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use thidua_eventlog::Fact;
use tokio::runtime::Builder;
use tokio_postgres::{Client, NoTls, Statement};

/// Clients that each do one thing after another, for a while; how many they did in a second.
fn closed_loop<F, D>(url: &str, clients: usize, slice: Duration, statement: &str, mut one: F) -> f64
where
    F: FnMut(usize) -> D,
    D: AsyncFnMut(&Client, &Statement) + 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut ready = Vec::with_capacity(clients);
        for client in 0..clients {
            let (connected, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
            tokio::spawn(connection);
            let statement = connected.prepare(statement).await.unwrap();
            ready.push((connected, statement, one(client)));
        }
        let local = tokio::task::LocalSet::new();
        let begun = Instant::now();
        let until = begun + slice;
        let running: Vec<_> = ready
            .into_iter()
            .map(|(client, statement, mut step)| {
                local.spawn_local(async move {
                    let mut done = 0_u64;
                    while Instant::now() < until {
                        step(&client, &statement).await;
                        done += 1;
                    }
                    done
                })
            })
            .collect();
        let done = local
            .run_until(async {
                let mut all = 0;
                for client in running {
                    all += client.await.unwrap();
                }
                all
            })
            .await;
        done as f64 / begun.elapsed().as_secs_f64()
    })
}

fn fresh_name(prefix: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("{prefix}_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One prepared `INSERT` an event, into a table with the constraints of the store.
pub struct Insert {
    url: String,
    table: String,
}

impl Insert {
    /// Makes the table.
    pub fn prepare(server: &Server) -> Self {
        let table = fresh_name("rows");
        server.sql(
            "postgres",
            &format!(
                "create table {table} (position bigserial primary key, stream text collate \"C\" not null,
                 version bigint not null, id uuid not null unique, key bytea not null, part smallint not null,
                 recorded_at timestamptz not null, type text collate \"C\" not null, leaf bytea not null,
                 xid xid8 not null default pg_current_xact_id(), unique (stream, version), unique (key, part))"
            ),
        );
        Self { url: server.url("postgres", "postgres"), table }
    }

    /// Rows a second.
    pub fn per_second(&self, clients: usize, slice: Duration) -> f64 {
        let statement = format!(
            "insert into {} (stream, version, id, key, part, recorded_at, type, leaf)
             values ($1, $2, $3, $4, 0, now(), $5, $6)",
            self.table
        );
        let pool = pool();
        closed_loop(&self.url, clients, slice, &statement, |client| {
            let (pool, mut at) = (std::sync::Arc::clone(&pool), client * 101);
            let mut identities = Identities::fresh();
            async move |connection: &Client, statement: &Statement| {
                let mut fact: Fact = pool[at % pool.len()].clone();
                at += 1;
                identities.renew(&mut fact);
                let envelope = &fact.envelope;
                let (stream, version) = (envelope.stream.to_string(), i64::from(envelope.version.0));
                let key = envelope.request.key.0;
                connection
                    .execute(
                        statement,
                        &[
                            &stream,
                            &version,
                            &envelope.id.0,
                            &&key[..],
                            &envelope.event.type_name(),
                            &fact.bytes,
                        ],
                    )
                    .await
                    .unwrap();
            }
        })
    }
}

/// `write_message` of message-db, with an expected version, each client in a category of its own.
pub struct MessageDb {
    url: String,
}

impl MessageDb {
    /// Installs it from the folder `database` of its npm package.
    pub fn install(server: &Server, folder: &str) -> Self {
        let installed = Command::new("bash")
            .arg(format!("{folder}/install.sh"))
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", server.port().to_string())
            .env("PGUSER", "postgres")
            .output()
            .unwrap();
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
        let url = format!(
            "{}?options=-c%20search_path%3Dmessage_store,public",
            server.url("postgres", "message_store")
        );
        Self { url }
    }

    /// Messages a second.
    pub fn per_second(&self, clients: usize, slice: Duration) -> f64 {
        const WRITE: &str = "select write_message($1, $2, 'Renamed', $3::text::jsonb, null, $4)";
        // As large as a fact of the other measurements, in a form that jsonb takes.
        let data = format!("{{\"name\":\"{}\"}}", "Sở Nội vụ tỉnh ".repeat(20));
        let run = fresh_name("run").replace('_', "");
        closed_loop(&self.url, clients, slice, WRITE, |client| {
            let (data, stream) = (data.clone(), format!("{run}c{client}-1"));
            let mut identities = Identities::fresh();
            let mut fact = pool()[0].clone();
            let mut version = -1_i64;
            async move |connection: &Client, statement: &Statement| {
                identities.renew(&mut fact);
                let id = fact.envelope.id.0.to_string();
                connection.query_one(statement, &[&id, &stream, &data, &version]).await.unwrap();
                version += 1;
            }
        })
    }
}
