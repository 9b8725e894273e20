//! A log behind a URL, as its server shows it: only entries ask who reads them, and a monitor remembers.

use super::log::{Log, envelopes, facts, seen};
use domain::StreamId;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

/// Serves a folder; entries only to the auditor.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            thread::spawn(move || answer(&folder, stream));
        }
    });
    format!("http://{address}/v1/audit")
}

fn answer(folder: &Path, mut stream: TcpStream) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    let headers: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = request.split(' ').nth(1)?.strip_prefix("/v1/")?.to_owned();
    // Beside the log there is one standing, whichever is asked for.
    let path = path.strip_prefix("audit/").unwrap_or("standing").to_owned();
    let is_auditor =
        headers.iter().any(|line| line.eq_ignore_ascii_case("authorization: Bearer token-of-an-auditor"));
    let is_named = headers.iter().any(|line| line.to_ascii_lowercase().starts_with("authorization:"));
    let is_entries = path.starts_with("tile/entries/");
    let (status, body) = match fs::read(folder.join(&path)) {
        _ if is_entries && !is_auditor => ("401 Unauthorized", Vec::new()),
        // What is public needs no token, and is not told one.
        _ if !is_entries && is_named => ("400 Bad Request", Vec::new()),
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())
        .ok()?;
    stream.write_all(&body).ok()
}

#[test]
fn a_served_log_is_verified_bundled_and_watched() {
    let log = Log::honest();
    let url = serve(log.path("log"));
    let outcome = log.audit(&["verify", &url]);
    assert_eq!((outcome.code, &outcome.out["head"]["size"]), (0, &facts().len().into()), "{outcome:?}");
    assert_eq!(log.audit(&["bundle", &url, "--to", "served.zip"]).code, 0);
    assert_eq!(log.audit(&["bundle", "log", "--to", "folder.zip"]).code, 0);
    let read = |name| fs::read(log.path(name)).expect("a bundle");
    assert!(read("served.zip") == read("folder.zip"), "it matters where a bundle was read from");
    assert_eq!(log.audit(&["compare", &url, "folder.zip"]).code, 0);
    assert_eq!(log.audit(&["verify", &url, "--offline"]).code, 64, "offline is offline");
    assert_eq!(log.audit(&["verify", "http://127.0.0.1:1/v1/audit"]).code, 5);
}

#[test]
fn a_server_that_shows_another_standing_than_its_facts_come_to_is_found() {
    // Attack 27: only the view lies, the log is whole.
    let log = Log::honest();
    let url = serve(log.path("log"));
    let ranking = envelopes().into_iter().rev().find(|fact| fact.event.type_name() == "year.ranking_adopted");
    let Some(StreamId::Year(bloc, year)) = ranking.map(|fact| fact.stream) else { panic!("a ranking") };
    let (bloc, year) = (bloc.to_string(), year.to_string());
    let words = ["standings", "log", "--offline", "--past", "--bloc", &bloc, "--year", &year];
    let standing = log.audit(&words).out["standing"].clone();
    let show =
        |standing: &Value| fs::write(log.path("log/standing"), standing.to_string()).expect("a standing");
    show(&standing);
    let outcome = log.audit(&["verify", &url]);
    assert_eq!((outcome.code, &outcome.out["served_standings_compared"]), (0, &1.into()), "{outcome:?}");
    for pointer in ["/rows/0/total", "/published/state_hash", "/published/rules_hash"] {
        let mut lying = standing.clone();
        *lying.pointer_mut(pointer).expect("a member") = "1".into();
        show(&lying);
        let outcome = log.audit(&["verify", &url]);
        assert_eq!((outcome.code, outcome.kind()), (2, "standing"), "{pointer}: {outcome:?}");
    }
}

#[test]
fn a_monitor_remembers_what_it_saw_and_tells_when_it_is_taken_back() {
    let log = Log::honest();
    let url = serve(log.path("log"));
    let look = || log.audit(&["monitor", &url, "--once"]);
    log.tile("log", &facts()[..200]);
    // The witness saw it then: had it seen it today, the facts that follow would be back-dated.
    let then = envelopes()[199].recorded_at.millis() / 1000;
    log.sign("log", u64::try_from(then).expect("after 1970"));
    let outcome = look();
    assert_eq!((outcome.code, &outcome.out["head"]["size"]), (0, &200.into()), "{outcome:?}");
    log.tile("log", facts());
    log.sign("log", seen());
    assert_eq!(look().code, 0);
    log.tile("log", &facts()[..300]);
    log.sign("log", seen());
    let outcome = look();
    assert_eq!((outcome.code, outcome.kind()), (4, "rollback"), "{outcome:?}");
    assert_eq!(
        outcome.out["finding"]["checkpoints"].as_array().map(Vec::len),
        Some(2),
        "both heads are evidence"
    );
}

#[test]
fn what_a_witness_saw_the_log_without_cannot_have_been_recorded_before() {
    // Attack 11 again: the times never decrease, but the head seen today did not have what is said to be older.
    let log = Log::honest();
    log.tile("log", &facts()[..200]);
    log.sign("log", seen());
    assert_eq!(log.audit(&["verify", "log", "--offline"]).code, 0);
    log.tile("log", facts());
    log.sign("log", seen());
    let outcome = log.audit(&["verify", "log", "--offline"]);
    assert_eq!((outcome.code, outcome.kind(), outcome.position()), (2, "time", Some(200)), "{outcome:?}");
}

#[test]
fn without_a_policy_nothing_is_believed() {
    let log = Log::honest();
    let output = std::process::Command::new(crate::support::place::binary())
        .current_dir(log.path(""))
        .args(["audit", "verify", "log", "--state", "state"])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--policy"), "{said}");
}
