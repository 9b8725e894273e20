//! The body of a regulation, its description in the OpenAPI document, and `api-spec/regulations/schema.json` take and
//! refuse the same.

use super::*;
use domain::regulation::{Regulation, presets, presets::SCHEMA};
use jsonschema::Validator;
use serde_json::{Value, json};

/// The description of the body, as a schema of its own.
fn described() -> Validator {
    let mut schemas = Schemas::default();
    let root = serde_json::to_value(Regulation::schema(&mut schemas)).unwrap();
    let named: BTreeMap<_, _> = schemas.into_named().collect();
    let whole =
        json!({"$ref": root["$ref"], "components": {"schemas": serde_json::to_value(named).unwrap()}});
    jsonschema::draft202012::new(&whole).unwrap()
}

fn published() -> Validator {
    jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

/// What the service would adopt: read, and without a contradiction.
fn read(document: &Value) -> Option<Regulation> {
    let text = document.to_string();
    let mut faults = Faults::new(Place::Body);
    let read = Regulation::read(&Json::read(text.as_bytes()).unwrap(), &mut faults);
    faults.finish(read).ok()
}

/// Every regulation that comes along, and one whose sheet uses what none of them does.
fn samples() -> Vec<Value> {
    let mut samples: Vec<Value> =
        presets().iter().map(|preset| serde_json::from_str(preset.json).unwrap()).collect();
    let mut fuller = samples[0].clone();
    let combine = json!({"method": {"trimmed_mean": {"lowest": 1, "highest": 1}}, "at_least": 3});
    fuller["sheet"]["scorers"] = json!([{"scorer": "peer", "combine": combine, "own_unit": true}]);
    fuller["sheet"]["weights"] = json!([{"scorer": "peer", "percent": 100}]);
    fuller["leadership"]["ballot"]["quorum"] = json!({"percent": 50, "base": "members"});
    fuller["leadership"]["ballot"]["candidates"] = json!({"top_scores": 2});
    fuller["leadership"]["ballot"]["majority"] = json!({"percent": 50, "or_equal": true, "base": "present"});
    fuller["classes"] =
        json!([{"code": "U", "name": {"vi": "Chưa chấm"}, "unscored": true, "at_least": "1"}]);
    fuller["classify_up_to"] = json!("100");
    fuller["tie_breaks"] = json!(["votes", "lots", "meeting"]);
    samples.push(fuller);
    samples
}

/// A pointer to every value below the root.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, child)| (i.to_string(), child)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (step, child) in children {
        let pointer = format!("{at}/{step}");
        pointers(child, &pointer, out);
        out.push(pointer);
    }
}

#[test]
fn what_comes_along_is_taken_by_all_three() {
    let (described, published) = (described(), published());
    for sample in samples() {
        let title = &sample["title"]["vi"];
        assert!(
            published.is_valid(&sample) && described.is_valid(&sample) && read(&sample).is_some(),
            "{title}"
        );
    }
}

/// Where a schema is stricter, the check of the service refuses too: a month 13, an empty list.
#[test]
fn whatever_is_put_in_some_place_all_three_say_the_same() {
    let (described, published) = (described(), published());
    let strange = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(300),
        json!(""),
        json!("x "),
        json!("no such word"),
        json!("1.234"),
        json!("7"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"unheard_of": 1}),
    ];
    let mut asked = 0;
    for sample in samples() {
        let mut places = Vec::new();
        pointers(&sample, "", &mut places);
        // The sources and names of one sheet are like those of the next.
        for place in places.iter().step_by(3) {
            for value in &strange {
                let mut odd = sample.clone();
                *odd.pointer_mut(place).unwrap() = value.clone();
                let verdicts = [published.is_valid(&odd), described.is_valid(&odd)];
                let taken = read(&odd);
                let refused = taken.as_ref().is_none_or(|regulation| !regulation.check().is_empty());
                for (schema, valid) in ["schema.json", "openapi.json"].into_iter().zip(verdicts) {
                    assert!(valid || refused, "{schema} refuses {place} = {value}, the service takes it");
                    assert!(
                        !valid || taken.is_some(),
                        "{schema} takes {place} = {value}, the service cannot read it"
                    );
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 2_000, "{asked}");
}

#[test]
fn what_is_left_out_can_be_left_out_for_all_three_or_for_none() {
    let (described, published) = (described(), published());
    for sample in samples() {
        let mut places = Vec::new();
        pointers(&sample, "", &mut places);
        for place in places {
            let (parent, last) = place.rsplit_once('/').unwrap();
            let mut less = sample.clone();
            let Some(Value::Object(members)) = less.pointer_mut(parent) else { continue };
            members.remove(last);
            let verdicts = [published.is_valid(&less), described.is_valid(&less), read(&less).is_some()];
            assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "without {place}: {verdicts:?}");
        }
    }
}
