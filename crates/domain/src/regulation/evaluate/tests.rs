//! What scores add up to, worked out by hand and by other arithmetic.

use super::*;
use crate::regulation::sample::regulation;
use proptest::prelude::*;

fn p(text: &str) -> Points {
    text.parse().unwrap()
}

fn marks(entries: &[(&str, &str)]) -> Vec<(CriterionId, Points)> {
    entries.iter().map(|(id, points)| (id.parse().unwrap(), p(points))).collect()
}

#[test]
fn the_first_who_scored_in_the_order_of_the_sheet_counts_and_the_self_score_only_stands_beside() {
    let sheet = regulation(&[]).sheet;
    let own = marks(&[("I.1.a", "30"), ("I.2", "50"), ("II.1", "9")]);
    let bloc = marks(&[("I.1.a", "20"), ("I.2", "40")]);
    let official = marks(&[("I.2", "35"), ("P.1", "2")]);
    let evaluation = sheet.evaluate(|scorer| match scorer {
        Scorer::Itself => Some(&own),
        Scorer::Bloc => Some(&bloc),
        Scorer::Official => Some(&official),
        Scorer::Peer | Scorer::Panel => None,
    });
    assert_eq!((evaluation.contents, evaluation.bonus, evaluation.penalty), (p("55"), p("0"), p("2")));
    assert_eq!(evaluation.total, p("53"));
    let counted: Vec<_> =
        evaluation.lines.iter().map(|l| (l.criterion.as_str(), l.scorer, l.counted)).collect();
    let expected = [
        ("I.1.a", Some(Scorer::Bloc), p("20")),
        ("I.1.b", None, p("0")),
        ("I.2", Some(Scorer::Official), p("35")),
        ("II.1", None, p("0")),
        ("P.1", Some(Scorer::Official), p("2")),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn a_score_from_someone_the_criterion_does_not_name_does_not_count() {
    let official = marks(&[("II.1", "5")]);
    let evaluation = regulation(&[]).sheet.evaluate(|s| (s == Scorer::Official).then_some(&official));
    assert_eq!((evaluation.bonus, evaluation.lines[3].scorer), (p("0"), None));
}

#[test]
fn a_line_keeps_the_claim_and_what_it_counted() {
    let bloc = marks(&[("I.1.a", "31"), ("I.1.b", "10"), ("I.2", "55"), ("II.1", "12")]);
    let evaluation = regulation(&[]).sheet.evaluate(|s| (s == Scorer::Bloc).then_some(&bloc));
    let lines: Vec<_> = evaluation.lines.iter().map(|line| (line.given, line.counted)).collect();
    assert_eq!(lines[0], (p("31"), p("30")), "its maximum");
    assert_eq!(lines[2], (p("55"), p("55")), "carried");
    assert_eq!(evaluation.contents, p("90"), "the cap of the part");
    assert_eq!((lines[3].1, evaluation.bonus), (p("12"), p("10")), "the cap of the bonus");
    assert_eq!(evaluation.total, p("100"));
}

#[test]
fn two_scorers_together_cannot_pass_the_maximum_of_a_group() {
    let scored_by = "/sheet/parts/0/criteria/0/criteria/0/scored_by";
    let max = "/sheet/parts/0/criteria/0/criteria/0/max";
    let sheet =
        regulation(&[(scored_by, serde_json::json!(["official"])), (max, serde_json::Value::Null)]).sheet;
    let (bloc, official) = (marks(&[("I.1.b", "10")]), marks(&[("I.1.a", "35")]));
    let evaluation = sheet.evaluate(|scorer| match scorer {
        Scorer::Itself | Scorer::Peer | Scorer::Panel => None,
        Scorer::Bloc => Some(&bloc),
        Scorer::Official => Some(&official),
    });
    assert_eq!(evaluation.contents, p("40"));
}

#[test]
fn a_unit_nobody_scored_has_nothing() {
    let evaluation = regulation(&[]).sheet.evaluate(|_| None::<&Vec<_>>);
    assert_eq!((evaluation.total, evaluation.lines.len()), (p("0"), 5));
}

#[test]
fn each_rounding_does_what_its_name_says() {
    let cases = [
        ("2.5", 0, ["3", "2", "2"]),
        ("3.5", 0, ["4", "4", "3"]),
        ("-2.5", 0, ["-3", "-2", "-2"]),
        ("2.49", 0, ["2", "2", "2"]),
        ("0.25", 1, ["0.3", "0.2", "0.2"]),
        ("0.26", 1, ["0.3", "0.3", "0.2"]),
        ("-0.07", 1, ["-0.1", "-0.1", "0"]),
        ("89.99", 2, ["89.99", "89.99", "89.99"]),
    ];
    for (from, decimals, to) in cases {
        for (rounding, to) in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down].into_iter().zip(to) {
            assert_eq!(rounding.apply(p(from), decimals), p(to), "{from} {rounding:?}");
        }
    }
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::Down])
}

