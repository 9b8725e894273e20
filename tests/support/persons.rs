//! Persons: entered by who keeps the register, erased with the word of two.

use super::{
    Answer, Client,
    bloc::{Bloc, grant},
    client::fresh_key,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// The client of the state body above every bloc.
pub const COUNCIL: &str = "van-phong-uy-ban";

/// What is found under a person.
pub fn of(person: Uuid, rest: &str) -> String {
    let slash = if rest.is_empty() { "" } else { "/" };
    format!("/v1/persons/{person}{slash}{rest}")
}

/// Enters a person of a unit; its id.
pub fn enter(client: &Client, unit: Uuid, name: &str) -> Uuid {
    let body =
        json!({"unit": unit, "full_name": name, "date_of_birth": "1975-05-19", "office": "Giám đốc Sở"});
    id_of(&client.record("/v1/persons", &body))
}

fn id_of(answer: &Answer) -> Uuid {
    let location = answer.header("Location").expect("a location");
    location.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id")
}

/// Asks for an erasure; the id of the fact.
pub fn ask_for_erasure(client: &Client, person: Uuid) -> Value {
    let body = json!({"ground": "subject_request", "basis": {"documents": ["91/2025/QH15", "12/ĐN-CN"]}});
    client.record(&of(person, "erasure-requests"), &body).json()["id"].clone()
}

/// Approves an erasure.
pub fn approve(client: &Client, person: Uuid, request: &Value) -> Answer {
    let ask = client.ask(Method::POST, &of(person, "erasure-approvals")).key(&fresh_key());
    ask.json(&json!({"request": request})).send()
}

impl Bloc {
    /// The client of the state body above every bloc, which approves erasures beside the registrar.
    pub fn council(&self) -> Client {
        grant(&self.registrar, COUNCIL, &json!({"official": {}}));
        self.server.client(&self.place.token(COUNCIL, "erasures:write persons:read"))
    }

    /// Erases a person with the words of the registrar and the council.
    pub fn erase(&self, council: &Client, person: Uuid) {
        let request = ask_for_erasure(&self.registrar, person);
        for client in [&self.registrar, council] {
            let answer = approve(client, person, &request);
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
    }

    /// A story in which everything that can happen to a person happens, and to the unit it heads.
    pub fn every_act_on_a_person(&self) {
        let unit = self.members[1].unit;
        let person = enter(&self.registrar, unit, "Trần Văn Ví Dụ");
        self.registrar.record(&of(person, "amendments"), &json!({"office": "Phó Giám đốc Sở"}));
        let head = json!({"person": person, "effective_on": "2019-01-01"});
        self.registrar.record(&format!("/v1/units/{unit}/heads"), &head);
        let left = json!({"person": person, "effective_on": "2019-12-01"});
        self.registrar.record(&format!("/v1/units/{unit}/head-departures"), &left);
        self.erase(&self.council(), person);
    }
}
