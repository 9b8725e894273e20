//! Refusals in the steps of a year, up to the scores.

use super::Met;
use crate::support::{
    bloc::{Bloc, OFFICER_SCOPES, grant, register, regulation},
    client::fresh_id,
    whole_year::scores,
};
use api::problem::Code;
use serde_json::{Value, json};

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(3);
    opening(met, &bloc);
    before_the_scores(met, &bloc);
    while_scoring(met, &bloc);
    another_procedure(met, &bloc);
}

fn opening(met: &mut Met, bloc: &Bloc) {
    let years = format!("/v1/blocs/{}/years", bloc.id);
    bloc.registrar.record(&years, &json!({"year": 2019}));
    let said = met.no(bloc, Code::AlreadyExists, &bloc.registrar, &years, &json!({"year": 2019}));
    assert_eq!(said["thing"], "year");

    let [first, second, _] = &bloc.members[..] else { panic!("three members") };
    let leaderships = bloc.in_year("leaderships");
    let same = json!({"leader": first.unit, "deputy": first.unit});
    met.no(bloc, Code::SameUnit, &bloc.official, &leaderships, &same);
    let stranger = json!({"leader": first.unit, "deputy": fresh_id()});
    met.no(bloc, Code::NotAMember, &bloc.official, &leaderships, &stranger);
    bloc.official.record(&leaderships, &json!({"leader": first.unit, "deputy": second.unit}));

    let early = scores(first.unit, "self", &[("A", "60"), ("B", "40")]);
    let said = met.no(bloc, Code::ResourceNotFound, &first.officer, &bloc.in_year("scores"), &early);
    assert_eq!(said["thing"], "regulation");
    met.no(bloc, Code::StepOutOfOrder, &first.officer, &bloc.in_year("score-tables"), &json!({}));

    let mut faulty = regulation();
    faulty["sheet"]["scale"] = json!("90");
    faulty["classes"][1]["at_least"] = json!("95");
    let body = json!({"regulation": faulty});
    let said = met.no(bloc, Code::RegulationFaulty, &first.officer, &bloc.in_year("regulations"), &body);
    let found: Vec<_> = issues(&said);
    assert!(found.contains(&("/regulation/classes/1/at_least".into(), "lastThreshold".into())), "{said}");
    assert!(found.len() >= 2, "every contradiction at once: {said}");
    bloc.official.record(&bloc.in_year("regulations"), &json!({"regulation": regulation()}));
}

/// The pointer and the code of every issue.
fn issues(said: &Value) -> Vec<(String, String)> {
    let text = |issue: &Value, name: &str| issue[name].as_str().expect("text").to_owned();
    let all = said["issues"].as_array().expect("issues");
    all.iter().map(|issue| (text(issue, "pointer"), text(issue, "code"))).collect()
}

fn before_the_scores(met: &mut Met, bloc: &Bloc) {
    let (first, third) = (&bloc.members[0], &bloc.members[2]);
    let own = json!({"unit": first.unit});
    let said = met.no(bloc, Code::StepOutOfOrder, &first.officer, &bloc.in_year("pledges"), &own);
    assert_eq!(said["step"], "pledge");
    assert_eq!(said["missing"], json!([{"step": "registration", "units": [first.unit]}]));
    bloc.register_pledge_report();

    let filed = met.no(bloc, Code::AlreadyFiled, &first.officer, &bloc.in_year("registrations"), &own);
    assert!(filed["standing"].is_string(), "the fact to correct is named: {filed}");
    met.no(bloc, Code::AlreadyFiled, &first.officer, &bloc.in_year("pledges"), &own);
    let correction = json!({"corrects": fresh_id(), "reason": "Nhầm"});
    let wrong = json!({"unit": first.unit, "correction": correction});
    let said = met.no(bloc, Code::NotTheStandingFact, &first.officer, &bloc.in_year("registrations"), &wrong);
    assert_eq!(said["standing"], filed["standing"]);

    let stranger = register(&bloc.registrar, "Hội ngoài khối");
    grant(&bloc.registrar, "hoi-la", &json!({"unit_officer": {"unit": stranger}}));
    let outside = bloc.server.client(&bloc.place.token("hoi-la", OFFICER_SCOPES));
    met.no(bloc, Code::NotAMember, &outside, &bloc.in_year("registrations"), &json!({"unit": stranger}));
    let excluded = json!({"unit": stranger, "cause": "other", "reason": "Không thuộc khối"});
    met.no(bloc, Code::NotAMember, &bloc.official, &bloc.in_year("exclusions"), &excluded);

    let excluded = json!({"unit": third.unit, "cause": "misconduct", "reason": "Có vụ việc tiêu cực"});
    bloc.official.record(&bloc.in_year("exclusions"), &excluded);
    met.no(bloc, Code::UnitExcluded, &bloc.official, &bloc.in_year("exclusions"), &excluded);
    let late = json!({"unit": third.unit});
    met.no(bloc, Code::UnitExcluded, &third.officer, &bloc.in_year("registrations"), &late);
}

