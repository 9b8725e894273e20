//! Peers, lots, presence, versions.

use super::{issues, open, read, refused, row};
use crate::support::{
    bloc::{Bloc, regulation},
    client::fresh_id,
    whole_year::scores,
};
use serde_json::{Value, json};

/// The members score one another; the highest and the lowest of their scores are dropped.
fn by_peers() -> Value {
    let mut rules = regulation();
    rules["sheet"]["parts"] = json!([{"name": {"vi": "Nội dung"}, "kind": "contents", "criteria": [
        {"id": "A", "name": {"vi": "Nhiệm vụ chính trị"}, "max": "60", "scored_by": ["self", "peer"]},
        {"id": "B", "name": {"vi": "Công tác thi đua"}, "max": "40", "scored_by": ["self", "peer"]}]}]);
    rules["sheet"]["counts"] = json!(["peer"]);
    rules["sheet"]["scorers"] = json!([{"scorer": "peer", "name": {"vi": "Chấm chéo"},
        "combine": {"method": {"trimmed_mean": {"lowest": 1, "highest": 1}}, "at_least": 3}}]);
    rules["procedure"] = json!([
        {"step": "self_score", "required": true},
        {"step": "peer_score", "required": true},
        {"step": "score_table", "required": true},
        {"step": "ranking", "required": true}
    ]);
    rules["leadership"] = json!({"method": "rotation"});
    rules["tie_breaks"] = json!(["lots"]);
    rules.as_object_mut().expect("an object").remove("ballot");
    rules
}

fn score_all(bloc: &Bloc, given: &[[&str; 4]; 4]) {
    for member in &bloc.members {
        let own = scores(member.unit, "self", &[("A", "60"), ("B", "40")]);
        member.officer.record(&bloc.in_year("scores"), &own);
    }
    for (giver, row) in bloc.members.iter().zip(given) {
        for (member, points) in bloc.members.iter().zip(row).filter(|(_, points)| **points != "-") {
            let mut paper = scores(member.unit, "peer", &[("A", points), ("B", "40")]);
            paper["given_by"] = json!(giver.unit);
            giver.officer.record(&bloc.in_year("scores"), &paper);
        }
    }
}

#[test]
fn nobody_scores_its_own_unit_or_in_anothers_name_and_the_table_waits_for_the_peers() {
    let bloc = Bloc::with_members(2);
    open(&bloc, &json!({"regulation": by_peers()}));
    let [first, second] = &bloc.members[..] else { panic!("two members") };
    let mut own = scores(first.unit, "peer", &[("A", "60"), ("B", "40")]);
    own["given_by"] = json!(first.unit);
    first.officer.record(&bloc.in_year("scores"), &scores(first.unit, "self", &[("A", "60"), ("B", "40")]));
    refused(&bloc, &first.officer, "scores", &own, (403, "conflictOfInterest"));
    own["given_by"] = json!(second.unit);
    refused(&bloc, &first.officer, "scores", &own, (403, "missingPermission"));
    let mut leader = scores(second.unit, "self", &[("A", "60"), ("B", "40")]);
    leader["given_by"] = json!(second.unit);
    let said = refused(&bloc, &second.officer, "scores", &leader, (400, "invalidInput"));
    assert_eq!(issues(&said), [("/given_by", "badValue")]);
    let early = refused(&bloc, bloc.leader(), "score-tables", &json!({}), (409, "outOfOrder"));
    assert!(
        early["missing"].as_array().is_some_and(|missing| missing.iter().any(|m| m["step"] == "peer_score"))
    );
}

#[test]
fn a_favour_and_a_grudge_are_dropped_and_lots_are_drawn_in_the_end() {
    let bloc = Bloc::with_members(4);
    open(&bloc, &json!({"regulation": by_peers()}));
    let [first, second, third, last] = &bloc.members[..] else { panic!("four members") };
    // A row for each giver, a column for each unit: the first favours the second, the last holds a grudge.
    score_all(
        &bloc,
        &[["-", "60", "50", "40"], ["50", "-", "50", "40"], ["55", "50", "-", "40"], ["60", "0", "55", "-"]],
    );
    let shown = read(&bloc, second.unit);
    assert_eq!(shown["total"], "90", "60 and 0 are dropped, 50 stays");
    assert_eq!(shown["scores"].as_array().map(Vec::len), Some(4), "three peers and itself, side by side");
    assert_eq!(shown["lines"][0]["shares"][0]["givers"], 3);
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    let ranks: Vec<_> = bloc.members.iter().map(|member| row(&bloc, member.unit)["rank"].clone()).collect();
    assert_eq!(ranks, [1, 2, 2, 4], "95, 90, 90, 80");

    ties(&bloc, [first.unit, second.unit, third.unit, last.unit]);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    let rows = bloc.public.read(&bloc.in_year("standing"))["rows"].clone();
    assert_eq!(
        (&rows[1]["unit"], &rows[1]["rank"], &rows[1]["tied"]),
        (&json!(third.unit), &json!(2), &json!(false))
    );
}

