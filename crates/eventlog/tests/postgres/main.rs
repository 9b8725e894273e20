//! The log on PostgreSQL: what every store promises, and what goes wrong with a database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod on_postgres;
