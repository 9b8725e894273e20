//! Who leads, told over HTTP: cluster II of the Fatherland Front of Đồng Nai in 2022, where the leader of the year was also
//! the leading unit; a delegation; a regulation that the members comment on before it is adopted; turns.

use crate::support::{
    Client,
    bloc::{Bloc, regulation},
    client::{fresh_key, now},
    whole_year::scores,
};
use reqwest::Method;
use serde_json::{Value, json};

/// The leader, the unit that is its deputy here (the source names none), the next leader and its deputy, and two more; the
/// source gives no name to the sixth.
const UNITS: [&str; 6] = ["Cẩm Mỹ", "Thống Nhất", "Vĩnh Cửu", "Tân Phú", "Định Quán", "Đơn vị thứ sáu"];

fn dong_nai() -> Bloc {
    let bloc = Bloc::with_members(6);
    for (member, name) in bloc.members.iter().zip(UNITS) {
        let path = format!("/v1/units/{}/renamings", member.unit);
        bloc.registrar.record(&path, &json!({"name": {"vi": format!("Ủy ban MTTQ Việt Nam huyện {name}")}}));
    }
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": 2022}));
    let led = json!({"leader": bloc.members[0].unit, "deputy": bloc.members[1].unit});
    bloc.official.record(&bloc.in_year_of(2022, "leaderships"), &led);
    let mut rules = regulation();
    rules["procedure"] = json!([
        {"step": "self_score", "required": true}, {"step": "bloc_score", "required": true},
        {"step": "official_score", "required": false}, {"step": "score_table", "required": true},
        {"step": "ballot", "required": true}, {"step": "ranking", "required": true},
        {"step": "leadership", "required": true}
    ]);
    bloc.official.record(&bloc.in_year_of(2022, "regulations"), &json!({"regulation": rules}));
    bloc
}

/// A ballot in which everyone votes for one unit.
fn vote(bloc: &Bloc, question: &str, choice: usize) {
    let body = json!({"question": question});
    let opened = bloc.leader().record(&bloc.in_year_of(2022, "ballots"), &body).json();
    let ballot = opened["data"]["ballot"].as_str().expect("an id").to_owned();
    for member in &bloc.members {
        let vote = json!({"elector": member.unit, "choice": bloc.members[choice].unit});
        member.officer.record(&bloc.in_year_of(2022, &format!("ballots/{ballot}/votes")), &vote);
    }
    bloc.leader().record(&bloc.in_year_of(2022, &format!("ballots/{ballot}/closures")), &json!({}));
}

fn refused(client: &Client, path: &str, body: &Value) -> (u16, String) {
    let answer = client.ask(Method::POST, path).key(&fresh_key()).json(body).send();
    (answer.status, answer.code())
}

#[test]
fn the_leader_may_lead_the_movement_too_scored_by_another_and_hands_over_the_banner() {
    let bloc = dong_nai();
    let unit = |index: usize| bloc.members[index].unit;
    let path = bloc.in_year_of(2022, "scores");
    for (index, member) in bloc.members.iter().enumerate() {
        member.officer.record(&path, &scores(member.unit, "self", &[("A", "60"), ("B", "40")]));
        let points = scores(member.unit, "bloc", &[("A", if index == 0 { "59" } else { "56" }), ("B", "38")]);
        if index == 0 {
            assert_eq!(refused(bloc.leader(), &path, &points), (403, "conflictOfInterest".into()));
        }
        bloc.members[usize::from(index == 0)].officer.record(&path, &points);
    }
    bloc.leader().record(&bloc.in_year_of(2022, "score-tables"), &json!({}));
    vote(&bloc, "leading_unit", 0);
    bloc.leader().record(&bloc.in_year_of(2022, "rankings"), &json!({}));
    let standing = bloc.public.read(&bloc.in_year_of(2022, "standing"));
    assert_eq!((&standing["leader"], &standing["leading_unit"]), (&json!(unit(0)), &json!(unit(0))));
    assert_eq!(standing["rows"][0]["scored_by"], json!(unit(1)), "Cẩm Mỹ leads, and another scored it");
    let rows = standing["rows"].as_array().expect("rows");
    assert_eq!(rows.iter().filter(|row| row["class"] == "A").count(), 6, "all six excellent");

    let hand_over = json!({"on": "2022-12-20", "banner": "Cờ luân lưu cụm trưởng"});
    let hand_overs = bloc.in_year_of(2022, "hand-overs");
    assert_eq!(refused(bloc.leader(), &hand_overs, &hand_over), (409, "outOfOrder".into()));
    vote(&bloc, "next_leader", 2);
    vote(&bloc, "next_deputy", 3);
    let elected = json!({"leader": unit(2), "deputy": unit(3)});
    bloc.leader().record(&bloc.in_year_of(2022, "elections"), &elected);
    bloc.leader().record(&hand_overs, &hand_over);
    assert_eq!(refused(bloc.leader(), &hand_overs, &hand_over), (409, "alreadyExists".into()));
    let office = bloc.public.read(&bloc.in_year_of(2022, "leaderships"));
    assert_eq!(office["handed_over"]["to"], json!(unit(2)));
    assert_eq!(office["handed_over"]["banner"], "Cờ luân lưu cụm trưởng");
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": 2023}));
    let next = bloc.public.read(&bloc.in_year_of(2023, "leaderships"));
    assert_eq!(
        (&next["present"]["leader"], &next["present"]["method"]),
        (&json!(unit(2)), &json!("election"))
    );
}

