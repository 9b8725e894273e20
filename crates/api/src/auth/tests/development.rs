//! Development keys: convenient, and never trusted by accident.

use super::support::*;
use crate::auth::{
    Issuer, KeyLocation, KeysFault, Scope, ScopeSet, TokenFault, Verifier,
    keys::{MintRequest, SigningKey, mint},
};
use domain::ClientId;
use serde_json::{Value, json};
use std::path::Path;

fn request() -> MintRequest {
    MintRequest {
        client: ClientId::new("demo").unwrap(),
        scopes: [Scope::ReportsWrite, Scope::AuditRead].into_iter().collect(),
        ttl_seconds: 3600,
        audience: AUDIENCE.into(),
        issuer: ISSUER.into(),
        now_seconds: NOW,
    }
}

fn verifier(jwks: &Path, development_allowed: bool) -> Verifier {
    let issuer = Issuer::new(ISSUER, AUDIENCE, KeyLocation::File(jwks.into()));
    Verifier::new(vec![Issuer {
        development_allowed,
        ..issuer
    }])
    .unwrap()
}

#[tokio::test]
async fn a_developer_makes_a_key_mints_a_token_and_gets_in() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, jwks) = (folder.path().join("key.pem"), folder.path().join("jwks.json"));
    SigningKey::generate().unwrap().write(&pem, &jwks).unwrap();
    let token = mint(&SigningKey::read(&pem).unwrap(), &request()).unwrap();
    let verifier = verifier(&jwks, true);
    assert!(verifier.prefetch(NOW).await.is_empty() && verifier.ready());
    let claims = verifier.verify(&token, NOW).await.unwrap();
    assert_eq!((claims.client.as_str(), &*claims.subject), ("demo", "demo"));
    assert_eq!(
        claims.scopes,
        ScopeSet::EMPTY.with(Scope::ReportsWrite).with(Scope::AuditRead)
    );
    assert_eq!(
        verifier.verify(&token, NOW + 3600).await,
        Err(TokenFault::Expired)
    );
}

#[tokio::test]
async fn a_service_in_use_does_not_start_on_a_development_key() {
    let key = SigningKey::generate().unwrap();
    let published: Value = serde_json::from_str(&key.jwks()).unwrap();
    let marked = published["keys"][0].clone();
    let only_by_name = with(&marked, "thidua_development", None);
    let only_by_mark = with(&EC.jwk("production"), "thidua_development", Some(json!(true)));
    for development in [marked, only_by_name, only_by_mark] {
        let folder = tempfile::tempdir().unwrap();
        let jwks = folder.path().join("jwks.json");
        std::fs::write(&jwks, key_set(&[EC.jwk("ec"), development.clone()])).unwrap();
        let verifier = verifier(&jwks, false);
        let faults = verifier.prefetch(NOW).await;
        assert!(
            matches!(faults.as_slice(), [(_, KeysFault::DevelopmentKey(_))]),
            "{development}"
        );
        assert!(!verifier.ready());
        let token = EC.sign(&header("ES256", "ec"), &claims());
        assert_eq!(
            verifier.verify(&token, NOW).await,
            Err(TokenFault::KeysUnavailable)
        );
    }
}

#[tokio::test]
async fn a_development_key_slipped_in_later_is_not_taken_over() {
    let key = SigningKey::generate().unwrap();
    let world = World::usual();
    assert!(world.claims(&claims()).await.is_ok());
    let published: Value = serde_json::from_str(&key.jwks()).unwrap();
    world.publish(&[EC.jwk("ec"), published["keys"][0].clone()]);
    let token = mint(
        &key,
        &MintRequest {
            now_seconds: NOW + 5,
            ..request()
        },
    )
    .unwrap();
    assert_eq!(
        world.verifier.verify(&token, NOW + 5).await,
        Err(TokenFault::UnknownKey)
    );
    // The keys read before remain.
    let honest = EC.sign(&header("ES256", "ec"), &claims_at(NOW + 5));
    assert!(world.verifier.verify(&honest, NOW + 5).await.is_ok());
}
