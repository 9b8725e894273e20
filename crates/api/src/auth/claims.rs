//! What a verified token says.

use super::ScopeSet;
use domain::ClientId;
use std::sync::Arc;

/// What a verified token says. Only [`super::Verifier::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The client system that presented the token (`client_id`, RFC 9068 §2.2).
    pub client: ClientId,
    /// For whom the issuer gave the token (`sub`): the client itself, or the person it acts for.
    pub subject: Box<str>,
    /// Who issued the token (`iss`), one of the configured issuers.
    pub issuer: Arc<str>,
    /// The token's own id (`jti`), unique within its issuer.
    pub token_id: Box<str>,
    /// Which key of the issuer signed the token (`kid`), for the access log.
    pub key_id: Arc<str>,
    /// What the token allows at most (`scope`).
    pub scopes: ScopeSet,
    /// From this moment on the token is not accepted (`exp`): seconds since 1970-01-01T00:00:00Z.
    pub expires_at: i64,
}
