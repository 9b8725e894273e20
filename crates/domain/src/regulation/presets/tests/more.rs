//! The sheets with scorers beyond the bloc, options, a base, a clamp: matrix, police, youth, school, Đồng Nai, council.

use super::*;
use crate::regulation::{Given, Marks, Month};

fn class(regulation: &Regulation, evaluation: &Evaluation) -> String {
    regulation.classify(evaluation.total).unwrap().code.as_str().to_owned()
}

/// What the sheet makes of the papers of several givers of one kind.
fn scored_by_many(
    regulation: &Regulation,
    scorer: Scorer,
    papers: &[Vec<(CriterionId, Points)>],
) -> Evaluation {
    for paper in papers {
        assert_eq!(regulation.sheet.accept(scorer, paper), Ok(()));
    }
    regulation.sheet.evaluate(|who| papers.iter().filter(move |_| who == scorer))
}

#[test]
fn matrix_a_flag_brings_97_of_100_to_107() {
    let matrix = preset("hcmc-matrix-2008");
    let paper = [("C.1", "97"), ("C.2.1", "10"), ("C.2.2", "0")];
    let evaluation = scored_by_many(matrix, Scorer::Panel, &[marks(&paper)]);
    assert_eq!((matrix.sheet.scale, evaluation.contents, evaluation.bonus), (p("100"), p("97"), p("10")));
    assert_eq!(evaluation.total, p("107"));
}

#[test]
fn matrix_whether_two_flags_add_up_is_one_word_of_the_sheet_and_no_papers() {
    let matrix = preset("hcmc-matrix-2008");
    let paper = marks(&[("C.1", "97"), ("C.2.1", "10"), ("C.2.2", "15")]);
    assert_eq!(scored_by_many(matrix, Scorer::Panel, std::slice::from_ref(&paper)).total, p("112"));
    let mut adding_up = matrix.clone();
    adding_up.sheet.parts[1].criteria[0].highest_only = false;
    assert_eq!(adding_up.check().len(), 1, "the pointer to the choice leads nowhere any more");
    assert_eq!(scored_by_many(&adding_up, Scorer::Panel, &[paper]).total, p("122"));
    let choice = "/sheet/parts/1/criteria/0/highest_only";
    assert!(matrix.unsourced.iter().any(|pointer| &**pointer == choice));
}

#[test]
fn matrix_the_scores_of_several_departments_stand_side_by_side_and_their_mean_counts() {
    let papers = [["97", "10"], ["90", "0"], ["93.5", "0"]];
    let papers = papers.map(|[field, flag]| marks(&[("C.1", field), ("C.2.1", flag), ("C.2.2", "0")]));
    let evaluation = scored_by_many(preset("hcmc-matrix-2008"), Scorer::Panel, &papers);
    assert_eq!(evaluation.contents, p("93.5"), "280.5 over three");
    assert_eq!(evaluation.bonus, p("3.33"), "ten over three, rounded once");
    assert_eq!(evaluation.lines[0].shares[0].givers, 3);
}

#[test]
fn police_eight_criteria_in_three_groups_make_125_in_steps_of_a_tenth() {
    let police = preset("cong-an-2025");
    let by_part: Vec<Points> =
        police.sheet.parts.iter().map(|part| part.criteria.iter().filter_map(|c| c.max).sum()).collect();
    assert_eq!(by_part, [p("30"), p("35"), p("60")]);
    assert_eq!(maxima(police, PartKind::Contents), p("125"));
    let fine = marks(&[("F.I.1", "9.95")]);
    let faults = police.sheet.accept(Scorer::Official, &fine).unwrap_err();
    assert_eq!(faults[0].kind, ScoreFaultKind::TooPrecise(1));
}

