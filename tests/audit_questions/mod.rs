//! What an auditor asks of a year, each answered by one request on a story that gives it something to find: how a number came
//! about, who changed it, who was late, which rules were used, how the ballot stood to the scores, who scored the leader, who
//! wins by turns.

mod explained;

use crate::support::{
    bloc::{Bloc, YEAR, regulation},
    dossiers::{decision, on},
    whole_year::scores,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The usual rules with a penalty for a late annual report, and the paper they rest on.
fn rules() -> Value {
    let mut rules = regulation();
    rules["sources"] =
        json!([{"number": "24/2011/QĐ-UBND", "title": "Quy chế tổ chức khối thi đua", "article": "Mục H.1"}]);
    rules["sheet"]["penalties"] =
        json!([{"step": "annual_report", "when": "late", "criterion": "P", "points": "0.5"}]);
    rules
}

/// Three members up to the official's scores; all reports are years late.
fn scored() -> Bloc {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&rules());
    bloc.register_pledge_report();
    bloc.score_itself();
    bloc.score_by_bloc_and_official();
    bloc
}

fn ranked() -> Bloc {
    let bloc = scored();
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    bloc.hold_ballot("leading_unit", 1);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    bloc
}

/// Another score in the place of the one that stands.
fn corrects(bloc: &Bloc, member: usize, points: &[(&str, &str)], reason: &str) {
    let unit = bloc.members[member].unit;
    let mut paper = scores(unit, "bloc", points);
    paper["correction"] = json!({"corrects": bloc.score_of(YEAR, unit, "bloc"), "reason": reason});
    bloc.members[usize::from(member == 0)].officer.record(&bloc.in_year("scores"), &paper);
}

fn read(bloc: &Bloc, rest: &str) -> Value {
    bloc.public.read(&bloc.in_year(rest))
}

fn items(answer: &Value) -> Vec<&Value> {
    answer["items"].as_array().expect("items").iter().collect()
}

#[test]
fn question_1_every_change_of_a_score_says_who_when_from_to_and_why() {
    let bloc = scored();
    let third = bloc.members[2].unit;
    corrects(&bloc, 2, &[("A", "50"), ("B", "39")], "Minh chứng bổ sung");
    let told = read(&bloc, &format!("score-changes?unit={third}&criterion=B"));
    let changes: Vec<_> = items(&told)
        .iter()
        .map(|one| (one["scorer"].clone(), one["from"].clone(), one["to"].clone()))
        .collect();
    let none = Value::Null;
    assert_eq!(
        changes,
        [
            (json!("self"), none.clone(), json!("40")),
            (json!("bloc"), none, json!("30.25")),
            (json!("bloc"), json!("30.25"), json!("39")),
        ]
    );
    let last = items(&told)[2].clone();
    assert_eq!(
        (&last["given_by"], &last["reason"]),
        (&json!(bloc.members[0].unit), &json!("Minh chứng bổ sung"))
    );
    assert_eq!(
        last["explanation"]["vi"],
        "Hội C: tiêu chí B do khối chấm (Hội A) đổi từ 30.25 thành 39, vì: Minh chứng bổ sung."
    );
    let unchanged = read(&bloc, &format!("score-changes?unit={third}&criterion=A"));
    assert_eq!(items(&unchanged).len(), 2, "A was given again as it was: no change");
    let before = last["position"].as_u64().expect("a position");
    let then = read(&bloc, &format!("score-changes?unit={third}&criterion=B&as_of_position={before}"));
    assert_eq!(items(&then).len(), 2);
}

#[test]
fn question_2_the_standing_then_and_now_differ_by_facts_that_are_named() {
    let bloc = ranked();
    let then = bloc.head();
    let same = read(&bloc, &format!("standing/changes?since_position={then}"));
    assert_eq!((&same["items"], &same["causes"]), (&json!([]), &json!([])));
    corrects(&bloc, 2, &[("A", "60"), ("B", "39")], "Theo kết luận");
    for what in ["score_table", "ranking"] {
        let fact = read(&bloc, "")[what]["event"].clone();
        let path = bloc.in_year(if what == "ranking" { "rankings" } else { "score-tables" });
        bloc.leader().record(&path, &json!({"correction": {"corrects": fact, "reason": "Theo kết luận"}}));
    }
    let told = read(&bloc, &format!("standing/changes?since_position={then}"));
    assert_eq!((&told["from_stage"], &told["to_stage"]), (&json!("final"), &json!("final")));
    let third = items(&told)[0];
    assert_eq!(
        (&third["unit"], &third["before"]["rank"], &third["after"]["rank"]),
        (&json!(bloc.members[2].unit), &json!(3), &json!(1))
    );
    let differs: Vec<_> = third["criteria"]
        .as_array()
        .expect("criteria")
        .iter()
        .map(|one| (&one["from"], &one["to"]))
        .collect();
    assert_eq!(differs, [(&json!("50"), &json!("60")), (&json!("30.25"), &json!("39"))]);
    assert_eq!(third["criteria"][0]["causes"], json!([bloc.score_of(YEAR, bloc.members[2].unit, "bloc")]));
    assert_eq!(
        third["explanation"]["vi"],
        "Hội C: trước hạng 3 với 79.75 điểm, sau hạng 1 với 98.5 điểm; A 50 → 60, B 30.25 → 39, qua 1 sự kiện của đơn vị."
    );
    let others = &items(&told)[1..];
    assert_eq!(others.len(), 2, "the two that fell back");
    assert!(
        others.iter().all(|one| one["criteria"] == json!([]) && one["causes"] == json!([])),
        "{others:?}"
    );
    let causes: Vec<_> =
        told["causes"].as_array().expect("facts").iter().map(|one| one["event_type"].as_str()).collect();
    assert_eq!(causes, [Some("year.score_table_adopted"), Some("year.ranking_adopted")]);
}

