//! The reform of 1 July 2025 over HTTP, from the import file: the province of the associations of Hà Giang in 2019 leads to
//! Tuyên Quang today and back, by date.

use crate::support::{
    Client, Place, Server,
    place::{binary, repository, run},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, process::Command};

const HA_GIANG: &str = "01890000-0000-7000-8020-000000006302";
const TUYEN_QUANG_BEFORE: &str = "01890000-0000-7000-8020-000000006308";
const TUYEN_QUANG_SINCE: &str = "01890000-0000-7000-8020-000000003408";
/// Hội Nhà báo tỉnh Hà Giang, a member of the associations bloc of 2019.
const JOURNALISTS: &str = "01890000-0000-7000-8003-000000000304";

/// The provinces and the facts of the demo, served.
struct Country {
    _server: Server,
    public: Client,
    _place: Place,
}

impl Country {
    fn new() -> Self {
        let place = Place::new();
        for file in ["api-spec/import/provinces.jsonl", "crates/server/demo/facts.jsonl"] {
            let mut import = Command::new(binary());
            import.args(["import", "--store", &place.store_address(), "--client", "demo"]);
            run(import.arg(repository().join(file)));
        }
        let server = Server::start(&place);
        Self { public: server.client(""), _server: server, _place: place }
    }

    fn lineage(&self, unit: &str, on: &str) -> Value {
        self.public.read(&format!("/v1/units/{unit}/lineage?on={on}"))
    }

    /// The units with a code of the statistics office on a day.
    fn with_code(&self, code: &str, on: &str) -> Vec<String> {
        let path = format!("/v1/units?scheme=statistics&identifier={code}&on={on}");
        ids(&self.public.read(&path)["items"], "id")
    }
}

