//! HTTP in, HTTP out: routes, authorisation, problems, OpenAPI.
//!
//! # Layout
//! - [`service`]: what actix mounts; [`paths`]: which path a request names; [`middleware`]: the one function every
//!   request passes
//! - [`routes`]: the registry, and what facts and reads have in common; [`resources`]: the rows
//! - [`auth`]: access tokens
//! - [`mod@body`]: bodies and parameters, each declared once for the check and for the document; [`json`]: strict JSON
//! - [`answer`], [`shown`], [`cloud_event`]: what is answered; [`respond`]: its headers; [`problem`]: every refusal, by one table of codes
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
pub mod paths;
pub mod problem;
pub mod resources;
pub mod respond;
pub mod routes;
pub mod service;
pub mod shown;
pub mod words;

pub use service::Service;

use app::{App, Receipt};
use domain::{ClientId, RequestId};
use paths::Pattern;
use problem::{Code, Problem};
use routes::{Kind, fact};

/// Carries out a request that did not come over HTTP: the same path, key and body, the same checks, the same facts.
///
/// # Errors
/// Those the same request would meet over HTTP.
pub async fn post(
    app: &App,
    client: &ClientId,
    path: &str,
    key: &str,
    body: &[u8],
) -> Result<Receipt, Problem> {
    let rows = resources::ALL.iter().copied().flatten();
    let facts = rows.filter_map(|route| match route.kind {
        Kind::Fact(row) => Some((route.path, row)),
        Kind::Read(_) | Kind::Page(_) => None,
    });
    let found = facts.filter_map(|(template, row)| Some((row, Pattern(template).parameters(path)?))).next();
    let (row, parameters) = found.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
    if !fact::is_key(key.as_bytes()) {
        return Err(Problem::new(Code::IdempotencyKeyMissing));
    }
    let origin = fact::Origin { fresh: fact::fresh(app)?, key: key.as_bytes() };
    let id = RequestId(fact::fresh(app)?);
    let posted = fact::Posted { client, key: key.as_bytes(), path, parameters, body, id, expected: None };
    fact::record(app, &row, posted, &origin, Vec::new()).await
}

/// The OpenAPI document, as JSON for people to read.
///
/// # Errors
/// When the document cannot be written, which a test rules out.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    let routes: Vec<_> = resources::ALL.iter().copied().flatten().collect();
    serde_json::to_string_pretty(&routes::document::document(&routes))
}
