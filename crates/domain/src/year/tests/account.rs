//! The explained arithmetic adds up to the numbers shown.

use super::*;
use crate::regulation::{
    Breach, Combine, Evaluation, Method, PenaltyRule, Regulation, ScorerRule, Trim, Weight,
};
use proptest::prelude::*;

/// A number as a fraction of hundredths, counted by hand: not with the code under test.
type Fraction = (i128, i128);

fn rounded((sum, parts): Fraction, rounding: Rounding, decimals: u8) -> i128 {
    let unit = [100, 10, 1][usize::from(decimals)];
    let (whole, scale) = (sum.abs(), parts * unit);
    let (kept, twice) = (whole / scale, whole % scale * 2);
    let up = match rounding {
        Rounding::Down => false,
        Rounding::HalfUp => twice >= scale,
        Rounding::HalfEven => twice > scale || (twice == scale && kept % 2 == 1),
    };
    sum.signum() * (kept + i128::from(up)) * unit
}

/// What a reader makes of an entry: the mean of what is kept, weighted, rounded once.
fn by_hand(entry: &Entry, sheet: &ScoreSheet) -> i128 {
    let mut value: Fraction = (0, 1);
    for share in &entry.shares {
        let kept: Vec<i128> = share
            .given
            .iter()
            .filter(|given| given.kept)
            .map(|given| given.points.hundredths().into())
            .collect();
        let (weight, of) = share.percent.map_or((1, 1), |percent| (i128::from(percent), 100));
        let (sum, parts) = (kept.iter().sum::<i128>() * weight, kept.len() as i128 * of);
        value = (value.0 * parts + sum * value.1, value.1 * parts);
    }
    rounded(value, sheet.rounding, sheet.decimals)
}

fn count(term: &Term, sheet: &ScoreSheet) -> i128 {
    let below = term.terms.iter().map(|below| count(below, sheet));
    let sum = if term.highest_only {
        below.max().unwrap_or_default()
    } else if term.terms.is_empty() {
        let entries: i128 = term.entries.iter().map(|entry| by_hand(entry, sheet)).sum();
        let is_recorded = term.entries.is_empty()
            && !sheet
                .leaves()
                .iter()
                .any(|(_, criterion)| criterion.id == term.criterion && !criterion.scored_by.is_empty());
        let found: i128 = term.findings.iter().map(|found| i128::from(found.rule.points.hundredths())).sum();
        entries + if is_recorded { found } else { 0 }
    } else {
        below.sum()
    };
    let max = term.max.map(|max| i128::from(max.hundredths()));
    match (max, term.over_max) {
        (Some(max), OverMaximum::Refuse | OverMaximum::Cap) => sum.min(max),
        (Some(max), OverMaximum::Clamp) => sum.clamp(0, max),
        (Some(_), OverMaximum::Carry) | (None, _) => sum,
    }
}

/// Counts an account from the givers' points up and holds it against the evaluation that made the standing.
pub(super) fn adds_up(
    account: &Account,
    shown: &Evaluation,
    sheet: &ScoreSheet,
) -> Result<(), TestCaseError> {
    let mut total = i128::from(account.base.hundredths());
    for part in &account.parts {
        let sum: i128 = part.terms.iter().map(|term| count(term, sheet)).sum();
        let counted = part.cap.map_or(sum, |cap| sum.min(cap.hundredths().into()));
        prop_assert_eq!(i128::from(part.counted.hundredths()), counted, "{:?}", part);
        total += if part.kind == PartKind::Penalty { -counted } else { counted };
    }
    prop_assert_eq!(i128::from(shown.total.hundredths()), total, "{:#?}", account);
    prop_assert_eq!(account.total, shown.total);
    for term in account.leaves() {
        let line = shown.lines.iter().find(|line| line.criterion == term.criterion).unwrap();
        prop_assert_eq!(term.counted, line.counted, "{:?}", term);
    }
    Ok(())
}

fn any_method() -> impl Strategy<Value = Option<Method>> {
    let trim = (0_u8..2, 0_u8..2).prop_map(|(lowest, highest)| Method::TrimmedMean(Trim { lowest, highest }));
    prop_oneof![Just(None), Just(Some(Method::Mean)), Just(Some(Method::Median)), trim.prop_map(Some)]
}

/// A sheet with every way of counting: peers combined, weights, caps, groups, months, penalties that the record finds.
fn any_regulation() -> impl Strategy<Value = Regulation> {
    let over = prop::sample::select(vec![
        OverMaximum::Refuse,
        OverMaximum::Cap,
        OverMaximum::Carry,
        OverMaximum::Clamp,
    ]);
    let rounding = prop::sample::select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::Down]);
    (any_method(), 1_u8..4, any::<[bool; 4]>(), over, rounding, 0_u8..3).prop_map(
        |(method, at_least, [weighted, monthly, highest_only, based], over_max, rounding, decimals)| {
            let mut ruled = regulation();
            let sheet = &mut ruled.sheet;
            let everyone = [Scorer::Itself, Scorer::Peer, Scorer::Bloc];
            let leaf = |id: &str| Criterion { over_max, ..criterion(id, "30", &everyone) };
            let group = Criterion {
                criteria: vec![leaf("G1"), leaf("G2")],
                scored_by: Vec::new(),
                highest_only,
                ..criterion("G", "45", &[])
            };
            sheet.parts[0].criteria = vec![criterion("N1", "50", &everyone), group];
            sheet.parts[2].criteria.push(criterion("M", "5", &[]));
            sheet.counts = vec![Scorer::Official, Scorer::Peer];
            sheet.weights = Vec::new();
            if weighted {
                sheet.counts = vec![Scorer::Official];
                sheet.weights = vec![
                    Weight { scorer: Scorer::Peer, percent: 67 },
                    Weight { scorer: Scorer::Bloc, percent: 33 },
                ];
            }
            sheet.scorers = method
                .map(|method| ScorerRule {
                    scorer: Scorer::Peer,
                    name: None,
                    combine: Some(Combine { method, at_least }),
                    own_unit: false,
                })
                .into_iter()
                .collect();
            let late =
                |step, when| PenaltyRule { step, when, criterion: "M".parse().unwrap(), points: points("2") };
            sheet.penalties =
                vec![late(Step::AnnualReport, Breach::NotTaken), late(Step::SelfScore, Breach::Late)];
            sheet.base = based.then(|| points("10"));
            (sheet.monthly, sheet.rounding, sheet.decimals) = (monthly, rounding, decimals);
            ruled
        },
    )
}

