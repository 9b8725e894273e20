//! Whether scores fit the score sheet, judged before they are recorded.

use super::{Criterion, CriterionId, OverMaximum, ScoreSheet, Scorer};
use crate::{
    Points,
    rejection::{ScoreFault, ScoreFaultKind},
};
use std::collections::HashMap;

impl ScoreSheet {
    /// Whether `entries` can be recorded as the scores that `scorer` gives to one unit.
    ///
    /// The unit itself and the bloc score every criterion that names them, bonus and penalty included and with zero
    /// where there is nothing: the self-score goes through the whole sheet, and the leader appraises by the
    /// same sheet (Thừa Thiên Huế, 804/HD-SNV). The state body scores what it has reason to score, so any
    /// subset of its criteria will do.
    ///
    /// # Errors
    /// Every fault at once, in the order of the entries, then what is missing in the order of the sheet.
    pub fn accept(&self, scorer: Scorer, entries: &[(CriterionId, Points)]) -> Result<(), Vec<ScoreFault>> {
        let leaves: HashMap<CriterionId, &Criterion> = self
            .leaves()
            .into_iter()
            .map(|(_, criterion)| (criterion.id, criterion))
            .collect();
        let mut given = HashMap::with_capacity(entries.len());
        let mut faults = Vec::new();
        for (index, (criterion, points)) in entries.iter().enumerate() {
            let mut add = |kind| {
                faults.push(ScoreFault {
                    entry: Some(index),
                    criterion: *criterion,
                    kind,
                })
            };
            if given.insert(*criterion, *points).is_some() {
                add(ScoreFaultKind::Duplicate);
            }
            match leaves.get(criterion) {
                None => add(ScoreFaultKind::UnknownCriterion),
                Some(leaf) if !leaf.scored_by.contains(&scorer) => {
                    add(ScoreFaultKind::NotYours(leaf.scored_by.clone()));
                }
                Some(leaf) => self.judge(leaf, *points, add),
            }
        }
        let whole = Whole {
            scorer,
            given: &given,
        };
        for part in &self.parts {
            whole.judge(&part.criteria, &mut faults);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The faults of one value. Where the sheet lists options, they alone say what is possible.
    fn judge(&self, criterion: &Criterion, points: Points, mut add: impl FnMut(ScoreFaultKind)) {
        if !criterion.options.is_empty() {
            let options: Vec<Points> = criterion.options.iter().map(|option| option.points).collect();
            if !options.contains(&points) {
                add(ScoreFaultKind::NotAnOption(options));
            }
            return;
        }
        if points < Points::ZERO {
            add(ScoreFaultKind::Negative);
        }
        if let Some(max) = refused_above(criterion).filter(|max| points > *max) {
            add(ScoreFaultKind::AboveMaximum(max));
        }
        if !points.fits_decimals(self.decimals) {
            add(ScoreFaultKind::TooPrecise(self.decimals));
        }
        if let Some(step) = self.missed_step(points) {
            add(ScoreFaultKind::NotAStep(step));
        }
    }
}

fn refused_above(criterion: &Criterion) -> Option<Points> {
    criterion
        .max
        .filter(|_| criterion.over_max == OverMaximum::Refuse)
}

/// What can only be judged over all entries: criteria left out, and groups above their maximum.
struct Whole<'a> {
    scorer: Scorer,
    given: &'a HashMap<CriterionId, Points>,
}

impl Whole<'_> {
    /// Adds the faults of a list of criteria and returns the points they were given together.
    fn judge(&self, criteria: &[Criterion], faults: &mut Vec<ScoreFault>) -> Points {
        criteria
            .iter()
            .map(|criterion| self.judge_one(criterion, faults))
            .sum()
    }

    fn judge_one(&self, criterion: &Criterion, faults: &mut Vec<ScoreFault>) -> Points {
        let mut add = |kind| {
            faults.push(ScoreFault {
                entry: None,
                criterion: criterion.id,
                kind,
            })
        };
        if criterion.criteria.is_empty() {
            let given = self.given.get(&criterion.id).copied();
            let must_score = self.scorer != Scorer::Official && criterion.scored_by.contains(&self.scorer);
            if given.is_none() && must_score {
                add(ScoreFaultKind::NotScored);
            }
            return given.unwrap_or_default();
        }
        let sum = self.judge(&criterion.criteria, faults);
        if let Some(max) = refused_above(criterion).filter(|max| sum > *max) {
            faults.push(ScoreFault {
                entry: None,
                criterion: criterion.id,
                kind: ScoreFaultKind::AboveMaximum(max),
            });
        }
        sum
    }
}
