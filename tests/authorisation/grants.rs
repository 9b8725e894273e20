//! How long a grant counts, and for what; whose tokens are believed.

use crate::support::{
    Client, Place,
    bloc::{Bloc, OFFICER_SCOPES, grant, regulation},
    client::{fresh_id, fresh_key, now},
    place::REGISTRAR,
};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

#[test]
fn a_grant_ends_when_it_is_revoked_and_when_its_last_day_is_over() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let [first, second] = &bloc.members[..] else { panic!("two members") };
    let file = |client: &Client, unit: Uuid| {
        let ask = client.ask(Method::POST, &bloc.in_year("registrations")).key(&fresh_key());
        ask.json(&json!({"unit": unit})).send()
    };
    let path = format!("/v1/grants/{}/revocations", first.grant);
    bloc.registrar.record(&path, &json!({"reason": "Hết nhiệm kỳ"}));
    assert_eq!(file(&first.officer, first.unit).code(), "missingPermission");
    assert_eq!(bloc.members[0].officer.read("/v1/me")["grants"][0]["in_force"], false);
    assert_eq!(file(&second.officer, second.unit).status, 201, "the other's grant stands");

    let over = json!({"client": "het-han", "role": {"unit_officer": {"unit": first.unit}}, "until": "2019-12-31",
                      "effective_on": "2019-01-01"});
    bloc.registrar.record("/v1/grants", &over);
    let late = bloc.server.client(&bloc.place.token("het-han", OFFICER_SCOPES));
    assert_eq!(file(&late, first.unit).code(), "missingPermission", "its last day was in 2019");
    let ahead = json!({"client": "sang-nam", "role": {"unit_officer": {"unit": first.unit}},
                       "effective_on": in_two_days()});
    bloc.registrar.record("/v1/grants", &ahead);
    let early = bloc.server.client(&bloc.place.token("sang-nam", OFFICER_SCOPES));
    assert_eq!(file(&early, first.unit).code(), "missingPermission", "its first day is still to come");
    let again = json!({"client": "hoi-a", "role": {"unit_officer": {"unit": first.unit}}});
    bloc.registrar.record("/v1/grants", &again);
    assert_eq!(file(&first.officer, first.unit).status, 201, "a new grant counts at once");
}

/// Two days from now, so that no time zone makes it today.
fn in_two_days() -> String {
    now().day().plus_days(2).to_string()
}

#[test]
fn an_official_of_one_bloc_is_nobody_in_another() {
    let bloc = Bloc::with_members(1);
    let other = fresh_id();
    let body = json!({"id": other, "name": {"vi": "Khối khác"}, "kind": "khoi", "level": "province"});
    bloc.registrar.record("/v1/blocs", &body);
    let open = |client: &Client, year: u16| {
        let ask = client.ask(Method::POST, &format!("/v1/blocs/{other}/years")).key(&fresh_key());
        ask.json(&json!({"year": year})).send()
    };
    assert_eq!(open(&bloc.official, 2019).code(), "missingPermission");
    grant(&bloc.registrar, "ban-tdkt", &json!({"official": {}}));
    let everywhere = bloc.server.client(&bloc.place.token("ban-tdkt", "years:write"));
    assert_eq!(open(&everywhere, 2019).status, 201, "an official of every bloc");
}

#[test]
fn a_token_of_another_issuer_or_for_another_service_is_refused() {
    let bloc = Bloc::with_members(0);
    let elsewhere = Place::new();
    let foreign = elsewhere.token(REGISTRAR, "units:write");
    let answer = bloc.server.client(&foreign).get("/v1/me").expect("an answer");
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalidAccessToken"), "another's key");
}
