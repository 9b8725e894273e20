//! HTTP in, HTTP out: routes, authorisation, problems, OpenAPI.

pub mod auth;
