//! Each change told as an edit, and what a reader hears of it.

use super::*;
use crate::regulation::{
    presets,
    sample::{edited, edited_from, fullest, pointers, regulation},
};
use proptest::prelude::*;
use serde_json::json;

/// What is heard of some edits of the sample: meaning, pointer, of what.
fn heard(edits: &[(&str, Value)]) -> Vec<(Meaning, String, String)> {
    let changes = regulation(edits).changes_since(&regulation(&[]));
    changes.into_iter().map(|c| (c.meaning, c.pointer, c.of.unwrap_or_default())).collect()
}

#[test]
fn nothing_changed_is_nothing_said() {
    for preset in presets() {
        assert_eq!(preset.regulation.changes_since(&preset.regulation), [], "{}", preset.code);
    }
}

#[test]
fn every_change_is_told_by_what_it_means() {
    let max = "/sheet/parts/0/criteria/0/criteria/0/max";
    let stories: [(&str, Value, Meaning, &str); 18] = [
        (max, json!("29"), Meaning::MaximumChanged, "I.1.a"),
        (
            "/sheet/parts/0/criteria/0/criteria/1/options/1/points",
            json!("9"),
            Meaning::OptionsChanged,
            "I.1.b",
        ),
        ("/sheet/parts/0/criteria/1/scored_by", json!(["bloc"]), Meaning::ScorersChanged, "I.2"),
        ("/sheet/parts/0/criteria/1/over_max", json!("cap"), Meaning::CountingChanged, "I.2"),
        ("/sheet/parts/0/criteria/1/name/vi", json!("Tên mới"), Meaning::WordingChanged, "I.2"),
        ("/sheet/parts/0/cap", json!("80"), Meaning::CapChanged, "I"),
        ("/sheet/scale", json!("90"), Meaning::ScaleChanged, ""),
        ("/sheet/base", json!("10"), Meaning::BaseChanged, ""),
        ("/sheet/rounding", json!("down"), Meaning::PrecisionChanged, ""),
        ("/sheet/counts", json!(["bloc"]), Meaning::CountingChanged, ""),
        ("/classes/0/at_least", json!("85"), Meaning::ThresholdChanged, "A"),
        ("/procedure/2/required", json!(true), Meaning::RequirementChanged, "half_year_report"),
        ("/procedure/4/deadline/day", json!(10), Meaning::DeadlineChanged, "self_score"),
        ("/ballot/majority/percent", json!(51), Meaning::MajorityChanged, ""),
        ("/ballot/quorum", json!({"percent": 50, "base": "members"}), Meaning::QuorumChanged, ""),
        ("/leadership/method", json!("rotation"), Meaning::LeadershipChanged, ""),
        ("/tie_breaks/0", Value::Null, Meaning::TieBreaksChanged, ""),
        ("/sources/0/note", json!("Toàn văn"), Meaning::SourcesChanged, ""),
    ];
    for (pointer, value, meaning, of) in stories {
        let told = heard(&[(pointer, value)]);
        assert_eq!(told.len(), 1, "{pointer}: {told:?}");
        assert_eq!((told[0].0, told[0].2.as_str()), (meaning, of), "{pointer}");
        assert!(pointer.starts_with(told[0].1.as_str()), "{pointer} within {}", told[0].1);
    }
}

#[test]
fn a_maximum_is_told_with_what_it_was_and_what_it_is() {
    let max = "/sheet/parts/0/criteria/0/criteria/0/max";
    let changes = regulation(&[(max, json!("29"))]).changes_since(&regulation(&[]));
    let expected = Change {
        meaning: Meaning::MaximumChanged,
        pointer: max.into(),
        of: Some("I.1.a".into()),
        before: Some(json!("30")),
        after: Some(json!("29")),
    };
    assert_eq!(changes, [expected]);
}