#[test]
fn police_each_level_stands_beside_the_others_and_the_last_one_that_spoke_counts() {
    let police = preset("cong-an-2025");
    let sheet = &police.sheet;
    let ids: Vec<_> = sheet.leaves().iter().map(|(_, leaf)| (leaf.id, leaf.max.unwrap())).collect();
    let less = |tenths: i64| {
        ids.iter().map(|(id, max)| (*id, *max - Points::from_hundredths(tenths * 10))).collect::<Vec<_>>()
    };
    let papers = [
        (Scorer::Itself, less(0)),
        (Scorer::Bloc, less(1)),
        (Scorer::Panel, less(2)),
        (Scorer::Official, less(3)),
    ];
    for (level, total) in [(1, "0"), (2, "124.2"), (3, "123.4"), (4, "122.6")] {
        let spoken = &papers[..level];
        let given =
            |who: Scorer| spoken.iter().filter(move |(scorer, _)| *scorer == who).map(|(_, marks)| marks);
        assert_eq!(sheet.evaluate(given).total, p(total), "after level {level}");
    }
    let steps: Vec<_> = police.before(Step::ScoreTable).map(|rule| rule.step).collect();
    assert_eq!(steps, [Step::SelfScore, Step::BlocScore, Step::PanelScore, Step::OfficialScore]);
}

#[test]
fn youth_two_sessions_give_four_points_one_gives_two_and_nothing_lies_between() {
    let youth = preset("doan-thanh-nien-2023");
    for (sessions, total) in [("4", "40"), ("2", "38"), ("0", "36")] {
        let entries = [("G.1.1.1", sessions), ("G.1.1.2", "4"), ("G.1.2", "32")];
        assert_eq!(scored(youth, Scorer::Bloc, &entries).total, p(total));
    }
    let three = marks(&[("G.1.1.1", "3"), ("G.1.1.2", "3.5"), ("G.1.2", "32")]);
    let faults = youth.sheet.accept(Scorer::Itself, &three).unwrap_err();
    let kinds: Vec<_> = faults.into_iter().map(|fault| fault.kind).collect();
    let options = vec![p("4"), p("2"), p("0")];
    assert_eq!(kinds, [ScoreFaultKind::NotAnOption(options), ScoreFaultKind::TooPrecise(0)]);
}

#[test]
fn school_750_to_begin_with_and_every_month_adds_and_takes() {
    let school = preset("bac-giang-2011");
    type Handed<'a> = (Month, &'a [(&'a str, &'a str)], &'a str);
    let months: [Handed<'_>; 4] = [
        (9, &[("H.1", "10"), ("H.1", "5")], "765"),
        (10, &[("H.3", "20")], "745"),
        (11, &[("H.2", "7.5"), ("H.3", "2.5")], "750"),
        (12, &[("H.1", "30"), ("H.3", "1")], "779"),
    ];
    assert_eq!(school.sheet.evaluate(|_| None::<&Vec<_>>).total, p("750"));
    let papers: Vec<_> = months.iter().map(|(month, events, _)| (*month, marks(events))).collect();
    for (handed_in, (month, _, total)) in months.iter().enumerate() {
        let given = |who: Scorer| {
            let papers = papers[..=handed_in].iter().filter(move |_| who == Scorer::Itself);
            papers.map(|(month, marks)| Given { month: Some(*month), marks })
        };
        let evaluation = school.sheet.evaluate(given);
        assert_eq!(evaluation.total, p(total), "after month {month}");
        assert_eq!(evaluation.base, p("750"));
    }
    assert_eq!(
        school.sheet.accept(Scorer::Itself, &papers[0].1),
        Ok(()),
        "one criterion, two events of a month"
    );
}

