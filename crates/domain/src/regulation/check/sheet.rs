//! Whether a score sheet adds up and everything on it can be scored.

use super::{FaultKind, Faults};
use crate::{
    Points,
    regulation::{
        Criterion, CriterionId, OverMaximum, Part, PartKind, Regulation, ScoreSheet, Scorer, Weight,
    },
};
use std::collections::HashSet;

pub(super) fn check(regulation: &Regulation, faults: &mut Faults) {
    let sheet = &regulation.sheet;
    if sheet.decimals > 2 {
        faults.add("/sheet/decimals", FaultKind::TooManyDecimals(sheet.decimals));
    }
    if let Some(step) = sheet.step {
        check_positive("/sheet/step", step, faults);
        check_precision("/sheet/step", step, sheet.decimals, faults);
    }
    check_limit(sheet, "/sheet/scale", sheet.scale, faults);
    if let Some(base) = sheet.base {
        check_limit(sheet, "/sheet/base", base, faults);
    }
    check_counts(sheet, faults);
    super::scorers::check(regulation, faults);
    if sheet.parts.is_empty() {
        faults.add("/sheet/parts", FaultKind::Empty);
    }
    let mut walk = Walk { regulation, ids: HashSet::new(), kind: PartKind::Contents, faults };
    for (index, part) in sheet.parts.iter().enumerate() {
        walk.part(&format!("/sheet/parts/{index}"), part);
    }
    check_scale(sheet, faults);
}

fn check_counts(sheet: &ScoreSheet, faults: &mut Faults) {
    if sheet.counts.is_empty() && sheet.weights.is_empty() {
        faults.add("/sheet/counts", FaultKind::Empty);
    }
    faults.add_duplicates("/sheet/counts", &sheet.counts);
    for (index, scorer) in sheet.counts.iter().enumerate() {
        if !scores_anything(sheet, *scorer) {
            faults.add(format!("/sheet/counts/{index}"), FaultKind::NothingToScore(*scorer));
        }
    }
}

/// Whether any criterion is scored by `scorer`.
pub(super) fn scores_anything(sheet: &ScoreSheet, scorer: Scorer) -> bool {
    sheet.leaves().iter().any(|(_, criterion)| criterion.scored_by.contains(&scorer))
}

/// Papers state the scale either with the bonus in it (Thừa Thiên Huế: 950 + 50 = 1,000) or without it (Ho Chi
/// Minh City: 97 of 100 and a bonus of 10 make 107), so either must come out. A bonus without limit is outside.
fn check_scale(sheet: &ScoreSheet, faults: &mut Faults) {
    let (mut contents, mut bonus) = (sheet.base.unwrap_or_default(), Points::ZERO);
    for (index, part) in sheet.parts.iter().enumerate() {
        match (part.kind, reach_of_part(part)) {
            (PartKind::Contents, Some(points)) => contents = contents + points,
            (PartKind::Bonus, Some(points)) => bonus = bonus + points,
            (PartKind::Contents, None) => {
                faults.add(format!("/sheet/parts/{index}"), FaultKind::Unlimited);
                return;
            }
            (PartKind::Bonus, None) | (PartKind::Penalty, _) => {}
        }
    }
    if contents != sheet.scale && contents + bonus != sheet.scale {
        faults.add("/sheet/scale", FaultKind::ScaleNotMet { scale: sheet.scale, contents, bonus });
    }
}

/// The highest total the sheet can give; `None` when there is no limit.
pub(super) fn reach(sheet: &ScoreSheet) -> Option<Points> {
    let parts = sheet.parts.iter().filter(|part| part.kind != PartKind::Penalty);
    let sum = parts.map(reach_of_part).sum::<Option<Points>>()?;
    Some(sheet.base.unwrap_or_default() + sum)
}

fn reach_of_part(part: &Part) -> Option<Points> {
    least(part.criteria.iter().map(reach_of).sum::<Option<Points>>(), part.cap)
}

/// What the paper says the criterion is worth; `None` when it does not say.
fn nominal_of(criterion: &Criterion) -> Option<Points> {
    criterion.max.or_else(|| most_below(criterion, nominal_of))
}

