//! Whom we trust to issue tokens, and for what.

use std::{net::IpAddr, path::PathBuf, time::Duration};

/// A signature algorithm a token may use. There is no shared-secret algorithm among them, so none can be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519 (RFC 8037).
    EdDsa,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256; RFC 9068 §2.1 asks every verifier to know it.
    Rs256,
}

impl Algorithm {
    /// Every algorithm there is.
    pub const ALL: &[Self] = &[Self::Es256, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// The name in a token's header and in a key (RFC 7518 §3.1, RFC 8037 §3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of that name, if it is one of ours.
    pub(super) fn named(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|algorithm| algorithm.as_str() == text)
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::ES256,
            Algorithm::EdDsa => Self::EdDSA,
            Algorithm::Ps256 => Self::PS256,
            Algorithm::Rs256 => Self::RS256,
        }
    }
}

/// Where an issuer's public keys (a JWK set, RFC 7517 §5) are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyLocation {
    /// A file, looked at again within a second of a change: for networks without a way to the issuer. Replace it by
    /// renaming, so that no reader meets half a file.
    File(PathBuf),
    /// An `https` URL, or an `http` URL on this machine.
    Url(String),
}

/// An authorisation server whose tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The issuer's identifier, equal to the `iss` claim byte by byte.
    pub url: String,
    /// The name by which the issuer knows this service: one of the values of `aud`.
    pub audience: String,
    /// The algorithms this issuer may use.
    pub algorithms: Vec<Algorithm>,
    /// Also accepts `typ: JWT`, for issuers that cannot write `at+jwt`. Such an issuer's ID tokens look like access
    /// tokens: only the audience keeps them apart.
    pub plain_jwt_allowed: bool,
    /// The longest validity a token may have (`exp` − `iat`), in seconds.
    pub max_lifetime_seconds: u64,
    /// Where the issuer's keys are.
    pub keys: KeyLocation,
    /// How long a set of keys from a URL is used before it must be fetched again, in seconds: at the latest then a key
    /// the issuer removed stops verifying.
    pub keys_max_age_seconds: u64,
    /// How much longer the keys are used when they cannot be fetched or read, in seconds.
    pub stale_if_error_seconds: u64,
    /// How long fetching the keys may take.
    pub fetch_timeout: Duration,
    /// Accepts keys that are marked as development keys (see [`super::keys`]); otherwise a set with one is refused.
    pub development_allowed: bool,
}

impl Issuer {
    /// An issuer with the usual limits: every [`Algorithm`], `at+jwt` only, tokens of at most one hour, keys fetched at
    /// least hourly and kept for 12 hours more when that fails, 5 seconds to fetch them, no development keys.
    pub fn new(url: impl Into<String>, audience: impl Into<String>, keys: KeyLocation) -> Self {
        Self {
            url: url.into(),
            audience: audience.into(),
            algorithms: Algorithm::ALL.to_vec(),
            plain_jwt_allowed: false,
            max_lifetime_seconds: 3600,
            keys,
            keys_max_age_seconds: 3600,
            stale_if_error_seconds: 12 * 3600,
            fetch_timeout: Duration::from_secs(5),
            development_allowed: false,
        }
    }

    /// Whether a `typ` of this text marks an access token: a media type, so case does not matter (RFC 9068 §4).
    pub(super) fn accepts_type(&self, typ: &str) -> bool {
        let is = |name: &str| typ.eq_ignore_ascii_case(name);
        is("at+jwt") || is("application/at+jwt") || (self.plain_jwt_allowed && is("JWT"))
    }

    /// Says what is wrong with the configuration, if anything is.
    pub(super) fn check(&self) -> Result<(), IssuerFault> {
        let fault = |problem| {
            Err(IssuerFault {
                issuer: self.url.clone(),
                problem,
            })
        };
        if self.url.is_empty() || self.audience.is_empty() {
            return fault("an issuer needs a URL and an audience");
        }
        if self.algorithms.is_empty() {
            return fault("an issuer needs at least one algorithm");
        }
        if self.max_lifetime_seconds == 0 || self.keys_max_age_seconds == 0 || self.fetch_timeout.is_zero() {
            return fault("the limits of an issuer must be more than 0");
        }
        match &self.keys {
            KeyLocation::File(_) => Ok(()),
            KeyLocation::Url(url) if is_trustworthy(url) => Ok(()),
            KeyLocation::Url(_) => fault("keys come from an https URL, or from an http URL on this machine"),
        }
    }
}

/// Whoever can change the keys on their way can sign any token, so they travel encrypted or not at all.
fn is_trustworthy(url: &str) -> bool {
    reqwest::Url::parse(url)
        .is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

/// Whether the URL leads to this machine.
pub(super) fn is_loopback(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|ip| ip.is_loopback())
    })
}

/// The configuration of an issuer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("issuer {issuer}: {problem}")]
pub struct IssuerFault {
    /// The issuer's URL as configured.
    pub issuer: String,
    /// What is wrong.
    pub problem: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_travel_unprotected_over_a_network() {
        for (url, accepted) in [
            ("https://sso.example.vn/jwks", true),
            ("http://127.0.0.1:8080/jwks", true),
            ("http://[::1]:8080/jwks", true),
            ("http://localhost/jwks", true),
            ("http://sso.example.vn/jwks", false),
            ("http://127.0.0.1.example.vn/jwks", false),
            ("ftp://127.0.0.1/jwks", false),
            ("file:///etc/jwks.json", false),
            ("jwks.json", false),
        ] {
            let issuer = Issuer::new("https://sso.example.vn", "thidua", KeyLocation::Url(url.into()));
            assert_eq!(issuer.check().is_ok(), accepted, "{url}");
        }
    }

    #[test]
    fn an_issuer_without_audience_algorithm_or_limit_is_refused() {
        let sound = Issuer::new(
            "https://sso.example.vn",
            "thidua",
            KeyLocation::File("jwks.json".into()),
        );
        assert_eq!(sound.check(), Ok(()));
        assert!(
            Issuer {
                audience: String::new(),
                ..sound.clone()
            }
            .check()
            .is_err()
        );
        assert!(
            Issuer {
                algorithms: vec![],
                ..sound.clone()
            }
            .check()
            .is_err()
        );
        assert!(
            Issuer {
                max_lifetime_seconds: 0,
                ..sound
            }
            .check()
            .is_err()
        );
    }
}
