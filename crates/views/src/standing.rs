//! A standing as of two times: of the acts that count by one day, those that were recorded by one moment; with the
//! facts that every number came from.

use crate::Books;
use domain::{
    BlocId, Date, EmulationYear, EventId, Points, Sha256, Timestamp, UnitId,
    regulation::{CriterionId, Month, Scorer},
    year::{Mark, Published, RankedRow, Score, StandingPublished, UnitYear, Year},
};
use serde::Serialize;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// Acts that count from a later day are left out.
    pub valid_at: Option<Date>,
    /// Facts recorded later are left out.
    pub recorded_at: Option<Timestamp>,
    /// Facts beyond so many are left out.
    pub at_size: Option<u64>,
}

/// A standing as of two times, collected while a log is verified.
pub struct AsOf {
    question: Question,
    books: Books,
    known: u64,
    latest: Option<Timestamp>,
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// The day by which acts had to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Date>,
    /// The moment by which facts had to be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Timestamp>,
    /// How many facts were known then.
    pub at_size: u64,
    /// `provisional` while scores come in, `score_table` once the table is adopted, `final` once the ranking is.
    pub stage: &'static str,
    /// The version of the regulation the totals rest on.
    pub regulation_version: Option<u16>,
    /// Where that regulation was adopted.
    pub regulation_position: Option<u64>,
    /// Where this stage was adopted.
    pub adopted_position: Option<u64>,
    /// SHA-256 of the regulation the totals rest on, as it was adopted.
    pub rules_hash: Option<Sha256>,
    /// SHA-256 of the bytes of `rows`.
    pub state_hash: Sha256,
    /// What vouches for it since it was published.
    pub published: Option<Vouched>,
    /// The rows, first rank first.
    pub rows: Vec<RankedRow>,
    /// For every unit, the facts its numbers came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

/// A publication, with where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vouched {
    /// Where its fact stands.
    pub position: u64,
    /// What was published.
    #[serde(flatten)]
    pub standing: StandingPublished,
}

/// The facts that one unit's numbers came from.
#[derive(Clone, Debug, Serialize)]
pub struct Because {
    /// The unit.
    pub unit: UnitId,
    /// The points that were given, criterion by criterion, each with its fact.
    pub points: Vec<Given>,
    /// The steps it took, or that were taken against it, in the order of the year.
    pub steps: Vec<StepTaken>,
}

/// Points that were given for one criterion.
#[derive(Clone, Debug, Serialize)]
pub struct Given {
    /// The criterion.
    pub criterion: CriterionId,
    /// The points.
    pub points: Points,
    /// Who gave them.
    pub scorer: Scorer,
    /// The unit whose officer gave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_by: Option<UnitId>,
    /// The month they are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// Where the fact stands.
    pub position: u64,
    /// The fact.
    pub event: EventId,
    /// Where the facts stand that it replaced, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<u64>,
}

/// A step of one unit.
#[derive(Clone, Debug, Serialize)]
pub struct StepTaken {
    /// Which.
    pub step: &'static str,
    /// Where the fact stands.
    pub position: u64,
    /// Whether it came late.
    pub late: bool,
}

impl AsOf {
    /// Nothing yet.
    pub fn new(question: Question) -> Self {
        Self { question, books: Books::default(), known: 0, latest: None }
    }

    /// Sees the next fact of the log, and keeps it if it counts.
    pub fn see(&mut self, fact: &domain::Envelope, leaf: domain::LeafHash) {
        if self.question.recorded_at.is_some_and(|moment| fact.recorded_at > moment)
            || self.question.at_size.is_some_and(|size| fact.position.0 >= size)
        {
            return;
        }
        self.known = fact.position.0 + 1;
        self.latest = Some(fact.recorded_at);
        if self.question.valid_at.is_none_or(|day| fact.effective_on <= day) {
            self.books.fold(fact, leaf);
        }
    }

    /// How many facts it knows.
    pub const fn known(&self) -> u64 {
        self.known
    }

