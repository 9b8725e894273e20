//! What a careful client relies on: idempotency keys, entity tags, positions, and the past.

use crate::support::{
    Answer, Client,
    bloc::{Bloc, regulation},
    client::fresh_key,
};
use reqwest::Method;
use serde_json::{Value, json};

fn get(client: &Client, path: &str, header: (&str, &str)) -> Answer {
    client.ask(Method::GET, path).header(header.0, header.1).send()
}

#[test]
fn a_repeated_request_is_answered_again_and_recorded_once() {
    let bloc = Bloc::with_members(1);
    let (path, key) = (format!("/v1/blocs/{}/aliases", bloc.id), fresh_key());
    let body = json!({"alias": {"vi": "Khối các Hội"}});
    let ask = |body: &Value| bloc.registrar.ask(Method::POST, &path).key(&key).json(body).send();
    let first = ask(&body);
    assert_eq!((first.status, first.header("Idempotency-Replayed")), (201, None), "{}", first.text);
    let head = bloc.head();
    let again = ask(&body);
    assert_eq!((again.status, again.header("Idempotency-Replayed")), (201, Some("true")));
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("Location"), first.header("Location"));
    let other = ask(&json!({"alias": {"vi": "Khối khác"}}));
    assert_eq!((other.status, other.code().as_str()), (422, "idempotencyKeyReused"), "{}", other.text);
    assert_eq!(bloc.head(), head);
    // Another client may choose the same key: it is a key of its own.
    let elsewhere = bloc.official.ask(Method::POST, &bloc.in_year("conferences")).key(&key);
    let elsewhere = elsewhere.json(&json!({"kind": "launch", "from": "2019-01-10"})).send();
    assert_eq!(elsewhere.code(), "resourceNotFound", "no such year, and not a used key: {}", elsewhere.text);
}

#[test]
fn a_write_that_has_seen_an_old_version_is_refused() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let path = bloc.in_year("conferences");
    let seen = bloc.public.ask(Method::GET, &bloc.in_year("")).send();
    let tag = seen.header("ETag").expect("a tag").to_owned();
    let hold = |day: u8, tag: &str| {
        let body = json!({"kind": "working", "from": format!("2019-03-{day:02}")});
        bloc.official.ask(Method::POST, &path).key(&fresh_key()).header("If-Match", tag).json(&body).send()
    };
    let first = hold(1, &tag);
    assert_eq!(first.status, 201, "{}", first.text);
    let head = bloc.head();
    assert_eq!(first.position(), head, "the answer says how many facts there are");
    let stale = hold(2, &tag);
    assert_eq!((stale.status, stale.code().as_str()), (412, "preconditionFailed"), "{}", stale.text);
    assert_eq!(stale.json()["current_etag"].as_str(), first.header("ETag"));
    assert_eq!(bloc.head(), head, "nothing was recorded");
    assert_eq!(hold(2, first.header("ETag").expect("a tag")).status, 201, "the fact's own tag will do");
}

#[test]
fn a_reader_that_has_the_answer_is_not_sent_it_again() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let unit = bloc.members[0].unit;
    let paths = [
        format!("/v1/units/{unit}"),
        format!("/v1/blocs/{}", bloc.id),
        bloc.in_year(""),
        bloc.in_year("standing"),
        bloc.in_year("scores"),
        bloc.in_year("ballots"),
        "/v1/openapi.json".to_owned(),
    ];
    for path in &paths {
        let whole = bloc.public.get(path).expect("an answer");
        let tag = whole.header("ETag").unwrap_or_else(|| panic!("{path} has no tag")).to_owned();
        let held = get(&bloc.public, path, ("If-None-Match", &tag));
        assert_eq!((held.status, held.text.as_str()), (304, ""), "{path}");
        assert_eq!(held.header("ETag"), Some(tag.as_str()), "{path}");
        assert_eq!(get(&bloc.public, path, ("If-None-Match", "\"other\"")).status, 200, "{path}");
    }
    // A new name shows in all of these but the document, so all of their tags have changed.
    let tags: Vec<_> = paths.iter().map(|path| tag_of(&bloc, path)).collect();
    let renamed = json!({"name": {"vi": "Hội Nhà báo"}});
    bloc.registrar.record(&format!("/v1/units/{unit}/renamings"), &renamed);
    for (path, before) in paths.iter().zip(&tags) {
        let shows_names = !path.ends_with("openapi.json") && !path.ends_with(&bloc.id.to_string());
        assert_eq!(tag_of(&bloc, path) != *before, shows_names, "{path}");
    }
}

fn tag_of(bloc: &Bloc, path: &str) -> String {
    bloc.public.get(path).expect("an answer").header("ETag").expect("a tag").to_owned()
}