#[test]
fn a_new_criterion_is_one_change_and_moves_nothing_else() {
    let criteria = "/sheet/parts/0/criteria/0/criteria";
    let new = json!({"id": "I.0", "name": {"vi": "Mới"}, "max": "5", "scored_by": ["bloc"]});
    let mut longer = edited(&[]);
    longer.pointer_mut(criteria).and_then(Value::as_array_mut).unwrap().insert(0, new);
    let longer: Regulation = serde_json::from_value(longer).unwrap();
    let told = longer.changes_since(&regulation(&[]));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].meaning, told[0].of.as_deref()), (Meaning::CriterionAdded, Some("I.0")));
    let back = regulation(&[]).changes_since(&longer);
    assert_eq!((back.len(), back[0].meaning), (1, Meaning::CriterionRemoved));
    assert_eq!(back[0].pointer, format!("{criteria}/0"), "where it stood");
}

#[test]
fn a_criterion_that_moves_to_another_group_has_moved() {
    let mut moved = edited(&[]);
    let taken = moved
        .pointer_mut("/sheet/parts/0/criteria/0/criteria")
        .and_then(Value::as_array_mut)
        .unwrap()
        .remove(1);
    moved.pointer_mut("/sheet/parts/0/criteria").and_then(Value::as_array_mut).unwrap().push(taken);
    let moved: Regulation = serde_json::from_value(moved).unwrap();
    let told = moved.changes_since(&regulation(&[]));
    assert_eq!(
        (told.len(), told[0].meaning, told[0].of.as_deref()),
        (1, Meaning::CriterionMoved, Some("I.1.b"))
    );
    assert_eq!((&told[0].before, &told[0].after), (&Some(json!("I.1")), &Some(json!("I"))));
}

#[test]
fn steps_that_come_go_and_change_places() {
    let swapped = [("/procedure/0/step", json!("pledge")), ("/procedure/1/step", json!("registration"))];
    let told: Vec<_> = heard(&swapped).into_iter().map(|(meaning, ..)| meaning).collect();
    assert!(told.contains(&Meaning::StepsReordered), "{told:?}");
    let gone = heard(&[("/procedure/2", Value::Null)]);
    assert_eq!(gone, [(Meaning::StepRemoved, "/procedure/2".to_owned(), "half_year_report".to_owned())]);
}

#[test]
fn what_peers_panels_and_penalties_bring_is_told() {
    let full = || serde_json::from_value::<Regulation>(fullest()).unwrap();
    let told = full().changes_since(&regulation(&[]));
    let meanings: Vec<_> = told.iter().map(|change| change.meaning).collect();
    for meaning in
        [Meaning::WeightChanged, Meaning::ScorersChanged, Meaning::PenaltyAdded, Meaning::ClassAdded]
    {
        assert!(meanings.contains(&meaning), "{meaning:?}: {meanings:?}");
    }
    assert!(!meanings.contains(&Meaning::OtherChanged), "{told:?}");
    let other = edited_from(fullest(), &[("/sheet/scorers/0/combine/at_least", json!(4))]);
    let other: Regulation = serde_json::from_value(other).unwrap();
    assert_eq!(other.changes_since(&full())[0].meaning, Meaning::CombiningChanged);
}

proptest! {
    /// Two regulations that differ are told apart, and every pointer leads to what it speaks of.
    #[test]
    fn whatever_differs_is_told_and_pointed_at(
        places in prop::collection::vec(any::<prop::sample::Index>(), 1..5), value in prop::sample::select(vec![
            Value::Null, json!("1"), json!(true), json!("bloc"), json!("Tên"), json!([]), json!(7)])
    ) {
        let before: Regulation = serde_json::from_value(fullest()).unwrap();
        let mut mangled = fullest();
        for place in places {
            let all = pointers(&mangled);
            let candidate = edited_from(mangled.clone(), &[(&all[place.index(all.len())], value.clone())]);
            if serde_json::from_value::<Regulation>(candidate.clone()).is_ok() {
                mangled = candidate;
            }
        }
        let after: Regulation = serde_json::from_value(mangled).unwrap();
        let changes = after.changes_since(&before);
        let (was, is) = (serde_json::to_value(&before).unwrap(), serde_json::to_value(&after).unwrap());
        prop_assert_eq!(changes.is_empty(), was == is);
        for change in &changes {
            let written = if change.after.is_some() { &is } else { &was };
            prop_assert!(written.pointer(&change.pointer).is_some(), "{:?}", change);
        }
    }
}
