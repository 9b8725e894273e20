//! HTTP in, HTTP out: routes, authorisation, problems, OpenAPI.
//!
//! # Layout
//! - [`json`]: strict JSON
//! - [`body`]: bodies and parameters, each declared once for the check and for the document
//! - [`problem`]: every refusal, by one table of codes; [`page`]: plain HTML
//! - [`issue`], [`words`]: what is wrong with a request, in two languages
//!
//! # What it refuses to know
//! Which store holds the log. It parses, executes, responds; every rule is the domain's.

pub mod auth;
pub mod body;
pub mod issue;
pub mod json;
pub mod page;
pub mod problem;
pub mod words;
