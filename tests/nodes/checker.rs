//! The checker: reads the log and what every client was told, and says what does not fit.
//!
//! What it holds a history to: positions without gaps; versions in order; every id and every key once; the facts of a
//! transaction next to each other; every acknowledged fact where it was said to be; one answer to every key; nothing recorded that was refused;
//! facts in the order in which one was asked after the other was answered; and every read as new as it claims to be and as
//! it was asked to be.

use super::history::{Asked, Call, Heard, Row, Told};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::{self, Debug},
    time::Duration,
};

/// What is wrong with a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A position is missing or stands twice.
    Gap,
    /// The versions of a stream do not count up with the positions.
    Version,
    /// An id stands twice.
    IdTwice,
    /// A key was spent twice.
    KeyTwice,
    /// The facts of one transaction do not stand together.
    Transaction,
    /// An acknowledged fact is not in the log.
    Lost,
    /// An acknowledged fact is in the log, but not as it was told.
    Changed,
    /// A key was answered with two different facts, or with one and a refusal.
    TwoAnswers,
    /// A fact is in the log though its request was refused.
    RefusedButThere,
    /// A fact is in the log that nobody asked for.
    Unasked,
    /// A fact stands before another that had been acknowledged when it was asked for.
    Order,
    /// An answer claims less than it was asked for, or less than the fact it tells of.
    Behind,
    /// A read shows less than it claims to.
    Stale,
    /// A read shows what the log does not hold.
    Phantom,
}

/// A fault, and what shows it.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub fault: Fault,
    /// Where.
    pub shown: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.fault, self.shown)
    }
}

/// Everything that is wrong. The rows may begin anywhere in the log, at `first`.
pub fn check(first: u64, rows: &[Row], calls: &[Call]) -> Vec<Found> {
    let mut found = Findings::default();
    the_log_itself(first, rows, &mut found);
    acknowledgements(rows, calls, &mut found);
    keys(rows, calls, &mut found);
    order(calls, &mut found);
    reads(rows, calls, &mut found);
    found.0
}

#[derive(Default)]
struct Findings(Vec<Found>);

impl Findings {
    fn unless(&mut self, holds: bool, fault: Fault, shown: &dyn Debug) {
        if !holds {
            self.0.push(Found { fault, shown: format!("{shown:?}") });
        }
    }
}

fn the_log_itself(first: u64, rows: &[Row], found: &mut Findings) {
    let (mut ids, mut spent, mut transactions) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut versions: HashMap<&str, u64> = HashMap::new();
    let mut last: Option<&Row> = None;
    for (position, row) in (first..).zip(rows) {
        found.unless(row.fact.position == position, Fault::Gap, &(position, row));
        found.unless(ids.insert(&row.fact.id), Fault::IdTwice, &row);
        // The facts of one request stand next to each other.
        let continues = last.is_some_and(|last| last.key == row.key && last.transaction == row.transaction);
        found.unless(continues || spent.insert(&row.key), Fault::KeyTwice, &row);
        // Numbers of transactions need not rise: one is given before the turn is waited for.
        let continues = last.is_some_and(|last| last.transaction == row.transaction);
        found.unless(continues || transactions.insert(row.transaction), Fault::Transaction, &row);
        let subject = row.fact.subject.as_str();
        // A stream that began before `first` goes on from wherever it stood.
        let due = match versions.get(subject) {
            Some(version) => version + 1,
            None if first > 0 => row.fact.version,
            None => 1,
        };
        found.unless(row.fact.version == due, Fault::Version, &(due, row));
        versions.insert(subject, row.fact.version);
        last = Some(row);
    }
}

/// What was told is there, as it was told.
fn acknowledgements(rows: &[Row], calls: &[Call], found: &mut Findings) {
    let by_id: HashMap<_, _> = rows.iter().map(|row| (row.fact.id.as_str(), row)).collect();
    for (call, told, head) in recorded(calls) {
        found.unless(head > told.position, Fault::Behind, &call);
        match by_id.get(told.id.as_str()) {
            None => found.unless(false, Fault::Lost, &call),
            Some(row) => found.unless(&row.fact == told, Fault::Changed, &(call, row)),
        }
    }
}