#[test]
fn question_3_who_was_late_and_whether_all_were_penalised_alike() {
    let bloc = scored();
    let told = read(&bloc, "lateness");
    assert_eq!(items(&told).len(), 3);
    let rule = &told["rules"][0];
    assert_eq!((&rule["found"], &rule["taken"], &rule["equal"]), (&json!(3), &json!(3), &json!(true)));
    let first = items(&told)[0];
    let due: domain::Timestamp = serde_json::from_value(first["filed"]["due"].clone()).expect("a time");
    let got: domain::Timestamp =
        serde_json::from_value(first["filed"]["recorded_at"].clone()).expect("a time");
    let seconds = first["late_seconds"].as_i64().expect("seconds");
    assert_eq!(seconds, (got.millis() - due.millis()) / 1000, "by the server's receipt");
    assert_eq!((&first["step"], &first["state"]), (&json!("annual_report"), &json!("confirmed")));

    let third = bloc.members[2].unit;
    let mut spared = scores(third, "official", &[("P", "0")]);
    spared["correction"] =
        json!({"corrects": bloc.score_of(YEAR, third, "official"), "reason": "Có lý do chính đáng"});
    bloc.official.record(&bloc.in_year("scores"), &spared);
    let rule = read(&bloc, "lateness")["rules"][0].clone();
    assert_eq!((&rule["taken"], &rule["waived"], &rule["equal"]), (&json!(2), &json!(1), &json!(false)));
}

#[test]
fn question_5_the_version_used_stands_beside_the_one_adopted_first() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&rules());
    let mut changed = rules();
    changed["classes"][0]["at_least"] = json!("93.25");
    bloc.official.record(&bloc.in_year("regulations"), &json!({"regulation": changed}));
    assert_eq!(read(&bloc, "regulation-use")["explanation"]["vi"], "Chưa chấm điểm.");
    bloc.up_to_the_score_table();
    let told = read(&bloc, "regulation-use");
    assert_eq!((&told["scored_under"], &told["score_table_under"]), (&json!(2), &json!(2)));
    assert_eq!(
        (&told["same_as_first"], &told["versions"].as_array().map(Vec::len)),
        (&json!(false), &Some(2))
    );
    let change = &told["changes"][0];
    assert_eq!(
        (&change["meaning"], &change["before"], &change["after"]),
        (&json!("threshold_changed"), &json!("90"), &json!("93.25"))
    );
    assert_eq!(
        told["explanation"]["vi"],
        "Chấm điểm theo quy chế lần 2, có 1 thay đổi so với lần 1 đầu năm."
    );
    assert_eq!(read(&scored(), "regulation-use")["same_as_first"], true);
}

#[test]
fn questions_6_and_9_the_ballot_beside_the_scores_and_its_majority_with_the_article() {
    let bloc = ranked();
    let table = read(&bloc, "")["score_table"]["event"].clone();
    // A table adopted after the ballot is not the one it rested on.
    bloc.leader().record(
        &bloc.in_year("score-tables"),
        &json!({"correction": {"corrects": table, "reason": "In lại"}}),
    );
    let told = read(&bloc, "ballots");
    let basis = &items(&told)[0]["basis"];
    assert_eq!((&basis["score_table"]["event"], &basis["top_scorers"]), (&table, &json!(true)));
    assert_eq!((&basis["scores"][0]["total"], &basis["scores"][0]["above"]), (&json!("93"), &json!(1)));
    let majority = &basis["majority"];
    assert_eq!((&majority["base_count"], &majority["needed"]), (&json!(3), &json!(2)));
    assert_eq!((&majority["sources"][0]["article"], &majority["sourced"]), (&json!("Mục H.1"), &json!(true)));
    let said = basis["explanation"]["vi"].as_str().expect("a sentence");
    assert!(
        said.ends_with(
            "ứng viên là các đơn vị điểm cao nhất; phải đạt quá 50% số đã bỏ phiếu (3), tức 2 phiếu."
        ),
        "{said}"
    );
    assert!(said.starts_with("Mở sau khi thông qua bảng điểm"), "{said}");
}

