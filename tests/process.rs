//! The life of the process: it starts, says that it is ready, keeps what it recorded, and stops when asked.

use crate::support::{
    Place, Server,
    facts::{NewUnit, REGISTERS_UNITS, history},
    place::{REGISTRAR, binary, run},
    server::serve,
};
use std::process::Command;

#[test]
fn a_unit_registered_before_a_stop_is_there_after_the_next_start() {
    let place = Place::new();
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let server = Server::start(&place);
    let client = server.client(&token);
    let unit = NewUnit::new(0, 0, 0);
    let answer = unit.post(&client).expect("an answer");
    assert_eq!(answer.status, 201, "{answer:?}");
    let before = history(&client);

    let status = server.stop();
    assert!(status.success(), "a server that is asked to stop ends well, not with {status}");

    let server = Server::start(&place);
    let client = server.client(&token);
    assert_eq!(history(&client), before);
    let again = unit.post(&client).expect("an answer");
    assert_eq!(again.header("Idempotency-Replayed"), Some("true"), "{again:?}");
    assert_eq!(again.text, answer.text);
}

#[test]
fn a_second_process_on_the_same_folder_is_turned_away_and_the_first_goes_on() {
    let place = Place::new();
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let server = Server::start(&place);

    let second = serve(&place).output().expect("the program starts");
    assert_eq!(second.status.code(), Some(5), "two processes on one store: {second:?}");
    let said = String::from_utf8_lossy(&second.stderr);
    let store = place.store().display().to_string();
    assert!(said.contains(&store), "the message does not name the folder: {said}");

    let answer = NewUnit::new(0, 0, 1).post(&server.client(&token)).expect("an answer");
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[test]
fn metrics_have_a_port_of_their_own() {
    let place = Place::new();
    let server = Server::start(&place);
    let public = server.client("").get("/metrics").expect("an answer");
    assert_eq!(public.status, 404, "metrics are not for the public: {public:?}");
    let private = crate::support::Client::new(&server.metrics, "").get("/metrics").expect("an answer");
    assert_eq!(private.status, 200);
    assert!(private.text.contains("thidua_"), "{}", private.text);
}

#[test]
fn a_service_does_not_start_on_development_keys_unless_it_is_told_to() {
    let place = Place::new();
    let told = serve(&place);
    let untold = told.get_args().filter(|argument| *argument != "--allow-development-keys");
    let key = place.file("log.key");
    run(Command::new(binary()).args(["signer", "key", "--name", "so.example.vn/thidua", "--key"]).arg(&key));
    let output = Command::new(binary()).args(untold).arg("--log-key").arg(&key).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-development-keys"));
}
