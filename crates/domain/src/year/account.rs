//! How the total of a unit came about: a tree of terms from each giver's points up to the total. It is counted again from
//! the scores that stand, so that whoever reads it can do the same by hand.

use super::{Mark, Score, Year};
use crate::{
    LocalisedName, Points, Text, UnitId,
    regulation::{
        Combine, Criterion, CriterionId, Evaluation, Exact, Finding, Line, Month, OverMaximum, Part,
        PartKind, ScoreSheet, Scorer, Share,
    },
};

/// The total of a unit: base + contents + bonus − penalty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The unit.
    pub unit: UnitId,
    /// What every unit starts with; zero where the sheet has no base.
    pub base: Points,
    /// The parts of the sheet.
    pub parts: Vec<PartAccount>,
    /// The total.
    pub total: Points,
    /// Whether anybody whose score counts has scored the unit.
    pub scored: bool,
}

/// What one part of the sheet came to: the sum of its criteria, up to its cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartAccount {
    /// How it enters the total.
    pub kind: PartKind,
    /// What stands before its name.
    pub label: Option<Text<16>>,
    /// Its name.
    pub name: LocalisedName,
    /// Its criteria.
    pub terms: Vec<Term>,
    /// What its criteria give together.
    pub sum: Points,
    /// The most that counts of it.
    pub cap: Option<Points>,
    /// What counts of it.
    pub counted: Points,
}

/// What one criterion came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The criterion.
    pub criterion: CriterionId,
    /// What is judged.
    pub name: LocalisedName,
    /// Its sub-criteria; empty where it is scored itself.
    pub terms: Vec<Self>,
    /// Whether only the highest of its sub-criteria counts.
    pub highest_only: bool,
    /// The scores that count, month by month; one entry without a month in a sheet that does not add up months.
    pub entries: Vec<Entry>,
    /// Steps missed or late that are deducted under it.
    pub findings: Vec<Finding>,
    /// The scores that stand beside and do not count.
    pub set_aside: Vec<SetAside>,
    /// What its sub-criteria, its scores or its findings give, before its maximum.
    pub sum: Points,
    /// Its maximum.
    pub max: Option<Points>,
    /// What the maximum does.
    pub over_max: OverMaximum,
    /// What counts of it.
    pub counted: Points,
}

/// What one month, or the whole year, gives a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The month.
    pub month: Option<Month>,
    /// Whose scores make it: one kind of scorer, or several by their weights.
    pub shares: Vec<ShareOf>,
    /// What they give together, rounded as the sheet says.
    pub points: Points,
}

/// What one kind of scorer gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareOf {
    /// The scorer.
    pub scorer: Scorer,
    /// Its weight in per cent, where scorers are weighted.
    pub percent: Option<u8>,
    /// How the scores of several givers become one.
    pub combine: Option<Combine>,
    /// What each gave, by giver.
    pub given: Vec<GivenPoints>,
    /// What they combine to, rounded for the reader: what is counted on is exact.
    pub points: Points,
}

/// What one giver gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenPoints {
    /// The unit whose officer gave it.
    pub given_by: Option<UnitId>,
    /// The points.
    pub points: Points,
    /// Whether the combining rule keeps it: the highest and lowest may be dropped.
    pub kept: bool,
    /// The fact that gave it.
    pub mark: Mark,
}

/// A score that stands and does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The scorer.
    pub scorer: Scorer,
    /// The unit whose officer gave it.
    pub given_by: Option<UnitId>,
    /// The month.
    pub month: Option<Month>,
    /// The points.
    pub points: Points,
    /// Why it does not count.
    pub because: NotCounted,
    /// The fact that gave it.
    pub mark: Mark,
}

/// Why a score does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCounted {
    /// The sheet counts no score of this kind of scorer.
    NeverCounts,
    /// A scorer that comes first has scored the criterion.
    AnotherFirst,
    /// Fewer givers have scored the criterion than the sheet asks for.
    TooFew,
    /// Scorers that are weighted with this one have not scored the criterion.
    OthersMissing,
}

impl NotCounted {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NeverCounts => "never_counts",
            Self::AnotherFirst => "another_first",
            Self::TooFew => "too_few",
            Self::OthersMissing => "others_missing",
        }
    }
}

