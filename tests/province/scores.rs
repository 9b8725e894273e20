//! Points for the criteria of a sheet, whatever sheet it is.

use super::{papers::evidence, random::Random};
use serde_json::{Value, json};

/// Who gives points to whom, how well they think of it, and for which month.
pub struct Paper<'a> {
    /// The unit that is scored.
    pub unit: &'a str,
    /// Who scores, as the API calls it.
    pub scorer: &'a str,
    /// The unit that scores, where several may.
    pub given_by: Option<&'a str>,
    /// The month, in a sheet that adds up months.
    pub month: Option<usize>,
    /// The only criteria it scores; all of the scorer's when empty.
    pub criteria: &'a [String],
    /// How many hundredths of the maximum are missing, at least and at most.
    pub less: [usize; 2],
}

/// The body of a score.
pub fn body(sheet: &Value, paper: &Paper<'_>, random: &mut Random) -> Value {
    let mut entries = Vec::new();
    for part in list(&sheet["parts"]) {
        let penalty = part["kind"] == "penalty";
        let cap = hundredths(&part["cap"]);
        let count = list(&part["criteria"]).count();
        for criterion in list(&part["criteria"]) {
            // Without a maximum of its own a criterion takes its share of the cap.
            let limit = cap.map_or(100, |cap| cap / count);
            walk(criterion, limit, penalty, paper, random, &mut entries);
        }
    }
    let mut body = json!({"unit": paper.unit, "scorer": paper.scorer, "entries": entries});
    if let Some(giver) = paper.given_by {
        body["given_by"] = giver.into();
    }
    if let Some(month) = paper.month {
        body["month"] = month.into();
    }
    body
}

fn walk(
    criterion: &Value,
    limit: usize,
    penalty: bool,
    paper: &Paper<'_>,
    random: &mut Random,
    entries: &mut Vec<Value>,
) {
    let limit = hundredths(&criterion["max"]).unwrap_or(limit);
    let below = list(&criterion["criteria"]).count();
    for inner in list(&criterion["criteria"]) {
        walk(inner, limit / below, penalty, paper, random, entries);
    }
    let id = criterion["id"].as_str().unwrap_or_default();
    let wanted = paper.criteria.is_empty() || paper.criteria.iter().any(|one| one == id);
    if !wanted || !list(&criterion["scored_by"]).any(|scorer| scorer == paper.scorer) {
        return;
    }
    let mut entry = json!({"criterion": id, "points": points(criterion, limit, penalty, paper, random)});
    if paper.scorer == "self" && random.chance(12) {
        entry["evidence"] = json!([evidence("Minh chứng kết quả thực hiện", random)]);
    }
    entries.push(entry);
}

fn points(criterion: &Value, limit: usize, penalty: bool, paper: &Paper<'_>, random: &mut Random) -> String {
    if let Some(option) = list(&criterion["options"]).next() {
        return option["points"].as_str().unwrap_or_default().to_owned();
    }
    let share = if paper.month.is_some() && paper.scorer != "official" { limit / 12 } else { limit };
    if penalty {
        return shown(if random.chance(85) { 0 } else { 25 * (1 + random.below(4)) });
    }
    let [least, most] = paper.less;
    shown(share * (100 - least - random.below(most - least + 1)) / 100)
}

/// Points as the API writes them.
fn shown(hundredths: usize) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The maximum in hundredths; the sheets here have whole ones.
fn hundredths(points: &Value) -> Option<usize> {
    points.as_str().and_then(|text| text.parse::<usize>().ok()).map(|whole| whole * 100)
}

/// The items of a list; none of what is none.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
