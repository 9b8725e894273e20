//! Queries and explanations, objections and rulings, and the corrections that follow.

use super::*;

fn scored() -> Story {
    Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")])
}

/// Three days to explain, five to object, seven to rule.
fn with_periods(mut story: Story) -> Story {
    let adopted = Arc::make_mut(story.year.as_mut().unwrap().regulation.as_mut().unwrap());
    let regulation = Arc::make_mut(&mut adopted.regulation);
    (regulation.explanation_days, regulation.objection_days, regulation.ruling_days) =
        (Some(3), Some(5), Some(7));
    story
}

fn score_of(story: &Story, unit: UnitId, scorer: Scorer) -> EventId {
    story.year().unit(unit).unwrap().scores.iter().find(|score| score.scorer == scorer).unwrap().mark.id
}

fn query(score: EventId, asked_by: Option<UnitId>) -> YearAct {
    let criterion = Some("N1".parse().unwrap());
    YearAct::QueryScore(QueryScore { score, criterion, asked_by, text: remark("Căn cứ nào?") })
}

fn explanation(query: EventId) -> YearAct {
    let text = remark("Theo biên bản kiểm tra chéo");
    YearAct::ExplainScore(ExplainScore { query, text, evidence: Vec::new() })
}

fn objection(unit: UnitId, against: EventId) -> YearAct {
    let text = remark("Đề nghị chấm lại N1");
    YearAct::LodgeObjection(LodgeObjection { unit, against, text, evidence: Vec::new() })
}

fn ruling(objection: EventId, outcome: Outcome) -> YearAct {
    YearAct::RuleOnObjection(RuleOnObjection {
        objection, outcome, reason: remark("Minh chứng đầy đủ")
    })
}

fn correction(corrects: EventId, ruling: EventId) -> Option<Correction> {
    Some(Correction { corrects, reason: remark("Theo kết luận"), ruling: Some(ruling) })
}

#[test]
fn a_score_is_queried_and_whoever_gave_it_explains() {
    let mut story = with_periods(scored());
    let score = score_of(&story, C, Scorer::Bloc);
    let asked = story.acting_for(B).does(query(score, Some(B)));
    let open = story.year().query(asked).unwrap().clone();
    assert_eq!((open.unit, open.asked_by, open.asked_of), (C, Some(B), Some(A)));
    assert_eq!(open.due, Some(story.received.day().plus_days(3).end()));
    assert!(story.may(officer(A), explanation(asked)).is_ok());
    assert!(
        story.may(officer(C), explanation(asked)).is_err()
            && story.may(OFFICIAL, explanation(asked)).is_err()
    );
    story.waits(4).acting_for(A).does(explanation(asked));
    assert!(story.year().query(asked).unwrap().explained.unwrap().timeliness.late);
    story.is_refused(explanation(asked), &Rejection::Ended(Thing::Query(asked)));
}

#[test]
fn without_a_period_nothing_is_late_and_what_is_not_there_cannot_be_queried() {
    let mut story = scored();
    let score = score_of(&story, C, Scorer::Itself);
    let asked = story.does(query(score, None));
    assert_eq!(story.year().query(asked).unwrap().due, None);
    let nowhere = EventId(Uuid::from_u128(1));
    story.is_refused(query(nowhere, None), &Rejection::Unknown(Thing::Fact(nowhere)));
    story.is_refused(query(score, Some(STRANGER)), &Rejection::NotAMember(STRANGER));
    let criterion: CriterionId = "P1".parse().unwrap();
    let foreign = QueryScore { score, criterion: Some(criterion), asked_by: None, text: remark("Vì sao?") };
    story.is_refused(YearAct::QueryScore(foreign), &Rejection::Unknown(Thing::Criterion(criterion)));
    story.is_refused(explanation(nowhere), &Rejection::Unknown(Thing::Query(nowhere)));
    assert!(story.may(officer(C), query(score, None)).is_err(), "a member asks in its own name");
    assert!(story.may(officer(C), query(score, Some(C))).is_ok());
}

