//! Each check of a dossier: passed, failed, not asked for, unknown, with the facts behind it.

use super::*;
use crate::regulation::Step;

/// A story whose flag asks for one check, by no stage: it is shown and stops nothing.
fn shown(check: &Value) -> Story {
    Story::of_flags(json!({"checks": [{"check": check}], "council": eighty_per_cent()}))
}

/// What the one check of a dossier for A comes to, and the facts behind it.
fn answered(story: &Story) -> (CheckOutcome, Because, Vec<EventId>) {
    let mut story = story.clone();
    if !story.dossiers.contains_key(&dossier(1)) {
        story.does(dossier(1), propose(FLAG, A));
    }
    let finding = story.findings(dossier(1)).remove(0);
    (finding.outcome, finding.because, finding.facts.iter().map(|mark| mark.id).collect())
}

fn late(due: &str) -> Value {
    json!({"due": due, "late": true})
}

#[test]
fn registered_in_time() {
    let mut story = shown(&json!("registered_in_time"));
    let step = Step::Registration;
    assert_eq!(answered(&story), (CheckOutcome::Failed, Because::NotTaken(step), vec![]));
    let due = "2024-03-31T16:59:59.999Z";
    let fact = story.happened("year.registration_filed", &json!({"unit": A, "timeliness": late(due)}));
    let because = Because::TakenLate(step, due.parse().unwrap());
    assert_eq!(answered(&story), (CheckOutcome::Failed, because, vec![fact]));
    let fact = story.happened("year.registration_filed", &json!({"unit": A, "timeliness": {"late": false}}));
    assert_eq!(answered(&story), (CheckOutcome::Passed, Because::Taken(step, None), vec![fact]));
}

#[test]
fn pledge_signed() {
    let mut story = shown(&json!("pledge_signed"));
    assert_eq!(answered(&story).0, CheckOutcome::Failed);
    let fact = story.happened("year.pledge_signed", &json!({"unit": A, "timeliness": {"late": false}}));
    assert_eq!(answered(&story), (CheckOutcome::Passed, Because::Taken(Step::Pledge, None), vec![fact]));
}

#[test]
fn both_reports_in_time() {
    let mut story = shown(&json!("reports_in_time"));
    assert_eq!(answered(&story).1, Because::NotTaken(Step::HalfYearReport));
    let report = |kind: &str| json!({"unit": A, "kind": kind, "timeliness": {"late": false}});
    let half = story.happened("year.report_filed", &report("half_year"));
    assert_eq!(answered(&story), (CheckOutcome::Failed, Because::NotTaken(Step::AnnualReport), vec![half]));
    let whole = story.happened("year.report_filed", &report("annual"));
    assert_eq!(answered(&story).2, vec![half, whole]);
    assert_eq!(answered(&story).0, CheckOutcome::Passed);
}

#[test]
fn attendance_is_unknown_until_minutes_say_who_was_there() {
    let mut story = shown(&json!("attended"));
    story.happened("year.conference_held", &json!({"kind": "midyear", "from": "2024-07-11"}));
    assert_eq!(answered(&story), (CheckOutcome::Unknown, Because::AttendanceNotRecorded, vec![]));
    let held = |units: &[UnitId]| json!({"kind": "year_end", "from": "2024-12-18", "attended": units});
    let there = story.happened("year.conference_held", &held(&[A, B]));
    assert_eq!(answered(&story), (CheckOutcome::Passed, Because::Attendance(1, 1), vec![there]));
    let absent = story.happened("year.conference_held", &held(&[B]));
    assert_eq!(answered(&story), (CheckOutcome::Failed, Because::Attendance(1, 2), vec![there, absent]));
}

#[test]
fn leading_unit_and_rank_are_unknown_before_the_ranking() {
    let mut leading = shown(&json!("leading_unit"));
    let mut ranked = shown(&json!({"rank_within": 1}));
    for story in [&leading, &ranked] {
        assert_eq!(answered(story), (CheckOutcome::Unknown, Because::NotYet(Step::Ranking), vec![]));
    }
    let (first, second) = (leading.ranked(&[A, B]), ranked.ranked(&[B, A]));
    assert_eq!(answered(&leading), (CheckOutcome::Passed, Because::Leads, vec![first]));
    assert_eq!(answered(&ranked), (CheckOutcome::Failed, Because::Rank(2, 1), vec![second]));
    let other = leading.ranked(&[B, A]);
    assert_eq!(answered(&leading), (CheckOutcome::Failed, Because::LeadsNot(Some(B)), vec![other]));
    ranked.ranked(&[B]);
    assert_eq!(answered(&ranked).1, Because::Unranked);
    let mut among_three = shown(&json!({"rank_within": 3}));
    among_three.ranked(&[B, C, A]);
    assert_eq!(answered(&among_three).0, CheckOutcome::Passed);
}

