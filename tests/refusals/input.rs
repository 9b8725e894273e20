//! What is wrong with a request itself: every fault by its place and code, all of them at once, and nothing recorded.

use crate::support::{Answer, Client, bloc::Bloc, client::fresh_key};
use reqwest::Method;
use serde_json::{Value, json};

/// Every issue of a problem: where, at what, which.
fn issues(answer: &Answer) -> Vec<(String, String, String)> {
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalidInput"), "{}", answer.text);
    let json = answer.json();
    let text = |issue: &Value, name: &str| issue[name].as_str().unwrap_or_default().to_owned();
    let at = |issue: &Value| match issue.get("pointer") {
        Some(_) => text(issue, "pointer"),
        None => text(issue, "parameter"),
    };
    let all = json["issues"].as_array().expect("issues");
    all.iter().map(|issue| (text(issue, "in"), at(issue), text(issue, "code"))).collect()
}

fn post(client: &Client, path: &str, body: &[u8]) -> Answer {
    let ask = client.ask(Method::POST, path).key(&fresh_key()).header("Content-Type", "application/json");
    ask.body(body.to_vec()).send()
}

#[test]
fn a_body_that_is_not_plain_json_is_refused_at_the_place_of_the_fault() {
    let bloc = Bloc::with_members(0);
    let head = bloc.head();
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let cases: [(&[u8], &str, &str); 8] = [
        (b"", "", "notJson"),
        (b"{\"name\":", "", "notJson"),
        (b"{\"name\":{\"vi\":\"A\",\"vi\":\"B\"},\"kind\":\"association\"}", "/name/vi", "duplicateKey"),
        (b"{\"name\":{\"vi\":\"A\"},\"kind\":\"association\"} {}", "", "trailingData"),
        (b"{\"name\":{\"vi\":\"H\xff\"},\"kind\":\"association\"}", "/name/vi", "notUtf8"),
        (b"[]", "", "wrongType"),
        (b"null", "", "nullNotAllowed"),
        (deep.as_bytes(), "", "tooDeep"),
    ];
    for (body, at, code) in cases {
        let found = issues(&post(&bloc.registrar, "/v1/units", body));
        let said = String::from_utf8_lossy(body);
        assert_eq!(found.len(), 1, "{said}: {found:?}");
        assert_eq!((found[0].0.as_str(), found[0].2.as_str()), ("body", code), "{said}: {found:?}");
        assert!(found[0].1.starts_with(at), "{said}: {found:?}");
    }
    assert_eq!(bloc.head(), head);
}

