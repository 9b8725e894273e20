//! What a dossier is judged by beside itself: the members and the ranking of its bloc, the leading units and dossiers of
//! all blocs of the level, the achievements that were rewarded. One gathering for the writer, who decides on what the
//! group holds so far, and for the reader, who may stand in the past.

use domain::{
    AchievementId, BlocId, CommendationId, Date, EmulationYear, Timestamp, UnitId,
    bloc::{Bloc, Level},
    commendation::{Circumstances, Commendation},
    quota::{Counted, Ground},
    year::Year,
};
use eventlog::LogError;
use views::Book;

/// Somewhere to look things up: what is decided so far, or a moment of the log.
pub trait Shelves {
    /// A bloc.
    fn bloc(&self, id: BlocId) -> Result<Option<Book<Bloc>>, LogError>;
    /// The year of a bloc.
    fn year(&self, bloc: BlocId, year: EmulationYear) -> Result<Option<Book<Year>>, LogError>;
    /// A dossier.
    fn commendation(&self, id: CommendationId) -> Result<Option<Book<Commendation>>, LogError>;
    /// Every bloc.
    fn blocs(&self) -> Vec<BlocId>;
    /// The dossiers of a year, in the order they were proposed.
    fn of_year(&self, year: EmulationYear) -> Vec<CommendationId>;
    /// The dossiers that name an achievement, in the order they were proposed.
    fn of_achievement(&self, achievement: AchievementId) -> Vec<CommendationId>;
}

/// The circumstances of a dossier of `bloc` and `year` that names `achievement`; `own` is left out of what was rewarded.
///
/// # Errors
/// When the log cannot be read.
pub fn circumstances(
    shelves: &impl Shelves,
    own: CommendationId,
    (bloc, year): (BlocId, EmulationYear),
    achievement: Option<AchievementId>,
    (received, effective_on): (Timestamp, Date),
) -> Result<Circumstances, LogError> {
    let mut rewarded = Vec::new();
    for id in achievement.map(|id| shelves.of_achievement(id)).unwrap_or_default() {
        let awarded = shelves.commendation(id)?.and_then(|book| book.state.awarded_by());
        rewarded.extend(awarded.filter(|_| id != own).map(|mark| (id, mark)));
    }
    let bloc_exists = shelves.bloc(bloc)?.is_some();
    let book = shelves.year(bloc, year)?;
    let ground = ground(shelves, bloc, year, effective_on)?;
    let year = book.map(|book| book.state);
    Ok(Circumstances { received, effective_on, bloc_exists, year, ground, rewarded })
}

/// What the quotas of a bloc's year are counted from, its members being those of `day` or of the last day of the year.
///
/// # Errors
/// When the log cannot be read.
pub fn ground(
    shelves: &impl Shelves,
    bloc: BlocId,
    year: EmulationYear,
    day: Date,
) -> Result<Ground, LogError> {
    let Some(own) = shelves.bloc(bloc)? else { return Ok(Ground::default()) };
    let members: Vec<UnitId> = own.state.members_on(year.membership_day(day)).collect();
    let known = shelves.year(bloc, year)?;
    let excluded = |unit: &UnitId| {
        let known = known.as_ref().and_then(|book| book.state.unit(*unit));
        known.is_some_and(|known| known.exclusion.is_some())
    };
    let considered = members.iter().filter(|unit| !excluded(unit)).copied().collect();
    let level = own.state.established.level;
    let leading = leading_units(shelves, level, year)?;
    let dossiers = dossiers(shelves, level, year)?;
    Ok(Ground { members, considered, leading, dossiers })
}

/// The leading units of all blocs of a level, as their rankings name them.
fn leading_units(
    shelves: &impl Shelves,
    level: Level,
    year: EmulationYear,
) -> Result<Vec<(BlocId, UnitId)>, LogError> {
    let mut leading = Vec::new();
    for id in shelves.blocs() {
        if !is_of_level(shelves, id, level)? {
            continue;
        }
        let year = shelves.year(id, year)?;
        let ranking = year.as_ref().and_then(|book| book.state.ranking.as_ref());
        leading.extend(ranking.and_then(|ranking| ranking.leading_unit).map(|unit| (id, unit)));
    }
    Ok(leading)
}

fn dossiers(shelves: &impl Shelves, level: Level, year: EmulationYear) -> Result<Vec<Counted>, LogError> {
    let mut dossiers = Vec::new();
    for id in shelves.of_year(year) {
        let Some(book) = shelves.commendation(id)? else { continue };
        if is_of_level(shelves, book.state.proposal.bloc, level)? {
            dossiers.push(Counted::of(id, &book.state, book.last));
        }
    }
    Ok(dossiers)
}

fn is_of_level(shelves: &impl Shelves, bloc: BlocId, level: Level) -> Result<bool, LogError> {
    Ok(shelves.bloc(bloc)?.is_some_and(|book| book.state.established.level == level))
}
