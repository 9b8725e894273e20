//! What a server shows beside its log: the standings that everyone reads, held against what the facts come to.

use crate::{
    failure::{Failure, Finding, FindingKind},
    source::Source,
    walk::Verified,
};
use domain::{BlocId, EmulationYear, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use views::{diff::Diff, standing::Sheet};

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

/// Compares what changed in a standing with what the server answers, between the same two sizes. Returns whether it does.
///
/// # Errors
/// It answers something else, or cannot be read.
pub fn check_diff(source: &mut Source, diff: &Diff) -> Result<bool, Failure> {
    let Diff { bloc, year, from_size, to_size, .. } = diff;
    let question = format!("bloc={bloc}&year={year}&from_size={from_size}&to_size={to_size}");
    let Some(answer) = source.answer("diff", &question)? else { return Ok(false) };
    let wrong = |what: String| Finding::new(FindingKind::Standing, what).in_file(format!("diff?{question}"));
    let shown: Value = serde_json::from_slice(&answer).map_err(|error| wrong(error.to_string()))?;
    let due = serde_json::to_value(diff).map_err(|error| wrong(error.to_string()))?;
    if shown == due {
        return Ok(true);
    }
    let differs = |member: &&str| shown[*member] != due[*member];
    let member = ["from_size", "to_size", "units", "facts"].into_iter().find(differs).unwrap_or("bloc");
    let first = |value: &Value| value.as_array().map(Vec::len);
    let (shown, due) = (first(&shown[member]), first(&due[member]));
    Err(wrong(format!("its {member} are not what the entries come to: {shown:?} shown, {due:?} there"))
        .into())
}

/// What the server says that was published is what was.
fn expect_vouched(sheet: &Sheet, shown: &Value) -> Result<(), String> {
    let published = serde_json::to_value(&sheet.published).unwrap_or_default();
    let differs = |member: &&str| published[*member] != shown[*member];
    match ["position", "at_size", "projection", "rules_hash", "state_hash"].into_iter().find(differs) {
        None => Ok(()),
        Some(member) => Err(format!(
            "the server says that {member} of the published standing is {}, and it is {}",
            shown[member], published[member]
        )),
    }
}

fn expect_same(sheet: &Sheet, answer: &Value) -> Result<(), String> {
    if answer["stage"] != sheet.stage {
        return Err(format!(
            "the server says that the standing is {}, and it is {}",
            answer["stage"], sheet.stage
        ));
    }
    expect_vouched(sheet, &answer["published"])?;
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
