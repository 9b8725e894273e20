//! The JSON Schema and the types say the same: neither takes a document that the other refuses.

use super::*;
use crate::regulation::sample::{edit, edited_from, fullest, pointers, with_turns};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn edited(edits: &[(&str, Value)]) -> Value {
    edited_from(fullest(), edits)
}

fn parsed(document: &Value) -> Option<Regulation> {
    serde_json::from_value(document.clone()).ok()
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn every_preset_and_the_fullest_regulation_fit_the_schema() {
    let validator = validator();
    let presets = DOCUMENTS.iter().map(|(_, json)| serde_json::from_str(json).unwrap());
    for document in presets.chain([fullest()]) {
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, [] as [&str; 0]);
    }
}

#[test]
fn a_member_can_be_left_out_for_the_schema_exactly_when_it_can_be_for_the_types() {
    let validator = validator();
    let is_member = |pointer: &String| !pointer.ends_with(|last: char| last.is_ascii_digit());
    for pointer in pointers(&fullest()).into_iter().filter(is_member) {
        let without = edited(&[(&pointer, Value::Null)]);
        assert_eq!(validator.is_valid(&without), parsed(&without).is_some(), "without {pointer}");
    }
}

/// The order of the turns stands only in a regulation with turns.
#[test]
fn an_order_of_turns_is_a_list_of_units_for_both() {
    let validator = validator();
    let unit = "018bcfe5-6800-7000-8000-000000000001";
    for (order, fits) in
        [(json!([unit]), true), (json!(["A"]), false), (json!([1]), false), (json!(unit), false)]
    {
        let turns = edit(with_turns(), "/leadership/order", order.clone());
        assert_eq!((validator.is_valid(&turns), parsed(&turns).is_some()), (fits, fits), "{order}");
    }
}

/// An explicit `null` reads as "absent" where a member may be missing; the schema does not offer that spelling.
#[test]
fn null_is_never_a_value_of_its_own() {
    let validator = validator();
    for pointer in pointers(&fullest()) {
        let mut nulled = fullest();
        *nulled.pointer_mut(&pointer).unwrap() = Value::Null;
        assert!(!validator.is_valid(&nulled), "{pointer}");
        if let Some(regulation) = parsed(&nulled) {
            assert_eq!(Some(regulation), parsed(&edited(&[(&pointer, Value::Null)])), "{pointer}");
        }
    }
}

#[test]
fn a_member_neither_knows_is_refused_by_both() {
    let validator = validator();
    let document = fullest();
    let objects =
        pointers(&document).into_iter().filter(|at| document.pointer(at).is_some_and(Value::is_object));
    for object in objects.chain([String::new()]) {
        let more = edit(document.clone(), &format!("{object}/unheard_of"), json!("x"));
        assert!(!validator.is_valid(&more) && parsed(&more).is_none(), "{object}");
    }
}

/// Where the schema is the stricter one, it refuses what the check would refuse: an empty list, a month 13.
#[test]
fn a_value_of_another_kind_is_refused_by_both() {
    let validator = validator();
    let strange = [
        json!(true),
        json!(1.5),
        json!(-1),
        json!(1000),
        json!(""),
        json!(" "),
        json!("no such word"),
        json!("x\u{202E}"),
        json!("1.234"),
        json!("-0.5"),
        json!("1e3"),
        json!("12345678"),
        json!([]),
        json!({}),
        json!([[]]),
        json!([1]),
    ];
    let mut agreed = 0;
    for pointer in pointers(&fullest()) {
        for value in &strange {
            let odd = edited(&[(&pointer, value.clone())]);
            match (validator.is_valid(&odd), parsed(&odd)) {
                (true, None) => panic!("{pointer} = {value} fits the schema but does not parse"),
                (false, Some(regulation)) => {
                    assert_ne!(regulation.check(), [], "{pointer} = {value} is refused by the schema alone");
                }
                (true, Some(_)) | (false, None) => agreed += 1,
            }
        }
    }
    assert!(agreed > 1_000, "{agreed}");
}

#[test]
fn the_limits_of_the_schema_are_those_of_the_check() {
    let validator = validator();
    let beyond = [
        ("/sheet/decimals", 3),
        ("/procedure/4/deadline/month", 0),
        ("/procedure/4/deadline/month", 13),
        ("/procedure/4/deadline/day", 0),
        ("/procedure/4/deadline/day", 32),
        ("/procedure/0/deadline/year_offset", -2),
        ("/procedure/0/deadline/year_offset", 2),
        ("/ballot/majority/percent", 0),
        ("/ballot/majority/percent", 101),
        ("/ballot/candidates/top_scores", 0),
        ("/ballot/quorum/percent", 0),
        ("/ballot/quorum/percent", 101),
        ("/sheet/weights/0/percent", 0),
        ("/sheet/weights/0/percent", 101),
        ("/sheet/scorers/0/combine/at_least", 0),
    ];
    for (pointer, number) in beyond {
        let edits = [(pointer, json!(number))];
        assert!(!validator.is_valid(&edited(&edits)), "{pointer} = {number}");
        assert_ne!(parsed(&edited(&edits)).unwrap().check(), [], "{pointer} = {number}");
    }
}

