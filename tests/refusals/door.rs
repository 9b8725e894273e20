//! Refusals before any rule is asked: tokens, scopes, grants, headers, methods, sizes, cursors, positions.

use super::Met;
use crate::support::{
    Client, Place,
    bloc::{Bloc, OFFICIAL_SCOPES, regulation},
    client::{fresh_id, fresh_key, now},
    place::{AUDIENCE, ISSUER, REGISTRAR, run},
    server::serve,
};
use api::{auth::keys, problem::Code};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    tokens(met, &bloc);
    forms(met, &bloc);
    keys_and_versions(met, &bloc);
    sizes(met, &bloc);
    cursors_and_moments(met, &bloc);
    keys_that_cannot_be_read(met, &bloc);
}

fn a_unit() -> Value {
    json!({"name": {"vi": "Hội Luật gia"}, "kind": "association"})
}

fn tokens(met: &mut Met, bloc: &Bloc) {
    let mut no = |code: Code, token: &str| {
        let client = bloc.server.client(token);
        let body = a_unit();
        let ask = || client.ask(Method::POST, "/v1/units").key(&fresh_key()).json(&body);
        met.refused(bloc, code, ask)
    };
    let missing = no(Code::NoAccessToken, "");
    assert_eq!(missing.header("WWW-Authenticate"), Some("Bearer realm=\"thidua\""));
    assert_eq!(no(Code::InvalidAccessToken, "not.a.token").json()["reason"], "malformedToken");
    assert_eq!(no(Code::ExpiredAccessToken, &expired(&bloc.place)).json()["reason"], "tokenExpired");
    let reader = no(Code::MissingScope, &bloc.place.token(REGISTRAR, "events:read"));
    assert_eq!(reader.json()["required_scopes"], json!(["units:write"]));
    let stranger = no(Code::MissingPermission, &bloc.place.token("khach", "units:write"));
    assert_eq!(stranger.json()["required_roles"], json!(["registrar"]));
}

/// A token that was good until an hour ago.
fn expired(place: &Place) -> String {
    let key = keys::SigningKey::read(&place.file("keys/signing-key.pem")).expect("the key");
    let request = keys::MintRequest {
        client: domain::ClientId::new(REGISTRAR).expect("a client"),
        scopes: api::auth::ScopeSet::from_claim("units:write"),
        ttl_seconds: 600,
        audience: AUDIENCE.to_owned(),
        issuer: ISSUER.to_owned(),
        now_seconds: now().millis() / 1000 - 4200,
    };
    keys::mint(&key, &request).expect("a token")
}

fn forms(met: &mut Met, bloc: &Bloc) {
    let registrar = &bloc.registrar;
    let deleted = met.refused(bloc, Code::MethodNotAllowed, || registrar.ask(Method::DELETE, "/v1/units"));
    assert_eq!(deleted.header("Allow"), Some("GET, HEAD, OPTIONS, POST"));
    met.refused(bloc, Code::ResourceNotFound, || registrar.ask(Method::GET, "/v1/nothing-here"));
    let table = || registrar.ask(Method::GET, "/v1/units").header("Accept", "text/csv");
    assert_eq!(
        met.refused(bloc, Code::NotAcceptable, table).json()["supported"],
        json!(["application/json"])
    );
    let body = a_unit().to_string();
    for (name, value) in [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")] {
        let media = if name == "Content-Type" { value } else { "application/json" };
        let ask = || {
            let ask =
                registrar.ask(Method::POST, "/v1/units").key(&fresh_key()).header("Content-Type", media);
            let ask = if name == "Content-Type" { ask } else { ask.header(name, value) };
            ask.body(body.clone().into_bytes())
        };
        met.refused(bloc, Code::UnsupportedMediaType, ask);
    }
}

