//! The checklist every token passes. Each line of it answers something that verifiers are known to get wrong.

use super::{
    Claims, Issuer, IssuerFault, KeysFault, TokenFault,
    claims::{LEEWAY_SECONDS, check_validity},
    json::UniqueObject,
    key_set::PublicKey,
    key_source::{Found, KeySource},
    remembered::{Remembered, TokenDigest, Verified, digest},
    unverified::Unverified,
};
use jsonwebtoken::{Validation, errors::ErrorKind};
use parking_lot::RwLock;
use std::{collections::HashMap, sync::Arc};

/// The largest token, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The claims jsonwebtoken can require; it accepts a token without `aud` or `iss` unless told otherwise.
const REQUIRED_CLAIMS: [&str; 4] = ["exp", "iss", "aud", "sub"];

/// Verifies access tokens of the configured issuers, and remembers those that passed.
pub struct Verifier {
    issuers: Vec<TrustedIssuer>,
    remembered: Remembered,
}

/// An issuer with its keys and the tokens it (or we) took back.
struct TrustedIssuer {
    config: Issuer,
    name: Arc<str>,
    keys: Arc<KeySource>,
    /// Ids of revoked tokens, and until when they must be kept: later every token of that id has expired.
    denied: RwLock<HashMap<Box<str>, i64>>,
}

impl Verifier {
    /// A verifier that trusts these issuers. No key is loaded yet: see [`Self::prefetch`].
    ///
    /// # Errors
    /// When an issuer's configuration cannot be used, or two issuers have the same URL.
    pub fn new(issuers: Vec<Issuer>) -> Result<Self, IssuerFault> {
        let mut trusted: Vec<TrustedIssuer> = Vec::with_capacity(issuers.len());
        for config in issuers {
            config.check()?;
            let fault = |problem| IssuerFault { issuer: config.url.clone(), problem };
            if trusted.iter().any(|other| *other.name == *config.url) {
                return Err(fault("the issuer is configured twice"));
            }
            let keys =
                KeySource::new(&config).map_err(|_| fault("no HTTP client can be made for its keys"))?;
            trusted.push(TrustedIssuer {
                name: config.url.as_str().into(),
                keys: Arc::new(keys),
                denied: RwLock::default(),
                config,
            });
        }
        Ok(Self { issuers: trusted, remembered: Remembered::new() })
    }

    /// Loads the keys of every issuer that are missing or old, and says for which an attempt failed. Call it at start-up,
    /// and from the readiness probe while [`Self::ready`] is false; how often issuers are really asked is limited.
    pub async fn prefetch(&self, now_seconds: i64) -> Vec<(Arc<str>, KeysFault)> {
        let load = |issuer: &TrustedIssuer| {
            (Arc::clone(&issuer.name), tokio::spawn(Arc::clone(&issuer.keys).prefetch(now_seconds)))
        };
        let tasks: Vec<_> = self.issuers.iter().map(load).collect();
        let mut faults = Vec::new();
        for (name, task) in tasks {
            if let Err(fault) = task.await.unwrap_or(Err(KeysFault::Interrupted)) {
                faults.push((name, fault));
            }
        }
        faults
    }

    /// Whether the keys of every issuer have been obtained.
    pub fn ready(&self) -> bool {
        self.issuers.iter().all(|issuer| issuer.keys.is_loaded())
    }

    /// How many verified tokens are remembered, for a metric.
    pub fn remembered_tokens(&self) -> usize {
        self.remembered.len()
    }

