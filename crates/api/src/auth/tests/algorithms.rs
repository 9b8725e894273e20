//! Keys and algorithms that must not be confused with one another.

use super::support::*;
use crate::auth::{Algorithm, TokenFault};
use serde_json::{Value, json};

#[tokio::test]
async fn an_embedded_key_does_not_verify_its_own_token() {
    let world = World::usual();
    let mine = TestKey::ec();
    let header = with(&header("ES256", "ec"), "jwk", Some(mine.jwk("ec")));
    assert_eq!(world.verify(&mine.sign(&header, &claims())).await, Err(TokenFault::HeaderNotAllowed("jwk")));
}

#[tokio::test]
async fn a_token_that_names_no_key_or_an_unknown_one_is_refused() {
    let world = World::usual();
    assert_eq!(world.header(&json!({ "alg": "ES256", "typ": "at+jwt" })).await, Err(TokenFault::UnknownKey));
    assert_eq!(world.header(&header("ES256", "EC")).await, Err(TokenFault::UnknownKey));
    assert_eq!(world.header(&header("ES256", "")).await, Err(TokenFault::UnknownKey));
    assert_eq!(
        world.header(&json!({ "alg": "ES256", "kid": 7, "typ": "at+jwt" })).await,
        Err(TokenFault::UnknownKey)
    );
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let world = World::usual();
    for alg in ["none", "None", "nOnE", ""] {
        let unsigned = format!("{}.{}.", encode(header(alg, "ec").to_string()), encode(claims().to_string()));
        assert_eq!(world.verify(&unsigned).await, Err(TokenFault::AlgorithmNotAllowed), "{alg}");
    }
    let token = EC.sign(&header("ES256", "ec"), &claims());
    let stripped = format!("{}.", token.rsplit_once('.').unwrap().0);
    assert_eq!(world.verify(&stripped).await, Err(TokenFault::ForgedSignature));
}

#[tokio::test]
async fn a_public_key_is_not_a_shared_secret() {
    let world = World::usual();
    for (key, kid) in [(&EC, "ec"), (&ED, "ed"), (&RSA, "rsa")] {
        let public = key.jwk(kid);
        let part = public.get("n").or(public.get("x")).unwrap().as_str().unwrap();
        for secret in [public.to_string().into_bytes(), part.as_bytes().to_vec()] {
            let token = sign_hs256(&secret, &header("HS256", kid), &claims());
            assert_eq!(world.verify(&token).await, Err(TokenFault::AlgorithmNotAllowed), "{kid}");
        }
    }
}

#[tokio::test]
async fn a_key_is_used_with_its_own_algorithm_only() {
    let world = World::usual();
    for (alg, kid) in [("RS256", "ec"), ("ES256", "rsa"), ("EdDSA", "ec"), ("ES256", "ed"), ("PS256", "ed")] {
        let key = if kid == "rsa" { &*RSA } else { &*EC };
        assert_eq!(
            world.verify(&key.sign(&header(alg, kid), &claims())).await,
            Err(TokenFault::AlgorithmNotAllowed)
        );
    }
    for alg in ["ES384", "RS512", "PS384", "HS512", "EdDSA448"] {
        assert_eq!(world.header(&header(alg, "ec")).await, Err(TokenFault::AlgorithmNotAllowed));
    }
}

#[tokio::test]
async fn a_key_that_says_its_algorithm_is_held_to_it() {
    let pss = with(&RSA.jwk("pss"), "alg", Some(json!("PS256")));
    let lying = with(&EC.jwk("lying"), "alg", Some(json!("RS256")));
    let world = World::new(&[pss, lying], |_| {});
    assert!(world.verify(&RSA.sign(&header("PS256", "pss"), &claims())).await.is_ok());
    let fault = world.verify(&RSA.sign(&header("RS256", "pss"), &claims())).await;
    assert_eq!(fault, Err(TokenFault::AlgorithmNotAllowed));
    assert_eq!(world.header(&header("ES256", "lying")).await, Err(TokenFault::UnknownKey));
}

#[tokio::test]
async fn an_issuer_is_held_to_its_list_of_algorithms() {
    let world = World::new(&[EC.jwk("ec"), ED.jwk("ed")], |issuer| {
        issuer.algorithms = vec![Algorithm::EdDsa];
    });
    assert!(world.verify(&ED.sign(&header("EdDSA", "ed"), &claims())).await.is_ok());
    assert_eq!(world.claims(&claims()).await, Err(TokenFault::AlgorithmNotAllowed));
}

#[tokio::test]
async fn keys_that_are_not_for_verifying_signatures_are_left_out_and_the_others_work() {
    let ec = |kid: &str, name: &str, value: Value| with(&EC.jwk(kid), name, Some(value));
    let secret = b"a shared secret of thirty-two b.";
    let world = World::new(
        &[
            json!({ "kty": "oct", "kid": "oct", "k": encode(secret) }),
            json!({ "kty": "oct", "kid": "oct256", "alg": "HS256", "k": encode(secret) }),
            json!({ "kty": "AKP", "kid": "ml-dsa", "alg": "ML-DSA-65", "pub": "AAAA" }),
            json!({ "kty": "RSA", "kid": "short", "n": encode([0xff_u8; 128]), "e": "AQAB" }),
            json!("not a key"),
            ec("enc", "use", json!("enc")),
            ec("wrap", "key_ops", json!(["wrapKey"])),
            ec("private", "d", json!("AAAA")),
            ec("curve", "crv", json!("P-521")),
            ec("good", "key_ops", json!(["verify"])),
            ec("sig", "use", json!("sig")),
        ],
        |_| {},
    );
    for kid in ["oct", "oct256", "ml-dsa", "short", "enc", "wrap", "private", "curve"] {
        assert_eq!(world.header(&header("ES256", kid)).await, Err(TokenFault::UnknownKey), "{kid}");
    }
    for kid in ["oct", "oct256"] {
        let token = sign_hs256(secret, &header("HS256", kid), &claims());
        assert_eq!(world.verify(&token).await, Err(TokenFault::AlgorithmNotAllowed), "{kid}");
    }
    for kid in ["good", "sig"] {
        assert!(world.header(&header("ES256", kid)).await.is_ok(), "{kid}");
    }
}

#[tokio::test]
async fn of_two_keys_with_one_id_the_first_counts() {
    let other = TestKey::ec();
    let world = World::new(&[EC.jwk("same"), other.jwk("same")], |_| {});
    assert!(world.header(&header("ES256", "same")).await.is_ok());
    let fault = world.verify(&other.sign(&header("ES256", "same"), &claims())).await;
    assert_eq!(fault, Err(TokenFault::ForgedSignature));
}

#[tokio::test]
async fn a_signature_by_another_key_or_over_other_claims_is_forged() {
    let world = World::usual();
    let forged = TestKey::ec().sign(&header("ES256", "ec"), &claims());
    assert_eq!(world.verify(&forged).await, Err(TokenFault::ForgedSignature));
    let token = EC.sign(&header("ES256", "ec"), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let raised = encode(with(&claims(), "scope", Some(json!("grants:write"))).to_string());
    let fault = world.verify(&format!("{}.{raised}.{}", parts[0], parts[2])).await;
    assert_eq!(fault, Err(TokenFault::ForgedSignature));
}
