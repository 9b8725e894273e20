//! What must be read from a token before its signature can be verified.

use super::{Algorithm, TokenFault, json::UniqueObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Headers that demand an extension we do not have (`crit`) or bring a key of the sender's choice (the others).
const FORBIDDEN_HEADERS: [&str; 4] = ["crit", "jku", "x5u", "jwk"];

/// The parts of a token that must be looked at before its signature can be verified. Nothing of it is trusted yet.
pub(super) struct Unverified {
    /// How it claims to be signed.
    pub algorithm: Algorithm,
    /// Which key it claims to be signed with.
    pub key_id: String,
    /// What it claims to be; empty when it does not say.
    pub typ: String,
    /// Who it claims to be from.
    pub issuer: String,
}

impl Unverified {
    /// Reads the header, refuses what could steer the verification, and looks up whose token this claims to be.
    pub fn read(bearer: &str) -> Result<Self, TokenFault> {
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
