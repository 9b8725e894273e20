//! Scoring with eyes open, told over HTTP: a score is queried and explained, a unit objects, the ruling leads to a corrected
//! standing, every version can be read again; a moved deadline says whom it served; peers' scores lie side by side.

use crate::support::{
    Answer, Client,
    bloc::{Bloc, YEAR, regulation},
    client::fresh_key,
    whole_year::scores,
};
use reqwest::Method;
use serde_json::{Value, json};

fn post(bloc: &Bloc, client: &Client, rest: &str, body: &Value) -> Answer {
    client.ask(Method::POST, &bloc.in_year(rest)).key(&fresh_key()).json(body).send()
}

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_score_is_queried_and_explained_by_who_gave_it() {
    let bloc = Bloc::with_members(3);
    let mut ruled = regulation();
    ruled["explanation_days"] = json!(3);
    bloc.open_year(&ruled);
    bloc.register_pledge_report();
    bloc.score_itself();
    bloc.score_by_bloc_and_official();
    let [first, second, third] = &bloc.members[..] else { panic!("three members") };
    let score = bloc.score_of(YEAR, third.unit, "bloc");
    let query =
        json!({"score": score, "criterion": "B", "asked_by": second.unit, "text": "Vì sao chỉ 30,25 điểm?"});
    let asked = id(&second.officer.record(&bloc.in_year("score-queries"), &query));
    let open = &bloc.public.read(&bloc.in_year("score-queries"))["items"][0];
    assert_eq!((&open["unit"], &open["asked_of"]), (&json!(third.unit), &json!(first.unit)));
    assert!(open["due"].is_string() && open["explained"].is_null(), "{open}");

    let explain = json!({"text": "Hai báo cáo chuyên đề không có minh chứng",
        "evidence": [{"title": "Biên bản kiểm tra chéo", "document": "12/BB-KTC"}]});
    let path = format!("score-queries/{asked}/explanations");
    let other = post(&bloc, &second.officer, &path, &explain);
    assert_eq!((other.status, other.code().as_str()), (403, "missingPermission"), "{}", other.text);
    first.officer.record(&bloc.in_year(&path), &explain);
    let answered = &bloc.public.read(&bloc.in_year("score-queries"))["items"][0];
    assert_eq!(answered["explanation"], "Hai báo cáo chuyên đề không có minh chứng");
    assert_eq!(answered["explained"]["late"], false);
    assert_eq!(post(&bloc, &first.officer, &path, &explain).code(), "ended");
}

#[test]
fn an_objection_after_the_ranking_leads_to_a_new_one_and_the_old_can_still_be_read() {
    let bloc = Bloc::with_members(3);
    let mut ruled = regulation();
    ruled["objection_days"] = json!(5);
    ruled["ruling_days"] = json!(7);
    bloc.open_year(&ruled);
    bloc.up_to_the_score_table();
    bloc.hold_ballot("leading_unit", 1);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    let [first, _, third] = &bloc.members[..] else { panic!("three members") };
    let before = standing(&bloc);
    let ranking = before["adopted"]["event"].clone();
    assert_eq!((&before["under_objection"], &before["rows"][2]["unit"]), (&json!(false), &json!(third.unit)));

    let objection =
        json!({"unit": third.unit, "against": ranking, "text": "Tiêu chí B: đã nộp đủ báo cáo chuyên đề"});
    let lodged = id(&third.officer.record(&bloc.in_year("objections"), &objection));
    let now = standing(&bloc);
    assert_eq!((&now["under_objection"], &now["rows"][2]["under_objection"]), (&json!(true), &json!(true)));
    assert_eq!(now["rows"][0]["under_objection"], false);
    assert_eq!(post(&bloc, &third.officer, "objections", &objection).code(), "alreadyExists");

    let ruling = json!({"outcome": "upheld", "reason": "Minh chứng đầy đủ, chấm lại 39 điểm"});
    let path = format!("objections/{lodged}/rulings");
    assert_eq!(post(&bloc, &third.officer, &path, &ruling).status, 403, "nobody rules for itself");
    let ruled = id(&first.officer.record(&bloc.in_year(&path), &ruling));
    let names = |corrects: &Value| json!({"corrects": corrects, "reason": "Theo kết luận", "ruling": ruled});
    let mut again = scores(third.unit, "bloc", &[("A", "60"), ("B", "39")]);
    again["correction"] = names(&bloc.score_of(YEAR, third.unit, "bloc"));
    first.officer.record(&bloc.in_year("scores"), &again);
    let table = bloc.public.read(&bloc.in_year(""))["score_table"]["event"].clone();
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({"correction": names(&table)}));
    bloc.leader().record(&bloc.in_year("rankings"), &json!({"correction": names(&ranking)}));

    let after = standing(&bloc);
    assert_eq!((&after["rows"][0]["unit"], &after["rows"][0]["total"]), (&json!(third.unit), &json!("98.5")));
    assert_eq!(
        (&after["under_objection"], &after["objections"][0]["outcome"]),
        (&json!(false), &json!("upheld"))
    );
    assert_eq!(after["objections"][0]["effects"].as_array().map(Vec::len), Some(3), "score, table, ranking");
    assert_eq!(after["replaced"][0]["event"], ranking);
    let position = after["replaced"][0]["position"].as_u64().expect("a position") + 1;
    let then = bloc.public.read(&bloc.in_year(&format!("standing?as_of_position={position}")));
    assert_eq!(then["rows"], before["rows"], "as it was adopted first");
}

