//! What was acknowledged: a fact that disappears before a head covers it is found by whoever kept the answer, and a kill at
//! any step between writing and publishing leaves nothing signed that is not durable.

use crate::support::{
    auditor::Audited,
    facts::{NewUnit, REGISTERS_UNITS},
    place::{binary, run},
};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

/// Copies a folder as whoever can read the disk does.
fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    run(Command::new("cp").arg("-a").arg(from).arg(to));
}

#[test]
fn an_acknowledged_fact_that_is_gone_before_it_was_signed_is_missed_by_whoever_was_told() {
    // Attack 4: the disk is put back to a moment before the fact, with everything that was signed since.
    let log = Audited::new();
    let server = log.serve(&[]);
    log.register(&server, 0..5);
    assert!(server.stop().success());
    let (store, aside) = (log.place.store(), log.place.file("aside"));
    copy(&store, &aside);
    fs::copy(log.place.file("anchor"), log.place.file("anchor.old")).expect("the anchor");

    let server = log.serve(&[]);
    let client = log.registrar(&server, REGISTERS_UNITS);
    let answer = NewUnit::new(1, 0, 5).post(&client).expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.text);
    fs::write(log.place.file("answer.json"), &answer.bytes).expect("the answer");
    log.write_policy("");
    let url = format!("{}/v1/audit", server.url);
    assert_eq!(server.client("").get("/v1/audit/proofs/6").expect("an answer").status, 200);
    let (code, said) = log.audit(&["receipt", &url, "--answer", "answer.json"]);
    assert_eq!((code, &said["position"]), (Some(0), &Value::from(6)), "{said}");
    server.kill();

    copy(&aside, &store);
    fs::copy(log.place.file("anchor.old"), log.place.file("anchor")).expect("the anchor");
    let server = log.serve(&[]);
    let url = format!("{}/v1/audit", server.url);
    let receipt = || log.audit(&["receipt", &url, "--answer", "answer.json"]);
    let (code, said) = receipt();
    assert_eq!((code, said["finding"]["kind"].as_str()), (Some(2), Some("missing")), "{said}");
    // Another fact takes its place.
    let client = log.registrar(&server, REGISTERS_UNITS);
    assert_eq!(NewUnit::new(1, 0, 6).post(&client).expect("an answer").status, 201);
    assert_eq!(server.client("").get("/v1/audit/proofs/6").expect("an answer").status, 200);
    let (code, said) = receipt();
    assert_eq!((code, said["finding"]["kind"].as_str()), (Some(2), Some("entry")), "{said}");
    assert_eq!(said["finding"]["position"], 6, "{said}");
}

/// The steps between writing and publishing at which a process can be killed: the system call, on which file.
#[cfg(feature = "strace")]
const STEPS: [(&str, &str, &str); 6] = [
    ("the facts are appended", "pwrite64", "store/db"),
    ("they are flushed", "fdatasync", "store/db"),
    ("the signed head is written aside", "write", "anchor.new"),
    ("it is synced", "fsync", "anchor.new"),
    ("it takes the place of the anchor", "rename", "anchor.new"),
    ("the tip follows", "rename", "store/tip.new"),
];

#[cfg(feature = "strace")]
#[test]
fn a_kill_at_any_step_leaves_nothing_signed_that_is_not_durable_and_loses_nothing_that_was_acknowledged() {
    // Attack 34: strace kills the process as it enters the call for the so many-th time.
    use crate::support::{Server, waiting::until};
    for (step, call, file) in STEPS {
        for time in [1, 2, 5] {
            let log = Audited::new();
            let server = log.serve(&[]);
            log.register(&server, 0..3);
            assert!(server.stop().success());
            let path = log.place.file(file).display().to_string();
            let (trace, inject) =
                (format!("trace={call}"), format!("inject={call}:signal=KILL:when={time}+"));
            let strace =
                ["strace", "-D", "-f", "-qq", "-P", &path, "-e", &trace, "-e", &inject, "-o", "/dev/null"];
            let (key, anchor) = (log.file("log.key"), log.file("anchor"));
            let options = ["--log-key", &key, "--anchor", &anchor];
            let mut told = Vec::new();
            // At the first times it may be killed before it listens: then nothing was acknowledged.
            if let Some(mut server) = Server::try_start_under(&log.place, &strace, &options) {
                let client = log.registrar(&server, REGISTERS_UNITS);
                for number in 3..2000 {
                    match NewUnit::new(1, 0, number).post(&client) {
                        Ok(answer) => told.push((answer.status, answer.bytes)),
                        Err(_) => break,
                    }
                }
                server.wait();
            }
            let context = format!("killed when {step}, time {time}, after {} answers", told.len());
            assert!(told.iter().all(|(status, _)| *status == 201), "{context}");
            // A head that is signed covers only what is there, or this start would be refused.
            let server = log.serve(&[]);
            log.write_policy("");
            let url = format!("{}/v1/audit", server.url);
            let size = 4 + told.len();
            until("a head of all that was acknowledged", || {
                let head = server.client("").get("/v1/audit/checkpoint").expect("an answer").text;
                head.lines().nth(1).is_some_and(|line| line.parse::<usize>().is_ok_and(|head| head >= size))
            });
            for (_, answer) in told.iter().rev().take(3) {
                fs::write(log.place.file("answer.json"), answer).expect("the answer");
                let (code, said) = log.audit(&["receipt", &url, "--answer", "answer.json"]);
                assert_eq!(code, Some(0), "{context}: {said}");
            }
            let (code, said) = log.audit(&["verify", &url]);
            assert_eq!(code, Some(0), "{context}: {said}");
        }
    }
}

#[test]
fn a_receipt_is_an_answer() {
    let log = Audited::new();
    log.write_policy("");
    fs::write(log.place.file("answer.json"), "{}").expect("a file");
    let output = Command::new(binary())
        .current_dir(log.place.file(""))
        .args([
            "audit",
            "receipt",
            "http://127.0.0.1:1/v1/audit",
            "--policy",
            "policy.txt",
            "--answer",
            "answer.json",
        ])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(5), "the log comes first");
}
