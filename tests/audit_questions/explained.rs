//! Every number of a standing, explained down to who gave it.

use super::{corrects, ranked, read, scored};
use crate::support::{
    bloc::{Bloc, regulation},
    whole_year::scores,
};
use serde_json::{Value, json};

fn hundredths(points: &Value) -> i64 {
    points.as_str().expect("points").parse::<domain::Points>().expect("points").hundredths()
}

/// Adds an explanation up, from the givers to the total, as a reader would.
fn adds_up(unit: &Value) -> i64 {
    let parts = unit["parts"].as_array().expect("parts").iter().map(|part| {
        let terms = part["terms"].as_array().expect("terms").iter().filter(|term| term["within"].is_null());
        let sum: i64 = terms
            .map(|term| {
                let entries = term["entries"].as_array().expect("entries").iter();
                let sum: i64 = entries.map(|entry| hundredths(&entry["points"])).sum();
                assert_eq!(sum, hundredths(&term["sum"]), "{term}");
                hundredths(&term["counted"])
            })
            .sum();
        assert_eq!(sum, hundredths(&part["sum"]), "{part}");
        let counted = hundredths(&part["counted"]);
        if part["kind"] == "penalty" { -counted } else { counted }
    });
    hundredths(&unit["base"]) + parts.sum::<i64>()
}

#[test]
fn every_number_of_the_standing_is_explained_by_facts_rules_and_arithmetic() {
    let bloc = ranked();
    let [standing, told] = ["standing", "standing/explain"].map(|rest| read(&bloc, rest));
    assert_eq!((&told["stage"], &told["adopted"]["event"]), (&json!("final"), &standing["adopted"]["event"]));
    assert_eq!(told["regulation"]["version"], 1);
    let units = told["units"].as_array().expect("units");
    for (row, unit) in standing["rows"].as_array().expect("rows").iter().zip(units) {
        assert_eq!((&row["unit"], &row["rank"]), (&unit["unit"], &unit["rank"]));
        assert_eq!(adds_up(unit), hundredths(&row["total"]), "{unit}");
        // The regulation, two scores that count, the late report, table and ranking: six facts.
        assert_eq!(unit["events"].as_array().map(Vec::len), Some(6), "{unit}");
    }
    assert_eq!(
        units[0]["explanation"]["vi"],
        "Hội B: 93.5 điểm = 94 − 0.5, theo quy chế lần 1; hạng 1: trước Hội A (tổng điểm 93.5 so với 93); \
         xếp loại A (đạt từ 90 điểm)."
    );
    assert_eq!(
        units[2]["explanation"]["en"],
        "Hội C: 79.75 points = 80.25 − 0.5, by version 1 of the regulation; rank 3: after Hội A (total 79.75 to 93); \
         class B (no lower threshold, below 90 of class A)."
    );
    let first = &units[0]["parts"][0]["terms"][0];
    assert_eq!(first["explanation"]["vi"], "A (Nhiệm vụ chính trị): khối chấm 59; tối đa 60.");
    assert_eq!(
        (&first["set_aside"][0]["scorer"], &first["set_aside"][0]["because"]),
        (&json!("self"), &json!("never_counts"))
    );
    assert_eq!(first["entries"][0]["shares"][0]["given"][0]["given_by"], json!(bloc.members[0].unit));
    assert_eq!(told["leading_unit"]["explanation"]["vi"], "Hội B dẫn đầu vì được 3 trên 3 phiếu.");

    let one = read(&bloc, &format!("standing/explain?unit={}", bloc.members[2].unit));
    assert_eq!(one["units"], json!([units[2]]));
    // A score given after the table is no part of what was ranked, then or now.
    corrects(&bloc, 2, &[("A", "60"), ("B", "39")], "Chấm lại");
    assert_eq!(read(&bloc, "standing/explain")["units"], told["units"]);
    let early = read(&bloc, &format!("standing/explain?as_of_position={}", told["counted_at"]));
    assert_eq!((&early["stage"], &early["units"][0]["total"]), (&json!("provisional"), &json!("93.5")));
}

