//! The presets against the papers: the numbers of the real sheets, worked out by hand.

mod more;

use super::*;
use crate::{
    EmulationYear, Points,
    regulation::{Candidates, Contender, CriterionId, Evaluation, PartKind, Scorer, Secrecy, Step},
    rejection::ScoreFaultKind,
};
use proptest::prelude::*;

fn p(text: &str) -> Points {
    text.parse().unwrap()
}

fn preset(code: &str) -> &'static Regulation {
    &presets().iter().find(|preset| preset.code == code).unwrap().regulation
}

fn marks(entries: &[(&str, &str)]) -> Vec<(CriterionId, Points)> {
    entries.iter().map(|(id, points)| (id.parse().unwrap(), p(points))).collect()
}

/// What the sheet makes of marks that one scorer gave, after checking that it accepts them.
fn scored(regulation: &Regulation, scorer: Scorer, entries: &[(&str, &str)]) -> Evaluation {
    let marks = marks(entries);
    assert_eq!(regulation.sheet.accept(scorer, &marks), Ok(()), "{entries:?}");
    regulation.sheet.evaluate(|who| (who == scorer).then_some(&marks))
}

fn maxima(regulation: &Regulation, kind: PartKind) -> Points {
    regulation.sheet.leaves().iter().filter(|leaf| leaf.0 == kind).filter_map(|leaf| leaf.1.max).sum()
}

#[test]
fn every_document_parses_and_contradicts_nothing() {
    assert_eq!(
        presets().iter().map(|preset| preset.code).collect::<Vec<_>>(),
        DOCUMENTS.iter().map(|(code, _)| *code).collect::<Vec<_>>()
    );
    for (code, json) in DOCUMENTS.iter().copied() {
        let regulation: Regulation =
            serde_json::from_str(json).unwrap_or_else(|error| panic!("{code}: {error}"));
        assert_eq!(regulation.check(), [], "{code}");
    }
}

/// Nothing is lost on the way: what is written back is the document, member for member.
#[test]
fn every_document_is_written_back_as_it_was_read() {
    for preset in presets() {
        let document: serde_json::Value = serde_json::from_str(preset.json).unwrap();
        assert_eq!(serde_json::to_value(&preset.regulation).unwrap(), document, "{}", preset.code);
    }
}

/// No text read so far states a rounding rule, a tie-break or how the leader is found for these sheets.
#[test]
fn what_no_paper_states_is_listed_as_a_choice() {
    for preset in presets() {
        let listed: Vec<&str> = preset.regulation.unsourced.iter().map(|pointer| &**pointer).collect();
        for pointer in ["/sheet/rounding", "/tie_breaks", "/leadership"] {
            assert!(listed.contains(&pointer), "{}: {pointer}", preset.code);
        }
        // Of three sheets the decimals are known: whole points, steps of a tenth, two digits shown.
        let known = ["doan-thanh-nien-2023", "cong-an-2025", "dong-nai-2026"].contains(&preset.code);
        assert_eq!(listed.contains(&"/sheet/decimals"), !known, "{}", preset.code);
        // Of one it is known whose score counts: the approved one.
        assert_eq!(listed.contains(&"/sheet/counts"), preset.code != "dong-nai-2026", "{}", preset.code);
    }
    assert!(
        preset("hcmc-2008").unsourced.iter().any(|pointer| &**pointer == "/sheet/parts/0/criteria/7/max")
    );
}

#[test]
fn hue_contents_and_bonus_make_a_thousand() {
    let hue = preset("hue-804-2018");
    assert_eq!(
        (hue.sheet.scale, maxima(hue, PartKind::Contents), maxima(hue, PartKind::Bonus)),
        (p("1000"), p("950"), p("50"))
    );
    assert_eq!(scored(hue, Scorer::Bloc, &[("A.1", "950"), ("A.2", "50")]).total, p("1000"));
}

