//! Refusals about units, blocs and grants.

use super::Met;
use crate::support::{
    bloc::{Bloc, register},
    client::fresh_id,
};
use api::problem::Code;
use serde_json::json;
use uuid::Uuid;

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(2);
    what_is_there_already(met, &bloc);
    what_is_not_there(met, &bloc);
    membership(met, &bloc);
    let first = &bloc.members[0];
    let path = format!("/v1/grants/{}/revocations", bloc.members[1].grant);
    bloc.registrar.record(&path, &json!({"reason": "Hết nhiệm kỳ"}));
    let said = met.no(&bloc, Code::Ended, &bloc.registrar, &path, &json!({"reason": "Lần nữa"}));
    assert_eq!((&said["thing"], &said["grant"]), (&json!("grant"), &json!(bloc.members[1].grant)));
    let renaming = json!({"name": {"vi": "Hội Nhà báo"}, "effective_on": "2199-12-31"});
    let path = format!("/v1/units/{}/renamings", first.unit);
    let said = met.no(&bloc, Code::ImpossibleDate, &bloc.registrar, &path, &renaming);
    assert_eq!(said["claimed"], "2199-12-31");
    assert!(said["latest"].is_string(), "{said}");
}

fn what_is_there_already(met: &mut Met, bloc: &Bloc) {
    let (code, registrar, unit) = (Code::AlreadyExists, &bloc.registrar, bloc.members[0].unit);
    let name = json!({"vi": "Hội A"});
    let twice = json!({"id": unit, "name": name, "kind": "association"});
    assert_eq!(met.no(bloc, code, registrar, "/v1/units", &twice)["thing"], "unit");
    let twice = json!({"id": bloc.id, "name": name, "kind": "khoi", "level": "province"});
    assert_eq!(met.no(bloc, code, registrar, "/v1/blocs", &twice)["thing"], "bloc");
    let called = json!({"alias": {"vi": "Khối thi đua các Hội đặc thù", "en": "Bloc of associations"}});
    let aliases = format!("/v1/blocs/{}/aliases", bloc.id);
    assert_eq!(met.no(bloc, code, registrar, &aliases, &called)["thing"], "alias");
    let grant = json!({"id": bloc.members[0].grant, "client": "khac", "role": "auditor"});
    assert_eq!(met.no(bloc, code, registrar, "/v1/grants", &grant)["thing"], "grant");

    let identifier = json!({"identifier": {"scheme": "internal", "value": "H26.1"}});
    let path = |unit: Uuid| format!("/v1/units/{unit}/identifiers");
    registrar.record(&path(unit), &identifier);
    assert_eq!(met.no(bloc, code, registrar, &path(unit), &identifier)["thing"], "identifier");
    let other = path(bloc.members[1].unit);
    let said = met.no(bloc, Code::IdentifierTaken, registrar, &other, &identifier);
    assert_eq!(said["unit"], json!(unit), "the owner is named");
}

fn what_is_not_there(met: &mut Met, bloc: &Bloc) {
    let (code, registrar, nothing) = (Code::ResourceNotFound, &bloc.registrar, fresh_id());
    let name = json!({"vi": "Không có"});
    let mut no = |path: &str, body: serde_json::Value, thing: &str| {
        assert_eq!(met.no(bloc, code, registrar, path, &body)["thing"], thing, "{path}");
    };
    no(&format!("/v1/units/{nothing}/renamings"), json!({"name": name}), "unit");
    no(&format!("/v1/blocs/{nothing}/aliases"), json!({"alias": name}), "bloc");
    no(&format!("/v1/blocs/{nothing}/years"), json!({"year": 2019}), "bloc");
    no(&format!("/v1/grants/{nothing}/revocations"), json!({"reason": "Nhầm"}), "grant");
    no(&format!("/v1/blocs/{}/memberships", bloc.id), json!({"unit": nothing}), "unit");
    no(&bloc.in_year("conferences"), json!({"kind": "launch", "from": "2019-01-10"}), "year");
    let officer = json!({"client": "khac", "role": {"unit_officer": {"unit": nothing}}});
    no("/v1/grants", officer, "unit");
    no("/v1/grants", json!({"client": "khac", "role": {"official": {"bloc": nothing}}}), "bloc");
}

fn membership(met: &mut Met, bloc: &Bloc) {
    let memberships = format!("/v1/blocs/{}/memberships", bloc.id);
    let (member, stranger) = (bloc.members[0].unit, register(&bloc.registrar, "Hội ngoài khối"));
    let said = met.no(bloc, Code::AlreadyAMember, &bloc.registrar, &memberships, &json!({"unit": member}));
    assert_eq!(said["unit"], json!(member));
    let departures = format!("/v1/blocs/{}/departures", bloc.id);
    for left in [json!({"unit": stranger}), json!({"unit": member, "effective_on": "2018-11-30"})] {
        met.no(bloc, Code::NotAMember, &bloc.registrar, &departures, &left);
    }
}
