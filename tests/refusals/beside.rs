//! Refusals beside the steps: drafts, deadlines, the office of leader, objections, the council.

use super::Met;
use crate::support::{
    bloc::{Bloc, regulation},
    client::{fresh_id, now},
};
use api::problem::Code;
use serde_json::json;

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(3);
    let mut ruled = regulation();
    ruled["comment_days"] = json!(10);
    bloc.open_year(&ruled);
    drafting(met, &bloc);
    deadlines_and_office(met, &bloc);
    objections(met, &bloc);
    council(met, &bloc);
    turns(met, &bloc);
}

fn drafting(met: &mut Met, bloc: &Bloc) {
    let (regulations, drafts) = (bloc.in_year("regulations"), bloc.in_year("regulation-drafts"));
    let whole = json!({"preset": "hcmc-2008"});
    met.no(bloc, Code::DraftRequired, bloc.leader(), &regulations, &whole);
    met.no(bloc, Code::ResourceNotFound, bloc.leader(), &regulations, &json!({"draft": 1}));
    bloc.leader().record(&drafts, &json!({"preset": "hcmc-2008"}));
    let said = met.no(bloc, Code::CommentPeriodOpen, bloc.leader(), &regulations, &json!({"draft": 1}));
    assert_eq!(said["waiting"], json!([bloc.members[1].unit, bloc.members[2].unit]));
    let second = &bloc.members[1];
    let comment = json!({"unit": second.unit, "pointer": "/sheet/nothing", "text": "Đề nghị sửa"});
    met.no(bloc, Code::PointsNowhere, &second.officer, &format!("{drafts}/1/comments"), &comment);
    let over = json!({"preset": "hcmc-2008", "comments_until": "2019-01-01"});
    met.no(bloc, Code::PeriodOver, bloc.leader(), &drafts, &over);
}

fn deadlines_and_office(met: &mut Met, bloc: &Bloc) {
    let deadlines = bloc.in_year("deadlines");
    let moved = |to: &str| json!({"step": "annual_report", "to": to, "reason": "Mưa lũ"});
    let said = met.no(bloc, Code::DeadlineOver, bloc.leader(), &deadlines, &moved("2019-11-20"));
    assert_eq!(said["due"], "2019-11-15T16:59:59.999Z");
    met.no(bloc, Code::DeadlineNotMoved, &bloc.official, &deadlines, &moved("2019-11-15"));
    let stranger = json!({"unit": bloc.members[2].unit, "reason": "Sáp nhập"});
    met.no(bloc, Code::NotInOffice, &bloc.official, &bloc.in_year("leadership-vacancies"), &stranger);
    let yesterday = now().day().plus_days(-2);
    let over = json!({"from": yesterday, "until": yesterday});
    met.no(bloc, Code::PeriodOver, bloc.leader(), &bloc.in_year("delegations"), &over);
}

fn objections(met: &mut Met, bloc: &Bloc) {
    bloc.up_to_the_score_table();
    let [first, second, _] = &bloc.members[..] else { panic!("three members") };
    let score = bloc.score_of(2019, second.unit, "bloc");
    let objection = json!({"unit": first.unit, "against": score, "text": "Chấm quá cao"});
    met.no(bloc, Code::NotYourScore, &first.officer, &bloc.in_year("objections"), &objection);
    let table = bloc.public.read(&bloc.in_year("standing"))["adopted"]["event"].clone();
    let correction = json!({"correction": {"corrects": table, "reason": "Cộng lại", "ruling": fresh_id()}});
    met.no(bloc, Code::NotARuling, bloc.leader(), &bloc.in_year("score-tables"), &correction);
}

fn council(met: &mut Met, bloc: &Bloc) {
    bloc.hold_ballot("leading_unit", 1);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    let decisions = bloc.in_year("council-decisions");
    let mut decided = json!({"council": "Hội đồng tỉnh", "members": 15, "in_favour": 14, "against": 2});
    met.no(bloc, Code::VoteDoesNotAddUp, &bloc.official, &decisions, &decided);
    decided["against"] = json!(1);
    decided["changes"] = json!([{"unit": bloc.members[0].unit, "rank": 4, "reason": "Hạ hạng"}]);
    let said = met.no(bloc, Code::ChangeNotPossible, &bloc.official, &decisions, &decided);
    assert_eq!(said["because"], "no_such_rank");
}

/// The next year: the regulation finds its leader by turns, and the year before asks for a draft.
fn turns(met: &mut Met, bloc: &Bloc) {
    let [first, second, third] = [0, 1, 2].map(|index: usize| bloc.members[index].unit);
    let mut other = regulation();
    other["leadership"] = json!({"method": "rotation", "order": [second, first, third]});
    let steps = other["procedure"].as_array_mut().expect("steps");
    let leadership = steps.pop().expect("the last step");
    steps.insert(0, leadership);
    let in_year = |rest: &str| bloc.in_year_of(2020, rest);
    bloc.registrar.record(&format!("/v1/blocs/{}/years", bloc.id), &json!({"year": 2020}));
    let led = json!({"leader": first, "deputy": second});
    bloc.official.record(&in_year("leaderships"), &led);
    let whole = json!({"regulation": other});
    met.no(bloc, Code::DraftRequired, &bloc.official, &in_year("regulations"), &whole);
    bloc.official.record(&in_year("regulation-drafts"), &whole);
    for member in &bloc.members {
        let comment = json!({"unit": member.unit, "text": "Đồng ý"});
        member.officer.record(&in_year("regulation-drafts/1/comments"), &comment);
    }
    bloc.official.record(&in_year("regulations"), &json!({"draft": 1}));
    let said =
        met.no(bloc, Code::NotInTurn, bloc.leader(), &in_year("elections"), &json!({"leader": second}));
    assert_eq!(said["next"], json!(third));
}
