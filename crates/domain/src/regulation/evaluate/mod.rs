//! What the scores of a unit add up to.

mod combine;
#[cfg(test)]
mod tests;

pub use combine::Exact;

use super::{
    Criterion, CriterionId, Month, OverMaximum, PartKind, PenaltyRule, ScoreSheet, Scorer, sheet::Rounding,
};
use crate::{EventId, Points};
use std::borrow::Cow;

/// A total, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Base + contents + bonus − penalty. No floor is stated in any source, so it may be negative.
    pub total: Points,
    /// What every unit starts with; zero where the sheet has no base.
    pub base: Points,
    /// What the parts for contents give, after caps.
    pub contents: Points,
    /// What the bonus parts give, after caps.
    pub bonus: Points,
    /// What the penalty parts take away, as a positive number.
    pub penalty: Points,
    /// Each scored criterion in the order of the sheet.
    pub lines: Vec<Line>,
    /// Steps that were not taken or came late, and what that takes away.
    pub findings: Vec<Finding>,
}

/// What one criterion counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The criterion.
    pub criterion: CriterionId,
    /// Whose score counts; `None` when nobody whose score counts has scored it, or several kinds of scorers make it up
    /// together.
    pub scorer: Option<Scorer>,
    /// The points given; those of several givers are combined and rounded.
    pub given: Points,
    /// The points counted, after the criterion's own maximum and before those of the criteria above it and the cap
    /// of its part.
    pub counted: Points,
    /// What `given` is made of; empty when it is one score as it was given.
    pub shares: Vec<Share>,
}

/// The part of one kind of scorer in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The month, in a sheet that adds up months.
    pub month: Option<Month>,
    /// The scorer.
    pub scorer: Scorer,
    /// Its weight in per cent, where scorers are weighted.
    pub percent: Option<u8>,
    /// How many givers scored.
    pub givers: usize,
    /// What their scores combine to, rounded for the reader: what is counted on is exact.
    pub points: Points,
}

/// A step that was not taken or came late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule of the sheet.
    pub rule: PenaltyRule,
    /// The late act, when it came late.
    pub fact: Option<EventId>,
    /// Whether it takes anything away.
    pub state: FindingState,
}

/// How far a finding has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nobody scores the criterion: the record itself takes the points away.
    Applied,
    /// Who scores the criterion has not spoken yet; nothing is taken away.
    Proposed,
    /// Who scores the criterion took points away.
    Confirmed,
    /// Who scores the criterion took none away.
    Waived,
}

/// The points one scorer gave: criterion by criterion.
pub type Marks<'a> = &'a [(CriterionId, Points)];

/// One paper of scores.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The month it covers, in a sheet that adds up months.
    pub month: Option<Month>,
    /// Its points.
    pub marks: Marks<'a>,
}

impl<'a> From<&'a Vec<(CriterionId, Points)>> for Given<'a> {
    fn from(marks: &'a Vec<(CriterionId, Points)>) -> Self {
        Self { month: None, marks }
    }
}

impl Evaluation {
    /// Whether anybody whose score counts has scored the unit.
    pub fn is_scored(&self) -> bool {
        self.lines.iter().any(|line| line.scorer.is_some() || !line.shares.is_empty())
    }
}

impl ScoreSheet {
    /// The total of one unit from what each scorer gave it, as [`ScoreSheet::evaluate_record`] has it when the record
    /// shows no breach.
    pub fn evaluate<'a, I>(&self, given: impl Fn(Scorer) -> I) -> Evaluation
    where
        I: IntoIterator<Item: Into<Given<'a>>>,
    {
        self.evaluate_record(given, Vec::new())
    }

