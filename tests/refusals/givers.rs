//! Refusals where others than the bloc score, months add up, ties are settled and those present are counted.

use super::Met;
use crate::support::{
    bloc::{Bloc, OFFICER_SCOPES, YEAR, grant, register, regulation},
    whole_year::scores,
};
use api::problem::Code;
use serde_json::{Value, json};

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(3);
    panels(met, &bloc);
    presence(met);
}

fn adopt(bloc: &Bloc, year: u16, regulation: &Value) {
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": year}));
    bloc.official.record(&bloc.in_year_of(year, "regulations"), regulation);
}

fn panels(met: &mut Met, bloc: &Bloc) {
    adopt(bloc, YEAR, &json!({"preset": "hcmc-matrix-2008"}));
    let department = register(&bloc.registrar, "Sở Văn hóa");
    grant(&bloc.registrar, "so-van-hoa", &json!({"unit_officer": {"unit": department}}));
    let officer = bloc.server.client(&bloc.place.token("so-van-hoa", OFFICER_SCOPES));
    let path = bloc.in_year("panels");
    let wrong = json!({"panel": department, "criteria": ["X"]});
    met.no(bloc, Code::AssignmentFaulty, &bloc.official, &path, &wrong);
    let all = json!({"panel": department, "criteria": ["C.1", "C.2.1", "C.2.2"]});
    bloc.official.record(&path, &all);
    let unit = bloc.members[0].unit;
    let mut paper = scores(unit, "panel", &[("C.1", "97"), ("C.2.1", "10"), ("C.2.2", "0")]);
    paper["given_by"] = json!(department);
    let mut monthly = paper.clone();
    monthly["month"] = json!(9);
    let said = met.no(bloc, Code::WrongPeriod, &officer, &bloc.in_year("scores"), &monthly);
    assert_eq!(said["monthly"], false);
    officer.record(&bloc.in_year("scores"), &paper);
    let less = json!({"panel": department, "criteria": ["C.1"]});
    met.no(bloc, Code::AssignmentUsed, &bloc.official, &path, &less);
    for member in &bloc.members[1..] {
        paper["unit"] = json!(member.unit);
        officer.record(&bloc.in_year("scores"), &paper);
    }
    bloc.official.record(&bloc.in_year("score-tables"), &json!({}));
    let order: Vec<_> = bloc.members.iter().map(|member| member.unit).collect();
    let lots = json!({"order": order, "lots": {"witnesses": [department]}});
    met.no(bloc, Code::OtherTieBreak, &bloc.official, &bloc.in_year("tie-breaks"), &lots);

    let mut with_lots = bloc.public.read("/v1/regulations/hcmc-matrix-2008");
    with_lots["tie_breaks"] = json!(["lots"]);
    with_lots["procedure"][0]["required"] = json!(false);
    with_lots["procedure"]
        .as_array_mut()
        .expect("steps")
        .insert(0, json!({"step": "self_score", "required": true}));
    with_lots["sheet"]["parts"][0]["criteria"][0]["scored_by"] = json!(["self", "panel"]);
    with_lots["sheet"]["counts"] = json!(["panel", "self"]);
    adopt(bloc, YEAR - 1, &json!({"regulation": with_lots}));
    for (member, points) in bloc.members.iter().zip(["97", "97", "90"]) {
        let own = scores(member.unit, "self", &[("C.1", points)]);
        member.officer.record(&bloc.in_year_of(YEAR - 1, "scores"), &own);
    }
    bloc.official.record(&bloc.in_year_of(YEAR - 1, "score-tables"), &json!({}));
    let said = met.no(bloc, Code::NotTied, &bloc.official, &bloc.in_year_of(YEAR - 1, "tie-breaks"), &lots);
    assert_eq!(said["units"], json!(order), "two of the three share a rank");
}

fn presence(met: &mut Met) {
    let bloc = Bloc::with_members(2);
    let mut rules = regulation();
    rules["ballot"]["quorum"] = json!({"percent": 100, "base": "considered"});
    bloc.open_year(&rules);
    bloc.up_to_the_score_table();
    let ask = |present: Value| json!({"question": "leading_unit", "present": present});
    let path = bloc.in_year("ballots");
    met.no(&bloc, Code::PresentUnknown, bloc.leader(), &path, &ask(json!([])));
    let said = met.no(&bloc, Code::NoQuorum, bloc.leader(), &path, &ask(json!([bloc.members[0].unit])));
    assert_eq!((&said["present"], &said["least"]), (&json!(1), &json!(2)));
}
