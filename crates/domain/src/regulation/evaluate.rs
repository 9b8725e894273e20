//! What the scores of a unit add up to.

use super::{
    Criterion, CriterionId, Evaluation, Line, OverMaximum, PartKind, Rounding, ScoreSheet, Scorer,
    sheet::Marks,
};
use crate::Points;

impl ScoreSheet {
    /// The total of one unit from what each scorer gave it (`None` for a scorer who has not scored it).
    ///
    /// For each criterion the first scorer in `counts` who scores it and has scored it counts; nobody's score is
    /// lost, it only does not count. A maximum limits its criterion unless `over_max` is `carry`, a cap limits its
    /// part, and the total is contents + bonus − penalty.
    ///
    /// It judges nothing and always gives an answer: [`ScoreSheet::accept`] has kept out what does not fit the
    /// sheet. Sums saturate, which scores from outside cannot bring about: it would take 92 thousand million of the
    /// largest ones.
    pub fn evaluate<'a>(&self, marks: impl Fn(Scorer) -> Option<Marks<'a>>) -> Evaluation {
        let marks = self
            .counts
            .iter()
            .map(|scorer| (*scorer, by_criterion(marks(*scorer))))
            .collect();
        let mut count = Count {
            sheet: self,
            marks,
            lines: Vec::new(),
        };
        let (mut contents, mut bonus, mut penalty) = (Points::ZERO, Points::ZERO, Points::ZERO);
        for part in &self.parts {
            let sum = count.criteria(&part.criteria);
            let points = part.cap.map_or(sum, |cap| sum.min(cap));
            let kind = match part.kind {
                PartKind::Contents => &mut contents,
                PartKind::Bonus => &mut bonus,
                PartKind::Penalty => &mut penalty,
            };
            *kind = *kind + points;
        }
        Evaluation {
            total: contents + bonus - penalty,
            contents,
            bonus,
            penalty,
            lines: count.lines,
        }
    }
}

/// The marks sorted for look-up. They mostly come in the order of the sheet, which sorts in one pass.
fn by_criterion(marks: Option<Marks<'_>>) -> Vec<(CriterionId, Points)> {
    let mut sorted = marks.unwrap_or_default().to_vec();
    sorted.sort_by_key(|(criterion, _)| *criterion);
    sorted
}

/// The count of one unit.
struct Count<'a> {
    sheet: &'a ScoreSheet,
    /// In the order in which they count.
    marks: Vec<(Scorer, Vec<(CriterionId, Points)>)>,
    lines: Vec<Line>,
}

impl Count<'_> {
    fn criteria(&mut self, criteria: &[Criterion]) -> Points {
        criteria.iter().map(|criterion| self.criterion(criterion)).sum()
    }

    fn criterion(&mut self, criterion: &Criterion) -> Points {
        if !criterion.criteria.is_empty() {
            let sum = self.criteria(&criterion.criteria);
            return limited(criterion, sum);
        }
        let (scorer, given) = self.standing(criterion).unzip();
        let given = given.unwrap_or_default();
        let counted = limited(criterion, self.sheet.rounding.apply(given, self.sheet.decimals));
        self.lines.push(Line {
            criterion: criterion.id,
            scorer,
            given,
            counted,
        });
        counted
    }

    /// Whose score of the criterion counts, and the points.
    fn standing(&self, criterion: &Criterion) -> Option<(Scorer, Points)> {
        self.marks
            .iter()
            .filter(|(scorer, _)| criterion.scored_by.contains(scorer))
            .find_map(|(scorer, marks)| {
                let index = marks.binary_search_by_key(&criterion.id, |(id, _)| *id).ok()?;
                Some((*scorer, marks[index].1))
            })
    }
}

/// A claim that should have been refused counts no more than one that is capped: several scorers may each have kept
/// to the maximum of a group and pass it together.
fn limited(criterion: &Criterion, points: Points) -> Points {
    match (criterion.max, criterion.over_max) {
        (Some(max), OverMaximum::Refuse | OverMaximum::Cap) => points.min(max),
        (Some(_), OverMaximum::Carry)
        | (None, OverMaximum::Refuse | OverMaximum::Cap | OverMaximum::Carry) => points,
    }
}

impl Rounding {
    /// The points with at most `decimals` digits after the decimal point (0, 1 or 2).
    pub fn apply(self, points: Points, decimals: u8) -> Points {
        if points.fits_decimals(decimals) {
            return points;
        }
        let unit: i64 = if decimals == 0 { 100 } else { 10 };
        let (kept, lost) = (points.hundredths() / unit, points.hundredths() % unit);
        let away = match self {
            Self::Down => false,
            Self::HalfUp => lost.abs() * 2 >= unit,
            Self::HalfEven => lost.abs() * 2 > unit || (lost.abs() * 2 == unit && kept % 2 != 0),
        };
        let kept = if away { kept + lost.signum() } else { kept };
        Points::from_hundredths(kept.saturating_mul(unit))
    }
}
