//! A small province, made by the generator and loaded by the real import: what comes out is counted again here from the
//! lines alone.

use crate::{
    province::{Line, Province, Size},
    support::{
        Client, Place, Server,
        place::{REGISTRAR, binary},
    },
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufWriter, Write},
    process::Command,
};

const SMALL: Size = Size { units: 20, blocs: 4, years: 2 };

fn import(place: &Place) -> Value {
    let mut command = Command::new(binary());
    command.args(["--json", "import", "--store", &place.store_address(), "--client", REGISTRAR]);
    let output = command.arg(place.file("province.jsonl")).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a report")
}

#[test]
fn a_small_province_is_imported_and_its_standings_are_what_its_papers_add_up_to() {
    let (place, province) = (Place::new(), Province::new(7, SMALL));
    let mut file = BufWriter::new(File::create(place.file("province.jsonl")).expect("a file"));
    let lines = province.write(REGISTRAR, &mut file).expect("written");
    file.flush().expect("written");
    assert_eq!(import(&place), json!({"recorded": lines, "known": 0}));
    assert_eq!(import(&place), json!({"recorded": 0, "known": lines}), "nothing twice");

    let server = Server::start(&place);
    let public = server.client("");
    let count = |path: &str| public.read(path)["items"].as_array().map(Vec::len);
    assert_eq!(count("/v1/units?limit=500"), Some(SMALL.units));
    assert_eq!(count("/v1/blocs?limit=500"), Some(SMALL.blocs));
    for (bloc, year) in (0..SMALL.blocs).flat_map(|bloc| province.years.clone().map(move |year| (bloc, year)))
    {
        let path = province.path(bloc, year);
        let book = public.read(&path);
        assert_eq!(book["next_step"], Value::Null, "{path} is complete");
        let examples = book["illustrative"].as_array().expect("kinds of facts");
        assert!(examples.contains(&json!("year.scores_given")), "{path} says that it is an example");
        assert_eq!(book["units"].as_array().map(Vec::len), Some(province.blocs[bloc].members.len()));
        let standing = public.read(&format!("{path}/standing"));
        assert_eq!(standing["stage"], "final", "{path}");
        let expected = totals(&province, bloc, year, &book, &public.read(&format!("{path}/regulations")));
        holds(&standing, &expected, &path);
        changes_lead_to_what_stands(&public, &path);
    }
}

/// Every item of a list, page by page.
fn walk(public: &Client, path: &str) -> Vec<Value> {
    walk_over(public, path, "items")
}

