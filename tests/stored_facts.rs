//! A stored fact is read as serde_json reads it. These stand here and not beside the reader, for to build the second way of
//! reading every event takes long where events are optimised.

use crate::golden::facts;
use domain::Envelope;
use proptest::prelude::*;
use serde_json::Value;

/// Members of events that a fold passes over, for no state keeps them.
const UNKEPT: [(&str, &[&str]); 3] = [
    ("year.registration_filed", &["targets", "contents", "titles_sought", "registered_points"]),
    ("year.report_filed", &["summary", "shortcomings", "figures", "attachments"]),
    ("year.scores_given", &["evidence", "explanation"]),
];

/// What is passed over is passed over by name, and nothing else is missing.
#[test]
fn a_fold_reads_the_same_without_what_no_state_keeps() {
    fn without(value: &mut Value, members: &[&str]) {
        match value {
            Value::Object(object) => {
                object.retain(|name, _| !members.contains(&name.as_str()));
                object.values_mut().for_each(|value| without(value, members));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| without(value, members)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    for fact in facts() {
        let mut value: Value = serde_json::from_str(fact).unwrap();
        let type_name = value["event"]["type"].as_str().unwrap().to_owned();
        if let Some((_, members)) = UNKEPT.iter().find(|(name, _)| *name == type_name) {
            without(&mut value["event"], members);
        }
        if let Some(basis) = value.get_mut("basis") {
            without(basis, &["documents"]);
        }
        // A `Value` orders its members by name, but the type of an event comes first.
        let event = format!(r#"{{"type":"{type_name}","data":{}}}"#, value["event"]["data"]);
        value["event"] = "event".into();
        let expected = value.to_string().replace(r#""event":"event""#, &format!(r#""event":{event}"#));
        let expected: Envelope = serde_json::from_str(&expected).unwrap();
        assert_eq!(Envelope::read_to_fold(fact.as_bytes()).unwrap(), expected, "{fact}");
    }
}

/// A report with this summary.
fn with_text(text: &str) -> String {
    let fact = facts().into_iter().find(|fact| fact.contains(r#""summary":""#)).unwrap();
    let (before, rest) = fact.split_once(r#""summary":""#).unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!(r#"{before}"summary":{}{after}"#, serde_json::to_string(text).unwrap())
}

#[test]
fn a_free_text_may_have_escapes() {
    for text in ["một \"dòng\" và \\", "hai\ndòng", "\u{1}", "", "ă😀"] {
        let fact = with_text(text);
        let read = Envelope::read(fact.as_bytes()).ok();
        assert_eq!(read, serde_json::from_str(&fact).ok(), "{fact}");
        assert_eq!(read.is_some(), !matches!(text, "\u{1}" | ""), "{fact}");
    }
    let fact = with_text("x");
    let damaged = fact.replace(r#""summary":"x""#, r#""summary":"\x""#);
    assert_ne!(damaged, fact);
    let error = Envelope::read(damaged.as_bytes()).unwrap_err();
    assert_eq!(error.at, damaged.find(r#""\x""#).unwrap(), "{error}");
    assert!(error.after.ends_with(r#""summary":"#), "{error}");
}

proptest! {
    #[test]
    fn what_is_read_from_damaged_bytes_serde_json_reads_alike(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(br#"{}[],:"\ 0-1tfn.e"#.to_vec())],
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = which.get(&facts()).as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(read) = Envelope::read(&bytes) {
            prop_assert_eq!(read, serde_json::from_slice::<Envelope>(&bytes).unwrap());
        }
    }
}
