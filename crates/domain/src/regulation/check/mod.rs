//! Whether a regulation contradicts itself.
//!
//! A regulation is judged as a whole and every fault is named at once, so that whoever drafts one mends it in one
//! go. What no text settles is no fault: the check asks for numbers that add up, for people who can act and for
//! steps that can follow one another, never for one province's habits.

mod award;
mod fault;
mod procedure;
mod scorers;
mod sheet;
#[cfg(test)]
mod tests;

pub use fault::{Fault, FaultKind};

use super::{Class, Regulation};
use crate::Points;
pub(super) use fault::word;
use serde::Serialize;

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, kind: FaultKind) {
        self.0.push(Fault { pointer: pointer.into(), kind });
    }

    /// Adds a fault for every value of the list at `pointer` that stood in it before.
    fn add_duplicates<T: PartialEq + Serialize>(&mut self, pointer: &str, values: &[T]) {
        for (index, value) in values.iter().enumerate() {
            if values[..index].contains(value) {
                self.add(format!("{pointer}/{index}"), FaultKind::Duplicate(word(value).into()));
            }
        }
    }
}

impl Regulation {
    /// Every contradiction in the regulation; empty when it can be adopted.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        check_unsourced(self, &mut faults);
        sheet::check(self, &mut faults);
        check_classes(self, &mut faults);
        for (index, least) in thresholds(&self.classes) {
            sheet::check_precision(
                &format!("/classes/{index}/at_least"),
                least,
                self.sheet.decimals,
                &mut faults,
            );
        }
        procedure::check(self, &mut faults);
        award::check(self, &mut faults);
        faults.0
    }
}

/// Each pointer must lead to a value of the regulation as it is written. It speaks for everything below that value.
fn check_unsourced(regulation: &Regulation, faults: &mut Faults) {
    faults.add_duplicates("/unsourced", &regulation.unsourced);
    let written = serde_json::to_value(regulation).unwrap_or_default();
    for (index, pointer) in regulation.unsourced.iter().enumerate() {
        if written.pointer(pointer).is_none() {
            faults.add(format!("/unsourced/{index}"), FaultKind::PointsNowhere(pointer.clone()));
        }
    }
}

/// A threshold may be below zero: no source states a floor for a total.
fn check_classes(regulation: &Regulation, faults: &mut Faults) {
    let classes = &regulation.classes;
    let last = classes.iter().rposition(|class| !class.unscored);
    for (index, class) in classes.iter().enumerate() {
        let at = format!("/classes/{index}");
        if classes[..index].iter().any(|earlier| earlier.code == class.code) {
            faults.add(format!("{at}/code"), FaultKind::Duplicate(class.code.as_str().into()));
        }
        if class.unscored && classes[..index].iter().any(|earlier| earlier.unscored) {
            faults.add(format!("{at}/unscored"), FaultKind::Duplicate("unscored".into()));
        }
        match class.at_least {
            Some(least) if class.unscored => {
                faults.add(format!("{at}/at_least"), FaultKind::UnscoredThreshold(least));
            }
            Some(least) if last == Some(index) => {
                faults.add(format!("{at}/at_least"), FaultKind::LastThreshold(least));
            }
            None if !class.unscored && last != Some(index) => faults.add(at, FaultKind::ThresholdMissing),
            Some(_) | None => {}
        }
    }
    check_thresholds(regulation, faults);
    if let Some(most) = regulation.classify_up_to {
        let at = "/classify_up_to";
        sheet::check_precision(at, most, regulation.sheet.decimals, faults);
        if classes.is_empty() {
            faults.add(at, FaultKind::NoClasses);
        }
    }
}

fn check_thresholds(regulation: &Regulation, faults: &mut Faults) {
    let limits = sheet::reach(&regulation.sheet).into_iter().chain(regulation.classify_up_to);
    let most = limits.min();
    let mut previous = None;
    for (index, threshold) in thresholds(&regulation.classes) {
        let pointer = format!("/classes/{index}/at_least");
        if let Some(previous) = previous.filter(|previous| threshold >= *previous) {
            faults.add(pointer.as_str(), FaultKind::NotDescending { threshold, previous });
        }
        if let Some(most) = most.filter(|most| threshold > *most) {
            faults.add(pointer, FaultKind::OutOfReach { limit: threshold, most });
        }
        previous = Some(threshold);
    }
}

fn thresholds(classes: &[Class]) -> impl Iterator<Item = (usize, Points)> {
    classes.iter().enumerate().filter_map(|(index, class)| Some((index, class.at_least?)))
}
