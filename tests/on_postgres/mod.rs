//! The same service over a log in PostgreSQL: the README's story, the commands on stores, moving house, and what is found
//! when somebody alters the rows.
//!
//! - `kept`: what a node keeps beside the database: the snapshot of its views, the vault

mod kept;

use crate::{
    readme::tell_the_story,
    support::{
        Client, Place, Server,
        facts::{Fact, NewUnit, REGISTERS_UNITS, history},
        place::{REGISTRAR, binary, run},
        server::serve,
    },
};
use cluster::{Cluster, FLEETING};
use serde_json::Value;
use std::{
    fs,
    process::{Command, Output},
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(FLEETING));

/// An address that nobody has used.
fn address() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let url = CLUSTER.primary().url("postgres", "postgres");
    format!("{url}?schema=log_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An address with an empty log.
fn prepared() -> String {
    let address = address();
    run(&mut store(&["migrate", "--store", &address]));
    address
}

fn schema(address: &str) -> &str {
    address.rsplit_once('=').expect("a schema").1
}

fn store(words: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(["--json", "store"]).args(words);
    command
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Serves a store while something is asked of it, by a client that may register units.
fn served<T>(address: &str, ask: impl FnOnce(&Client) -> T) -> T {
    let place = Place::with_store(address);
    let server = Server::start_without_vault(&place);
    let answer = ask(&server.client(&place.token(REGISTRAR, REGISTERS_UNITS)));
    assert!(server.stop().success());
    answer
}

fn register(client: &Client, count: u32) {
    for number in 0..count {
        assert_eq!(NewUnit::new(1, 0, number).post(client).expect("an answer").status, 201);
    }
}

#[test]
fn the_story_of_the_readme_works_on_postgres_too() {
    tell_the_story(&["--store", &address()]);
}

#[test]
fn a_log_must_be_made_before_it_is_served() {
    let place = Place::with_store(&address());
    let refused = serve(&place).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("thidua store migrate"));
    run(&mut store(&["migrate", "--store", &place.store_address()]));
    assert!(Server::start(&place).stop().success());
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    for address in ["postgres://thidua:hemligt@db/thidua", "postgres://thidua@db/thidua?password=hemligt"] {
        let refused = store(&["verify", "--store", address]).output().expect("the program starts");
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("PGPASSFILE"), "{said}");
    }
}

#[test]
fn a_database_that_does_not_answer_is_unavailable() {
    let refused = store(&["verify", "--store", "postgres://thidua@127.0.0.1:1/thidua"]).output();
    assert_eq!(refused.expect("the program starts").status.code(), Some(6));
}

#[test]
fn a_log_moves_to_postgres_and_back_as_it_is() {
    let origin = Place::new();
    let server = Server::start(&origin);
    let client = server.client(&origin.token(REGISTRAR, REGISTERS_UNITS));
    register(&client, 60);
    let before: Vec<Fact> = history(&client);
    assert!(server.stop().success());

    let database = prepared();
    let there = said(&run(&mut store(&["copy", "--from", &origin.store_address(), "--to", &database])));
    assert_eq!((&there["facts"], &there["before"]), (&61.into(), &0.into()));
    assert_eq!(there["root"], said(&run(&mut store(&["verify", "--store", &database])))["root"]);
    served(&database, |client| {
        assert!(history(client) == before, "the history is another");
        // What was posted before the move is known after it.
        assert_eq!(NewUnit::new(1, 0, 7).post(client).expect("an answer").status, 201);
        assert_eq!(NewUnit::new(1, 1, 1).post(client).expect("an answer").status, 201);
    });

    // What was copied before and is the beginning of the log is gone on with; what is another log is not touched.
    let back = ["copy", "--from", &database, "--to", &origin.store_address()];
    let again = said(&run(&mut store(&back)));
    assert_eq!((&again["facts"], &again["before"]), (&62.into(), &61.into()));
    let other = prepared();
    served(&other, |client| register(client, 1));
    let refused = store(&["copy", "--from", &database, "--to", &other]).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another log from position 0"));
}

#[test]
fn a_backup_goes_from_any_store_to_any_other_whole_or_not_at_all() {
    let database = prepared();
    let before = served(&database, |client| {
        register(client, 40);
        history(client)
    });
    let place = Place::new();
    let copy = place.file("copy").display().to_string();
    run(&mut store(&["backup", "--store", &database, "--to", &copy]));
    run(&mut store(&["restore", "--from", &copy, "--store", &place.store_address()]));
    let restored = prepared();
    run(&mut store(&["restore", "--from", &copy, "--store", &restored]));
    for address in [&place.store_address(), &restored] {
        assert!(served(address, history) == before, "{address} holds another history");
    }

    let manifest = place.file("copy/manifest.json");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    fs::write(&manifest, text.replacen("\"root\": \"", "\"root\": \"0", 1)).expect("the manifest");
    let empty = prepared();
    let refused =
        store(&["restore", "--from", &copy, "--store", &empty]).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(4));
    assert_eq!(said(&run(&mut store(&["verify", "--store", &empty])))["facts"], 0);
}

#[test]
fn rows_altered_by_the_superuser_are_found() {
    let (database, place) = (prepared(), Place::new());
    let file = |name: &str| place.file(name).display().to_string();
    let verifier = run(Command::new(binary()).args([
        "signer",
        "key",
        "--name",
        "so.example.vn/thidua",
        "--key",
        &file("key"),
    ]));
    let verifier = String::from_utf8(verifier.stdout).expect("text");
    fs::write(place.file("policy"), format!("log {}\nquorum none\n", verifier.trim())).expect("a policy");
    let options = ["--log-key", &file("key"), "--anchor", &file("anchor")];
    let served = Place::with_store(&database);
    let server = Server::start_with(&served, &options);
    let client = server.client(&served.token(REGISTRAR, REGISTERS_UNITS));
    register(&client, 300);
    let token = served.token(REGISTRAR, "audit:read");
    // A head that covers everything has been signed.
    while server.client(&token).get("/v1/audit/checkpoint").expect("an answer").text.lines().nth(1)
        != Some("301")
    {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let audit = |url: &str| {
        Command::new(binary())
            .args(["--json", "audit", "verify", &format!("{url}/v1/audit"), "--policy", &file("policy")])
            .args(["--state", &file("state"), "--evidence", &file("evidence.json")])
            .env("THIDUA_TOKEN", &token)
            .output()
            .expect("the program starts")
    };
    let honest = audit(&server.url);
    assert_eq!(honest.status.code(), Some(0), "{}", String::from_utf8_lossy(&honest.stderr));

    // A name is another, in bytes that are still a fact.
    let alter = format!(
        "set session_replication_role = replica; update {}.events set leaf = \
         convert_to(replace(convert_from(leaf, 'UTF8'), 'Đơn vị', 'Đơn vỉ'), 'UTF8') where position = 299",
        schema(&database)
    );
    CLUSTER.primary().sql("postgres", &alter);
    let found = audit(&server.url);
    assert_eq!(found.status.code(), Some(2), "{}", String::from_utf8_lossy(&found.stdout));
    assert!(server.stop().success());

    let mut again = serve(&served);
    let refused = again.args(options).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the past was altered"));
}
