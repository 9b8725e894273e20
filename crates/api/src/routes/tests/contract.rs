//! The registry, the document and the running service say the same.

use super::*;
use crate::routes::Kind;
use std::collections::{BTreeMap, BTreeSet};

type Operations = BTreeMap<(String, String), (String, Option<Vec<String>>)>;

/// By path and method: the operation's id, and its scopes (`None` when it is public).
fn declared(tables: &[&'static [Route]]) -> Operations {
    let mut operations = Operations::new();
    for route in tables.iter().copied().flatten() {
        let method = match route.kind {
            Kind::Fact(_) | Kind::Start(_) => "post",
            Kind::Read(_) => "get",
            Kind::Page(_) => continue,
        };
        let scopes = match route.access {
            Access::Public => None,
            Access::Scopes(scopes) => Some(scopes.iter().map(|scope| scope.to_string()).collect()),
        };
        // The mark of a parameter that takes the rest of the path is the registry's own.
        let path = route.path.replace(":.*", "");
        operations.insert((path, method.into()), (route.id.into(), scopes));
    }
    operations
}

fn documented(document: &Value) -> Operations {
    let mut operations = Operations::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scopes = operation["security"][0]["bearer"].as_array();
            let scopes =
                scopes.map(|list| list.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect());
            let id = operation["operationId"].as_str().unwrap().to_owned();
            operations.insert((path.clone(), method.clone()), (id, scopes));
        }
    }
    operations
}

async fn document(house: &House) -> Value {
    house.get("/v1/openapi.json").await.json().await.unwrap()
}

#[actix_web::test]
async fn the_registry_the_document_and_the_running_service_agree() {
    let house = House::open().await;
    let tables: Vec<_> = resources::ALL.iter().copied().chain([PROBES]).collect();
    let operations = declared(&tables);
    assert_eq!(operations, documented(&document(&house).await));
    let ids: BTreeSet<_> = operations.values().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), operations.len(), "operation ids are unique");
    for path in operations.keys().map(|(path, _)| path).collect::<BTreeSet<_>>() {
        let live = path.replace("{year}", "2024").replace("{code}", "hcmc-2008");
        let live = live.replace("{version}", "1").replace("{draft}", "1");
        let live =
            live.split('/').map(|s| if s.starts_with('{') { Uuid::nil().to_string() } else { s.into() });
        let live = live.collect::<Vec<_>>().join("/");
        for method in ["get", "post", "put", "patch", "delete"] {
            let answer = house.send(method.to_uppercase().parse().unwrap(), &live, &[]).await;
            let is_public = operations.get(&(path.clone(), method.into())).is_some_and(|(_, s)| s.is_none());
            if is_public && path.starts_with("/v1/audit/") {
                // Nobody signs what this house records, so it has no head, and nothing under one, to show.
                assert!([400, 404, 503].contains(&answer.status().as_u16()), "{method} {path}");
                continue;
            }
            let expected = match operations.get(&(path.clone(), method.into())) {
                None => StatusCode::METHOD_NOT_ALLOWED,
                Some((_, Some(_))) => StatusCode::UNAUTHORIZED,
                // A house without a bloc has none to show.
                Some((_, None))
                    if ["{bloc}", "{unit}", "{commendation}"].iter().any(|name| path.contains(name)) =>
                {
                    StatusCode::NOT_FOUND
                }
                Some((_, None)) => StatusCode::OK,
            };
            assert_eq!(answer.status(), expected, "{method} {path}");
            let allowed = header(&answer, "allow").split(", ").any(|name| name.eq_ignore_ascii_case(method));
            assert!(!allowed, "{method} {path} is refused and allowed");
        }
    }
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                found.insert(target.clone());
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[actix_web::test]
async fn the_document_is_whole() {
    let house = House::open().await;
    let document = document(&house).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    assert_eq!(document["info"]["version"], crate::service::API_VERSION);
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for target in &found {
        assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(found.contains(&format!("#/components/schemas/{name}")), "{name} is used nowhere");
    }
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone().to_string()).collect();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(tags.contains(&operation["tags"][0].to_string()), "{path}");
            assert!(
                operation["responses"].get("4XX").is_some() && operation["responses"].get("5XX").is_some(),
                "{path}"
            );
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(
                    response.get("$ref").is_some() || !response["description"].as_str().unwrap().is_empty(),
                    "{status}"
                );
            }
            let inline: BTreeSet<_> = operation["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|p| p["in"] == "path")
                .map(|p| format!("{{{}}}", p["name"].as_str().unwrap()))
                .collect();
            let template: BTreeSet<_> =
                path.split('/').filter(|s| s.starts_with('{')).map(str::to_owned).collect();
            assert_eq!(inline, template, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_public_operation_says_that_it_needs_no_token() {
    let house = House::open().await;
    let document = document(&house).await;
    assert_eq!(document["paths"]["/v1/probe"]["get"]["security"], json!([]));
    let limit = &document["paths"]["/v1/probe"]["get"]["parameters"];
    let limit = limit.as_array().unwrap().iter().find(|p| p["name"] == "limit").unwrap();
    assert_eq!((&limit["schema"]["maximum"], &limit["schema"]["default"]), (&json!(500), &json!(50)));
    let kind = document["paths"]["/v1/probe"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "kind")
        .cloned()
        .unwrap();
    assert_eq!((&kind["explode"], &kind["required"]), (&json!(false), &json!(false)));
}
