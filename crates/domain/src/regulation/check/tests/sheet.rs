//! Faults of the score sheet, the classes and the list of what is unsourced.

use super::{Story, dup, p, story};
use crate::regulation::{Scorer, check::FaultKind::*};
use serde_json::{Value, json};

// Places in the faultless regulation.
const GROUP: &str = "/sheet/parts/0/criteria/0/max";
const GROUP_OVER: &str = "/sheet/parts/0/criteria/0/over_max";
const FIRST: &str = "/sheet/parts/0/criteria/0/criteria/0/max";
const OPTION: &str = "/sheet/parts/0/criteria/0/criteria/1/options/0/points";
const SECOND_OPTION: &str = "/sheet/parts/0/criteria/0/criteria/1/options/1/points";

pub(super) fn stories() -> Vec<Story> {
    [numbers(), options(), sums(), reach(), criteria(), scorers(), classes(), unsourced()].concat()
}

fn numbers() -> Vec<Story> {
    let fine = |value| TooPrecise { value: p(value), decimals: 1 };
    let step = "/sheet/step";
    let least = "/classes/0/at_least";
    vec![
        story("3 decimals", [("/sheet/decimals", json!(3))], [("/sheet/decimals", TooManyDecimals(3))]),
        story("a step of nothing", [(step, json!("0"))], [(step, NotPositive(p("0")))]),
        story("a step finer than a score", [(step, json!("0.25"))], [(step, fine("0.25"))]),
        story("a threshold finer than a total", [(least, json!("89.25"))], [(least, fine("89.25"))]),
    ]
}

fn options() -> Vec<Story> {
    let off = NotAStep { value: p("9.7"), step: p("0.5") };
    let above = OptionAboveMaximum { option: p("12"), max: p("10") };
    vec![
        story("an option with a sign", [(OPTION, json!("-1"))], [(OPTION, Negative(p("-1")))]),
        story("an option between two steps", [(OPTION, json!("9.7"))], [(OPTION, off)]),
        story("an option above the maximum", [(OPTION, json!("12"))], [(OPTION, above)]),
        story("two options of equal points", [(OPTION, json!("10"))], [(SECOND_OPTION, dup("10"))]),
        story(
            "a best option below the maximum",
            [(SECOND_OPTION, json!("9"))],
            [("/sheet/parts/0/criteria/0/criteria/1/max", OutOfReach { limit: p("10"), most: p("9") })],
        ),
    ]
}

fn sums() -> Vec<Story> {
    let sum = |sum| [(GROUP, DoNotAddUp { sum: p(sum), max: p("40") })];
    let scale = |scale, bonus| ScaleNotMet { scale: p(scale), contents: p("90"), bonus: p(bonus) };
    vec![
        story("sub-criteria worth too much", [(FIRST, json!("31")), (GROUP_OVER, Value::Null)], sum("41")),
        story("too much, but the group says that it caps", [(FIRST, json!("31"))], []),
        story("sub-criteria worth too little", [(FIRST, json!("29"))], sum("39")),
        story(
            "a scale nothing gives",
            [("/sheet/scale", json!("99"))],
            [("/sheet/scale", scale("99", "10"))],
        ),
        story("a scale of the contents alone", [("/sheet/scale", json!("90"))], []),
        story(
            "a bonus that cannot reach its cap",
            [("/sheet/parts/1/criteria/0/max", json!("5"))],
            [
                ("/sheet/parts/1/cap", DoNotAddUp { sum: p("5"), max: p("10") }),
                ("/sheet/scale", scale("100", "5")),
            ],
        ),
    ]
}

fn reach() -> Vec<Story> {
    let least = "/classes/0/at_least";
    vec![
        story(
            "contents without a limit",
            [
                ("/sheet/parts/0/cap", Value::Null),
                ("/sheet/parts/0/criteria/1/max", Value::Null),
                ("/sheet/parts/0/criteria/1/over_max", Value::Null),
            ],
            [("/sheet/parts/0", Unlimited)],
        ),
        story(
            "contents that carry over their maximum into no cap",
            [("/sheet/parts/0/cap", Value::Null)],
            [("/sheet/parts/0", Unlimited)],
        ),
        story(
            "a cap that lets what carries over pass the scale",
            [("/sheet/parts/0/cap", json!("91"))],
            [
                ("/sheet/parts/0/cap", DoNotAddUp { sum: p("90"), max: p("91") }),
                ("/sheet/scale", ScaleNotMet { scale: p("100"), contents: p("91"), bonus: p("10") }),
            ],
        ),
        story(
            "a rule for claims above a maximum that is not there",
            [("/sheet/parts/1/criteria/0/over_max", json!("cap"))],
            [("/sheet/parts/1/criteria/0/over_max", NoMaximum)],
        ),
        story(
            "a class above the highest total",
            [(least, json!("100.5"))],
            [(least, OutOfReach { limit: p("100.5"), most: p("100") })],
        ),
        story(
            "no highest total when the bonus has no cap",
            [("/sheet/parts/1/cap", Value::Null), ("/sheet/scale", json!("90")), (least, json!("100.5"))],
            [],
        ),
    ]
}

