//! What is no stored form. That the rest is read as serde_json reads it is told in `tests/stored_facts.rs`.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// One stored fact of every type.
fn facts() -> Vec<&'static str> {
    let lines = include_str!("../../../../tests/golden/events.jsonl").lines();
    lines.map(|line| line.split_once(r#""envelope":"#).unwrap().1.strip_suffix('}').unwrap()).collect()
}

#[test]
fn what_is_written_in_another_way_is_no_fact() {
    let fact = facts()[0];
    let ways = [
        fact.replace(r#""client":"registrar""#, r#""client":"registra\u0072""#),
        fact.replace(r#""version":"#, r#""version": "#),
        fact.replace(r#","previous":"#, r#".0,"previous":"#),
        format!("{fact} "),
        fact.replace(r#"}}"#, r#"},"more":1}"#),
    ];
    for other in ways {
        assert!(other != fact && serde_json::from_str::<Value>(&other).is_ok(), "{other}");
        assert!(Envelope::read(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn any_number_that_can_be_written_can_be_read() {
    for number in [0, 1, 999_999_999_999_999_999, 1_000_000_000_000_000_000, u64::MAX] {
        let text = number.to_string();
        assert_eq!(Reader::new(text.as_bytes()).unwrap().number().unwrap(), number);
    }
    for number in [-1, i64::MIN] {
        let text = number.to_string();
        assert_eq!(i64::deserialize(&mut Reader::new(text.as_bytes()).unwrap()).unwrap(), number);
    }
    for text in ["18446744073709551616", "-9223372036854775809", "-0", "01", "1.5", "1e3"] {
        let mut reader = Reader::new(text.as_bytes()).unwrap();
        assert!(i64::deserialize(&mut reader).is_err() || !reader.is_done(), "{text}");
    }
}

#[test]
fn a_raw_control_character_is_in_no_text() {
    let regulation = facts().iter().find(|fact| fact.contains(r#""unsourced":["/"#)).unwrap().to_string();
    for byte in ['\0', '\n', '\t', '\u{1f}'] {
        let damaged = regulation.replacen(r#""unsourced":["/"#, &format!(r#""unsourced":["{byte}"#), 1);
        assert!(Envelope::read(damaged.as_bytes()).is_err(), "{byte:?}");
    }
}

proptest! {
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
