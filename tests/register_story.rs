//! Units and blocs over time, told by those who keep the register and those who must obey it.

use crate::support::{
    Client,
    bloc::{Bloc, OFFICER_SCOPES, YEAR, grant, register, regulation},
    client::{fresh_id, fresh_key},
    whole_year::scores,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const REFORM: &str = "2025-07-01";

/// The second and the third member became one new association when districts and provinces were re-arranged.
fn merge(bloc: &Bloc) -> Uuid {
    let merged = register(&bloc.registrar, "Hội hợp nhất");
    let predecessors = json!([bloc.members[1].unit, bloc.members[2].unit]);
    let body =
        json!({"predecessors": predecessors, "effective_on": REFORM, "basis": {"documents": ["15/QĐ-UBND"]}});
    let answer = bloc.registrar.record(&format!("/v1/units/{merged}/mergers"), &body);
    assert_eq!(
        answer.header("ETag"),
        Some("\"2\""),
        "the version of the unit that took over, not of another"
    );
    assert_eq!(answer.json()["type"], "vn.thidua.unit.took_over.v1");
    merged
}

fn refused(client: &Client, path: &str, body: &Value) -> Value {
    let answer = client.ask(Method::POST, path).key(&fresh_key()).json(body).send();
    assert!(answer.status >= 400, "{path} was recorded");
    answer.json()
}

fn items(answer: &Value) -> &[Value] {
    answer["items"].as_array().expect("items")
}

#[test]
fn the_history_of_a_merged_unit_is_followed_through_its_predecessors() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    bloc.up_to_the_score_table();
    bloc.vote_rank_and_elect();
    let merged = merge(&bloc);

    let ranks = bloc.public.read(&format!("/v1/units/{merged}/standings"));
    let told: Vec<_> =
        items(&ranks).iter().map(|row| (&row["unit"], &row["rank"], &row["predecessor"])).collect();
    let [first, second, third] = [0, 1, 2].map(|index| json!(bloc.members[index].unit));
    assert_eq!(told.len(), 2, "{ranks}");
    for row in items(&ranks) {
        assert_eq!(
            (&row["predecessor"], &row["stage"], &row["year"]),
            (&json!(true), &json!("final"), &json!(YEAR))
        );
        assert_eq!((&row["ranked"], &row["leading"]), (&json!(3), &json!(row["unit"] == second)));
        assert_eq!(row["rank"], if row["unit"] == second { 1 } else { 3 }, "{row}");
    }
    let own = bloc.public.read(&format!("/v1/units/{}/standings", bloc.members[0].unit));
    assert_eq!((&items(&own)[0]["unit"], &items(&own)[0]["predecessor"]), (&first, &json!(false)));

    let lineage = bloc.public.read(&format!("/v1/units/{merged}/lineage?on={REFORM}"));
    let names: Vec<_> =
        lineage["predecessors"].as_array().expect("a list").iter().map(|one| &one["unit"]).collect();
    assert_eq!(names, [&second, &third]);
    // Each stream tells the whole of it: what it was as known before the merger can still be read.
    let before = bloc.head() - 3;
    let then = bloc.public.read(&format!("/v1/units/{}?as_of_position={before}", bloc.members[1].unit));
    assert_eq!(then.get("ended"), None);
}

