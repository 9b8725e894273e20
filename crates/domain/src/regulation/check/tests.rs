//! Each way in which a draft can contradict itself, told as an edit of a faultless one.

use super::FaultKind::{self, *};
use crate::{
    Points,
    regulation::{
        Regulation, Scorer, Step, TieBreak,
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
    Duplicate(text.into())
}

type Edits = Vec<(&'static str, Value)>;
type Expected = Vec<(&'static str, FaultKind)>;

const OPTION: &str = "/sheet/parts/0/criteria/0/criteria/1/options/0/points"; // of I.1.b

/// What is wrong with numbers.
fn numbers() -> Vec<(Edits, Expected)> {
    let a_max = "/sheet/parts/0/criteria/0/criteria/0/max";
    vec![
        (
            vec![("/sheet/decimals", json!(3))],
            vec![("/sheet/decimals", TooManyDecimals(3))],
        ),
        (
            vec![("/sheet/step", json!("0"))],
            vec![("/sheet/step", NotPositive(p("0")))],
        ),
        (
            vec![("/sheet/step", json!("0.25"))],
            vec![(
                "/sheet/step",
                TooPrecise {
                    value: p("0.25"),
                    decimals: 1,
                },
            )],
        ),
        (
            vec![("/classes/0/at_least", json!("89.25"))],
            vec![(
                "/classes/0/at_least",
                TooPrecise {
                    value: p("89.25"),
                    decimals: 1,
                },
            )],
        ),
        (vec![(OPTION, json!("-1"))], vec![(OPTION, Negative(p("-1")))]),
        (
            vec![(OPTION, json!("9.7"))],
            vec![(
                OPTION,
                NotAStep {
                    value: p("9.7"),
                    step: p("0.5"),
                },
            )],
        ),
        (
            vec![(OPTION, json!("12"))],
            vec![(
                OPTION,
                OptionAboveMaximum {
                    option: p("12"),
                    max: p("10"),
                },
            )],
        ),
        (
            vec![(OPTION, json!("10"))],
            vec![("/sheet/parts/0/criteria/0/criteria/1/options/1/points", dup("10"))],
        ),
        (
            vec![(
                "/sheet/parts/0/criteria/0/criteria/1/options/1/points",
                json!("9"),
            )],
            vec![
                // The group loses a point with its best option.
                (
                    "/sheet/parts/0/criteria/0/max",
                    DoNotAddUp {
                        sum: p("39"),
                        max: p("40"),
                    },
                ),
                (
                    "/sheet/parts/0/criteria/0/criteria/1/max",
                    OutOfReach {
                        limit: p("10"),
                        most: p("9"),
                    },
                ),
            ],
        ),
        (
            vec![
                (a_max, json!("31")),
                ("/sheet/parts/0/criteria/0/over_max", Value::Null),
            ],
            vec![(
                "/sheet/parts/0/criteria/0/max",
                DoNotAddUp {
                    sum: p("41"),
                    max: p("40"),
                },
            )],
        ),
        (
            vec![(a_max, json!("29"))],
            vec![(
                "/sheet/parts/0/criteria/0/max",
                DoNotAddUp {
                    sum: p("39"),
                    max: p("40"),
                },
            )],
        ),
        (
            vec![("/sheet/scale", json!("99"))],
            vec![(
                "/sheet/scale",
                ScaleNotMet {
                    scale: p("99"),
                    contents: p("90"),
                    bonus: p("10"),
                },
            )],
        ),
        (
            vec![
                ("/sheet/parts/0/cap", Value::Null),
                ("/sheet/parts/0/criteria/1/max", Value::Null),
                ("/sheet/parts/0/criteria/1/over_max", Value::Null),
            ],
            vec![("/sheet/parts/0", Unlimited)],
        ),
        (
            vec![("/sheet/parts/1/criteria/0/max", json!("5"))],
            vec![
                (
                    "/sheet/parts/1/cap",
                    OutOfReach {
                        limit: p("10"),
                        most: p("5"),
                    },
                ),
                (
                    "/sheet/scale",
                    ScaleNotMet {
                        scale: p("100"),
                        contents: p("90"),
                        bonus: p("5"),
                    },
                ),
            ],
        ),
        (
            vec![("/sheet/parts/1/criteria/0/over_max", json!("cap"))],
            vec![("/sheet/parts/1/criteria/0/over_max", NoMaximum)],
        ),
    ]
}

/// What is wrong with criteria, scorers, classes and pointers.
fn sheet_and_classes() -> Vec<(Edits, Expected)> {
    let code = |code: &str, least: &str| json!({"code": code, "name": {"vi": "Loại"}, "at_least": least});
    vec![
        (
            vec![("/unsourced/-", json!("/sheet/rounding"))],
            vec![("/unsourced/1", dup("/sheet/rounding"))],
        ),
        (
            vec![("/unsourced/0", json!("/sheet/nowhere"))],
            vec![("/unsourced/0", PointsNowhere("/sheet/nowhere".into()))],
        ),
        (
            vec![("/sheet/parts/2/criteria", json!([]))],
            vec![("/sheet/parts/2/criteria", Empty)],
        ),
        (
            vec![("/sheet/parts/1/criteria/0/id", json!("I.2"))],
            vec![("/sheet/parts/1/criteria/0/id", dup("I.2"))],
        ),
        (
            vec![("/sheet/counts/-", json!("bloc"))],
            vec![("/sheet/counts/2", dup("bloc"))],
        ),
        (
            vec![("/sheet/parts/2/criteria/0/scored_by/-", json!("official"))],
            vec![("/sheet/parts/2/criteria/0/scored_by/1", dup("official"))],
        ),
        (
            vec![("/sheet/parts/1/criteria/0/scored_by", Value::Null)],
            vec![("/sheet/parts/1/criteria/0", NobodyScores)],
        ),
        (
            vec![("/sheet/parts/0/criteria/0/scored_by", json!(["self"]))],
            vec![("/sheet/parts/0/criteria/0/scored_by", NotScoredItself)],
        ),
        (
            vec![("/sheet/parts/1/criteria/0/scored_by", json!(["self"]))],
            vec![("/sheet/parts/1/criteria/0/scored_by", NeverCounts)],
        ),
        (
            vec![
                ("/sheet/parts/0/criteria/1/scored_by/2", Value::Null),
                ("/sheet/parts/2/criteria/0/scored_by/0", json!("bloc")),
            ],
            vec![
                ("/sheet/counts/0", NothingToScore(Scorer::Official)),
                ("/procedure/6", NothingToScore(Scorer::Official)),
            ],
        ),
        (
            vec![("/procedure/6", Value::Null)],
            vec![
                (
                    "/sheet/parts/0/criteria/1/scored_by/2",
                    ScorerWithoutStep(Scorer::Official),
                ),
                (
                    "/sheet/parts/2/criteria/0/scored_by/0",
                    ScorerWithoutStep(Scorer::Official),
                ),
            ],
        ),
        (
            vec![("/classes/0/at_least", Value::Null)],
            vec![("/classes/0", ThresholdMissing)],
        ),
        (
            vec![("/classes/1/at_least", json!("50"))],
            vec![("/classes/1/at_least", LastThreshold(p("50")))],
        ),
        (
            vec![("/classes/1/code", json!("A"))],
            vec![("/classes/1/code", dup("A"))],
        ),
        (
            vec![
                ("/classes/1", code("C", "90")),
                ("/classes/-", json!({"code": "D", "name": {"vi": "Loại"}})),
            ],
            vec![(
                "/classes/1/at_least",
                NotDescending {
                    threshold: p("90"),
                    previous: p("90"),
                },
            )],
        ),
        (
            vec![("/classes/0/at_least", json!("100.5"))],
            vec![(
                "/classes/0/at_least",
                OutOfReach {
                    limit: p("100.5"),
                    most: p("100"),
                },
            )],
        ),
    ]
}

/// What is wrong with steps and their deadlines.
fn steps() -> Vec<(Edits, Expected)> {
    let follow = |step, after| MustFollow { step, after };
    let due = |month, day| vec![("/procedure/4/deadline", json!({"month": month, "day": day}))];
    let impossible = |month, day| vec![("/procedure/4/deadline", ImpossibleDay { month, day })];
    vec![
        (
            vec![("/procedure/9", Value::Null)],
            vec![("/procedure", StepMissing(Step::Ranking))],
        ),
        (
            vec![("/procedure/2/step", json!("pledge"))],
            vec![("/procedure/2/step", dup("pledge"))],
        ),
        (
            vec![
                ("/procedure/4/step", json!("score_table")),
                ("/procedure/7/step", json!("self_score")),
            ],
            vec![
                ("/procedure/4", follow(Step::ScoreTable, Step::SelfScore)),
                ("/procedure/4", follow(Step::ScoreTable, Step::BlocScore)),
                ("/procedure/4", follow(Step::ScoreTable, Step::OfficialScore)),
            ],
        ),
        (
            vec![
                ("/procedure/2/step", json!("annual_report")),
                ("/procedure/3/step", json!("half_year_report")),
            ],
            vec![("/procedure/2", follow(Step::AnnualReport, Step::HalfYearReport))],
        ),
        (
            vec![
                ("/procedure/7/step", json!("ranking")),
                ("/procedure/9/step", json!("score_table")),
            ],
            vec![
                ("/procedure/7", follow(Step::Ranking, Step::ScoreTable)),
                ("/procedure/8", follow(Step::Ballot, Step::ScoreTable)),
                ("/procedure/7", follow(Step::Ranking, Step::Ballot)),
            ],
        ),
        (
            vec![("/procedure/7/required", json!(false))],
            vec![
                (
                    "/procedure/7/required",
                    MustBeRequired {
                        step: Step::ScoreTable,
                        needed_by: Step::Ranking,
                    },
                ),
                (
                    "/procedure/7/required",
                    MustBeRequired {
                        step: Step::ScoreTable,
                        needed_by: Step::Ballot,
                    },
                ),
            ],
        ),
        (
            vec![
                ("/procedure/5/required", json!(false)),
                ("/procedure/6/required", json!(false)),
            ],
            vec![("/procedure", NoScoreRequired)],
        ),
        (due(2, 31), impossible(2, 31)),
        (due(2, 29), impossible(2, 29)),
        (due(13, 1), impossible(13, 1)),
        (
            vec![("/procedure/4/deadline/year_offset", json!(3))],
            vec![("/procedure/4/deadline/year_offset", DistantYear(3))],
        ),
        (
            vec![("/procedure/4/deadline/year_offset", json!(-1))],
            vec![("/procedure/4/deadline", DueTooEarly(Step::Registration))],
        ),
        (
            vec![("/procedure/4/deadline", Value::Null)],
            vec![("/procedure/4/late", NoDeadline)],
        ),
    ]
}

/// What is wrong with ballots and tie-breaks.
fn ballots() -> Vec<(Edits, Expected)> {
    let percent = |percent| vec![("/ballot/majority/percent", json!(percent))];
    vec![
        (
            vec![("/ballot", Value::Null)],
            vec![("/procedure/8", BallotWithoutRule)],
        ),
        (
            vec![("/leadership/ballot", Value::Null)],
            vec![("/leadership", BallotWithoutRule)],
        ),
        (
            vec![("/leadership/method", json!("rotation"))],
            vec![("/leadership/ballot", BallotNotHeld)],
        ),
        (
            vec![("/procedure/8", Value::Null)],
            vec![
                ("/ballot", BallotNotHeld),
                ("/tie_breaks/3", DecidesNothing(TieBreak::Votes)),
            ],
        ),
        (
            percent(0),
            vec![("/ballot/majority/percent", PercentOutOfRange(0))],
        ),
        (
            percent(101),
            vec![("/ballot/majority/percent", PercentOutOfRange(101))],
        ),
        (
            vec![
                ("/ballot/majority/percent", json!(100)),
                ("/ballot/majority/or_equal", json!(false)),
            ],
            vec![("/ballot/majority/percent", MajorityOutOfReach)],
        ),
        (
            vec![("/ballot/candidates/top_scores", json!(0))],
            vec![("/ballot/candidates", NoCandidates)],
        ),
        (
            vec![("/tie_breaks/1", json!("contents"))],
            vec![("/tie_breaks/1", dup("contents"))],
        ),
        (
            vec![
                ("/sheet/parts/1", Value::Null),
                ("/sheet/scale", json!("90")),
                ("/classes/0/at_least", json!("80")),
            ],
            vec![("/tie_breaks/1", DecidesNothing(TieBreak::Bonus))],
        ),
    ]
}

fn stories() -> Vec<(Edits, Expected)> {
    [numbers(), sheet_and_classes(), steps(), ballots()].concat()
}

#[test]
fn a_faultless_regulation_has_no_fault() {
    assert_eq!(regulation(&[]).check(), []);
}

#[test]
fn each_contradiction_is_named_with_its_place_and_nothing_else_is() {
    for (edits, expected) in stories() {
        let found = regulation(&edits).check();
        let found: Vec<_> = found
            .iter()
            .map(|fault| (fault.pointer.as_str(), fault.kind.clone()))
            .collect();
        assert_eq!(found, expected, "{edits:?}");
    }
}

#[test]
fn every_kind_of_fault_has_its_story_and_its_words() {
    let mut told = BTreeSet::new();
    for (_, kind) in stories().into_iter().flat_map(|(_, expected)| expected) {
        let name: String = format!("{kind:?}")
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .collect();
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
    let edits = [
        ("/sheet/counts", json!([])),
        ("/ballot", Value::Null),
        ("/classes/1/code", json!("A")),
    ];
    let codes: BTreeSet<_> = regulation(&edits)
        .check()
        .iter()
        .map(|fault| fault.kind.code())
        .collect();
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
    let found: Vec<_> = regulation
        .check()
        .into_iter()
        .map(|fault| (fault.pointer, fault.kind.code()))
        .collect();
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
