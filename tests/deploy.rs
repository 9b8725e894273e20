//! What is handed to operators agrees with the program: every setting, command, option and metric exists, no alert is
//! without advice. That the files hold together is looked at by `tests/run deploy` and `tests/run topology`.

use crate::support::{
    Client, Server,
    auditor::Audited,
    authority::Authority,
    place::{binary, repository, run},
    source::{SourceFile, files},
    waiting::until,
    witness::Witness,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// What the program says of each of its commands, by the words that call it.
fn helps() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![Vec::new()];
    while let Some(words) = waiting.pop() {
        let said = run(Command::new(binary()).args(&words).arg("--help")).stdout;
        let said = String::from_utf8(said).expect("help is text");
        for command in commands(&said) {
            waiting.push(words.iter().cloned().chain([command]).collect());
        }
        found.insert(words.join(" "), said);
    }
    found
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The pieces of a text that consist of characters of a name and begin with `start`.
fn names<'t>(text: &'t str, start: &str) -> BTreeSet<&'t str> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !part(c)).filter(|name| name.starts_with(start)).collect()
}

/// The calls of the program in a text, at the start of a line, in backticks, after `exec`, or as a list: the words of the
/// command, and its options.
fn calls(text: &str) -> Vec<(String, Vec<String>)> {
    let mut text =
        format!("\n{text}").replace("\\\n", " ").replace("\"$program\"", "`thidua").replace("$(", "\n");
    for call in ["\nthidua ", "/usr/local/bin/thidua ", "exec thidua ", "[thidua, ", "[\"thidua\", \""] {
        text = text.replace(call, "`thidua ");
    }
    let rests = text.match_indices("`thidua ").map(|(at, call)| &text[at + call.len()..]);
    let ended =
        rests.map(|rest| rest.split(['\n', '`', ']', ';', '|', ')', '#', '>']).next().unwrap_or_default());
    ended.map(call).filter(|(command, _)| !command.is_empty()).collect()
}

fn call(rest: &str) -> (String, Vec<String>) {
    let pieces: Vec<_> = rest.split([' ', ',', '"']).filter(|piece| !piece.is_empty()).collect();
    let is_word =
        |piece: &&&str| piece.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !piece.starts_with('-');
    let words: Vec<_> = pieces.iter().take_while(is_word).copied().collect();
    let options = pieces.iter().filter(|piece| piece.starts_with("--"));
    (words.join(" "), options.map(|option| option.split('=').next().unwrap_or(option).to_owned()).collect())
}

/// Metrics that a server on a folder of its own has no reason to show, and what they wait for; `tests/topology` sees them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("thidua_groups_unanswered_total", "a database that does not answer"),
    ("thidua_log_reachable", "a database"),
    ("thidua_turns_lost_total", "another node"),
];

/// Nobody listens there: ports below 1024 are for root alone, and this one is for discarding.
const NOBODY: &str = "http://127.0.0.1:9";

fn code() -> Vec<SourceFile> {
    files(|path| path.starts_with("crates/") && path.ends_with(".rs"))
}

fn counts(code: &[SourceFile], metric: &str) -> bool {
    let quoted = format!("\"{metric}\"");
    code.iter().any(|file| file.text.contains(&quoted))
}

fn deployed() -> Vec<SourceFile> {
    let found = files(|path| path.starts_with("deploy/"));
    assert!(found.len() > 20, "only {} files were found under deploy/", found.len());
    found
}

#[test]
fn every_setting_in_the_deployment_files_is_one_of_the_program() {
    let helps = helps();
    let known: BTreeSet<_> = helps.values().flat_map(|help| names(help, "THIDUA_")).collect();
    assert!(known.contains("THIDUA_STORE") && known.contains("THIDUA_SIGNER_STATE"), "{known:?}");
    for file in deployed() {
        for setting in names(&file.text, "THIDUA_") {
            assert!(known.contains(setting), "{} sets {setting}, which no command knows", file.path);
        }
    }
}

#[test]
fn every_call_in_the_deployment_files_is_one_the_program_knows() {
    let helps = helps();
    let mut called = BTreeSet::new();
    for file in deployed() {
        for (command, options) in calls(&file.text) {
            let path = &file.path;
            let help = helps.get(&command).unwrap_or_else(|| panic!("{path} calls `thidua {command}`"));
            let known: BTreeSet<_> = help.split([' ', '\n', ',', '[', ']', '=']).collect();
            for option in options {
                assert!(known.contains(&*option), "{path}: `thidua {command}` has no option {option}");
            }
            called.insert(command);
        }
    }
    for command in [
        "serve",
        "healthcheck",
        "signer key",
        "signer serve",
        "store backup",
        "store restore",
        "store migrate",
        "vault key",
        "witness key",
        "witness serve",
    ] {
        assert!(called.contains(command), "`thidua {command}` is called nowhere: {called:?}");
    }
}