#[test]
fn what_has_ended_takes_no_part_in_the_year_any_more() {
    let bloc = Bloc::with_members(3);
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": 2025}));
    let led = json!({"leader": bloc.members[0].unit, "effective_on": "2025-01-10"});
    bloc.official.record(&bloc.in_year_of(2025, "leaderships"), &led);
    bloc.official.record(&bloc.in_year_of(2025, "regulations"), &json!({"regulation": regulation()}));
    let merged = merge(&bloc);
    let (gone, officer) = (bloc.members[1].unit, &bloc.members[1].officer);
    let before = bloc.head();
    for (rest, body) in [
        ("registrations", json!({"unit": gone})),
        ("pledges", json!({"unit": gone})),
        ("reports", json!({"unit": gone, "kind": "half_year"})),
        ("scores", scores(gone, "self", &[("A", "1"), ("B", "1")])),
    ] {
        let said = refused(officer, &bloc.in_year_of(2025, rest), &body);
        assert_eq!((&said["code"], &said["unit"]), (&json!("ended"), &json!(gone)), "{rest}: {said}");
        assert_eq!((&said["cause"], &said["successors"]), (&json!("merged"), &json!([merged])), "{rest}");
    }
    let scored = scores(gone, "bloc", &[("A", "1"), ("B", "1")]);
    let excluded = json!({"unit": gone, "cause": "other", "reason": "Lý do"});
    for (client, rest, body) in [
        (&bloc.members[0].officer, "scores", scored),
        (&bloc.official, "exclusions", excluded),
        (&bloc.official, "leaderships", json!({"leader": gone})),
    ] {
        let said = refused(client, &bloc.in_year_of(2025, rest), &body);
        assert_eq!(said["code"], "ended", "{rest}: {said}");
    }
    assert_eq!(bloc.head(), before, "a refusal was recorded");
    // What counts from before the end is still taken in late, and the members of the year are those who are there.
    let late = json!({"unit": gone, "effective_on": "2025-06-30"});
    officer.record(&bloc.in_year_of(2025, "registrations"), &late);
    let members = bloc.public.read(&format!("/v1/units?bloc={}", bloc.id));
    assert_eq!(
        items(&members).iter().map(|unit| &unit["id"]).collect::<Vec<_>>(),
        [&json!(bloc.members[0].unit)]
    );
    let year = bloc.public.read(&bloc.in_year_of(2025, ""));
    let member = |unit: Uuid| {
        let found = year["units"].as_array().expect("units").iter().find(|row| row["unit"] == json!(unit));
        found.map(|row| row["member"].clone())
    };
    assert_eq!(member(bloc.members[0].unit), Some(json!(true)));
    assert_eq!(member(gone), Some(json!(false)), "what it filed before stays in the book");
}

#[test]
fn a_bloc_is_rearranged_after_the_reform() {
    let bloc = Bloc::with_members(3);
    let (province, khoi) = (fresh_id(), fresh_id());
    let record = |path: &str, body: Value| bloc.registrar.record(path, &body);
    let basis = json!({"documents": ["20/QĐ-UBND"]});
    for (id, name, kind) in [(province, "Cụm thi đua số 1", "cum"), (khoi, "Khối thi đua các hội", "khoi")]
    {
        let body = json!({"id": id, "name": {"vi": name}, "kind": kind, "level": "province", "effective_on": REFORM,
                          "basis": basis});
        record("/v1/blocs", body);
    }
    let nested = json!({"within": province, "effective_on": REFORM, "basis": basis});
    record(&format!("/v1/blocs/{khoi}/nestings"), nested);
    let described = json!({"category": "Các tổ chức hội", "zone": "Vùng động lực", "effective_on": REFORM});
    record(&format!("/v1/blocs/{khoi}/descriptions"), described);
    let moving: Vec<_> = bloc.members.iter().map(|member| member.unit).collect();
    let moved = json!({"units": moving, "from": bloc.id, "reason": "Sắp xếp lại", "effective_on": REFORM, "basis": basis});
    let answer = record(&format!("/v1/blocs/{khoi}/transfers"), moved);
    assert_eq!(answer.json()["type"], "vn.thidua.bloc.units_moved_in.v1");
    let dissolved =
        json!({"reason": "Sắp xếp lại", "successors": [khoi], "effective_on": REFORM, "basis": basis});
    record(&format!("/v1/blocs/{}/dissolutions", bloc.id), dissolved);

    for (id, member, other) in [(bloc.id, "moved_to", khoi), (khoi, "moved_from", bloc.id)] {
        let memberships = bloc.public.read(&format!("/v1/blocs/{id}/memberships"));
        assert_eq!(items(&memberships).len(), 3);
        assert!(items(&memberships).iter().all(|one| one[member] == json!(other)), "{memberships}");
    }
    let count =
        |on: &str, id: Uuid| bloc.public.read(&format!("/v1/blocs/{id}?on={on}"))["member_count"].clone();
    assert_eq!((count("2025-06-30", bloc.id), count("2025-06-30", khoi)), (json!(3), json!(0)));
    assert_eq!((count(REFORM, bloc.id), count(REFORM, khoi)), (json!(0), json!(3)));
    let unit = bloc.public.read(&format!("/v1/units/{}", moving[0]));
    assert_eq!(unit["memberships"].as_array().map(Vec::len), Some(2), "both times in blocs");

    let tree = bloc.public.read(&format!("/v1/blocs/{province}/tree"));
    assert_eq!(tree["tree"]["blocs"][0]["bloc"], json!(khoi));
    assert_eq!(tree["tree"]["blocs"][0]["zone"], "Vùng động lực");
    assert_eq!(bloc.public.read(&format!("/v1/blocs/{khoi}/tree"))["above"][0]["bloc"], json!(province));
    let before = bloc.public.read(&format!("/v1/blocs/{province}/tree?on=2025-06-30"));
    assert_eq!(before["tree"]["blocs"], json!([]));
    let old = bloc.public.read(&format!("/v1/blocs/{}", bloc.id));
    assert_eq!((&old["ended"]["on"], &old["ended"]["successors"][0]["bloc"]), (&json!(REFORM), &json!(khoi)));
    let found = bloc.public.read("/v1/blocs?category=to%20chuc%20hoi&zone=dong%20luc");
    assert_eq!(items(&found).iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&json!(khoi)]);
    let there = bloc.public.read("/v1/blocs?on=2026-01-01");
    assert_eq!(items(&there).len(), 2, "the dissolved one is not there any more");
}