#[test]
fn hue_a_bonus_claim_above_fifty_is_taken_and_capped() {
    let evaluation = scored(preset("hue-804-2018"), Scorer::Bloc, &[("A.1", "900"), ("A.2", "63")]);
    assert_eq!((evaluation.bonus, evaluation.total), (p("50"), p("950")));
    assert_eq!((evaluation.lines[1].given, evaluation.lines[1].counted), (p("63"), p("50")));
}

#[test]
fn hue_the_state_body_takes_eight_points_for_a_start_without_launch_pledge_and_registration() {
    let sheet = &preset("hue-804-2018").sheet;
    let (bloc, official) = (marks(&[("A.1", "912.5"), ("A.2", "40")]), marks(&[("A.P1", "8")]));
    assert_eq!(sheet.accept(Scorer::Bloc, &bloc), Ok(()));
    assert_eq!(sheet.accept(Scorer::Official, &official), Ok(()));
    let evaluation = sheet.evaluate(|scorer| match scorer {
        Scorer::Itself | Scorer::Peer | Scorer::Panel => None,
        Scorer::Bloc => Some(&bloc),
        Scorer::Official => Some(&official),
    });
    assert_eq!((evaluation.penalty, evaluation.total), (p("8"), p("944.5")));
}

#[test]
fn hue_only_the_state_body_deducts_and_only_all_or_nothing() {
    let sheet = &preset("hue-804-2018").sheet;
    let kind =
        |scorer, entries: &[(&str, &str)]| sheet.accept(scorer, &marks(entries)).unwrap_err()[0].kind.clone();
    assert_eq!(kind(Scorer::Official, &[("A.P1", "4")]), ScoreFaultKind::NotAnOption(vec![p("0"), p("8")]));
    let by_bloc = [("A.1", "1"), ("A.2", "0"), ("A.P1", "8")];
    assert_eq!(kind(Scorer::Bloc, &by_bloc), ScoreFaultKind::NotYours(vec![Scorer::Official]));
}

#[test]
fn hue_the_unit_scores_first_then_the_bloc_then_the_state_body() {
    let before: Vec<_> = preset("hue-804-2018").before(Step::ScoreTable).map(|rule| rule.step).collect();
    assert_eq!(before, [Step::SelfScore, Step::BlocScore, Step::OfficialScore]);
}

#[test]
fn ninh_thuan_the_vote_waits_for_the_scores_and_the_consultation_and_only_the_best_may_stand() {
    let rules = preset("ninh-thuan-24-2011");
    let before: Vec<_> = rules.before(Step::Ballot).map(|rule| rule.step).collect();
    assert_eq!(before, [Step::SelfScore, Step::BlocScore, Step::ScoreTable, Step::Consultation]);
    let ballot = rules.ballot.as_ref().unwrap();
    assert_eq!((ballot.secrecy, ballot.candidates), (Secrecy::Secret, Candidates::TopScores(1)));
    assert_eq!(ballot.majority, None, "no share of votes is stated");
}

#[test]
fn hcmc_eight_criteria_make_a_hundred() {
    let hcmc = preset("hcmc-2008");
    let maxima: Vec<_> =
        hcmc.sheet.leaves().iter().map(|leaf| (leaf.1.id.to_string(), leaf.1.max.unwrap())).collect();
    let expected = [
        ("01", "10"),
        ("02", "10"),
        ("03", "20"),
        ("04", "10"),
        ("05", "10"),
        ("06", "10"),
        ("07", "20"),
        ("08", "10"),
    ];
    assert_eq!(maxima, expected.map(|(id, max)| (format!("B.{id}"), p(max))));
    let best: Vec<_> = maxima.into_iter().map(|(id, max)| (id.parse().unwrap(), max)).collect();
    assert_eq!(hcmc.sheet.accept(Scorer::Bloc, &best), Ok(()));
    assert_eq!(hcmc.sheet.evaluate(|_| Some(&best)).total, p("100"));
}

