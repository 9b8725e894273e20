//! The short way reads what serde_json reads.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// One stored fact of every type.
fn facts() -> Vec<&'static str> {
    let lines = include_str!("../../../../tests/golden/events.jsonl").lines();
    lines.map(|line| line.split_once(r#""envelope":"#).unwrap().1.strip_suffix('}').unwrap()).collect()
}

#[test]
fn every_fact_is_read_the_short_way_and_says_the_same() {
    for fact in facts() {
        let slowly: Envelope = serde_json::from_str(fact).unwrap();
        if fact.contains('\\') {
            assert!(stored(fact.as_bytes(), Extent::Whole).is_err(), "{fact}");
        } else {
            assert_eq!(stored(fact.as_bytes(), Extent::Whole).unwrap(), slowly, "{fact}");
        }
        assert_eq!(Envelope::read(fact.as_bytes()).unwrap(), slowly);
    }
}

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
        assert_eq!(stored(fact.as_bytes(), Extent::Kept).unwrap(), expected, "{fact}");
    }
}

#[test]
fn a_text_with_escapes_is_read_by_serde_json() {
    let fact = facts()[0].replace(r#""client":"registrar""#, r#""client":"registra\u0072""#);
    assert!(stored(fact.as_bytes(), Extent::Whole).is_err());
    assert_eq!(Envelope::read(fact.as_bytes()).unwrap(), serde_json::from_str(&fact).unwrap());
}

#[test]
fn a_raw_control_character_is_in_no_text() {
    let regulation = facts().iter().find(|fact| fact.contains(r#""unsourced":["/"#)).unwrap().to_string();
    for byte in ['\0', '\n', '\t', '\u{1f}'] {
        let damaged = regulation.replacen(r#""unsourced":["/"#, &format!(r#""unsourced":["{byte}"#), 1);
        assert!(stored(damaged.as_bytes(), Extent::Whole).is_err(), "{byte:?}");
        assert!(Envelope::read(damaged.as_bytes()).is_err(), "{byte:?}");
    }
}

proptest! {
    #[test]
    fn what_is_read_the_short_way_from_damaged_bytes_serde_json_reads_alike(
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
        if let Ok(read) = stored(&bytes, Extent::Whole) {
            prop_assert_eq!(read, serde_json::from_slice::<Envelope>(&bytes).unwrap());
        }
    }

    #[test]
    fn any_value_is_passed_over_whole(
        text in "[ -~ăộ\n]{0,12}", number in any::<i32>(), nested in proptest::collection::vec("[a-z\"]{0,4}", 0..4),
    ) {
        let value = serde_json::json!({"a": [text, {"b": nested}, number, null, true], "c": {}, "d": []}).to_string();
        for rest in ["", ",1", "}", "]"] {
            let whole = format!("{value}{rest}");
            let mut reader = Reader::new(whole.as_bytes()).unwrap();
            serde::de::IgnoredAny::deserialize(&mut reader).unwrap();
            prop_assert!(reader.literal(rest).is_ok() && reader.is_done());
        }
    }
}