fn recorded(calls: &[Call]) -> impl Iterator<Item = (&Call, &Told, u64)> {
    calls.iter().filter_map(|call| match &call.heard {
        Heard::Recorded { fact, head } => Some((call, fact, *head)),
        Heard::Seen { .. } | Heard::Refused(_) | Heard::Nothing => None,
    })
}

/// One answer to every key, and nothing in the log that was refused or not asked for.
fn keys(rows: &[Row], calls: &[Call], found: &mut Findings) {
    let mut answers: BTreeMap<&str, Vec<&Heard>> = BTreeMap::new();
    for call in calls {
        if let Asked::Write { key, .. } = &call.asked {
            answers.entry(key).or_default().push(&call.heard);
        }
    }
    let in_log: HashMap<_, _> = rows.iter().map(|row| (row.key.as_str(), row)).collect();
    for (key, heard) in &answers {
        let told: HashSet<_> = heard.iter().filter_map(|heard| told(heard)).collect();
        let refused = heard.iter().any(|heard| matches!(heard, Heard::Refused(_)));
        let answers = told.len() + usize::from(refused);
        found.unless(answers <= 1, Fault::TwoAnswers, &(key, heard));
        found.unless(!refused || !in_log.contains_key(key), Fault::RefusedButThere, &(key, heard));
    }
    for row in rows {
        found.unless(answers.contains_key(row.key.as_str()), Fault::Unasked, &row);
    }
}

fn told(heard: &Heard) -> Option<(&str, u64)> {
    match heard {
        Heard::Recorded { fact, .. } => Some((fact.id.as_str(), fact.position)),
        Heard::Seen { .. } | Heard::Refused(_) | Heard::Nothing => None,
    }
}

/// What was asked for first after another was acknowledged stands behind it.
fn order(calls: &[Call], found: &mut Findings) {
    let mut first_asked: HashMap<&str, Duration> = HashMap::new();
    for call in calls {
        if let Asked::Write { key, .. } = &call.asked {
            let began = first_asked.entry(key).or_insert(call.began);
            *began = call.began.min(*began);
        }
    }
    let mut ends: Vec<_> = recorded(calls).map(|(call, told, _)| (call.ended, told.position)).collect();
    ends.sort_unstable();
    let mut begins: Vec<_> = recorded(calls)
        .filter_map(|(call, told, _)| match &call.asked {
            Asked::Write { key, .. } => first_asked.get(key.as_str()).map(|began| (*began, told.position)),
            Asked::Read { .. } => None,
        })
        .collect();
    begins.sort_unstable();
    let (mut ends, mut highest) = (ends.into_iter().peekable(), None);
    for (began, position) in begins {
        while let Some((_, acknowledged)) = ends.next_if(|(ended, _)| *ended < began) {
            highest = highest.max(Some(acknowledged));
        }
        found.unless(Some(position) > highest, Fault::Order, &(began, position, highest));
    }
}

/// Every read is as new as it claims, and claims as much as was asked for.
fn reads(rows: &[Row], calls: &[Call], found: &mut Findings) {
    let mut streams: HashMap<&str, Vec<&Row>> = HashMap::new();
    for row in rows.iter().filter(|row| row.name.is_some()) {
        streams.entry(row.fact.subject.as_str()).or_default().push(row);
    }
    for call in calls {
        let (Asked::Read { subject, at_least }, Heard::Seen { name, head }) = (&call.asked, &call.heard)
        else {
            continue;
        };
        found.unless(head >= at_least, Fault::Behind, &call);
        let stream = streams.get(subject.as_str()).map_or(&[][..], Vec::as_slice);
        let shown = stream.iter().rfind(|row| row.name.as_deref() == Some(name));
        let due = stream.iter().rfind(|row| row.fact.position < *head);
        match (shown, due) {
            (None, _) => found.unless(false, Fault::Phantom, &call),
            (Some(shown), Some(due)) => {
                found.unless(shown.fact.position >= due.fact.position, Fault::Stale, &(call, due));
            }
            (Some(_), None) => {}
        }
    }
}
