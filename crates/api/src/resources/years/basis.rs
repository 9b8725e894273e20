//! What a standing was counted from: an adopted table or ranking froze its numbers, so they are explained by what was known
//! then.

use super::{YearPath, book::roster, year_at};
use crate::{problem::Problem, routes::Call};
use app::{AsOf, Moment};
use domain::{
    Position,
    year::{Mark, RankedRow, ScoreRow, Year},
};
use std::sync::Arc;

/// A standing with the years it was counted and ranked in.
pub struct Basis {
    /// `provisional`, `score_table` or `final`.
    pub stage: &'static str,
    /// The fact that fixed this stage.
    pub adopted: Option<Mark>,
    /// The rows, first rank first.
    pub rows: Vec<RankedRow>,
    /// The year as it stood when the totals were counted.
    pub counted: Arc<Year>,
    /// How many facts were known then.
    pub counted_at: Position,
    /// The year as it stood when the units were ranked.
    pub ranked: Arc<Year>,
}

impl Basis {
    /// The basis of the standing of a year at a moment.
    pub fn of(call: &Call<'_>, moment: &Moment, path: &YearPath, year: &Arc<Year>) -> Result<Self, Problem> {
        let before = |mark: &Mark| {
            let then = call.service.app().moment(AsOf::Position(mark.position))?;
            Ok::<_, Problem>(year_at(&then, path)?.state)
        };
        if let Some(ranking) = &year.ranking {
            let ranked = before(&ranking.mark)?;
            let table = ranked.score_table.as_ref().map(|table| table.mark);
            let counted = table.as_ref().map(before).transpose()?.unwrap_or_else(|| Arc::clone(&ranked));
            let (stage, rows, adopted) = ("final", ranking.rows.clone(), Some(ranking.mark));
            let counted_at = table.map_or(ranking.mark.position, |mark| mark.position);
            return Ok(Self { stage, adopted, rows, counted, counted_at, ranked });
        }
        let (stage, rows, adopted): (_, Vec<ScoreRow>, _) = match &year.score_table {
            Some(table) => ("score_table", table.rows.clone(), Some(table.mark)),
            None => ("provisional", year.score_rows(&roster(call, moment, path.bloc, year)?), None),
        };
        let counted = adopted.as_ref().map(before).transpose()?.unwrap_or_else(|| Arc::clone(year));
        let counted_at = adopted.map_or(moment.position(), |mark| mark.position);
        Ok(Self { stage, adopted, rows: year.rank(&rows), counted, counted_at, ranked: Arc::clone(year) })
    }
}