fn standing(bloc: &Bloc) -> Value {
    bloc.public.read(&bloc.in_year("standing"))
}

#[test]
fn a_deadline_moved_after_it_passed_is_moved_by_the_body_above_and_names_whom_it_saves() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    bloc.register_pledge_report();
    let moved = |to: &str| json!({"step": "annual_report", "to": to, "reason": "Mưa lũ, mất điện"});
    let refused = post(&bloc, bloc.leader(), "deadlines", &moved("2019-12-15"));
    assert_eq!((refused.status, refused.code().as_str()), (409, "deadlineOver"), "{}", refused.text);
    let today = crate::support::client::now().day();
    let changed = bloc.official.record(&bloc.in_year("deadlines"), &moved(&today.plus_days(1).to_string()));
    let all = json!(bloc.members.iter().map(|member| member.unit).collect::<std::collections::BTreeSet<_>>());
    assert_eq!(changed.json()["data"]["benefited"], all);
    let year = bloc.public.read(&bloc.in_year(""));
    assert_eq!(year["units"][0]["annual_report"]["late"], false, "late until then, in time since");
    let shown = &bloc.public.read(&bloc.in_year("deadlines"))["items"][0];
    assert_eq!((&shown["benefited"], &shown["after_expiry"]), (&all, &json!(true)));
    assert_eq!(shown["from"], "2019-11-15T16:59:59.999Z");
    assert!(shown["moved_by"].is_null(), "the body above: {shown}");
    bloc.leader().record(&bloc.in_year("deadlines"), &moved(&today.plus_days(5).to_string()));
    let items = bloc.public.read(&bloc.in_year("deadlines"));
    assert_eq!(items["items"][1]["moved_by"], json!(bloc.members[0].unit));
}

#[test]
fn what_units_gave_one_another_lies_side_by_side() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    bloc.register_pledge_report();
    bloc.score_itself();
    bloc.score_by_bloc_and_official();
    let [first, second, third] = &bloc.members[..] else { panic!("three members") };
    let matrix = bloc.public.read(&bloc.in_year("peer-matrix"));
    let cells: Vec<_> = matrix["cells"].as_array().into_iter().flatten().collect();
    assert_eq!(cells.len(), 3, "the deputy scored the leader, the leader the others: {matrix}");
    let of = |unit| *cells.iter().find(|cell| cell["receiver"] == json!(unit)).expect("a score");
    assert_eq!((&of(first.unit)["giver"], &of(first.unit)["total"]), (&json!(second.unit), &json!("93.5")));
    assert_eq!(of(third.unit)["giver"], json!(first.unit));
    assert_eq!(matrix["received"][0]["self_score"], "100");
    assert_eq!(matrix["with_self_scores"], json!({"count": 3}), "every unit gave itself 100");
    assert_eq!((&matrix["mutual"], &matrix["outlier_at"]), (&json!([]), &json!("3.5")));
}
