//! One year of a bloc, told over HTTP by the people who live it, each with a token and a grant of its own.

use crate::support::{
    Answer,
    bloc::{Bloc, YEAR, regulation},
    client::fresh_key,
    whole_year::scores,
};
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn a_year_from_the_opening_to_the_next_leader() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    let year = bloc.public.read(&bloc.in_year(""));
    assert_eq!(year["leadership"]["leader"], json!(bloc.members[0].unit));
    assert_eq!(year["next_step"], "registration");
    assert_eq!(year["steps"][0]["missing"].as_array().map(Vec::len), Some(3));

    bloc.register_pledge_report();
    let year = bloc.public.read(&bloc.in_year(""));
    assert_eq!(year["next_step"], "self_score");
    assert_eq!(year["units"][0]["registration"]["late"], false);
    assert_eq!(year["units"][0]["annual_report"]["late"], true, "the report was due on 15 November 2019");
    assert_eq!(year["units"][0]["annual_report"]["due"], "2019-11-15T16:59:59.999Z");

    bloc.score_itself();
    nobody_scores_its_own_unit_for_the_bloc(&bloc);
    bloc.score_by_bloc_and_official();
    a_correction_stands_beside_what_it_replaces(&bloc);
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    assert_eq!(standing(&bloc)["stage"], "score_table");
    bloc.vote_rank_and_elect();
    the_standing_is_final(&bloc);
    who_was_elected_takes_office(&bloc);
}

fn standing(bloc: &Bloc) -> Value {
    bloc.public.read(&bloc.in_year("standing"))
}

fn nobody_scores_its_own_unit_for_the_bloc(bloc: &Bloc) {
    let [leader, deputy, other] = &bloc.members[..] else { panic!("three members") };
    let own = scores(leader.unit, "bloc", &[("A", "60"), ("B", "40")]);
    let ask = |client: &crate::support::Client| {
        client.ask(Method::POST, &bloc.in_year("scores")).key(&fresh_key()).json(&own).send()
    };
    let refused = ask(&leader.officer);
    assert_eq!((refused.status, refused.code().as_str()), (403, "conflictOfInterest"), "{}", refused.text);
    assert_eq!(refused.json()["scorer"], json!(deputy.unit), "the deputy scores the leader");
    let stranger = ask(&other.officer);
    assert_eq!((stranger.status, stranger.code().as_str()), (403, "missingPermission"), "{}", stranger.text);
}

/// Before the correction the first unit has 93; after it, 95: what was known then can still be read.
fn a_correction_stands_beside_what_it_replaces(bloc: &Bloc) {
    let unit = bloc.members[0].unit;
    let before = bloc.public.ask(Method::GET, &bloc.in_year("standing")).send();
    let known_before = before.position();
    let last = bloc.official.read(&format!("/v1/events/{}", known_before - 1));
    let recorded_before = last["time"].as_str().expect("a time").to_owned();
    let filed = bloc.public.read(&bloc.in_year(&format!("scores?unit={unit}")));
    let score =
        filed["items"][0]["scores"].as_array().and_then(|all| all.iter().find(|s| s["scorer"] == "bloc"));
    let replaced = score.expect("the score of the bloc")["filed"]["event"].clone();

    // Recorded times have milliseconds: the correction must not fall into the same one.
    std::thread::sleep(std::time::Duration::from_millis(3));
    let mut body = scores(unit, "bloc", &[("A", "59.5"), ("B", "36")]);
    body["correction"] = json!({"corrects": replaced, "reason": "Cộng sót hai điểm"});
    bloc.members[1].officer.record(&bloc.in_year("scores"), &body);

    assert_eq!(total(&standing(bloc), unit), "95");
    for moment in [format!("as_of_position={known_before}"), format!("as_of={recorded_before}")] {
        let then = bloc.public.read(&bloc.in_year(&format!("standing?{moment}")));
        assert_eq!(total(&then, unit), "93", "{moment}");
        let year = bloc.public.read(&bloc.in_year(&format!("?{moment}")));
        assert_eq!(corrections(&year, unit), 0, "{moment}");
    }
    assert_eq!(corrections(&bloc.public.read(&bloc.in_year("")), unit), 1);
    let filed = bloc.public.read(&bloc.in_year(&format!("scores?unit={unit}")));
    let kept = filed["items"][0]["scores"].as_array().into_iter().flatten();
    let kept: Vec<_> = kept.filter(|score| score["replaced"][0]["event"] == replaced).collect();
    assert_eq!(kept.len(), 1, "what was replaced is still named");
}

fn total(standing: &Value, unit: uuid::Uuid) -> String {
    let rows = standing["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["unit"] == json!(unit)).expect("the unit's row");
    row["total"].as_str().expect("a decimal string").to_owned()
}

fn corrections(year: &Value, unit: uuid::Uuid) -> u64 {
    let units = year["units"].as_array().expect("units");
    let known = units.iter().find(|known| known["unit"] == json!(unit)).expect("the unit");
    let scores = known["scores"].as_array().expect("scores");
    assert!(scores.iter().all(|kind| kind["papers"] == 1 && kind["filed"]["late"] == false), "{known}");
    scores.iter().map(|score| score["corrections"].as_u64().expect("a number")).sum()
}

fn the_standing_is_final(bloc: &Bloc) {
    let standing = standing(bloc);
    assert_eq!(standing["stage"], "final");
    assert_eq!(
        standing["leading_unit"],
        json!(bloc.members[1].unit),
        "who won the ballot, not who scored most"
    );
    let rows: Vec<_> = standing["rows"].as_array().into_iter().flatten().collect();
    let shown: Vec<_> =
        rows.iter().map(|row| (row["unit"].clone(), row["rank"].clone(), row["class"].clone())).collect();
    let unit = |index: usize| json!(bloc.members[index].unit);
    assert_eq!(
        shown,
        [(unit(0), json!(1), json!("A")), (unit(1), json!(2), json!("A")), (unit(2), json!(3), json!("B"))]
    );
    let totals: Vec<_> = rows.iter().map(|row| row["total"].clone()).collect();
    assert_eq!(totals, ["95", "93.5", "79.75"]);
}

fn who_was_elected_takes_office(bloc: &Bloc) {
    let [before, elected, _] = &bloc.members[..] else { panic!("three members") };
    let next = YEAR + 1;
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": next}));
    let year = bloc.public.read(&bloc.in_year_of(next, ""));
    assert_eq!(year["leadership"]["leader"], json!(elected.unit));
    assert_eq!(year["leadership"]["deputy"], json!(bloc.members[2].unit));
    assert_eq!(year["leadership"]["method"], "election");

    let adopt = |client: &crate::support::Client| -> Answer {
        let ask = client.ask(Method::POST, &bloc.in_year_of(next, "regulations")).key(&fresh_key());
        ask.json(&json!({"preset": "hcmc-2008"})).send()
    };
    let refused = adopt(&before.officer);
    assert_eq!((refused.status, refused.code().as_str()), (403, "missingPermission"), "last year's leader");
    let accepted = adopt(&elected.officer);
    assert_eq!(accepted.status, 201, "the leader of this year: {}", accepted.text);
    assert_eq!(accepted.json()["actorunit"], json!(elected.unit));
}
