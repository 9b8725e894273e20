//! Ties that people settle, and ballots that count who is there.

use super::{
    givers::{by_peers, peer},
    *,
};
use crate::regulation::{Quorum, QuorumBase};

fn tied(tie_breaks: Vec<TieBreak>) -> Story {
    let mut regulation = by_peers();
    regulation.tie_breaks = tie_breaks;
    let mut story = Story::regulated(regulation);
    for unit in [A, B, C] {
        story.does(scores(unit, Scorer::Itself, &[("T1", "10")]));
    }
    for (giver, unit, n1) in
        [(A, B, "40"), (A, C, "40"), (B, A, "30"), (B, C, "30"), (C, A, "30"), (C, B, "20")]
    {
        let given = peer(&mut story, giver, unit, n1);
        story.does(given);
    }
    story.does(ADOPT_TABLE);
    story
}

fn settle(order: &[UnitId], by: Settlement) -> YearAct {
    YearAct::BreakTie(BreakTie { order: order.to_vec(), by })
}

fn lots() -> Settlement {
    Settlement::Lots { witnesses: vec![C] }
}

#[test]
fn what_no_number_tells_apart_is_settled_by_lots_before_witnesses_and_only_once() {
    let mut story = tied(vec![TieBreak::Lots]);
    let ranks = |story: &Story| {
        let rows = story.year().rank(&story.year().score_table.as_ref().unwrap().rows);
        rows.iter().map(|row| (row.unit, row.rank, row.tied)).collect::<Vec<_>>()
    };
    assert_eq!(ranks(&story), [(C, 1, false), (A, 2, true), (B, 2, true)]);
    story.is_refused(settle(&[C, A, B], lots()), &Rejection::NotTied(vec![C, A, B]));
    let meeting = Settlement::Meeting { reason: remark("Hội nghị thống nhất") };
    story.is_refused(settle(&[B, A], meeting), &Rejection::OtherTieBreak(vec![TieBreak::Lots]));
    story.does(settle(&[B, A], lots()));
    assert_eq!(ranks(&story), [(C, 1, false), (B, 2, false), (A, 3, false)]);
    story.is_refused(settle(&[A, B], lots()), &Rejection::NotTied(vec![A, B]));
    story.does(ADOPT_RANKING);
    assert_eq!(story.year().ranking.as_ref().unwrap().rows[1].unit, B);
}

#[test]
fn the_meeting_decides_with_its_reason_where_the_regulation_lets_it() {
    let mut story = tied(vec![TieBreak::Contents, TieBreak::Meeting]);
    let meeting = Settlement::Meeting { reason: remark("Đơn vị có mô hình được nhân rộng") };
    story.does(settle(&[B, A], meeting));
    let early = Story::regulated(by_peers()).asks(settle(&[A, B], lots())).unwrap_err();
    assert!(matches!(early, Rejection::OutOfOrder { step: Step::Ranking, .. }), "before the score table");
}

#[test]
fn a_ballot_opens_when_enough_are_there_and_a_majority_of_those_present_counts_them() {
    let mut rules = regulation();
    let ballot_rule = rules.ballot.as_mut().unwrap();
    ballot_rule.candidates = Candidates::Members;
    ballot_rule.quorum = Some(Quorum { percent: 50, base: QuorumBase::Members });
    ballot_rule.majority = Some(Majority { percent: 50, or_equal: false, base: MajorityBase::Present });
    rules.procedure.retain(|rule| {
        matches!(rule.step, Step::BlocScore | Step::ScoreTable | Step::Ballot | Step::Ranking)
    });
    rules.sheet.counts = vec![Scorer::Bloc];
    rules.sheet.parts.truncate(2);
    rules.leadership = LeadershipRule {
        method: LeadershipMethod::Designation,
        ballot: None,
        order: Vec::new(),
        bars_excluded_last_year: false,
    };
    for part in &mut rules.sheet.parts {
        part.criteria.iter_mut().for_each(|criterion| criterion.scored_by = vec![Scorer::Bloc]);
    }
    assert_eq!(rules.check(), []);
    let mut story = Story::regulated(rules);
    for (unit, by) in [(A, B), (B, A), (C, A)] {
        story.acting_for(by).does(scores(unit, Scorer::Bloc, &[("N1", "50"), ("N2", "40"), ("T1", "0")]));
    }
    story.does(ADOPT_TABLE);
    let open = |present: &[UnitId]| {
        let (ballot, question, candidates) = (ballot(1), Question::LeadingUnit, Vec::new());
        YearAct::OpenBallot(OpenBallot {
            ballot,
            question,
            candidates,
            present: present.to_vec(),
            reason: None,
        })
    };
    story.is_refused(open(&[]), &Rejection::PresentUnknown);
    story.is_refused(open(&[A, A]), &Rejection::NoQuorum { present: 1, least: 2 });
    story.is_refused(open(&[A, STRANGER]), &Rejection::NotAMember(STRANGER));
    story.does(open(&[A, B, C]));
    story.votes(ballot(1), A, Choice::For(B));
    story.votes(ballot(1), B, Choice::For(A));
    story.does(YearAct::CloseBallot(CloseBallot { ballot: ballot(1) }));
    assert_eq!(story.year().ballot(ballot(1)).unwrap().chosen(), None, "one of three present is no majority");
}

#[test]
fn a_quorum_is_never_rounded_down_and_its_base_is_named() {
    for (percent, base, least) in [
        (50, QuorumBase::Members, 5),
        (67, QuorumBase::Members, 7),
        (67, QuorumBase::Considered, 6),
        (100, QuorumBase::Considered, 8),
    ] {
        assert_eq!(Quorum { percent, base }.least(9, 8), least, "{percent} {base:?}");
    }
}
