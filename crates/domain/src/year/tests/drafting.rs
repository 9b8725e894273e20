//! Drafts, comments, adoption; and deadlines, which a new regulation is no way around.

use super::*;

fn with_drafting(days: u8) -> Regulation {
    Regulation { comment_days: Some(days), ..regulation() }
}

fn draft(regulation: Regulation) -> YearAct {
    let regulation = Arc::new(regulation);
    YearAct::DraftRegulation(DraftRegulation { regulation, comments_until: None, note: None })
}

fn comment(draft: u16, unit: UnitId, pointer: Option<&str>) -> YearAct {
    let pointer = pointer.map(|pointer| crate::Text::new(pointer).unwrap());
    YearAct::CommentDraft(DraftCommented { draft, unit, pointer, text: remark("Đề nghị nâng điểm") })
}

/// A bloc whose regulation gives ten days for comments on the next one.
fn with_a_rule() -> Story {
    Story::regulated(with_drafting(10))
}

#[test]
fn a_draft_is_laid_before_the_members_commented_on_and_adopted_by_its_number() {
    let mut story = with_a_rule();
    story.acting_for(A).does(draft(with_drafting(5)));
    let laid = story.year().draft(1).unwrap().clone();
    assert_eq!(laid.comments_until, Some(story.received.day().plus_days(10).end()), "the rule in force");
    assert_eq!(laid.drafted_by, Some(A));
    let until = laid.comments_until.unwrap();
    let open =
        |waiting: &[UnitId]| Rejection::CommentPeriodOpen { draft: 1, until, waiting: waiting.to_vec() };
    story.is_refused(YearAct::AdoptDraft(1), &open(&[B, C]));
    story.does(comment(1, B, Some("/sheet/parts/0/criteria/0/max")));
    story.does(comment(1, B, None));
    story.is_refused(YearAct::AdoptDraft(1), &open(&[C]));
    story.does(comment(1, C, None));
    story.does(YearAct::AdoptDraft(1));
    let adopted = story.year().regulation.clone().unwrap();
    assert_eq!((adopted.version, adopted.draft), (2, Some(1)));
    assert_eq!(story.year().draft(1).unwrap().adopted_as, Some(2));
    story.is_refused(comment(1, C, None), &Rejection::Ended(Thing::Draft(1)));
    story.is_refused(YearAct::AdoptDraft(1), &Rejection::Ended(Thing::Draft(1)));
}

#[test]
fn when_the_period_is_over_everyone_has_had_its_chance() {
    let mut story = with_a_rule();
    story.does(draft(regulation()));
    story.waits(10);
    assert!(matches!(story.asks(YearAct::AdoptDraft(1)), Err(Rejection::CommentPeriodOpen { .. })));
    story.waits(1).does(YearAct::AdoptDraft(1));
}

#[test]
fn without_a_rule_there_is_no_period_and_no_draft_is_needed() {
    let mut story = Story::regulated(regulation());
    story.does(YearAct::AdoptRegulation(Arc::new(regulation())));
    story.does(draft(regulation()));
    assert_eq!(story.year().draft(1).unwrap().comments_until, None);
    story.does(YearAct::AdoptDraft(1));
    assert_eq!(story.year().regulation.as_ref().unwrap().version, 3);
    let mut ruled = with_a_rule();
    ruled.is_refused(YearAct::AdoptRegulation(Arc::new(regulation())), &Rejection::DraftRequired);
}

#[test]
fn the_rule_of_the_year_before_holds_until_this_year_has_its_own() {
    let mut story = Story::opened();
    story.before = with_a_rule().year.map(Arc::new);
    story.is_refused(YearAct::AdoptRegulation(Arc::new(regulation())), &Rejection::DraftRequired);
    let until: Date = story.received.day().plus_days(30);
    let own = DraftRegulation {
        regulation: Arc::new(regulation()),
        comments_until: Some(until),
        note: Some(remark("Thêm tiêu chí chuyển đổi số")),
    };
    story.does(YearAct::DraftRegulation(own));
    assert_eq!(story.year().draft(1).unwrap().comments_until, Some(until.end()), "longer than the rule");
    story.does(draft(regulation()));
    assert_eq!(story.year().drafts.len(), 2, "drafts are numbered and kept");
}

