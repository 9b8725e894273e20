//! Nothing is acknowledged before it is synced: the order of system calls of the real process, as `strace` saw them.
//!
//! For every `201` on a socket there must be, between the last byte of its request and its first byte, a write to the
//! store's `db` file and after that an `fdatasync` of the same file that succeeded. `sync_file_range`, which is all
//! that sled itself calls, does not count: it leaves the disk's own cache where it is.

use crate::support::{
    Place, Server,
    facts::{NewUnit, REGISTERS_UNITS},
    place::REGISTRAR,
};
use std::{
    collections::HashMap,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

const CALLS: &str =
    "trace=fdatasync,fsync,sync_file_range,pwrite64,write,writev,sendto,sendmsg,read,recvfrom,recvmsg";

/// A system call, from the line of the trace where it began to the line where it had ended.
#[derive(Debug)]
struct Call {
    began: usize,
    ended: usize,
    name: String,
    /// What its first argument refers to: a path, or a socket with its number.
    on: String,
    text: String,
    result: i64,
}

#[test]
fn one_client_is_told_only_what_is_synced() {
    assert_every_201_follows_a_sync(1, 200);
}

#[test]
fn eight_clients_at_once_are_told_only_what_is_synced() {
    assert_every_201_follows_a_sync(8, 50);
}

fn assert_every_201_follows_a_sync(clients: u16, posts_each: u32) {
    let place = Place::new();
    let trace = place.file("trace");
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let output = trace.display().to_string();
    // -D makes strace the child and the server the process we started, so that our signals reach the server.
    let strace = ["strace", "-D", "-f", "-y", "-s", "40", "--seccomp-bpf", "-e", CALLS, "-o", &output];
    let server = Server::start_under(&place, &strace);
    thread::scope(|scope| {
        for writer in 0..clients {
            let client = server.client(&token);
            scope.spawn(move || {
                for number in 0..posts_each {
                    let answer = NewUnit::new(1, writer, number).post(&client).expect("an answer");
                    assert_eq!(answer.status, 201, "{answer:?}");
                }
            });
        }
    });
    let process = server.id();
    assert!(server.stop().success());

    let calls = parse(&whole_trace(&trace, process));
    let answers = check(&calls).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(answers, u64::from(clients) * u64::from(posts_each), "the trace missed some answers");
    let syncs = calls.iter().filter(|call| is_sync_of_db(call)).count();
    println!("{answers} answers from {clients} clients, {syncs} syncs, none answered before its sync");
}

/// The trace once strace has written its last line, which it does a moment after the process has ended.
fn whole_trace(path: &Path, process: u32) -> String {
    let last = format!("{process} +++ exited");
    let start = Instant::now();
    loop {
        let text = String::from_utf8_lossy(&fs::read(path).expect("strace wrote a trace")).into_owned();
        if text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(&last)) {
            return text;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "the trace has no end");
        thread::sleep(Duration::from_millis(20));
    }
}

fn parse(trace: &str) -> Vec<Call> {
    let mut open: HashMap<&str, (usize, String)> = HashMap::new();
    let mut calls = Vec::new();
    for (line_number, line) in trace.lines().enumerate() {
        let Some((process, text)) = line.split_once(' ') else {
            continue;
        };
        let text = text.trim_start();
        if let Some(start) = text.strip_suffix("<unfinished ...>") {
            open.insert(process, (line_number, start.trim_end().to_owned()));
        } else if text.starts_with("<... ") {
            let rest = text.split_once(" resumed>").map_or("", |(_, rest)| rest);
            if let Some((began, start)) = open.remove(process) {
                calls.extend(call(began, line_number, start + rest));
            }
        } else {
            calls.extend(call(line_number, line_number, text.to_owned()));
        }
    }
    calls
}

/// A call such as `fdatasync(12</store/db>) = 0`; signals and ends of processes are none.
fn call(began: usize, ended: usize, text: String) -> Option<Call> {
    let (name, arguments) = text.split_once('(')?;
    let descriptor = arguments.split_once('<')?.1;
    let on = descriptor.split_once('>')?.0.to_owned();
    let result = text.rsplit_once(" = ")?.1.split_whitespace().next()?.parse().ok()?;
    Some(Call { began, ended, name: name.to_owned(), on, result, text })
}

