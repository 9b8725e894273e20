//! What is remembered of verified tokens, and what ends that.

use super::support::*;
use crate::auth::{
    Claims, Issuer, KeyLocation, ScopeSet, TokenFault, Verifier,
    remembered::{Remembered, Verified, digest},
};
use domain::ClientId;
use std::{hint::black_box, sync::Arc, time::Instant};

#[tokio::test]
async fn a_token_is_verified_once_and_then_remembered_until_it_expires() {
    let world = World::usual();
    let token = EC.sign(&header("ES256", "ec"), &claims());
    let first = world.verify(&token).await.unwrap();
    let again = world.verifier.verify(&token, NOW + 599).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    assert_eq!(
        world.verifier.verify(&token, NOW + 600).await,
        Err(TokenFault::Expired)
    );
}

#[tokio::test]
async fn a_refused_token_is_not_remembered() {
    let world = World::usual();
    let forged = TestKey::ec().sign(&header("ES256", "ec"), &claims());
    assert!(world.verify(&forged).await.is_err());
    assert_eq!(world.verifier.remembered_tokens(), 0);
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_and_the_others_are_not() {
    let world = World::usual();
    let mine = EC.sign(
        &header("ES256", "ec"),
        &with(&claims(), "jti", Some("lost".into())),
    );
    let other = EC.sign(&header("ES256", "ec"), &claims());
    assert!(world.verify(&mine).await.is_ok() && world.verify(&other).await.is_ok());
    let until = world.verifier.deny(ISSUER, "lost", NOW).unwrap();
    assert!(until >= NOW + 3600);
    assert_eq!(world.verify(&mine).await, Err(TokenFault::Revoked));
    assert!(world.verify(&other).await.is_ok());
    // It stays revoked for as long as any token of that id could be valid.
    world.verifier.deny(ISSUER, "another", NOW + 599).unwrap();
    assert_eq!(
        world.verifier.verify(&mine, NOW + 599).await,
        Err(TokenFault::Revoked)
    );
}

#[tokio::test]
async fn one_issuer_does_not_revoke_the_tokens_of_another() {
    let world = World::usual();
    let second = "https://sso.other.vn";
    let issuer = |url: &str| Issuer::new(url, AUDIENCE, KeyLocation::File(world.file.clone()));
    let verifier = Verifier::new(vec![issuer(ISSUER), issuer(second)]).unwrap();
    let token = EC.sign(
        &header("ES256", "ec"),
        &with(&claims(), "jti", Some("same".into())),
    );
    verifier.deny(second, "same", NOW).unwrap();
    assert!(verifier.verify(&token, NOW).await.is_ok());
    assert_eq!(
        verifier.deny("https://nobody.vn", "same", NOW),
        Err(TokenFault::UnknownIssuer)
    );
    assert!(Verifier::new(vec![issuer(ISSUER), issuer(ISSUER)]).is_err());
}

fn remembered(expires_at: i64) -> Verified {
    let claims = Claims {
        client: ClientId::new("portal").unwrap(),
        subject: "portal".into(),
        issuer: ISSUER.into(),
        token_id: "id".into(),
        key_id: "ec".into(),
        scopes: ScopeSet::EMPTY,
        expires_at,
    };
    Verified {
        claims: Arc::new(claims),
        issuer: 0,
        epoch: 0,
    }
}

#[test]
fn memory_is_bounded_and_gives_up_what_expires_first() {
    let memory = Remembered::new();
    let first = digest("the first");
    memory.insert(first, remembered(NOW + 10), NOW);
    for number in 0..40_000_i64 {
        memory.insert(digest(&number.to_string()), remembered(NOW + 100 + number), NOW);
    }
    assert!((8_000..=16_384).contains(&memory.len()), "{}", memory.len());
    assert!(memory.get(&first, NOW).is_none());
    assert!(memory.get(&digest("39999"), NOW).is_some());
    // Once all have expired, a newcomer finds room without pushing out anyone who has not.
    let late = NOW + 1_000_000;
    for number in 0..1_000 {
        memory.insert(digest(&format!("late {number}")), remembered(late + 1), late);
    }
    assert!((0..1_000).all(|number| memory.get(&digest(&format!("late {number}")), late).is_some()));
}

/// Prints what a remembered token costs; the figure means something with `--release` only.
#[tokio::test]
async fn the_cost_of_a_remembered_token() {
    const ROUNDS: u32 = 20_000;
    let world = World::usual();
    for (key, alg, kid) in [(&EC, "ES256", "ec"), (&ED, "EdDSA", "ed"), (&RSA, "RS256", "rsa")] {
        let token = key.sign(&header(alg, kid), &claims());
        let start = Instant::now();
        world.verify(&token).await.unwrap();
        let first = start.elapsed();
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(world.verify(black_box(&token)).await).unwrap();
        }
        let hit = start.elapsed() / ROUNDS;
        println!(
            "{alg}: {} bytes, verified in {first:?}, remembered in {hit:?}",
            token.len()
        );
    }
}