/// The most the criterion can count; `None` when there is no limit.
fn reach_of(criterion: &Criterion) -> Option<Points> {
    match criterion.over_max {
        OverMaximum::Refuse | OverMaximum::Cap | OverMaximum::Clamp => {
            least(most_below(criterion, reach_of), criterion.max)
        }
        OverMaximum::Carry => most_below(criterion, reach_of),
    }
}

/// What sub-criteria or options allow, whatever the criterion's own maximum.
fn most_below(criterion: &Criterion, of: fn(&Criterion) -> Option<Points>) -> Option<Points> {
    if criterion.criteria.is_empty() {
        criterion.options.iter().map(|option| option.points).max()
    } else if criterion.highest_only {
        let all = criterion.criteria.iter().map(of).collect::<Option<Vec<_>>>();
        all.and_then(|all| all.into_iter().max())
    } else {
        criterion.criteria.iter().map(of).sum::<Option<Points>>()
    }
}

/// The smaller of two limits, where `None` is no limit.
fn least(one: Option<Points>, other: Option<Points>) -> Option<Points> {
    one.into_iter().chain(other).min()
}

pub(super) fn check_precision(pointer: &str, value: Points, decimals: u8, faults: &mut Faults) {
    if !value.fits_decimals(decimals) {
        faults.add(pointer, FaultKind::TooPrecise { value, decimals });
    }
}

pub(super) fn check_positive(pointer: &str, value: Points, faults: &mut Faults) {
    if value <= Points::ZERO {
        faults.add(pointer, FaultKind::NotPositive(value));
    }
}

/// Whether a score can take this value at all.
pub(super) fn check_score(sheet: &ScoreSheet, pointer: &str, value: Points, faults: &mut Faults) {
    check_precision(pointer, value, sheet.decimals, faults);
    if let Some(step) = sheet.missed_step(value) {
        faults.add(pointer, FaultKind::NotAStep { value, step });
    }
}

/// A maximum, a cap or the scale: a score, and above zero.
fn check_limit(sheet: &ScoreSheet, pointer: &str, value: Points, faults: &mut Faults) {
    check_positive(pointer, value, faults);
    check_score(sheet, pointer, value, faults);
}

/// A walk over the tree of criteria.
struct Walk<'a> {
    regulation: &'a Regulation,
    ids: HashSet<CriterionId>,
    kind: PartKind,
    faults: &'a mut Faults,
}

