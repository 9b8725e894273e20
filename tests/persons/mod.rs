//! Personal data told over HTTP: entered, read by who may, erased with the word of two; and that nothing else changes.
//!
//! - `residue`: what is left on disk of what was erased
//! - `killed`: `kill -9` in the middle of an erasure

mod killed;
mod residue;

use crate::support::{
    Client, Server,
    bloc::{Bloc, grant, register, regulation},
    persons::{approve, ask_for_erasure, enter, of},
};
use serde_json::{Value, json};
use uuid::Uuid;

const NAME: &str = "Nguyễn Thị Thử Nghiệm";

/// Everything a registrar can read as an event.
fn events(bloc: &Bloc) -> String {
    bloc.registrar.get("/v1/events?limit=500").expect("an answer").text
}

#[test]
fn a_person_is_entered_amended_and_read_by_who_may_and_is_in_no_event() {
    let bloc = Bloc::with_members(2);
    let (unit, officer) = (bloc.members[0].unit, &bloc.members[0].officer);
    let person = enter(officer, unit, NAME);
    officer.record(
        &of(person, "amendments"),
        &json!({"office": "Chủ tịch Hội", "identity_number": "001075000001"}),
    );
    let council = bloc.council();
    let official = bloc.server.client(&bloc.place.token("so-noi-vu", "persons:read"));
    for client in [officer, &bloc.registrar, &council, &official] {
        let read = client.read(&of(person, ""));
        assert_eq!((&read["full_name"], &read["office"]), (&json!(NAME), &json!("Chủ tịch Hội")), "{read}");
        assert_eq!((&read["status"], &read["date_of_birth"]), (&json!("kept"), &json!("1975-05-19")));
    }
    let list = officer.read(&format!("/v1/persons?unit={unit}"));
    assert_eq!(list["items"][0]["identity_number"], "001075000001");
    let said = events(&bloc);
    for text in [NAME, "1975-05-19", "Giám đốc Sở", "Chủ tịch Hội", "001075000001"] {
        assert!(!said.contains(text), "{text} is in an event");
    }
    assert!(said.contains("person.registered") && said.contains("commitment"));
}

#[test]
fn others_read_nothing_of_a_person() {
    let bloc = Bloc::with_members(2);
    let person = enter(&bloc.registrar, bloc.members[0].unit, NAME);
    grant(&bloc.registrar, "thanh-tra", &json!("auditor"));
    let auditor = bloc.server.client(&bloc.place.token("thanh-tra", "persons:read audit:read events:read"));
    let unit = bloc.members[0].unit;
    let paths = [
        of(person, ""),
        of(person, "disclosure"),
        format!("/v1/persons?unit={unit}"),
        format!("/v1/units/{unit}/heads"),
    ];
    for path in &paths {
        for client in [&bloc.members[1].officer, &auditor] {
            let answer = client.get(path).expect("an answer");
            assert_eq!((answer.status, answer.code().as_str()), (403, "missingPermission"), "{path}");
        }
        assert_eq!(bloc.public.get(path).expect("an answer").status, 401);
    }
}

#[test]
fn the_head_of_a_unit_is_known_by_day() {
    let bloc = Bloc::with_members(1);
    let unit = bloc.members[0].unit;
    let [first, second] = [NAME, "Lê Văn Kế Nhiệm"].map(|name| enter(&bloc.registrar, unit, name));
    let path = format!("/v1/units/{unit}/heads");
    for (person, day) in [(first, "2019-01-01"), (second, "2020-06-01")] {
        bloc.registrar.record(&path, &json!({"person": person, "effective_on": day}));
    }
    let departures = format!("/v1/units/{unit}/head-departures");
    let left = |person: Uuid| json!({"person": person, "effective_on": "2021-01-01"});
    let refused = bloc.registrar.ask(reqwest::Method::POST, &departures);
    let refused = refused.key("a-key-for-a-departure").json(&left(first)).send();
    assert_eq!((refused.status, refused.code().as_str()), (409, "notTheHead"), "{}", refused.text);
    bloc.registrar.record(&departures, &left(second));
    let heads = bloc.registrar.read(&path);
    let periods = heads["items"].as_array().expect("periods").iter();
    let periods: Vec<_> =
        periods.map(|one| (one["person"].clone(), one["from"].clone(), one["until"].clone())).collect();
    let expected = [
        (json!(first), json!("2019-01-01"), json!("2020-06-01")),
        (json!(second), json!("2020-06-01"), json!("2021-01-01")),
    ];
    assert_eq!(periods, expected);
    assert!(heads.get("head").is_none(), "nobody today: {heads}");
}

