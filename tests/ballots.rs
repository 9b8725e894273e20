//! Ballots over HTTP: what a secret one hides while it is open and shows when it is closed, and what an open one shows
//! at once.

use crate::support::{
    Answer,
    bloc::{Bloc, Member, regulation},
    client::fresh_key,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A bloc whose ranking is adopted, so that its next leader can be elected.
fn before_the_election() -> Bloc {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    bloc.up_to_the_score_table();
    bloc.hold_ballot("leading_unit", 0);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    bloc
}

fn vote(bloc: &Bloc, ballot: Uuid, member: &Member, choice: &Value, key: &str) -> Answer {
    let path = bloc.in_year(&format!("ballots/{ballot}/votes"));
    let body = json!({"elector": member.unit, "choice": choice});
    member.officer.ask(Method::POST, &path).key(key).json(&body).send()
}

fn read(bloc: &Bloc, ballot: Uuid, query: &str) -> Value {
    bloc.public.read(&bloc.in_year(&format!("ballots/{ballot}{query}")))
}

#[test]
fn each_voter_of_a_secret_ballot_finds_its_own_choice_and_nobody_finds_anothers() {
    let bloc = before_the_election();
    let ballot = bloc.open_ballot("next_leader");
    let [first, second, third] = &bloc.members[..] else { panic!("three members") };
    let choices = [json!(second.unit), json!("abstain"), json!(second.unit)];
    let keys = [fresh_key(), fresh_key(), fresh_key()];
    let mut receipts = Vec::new();
    for ((member, choice), key) in [first, second, third].into_iter().zip(&choices).zip(&keys) {
        let answer = vote(&bloc, ballot, member, choice, key);
        assert_eq!(answer.status, 201, "{}", answer.text);
        let receipt = answer.header("Ballot-Receipt").expect("a receipt").to_owned();
        assert!(answer.json()["data"].get("choice").is_none(), "the fact holds no choice: {}", answer.text);
        let again = vote(&bloc, ballot, member, choice, key);
        assert_eq!(again.header("Idempotency-Replayed"), Some("true"), "{again:?}");
        assert_eq!(again.header("Ballot-Receipt"), Some(receipt.as_str()), "the same key, the same receipt");
        receipts.push(receipt);
    }
    assert_eq!(receipts.iter().collect::<BTreeSet<_>>().len(), 3, "{receipts:?}");

    let open = read(&bloc, ballot, "");
    assert_eq!(open["votes"], json!([]), "nothing is visible before the close");
    assert_eq!(open["voted"].as_array().map(Vec::len), Some(3));
    assert!(open["candidates"].as_array().into_iter().flatten().all(|one| one.get("votes").is_none()));
    let before = bloc.head();

    bloc.close(ballot);
    let closed = read(&bloc, ballot, "");
    for (receipt, choice) in receipts.iter().zip(&choices) {
        let votes = closed["votes"].as_array().expect("votes");
        let own: Vec<_> = votes.iter().filter(|vote| vote["receipt"] == json!(receipt)).collect();
        assert_eq!(own.len(), 1, "{receipt} in {closed}");
        assert_eq!(own[0]["choice"], *choice);
        assert!(own[0].get("elector").is_none(), "a published vote names its voter: {}", own[0]);
    }
    let order: Vec<_> =
        closed["votes"].as_array().into_iter().flatten().map(|v| v["receipt"].clone()).collect();
    assert!(order.is_sorted_by(|a, b| a.as_str() < b.as_str()), "the order tells who voted when: {order:?}");
    assert_eq!(closed["chosen"], json!(second.unit));
    assert_eq!(closed["abstained"], 1);
    assert_eq!(read(&bloc, ballot, &format!("?as_of_position={before}"))["votes"], json!([]));
    the_history_never_holds_a_voter_with_its_choice(&bloc, ballot, &receipts);
}

fn the_history_never_holds_a_voter_with_its_choice(bloc: &Bloc, ballot: Uuid, receipts: &[String]) {
    let facts = bloc.official.read(&format!("/v1/events?bloc={}&limit=500", bloc.id));
    let of_ballot: Vec<_> = facts["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|fact| fact["data"]["ballot"] == json!(ballot))
        .collect();
    let named = |name: &str| of_ballot.iter().filter(|fact| fact["type"] == *name).collect::<Vec<_>>();
    let cast = named("vn.thidua.year.vote_cast.v1");
    assert_eq!(cast.len(), 3);
    for fact in cast {
        let mut members: Vec<_> = fact["data"].as_object().expect("an object").keys().collect();
        members.sort();
        assert_eq!(members, ["ballot", "elector"], "{fact}");
        let text = fact.to_string();
        assert!(receipts.iter().all(|receipt| !text.contains(receipt)), "a receipt beside its voter: {fact}");
    }
    let closed = named("vn.thidua.year.ballot_closed.v1");
    let choices = closed[0]["data"]["choices"].as_array().expect("choices");
    assert!(choices.iter().all(|choice| choice.get("elector").is_none()), "{choices:?}");
    assert_eq!(choices.len(), 3);
}

#[test]
fn a_vote_in_an_open_ballot_is_seen_with_its_voter_at_once() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    bloc.up_to_the_score_table();
    let ballot = bloc.open_ballot("leading_unit");
    let (voter, choice) = (&bloc.members[2], json!(bloc.members[0].unit));
    let answer = vote(&bloc, ballot, voter, &choice, &fresh_key());
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.header("Ballot-Receipt"), None, "an open vote needs no receipt");
    let open = read(&bloc, ballot, "");
    assert_eq!(open["votes"], json!([{"elector": voter.unit, "choice": choice}]));
    assert_eq!(open["secrecy_profile"], "open");
    let names: Vec<_> =
        open["candidates"].as_array().into_iter().flatten().map(|c| c["unit"].clone()).collect();
    assert_eq!(names, [choice, json!(bloc.members[1].unit)], "only the two highest scores stand");
}

#[test]
fn a_ballot_without_a_majority_chooses_nobody_and_another_round_may_follow() {
    let bloc = before_the_election();
    let tied = bloc.open_ballot("next_leader");
    for (member, choice) in
        bloc.members.iter().zip([json!("abstain"), json!(bloc.members[1].unit), json!(bloc.members[2].unit)])
    {
        assert_eq!(vote(&bloc, tied, member, &choice, &fresh_key()).status, 201);
    }
    bloc.close(tied);
    let first = read(&bloc, tied, "");
    assert!(first.get("chosen").is_none(), "one vote each: {first}");
    let again = bloc.hold_ballot("next_leader", 2);
    let second = read(&bloc, again, "");
    assert_eq!((&second["round"], &second["chosen"]), (&json!(2), &json!(bloc.members[2].unit)));
    let list = bloc.public.read(&bloc.in_year("ballots"));
    let rounds: Vec<_> = list["items"].as_array().into_iter().flatten().map(|b| b["id"].clone()).collect();
    assert_eq!(rounds[1..], [json!(tied), json!(again)], "every round is kept");
}
