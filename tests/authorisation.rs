//! Who may do what, operation by operation, as the service's own document lists them: no operation is left out, for the
//! table below must have a row for each.

use crate::support::{
    Answer, Client, Place,
    bloc::{Bloc, OFFICER_SCOPES, YEAR, grant, register, regulation},
    client::{fresh_id, fresh_key, now},
    dossiers::{council_vote, decision, revocation},
    persons::enter,
    place::REGISTRAR,
    whole_year::scores,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::OnceLock};
use uuid::Uuid;

/// The dossier that operations on dossiers are tried on.
const DOSSIER: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00d0);

/// The person that operations on persons are tried on. The service chooses its id.
static PERSON: OnceLock<String> = OnceLock::new();

/// One operation of the document.
struct Operation {
    id: String,
    method: Method,
    path: String,
    /// The scopes a token needs; `None` where no token is needed.
    scopes: Option<Vec<String>>,
}

fn operations(public: &Client) -> Vec<Operation> {
    let document = public.read("/v1/openapi.json");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let security = operation["security"].as_array().expect("every operation says what it needs");
            let names = security.first().map(|needed| {
                let names = needed["bearer"].as_array().expect("scopes").iter();
                names.map(|name| name.as_str().expect("a scope").to_owned()).collect()
            });
            found.push(Operation {
                id: operation["operationId"].as_str().expect("an id").to_owned(),
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                scopes: names,
            });
        }
    }
    found
}

/// Who may, among the people of a bloc.
#[derive(Clone, Copy, PartialEq)]
enum May {
    /// The registrar.
    Registrar,
    /// The official of the bloc.
    Official,
    /// The officer of the first unit, which leads the bloc.
    Leader,
    /// Anyone with a token.
    Anyone,
}

/// What is sent to an operation, and who may send it.
#[derive(Clone)]
struct Row {
    id: &'static str,
    body: Value,
    may: &'static [May],
}

fn row(id: &'static str, may: &'static [May], body: Value) -> Row {
    Row { id, body, may }
}

/// A row for every operation that needs a token. Bodies are well formed: what is refused is refused for who asks.
fn rows(bloc: &Bloc) -> Vec<Row> {
    let unit = bloc.members[0].unit;
    [
        register_rows(unit),
        year_rows(unit),
        step_rows(unit),
        commendation_rows(bloc),
        person_rows(unit),
        other_rows(),
    ]
    .concat()
}

fn register_rows(unit: Uuid) -> Vec<Row> {
    use May::Registrar;
    let (name, own) = (json!({"vi": "Tên"}), json!({"unit": unit}));
    let identifier = json!({"identifier": {"scheme": "internal", "value": "H26.9"}});
    // Far enough ahead that the unit still takes part in everything below.
    let dissolution = json!({"reason": "Giải thể", "effective_on": now().day().plus_days(300).to_string(),
                             "basis": {"illustrative": true}});
    vec![
        row("registerUnit", &[Registrar], json!({"name": name, "kind": "association"})),
        row("renameUnit", &[Registrar], json!({"name": name})),
        row("identifyUnit", &[Registrar], identifier.clone()),
        row("endIdentifier", &[Registrar], identifier.clone()),
        row("placeUnit", &[Registrar], json!({"relation": "superior"})),
        row("mergeUnits", &[Registrar], json!({"predecessors": [fresh_id()]})),
        row("splitUnit", &[Registrar], json!({"into": [fresh_id()], "continues": true})),
        row("dissolveUnit", &[Registrar], dissolution),
        row("establishBloc", &[Registrar], json!({"name": name, "kind": "khoi", "level": "province"})),
        row("aliasBloc", &[Registrar], json!({"alias": name})),
        row("joinBloc", &[Registrar], own),
        row("leaveBloc", &[Registrar], json!({"unit": fresh_id()})),
        row("transferUnits", &[Registrar], json!({"units": [unit], "from": fresh_id()})),
        row("nestBloc", &[Registrar], json!({})),
        row("delegateBloc", &[Registrar], json!({})),
        row("describeBloc", &[Registrar], json!({"zone": "Vùng động lực"})),
        row("dissolveBloc", &[Registrar], json!({"reason": "Sắp xếp lại", "successors": [fresh_id()]})),
    ]
}