    /// The total of one unit from what each scorer gave it (nothing for a scorer who has not scored it) and the steps
    /// it missed.
    ///
    /// For each criterion the first scorer in `counts` who scores it and has scored it counts, else the weighted mean;
    /// nobody's score is lost, it only does not count. A maximum limits its criterion unless `over_max` is `carry`, a
    /// cap limits its part, and the total is base + contents + bonus − penalty. Means and weights are exact fractions,
    /// rounded once, as the sheet says.
    ///
    /// It judges nothing and always gives an answer: [`ScoreSheet::accept`] has kept out what does not fit the
    /// sheet. Sums saturate, which scores from outside cannot bring about: it would take 92 thousand million of the
    /// largest ones.
    pub fn evaluate_record<'a, I>(&self, given: impl Fn(Scorer) -> I, findings: Vec<Finding>) -> Evaluation
    where
        I: IntoIterator<Item: Into<Given<'a>>>,
    {
        let counting = self.counts.iter().copied().chain(self.weights.iter().map(|weight| weight.scorer));
        let mut papers: Vec<_> = counting
            .flat_map(|scorer| given(scorer).into_iter().map(move |given| Paper::new(scorer, given.into())))
            .collect();
        // The givers of one month stay in their order.
        papers.sort_by_key(Paper::place);
        let mut months: Vec<_> = papers.iter().map(|paper| paper.month).collect();
        months.sort_unstable();
        months.dedup();
        let mut count = Count { sheet: self, papers, months, lines: Vec::new(), findings };
        let (mut contents, mut bonus, mut penalty) = (Points::ZERO, Points::ZERO, Points::ZERO);
        for part in &self.parts {
            let sum = count.criteria(&part.criteria, false);
            let points = part.cap.map_or(sum, |cap| sum.min(cap));
            let kind = match part.kind {
                PartKind::Contents => &mut contents,
                PartKind::Bonus => &mut bonus,
                PartKind::Penalty => &mut penalty,
            };
            *kind = *kind + points;
        }
        let base = self.base.unwrap_or_default();
        let Count { lines, findings, .. } = count;
        Evaluation {
            total: base + contents + bonus - penalty,
            base,
            contents,
            bonus,
            penalty,
            lines,
            findings,
        }
    }
}

/// A paper, sorted for look-up. Marks mostly come in the order of the sheet, and are lent then.
struct Paper<'a> {
    scorer: Scorer,
    month: Option<Month>,
    marks: Cow<'a, [(CriterionId, Points)]>,
}

impl<'a> Paper<'a> {
    fn new(scorer: Scorer, Given { month, marks }: Given<'a>) -> Self {
        let mut marks = Cow::Borrowed(marks);
        if !marks.is_sorted_by_key(|(criterion, _)| *criterion) {
            marks.to_mut().sort_by_key(|(criterion, _)| *criterion);
        }
        Self { scorer, month, marks }
    }

    /// By what papers are sorted.
    const fn place(&self) -> (Option<Month>, Scorer) {
        (self.month, self.scorer)
    }

    /// What the paper gives a criterion; a monthly one may give it several times, for several events.
    fn points(&self, criterion: CriterionId) -> Option<Points> {
        let first = self.marks.partition_point(|(id, _)| *id < criterion);
        let given = self.marks[first..].iter().take_while(|(id, _)| *id == criterion);
        given.map(|(_, points)| *points).reduce(|sum, points| sum + points)
    }
}

/// The count of one unit.
struct Count<'a> {
    sheet: &'a ScoreSheet,
    /// Sorted by [`Paper::place`].
    papers: Vec<Paper<'a>>,
    months: Vec<Option<Month>>,
    lines: Vec<Line>,
    findings: Vec<Finding>,
}

/// What one criterion came to in one month.
struct Standing {
    value: Exact,
    scorer: Option<Scorer>,
    shares: Vec<Share>,
}

