//! What a refused client reads.

use super::*;
use crate::{
    auth::{Scope, ScopeSet, TokenFault},
    issue::{Flaw, Place},
};
use app::Failure;
use domain::{
    Denied, Points, Rejection, Role, Timestamp, UnitId, Version,
    regulation::Step,
    rejection::{Missing, ScoreFault, ScoreFaultKind, Thing},
};
use std::collections::BTreeSet;

fn body(problem: &Problem, language: Language) -> Value {
    serde_json::from_slice(&problem.body(language, "trace")).unwrap()
}

fn unit() -> UnitId {
    "018bcfe5-6800-7000-8000-000000000001".parse().unwrap()
}

#[test]
fn a_problem_names_its_type_and_every_fault_in_the_readers_language() {
    let issues = vec![
        Issue { place: Place::Body, at: "/points".into(), flaw: Flaw::DecimalMustBeString },
        Issue { place: Place::Query, at: "limit".into(), flaw: Flaw::OutOfRange(1, 500) },
    ];
    let problem = Problem::invalid(issues);
    let vi = body(&problem, Language::Vi);
    assert_eq!(vi["type"], "urn:problem-type:thidua:invalidInput");
    assert_eq!(
        (&vi["href"], &vi["status"], &vi["trace_id"]),
        (&"/problems/invalidInput".into(), &400.into(), &"trace".into())
    );
    assert_eq!(vi["detail"], "Yêu cầu có 2 lỗi.");
    assert_eq!((&vi["issues"][0]["in"], &vi["issues"][0]["pointer"]), (&"body".into(), &"/points".into()));
    assert_eq!(
        (&vi["issues"][1]["parameter"], &vi["issues"][1]["detail"]),
        (&"limit".into(), &"Phải từ 1 đến 500.".into())
    );
    assert_eq!(body(&problem, Language::En)["detail"], "The request has 2 faults.");
}

#[test]
fn a_step_out_of_order_says_what_is_missing_for_whom() {
    let missing = vec![Missing { step: Step::AnnualReport, units: vec![unit()] }];
    let problem = Problem::from(Rejection::OutOfOrder { step: Step::SelfScore, missing });
    let vi = body(&problem, Language::Vi);
    assert_eq!(vi["detail"], "Chưa thể thực hiện tự chấm điểm; còn thiếu: báo cáo tổng kết.");
    assert_eq!(
        (&vi["code"], &vi["status"], &vi["step"]),
        (&"outOfOrder".into(), &409.into(), &"self_score".into())
    );
    assert_eq!(vi["missing"][0]["units"][0], unit().to_string());
}

#[test]
fn a_late_act_is_told_when_it_was_due_and_when_it_came() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (due, received) = (at("2024-11-30T16:59:59.999Z"), at("2024-12-01T01:00:00Z"));
    let problem = Problem::from(Rejection::DeadlinePassed { step: Step::AnnualReport, due, received });
    let en = body(&problem, Language::En);
    assert_eq!(
        (&en["due"], &en["received"]),
        (&"2024-11-30T16:59:59.999Z".into(), &"2024-12-01T01:00:00.000Z".into())
    );
    assert!(en["detail"].as_str().unwrap().starts_with("The annual report was due"));
}

#[test]
fn faulty_scores_are_placed_in_the_list_of_scores() {
    let fault = |entry, kind| ScoreFault { entry, criterion: "I.1".parse().unwrap(), kind };
    let most = ScoreFaultKind::AboveMaximum(Points::from_hundredths(1000));
    let faults = vec![fault(Some(2), most), fault(None, ScoreFaultKind::NotScored)];
    let vi = body(&Problem::from(Rejection::ScoresFaulty(faults)), Language::Vi);
    assert_eq!(
        (&vi["issues"][0]["pointer"], &vi["issues"][0]["code"]),
        (&"/entries/2".into(), &"aboveMaximum".into())
    );
    assert_eq!(vi["issues"][0]["detail"], "Tiêu chí I.1: tối đa 10.");
    assert_eq!(vi["issues"][1]["pointer"], "/entries");
}

#[test]
fn a_refused_token_says_why_and_how_to_authenticate() {
    let expired = Problem::from(TokenFault::Expired);
    assert_eq!((expired.code(), expired.headers().len()), (Code::ExpiredAccessToken, 1));
    let forged = Problem::from(TokenFault::ForgedSignature);
    assert_eq!(body(&forged, Language::En)["reason"], "forgedSignature");
    let needed = ScopeSet::EMPTY.with(Scope::UnitsWrite);
    let scope = Problem::missing_scope(needed);
    assert_eq!(body(&scope, Language::En)["required_scopes"][0], "units:write");
    assert!(scope.headers()[0].1.to_str().unwrap().contains("scope=\"units:write\""));
}

#[test]
fn failures_keep_their_figures() {
    let stale = Problem::from(Failure::Stale { expected: Version(3), actual: Version(5) });
    assert_eq!(body(&stale, Language::Vi)["current_etag"], "\"5\"");
    let denied = Problem::from(Failure::Denied(Denied { needs: vec![Role::UnitOfficer { unit: unit() }] }));
    assert_eq!(body(&denied, Language::Vi)["required_roles"][0]["unit_officer"]["unit"], unit().to_string());
    let unknown = Problem::from(Failure::Rejected(Rejection::Unknown(Thing::Unit(unit()))));
    let unknown = body(&unknown, Language::Vi);
    assert_eq!((&unknown["thing"], &unknown["unit"]), (&"unit".into(), &unit().to_string().into()));
}

#[test]
fn every_code_is_unique_and_has_its_page_in_both_languages() {
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        let page = pages::of(code.as_str()).unwrap();
        assert!(
            page.contains(&crate::page::escaped(&code.cause().vi))
                && page.contains(&crate::page::escaped(&code.cure().en))
        );
        assert!(code.cause().vi != code.cause().en && code.status().as_u16() >= 400);
        assert!(pages::index().contains(&format!("href=\"/problems/{}\"", code.as_str())));
    }
    assert_eq!(pages::of("nope"), None);
    assert_eq!(pages::reference()["items"].as_array().unwrap().len(), Code::ALL.len());
}

#[test]
fn a_faulty_regulation_is_explained_place_by_place() {
    let mut regulation = domain::regulation::presets::presets()[0].regulation.clone();
    regulation.procedure.reverse();
    regulation.unsourced = vec!["/nowhere".into()];
    let faults = regulation.check();
    assert!(faults.len() > 2);
    let vi = body(&Problem::from(Rejection::RegulationFaulty(faults.clone())), Language::Vi);
    for (issue, fault) in vi["issues"].as_array().unwrap().iter().zip(&faults) {
        assert_eq!(issue["pointer"], format!("/regulation{}", fault.pointer));
        assert_eq!(issue["code"], fault.kind.code());
        assert!(
            issue["detail"].as_str().unwrap().len() > 5 && issue["detail"] != fault.kind.to_string(),
            "{issue}"
        );
    }
}