/// The year as a whole: its regulation, deadlines and leaders, what is queried and objected to.
fn year_rows(unit: Uuid) -> Vec<Row> {
    use May::{Leader, Official, Registrar};
    vec![
        row("openYear", &[Registrar, Official], json!({"year": YEAR})),
        row("recordLeadership", &[Registrar, Official], json!({"leader": unit})),
        row("adoptRegulation", &[Registrar, Official, Leader], json!({"regulation": regulation()})),
        row("draftRegulation", &[Registrar, Official, Leader], json!({"regulation": regulation()})),
        row("commentRegulationDraft", &[Leader], json!({"unit": unit, "text": "Đồng ý"})),
        row(
            "changeDeadline",
            &[Official, Leader],
            json!({"step": "annual_report", "to": "2019-11-20", "reason": "Mưa lũ"}),
        ),
        row("vacateLeadership", &[Registrar, Official], json!({"unit": fresh_id(), "reason": "Sáp nhập"})),
        row("replaceLeadership", &[Registrar, Official], json!({"leader": fresh_id(), "reason": "Sáp nhập"})),
        row("delegateLeadership", &[Leader], json!({"from": "2019-01-01", "until": "2019-01-02"})),
        row("handOverLeadership", &[Official, Leader], json!({"on": "2019-12-24"})),
        row("queryScore", &[Official, Leader], json!({"score": fresh_id(), "text": "Căn cứ nào?"})),
        row("explainScore", &[Official], json!({"text": "Theo biên bản"})),
        row(
            "lodgeObjection",
            &[Leader],
            json!({"unit": unit, "against": fresh_id(), "text": "Đề nghị chấm lại"}),
        ),
        row("ruleOnObjection", &[Official, Leader], json!({"outcome": "upheld", "reason": "Đúng"})),
        row("holdConsultation", &[Official, Leader], json!({"text": "Thống nhất"})),
        row(
            "recordCouncilDecision",
            &[Official],
            json!({"council": "Hội đồng tỉnh", "members": 15, "in_favour": 15, "against": 0}),
        ),
    ]
}

fn step_rows(unit: Uuid) -> Vec<Row> {
    use May::{Leader, Official, Registrar};
    let own = json!({"unit": unit});
    vec![
        row("fileRegistration", &[Leader], own.clone()),
        row("signPledge", &[Leader], own),
        row(
            "holdConference",
            &[Registrar, Official, Leader],
            json!({"kind": "launch", "from": "2019-01-10"}),
        ),
        row("fileReport", &[Leader], json!({"unit": unit, "kind": "half_year"})),
        row("excludeUnit", &[Official], json!({"unit": fresh_id(), "cause": "other", "reason": "Lý do"})),
        row("assignPanel", &[Official, Leader], json!({"panel": fresh_id(), "criteria": ["A"]})),
        row("giveScores", &[Leader], scores(unit, "self", &[("A", "1"), ("B", "1")])),
        row("adoptScoreTable", &[Official, Leader], json!({})),
        row("openBallot", &[Official, Leader], json!({"question": "leading_unit"})),
        row("castVote", &[Leader], json!({"elector": unit, "choice": "abstain"})),
        row("closeBallot", &[Official, Leader], json!({})),
        row(
            "breakTie",
            &[Official, Leader],
            json!({"order": [unit, fresh_id()], "lots": {"witnesses": [unit]}}),
        ),
        row("adoptRanking", &[Official, Leader], json!({})),
        row("electLeadership", &[Official, Leader], json!({"leader": unit})),
    ]
}

fn commendation_rows(bloc: &Bloc) -> Vec<Row> {
    use May::{Leader, Official};
    let unit = bloc.members[0].unit;
    vec![
        row(
            "proposeCommendation",
            &[Official, Leader],
            json!({"bloc": bloc.id, "year": YEAR, "award": "PROVINCE_FLAG", "unit": unit}),
        ),
        row("addPapers", &[Official, Leader], json!({"papers": [{"kind": "other", "number": "1/CV"}]})),
        row("appraiseCommendation", &[Official], json!({"finding": "meets"})),
        row("openPublicity", &[Official], json!({"from": "2020-01-02", "place": "Cổng thông tin"})),
        row("overrideQuota", &[Official], json!({"reason": "Lý do", "minutes": "12/BB-HĐTĐKT"})),
        row("recordCouncilVote", &[Official], council_vote(15)),
        row("decideCommendation", &[Official], decision()),
        row("publishCommendation", &[Official], json!({"on": "2020-03-25", "place": "Cổng thông tin"})),
        row("revokeCommendation", &[Official], revocation("dishonest_declaration")),
    ]
}