/// The place of a schema and of a value that it describes.
struct Described<'a> {
    definition: String,
    schema: &'a Value,
    value: &'a Value,
    pointer: String,
    /// The words that stand as the one member of an object instead, where a value may be either.
    with_value: BTreeSet<&'a str>,
}

fn top<'a>(schema: &'a Value, value: &'a Value) -> Described<'a> {
    let (definition, pointer) = (String::new(), String::new());
    Described { definition, schema, value, pointer, with_value: BTreeSet::new() }
}

/// Each value of a document with the definition that describes it, found by walking both together.
fn describe<'a>(root: &'a Value, at: Described<'a>, found: &mut Vec<Described<'a>>) {
    if let Some(path) = at.schema["$ref"].as_str() {
        let definition = path.trim_start_matches('#').to_owned();
        return describe(
            root,
            Described { schema: root.pointer(&definition).unwrap(), definition, ..at },
            found,
        );
    }
    if let Some(branches) = at.schema["oneOf"].as_array() {
        let key = at.value.as_object().and_then(|members| members.keys().next());
        let fits = |branch: &&Value| match key {
            None => branch["type"] == "string",
            Some(key) => branch["properties"].get(key).is_some(),
        };
        let schema = branches.iter().find(fits).unwrap();
        let definition = key.map_or_else(|| at.definition.clone(), |key| format!("{}[{key}]", at.definition));
        let keys = branches.iter().filter_map(|branch| branch["properties"].as_object());
        let with_value = keys.flat_map(|keys| keys.keys().map(String::as_str)).collect();
        return describe(root, Described { schema, definition, with_value, ..at }, found);
    }
    let children: Vec<(String, &Value, &Value)> = match at.value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), &at.schema["properties"][key], value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(i, value)| (i.to_string(), &at.schema["items"], value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (key, schema, value) in children {
        let (definition, pointer) = (format!("{}/{key}", at.definition), format!("{}/{key}", at.pointer));
        describe(root, Described { definition, schema, value, pointer, with_value: BTreeSet::new() }, found);
    }
    found.push(at);
}

#[test]
fn the_schema_names_every_member_the_types_write_and_no_other() {
    let (schema, documents) = (schema(), [fullest(), with_turns()]);
    let mut found = Vec::new();
    for value in &documents {
        let written = serde_json::to_value(parsed(value).unwrap()).unwrap();
        assert_eq!(written, *value, "the fullest regulations say everything in the shortest way");
        describe(&schema, top(&schema, value), &mut found);
    }
    let mut members: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for at in &found {
        if let (Value::Object(value), Some(properties)) = (at.value, at.schema["properties"].as_object()) {
            let entry = members.entry(&at.definition).or_default();
            entry.0.extend(value.keys().map(String::as_str));
            entry.1.extend(properties.keys().map(String::as_str));
        }
    }
    for (definition, (types, schema)) in &members {
        assert_eq!(types, schema, "{definition:?}");
    }
    let used: BTreeSet<&str> =
        found.iter().filter_map(|at| at.definition.strip_prefix("/$defs/")?.split('[').next()).collect();
    for definition in schema["$defs"].as_object().unwrap().keys() {
        assert!(used.contains(definition.as_str()), "{definition} describes nothing");
    }
}

/// serde names every word it knows when it meets one it does not.
#[test]
fn the_schema_lists_every_word_the_types_know_and_no_other() {
    let (schema, document) = (schema(), fullest());
    let mut found = Vec::new();
    describe(&schema, top(&schema, &document), &mut found);
    let mut checked = BTreeSet::new();
    for at in &found {
        let Some(words) = at.schema["enum"].as_array() else {
            continue;
        };
        let odd = edited(&[(&at.pointer, json!("no_such_word"))]);
        let error = serde_json::from_value::<Regulation>(odd).unwrap_err().to_string();
        let known: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
        let words: BTreeSet<_> = words.iter().filter_map(Value::as_str).collect();
        assert_eq!(known, &words | &at.with_value, "{}: {error}", at.pointer);
        let defined = schema.pointer(&at.definition).is_some_and(|defined| defined["enum"].is_array());
        checked.extend(defined.then_some(at.definition.as_str()));
    }
    assert_eq!(
        checked.len(),
        schema["$defs"].as_object().unwrap().values().filter(|d| d["enum"].is_array()).count()
    );
}
