//! Standings that were published as facts: score tables and rankings, each computed again from the facts before it.

use crate::heads::hex;
use domain::{
    BlocId, EmulationYear, Envelope, Event, StreamId, UnitId,
    year::{StandingPublished, Year, YearEvent},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use views::{Books, standing::roster};

/// A published standing that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// `year.score_table_adopted`, `year.ranking_adopted` or `year.standing_published`.
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
    } else if let YearEvent::StandingPublished(published) = event {
        vouched(before, published, fact.position.0)?;
        let rows = before.ranking.as_ref().map_or(&[][..], |ranking| &ranking.rows);
        (published.regulation_version, rows_of(&rows))
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

/// What is published of a standing is what the ranking before it and its rules come to.
fn vouched(before: &Year, published: &StandingPublished, position: u64) -> Result<(), String> {
    let (Some(ranking), Some(adopted)) = (&before.ranking, &before.regulation) else {
        return Err("nothing was adopted that could be published".to_owned());
    };
    let due = StandingPublished::of(&ranking.rows, adopted.version, &adopted.regulation, position);
    if due == *published {
        return Ok(());
    }
    Err(format!("{} is published, and the facts come to {}", text(published), text(&due)))
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