#[test]
fn one_that_is_not_considered_and_one_that_nobody_scored_are_explained_too() {
    let bloc = scored();
    let [.., last] = &bloc.members[..] else { panic!("members") };
    let excluded = json!({"unit": last.unit, "cause": "own_request", "reason": "Đơn vị xin không xét"});
    bloc.official.record(&bloc.in_year("exclusions"), &excluded);
    let told = read(&bloc, "standing/explain");
    assert_eq!(told["units"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&told["not_considered"][0]["unit"], &told["not_considered"][0]["cause"]),
        (&json!(last.unit), &json!("own_request"))
    );
}

#[test]
fn what_peers_gave_is_told_giver_by_giver_with_what_was_dropped() {
    let bloc = Bloc::with_members(4);
    let mut rules = regulation();
    rules["sheet"]["parts"] = json!([{"name": {"vi": "Nội dung"}, "kind": "contents", "cap": "45", "criteria": [
        {"id": "A", "name": {"vi": "Nhiệm vụ"}, "max": "60", "scored_by": ["peer", "bloc"]}]}]);
    rules["sheet"]["scale"] = json!("45");
    rules["sheet"]["counts"] = json!(["peer", "bloc"]);
    rules["sheet"]["scorers"] = json!([{"scorer": "peer",
        "combine": {"method": {"trimmed_mean": {"lowest": 1, "highest": 1}}, "at_least": 3}}]);
    rules["procedure"] = json!([{"step": "bloc_score", "required": false}, {"step": "peer_score", "required": true},
        {"step": "score_table", "required": true}, {"step": "ranking", "required": true}]);
    rules["leadership"] = json!({"method": "rotation"});
    for member in ["ballot", "awards", "classes", "tie_breaks"] {
        rules.as_object_mut().expect("an object").remove(member);
    }
    bloc.open_year(&rules);
    let unit = bloc.members[1].unit;
    bloc.leader().record(&bloc.in_year("scores"), &scores(unit, "bloc", &[("A", "12")]));
    for (giver, points) in [(0, "60"), (2, "50"), (3, "0")] {
        let mut paper = scores(unit, "peer", &[("A", points)]);
        paper["given_by"] = json!(bloc.members[giver].unit);
        bloc.members[giver].officer.record(&bloc.in_year("scores"), &paper);
    }
    let told = read(&bloc, &format!("standing/explain?unit={unit}"));
    let part = &told["units"][0]["parts"][0];
    let term = &part["terms"][0];
    let given = term["entries"][0]["shares"][0]["given"].as_array().expect("givers");
    let kept: Vec<_> = given.iter().map(|one| (one["points"].as_str(), one["kept"].as_bool())).collect();
    assert_eq!(kept, [(Some("60"), Some(false)), (Some("50"), Some(true)), (Some("0"), Some(false))]);
    let facts = told["units"][0]["events"].as_array().expect("facts");
    let told_of = |one: &Value| facts.iter().any(|fact| fact["position"] == one["position"]);
    assert!(given.iter().all(told_of), "a fact that gave points is not told of: {facts:?}");
    assert_eq!(
        (&term["set_aside"][0]["scorer"], &term["set_aside"][0]["because"]),
        (&json!("bloc"), &json!("another_first"))
    );
    assert_eq!(
        term["explanation"]["vi"],
        "A (Nhiệm vụ): các đơn vị chấm chéo: trung bình cộng sau khi bỏ 1 điểm thấp nhất, 1 điểm cao nhất của 3 đơn vị \
         (60; 50; 0) = 50; tối đa 60."
    );
    assert_eq!(part["explanation"]["en"], "Nội dung: A 50 = 50; above the cap of 45, counts 45.");
    // What the leader gave beside is no peer's opinion.
    let matrix = read(&bloc, "peer-matrix");
    assert_eq!(matrix["cells"].as_array().map(Vec::len), Some(3), "{matrix}");
    assert!(matrix["cells"].as_array().into_iter().flatten().all(|cell| cell["total"] != "12"));
}