#[test]
fn what_cannot_be_drafted_or_commented_is_refused() {
    let mut story = with_a_rule();
    let mut faulty = regulation();
    faulty.sheet.scale = points("70");
    assert!(matches!(story.asks(draft(faulty)), Err(Rejection::RegulationFaulty(_))));
    let today = story.received.day();
    let until = today.plus_days(-1);
    let late =
        DraftRegulation { regulation: Arc::new(regulation()), comments_until: Some(until), note: None };
    story.is_refused(YearAct::DraftRegulation(late), &Rejection::PeriodOver { until, today });
    story.is_refused(comment(1, B, None), &Rejection::Unknown(Thing::Draft(1)));
    story.is_refused(YearAct::AdoptDraft(1), &Rejection::Unknown(Thing::Draft(1)));
    story.does(draft(regulation()));
    story.is_refused(comment(1, STRANGER, None), &Rejection::NotAMember(STRANGER));
    story.is_refused(
        comment(1, B, Some("/sheet/nothing")),
        &Rejection::PointsNowhere("/sheet/nothing".into()),
    );
    let mut scored = Story::scored([(A, "45", "5"), (B, "40", "10"), (C, "50", "9")]);
    scored.is_refused(draft(regulation()), &Rejection::RegulationFrozen);

    assert!(story.may(officer(A), draft(regulation())).is_ok());
    assert!(story.may(officer(B), draft(regulation())).is_err(), "the deputy drafts for a leader alone");
    assert!(story.may(officer(C), comment(1, C, None)).is_ok());
    assert!(story.may(officer(A), comment(1, C, None)).is_err());
}

fn due_on(day: &str) -> Regulation {
    let day: Date = day.parse().unwrap();
    let text = day.to_string();
    let part = |at: std::ops::Range<usize>| text[at].parse::<i8>().unwrap();
    let mut regulation = regulation();
    let rule = regulation.procedure.iter_mut().find(|rule| rule.step == Step::Registration).unwrap();
    rule.deadline = Some(Deadline { month: part(5..7), day: part(8..10), year_offset: 0 });
    regulation
}

fn moves(step: Step, to: &str) -> YearAct {
    YearAct::ChangeDeadline(ChangeDeadline { step, to: to.parse().unwrap(), reason: remark("Mưa lũ") })
}

#[test]
fn before_it_passes_the_leader_moves_a_deadline_and_afterwards_only_the_body_above() {
    // It is 30 June; the registration is due on 15 July.
    let mut story = Story::regulated(due_on("2024-07-15"));
    story.acting_for(A).does(moves(Step::Registration, "2024-07-20"));
    let due: Timestamp = "2024-07-20T16:59:59.999Z".parse().unwrap();
    assert_eq!(story.year().due(Step::Registration), Some(due));
    assert_eq!(story.year().steps(&[A]).first().unwrap().due, Some(due));
    story.acting_for(A).does(moves(Step::Registration, "2024-07-10"));

    let due = story.year().due(Step::Registration).unwrap();
    story.waits(15).registers(A);
    story.waits(5).registers(B);
    assert!(story.year().unit(A).unwrap().registration.unwrap().timeliness.late);
    let over = Rejection::DeadlineOver { step: Step::Registration, due };
    story.acting_for(A).is_refused(moves(Step::Registration, "2024-08-01"), &over);
    story.acting_for(A).is_refused(YearAct::AdoptRegulation(Arc::new(due_on("2024-08-01"))), &over);

    story.does(moves(Step::Registration, "2024-07-16"));
    let (change, _) = story.year().deadlines.last().unwrap();
    assert_eq!((change.after_expiry, change.from, &change.benefited[..]), (true, Some(due), &[A][..]));
    let late = |unit| story.year().unit(unit).unwrap().registration.unwrap().timeliness.late;
    assert_eq!((late(A), late(B)), (false, true), "A came on 15 July, B on the 20th");
    assert_eq!(story.year().saved(Step::Registration, change.from, change.to), [A]);
    story.does(YearAct::AdoptRegulation(Arc::new(due_on("2024-08-01"))));
    assert_eq!(story.year().due(Step::Registration), Some("2024-08-01T16:59:59.999Z".parse().unwrap()));
}

#[test]
fn a_deadline_that_would_not_move_or_that_nobody_could_keep_is_refused() {
    let mut story = Story::regulated(due_on("2024-07-15"));
    let due = story.year().due(Step::Registration);
    let not_moved = |due, to: &str| Rejection::DeadlineNotMoved {
        step: Step::Registration,
        due,
        to: to.parse::<Date>().unwrap().end(),
    };
    story.is_refused(moves(Step::Registration, "2024-07-15"), &not_moved(due, "2024-07-15"));
    story.is_refused(moves(Step::Registration, "2024-06-29"), &not_moved(due, "2024-06-29"));
    let absent = moves(Step::PeerScore, "2024-09-01");
    story.is_refused(absent, &Rejection::NotInProcedure(Step::PeerScore));
    Story::opened().is_refused(moves(Step::Pledge, "2024-09-01"), &Rejection::Unknown(Thing::Regulation));
    story.does(moves(Step::Pledge, "2024-09-01"));
    assert_eq!(story.year().deadlines[0].0.from, None, "where there was none, one may be set");

    assert!(story.may(officer(A), moves(Step::Pledge, "2024-09-02")).is_ok());
    assert!(story.may(officer(B), moves(Step::Pledge, "2024-09-02")).is_err());
    assert!(story.may(officer(C), moves(Step::Pledge, "2024-09-02")).is_err());
    assert!(story.may(OFFICIAL, moves(Step::Pledge, "2024-09-02")).is_ok());
}
