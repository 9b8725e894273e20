//! Who is calling: access tokens (RFC 9068) are verified here, and nowhere else.
//!
//! # Layout
//! - [`Verifier`]: the checklist every token passes, and what is remembered of those that passed
//! - [`Issuer`]: whom we trust, for what; [`Scope`]: what a token may allow at most
//! - `key_source`, `key_set`: where public keys come from and which of them are fit to be used
//! - [`keys`]: key pairs for development and demonstrations, and tokens signed with them
//!
//! # What it refuses to know
//! No HTTP server and no clock: the caller brings the text of the token and the time. No rights either: a token says
//! who is calling and how much at most; for which unit is decided by grants, which are events.

mod claims;
mod fault;
mod issuer;
mod json;
mod key_set;
mod key_source;
pub mod keys;
mod remembered;
mod scope;
mod unverified;
mod verifier;

#[cfg(test)]
mod tests;

pub use claims::Claims;
pub use fault::TokenFault;
pub use issuer::{Algorithm, Issuer, IssuerFault, KeyLocation};
pub use key_source::KeysFault;
pub use scope::{Scope, ScopeSet, UnknownScope};
pub use verifier::Verifier;
