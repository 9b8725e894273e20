//! Names of units, from the public lists in this repository.

use serde_json::Value;

/// Clusters of units of one province, and the blocs of five documents.
const LISTS: [&str; 2] = [
    include_str!("../../api-spec/import/quang-tri-2025.jsonl"),
    include_str!("../../crates/server/demo/facts.jsonl"),
];

/// Names with the kind of the unit. Behind those of the lists, associations of the communes in them.
pub fn units() -> Vec<(String, &'static str)> {
    let mut names: Vec<(String, &'static str)> = LISTS.iter().flat_map(|list| of_list(list)).collect();
    let places = names.iter().filter_map(|(name, _)| name.strip_prefix("Công an ")).map(str::to_owned);
    let associations: Vec<_> = places.map(|place| (format!("Hội Khuyến học {place}"), "association")).collect();
    names.extend(associations);
    names
}

fn of_list(list: &str) -> Vec<(String, &'static str)> {
    let lines = list.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let units = lines.filter(|line| line["post"] == "/v1/units");
    let known = units.filter_map(|line| {
        let kind = KINDS.iter().find(|kind| line["body"]["kind"] == **kind)?;
        Some((line["body"]["name"]["vi"].as_str()?.to_owned(), *kind))
    });
    known.collect()
}

/// The kinds that occur in the lists.
const KINDS: [&str; 5] = ["state_agency", "party_body", "mass_organisation", "public_service", "association"];
