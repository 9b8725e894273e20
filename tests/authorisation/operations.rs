//! The operations of the service's own document, and a request to each.

use crate::support::{
    Answer, Client,
    bloc::{Bloc, YEAR},
    client::{fresh_id, fresh_key},
};
use reqwest::Method;
use serde_json::Value;
use std::sync::OnceLock;
use uuid::Uuid;

/// The dossier that operations on dossiers are tried on.
pub const DOSSIER: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00d0);

/// The person that operations on persons are tried on. The service chooses its id.
pub static PERSON: OnceLock<String> = OnceLock::new();

/// One operation of the document.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    /// The scopes a token needs; `None` where no token is needed.
    pub scopes: Option<Vec<String>>,
}

pub fn operations(public: &Client) -> Vec<Operation> {
    let document = public.read("/v1/openapi.json");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let security = operation["security"].as_array().expect("every operation says what it needs");
            let names = security.first().map(|needed| {
                let names = needed["bearer"].as_array().expect("scopes").iter();
                names.map(|name| name.as_str().expect("a scope").to_owned()).collect()
            });
            found.push(Operation {
                id: operation["operationId"].as_str().expect("an id").to_owned(),
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                scopes: names,
            });
        }
    }
    found
}

/// The path of an operation, filled with things that are there; nobody's grant stands behind a revocation.
pub fn filled(bloc: &Bloc, operation: &Operation) -> String {
    let path = operation
        .path
        .replace("{bloc}", &bloc.id.to_string())
        .replace("{year}", &YEAR.to_string())
        .replace("{unit}", &bloc.members[0].unit.to_string())
        .replace("{person}", PERSON.get().map_or("", String::as_str))
        .replace("{grant}", &fresh_id().to_string())
        .replace("{commendation}", &DOSSIER.to_string())
        .replace("{ballot}", &fresh_id().to_string())
        .replace("{draft}", "1")
        .replace("{query}", &fresh_id().to_string())
        .replace("{objection}", &fresh_id().to_string())
        .replace("{code}", "hcmc-2008")
        .replace("{version}", "1")
        .replace("{position}", "0")
        .replace("{stream}", "log")
        .replace("{tile}", "0/000.p/1")
        .replace("{entries}", "000.p/1")
        .replace("{size}", "1")
        .replace("{export}", &fresh_id().to_string());
    assert!(!path.contains('{'), "a parameter this test does not know: {path}");
    match operation.id.as_str() {
        "listGrants" => format!("{path}?client=hoi-a"),
        "getStandingAsOf" | "getStandingDiff" | "checkRules" => {
            format!("{path}?bloc={}&year={YEAR}", bloc.id)
        }
        "listPersons" => format!("{path}?unit={}", bloc.members[0].unit),
        _ => path,
    }
}

pub fn call(bloc: &Bloc, operation: &Operation, token: &str, body: &Value) -> Answer {
    let client = bloc.server.client(token);
    let ask = client.ask(operation.method.clone(), &filled(bloc, operation));
    if operation.method == Method::POST { ask.key(&fresh_key()).json(body).send() } else { ask.send() }
}
