//! Recording something.

use super::*;

const KEY: &str = "5b1f0c1e-6f0e-4d3c-9c1b-000000000001";
const OTHER_KEY: &str = "5b1f0c1e-6f0e-4d3c-9c1b-000000000002";

fn unit() -> Value {
    json!({"name": {"vi": "Huyện ủy Ba Tơ", "en": "Party Committee of Ba To"}, "kind": "party_body",
           "effective_on": "2024-07-01", "basis": {"documents": ["11-NQ/HU"], "illustrative": true}})
}

#[actix_web::test]
async fn a_portal_registers_a_unit_and_repeats_the_request_without_harm() {
    let house = House::open().await;
    let first = house.post("/v1/units", KEY, &[], unit().to_string()).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    assert_eq!((header(&first, "etag"), header(&first, "event-position")), ("\"1\"", "2"));
    assert_eq!(header(&first, "idempotency-replayed"), "");
    let location = header(&first, "location").to_owned();
    let fact: Value = first.json().await.unwrap();
    assert_eq!(fact["source"], json!(location));
    assert_eq!(fact["type"], "vn.thidua.unit.registered.v1");
    assert_eq!((&fact["effectiveon"], &fact["basisdocuments"]), (&json!("2024-07-01"), &json!("11-NQ/HU")));
    assert_eq!((&fact["data"]["name"], &fact["illustrative"]), (&unit()["name"], &json!(true)));

    let again = house.post("/v1/units", KEY, &[], unit().to_string()).await;
    assert_eq!((again.status(), header(&again, "idempotency-replayed")), (StatusCode::CREATED, "true"));
    assert_eq!(again.json::<Value>().await.unwrap(), fact);

    let reused =
        house.post("/v1/units", KEY, &[], unit().to_string().replace("2024-07-01", "2024-07-02")).await;
    problem(reused, "idempotencyKeyReused").await;
}

#[actix_web::test]
async fn a_rename_on_a_stale_version_is_refused_with_the_present_one() {
    let house = House::open().await;
    let created = house.post("/v1/units", KEY, &[], unit().to_string()).await;
    let path = format!("{}/renamings", header(&created, "location"));
    let name = json!({"name": {"vi": "Huyện ủy Sơn Hà"}}).to_string();
    let stale = house.post(&path, OTHER_KEY, &[("if-match", "\"7\"")], name.clone()).await;
    assert_eq!(problem(stale, "preconditionFailed").await["current_etag"], "\"1\"");
    let renamed = house.post(&path, OTHER_KEY, &[("if-match", "\"1\"")], name).await;
    assert_eq!((renamed.status(), header(&renamed, "etag")), (StatusCode::CREATED, "\"2\""));
    assert_eq!(header(&renamed, "location"), "/v1/events/2");
}

#[actix_web::test]
async fn every_fault_of_path_query_headers_and_body_is_told_at_once() {
    let house = House::open().await;
    let body = r#"{"name":{"vi":1},"effective_on":"1/7/2024","basis":{"papers":[]},"extra":0}"#;
    let refused =
        house.post("/v1/units/7/renamings?dry_run=1", "short", &[("if-match", "W/\"1\"")], body).await;
    let expected = [
        "header:Idempotency-Key:badValue",
        "header:If-Match:badValue",
        "query:dry_run:unknownParameter",
        "path:unit:badId",
        "body:/name/vi:wrongType",
        "body:/effective_on:badDate",
        "body:/basis/papers:unknownField",
        "body:/extra:unknownField",
    ];
    assert_eq!(faults(&problem(refused, "invalidInput").await), expected);
}

#[actix_web::test]
async fn a_body_that_is_not_strict_json_is_refused_with_the_place() {
    let house = House::open().await;
    for (body, fault) in [
        ("", "body::notJson"),
        ("{\"kind\":\"party_body\",\"kind\":\"x\"}", "body:/kind:duplicateKey"),
        ("{} {}", "body::trailingData"),
        ("[]", "body::wrongType"),
    ] {
        let refused = house.post("/v1/units", KEY, &[], body).await;
        assert_eq!(faults(&problem(refused, "invalidInput").await), [fault], "{body}");
    }
    let deep = house.post("/v1/units", KEY, &[], "[".repeat(40)).await;
    assert!(faults(&problem(deep, "invalidInput").await)[0].ends_with(":tooDeep"));
}

#[actix_web::test]
async fn what_is_too_large_or_not_json_is_refused_before_it_is_read() {
    let house = House::open().await;
    let large = house.post("/v1/units", KEY, &[], " ".repeat(65_537)).await;
    assert_eq!(problem(large, "payloadTooLarge").await["max_bytes"], 65_536);
    let coded = house.post("/v1/units", KEY, &[("content-encoding", "gzip")], "{}").await;
    problem(coded, "unsupportedMediaType").await;
    let token = house.token("registry", Scope::ALL, house.now());
    let form = house.http.post(format!("{}/v1/units", house.base)).bearer_auth(token);
    let form = form.header("content-type", "text/plain").body("{}").send().await.unwrap();
    assert_eq!(problem(form, "unsupportedMediaType").await["supported"], json!(["application/json"]));
}

#[actix_web::test]
async fn a_fact_without_a_key_and_a_rule_broken_have_their_own_problems() {
    let house = House::open().await;
    let token = house.token("registry", Scope::ALL, house.now());
    let bare = house.http.post(format!("{}/v1/units", house.base)).bearer_auth(token);
    let bare = bare.header("content-type", "application/json").body("{}").send().await.unwrap();
    problem(bare, "idempotencyKeyMissing").await;
    let path = format!("/v1/units/{}/renamings", Uuid::from_u128(7));
    let unknown = house.post(&path, KEY, &[], json!({"name": {"vi": "Ai đó"}}).to_string()).await;
    assert_eq!(problem(unknown, "resourceNotFound").await["thing"], "unit");
}
