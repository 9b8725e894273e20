//! The arrows between the crates point inward only, and the pure crates stay pure.
//!
//! `server → api → app → {eventlog, views, tlog} → domain`: whoever changes a rule of emulation touches no store and
//! no HTTP, and whoever changes a store touches no rule.

use crate::support::{
    place::{repository, run},
    source::{code_only, rust_files},
};
use serde_json::Value;
use std::{collections::BTreeMap, process::Command};

/// Which crates of ours a crate may depend on.
const ARROWS: [(&str, &[&str]); 9] = [
    // For tests: it starts PostgreSQL.
    ("thidua-cluster", &[]),
    ("thidua-domain", &[]),
    ("thidua-tlog", &[]),
    ("thidua-views", &["thidua-domain"]),
    // A store keeps the tree's right edge beside the log, to tell a whole log from a shortened one.
    ("thidua-eventlog", &["thidua-domain", "thidua-tlog"]),
    ("thidua-app", &["thidua-domain", "thidua-views", "thidua-tlog", "thidua-eventlog"]),
    // For the one error that a failing read ends in; see the_api_names_no_store.
    ("thidua-api", &["thidua-domain", "thidua-views", "thidua-tlog", "thidua-app", "thidua-eventlog"]),
    // The auditor's verifier shares the rules and the maths with the server, and nothing else.
    ("thidua-audit", &["thidua-domain", "thidua-views", "thidua-tlog"]),
    (
        "thidua",
        &[
            "thidua-domain",
            "thidua-views",
            "thidua-tlog",
            "thidua-eventlog",
            "thidua-app",
            "thidua-api",
            "thidua-audit",
        ],
    ),
];

/// The crates that know no clock, randomness, I/O, HTTP or async.
const PURE: [&str; 3] = ["domain", "tlog", "views"];

/// Crates that bring a clock, randomness, I/O, HTTP or async with them.
const IMPURE_CRATES: [&str; 15] = [
    "actix",
    "futures",
    "getrandom",
    "http",
    "hyper",
    "metrics",
    "mio",
    "rand",
    "reqwest",
    "sled",
    "tempfile",
    "time",
    "tokio",
    "tracing",
    "ureq",
];

/// Words of Rust that bring them, with a crate or without.
const IMPURE_WORDS: [&str; 22] = [
    "async",
    "await",
    "thread",
    "SystemTime",
    "Instant",
    "RandomState",
    "::now(",
    "now_v7",
    "new_v4",
    "std::fs",
    "std::io",
    "std::net",
    "std::env",
    "std::process",
    "println",
    "eprintln",
    "tokio",
    "actix_web",
    "sled",
    "getrandom",
    "rand",
    "unsafe",
];

fn packages() -> Vec<Value> {
    let output = run(Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(repository()));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// The names of what a package is built from, without what only its tests need.
fn dependencies(package: &Value) -> Vec<&str> {
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    let of_build = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
    of_build.filter_map(|dependency| dependency["name"].as_str()).collect()
}

fn is_ours(name: &str) -> bool {
    name == "thidua" || name.starts_with("thidua-")
}

#[test]
fn every_crate_depends_only_on_crates_further_inward() {
    let allowed: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let packages = packages();
    assert_eq!(packages.len(), ARROWS.len(), "a crate is missing from ARROWS, or from the workspace");
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        let inward = allowed.get(name).unwrap_or_else(|| panic!("{name} has no place in ARROWS"));
        for dependency in dependencies(package).into_iter().filter(|name| is_ours(name)) {
            assert!(inward.contains(&dependency), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn the_list_of_arrows_itself_points_inward() {
    for (index, (name, inward)) in ARROWS.iter().enumerate() {
        for target in *inward {
            let place = ARROWS.iter().position(|(name, _)| name == target);
            assert!(place.is_some_and(|place| place < index), "{name} → {target} points outward");
        }
    }
}

#[test]
fn pure_crates_depend_on_nothing_impure() {
    for package in packages() {
        let name = package["name"].as_str().unwrap_or_default().trim_start_matches("thidua-").to_owned();
        for dependency in dependencies(&package).into_iter().filter(|_| PURE.contains(&name.as_str())) {
            let family = dependency.split('-').next().unwrap_or_default();
            assert!(!IMPURE_CRATES.contains(&family), "{name} is pure and must not depend on {dependency}");
        }
    }
}

#[test]
fn pure_crates_know_no_clock_randomness_files_network_or_async() {
    let mut looked_at = 0;
    for file in rust_files() {
        let pure = PURE.iter().any(|name| file.path.starts_with(&format!("crates/{name}/src/")));
        if !pure || file.is_test() {
            continue;
        }
        looked_at += 1;
        let code = code_only(file.production());
        for word in IMPURE_WORDS {
            assert!(!contains_word(&code, word), "{} is pure and must not use {word}", file.path);
        }
    }
    assert!(looked_at > 20, "only {looked_at} files of the pure crates were found");
}

#[test]
fn the_api_names_no_store() {
    for file in rust_files().iter().filter(|file| file.path.starts_with("crates/api/src/")) {
        let code = code_only(file.production()).replace("eventlog::LogError", "");
        for word in ["eventlog", "sled", "SledLog", "MemoryLog"] {
            assert!(!contains_word(&code, word), "{} must not name {word}", file.path);
        }
    }
}

/// Whether the text holds the word, or the path, between characters that do not continue it.
fn contains_word(text: &str, word: &str) -> bool {
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let joined = |left: Option<char>, right: Option<char>| in_word(left) && in_word(right);
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !joined(before.chars().next_back(), word.chars().next())
            && !joined(word.chars().next_back(), after.chars().next())
    })
}

#[test]
fn words_are_found_whole() {
    assert!(contains_word("use std::fs::File;", "std::fs"));
    assert!(contains_word("async fn", "async"));
    assert!(!contains_word("let asynchronous = known;", "async"));
    assert!(!contains_word("let asynchronous = known;", "now"));
    assert!(contains_word("Timestamp::now()", "::now("));
}