#[test]
fn a_unit_runs_blocs_of_its_own_sub_units_by_delegation() {
    let bloc = Bloc::with_members(2);
    let department = register(&bloc.registrar, "Sở Giáo dục và Đào tạo");
    grant(&bloc.registrar, "so-gddt", &json!({"unit_officer": {"unit": department}}));
    let officer = bloc.server.client(&bloc.place.token("so-gddt", OFFICER_SCOPES));
    let path = format!("/v1/blocs/{}/years", bloc.id);
    let open =
        |year: u16| officer.ask(Method::POST, &path).key(&fresh_key()).json(&json!({"year": year})).send();
    assert_eq!(open(2024).code(), "missingPermission");
    let delegations = format!("/v1/blocs/{}/delegations", bloc.id);
    bloc.registrar.record(&delegations, &json!({"to": department, "basis": {"documents": ["1306/QĐ-UBND"]}}));
    let opened = open(2024);
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert_eq!(opened.json()["actorunit"], json!(department), "in the name of the unit it was left to");
    let shown = bloc.public.read(&format!("/v1/blocs/{}", bloc.id));
    assert_eq!(shown["run_by"]["name"]["vi"], "Sở Giáo dục và Đào tạo");
    let elsewhere = fresh_id();
    let other = json!({"id": elsewhere, "name": {"vi": "Khối khác"}, "kind": "khoi", "level": "unit"});
    bloc.registrar.record("/v1/blocs", &other);
    let there = refused(&officer, &format!("/v1/blocs/{elsewhere}/years"), &json!({"year": 2024}));
    assert_eq!(there["code"], "missingPermission", "only in the bloc that was left to it");
    bloc.registrar.record(&delegations, &json!({}));
    assert_eq!(open(2025).code(), "missingPermission", "taken back");
}

#[test]
fn an_alias_has_its_time_and_is_found_for_ever() {
    let bloc = Bloc::with_members(0);
    let alias = json!({"alias": {"vi": "Khối giao ước thi đua các tổ chức Hội"}, "effective_on": "2018-12-01",
                       "until": "2019-07-11"});
    bloc.registrar.record(&format!("/v1/blocs/{}/aliases", bloc.id), &alias);
    let on = |day: &str| bloc.public.read(&format!("/v1/blocs/{}?on={day}", bloc.id))["aliases"].clone();
    assert_eq!(on("2019-07-10").as_array().map(Vec::len), Some(1));
    assert_eq!(on("2019-07-11"), json!([]));
    let found = bloc.public.read("/v1/blocs?q=giao%20uoc");
    assert_eq!(items(&found)[0]["alias_periods"][0]["until"], "2019-07-11");
}
