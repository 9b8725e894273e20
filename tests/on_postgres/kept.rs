//! What a node keeps beside the database: the snapshot of its views makes its start fast, the vault is one node's alone.

use super::{CLUSTER, prepared, register, schema};
use crate::support::{
    Client, Place, Server,
    facts::{NewUnit, REGISTERS_UNITS, history},
    persons::{enter, of},
    place::REGISTRAR,
    server::{serve, serve_on},
};
use serde_json::json;
use std::fs;

fn client(place: &Place, server: &Server, scopes: &str) -> Client {
    server.client(&place.token(REGISTRAR, scopes))
}

fn said(place: &Place) -> String {
    fs::read_to_string(place.file("server.log")).expect("the log of the server")
}

#[test]
fn a_node_begins_with_its_snapshot_and_reads_only_what_follows() {
    let database = prepared();
    let place = Place::with_store(&database);
    let state = place.file("snapshots").display().to_string();
    let start = || Server::start_with(&place, &["--state", &state]);
    let server = start();
    register(&client(&place, &server, REGISTERS_UNITS), 40);
    assert!(server.stop().success());

    // Another node, which keeps no snapshot, writes meanwhile.
    let other = Place::with_store(&database);
    let server = Server::start_without_vault(&other);
    for number in 40..45 {
        let unit = NewUnit::new(1, 0, number).post(&client(&other, &server, REGISTERS_UNITS));
        assert_eq!(unit.expect("an answer").status, 201);
    }
    let whole = history(&client(&other, &server, REGISTERS_UNITS));
    assert!(server.stop().success());

    let server = start();
    assert!(said(&place).contains("from_snapshot=41"), "{}", said(&place));
    let asks = client(&place, &server, REGISTERS_UNITS);
    assert!(history(&asks) == whole, "the history is another");
    let again = NewUnit::new(1, 0, 3).post(&asks).expect("an answer");
    assert_eq!(again.header("Idempotency-Replayed"), Some("true"));
    // A second process on the same folder leaves the file to the first.
    let mut second = serve_on(&place, &database, "127.0.0.1:0");
    second.args(["--state", &state]);
    let second = Server::spawn(&place, second);
    assert!(said(&place).contains("no snapshot is kept"), "{}", said(&place));
    assert!(second.stop().success() && server.stop().success());

    // Rows that were altered behind the snapshot are no beginning, and the log is refused as without one.
    let alter = format!(
        "set session_replication_role = replica; update {}.events set leaf = \
         convert_to(replace(convert_from(leaf, 'UTF8'), 'Đơn vị', 'Đơn vỉ'), 'UTF8') where position = 20",
        schema(&database)
    );
    CLUSTER.primary().sql("postgres", &alter);
    let refused = serve(&place).args(["--state", &state]).output().expect("the program starts");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(4), "{told}");
    assert!(told.contains("a snapshot is set aside") && told.contains("the past was altered"), "{told}");
}

#[test]
fn one_node_keeps_the_vault_and_the_others_say_that_they_do_not() {
    let database = prepared();
    let (keeps, beside) = (Place::with_store(&database), Place::with_store(&database));
    let server = Server::start(&keeps);
    let scopes = format!("{REGISTERS_UNITS} persons:read persons:write");
    let registrar = client(&keeps, &server, &scopes);
    let unit = NewUnit::new(1, 0, 0);
    assert_eq!(unit.post(&registrar).expect("an answer").status, 201);

    let refused = serve(&beside).output().expect("the program starts");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("kept in another vault") && told.contains("--vault-key"), "{told}");

    let person = enter(&registrar, unit.id, "Nguyễn Thị Thử Nghiệm");
    let read = registrar.read(&of(person, ""));
    assert_eq!(read["full_name"], json!("Nguyễn Thị Thử Nghiệm"));
    let other = Server::start_without_vault(&beside);
    let asks = client(&beside, &other, &scopes);
    let answer = asks.get(&of(person, "")).expect("an answer");
    assert_eq!((answer.status, answer.code().as_str()), (503, "vaultClosed"), "{answer:?}");
    // Everything else is done there as well.
    register(&asks, 3);
    assert!(other.stop().success() && server.stop().success());

    // The node that keeps the vault finds it again, with what others wrote since.
    let server = Server::start(&keeps);
    assert_eq!(client(&keeps, &server, &scopes).read(&of(person, ""))["status"], json!("kept"));
    assert!(server.stop().success());
}