fn criteria() -> Vec<Story> {
    let (id, group) = ("/sheet/parts/1/criteria/0/id", "/sheet/parts/0/criteria/0/scored_by");
    let options = "/sheet/parts/0/criteria/0/options";
    vec![
        story(
            "a part without criteria",
            [("/sheet/parts/2/criteria", json!([]))],
            [("/sheet/parts/2/criteria", Empty)],
        ),
        story("one id for two criteria", [(id, json!("I.2"))], [(id, dup("I.2"))]),
        story("the id of a group taken again", [(id, json!("I.1"))], [(id, dup("I.1"))]),
        story("a group scored itself", [(group, json!(["self"]))], [(group, NotScoredItself)]),
        story(
            "a group with options",
            [(options, json!([{"name": "Có", "points": "1"}]))],
            [(options, NotScoredItself)],
        ),
    ]
}

fn scorers() -> Vec<Story> {
    let bonus = "/sheet/parts/1/criteria/0/scored_by";
    let penalty = "/sheet/parts/2/criteria/0/scored_by";
    let without = ScorerWithoutStep(Scorer::Official);
    vec![
        story(
            "a scorer counted twice",
            [("/sheet/counts/-", json!("bloc"))],
            [("/sheet/counts/2", dup("bloc"))],
        ),
        story(
            "a scorer named twice",
            [("/sheet/parts/2/criteria/0/scored_by/-", json!("official"))],
            [("/sheet/parts/2/criteria/0/scored_by/1", dup("official"))],
        ),
        story(
            "a criterion nobody scores",
            [(bonus, Value::Null)],
            [("/sheet/parts/1/criteria/0", NobodyScores)],
        ),
        story(
            "a criterion whose only score never counts",
            [(bonus, json!(["self"]))],
            [(bonus, NeverCounts)],
        ),
        story(
            "a state body that counts, takes its step, and has nothing to score",
            [("/sheet/parts/0/criteria/1/scored_by/2", Value::Null), (penalty, json!(["bloc"]))],
            [
                ("/sheet/counts/0", NothingToScore(Scorer::Official)),
                ("/procedure/6", NothingToScore(Scorer::Official)),
            ],
        ),
        story(
            "a state body that scores, but the year has no step for it",
            [("/procedure/6", Value::Null)],
            [
                ("/sheet/parts/0/criteria/1/scored_by/2", without.clone()),
                ("/sheet/parts/2/criteria/0/scored_by/0", without),
            ],
        ),
    ]
}

fn classes() -> Vec<Story> {
    let (least, last) = ("/classes/0/at_least", "/classes/1/at_least");
    let equal = NotDescending { threshold: p("90"), previous: p("90") };
    vec![
        story("a first class that takes all", [(least, Value::Null)], [("/classes/0", ThresholdMissing)]),
        story("a last class that leaves some out", [(last, json!("50"))], [(last, LastThreshold(p("50")))]),
        story("one code for two classes", [("/classes/1/code", json!("A"))], [("/classes/1/code", dup("A"))]),
        story(
            "two classes from the same total on",
            [(last, json!("90")), ("/classes/-", json!({"code": "C", "name": {"vi": "Yếu"}}))],
            [(last, equal)],
        ),
        story(
            "a threshold below zero, for no text states a floor",
            [(last, json!("-5")), ("/classes/-", json!({"code": "C", "name": {"vi": "Yếu"}}))],
            [],
        ),
    ]
}

fn unsourced() -> Vec<Story> {
    let (first, nowhere) = ("/unsourced/0", "/sheet/nowhere");
    vec![
        story(
            "a choice named twice",
            [("/unsourced/-", json!("/sheet/rounding"))],
            [("/unsourced/1", dup("/sheet/rounding"))],
        ),
        story(
            "a choice that is not there",
            [(first, json!(nowhere))],
            [(first, PointsNowhere(nowhere.into()))],
        ),
    ]
}
