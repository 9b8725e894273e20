//! Whatever is asked in whatever order: what is accepted keeps the rules of the year.

use super::*;
use crate::regulation::{Combine, Method, ScorerRule};
use proptest::{prelude::*, strategy::ValueTree};

const UNITS: [UnitId; 3] = [A, B, C];
const PANEL: UnitId = UnitId(Uuid::from_u128(0xD));

/// The regulation with every kind of scorer: peers on a criterion of their own, a panel on the penalty beside the state
/// body; equal totals are settled by lots.
fn with_every_scorer() -> Regulation {
    let mut regulation = regulation();
    let sheet = &mut regulation.sheet;
    sheet.parts[1].criteria.push(criterion("T2", "5", &[Scorer::Peer]));
    sheet.parts[2].criteria[0].scored_by = vec![Scorer::Official, Scorer::Panel];
    sheet.counts = vec![Scorer::Official, Scorer::Panel, Scorer::Peer, Scorer::Bloc];
    let combine = Some(Combine { method: Method::Mean, at_least: 1 });
    sheet.scorers = vec![ScorerRule { scorer: Scorer::Peer, name: None, combine, own_unit: false }];
    regulation.procedure = Step::ALL.into_iter().map(rule).collect();
    for rule in regulation.procedure.iter_mut().filter(|rule| !has_a_scorer(&rule.step)) {
        rule.required = false;
    }
    regulation.tie_breaks = vec![TieBreak::Lots];
    assert_eq!(regulation.check(), []);
    regulation
}

/// An act picked blindly; most are refused, those accepted make a year.
#[derive(Clone, Debug)]
enum Wish {
    Register(usize),
    Pledge(usize),
    Report(usize, ReportKind),
    Score(usize, Scorer, i64),
    /// Assigns the penalty to the panel, or relieves it.
    Assign(bool),
    /// Corrects the standing score, if there is one.
    Correct(usize, Scorer, i64),
    Exclude(usize),
    Table,
    Open(u128, Question),
    Vote(u128, usize, Option<usize>),
    Close(u128),
    Rank,
    /// Whoever the ballots chose, or somebody else.
    Elect(Option<usize>),
    /// Drafts, deadlines and the office of leader.
    Office(OfficeWish),
    /// Queries, objections, consultation and council.
    Review(ReviewWish),
    /// Time passes, in days.
    Wait(i64),
}

#[derive(Clone, Debug)]
enum OfficeWish {
    Draft,
    Comment(u16, usize),
    AdoptDraft(u16),
    /// Moves the deadline of the annual report to some day, by the leader or by the body above.
    Move(i32, bool),
    Vacate(usize),
    Replace(usize),
    Delegate(i32),
    HandOver,
}