/// Everything in a list that stands under `member`, page by page.
fn walk_over(public: &Client, path: &str, member: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = public.read(&format!("{path}{cursor}"));
        let found = page[member].as_array().expect("a list");
        assert!(!found.is_empty() || cursor.is_empty(), "{path}: a page with nothing on it");
        items.extend(found.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// The changes of the scores, one after the other, end with the scores that stand; pages of any size tell the same.
fn changes_lead_to_what_stands(public: &Client, path: &str) {
    let changes = walk(public, &format!("{path}/score-changes?limit=500"));
    assert_eq!(walk(public, &format!("{path}/score-changes?limit=149")), changes, "{path}");
    let slot = |one: &Value, unit: &Value, criterion: &Value| {
        let several = ["peer", "panel"].iter().any(|kind| one["scorer"] == *kind);
        let giver = if several { text(&one["given_by"]) } else { String::new() };
        (text(unit), text(&one["scorer"]), giver, one["month"].as_u64(), text(criterion))
    };
    let mut told = BTreeMap::new();
    for change in &changes {
        let slot = slot(change, &change["unit"], &change["criterion"]);
        let before = match change["to"].as_str() {
            Some(points) => told.insert(slot, points.to_owned()),
            None => told.remove(&slot),
        };
        assert_eq!(before.as_deref(), change["from"].as_str(), "{path}: {change}");
    }
    let mut stands = BTreeMap::new();
    for unit in walk(public, &format!("{path}/scores?limit=3")) {
        for score in unit["scores"].as_array().expect("scores") {
            for entry in score["entries"].as_array().expect("entries") {
                stands.insert(slot(score, &unit["unit"], &entry["criterion"]), text(&entry["points"]));
            }
        }
    }
    assert_eq!(told, stands, "{path}");
    let positions = changes.iter().map(|change| change["position"].as_u64());
    assert!(positions.is_sorted(), "{path}: in the order they were recorded");
    let ranked = public.read(&format!("{path}/standing"))["rows"].as_array().expect("rows").clone();
    let explained = walk_over(public, &format!("{path}/standing/explain?limit=4"), "units");
    let totals =
        |rows: &[Value]| rows.iter().map(|row| (text(&row["unit"]), text(&row["total"]))).collect::<Vec<_>>();
    assert_eq!(totals(&explained), totals(&ranked), "{path}");
    let asked = walk(public, &format!("{path}/score-queries?limit=500"));
    assert_eq!(walk(public, &format!("{path}/score-queries?limit=2")), asked, "{path}");
}

/// The rows have the totals expected, and each rank leaves room for exactly those that are better.
fn holds(standing: &Value, expected: &BTreeMap<String, i64>, path: &str) {
    let rows = standing["rows"].as_array().expect("rows");
    let found: BTreeMap<_, _> =
        rows.iter().map(|row| (text(&row["unit"]), hundredths(&row["total"]))).collect();
    assert_eq!(found, *expected, "{path}");
    for row in rows {
        let (own, rank) = (hundredths(&row["total"]), row["rank"].as_u64());
        let better = expected.values().filter(|total| **total > own).count();
        let as_good = expected.values().filter(|total| **total >= own).count();
        let places = better as u64 + 1..=as_good as u64;
        assert!(rank.is_some_and(|rank| places.contains(&rank)), "{path}: {row}");
    }
}

/// What every member's papers come to: for each criterion and month the first scorer that counts, several combined as
/// the regulation says; contents and bonus less penalties.
fn totals(
    province: &Province,
    bloc: usize,
    year: u16,
    book: &Value,
    adopted: &Value,
) -> BTreeMap<String, i64> {
    let sheet = &adopted["regulation"]["sheet"];
    assert!(sheet["counts"].is_array(), "{adopted}");
    let mut papers = HashMap::new();
    province.year(bloc, year, &mut |Line { post, body, .. }| {
        if post.ends_with("/scores") {
            let giver = text(&body["given_by"]);
            // A correction stands in the place of what it corrects.
            papers.insert((text(&body["unit"]), text(&body["scorer"]), giver, body["month"].as_u64()), body);
        }
    });
    let mut given: HashMap<(String, String, Option<u64>, String), Vec<i64>> = HashMap::new();
    for ((unit, scorer, _, month), body) in &papers {
        for entry in body["entries"].as_array().into_iter().flatten() {
            let slot = (unit.clone(), text(&entry["criterion"]), *month, scorer.clone());
            given.entry(slot).or_default().push(hundredths(&entry["points"]));
        }
    }
    let penalties = penalties(sheet);
    let units = book["units"].as_array().into_iter().flatten().map(|unit| text(&unit["unit"]));
    let mut totals: BTreeMap<String, i64> = units.map(|unit| (unit, 0)).collect();
    for ((unit, criterion, month, scorer), points) in &given {
        let counts = sheet["counts"].as_array().into_iter().flatten().map(text);
        let mut scored = counts
            .filter(|scorer| given.contains_key(&(unit.clone(), criterion.clone(), *month, scorer.clone())));
        if scored.next().as_ref() == Some(scorer) {
            let sign = if penalties.contains(criterion) { -1 } else { 1 };
            *totals.get_mut(unit).expect("a member") += sign * combined(sheet, scorer, points.clone());
        }
    }
    totals
}

fn penalties(sheet: &Value) -> Vec<String> {
    let parts = sheet["parts"].as_array().into_iter().flatten().filter(|part| part["kind"] == "penalty");
    parts.flat_map(|part| part["criteria"].as_array().into_iter().flatten().map(|c| text(&c["id"]))).collect()
}

/// One score of several, in hundredths, halves rounded up.
fn combined(sheet: &Value, scorer: &str, mut points: Vec<i64>) -> i64 {
    let rules = sheet["scorers"].as_array().into_iter().flatten();
    let rule = rules.filter(|rule| rule["scorer"] == scorer).map(|rule| &rule["combine"]["method"]).next();
    points.sort_unstable();
    let kept = match rule {
        Some(method) if method == "median" => &points[(points.len() - 1) / 2..=points.len() / 2],
        Some(method) if method["trimmed_mean"].is_object() => &points[1..points.len() - 1],
        Some(_) | None => &points[..],
    };
    let (sum, count) = (kept.iter().sum::<i64>(), kept.len() as i64);
    (2 * sum + count) / (2 * count)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn hundredths(points: &Value) -> i64 {
    let text = text(points);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{fraction:0<2}").parse().unwrap_or_else(|error| panic!("{error}: {points}"))
}
