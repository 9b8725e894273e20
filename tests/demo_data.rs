//! The demo's data and the import file, held to what `crates/server/demo/README.md` says of them.
#![cfg(test)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const FACTS: &str = include_str!("../crates/server/demo/facts.jsonl");
const EXAMPLE: &str = include_str!("../crates/server/demo/example.jsonl");
const IMPORT: &str = include_str!("../api-spec/import/quang-tri-2025.jsonl");
const PROVINCES: &str = include_str!("../api-spec/import/provinces.jsonl");

/// The associations bloc of Hà Giang, with its leader and deputy of 2019.
const HA_GIANG: &str = "01890000-0000-7000-8001-000000000003";
const FORMER_YOUTH_VOLUNTEERS: &str = "01890000-0000-7000-8003-000000000308";
const JOURNALISTS: &str = "01890000-0000-7000-8003-000000000304";
const PROMOTION_OF_LEARNING: &str = "01890000-0000-7000-8003-000000000306";

/// One request of a file.
struct Request {
    /// The number of its line, from 1.
    line: usize,
    /// The parts of its path after `/v1/`.
    path: Vec<String>,
    key: String,
    days_ago: Option<u64>,
    body: Value,
}

impl Request {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }

    fn is_illustrative(&self) -> bool {
        self.body.pointer("/basis/illustrative") == Some(&Value::Bool(true))
    }

    /// What it is posted to: `memberships`, `scores`, `votes`.
    fn collection(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The bloc its path names, for everything below `/v1/blocs/{bloc_id}`.
    fn bloc(&self) -> Option<&str> {
        (self.path[0] == "blocs").then(|| self.path.get(1).map(String::as_str)).flatten()
    }

    /// Whether it belongs to a year of the associations bloc of Hà Giang.
    fn is_of_ha_giang(&self, year: &str) -> bool {
        self.path.get(..4).is_some_and(|path| path == ["blocs", HA_GIANG, "years", year])
    }

    /// Every unit it speaks of in its body.
    fn units(&self) -> Vec<&str> {
        let named = ["/unit", "/leader", "/deputy", "/elector", "/choice"].map(|pointer| self.text(pointer));
        let lists =
            ["/chairs", "/candidates"].map(|pointer| self.body.pointer(pointer).and_then(Value::as_array));
        let listed = lists.into_iter().flatten().flatten().filter_map(Value::as_str);
        named.into_iter().flatten().filter(|unit| *unit != "abstain").chain(listed).collect()
    }
}

fn requests(file: &str) -> Vec<Request> {
    let written = file.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("//"));
    written.map(|(index, line)| request(index + 1, line)).collect()
}

fn request(line: usize, text: &str) -> Request {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("line {line}: {error}"));
    let members = json.as_object().unwrap_or_else(|| panic!("line {line} is no object"));
    for name in members.keys() {
        assert!(["post", "key", "days_ago", "body"].contains(&name.as_str()), "line {line}: {name}");
    }
    let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("line {line} has no {name}"));
    let path = text("post").strip_prefix("/v1/").unwrap_or_else(|| panic!("line {line}: not below /v1"));
    assert!(json["body"].is_object(), "line {line} has no body");
    Request {
        line,
        path: path.split('/').map(str::to_owned).collect(),
        key: text("key").to_owned(),
        days_ago: members.get("days_ago").map(|days| days.as_u64().expect("a whole number of days")),
        body: json["body"].clone(),
    }
}

/// The demo as it is loaded: the facts, then the example.
fn demo() -> Vec<Request> {
    requests(FACTS).into_iter().chain(requests(EXAMPLE)).collect()
}

/// Every request of every file.
fn everything() -> Vec<Request> {
    demo().into_iter().chain(requests(IMPORT)).chain(requests(PROVINCES)).collect()
}

fn of<'a>(requests: &'a [Request], collection: &'a str) -> impl Iterator<Item = &'a Request> {
    requests.iter().filter(move |request| request.collection() == collection)
}

#[test]
fn a_key_is_used_once_and_fits_the_header() {
    let mut seen = HashSet::new();
    for request in everything() {
        let fits =
            (16..=128).contains(&request.key.len()) && request.key.bytes().all(|b| b.is_ascii_graphic());
        assert!(fits, "line {}: {}", request.line, request.key);
        assert!(seen.insert(request.key.clone()), "line {}: {} again", request.line, request.key);
    }
}

#[test]
fn an_id_is_given_once() {
    let mut seen = HashSet::new();
    for request in everything() {
        if let Some(id) = request.text("/id") {
            assert!(seen.insert(id.to_owned()), "line {}: {id} again", request.line);
        }
    }
    assert_eq!(
        seen.len(),
        5 + 20 + 21 + 2 + 15 + 105 + 63 + 23,
        "blocs, units, grants, ballots; clusters and their units; provinces before and new"
    );
}

