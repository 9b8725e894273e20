//! Faults of the procedure, ballots and tie-breaks.

use super::{Story, dup, story};
use crate::regulation::{Step, TieBreak, check::FaultKind::*};
use serde_json::{Value, json};

pub(super) fn stories() -> Vec<Story> {
    [order(), needs(), deadlines(), ballots(), turns(), periods(), majorities(), tie_breaks()].concat()
}

fn order() -> Vec<Story> {
    let follow = |step, after| MustFollow { step, after };
    vec![
        story(
            "a step taken twice",
            [("/procedure/2/step", json!("pledge"))],
            [("/procedure/2/step", dup("pledge"))],
        ),
        story(
            "a score table before the scores",
            [("/procedure/4/step", json!("score_table")), ("/procedure/7/step", json!("self_score"))],
            [
                ("/procedure/4", follow(Step::ScoreTable, Step::SelfScore)),
                ("/procedure/4", follow(Step::ScoreTable, Step::BlocScore)),
                ("/procedure/4", follow(Step::ScoreTable, Step::OfficialScore)),
            ],
        ),
        story(
            "the whole year reported before its first half",
            [("/procedure/2/step", json!("annual_report")), ("/procedure/3/step", json!("half_year_report"))],
            [("/procedure/2", follow(Step::AnnualReport, Step::HalfYearReport))],
        ),
        story(
            "ranks before the score table, a ballot on the best before anyone knows them",
            [("/procedure/7/step", json!("ranking")), ("/procedure/9/step", json!("score_table"))],
            [
                ("/procedure/7", follow(Step::Ranking, Step::ScoreTable)),
                ("/procedure/8", follow(Step::Ballot, Step::ScoreTable)),
                ("/procedure/7", follow(Step::Ranking, Step::Ballot)),
            ],
        ),
        story(
            "pledge, registration and the election of the leader where the bloc wants them",
            [
                ("/procedure/0/deadline", Value::Null),
                ("/procedure/0/step", json!("leadership")),
                ("/procedure/10/step", json!("registration")),
            ],
            [],
        ),
    ]
}

fn needs() -> Vec<Story> {
    let rests = |step, needed_by| MustBeRequired { step, needed_by };
    let (table, ballot) = ("/procedure/7/required", "/procedure/8/required");
    vec![
        story(
            "a year without ranks",
            [("/procedure/9", Value::Null)],
            [("/procedure", StepMissing(Step::Ranking))],
        ),
        story(
            "a score table that may be left out",
            [(table, json!(false))],
            [(table, rests(Step::ScoreTable, Step::Ranking)), (table, rests(Step::ScoreTable, Step::Ballot))],
        ),
        story(
            "a ballot that may be left out",
            [(ballot, json!(false))],
            [(ballot, rests(Step::Ballot, Step::Ranking))],
        ),
        story(
            "no score that anyone has to give",
            [("/procedure/5/required", json!(false)), ("/procedure/6/required", json!(false))],
            [("/procedure", NoScoreRequired)],
        ),
    ]
}

fn deadlines() -> Vec<Story> {
    let due = "/procedure/4/deadline";
    let year = "/procedure/4/deadline/year_offset";
    let impossible = |name, month, day| {
        story(name, [(due, json!({"month": month, "day": day}))], [(due, ImpossibleDay { month, day })])
    };
    vec![
        impossible("31 February", 2, 31),
        impossible("29 February, which most years lack", 2, 29),
        impossible("a thirteenth month", 13, 1),
        story("a deadline three years on", [(year, json!(3))], [(year, DistantYear(3))]),
        story(
            "scores due before the registration they wait for",
            [(year, json!(-1))],
            [(due, DueTooEarly(Step::Registration))],
        ),
        story(
            "late is refused, but when is late?",
            [(due, Value::Null)],
            [("/procedure/4/late", NoDeadline)],
        ),
    ]
}