impl Count<'_> {
    fn criteria(&mut self, criteria: &[Criterion], highest_only: bool) -> Points {
        let counted: Vec<_> = criteria.iter().map(|criterion| self.criterion(criterion)).collect();
        if highest_only { counted.into_iter().max().unwrap_or_default() } else { counted.into_iter().sum() }
    }

    fn criterion(&mut self, criterion: &Criterion) -> Points {
        if !criterion.criteria.is_empty() {
            let sum = self.criteria(&criterion.criteria, criterion.highest_only);
            return criterion.limited(sum);
        }
        let line =
            if criterion.scored_by.is_empty() { self.recorded(criterion) } else { self.scored(criterion) };
        self.speak(criterion, &line);
        let counted = line.counted;
        self.lines.push(line);
        counted
    }

    /// The line of a criterion that nobody scores: what the record takes away.
    fn recorded(&self, criterion: &Criterion) -> Line {
        let found = self.findings.iter().filter(|finding| finding.rule.criterion == criterion.id);
        let given = found.map(|finding| finding.rule.points).sum();
        Line {
            criterion: criterion.id,
            scorer: None,
            given,
            counted: criterion.limited(given),
            shares: Vec::new(),
        }
    }

    /// The line of a criterion from the scores that stand, month by month.
    fn scored(&self, criterion: &Criterion) -> Line {
        let (rounding, decimals) = (self.sheet.rounding, self.sheet.decimals);
        let (mut given, mut rounded) = (Points::ZERO, Points::ZERO);
        let (mut scorers, mut shares) = (Vec::new(), Vec::new());
        for month in &self.months {
            let Some(standing) = self.standing(criterion, *month) else { continue };
            let points = rounding.of(standing.value, decimals);
            given = given + standing.value.whole().unwrap_or(points);
            rounded = rounded + points;
            scorers.push(standing.scorer);
            shares.extend(standing.shares);
        }
        scorers.dedup();
        let scorer = if let [one] = scorers[..] { one } else { None };
        Line { criterion: criterion.id, scorer, given, counted: criterion.limited(rounded), shares }
    }

    /// Whose score of the criterion counts, and the points.
    fn standing(&self, criterion: &Criterion, month: Option<Month>) -> Option<Standing> {
        let mine = |scorer: &Scorer| criterion.scored_by.contains(scorer);
        let first = self.sheet.counts.iter().filter(|scorer| mine(scorer)).find_map(|scorer| {
            self.of_kind(*scorer, criterion.id, month).map(|(value, givers)| (*scorer, value, givers))
        });
        if let Some((scorer, value, givers)) = first {
            let plain = month.is_none() && self.sheet.combine(scorer).is_none();
            let share = self.share(month, scorer, None, givers, value);
            let shares = if plain { Vec::new() } else { vec![share] };
            return Some(Standing { value, scorer: Some(scorer), shares });
        }
        let weights = self.sheet.weights.iter().filter(|weight| mine(&weight.scorer));
        let (mut value, mut shares) = (Exact::ZERO, Vec::new());
        for weight in weights {
            let (own, givers) = self.of_kind(weight.scorer, criterion.id, month)?;
            value = value.plus(own.times(weight.percent, 100));
            shares.push(self.share(month, weight.scorer, Some(weight.percent), givers, own));
        }
        (!shares.is_empty()).then_some(Standing { value, scorer: None, shares })
    }

    fn share(
        &self,
        month: Option<Month>,
        scorer: Scorer,
        percent: Option<u8>,
        givers: usize,
        value: Exact,
    ) -> Share {
        Share { month, scorer, percent, givers, points: self.sheet.rounding.of(value, self.sheet.decimals) }
    }

    /// What the givers of one kind make of a criterion, and how many they are; `None` while they are too few.
    fn of_kind(
        &self,
        scorer: Scorer,
        criterion: CriterionId,
        month: Option<Month>,
    ) -> Option<(Exact, usize)> {
        let place = (month, scorer);
        let first = self.papers.partition_point(|paper| paper.place() < place);
        let papers = self.papers[first..].iter().take_while(|paper| paper.place() == place);
        let mut given = papers.filter_map(|paper| paper.points(criterion));
        match self.sheet.combine(scorer) {
            None => given.next().map(|points| (Exact::from(points), 1)),
            Some(combine) => {
                let given: Vec<_> = given.collect();
                Some((combine.of(&given)?, given.len()))
            }
        }
    }

    /// Lets who scores a criterion speak on the findings under it.
    fn speak(&mut self, criterion: &Criterion, line: &Line) {
        let state = if criterion.scored_by.is_empty() {
            FindingState::Applied
        } else if line.scorer.is_none() && line.shares.is_empty() {
            FindingState::Proposed
        } else if line.counted > Points::ZERO {
            FindingState::Confirmed
        } else {
            FindingState::Waived
        };
        for finding in self.findings.iter_mut().filter(|finding| finding.rule.criterion == criterion.id) {
            finding.state = state;
        }
    }
}

impl Criterion {
    /// What counts of some points. A claim that should have been refused counts no more than one that is capped: several
    /// scorers may each have kept to the maximum of a group and pass it together.
    pub(crate) fn limited(&self, points: Points) -> Points {
        match (self.max, self.over_max) {
            (Some(max), OverMaximum::Refuse | OverMaximum::Cap) => points.min(max),
            (Some(max), OverMaximum::Clamp) => points.max(Points::ZERO).min(max),
            (Some(_), OverMaximum::Carry)
            | (None, OverMaximum::Refuse | OverMaximum::Cap | OverMaximum::Carry | OverMaximum::Clamp) => {
                points
            }
        }
    }
}

impl Rounding {
    /// The points with at most `decimals` digits after the decimal point (0, 1 or 2).
    pub fn apply(self, points: Points, decimals: u8) -> Points {
        self.of(Exact::from(points), decimals)
    }
}