fn person_rows(unit: Uuid) -> Vec<Row> {
    use May::{Leader, Official, Registrar};
    vec![
        row("listPersons", &[Registrar, Official, Leader], Value::Null),
        row("registerPerson", &[Registrar, Leader], json!({"unit": unit, "full_name": "Nguyễn Văn B"})),
        row("getPerson", &[Registrar, Official, Leader], Value::Null),
        row("amendPerson", &[Registrar, Leader], json!({"office": "Giám đốc"})),
        row("disclosePerson", &[Registrar, Official, Leader], Value::Null),
        row("requestErasure", &[Registrar, Leader], json!({"ground": "subject_request"})),
        row("approveErasure", &[Registrar], json!({"request": fresh_id()})),
        row("listErasures", &[Registrar], Value::Null),
        row("listHeads", &[Registrar, Official, Leader], Value::Null),
        row("appointHead", &[Registrar], json!({"person": fresh_id()})),
        row("recordHeadDeparture", &[Registrar], json!({"person": fresh_id()})),
    ]
}

fn other_rows() -> Vec<Row> {
    use May::{Anyone, Official, Registrar};
    vec![
        row("giveGrant", &[Registrar], json!({"client": "khac", "role": "auditor"})),
        row("revokeGrant", &[Registrar], json!({"reason": "Hết hạn"})),
        row("listGrants", &[Registrar], Value::Null),
        row("getMe", &[Anyone], Value::Null),
        row("listEvents", &[Registrar, Official], Value::Null),
        row("getEvent", &[Registrar, Official], Value::Null),
        row("getEntries", &[Registrar, Official], Value::Null),
        row("listReads", &[Registrar], Value::Null),
        row("getReadsEntries", &[Registrar], Value::Null),
        row("startExport", &[Registrar], json!({})),
        row("listExports", &[Registrar], Value::Null),
        row("getExport", &[Registrar], Value::Null),
        row("commitStreamHeads", &[Registrar], json!({})),
        row("getStreamEvents", &[Registrar, Official], Value::Null),
        row("getStandingAsOf", &[Registrar, Official], Value::Null),
        row("getStandingDiff", &[Registrar, Official], Value::Null),
        row("listBackdated", &[Registrar, Official], Value::Null),
        row("listCorrections", &[Registrar, Official], Value::Null),
        row("checkRules", &[Registrar, Official], Value::Null),
    ]
}

/// The path of an operation, filled with things that are there; nobody's grant stands behind a revocation.
fn filled(bloc: &Bloc, operation: &Operation) -> String {
    let path = operation
        .path
        .replace("{bloc}", &bloc.id.to_string())
        .replace("{year}", &YEAR.to_string())
        .replace("{unit}", &bloc.members[0].unit.to_string())
        .replace("{person}", PERSON.get().map_or("", String::as_str))
        .replace("{grant}", &fresh_id().to_string())
        .replace("{commendation}", &DOSSIER.to_string())
        .replace("{ballot}", &fresh_id().to_string())
        .replace("{draft}", "1")
        .replace("{query}", &fresh_id().to_string())
        .replace("{objection}", &fresh_id().to_string())
        .replace("{code}", "hcmc-2008")
        .replace("{version}", "1")
        .replace("{position}", "0")
        .replace("{stream}", "log")
        .replace("{tile}", "0/000.p/1")
        .replace("{entries}", "000.p/1")
        .replace("{size}", "1")
        .replace("{export}", &fresh_id().to_string());
    assert!(!path.contains('{'), "a parameter this test does not know: {path}");
    match operation.id.as_str() {
        "listGrants" => format!("{path}?client=hoi-a"),
        "getStandingAsOf" | "getStandingDiff" | "checkRules" => {
            format!("{path}?bloc={}&year={YEAR}", bloc.id)
        }
        "listPersons" => format!("{path}?unit={}", bloc.members[0].unit),
        _ => path,
    }
}

fn call(bloc: &Bloc, operation: &Operation, token: &str, body: &Value) -> Answer {
    let client = bloc.server.client(token);
    let ask = client.ask(operation.method.clone(), &filled(bloc, operation));
    if operation.method == Method::POST { ask.key(&fresh_key()).json(body).send() } else { ask.send() }
}

/// The token with one letter of its signature changed.
fn forged(token: &str) -> String {
    let (rest, signature) = token.rsplit_once('.').expect("three parts");
    let middle = signature.len() / 2;
    let other = if &signature[middle..=middle] == "A" { "B" } else { "A" };
    format!("{rest}.{}{other}{}", &signature[..middle], &signature[middle + 1..])
}

fn assert_refused(operation: &Operation, answer: &Answer, status: u16, code: &str) {
    let said = (answer.status, answer.code());
    assert_eq!(said, (status, code.to_owned()), "{}: {}", operation.id, answer.text);
}