fn ballots() -> Vec<Story> {
    let held = "/leadership/ballot";
    vec![
        story("a ballot without rules", [("/ballot", Value::Null)], [("/procedure/8", BallotWithoutRule)]),
        story("an election without rules", [(held, Value::Null)], [("/leadership", BallotWithoutRule)]),
        story(
            "rules of an election by turns",
            [("/leadership/method", json!("rotation"))],
            [(held, BallotNotHeld)],
        ),
        story(
            "rules of a ballot the year does not have, and a tie-break by its votes",
            [("/procedure/8", Value::Null)],
            [("/ballot", BallotNotHeld), ("/tie_breaks/3", DecidesNothing(TieBreak::Votes))],
        ),
        story(
            "a ballot on the best none",
            [("/ballot/candidates/top_scores", json!(0))],
            [("/ballot/candidates", NoCandidates)],
        ),
        story(
            "a leader among the best, elected before the score table",
            [
                ("/leadership/ballot/candidates", json!({"top_scores": 3})),
                ("/procedure/1/step", json!("leadership")),
                ("/procedure/10/step", json!("pledge")),
            ],
            [("/procedure/1", MustFollow { step: Step::Leadership, after: Step::ScoreTable })],
        ),
    ]
}

fn turns() -> Vec<Story> {
    let unit = "018bcfe5-6800-7000-8000-000000000001";
    let method = ("/leadership/method", json!("rotation"));
    let ballot = ("/leadership/ballot", Value::Null);
    let order = |units: &[&str]| ("/leadership/order", json!(units));
    vec![
        story("turns in an order", [method.clone(), ballot.clone(), order(&[unit])], []),
        story(
            "one unit with two turns",
            [method, ballot, order(&[unit, unit])],
            [("/leadership/order/1", dup(unit))],
        ),
        story("an order without turns", [order(&[unit])], [("/leadership/order", NoTurns)]),
        story(
            "a council before there are ranks",
            [("/procedure/9/step", json!("council")), ("/procedure/11/step", json!("ranking"))],
            [
                ("/procedure/9", MustFollow { step: Step::Council, after: Step::Ranking }),
                ("/procedure/11/required", MustBeRequired { step: Step::Ranking, needed_by: Step::Council }),
            ],
        ),
        story(
            "a consultation after the vote",
            [("/procedure/11/step", json!("consultation"))],
            [("/procedure/8", MustFollow { step: Step::Ballot, after: Step::Consultation })],
        ),
    ]
}

fn periods() -> Vec<Story> {
    let pointers = ["/comment_days", "/explanation_days", "/objection_days", "/ruling_days"];
    pointers.into_iter().map(|at| story("no time at all", [(at, json!(0))], [(at, NoTime)])).collect()
}

fn majorities() -> Vec<Story> {
    let percent = "/ballot/majority/percent";
    vec![
        story("a majority of nothing", [(percent, json!(0))], [(percent, PercentOutOfRange(0))]),
        story("101 per cent", [(percent, json!(101))], [(percent, PercentOutOfRange(101))]),
        story("all the votes", [(percent, json!(100))], []),
        story(
            "more than all the votes",
            [(percent, json!(100)), ("/ballot/majority/or_equal", json!(false))],
            [(percent, MajorityOutOfReach)],
        ),
    ]
}

fn tie_breaks() -> Vec<Story> {
    let second = "/tie_breaks/1";
    let no_bonus = [
        ("/sheet/parts/1", Value::Null),
        ("/sheet/scale", json!("90")),
        ("/classes/0/at_least", json!("80")),
    ];
    let no_penalty = [("/sheet/parts/2", Value::Null)];
    vec![
        story("the same tie-break again", [(second, json!("contents"))], [(second, dup("contents"))]),
        story("a bonus nobody has decides", no_bonus, [(second, DecidesNothing(TieBreak::Bonus))]),
        story(
            "penalties nobody has decide",
            no_penalty,
            [("/tie_breaks/2", DecidesNothing(TieBreak::FewerPenalties))],
        ),
    ]
}
