//! The commands beside `serve`: regulations, import, the OpenAPI document, completions, the health check. Data goes to
//! standard output, everything else to the error stream, and how it ended is the exit code.

use crate::support::{
    Place, Server,
    bloc::regulation,
    place::{REGISTRAR, binary, repository},
};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Command, Output},
};

fn thidua(words: &[&str]) -> Output {
    Command::new(binary()).args(words).output().expect("the program starts")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

#[test]
fn what_changed_between_two_regulations_is_told_by_what_it_means() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, regulation: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, regulation.to_string()).expect("the file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let mut later = regulation();
    later["classes"][0]["at_least"] = json!("85");
    let (before, after) = (file("before.json", &regulation()), file("after.json", &later));
    let told = thidua(&["regulations", "diff", &before, &after]);
    let line = "/classes/0/at_least\tthreshold_changed\tThreshold changed (A): 90 → 85.";
    assert_eq!((code(&told), out(&told).trim()), (0, line), "{}", said(&told));
    let row: Value =
        serde_json::from_str(out(&thidua(&["--json", "regulations", "diff", &before, &after])).trim())
            .expect("JSON");
    assert_eq!(
        (&row["meaning"], &row["before"], &row["after"]),
        (&json!("threshold_changed"), &json!("90"), &json!("85"))
    );
    assert_eq!(row["vi"], "Đổi ngưỡng xếp loại (A): 90 → 85.");
    assert_eq!(out(&thidua(&["regulations", "diff", &before, &before])).trim(), "no change");
    assert_eq!(out(&thidua(&["--json", "regulations", "diff", "hcmc-2008", "hcmc-2008"])).trim(), "[]");
    let presets = thidua(&["regulations", "diff", "hcmc-2008", "hue-804-2018"]);
    assert!(out(&presets).lines().count() > 10, "{}", out(&presets));
    let nowhere = thidua(&["regulations", "diff", &before, "no-such-file.json"]);
    assert_ne!(code(&nowhere), 0);
    let broken = file("broken.json", &json!({"title": 1}));
    assert_eq!(code(&thidua(&["regulations", "diff", &before, &broken])), 2, "not a regulation");
}

#[test]
fn the_regulations_that_come_along_are_listed_and_shown() {
    let list = thidua(&["regulations", "list"]);
    let codes: Vec<_> =
        out(&list).lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect();
    let files = std::fs::read_dir(repository().join("api-spec/regulations")).expect("the folder");
    let mut names: Vec<_> = files
        .map(|file| file.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|name| name != "schema")
        .collect();
    names.sort();
    let mut sorted = codes.clone();
    sorted.sort();
    assert_eq!(sorted, names, "what is listed, and the files");
    for name in codes {
        let shown = thidua(&["regulations", "show", &name]);
        assert_eq!(code(&shown), 0, "{}", said(&shown));
        let shown: Value = serde_json::from_str(&out(&shown)).expect("JSON");
        let text = std::fs::read_to_string(repository().join(format!("api-spec/regulations/{name}.json")));
        let file: Value = serde_json::from_str(&text.expect("the file")).expect("JSON");
        assert_eq!((&shown["title"], &shown["procedure"]), (&file["title"], &file["procedure"]));
        let path = format!("{}/api-spec/regulations/{name}.json", repository().display());
        assert_eq!(code(&thidua(&["regulations", "check", &path])), 0, "{name} contradicts itself");
    }
    let rows = out(&thidua(&["--json", "regulations", "list"]));
    assert!(
        rows.lines()
            .all(|row| serde_json::from_str::<Value>(row).is_ok_and(|row| row["title"]["vi"].is_string()))
    );
    let unknown = thidua(&["regulations", "show", "nowhere-1999"]);
    assert_eq!((code(&unknown), out(&unknown).as_str()), (2, ""));
    assert!(said(&unknown).contains("nowhere-1999"), "{}", said(&unknown));
}