#[test]
fn a_reader_may_ask_for_what_it_has_seen_elsewhere() {
    let bloc = Bloc::with_members(1);
    let head = bloc.head();
    let path = format!("/v1/blocs/{}", bloc.id);
    let fresh = get(&bloc.public, &path, ("Min-Event-Position", &head.to_string()));
    assert_eq!(fresh.status, 200);
    let ahead = get(&bloc.public, &path, ("Min-Event-Position", &(head + 1).to_string()));
    assert_eq!((ahead.status, ahead.code().as_str()), (503, "projectionBehind"), "{}", ahead.text);
    assert_eq!(ahead.header("Retry-After"), Some("1"));
    assert_eq!(ahead.json()["event_position"], json!(head));

    // A reader that waits is answered as soon as the fact is there.
    let (url, next) = (bloc.server.url.clone(), (head + 1).to_string());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| get(&Client::new(&url, ""), &path, ("Min-Event-Position", &next)));
        bloc.registrar.record(&format!("{path}/aliases"), &json!({"alias": {"vi": "Khối Hội"}}));
        let answer = reader.join().expect("the reader ends");
        assert_eq!(answer.json()["aliases"], json!([{"vi": "Khối Hội"}]), "{}", answer.text);
    });
}

/// One change in each thing, read before and after it by position and by time.
#[test]
fn the_past_stays_readable() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let unit = bloc.members[0].unit;
    let before = bloc.head();
    let last = bloc.official.read(&format!("/v1/events/{}", before - 1));
    let identifier = json!({"identifier": {"scheme": "internal", "value": "H26.7"}});
    bloc.registrar.record(&format!("/v1/units/{unit}/identifiers"), &identifier);
    let identified = "/v1/units?scheme=internal&identifier=H26.7";
    assert_eq!(bloc.public.read(identified)["items"][0]["id"], json!(unit));
    let then = bloc.public.read(&format!("{identified}&as_of_position={before}"));
    assert_eq!(then["items"], json!([]), "it had no such identifier then");
    let recorded = last["time"].as_str().expect("a time");
    std::thread::sleep(std::time::Duration::from_millis(3));
    bloc.registrar.record(&format!("/v1/units/{unit}/renamings"), &json!({"name": {"vi": "Hội Mới"}}));
    bloc.registrar.record(&format!("/v1/blocs/{}/aliases", bloc.id), &json!({"alias": {"vi": "Khối Mới"}}));
    bloc.registrar
        .record(&format!("/v1/blocs/{}/departures", bloc.id), &json!({"unit": bloc.members[1].unit}));
    bloc.members[0].officer.record(&bloc.in_year("registrations"), &json!({"unit": unit}));
    let (grants, revoked) = ("/v1/grants?client=hoi-a".to_owned(), bloc.members[0].grant);
    bloc.registrar.record(&format!("/v1/grants/{revoked}/revocations"), &json!({"reason": "Hết nhiệm kỳ"}));

    let cases = [
        (format!("/v1/units/{unit}"), "/name/vi", json!("Hội A"), json!("Hội Mới")),
        (format!("/v1/blocs/{}", bloc.id), "/aliases", json!([]), json!([{"vi": "Khối Mới"}])),
        (format!("/v1/blocs/{}", bloc.id), "/member_count", json!(2), json!(1)),
        (bloc.in_year(""), "/units/0/name/vi", json!("Hội A"), json!("Hội Mới")),
        (bloc.in_year("standing"), "/rows/0/name/vi", json!("Hội A"), json!("Hội Mới")),
        (grants, "/items/0/in_force", json!(true), json!(false)),
    ];
    let with = |path: &str, query: &str| {
        bloc.registrar.read(&format!("{path}{}{query}", if path.contains('?') { '&' } else { '?' }))
    };
    for (path, pointer, then, now) in &cases {
        for moment in [format!("as_of_position={before}"), format!("as_of={recorded}")] {
            assert_eq!(with(path, &moment).pointer(pointer), Some(then), "{path} {pointer} {moment}");
        }
        assert_eq!(bloc.registrar.read(path).pointer(pointer), Some(now), "{path} {pointer}");
    }
    let year = with(&bloc.in_year(""), &format!("as_of_position={before}"));
    assert!(year["units"][0].get("registration").is_none(), "not yet registered then: {year}");
    for path in ["/v1/units", "/v1/blocs"] {
        let list = with(path, "as_of_position=2");
        assert_eq!(list["items"].as_array().map(Vec::len), Some(usize::from(path == "/v1/blocs")), "{list}");
    }
    let nothing = bloc.public.read("/v1/units?as_of=2001-01-01T00:00:00Z");
    assert_eq!(nothing["items"], json!([]), "before the first fact there was nothing");
    let unopened = bloc.public.get(&bloc.in_year("?as_of_position=2")).expect("an answer");
    assert_eq!(unopened.status, 404, "the year was not open then: {}", unopened.text);
}