#[test]
fn the_ballot_ratio_is_counted_over_the_base_that_is_named() {
    for (base, of, outcome) in [
        ("electors", 10, CheckOutcome::Failed),
        ("cast", 9, CheckOutcome::Failed),
        ("valid", 8, CheckOutcome::Passed),
    ] {
        let majority = json!({"percent": 80, "or_equal": true, "base": base});
        let mut story = shown(&json!({"ballot_ratio": majority}));
        assert_eq!(answered(&story).1, Because::NotYet(Step::Ballot));
        let ballot = Uuid::from_u128(0xBA);
        story.happened(
            "year.ballot_opened",
            &json!({"ballot": ballot, "question": "leading_unit", "round": 1,
            "secrecy": "secret", "candidates": [A], "electors": [A, B, C]}),
        );
        let fact = story.happened(
            "year.ballot_closed",
            &json!({"ballot": ballot, "electors": 10, "cast": 9,
            "abstained": 1, "tally": [{"unit": A, "votes": 7}], "chosen": A}),
        );
        let (found, because, facts) = answered(&story);
        let Because::Votes { votes: 7, base: counted, .. } = because else { panic!("{because:?}") };
        assert_eq!((found, counted, facts), (outcome, of, vec![fact]), "7 votes over {base}");
    }
}

#[test]
fn an_excluded_unit_fails_by_the_fact_that_excluded_it() {
    let mut story = shown(&json!("not_excluded"));
    assert_eq!(answered(&story).0, CheckOutcome::Passed);
    let cause = json!({"unit": A, "cause": "misconduct", "reason": "Có tiêu cực"});
    let fact = story.happened("year.unit_excluded", &cause);
    assert_eq!(answered(&story), (CheckOutcome::Failed, Because::Excluded, vec![fact]));
}

#[test]
fn the_same_achievement_is_not_rewarded_twice() {
    let rule = |award: &str| json!({"award": award, "checks": [{"check": "achievement_not_rewarded", "by": "proposal"}]});
    let mut story = Story::with(json!([rule("PROVINCE_FLAG"), rule("CERT_COMMENDATION")]));
    let achievement = Some(AchievementId(Uuid::from_u128(0xAC)));
    let named = |award, unit| propose_with(award, unit, |act| act.achievement = achievement);
    let Rejection::NotEligible(findings) = story.refuses(dossier(1), propose(FLAG, A)) else { panic!() };
    assert_eq!(
        findings[0].because,
        Because::AchievementNotNamed,
        "who names none cannot be told from another"
    );
    story.does(dossier(1), named(FLAG, A));
    story.does(dossier(1), appraise());
    story.does(dossier(2), named(AwardKind::CertCommendation, A));
    assert_eq!(story.findings(dossier(2))[0].outcome, CheckOutcome::Passed, "nothing was awarded yet");
    story.does(dossier(1), decide_on("2025-01-09"));
    let finding = story.findings(dossier(2)).remove(0);
    assert_eq!(
        (finding.outcome, finding.because),
        (CheckOutcome::Failed, Because::RewardedBefore(dossier(1)))
    );
    story.does(dossier(2), appraise());
    assert!(matches!(story.refuses(dossier(2), decide_on("2025-01-09")), Rejection::NotEligible(_)));
    story.does(dossier(1), revoke());
    story.does(dossier(2), decide_on("2025-01-09"));
}

#[test]
fn the_legal_basis_is_judged_on_the_day_of_the_proposal() {
    let basis = |papers: Value| {
        let mut story =
            Story::of_flags(json!({"checks": [{"check": "legal_basis_valid"}], "legal_basis": papers}));
        story.does(dossier(1), propose(FLAG, A));
        let finding = story.findings(dossier(1)).remove(0);
        (finding.outcome, finding.because)
    };
    let law = json!({"number": "06/2022/QH15", "from": "2024-01-01"});
    let day = "2025-01-10".parse().unwrap();
    assert_eq!(basis(json!([law])), (CheckOutcome::Passed, Because::InForce(day)));
    let circular = json!({"number": "12/2019/TT-BNV", "from": "2019-11-04", "until": "2023-12-31"});
    let gone = Because::NotInForce(number("12/2019/TT-BNV"), day);
    assert_eq!(basis(json!([law, circular])), (CheckOutcome::Failed, gone));
    let undated = Because::ForceNotKnown(number("1174/QĐ-UBND"), day);
    assert_eq!(basis(json!([law, {"number": "1174/QĐ-UBND"}])), (CheckOutcome::Unknown, undated));
    assert_eq!(basis(json!([])).0, CheckOutcome::Unknown);
}

