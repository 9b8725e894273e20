//! The order of selection, told over HTTP as it was asked in Ninh Thuận: may a bloc only vote? It may not (Decision
//! 24/2011/QĐ-UBND, item H.1): scores come first, the leading unit is consulted on, and it is chosen from the highest scores.

use crate::support::{
    Client,
    bloc::{Bloc, YEAR},
    client::fresh_key,
    whole_year::scores,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A bloc of three in a year under the order of Ninh Thuận.
fn ninh_thuan() -> Bloc {
    let bloc = Bloc::with_members(3);
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": YEAR}));
    let led = json!({"leader": bloc.members[0].unit, "deputy": bloc.members[1].unit});
    bloc.official.record(&bloc.in_year("leaderships"), &led);
    let adopted = json!({"preset": "ninh-thuan-24-2011", "basis": {"documents": ["24/2011/QĐ-UBND"]}});
    bloc.official.record(&bloc.in_year("regulations"), &adopted);
    bloc
}

/// Asks for something that must be refused, and that leaves no trace.
fn refused(bloc: &Bloc, client: &Client, rest: &str, body: &Value) -> Value {
    let head = bloc.head();
    let answer = client.ask(Method::POST, &bloc.in_year(rest)).key(&fresh_key()).json(body).send();
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(bloc.head(), head, "a refusal was recorded");
    answer.json()
}

fn missing(said: &Value) -> Vec<&str> {
    assert_eq!(said["code"], "outOfOrder", "{said}");
    said["missing"].as_array().expect("steps").iter().filter_map(|gap| gap["step"].as_str()).collect()
}

/// Each unit scores itself 95; the leader gives 90, 96 and 80 after the cross-check.
fn everyone_is_scored(bloc: &Bloc) {
    for member in &bloc.members {
        member.officer.record(&bloc.in_year("scores"), &scores(member.unit, "self", &[("NT", "95")]));
    }
    for (index, points) in ["90", "96", "80"].into_iter().enumerate() {
        let scorer = &bloc.members[usize::from(index == 0)].officer;
        scorer.record(&bloc.in_year("scores"), &scores(bloc.members[index].unit, "bloc", &[("NT", points)]));
    }
}

#[test]
fn a_bloc_that_only_votes_is_told_what_comes_first_and_the_best_alone_may_stand() {
    let bloc = ninh_thuan();
    let (best, second) = (bloc.members[1].unit, bloc.members[0].unit);
    let vote = json!({"question": "leading_unit"});
    let said = refused(&bloc, bloc.leader(), "ballots", &vote);
    assert_eq!(missing(&said), ["self_score", "bloc_score", "score_table", "consultation"]);
    let consulted = |unit| json!({"agreed": [unit], "text": "Hội nghị giới thiệu đơn vị dẫn đầu"});
    let said = refused(&bloc, bloc.leader(), "consultations", &consulted(best));
    assert_eq!(missing(&said), ["self_score", "bloc_score", "score_table"]);

    everyone_is_scored(&bloc);
    assert_eq!(missing(&refused(&bloc, bloc.leader(), "ballots", &vote)), ["score_table", "consultation"]);
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    assert_eq!(missing(&refused(&bloc, bloc.leader(), "ballots", &vote)), ["consultation"]);
    let said = refused(&bloc, bloc.leader(), "consultations", &consulted(second));
    assert_eq!(
        (&said["code"], &said["because"]),
        (&json!("candidateNotAdmitted"), &json!("not_among_highest_scores"))
    );
    bloc.leader().record(&bloc.in_year("consultations"), &consulted(best));
    let held = bloc.public.read(&bloc.in_year("consultations"));
    assert_eq!(held["items"][0]["data"]["text"], "Hội nghị giới thiệu đơn vị dẫn đầu");

    let named = json!({"question": "leading_unit", "candidates": [second]});
    assert_eq!(refused(&bloc, bloc.leader(), "ballots", &named)["code"], "candidateNotAdmitted");
    let ballot = bloc.hold_ballot("leading_unit", 1);
    let ballot = bloc.public.read(&bloc.in_year(&format!("ballots/{ballot}")));
    assert_eq!((&ballot["candidates"][0]["unit"], &ballot["secrecy"]), (&json!(best), &json!("secret")));
    assert_eq!(ballot["candidates"].as_array().map(Vec::len), Some(1));
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    assert_eq!(bloc.public.read(&bloc.in_year("standing"))["leading_unit"], json!(best));
}

#[test]
fn the_council_has_the_last_word_and_the_bloc_s_result_stays_beside_it() {
    let bloc = ninh_thuan();
    everyone_is_scored(&bloc);
    let [first, best, _] = [0, 1, 2].map(|index: usize| bloc.members[index].unit);
    let decided = json!({"council": "Hội đồng Thi đua - Khen thưởng tỉnh", "members": 15, "in_favour": 12, "against": 2,
        "in_writing": 1, "leading_unit": first, "changes": [
            {"unit": best, "cut": true, "reason": "Có đơn thư đang được xác minh"},
            {"unit": first, "rank": 1, "reason": "Thay đơn vị bị cắt"}]});
    assert_eq!(
        missing(&refused(&bloc, &bloc.official, "council-decisions", &decided)).last(),
        Some(&"ranking")
    );
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    let consulted = json!({"agreed": [best], "text": "Thống nhất"});
    bloc.leader().record(&bloc.in_year("consultations"), &consulted);
    bloc.hold_ballot("leading_unit", 1);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    bloc.official.record(&bloc.in_year("council-decisions"), &decided);

    let standing = bloc.public.read(&bloc.in_year("standing"));
    assert_eq!((&standing["leading_unit"], &standing["rows"][0]["unit"]), (&json!(best), &json!(best)));
    let council = &standing["council"];
    assert_eq!((&council["outcome"], &council["leading_unit"]), (&json!("cut"), &json!(first)));
    assert_eq!(council["changes"][0]["reason"], "Có đơn thư đang được xác minh");
    assert_eq!(council["ranking"], standing["adopted"]["event"]);
    assert_eq!(bloc.public.read(&bloc.in_year("council-decisions")), *council);
    assert_eq!(refused(&bloc, &bloc.official, "council-decisions", &decided)["code"], "alreadyDone");
    let mut kept = decided;
    kept["changes"] = json!([]);
    kept.as_object_mut().expect("an object").remove("leading_unit");
    kept["correction"] = json!({"corrects": council["filed"]["event"], "reason": "Đơn thư sai sự thật"});
    bloc.official.record(&bloc.in_year("council-decisions"), &kept);
    let standing = bloc.public.read(&bloc.in_year("standing"));
    assert_eq!(
        (&standing["council"]["outcome"], &standing["council"]["leading_unit"]),
        (&json!("kept"), &json!(best))
    );
}