type Paper = (usize, u8, u8, Vec<i64>, bool);

fn any_papers() -> impl Strategy<Value = Vec<Paper>> {
    let one = (0..4_usize, 0..5_u8, 1..4_u8, prop::collection::vec(-500..6000_i64, 4), any::<bool>());
    prop::collection::vec(one, 0..14)
}

/// A year in which these papers stand, however they came about.
fn year_with(ruled: Regulation, papers: &[Paper]) -> Year {
    let monthly = ruled.sheet.monthly;
    let mut year = Story::regulated(regulation()).year().clone();
    let adopted = Arc::make_mut(year.regulation.as_mut().unwrap());
    adopted.regulation = Arc::new(ruled);
    for (number, (scorer, giver, month, hundredths, late)) in papers.iter().enumerate() {
        let scorer = [Scorer::Itself, Scorer::Peer, Scorer::Bloc, Scorer::Official][*scorer];
        let names = if scorer == Scorer::Official { ["T1", "P1", "", ""] } else { ["N1", "G1", "G2", "T1"] };
        let entries = names.iter().zip(hundredths).filter(|(name, _)| !name.is_empty());
        let event = ScoresGiven {
            unit: A,
            scorer,
            given_by: Some(UnitId(Uuid::from_u128(0xB0 + u128::from(*giver)))),
            month: monthly.then_some(*month),
            entries: entries
                .map(|(name, hundredths)| ScoreEntry {
                    criterion: name.parse().unwrap(),
                    points: Points::from_hundredths(*hundredths),
                    evidence: Vec::new(),
                    explanation: None,
                })
                .collect(),
            timeliness: Timeliness { due: None, late: *late },
            correction: None,
        };
        let at = number as u64 + 1000;
        let fact = Recorded {
            position: Position(at),
            id: EventId(Uuid::from_u128(at.into())),
            recorded_at: Timestamp::from_millis(1_577_000_000_000),
            effective_on: Timestamp::from_millis(0).day(),
            event: &YearEvent::ScoresGiven(event),
        };
        year = Year::evolve(Some(year), fact).unwrap();
    }
    year
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_can_be_counted_again_by_hand(ruled in any_regulation(), papers in any_papers()) {
        let sheet = ruled.sheet.clone();
        let year = year_with(ruled, &papers);
        let (account, shown) = (year.account(A).unwrap(), year.evaluate(A).unwrap());
        adds_up(&account, &shown, &sheet)?;
        // Every score of every criterion is told once: it counts, or the account says why not.
        for term in account.leaves() {
            let counted = term.entries.iter().flat_map(|entry| &entry.shares).flat_map(|share| &share.given).count();
            let known = year.unit(A).map_or(&[][..], |known| &known.scores);
            let given = known.iter().filter(|score| score.marks.iter().any(|(id, _)| *id == term.criterion)).count();
            prop_assert_eq!(counted + term.set_aside.len(), given, "{:?}", term);
        }
    }
}

#[test]
fn a_score_that_does_not_count_says_why() {
    let mut ruled = regulation();
    ruled.sheet.parts[0].criteria[0].scored_by = vec![Scorer::Itself, Scorer::Peer, Scorer::Bloc];
    ruled.sheet.counts = vec![Scorer::Official, Scorer::Bloc, Scorer::Peer];
    ruled.sheet.scorers = vec![ScorerRule {
        scorer: Scorer::Peer,
        name: None,
        combine: Some(Combine { method: Method::Mean, at_least: 2 }),
        own_unit: false,
    }];
    let paper = |scorer, giver| (scorer, giver, 1, vec![4000, 0, 0, 100], false);
    let told = |papers: &[Paper]| {
        let year = year_with(ruled.clone(), papers);
        let account = year.account(A).unwrap();
        let leaves = account.leaves();
        let term = leaves.into_iter().find(|term| term.criterion.as_str() == "N1").unwrap();
        term.set_aside.iter().map(|aside| (aside.scorer, aside.because)).collect::<Vec<_>>()
    };
    use NotCounted as N;
    assert_eq!(told(&[paper(0, 0)]), [(Scorer::Itself, N::NeverCounts)]);
    assert_eq!(told(&[paper(1, 1)]), [(Scorer::Peer, N::TooFew)]);
    assert_eq!(told(&[paper(1, 1), paper(1, 2)]), [], "two are enough");
    assert_eq!(told(&[paper(1, 1), paper(1, 2), paper(2, 3)]), [(Scorer::Peer, N::AnotherFirst); 2]);
    ruled.sheet.counts = vec![Scorer::Official];
    ruled.sheet.weights =
        [(Scorer::Bloc, 60), (Scorer::Itself, 40)].map(|(scorer, percent)| Weight { scorer, percent }).into();
    let year = year_with(ruled, &[paper(2, 3)]);
    let account = year.account(A).unwrap();
    assert_eq!(account.leaves()[0].set_aside[0].because, N::OthersMissing);
}