/// Lots between the second and the third, with the last one as witness.
fn ties(bloc: &Bloc, [first, second, third, last]: [uuid::Uuid; 4]) {
    let lots = |order: Value, witness: uuid::Uuid| json!({"order": order, "lots": {"witnesses": [witness]}});
    let wrong = lots(json!([first, second]), last);
    let said = refused(bloc, bloc.leader(), "tie-breaks", &wrong, (409, "notTied"));
    assert_eq!(said["units"], json!([first, second]));
    let meeting = json!({"order": [third, second], "meeting": {"reason": "Hội nghị thống nhất"}});
    let said = refused(bloc, bloc.leader(), "tie-breaks", &meeting, (409, "otherTieBreak"));
    assert_eq!(said["tie_breaks"], json!(["lots"]));
    let both = json!({"order": [third, second], "meeting": {"reason": "x"}, "lots": {"witnesses": [last]}});
    refused(bloc, bloc.leader(), "tie-breaks", &both, (400, "invalidInput"));
    let unknown = lots(json!([third, second]), fresh_id());
    refused(bloc, bloc.leader(), "tie-breaks", &unknown, (404, "resourceNotFound"));
    bloc.leader().record(&bloc.in_year("tie-breaks"), &lots(json!([third, second]), last));
    let drawn = bloc.public.read(&bloc.in_year("tie-breaks"));
    assert_eq!(drawn["items"][0]["data"]["by"]["lots"]["witnesses"], json!([last]));
    let again = lots(json!([second, third]), last);
    refused(bloc, bloc.leader(), "tie-breaks", &again, (409, "notTied"));
}

#[test]
fn a_ballot_opens_when_enough_are_there() {
    let bloc = Bloc::with_members(3);
    let mut rules = regulation();
    rules["ballot"]["quorum"] = json!({"percent": 67, "base": "members"});
    rules["ballot"]["majority"]["base"] = json!("present");
    open(&bloc, &json!({"regulation": rules}));
    bloc.up_to_the_score_table();
    let unit = |index: usize| bloc.members[index].unit;
    let ask = |present: Value| json!({"question": "leading_unit", "present": present});
    refused(&bloc, bloc.leader(), "ballots", &ask(json!([])), (409, "presentUnknown"));
    let said = refused(&bloc, bloc.leader(), "ballots", &ask(json!([unit(0), unit(1)])), (409, "noQuorum"));
    assert_eq!(
        (&said["present"], &said["least"]),
        (&json!(2), &json!(3)),
        "67 per cent of three, not rounded down"
    );
    let opened = bloc.leader().record(&bloc.in_year("ballots"), &ask(json!([unit(0), unit(1), unit(2)])));
    let id = opened.json()["data"]["ballot"].as_str().expect("an id").to_owned();
    let ballot = bloc.public.read(&bloc.in_year(&format!("ballots/{id}")));
    assert_eq!(ballot["present"].as_array().map(Vec::len), Some(3));
    assert_eq!(ballot["majority"]["base"], "present");
}

#[test]
fn what_changed_in_the_regulation_before_the_first_score_is_told_by_what_it_means() {
    let bloc = Bloc::with_members(2);
    open(&bloc, &json!({"regulation": regulation()}));
    let mut second = regulation();
    second["sheet"]["parts"][0]["criteria"][0]["max"] = json!("55");
    second["sheet"]["parts"][0]["criteria"]
        .as_array_mut()
        .expect("criteria")
        .push(json!({"id": "C", "name": {"vi": "Chuyển đổi số"}, "max": "5", "scored_by": ["self", "bloc"]}));
    second["classes"][0]["at_least"] = json!("85");
    bloc.official.record(&bloc.in_year("regulations"), &json!({"regulation": second}));
    let told = bloc.public.read(&bloc.in_year("regulations/2/changes?from=1"));
    let items = told["items"].as_array().expect("changes");
    let said: Vec<_> = items.iter().map(|change| (&change["meaning"], &change["of"])).collect();
    let expected = [
        (&json!("threshold_changed"), &json!("A")),
        (&json!("maximum_changed"), &json!("A")),
        (&json!("criterion_added"), &json!("C")),
    ];
    assert_eq!(said.len(), 3, "{told}");
    assert!(expected.iter().all(|change| said.contains(change)), "{told}");
    let maximum = items.iter().find(|change| change["meaning"] == "maximum_changed").expect("the maximum");
    assert_eq!(maximum["pointer"], "/sheet/parts/0/criteria/0/max");
    assert_eq!((&maximum["before"], &maximum["after"]), (&json!("60"), &json!("55")));
    assert_eq!(maximum["vi"], "Đổi điểm tối đa, mức điểm (A): 60 → 55.");
    assert_eq!(
        bloc.public.read(&bloc.in_year("regulations/2/changes")),
        told,
        "the one before, when none is named"
    );
    let first = bloc.public.read(&bloc.in_year("regulations/1"));
    assert_eq!(first["regulation"]["sheet"]["parts"][0]["criteria"][0]["max"], "60", "it is still there");
    for nowhere in ["regulations/3", "regulations/2/changes?from=9"] {
        assert_eq!(bloc.public.get(&bloc.in_year(nowhere)).expect("an answer").status, 404, "{nowhere}");
    }
}
