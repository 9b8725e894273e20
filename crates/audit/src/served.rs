//! What a server shows beside its log: the standings that everyone reads, held against what the facts come to.

use crate::{
    failure::{Failure, Finding, FindingKind},
    source::Source,
    standing::Sheet,
    walk::Verified,
};
use domain::{BlocId, EmulationYear, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a row of a standing says, in a fact and in an answer alike.
const MEMBERS: [&str; 8] = ["rank", "tied", "unit", "total", "contents", "bonus", "penalty", "class"];

/// Compares every standing that was published with the one the server answers with, as of the head that was verified.
/// Returns how many were compared; none where only the log is served.
///
/// # Errors
/// A standing is another one than the facts come to, or cannot be read.
pub fn check(source: &Source, verified: &Verified) -> Result<usize, Failure> {
    let (facts, size) = (&verified.facts, verified.head.size());
    let years: BTreeSet<(BlocId, EmulationYear)> =
        facts.published().iter().map(|published| (published.bloc, published.year)).collect();
    let Some(day) = facts.latest().map(Timestamp::day) else { return Ok(0) };
    let mut compared = 0;
    for (bloc, year) in years {
        let path = format!("blocs/{bloc}/years/{year}/standing?as_of_position={size}");
        let (Some(answer), Some(sheet)) =
            (source.get_beside(&path)?, Sheet::of(facts.books(), bloc, year, day, false))
        else {
            continue;
        };
        let wrong = |what: String| Finding::new(FindingKind::Standing, what).in_file(&*path);
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| wrong(error.to_string()))?;
        expect_same(&sheet, &answer).map_err(wrong)?;
        compared += 1;
    }
    Ok(compared)
}

fn expect_same(sheet: &Sheet, answer: &Value) -> Result<(), String> {
    if answer["stage"] != sheet.stage {
        return Err(format!(
            "the server says that the standing is {}, and it is {}",
            answer["stage"], sheet.stage
        ));
    }
    let shown = answer["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    if shown.len() != sheet.rows.len() {
        return Err(format!("the server shows {} rows, and there are {}", shown.len(), sheet.rows.len()));
    }
    for (row, shown) in sheet.rows.iter().zip(shown) {
        let row = serde_json::to_value(row).unwrap_or_default();
        if let Some(member) = MEMBERS.into_iter().find(|member| row[member] != shown[member]) {
            let (unit, due, found) = (&row["unit"], &row[member], &shown[member]);
            return Err(format!("the server shows {member} {found} for {unit}, and the facts come to {due}"));
        }
    }
    Ok(())
}
