//! HTTP in, HTTP out: routes, authorisation, problems, OpenAPI.
//!
//! # Layout
//! - [`json`]: strict JSON
//!
//! # What it refuses to know
//! Which store holds the log. It parses, executes, responds; every rule is the domain's.

pub mod json;
