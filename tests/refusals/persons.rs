//! Persons: who is not there, who is erased, who has approved already.

use super::Met;
use crate::support::{
    bloc::{Bloc, YEAR, regulation},
    client::fresh_id,
    persons::{approve, ask_for_erasure, enter, of},
};
use api::problem::Code;
use serde_json::json;

pub(super) fn all(met: &mut Met) {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let (unit, registrar, council) = (bloc.members[0].unit, &bloc.registrar, bloc.council());
    let stranger = json!({"unit": fresh_id(), "full_name": "Nguyễn Văn A"});
    assert_eq!(met.no(&bloc, Code::ResourceNotFound, registrar, "/v1/persons", &stranger)["thing"], "unit");
    let said = met.no(
        &bloc,
        Code::InvalidInput,
        registrar,
        "/v1/persons",
        &json!({"unit": unit, "full_name": " A "}),
    );
    assert_eq!(said["issues"][0]["pointer"], "/full_name");
    let person = enter(registrar, unit, "Nguyễn Văn A");
    met.no(&bloc, Code::InvalidInput, registrar, &of(person, "amendments"), &json!({}));
    let nobody = fresh_id();
    for (path, body) in [
        (of(nobody, "amendments"), json!({"office": "Giám đốc"})),
        (of(nobody, "erasure-requests"), json!({"ground": "purpose_ended"})),
        (of(nobody, "erasure-approvals"), json!({"request": fresh_id()})),
        (of(person, "erasure-approvals"), json!({"request": fresh_id()})),
        (format!("/v1/units/{unit}/heads"), json!({"person": nobody})),
        ("/v1/grants".to_owned(), json!({"client": "khac", "role": "auditor", "person": nobody})),
    ] {
        met.no(&bloc, Code::ResourceNotFound, registrar, &path, &body);
    }
    let heads = format!("/v1/units/{unit}/heads");
    met.no(
        &bloc,
        Code::NotTheHead,
        registrar,
        &format!("/v1/units/{unit}/head-departures"),
        &json!({"person": person}),
    );
    registrar.record(&heads, &json!({"person": person}));
    met.no(&bloc, Code::AlreadyExists, registrar, &heads, &json!({"person": person}));
    let award =
        json!({"bloc": bloc.id, "year": YEAR, "award": "PROVINCE_FLAG", "unit": unit, "person": person});
    met.no(&bloc, Code::AwardForCollectives, bloc.leader(), "/v1/commendations", &award);

    let request = ask_for_erasure(registrar, person);
    let again = json!({"ground": "purpose_ended"});
    met.no(&bloc, Code::AlreadyExists, registrar, &of(person, "erasure-requests"), &again);
    assert_eq!(approve(registrar, person, &request).status, 201);
    met.no(
        &bloc,
        Code::SecondApprover,
        registrar,
        &of(person, "erasure-approvals"),
        &json!({"request": request}),
    );
    assert_eq!(approve(&council, person, &request).status, 201);
    for (path, body) in [
        (of(person, "amendments"), json!({"office": "Giám đốc"})),
        (of(person, "erasure-requests"), again),
        (of(person, "erasure-approvals"), json!({"request": request})),
        (heads, json!({"person": person, "effective_on": "2020-01-01"})),
    ] {
        met.no(&bloc, Code::Ended, registrar, &path, &body);
    }
}
