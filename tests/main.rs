//! The integration tests: one binary, against the real process and the real repository.
//!
//! `cargo test -p thidua --test integration` runs them all against the server that cargo has just built;
//! `THIDUA_BINARY=target/release/thidua` puts another one in its place. `tests/run` runs these and the tools that
//! others wrote.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the whole crate is a test: it fails by panicking and says what it measured"
)]

// The real process, a place for its files, and a small client. Everything below is written with it.
mod support;

// The house itself. A new crate or a new arrow between crates belongs into `layers`; a new rule about files into `tidy`.
mod layers;
mod tidy;

// The demo's data and the import file, held to what their README says.
mod demo_data;

// The README's story, pasted as a reader would.
mod readme;

// One year of a bloc, told over HTTP by the people who live it.
mod year_story;

// The score sheets of real places, each run through a year over HTTP; peers, panels, ties, versions of a regulation.
mod sheets;
// Units and blocs over time: the reform of 2025, lineage, transfers, delegation, ends.
mod provinces;
mod register_story;
// The order of selection: score, consultation, ballot, council. Drafts, deadlines, queries, objections. Who leads.
mod eyes_open;
mod leaders;
mod selection_order;

// What an auditor asks: one request for each question.
mod audit_questions;
// What auditors ask of any record of decisions, on the data of the demo.
mod twelve_questions;

// Ballots: what a secret one hides and shows.
mod ballots;

// Commendations: quotas, what a dossier must fulfil, the council, the decision and its end.
mod commendations;

// Personal data: who may read it, how it is forgotten, and that nothing else changes.
mod persons;

// What a careful client relies on: idempotency keys, entity tags, positions, the past.
mod conditions;

// Every refusal of the table of problems, and every fault a request can have.
mod refusals;

// Who may do what: a row for every operation of the document. A new operation needs a row.
mod authorisation;

// The history, the feed, and lists that hold still.
mod history;

// What was written once is read for ever: facts of every kind, and whole stores.
mod golden;
mod old_stores;
mod stored_facts;

// The commands beside `serve`: regulations, import, the OpenAPI document, completions, the health check.
mod command_line;

// A province of made-up years: its generator, which a benchmark uses too, and a small one loaded by the real import.
mod province;
mod province_import;

// Random sequences over all aggregates together.
mod sequences;
// The log as a transparency log: heads, tiles and proofs checked from outside, signers, anchors.
mod transparency;
// Another key takes over from the one that signed the log.
mod key_rotation;

// The same with real witnesses beside it, and with an authority that stamps its heads.
mod time_stamps;
mod witnessed;

// Who was shown what, in a log of its own; the whole log in one file, made as a job.
mod exports;
mod reads;

// The life of the process: start, readiness, stop, a second process on the same folder.
mod process;

// Snapshots of the views: a fast start, and nothing hidden behind it.
mod snapshots;

// Backup while serving, and restore.
mod backup;

// What is handed to operators: units, settings, the container.
mod deploy;

// The auditor's tools and the witness: an honest log holds, every attack on it is found.
mod audit;

// What was acknowledged survives `kill -9`, once and whole. A cut of power is tested by `tests/power_cut`.
mod crash;

// Several nodes over one database, whatever befalls them.
mod nodes;

// The order of system calls: nothing is acknowledged before it is synced. The feature stands for the Debian package of
// the same name: `cargo test` alone needs nothing but Rust, `tests/run` installs the rest and switches it on.
#[cfg(feature = "strace")]
mod trace;

// The same service on PostgreSQL, and moving house. The feature stands for the Debian package.
#[cfg(feature = "postgres")]
mod on_postgres;
