//! An issuer's public keys, and which of them are fit to verify tokens.

use super::{Algorithm, KeysFault, TokenFault};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, jwk::Jwk};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Marks a key in a JWK set that anyone who can read a developer's disk can sign with.
pub(super) const DEVELOPMENT_MARK: &str = "thidua_development";

/// How the id of a development key begins, so that it is known even where the mark was lost.
pub(super) const DEVELOPMENT_KEY_ID: &str = "development-";

/// The smallest RSA modulus, in bytes: 2048 bits (RFC 7518 §3.3).
const MIN_RSA_MODULUS_BYTES: usize = 256;

/// One public key that may verify tokens.
pub(super) struct PublicKey {
    /// The id a token's header names it by (`kid`).
    pub id: Arc<str>,
    /// The algorithms it may be used with: one, except for an RSA key that does not say which.
    pub algorithms: Vec<Algorithm>,
    /// The key itself.
    pub decoding: DecodingKey,
}

/// The keys of one issuer.
pub(super) struct KeySet {
    /// The text the keys were read from; an equal text means equal keys.
    pub text: Box<[u8]>,
    keys: Vec<Arc<PublicKey>>,
}

impl KeySet {
    /// Reads a JWK set. Keys that are not fit for signatures are left out, as RFC 7517 §5 asks, and logged.
    pub fn parse(text: Vec<u8>, development_allowed: bool) -> Result<Self, KeysFault> {
        let set: Value = serde_json::from_slice(&text).map_err(|_| KeysFault::NotAKeySet)?;
        let members = set
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(KeysFault::NotAKeySet)?;
        let mut keys: Vec<Arc<PublicKey>> = Vec::with_capacity(members.len());
        for member in members.iter().filter_map(Value::as_object) {
            match PublicKey::parse(member) {
                Ok(key) if is_development(member) && !development_allowed => {
                    return Err(KeysFault::DevelopmentKey(key.id.as_ref().into()));
                }
                Ok(key) if keys.iter().any(|known| known.id == key.id) => {
                    tracing::warn!(kid = %key.id, "key left out: another key has the same id");
                }
                Ok(key) => keys.push(Arc::new(key)),
                Err(reason) => {
                    let kid = member.get("kid").and_then(Value::as_str);
                    tracing::warn!(kid, reason, "key left out");
                }
            }
        }
        Ok(Self {
            text: text.into(),
            keys,
        })
    }

    /// The key of that id, if it may be used with that algorithm.
    pub fn find(&self, id: &str, algorithm: Algorithm) -> Result<Arc<PublicKey>, TokenFault> {
        let key = self
            .keys
            .iter()
            .find(|key| &*key.id == id)
            .ok_or(TokenFault::UnknownKey)?;
        let fits = key.algorithms.contains(&algorithm);
        if fits {
            Ok(Arc::clone(key))
        } else {
            Err(TokenFault::AlgorithmNotAllowed)
        }
    }
}

impl PublicKey {
    /// Reads a key, or says why it is not fit to verify tokens. `DecodingKey::from_jwk` looks at none of this.
    fn parse(member: &Map<String, Value>) -> Result<Self, &'static str> {
        let text = |name: &str| member.get(name).and_then(Value::as_str);
        let id = text("kid").filter(|id| !id.is_empty()).ok_or("it has no id")?;
        if member.contains_key("d") {
            return Err("its private part is public");
        }
        if member.get("use").is_some_and(|use_| use_ != "sig") {
            return Err("it is not for signatures");
        }
        let verifies = |operations: &Value| {
            operations
                .as_array()
                .is_some_and(|all| all.iter().any(|o| o == "verify"))
        };
        if member
            .get("key_ops")
            .is_some_and(|operations| !verifies(operations))
        {
            return Err("it is not for verifying");
        }
        let algorithms = match member.get("alg") {
            None => algorithms_of(member)?,
            Some(named) => algorithms_of(member)?
                .into_iter()
                .filter(|known| named == known.as_str())
                .collect(),
        };
        if algorithms.is_empty() {
            return Err("its algorithm is not one of ours, or not for a key of its kind");
        }
        let jwk: Jwk =
            serde_json::from_value(Value::Object(member.clone())).map_err(|_| "it is not a key")?;
        let decoding = DecodingKey::from_jwk(&jwk).map_err(|_| "it cannot be decoded")?;
        Ok(Self {
            id: id.into(),
            algorithms,
            decoding,
        })
    }
}

/// The algorithms a key of this kind can be used with. A shared secret (`kty: oct`) has no place in a public set.
fn algorithms_of(member: &Map<String, Value>) -> Result<Vec<Algorithm>, &'static str> {
    let text = |name: &str| member.get(name).and_then(Value::as_str);
    match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => Ok(vec![Algorithm::Es256]),
        (Some("OKP"), Some("Ed25519")) => Ok(vec![Algorithm::EdDsa]),
        (Some("RSA"), _) if text("n").is_some_and(is_large_enough) => {
            Ok(vec![Algorithm::Ps256, Algorithm::Rs256])
        }
        (Some("RSA"), _) => Err("its modulus is shorter than 2048 bits"),
        (Some("oct"), _) => Err("it is a shared secret"),
        _ => Err("its kind or curve is not one of ours"),
    }
}

fn is_large_enough(modulus: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(modulus)
        .is_ok_and(|bytes| bytes.iter().skip_while(|byte| **byte == 0).count() >= MIN_RSA_MODULUS_BYTES)
}

fn is_development(member: &Map<String, Value>) -> bool {
    let by_id = |id: &Value| id.as_str().is_some_and(|id| id.starts_with(DEVELOPMENT_KEY_ID));
    member.contains_key(DEVELOPMENT_MARK) || member.get("kid").is_some_and(by_id)
}