#[test]
fn a_person_is_commended_under_an_id_and_the_name_stays_in_the_vault() {
    let bloc = Bloc::with_members(2);
    let mut rules = regulation();
    rules["awards"].as_array_mut().expect("awards").push(json!({"award": "ADVANCED_WORKER"}));
    bloc.open_year(&rules);
    let unit = bloc.members[0].unit;
    let [one, other] = [NAME, "Phạm Văn Đồng Sự"].map(|name| enter(&bloc.registrar, unit, name));
    for person in [one, other] {
        let body = json!({"bloc": bloc.id, "year": 2019, "award": "ADVANCED_WORKER", "unit": unit, "person": person});
        let answer = bloc.leader().record("/v1/commendations", &body);
        let dossier = bloc.public.read(answer.header("Location").expect("a location"));
        assert_eq!((&dossier["person"], &dossier["unit"]), (&json!(person), &json!(unit)));
        assert!(!dossier.to_string().contains(NAME));
    }
}

#[test]
fn two_different_clients_erase_and_whoever_reads_afterwards_is_told_by_which_fact() {
    let bloc = Bloc::with_members(1);
    let council = bloc.council();
    let person = enter(&bloc.registrar, bloc.members[0].unit, NAME);
    let request = ask_for_erasure(&bloc.members[0].officer, person);
    assert_eq!(approve(&bloc.registrar, person, &request).status, 201);
    let again = approve(&bloc.registrar, person, &request);
    assert_eq!((again.status, again.code().as_str()), (409, "secondApprover"), "{}", again.text);
    let read = bloc.registrar.read(&of(person, ""));
    assert_eq!(
        (&read["status"], &read["full_name"]),
        (&json!("kept"), &json!(NAME)),
        "one word erases nothing"
    );
    let approval = approve(&council, person, &request);
    assert_eq!(approval.status, 201, "{}", approval.text);

    let read = bloc.registrar.read(&of(person, ""));
    let erased_by = read["erasure"]["erased_by"].as_u64().expect("the fact that erased it");
    assert_eq!(read["status"], "erased");
    assert!(["full_name", "date_of_birth", "office"].iter().all(|field| read.get(field).is_none()), "{read}");
    let fact = bloc.registrar.read(&format!("/v1/events/{erased_by}"));
    assert_eq!(fact["type"], "vn.thidua.person.key_destroyed.v1");
    let data = &fact["data"];
    assert_eq!(
        (&data["ground"], &data["facts"], &data["fields"]),
        (&json!("subject_request"), &json!(1), &json!(3))
    );
    assert_eq!(fact["basisdocuments"], "91/2025/QH15; 12/ĐN-CN");
    let disclosure = bloc.registrar.read(&of(person, "disclosure"));
    assert_eq!((&disclosure["items"], &disclosure["erased_by"]), (&json!([]), &json!(erased_by)));

    let erasures = bloc.registrar.read("/v1/audit/erasures");
    let [erasure] = &erasures["items"].as_array().expect("erasures")[..] else { panic!("one: {erasures}") };
    assert_eq!((&erasure["person"], &erasure["erased_by"]), (&json!(person), &json!(erased_by)));
    assert_eq!(erasure["source"]["documents"], json!(["91/2025/QH15", "12/ĐN-CN"]));
    let approvals: Vec<_> =
        erasure["approvals"].as_array().into_iter().flatten().map(|one| &one["client"]).collect();
    assert_eq!(approvals, [&json!("registrar"), &json!("van-phong-uy-ban")]);
    assert!(!erasures.to_string().contains(NAME));
}