    /// The answer; `None` when the year was not open then.
    pub fn sheet(&self, explain: bool) -> Option<Sheet> {
        let day = self.question.valid_at.or_else(|| self.latest.map(Timestamp::day))?;
        let sheet = Sheet::of(&self.books, self.question.bloc, self.question.year, day, explain)?;
        let Question { valid_at, recorded_at, .. } = self.question;
        Some(Sheet { valid_at, recorded_at, at_size: self.known, ..sheet })
    }
}

impl Sheet {
    /// The standing that these books show, with the members of a day while nothing is adopted; `None` when there is no
    /// such year. How many facts are known, the caller says.
    pub fn of(books: &Books, bloc: BlocId, year: EmulationYear, day: Date, explain: bool) -> Option<Self> {
        let state = &books.year(bloc, year)?.state;
        let (stage, rows) = rows_of(books, state, day);
        let regulation = state.regulation.as_ref();
        let adopted = state.ranking.as_ref().map(|ranking| ranking.mark);
        let adopted = adopted.or_else(|| state.score_table.as_ref().map(|table| table.mark));
        let because =
            if explain { rows.iter().map(|row| because(state, row.unit)).collect() } else { Vec::new() };
        Some(Self {
            bloc,
            year,
            valid_at: None,
            recorded_at: None,
            at_size: 0,
            stage,
            regulation_version: regulation.map(|adopted| adopted.version),
            regulation_position: regulation.map(|adopted| adopted.mark.position.0),
            adopted_position: adopted.map(|mark| mark.position.0),
            rules_hash: regulation.map(|adopted| adopted.regulation.hash()),
            state_hash: RankedRow::hash_of(&rows),
            published: state.ranking.as_ref().and_then(|ranking| ranking.published.as_ref()).map(vouched),
            rows,
            because,
        })
    }
}

/// The members of a bloc on a day. What has ended is a member no more.
pub fn roster(books: &Books, bloc: BlocId, day: Date) -> Vec<UnitId> {
    let there = |unit: &UnitId| books.unit(*unit).is_none_or(|book| book.state.ended_by(day).is_none());
    books.bloc(bloc).map(|book| book.state.members_on(day).filter(there).collect()).unwrap_or_default()
}

/// The rows that stand for a year, and at which stage.
fn rows_of(books: &Books, year: &Year, day: Date) -> (&'static str, Vec<RankedRow>) {
    match (&year.ranking, &year.score_table) {
        (Some(ranking), _) => ("final", ranking.rows.clone()),
        (None, Some(table)) => ("score_table", year.rank(&table.rows)),
        (None, None) => {
            let roster = roster(books, year.bloc, year.year.membership_day(day));
            ("provisional", year.rank(&year.score_rows(&roster)))
        }
    }
}

fn vouched(published: &Published) -> Vouched {
    Vouched { position: published.mark.position.0, standing: published.standing.clone() }
}

fn because(year: &Year, unit: UnitId) -> Because {
    let Some(known) = year.unit(unit) else {
        return Because { unit, points: Vec::new(), steps: Vec::new() };
    };
    let points = known.scores.iter().flat_map(given).collect();
    Because { unit, points, steps: steps(known) }
}

fn given(score: &Score) -> impl Iterator<Item = Given> {
    score.marks.iter().map(|(criterion, points)| Given {
        criterion: *criterion,
        points: *points,
        scorer: score.scorer,
        given_by: score.given_by,
        month: score.month,
        position: score.mark.position.0,
        event: score.mark.id,
        replaced: score.replaced.iter().map(|mark| mark.position.0).collect(),
    })
}

fn steps(known: &UnitYear) -> Vec<StepTaken> {
    let exclusion = known.exclusion.as_ref().map(|(_, mark)| *mark);
    let steps: [(&'static str, Option<Mark>); 5] = [
        ("registration", known.registration),
        ("pledge", known.pledge),
        ("half_year_report", known.half_year_report),
        ("annual_report", known.annual_report),
        ("exclusion", exclusion),
    ];
    let taken = steps.into_iter().filter_map(|(step, mark)| Some((step, mark?)));
    taken
        .map(|(step, mark)| StepTaken { step, position: mark.position.0, late: mark.timeliness.late })
        .collect()
}