#[derive(Clone, Debug)]
enum ReviewWish {
    /// Asks about the score that a scorer gave a unit.
    Query(usize, Scorer),
    /// The oldest query that waits is explained.
    Explain,
    /// Objects to the score that a scorer gave a unit.
    Object(usize, Scorer),
    /// The oldest objection that waits is ruled on, for this unit or the body above.
    Rule(Option<usize>, Outcome),
    /// Adopts the score table again, in the name of the latest ruling.
    Retable,
    /// Draws lots for the first units that share a rank.
    Lots,
    Consult(Option<usize>),
    Council(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    let (unit, ballot) = (0..3_usize, 1..4_u128);
    let scorer = prop::sample::select(Scorer::ALL.as_slice());
    let question =
        prop_oneof![Just(Question::LeadingUnit), Just(Question::NextLeader), Just(Question::NextDeputy)];
    let kind = prop_oneof![Just(ReportKind::HalfYear), Just(ReportKind::Annual)];
    prop_oneof![
        4 => unit.clone().prop_map(Wish::Register),
        4 => unit.clone().prop_map(Wish::Pledge),
        8 => (unit.clone(), kind).prop_map(|(unit, kind)| Wish::Report(unit, kind)),
        10 => (unit.clone(), scorer.clone(), 0..600_i64).prop_map(|(unit, scorer, n)| Wish::Score(unit, scorer, n)),
        2 => (unit.clone(), scorer, 0..600_i64).prop_map(|(unit, scorer, n)| Wish::Correct(unit, scorer, n)),
        2 => any::<bool>().prop_map(Wish::Assign),
        1 => unit.clone().prop_map(Wish::Exclude),
        6 => Just(Wish::Table),
        12 => (ballot.clone(), question).prop_map(|(ballot, question)| Wish::Open(ballot, question)),
        20 => (ballot.clone(), unit.clone(), prop::option::of(unit.clone())).prop_map(|(b, e, c)| Wish::Vote(b, e, c)),
        10 => ballot.prop_map(Wish::Close),
        6 => Just(Wish::Rank),
        4 => prop::option::of(unit).prop_map(Wish::Elect),
        1 => (0..40_i64).prop_map(Wish::Wait),
        4 => office_wish().prop_map(Wish::Office),
        8 => review_wish().prop_map(Wish::Review),
    ]
}

fn office_wish() -> impl Strategy<Value = OfficeWish> {
    use OfficeWish as W;
    let unit = 0..3_usize;
    prop_oneof![
        4 => Just(W::Draft),
        8 => (1..3_u16, unit.clone()).prop_map(|(draft, unit)| W::Comment(draft, unit)),
        4 => (1..3_u16).prop_map(W::AdoptDraft),
        4 => (-60..60_i32, any::<bool>()).prop_map(|(days, above)| W::Move(days, above)),
        1 => unit.clone().prop_map(W::Vacate),
        2 => unit.prop_map(W::Replace),
        2 => (-3..10_i32).prop_map(W::Delegate),
        4 => Just(W::HandOver),
    ]
}

fn review_wish() -> impl Strategy<Value = ReviewWish> {
    use ReviewWish as W;
    let unit = 0..3_usize;
    let scorer = || prop_oneof![Just(Scorer::Itself), Just(Scorer::Bloc)];
    let outcome = prop_oneof![Just(Outcome::Upheld), Just(Outcome::Dismissed)];
    prop_oneof![
        (unit.clone(), scorer()).prop_map(|(unit, scorer)| W::Query(unit, scorer)),
        Just(W::Explain),
        (unit.clone(), scorer()).prop_map(|(unit, scorer)| W::Object(unit, scorer)),
        (prop::option::of(unit.clone()), outcome).prop_map(|(unit, outcome)| W::Rule(unit, outcome)),
        Just(W::Retable),
        Just(W::Lots),
        prop::option::of(unit.clone()).prop_map(W::Consult),
        unit.prop_map(W::Council),
    ]
}

impl Wish {
    fn act(&self, story: &mut Story) -> Option<YearAct> {
        Some(match *self {
            Self::Register(unit) => registration(UNITS[unit]),
            Self::Pledge(unit) => YearAct::SignPledge(UNITS[unit]),
            Self::Report(unit, kind) => report(UNITS[unit], kind),
            Self::Score(unit, scorer, tenths) => given(story, UNITS[unit], scorer, tenths, None),
            Self::Assign(relieved) => {
                let criteria = if relieved { Vec::new() } else { vec!["P1".parse().unwrap()] };
                YearAct::AssignPanel(AssignPanel { panel: PANEL, criteria })
            }
            Self::Correct(unit, scorer, tenths) => {
                let standing =
                    story.year().unit(UNITS[unit]).and_then(|u| u.score(scorer)).map(|score| score.mark.id);
                let correction = standing.map(|corrects| Correction {
                    corrects,
                    reason: remark("Chấm lại"),
                    ruling: None,
                });
                given(story, UNITS[unit], scorer, tenths, correction)
            }
            Self::Exclude(unit) => {
                let (unit, cause, reason) = (UNITS[unit], ExclusionCause::Other, remark("Lý do khác"));
                YearAct::Exclude(UnitExcluded { unit, cause, reason })
            }
            Self::Table => ADOPT_TABLE,
            Self::Open(number, question) => open(ballot(number), question),
            Self::Vote(number, elector, choice) => {
                let choice = choice.map_or(Choice::Abstain, |unit| Choice::For(UNITS[unit]));
                let receipt = ReceiptCode::from_random([u8::try_from(story.at % 251).unwrap(); 10]);
                YearAct::CastVote(CastVote {
                    ballot: ballot(number),
                    elector: UNITS[elector],
                    choice,
                    receipt,
                })
            }
            Self::Close(number) => YearAct::CloseBallot(CloseBallot { ballot: ballot(number) }),
            Self::Rank => ADOPT_RANKING,
            Self::Elect(somebody) => {
                let chosen = story.year().latest_ballot(Question::NextLeader).and_then(Ballot::chosen);
                let leader = somebody.map(|unit| UNITS[unit]).or(chosen).unwrap_or(A);
                YearAct::ElectLeadership(ElectLeadership { leader, deputy: None, reason: None })
            }
            Self::Wait(days) => {
                story.received = Timestamp::from_millis(story.received.millis() + days * 86_400_000);
                return None;
            }
            Self::Office(ref wish) => wish.act(story),
            Self::Review(ref wish) => return wish.act(story),
        })
    }
}

impl OfficeWish {
    fn act(&self, story: &mut Story) -> YearAct {
        let today = story.received.day();
        match *self {
            Self::Draft => {
                let regulation = Arc::new(with_every_scorer());
                let draft =
                    DraftRegulation { regulation, comments_until: Some(today.plus_days(3)), note: None };
                YearAct::DraftRegulation(draft)
            }
            Self::Comment(draft, unit) => {
                let (unit, text) = (UNITS[unit], remark("Góp ý"));
                YearAct::CommentDraft(DraftCommented { draft, unit, pointer: None, text })
            }
            Self::AdoptDraft(draft) => YearAct::AdoptDraft(draft),
            Self::Move(days, above) => {
                story.by = (!above).then_some(A);
                let (step, to, reason) = (Step::AnnualReport, today.plus_days(days), remark("Mưa lũ"));
                YearAct::ChangeDeadline(ChangeDeadline { step, to, reason })
            }
            Self::Vacate(unit) => YearAct::VacateLeadership(LeadershipVacated {
                unit: UNITS[unit],
                reason: remark("Giải thể"),
            }),
            Self::Replace(unit) => YearAct::ReplaceLeadership(LeadershipReplaced {
                leader: UNITS[unit],
                deputy: Some(UNITS[(unit + 1) % 3]),
                method: None,
                reason: remark("Thay Trưởng khối"),
            }),
            Self::Delegate(days) => {
                YearAct::Delegate(Delegate { from: today, until: today.plus_days(days), reason: None })
            }
            Self::HandOver => YearAct::HandOver(HandOver { on: today, banner: None, note: None }),
        }
    }
}

impl ReviewWish {
    /// The act; `None` where there is nothing to ask about.
    fn act(&self, story: &mut Story) -> Option<YearAct> {
        let text = remark("Theo hồ sơ");
        let score = |story: &Story, unit: usize, scorer| {
            story.year().unit(UNITS[unit]).and_then(|known| known.score(scorer)).map(|score| score.mark.id)
        };
        Some(match *self {
            Self::Query(unit, scorer) => {
                let score = score(story, unit, scorer)?;
                YearAct::QueryScore(QueryScore { score, criterion: None, asked_by: None, text })
            }
            Self::Object(unit, scorer) => {
                let (unit, against) = (UNITS[unit], score(story, unit, scorer)?);
                YearAct::LodgeObjection(LodgeObjection { unit, against, text, evidence: Vec::new() })
            }
            Self::Explain => {
                let query = story.year().queries.iter().find(|query| query.explained.is_none())?.mark.id;
                YearAct::ExplainScore(ExplainScore { query, text, evidence: Vec::new() })
            }
            Self::Rule(unit, outcome) => {
                story.by = unit.map(|unit| UNITS[unit]);
                let objection = story.year().objections.iter().find(|one| one.is_pending())?.mark.id;
                YearAct::RuleOnObjection(RuleOnObjection { objection, outcome, reason: text })
            }
            Self::Retable => {
                let corrects = story.year().score_table.as_ref()?.mark.id;
                let ruling = story.year().objections.iter().rev().find_map(|one| one.ruling);
                let ruling = ruling.map(|(_, mark)| mark.id);
                let correction = Some(Correction { corrects, reason: text, ruling });
                YearAct::AdoptScoreTable(AdoptScoreTable { correction })
            }
            Self::Lots => {
                let rows = story.year().rank(&story.year().score_table.as_ref()?.rows);
                let rank = rows.iter().find(|row| row.tied)?.rank;
                let mut order: Vec<_> =
                    rows.iter().filter(|row| row.rank == rank).map(|row| row.unit).collect();
                order.reverse();
                YearAct::BreakTie(BreakTie { order, by: Settlement::Lots { witnesses: vec![PANEL] } })
            }
            Self::Consult(unit) => {
                let agreed = unit.map(|unit| UNITS[unit]).into_iter().collect();
                YearAct::HoldConsultation(ConsultationHeld { agreed, text, correction: None })
            }
            Self::Council(cut) => {
                let change = CouncilChange { unit: UNITS[cut], effect: CouncilEffect::Cut, reason: text };
                YearAct::RecordCouncil(RecordCouncil {
                    council: Name::new("Hội đồng tỉnh").unwrap(),
                    vote: CouncilVote { members: 9, in_favour: 9, against: 0, in_writing: 0 },
                    changes: vec![change],
                    leading_unit: None,
                    correction: None,
                })
            }
        })
    }
}

/// Scores around what the sheet allows, by whoever may give them.
fn given(
    story: &mut Story,
    unit: UnitId,
    scorer: Scorer,
    tenths: i64,
    correction: Option<Correction>,
) -> YearAct {
    let other = if unit == A { B } else { A };
    let given_by = match scorer {
        Scorer::Peer => Some(other),
        Scorer::Panel => Some(PANEL),
        Scorer::Itself | Scorer::Bloc | Scorer::Official => None,
    };
    story.by = given_by.or(Some(if scorer == Scorer::Bloc { other } else { unit }));
    let points = Points::from_hundredths(tenths * 10);
    let entry = |id: &str, points| ScoreEntry {
        criterion: id.parse().unwrap(),
        points,
        evidence: Vec::new(),
        explanation: None,
    };
    let entries = match scorer {
        Scorer::Official | Scorer::Panel => vec![entry("P1", Points::from_hundredths(tenths % 90 * 10))],
        Scorer::Peer => vec![entry("T2", Points::from_hundredths(tenths % 60 * 10))],
        Scorer::Itself | Scorer::Bloc => {
            vec![
                entry("N1", points),
                entry("N2", Points::from_hundredths(tenths * 6)),
                entry("T1", Points::ZERO),
            ]
        }
    };
    YearAct::GiveScores(GiveScores { unit, scorer, given_by, month: None, entries, correction })
}

/// What holds in every year, whatever happened in it.
fn keeps_the_rules(story: &Story) -> Result<(), TestCaseError> {
    let year = story.year();
    for (unit, known) in &year.units {
        let scored = |scorer| known.score(scorer).is_some();
        let reported = known.half_year_report.is_some() && known.annual_report.is_some();
        prop_assert!(!scored(Scorer::Itself) || reported, "{unit} scored itself before it reported");
        prop_assert!(
            !scored(Scorer::Bloc) || scored(Scorer::Itself),
            "{unit} was scored before it scored itself"
        );
        let others = known.scores.iter().filter(|score| score.scorer != Scorer::Itself);
        let own = others.filter(|score| score.given_by == Some(*unit)).count();
        prop_assert_eq!(own, 0, "{} scored itself in another's place", unit);
    }
    if let Some(table) = &year.score_table {
        prop_assert!(table.rows.iter().all(|row| row.total == row.contents + row.bonus - row.penalty));
    }
    for ballot in &year.ballots {
        prop_assert!(ballot.votes.keys().all(|elector| ballot.electors.contains(elector)));
        if let Some((result, _)) = &ballot.result {
            let counted: u32 = result.tally.iter().map(|tally| tally.votes).sum();
            prop_assert_eq!(counted + result.abstained, result.cast);
            prop_assert_eq!(result.cast as usize, ballot.votes.len());
            prop_assert!(result.chosen.is_none_or(|unit| ballot.candidates.contains(&unit)));
        }
    }
    if let Some(ranking) = &year.ranking {
        prop_assert!(year.score_table.is_some(), "ranked before the score table");
        prop_assert!(ranking.rows.is_sorted_by(|a, b| a.rank <= b.rank && a.total >= b.total));
    }
    prop_assert!(year.elected.is_none() || year.ranking.is_some(), "elected before ranked");
    keeps_the_rules_beside(year)
}

/// What holds beside the steps.
fn keeps_the_rules_beside(year: &Year) -> Result<(), TestCaseError> {
    for unit in UNITS {
        if let (Some(account), Some(adopted)) = (year.account(unit), &year.regulation) {
            account::adds_up(&account, &year.evaluate(unit).unwrap(), &adopted.regulation.sheet)?;
        }
    }
    for draft in &year.drafts {
        prop_assert!(
            draft.adopted_as.is_none_or(|version| version >= 2),
            "the first was adopted without a draft"
        );
    }
    for (change, _) in &year.deadlines {
        prop_assert!(change.from != Some(change.to), "a deadline stayed where it was");
        prop_assert!(change.benefited.is_empty() || change.from.is_some_and(|from| from < change.to));
    }
    for (unit, known) in &year.units {
        let report = known.annual_report.map(|mark| (mark.timeliness, mark.recorded_at));
        let late = report.is_some_and(|(timeliness, at)| timeliness.due.is_some_and(|due| at > due));
        prop_assert_eq!(
            report.is_some_and(|(timeliness, _)| timeliness.late),
            late,
            "{} is late or not",
            unit
        );
    }
    for objection in &year.objections {
        let upheld = objection.ruling.is_some_and(|(outcome, _)| outcome == Outcome::Upheld);
        prop_assert!(upheld || objection.effects.is_empty(), "something followed from no ruling");
    }
    for query in &year.queries {
        let since = query.explained.map(|mark| mark.position);
        prop_assert!(since.is_none_or(|explained| explained > query.mark.position));
    }
    if let Some(council) = &year.council {
        prop_assert!(year.ranking.is_some(), "the council decided on nothing");
        let cut: Vec<_> = council.decided.changes.iter().map(|change| Some(change.unit)).collect();
        prop_assert!(!cut.contains(&council.decided.leading_unit), "a unit that was cut leads");
    }
    let presiding = [year.leader(), year.deputy()];
    prop_assert!(year.office.vacant.iter().all(|(unit, _)| !presiding.contains(&Some(*unit))));
    let handed = year.office.handed_over.as_ref().map(|(handed, _)| handed.to);
    prop_assert!(handed.is_none() || handed == year.elected.as_ref().map(|next| next.leader));
    Ok(())
}

/// Half of the sequences begin with everything scored, so that many come to tables, ballots and elections.
fn beginning(scored: bool) -> Story {
    if scored {
        Story::scored_under(with_every_scorer(), [(A, "45", "5"), (B, "40", "10"), (C, "50", "9")])
    } else {
        Story::regulated(with_every_scorer())
    }
}

/// The kinds of facts that some sequences come to.
fn reached(scored: bool, length: usize) -> std::collections::BTreeSet<&'static str> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    let wishes = prop::collection::vec(wish(), length);
    for _ in 0..96 {
        let wishes = wishes.new_tree(&mut runner).unwrap().current();
        let (mut story, mut facts) = (beginning(scored), Vec::new());
        for wish in &wishes {
            let Some(act) = wish.act(&mut story) else { continue };
            let vote = if let YearAct::CastVote(vote) = &act { Some(vote.clone()) } else { None };
            if story.asks_and_takes(act, &mut facts) {
                story.keeps_aside(vote);
            }
        }
        kinds.extend(facts.iter().map(|(.., event)| event.type_name()));
    }
    kinds
}

