//! Faults of peers, panels, weights, penalties, quorums and the classes of what is not scored.

use super::{Story, dup, p, story};
use crate::regulation::{Scorer, Step, TieBreak, check::FaultKind::*};
use serde_json::{Value, json};

pub(super) fn stories() -> Vec<Story> {
    [peers(), combining(), weights(), criteria(), penalties(), quorums(), classes(), tie_breaks()].concat()
}

type Edits = Vec<(&'static str, Value)>;

/// The bonus is scored by the peers, in a step of their own, combined in this way.
fn by_peers(combine: &Value) -> Edits {
    vec![
        ("/sheet/parts/1/criteria/0/scored_by", json!(["peer"])),
        ("/sheet/counts/-", json!("peer")),
        ("/procedure/2/step", json!("peer_score")),
        ("/sheet/scorers", json!([{"scorer": "peer", "combine": combine}])),
    ]
}

fn and(mut edits: Edits, more: &[(&'static str, Value)]) -> Edits {
    edits.extend_from_slice(more);
    edits
}

const RULE: &str = "/sheet/scorers/0";

fn peers() -> Vec<Story> {
    let mean = by_peers(&json!({"method": "mean", "at_least": 2}));
    vec![
        story("members who score one another", mean.clone(), []),
        story(
            "peers of whom nothing says how their scores become one",
            and(mean.clone(), &[("/sheet/scorers/0/combine", Value::Null)]),
            [(RULE, CombineMissing(Scorer::Peer))],
        ),
        story(
            "peers of whom nothing is said at all",
            and(mean.clone(), &[("/sheet/scorers", Value::Null)]),
            [("/sheet", CombineMissing(Scorer::Peer))],
        ),
        story(
            "two rules for one scorer",
            and(mean.clone(), &[("/sheet/scorers/-", json!({"scorer": "peer"}))]),
            [("/sheet/scorers/1/scorer", dup("peer"))],
        ),
        story(
            "a rule for a scorer who has nothing to score",
            and(mean, &[("/sheet/scorers/-", json!({"scorer": "panel"}))]),
            [("/sheet/scorers/1/scorer", NothingToScore(Scorer::Panel))],
        ),
    ]
}

fn combining() -> Vec<Story> {
    let trimmed = |lowest: u8, highest: u8, at_least: u8| {
        let method = json!({"trimmed_mean": {"lowest": lowest, "highest": highest}});
        by_peers(&json!({"method": method, "at_least": at_least}))
    };
    let least = "/sheet/scorers/0/combine/at_least";
    vec![
        story("the highest and the lowest are dropped, one stays", trimmed(1, 1, 3), []),
        story(
            "a trimmed mean that leaves nobody",
            trimmed(1, 2, 3),
            [(least, LeavesNobody { at_least: 3, dropped: 3 })],
        ),
        story(
            "a mean of none",
            by_peers(&json!({"method": "median", "at_least": 0})),
            [(least, LeavesNobody { at_least: 0, dropped: 0 })],
        ),
        story(
            "a trimmed mean that drops nothing",
            trimmed(0, 0, 1),
            [("/sheet/scorers/0/combine/method", DropsNothing)],
        ),
        story(
            "the scores of the one leader combined",
            [("/sheet/scorers", json!([{"scorer": "bloc", "combine": {"method": "mean", "at_least": 1}}]))],
            [("/sheet/scorers/0/combine", OneGiver(Scorer::Bloc))],
        ),
    ]
}

/// The bonus is worth 40 of what the peers and 60 of what the unit says.
fn weighed(peer: u8, own: u8) -> Edits {
    let weights = json!([{"scorer": "peer", "percent": peer}, {"scorer": "self", "percent": own}]);
    let scored_by = ("/sheet/parts/1/criteria/0/scored_by", json!(["self", "peer"]));
    let mut edits = by_peers(&json!({"method": "mean", "at_least": 1}));
    edits.extend([
        scored_by,
        ("/sheet/counts", json!(["official", "bloc"])),
        ("/sheet/weights", weights),
        ("/procedure/2/required", json!(true)),
        ("/sheet/parts/0/criteria/0/criteria/0/scored_by", json!(["bloc"])),
        ("/sheet/parts/0/criteria/0/criteria/1/scored_by", json!(["bloc"])),
        ("/sheet/parts/0/criteria/1/scored_by", json!(["bloc", "official"])),
    ]);
    edits
}

fn weights() -> Vec<Story> {
    let all = "/sheet/weights";
    vec![
        story("weights that make up the whole", weighed(40, 60), []),
        story("weights of 110 per cent", weighed(50, 60), [(all, WeightsDoNotAddUp(110))]),
        story("a weight of nothing", weighed(0, 100), [("/sheet/weights/0/percent", PercentOutOfRange(0))]),
        story(
            "a scorer weighed twice",
            and(weighed(40, 20), &[("/sheet/weights/-", json!({"scorer": "self", "percent": 40}))]),
            [("/sheet/weights/2/scorer", dup("self"))],
        ),
        story(
            "a scorer who counts first and is weighed too",
            and(weighed(40, 60), &[("/sheet/counts/-", json!("self"))]),
            [("/sheet/weights/1/scorer", dup("self"))],
        ),
        story(
            "a weight for a panel that scores nothing",
            and(weighed(40, 40), &[("/sheet/weights/-", json!({"scorer": "panel", "percent": 20}))]),
            [
                ("/sheet/weights/2/scorer", NothingToScore(Scorer::Panel)),
                ("/sheet/parts/1/criteria/0/scored_by", PartlyWeighted(Scorer::Panel)),
            ],
        ),
        story(
            "a criterion that only one of the weighted scorers scores",
            and(weighed(40, 60), &[("/sheet/parts/0/criteria/1/scored_by/-", json!("self"))]),
            [("/sheet/parts/0/criteria/1/scored_by", PartlyWeighted(Scorer::Peer))],
        ),
        story(
            "a weighted score that may be left out",
            and(weighed(40, 60), &[("/procedure/2/required", json!(false))]),
            [(
                "/procedure/2/required",
                MustBeRequired { step: Step::PeerScore, needed_by: Step::ScoreTable },
            )],
        ),
    ]
}

fn criteria() -> Vec<Story> {
    let bonus = "/sheet/parts/1/criteria/0/bonus_of";
    vec![
        story("each criterion with a bonus of its own", [(bonus, json!("I.2"))], []),
        story(
            "the bonus of a criterion nobody knows",
            [(bonus, json!("X"))],
            [(bonus, UnknownCriterion("X".parse().unwrap()))],
        ),
        story("the bonus of a penalty", [(bonus, json!("P.1"))], [(bonus, NotABonus)]),
        story(
            "contents as a bonus",
            [("/sheet/parts/0/criteria/1/bonus_of", json!("I.1.a"))],
            [("/sheet/parts/0/criteria/1/bonus_of", NotABonus)],
        ),
        story(
            "the highest of nothing",
            [("/sheet/parts/1/criteria/0/highest_only", json!(true))],
            [("/sheet/parts/1/criteria/0/highest_only", NoSubCriteria)],
        ),
        story(
            "alternatives that add up to more than their group, of which one counts",
            [
                ("/sheet/parts/0/criteria/0/highest_only", json!(true)),
                ("/sheet/parts/0/criteria/0/max", json!("30")),
                ("/sheet/parts/0/cap", json!("80")),
                ("/sheet/scale", json!("90")),
                ("/classes/0/at_least", json!("80")),
            ],
            [],
        ),
        story(
            "points that every unit starts with",
            [("/sheet/base", json!("10")), ("/sheet/scale", json!("110"))],
            [],
        ),
    ]
}

fn penalties() -> Vec<Story> {
    let rule = |step, when, criterion, points| json!([{"step": step, "when": when, "criterion": criterion, "points": points}]);
    let of = |name, penalty: Value, faults: Vec<(&'static str, super::super::FaultKind)>| {
        story(name, [("/sheet/penalties", penalty)], faults)
    };
    let (step, criterion) = ("/sheet/penalties/0/step", "/sheet/penalties/0/criterion");
    let points = "/sheet/penalties/0/points";
    let max = "/sheet/parts/2/criteria/0/max";
    vec![
        of("no pledge costs eight points", rule("pledge", "not_taken", "P.1", "8"), vec![]),
        of("late registration costs one", rule("registration", "late", "P.1", "1"), vec![]),
        of(
            "a penalty under a criterion nobody knows",
            rule("pledge", "not_taken", "P.9", "8"),
            vec![(criterion, UnknownCriterion("P.9".parse().unwrap()))],
        ),
        of(
            "a penalty that takes from the contents",
            rule("pledge", "not_taken", "I.2", "8"),
            vec![(criterion, NotAPenalty("I.2".parse().unwrap()))],
        ),
        of(
            "a penalty of minus eight",
            rule("pledge", "not_taken", "P.1", "-8"),
            vec![(points, NotPositive(p("-8")))],
        ),
        of("late pledges, without a deadline", rule("pledge", "late", "P.1", "8"), vec![(step, NoDeadline)]),
        of(
            "late self-scores, which are refused",
            rule("self_score", "late", "P.1", "8"),
            vec![(step, NeverLate)],
        ),
        of(
            "a unit that does not adopt the score table",
            rule("score_table", "not_taken", "P.1", "8"),
            vec![(step, NotAUnitsStep(Step::ScoreTable))],
        ),
        of(
            "a step the year does not have",
            rule("peer_score", "not_taken", "P.1", "8"),
            vec![(step, StepMissing(Step::PeerScore))],
        ),
        story(
            "a penalty above the maximum of its criterion",
            [("/sheet/penalties", rule("pledge", "not_taken", "P.1", "8")), (max, json!("5"))],
            [(points, OutOfReach { limit: p("8"), most: p("5") })],
        ),
        story(
            "a penalty that is none of the options",
            [
                ("/sheet/penalties", rule("pledge", "not_taken", "P.1", "8")),
                ("/sheet/parts/2/criteria/0/options", json!([{"name": "Có", "points": "5"}])),
            ],
            [(points, NotAnOption(p("8")))],
        ),
        story(
            "a penalty that the record applies, for nobody scores it",
            [
                ("/sheet/penalties", rule("pledge", "not_taken", "P.2", "8")),
                ("/sheet/parts/2/criteria/-", json!({"id": "P.2", "name": {"vi": "Không ký"}, "max": "8"})),
            ],
            [],
        ),
    ]
}

fn quorums() -> Vec<Story> {
    let (whole, percent) = ("/ballot/quorum", "/ballot/quorum/percent");
    let quorum = |percent: u8| json!({"percent": percent, "base": "considered"});
    vec![
        story("two thirds of the members", [(whole, quorum(67))], []),
        story("a quorum of more than all", [(whole, quorum(101))], [(percent, PercentOutOfRange(101))]),
        story("a majority of those present", [("/ballot/majority/base", json!("present"))], []),
    ]
}

fn classes() -> Vec<Story> {
    let unscored = json!({"code": "U", "name": {"vi": "Chưa chấm"}, "unscored": true});
    let (third, up_to) = ("/classes/-", "/classify_up_to");
    let with_threshold = json!({"code": "U", "name": {"vi": "Chưa chấm"}, "unscored": true, "at_least": "1"});
    let again = json!({"code": "V", "name": {"vi": "Chưa chấm"}, "unscored": true});
    vec![
        story("a class of units without a score", [(third, unscored.clone())], []),
        story(
            "a threshold for what has no score",
            [(third, with_threshold)],
            [("/classes/2/at_least", UnscoredThreshold(p("1")))],
        ),
        story(
            "two classes of units without a score",
            [(third, unscored), (third, again)],
            [("/classes/3/unscored", dup("unscored"))],
        ),
        story(
            "classes above what is classified",
            [(up_to, json!("85"))],
            [("/classes/0/at_least", OutOfReach { limit: p("90"), most: p("85") })],
        ),
        story(
            "a limit for classes that are not there",
            [(up_to, json!("100")), ("/classes", json!([]))],
            [(up_to, NoClasses)],
        ),
    ]
}

fn tie_breaks() -> Vec<Story> {
    vec![
        story(
            "what numbers leave equal, lots decide, and in the end the meeting",
            [("/tie_breaks/-", json!("lots")), ("/tie_breaks/-", json!("meeting"))],
            [],
        ),
        story(
            "numbers after the drawing of lots",
            [("/tie_breaks", json!(["lots", "bonus"]))],
            [("/tie_breaks/1", LeavesNothing(TieBreak::Lots))],
        ),
    ]
}
