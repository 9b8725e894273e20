//! Commendations and quotas.

use super::Met;
use crate::support::{
    Client,
    bloc::{Bloc, YEAR, regulation},
    dossiers::{council_vote, decision, on, revocation},
};
use api::problem::Code;
use serde_json::{Value, json};

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(3);
    let mut rules = regulation();
    let awards = rules["awards"].as_array_mut().expect("rules of awards");
    awards.push(json!({"award": "EXCELLENT_COLLECTIVE"}));
    awards.push(json!({"award": "ADVANCED_WORKER"}));
    awards[0]["checks"]
        .as_array_mut()
        .expect("checks")
        .push(json!({"check": "not_excluded", "by": "proposal"}));
    bloc.open_year(&rules);
    proposals(met, &bloc);
    states(met, &bloc);
    councils(met, &bloc);
    quotas(met, &bloc);
}

fn proposing(bloc: &Bloc, award: &str, member: usize) -> Value {
    json!({"bloc": bloc.id, "year": YEAR, "award": award, "unit": bloc.members[member].unit})
}

fn proposals(met: &mut Met, bloc: &Bloc) {
    let path = "/v1/commendations";
    let leader: &Client = bloc.leader();
    let said = met.no(bloc, Code::AwardNotInRegulation, leader, path, &proposing(bloc, "GOV_FLAG", 0));
    assert_eq!(said["award"], "GOV_FLAG");
    met.no(bloc, Code::AwardForPersons, leader, path, &proposing(bloc, "ADVANCED_WORKER", 0));
    let mut stranger = proposing(bloc, "PROVINCE_FLAG", 0);
    stranger["unit"] = json!(bloc.id);
    met.no(bloc, Code::NotAMember, leader, path, &stranger);
    let excluded = json!({"unit": bloc.members[2].unit, "cause": "misconduct", "reason": "Có tiêu cực"});
    let fact = bloc.official.record(&bloc.in_year("exclusions"), &excluded).json()["id"].clone();
    let said = met.no(bloc, Code::NotEligible, leader, path, &proposing(bloc, "PROVINCE_FLAG", 2));
    assert_eq!(said["checks"][0]["check"], "not_excluded");
    assert_eq!(said["checks"][0]["facts"][0]["event"], fact, "the fact behind it is named: {said}");
    let dossier = bloc.propose("EXCELLENT_COLLECTIVE", bloc.members[0].unit);
    let again = proposing(bloc, "EXCELLENT_COLLECTIVE", 0);
    let said = met.no(bloc, Code::AlreadyExists, leader, path, &again);
    assert_eq!(said["commendation"], json!(dossier));
}

fn states(met: &mut Met, bloc: &Bloc) {
    let dossier = bloc.propose("EXCELLENT_COLLECTIVE", bloc.members[1].unit);
    let official = &bloc.official;
    let published = json!({"on": "2020-03-25", "place": "Cổng thông tin"});
    for (act, body) in [
        ("decisions", decision()),
        ("publications", published),
        ("revocations", revocation("forged_papers")),
        ("council-votes", council_vote(15)),
    ] {
        let said = met.no(bloc, Code::StateConflict, official, &on(dossier, act), &body);
        assert_eq!(said["state"], "proposed", "{act}");
        assert!(said["allowed"].as_array().is_some_and(|states| !states.is_empty()), "{said}");
    }
    official.record(&on(dossier, "appraisals"), &json!({"finding": "meets"}));
    met.no(bloc, Code::CouncilNotInRule, official, &on(dossier, "council-votes"), &council_vote(15));
    let mut ahead = decision();
    ahead["date"] = json!("2199-01-01");
    met.no(bloc, Code::ImpossibleDate, official, &on(dossier, "decisions"), &ahead);
    let reasonless = json!({"finding": "does_not_meet"});
    let said = met.no(bloc, Code::InvalidInput, official, &on(dossier, "appraisals"), &reasonless);
    assert_eq!(said["issues"][0]["pointer"], "/reason");
    let empty = json!({"papers": [{"kind": "other"}, {"kind": "submission", "number": ""}]});
    let said = met.no(bloc, Code::InvalidInput, official, &on(dossier, "papers"), &empty);
    assert_eq!(said["issues"][0]["pointer"], "/papers/1/number", "{said}");
    let nothing = json!({"papers": [{"kind": "other"}]});
    let said = met.no(bloc, Code::InvalidInput, official, &on(dossier, "papers"), &nothing);
    assert_eq!(said["issues"][0]["pointer"], "/papers/0", "{said}");
    let unknown = json!({"cause": "dislike", "reason": "Không thích", "number": "7/QĐ", "date": "2020-01-01",
                         "signed_by": "Chủ tịch"});
    let said = met.no(bloc, Code::InvalidInput, official, &on(dossier, "revocations"), &unknown);
    assert_eq!(said["issues"][0]["code"], "unknownValue", "the law knows four causes: {said}");
    let nobody = on(bloc.id, "appraisals");
    met.no(bloc, Code::ResourceNotFound, official, &nobody, &json!({"finding": "meets"}));
}

fn councils(met: &mut Met, bloc: &Bloc) {
    let dossier = bloc.appraised("PROVINCE_FLAG", bloc.members[0].unit);
    let path = on(dossier, "council-votes");
    let mut more_than_there_are = council_vote(15);
    more_than_there_are["members"] = json!(14);
    met.no(bloc, Code::VoteDoesNotAddUp, &bloc.official, &path, &more_than_there_are);
    let beyond = json!({"reason": "Lý do", "minutes": "13/BB-HĐTĐKT"});
    let over = on(dossier, "quota-overrides");
    met.no(bloc, Code::QuotaNotExhausted, &bloc.official, &over, &beyond);
    assert_eq!(bloc.council_votes(dossier, &council_vote(15)).status, 201);
}

fn quotas(met: &mut Met, bloc: &Bloc) {
    let second = bloc.appraised("PROVINCE_FLAG", bloc.members[1].unit);
    let path = on(second, "council-votes");
    let said = met.no(bloc, Code::QuotaExhausted, &bloc.official, &path, &council_vote(15));
    assert_eq!((&said["quota"]["allowed"], &said["quota"]["used"]), (&json!(1), &json!(1)));
}