fn keys_and_versions(met: &mut Met, bloc: &Bloc) {
    let registrar = &bloc.registrar;
    let keyless = || registrar.ask(Method::POST, "/v1/units").json(&a_unit());
    met.refused(bloc, Code::IdempotencyKeyMissing, keyless);
    for key in ["fifteen-letters", &"x".repeat(129)] {
        let ask = || registrar.ask(Method::POST, "/v1/units").key(key).json(&a_unit());
        let said = met.refused(bloc, Code::InvalidInput, ask).json();
        assert_eq!(said["issues"][0]["parameter"], "Idempotency-Key", "{said}");
    }
    let key = fresh_key();
    let ask = |body: Value| registrar.ask(Method::POST, "/v1/units").key(&key).json(&body);
    assert_eq!(ask(a_unit()).send().status, 201);
    let other = json!({"name": {"vi": "Hội Làm vườn"}, "kind": "association"});
    met.refused(bloc, Code::IdempotencyKeyReused, || ask(other.clone()));
    let path = bloc.in_year("conferences");
    let body = json!({"kind": "launch", "from": "2019-01-10"});
    let stale =
        || bloc.official.ask(Method::POST, &path).key(&fresh_key()).header("If-Match", "\"1\"").json(&body);
    assert_eq!(met.refused(bloc, Code::PreconditionFailed, stale).json()["current_etag"], "\"3\"");
}

fn sizes(met: &mut Met, bloc: &Bloc) {
    let registrar = &bloc.registrar;
    let body = json!({"name": {"vi": "H".repeat(70_000)}, "kind": "association"});
    let said = met.no(bloc, Code::PayloadTooLarge, registrar, "/v1/units", &body);
    assert_eq!(said["max_bytes"], 65_536);
    // Within the limit of a body, and still too large to be kept as one fact.
    let member = &bloc.members[0];
    bloc.register_pledge_report();
    let standing = bloc.public.read(&bloc.in_year(""));
    let units = standing["units"].as_array().expect("units");
    let own = units.iter().find(|unit| unit["unit"] == json!(member.unit)).expect("the unit");
    let title = json!({"title": "ệ".repeat(290)});
    let report = json!({"unit": member.unit, "kind": "annual", "summary": "ệ".repeat(4000),
        "shortcomings": "ệ".repeat(4000), "attachments": vec![title; 42],
        "correction": {"corrects": own["annual_report"]["event"], "reason": "Bổ sung"}});
    assert!((60_000..65_536).contains(&report.to_string().len()), "{}", report.to_string().len());
    let said = met.no(bloc, Code::PayloadTooLarge, &member.officer, &bloc.in_year("reports"), &report);
    assert_eq!(said["max_bytes"], 60_000);
}

fn cursors_and_moments(met: &mut Met, bloc: &Bloc) {
    let (public, head) = (&bloc.public, bloc.head());
    let mut no = |code: Code, path: String| met.refused(bloc, code, || public.ask(Method::GET, &path)).json();
    no(Code::CursorInvalid, "/v1/units?cursor=xyz".into());
    let first = public.read("/v1/units?limit=1");
    let cursor = first["next_cursor"].as_str().expect("more than one unit");
    no(Code::CursorFilterMismatch, format!("/v1/units?limit=1&kind=enterprise&cursor={cursor}"));
    let said = no(Code::AsOfOutOfRange, format!("/v1/units?as_of_position={}", head + 1));
    assert_eq!(said["last_event_position"], json!(head));
    no(Code::AsOfOutOfRange, "/v1/units?as_of=2199-01-01T00:00:00Z".into());
    let ahead = (head + 1).to_string();
    let ask = || public.ask(Method::GET, "/v1/units").header("Min-Event-Position", &ahead);
    met.refused(bloc, Code::ProjectionBehind, ask);
    let export = format!("/v1/audit/exports/{}", fresh_id());
    met.refused(bloc, Code::ExportUnknown, || bloc.registrar.ask(Method::GET, &export));
}

/// A second service, whose issuer's keys are not where they should be.
fn keys_that_cannot_be_read(met: &mut Met, bloc: &Bloc) {
    let place = Place::new();
    let token = place.token(REGISTRAR, OFFICIAL_SCOPES);
    run(std::process::Command::new("rm").arg(place.jwks()));
    let mut command = serve(&place);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).expect("where it listens");
    let client = Client::new(said["listening"].as_str().expect("an address"), &token);
    met.refused(bloc, Code::TokenKeysUnavailable, || client.ask(Method::GET, "/v1/me"));
    assert_eq!(client.get("/health/ready").expect("an answer").status, 503);
    assert_eq!(client.get("/v1/units").expect("an answer").status, 200, "what is public stays readable");
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}
