//! One story per line of the checklist.

use super::support::*;
use crate::auth::{Algorithm, Scope, ScopeSet, TokenFault};
use serde_json::{Value, json};

#[tokio::test]
async fn a_sound_token_of_every_algorithm_gets_in() {
    let world = World::usual();
    for (key, alg, kid) in [
        (&EC, "ES256", "ec"),
        (&ED, "EdDSA", "ed"),
        (&RSA, "RS256", "rsa"),
        (&RSA, "PS256", "rsa"),
    ] {
        let claims = world
            .verify(&key.sign(&header(alg, kid), &claims()))
            .await
            .expect(alg);
        assert_eq!(claims.client.as_str(), "portal-hn");
        assert_eq!(
            (&*claims.subject, &*claims.issuer, &*claims.key_id),
            ("portal-hn", ISSUER, kid)
        );
        assert_eq!(&*claims.token_id, format!("id-{NOW}"));
        assert_eq!(
            claims.scopes,
            ScopeSet::EMPTY
                .with(Scope::ReportsWrite)
                .with(Scope::StandingsRead)
        );
        assert_eq!(claims.expires_at, NOW + 600);
    }
}

#[tokio::test]
async fn a_token_over_8_kib_is_not_even_read() {
    let world = World::usual();
    let big = EC.sign(
        &header("ES256", "ec"),
        &with(&claims(), "padding", Some(json!("x".repeat(9 * 1024)))),
    );
    assert_eq!(world.verify(&big).await, Err(TokenFault::TooLarge));
}

#[tokio::test]
async fn what_is_not_a_signed_token_is_malformed() {
    let world = World::usual();
    let token = EC.sign(&header("ES256", "ec"), &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let not_json = format!("{}.{}.{signature}", encode("alg=ES256"), encode("iss"));
    let deep = format!(
        "{}.{}.{signature}",
        encode(format!("{{\"a\":{}", "[".repeat(3000))),
        encode("{}")
    );
    let array = format!("{}.{}.{signature}", encode("[\"ES256\"]"), encode("[]"));
    for text in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        message,
        &not_json,
        &array,
        &deep,
        &format!("{token}."),
    ] {
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
        let fault = world
            .header(&with(&header("ES256", "ec"), name, Some(value)))
            .await;
        assert_eq!(fault, Err(TokenFault::HeaderNotAllowed(name)));
    }
}

#[tokio::test]
async fn an_embedded_key_does_not_verify_its_own_token() {
    let world = World::usual();
    let mine = TestKey::ec();
    let header = with(&header("ES256", "ec"), "jwk", Some(mine.jwk("ec")));
    assert_eq!(
        world.verify(&mine.sign(&header, &claims())).await,
        Err(TokenFault::HeaderNotAllowed("jwk"))
    );
}

#[tokio::test]
async fn a_token_that_names_no_key_or_an_unknown_one_is_refused() {
    let world = World::usual();
    assert_eq!(
        world.header(&json!({ "alg": "ES256", "typ": "at+jwt" })).await,
        Err(TokenFault::UnknownKey)
    );
    assert_eq!(
        world.header(&header("ES256", "EC")).await,
        Err(TokenFault::UnknownKey)
    );
    assert_eq!(
        world.header(&header("ES256", "")).await,
        Err(TokenFault::UnknownKey)
    );
    assert_eq!(
        world
            .header(&json!({ "alg": "ES256", "kid": 7, "typ": "at+jwt" }))
            .await,
        Err(TokenFault::UnknownKey)
    );
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let world = World::usual();
    for alg in ["none", "None", "nOnE", ""] {
        let unsigned = format!(
            "{}.{}.",
            encode(header(alg, "ec").to_string()),
            encode(claims().to_string())
        );
        assert_eq!(
            world.verify(&unsigned).await,
            Err(TokenFault::AlgorithmNotAllowed),
            "{alg}"
        );
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
            assert_eq!(
                world.verify(&token).await,
                Err(TokenFault::AlgorithmNotAllowed),
                "{kid}"
            );
        }
    }
}

#[tokio::test]
async fn a_key_is_used_with_its_own_algorithm_only() {
    let world = World::usual();
    for (alg, kid) in [
        ("RS256", "ec"),
        ("ES256", "rsa"),
        ("EdDSA", "ec"),
        ("ES256", "ed"),
        ("PS256", "ed"),
    ] {
        let key = if kid == "rsa" { &*RSA } else { &*EC };
        assert_eq!(
            world.verify(&key.sign(&header(alg, kid), &claims())).await,
            Err(TokenFault::AlgorithmNotAllowed)
        );
    }
    for alg in ["ES384", "RS512", "PS384", "HS512", "EdDSA448"] {
        assert_eq!(
            world.header(&header(alg, "ec")).await,
            Err(TokenFault::AlgorithmNotAllowed)
        );
    }
}

