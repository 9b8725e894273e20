//! Exports as jobs: the bundle that `thidua audit bundle` makes, the same bytes each time, kept for a while and bounded.

use crate::support::{Answer, Client, Server, auditor::Audited, client::fresh_key, waiting::until_some};
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, thread};

fn ask(client: &Client, key: &str) -> Answer {
    client.ask(Method::POST, "/v1/audit/exports").key(key).json(&json!({})).send()
}

/// Asks for an export and waits until it is done.
fn exported(client: &Client) -> (Value, Answer) {
    let answer = ask(client, &fresh_key());
    assert_eq!(answer.status, 202, "{}", answer.text);
    let path = answer.header("Location").expect("a place").to_owned();
    let done = until_some("an export", || {
        let export = client.read(&path);
        assert_ne!(export["status"], "failed", "{export}");
        (export["status"] == "done").then_some(export)
    });
    let file = client.ask(Method::GET, &path).header("Accept", "application/zip").send();
    assert_eq!((file.status, file.header("Content-Type")), (200, Some("application/zip")), "{path}");
    (done, file)
}

fn started() -> (Audited, Server, Client) {
    let log = Audited::new();
    let server = log.serve(&[]);
    log.register(&server, 0..300);
    let auditor = log.appoint(&server);
    // An export is of the head that is signed: the proof of the last fact waits for one that covers it.
    assert_eq!(server.client("").get("/v1/audit/proofs/301").expect("an answer").status, 200);
    (log, server, auditor)
}

#[test]
fn an_export_is_the_bundle_of_the_auditors_tool_and_the_same_each_time() {
    let (log, server, auditor) = started();
    let (done, first) = exported(&auditor);
    let (_, second) = exported(&auditor);
    assert!(first.bytes == second.bytes, "two exports of one size differ");
    assert_eq!((&done["done"], &done["total"]), (&302.into(), &302.into()), "{done}");
    assert_eq!(done["bytes"], first.bytes.len(), "{done}");
    use sha2::{Digest, Sha256};
    let hash: String = Sha256::digest(&first.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(done["sha256"], hash.as_str());
    assert_eq!(first.header("ETag"), Some(format!("\"{hash}\"").as_str()));

    // Offline it holds, and the tool makes the same bytes from outside.
    fs::write(log.place.file("export.zip"), &first.bytes).expect("the file");
    fs::write(log.place.file("policy.txt"), format!("log {}\nquorum none\n", log.key)).expect("a policy");
    let (code, said) = log.audit(&["verify", "export.zip", "--offline"]);
    assert_eq!((code, &said["head"]["size"]), (Some(0), &302.into()), "{said}");
    let url = format!("{}/v1/audit", server.url);
    assert_eq!(log.audit(&["bundle", &url, "--to", "bundle.zip"]).0, Some(0));
    assert!(
        fs::read(log.place.file("bundle.zip")).expect("the bundle") == first.bytes,
        "it matters who makes it"
    );

    // That somebody took the whole log is noted.
    let reads = until_some("noted exports", || {
        let reads = auditor.read("/v1/audit/reads?limit=500");
        let items = reads["items"].as_array().expect("reads").clone();
        (items.iter().filter(|read| read["operation"] == "startExport").count() == 2).then_some(items)
    });
    assert!(reads.iter().any(|read| read["operation"] == "getExport"));
}

#[test]
fn exports_are_asked_for_once_bounded_and_gone_after_a_restart() {
    let (log, server, auditor) = started();
    let key = fresh_key();
    let (one, again) = (ask(&auditor, &key), ask(&auditor, &key));
    assert_eq!(one.header("Location"), again.header("Location"), "the same key is the same export");
    // One is made at a time and four wait. How many asked at once are too many depends on how fast they are made.
    let at_once = || {
        thread::scope(|scope| {
            let asking: Vec<_> = (0..12).map(|_| scope.spawn(|| ask(&auditor, &fresh_key()))).collect();
            asking.into_iter().map(|asked| asked.join().expect("an answer")).collect::<Vec<_>>()
        })
    };
    let refused = until_some("a refusal", || at_once().into_iter().find(|answer| answer.status != 202));
    assert_eq!((refused.status, refused.code().as_str()), (503, "tooManyExports"), "{}", refused.text);
    assert!(refused.header("Retry-After").is_some());
    let kept = auditor.read("/v1/audit/exports")["items"].as_array().expect("exports").len();
    assert!(kept <= 8, "{kept} exports are kept");
    let last =
        until_some("an export", || Some(ask(&auditor, &fresh_key())).filter(|answer| answer.status == 202));
    let path = last.header("Location").expect("a place").to_owned();
    let early = auditor.ask(Method::GET, &path).header("Accept", "application/zip").send();
    assert!(early.status == 200 || early.code() == "exportNotReady", "{}", early.text);

    let body = auditor.ask(Method::POST, "/v1/audit/exports").key(&fresh_key()).json(&json!({"streams": []}));
    assert_eq!(body.send().status, 400, "what is not known is refused");
    let keyless = auditor.ask(Method::POST, "/v1/audit/exports").json(&json!({})).send();
    assert_eq!(keyless.code(), "idempotencyKeyMissing");

    until_some("an export", || (auditor.read(&path)["status"] == "done").then_some(()));
    let folder = format!("{}.exports", log.place.store().display());
    assert!(fs::read_dir(&folder).expect("the folder").count() >= 1);
    server.kill();
    let server = log.serve(&[]);
    let auditor = server.client(&log.place.token(crate::support::auditor::AUDITOR, "audit:read"));
    let gone = auditor.get(&path).expect("an answer");
    assert_eq!((gone.status, gone.code().as_str()), (404, "exportUnknown"), "{}", gone.text);
    assert!(gone.text.contains("khởi động lại"), "it does not say why: {}", gone.text);
    assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 0, "what was left is cleared away");
}
