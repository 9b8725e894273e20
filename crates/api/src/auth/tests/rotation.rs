//! Keys come and go: in a file, and on a real HTTP server on this machine.

use super::support::*;
use crate::auth::{Issuer, KeyLocation, KeysFault, TokenFault, Verifier};
use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use parking_lot::Mutex;
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, UNIX_EPOCH},
};

fn token(key: &TestKey, kid: &str, now: i64) -> String {
    key.sign(&header("ES256", kid), &claims_at(now))
}

#[tokio::test]
async fn a_key_withdrawn_from_the_file_stops_verifying_even_remembered_tokens() {
    let world = World::usual();
    let token = token(&EC, "ec", NOW);
    assert!(world.verify(&token).await.is_ok());
    world.publish(&[ED.jwk("ed")]);
    assert_eq!(
        world.verifier.verify(&token, NOW + 1).await,
        Err(TokenFault::UnknownKey)
    );
}

#[tokio::test]
async fn a_key_added_to_the_file_works_within_a_second_and_the_old_one_still_does() {
    let world = World::usual();
    let old = token(&EC, "ec", NOW);
    assert!(world.verify(&old).await.is_ok());
    let new = TestKey::ec();
    world.publish(&[EC.jwk("ec"), new.jwk("new")]);
    assert!(
        world
            .verifier
            .verify(&token(&new, "new", NOW), NOW + 1)
            .await
            .is_ok()
    );
    assert!(world.verifier.verify(&old, NOW + 1).await.is_ok());
}

#[tokio::test]
async fn the_file_is_looked_at_once_a_second_at_most() {
    let world = World::usual();
    let new = TestKey::ec();
    assert!(world.verify(&token(&EC, "ec", NOW)).await.is_ok());
    world.publish(&[new.jwk("new")]);
    assert_eq!(
        world.verify(&token(&new, "new", NOW)).await,
        Err(TokenFault::UnknownKey)
    );
    assert!(world.verify(&token(&EC, "ec", NOW)).await.is_ok());
}