#[test]
fn school_where_the_team_has_spoken_of_a_month_its_word_counts_for_that_month() {
    let sheet = &preset("bac-giang-2011").sheet;
    let (september, october, of_the_team) =
        (marks(&[("H.1", "10")]), marks(&[("H.1", "20")]), marks(&[("H.1", "12")]));
    let paper = |month, marks| Given { month: Some(month), marks };
    let evaluation = sheet.evaluate(|who| match who {
        Scorer::Itself => vec![paper(9, &september as Marks<'_>), paper(10, &october)],
        Scorer::Bloc => vec![paper(10, &of_the_team)],
        Scorer::Peer | Scorer::Panel | Scorer::Official => Vec::new(),
    });
    assert_eq!(evaluation.total, p("772"));
    let shares: Vec<_> = evaluation.lines[0].shares.iter().map(|s| (s.month, s.scorer, s.points)).collect();
    assert_eq!(shares, [(Some(9), Scorer::Itself, p("10")), (Some(10), Scorer::Bloc, p("12"))]);
}

#[test]
fn dong_nai_points_are_clamped_and_classes_begin_where_the_platform_says() {
    let rules = preset("dong-nai-2026");
    let vectors = [
        (["60", "40", "6", "4"], "110", "EXCELLENT"),
        (["55", "40", "0", "0"], "95", "EXCELLENT"),
        (["54.99", "40", "0", "0"], "94.99", "GOOD"),
        (["45", "40", "0", "0"], "85", "GOOD"),
        (["44.99", "40", "0", "0"], "84.99", "FAIR"),
        (["75", "41", "9", "-3"], "106", "EXCELLENT"),
        (["-5", "30", "0", "0"], "30", "FAIR"),
    ];
    for ([first, second, bonus, other], total, expected) in vectors {
        let entries = [("E.1", first), ("E.2", second), ("E.1.T", bonus), ("E.2.T", other)];
        let evaluation = scored(rules, Scorer::Official, &entries);
        assert_eq!(
            (evaluation.total, class(rules, &evaluation)),
            (p(total), expected.to_owned()),
            "{entries:?}"
        );
    }
}

#[test]
fn dong_nai_what_nobody_scored_has_a_class_of_its_own_and_a_self_score_is_no_score() {
    let rules = preset("dong-nai-2026");
    let own = marks(&[("E.1", "60"), ("E.2", "40"), ("E.1.T", "6"), ("E.2.T", "4")]);
    let contender = |scorer: Option<Scorer>| {
        let evaluation = rules.sheet.evaluate(|who| (Some(who) == scorer).then_some(&own));
        Contender::new(crate::UnitId(uuid::Uuid::from_u128(1)), &evaluation, None)
    };
    for (scorer, expected) in
        [(None, "UNSCORED"), (Some(Scorer::Itself), "UNSCORED"), (Some(Scorer::Official), "EXCELLENT")]
    {
        let ranked = rules.rank(&[contender(scorer)], &[]);
        assert_eq!(ranked[0].class.as_ref().unwrap().as_str(), expected, "{scorer:?}");
    }
}

#[test]
fn dong_nai_a_submission_without_every_criterion_is_refused() {
    let some = marks(&[("E.1", "60"), ("E.1.T", "0")]);
    let faults = preset("dong-nai-2026").sheet.accept(Scorer::Itself, &some).unwrap_err();
    let missing: Vec<_> = faults.iter().map(|fault| fault.criterion.as_str()).collect();
    assert_eq!(missing, ["E.2", "E.2.T"]);
}

#[test]
fn council_the_prototype_adds_up_and_says_that_nothing_stands_behind_it() {
    let council = preset("hoi-dong-mau");
    let maxima: Vec<_> = council.sheet.leaves().iter().map(|(_, leaf)| leaf.max.unwrap()).collect();
    assert_eq!(maxima, ["40", "20", "20", "10", "10"].map(p));
    assert!(council.title.vi.as_str().contains("độ tin cậy thấp"));
    assert!(
        ["/sheet", "/procedure", "/ballot"].iter().all(|at| council.unsourced.iter().any(|u| &**u == *at))
    );
}

#[test]
fn council_five_of_seven_votes_pass_as_two_thirds_rounded_up_do() {
    let majority = preset("hoi-dong-mau").ballot.as_ref().unwrap().majority.unwrap();
    for electors in 1..=52_u32 {
        let turn_out = crate::regulation::TurnOut { electors, present: 0, cast: electors, valid: electors };
        let least = (2 * electors).div_ceil(3);
        assert!(majority.reached(least, turn_out), "{least} of {electors}");
        assert!(!majority.reached(least - 1, turn_out), "{} of {electors}", least - 1);
    }
}