    /// Verifies the text behind `Bearer ` at `now_seconds` (since 1970-01-01T00:00:00Z). Waits for the network only when
    /// keys are needed that are not there.
    ///
    /// # Errors
    /// The first line of the checklist that the token does not pass.
    pub async fn verify(&self, bearer: &str, now_seconds: i64) -> Result<Arc<Claims>, TokenFault> {
        if bearer.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::TooLarge);
        }
        let digest = digest(bearer);
        if let Some(token) = self.remembered.get(&digest, now_seconds)
            && let Some(issuer) = self.issuers.get(token.issuer)
        {
            issuer.keys.keep_fresh(now_seconds).await;
            if issuer.keys.vouches_for(token.epoch, now_seconds) {
                return Ok(token.claims);
            }
        }
        // Boxed, so that those whose token is remembered do not carry the room it needs.
        Box::pin(self.verify_anew(bearer, digest, now_seconds)).await
    }

    async fn verify_anew(
        &self,
        bearer: &str,
        digest: TokenDigest,
        now_seconds: i64,
    ) -> Result<Arc<Claims>, TokenFault> {
        let token = Unverified::read(bearer)?;
        let known = self.issuers.iter().enumerate().find(|(_, issuer)| *issuer.name == *token.issuer);
        let (place, issuer) = known.ok_or(TokenFault::UnknownIssuer)?;
        let (epoch, claims) = issuer.verify(bearer, &token, now_seconds).await?;
        let verified = Verified { claims: Arc::new(claims), issuer: place, epoch };
        self.remembered.insert(digest, verified.clone(), now_seconds);
        Ok(verified.claims)
    }

    /// Revokes the token of that id, from now on and until it has expired by itself; returns when that will be. The list
    /// is kept in memory: whoever must revoke across a restart records the revocation and calls this again.
    ///
    /// # Errors
    /// [`TokenFault::UnknownIssuer`] when no issuer of that URL is configured.
    pub fn deny(&self, issuer: &str, token_id: &str, now_seconds: i64) -> Result<i64, TokenFault> {
        let issuer =
            self.issuers.iter().find(|known| *known.name == *issuer).ok_or(TokenFault::UnknownIssuer)?;
        Ok(issuer.deny(token_id, now_seconds))
    }
}

impl TrustedIssuer {
    /// Verifies a token of this issuer and says in which epoch that was.
    async fn verify(&self, bearer: &str, token: &Unverified, now: i64) -> Result<(u64, Claims), TokenFault> {
        let Found { epoch, key } = self.keys.find(&token.key_id, token.algorithm, now).await?;
        if !self.config.algorithms.contains(&token.algorithm) {
            return Err(TokenFault::AlgorithmNotAllowed);
        }
        let members = self.verify_signature(bearer, token, &key)?;
        check_validity(&members, now)?;
        if !self.config.accepts_type(&token.typ) {
            return Err(TokenFault::WrongType);
        }
        let claims = Claims::read(&members, now, self.config.max_lifetime_seconds, &self.name, &key.id)?;
        if self.denied.read().contains_key(&claims.token_id) {
            return Err(TokenFault::Revoked);
        }
        Ok((epoch, claims))
    }

    /// One algorithm, one key, one issuer, one audience. jsonwebtoken reads the machine's clock, so times are not left
    /// to it: [`check_validity`] and [`Claims::read`] judge them by the caller's.
    fn verify_signature(
        &self,
        bearer: &str,
        token: &Unverified,
        key: &PublicKey,
    ) -> Result<UniqueObject, TokenFault> {
        let mut validation = Validation::new(token.algorithm.into());
        validation.set_required_spec_claims(&REQUIRED_CLAIMS);
        validation.set_issuer(&[&self.config.url]);
        validation.set_audience(&[&self.config.audience]);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        jsonwebtoken::decode::<UniqueObject>(bearer, &key.decoding, &validation)
            .map(|verified| verified.claims)
            .map_err(|error| fault_of(error.kind()))
    }

    fn deny(&self, token_id: &str, now: i64) -> i64 {
        let lifetime = i64::try_from(self.config.max_lifetime_seconds).unwrap_or(i64::MAX);
        let until = now.saturating_add(lifetime).saturating_add(LEEWAY_SECONDS);
        let mut denied = self.denied.write();
        denied.retain(|_, until| now < *until);
        denied.insert(token_id.into(), until);
        self.keys.start_epoch();
        until
    }
}

/// What a fault jsonwebtoken found means for the caller.
#[expect(clippy::wildcard_enum_match_arm, reason = "an enum of another crate, which may grow")]
fn fault_of(kind: &ErrorKind) -> TokenFault {
    let required = |name: &str| REQUIRED_CLAIMS.into_iter().find(|claim| *claim == name);
    match kind {
        ErrorKind::InvalidSignature => TokenFault::ForgedSignature,
        ErrorKind::InvalidAudience => TokenFault::WrongAudience,
        ErrorKind::InvalidIssuer => TokenFault::UnknownIssuer,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => TokenFault::AlgorithmNotAllowed,
        ErrorKind::MissingRequiredClaim(name) => {
            required(name).map_or(TokenFault::Malformed, TokenFault::MissingClaim)
        }
        _ => TokenFault::Malformed,
    }
}