#[test]
fn every_kind_of_fact_but_the_founding_ones_happens_in_some_sequence() {
    let found: std::collections::BTreeSet<_> =
        reached(true, 220).union(&reached(false, 120)).copied().collect();
    let beginning = ["year.opened", "year.leadership_recorded", "year.conference_held"];
    let missing: Vec<_> =
        YearEvent::TYPES.iter().filter(|kind| !found.contains(*kind) && !beginning.contains(kind)).collect();
    assert!(missing.is_empty(), "never: {missing:?}");
}

#[test]
fn the_sequences_reach_the_end_of_the_year() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let reached = std::cell::Cell::new(0);
    runner
        .run(&prop::collection::vec(wish(), 320), |wishes| {
            let (mut story, mut facts) = (beginning(true), Vec::new());
            for wish in &wishes {
                let Some(act) = wish.act(&mut story) else { continue };
                let vote = if let YearAct::CastVote(vote) = &act { Some(vote.clone()) } else { None };
                if story.asks_and_takes(act, &mut facts) {
                    story.keeps_aside(vote);
                }
            }
            reached.set(reached.get() + u32::from(story.year().elected.is_some()));
            Ok(())
        })
        .unwrap();
    assert!(reached.get() >= 5, "only {} of 256 sequences elected a leader", reached.get());
}

