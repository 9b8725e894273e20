//! Issuers with real keys, and tokens they would never sign.

use crate::auth::{Claims, Issuer, KeyLocation, TokenFault, Verifier};
use aws_lc_rs::{
    encoding::{AsBigEndian, EcPublicKeyUncompressedBin},
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::{
    fs::File,
    path::PathBuf,
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

/// The moment of every story, unless it says otherwise.
pub const NOW: i64 = 1_800_000_000;
/// The issuer of every story.
pub const ISSUER: &str = "https://sso.example.vn";
/// The name of this service at that issuer.
pub const AUDIENCE: &str = "https://thidua.example.vn";

/// A private key that can sign anything at all.
pub enum TestKey {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// RSA keys take long to make, so there is one for all stories.
pub static RSA: LazyLock<TestKey> =
    LazyLock::new(|| TestKey::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
pub static EC: LazyLock<TestKey> = LazyLock::new(TestKey::ec);
pub static ED: LazyLock<TestKey> = LazyLock::new(|| TestKey::Ed(Ed25519KeyPair::generate().unwrap()));

impl TestKey {
    pub fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// The public key as a JWK without `alg` and `use`.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ec(pair) => {
                let point: EcPublicKeyUncompressedBin<'_> = pair.public_key().as_be_bytes().unwrap();
                let (x, y) = point.as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": encode(x), "y": encode(y) })
            }
            Self::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode(pair.public_key().as_ref()) })
            }
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let (n, e) = (key.modulus().big_endian_without_leading_zero(), key.exponent());
                json!({ "kty": "RSA", "kid": kid, "n": encode(n),
                    "e": encode(e.big_endian_without_leading_zero()) })
            }
        }
    }

    fn signature(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn signature::RsaEncoding = if alg == "PS256" {
                    &signature::RSA_PSS_SHA256
                } else {
                    &signature::RSA_PKCS1_SHA256
                };
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// Signs whatever it is given, in the way the header's `alg` suggests for a key of this kind.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let alg = serde_json::from_str::<Value>(header).unwrap()["alg"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = encode(self.signature(&alg, message.as_bytes()));
        format!("{message}.{signature}")
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs with a shared secret.
pub fn sign_hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", encode(tag))
}

/// A header like that of a sound token.
pub fn header(alg: &str, kid: &str) -> Value {
    json!({ "alg": alg, "kid": kid, "typ": "at+jwt" })
}

/// Claims like those of a sound token issued at `now`.
pub fn claims_at(now: i64) -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "portal-hn", "client_id": "portal-hn", "jti": format!("id-{now}"),
        "iat": now, "exp": now + 600, "scope": "reports:write standings:read openid",
    })
}

/// Claims like those of a sound token.
pub fn claims() -> Value {
    claims_at(NOW)
}

/// The same object with one member set, or left out when the value is `None`.
pub fn with(object: &Value, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.into(), value),
        None => members.remove(name),
    };
    object
}

pub fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A verifier whose issuer publishes its keys in a file.
pub struct World {
    pub verifier: Verifier,
    pub file: PathBuf,
    _folder: TempDir,
}

impl World {
    pub fn new(keys: &[Value], configure: impl FnOnce(&mut Issuer)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jwks.json");
        std::fs::write(&file, key_set(keys)).unwrap();
        let mut issuer = Issuer::new(ISSUER, AUDIENCE, KeyLocation::File(file.clone()));
        configure(&mut issuer);
        Self {
            verifier: Verifier::new(vec![issuer]).unwrap(),
            file,
            _folder: folder,
        }
    }

    /// The issuer of most stories: one key of each kind, none with an `alg`.
    pub fn usual() -> Self {
        Self::new(&[EC.jwk("ec"), ED.jwk("ed"), RSA.jwk("rsa")], |_| {})
    }

    pub async fn verify(&self, token: &str) -> Result<Arc<Claims>, TokenFault> {
        self.verifier.verify(token, NOW).await
    }

    /// What becomes of an ES256 token with these claims.
    pub async fn claims(&self, claims: &Value) -> Result<Arc<Claims>, TokenFault> {
        self.verify(&EC.sign(&header("ES256", "ec"), claims)).await
    }

    /// What becomes of an ES256 token with this header.
    pub async fn header(&self, header: &Value) -> Result<Arc<Claims>, TokenFault> {
        self.verify(&EC.sign(header, &claims())).await
    }

    /// Replaces the file by one with these keys and a later time.
    pub fn publish(&self, keys: &[Value]) {
        let later = File::open(&self.file)
            .unwrap()
            .metadata()
            .unwrap()
            .modified()
            .unwrap()
            + Duration::from_secs(1);
        self.publish_text(&key_set(keys), later);
    }

    pub fn publish_text(&self, text: &str, modified: SystemTime) {
        std::fs::write(&self.file, text).unwrap();
        File::options()
            .write(true)
            .open(&self.file)
            .unwrap()
            .set_modified(modified)
            .unwrap();
    }
}