#[test]
fn one_person_behind_two_clients_is_one_approver() {
    let bloc = Bloc::with_members(1);
    let unit = bloc.members[0].unit;
    let [person, behind] = [NAME, "Đỗ Văn Phía Sau"].map(|name| enter(&bloc.registrar, unit, name));
    let mut clients = Vec::new();
    for name in ["phong-mot", "phong-hai"] {
        let given = json!({"client": name, "role": {"official": {}}, "person": behind});
        bloc.registrar.record("/v1/grants", &given);
        clients.push(bloc.server.client(&bloc.place.token(name, "erasures:write")));
    }
    let request = ask_for_erasure(&bloc.registrar, person);
    assert_eq!(approve(&clients[0], person, &request).status, 201);
    let second = approve(&clients[1], person, &request);
    assert_eq!((second.status, second.code().as_str()), (409, "secondApprover"), "{}", second.text);
    let third = approve(&bloc.registrar, person, &request);
    assert_eq!(third.status, 201, "{}", third.text);
}

#[test]
fn without_the_key_of_its_vault_a_service_takes_and_shows_no_personal_data_and_does_everything_else() {
    let bloc = Bloc::with_members(1);
    let unit = bloc.members[0].unit;
    let person = enter(&bloc.registrar, unit, NAME);
    let Bloc { place, server, .. } = bloc;
    assert!(server.stop().success());
    let server = Server::start_without_vault(&place);
    let registrar =
        server.client(&place.token("registrar", "units:write persons:write persons:read erasures:write"));
    let head = registrar.get("/v1/units?limit=1").expect("an answer").position();
    let post = |path: &str, body: &Value| {
        registrar.post(path, &crate::support::client::fresh_key(), body).expect("an answer")
    };
    let body = json!({"unit": unit, "full_name": NAME});
    let refused = [post("/v1/persons", &body), registrar.get(&of(person, "")).expect("an answer")];
    for answer in refused {
        assert_eq!((answer.status, answer.code().as_str()), (503, "vaultClosed"), "{}", answer.text);
        assert!(!answer.text.contains(NAME));
    }
    assert_eq!(registrar.get("/v1/units?limit=1").expect("an answer").position(), head);
    register(&registrar, "Một hội khác");
    ask_for_erasure(&registrar, person);
}

/// What an auditor could ever have kept of the log and of its standings.
fn kept(client: &Client, bloc: &Bloc, size: u64) -> Vec<(String, Vec<u8>)> {
    let audit = |path: String| format!("/v1/audit/{path}");
    let paths = [
        audit(format!("tile/entries/000.p/{size}")),
        audit(format!("tile/0/000.p/{size}")),
        audit(format!("consistency?old={}&new={size}", size / 2)),
        bloc.in_year("standing"),
        bloc.in_year(&format!("standing?as_of_position={size}")),
    ];
    let read = |path: String| {
        let answer = client.get(&path).expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        (path, answer.bytes)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn destroying_every_key_changes_no_leaf_no_proof_and_no_standing() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    let council = bloc.council();
    let mut persons = Vec::new();
    for member in &bloc.members {
        let person = enter(&bloc.registrar, member.unit, NAME);
        let head = json!({"person": person, "effective_on": "2019-01-01"});
        bloc.registrar.record(&format!("/v1/units/{}/heads", member.unit), &head);
        persons.push(person);
    }
    bloc.up_to_the_score_table();
    bloc.vote_rank_and_elect();
    let size = bloc.head();
    assert!(size < 256, "one tile, so that its parts can be asked for");
    let before = kept(&bloc.registrar, &bloc, size);
    for person in &persons {
        bloc.erase(&council, *person);
    }
    let erasures = bloc.registrar.read("/v1/audit/erasures");
    let erased = erasures["items"].as_array().into_iter().flatten().filter(|one| one["erased_by"].is_u64());
    assert_eq!(erased.count(), persons.len());
    for (then, now) in before.iter().zip(kept(&bloc.registrar, &bloc, size)) {
        assert!(*then == now, "{} has changed", then.0);
    }
}