fn is_db(call: &Call) -> bool {
    call.on.ends_with("/store/db")
}

fn is_sync_of_db(call: &Call) -> bool {
    call.name == "fdatasync" && is_db(call) && call.result == 0
}

/// Checks every 201 and returns how many there were.
fn check(calls: &[Call]) -> Result<u64, String> {
    let is_write = |call: &&Call| matches!(call.name.as_str(), "pwrite64" | "write" | "writev");
    let writes: Vec<_> = calls.iter().filter(is_write).filter(|call| is_db(call)).collect();
    let syncs: Vec<_> = calls.iter().filter(|call| is_sync_of_db(call)).collect();
    let mut answers = 0;
    for answer in calls.iter().filter(|call| call.text.contains("\"HTTP/1.1 201 ")) {
        answers += 1;
        let asked_by = |call: &&Call| is_read(call) && call.on == answer.on && call.ended < answer.began;
        let request = calls.iter().rfind(asked_by);
        let asked = request.ok_or_else(|| format!("an answer without a request: {answer:?}"))?.ended;
        let safe = syncs
            .iter()
            .filter(|sync| sync.began > asked && sync.ended < answer.began)
            .any(|sync| writes.iter().any(|write| write.began > asked && write.ended < sync.began));
        if !safe {
            return Err(format!("answered before it was synced (asked at line {asked}): {answer:?}"));
        }
    }
    Ok(answers)
}

fn is_read(call: &Call) -> bool {
    matches!(call.name.as_str(), "read" | "recvfrom" | "recvmsg") && call.result > 0
}

/// A post as strace shows it when the writer does its work in the right order.
const IN_ORDER: [&str; 6] = [
    r#"10 recvfrom(9<socket:[77]>,  <unfinished ...>"#,
    r#"10 <... recvfrom resumed>"POST /v1/units HTTP/1.1\r\n"..., 32768, 0, NULL, NULL) = 512"#,
    r#"11 pwrite64(5</tmp/x/store/db>, "\0\1"..., 512, 0) = 512"#,
    r#"11 fdatasync(5</tmp/x/store/db> <unfinished ...>"#,
    r#"11 <... fdatasync resumed>)            = 0"#,
    r#"10 sendto(9<socket:[77]>, "HTTP/1.1 201 Created\r\n"..., 800, MSG_NOSIGNAL, NULL, 0) = 800"#,
];

fn checked(order: &[usize]) -> Result<u64, String> {
    let lines: Vec<_> = order.iter().map(|index| IN_ORDER[*index]).collect();
    check(&parse(&lines.join("\n")))
}

#[test]
fn the_check_accepts_the_right_order_only() {
    assert_eq!(checked(&[0, 1, 2, 3, 4, 5]), Ok(1));
    for wrong in [
        &[0, 1, 2, 5, 3, 4][..], // answered before the sync
        &[0, 1, 2, 3, 5, 4],     // answered while the sync is under way
        &[0, 1, 3, 4, 2, 5],     // synced before it was written
        &[2, 3, 4, 0, 1, 5],     // a sync of something earlier
        &[0, 1, 2, 5],           // never synced
    ] {
        assert!(checked(wrong).is_err(), "{wrong:?} was accepted");
    }
}

#[test]
fn a_sync_that_failed_or_only_started_writing_does_not_count() {
    for (from, to) in [("= 0", "= -1 EIO (Input/output error)"), ("fdatasync", "sync_file_range")] {
        let spoil = |line: &&str| {
            if line.starts_with("11 ") { line.replace(from, to) } else { (*line).to_owned() }
        };
        let lines: Vec<_> = IN_ORDER.iter().map(spoil).collect();
        assert!(check(&parse(&lines.join("\n"))).is_err(), "{to} was accepted");
    }
}
