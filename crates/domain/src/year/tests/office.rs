//! The office of leader: by turns, by designation, barred units; vacancy, replacement, delegation, hand-over.

use super::*;

fn ruled(method: LeadershipMethod, order: &[UnitId], bars: bool) -> Regulation {
    let leadership =
        LeadershipRule { method, ballot: None, order: order.to_vec(), bars_excluded_last_year: bars };
    let mut regulation = Regulation { leadership, ..regulation() };
    regulation.procedure.retain(|rule| rule.step != Step::Leadership);
    regulation.procedure.insert(0, rule(Step::Leadership));
    regulation
}

fn elect(leader: UnitId, deputy: Option<UnitId>, reason: Option<&str>) -> YearAct {
    YearAct::ElectLeadership(ElectLeadership { leader, deputy, reason: reason.map(remark) })
}

/// The year before, in which some units were excluded.
fn last_year(excluded: &[UnitId]) -> Option<Arc<Year>> {
    let mut story = Story::opened();
    for unit in excluded {
        let (cause, reason) = (ExclusionCause::Misconduct, remark("Kết luận thanh tra"));
        story.does(YearAct::Exclude(UnitExcluded { unit: *unit, cause, reason }));
    }
    story.year.map(Arc::new)
}

#[test]
fn the_next_in_turn_leads_and_who_cannot_take_its_turn_is_skipped_with_the_reason() {
    // A leads; after it come C, then B.
    let turns = || ruled(LeadershipMethod::Rotation, &[B, A, C], true);
    let mut story = Story::regulated(turns());
    story.is_refused(elect(B, None, None), &Rejection::NotInTurn { named: B, next: C });
    story.does(elect(C, Some(B), None));
    assert_eq!(story.year().elected.as_ref().unwrap().method, Some(LeadershipMethod::Rotation));

    let mut barred = Story::regulated(turns());
    barred.before = last_year(&[C]);
    let because = Inadmissible::ExcludedLastYear;
    barred.is_refused(elect(C, None, None), &Rejection::CandidateNotAdmitted { unit: C, because });
    let events = barred.asks(elect(B, None, None)).unwrap();
    let YearEvent::LeadershipElected(elected) = &events[0] else { panic!("elected") };
    assert_eq!(elected.skipped, [Skipped { unit: C, because }]);
}

#[test]
fn passing_over_the_unit_in_turn_needs_a_reason_that_is_kept() {
    let mut story = Story::regulated(ruled(LeadershipMethod::Rotation, &[B, A, C], false));
    let events = story.asks(elect(B, None, Some("C đang sáp nhập"))).unwrap();
    let YearEvent::LeadershipElected(elected) = &events[0] else { panic!("elected") };
    assert_eq!(elected.reason, Some(remark("C đang sáp nhập")));
    story.takes(&events);

    let mut unwritten = Story::regulated(ruled(LeadershipMethod::Rotation, &[], false));
    unwritten.does(elect(B, None, None));
}

#[test]
fn an_exclusion_of_last_year_bars_only_where_the_regulation_says_so() {
    let mut story = Story::regulated(ruled(LeadershipMethod::Designation, &[], false));
    story.before = last_year(&[C]);
    story.does(elect(C, None, None));

    let mut elected = Story::ranked();
    elected.before = last_year(&[B]);
    let stand = |unit| {
        let (question, candidates) = (Question::NextLeader, vec![unit]);
        YearAct::OpenBallot(OpenBallot {
            ballot: ballot(2),
            question,
            candidates,
            reason: None,
            present: Vec::new(),
        })
    };
    assert!(elected.asks(stand(B)).is_ok(), "the regulation says nothing");
    let adopted = Arc::make_mut(elected.year.as_mut().unwrap().regulation.as_mut().unwrap());
    Arc::make_mut(&mut adopted.regulation).leadership.bars_excluded_last_year = true;
    let because = Inadmissible::ExcludedLastYear;
    elected.is_refused(stand(B), &Rejection::CandidateNotAdmitted { unit: B, because });
    elected.does(open(ballot(2), Question::NextLeader));
    assert_eq!(elected.year().ballot(ballot(2)).unwrap().candidates, [A, C]);
}

#[test]
fn only_the_body_above_designates() {
    let mut story = Story::regulated(ruled(LeadershipMethod::Designation, &[], false));
    assert!(story.may(OFFICIAL, elect(C, None, None)).is_ok());
    assert!(story.may(officer(A), elect(C, None, None)).is_err());
    let (cause, reason) = (ExclusionCause::Other, remark("Không xét"));
    story.does(YearAct::Exclude(UnitExcluded { unit: C, cause, reason }));
    let because = Inadmissible::Excluded;
    story.is_refused(elect(C, None, None), &Rejection::CandidateNotAdmitted { unit: C, because });
    story.is_refused(elect(A, Some(A), None), &Rejection::SameUnit(A));
    story.is_refused(elect(STRANGER, None, None), &Rejection::NotAMember(STRANGER));
    let turns = Story::regulated(ruled(LeadershipMethod::Rotation, &[], false));
    assert!(turns.may(officer(A), elect(C, None, None)).is_ok());
}

fn vacate(unit: UnitId) -> YearAct {
    YearAct::VacateLeadership(LeadershipVacated { unit, reason: remark("Đơn vị giải thể") })
}