#[tokio::test]
async fn a_spoiled_or_missing_file_leaves_the_old_keys_in_use_for_a_while() {
    let world = World::usual();
    assert!(world.verify(&token(&EC, "ec", NOW)).await.is_ok());
    world.publish_text("{\"keys\": [", UNIX_EPOCH + Duration::from_secs(1));
    assert!(
        world
            .verifier
            .verify(&token(&EC, "ec", NOW), NOW + 2)
            .await
            .is_ok()
    );
    fs::remove_file(&world.file).unwrap();
    let (hour, limit) = (NOW + 3600, NOW + 12 * 3600 + 1);
    assert!(world.verifier.verify(&token(&EC, "ec", hour), hour).await.is_ok());
    assert_eq!(
        world.verifier.verify(&token(&EC, "ec", limit), limit).await,
        Err(TokenFault::KeysUnavailable)
    );
    fs::write(&world.file, key_set(&[EC.jwk("ec")])).unwrap();
    assert!(
        world
            .verifier
            .verify(&token(&EC, "ec", limit + 2), limit + 2)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn without_a_file_the_service_is_not_ready_until_there_is_one() {
    let world = World::usual();
    fs::remove_file(&world.file).unwrap();
    let faults = world.verifier.prefetch(NOW).await;
    assert!(matches!(faults.as_slice(), [(_, KeysFault::Unreadable(..))]));
    assert!(!world.verifier.ready());
    assert_eq!(
        world.verify(&token(&EC, "ec", NOW)).await,
        Err(TokenFault::KeysUnavailable)
    );
    fs::write(&world.file, key_set(&[EC.jwk("ec")])).unwrap();
    assert!(world.verifier.prefetch(NOW + 1).await.is_empty());
    assert!(world.verifier.ready());
}

/// What the key server answers: status, body, and after which time.
type Answer = (StatusCode, String, Duration);

/// A real HTTP server that publishes keys and counts who asks.
struct KeyServer {
    url: String,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<Answer>>,
    handle: ServerHandle,
}

impl KeyServer {
    fn start(keys: &[serde_json::Value]) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let answer = Arc::new(Mutex::new((StatusCode::OK, key_set(keys), Duration::ZERO)));
        let (counter, script) = (Arc::clone(&asked), Arc::clone(&answer));
        let server = HttpServer::new(move || {
            let (counter, script) = (Arc::clone(&counter), Arc::clone(&script));
            App::new().default_service(web::to(move || {
                counter.fetch_add(1, Ordering::SeqCst);
                let (status, body, delay) = script.lock().clone();
                async move {
                    actix_web::rt::time::sleep(delay).await;
                    HttpResponse::build(status)
                        .insert_header(("Location", "/elsewhere"))
                        .body(body)
                }
            }))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let url = format!("http://{}/jwks", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self {
            url,
            asked,
            answer,
            handle,
        }
    }

    fn verifier(&self, configure: impl FnOnce(&mut Issuer)) -> Verifier {
        let mut issuer = Issuer::new(ISSUER, AUDIENCE, KeyLocation::Url(self.url.clone()));
        configure(&mut issuer);
        Verifier::new(vec![issuer]).unwrap()
    }

    fn publish(&self, keys: &[serde_json::Value]) {
        self.answer.lock().1 = key_set(keys);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits for what happens in the background.
    async fn is_asked(&self, times: usize) {
        let start = Instant::now();
        while self.asked() < times && start.elapsed() < Duration::from_secs(5) {
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(self.asked(), times);
    }
}

#[actix_web::test]
async fn the_service_is_ready_once_the_keys_are_fetched() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    let verifier = server.verifier(|_| {});
    assert!(!verifier.ready());
    assert!(verifier.prefetch(NOW).await.is_empty());
    assert!(verifier.ready());
    assert!(verifier.verify(&token(&EC, "ec", NOW), NOW).await.is_ok());
    assert_eq!(server.asked(), 1);
}

#[actix_web::test]
async fn an_issuer_that_starts_after_the_service_is_found_within_seconds() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    server.answer.lock().0 = StatusCode::SERVICE_UNAVAILABLE;
    let verifier = server.verifier(|_| {});
    assert!(matches!(
        verifier.prefetch(NOW).await.as_slice(),
        [(_, KeysFault::Status(503))]
    ));
    assert!(!verifier.ready());
    server.answer.lock().0 = StatusCode::OK;
    assert!(verifier.prefetch(NOW + 4).await.is_empty() && !verifier.ready());
    assert!(verifier.prefetch(NOW + 5).await.is_empty() && verifier.ready());
    assert_eq!(server.asked(), 2);
}

#[actix_web::test]
async fn invented_key_ids_do_not_hammer_the_issuer() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    let verifier = server.verifier(|_| {});
    verifier.prefetch(NOW).await;
    for second in 0..120_i64 {
        let token = token(&EC, &format!("invented-{second}"), NOW);
        assert_eq!(
            verifier.verify(&token, NOW + second).await,
            Err(TokenFault::UnknownKey)
        );
    }
    assert_eq!(server.asked(), 2);
}

#[actix_web::test]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    let verifier = server.verifier(|_| {});
    verifier.prefetch(NOW).await;
    let new = TestKey::ec();
    server.publish(&[EC.jwk("ec"), new.jwk("new")]);
    assert!(
        verifier
            .verify(&token(&new, "new", NOW + 60), NOW + 60)
            .await
            .is_ok()
    );
    assert_eq!(server.asked(), 2);
}

#[actix_web::test]
async fn many_callers_at_once_ask_the_issuer_once() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    server.answer.lock().2 = Duration::from_millis(100);
    let verifier = Arc::new(server.verifier(|_| {}));
    let token: Arc<str> = token(&EC, "ec", NOW).into();
    let call = |_| {
        let (verifier, token) = (Arc::clone(&verifier), Arc::clone(&token));
        tokio::spawn(async move { verifier.verify(&token, NOW).await.map(drop) })
    };
    for caller in (0..20).map(call).collect::<Vec<_>>() {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    assert_eq!(server.asked(), 1);
}

#[actix_web::test]
async fn a_caller_who_hangs_up_does_not_stop_the_fetch_others_wait_for() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    server.answer.lock().2 = Duration::from_millis(200);
    let verifier = server.verifier(|_| {});
    let token = token(&EC, "ec", NOW);
    let impatient = tokio::time::timeout(Duration::from_millis(50), verifier.verify(&token, NOW)).await;
    assert!(impatient.is_err());
    assert!(verifier.verify(&token, NOW).await.is_ok());
    assert_eq!(server.asked(), 1);
}

#[actix_web::test]
async fn a_removed_key_stops_verifying_after_the_maximum_age_even_for_remembered_tokens() {
    let server = KeyServer::start(&[EC.jwk("ec"), ED.jwk("ed")]);
    let verifier = server.verifier(|issuer| issuer.keys_max_age_seconds = 300);
    let token = token(&EC, "ec", NOW);
    assert!(verifier.verify(&token, NOW).await.is_ok());
    server.publish(&[ED.jwk("ed")]);
    assert!(verifier.verify(&token, NOW + 149).await.is_ok());
    assert_eq!(
        verifier.verify(&token, NOW + 300).await,
        Err(TokenFault::UnknownKey)
    );
}

#[actix_web::test]
async fn from_half_their_age_on_keys_are_fetched_without_anyone_waiting() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    let verifier = server.verifier(|_| {});
    let token = token(&EC, "ec", NOW + 1500);
    verifier.prefetch(NOW).await;
    server.answer.lock().2 = Duration::from_secs(3);
    let start = Instant::now();
    for _ in 0..50 {
        assert!(verifier.verify(&token, NOW + 1800).await.is_ok());
    }
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    server.is_asked(2).await;
}