fn while_scoring(met: &mut Met, bloc: &Bloc) {
    let [first, second, _] = &bloc.members[..] else { panic!("three members") };
    let path = bloc.in_year("scores");
    let points = [("A", "60.5"), ("X", "1"), ("P", "1")];
    let said = met.no(bloc, Code::ScoresFaulty, &first.officer, &path, &scores(first.unit, "self", &points));
    let expected = [
        ("/entries/0", "aboveMaximum"),
        ("/entries/1", "unknownCriterion"),
        ("/entries/2", "notYours"),
        ("/entries", "notScored"),
    ];
    assert_eq!(issues(&said), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    let whole = [("A", "60"), ("B", "40")];
    for member in [first, second] {
        member.officer.record(&path, &scores(member.unit, "self", &whole));
    }
    let own = scores(first.unit, "bloc", &whole);
    let said = met.no(bloc, Code::ConflictOfInterest, &first.officer, &path, &own);
    assert_eq!(said["scorer"], json!(second.unit));
    let adopted = json!({"preset": "hcmc-2008"});
    met.no(bloc, Code::RegulationFrozen, &bloc.official, &bloc.in_year("regulations"), &adopted);
}

/// The year before: a regulation without pledges, with a rotating leader and a deadline that refuses.
fn another_procedure(met: &mut Met, bloc: &Bloc) {
    let first = &bloc.members[0];
    let mut other = regulation();
    other["procedure"] = json!([
        {"step": "leadership", "required": false},
        {"step": "registration", "required": false, "deadline": {"month": 2, "day": 28}, "late": "refuse"},
        {"step": "self_score", "required": true},
        {"step": "bloc_score", "required": true},
        {"step": "official_score", "required": false},
        {"step": "score_table", "required": true},
        {"step": "ranking", "required": true}
    ]);
    other["leadership"] = json!({"method": "rotation"});
    other["tie_breaks"] = json!([]);
    other.as_object_mut().expect("an object").remove("ballot");
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": 2018}));
    bloc.official.record(&bloc.in_year_of(2018, "regulations"), &json!({"regulation": other}));

    let in_year = |rest: &str| bloc.in_year_of(2018, rest);
    let own = json!({"unit": first.unit});
    assert_eq!(
        met.no(bloc, Code::NotInProcedure, &first.officer, &in_year("pledges"), &own)["step"],
        "pledge"
    );
    let ballot = json!({"question": "next_leader"});
    let said = met.no(bloc, Code::OtherMethod, &bloc.official, &in_year("ballots"), &ballot);
    assert_eq!(said["method"], "rotation");
    let said = met.no(bloc, Code::DeadlinePassed, &first.officer, &in_year("registrations"), &own);
    assert_eq!(said["due"], "2018-02-28T16:59:59.999Z", "the end of the day in Viet Nam");
    assert_eq!(said["time_zone"], "Asia/Ho_Chi_Minh");
}