#[test]
fn every_operation_that_needs_a_token_refuses_who_may_not() {
    let bloc = Bloc::with_members(3);
    bloc.open_year(&regulation());
    let stranger = register(&bloc.registrar, "Hội ngoài khối");
    grant(&bloc.registrar, "hoi-la", &json!({"unit_officer": {"unit": stranger}}));
    let person = enter(&bloc.registrar, bloc.members[0].unit, "Nguyễn Văn A");
    PERSON.set(person.to_string()).expect("one test");
    bloc.propose_as(DOSSIER, "PROVINCE_FLAG", bloc.members[1].unit);
    let rows = rows(&bloc);
    let guarded: Vec<_> = operations(&bloc.public).into_iter().filter(|one| one.scopes.is_some()).collect();
    let listed: BTreeSet<_> = guarded.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(listed, rows.iter().map(|row| row.id).collect(), "the document, and the table of this test");
    let head = bloc.head();
    for operation in &guarded {
        let row = rows.iter().find(|row| row.id == operation.id).expect("a row");
        refuses(&bloc, operation, row);
    }
    assert_eq!(bloc.head(), head, "a refused request was recorded");
    for operation in &guarded {
        let row = rows.iter().find(|row| row.id == operation.id).expect("a row");
        allows(&bloc, operation, row);
    }
}

fn refuses(bloc: &Bloc, operation: &Operation, row: &Row) {
    let scopes = operation.scopes.as_deref().expect("scopes");
    let token = |client: &str, scopes: &str| bloc.place.token(client, scopes);
    let send = |token: &str| call(bloc, operation, token, &row.body);
    let missing = send("");
    assert_refused(operation, &missing, 401, "noAccessToken");
    assert!(missing.header("WWW-Authenticate").is_some_and(|said| said.starts_with("Bearer")), "{missing:?}");
    let good = token(REGISTRAR, &scopes.join(" "));
    assert_refused(operation, &send(&forged(&good)), 401, "invalidAccessToken");
    if row.may == [May::Anyone] {
        assert!(scopes.is_empty(), "{}: anyone may, and yet it asks for {scopes:?}", operation.id);
        return;
    }
    assert!(!scopes.is_empty(), "{} asks for no scope", operation.id);
    let other = if scopes.iter().any(|scope| scope == "audit:read") { "admin:read" } else { "audit:read" };
    for client in [REGISTRAR, "so-noi-vu", "hoi-a"] {
        assert_refused(operation, &send(&token(client, other)), 403, "missingScope");
    }
    for client in ["khach", "hoi-b", "hoi-la"] {
        // The deputy may do for the bloc what the leader may.
        let deputy = client == "hoi-b" && DEPUTY_MAY.contains(&row.id);
        if !deputy {
            assert_refused(operation, &send(&token(client, &scopes.join(" "))), 403, "missingPermission");
        }
    }
    for (client, person) in PEOPLE {
        if !row.may.contains(&person) {
            assert_refused(operation, &send(&token(client, &scopes.join(" "))), 403, "missingPermission");
        }
    }
}

/// The clients of the people, as the bloc of the tests names them.
const PEOPLE: [(&str, May); 3] =
    [(REGISTRAR, May::Registrar), ("so-noi-vu", May::Official), ("hoi-a", May::Leader)];

/// What the deputy's officer may do in the name of the bloc, as its leader's may.
const DEPUTY_MAY: [&str; 12] = [
    "proposeCommendation",
    "addPapers",
    "adoptRegulation",
    "assignPanel",
    "breakTie",
    "queryScore",
    "holdConference",
    "adoptScoreTable",
    "openBallot",
    "closeBallot",
    "adoptRanking",
    "electLeadership",
];

/// The same request by who may is not refused for who asks: otherwise the refusals above would prove nothing.
fn allows(bloc: &Bloc, operation: &Operation, row: &Row) {
    let scopes = operation.scopes.as_deref().expect("scopes").join(" ");
    for (client, person) in PEOPLE {
        if row.may.contains(&person) || row.may == [May::Anyone] {
            let answer = call(bloc, operation, &bloc.place.token(client, &scopes), &row.body);
            let known = [200, 201, 202, 404, 409].contains(&answer.status);
            assert!(known, "{} by {client}: {} {}", operation.id, answer.status, answer.text);
        }
    }
}

