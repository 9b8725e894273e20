//! Consultation before the ballot, and the council after it.

use super::*;
use crate::rejection::NotPossible;

fn consults(agreed: &[UnitId]) -> ConsultationHeld {
    ConsultationHeld {
        agreed: agreed.to_vec(), text: remark("Hội nghị thống nhất"), correction: None
    }
}

fn decides(changes: Vec<CouncilChange>) -> RecordCouncil {
    RecordCouncil {
        council: Name::new("Hội đồng TĐKT tỉnh").unwrap(),
        vote: CouncilVote { members: 15, in_favour: 12, against: 2, in_writing: 1 },
        changes,
        leading_unit: None,
        correction: None,
    }
}

fn change(unit: UnitId, effect: CouncilEffect) -> CouncilChange {
    CouncilChange { unit, effect, reason: remark("Có vụ việc đang xem xét") }
}

/// As in Ninh Thuận: score table, consultation, secret ballot, each waiting for the one before.
fn ninh_thuan() -> Regulation {
    let mut regulation = regulation();
    for rule in &mut regulation.procedure {
        rule.required |= rule.step == Step::Consultation;
    }
    regulation
}

#[test]
fn the_ballot_waits_for_the_consultation_and_the_consultation_for_the_score_table() {
    let mut early = Story::regulated(ninh_thuan());
    let refused = early.asks(YearAct::HoldConsultation(consults(&[C]))).unwrap_err();
    assert!(matches!(refused, Rejection::OutOfOrder { step: Step::Consultation, .. }));

    let mut story = Story::regulated(ninh_thuan());
    story.takes(&scored_facts());
    story.does(ADOPT_TABLE);
    let waits = Rejection::OutOfOrder { step: Step::Ballot, missing: vec![Step::Consultation.into()] };
    story.is_refused(open(ballot(1), Question::LeadingUnit), &waits);
    let because = Inadmissible::NotAmongHighestScores;
    let consultation = YearAct::HoldConsultation(consults(&[A]));
    story.is_refused(consultation, &Rejection::CandidateNotAdmitted { unit: A, because });
    story.is_refused(YearAct::HoldConsultation(consults(&[C, C])), &Rejection::SameUnit(C));

    let held = story.does(YearAct::HoldConsultation(consults(&[C])));
    story.is_refused(YearAct::HoldConsultation(consults(&[])), &Rejection::AlreadyDone(Step::Consultation));
    story.does(open(ballot(1), Question::LeadingUnit));
    let correction = Some(Correction { corrects: held, reason: remark("Ghi nhầm"), ruling: None });
    story.does(YearAct::HoldConsultation(ConsultationHeld { correction, ..consults(&[]) }));
    assert_eq!(story.year().consultation.as_ref().unwrap().agreed, []);
}

/// The scores of everyone, as they stand in a year under the usual regulation.
fn scored_facts() -> Vec<YearEvent> {
    let mut story = Story::regulated(ninh_thuan());
    let mut facts = Vec::new();
    for unit in [A, B, C] {
        let points = if unit == C { "50" } else { "45" };
        for act in [
            registration(unit),
            YearAct::SignPledge(unit),
            report(unit, ReportKind::HalfYear),
            report(unit, ReportKind::Annual),
            scores(unit, Scorer::Itself, &[("N1", points), ("N2", "40"), ("T1", "5")]),
            scores(unit, Scorer::Bloc, &[("N1", points), ("N2", "40"), ("T1", "5")]),
        ] {
            let events = story.asks(act).unwrap();
            story.takes(&events);
            facts.extend(events);
        }
    }
    facts
}

#[test]
fn the_council_keeps_the_result_and_the_bloc_s_own_stands_beside() {
    let mut story = Story::ranked();
    let ranking = story.year().ranking.clone().unwrap();
    story.does(YearAct::RecordCouncil(decides(Vec::new())));
    let council = story.year().council.clone().unwrap();
    assert_eq!((council.decided.ranking, council.decided.leading_unit), (ranking.mark.id, Some(C)));
    assert_eq!(story.year().ranking.as_ref().unwrap(), &ranking);
    story.is_refused(YearAct::RecordCouncil(decides(Vec::new())), &Rejection::AlreadyDone(Step::Council));
}

#[test]
fn the_council_cuts_the_leading_unit_and_changes_ranks_and_classes_with_reasons() {
    let mut story = Story::ranked();
    let class = CouncilEffect::Class(crate::Text::new("B").unwrap());
    let changes = vec![change(C, CouncilEffect::Cut), change(A, CouncilEffect::Rank(1)), change(B, class)];
    story.does(YearAct::RecordCouncil(decides(changes.clone())));
    let decided = story.year().council.as_ref().unwrap().decided.clone();
    assert_eq!((decided.leading_unit, decided.changes), (None, changes.clone()));
    assert_eq!(story.year().ranking.as_ref().unwrap().leading_unit, Some(C), "the bloc's own result");

    let mut other = Story::ranked();
    other.does(YearAct::RecordCouncil(RecordCouncil { leading_unit: Some(A), ..decides(changes) }));
    assert_eq!(other.year().council.as_ref().unwrap().decided.leading_unit, Some(A));
}

#[test]
fn what_a_council_cannot_do_is_refused() {
    let before = Step::Ranking.into();
    let mut early = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    early.does(ADOPT_TABLE);
    early.does(open(ballot(1), Question::LeadingUnit));
    early.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
    let because = Rejection::OutOfOrder { step: Step::Council, missing: vec![before] };
    early.is_refused(YearAct::RecordCouncil(decides(Vec::new())), &because);

    let mut story = Story::ranked();
    let unknown = CouncilEffect::Class(crate::Text::new("Z").unwrap());
    for (unit, changes, because) in [
        (STRANGER, vec![change(STRANGER, CouncilEffect::Cut)], NotPossible::NotRanked),
        (A, vec![change(A, CouncilEffect::Rank(4))], NotPossible::NoSuchRank),
        (A, vec![change(A, CouncilEffect::Rank(0))], NotPossible::NoSuchRank),
        (A, vec![change(A, unknown)], NotPossible::NoSuchClass),
        (A, vec![change(A, CouncilEffect::Cut), change(A, CouncilEffect::Rank(1))], NotPossible::SaidTwice),
        (
            A,
            vec![change(A, CouncilEffect::Rank(2)), change(A, CouncilEffect::Rank(1))],
            NotPossible::SaidTwice,
        ),
    ] {
        let act = YearAct::RecordCouncil(decides(changes));
        story.is_refused(act, &Rejection::ChangeNotPossible { unit, because });
    }
    let led_by_the_cut =
        RecordCouncil { leading_unit: Some(C), ..decides(vec![change(C, CouncilEffect::Cut)]) };
    let because = Rejection::ChangeNotPossible { unit: C, because: NotPossible::NotRanked };
    story.is_refused(YearAct::RecordCouncil(led_by_the_cut), &because);
    for (in_favour, against, in_writing, cast) in [(14, 2, 0, 16), (3, 1, 5, 4)] {
        let vote = CouncilVote { members: 15, in_favour, against, in_writing };
        let act = YearAct::RecordCouncil(RecordCouncil { vote, ..decides(Vec::new()) });
        story.is_refused(act, &Rejection::VoteDoesNotAddUp { members: 15, cast });
    }
    for role in [officer(A), officer(C), Role::Registrar] {
        assert!(story.may(role, YearAct::RecordCouncil(decides(Vec::new()))).is_err());
    }
    assert!(story.may(OFFICIAL, YearAct::RecordCouncil(decides(Vec::new()))).is_ok());
}
