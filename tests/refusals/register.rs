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
    over_time(met);
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

/// What has ended, what would contain itself, what rests on nothing.
fn over_time(met: &mut Met) {
    let bloc = Bloc::with_members(3);
    units_over_time(met, &bloc);
    let outer = blocs_over_time(met, &bloc);
    what_has_ended(met, &bloc, outer);
}

fn units_over_time(met: &mut Met, bloc: &Bloc) {
    let [first, second, third] = [0, 1, 2].map(|index| bloc.members[index].unit);
    let of = |unit: Uuid, rest: &str| format!("/v1/units/{unit}/{rest}");
    let own = |rest: &str| format!("/v1/blocs/{}/{rest}", bloc.id);
    let basis = json!({"documents": ["15/QĐ-UBND"]});
    let mut no =
        |code: Code, path: &str, body: serde_json::Value| met.no(bloc, code, &bloc.registrar, path, &body);
    for (rest, body) in [
        ("mergers", json!({"predecessors": [second]})),
        ("splits", json!({"into": [second], "continues": true})),
        ("dissolutions", json!({"reason": "Giải thể"})),
    ] {
        no(Code::Undocumented, &of(first, rest), body);
    }
    no(Code::SameUnit, &of(first, "mergers"), json!({"predecessors": [first], "basis": basis}));
    no(
        Code::SameUnit,
        &of(first, "splits"),
        json!({"into": [second, second], "continues": false, "basis": basis}),
    );
    let nothing = fresh_id();
    let unknown =
        no(Code::ResourceNotFound, &of(first, "mergers"), json!({"predecessors": [nothing], "basis": basis}));
    assert_eq!(unknown["unit"], json!(nothing));
    no(Code::NotALocality, &of(first, "placements"), json!({"relation": "locality", "within": second}));
    no(Code::Circular, &of(first, "placements"), json!({"relation": "superior", "within": first}));
    bloc.registrar.record(&of(second, "placements"), &json!({"relation": "superior", "within": first}));
    bloc.registrar.record(&of(third, "placements"), &json!({"relation": "superior", "within": second}));
    let below =
        no(Code::Circular, &of(first, "placements"), json!({"relation": "superior", "within": third}));
    assert_eq!(below["unit"], json!(third));
    let identifier = json!({"scheme": "internal", "value": "H26.9"});
    let backwards = json!({"identifier": identifier, "effective_on": "2020-01-01", "until": "2020-01-01"});
    no(Code::EmptyPeriod, &of(first, "identifiers"), backwards);
    no(Code::ResourceNotFound, &of(first, "identifier-ends"), json!({"identifier": identifier}));
    let alias = json!({"alias": {"vi": "Khối Hội"}, "effective_on": "2020-01-01", "until": "2019-01-01"});
    no(Code::EmptyPeriod, &own("aliases"), alias);
}

/// Leaves the bloc within another one, which it tells.
fn blocs_over_time(met: &mut Met, bloc: &Bloc) -> Uuid {
    let (first, nothing) = (bloc.members[0].unit, fresh_id());
    let own = |rest: &str| format!("/v1/blocs/{}/{rest}", bloc.id);
    let mut no =
        |code: Code, path: &str, body: serde_json::Value| met.no(bloc, code, &bloc.registrar, path, &body);
    no(Code::Circular, &own("nestings"), json!({"within": bloc.id}));
    no(Code::ResourceNotFound, &own("nestings"), json!({"within": nothing}));
    no(Code::ResourceNotFound, &own("delegations"), json!({"to": nothing}));
    let (outer, units) = (fresh_id(), json!([first]));
    let established = json!({"id": outer, "name": {"vi": "Cụm"}, "kind": "cum", "level": "province"});
    bloc.registrar.record("/v1/blocs", &established);
    bloc.registrar.record(&own("nestings"), &json!({"within": outer}));
    let inside_out = no(Code::Circular, &format!("/v1/blocs/{outer}/nestings"), json!({"within": bloc.id}));
    assert_eq!(inside_out["bloc"], json!(bloc.id));
    no(
        Code::NotAMember,
        &own("transfers"),
        json!({"units": [register(&bloc.registrar, "Hội khác")], "from": outer}),
    );
    no(Code::AlreadyAMember, &own("transfers"), json!({"units": units, "from": outer}));
    no(
        Code::ResourceNotFound,
        &own("transfers"),
        json!({"units": [register(&bloc.registrar, "Hội lạ")], "from": nothing}),
    );
    no(Code::Circular, &own("dissolutions"), json!({"reason": "Nhầm", "successors": [bloc.id]}));
    outer
}

fn what_has_ended(met: &mut Met, bloc: &Bloc, outer: Uuid) {
    let [first, second, third] = [0, 1, 2].map(|index| bloc.members[index].unit);
    let of = |unit: Uuid, rest: &str| format!("/v1/units/{unit}/{rest}");
    let own = |rest: &str| format!("/v1/blocs/{}/{rest}", bloc.id);
    let basis = json!({"documents": ["15/QĐ-UBND"]});
    let units = json!([first]);
    let mut no =
        |code: Code, path: &str, body: serde_json::Value| met.no(bloc, code, &bloc.registrar, path, &body);
    let merged = json!({"predecessors": [second], "effective_on": "2025-07-01", "basis": basis});
    bloc.registrar.record(&of(first, "mergers"), &merged);
    for (rest, body) in [
        ("renamings", json!({"name": {"vi": "Tên mới"}})),
        ("identifiers", json!({"identifier": {"scheme": "internal", "value": "H26.9"}})),
        ("placements", json!({"relation": "superior"})),
        ("mergers", json!({"predecessors": [third], "basis": basis})),
        ("splits", json!({"into": [third], "continues": true, "basis": basis})),
        ("dissolutions", json!({"reason": "Giải thể", "basis": basis})),
    ] {
        let said = no(Code::Ended, &of(second, rest), body);
        assert_eq!((&said["unit"], &said["cause"]), (&json!(second), &json!("merged")), "{rest}");
        assert_eq!(
            (&said["ended_on"], &said["successors"]),
            (&json!("2025-07-01"), &json!([first])),
            "{rest}"
        );
    }
    no(Code::Ended, &format!("/v1/blocs/{outer}/memberships"), json!({"unit": second}));
    bloc.registrar.record(&own("dissolutions"), &json!({"reason": "Sắp xếp lại", "successors": [outer]}));
    for (rest, body) in [
        ("aliases", json!({"alias": {"vi": "Khối Hội"}})),
        ("memberships", json!({"unit": third})),
        ("departures", json!({"unit": third})),
        ("transfers", json!({"units": units, "from": outer})),
        ("nestings", json!({})),
        ("delegations", json!({"to": first})),
        ("descriptions", json!({"zone": "Khu vực I"})),
        ("dissolutions", json!({"reason": "Lần nữa"})),
        ("years", json!({"year": 2026})),
    ] {
        let said = no(Code::Ended, &own(rest), body);
        assert_eq!((&said["bloc"], &said["successors"]), (&json!(bloc.id), &json!([outer])), "{rest}");
        assert_eq!(said["reason"], "Sắp xếp lại");
    }
}