impl Account {
    /// What every criterion that is scored itself came to, in the order of the sheet.
    pub fn leaves(&self) -> Vec<&Term> {
        fn walk<'a>(terms: &'a [Term], out: &mut Vec<&'a Term>) {
            for term in terms {
                if term.terms.is_empty() { out.push(term) } else { walk(&term.terms, out) }
            }
        }
        let mut out = Vec::new();
        self.parts.iter().for_each(|part| walk(&part.terms, &mut out));
        out
    }
}

impl Year {
    /// How the total of a unit came about; `None` before a regulation is adopted.
    pub fn account(&self, unit: UnitId) -> Option<Account> {
        let sheet = &self.regulation.as_ref()?.regulation.sheet;
        let scores = self.unit(unit).map_or(&[][..], |known| &known.scores);
        let evaluation = self.evaluate(unit)?;
        let teller = Teller { sheet, papers: papers(scores), evaluation: &evaluation };
        let parts: Vec<_> = sheet.parts.iter().map(|part| teller.part(part)).collect();
        let base = sheet.base.unwrap_or_default();
        let total = parts.iter().fold(base, |total, part| match part.kind {
            PartKind::Contents | PartKind::Bonus => total + part.counted,
            PartKind::Penalty => total - part.counted,
        });
        Some(Account { unit, base, parts, total, scored: evaluation.is_scored() })
    }
}

/// Tells the account of one unit. The evaluation says whose scores count; the numbers are counted again.
struct Teller<'a> {
    sheet: &'a ScoreSheet,
    papers: Vec<Paper<'a>>,
    evaluation: &'a Evaluation,
}

/// What one score gives one criterion; a monthly one may give it several times.
struct Paper<'a> {
    criterion: CriterionId,
    score: &'a Score,
    points: Points,
}

/// What the scores give, criterion by criterion, and for each in the order of the scores.
fn papers(scores: &[Score]) -> Vec<Paper<'_>> {
    let given =
        |score| move |(criterion, points): &_| Paper { criterion: *criterion, score, points: *points };
    let mut papers: Vec<_> = scores.iter().flat_map(|score| score.marks.iter().map(given(score))).collect();
    papers.sort_by_key(|paper| paper.criterion);
    papers.dedup_by(|paper, kept| {
        let same = paper.criterion == kept.criterion && paper.score.mark.id == kept.score.mark.id;
        if same {
            kept.points = kept.points + paper.points;
        }
        same
    });
    papers
}