#[actix_web::test]
async fn while_the_issuer_is_down_the_keys_stay_in_use_and_after_hours_they_do_not() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    let verifier = server.verifier(|_| {});
    verifier.prefetch(NOW).await;
    server.handle.stop(false).await;
    let limit = NOW + 13 * 3600;
    for now in [NOW + 3600, NOW + 3660, NOW + 7200, limit - 1] {
        assert!(
            verifier.verify(&token(&EC, "ec", now), now).await.is_ok(),
            "{}",
            now - NOW
        );
    }
    let remembered = token(&EC, "ec", limit - 1);
    assert_eq!(
        verifier.verify(&remembered, limit).await,
        Err(TokenFault::KeysUnavailable)
    );
}

#[actix_web::test]
async fn a_slow_issuer_is_given_up_and_nobody_waits_for_it_again_soon() {
    let server = KeyServer::start(&[EC.jwk("ec")]);
    let verifier = server.verifier(|issuer| issuer.fetch_timeout = Duration::from_secs(1));
    verifier.prefetch(NOW).await;
    server.answer.lock().2 = Duration::from_secs(30);
    let late = NOW + 3600;
    let token = token(&EC, "ec", late);
    let start = Instant::now();
    assert!(verifier.verify(&token, late).await.is_ok());
    let waited = start.elapsed();
    assert!(
        (Duration::from_secs(1)..Duration::from_secs(20)).contains(&waited),
        "{waited:?}"
    );
    let start = Instant::now();
    assert!(verifier.verify(&token, late + 60).await.is_ok());
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[actix_web::test]
async fn an_answer_that_is_not_a_set_of_keys_is_refused() {
    let server = KeyServer::start(&[]);
    for (status, body, expected) in [
        (StatusCode::FOUND, key_set(&[EC.jwk("ec")]), "status 302"),
        (StatusCode::OK, "<html>".into(), "not a JWK set"),
        (StatusCode::OK, "{}".into(), "not a JWK set"),
        (
            StatusCode::OK,
            format!("{{\"keys\":[]}}{}", " ".repeat(300 * 1024)),
            "larger than 256 KiB",
        ),
    ] {
        *server.answer.lock() = (status, body, Duration::ZERO);
        let verifier = server.verifier(|_| {});
        let faults = verifier.prefetch(NOW).await;
        assert!(
            faults.len() == 1 && faults[0].1.to_string().contains(expected),
            "{faults:?}"
        );
        assert!(!verifier.ready());
    }
}
