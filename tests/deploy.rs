//! What is handed to operators agrees with the program: every setting exists, no setting is missing.

use crate::support::{
    place::{binary, repository, run},
    source::files,
};
use std::{collections::BTreeSet, process::Command};

/// The settings that a text names.
fn settings(text: &str) -> BTreeSet<&str> {
    let in_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let starts = text.match_indices("THIDUA_").map(|(at, _)| &text[at..]);
    starts.map(|rest| &rest[..rest.find(|c| !in_name(c)).unwrap_or(rest.len())]).collect()
}

#[test]
fn every_setting_in_the_deployment_files_is_one_of_the_program() {
    let help = run(Command::new(binary()).args(["serve", "--help"])).stdout;
    let help = String::from_utf8(help).expect("help is text");
    let known = settings(&help);
    assert!(known.contains("THIDUA_STORE"), "the help of `serve` names no settings: {help}");
    for file in files(|path| path.starts_with("deploy/")) {
        for setting in settings(&file.text) {
            assert!(
                known.contains(setting),
                "{} sets {setting}, which `thidua serve` does not know",
                file.path
            );
        }
    }
}

#[test]
fn the_units_and_the_container_call_commands_that_exist() {
    let commands =
        [&["serve"][..], &["healthcheck"], &["store", "backup"], &["store", "restore"], &["store", "verify"]];
    for words in commands {
        run(Command::new(binary()).args(words).arg("--help"));
    }
    let health = ["thidua", "healthcheck"].join("\", \"");
    let container =
        std::fs::read_to_string(repository().join("deploy/Containerfile")).expect("the file is there");
    assert!(container.contains(&health), "the container has no health check");
}

#[test]
fn settings_are_found_in_text() {
    let found = settings("A=1 THIDUA_STORE=x ${THIDUA_LISTEN} [env: THIDUA_STORE=]");
    assert_eq!(found, BTreeSet::from(["THIDUA_STORE", "THIDUA_LISTEN"]));
}
