//! Whether scores fit the score sheet, judged before they are recorded.

use super::{Criterion, CriterionId, Marks, OverMaximum, ScoreSheet, Scorer};
use crate::{
    Points,
    rejection::{ScoreFault, ScoreFaultKind},
};
use std::collections::HashMap;

impl ScoreSheet {
    /// Whether `entries` can be recorded as the scores that `scorer` gives to one unit.
    ///
    /// The unit itself, its peers and the bloc score every criterion that names them, bonus and penalty included and
    /// with zero where there is nothing: the self-score goes through the whole sheet, and the leader appraises by the
    /// same sheet (Thừa Thiên Huế, 804/HD-SNV). The state body scores what it has reason to score, so any
    /// subset of its criteria will do; so it is with a month's events, of which one criterion may have several.
    ///
    /// # Errors
    /// Every fault at once, in the order of the entries, then what is missing in the order of the sheet.
    pub fn accept(&self, scorer: Scorer, entries: &[(CriterionId, Points)]) -> Result<(), Vec<ScoreFault>> {
        self.accept_assigned(scorer, None, entries)
    }

    /// The same for a scorer that was assigned some of its criteria: it scores all of these and no others.
    ///
    /// # Errors
    /// As [`ScoreSheet::accept`].
    pub fn accept_assigned(
        &self,
        scorer: Scorer,
        assigned: Option<&[CriterionId]>,
        entries: &[(CriterionId, Points)],
    ) -> Result<(), Vec<ScoreFault>> {
        let leaves: HashMap<CriterionId, &Criterion> =
            self.leaves().into_iter().map(|(_, criterion)| (criterion.id, criterion)).collect();
        let mut given = HashMap::with_capacity(entries.len());
        let mut faults = Vec::new();
        for (index, (criterion, points)) in entries.iter().enumerate() {
            let mut add = |kind| {
                faults.push(ScoreFault { entry: Some(index), criterion: *criterion, kind });
            };
            if given.insert(*criterion, *points).is_some() && !self.monthly {
                add(ScoreFaultKind::Duplicate);
            }
            match leaves.get(criterion) {
                None => add(ScoreFaultKind::UnknownCriterion),
                Some(_) if assigned.is_some_and(|assigned| !assigned.contains(criterion)) => {
                    add(ScoreFaultKind::NotAssigned);
                }
                Some(leaf) if !leaf.scored_by.contains(&scorer) => {
                    add(ScoreFaultKind::NotYours(leaf.scored_by.clone()));
                }
                Some(leaf) => self.judge(leaf, *points, add),
            }
        }
        let whole = Whole { sheet: self, scorer, assigned, given: &given };
        for part in &self.parts {
            whole.judge(&part.criteria, &mut faults);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Whether the papers of one kind of scorer give every criterion of theirs as many scores as the sheet asks for.
    pub fn is_covered(&self, scorer: Scorer, papers: &[Marks<'_>]) -> bool {
        if self.monthly {
            return !papers.is_empty();
        }
        let least = self.combine(scorer).map_or(1, |combine| usize::from(combine.at_least).max(1));
        let scores = |leaf: &Criterion| {
            papers.iter().filter(|marks| marks.iter().any(|(criterion, _)| *criterion == leaf.id)).count()
        };
        let leaves = self.leaves();
        let mut own = leaves.iter().map(|(_, leaf)| *leaf).filter(|leaf| leaf.scored_by.contains(&scorer));
        own.all(|leaf| scores(leaf) >= least)
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
        if points < Points::ZERO && criterion.over_max != OverMaximum::Clamp {
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
    criterion.max.filter(|_| criterion.over_max == OverMaximum::Refuse)
}

/// What can only be judged over all entries: criteria left out, and groups above their maximum.
struct Whole<'a> {
    sheet: &'a ScoreSheet,
    scorer: Scorer,
    assigned: Option<&'a [CriterionId]>,
    given: &'a HashMap<CriterionId, Points>,
}

impl Whole<'_> {
    /// Adds the faults of a list of criteria and returns the points they were given together.
    fn judge(&self, criteria: &[Criterion], faults: &mut Vec<ScoreFault>) -> Points {
        criteria.iter().map(|criterion| self.judge_one(criterion, faults)).sum()
    }

    fn must_score(&self, criterion: &Criterion) -> bool {
        let assigned = self.assigned.is_none_or(|assigned| assigned.contains(&criterion.id));
        let whole = !self.sheet.monthly && self.scorer != Scorer::Official;
        whole && assigned && criterion.scored_by.contains(&self.scorer)
    }

    fn judge_one(&self, criterion: &Criterion, faults: &mut Vec<ScoreFault>) -> Points {
        let of_no_entry = |kind| ScoreFault { entry: None, criterion: criterion.id, kind };
        if criterion.criteria.is_empty() {
            let given = self.given.get(&criterion.id).copied();
            if given.is_none() && self.must_score(criterion) {
                faults.push(of_no_entry(ScoreFaultKind::NotScored));
            }
            return given.unwrap_or_default();
        }
        let sum = self.judge(&criterion.criteria, faults);
        // Of alternatives only the highest counts, so that no claim passes the maximum of the group by their sum.
        if criterion.highest_only {
            return sum;
        }
        if let Some(max) = refused_above(criterion).filter(|max| sum > *max) {
            faults.push(of_no_entry(ScoreFaultKind::AboveMaximum(max)));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulation::sample::regulation;
    use ScoreFaultKind::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn p(text: &str) -> Points {
        text.parse().unwrap()
    }

    fn marks(entries: &[(&str, &str)]) -> Vec<(CriterionId, Points)> {
        entries.iter().map(|(id, points)| (id.parse().unwrap(), p(points))).collect()
    }

    /// What `scorer` hears about these entries: the index of the entry, the criterion, what is wrong.
    fn heard(
        sheet: &ScoreSheet,
        scorer: Scorer,
        entries: &[(&str, &str)],
    ) -> Vec<(Option<usize>, String, ScoreFaultKind)> {
        let faults = sheet.accept(scorer, &marks(entries)).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.entry, fault.criterion.to_string(), fault.kind)).collect()
    }

    const WHOLE: [(&str, &str); 4] = [("I.1.a", "29.5"), ("I.1.b", "10"), ("I.2", "51"), ("II.1", "0")];

    #[test]
    fn a_unit_scores_itself_on_every_criterion_that_is_its_to_score() {
        let sheet = regulation(&[]).sheet;
        assert_eq!(heard(&sheet, Scorer::Itself, &WHOLE), []);
        assert_eq!(heard(&sheet, Scorer::Bloc, &WHOLE), []);
        assert_eq!(heard(&sheet, Scorer::Itself, &WHOLE[1..]), [(None, "I.1.a".to_owned(), NotScored)]);
        assert_eq!(heard(&sheet, Scorer::Bloc, &[]).len(), 4);
    }

    #[test]
    fn the_state_body_scores_what_it_has_reason_to_score() {
        let sheet = regulation(&[]).sheet;
        assert_eq!(heard(&sheet, Scorer::Official, &[]), []);
        assert_eq!(heard(&sheet, Scorer::Official, &[("P.1", "8")]), []);
        let theirs = vec![Scorer::Itself, Scorer::Bloc];
        assert_eq!(
            heard(&sheet, Scorer::Official, &[("II.1", "1")]),
            [(Some(0), "II.1".to_owned(), NotYours(theirs))]
        );
    }

    #[test]
    fn every_fault_is_heard_at_once_each_with_its_entry() {
        let entries = [
            ("I.1.a", "30.25"),
            ("I.1.b", "5"),
            ("I.1", "3"),
            ("X", "1"),
            ("II.1", "-1"),
            ("II.1", "1.3"),
            ("P.1", "1"),
        ];
        let expected = [
            (Some(0), "I.1.a", AboveMaximum(p("30"))),
            (Some(0), "I.1.a", TooPrecise(1)),
            (Some(0), "I.1.a", NotAStep(p("0.5"))),
            (Some(1), "I.1.b", NotAnOption(vec![p("0"), p("10")])),
            (Some(2), "I.1", UnknownCriterion),
            (Some(3), "X", UnknownCriterion),
            (Some(4), "II.1", Negative),
            (Some(5), "II.1", Duplicate),
            (Some(5), "II.1", NotAStep(p("0.5"))),
            (Some(6), "P.1", NotYours(vec![Scorer::Official])),
            (None, "I.2", NotScored),
        ];
        let expected = expected.map(|(entry, criterion, kind)| (entry, criterion.to_owned(), kind));
        assert_eq!(heard(&regulation(&[]).sheet, Scorer::Itself, &entries), expected);
    }

    #[test]
    fn above_its_maximum_a_claim_is_refused_capped_or_carried_as_the_sheet_says() {
        let claim = [("I.1.a", "30"), ("I.1.b", "0"), ("I.2", "50.5"), ("II.1", "0")];
        let with = |rule: Value| regulation(&[("/sheet/parts/0/criteria/1/over_max", rule)]).sheet;
        assert_eq!(heard(&with(json!("carry")), Scorer::Itself, &claim), []);
        assert_eq!(heard(&with(json!("cap")), Scorer::Itself, &claim), []);
        let refused = (Some(2), "I.2".to_owned(), AboveMaximum(p("50")));
        assert_eq!(heard(&with(json!("refuse")), Scorer::Itself, &claim), [refused]);
    }

    #[test]
    fn a_group_is_held_to_its_maximum_too() {
        let group = "/sheet/parts/0/criteria/0";
        let sheet = regulation(&[
            (&format!("{group}/over_max"), Value::Null),
            (&format!("{group}/criteria/0/max"), Value::Null),
        ])
        .sheet;
        let claim = [("I.1.a", "30.5"), ("I.1.b", "10"), ("I.2", "0"), ("II.1", "0")];
        assert_eq!(heard(&sheet, Scorer::Bloc, &claim), [(None, "I.1".to_owned(), AboveMaximum(p("40")))]);
    }

    proptest! {
        /// Whatever is sent, each fault names an entry that is there or a criterion that is not.
        #[test]
        fn faults_speak_of_what_was_sent(
            entries in prop::collection::vec((prop::sample::select(vec!["I.1.a", "I.1.b", "I.2", "II.1", "P.1", "?"]), any::<i64>()), 0..9),
            scorer in prop::sample::select(vec![Scorer::Itself, Scorer::Bloc, Scorer::Official]),
        ) {
            let entries: Vec<_> = entries.into_iter()
                .filter_map(|(id, points)| Some((id.parse().ok()?, Points::from_hundredths(points))))
                .collect();
            for fault in regulation(&[]).sheet.accept(scorer, &entries).err().unwrap_or_default() {
                match fault.entry {
                    Some(index) => prop_assert_eq!(entries[index].0, fault.criterion),
                    None => prop_assert!(entries.iter().all(|(id, _)| *id != fault.criterion)),
                }
            }
        }

        /// What is accepted is never rounded, and counts at least as it was given unless the sheet caps it.
        #[test]
        fn what_is_accepted_counts_as_it_was_given(halves in prop::array::uniform3(0_i64..=100), has in any::<bool>()) {
            let sheet = regulation(&[]).sheet;
            let [a, b, c] = halves.map(|halves| Points::from_hundredths(halves * 50));
            let ids = ["I.1.a", "I.1.b", "I.2", "II.1"].map(|id| id.parse().unwrap());
            let entries = [a, if has { p("10") } else { Points::ZERO }, b, c];
            let entries: Vec<_> = ids.into_iter().zip(entries).collect();
            let verdict = sheet.accept(Scorer::Bloc, &entries);
            prop_assert_eq!(verdict.is_ok(), a <= p("30"));
            if verdict.is_ok() {
                let evaluation = sheet.evaluate(|scorer| (scorer == Scorer::Bloc).then_some(&entries));
                let counted: Vec<_> = evaluation.lines[..4].iter().map(|line| (line.criterion, line.counted)).collect();
                prop_assert_eq!(counted, entries);
            }
        }
    }
}
