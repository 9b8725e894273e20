//! The door: tokens, methods, languages, forms, and what every answer has.

use super::*;

const KEY: &str = "5b1f0c1e-6f0e-4d3c-9c1b-000000000003";

async fn post_with(house: &House, token: &str) -> Response {
    let body = json!({"name": {"vi": "Hội Luật gia"}, "kind": "association"}).to_string();
    let request = house.http.post(format!("{}/v1/units", house.base)).header("authorization", token);
    let request = request.header("content-type", "application/json").header("idempotency-key", KEY);
    request.body(body).send().await.unwrap()
}

#[actix_web::test]
async fn without_a_good_token_nothing_is_recorded() {
    let house = House::open().await;
    let none = post_with(&house, "Basic Zm9v").await;
    assert_eq!(header(&none, "www-authenticate"), "Bearer realm=\"thidua\"");
    problem(none, "noAccessToken").await;
    let forged = post_with(&house, "Bearer a.b.c").await;
    assert!(header(&forged, "www-authenticate").contains("invalid_token"));
    problem(forged, "invalidAccessToken").await;
    let old = house.token("registry", Scope::ALL, house.now() - 3600);
    problem(post_with(&house, &format!("Bearer {old}")).await, "expiredAccessToken").await;
    let narrow = house.token("registry", &[Scope::EventsRead], house.now());
    let narrow = post_with(&house, &format!("Bearer {narrow}")).await;
    assert!(header(&narrow, "www-authenticate").contains("scope=\"units:write\""));
    assert_eq!(problem(narrow, "missingScope").await["required_scopes"], json!(["units:write"]));
    let stranger = house.token("stranger", Scope::ALL, house.now());
    let stranger = post_with(&house, &format!("bearer {stranger}")).await;
    assert_eq!(problem(stranger, "missingPermission").await["required_roles"], json!(["registrar"]));
    assert_eq!(house.service.app().head(), Position(1));
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let house = House::open().await;
    let wrong = house.send(Method::DELETE, "/v1/units", &[]).await;
    assert_eq!(header(&wrong, "allow"), "GET, HEAD, OPTIONS, POST");
    problem(wrong, "methodNotAllowed").await;
    let options = house.send(Method::OPTIONS, "/v1/openapi.json", &[]).await;
    assert_eq!((options.status(), header(&options, "allow")), (StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS"));
    let invented = house.send(Method::from_bytes(b"BREW").unwrap(), "/v1/probe", &[]).await;
    problem(invented, "methodNotAllowed").await;
}

#[actix_web::test]
async fn head_answers_as_get_does_without_the_body() {
    let house = House::open().await;
    let (get, head) = (house.get("/v1/probe").await, house.send(Method::HEAD, "/v1/probe", &[]).await);
    for name in ["content-type", "content-length", "etag", "event-position", "cache-control"] {
        assert_eq!(header(&get, name), header(&head, name), "{name}");
        assert!(!header(&head, name).is_empty(), "{name}");
    }
    assert!(head.bytes().await.unwrap().is_empty() && !get.bytes().await.unwrap().is_empty());
}

#[actix_web::test]
async fn what_is_not_there_is_a_problem_and_a_slash_too_many_is_forgiven() {
    let house = House::open().await;
    for path in ["/v1/nothing", "/v2/units", "//evil.example/", "/problems/nope", "/docs/nope.js"] {
        problem(house.get(path).await, "resourceNotFound").await;
    }
    let moved = house.get("/v1/probe/?limit=5").await;
    assert_eq!(
        (moved.status(), header(&moved, "location")),
        (StatusCode::PERMANENT_REDIRECT, "/v1/probe?limit=5")
    );
}

#[actix_web::test]
async fn explanations_come_in_the_language_of_the_reader() {
    let house = House::open().await;
    let vi = problem(house.get("/v1/probe?limit=501").await, "invalidInput").await;
    assert_eq!(vi["issues"][0]["detail"], "Phải từ 1 đến 500.");
    let en = house.send(Method::GET, "/v1/probe?limit=501", &[("accept-language", "en-GB, vi;q=0.5")]).await;
    assert_eq!(header(&en, "content-language"), "en");
    assert_eq!(problem(en, "invalidInput").await["issues"][0]["detail"], "Must be from 1 to 500.");
}

#[actix_web::test]
async fn the_form_of_the_answer_is_negotiated() {
    let house = House::open().await;
    for (accept, form) in [
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("application/json;q=0.1, text/*", "text/csv; charset=utf-8"),
    ] {
        let answer = house.send(Method::GET, "/v1/probe", &[("accept", accept)]).await;
        assert_eq!((answer.status(), header(&answer, "content-type")), (StatusCode::OK, form), "{accept}");
    }
    let refused = house.send(Method::GET, "/v1/probe", &[("accept", "application/xml, text/csv;q=0")]).await;
    assert_eq!(problem(refused, "notAcceptable").await["supported"][0], "application/json");
}

#[actix_web::test]
async fn a_reader_who_holds_the_answer_gets_304_until_something_happens() {
    let house = House::open().await;
    let first = house.get("/v1/probe").await;
    let tag = header(&first, "etag").to_owned();
    let held = house.send(Method::GET, "/v1/probe", &[("if-none-match", &tag)]).await;
    assert_eq!((held.status(), header(&held, "etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
    assert_eq!(header(&held, "cache-control"), "public, max-age=60, stale-while-revalidate=60");
    assert_eq!((header(&held, "vary"), header(&held, "event-position")), ("Accept", "1"));
    assert_eq!(header(&held, "request-id").parse::<Uuid>().unwrap().get_version_num(), 7);
    // The client has these with what it holds, and keeps them.
    for name in ["api-version", "content-security-policy", "x-frame-options", "content-type"] {
        assert!(!header(&first, name).is_empty() && header(&held, name).is_empty(), "{name}");
    }
    let body = json!({"name": {"vi": "Hội Luật gia"}, "kind": "association"}).to_string();
    let written = house.post("/v1/units", KEY, &[], body).await;
    let seen = [("if-none-match", tag.as_str()), ("min-event-position", header(&written, "event-position"))];
    let changed = house.send(Method::GET, "/v1/probe", &seen).await;
    assert_eq!((changed.status(), header(&changed, "event-position")), (StatusCode::OK, "2"));
}

#[actix_web::test]
async fn a_read_ahead_of_the_log_waits_and_then_says_so() {
    let house = House::open().await;
    let ahead = house.send(Method::GET, "/v1/probe", &[("min-event-position", "9")]).await;
    assert_eq!(header(&ahead, "retry-after"), "1");
    assert_eq!(problem(ahead, "projectionBehind").await["event_position"], 1);
    let junk = house.send(Method::GET, "/v1/probe", &[("min-event-position", "-1")]).await;
    assert_eq!(faults(&problem(junk, "invalidInput").await), ["header:Min-Event-Position:outOfRange"]);
    problem(house.get("/v1/probe?as_of_position=9").await, "asOfOutOfRange").await;
    problem(house.get("/v1/probe?as_of=2999-01-01T00:00:00Z").await, "asOfOutOfRange").await;
    let both = house.get("/v1/probe?as_of_position=1&as_of=2999-01-01T00:00:00Z").await;
    assert_eq!(faults(&problem(both, "invalidInput").await), ["query:as_of:badValue"]);
}

#[actix_web::test]
async fn a_panic_is_a_problem_and_the_service_lives_on() {
    let house = House::open().await;
    let token = format!("Bearer {}", house.token("registry", &[Scope::AdminRead], house.now()));
    for _ in 0..3 {
        let broken = house.send(Method::GET, "/v1/broken", &[("authorization", &token)]).await;
        problem(broken, "internalServerError").await;
    }
    assert_eq!(house.get("/v1/probe").await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn every_answer_names_its_version_and_its_request_and_is_guarded() {
    let house = House::open().await;
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/", "/docs/", "/problems", "/v1/openapi.json", "/v1/probe", "/v1/probe?x=1", "/nothing"] {
        let answer = house.get(path).await;
        for (name, value) in [
            ("api-version", "1.0.0"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(header(&answer, name), value, "{path}");
        }
        assert!(header(&answer, "strict-transport-security").starts_with("max-age="), "{path}");
        assert!(header(&answer, "content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!header(&answer, "cache-control").is_empty(), "{path}");
        let open = header(&answer, "access-control-allow-origin");
        assert_eq!(open, if path == "/v1/openapi.json" { "*" } else { "" }, "{path}");
        let id: Uuid = header(&answer, "request-id").parse().unwrap();
        assert_eq!(id.get_version_num(), 7);
        assert!(ids.insert(id));
    }
}
