//! The checklist every token passes. Each line of it answers something that verifiers are known to get wrong.

use super::{
    Algorithm, Claims, Issuer, IssuerFault, KeysFault, ScopeSet, TokenFault,
    json::UniqueObject,
    key_set::PublicKey,
    key_source::KeySource,
    remembered::{Remembered, Verified, digest},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ClientId;
use jsonwebtoken::{Validation, errors::ErrorKind};
use parking_lot::RwLock;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// The largest token, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How far the issuer's clock may run ahead of ours, in seconds. It forgives `nbf` and `iat`, never `exp`.
const LEEWAY_SECONDS: i64 = 30;

/// The longest `sub` and `jti`, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// Headers that demand an extension we do not have (`crit`) or bring a key of the sender's choice (the others).
const FORBIDDEN_HEADERS: [&str; 4] = ["crit", "jku", "x5u", "jwk"];

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

/// The parts of a token that must be looked at before its signature can be verified. Nothing of it is trusted yet.
struct Unverified {
    algorithm: Algorithm,
    key_id: String,
    typ: String,
    issuer: String,
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
            let fault = |problem| IssuerFault {
                issuer: config.url.clone(),
                problem,
            };
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
        Ok(Self {
            issuers: trusted,
            remembered: Remembered::new(),
        })
    }

    /// Loads the keys of every issuer that are missing or old, and says for which an attempt failed. Call it at start-up,
    /// and from the readiness probe while [`Self::ready`] is false; how often issuers are really asked is limited.
    pub async fn prefetch(&self, now_seconds: i64) -> Vec<(Arc<str>, KeysFault)> {
        let load = |issuer: &TrustedIssuer| {
            (
                Arc::clone(&issuer.name),
                tokio::spawn(Arc::clone(&issuer.keys).prefetch(now_seconds)),
            )
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
        let token = Unverified::read(bearer)?;
        let place = self
            .issuers
            .iter()
            .position(|issuer| *issuer.name == *token.issuer);
        let (place, issuer) = place
            .and_then(|at| Some((at, self.issuers.get(at)?)))
            .ok_or(TokenFault::UnknownIssuer)?;
        let (epoch, claims) = issuer.verify(bearer, &token, now_seconds).await?;
        let claims = Arc::new(claims);
        let verified = Verified {
            claims: Arc::clone(&claims),
            issuer: place,
            epoch,
        };
        self.remembered.insert(digest, verified, now_seconds);
        Ok(claims)
    }

    /// Revokes the token of that id, from now on and until it has expired by itself; returns when that will be. The list
    /// is kept in memory: whoever must revoke across a restart records the revocation and calls this again.
    ///
    /// # Errors
    /// [`TokenFault::UnknownIssuer`] when no issuer of that URL is configured.
    pub fn deny(&self, issuer: &str, token_id: &str, now_seconds: i64) -> Result<i64, TokenFault> {
        let issuer = self
            .issuers
            .iter()
            .find(|known| *known.name == *issuer)
            .ok_or(TokenFault::UnknownIssuer)?;
        Ok(issuer.deny(token_id, now_seconds))
    }
}

impl TrustedIssuer {
    /// Verifies a token of this issuer and says in which epoch that was.
    async fn verify(&self, bearer: &str, token: &Unverified, now: i64) -> Result<(u64, Claims), TokenFault> {
        // Read before the key and the deny list: whatever changes after this makes the result outdated, not wrong.
        let epoch = self.keys.epoch();
        let key = self.keys.find(&token.key_id, token.algorithm, now).await?;
        if !self.config.algorithms.contains(&token.algorithm) {
            return Err(TokenFault::AlgorithmNotAllowed);
        }
        let members = self.verify_signature(bearer, token, &key)?;
        if !self.config.accepts_type(&token.typ) {
            return Err(TokenFault::WrongType);
        }
        let claims = self.read_claims(&members, &key, now)?;
        if self.denied.read().contains_key(&claims.token_id) {
            return Err(TokenFault::Revoked);
        }
        Ok((epoch, claims))
    }

    /// One algorithm, one key, one issuer, one audience. jsonwebtoken reads the machine's clock, so times are not left
    /// to it: [`Self::read_claims`] judges them by the caller's.
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

    fn read_claims(&self, members: &UniqueObject, key: &PublicKey, now: i64) -> Result<Claims, TokenFault> {
        let expires_at = required_seconds(members, "exp")?;
        if now >= expires_at {
            return Err(TokenFault::Expired);
        }
        if seconds(members, "nbf")?.is_some_and(|not_before| not_before > now.saturating_add(LEEWAY_SECONDS))
        {
            return Err(TokenFault::NotYetValid);
        }
        let issued_at = required_seconds(members, "iat")?;
        if issued_at > now.saturating_add(LEEWAY_SECONDS) {
            return Err(TokenFault::IssuedInTheFuture);
        }
        // Not before: `exp` is past `now`, and `iat` is not.
        if expires_at.abs_diff(issued_at) > self.config.max_lifetime_seconds {
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
        Ok(Claims {
            client: ClientId::new(client).map_err(|_| TokenFault::InvalidClaim("client_id"))?,
            subject: name(members, "sub")?,
            issuer: Arc::clone(&self.name),
            token_id: name(members, "jti")?,
            key_id: Arc::clone(&key.id),
            scopes,
            expires_at,
        })
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

impl Unverified {
    /// Reads the header, refuses what could steer the verification, and looks up whose token this claims to be.
    fn read(bearer: &str) -> Result<Self, TokenFault> {
        let mut parts = bearer.split('.');
        let (Some(header), Some(claims), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenFault::Malformed);
        };
        let header = object(header)?;
        if let Some(name) = FORBIDDEN_HEADERS
            .iter()
            .find(|name| header.0.contains_key(**name))
        {
            return Err(TokenFault::HeaderNotAllowed(name));
        }
        let algorithm = header.text("alg").ok_or(TokenFault::Malformed)?;
        let algorithm = Algorithm::named(algorithm).ok_or(TokenFault::AlgorithmNotAllowed)?;
        let key_id = header.text("kid").ok_or(TokenFault::UnknownKey)?.to_owned();
        let typ = header.text("typ").unwrap_or_default().to_owned();
        let issuer = object(claims)?
            .text("iss")
            .ok_or(TokenFault::MissingClaim("iss"))?
            .to_owned();
        Ok(Self {
            algorithm,
            key_id,
            typ,
            issuer,
        })
    }
}

fn object(part: &str) -> Result<UniqueObject, TokenFault> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenFault::Malformed)
}

/// What a fault jsonwebtoken found means for the caller.
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
