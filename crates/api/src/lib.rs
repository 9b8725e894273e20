//! HTTP in, HTTP out: routes, authorisation, problems, OpenAPI.
//!
//! # Layout
//! - [`service`]: what actix mounts; [`middleware`]: the one function every request passes
//! - [`routes`]: the registry, and what facts and reads have in common; [`resources`]: the rows
//! - [`auth`]: access tokens
//! - [`body`]: bodies and parameters, each declared once for the check and for the document; [`json`]: strict JSON
//! - [`answer`], [`cloud_event`]: what is answered; [`problem`]: every refusal, by one table of codes
//! - [`issue`], [`words`]: what is wrong with a request, in two languages
//! - [`docs`], [`page`]: what people read
//!
//! # What it refuses to know
//! Which store holds the log. It parses, executes, responds; every rule is the domain's.

pub mod answer;
pub mod auth;
pub mod body;
pub mod cloud_event;
pub mod docs;
pub mod issue;
pub mod json;
pub mod middleware;
pub mod page;
pub mod problem;
pub mod resources;
pub mod routes;
pub mod service;
pub mod words;