/// A server with a witness and an authority that answer, and one with those that do not.
fn watched_servers(log: &Audited, other: &Audited, authority: &Authority, witness: &Witness) -> [Server; 2] {
    log.write_policy(&format!("witness there {} {}", witness.key, witness.url));
    other.write_policy(&format!("witness away {} {NOBODY}", witness.key));
    let policies = [log, other].map(|log| log.file("policy.txt"));
    let serve = |log: &Audited, policy: &str, authority: &str| {
        log.serve(&["--policy", policy, "--time-authority", authority, "--snapshot-every", "1"])
    };
    [serve(log, &policies[0], &authority.url), serve(other, &policies[1], NOBODY)]
}

/// The names of the metrics that a server shows.
fn shown(server: &Server) -> BTreeSet<String> {
    let page = Client::new(&server.metrics, "").get("/metrics").expect("an answer").text;
    page.lines().filter_map(|line| line.split(['{', ' ']).next()).map(str::to_owned).collect()
}

#[test]
fn every_metric_that_is_watched_is_shown_by_a_server_that_works() {
    let (log, other) = (Audited::new(), Audited::new());
    let authority = Authority::start(&log.place.file("authority"));
    let witness = Witness::start(&log.place.file("there"), &log.key, "127.0.0.1:0");
    let servers = watched_servers(&log, &other, &authority, &witness);
    // Facts, and reads that are noted.
    log.register(&servers[0], 0..8);
    log.registrar(&servers[0], "events:read").read("/v1/events");

    let files = deployed();
    let watching = files.iter().filter(|file| file.path.starts_with("deploy/monitoring/"));
    let mut watched: BTreeSet<_> = watching.flat_map(|file| names(&file.text, "thidua_")).collect();
    let code = code();
    for (metric, waits_for) in ELSEWHERE {
        assert!(counts(&code, metric), "{metric} would wait for {waits_for}, and nothing counts it");
        assert!(watched.remove(*metric), "{metric} is watched nowhere");
    }
    assert!(watched.len() > 15, "{watched:?}");
    let missing = || {
        let shown: BTreeSet<_> = servers.iter().flat_map(shown).collect();
        watched.iter().filter(|name| !shown.contains(**name)).copied().collect::<Vec<_>>()
    };
    // Heads are signed, shown and stamped, and snapshots written, after the answer.
    until(&format!("showing {:?}", missing()), || missing().is_empty());
}

#[test]
fn every_metric_that_is_explained_is_counted_somewhere() {
    let code = code();
    let documents = files(|path| path.starts_with("deploy/") && path.ends_with(".md"));
    // The owner of the tables is a role of the database.
    let metrics =
        documents.iter().flat_map(|file| names(&file.text, "thidua_")).filter(|name| *name != "thidua_owner");
    let metrics: BTreeSet<_> = metrics.collect();
    assert!(metrics.len() > 4, "{metrics:?}");
    for metric in metrics {
        assert!(counts(&code, metric), "nothing counts {metric}");
    }
}

#[test]
fn every_alert_is_tried_out_and_explained() {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).expect("the file is there");
    let rules = read("deploy/monitoring/alerts.yml");
    let tests = ["alerts", "days"].map(|name| read(&format!("deploy/monitoring/{name}.test.yml"))).concat();
    let runbook = read("deploy/RUNBOOK.md");
    let alerts: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in alerts {
        let named = format!("alertname: {alert}\n");
        let fires = tests.split(&named).skip(1).any(|rest| rest.trim_start().starts_with("exp_alerts:\n"));
        assert!(fires, "no test shows when {alert} is raised");
        assert!(
            runbook.contains(&format!("### {alert}\n")),
            "the runbook does not say what to do about {alert}"
        );
    }
}

#[test]
fn calls_are_found_in_text() {
    let text = "x\nthidua store backup --to a # --no\n`thidua serve --log=info`, CMD [\"thidua\", \"healthcheck\", \"--url\", \"http\"]\n\
                \x20 command: [thidua, store, migrate]\nexec thidua a \\\n --b c\nchown thidua x";
    let found = calls(text);
    let call = |command: &str, options: &[&str]| {
        (command.to_owned(), options.iter().map(|o| (*o).to_owned()).collect())
    };
    let wanted = [
        call("store backup", &["--to"]),
        call("serve", &["--log"]),
        call("healthcheck", &["--url"]),
        call("store migrate", &[]),
        call("a", &["--b"]),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn names_and_commands_are_found_in_text() {
    let found = names("A=1 THIDUA_STORE=x ${THIDUA_LISTEN} [env: THIDUA_STORE=]", "THIDUA_");
    assert_eq!(found, BTreeSet::from(["THIDUA_STORE", "THIDUA_LISTEN"]));
    assert_eq!(
        commands("Usage\n\nCommands:\n  key    Make\n  serve  Do\n  help   Print\n\nOptions:\n  -h"),
        ["key", "serve"]
    );
}
