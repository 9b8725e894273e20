//! One story per line of the checklist, except for keys and algorithms.

use super::support::*;
use crate::auth::{Scope, ScopeSet, TokenFault};
use serde_json::{Value, json};

#[tokio::test]
async fn a_sound_token_of_every_algorithm_gets_in() {
    let world = World::usual();
    for (key, alg, kid) in
        [(&EC, "ES256", "ec"), (&ED, "EdDSA", "ed"), (&RSA, "RS256", "rsa"), (&RSA, "PS256", "rsa")]
    {
        let claims = world.verify(&key.sign(&header(alg, kid), &claims())).await.expect(alg);
        assert_eq!(claims.client.as_str(), "portal-hn");
        assert_eq!((&*claims.subject, &*claims.issuer, &*claims.key_id), ("portal-hn", ISSUER, kid));
        assert_eq!(&*claims.token_id, format!("id-{NOW}"));
        assert_eq!(claims.scopes, ScopeSet::EMPTY.with(Scope::ReportsWrite).with(Scope::StandingsRead));
        assert_eq!(claims.expires_at, NOW + 600);
    }
}

#[tokio::test]
async fn a_token_over_8_kib_is_not_even_read() {
    let world = World::usual();
    let big = EC.sign(&header("ES256", "ec"), &with(&claims(), "padding", Some(json!("x".repeat(9 * 1024)))));
    assert_eq!(world.verify(&big).await, Err(TokenFault::TooLarge));
}