impl Story {
    /// A secret vote's choice waits for the close of its ballot.
    fn keeps_aside(&mut self, vote: Option<CastVote>) {
        if let Some(CastVote { ballot, receipt, choice, .. }) =
            vote.filter(|vote| self.is_secret(vote.ballot))
        {
            self.waiting_of.entry(ballot).or_default().push(CountedChoice { receipt, choice });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_accepted_sequence_keeps_the_rules_and_replays_to_the_same_year(
        scored in any::<bool>(),
        wishes in prop::collection::vec(wish(), 0..220),
    ) {
        let mut story = beginning(scored);
        let mut facts = Vec::new();
        for wish in &wishes {
            let Some(act) = wish.act(&mut story) else { continue };
            let vote = if let YearAct::CastVote(vote) = &act { Some(vote.clone()) } else { None };
            let before = story.year.clone();
            if story.asks_and_takes(act, &mut facts) {
                story.keeps_aside(vote);
            } else {
                prop_assert_eq!(&story.year, &before, "a refusal changed the year");
            }
            keeps_the_rules(&story)?;
        }
        let replayed = facts.iter().fold(None, |year, (at, received, day, event)| {
            let id = EventId(Uuid::from_u128(0xE0_0000 + u128::from(*at)));
            let fact = Recorded { position: Position(*at), id, recorded_at: *received, effective_on: *day, event };
            Year::evolve(year, fact)
        });
        // The story begins with facts of its own; from its first wish on both must agree.
        let start = beginning(scored);
        let from_start = facts.iter().fold(start.year, |year, (at, received, day, event)| {
            let id = EventId(Uuid::from_u128(0xE0_0000 + u128::from(*at)));
            let fact = Recorded { position: Position(*at), id, recorded_at: *received, effective_on: *day, event };
            Year::evolve(year, fact)
        });
        prop_assert_eq!(&from_start, &story.year);
        // A year that was written down is the same year.
        let numbers = serde_brief::Config { use_indices: true, ..serde_brief::Config::default() };
        let written = serde_brief::to_vec_with_config(&story.year, numbers).unwrap();
        let read: Option<Year> = serde_brief::from_slice_with_config(&written, numbers).unwrap();
        prop_assert_eq!(read, from_start);
        // Without the founding fact nothing comes of the rest: what does not exist is not there.
        prop_assert!(replayed.is_none());
    }
}
