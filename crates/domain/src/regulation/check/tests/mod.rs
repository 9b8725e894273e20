//! Each way in which a draft can contradict itself, told as an edit of a faultless one.

mod award;
mod procedure;
mod scorers;
mod sheet;

use super::FaultKind;
use crate::{
    Points,
    regulation::{
        Regulation,
        sample::{document, edit, pointers, regulation},
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn p(text: &str) -> Points {
    text.parse().unwrap()
}

fn dup(text: &str) -> FaultKind {
    FaultKind::Duplicate(text.into())
}

/// A draft that someone might send in, and what they hear.
#[derive(Clone)]
struct Story {
    /// What the draft is about.
    name: &'static str,
    /// How it differs from the faultless one.
    edits: Vec<(&'static str, Value)>,
    /// Each fault with its place.
    faults: Vec<(&'static str, FaultKind)>,
}

fn story(
    name: &'static str,
    edits: impl Into<Vec<(&'static str, Value)>>,
    faults: impl Into<Vec<(&'static str, FaultKind)>>,
) -> Story {
    Story { name, edits: edits.into(), faults: faults.into() }
}

fn stories() -> Vec<Story> {
    [sheet::stories(), procedure::stories(), scorers::stories(), award::stories()].concat()
}

#[test]
fn a_faultless_regulation_has_no_fault() {
    assert_eq!(regulation(&[]).check(), []);
    let fullest: Regulation = serde_json::from_value(crate::regulation::sample::fullest()).unwrap();
    assert_eq!(fullest.check(), []);
}

#[test]
fn each_contradiction_is_named_with_its_place_and_nothing_else_is() {
    for Story { name, edits, faults } in stories() {
        let found = regulation(&edits).check();
        let found: Vec<_> = found.iter().map(|fault| (fault.pointer.as_str(), fault.kind.clone())).collect();
        assert_eq!(found, faults, "{name}");
    }
}

#[test]
fn every_kind_of_fault_has_its_story_and_its_words() {
    let mut told = BTreeSet::new();
    for (_, kind) in stories().into_iter().flat_map(|story| story.faults) {
        let name: String = format!("{kind:?}").chars().take_while(|c| c.is_alphanumeric()).collect();
        assert!(
            name.eq_ignore_ascii_case(kind.code()) && kind.code().starts_with(char::is_lowercase),
            "{name}"
        );
        assert!(!kind.to_string().is_empty());
        told.insert(kind.code());
    }
    assert_eq!(told, FaultKind::CODES.iter().copied().collect());
    assert_eq!(told.len(), FaultKind::CODES.len());
}

#[test]
fn a_draft_with_many_faults_hears_of_all_of_them_at_once() {
    let edits = [("/sheet/counts", json!([])), ("/ballot", Value::Null), ("/classes/1/code", json!("A"))];
    let codes: BTreeSet<_> = regulation(&edits).check().iter().map(|fault| fault.kind.code()).collect();
    assert!(
        codes.is_superset(&["empty", "neverCounts", "ballotWithoutRule", "duplicate"].into()),
        "{codes:?}"
    );
}

#[test]
fn an_empty_draft_is_refused_without_a_crash() {
    let draft = json!({"title": {"vi": "Trống"}, "procedure": [], "leadership": {"method": "rotation"},
        "sheet": {"scale": "0", "decimals": 0, "rounding": "down", "counts": [], "parts": []}});
    let regulation: Regulation = serde_json::from_value(draft).unwrap();
    let found: Vec<_> =
        regulation.check().into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect();
    let expected = [
        ("/sheet/scale", "notPositive"),
        ("/sheet/counts", "empty"),
        ("/sheet/parts", "empty"),
        ("/procedure", "stepMissing"),
        ("/procedure", "stepMissing"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn a_fault_reads_as_a_sentence_with_its_place() {
    let faults = regulation(&[("/procedure/6", Value::Null)]).check();
    let shown = "/sheet/parts/0/criteria/1/scored_by/2: official scores, but the procedure has no step official_score";
    assert_eq!(faults[0].to_string(), shown);
}

fn replacements() -> impl Strategy<Value = Value> {
    let pool = [
        json!("0"),
        json!("-3"),
        json!("7.77"),
        json!("999999.99"),
        json!(0),
        json!(1),
        json!(127),
        json!(-128),
        json!([]),
        json!(["self"]),
        json!("carry"),
        json!("self"),
        json!("ballot"),
        json!("votes"),
        json!(false),
        json!("penalty"),
        json!("rotation"),
        json!("/sheet"),
        Value::Null,
    ];
    prop::sample::select(pool.to_vec())
}

proptest! {
    /// However a draft is mangled, the check gives an answer whose every pointer leads somewhere.
    #[test]
    fn whatever_is_checked_every_fault_points_at_something_that_is_there(
        edits in prop::collection::vec((any::<prop::sample::Index>(), replacements()), 1..6)
    ) {
        let mut mangled = document();
        for (index, value) in edits {
            let places = pointers(&mangled);
            let candidate = edit(mangled.clone(), &places[index.index(places.len())], value);
            if serde_json::from_value::<Regulation>(candidate.clone()).is_ok() {
                mangled = candidate;
            }
        }
        let regulation: Regulation = serde_json::from_value(mangled).unwrap();
        let written = serde_json::to_value(&regulation).unwrap();
        for fault in regulation.check() {
            prop_assert!(written.pointer(&fault.pointer).is_some(), "{fault}");
        }
    }
}