impl Teller<'_> {
    /// What the scores give a criterion.
    fn papers_of(&self, criterion: CriterionId) -> &[Paper<'_>] {
        let start = self.papers.partition_point(|paper| paper.criterion < criterion);
        let rest = self.papers.get(start..).unwrap_or_default();
        rest.get(..rest.partition_point(|paper| paper.criterion == criterion)).unwrap_or_default()
    }

    fn part(&self, part: &Part) -> PartAccount {
        let terms: Vec<_> = part.criteria.iter().map(|criterion| self.term(criterion)).collect();
        let sum = terms.iter().map(|term| term.counted).sum::<Points>();
        PartAccount {
            kind: part.kind,
            label: part.label.clone(),
            name: part.name.clone(),
            terms,
            sum,
            cap: part.cap,
            counted: part.cap.map_or(sum, |cap| sum.min(cap)),
        }
    }

    fn term(&self, criterion: &Criterion) -> Term {
        let terms: Vec<_> = criterion.criteria.iter().map(|below| self.term(below)).collect();
        let findings = self.evaluation.findings.iter().filter(|found| found.rule.criterion == criterion.id);
        let findings: Vec<_> = findings.copied().collect();
        let entries = self.entries(criterion);
        let below = terms.iter().map(|term| term.counted);
        let sum = if criterion.highest_only {
            below.max().unwrap_or_default()
        } else if !terms.is_empty() {
            below.sum()
        } else if criterion.scored_by.is_empty() {
            findings.iter().map(|found| found.rule.points).sum()
        } else {
            entries.iter().map(|entry| entry.points).sum()
        };
        Term {
            criterion: criterion.id,
            name: criterion.name.clone(),
            terms,
            highest_only: criterion.highest_only,
            set_aside: self.set_aside(criterion.id, &entries),
            entries,
            findings,
            sum,
            max: criterion.max,
            over_max: criterion.over_max,
            counted: criterion.limited(sum),
        }
    }

    fn entries(&self, criterion: &Criterion) -> Vec<Entry> {
        let line = self.evaluation.lines.iter().find(|line| line.criterion == criterion.id);
        let shares = line.map(shares_of).unwrap_or_default();
        shares.chunk_by(|a, b| a.0 == b.0).map(|month| self.entry(criterion.id, month)).collect()
    }

    fn entry(&self, criterion: CriterionId, shares: &[(Option<Month>, Scorer, Option<u8>)]) -> Entry {
        let (rounding, decimals) = (self.sheet.rounding, self.sheet.decimals);
        let month = shares.first().and_then(|share| share.0);
        let mut value = Exact::ZERO;
        let shares = shares.iter().map(|(month, scorer, percent)| {
            let (share, exact) = self.share(criterion, *month, *scorer, *percent);
            value = value.plus(percent.map_or(exact, |percent| exact.times(percent, 100)));
            share
        });
        let shares = shares.collect();
        Entry { month, shares, points: rounding.of(value, decimals) }
    }

    fn share(
        &self,
        criterion: CriterionId,
        month: Option<Month>,
        scorer: Scorer,
        percent: Option<u8>,
    ) -> (ShareOf, Exact) {
        let combine = self.sheet.combine(scorer);
        let papers = self.papers_of(criterion).iter();
        let mut given: Vec<_> =
            papers.filter(|paper| paper.score.scorer == scorer && paper.score.month == month).collect();
        if combine.is_none() {
            given.truncate(1);
        }
        let points: Vec<_> = given.iter().map(|paper| paper.points).collect();
        let kept = combine.map_or_else(|| vec![true; points.len()], |combine| combine.kept(&points));
        let counting: Vec<_> = points.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(p, _)| *p).collect();
        let exact = Exact::mean(&counting);
        let given = given.into_iter().zip(kept).map(|(paper, kept)| GivenPoints {
            given_by: paper.score.given_by,
            points: paper.points,
            kept,
            mark: paper.score.mark,
        });
        let points = self.sheet.rounding.of(exact, self.sheet.decimals);
        (ShareOf { scorer, percent, combine, given: given.collect(), points }, exact)
    }

    /// The scores of a criterion that no entry rests on.
    fn set_aside(&self, criterion: CriterionId, entries: &[Entry]) -> Vec<SetAside> {
        let used = |score: &Score| {
            let given = entries.iter().flat_map(|entry| &entry.shares).flat_map(|share| &share.given);
            given.into_iter().any(|given| given.mark.id == score.mark.id)
        };
        let beside = self.papers_of(criterion).iter().filter(|paper| !used(paper.score));
        let told = beside.map(|Paper { score, points, .. }| SetAside {
            scorer: score.scorer,
            given_by: score.given_by,
            month: score.month,
            points: *points,
            because: self.because(score, criterion, entries),
            mark: score.mark,
        });
        told.collect()
    }

    fn because(&self, score: &Score, criterion: CriterionId, entries: &[Entry]) -> NotCounted {
        let alike = |one: &&Paper<'_>| one.score.scorer == score.scorer && one.score.month == score.month;
        let givers = || self.papers_of(criterion).iter().filter(alike).count();
        let asked = self.sheet.combine(score.scorer).map_or(0, |combine| usize::from(combine.at_least));
        let first = self.sheet.counts.iter().find(|scorer| {
            **scorer == score.scorer || entries.iter().any(|entry| entry.is_by(**scorer, score.month))
        });
        if !self.sheet.counts_at_all(score.scorer) {
            NotCounted::NeverCounts
        } else if first != Some(&score.scorer) && entries.iter().any(|entry| entry.month == score.month) {
            NotCounted::AnotherFirst
        } else if givers() < asked {
            NotCounted::TooFew
        } else if entries.iter().any(|entry| entry.is_by(score.scorer, score.month)) {
            NotCounted::AnotherFirst
        } else {
            NotCounted::OthersMissing
        }
    }
}

impl Entry {
    fn is_by(&self, scorer: Scorer, month: Option<Month>) -> bool {
        self.month == month && self.shares.iter().any(|share| share.scorer == scorer)
    }
}

/// Whose scores make a line; one that is a single score has no shares of its own.
fn shares_of(line: &Line) -> Vec<(Option<Month>, Scorer, Option<u8>)> {
    match line.scorer {
        Some(scorer) if line.shares.is_empty() => vec![(None, scorer, None)],
        Some(_) | None => {
            let told = |share: &Share| (share.month, share.scorer, share.percent);
            line.shares.iter().map(told).collect()
        }
    }
}