#[test]
fn khanh_hoa_contents_stop_at_85_bonus_at_15_and_classes_begin_where_the_rule_says() {
    let rules = preset("khanh-hoa-11");
    // Contents, bonus, penalty; total and class.
    let vectors = [
        (["84.5", "17", "2"], "97.5", "A"),
        (["88", "0", "0"], "85", "B"),
        (["75", "15", "0"], "90", "A"),
        (["75", "14.99", "0"], "89.99", "B"),
        (["40", "9.99", "0"], "49.99", "D"),
        (["40", "10", "0"], "50", "C"),
        (["0", "0", "5"], "-5", "D"),
    ];
    for ([contents, bonus, penalty], total, class) in vectors {
        let evaluation =
            scored(rules, Scorer::Official, &[("D.II", contents), ("D.IV.1", bonus), ("D.V.1", penalty)]);
        assert_eq!(evaluation.total, p(total), "{contents} {bonus} {penalty}");
        assert_eq!(rules.classify(evaluation.total).unwrap().code.as_str(), class, "{total}");
    }
}

#[test]
fn khanh_hoa_the_two_groups_share_one_cap() {
    let evaluation =
        scored(preset("khanh-hoa-11"), Scorer::Official, &[("D.I.1", "7"), ("D.I.5", "5"), ("D.II", "70")]);
    assert_eq!(evaluation.contents, p("82"), "12 in group I is above its 10 and carries");
    let evaluation = scored(preset("khanh-hoa-11"), Scorer::Official, &[("D.I.1", "12"), ("D.II", "76")]);
    assert_eq!(evaluation.contents, p("85"));
}

#[test]
fn khanh_hoa_the_self_score_is_due_on_15_december_of_the_year() {
    let due = preset("khanh-hoa-11").step(Step::SelfScore).unwrap().deadline.unwrap();
    let moment = due.moment(EmulationYear::new(2026).unwrap()).unwrap();
    assert_eq!(moment.to_string(), "2026-12-15T16:59:59.999Z");
}

#[test]
fn khanh_hoa_communes_are_ranked_with_their_classes() {
    let rules = preset("khanh-hoa-11");
    let contender = |unit, entries: &[(&str, &str)]| {
        Contender::new(
            crate::UnitId(uuid::Uuid::from_u128(unit)),
            &scored(rules, Scorer::Official, entries),
            None,
        )
    };
    let standing = [
        contender(1, &[("D.II", "75")]),
        contender(2, &[("D.II", "75"), ("D.IV.2", "15")]),
        contender(3, &[("D.II", "70"), ("D.IV.3", "5")]),
    ];
    let ranked = rules.rank(&standing, &[]);
    let shown: Vec<_> =
        ranked.iter().map(|r| (r.unit.0.as_u128(), r.rank, r.class.as_ref().unwrap().as_str())).collect();
    assert_eq!(shown, [(2, 1, "A"), (1, 2, "B"), (3, 2, "B")]);
}

proptest! {
    /// The formula of Rule 11-QĐ/TU, in wide integers, against the sheet.
    #[test]
    fn khanh_hoa_every_total_follows_the_formula(points in prop::array::uniform4(0_i64..=12_000)) {
        let rules = preset("khanh-hoa-11");
        let ids = ["D.I.2", "D.II", "D.IV.3", "D.V.2"].map(|id| id.parse::<CriterionId>().unwrap());
        let marks: Vec<_> = ids.into_iter().zip(points.map(Points::from_hundredths)).collect();
        prop_assert_eq!(rules.sheet.accept(Scorer::Official, &marks), Ok(()));
        let [first, second, bonus, penalty] = points;
        let expected = (first + second).min(8_500) + bonus.min(1_500) - penalty;
        let total = rules.sheet.evaluate(|who| (who == Scorer::Official).then_some(&marks)).total;
        prop_assert_eq!(total.hundredths(), expected);
        let class = match expected { 9_000.. => "A", 7_500..9_000 => "B", 5_000..7_500 => "C", ..5_000 => "D" };
        prop_assert_eq!(rules.classify(total).unwrap().code.as_str(), class);
    }
}