fn ids(list: &Value, member: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter();
    items.map(|item| item[member].as_str().expect("an id").to_owned()).collect()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

#[test]
fn ha_giang_of_2019_leads_to_tuyen_quang_today_and_back() {
    let country = Country::new();
    assert_eq!(country.with_code("02", "2019-07-11"), [HA_GIANG]);
    assert_eq!(
        country.with_code("02", "2025-07-01"),
        Vec::<String>::new(),
        "nobody has the code 02 any more"
    );

    let today = country.public.read(&format!("/v1/units/{HA_GIANG}/lineage"));
    assert_eq!(ids(&today["on_day"], "unit"), [TUYEN_QUANG_SINCE]);
    let successor = &today["successors"][0];
    assert_eq!((&successor["unit"], &successor["change"]), (&json!(TUYEN_QUANG_SINCE), &json!("merger")));
    assert_eq!(
        (&successor["on"], &successor["name"]["vi"]),
        (&json!("2025-07-01"), &json!("Tỉnh Tuyên Quang"))
    );
    assert_eq!(successor["source"]["documents"], json!(["202/2025/QH15"]));
    assert_eq!(ids(&country.lineage(HA_GIANG, "2019-07-11")["on_day"], "unit"), [HA_GIANG]);

    let back = country.lineage(TUYEN_QUANG_SINCE, "2019-07-11");
    assert_eq!(ids(&back["on_day"], "unit"), [HA_GIANG, TUYEN_QUANG_BEFORE]);
    assert_eq!(sorted(ids(&back["predecessors"], "unit")), [HA_GIANG, TUYEN_QUANG_BEFORE]);
    let ended = country.public.read(&format!("/v1/units/{HA_GIANG}"));
    assert_eq!((&ended["ended"]["on"], &ended["ended"]["cause"]), (&json!("2025-07-01"), &json!("merged")));
    assert_eq!(ended["ended"]["successors"][0]["name"]["vi"], "Tỉnh Tuyên Quang");
    assert_eq!(ended["identifiers"], json!([]), "what has ended is known by no code");
    assert_eq!(ended["other_identifiers"][0]["valid_to"], "2025-07-01");
}

/// No document says what became of the associations; only their province is known to have ended.
#[test]
fn an_association_has_no_invented_successor_but_its_province_is_tuyen_quang_now() {
    let country = Country::new();
    let lineage = country.public.read(&format!("/v1/units/{JOURNALISTS}/lineage"));
    assert_eq!((&lineage["predecessors"], &lineage["successors"]), (&json!([]), &json!([])));
    assert_eq!(ids(&lineage["on_day"], "unit"), [JOURNALISTS]);
    let place = &lineage["places"][0];
    assert_eq!((&place["relation"], &place["unit"]), (&json!("locality"), &json!(HA_GIANG)));
    assert_eq!(place["name"]["vi"], "Tỉnh Hà Giang");
    assert_eq!(place["on_day"][0]["name"]["vi"], "Tỉnh Tuyên Quang");
    let then = country.lineage(JOURNALISTS, "2019-07-11");
    assert_eq!(ids(&then["places"][0]["on_day"], "unit"), [HA_GIANG]);
    // And back: whoever asks for the associations within Tuyên Quang finds those of its predecessor.
    let within = country.public.read(&format!("/v1/units?within={TUYEN_QUANG_SINCE}&limit=500"));
    assert_eq!(within["items"].as_array().map(Vec::len), Some(12));
    let within = country.public.read(&format!("/v1/units?within={TUYEN_QUANG_BEFORE}"));
    assert_eq!(within["items"], json!([]));
}

#[test]
fn sixty_three_provinces_became_thirty_four_and_codes_changed_hands() {
    let country = Country::new();
    for (on, count) in [("2025-06-30", 63), ("2025-07-01", 34)] {
        let reference = country.public.read(&format!("/v1/reference/provinces?on={on}"));
        let units = country.public.read(&format!("/v1/units?kind=locality&on={on}&limit=500"));
        let listed: BTreeMap<_, _> = rows(&reference, |row| (row["code"].clone(), row["name"].clone()));
        let registered = rows(&units, |row| (row["identifiers"][0]["value"].clone(), row["name"].clone()));
        assert_eq!(listed.len(), count, "{on}");
        assert_eq!(registered, listed, "the register says what the list says on {on}");
    }
    let [before, since] = ["2025-06-30", "2025-07-01"].map(|on| country.with_code("24", on));
    let name = |unit: &str| country.public.read(&format!("/v1/units/{unit}"))["name"]["vi"].clone();
    assert_eq!((name(&before[0]), name(&since[0])), (json!("Tỉnh Bắc Giang"), json!("Tỉnh Bắc Ninh")));
    let all = country.public.read("/v1/reference/provinces");
    assert_eq!(all["items"].as_array().map(Vec::len), Some(63 + 23));
}

fn rows(list: &Value, row: impl Fn(&Value) -> (Value, Value)) -> BTreeMap<String, Value> {
    let items = list["items"].as_array().expect("items").iter().map(row);
    items.map(|(code, name)| (code.as_str().expect("a code").to_owned(), name)).collect()
}

#[test]
fn a_former_name_finds_the_unit_and_a_day_tells_its_name() {
    let country = Country::new();
    let found = country.public.read("/v1/units?q=thua%20thien%20hue");
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let hue = &found["items"][0];
    assert_eq!(hue["name"]["vi"], "Thành phố Huế");
    assert_eq!(hue["other_names"][0]["vi"], "Tỉnh Thừa Thiên Huế");
    let unit = hue["id"].as_str().expect("an id");
    let then = country.public.read(&format!("/v1/units/{unit}?on=2024-12-31"));
    assert_eq!(then["name"]["vi"], "Tỉnh Thừa Thiên Huế");
    let names = country.lineage(unit, "2026-01-01")["names"].clone();
    assert_eq!((&names[0]["until"], &names[1]["from"]), (&json!("2025-01-01"), &json!("2025-01-01")));
    assert_eq!(names[1]["source"]["documents"], json!(["175/2024/QH15"]));
}
