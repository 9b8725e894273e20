//! Stores that earlier builds wrote. Whoever changes a format must still restore, verify and serve every one of them.

use crate::support::{
    Place, Server,
    bloc::OFFICIAL_SCOPES,
    place::{binary, repository, run},
};
use serde_json::{Value, json};
use std::process::Command;

/// Restores, verifies and serves a store, and holds what it answers against what was answered when it was written.
fn is_read_as_it_was(name: &str) {
    let folder = repository().join("tests/old_stores").join(name);
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("what is expected");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let place = Place::new();
    let store = |word: &str| {
        let mut command = Command::new(binary());
        command.args(["--json", "store", word, "--store", &place.store_address()]);
        command
    };
    run(store("restore").arg("--from").arg(folder.join("backup")));
    let verified = run(&mut store("verify"));
    let verified: Value = serde_json::from_slice(&verified.stdout).expect("a report");
    assert_eq!((&verified["facts"], &verified["root"]), (&expected["facts"], &expected["root"]));

    let server = Server::start(&place);
    let official = server.client(&place.token("so-noi-vu", OFFICIAL_SCOPES));
    let answers = expected["answers"].as_object().expect("answers");
    assert!(answers.len() > 5, "{answers:?}");
    for (path, then) in answers {
        let now = official.read(path);
        assert_eq!(without(then, &now, ""), Vec::<String>::new(), "{path}");
    }
    // It is not only read: the story goes on in it. A secret vote that waited beside the log is still there to be counted.
    let waiting = expected["waiting"]["ballot"].as_str().expect("the path of an open ballot");
    let leader = server.client(&place.token("hoi-a", "ballots:write"));
    leader.record(&format!("{waiting}/closures"), &json!({}));
    assert_eq!(leader.read(waiting)["chosen"], expected["waiting"]["chosen"]);
    let registrar = server.client(&place.token("registrar", "units:write"));
    registrar.record("/v1/units", &json!({"name": {"vi": "Đơn vị mới"}, "kind": "enterprise"}));
}

/// Where `now` lacks what `then` had. Members that came later are no loss.
fn without(then: &Value, now: &Value, at: &str) -> Vec<String> {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            let below = then.iter().map(|(name, value)| {
                let at = format!("{at}/{name}");
                now.get(name).map_or_else(|| vec![at.clone()], |now| without(value, now, &at))
            });
            below.flatten().collect()
        }
        (Value::Array(then), Value::Array(now)) if then.len() == now.len() => {
            let pairs = then.iter().zip(now).enumerate();
            pairs.flat_map(|(index, (then, now))| without(then, now, &format!("{at}/{index}"))).collect()
        }
        (then, now) if then == now => Vec::new(),
        (then, now) => vec![format!("{at}: {then} has become {now}")],
    }
}

#[test]
fn the_store_of_november_2026_is_read_as_it_was() {
    is_read_as_it_was("2026-11");
}

#[test]
fn a_value_that_is_lost_or_changed_is_noticed() {
    let then = json!({"a": [1, {"b": "x"}], "c": null});
    let at = |now: Value| without(&then, &now, "");
    assert!(at(json!({"a": [1, {"b": "x", "new": 1}], "c": null, "d": 2})).is_empty());
    assert_eq!(at(json!({"a": [1, {"b": "y"}], "c": null})), ["/a/1/b: \"x\" has become \"y\""]);
    assert_eq!(at(json!({"a": [1, {}], "c": null})), ["/a/1/b"]);
    assert_eq!(at(json!({"a": [1], "c": null})).len(), 1);
}