#[test]
fn under_a_delegation_the_deputy_drafts_for_the_leader_and_the_fact_says_so() {
    let bloc = dong_nai();
    let (leader, deputy) = (bloc.leader(), &bloc.members[1].officer);
    let (drafts, delegations) =
        (bloc.in_year_of(2022, "regulation-drafts"), bloc.in_year_of(2022, "delegations"));
    let draft = json!({"regulation": regulation()});
    assert_eq!(refused(deputy, &drafts, &draft), (403, "missingPermission".into()));
    let today = now().day();
    let ahead = json!({"from": today.plus_days(2), "until": today.plus_days(9)});
    leader.record(&delegations, &ahead);
    assert_eq!(refused(deputy, &drafts, &draft), (403, "missingPermission".into()), "it has not begun");
    assert_eq!(refused(deputy, &delegations, &ahead), (403, "missingPermission".into()));
    let now = json!({"from": today, "until": today.plus_days(1), "reason": "Trưởng khối đi công tác"});
    let given = leader.record(&delegations, &now).json()["id"].clone();
    let drafted = deputy.record(&drafts, &draft).json();
    assert_eq!((&drafted["actordelegation"], &drafted["actorunit"]), (&given, &json!(bloc.members[1].unit)));
    assert!(leader.record(&drafts, &draft).json()["actordelegation"].is_null());
    let office = bloc.public.read(&bloc.in_year_of(2022, "leaderships"));
    assert_eq!(office["delegations"][1]["filed"]["event"], given);
}

#[test]
fn a_leader_that_is_gone_is_replaced_and_stays_on_record() {
    let bloc = dong_nai();
    let in_year = |rest: &str| bloc.in_year_of(2022, rest);
    let again = json!({"leader": bloc.members[2].unit});
    assert_eq!(refused(&bloc.official, &in_year("leaderships"), &again), (409, "alreadyExists".into()));
    let gone = json!({"unit": bloc.members[0].unit, "reason": "Đơn vị giải thể"});
    bloc.official.record(&in_year("leadership-vacancies"), &gone);
    let table = in_year("score-tables");
    assert_eq!(refused(bloc.leader(), &table, &json!({})), (403, "missingPermission".into()));
    let replaced = json!({"leader": bloc.members[1].unit, "deputy": bloc.members[2].unit, "method": "designation",
                          "reason": "Trưởng khối giải thể"});
    bloc.official.record(&in_year("leadership-replacements"), &replaced);
    let office = bloc.public.read(&in_year("leaderships"));
    assert_eq!((&office["present"]["leader"], &office["vacant"]), (&json!(bloc.members[1].unit), &json!([])));
    assert_eq!(office["former"][0]["leader"], json!(bloc.members[0].unit));
}

#[test]
fn the_members_comment_on_a_draft_before_it_is_adopted_by_its_number() {
    let bloc = dong_nai();
    let in_year = |rest: &str| bloc.in_year_of(2022, rest);
    let until = now().day().plus_days(5);
    let draft =
        json!({"regulation": regulation(), "comments_until": until, "note": "Thêm tiêu chí chuyển đổi số"});
    let answer = bloc.leader().record(&in_year("regulation-drafts"), &draft);
    assert_eq!(answer.header("Location"), Some(in_year("regulation-drafts/1").as_str()));
    assert_eq!(bloc.public.read(&in_year("regulation-drafts/1"))["title"], regulation()["title"]);
    let adopt = json!({"draft": 1});
    assert_eq!(refused(bloc.leader(), &in_year("regulations"), &adopt), (409, "commentPeriodOpen".into()));
    let both = json!({"draft": 1, "preset": "hcmc-2008"});
    assert_eq!(refused(bloc.leader(), &in_year("regulations"), &both), (400, "invalidInput".into()));
    for member in &bloc.members[1..] {
        let text = "Đề nghị nâng điểm tối đa của tiêu chí B";
        let comment = json!({"unit": member.unit, "pointer": "/sheet/parts/0/criteria/1/max", "text": text});
        member.officer.record(&in_year("regulation-drafts/1/comments"), &comment);
    }
    let row = &bloc.public.read(&in_year("regulation-drafts"))["items"][0];
    assert_eq!((&row["silent"], row["commented"].as_array().map(Vec::len)), (&json!([]), Some(5)));
    bloc.leader().record(&in_year("regulations"), &adopt);
    let adopted = bloc.public.read(&in_year("regulations"));
    assert_eq!((&adopted["version"], &adopted["draft"]), (&json!(2), &json!(1)));
    let comments = bloc.public.read(&in_year("regulation-drafts/1/comments"));
    assert_eq!(comments["items"][4]["data"]["pointer"], "/sheet/parts/0/criteria/1/max");
}
