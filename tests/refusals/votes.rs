//! Refusals from the score table to the election.

use super::Met;
use crate::support::{
    bloc::{Bloc, OFFICER_SCOPES, grant, register, regulation},
    client::fresh_id,
};
use api::problem::Code;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(4);
    bloc.open_year(&regulation());
    bloc.register_pledge_report();
    bloc.score_itself();
    bloc.score_by_bloc_and_official();
    let excluded = json!({"unit": bloc.members[3].unit, "cause": "own_request", "reason": "Xin không xét"});
    bloc.official.record(&bloc.in_year("exclusions"), &excluded);
    the_tables(met, &bloc);
    let ballot = candidates_and_voters(met, &bloc);
    after_the_close(met, &bloc, ballot);
    election(met, &bloc);
}

fn the_tables(met: &mut Met, bloc: &Bloc) {
    met.no(bloc, Code::StepOutOfOrder, bloc.leader(), &bloc.in_year("rankings"), &json!({}));
    let tables = bloc.in_year("score-tables");
    let wrong = json!({"correction": {"corrects": fresh_id(), "reason": "Nhầm"}});
    met.no(bloc, Code::NotTheStandingFact, bloc.leader(), &tables, &wrong);
    bloc.leader().record(&tables, &json!({}));
    let said = met.no(bloc, Code::AlreadyDone, bloc.leader(), &tables, &json!({}));
    assert_eq!(said["step"], "score_table");
    met.no(bloc, Code::NotTheStandingFact, bloc.leader(), &tables, &wrong);
}

fn candidates_and_voters(met: &mut Met, bloc: &Bloc) -> Uuid {
    let ballots = bloc.in_year("ballots");
    let stranger = register(&bloc.registrar, "Hội ngoài khối");
    let barred = [
        (stranger, "not_a_member"),
        (bloc.members[3].unit, "excluded"),
        (bloc.members[2].unit, "not_among_highest_scores"),
    ];
    for (unit, because) in barred {
        let body = json!({"question": "leading_unit", "candidates": [bloc.members[0].unit, unit]});
        let said = met.no(bloc, Code::CandidateNotAdmitted, bloc.leader(), &ballots, &body);
        assert_eq!((&said["unit"], &said["because"]), (&json!(unit), &json!(because)));
    }
    let ballot = bloc.open_ballot("leading_unit");
    let again = json!({"id": ballot, "question": "leading_unit"});
    let said = met.no(bloc, Code::AlreadyExists, bloc.leader(), &ballots, &again);
    assert_eq!(said["thing"], "ballot");
    let other = json!({"question": "leading_unit"});
    assert_eq!(met.no(bloc, Code::BallotOpen, bloc.leader(), &ballots, &other)["ballot"], json!(ballot));

    let votes = bloc.in_year(&format!("ballots/{ballot}/votes"));
    let first = &bloc.members[0];
    grant(&bloc.registrar, "hoi-la", &json!({"unit_officer": {"unit": stranger}}));
    let outside = bloc.server.client(&bloc.place.token("hoi-la", OFFICER_SCOPES));
    let vote = |elector: Uuid, choice: Value| json!({"elector": elector, "choice": choice});
    met.no(bloc, Code::NotAnElector, &outside, &votes, &vote(stranger, json!("abstain")));
    let third = json!(bloc.members[2].unit);
    met.no(bloc, Code::NotACandidate, &first.officer, &votes, &vote(first.unit, third));
    first.officer.record(&votes, &vote(first.unit, json!("abstain")));
    met.no(bloc, Code::AlreadyVoted, &first.officer, &votes, &vote(first.unit, json!("abstain")));
    let nowhere = bloc.in_year(&format!("ballots/{}/votes", fresh_id()));
    let said =
        met.no(bloc, Code::ResourceNotFound, &first.officer, &nowhere, &vote(first.unit, json!("abstain")));
    assert_eq!(said["thing"], "ballot");
    for member in &bloc.members[1..] {
        member.officer.record(&votes, &vote(member.unit, json!(first.unit)));
    }
    bloc.close(ballot);
    ballot
}

fn after_the_close(met: &mut Met, bloc: &Bloc, ballot: Uuid) {
    let first = &bloc.members[0];
    let of_ballot = |rest: &str| bloc.in_year(&format!("ballots/{ballot}/{rest}"));
    let late = json!({"elector": first.unit, "choice": "abstain"});
    met.no(bloc, Code::BallotClosed, &first.officer, &of_ballot("votes"), &late);
    met.no(bloc, Code::BallotClosed, &first.officer, &of_ballot("closures"), &json!({}));
    let ballots = bloc.in_year("ballots");
    met.no(bloc, Code::BallotDecided, bloc.leader(), &ballots, &json!({"question": "leading_unit"}));
    let rankings = bloc.in_year("rankings");
    bloc.leader().record(&rankings, &json!({}));
    assert_eq!(met.no(bloc, Code::AlreadyDone, bloc.leader(), &rankings, &json!({}))["step"], "ranking");
}

fn election(met: &mut Met, bloc: &Bloc) {
    let [first, second, third, _] = &bloc.members[..] else { panic!("four members") };
    let path = bloc.in_year("elections");
    let leads = |leader: Uuid, deputy: Option<Uuid>| match deputy {
        Some(deputy) => json!({"leader": leader, "deputy": deputy}),
        None => json!({"leader": leader}),
    };
    let mut no = |code: Code, body: Value| met.no(bloc, code, bloc.leader(), &path, &body);
    no(Code::SameUnit, leads(first.unit, Some(first.unit)));
    no(Code::NotAMember, leads(first.unit, Some(fresh_id())));
    no(Code::StepOutOfOrder, leads(second.unit, None));
    let tied = bloc.open_ballot("next_leader");
    no(Code::BallotOpen, leads(second.unit, None));
    for (member, choice) in [(first, second), (second, first)] {
        let vote = json!({"elector": member.unit, "choice": choice.unit});
        member.officer.record(&bloc.in_year(&format!("ballots/{tied}/votes")), &vote);
    }
    bloc.close(tied);
    no(Code::NoMajority, leads(second.unit, None));
    bloc.hold_ballot("next_leader", 1);
    let said = no(Code::NotChosen, leads(third.unit, None));
    assert_eq!(said["unit"], json!(second.unit), "who was chosen is named");
    no(Code::StepOutOfOrder, leads(second.unit, Some(third.unit)));
    bloc.leader().record(&path, &leads(second.unit, None));
    assert_eq!(no(Code::AlreadyDone, leads(second.unit, None))["step"], "leadership");
}