#[test]
fn an_upheld_objection_leads_to_a_corrected_score_table_and_ranking_that_name_the_ruling() {
    let mut story = with_periods(Story::ranked());
    let (table, ranking) = marks(&story);
    let score = score_of(&story, A, Scorer::Bloc);
    let lodged = story.does(objection(A, ranking));
    let open = story.year().objection(lodged).unwrap();
    assert_eq!((open.contested, open.is_pending()), (Contested::Ranking, true));
    story.is_refused(objection(A, ranking), &Rejection::AlreadyExists(Thing::Objection(lodged)));

    let YearAct::GiveScores(again) = scores(A, Scorer::Bloc, &[("N1", "50"), ("N2", "40"), ("T1", "10")])
    else {
        unreachable!("it gives scores")
    };
    let early = GiveScores { correction: correction(score, lodged), ..again.clone() };
    story.acting_for(B).is_refused(YearAct::GiveScores(early), &Rejection::NotARuling(lodged));
    let ruled = story.does(ruling(lodged, Outcome::Upheld));
    story.is_refused(ruling(lodged, Outcome::Dismissed), &Rejection::Ended(Thing::Objection(lodged)));

    let again = GiveScores { correction: correction(score, ruled), ..again };
    let corrected = story.acting_for(B).does(YearAct::GiveScores(again));
    let retable = AdoptScoreTable { correction: correction(table, ruled) };
    let retabled = story.does(YearAct::AdoptScoreTable(retable));
    let rerank = AdoptRanking { correction: correction(ranking, ruled) };
    story.does(YearAct::AdoptRanking(rerank));
    // Its publication follows the ranking.
    let (_, reranked) = marks(&story);

    let objection = story.year().objection(lodged).unwrap();
    let effects: Vec<_> = objection.effects.iter().map(|mark| mark.id).collect();
    assert_eq!(effects, [corrected, retabled, reranked]);
    let standing = story.year().ranking.as_ref().unwrap();
    assert_eq!((standing.rows[0].unit, standing.rows[0].total), (A, points("100")));
    assert_eq!(standing.replaced.iter().map(|mark| mark.id).collect::<Vec<_>>(), [ranking]);
    let replaced = &story.year().score_table.as_ref().unwrap().replaced;
    assert_eq!(replaced.iter().map(|mark| mark.id).collect::<Vec<_>>(), [table]);
}

fn marks(story: &Story) -> (EventId, EventId) {
    (story.year().score_table.as_ref().unwrap().mark.id, story.year().ranking.as_ref().unwrap().mark.id)
}

#[test]
fn a_dismissed_objection_changes_nothing_and_no_correction_may_rest_on_it() {
    let mut story = Story::ranked();
    let (table, _) = marks(&story);
    let lodged = story.does(objection(B, table));
    assert_eq!(story.year().objection(lodged).unwrap().contested, Contested::ScoreTable);
    let ruled = story.does(ruling(lodged, Outcome::Dismissed));
    let retable = YearAct::AdoptScoreTable(AdoptScoreTable { correction: correction(table, ruled) });
    story.is_refused(retable, &Rejection::NotARuling(ruled));
    story.does(objection(B, table));
}

#[test]
fn a_unit_objects_to_what_stands_and_concerns_it() {
    let mut story = with_periods(scored());
    let (own, other) = (score_of(&story, B, Scorer::Bloc), score_of(&story, C, Scorer::Bloc));
    story.is_refused(objection(B, other), &Rejection::NotYourScore { unit: B, scored: C });
    story.is_refused(objection(STRANGER, own), &Rejection::NotAMember(STRANGER));
    let nowhere = EventId(Uuid::from_u128(1));
    story.is_refused(objection(B, nowhere), &Rejection::Unknown(Thing::Fact(nowhere)));
    story.is_refused(ruling(nowhere, Outcome::Upheld), &Rejection::Unknown(Thing::Objection(nowhere)));

    story.does(ADOPT_TABLE);
    let table = story.year().score_table.as_ref().unwrap().mark.id;
    let again = Some(Correction { corrects: table, reason: remark("Cộng lại"), ruling: None });
    let standing = story.does(YearAct::AdoptScoreTable(AdoptScoreTable { correction: again }));
    let because = Rejection::NotTheStandingFact { named: table, standing: Some(standing) };
    story.is_refused(objection(B, table), &because);

    let lodged = story.waits(6).does(objection(B, own));
    let objection = story.year().objection(lodged).unwrap();
    assert!(objection.mark.timeliness.late, "five days after the score");
    assert_eq!(objection.ruling_due, Some(story.received.day().plus_days(7).end()));
    story.waits(8).does(ruling(lodged, Outcome::Upheld));
    let (_, ruled) = story.year().objection(lodged).unwrap().ruling.unwrap();
    assert!(ruled.timeliness.late);
}

#[test]
fn nobody_rules_on_its_own_objection() {
    let mut story = scored();
    let (of_leader, of_deputy) = (score_of(&story, A, Scorer::Bloc), score_of(&story, B, Scorer::Bloc));
    let [leads, serves] =
        [(A, of_leader), (B, of_deputy)].map(|(unit, score)| story.does(objection(unit, score)));
    let conflict = |unit, scorer| Rejection::ConflictOfInterest { unit, scorer: Some(scorer) };
    story.acting_for(A).is_refused(ruling(leads, Outcome::Upheld), &conflict(A, B));
    story.acting_for(B).is_refused(ruling(serves, Outcome::Upheld), &conflict(B, A));
    let may = |role, id| story.may(role, ruling(id, Outcome::Upheld));
    assert_eq!(
        may(officer(B), leads).unwrap().delegation,
        None,
        "the deputy rules where the leader must not"
    );
    assert!(may(officer(A), serves).is_ok() && may(OFFICIAL, leads).is_ok());
    assert!(may(officer(B), serves).is_err(), "the leader answers for the bloc");
    assert!(may(officer(C), serves).is_err());
    story.acting_for(B).does(ruling(leads, Outcome::Dismissed));
}
