//! The questions that auditors ask of any record of decisions, each answered by one documented request on the data of the
//! demo, and checked with the auditor's own tool where it has one. The table in `api-spec/README.md` leads from question to
//! request.

use crate::support::{
    Client,
    bloc::grant,
    client::fresh_key,
    demo::Demo,
    persons::{COUNCIL, approve, ask_for_erasure, enter, of},
    waiting::until_some,
};
use domain::{LeafHash, Sha256};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Digest;
use tlog::{checkpoint::SignedCheckpoint, leaf_hash, policy::Policy, proof::verify_consistency};

/// The demo, and the year of a bloc in it that was ranked last.
struct Asked {
    demo: Demo,
    client: Client,
    bloc: String,
    year: String,
    /// The fact that adopted the ranking.
    ranking: Value,
}

impl Asked {
    fn new() -> Self {
        let demo = Demo::start();
        let client = demo.client();
        // The proof of the last fact waits for a head that covers it: everything below is asked of a signed log.
        let last = client.get("/v1/blocs").expect("an answer").position() - 1;
        assert_eq!(client.get(&format!("/v1/audit/proofs/{last}")).expect("an answer").status, 200);
        let rankings = client.read("/v1/events?types=year.ranking_adopted&limit=500");
        let ranking = rankings["items"].as_array().and_then(|all| all.last()).expect("a ranking").clone();
        let subject = ranking["subject"].as_str().expect("a stream").to_owned();
        let mut parts = subject.split('/').skip(1).map(str::to_owned);
        let (bloc, year) = (parts.next().expect("a bloc"), parts.next().expect("a year"));
        Self { demo, client, bloc, year, ranking }
    }

    fn audit(&self, rest: &str) -> Value {
        self.client.read(&format!("/v1/audit/{rest}"))
    }

    fn of_year(&self, name: &str, rest: &str) -> Value {
        self.audit(&format!("{name}?bloc={}&year={}{rest}", self.bloc, self.year))
    }

    fn position(&self) -> u64 {
        self.ranking["sequence"].as_str().expect("a position").parse().expect("a number")
    }