#[test]
fn papers_that_are_missing_are_named_until_they_are_added() {
    let three = json!({"dossier_complete": ["submission", "council_minutes", "achievement_report"]});
    let mut story =
        Story::of_flags(json!({"checks": [{"check": three, "by": "council"}], "council": eighty_per_cent()}));
    let id = dossier(1);
    story.does(id, propose_with(FLAG, A, |act| act.papers = vec![paper(PaperKind::Submission)]));
    story.does(id, appraise());
    let Rejection::NotEligible(findings) = story.refuses(id, vote(9, 0)) else { panic!("incomplete") };
    let missing = vec![PaperKind::CouncilMinutes, PaperKind::AchievementReport];
    assert_eq!(findings[0].because, Because::PapersMissing(missing.clone()));
    story.does(id, CommendationAct::AddPapers(missing.into_iter().map(paper).collect()));
    story.does(id, vote(9, 0));
    assert_eq!(story.findings(id)[0].because, Because::PapersComplete);
}

#[test]
fn too_few_votes_are_recorded_even_for_a_dossier_that_is_not_complete() {
    let one = json!({"dossier_complete": ["submission"]});
    let mut story =
        Story::of_flags(json!({"checks": [{"check": one, "by": "council"}], "council": eighty_per_cent()}));
    let id = story.appraised(1, FLAG, A);
    story.does(id, vote(1, 8));
    assert_eq!(story.state(id), CommendationState::NotApproved);
}

#[test]
fn the_days_of_publicity_are_counted_from_the_first() {
    let mut story = shown(&json!({"publicity_passed": 5}));
    story.does(dossier(1), propose(FLAG, A));
    assert_eq!(answered(&story), (CheckOutcome::Failed, Because::NotPublic, vec![]));
    for (from, outcome) in [("2025-01-06", CheckOutcome::Failed), ("2025-01-05", CheckOutcome::Passed)] {
        let mut public = story.clone();
        let place = Name::new("Trang thông tin của Sở Nội vụ").unwrap();
        let opened = PublicityOpened { from: from.parse().unwrap(), place };
        public.does(dossier(1), CommendationAct::OpenPublicity(opened));
        assert_eq!(answered(&public).0, outcome, "five days from {from}, seen on 10 January");
    }
}

#[test]
fn the_councils_vote_is_unknown_until_it_was_held() {
    let mut story = shown(&json!("council_approved"));
    story.does(dossier(1), propose(FLAG, A));
    assert_eq!(answered(&story).1, Because::NotVoted(None));
    story.does(dossier(1), appraise());
    assert_eq!(answered(&story).1, Because::NotVoted(Some(AppraisalFinding::Meets)));
    let mut refused = story.clone();
    refused.does(dossier(1), vote(2, 7));
    assert_eq!(answered(&refused).1, Because::NotApproved(VoteOutcome::TooFewVotes));
    story.does(dossier(1), vote(9, 0));
    assert_eq!(answered(&story).0, CheckOutcome::Passed);
}

#[test]
fn what_is_asked_for_by_the_proposal_stops_it_and_names_every_check_at_once() {
    let by = |check: &str| json!({"check": check, "by": "proposal"});
    let checks = json!([by("leading_unit"), by("pledge_signed"), by("not_excluded"), {"check": "attended"}]);
    let mut story = Story::of_flags(json!({"checks": checks}));
    story.ranked(&[B, A]);
    let Rejection::NotEligible(findings) = story.refuses(dossier(1), propose(FLAG, A)) else { panic!() };
    let names: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(names, [CheckName::LeadingUnit, CheckName::PledgeSigned]);
    story.happened("year.pledge_signed", &json!({"unit": B, "timeliness": {"late": false}}));
    story.does(dossier(1), propose(FLAG, B));
}

#[test]
fn the_check_of_the_quota_is_there_without_being_asked_for() {
    let mut story = Story::of_flags(json!({"quota": {"count": 1}, "council": eighty_per_cent()}));
    let (first, second) = (story.appraised(1, FLAG, A), story.appraised(2, FLAG, B));
    let outcome = |story: &Story, id| story.findings(id).pop().map(|f| (f.check, f.outcome));
    assert_eq!(outcome(&story, second), Some((CheckName::QuotaLeft, CheckOutcome::Passed)));
    story.does(first, vote(9, 0));
    assert_eq!(
        outcome(&story, first),
        Some((CheckName::QuotaLeft, CheckOutcome::Passed)),
        "it has its place"
    );
    assert_eq!(outcome(&story, second), Some((CheckName::QuotaLeft, CheckOutcome::Failed)));
    story.does(second, exceed());
    assert_eq!(story.findings(second).pop().map(|f| f.because), Some(Because::BeyondQuota));
    let elsewhere = json!([{"bloc": "018bcfe5-6800-7000-8000-000000000001", "count": 2}]);
    let mut annex = Story::of_flags(json!({"quota": {"allotted": elsewhere}, "council": eighty_per_cent()}));
    let id = annex.appraised(1, FLAG, A);
    assert_eq!(
        outcome(&annex, id),
        Some((CheckName::QuotaLeft, CheckOutcome::Unknown)),
        "the annex is silent"
    );
    assert!(matches!(annex.refuses(id, vote(9, 0)), Rejection::QuotaExhausted(_)));
}