impl Walk<'_> {
    fn part(&mut self, at: &str, part: &Part) {
        if part.criteria.is_empty() {
            self.faults.add(format!("{at}/criteria"), FaultKind::Empty);
        }
        if let Some(cap) = part.cap {
            let pointer = format!("{at}/cap");
            check_limit(&self.regulation.sheet, &pointer, cap, self.faults);
            // More than the cap is fine: a bonus may offer more ways to earn it than it counts.
            let sum = part.criteria.iter().map(nominal_of).sum::<Option<Points>>();
            if let Some(sum) = sum.filter(|sum| *sum < cap) {
                self.faults.add(pointer, FaultKind::DoNotAddUp { sum, max: cap });
            }
        }
        self.kind = part.kind;
        self.criteria(at, &part.criteria);
    }

    fn criteria(&mut self, parent: &str, criteria: &[Criterion]) {
        for (index, criterion) in criteria.iter().enumerate() {
            let at = format!("{parent}/criteria/{index}");
            if !self.ids.insert(criterion.id) {
                self.faults.add(format!("{at}/id"), FaultKind::Duplicate(criterion.id.as_str().into()));
            }
            match criterion.max {
                Some(max) => check_limit(&self.regulation.sheet, &format!("{at}/max"), max, self.faults),
                None if criterion.over_max == OverMaximum::Refuse => {}
                None => self.faults.add(format!("{at}/over_max"), FaultKind::NoMaximum),
            }
            self.bonus_of(&at, criterion);
            if criterion.criteria.is_empty() {
                if criterion.highest_only {
                    self.faults.add(format!("{at}/highest_only"), FaultKind::NoSubCriteria);
                }
                self.scorers(&at, criterion);
                self.options(&at, criterion);
            } else {
                self.group(&at, criterion);
            }
        }
    }

    /// A criterion with sub-criteria: their maxima give its own, unless it says what happens above it.
    fn group(&mut self, at: &str, criterion: &Criterion) {
        for (field, used) in
            [("scored_by", !criterion.scored_by.is_empty()), ("options", !criterion.options.is_empty())]
        {
            if used {
                self.faults.add(format!("{at}/{field}"), FaultKind::NotScoredItself);
            }
        }
        if let Some(max) = criterion.max {
            let wrong =
                |sum: &Points| *sum < max || (*sum > max && criterion.over_max == OverMaximum::Refuse);
            if let Some(sum) = most_below(criterion, nominal_of).filter(wrong) {
                self.faults.add(format!("{at}/max"), FaultKind::DoNotAddUp { sum, max });
            }
        }
        self.criteria(at, &criterion.criteria);
    }

    fn bonus_of(&mut self, at: &str, criterion: &Criterion) {
        let Some(id) = criterion.bonus_of else { return };
        let leaves = self.regulation.sheet.leaves();
        let fault = match leaves.iter().find(|(_, leaf)| leaf.id == id) {
            None => Some(FaultKind::UnknownCriterion(id)),
            Some((PartKind::Contents, _)) if self.kind == PartKind::Bonus => None,
            Some((PartKind::Contents | PartKind::Bonus | PartKind::Penalty, _)) => Some(FaultKind::NotABonus),
        };
        if let Some(fault) = fault {
            self.faults.add(format!("{at}/bonus_of"), fault);
        }
    }

    fn scorers(&mut self, at: &str, criterion: &Criterion) {
        if criterion.scored_by.is_empty() {
            // What nobody scores may still be a penalty that the record applies.
            let recorded = self.regulation.sheet.penalties.iter().any(|rule| rule.criterion == criterion.id);
            if !(recorded && self.kind == PartKind::Penalty) {
                self.faults.add(at, FaultKind::NobodyScores);
            }
            return;
        }
        let pointer = format!("{at}/scored_by");
        self.faults.add_duplicates(&pointer, &criterion.scored_by);
        for (index, scorer) in criterion.scored_by.iter().enumerate() {
            if self.regulation.step(scorer.step()).is_none() {
                self.faults.add(format!("{pointer}/{index}"), FaultKind::ScorerWithoutStep(*scorer));
            }
        }
        let sheet = &self.regulation.sheet;
        if !criterion.scored_by.iter().any(|scorer| sheet.counts_at_all(*scorer)) {
            self.faults.add(pointer.as_str(), FaultKind::NeverCounts);
        }
        let (scoring, absent): (Vec<&Weight>, Vec<&Weight>) =
            sheet.weights.iter().partition(|weight| criterion.scored_by.contains(&weight.scorer));
        if let (false, Some(absent)) = (scoring.is_empty(), absent.first()) {
            self.faults.add(pointer, FaultKind::PartlyWeighted(absent.scorer));
        }
    }

    /// Two options of equal points would be one: a score records the points, not the option.
    fn options(&mut self, at: &str, criterion: &Criterion) {
        for (index, option) in criterion.options.iter().enumerate() {
            let pointer = format!("{at}/options/{index}/points");
            let points = option.points;
            check_score(&self.regulation.sheet, &pointer, points, self.faults);
            if points < Points::ZERO {
                self.faults.add(pointer.as_str(), FaultKind::Negative(points));
            }
            if let Some(max) = criterion.max.filter(|max| points > *max) {
                self.faults.add(pointer.as_str(), FaultKind::OptionAboveMaximum { option: points, max });
            }
            if criterion.options[..index].iter().any(|earlier| earlier.points == points) {
                self.faults.add(pointer, FaultKind::Duplicate(points.to_string().into()));
            }
        }
        let most = criterion.options.iter().map(|option| option.points).max();
        if let (Some(limit), Some(most)) = (criterion.max, most)
            && most < limit
        {
            self.faults.add(format!("{at}/max"), FaultKind::OutOfReach { limit, most });
        }
    }
}
