//! HTTP in, HTTP out: routes, authorisation, problems, OpenAPI.
//!
//! # Layout
//! - [`service`]: what actix mounts; [`paths`]: which path a request names; [`middleware`]: the one function every
//!   request passes
//! - [`routes`]: the registry, and what facts and reads have in common; [`resources`]: the rows
//! - [`auth`]: access tokens
//! - [`mod@body`]: bodies and parameters, each declared once for the check and for the document; [`json`]: strict JSON
//! - [`answer`], [`shown`], [`cloud_event`], [`file_body`]: what is answered; [`respond`]: its headers; [`problem`]: every refusal, by one table of codes
//! - [`issue`], [`words`]: what is wrong with a request, in two languages
//! - [`posts`]: requests that come from a file; [`docs`], [`page`]: what people read
//!
//! # What it refuses to know
//! Which store holds the log. It parses, executes, responds; every rule is the domain's.

pub mod answer;
pub mod auth;
pub mod body;
pub mod cloud_event;
pub mod docs;
pub mod file_body;
pub mod issue;
pub mod json;
pub mod middleware;
pub mod page;
pub mod paths;
pub mod posts;
pub mod problem;
pub mod resources;
pub mod respond;
pub mod routes;
pub mod service;
pub mod shown;
pub mod words;

pub use posts::Posts;
pub use service::Service;

/// The OpenAPI document, as JSON for people to read.
///
/// # Errors
/// When the document cannot be written, which a test rules out.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    let routes: Vec<_> = resources::ALL.iter().copied().flatten().collect();
    serde_json::to_string_pretty(&routes::document::document(&routes))
}
