//! What holds after any sequence.

use app::App;
use domain::{
    Envelope, Event, StreamId,
    regulation::{Regulation, Scorer, Step},
    year::{Question, Year, YearEvent},
};
use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    sync::Arc,
};
use views::{Book, Books};

/// Every rule that can be seen from outside.
pub fn hold(app: &App, facts: &[Envelope]) {
    gap_free(facts);
    let views = app.views();
    let streams: HashSet<StreamId> = facts.iter().map(|fact| fact.stream).collect();
    for stream in streams {
        if let StreamId::Year(bloc, year) = stream {
            let book = views.books.year(bloc, year).expect("a year with facts");
            in_order(facts.iter().filter(|fact| fact.stream == stream));
            of_year(&book.state);
        }
    }
}

/// Positions and versions have no gaps, and time never runs backwards.
fn gap_free(facts: &[Envelope]) {
    let mut versions = HashMap::new();
    for (index, fact) in facts.iter().enumerate() {
        let version: &mut u32 = versions.entry(fact.stream).or_default();
        *version += 1;
        assert_eq!((fact.position.0, fact.version.0), (index as u64, *version), "{fact:?}");
    }
    assert!(facts.is_sorted_by_key(|fact| fact.recorded_at));
}

/// No step is taken before those the regulation puts in front of it.
fn in_order<'f>(facts: impl Iterator<Item = &'f Envelope>) {
    let mut rules: Option<Arc<Regulation>> = None;
    let mut taken = HashSet::new();
    let mut excluded = HashSet::new();
    for fact in facts {
        let Event::Year(event) = &fact.event else { panic!("{fact:?} in the stream of a year") };
        if let YearEvent::RegulationAdopted(adopted) = event {
            rules = Some(Arc::clone(&adopted.regulation));
        }
        if let YearEvent::UnitExcluded(one) = event {
            excluded.insert(one.unit);
        }
        let Some((step, unit)) = step_of(event, facts_question) else { continue };
        if let Some(rules) = &rules {
            let before =
                rules.procedure.iter().take_while(|rule| rule.step != step).filter(|rule| rule.required);
            for rule in before {
                // What each unit does is asked of the unit whose step this is.
                let who = if rule.step.is_per_unit() { unit } else { None };
                if rule.step.is_per_unit() && unit.is_none() {
                    continue;
                }
                assert!(taken.contains(&(rule.step, who)), "{step:?} of {unit:?} before {:?}", rule.step);
            }
            assert!(unit.is_none_or(|unit| !excluded.contains(&unit)), "{unit:?} is excluded: {event:?}");
        }
        taken.insert((step, unit));
    }
}

/// Which ballots belong to the step that is called so.
fn facts_question(question: Question) -> Option<Step> {
    match question {
        Question::LeadingUnit => Some(Step::Ballot),
        Question::NextLeader | Question::NextDeputy => None,
    }
}

/// The step an event takes, and for which unit.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the steps are listed in the regulation; what is none stands beside them"
)]
fn step_of(
    event: &YearEvent,
    of: impl Fn(Question) -> Option<Step>,
) -> Option<(Step, Option<domain::UnitId>)> {
    Some(match event {
        YearEvent::RegistrationFiled(e) => (Step::Registration, Some(e.unit)),
        YearEvent::PledgeSigned(e) => (Step::Pledge, Some(e.unit)),
        YearEvent::ReportFiled(e) => (e.kind.step(), Some(e.unit)),
        YearEvent::ScoresGiven(e) => (e.scorer.step(), Some(e.unit)),
        YearEvent::ScoreTableAdopted(_) => (Step::ScoreTable, None),
        YearEvent::BallotOpened(e) => (of(e.question)?, None),
        YearEvent::RankingAdopted(_) => (Step::Ranking, None),
        YearEvent::LeadershipElected(_) => (Step::Leadership, None),
        _ => return None,
    })
}

/// What holds within a year.
fn of_year(year: &Year) {
    for (unit, known) in &year.units {
        let own = known.scores.iter().filter(|score| score.scorer == Scorer::Bloc);
        assert!(
            own.into_iter().all(|score| score.given_by != Some(*unit)),
            "{unit} scored itself for the bloc"
        );
    }
    if let Some(table) = &year.score_table {
        let rows = table.rows.clone();
        let ranks = year.rank(&rows);
        // Total: every unit once, nobody better behind anybody.
        assert_eq!(ranks.len(), rows.len());
        let units: HashSet<_> = ranks.iter().map(|row| row.unit).collect();
        assert_eq!(units.len(), rows.len());
        assert!(ranks.is_sorted_by(|a, b| a.rank <= b.rank && a.total >= b.total), "{ranks:?}");
        // Stable: the order in which the rows come changes nothing.
        let mut turned = rows;
        turned.reverse();
        assert_eq!(year.rank(&turned), ranks);
        let half = turned.len() / 2;
        turned.rotate_left(half);
        assert_eq!(year.rank(&turned), ranks);
    }
    for ballot in &year.ballots {
        assert!(ballot.votes.keys().all(|elector| ballot.electors.contains(elector)));
        if let Some((result, _)) = &ballot.result {
            let counted: u32 = result.tally.iter().map(|tally| tally.votes).sum();
            assert_eq!(counted + result.abstained, result.cast);
            assert_eq!(result.cast as usize, ballot.votes.len());
            assert!(result.chosen.is_none_or(|unit| ballot.candidates.contains(&unit)));
        }
    }
    assert!(year.ranking.is_none() || year.score_table.is_some(), "ranked before the score table");
}

/// Two sets of books tell the same of everything that ever happened.
pub fn same(live: &Books, again: &Books, facts: &[Envelope]) {
    let streams: HashSet<StreamId> = facts.iter().map(|fact| fact.stream).collect();
    for stream in streams {
        assert_eq!(live.tip(stream), again.tip(stream), "{stream:?}");
        match stream {
            StreamId::Bloc(id) => equal(live.bloc(id), again.bloc(id)),
            StreamId::Commendation(id) => equal(live.commendation(id), again.commendation(id)),
            StreamId::Grant(id) => equal(live.grant(id), again.grant(id)),
            StreamId::Log => equal(live.log(), again.log()),
            StreamId::Person(id) => equal(live.person(id), again.person(id)),
            StreamId::Unit(id) => equal(live.unit(id), again.unit(id)),
            StreamId::Year(bloc, year) => equal(live.year(bloc, year), again.year(bloc, year)),
        }
    }
}

fn equal<A: PartialEq + Debug>(live: Option<&Book<A>>, again: Option<&Book<A>>) {
    let (live, again) = (live.expect("a book"), again.expect("a book"));
    assert_eq!(live.state, again.state);
    assert_eq!((live.version, live.last, live.head), (again.version, again.last, again.head));
}