fn any_marks(points: impl Strategy<Value = i64>) -> impl Strategy<Value = Vec<(CriterionId, Points)>> {
    let ids = prop::sample::select(vec!["I.1.a", "I.1.b", "I.2", "II.1", "P.1"]);
    prop::collection::btree_map(ids, points.prop_map(Points::from_hundredths), 0..=5)
        .prop_map(|marks| marks.into_iter().map(|(id, points)| (id.parse().unwrap(), points)).collect())
}

proptest! {
    #[test]
    fn rounding_moves_less_than_one_unit_and_settles(
        rounding in any_rounding(), hundredths in -99_999_999_i64..=99_999_999, decimals in 0_u8..=2
    ) {
        let points = Points::from_hundredths(hundredths);
        let rounded = rounding.apply(points, decimals);
        let unit = [100, 10, 1][usize::from(decimals)];
        prop_assert!(rounded.fits_decimals(decimals));
        prop_assert!((rounded - points).hundredths().abs() < unit);
        prop_assert_eq!(rounding.apply(rounded, decimals), rounded);
    }

    /// Points no one could send neither crash the count nor pass a cap.
    #[test]
    fn any_numbers_at_all_give_an_answer(
        bloc in any_marks(any::<i64>()), official in any_marks(any::<i64>()), rounding in any_rounding()
    ) {
        let mut sheet = regulation(&[]).sheet;
        sheet.rounding = rounding;
        let evaluation = sheet.evaluate(|scorer| match scorer {
            Scorer::Itself | Scorer::Peer | Scorer::Panel => None,
            Scorer::Bloc => Some(&bloc),
            Scorer::Official => Some(&official),
        });
        prop_assert!(evaluation.contents <= p("90") && evaluation.bonus <= p("10"));
    }

    /// Within what can be sent, the total is exact: the same as adding up by hand in wide numbers.
    #[test]
    fn the_total_is_the_exact_sum(bloc in any_marks(0_i64..=99_999_999), official in any_marks(0_i64..=99_999_999)) {
        let mut sheet = regulation(&[]).sheet;
        sheet.decimals = 2;
        let evaluation = sheet.evaluate(|scorer| match scorer {
            Scorer::Itself | Scorer::Peer | Scorer::Panel => None,
            Scorer::Bloc => Some(&bloc),
            Scorer::Official => Some(&official),
        });
        let of = |marks: &[(CriterionId, Points)], id: &str| {
            marks.iter().find(|(c, _)| c.as_str() == id).map(|(_, points)| i128::from(points.hundredths()))
        };
        let from_bloc = |id| of(&bloc, id).unwrap_or(0);
        let second = of(&official, "I.2").unwrap_or_else(|| from_bloc("I.2"));
        let group = (from_bloc("I.1.a").min(3_000) + from_bloc("I.1.b").min(1_000)).min(4_000);
        let total = (group + second).min(9_000) + from_bloc("II.1").min(1_000) - of(&official, "P.1").unwrap_or(0);
        prop_assert_eq!(i128::from(evaluation.total.hundredths()), total);
    }

    /// The order in which marks were written does not matter.
    #[test]
    fn the_order_of_marks_does_not_matter(
        (marks, shuffled) in any_marks(0_i64..=9_999).prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle()))
    ) {
        let sheet = regulation(&[]).sheet;
        prop_assert_eq!(sheet.evaluate(|_| Some(&marks)), sheet.evaluate(|_| Some(&shuffled)));
    }
}