    /// What the auditor's own tool answers; it must hold.
    fn tool(&self, words: &[&str]) -> Value {
        let (code, said) = self.demo.audit(words);
        assert_eq!(code, Some(0), "{words:?}: {said}");
        said
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn checkpoint(asked: &Asked) -> SignedCheckpoint {
    let text = asked.client.get("/v1/audit/checkpoint").expect("an answer").text;
    SignedCheckpoint::parse(text.as_bytes()).expect("a checkpoint")
}

#[test]
fn questions_1_and_10_nothing_was_altered_since_my_last_visit_and_all_see_one_history() {
    let asked = Asked::new();
    let log = asked.demo.log();
    let last_visit = checkpoint(&asked);
    asked.tool(&["verify", &log]);
    asked.tool(&["bundle", &log, "--to", "visit.zip"]);
    // Something is recorded meanwhile.
    let unit = json!({"name": {"vi": "Hội mới"}, "kind": "association", "basis": {"illustrative": true}});
    let position = asked.client.record("/v1/units", &unit).position();
    assert_eq!(
        asked.client.get(&format!("/v1/audit/proofs/{}", position - 1)).expect("an answer").status,
        200
    );

    // 1: the two heads, and the proof that the second grew out of the first.
    let now = checkpoint(&asked);
    let (old, new) = (last_visit.checkpoint(), now.checkpoint());
    assert!(old.size() < new.size());
    let path = format!("/v1/audit/consistency?old={}&new={}", old.size(), new.size());
    let lines = asked.client.get(&path).expect("an answer").text;
    let hashes: Vec<_> = lines
        .lines()
        .map(|line| {
            *format!("x\n0\n{line}\n").parse::<tlog::checkpoint::Checkpoint>().expect("a hash").root()
        })
        .collect();
    verify_consistency(old.size(), new.size(), &hashes, old.root(), new.root()).expect("it only grew");
    asked.tool(&["consistency", &log]);

    // 10: what one auditor kept and what another is shown.
    let compared = asked.tool(&["compare", "visit.zip", &log]);
    assert_eq!(compared["older"]["size"], old.size(), "{compared}");
}

#[test]
fn questions_2_to_5_what_a_standing_was_why_whether_that_is_all_and_who_changed_it() {
    let asked = Asked::new();
    let log = asked.demo.log();
    // 2: as it counted on a day, as known at a moment.
    let recorded_at = asked.ranking["time"].as_str().expect("a time");
    let bytes = asked
        .client
        .get(&format!(
            "/v1/audit/standings?bloc={}&year={}&recorded_at={recorded_at}&explain=true",
            asked.bloc, asked.year
        ))
        .expect("an answer")
        .text;
    let then: Value = serde_json::from_str(&bytes).expect("JSON");
    assert_eq!((&then["stage"], &then["projection"]), (&json!("final"), &json!("standing/1")), "{then}");
    assert!(then["at_size"].as_u64() > Some(asked.position()), "{then}");
    // The hash is of the very bytes of the rows.
    let start = bytes.find(r#""rows":"#).expect("rows") + 7;
    let end = bytes.find(r#","because""#).expect("the end of the rows");
    let hash = Sha256(sha2::Sha256::digest(&bytes[start..end]).into()).to_string();
    assert_eq!(then["state_hash"], hash);
    let published = &then["published"];
    assert_eq!((&published["state_hash"], &published["rules_hash"]), (&json!(hash), &then["rules_hash"]));
    assert_eq!(published["position"], asked.position() + 1, "published with the ranking");
    let shown = asked.client.read(&format!("/v1/blocs/{}/years/{}/standing", asked.bloc, asked.year));
    assert_eq!(shown["published"]["state_hash"], hash, "every answer of a published standing carries it");
    let policy = asked.client.get("/v1/audit/policy").expect("an answer").text;
    let head = SignedCheckpoint::parse(then["checkpoint"].as_str().expect("a note").as_bytes());
    Policy::parse(policy.as_bytes()).expect("a policy").check(&head.expect("a head")).expect("signed");
    let (bloc, year) = (asked.bloc.as_str(), asked.year.as_str());
    let words = ["standings", &log, "--bloc", bloc, "--year", year, "--recorded-at", recorded_at];
    assert_eq!(asked.tool(&words)["standing"]["rows"], then["rows"], "computed from the entries alone");
    let before = asked.of_year("standings", &format!("&at_size={}", asked.position()));
    assert_ne!(before["stage"], "final", "as it was known before: {before}");
    let early = asked.client.get(&format!("/v1/audit/standings?bloc={bloc}&year={year}&valid_at=1990-01-01"));
    assert_eq!(early.expect("an answer").status, 404, "no such year counted then");

    // 3: the facts that every number came from, each with its proof.
    let reasons = list(&then["because"]);
    assert_eq!(reasons.len(), list(&then["rows"]).len());
    let points: Vec<_> = reasons.iter().flat_map(|unit| list(&unit["points"])).collect();
    assert!(points.len() > 10, "only {} numbers are explained", points.len());
    let position = points[0]["position"].as_u64().expect("a position");
    let fact = asked.client.read(&format!("/v1/events/{position}"));
    assert_eq!((&fact["id"], &fact["type"]), (&points[0]["event"], &json!("vn.thidua.year.scores_given.v1")));
    let proof = asked.client.get(&format!("/v1/audit/proofs/{position}")).expect("an answer");
    assert!(proof.text.starts_with("c2sp.org/tlog-proof@v1\n"), "{}", proof.text);

    // 4: these are all facts of the year, up to what the log committed to.
    let stream = format!("year/{bloc}/{year}");
    let path = format!("streams/{}/events?limit=500", stream.replace('/', "%2F"));
    let whole = asked.audit(&path);
    assert_eq!(list(&whole["entries"]).len() as u64, whole["version"].as_u64().expect("a number"));
    let last = list(&whole["entries"]).last().expect("a fact")["entry"].as_str().expect("an entry");
    assert_eq!(whole["head"], LeafHash(leaf_hash(last.as_bytes())).to_string());
    let told = asked.tool(&["stream", &log, &stream]);
    assert_eq!(list(&told["facts"]).len(), list(&whole["entries"]).len());
    let lines = asked.client.ask(Method::GET, &format!("/v1/audit/{path}"));
    let lines = lines.header("Accept", "text/plain").send().text;
    assert!(lines.starts_with(&format!("{stream} {} ", whole["version"])), "{lines}");

    // 5: what changed since before the ranking, and who did it.
    let size = asked.position().to_string();
    let diff = asked.of_year("diff", &format!("&from_size={size}"));
    let facts = list(&diff["facts"]);
    let adopted = facts.iter().find(|fact| fact["event"] == asked.ranking["id"]).expect("the ranking");
    assert_eq!(
        (&adopted["client"], &adopted["event_type"]),
        (&json!("demo"), &json!("year.ranking_adopted"))
    );
    assert!(adopted["grant"].is_string(), "{adopted}");
    let words = ["diff", &log, "--bloc", bloc, "--year", year, "--from-size", &size];
    let told = asked.tool(&words);
    assert_eq!(told["compared_with_served"], true, "{told}");
    let whole = asked.tool(&["diff", &log, "--bloc", bloc, "--year", year]);
    assert!(!list(&whole["diff"]["units"]).is_empty(), "from nothing to the standing: {whole}");
}

#[test]
fn questions_6_to_9_what_was_late_or_corrected_who_acted_by_what_right_and_by_which_rules() {
    let asked = Asked::new();
    // 6: late entries and corrections.
    let late = asked.audit("backdated?min_lag=P30D&limit=500");
    let items = list(&late["items"]);
    assert!(items.len() > 10, "the documents of the demo are older than the demo: {}", items.len());
    assert!(items.iter().all(|item| item["lag_days"].as_u64() >= Some(30)), "{late}");
    let corrections = asked.audit("corrections?limit=500");
    for correction in list(&corrections["items"]) {
        assert!(correction["corrects"].is_string() && correction["reason"].is_string(), "{correction}");
    }

    // 7: who acted, with what right, proven. The page of a client's grants says what the grant was for.
    let position = asked.position();
    let fact = asked.client.read(&format!("/v1/events/{position}"));
    assert_eq!((&fact["id"], &fact["actorclient"]), (&asked.ranking["id"], &json!("demo")));
    let grants = asked.client.read("/v1/grants?client=demo");
    assert!(list(&grants["items"]).iter().any(|grant| grant["id"] == fact["actorgrant"]), "{grants}");
    let proof = asked.client.ask(Method::GET, &format!("/v1/audit/proofs/{position}"));
    assert_eq!(proof.header("Accept", "application/json").send().json()["position"], position);

    // 8: whether each act kept its rules, and between which signed heads it was recorded.
    let checks = asked.of_year("rules-check", "&limit=500");
    let items = list(&checks["items"]);
    let names = |rule: &str| items.iter().filter(|check| check["rule"] == rule).count();
    assert!(names("order") > 10 && names("deadline") > 5, "{checks}");
    assert!(items.iter().all(|check| check["not_after"].is_string()), "every fact is in a signed head");
    let failed: Vec<_> = items.iter().filter(|check| check["holds"] == false).collect();
    assert!(failed.is_empty(), "the service refuses what breaks its rules: {failed:?}");
    assert_eq!(checks["all_hold"], true);
    let late = asked.of_year("rules-check", "&rule=deadline&limit=500");
    assert!(list(&late["items"]).iter().all(|check| check["rule"] == "deadline"), "{late}");

    // 9: each ballot is counted again from its votes, or from the choices that were published when it closed.
    let counted = asked.of_year("rules-check", "&rule=count&limit=500");
    let ballots = asked.client.read(&format!("/v1/blocs/{}/years/{}/ballots", asked.bloc, asked.year));
    let closed: Vec<_> =
        list(&ballots["items"]).iter().filter(|ballot| ballot["closed"].is_object()).collect();
    assert_eq!(list(&counted["items"]).len(), closed.len(), "{counted}");
    assert!(!closed.is_empty(), "{ballots}");
    for (check, ballot) in list(&counted["items"]).iter().zip(&closed) {
        let votes = list(&ballot["votes"]).len();
        assert_eq!((&check["cast"], &check["chosen"]), (&json!(votes), &ballot["chosen"]));
    }
}

#[test]
fn question_11_everything_in_one_file_to_be_checked_without_a_network() {
    let asked = Asked::new();
    let ask = asked.client.ask(Method::POST, "/v1/audit/exports").key(&fresh_key()).json(&json!({}));
    let begun = ask.send();
    assert_eq!(begun.status, 202, "{}", begun.text);
    let place = begun.header("Location").expect("a place").to_owned();
    let done = until_some("an export", || {
        let export = asked.client.read(&place);
        (export["status"] == "done").then_some(export)
    });
    let file = asked.client.ask(Method::GET, &place).header("Accept", "application/zip").send();
    assert_eq!((file.status, &done["bytes"]), (200, &json!(file.bytes.len())), "{done}");
    std::fs::write(asked.demo.place.file("everything.zip"), &file.bytes).expect("the file");
    let said = asked.tool(&["verify", "everything.zip", "--offline"]);
    assert_eq!(said["head"]["size"], done["total"], "{said}");
    assert!(!list(&said["published"]).is_empty(), "standings are computed again from the file: {said}");
}

#[test]
fn question_12_who_looked_at_what_and_what_was_erased_on_what_ground() {
    let asked = Asked::new();
    let client = &asked.client;
    let units = client.read("/v1/units?limit=1");
    let unit = units["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a unit");
    let person = enter(client, unit, "Người Ví Dụ");
    let shown = client.get(&of(person, "disclosure")).expect("an answer");
    assert_eq!(shown.status, 200, "{}", shown.text);
    grant(client, COUNCIL, &json!({"official": {}}));
    let council = Client::new(&asked.demo.url, &asked.demo.token_of(COUNCIL, "erasures:write"));
    let request = ask_for_erasure(client, person);
    for approver in [client, &council] {
        assert_eq!(approve(approver, person, &request).status, 201);
    }

    let erasures = asked.audit("erasures");
    let [erasure] = list(&erasures["items"]) else { panic!("one erasure: {erasures}") };
    assert_eq!((&erasure["person"], &erasure["ground"]), (&json!(person), &json!("subject_request")));
    assert_eq!(list(&erasure["approvals"]).len(), 2, "{erasure}");
    assert!(erasure["erased_at"].is_string() && erasure["erased_by"].is_u64(), "{erasure}");

    let looked = until_some("a noted disclosure", || {
        let reads = asked.audit("reads?actor=demo&limit=500");
        list(&reads["items"]).iter().find(|read| read["operation"] == "disclosePerson").cloned()
    });
    let id = shown.header("Request-Id").expect("an id");
    assert_eq!((&looked["path"], &looked["request"]), (&json!(of(person, "disclosure")), &json!(id)));
    assert!(!looked.to_string().contains("Người Ví Dụ"), "{looked}");

    // The tool checks the log of reads as a whole; its key stands in the policy beside that of the log.
    let lines = |path: &str| client.get(path).expect("an answer").text.replace("quorum none\n", "");
    let policy = [lines("/v1/audit/policy"), lines("/v1/audit/reads/policy"), "quorum none\n".to_owned()];
    std::fs::write(asked.demo.place.file("policy.txt"), policy.concat()).expect("the policy");
    until_some("a signed head of the log of reads that covers a read", || {
        let told = asked.tool(&["reads", &asked.demo.log()]);
        told["shown"].as_u64().filter(|shown| *shown > 0)
    });
}

#[test]
fn a_question_that_cannot_be_meant_is_refused_with_its_fault() {
    let demo = Demo::start();
    let client = demo.client();
    for (path, status) in [
        ("backdated?min_lag=30", 400),
        ("backdated?min_lag=P0D", 400),
        ("standings?bloc=01890000-0000-7000-8001-000000000003", 400),
        (
            "standings?bloc=01890000-0000-7000-8001-000000000003&year=2019&recorded_at=2199-01-01T00:00:00Z",
            400,
        ),
        ("diff?bloc=01890000-0000-7000-8001-00000000ffff&year=2019", 404),
        ("rules-check?bloc=01890000-0000-7000-8001-000000000003&year=2019&rule=fairness", 400),
        ("streams/unit%2Fnone/events", 400),
        ("streams/unit%2F01890000-0000-7000-8001-00000000ffff/events", 404),
        ("streams/log/events?upto=0", 404),
    ] {
        let answer = client.get(&format!("/v1/audit/{path}")).expect("an answer");
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}