#[test]
fn question_10_the_tie_break_that_was_used_is_named_with_its_numbers() {
    let bloc = scored();
    corrects(&bloc, 1, &[("A", "58.5"), ("B", "35")], "Chấm lại");
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    let tied = read(&bloc, "standing/explain");
    assert_eq!(tied["units"][0]["comparisons"][0]["by"], "nothing");
    bloc.hold_ballot("leading_unit", 1);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    let told = read(&bloc, "standing/explain");
    let won = &told["units"][0]["comparisons"][0];
    assert_eq!((&won["by"], &won["tie_break"]), (&json!("tie_break"), &json!("votes")));
    assert_eq!((&won["own"], &won["other"]), (&json!("3"), &json!("0")));
    assert_eq!(won["explanation"]["vi"], "trước Hội A (bằng điểm; số phiếu 3 so với 0)");
    assert_eq!(told["units"][1]["comparisons"][0]["own"], "0");
}

#[test]
fn question_11_the_leader_was_scored_by_another() {
    let bloc = scored();
    let told = read(&bloc, "recusals");
    assert_eq!(told["any_by_itself"], false);
    let by_bloc = |unit: Uuid| {
        let found =
            items(&told).into_iter().find(|one| one["unit"] == json!(unit) && one["scorer"] == "bloc");
        found.map(|one| (one["office"].clone(), one["given_by"].clone(), one["by_itself"].clone()))
    };
    let [leader, deputy, other] = [0, 1, 2].map(|at: usize| bloc.members[at].unit);
    assert_eq!(by_bloc(leader), Some((json!("leader"), json!(deputy), json!(false))));
    assert_eq!(by_bloc(deputy), Some((json!("deputy"), json!(leader), json!(false))));
    assert_eq!(by_bloc(other), None, "it holds no office");
    assert_eq!(items(&told)[0]["filed"]["late"], false);
}

/// A year in which the official alone scores; who gets more leads.
fn short_year(bloc: &Bloc, year: u16, best: usize) {
    let mut rules = rules();
    rules["sheet"]["parts"] = json!([{"name": {"vi": "Nội dung"}, "kind": "contents", "criteria": [
        {"id": "A", "name": {"vi": "Nhiệm vụ"}, "max": "100", "scored_by": ["official"]}]}]);
    rules["sheet"]["counts"] = json!(["official"]);
    rules["sheet"]["penalties"] = json!([]);
    rules["procedure"] = json!([{"step": "official_score", "required": true},
        {"step": "score_table", "required": true}, {"step": "ranking", "required": true}]);
    rules["leadership"] = json!({"method": "designation"});
    rules["tie_breaks"] = json!([]);
    rules.as_object_mut().expect("an object").remove("ballot");
    let path = |rest: &str| bloc.in_year_of(year, rest);
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": year}));
    bloc.official.record(&path("leaderships"), &json!({"leader": bloc.members[0].unit}));
    bloc.official.record(&path("regulations"), &json!({"regulation": rules}));
    for (index, member) in bloc.members.iter().enumerate() {
        let points = if index == best { "99" } else { ["80", "70", "60"][index] };
        bloc.official.record(&path("scores"), &scores(member.unit, "official", &[("A", points)]));
    }
    bloc.official.record(&path("score-tables"), &json!({}));
    bloc.official.record(&path("rankings"), &json!({}));
}

#[test]
fn question_13_who_won_in_the_last_years_and_whether_they_take_turns() {
    let bloc = Bloc::with_members(3);
    for (year, best) in [(YEAR, 0), (YEAR + 1, 1), (YEAR + 2, 2), (YEAR + 3, 0), (YEAR + 4, 1), (YEAR + 5, 2)]
    {
        short_year(&bloc, year, best);
    }
    let flag = bloc.approved("PROVINCE_FLAG", bloc.members[0].unit);
    bloc.official.record(&on(flag, "decisions"), &decision());
    let winners = |query: &str| bloc.public.read(&format!("/v1/blocs/{}/winners{query}", bloc.id));
    let told = winners("");
    let years: Vec<_> = items(&told).iter().map(|row| row["year"].clone()).collect();
    assert_eq!(years, [YEAR + 1, YEAR + 2, YEAR + 3, YEAR + 4, YEAR + 5], "the last five");
    assert_eq!(told["leading_units"]["period"], 3);
    assert_eq!(
        told["leading_units"]["explanation"]["vi"],
        "5 lần, 3 đơn vị; cứ 3 lần lại lặp đúng thứ tự cũ."
    );
    assert_eq!(told["leaders"]["wins"], json!([{"unit": bloc.members[0].unit, "wins": 5}]));
    assert!(told["leaders"]["period"].is_null(), "one that always leads takes no turns");
    let all = winners("?years=10");
    let first = items(&all)[0];
    assert_eq!((&first["leader_won"], &first["leading_unit"]), (&json!(true), &json!(bloc.members[0].unit)));
    assert_eq!(
        (&first["flags"][0]["award"], &first["flags"][0]["commendation"]),
        (&json!("PROVINCE_FLAG"), &json!(flag))
    );
    assert_eq!(items(&all)[1]["leader_won"], false);
}
