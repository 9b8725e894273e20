//! Faults of the rules of awards: quotas, checks, the council's vote, the papers.

use super::{Story, dup, p, story};
use crate::{
    commendation::AwardKind,
    regulation::{Step, award::Stage, check::FaultKind::*},
};
use serde_json::{Value, json};

pub(super) fn stories() -> Vec<Story> {
    [quotas(), bases(), checks(), papers()].concat()
}

fn quotas() -> Vec<Story> {
    let bloc = "018bcfe5-6800-7000-8000-000000000001";
    vec![
        story(
            "two rules for one award",
            [("/awards/3/award", json!("GOV_FLAG"))],
            [("/awards/3/award", dup("GOV_FLAG"))],
        ),
        story(
            "more than everyone",
            [("/awards/0/quota/percent/percent", json!(101))],
            [("/awards/0/quota/percent/percent", PercentOutOfRange(101))],
        ),
        story(
            "an annex without a bloc",
            [("/awards/3/quota/allotted", json!([]))],
            [("/awards/3/quota/allotted", Empty)],
        ),
        story(
            "an annex with the same bloc twice",
            [("/awards/3/quota/allotted/-", json!({"bloc": bloc, "count": 3}))],
            [("/awards/3/quota/allotted/1/bloc", dup(bloc))],
        ),
        story(
            "a council of which more than everyone must agree",
            [("/awards/1/council/percent", json!(100)), ("/awards/1/council/or_equal", json!(false))],
            [("/awards/1/council/percent", MajorityOutOfReach)],
        ),
    ]
}

fn bases() -> Vec<Story> {
    let after = "/awards/2/quota/percent/base/remaining/after";
    vec![
        story(
            "what remains after the award itself",
            [("/awards/2/quota/percent/base/remaining/after/1", json!("CERT_MERIT_PROVINCE_CHAIR"))],
            [(
                "/awards/2/quota/percent/base/remaining/after/1",
                CountedFromItself(AwardKind::CertMeritProvinceChair),
            )],
        ),
        story(
            "the standard of the award itself",
            [("/awards/4/quota/percent/base/meeting_standard", json!("EXCELLENT_COLLECTIVE"))],
            [(
                "/awards/4/quota/percent/base/meeting_standard",
                CountedFromItself(AwardKind::ExcellentCollective),
            )],
        ),
        story(
            "what remains after an award nobody gives",
            [("/awards/2/quota/percent/base/remaining/after/1", json!("MINISTRY_FLAG"))],
            [("/awards/2/quota/percent/base/remaining/after/1", AwardWithoutRule(AwardKind::MinistryFlag))],
        ),
        story("what remains after nothing", [(after, json!([]))], [(after, Empty)]),
        story(
            "the same award taken away twice",
            [("/awards/2/quota/percent/base/remaining/after/1", json!("GOV_FLAG"))],
            [("/awards/2/quota/percent/base/remaining/after/1", dup("GOV_FLAG"))],
        ),
    ]
}

fn checks() -> Vec<Story> {
    vec![
        story(
            "the same check twice",
            [("/awards/1/checks/-", json!({"check": {"rank_within": 3}}))],
            [("/awards/1/checks/5/check", dup("rank_within"))],
        ),
        story(
            "nobody's rank is enough",
            [("/awards/1/checks/1/check/rank_within", json!(0))],
            [("/awards/1/checks/1/check/rank_within", NotPositive(p("0")))],
        ),
        story(
            "a publicity of no day",
            [("/awards/1/checks/3/check/publicity_passed", json!(0))],
            [("/awards/1/checks/3/check/publicity_passed", NotPositive(p("0")))],
        ),
        story(
            "a dossier of no paper",
            [("/awards/1/checks/2/check/dossier_complete", json!([]))],
            [("/awards/1/checks/2/check/dossier_complete", Empty)],
        ),
        story(
            "public before it is proposed",
            [("/awards/1/checks/3/by", json!("proposal"))],
            [("/awards/1/checks/3/by", AskedTooEarly(Stage::Council))],
        ),
        story(
            "the vote of a council that does not vote",
            [("/awards/0/checks/-", json!({"check": "council_approved", "by": "decision"}))],
            [("/awards/0/checks/1/check", NoCouncil)],
        ),
        story(
            "a registration the procedure does not have",
            [("/procedure/0", Value::Null), ("/awards/0/checks/0/check", json!("registered_in_time"))],
            [("/awards/0/checks/0/check", StepMissing(Step::Registration))],
        ),
        story(
            "more of the votes than there are",
            [(
                "/awards/0/checks/0/check",
                json!({"ballot_ratio": {"percent": 0, "or_equal": true, "base": "valid"}}),
            )],
            [("/awards/0/checks/0/check/ballot_ratio/percent", PercentOutOfRange(0))],
        ),
    ]
}

fn papers() -> Vec<Story> {
    let date = |text: &str| text.parse().unwrap();
    vec![
        story(
            "a legal basis in force, and none named",
            [("/awards/0/checks/0/check", json!("legal_basis_valid"))],
            [("/awards/0/checks/0/check", NoLegalBasis)],
        ),
        story(
            "a paper that ends before it begins",
            [("/awards/1/legal_basis/0/until", json!("2023-12-31"))],
            [("/awards/1/legal_basis/0/until", EndsBeforeItBegins(date("2024-01-01"), date("2023-12-31")))],
        ),
    ]
}