#[test]
fn a_value_of_the_wrong_form_is_named_by_its_pointer() {
    let bloc = Bloc::with_members(1);
    let (registrar, officer, unit) = (&bloc.registrar, &bloc.members[0].officer, bloc.members[0].unit);
    let named = |name: Value| json!({"name": name, "kind": "association"});
    let dated = |day: &str| json!({"name": {"vi": "Hội"}, "kind": "association", "effective_on": day});
    let scores = |points: Value| json!({"unit": unit, "scorer": "self", "entries": [{"criterion": "A", "points": points}]});
    let (units, scored) = ("/v1/units".to_owned(), bloc.in_year("scores"));
    let cases = [
        (registrar, &units, named(json!({"vi": 5})), "/name/vi", "wrongType"),
        (registrar, &units, named(json!("Hội")), "/name", "wrongType"),
        (registrar, &units, named(json!({"vi": "Ho\u{302}\u{323}i"})), "/name/vi", "notNfc"),
        (registrar, &units, named(json!({"vi": "x".repeat(301)})), "/name/vi", "tooLong"),
        (registrar, &units, named(json!({"vi": ""})), "/name/vi", "empty"),
        (registrar, &units, named(json!({"vi": " Hội"})), "/name/vi", "untrimmed"),
        (registrar, &units, named(json!({"vi": "Hội\u{202e}"})), "/name/vi", "controlCharacter"),
        (registrar, &units, named(json!({"vi": null})), "/name/vi", "nullNotAllowed"),
        (registrar, &units, named(json!({})), "/name/vi", "missing"),
        (registrar, &units, named(json!({"vi": "Hội", "fr": "X"})), "/name/fr", "unknownField"),
        (registrar, &units, json!({"name": {"vi": "Hội"}, "kind": "club"}), "/kind", "unknownValue"),
        (registrar, &units, dated("0000-01-01"), "/effective_on", "badDate"),
        (registrar, &units, dated("2019-02-29"), "/effective_on", "badDate"),
        (registrar, &units, dated("11/07/2019"), "/effective_on", "badDate"),
        (officer, &scored, scores(json!(9.5)), "/entries/0/points", "decimalMustBeString"),
        (officer, &scored, scores(json!("9,5")), "/entries/0/points", "notDecimal"),
        (officer, &scored, scores(json!("9.125")), "/entries/0/points", "notDecimal"),
        (officer, &scored, json!({"unit": unit, "scorer": "self", "entries": []}), "/entries", "tooFew"),
        (
            officer,
            &scored,
            json!({"unit": "A", "scorer": "self", "entries": [{"criterion": "A", "points": "1"}]}),
            "/unit",
            "badId",
        ),
    ];
    let head = bloc.head();
    for (client, path, body, at, code) in cases {
        let found = issues(&post(client, path, body.to_string().as_bytes()));
        assert_eq!(found, [("body".to_owned(), at.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(bloc.head(), head);
}

#[test]
fn a_faulty_parameter_is_named() {
    let bloc = Bloc::with_members(0);
    let cases = [
        ("/v1/units?colour=red", "query", "colour", "unknownParameter"),
        ("/v1/units?q=a&q=b", "query", "q", "duplicateParameter"),
        ("/v1/units?limit=0", "query", "limit", "outOfRange"),
        ("/v1/units?kind=club", "query", "kind", "unknownValue"),
        ("/v1/units?identifier=H26", "query", "scheme", "badValue"),
        ("/v1/units?as_of=yesterday", "query", "as_of", "badTimestamp"),
        ("/v1/units?as_of=2020-01-01T00:00:00Z&as_of_position=1", "query", "as_of", "badValue"),
        ("/v1/units/not-a-unit", "path", "unit", "badId"),
        ("/v1/events?wait=21", "query", "wait", "outOfRange"),
        ("/v1/events?types=unit.vanished", "query", "types", "unknownValue"),
        ("/v1/events?stream=unit", "query", "stream", "badValue"),
    ];
    for (path, place, at, code) in cases {
        let found = issues(&bloc.registrar.get(path).expect("an answer"));
        assert_eq!(found, [(place.to_owned(), at.to_owned(), code.to_owned())], "{path}");
    }
    let year = bloc.in_year_of(1900, "");
    assert_eq!(issues(&bloc.public.get(&year).expect("an answer"))[0].1, "year");
    let header = bloc.public.ask(Method::GET, "/v1/units").header("Min-Event-Position", "-1").send();
    assert_eq!(issues(&header)[0].1, "Min-Event-Position");
}

#[test]
fn all_faults_of_a_request_are_told_at_once() {
    let bloc = Bloc::with_members(0);
    let head = bloc.head();
    let body = json!({"name": {"vi": 5, "fr": "X"}, "colour": "red", "effective_on": "0000-01-01"});
    let answer = bloc.registrar.ask(Method::POST, "/v1/units/nobody/renamings?dry=1").key("short");
    let answer = answer.header("If-Match", "7").json(&body).send();
    let mut found = issues(&answer);
    found.sort();
    let expected = [
        ("body", "/colour", "unknownField"),
        ("body", "/effective_on", "badDate"),
        ("body", "/name/fr", "unknownField"),
        ("body", "/name/vi", "wrongType"),
        ("header", "Idempotency-Key", "badValue"),
        ("header", "If-Match", "badValue"),
        ("path", "unit", "badId"),
        ("query", "dry", "unknownParameter"),
    ];
    assert_eq!(found, expected.map(|(place, at, code)| (place.to_owned(), at.to_owned(), code.to_owned())));
    assert_eq!(bloc.head(), head);
}