#[test]
fn a_faulty_regulation_is_told_every_fault_with_its_pointer() {
    let place = Place::new();
    let check = |regulation: &str, words: &[&str]| {
        let file = place.file("regulation.json");
        std::fs::write(&file, regulation).expect("a file");
        let mut all = words.to_vec();
        let path = file.to_string_lossy().into_owned();
        all.extend(["regulations", "check", &path]);
        thidua(&all)
    };
    let good = check(&regulation().to_string(), &[]);
    assert_eq!((code(&good), out(&good).as_str()), (0, "no contradiction found\n"), "{}", said(&good));

    let mut faulty = regulation();
    faulty["sheet"]["scale"] = json!("90");
    faulty["procedure"][1]["late"] = json!("refuse");
    faulty["tie_breaks"] = json!(["votes", "votes"]);
    let found = check(&faulty.to_string(), &["--json"]);
    assert_eq!(code(&found), 3, "{}", said(&found));
    let rows: Vec<Value> =
        out(&found).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut pointers: Vec<_> = rows.iter().map(|row| row["pointer"].as_str().expect("a pointer")).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/procedure/1/late", "/sheet/scale", "/tie_breaks/1"], "{rows:?}");
    let words = out(&check(&faulty.to_string(), &[]));
    assert_eq!(words.lines().count(), 3, "the same for people: {words}");

    let mut misspelt = regulation();
    misspelt["sheet"]["parts"][0]["criteria"][1]["maximum"] = json!("40");
    let found = check(&misspelt.to_string(), &["--json"]);
    assert_eq!(code(&found), 3);
    let row: Value = serde_json::from_str(out(&found).trim()).expect("one row");
    assert_eq!(row["pointer"], "/sheet/parts/0/criteria/1/maximum", "a JSON pointer (RFC 6901): {row}");
    assert_eq!(code(&check("{", &[])), 3);
    assert_eq!(code(&thidua(&["regulations", "check", "/nowhere/regulation.json"])), 1);
}

#[test]
fn an_import_can_be_run_again() {
    let place = Place::new();
    let file = repository().join("api-spec/import/quang-tri-2025.jsonl");
    let import = |file: &Path| {
        let mut command = Command::new(binary());
        command
            .args(["--json", "import", "--store", &place.store_address(), "--client", REGISTRAR])
            .arg(file);
        command.output().expect("the program starts")
    };
    let text = std::fs::read_to_string(&file).expect("the file");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    let report = |output: &Output| -> Value {
        assert_eq!(code(output), 0, "{}", said(output));
        serde_json::from_str(&out(output)).expect("a report")
    };
    assert_eq!(report(&import(&file)), json!({"recorded": lines, "known": 0}));
    assert_eq!(report(&import(&file)), json!({"recorded": 0, "known": lines}), "nothing twice");

    let wrong = place.file("wrong.jsonl");
    let line = json!({"post": "/v1/units", "key": "mot-dong-sai-0001", "body": {"name": {"vi": 5}, "kind": "locality"}});
    std::fs::write(&wrong, format!("// a comment\n{line}\n")).expect("a file");
    let refused = import(&wrong);
    assert_eq!((code(&refused), out(&refused).as_str()), (1, ""));
    let said = said(&refused);
    assert!(said.contains("line 2") && said.contains("/name/vi"), "{said}");

    let server = Server::start(&place);
    let blocs = server.client("").read("/v1/blocs?limit=500");
    assert_eq!(blocs["items"].as_array().map(Vec::len), Some(15));
    let units = server.client("").read("/v1/units?limit=500&q=phong");
    assert!(units["items"].as_array().is_some_and(|units| units.len() >= 27), "the 27 divisions");
}

#[test]
fn the_published_document_is_what_the_program_prints_and_serves() {
    let printed = out(&thidua(&["openapi"]));
    let published =
        std::fs::read_to_string(repository().join("api-spec/openapi.json")).expect("the document");
    assert!(
        printed == published,
        "api-spec/openapi.json is out of date; write it with: cargo run -- openapi > api-spec/openapi.json"
    );
    let place = Place::new();
    let served = Server::start(&place).client("").read("/v1/openapi.json");
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(served, printed);
    assert_eq!(printed["openapi"].as_str().map(|version| &version[..4]), Some("3.1."));
}

#[test]
fn there_are_completions_for_every_shell() {
    let commands = ["serve", "demo", "import", "token", "store", "regulations", "openapi", "healthcheck"];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = thidua(&["completions", shell]);
        assert_eq!(code(&script), 0, "{}", said(&script));
        let missing: Vec<_> = commands.iter().filter(|command| !out(&script).contains(**command)).collect();
        assert!(missing.is_empty(), "{shell}: {missing:?}");
    }
    assert_eq!(code(&thidua(&["completions", "abacus"])), 2);
}

#[test]
fn a_health_check_tells_by_its_exit_code() {
    let place = Place::new();
    let server = Server::start(&place);
    let url = server.url.clone();
    let ask = |url: &str| thidua(&["healthcheck", "--url", url]);
    assert_eq!(code(&ask(&url)), 0);
    assert_eq!(code(&ask(&format!("{url}/"))), 0, "a slash too many");
    let elsewhere = ask(&format!("{url}/elsewhere"));
    assert_eq!(code(&elsewhere), 6, "an answer that is not ready: {}", said(&elsewhere));
    assert!(server.stop().success());
    let gone = ask(&url);
    assert_eq!((code(&gone), out(&gone).as_str()), (6, ""), "nobody answers");
    assert!(said(&gone).contains("/health/ready"), "{}", said(&gone));
    assert_eq!(code(&thidua(&["healthcheck", "--wrong"])), 2);
}
