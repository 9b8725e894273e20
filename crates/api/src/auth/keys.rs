//! Key pairs for development and demonstrations, and tokens signed with them.
//!
//! Such a key lies on somebody's disk, so a service in use must not trust it. Its id begins with `development-` and its
//! entry in the JWK set says `"thidua_development": true`; a set with either is refused as a whole unless
//! [`super::Issuer::development_allowed`] is set. What stands in the set is part of the file an operator copies, so the
//! mark goes where the key goes.

use super::{
    ScopeSet,
    key_set::{DEVELOPMENT_KEY_ID, DEVELOPMENT_MARK},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::ClientId;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde_json::json;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// What stands before the 32 secret bytes in the PKCS#8 form of an Ed25519 key (RFC 8410 §7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
];

/// Why a key could not be made, kept, read or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file could not be read or written. A private key is never written over another file.
    #[error("the key file {0} could not be read or written")]
    File(PathBuf, #[source] io::Error),
    /// Not an Ed25519 private key.
    #[error("this is not an Ed25519 private key in PKCS#8 PEM form")]
    NotAKey(#[from] jsonwebtoken::errors::Error),
    /// The operating system gave no random bytes.
    #[error("no random bytes were to be had")]
    NoRandomness(#[from] getrandom::Error),
    /// Other users may read the file, so its key is no secret.
    #[error("{0} can be read by other users: set its mode to 0600")]
    Exposed(PathBuf),
}

/// An Ed25519 key pair that signs development tokens.
pub struct SigningKey {
    pem: String,
    encoding: EncodingKey,
    public: Jwk,
    id: String,
}

/// What a token shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintRequest {
    /// The client the token is for; also its subject, as with the client credentials grant (RFC 9068 §2.2).
    pub client: ClientId,
    /// What the token allows at most.
    pub scopes: ScopeSet,
    /// For how long the token is valid, in seconds.
    pub ttl_seconds: u32,
    /// The service the token is for: [`super::Issuer::audience`].
    pub audience: String,
    /// Who issues the token: [`super::Issuer::url`].
    pub issuer: String,
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub now_seconds: i64,
}

impl SigningKey {
    /// A new key pair.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Self, KeyFault> {
        let mut pkcs8 = [0_u8; 48];
        let (prefix, secret) = pkcs8.split_at_mut(PKCS8_PREFIX.len());
        prefix.copy_from_slice(&PKCS8_PREFIX);
        getrandom::fill(secret)?;
        // 48 bytes are exactly one line of PEM.
        Self::from_pem(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(pkcs8)
        ))
    }

    /// The key pair in a PKCS#8 PEM file.
    ///
    /// # Errors
    /// When the file cannot be read, is open to other users, or holds no Ed25519 private key.
    pub fn read(path: &Path) -> Result<Self, KeyFault> {
        let unreadable = |error| KeyFault::File(path.to_owned(), error);
        if fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyFault::Exposed(path.to_owned()));
        }
        Self::from_pem(fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Writes the private key to `pem` with mode 0600 and the public one, as a JWK set, to `jwks`.
    ///
    /// # Errors
    /// When a file cannot be written, or when there already is one at `pem`.
    pub fn write(&self, pem: &Path, jwks: &Path) -> Result<(), KeyFault> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let written = options
            .open(pem)
            .and_then(|mut file| file.write_all(self.pem.as_bytes()));
        written.map_err(|error| KeyFault::File(pem.to_owned(), error))?;
        // Renamed into place: a service that watches the file never reads half of it.
        let mut draft = jwks.as_os_str().to_owned();
        draft.push(".new");
        let replaced = fs::write(&draft, self.jwks()).and_then(|()| fs::rename(&draft, jwks));
        replaced.map_err(|error| KeyFault::File(jwks.to_owned(), error))
    }

    /// The public key as a JWK set (RFC 7517 §5), marked as a development key.
    pub fn jwks(&self) -> String {
        let mut key = json!(self.public);
        key[DEVELOPMENT_MARK] = json!(true);
        format!("{:#}\n", json!({ "keys": [key] }))
    }

    /// The id by which tokens name this key: the same whenever the key is read.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn from_pem(pem: String) -> Result<Self, KeyFault> {
        let encoding = EncodingKey::from_ed_pem(pem.as_bytes())?;
        let mut public = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA)?;
        let id = format!(
            "{DEVELOPMENT_KEY_ID}{}",
            public.thumbprint(ThumbprintHash::SHA256)?
        );
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self {
            pem,
            encoding,
            public,
            id,
        })
    }
}

/// Signs an access token (RFC 9068) with a development key.
///
/// # Errors
/// When the operating system gives no random bytes for the token's id, or signing fails.
pub fn mint(key: &SigningKey, request: &MintRequest) -> Result<String, KeyFault> {
    let mut id = [0_u8; 16];
    getrandom::fill(&mut id)?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".into());
    header.kid = Some(key.id.clone());
    let claims = json!({
        "iss": request.issuer,
        "aud": request.audience,
        "sub": request.client,
        "client_id": request.client,
        "iat": request.now_seconds,
        "exp": request.now_seconds.saturating_add(request.ttl_seconds.into()),
        "jti": URL_SAFE_NO_PAD.encode(id),
        "scope": request.scopes.to_string(),
    });
    Ok(jsonwebtoken::encode(&header, &claims, &key.encoding)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_written_is_read_back_and_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let (pem, jwks) = (folder.path().join("key.pem"), folder.path().join("jwks.json"));
        let key = SigningKey::generate().unwrap();
        key.write(&pem, &jwks).unwrap();
        assert_eq!(fs::metadata(&pem).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SigningKey::read(&pem).unwrap().id(), key.id());
        let published = fs::read_to_string(&jwks).unwrap();
        assert!(
            published.contains("\"thidua_development\": true") && published.contains(key.id()),
            "{published}"
        );
        assert!(!published.contains("\"d\""), "{published}");
    }

    #[test]
    fn a_private_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (pem, jwks) = (folder.path().join("key.pem"), folder.path().join("jwks.json"));
        SigningKey::generate().unwrap().write(&pem, &jwks).unwrap();
        let before = fs::read(&pem).unwrap();
        assert!(matches!(
            SigningKey::generate().unwrap().write(&pem, &jwks),
            Err(KeyFault::File(..))
        ));
        assert_eq!(fs::read(&pem).unwrap(), before);
    }

    #[test]
    fn a_private_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (pem, jwks) = (folder.path().join("key.pem"), folder.path().join("jwks.json"));
        SigningKey::generate().unwrap().write(&pem, &jwks).unwrap();
        fs::set_permissions(&pem, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(SigningKey::read(&pem), Err(KeyFault::Exposed(_))));
    }

    #[test]
    fn no_two_keys_and_no_two_tokens_are_alike() {
        let key = SigningKey::generate().unwrap();
        assert_ne!(key.id(), SigningKey::generate().unwrap().id());
        let request = MintRequest {
            client: ClientId::new("portal-hn").unwrap(),
            scopes: ScopeSet::EMPTY,
            ttl_seconds: 60,
            audience: "thidua".into(),
            issuer: "https://sso.example.vn".into(),
            now_seconds: 1_700_000_000,
        };
        assert_ne!(mint(&key, &request).unwrap(), mint(&key, &request).unwrap());
    }
}
