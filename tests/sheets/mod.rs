//! The score sheets of real places, told over HTTP by the people who live by them.
//!
//! - `places`: Huế's −8, Khánh Hòa's formula, the matrix of Ho Chi Minh City, Đồng Nai's clamp, youth, school
//! - `givers`: peers who score one another, lots, who is present, what changed in a regulation

mod givers;
mod places;

use crate::support::{
    Answer, Client,
    bloc::{Bloc, OFFICER_SCOPES, YEAR, grant, register},
    client::fresh_key,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A year under one of the regulations that come along; the first unit leads, the second is its deputy.
fn year_under(preset: &str, members: u8) -> Bloc {
    let bloc = Bloc::with_members(members);
    open(&bloc, &json!({"preset": preset}));
    bloc
}

fn open(bloc: &Bloc, regulation: &Value) {
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": YEAR}));
    let led = json!({"leader": bloc.members[0].unit, "deputy": bloc.members[1].unit});
    bloc.official.record(&bloc.in_year("leaderships"), &led);
    bloc.official.record(&bloc.in_year("regulations"), regulation);
}

/// A unit outside the bloc with its officer.
fn outsider(bloc: &Bloc, name: &str, client: &str) -> (Uuid, Client) {
    let unit = register(&bloc.registrar, name);
    grant(&bloc.registrar, client, &json!({"unit_officer": {"unit": unit}}));
    (unit, bloc.server.client(&bloc.place.token(client, OFFICER_SCOPES)))
}

/// Asks for something that must be refused, and sees that nothing was recorded.
fn refused(bloc: &Bloc, client: &Client, path: &str, body: &Value, expected: (u16, &str)) -> Value {
    let head = bloc.head();
    let answer: Answer = client.ask(Method::POST, &bloc.in_year(path)).key(&fresh_key()).json(body).send();
    assert_eq!((answer.status, answer.code().as_str()), expected, "{}", answer.text);
    assert_eq!(bloc.head(), head, "a refusal was recorded");
    answer.json()
}

/// The scores of a unit as anyone reads them.
fn read(bloc: &Bloc, unit: Uuid) -> Value {
    bloc.public.read(&bloc.in_year(&format!("scores?unit={unit}")))["items"][0].clone()
}

/// The row of a unit in the standing.
fn row(bloc: &Bloc, unit: Uuid) -> Value {
    let standing = bloc.public.read(&bloc.in_year("standing"));
    let rows = standing["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["unit"] == json!(unit)).expect("the unit's row").clone()
}

/// The pointer and the code of every issue.
fn issues(said: &Value) -> Vec<(&str, &str)> {
    let all = said["issues"].as_array().expect("issues");
    let text = |issue: &'_ Value, name: &str| issue[name].as_str().map(str::to_owned);
    let found = all.iter().map(|issue| (issue["pointer"].as_str(), issue["code"].as_str()));
    debug_assert!(all.iter().all(|issue| text(issue, "detail").is_some()));
    found.map(|(pointer, code)| (pointer.expect("a pointer"), code.expect("a code"))).collect()
}
