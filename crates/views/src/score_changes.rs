//! Every change of a score, criterion by criterion: who, when, from what, to what, and why.

use domain::{
    Actor, Date, Envelope, Event, EventId, Points, Position, Timestamp, UnitId,
    regulation::{CriterionId, Month, Scorer},
    year::{Correction, Score, ScoresGiven, Year, YearEvent},
};
use std::collections::BTreeMap;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreChange {
    /// The unit that was scored.
    pub unit: UnitId,
    /// The criterion.
    pub criterion: CriterionId,
    /// Who scored.
    pub scorer: Scorer,
    /// The unit whose officer gave it.
    pub given_by: Option<UnitId>,
    /// The month.
    pub month: Option<Month>,
    /// The points before; `None` when the scorer had given none.
    pub from: Option<Points>,
    /// The points since; `None` when the scorer gives none any more.
    pub to: Option<Points>,
    /// What it corrects and why; `None` for a first score.
    pub correction: Option<Correction>,
    /// Who acted.
    pub actor: Actor,
    /// The fact.
    pub event: EventId,
    /// Where the fact stands in the log.
    pub position: Position,
    /// When the server received it.
    pub recorded_at: Timestamp,
    /// The day it counts from, as claimed.
    pub effective_on: Date,
}

/// A fact that gave a score, and the one whose place it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Where it stands in the log.
    pub position: Position,
    /// Where the fact stands that it replaced; `None` for a first score.
    pub replaced: Option<Position>,
}

/// The facts that gave the scores of a year, in their order: those of the given unit, and without those that say nothing
/// of the given criterion, as far as the year's book tells.
pub fn papers(year: &Year, unit: Option<UnitId>, criterion: Option<CriterionId>) -> Vec<Paper> {
    let units = year.units.iter().filter(|(known, _)| unit.is_none_or(|unit| unit == **known));
    // What a replaced fact said is read from the log alone.
    let may_tell = |score: &&Score| {
        !score.replaced.is_empty()
            || criterion.is_none_or(|id| score.marks.iter().any(|(mark, _)| *mark == id))
    };
    let scores = units.flat_map(|(_, known)| &known.scores).filter(may_tell);
    let mut papers: Vec<_> = scores
        .flat_map(|score| {
            let mut replaced = None;
            score
                .replaced
                .iter()
                .chain([&score.mark])
                .map(move |mark| Paper { position: mark.position, replaced: replaced.replace(mark.position) })
        })
        .collect();
    papers.sort_unstable_by_key(|paper| paper.position);
    papers
}

/// The changes that some facts of one year made, in their order: those of the given unit, and of the given criterion alone
/// where one is named. The facts begin with the first of the year, or what stood before is not known.
pub fn score_changes(
    facts: &[Envelope],
    unit: Option<UnitId>,
    criterion: Option<CriterionId>,
) -> Vec<ScoreChange> {
    let mut standing: BTreeMap<_, BTreeMap<CriterionId, Points>> = BTreeMap::new();
    let mut changes = Vec::new();
    for fact in facts {
        let Event::Year(YearEvent::ScoresGiven(given)) = &fact.event else { continue };
        if unit.is_some_and(|unit| unit != given.unit) {
            continue;
        }
        let giver = given.given_by.filter(|_| given.scorer.may_be_many());
        let now = points(given);
        let before =
            standing.insert((given.unit, given.scorer, giver, given.month), now.clone()).unwrap_or_default();
        let mut touched: Vec<_> = before.keys().chain(now.keys()).copied().collect();
        touched.sort_unstable();
        touched.dedup();
        let changed = touched.into_iter().filter(|id| criterion.is_none_or(|criterion| criterion == *id));
        let changed = changed.map(|id| (id, before.get(&id).copied(), now.get(&id).copied()));
        let told = changed.filter(|(_, from, to)| from != to);
        changes.extend(told.map(|(id, from, to)| change(fact, given, (id, from, to))));
    }
    changes
}

fn points(given: &ScoresGiven) -> BTreeMap<CriterionId, Points> {
    let mut sums = BTreeMap::new();
    for entry in &given.entries {
        let sum: &mut Points = sums.entry(entry.criterion).or_default();
        *sum = *sum + entry.points;
    }
    sums
}

fn change(
    fact: &Envelope,
    given: &ScoresGiven,
    (criterion, from, to): (CriterionId, Option<Points>, Option<Points>),
) -> ScoreChange {
    ScoreChange {
        unit: given.unit,
        criterion,
        scorer: given.scorer,
        given_by: given.given_by,
        month: given.month,
        from,
        to,
        correction: given.correction.clone(),
        actor: fact.actor.clone(),
        event: fact.id,
        position: fact.position,
        recorded_at: fact.recorded_at,
        effective_on: fact.effective_on,
    }
}
