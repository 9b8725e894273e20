//! What a verified token says.

use super::{ScopeSet, TokenFault, json::UniqueObject};
use domain::ClientId;
use serde_json::Value;
use std::sync::Arc;

/// How far the issuer's clock may run ahead of ours, in seconds. It forgives `nbf` and `iat`, never `exp`.
pub(super) const LEEWAY_SECONDS: i64 = 30;

/// The longest `sub` and `jti`, in bytes.
const MAX_NAME_BYTES: usize = 256;

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

/// Judges at `now` whether the token counts already and still; `now` itself being `exp` is too late (RFC 7519 §4.1.4).
pub(super) fn check_validity(members: &UniqueObject, now: i64) -> Result<(), TokenFault> {
    if now >= required_seconds(members, "exp")? {
        return Err(TokenFault::Expired);
    }
    let starts_later = |not_before: i64| not_before > now.saturating_add(LEEWAY_SECONDS);
    if seconds(members, "nbf")?.is_some_and(starts_later) {
        Err(TokenFault::NotYetValid)
    } else {
        Ok(())
    }
}

impl Claims {
    /// Reads the claims of a token whose signature, issuer, audience, validity and type were verified, and judges its
    /// age at `now` and what jsonwebtoken knows nothing about.
    pub(super) fn read(
        members: &UniqueObject,
        now: i64,
        max_lifetime_seconds: u64,
        issuer: &Arc<str>,
        key_id: &Arc<str>,
    ) -> Result<Self, TokenFault> {
        let expires_at = required_seconds(members, "exp")?;
        let issued_at = required_seconds(members, "iat")?;
        if issued_at > now.saturating_add(LEEWAY_SECONDS) {
            return Err(TokenFault::IssuedInTheFuture);
        }
        // An `iat` after `exp` got here through the leeway, so the two are close.
        if expires_at.abs_diff(issued_at) > max_lifetime_seconds {
            return Err(TokenFault::TooLongLived);
        }
        let client = members
            .text("client_id")
            .ok_or(TokenFault::MissingClaim("client_id"))?;
        let scopes = match members.0.get("scope") {
            None => ScopeSet::EMPTY,
            Some(Value::String(text)) => ScopeSet::from_claim(text),
            Some(_) => return Err(TokenFault::InvalidClaim("scope")),
        };
        Ok(Self {
            client: ClientId::new(client).map_err(|_| TokenFault::InvalidClaim("client_id"))?,
            subject: name(members, "sub")?,
            issuer: Arc::clone(issuer),
            token_id: name(members, "jti")?,
            key_id: Arc::clone(key_id),
            scopes,
            expires_at,
        })
    }
}

/// A text that stands for someone or something: not empty, and short enough to be kept.
fn name(members: &UniqueObject, claim: &'static str) -> Result<Box<str>, TokenFault> {
    let text = members.text(claim).ok_or(TokenFault::MissingClaim(claim))?;
    if (1..=MAX_NAME_BYTES).contains(&text.len()) {
        Ok(text.into())
    } else {
        Err(TokenFault::InvalidClaim(claim))
    }
}

fn required_seconds(members: &UniqueObject, claim: &'static str) -> Result<i64, TokenFault> {
    seconds(members, claim)?.ok_or(TokenFault::MissingClaim(claim))
}

/// A NumericDate (RFC 7519 §2): seconds since 1970, of which a fraction is dropped.
fn seconds(members: &UniqueObject, claim: &'static str) -> Result<Option<i64>, TokenFault> {
    let Some(value) = members.0.get(claim) else {
        return Ok(None);
    };
    let whole = value.as_i64().or_else(|| value.as_f64().and_then(whole_seconds));
    whole.map(Some).ok_or(TokenFault::InvalidClaim(claim))
}

fn whole_seconds(seconds: f64) -> Option<i64> {
    /// 2^53: below it every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "dropping the fraction is the purpose, the range is checked"
    )]
    (seconds.abs() < EXACT).then_some(seconds.floor() as i64)
}