#[test]
fn what_is_public_answers_without_a_token() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    bloc.leader().record(&bloc.in_year("regulation-drafts"), &json!({"preset": "hcmc-2008"}));
    bloc.up_to_the_score_table();
    let ballot = bloc.open_ballot("leading_unit");
    bloc.everyone_votes(ballot, 1);
    bloc.close(ballot);
    bloc.leader().record(&bloc.in_year("rankings"), &json!({}));
    let council = json!({"council": "Hội đồng tỉnh", "members": 15, "in_favour": 15, "against": 0});
    bloc.official.record(&bloc.in_year("council-decisions"), &council);
    bloc.propose_as(DOSSIER, "PROVINCE_FLAG", bloc.members[0].unit);
    let public: Vec<_> = operations(&bloc.public).into_iter().filter(|one| one.scopes.is_none()).collect();
    assert!(public.len() > 15, "only {} public operations", public.len());
    for operation in &public {
        assert_eq!(operation.method, Method::GET, "{} records something without a token", operation.id);
        let path = operation.path.replace("{ballot}", &ballot.to_string());
        let operation = Operation { path, id: operation.id.clone(), method: Method::GET, scopes: None };
        let answer = bloc.public.get(&filled(&bloc, &operation)).expect("an answer");
        // Nobody outside stamps the heads of this log.
        let expected = if operation.id == "getTimeStamp" { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{}: {}", operation.id, answer.text);
    }
}

#[test]
fn a_grant_ends_when_it_is_revoked_and_when_its_last_day_is_over() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let [first, second] = &bloc.members[..] else { panic!("two members") };
    let file = |client: &Client, unit: Uuid| {
        let ask = client.ask(Method::POST, &bloc.in_year("registrations")).key(&fresh_key());
        ask.json(&json!({"unit": unit})).send()
    };
    let path = format!("/v1/grants/{}/revocations", first.grant);
    bloc.registrar.record(&path, &json!({"reason": "Hết nhiệm kỳ"}));
    assert_eq!(file(&first.officer, first.unit).code(), "missingPermission");
    assert_eq!(bloc.members[0].officer.read("/v1/me")["grants"][0]["in_force"], false);
    assert_eq!(file(&second.officer, second.unit).status, 201, "the other's grant stands");

    let over = json!({"client": "het-han", "role": {"unit_officer": {"unit": first.unit}}, "until": "2019-12-31",
                      "effective_on": "2019-01-01"});
    bloc.registrar.record("/v1/grants", &over);
    let late = bloc.server.client(&bloc.place.token("het-han", OFFICER_SCOPES));
    assert_eq!(file(&late, first.unit).code(), "missingPermission", "its last day was in 2019");
    let ahead = json!({"client": "sang-nam", "role": {"unit_officer": {"unit": first.unit}},
                       "effective_on": in_two_days()});
    bloc.registrar.record("/v1/grants", &ahead);
    let early = bloc.server.client(&bloc.place.token("sang-nam", OFFICER_SCOPES));
    assert_eq!(file(&early, first.unit).code(), "missingPermission", "its first day is still to come");
    let again = json!({"client": "hoi-a", "role": {"unit_officer": {"unit": first.unit}}});
    bloc.registrar.record("/v1/grants", &again);
    assert_eq!(file(&first.officer, first.unit).status, 201, "a new grant counts at once");
}

/// Two days from now, so that no time zone makes it today.
fn in_two_days() -> String {
    now().day().plus_days(2).to_string()
}

#[test]
fn an_official_of_one_bloc_is_nobody_in_another() {
    let bloc = Bloc::with_members(1);
    let other = fresh_id();
    let body = json!({"id": other, "name": {"vi": "Khối khác"}, "kind": "khoi", "level": "province"});
    bloc.registrar.record("/v1/blocs", &body);
    let open = |client: &Client, year: u16| {
        let ask = client.ask(Method::POST, &format!("/v1/blocs/{other}/years")).key(&fresh_key());
        ask.json(&json!({"year": year})).send()
    };
    assert_eq!(open(&bloc.official, 2019).code(), "missingPermission");
    grant(&bloc.registrar, "ban-tdkt", &json!({"official": {}}));
    let everywhere = bloc.server.client(&bloc.place.token("ban-tdkt", "years:write"));
    assert_eq!(open(&everywhere, 2019).status, 201, "an official of every bloc");
}

#[test]
fn a_token_of_another_issuer_or_for_another_service_is_refused() {
    let bloc = Bloc::with_members(0);
    let elsewhere = Place::new();
    let foreign = elsewhere.token(REGISTRAR, "units:write");
    let answer = bloc.server.client(&foreign).get("/v1/me").expect("an answer");
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalidAccessToken"), "another's key");
}