fn replace(leader: UnitId, deputy: Option<UnitId>) -> YearAct {
    let reason = remark("Trưởng khối giải thể");
    YearAct::ReplaceLeadership(LeadershipReplaced { leader, deputy, method: None, reason })
}

#[test]
fn a_vacant_office_gives_no_rights_until_it_is_filled_and_who_held_it_stays_on_record() {
    let mut story = Story::regulated(regulation());
    let record = RecordLeadership { leader: C, deputy: None, method: None };
    story.is_refused(YearAct::RecordLeadership(record), &Rejection::AlreadyExists(Thing::Leader));
    story.is_refused(vacate(C), &Rejection::NotInOffice(C));
    story.does(vacate(A));
    story.is_refused(vacate(A), &Rejection::NotInOffice(A));
    assert!(story.may(officer(A), ADOPT_TABLE).is_err());
    let hold = || {
        let text = remark("Thống nhất");
        YearAct::HoldConsultation(ConsultationHeld { agreed: Vec::new(), text, correction: None })
    };
    assert!(story.may(officer(B), hold()).is_ok(), "the deputy presides while there is no leader");

    story.is_refused(replace(C, Some(C)), &Rejection::SameUnit(C));
    story.is_refused(replace(STRANGER, None), &Rejection::NotAMember(STRANGER));
    story.does(replace(C, Some(B)));
    assert_eq!((story.year().leader(), story.year().deputy()), (Some(C), Some(B)));
    assert_eq!(story.year().office.former[0].leader, A);
    assert!(story.may(officer(C), ADOPT_TABLE).is_ok() && story.may(officer(A), ADOPT_TABLE).is_err());
    assert!(story.may(officer(B), hold()).is_err(), "there is a leader again");
    for act in [vacate(C), replace(A, None)] {
        assert!(story.may(officer(C), act.clone()).is_err() && story.may(Role::Registrar, act).is_ok());
    }
    let mut nobody = Story::untold();
    nobody.does(YearAct::Open);
    nobody.is_refused(replace(C, None), &Rejection::Unknown(Thing::Leader));
}

fn delegate(from: &str, until: &str) -> YearAct {
    let (from, until) = (from.parse().unwrap(), until.parse().unwrap());
    YearAct::Delegate(Delegate { from, until, reason: None })
}

#[test]
fn under_a_delegation_the_deputy_acts_as_the_leader_and_its_acts_bear_the_mark() {
    // It is 30 June 2024.
    let mut story = Story::regulated(regulation());
    let draft = || {
        let regulation = Arc::new(regulation());
        YearAct::DraftRegulation(DraftRegulation { regulation, comments_until: None, note: None })
    };
    assert!(story.may(officer(B), draft()).is_err());
    let given = story.does(delegate("2024-07-02", "2024-07-04"));
    assert!(story.may(officer(B), draft()).is_err(), "it has not begun");
    story.waits(2);
    assert_eq!(story.may(officer(B), draft()).unwrap().delegation, Some(given));
    assert_eq!(story.may(officer(A), draft()).unwrap().delegation, None, "the leader may still act");
    assert_eq!(story.may(officer(B), registration(B)).unwrap().delegation, None, "in its own name");
    assert_eq!(story.may(officer(B), ADOPT_TABLE).unwrap().delegation, None, "a deputy may do this anyway");
    story.waits(3);
    assert!(story.may(officer(B), draft()).is_err(), "it is over");
    assert!(story.may(officer(B), delegate("2024-08-01", "2024-08-02")).is_err(), "nor can it prolong it");

    let (until, today) = ("2024-07-04".parse().unwrap(), story.received.day());
    story.is_refused(delegate("2024-07-02", "2024-07-04"), &Rejection::PeriodOver { until, today });
    let (until, today) = ("2024-08-01".parse().unwrap(), "2024-08-02".parse().unwrap());
    story.is_refused(delegate("2024-08-02", "2024-08-01"), &Rejection::PeriodOver { until, today });
    story.does(vacate(B));
    story.is_refused(delegate("2024-08-01", "2024-08-02"), &Rejection::Unknown(Thing::Deputy));
    story.does(vacate(A));
    story.is_refused(delegate("2024-08-01", "2024-08-02"), &Rejection::Unknown(Thing::Leader));
}

#[test]
fn the_banner_is_handed_to_the_next_leader_once() {
    let mut story = Story::regulated(ruled(LeadershipMethod::Rotation, &[A, C, B], false));
    let hand_over = || {
        let banner = Some(Name::new("Cờ luân lưu cụm trưởng").unwrap());
        YearAct::HandOver(HandOver { on: "2024-12-24".parse().unwrap(), banner, note: None })
    };
    let early = Rejection::OutOfOrder { step: Step::Leadership, missing: vec![Step::Leadership.into()] };
    story.is_refused(hand_over(), &early);
    story.does(elect(C, None, None));
    assert!(story.may(officer(A), hand_over()).is_ok() && story.may(officer(C), hand_over()).is_err());
    story.does(hand_over());
    let (handed, _) = story.year().office.handed_over.clone().unwrap();
    assert_eq!((handed.from, handed.to), (A, C));
    story.is_refused(hand_over(), &Rejection::AlreadyExists(Thing::HandOver));
}
