//! Who may do what, operation by operation, as the service's own document lists them: no operation is left out, for the
//! table of rows must have one for each.

mod grants;
mod operations;
mod rows;

use crate::support::{
    Answer,
    bloc::{Bloc, grant, register, regulation},
    persons::enter,
    place::REGISTRAR,
};
use operations::{DOSSIER, Operation, PERSON, call, filled, operations};
use reqwest::Method;
use rows::{May, Row, rows};
use serde_json::json;
use std::collections::BTreeSet;

/// The token with one letter of its signature changed.
fn forged(token: &str) -> String {
    let (rest, signature) = token.rsplit_once('.').expect("three parts");
    let middle = signature.len() / 2;
    let other = if &signature[middle..=middle] == "A" { "B" } else { "A" };
    format!("{rest}.{}{other}{}", &signature[..middle], &signature[middle + 1..])
}

fn assert_refused(operation: &Operation, answer: &Answer, status: u16, code: &str) {
    let said = (answer.status, answer.code());
    assert_eq!(said, (status, code.to_owned()), "{}: {}", operation.id, answer.text);
}

#[test]
fn every_operation_that_needs_a_token_refuses_who_may_not() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    let stranger = register(&bloc.registrar, "Hội ngoài khối");
    grant(&bloc.registrar, "hoi-la", &json!({"unit_officer": {"unit": stranger}}));
    let person = enter(&bloc.registrar, bloc.members[0].unit, "Nguyễn Văn A");
    PERSON.set(person.to_string()).expect("one test");
    bloc.propose_as(DOSSIER, "PROVINCE_FLAG", bloc.members[1].unit);
    let rows = rows(&bloc);
    let guarded: Vec<_> = operations(&bloc.public).into_iter().filter(|one| one.scopes.is_some()).collect();
    let listed: BTreeSet<_> = guarded.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(listed, rows.iter().map(|row| row.id).collect(), "the document, and the table of this test");
    let head = bloc.head();
    for operation in &guarded {
        let row = rows.iter().find(|row| row.id == operation.id).expect("a row");
        refuses(&bloc, operation, row);
    }
    assert_eq!(bloc.head(), head, "a refused request was recorded");
    for operation in &guarded {
        let row = rows.iter().find(|row| row.id == operation.id).expect("a row");
        allows(&bloc, operation, row);
    }
}

fn refuses(bloc: &Bloc, operation: &Operation, row: &Row) {
    let scopes = operation.scopes.as_deref().expect("scopes");
    let token = |client: &str, scopes: &str| bloc.place.token(client, scopes);
    let send = |token: &str| call(bloc, operation, token, &row.body);
    let missing = send("");
    assert_refused(operation, &missing, 401, "noAccessToken");
    assert!(missing.header("WWW-Authenticate").is_some_and(|said| said.starts_with("Bearer")), "{missing:?}");
    let good = token(REGISTRAR, &scopes.join(" "));
    assert_refused(operation, &send(&forged(&good)), 401, "invalidAccessToken");
    if row.may == [May::Anyone] {
        assert!(scopes.is_empty(), "{}: anyone may, and yet it asks for {scopes:?}", operation.id);
        return;
    }
    assert!(!scopes.is_empty(), "{} asks for no scope", operation.id);
    let other = if scopes.iter().any(|scope| scope == "audit:read") { "admin:read" } else { "audit:read" };
    for client in [REGISTRAR, "so-noi-vu", "hoi-a"] {
        assert_refused(operation, &send(&token(client, other)), 403, "missingScope");
    }
    for client in ["khach", "hoi-b", "hoi-la"] {
        // The deputy may do for the bloc what the leader may.
        let deputy = client == "hoi-b" && DEPUTY_MAY.contains(&row.id);
        if !deputy {
            assert_refused(operation, &send(&token(client, &scopes.join(" "))), 403, "missingPermission");
        }
    }
    for (client, person) in PEOPLE {
        if !row.may.contains(&person) {
            assert_refused(operation, &send(&token(client, &scopes.join(" "))), 403, "missingPermission");
        }
    }
}

/// The clients of the people, as the bloc of the tests names them.
const PEOPLE: [(&str, May); 3] =
    [(REGISTRAR, May::Registrar), ("so-noi-vu", May::Official), ("hoi-a", May::Leader)];

/// What the deputy's officer may do in the name of the bloc, as its leader's may.
const DEPUTY_MAY: [&str; 12] = [
    "proposeCommendation",
    "addPapers",
    "adoptRegulation",
    "assignPanel",
    "breakTie",
    "queryScore",
    "holdConference",
    "adoptScoreTable",
    "openBallot",
    "closeBallot",
    "adoptRanking",
    "electLeadership",
];

/// The same request by who may is not refused for who asks: otherwise the refusals above would prove nothing.
fn allows(bloc: &Bloc, operation: &Operation, row: &Row) {
    let scopes = operation.scopes.as_deref().expect("scopes").join(" ");
    for (client, person) in PEOPLE {
        if row.may.contains(&person) || row.may == [May::Anyone] {
            let answer = call(bloc, operation, &bloc.place.token(client, &scopes), &row.body);
            let known = [200, 201, 202, 404, 409].contains(&answer.status);
            assert!(known, "{} by {client}: {} {}", operation.id, answer.status, answer.text);
        }
    }
}

#[test]
fn what_is_public_answers_without_a_token() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    bloc.leader().record(&bloc.in_year("regulation-drafts"), &json!({"preset": "hcmc-2008"}));
    bloc.up_to_the_score_table();
    let ballot = bloc.open_ballot("leading_unit");
    bloc.everyone_votes(ballot, 1);
    bloc.close(ballot);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    let council = json!({"council": "Hội đồng tỉnh", "members": 15, "in_favour": 15, "against": 0});
    bloc.official.record(&bloc.in_year("council-decisions"), &council);
    bloc.propose_as(DOSSIER, "PROVINCE_FLAG", bloc.members[0].unit);
    let public: Vec<_> = operations(&bloc.public).into_iter().filter(|one| one.scopes.is_none()).collect();
    assert!(public.len() > 15, "only {} public operations", public.len());
    for operation in &public {
        assert_eq!(operation.method, Method::GET, "{} records something without a token", operation.id);
        let path = operation.path.replace("{ballot}", &ballot.to_string());
        let operation = Operation { path, id: operation.id.clone(), method: Method::GET, scopes: None };
        let answer = bloc.public.get(&filled(&bloc, &operation)).expect("an answer");
        // Nobody outside stamps the heads of this log.
        let expected = if operation.id == "getTimeStamp" { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{}: {}", operation.id, answer.text);
    }
}