#[test]
fn the_demos_clock_never_runs_back_and_an_import_has_none() {
    let days: Vec<_> = demo().iter().map(|request| request.days_ago.expect("a day for the clock")).collect();
    assert!(days.is_sorted_by(|earlier, later| earlier >= later));
    let different: BTreeSet<_> = days.iter().copied().collect();
    assert_eq!(different, (35..=45).chain([10, 60]).collect(), "what is told of a year takes days");
    assert!(requests(IMPORT).iter().chain(&requests(PROVINCES)).all(|request| request.days_ago.is_none()));
}

#[test]
fn facts_are_facts_and_the_example_says_what_it_is() {
    for request in requests(FACTS).iter().chain(&requests(IMPORT)).chain(&requests(PROVINCES)) {
        assert!(!request.is_illustrative(), "line {} of the facts is illustrative", request.line);
    }
    for request in requests(EXAMPLE) {
        assert!(request.is_illustrative(), "line {} of the example is not", request.line);
    }
}

#[test]
fn a_file_reads_from_top_to_bottom() {
    for file in [demo(), requests(IMPORT)] {
        let (mut units, mut blocs, mut years) = (HashSet::new(), HashSet::new(), HashSet::new());
        for request in &file {
            for unit in request.units() {
                assert!(units.contains(unit), "line {}: {unit} is not registered yet", request.line);
            }
            if let Some(bloc) = request.bloc() {
                assert!(blocs.contains(bloc), "line {}: {bloc} is not established yet", request.line);
            }
            if let ["blocs", bloc, "years", year, ..] =
                *request.path.iter().map(String::as_str).collect::<Vec<_>>()
            {
                let opened = years.contains(&(bloc.to_owned(), year.to_owned()));
                assert!(opened, "line {}: {year} is not open yet", request.line);
            }
            match (request.collection(), request.bloc(), request.text("/id")) {
                ("units", _, Some(id)) => _ = units.insert(id.to_owned()),
                ("blocs", _, Some(id)) => _ = blocs.insert(id.to_owned()),
                ("years", Some(bloc), _) => {
                    years.insert((bloc.to_owned(), request.body["year"].to_string()));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn the_demo_client_may_act_for_every_unit() {
    let demo = demo();
    let grants: Vec<_> = of(&demo, "grants").filter(|grant| grant.text("/client") == Some("demo")).collect();
    let acted_for: BTreeSet<_> =
        grants.iter().filter_map(|grant| grant.text("/role/unit_officer/unit")).collect();
    let registered: BTreeSet<_> = of(&demo, "units").filter_map(|unit| unit.text("/id")).collect();
    assert_eq!(acted_for, registered);
    let official = grants.iter().filter(|grant| grant.body.pointer("/role/official").is_some());
    assert_eq!(official.count(), 1);
}

/// The members of each bloc, in the order they joined.
fn members(requests: &[Request]) -> BTreeMap<&str, Vec<&str>> {
    let mut members = BTreeMap::<_, Vec<_>>::new();
    for joined in of(requests, "memberships") {
        members.entry(joined.bloc().unwrap()).or_default().push(joined.text("/unit").unwrap());
    }
    members
}

#[test]
fn there_are_five_blocs_and_two_of_them_share_a_name() {
    let facts = requests(FACTS);
    let blocs: Vec<_> = of(&facts, "blocs").collect();
    assert_eq!(blocs.len(), 5);
    let namesakes = blocs.iter().filter(|bloc| bloc.text("/name/vi") == Some("Khối thi đua số 3"));
    let levels: Vec<_> = namesakes.filter_map(|bloc| bloc.text("/level")).collect();
    assert_eq!(levels, ["district", "province"]);
    let sizes: Vec<_> = blocs.iter().map(|bloc| bloc.body["stated_size"].as_u64()).collect();
    assert_eq!(sizes, [None, Some(15), Some(10), None, Some(9)], "where not all are named");
    let members = members(&facts);
    let named: Vec<_> =
        blocs.iter().map(|bloc| members.get(bloc.text("/id").unwrap()).map_or(0, Vec::len)).collect();
    assert_eq!(named, [5, 0, 2, 12, 1], "only units that an article names");
}

#[test]
fn what_the_articles_count_and_cite_is_carried_over() {
    let facts = requests(FACTS);
    let conferences: Vec<_> = of(&facts, "conferences").collect();
    let days: Vec<_> = conferences.iter().filter_map(|held| held.text("/from")).collect();
    assert_eq!(days, ["2024-07-11", "2023-12-13", "2020-07-30", "2018-11-28", "2019-07-11", "2023-12-18"]);
    let said: String = conferences.iter().filter_map(|held| held.text("/summary")).collect();
    for figure in [
        "15 đơn vị",
        "hàng trăm tỷ đồng",
        "9 tập thể và 52 cá nhân",
        "01 tập thể và 06 cá nhân",
        "12 đơn vị",
        "9 đơn vị với hơn 700.000 người tham gia, trong đó hơn 20.000 cán bộ",
        "2.291 lượt tập thể và 22.922 cá nhân",
        "4 tập thể và 5 cá nhân",
    ] {
        assert!(said.contains(figure), "{figure}");
    }
    let documents = facts.iter().filter_map(|request| request.body.pointer("/basis/documents")?.as_array());
    let documents: Vec<_> = documents.flatten().filter_map(Value::as_str).collect();
    let expected = ["11-NQ/HU", "12-NQ/HU", "37/NQ-HĐND", "34/CT-2014", "1297/HD-UBND", "187/KH-UBND"];
    assert_eq!(documents, expected);
}

#[test]
fn nobody_is_addressed_as_a_person() {
    for text in [FACTS, EXAMPLE, IMPORT] {
        for address in ["đồng chí ", "Đồng chí ", "Ông ", "Bà "] {
            assert!(!text.contains(address), "{address}");
        }
    }
}

#[test]
fn each_ballot_of_the_example_is_won_by_whoever_is_elected() {
    let example = requests(EXAMPLE);
    let ballots: Vec<_> = of(&example, "ballots").collect();
    assert_eq!(ballots.len(), 2);
    for (ballot, winner) in ballots.into_iter().zip([FORMER_YOUTH_VOLUNTEERS, JOURNALISTS]) {
        let id = ballot.text("/id").unwrap();
        let votes: Vec<_> = of(&example, "votes").filter(|vote| vote.path[5] == id).collect();
        let electors: HashSet<_> = votes.iter().filter_map(|vote| vote.text("/elector")).collect();
        assert_eq!((votes.len(), electors.len()), (12, 12), "every member votes once");
        let count = |unit: &str| votes.iter().filter(|vote| vote.text("/choice") == Some(unit)).count();
        let candidates = ballot.body["candidates"].as_array().unwrap().iter().filter_map(Value::as_str);
        let most = candidates.max_by_key(|unit| count(unit)).unwrap();
        assert_eq!(most, winner);
        assert!(2 * count(winner) > 12);
        assert!(of(&example, "closures").any(|closed| closed.path[5] == id));
    }
}

#[test]
fn the_example_stops_before_the_score_table_of_2019_and_all_is_ready_for_it() {
    let demo = demo();
    let units: BTreeSet<_> = members(&demo)[HA_GIANG].iter().copied().collect();
    for year in ["2019", "2021"] {
        let own: Vec<_> = demo.iter().filter(|request| request.is_of_ha_giang(year)).collect();
        let done = |collection: &str, member: &str, value: &str| {
            let those = own.iter().filter(|request| request.collection() == collection);
            let those = those.filter(|request| value.is_empty() || request.text(member) == Some(value));
            those.filter_map(|request| request.text("/unit")).collect::<BTreeSet<_>>()
        };
        assert_eq!(done("registrations", "", ""), units, "{year}");
        assert_eq!(done("pledges", "", ""), units, "{year}");
        assert_eq!(done("reports", "/kind", "half_year"), units, "{year}");
        assert_eq!(done("reports", "/kind", "annual"), units, "{year}");
        assert_eq!(done("scores", "/scorer", "self"), units, "{year}");
        assert_eq!(done("scores", "/scorer", "bloc"), units, "{year}");
        let closing = ["score-tables", "rankings", "elections"];
        let closed = own.iter().filter(|request| closing.contains(&request.collection())).count();
        assert_eq!(closed, if year == "2021" { 3 } else { 0 }, "{year}");
    }
}

/// The sum of a score's entries, in hundredths of a point.
fn hundredths(score: &Request) -> i64 {
    let points =
        score.body["entries"].as_array().unwrap().iter().map(|entry| entry["points"].as_str().unwrap());
    let each = points.map(|points| {
        let (whole, fraction) = points.split_once('.').unwrap_or((points, ""));
        format!("{whole}{fraction:0<2}").parse::<i64>().unwrap()
    });
    each.sum()
}

/// The unit with the most points of the bloc, less what the state body takes away, among the scores given.
fn first(scores: &[&Request]) -> String {
    let mut totals = HashMap::<_, i64>::new();
    for score in scores {
        let unit = score.text("/unit").unwrap();
        match score.text("/scorer").unwrap() {
            "bloc" => *totals.entry(unit).or_default() += hundredths(score),
            "official" => *totals.entry(unit).or_default() -= hundredths(score),
            _ => {}
        }
    }
    totals.into_iter().max_by_key(|(_, total)| *total).map(|(unit, _)| unit.to_owned()).unwrap()
}

#[test]
fn one_correction_ten_days_ago_changes_who_is_first_in_2019() {
    let example = requests(EXAMPLE);
    let scores: Vec<_> = of(&example, "scores").filter(|score| score.is_of_ha_giang("2019")).collect();
    let (corrections, before): (Vec<_>, Vec<_>) =
        scores.into_iter().partition(|score| score.body.get("correction").is_some());
    let [correction] = corrections[..] else { panic!("{} corrections", corrections.len()) };
    assert_eq!(correction.days_ago, Some(10));
    let key = correction.text("/correction/corrects").and_then(|named| named.strip_prefix('@')).unwrap();
    let corrected = before.iter().find(|score| score.key == key).expect("the line the correction names");
    for member in ["/unit", "/scorer"] {
        assert_eq!(corrected.text(member), correction.text(member));
    }
    let after: Vec<_> = before.iter().filter(|score| score.key != key).copied().chain([correction]).collect();
    assert_eq!([first(&before), first(&after)], [PROMOTION_OF_LEARNING, JOURNALISTS]);
}

#[test]
fn the_import_holds_fifteen_clusters_and_105_units() {
    let import = requests(IMPORT);
    let clusters: Vec<_> = of(&import, "blocs").collect();
    assert_eq!(clusters.len(), 15);
    let members = members(&import);
    for cluster in &clusters {
        let id = cluster.text("/id").unwrap();
        let own = &members[id];
        let opened =
            of(&import, "years").filter(|opened| opened.bloc() == Some(id) && opened.body["year"] == 2025);
        assert_eq!(opened.count(), 1, "{id}");
        let led: Vec<_> = of(&import, "leaderships").filter(|leads| leads.bloc() == Some(id)).collect();
        let [leadership] = led[..] else { panic!("{id} has {} leaderships", led.len()) };
        let (leader, deputy) = (leadership.text("/leader").unwrap(), leadership.text("/deputy").unwrap());
        assert!(leader != deputy && own.contains(&leader) && own.contains(&deputy), "{id}");
    }
    let sizes: Vec<_> = members.values().map(Vec::len).collect();
    assert_eq!(sizes, [8, 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7]);
    let joined: BTreeSet<_> = members.values().flatten().copied().collect();
    let registered: BTreeSet<_> = of(&import, "units").filter_map(|unit| unit.text("/id")).collect();
    assert_eq!((joined.len(), &joined), (105, &registered), "every unit joins, and joins one cluster");
    let codes: BTreeSet<_> =
        of(&import, "units").filter_map(|unit| unit.text("/identifiers/0/value")).collect();
    assert_eq!(codes.len(), 27, "departments have codes, the 78 units of communes have none");
}

#[test]
fn an_odd_spelling_of_the_source_is_kept_and_said() {
    let import = requests(IMPORT);
    let unit = of(&import, "units").find(|unit| unit.text("/name/vi").unwrap().contains("Đồng Hởi")).unwrap();
    let cluster = of(&import, "memberships").find(|joined| joined.text("/unit") == unit.text("/id")).unwrap();
    let note = of(&import, "blocs").find(|bloc| bloc.text("/id") == cluster.bloc()).unwrap().text("/note");
    assert!(note.is_some_and(|note| note.contains("\"Đồng Hởi\"")));
}

#[test]
fn every_line_on_a_province_says_what_it_rests_on_and_from_when() {
    for request in requests(PROVINCES) {
        let documents = request.body.pointer("/basis/documents").and_then(Value::as_array);
        assert!(documents.is_some_and(|documents| !documents.is_empty()), "line {}", request.line);
        assert!(request.text("/effective_on").is_some(), "line {}", request.line);
    }
}

#[test]
fn an_association_of_ha_giang_stands_in_its_province_and_has_no_successor() {
    let facts = requests(FACTS);
    let placed: Vec<_> = of(&facts, "placements").collect();
    let ha_giang = placed.iter().filter(|one| one.text("/within").is_some_and(|unit| unit.ends_with("6302")));
    assert_eq!((ha_giang.count(), placed.len()), (12, 13), "and the people's committee of Bắc Hà in Lào Cai");
    let ends = ["mergers", "splits", "dissolutions"];
    assert!(demo().iter().all(|request| !ends.contains(&request.collection())), "no source says so");
}