#[tokio::test]
async fn what_is_not_a_signed_token_is_malformed() {
    let world = World::usual();
    let token = EC.sign(&header("ES256", "ec"), &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let not_json = format!("{}.{}.{signature}", encode("alg=ES256"), encode("iss"));
    let deep = format!("{}.{}.{signature}", encode(format!("{{\"a\":{}", "[".repeat(3000))), encode("{}"));
    let array = format!("{}.{}.{signature}", encode("[\"ES256\"]"), encode("[]"));
    for text in
        ["", ".", "..", "a.b", "a.b.c", "a.b.c.d.e", message, &not_json, &array, &deep, &format!("{token}.")]
    {
        assert_eq!(world.verify(text).await, Err(TokenFault::Malformed), "{text:?}");
    }
}

#[tokio::test]
async fn a_member_that_stands_twice_is_malformed() {
    let world = World::usual();
    let (header, claims) = (header("ES256", "ec").to_string(), claims().to_string());
    let twice = |json: &str, member: &str| json.replacen('{', &format!("{{{member},"), 1);
    for (header, claims) in [
        (twice(&header, r#""alg":"ES256""#), claims.clone()),
        (header.clone(), twice(&claims, r#""client_id":"admin""#)),
        (header.clone(), twice(&claims, r#""exp":9999999999"#)),
        (header.clone(), twice(&claims, r#""aud":"elsewhere""#)),
    ] {
        assert_eq!(
            world.verify(&EC.sign_text(&header, &claims)).await,
            Err(TokenFault::Malformed),
            "{header} {claims}"
        );
    }
}

#[tokio::test]
async fn headers_that_could_steer_the_verification_are_refused_even_when_signed() {
    let world = World::usual();
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", Value::Null),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/cert")),
        ("jwk", EC.jwk("ec")),
    ] {
        let fault = world.header(&with(&header("ES256", "ec"), name, Some(value))).await;
        assert_eq!(fault, Err(TokenFault::HeaderNotAllowed(name)));
    }
}

#[tokio::test]
async fn every_claim_rfc_9068_requires_is_required() {
    let world = World::usual();
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_eq!(world.claims(&with(&claims(), name, None)).await, Err(TokenFault::MissingClaim(name)));
        let null = with(&claims(), name, Some(Value::Null));
        assert!(world.claims(&null).await.is_err(), "{name}: null");
    }
    assert!(world.claims(&with(&claims(), "scope", None)).await.unwrap().scopes.is_empty());
}

#[tokio::test]
async fn claims_that_cannot_be_taken_are_refused() {
    let world = World::usual();
    for (name, value) in [
        ("client_id", json!("Nguyễn Văn A")),
        ("jti", json!("")),
        ("jti", json!("x".repeat(300))),
        ("sub", json!("")),
        ("scope", json!(["reports:write"])),
        ("iat", json!("yesterday")),
        ("nbf", json!(1e300)),
    ] {
        assert_eq!(
            world.claims(&with(&claims(), name, Some(value))).await,
            Err(TokenFault::InvalidClaim(name))
        );
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_or_for_another_service_is_refused() {
    let world = World::usual();
    let set = |name, value| with(&claims(), name, Some(value));
    for issuer in ["https://evil.example", "https://sso.example.vn/", "HTTPS://SSO.EXAMPLE.VN", ""] {
        assert_eq!(
            world.claims(&set("iss", json!(issuer))).await,
            Err(TokenFault::UnknownIssuer),
            "{issuer}"
        );
    }
    assert_eq!(world.claims(&set("iss", json!([ISSUER]))).await, Err(TokenFault::MissingClaim("iss")));
    for audience in [json!("https://mail.example.vn"), json!([]), json!(["a", "b"])] {
        assert_eq!(world.claims(&set("aud", audience)).await, Err(TokenFault::WrongAudience));
    }
    assert!(world.claims(&set("aud", json!(["other", AUDIENCE]))).await.is_ok());
}

#[tokio::test]
async fn only_an_access_token_is_an_access_token() {
    let world = World::usual();
    for typ in [json!("JWT"), json!("dpop+jwt"), json!("logout+jwt"), json!(""), json!(5)] {
        let header = with(&header("ES256", "ec"), "typ", Some(typ.clone()));
        let fault = world.header(&header).await.unwrap_err();
        // jsonwebtoken cannot read a `typ` that is not a text at all.
        let expected = if typ.is_number() { TokenFault::Malformed } else { TokenFault::WrongType };
        assert_eq!(fault, expected, "{typ}");
    }
    assert_eq!(world.header(&json!({ "alg": "ES256", "kid": "ec" })).await, Err(TokenFault::WrongType));
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(world.header(&with(&header("ES256", "ec"), "typ", Some(json!(typ)))).await.is_ok(), "{typ}");
    }
}

#[tokio::test]
async fn an_issuer_that_cannot_write_at_jwt_may_be_allowed_jwt() {
    let world = World::new(&[EC.jwk("ec")], |issuer| issuer.plain_jwt_allowed = true);
    let header = |typ| with(&header("ES256", "ec"), "typ", Some(json!(typ)));
    assert!(world.header(&header("JWT")).await.is_ok());
    assert!(world.header(&header("at+jwt")).await.is_ok());
    assert_eq!(world.header(&header("dpop+jwt")).await, Err(TokenFault::WrongType));
}

#[tokio::test]
async fn a_token_counts_from_nbf_until_just_before_exp() {
    let world = World::usual();
    let set = |name, value| with(&claims(), name, Some(value));
    for (claims, expected) in [
        (set("exp", json!(NOW + 1)), Ok(())),
        (set("exp", json!(NOW)), Err(TokenFault::Expired)),
        (set("exp", json!(NOW - 1)), Err(TokenFault::Expired)),
        (set("exp", json!(-1)), Err(TokenFault::MissingClaim("exp"))),
        (set("exp", json!(NOW as f64 + 60.5)), Ok(())),
        (set("nbf", json!(NOW)), Ok(())),
        (set("nbf", json!(NOW + 30)), Ok(())),
        (set("nbf", json!(NOW + 31)), Err(TokenFault::NotYetValid)),
        (set("iat", json!(NOW + 30)), Ok(())),
        (set("iat", json!(NOW + 31)), Err(TokenFault::IssuedInTheFuture)),
    ] {
        assert_eq!(world.claims(&claims).await.map(drop), expected, "{claims}");
    }
}

#[tokio::test]
async fn of_several_faults_the_first_on_the_checklist_is_named() {
    let world = World::usual();
    let mut faults = claims();
    let mut head = header("none", "nobody");
    head["typ"] = json!("JWT");
    head["crit"] = json!(["exp"]);
    faults["iss"] = json!("https://evil.example");
    faults["aud"] = json!("elsewhere");
    faults["exp"] = json!(NOW - 1);
    faults["nbf"] = json!(NOW + 90);
    faults["iat"] = json!(NOW + 90);
    faults["client_id"] = json!("");
    faults["jti"] = json!("");
    // Each step mends the fault that was named.
    for (expected, part, value) in [
        (TokenFault::HeaderNotAllowed("crit"), "crit", Value::Null),
        (TokenFault::AlgorithmNotAllowed, "alg", json!("ES256")),
        (TokenFault::UnknownIssuer, "iss", json!(ISSUER)),
        (TokenFault::UnknownKey, "kid", json!("ec")),
        (TokenFault::WrongAudience, "aud", json!(AUDIENCE)),
        (TokenFault::Expired, "exp", json!(NOW + 4000)),
        (TokenFault::NotYetValid, "nbf", json!(NOW)),
        (TokenFault::WrongType, "typ", json!("at+jwt")),
        (TokenFault::IssuedInTheFuture, "iat", json!(NOW)),
        (TokenFault::TooLongLived, "exp", json!(NOW + 60)),
        (TokenFault::InvalidClaim("client_id"), "client_id", json!("portal-hn")),
        (TokenFault::InvalidClaim("jti"), "jti", json!("id")),
    ] {
        assert_eq!(world.verify(&EC.sign(&head, &faults)).await, Err(expected));
        let object = if head.get(part).is_some() { &mut head } else { &mut faults };
        *object = with(object, part, (!value.is_null()).then_some(value));
    }
    assert!(world.verify(&EC.sign(&head, &faults)).await.is_ok());
}

#[tokio::test]
async fn a_token_that_lives_longer_than_an_hour_is_refused() {
    let world = World::usual();
    let lasting = |seconds: i64| with(&claims(), "exp", Some(json!(NOW + seconds)));
    assert!(world.claims(&lasting(3600)).await.is_ok());
    assert_eq!(world.claims(&lasting(3601)).await, Err(TokenFault::TooLongLived));
    assert_eq!(world.claims(&lasting(i64::MAX - NOW)).await, Err(TokenFault::TooLongLived));
    let old = with(&lasting(60), "iat", Some(json!(i64::MIN)));
    assert_eq!(world.claims(&old).await, Err(TokenFault::TooLongLived));
}
