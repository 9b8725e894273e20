//! Standings that were published as facts: score tables and rankings, each computed again from the facts before it.

use crate::heads::hex;
use domain::{
    BlocId, Date, EmulationYear, Envelope, Event, StreamId, UnitId,
    year::{Year, YearEvent},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use views::Books;

/// A published standing that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// `year.score_table_adopted` or `year.ranking_adopted`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where the fact stands.
    pub position: u64,
    /// SHA-256 of its rows as compact JSON, hexadecimal.
    pub rows_sha256: String,
}

/// Computes a published standing again on the state before it; `None` for any other fact.
///
/// # Errors
/// It is not what the facts come to; says how.
pub fn check(books: &Books, fact: &Envelope) -> Result<Option<Published>, String> {
    let (Event::Year(event), StreamId::Year(bloc, year)) = (&fact.event, fact.stream) else {
        return Ok(None);
    };
    let Some(before) = books.year(bloc, year).map(|book| book.state.as_ref()) else { return Ok(None) };
    // Every other event publishes no standing.
    let (version, rows) = if let YearEvent::ScoreTableAdopted(table) = event {
        let roster = roster(books, bloc, year.membership_day(fact.effective_on));
        expect("score table", &before.score_rows(&roster), &table.rows, |row| row.unit)?;
        (table.regulation_version, rows_of(&table.rows))
    } else if let YearEvent::RankingAdopted(ranking) = event {
        let table = before.score_table.as_ref().map_or(&[][..], |table| &table.rows);
        expect("ranking", &before.rank(table), &ranking.rows, |row| row.unit)?;
        (ranking.regulation_version, rows_of(&ranking.rows))
    } else {
        return Ok(None);
    };
    let in_force = before.regulation.as_ref().map(|adopted| adopted.version);
    if in_force != Some(version) {
        return Err(format!("it names version {version} of the regulation, and {in_force:?} was in force"));
    }
    let kind = fact.event.type_name();
    Ok(Some(Published { bloc, year, kind, position: fact.position.0, rows_sha256: rows }))
}

/// The members of a bloc on a day. What has ended is a member no more.
pub(crate) fn roster(books: &Books, bloc: BlocId, day: Date) -> Vec<UnitId> {
    let there = |unit: &UnitId| books.unit(*unit).is_none_or(|book| book.state.ended_by(day).is_none());
    books.bloc(bloc).map(|book| book.state.members_on(day).filter(there).collect()).unwrap_or_default()
}

/// The rows that stand for a year, and at which stage.
pub(crate) fn standing(
    books: &Books,
    year: &Year,
    day: Date,
) -> (&'static str, Vec<domain::year::RankedRow>) {
    match (&year.ranking, &year.score_table) {
        (Some(ranking), _) => ("final", ranking.rows.clone()),
        (None, Some(table)) => ("score_table", year.rank(&table.rows)),
        (None, None) => {
            let roster = roster(books, year.bloc, year.year.membership_day(day));
            ("provisional", year.rank(&year.score_rows(&roster)))
        }
    }
}

fn expect<R: PartialEq + Serialize>(
    what: &str,
    computed: &[R],
    published: &[R],
    unit: impl Fn(&R) -> UnitId,
) -> Result<(), String> {
    if computed == published {
        return Ok(());
    }
    let differs = computed.iter().zip(published).find(|(ours, theirs)| ours != theirs);
    Err(match differs {
        Some((ours, theirs)) => {
            let (ours, theirs, unit) = (text(ours), text(theirs), unit(theirs));
            format!(
                "the {what} is not what the facts come to: for {unit} it says {theirs}, and they say {ours}"
            )
        }
        None => format!("the {what} has {} rows, and the facts come to {}", published.len(), computed.len()),
    })
}

fn text(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}

fn rows_of(rows: &impl Serialize) -> String {
    hex(&Sha256::digest(text(rows)))
}
