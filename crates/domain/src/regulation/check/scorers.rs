//! Whether those who score can, their scores become one, and penalties find what they are for.

use super::{FaultKind, Faults, sheet, word};
use crate::regulation::{
    Breach, Combine, LatePolicy, Method, PartKind, PenaltyRule, Regulation, ScoreSheet, Scorer,
};

pub(super) fn check(regulation: &Regulation, faults: &mut Faults) {
    check_weights(&regulation.sheet, faults);
    check_rules(&regulation.sheet, faults);
    for (index, rule) in regulation.sheet.penalties.iter().enumerate() {
        check_penalty(regulation, &format!("/sheet/penalties/{index}"), rule, faults);
    }
}

fn check_weights(sheet: &ScoreSheet, faults: &mut Faults) {
    for (index, weight) in sheet.weights.iter().enumerate() {
        let at = format!("/sheet/weights/{index}");
        let earlier = sheet.weights[..index].iter().any(|earlier| earlier.scorer == weight.scorer);
        // Who counts first is never weighed.
        if earlier || sheet.counts.contains(&weight.scorer) {
            faults.add(format!("{at}/scorer"), FaultKind::Duplicate(word(&weight.scorer).into()));
        }
        if !sheet::scores_anything(sheet, weight.scorer) {
            faults.add(format!("{at}/scorer"), FaultKind::NothingToScore(weight.scorer));
        }
        if !(1..=100).contains(&weight.percent) {
            faults.add(format!("{at}/percent"), FaultKind::PercentOutOfRange(weight.percent));
        }
    }
    let sum = sheet.weights.iter().map(|weight| u32::from(weight.percent)).sum();
    if !sheet.weights.is_empty() && sum != 100 {
        faults.add("/sheet/weights", FaultKind::WeightsDoNotAddUp(sum));
    }
}

fn check_rules(sheet: &ScoreSheet, faults: &mut Faults) {
    for (index, rule) in sheet.scorers.iter().enumerate() {
        let at = format!("/sheet/scorers/{index}");
        if sheet.scorers[..index].iter().any(|earlier| earlier.scorer == rule.scorer) {
            faults.add(format!("{at}/scorer"), FaultKind::Duplicate(word(&rule.scorer).into()));
        }
        if !sheet::scores_anything(sheet, rule.scorer) {
            faults.add(format!("{at}/scorer"), FaultKind::NothingToScore(rule.scorer));
        }
        if let Some(combine) = rule.combine {
            if !rule.scorer.may_be_many() {
                faults.add(format!("{at}/combine"), FaultKind::OneGiver(rule.scorer));
            }
            check_combine(&format!("{at}/combine"), combine, faults);
        }
    }
    if sheet::scores_anything(sheet, Scorer::Peer) && sheet.combine(Scorer::Peer).is_none() {
        let index = sheet.scorers.iter().position(|rule| rule.scorer == Scorer::Peer);
        let at = index.map_or_else(|| "/sheet".to_owned(), |index| format!("/sheet/scorers/{index}"));
        faults.add(at, FaultKind::CombineMissing(Scorer::Peer));
    }
}

fn check_combine(at: &str, Combine { method, at_least }: Combine, faults: &mut Faults) {
    let dropped = match method {
        Method::Mean | Method::Median => 0,
        Method::TrimmedMean(trim) => {
            if trim.dropped() == 0 {
                faults.add(format!("{at}/method"), FaultKind::DropsNothing);
            }
            trim.dropped()
        }
    };
    if usize::from(at_least) <= dropped {
        faults.add(format!("{at}/at_least"), FaultKind::LeavesNobody { at_least, dropped });
    }
}

fn check_penalty(regulation: &Regulation, at: &str, rule: &PenaltyRule, faults: &mut Faults) {
    let sheet = &regulation.sheet;
    let points = format!("{at}/points");
    sheet::check_positive(&points, rule.points, faults);
    sheet::check_score(sheet, &points, rule.points, faults);
    let leaves = sheet.leaves();
    match leaves.iter().find(|(_, leaf)| leaf.id == rule.criterion) {
        None => faults.add(format!("{at}/criterion"), FaultKind::UnknownCriterion(rule.criterion)),
        Some((PartKind::Contents | PartKind::Bonus, _)) => {
            faults.add(format!("{at}/criterion"), FaultKind::NotAPenalty(rule.criterion));
        }
        Some((PartKind::Penalty, leaf)) => {
            let listed = |points| leaf.options.iter().any(|option| option.points == points);
            if !leaf.options.is_empty() && !listed(rule.points) {
                faults.add(points.as_str(), FaultKind::NotAnOption(rule.points));
            }
            if let Some(most) = leaf.max.filter(|max| rule.points > *max) {
                faults.add(points, FaultKind::OutOfReach { limit: rule.points, most });
            }
        }
    }
    let fault = match (regulation.step(rule.step), rule.when) {
        _ if !rule.step.is_per_unit() => FaultKind::NotAUnitsStep(rule.step),
        (None, _) => FaultKind::StepMissing(rule.step),
        (Some(step), Breach::Late) if step.deadline.is_none() => FaultKind::NoDeadline,
        (Some(step), Breach::Late) if step.late == LatePolicy::Refuse => FaultKind::NeverLate,
        (Some(_), Breach::Late | Breach::NotTaken) => return,
    };
    faults.add(format!("{at}/step"), fault);
}