#[tokio::test]
async fn a_key_that_says_its_algorithm_is_held_to_it() {
    let pss = with(&RSA.jwk("pss"), "alg", Some(json!("PS256")));
    let lying = with(&EC.jwk("lying"), "alg", Some(json!("RS256")));
    let world = World::new(&[pss, lying], |_| {});
    assert!(
        world
            .verify(&RSA.sign(&header("PS256", "pss"), &claims()))
            .await
            .is_ok()
    );
    let fault = world.verify(&RSA.sign(&header("RS256", "pss"), &claims())).await;
    assert_eq!(fault, Err(TokenFault::AlgorithmNotAllowed));
    assert_eq!(
        world.header(&header("ES256", "lying")).await,
        Err(TokenFault::UnknownKey)
    );
}

#[tokio::test]
async fn an_issuer_is_held_to_its_list_of_algorithms() {
    let world = World::new(&[EC.jwk("ec"), ED.jwk("ed")], |issuer| {
        issuer.algorithms = vec![Algorithm::EdDsa];
    });
    assert!(
        world
            .verify(&ED.sign(&header("EdDSA", "ed"), &claims()))
            .await
            .is_ok()
    );
    assert_eq!(
        world.claims(&claims()).await,
        Err(TokenFault::AlgorithmNotAllowed)
    );
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
    for kid in [
        "oct", "oct256", "ml-dsa", "short", "enc", "wrap", "private", "curve",
    ] {
        assert_eq!(
            world.header(&header("ES256", kid)).await,
            Err(TokenFault::UnknownKey),
            "{kid}"
        );
    }
    for kid in ["oct", "oct256"] {
        let token = sign_hs256(secret, &header("HS256", kid), &claims());
        assert_eq!(
            world.verify(&token).await,
            Err(TokenFault::AlgorithmNotAllowed),
            "{kid}"
        );
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
    let fault = world
        .verify(&other.sign(&header("ES256", "same"), &claims()))
        .await;
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

#[tokio::test]
async fn every_claim_rfc_9068_requires_is_required() {
    let world = World::usual();
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_eq!(
            world.claims(&with(&claims(), name, None)).await,
            Err(TokenFault::MissingClaim(name))
        );
        let null = with(&claims(), name, Some(Value::Null));
        assert!(world.claims(&null).await.is_err(), "{name}: null");
    }
    assert!(
        world
            .claims(&with(&claims(), "scope", None))
            .await
            .unwrap()
            .scopes
            .is_empty()
    );
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
    for issuer in [
        "https://evil.example",
        "https://sso.example.vn/",
        "HTTPS://SSO.EXAMPLE.VN",
        "",
    ] {
        assert_eq!(
            world.claims(&set("iss", json!(issuer))).await,
            Err(TokenFault::UnknownIssuer),
            "{issuer}"
        );
    }
    assert_eq!(
        world.claims(&set("iss", json!([ISSUER]))).await,
        Err(TokenFault::MissingClaim("iss"))
    );
    for audience in [json!("https://mail.example.vn"), json!([]), json!(["a", "b"])] {
        assert_eq!(
            world.claims(&set("aud", audience)).await,
            Err(TokenFault::WrongAudience)
        );
    }
    assert!(
        world
            .claims(&set("aud", json!(["other", AUDIENCE])))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn only_an_access_token_is_an_access_token() {
    let world = World::usual();
    for typ in [
        json!("JWT"),
        json!("dpop+jwt"),
        json!("logout+jwt"),
        json!(""),
        json!(5),
    ] {
        let header = with(&header("ES256", "ec"), "typ", Some(typ.clone()));
        let fault = world.header(&header).await.unwrap_err();
        // jsonwebtoken cannot read a `typ` that is not a text at all.
        let expected = if typ.is_number() {
            TokenFault::Malformed
        } else {
            TokenFault::WrongType
        };
        assert_eq!(fault, expected, "{typ}");
    }
    assert_eq!(
        world.header(&json!({ "alg": "ES256", "kid": "ec" })).await,
        Err(TokenFault::WrongType)
    );
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(
            world
                .header(&with(&header("ES256", "ec"), "typ", Some(json!(typ))))
                .await
                .is_ok(),
            "{typ}"
        );
    }
}

#[tokio::test]
async fn an_issuer_that_cannot_write_at_jwt_may_be_allowed_jwt() {
    let world = World::new(&[EC.jwk("ec")], |issuer| issuer.plain_jwt_allowed = true);
    let header = |typ| with(&header("ES256", "ec"), "typ", Some(json!(typ)));
    assert!(world.header(&header("JWT")).await.is_ok());
    assert!(world.header(&header("at+jwt")).await.is_ok());
    assert_eq!(
        world.header(&header("dpop+jwt")).await,
        Err(TokenFault::WrongType)
    );
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
        (
            TokenFault::InvalidClaim("client_id"),
            "client_id",
            json!("portal-hn"),
        ),
        (TokenFault::InvalidClaim("jti"), "jti", json!("id")),
    ] {
        assert_eq!(world.verify(&EC.sign(&head, &faults)).await, Err(expected));
        let object = if head.get(part).is_some() {
            &mut head
        } else {
            &mut faults
        };
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
    assert_eq!(
        world.claims(&lasting(i64::MAX - NOW)).await,
        Err(TokenFault::TooLongLived)
    );
    let old = with(&lasting(60), "iat", Some(json!(i64::MIN)));
    assert_eq!(world.claims(&old).await, Err(TokenFault::TooLongLived));
}
