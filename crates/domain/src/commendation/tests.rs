//! Dossiers told as stories: given a year, when someone asks, then this follows.

mod checks;
mod properties;

use super::*;
use crate::{
    AchievementId, BlocId, DocumentNumber, EmulationYear, Event, EventId, GrantId, Name, Position, Remark,
    Sha256, Timestamp,
    person::PersonStanding,
    quota::{Counted, Ground},
    regulation::{award::PaperKind, sample},
    year::Year,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const A: UnitId = UnitId(Uuid::from_u128(0xA));
const B: UnitId = UnitId(Uuid::from_u128(0xB));
const C: UnitId = UnitId(Uuid::from_u128(0xC));
const STRANGER: UnitId = UnitId(Uuid::from_u128(0xF));
const BLOC: BlocId = BlocId(Uuid::from_u128(0xB10C));

fn remark(text: &str) -> Remark {
    Remark::new(text).unwrap()
}

fn number(text: &str) -> DocumentNumber {
    DocumentNumber::new(text).unwrap()
}

fn dossier(number: u128) -> CommendationId {
    CommendationId(Uuid::from_u128(0xD0_0000 + number))
}

fn paper(kind: PaperKind) -> Paper {
    Paper { kind, number: None, sha256: Some(Sha256([7; 32])) }
}

/// A year of a bloc of three, and its dossiers.
#[derive(Clone)]
struct Story {
    year: Option<Year>,
    dossiers: BTreeMap<CommendationId, Commendation>,
    members: Vec<UnitId>,
    at: u64,
    received: Timestamp,
}

impl Story {
    /// A year under a regulation with these rules of awards.
    fn with(awards: Value) -> Self {
        let received = "2025-01-10T02:00:00Z".parse().unwrap();
        let mut story =
            Self { year: None, dossiers: BTreeMap::new(), members: vec![A, B, C], at: 0, received };
        let regulation = sample::edited(&[("/awards", awards)]);
        story.happened("year.opened", &json!({"bloc": BLOC, "year": 2024}));
        story.happened("year.leadership_recorded", &json!({"leader": A, "deputy": B}));
        story.happened("year.regulation_adopted", &json!({"version": 1, "regulation": regulation}));
        story
    }

    /// One award, the provincial flag, under this rule.
    fn of_flags(rule: Value) -> Self {
        let mut rule = rule;
        rule["award"] = json!("PROVINCE_FLAG");
        Self::with(json!([rule]))
    }

    fn mark(&mut self) -> Mark {
        self.at += 1;
        Mark {
            position: Position(self.at),
            id: EventId(Uuid::from_u128(0xE0_0000 + u128::from(self.at))),
            recorded_at: self.received,
            effective_on: self.received.day(),
            timeliness: Timeliness::default(),
        }
    }

    /// A fact of the year, as the log writes it.
    fn happened(&mut self, kind: &str, data: &Value) -> EventId {
        let written = format!(r#"{{"type":"{kind}","data":{data}}}"#);
        let Event::Year(event) = serde_json::from_str(&written).unwrap() else { panic!("{kind}") };
        let Mark { position, id, recorded_at, effective_on, .. } = self.mark();
        let fact = Recorded { position, id, recorded_at, effective_on, event: &event };
        self.year = Year::evolve(self.year.take(), fact);
        id
    }

    /// A ranking with these units, first rank first.
    fn ranked(&mut self, units: &[UnitId]) -> EventId {
        let row = |(unit, rank): (&UnitId, u16)| json!({"unit": unit, "rank": rank, "tied": false, "total": "90", "contents": "90", "bonus": "0", "penalty": "0"});
        let rows: Vec<_> = units.iter().zip(1..).map(row).collect();
        let data = json!({"regulation_version": 1, "rows": rows, "leading_unit": units.first()});
        self.happened("year.ranking_adopted", &data)
    }

    fn around(&self, id: CommendationId, achievement: Option<AchievementId>) -> Circumstances {
        let year = self.year.clone().map(Arc::new);
        let considered = |unit: &UnitId| {
            year.as_ref().and_then(|y| y.unit(*unit)).is_none_or(|known| known.exclusion.is_none())
        };
        let leading =
            year.iter().filter_map(|y| y.ranking.as_ref()?.leading_unit).map(|unit| (BLOC, unit)).collect();
        let counted =
            |(id, dossier): (&CommendationId, &Commendation)| Counted::of(*id, dossier, Position(0));
        let others = self.dossiers.iter().filter(|(other, dossier)| {
            **other != id && achievement.is_some() && dossier.proposal.achievement == achievement
        });
        Circumstances {
            received: self.received,
            effective_on: self.received.day(),
            bloc_exists: true,
            ground: Ground {
                members: self.members.clone(),
                considered: self.members.iter().filter(|unit| considered(unit)).copied().collect(),
                leading,
                dossiers: self.dossiers.iter().map(counted).collect(),
            },
            rewarded: others.filter_map(|(id, dossier)| Some((*id, dossier.awarded_by()?))).collect(),
            year,
        }
    }

    fn asks(&self, id: CommendationId, act: CommendationAct) -> Result<Vec<CommendationEvent>, Rejection> {
        let proposed = if let CommendationAct::Propose(act) = &act { act.achievement } else { None };
        let standing = self.dossiers.get(&id).and_then(|dossier| dossier.proposal.achievement);
        let achievement = standing.or(proposed);
        let circumstances = self.around(id, achievement);
        let by = Authority { grant: Some(GrantId(Uuid::nil())), unit: None, delegation: None };
        Commendation::decide(
            self.dossiers.get(&id),
            CommendationCommand { id, act, circumstances, person: PersonStanding::Unknown },
            &by,
        )
    }

    fn does(&mut self, id: CommendationId, act: CommendationAct) {
        let events = self.asks(id, act).expect("the act is accepted");
        self.takes(id, &events);
    }

    fn takes(&mut self, id: CommendationId, events: &[CommendationEvent]) {
        for event in events {
            let Mark { position, id: event_id, recorded_at, effective_on, .. } = self.mark();
            let fact = Recorded { position, id: event_id, recorded_at, effective_on, event };
            let after = Commendation::evolve(self.dossiers.remove(&id), fact);
            self.dossiers.extend(after.map(|dossier| (id, dossier)));
        }
    }

    fn refuses(&self, id: CommendationId, act: CommendationAct) -> Rejection {
        self.asks(id, act).expect_err("the act is refused")
    }

    /// A dossier up to its appraisal.
    fn appraised(&mut self, number: u128, award: AwardKind, unit: UnitId) -> CommendationId {
        let id = dossier(number);
        self.does(id, propose(award, unit));
        self.does(id, appraise());
        id
    }

    fn state(&self, id: CommendationId) -> CommendationState {
        self.dossiers[&id].state()
    }

    fn findings(&self, id: CommendationId) -> Vec<Finding> {
        let dossier = &self.dossiers[&id];
        dossier.eligibility(&self.around(id, dossier.proposal.achievement))
    }
}

fn propose_with(award: AwardKind, unit: UnitId, change: impl FnOnce(&mut Propose)) -> CommendationAct {
    let year = EmulationYear::new(2024).unwrap();
    let recipient = Recipient::Unit(unit);
    let mut act =
        Propose { bloc: BLOC, year, award, recipient, achievement: None, papers: Vec::new(), summary: None };
    change(&mut act);
    CommendationAct::Propose(act)
}

fn propose(award: AwardKind, unit: UnitId) -> CommendationAct {
    propose_with(award, unit, |_| {})
}

fn appraise() -> CommendationAct {
    CommendationAct::Appraise(Appraised { finding: AppraisalFinding::Meets, reason: None })
}

fn votes(in_favour: u16, against: u16, cut: Option<&str>) -> CastByCouncil {
    CastByCouncil {
        members: 10,
        present: 8,
        written_opinions: 1,
        in_favour,
        against,
        minutes: number("12/BB-HĐTĐKT"),
        cut: cut.map(remark),
    }
}

fn vote(in_favour: u16, against: u16) -> CommendationAct {
    CommendationAct::CouncilVote(votes(in_favour, against, None))
}

fn exceed() -> CommendationAct {
    CommendationAct::OverrideQuota(OverrideQuota {
        reason: remark("Khối nhỏ, thành tích đặc biệt xuất sắc"),
        minutes: number("13/BB-HĐTĐKT"),
    })
}

fn decide_on(date: &str) -> CommendationAct {
    CommendationAct::Decide(Decide {
        number: number("512/QĐ-UBND"),
        date: date.parse().unwrap(),
        signed_by: Name::new("Chủ tịch Ủy ban nhân dân tỉnh").unwrap(),
    })
}

fn publish() -> CommendationAct {
    let place = Name::new("Cổng thông tin điện tử tỉnh").unwrap();
    CommendationAct::Publish(Published { on: "2025-01-10".parse().unwrap(), place })
}

fn revoke() -> CommendationAct {
    CommendationAct::Revoke(Revoked {
        cause: RevocationCause::DishonestDeclaration,
        reason: remark("Kê khai không trung thực"),
        number: number("77/QĐ-UBND"),
        date: "2025-01-10".parse().unwrap(),
        signed_by: Name::new("Chủ tịch Ủy ban nhân dân tỉnh").unwrap(),
    })
}

const FLAG: AwardKind = AwardKind::ProvinceFlag;

fn eighty_per_cent() -> Value {
    json!({"percent": 80, "or_equal": true, "base": "members"})
}

#[test]
fn a_dossier_goes_from_the_proposal_to_the_publication_step_by_step() {
    let mut story = Story::of_flags(json!({"quota": {"count": 1}, "council": eighty_per_cent()}));
    let id = story.appraised(1, FLAG, A);
    let early = story.refuses(id, decide_on("2025-01-09"));
    assert!(
        matches!(early, Rejection::StateConflict { state: CommendationState::Appraised, .. }),
        "{early:?}"
    );
    story.does(id, vote(8, 1));
    assert_eq!(story.state(id), CommendationState::Approved);
    let (voted, _) = story.dossiers[&id].vote.clone().unwrap();
    assert_eq!((voted.base, voted.needed), (10, 8), "80 % of all ten members, not of the nine who took part");
    assert_eq!(voted.quota.map(|quota| (quota.allowed, quota.used)), Some((Some(1), 0)));
    story.does(id, decide_on("2025-01-09"));
    story.does(id, publish());
    assert_eq!(story.state(id), CommendationState::Published);
    let twice = story.refuses(id, publish());
    assert!(matches!(twice, Rejection::StateConflict { .. }), "{twice:?}");
}

#[test]
fn a_revoked_award_takes_no_more_acts_and_gives_its_place_back() {
    let mut story = Story::of_flags(json!({"quota": {"count": 1}}));
    let id = story.appraised(1, FLAG, A);
    let undecided = story.refuses(id, revoke());
    assert!(matches!(undecided, Rejection::StateConflict { .. }), "{undecided:?}");
    story.does(id, decide_on("2025-01-09"));
    let other = story.appraised(2, FLAG, B);
    let full = story.refuses(other, decide_on("2025-01-09"));
    assert!(
        matches!(full, Rejection::QuotaExhausted(_)),
        "no council votes here, so the decision takes: {full:?}"
    );
    story.does(id, revoke());
    for act in [publish(), revoke(), appraise(), exceed(), decide_on("2025-01-09"), vote(9, 0)] {
        let refusal = story.refuses(id, act);
        let ended = matches!(refusal, Rejection::StateConflict { state: CommendationState::Revoked, .. });
        assert!(ended, "{refusal:?}");
    }
    story.does(other, decide_on("2025-01-09"));
}

#[test]
fn the_rule_is_pinned_and_a_newer_one_changes_nothing() {
    let mut story = Story::of_flags(json!({"quota": {"count": 1}, "council": eighty_per_cent()}));
    let id = story.appraised(1, FLAG, A);
    let pinned = story.dossiers[&id].proposal.rule.clone();
    let newer = json!([{"award": "PROVINCE_FLAG", "quota": {"count": 0}}]);
    let regulation = sample::edited(&[("/awards", newer)]);
    story.happened("year.regulation_adopted", &json!({"version": 2, "regulation": regulation}));
    assert_eq!(story.dossiers[&id].proposal.rule, pinned);
    assert_eq!(story.dossiers[&id].proposal.regulation_version, 1);
    story.does(id, vote(8, 0));
    let later = story.appraised(2, FLAG, B);
    assert_eq!(story.dossiers[&later].proposal.regulation_version, 2);
    assert!(matches!(story.refuses(later, vote(8, 0)), Rejection::CouncilNotInRule(FLAG)));
}

#[test]
fn the_council_may_cut_what_has_the_votes_and_a_cut_dossier_takes_nothing() {
    let mut story = Story::of_flags(json!({"quota": {"count": 1}, "council": eighty_per_cent()}));
    let (cut, short) = (story.appraised(1, FLAG, A), story.appraised(2, FLAG, B));
    story.does(cut, CommendationAct::CouncilVote(votes(9, 0, Some("Đơn vị mới thành lập"))));
    story.does(short, vote(7, 2));
    let outcome = |id: CommendationId| story.dossiers[&id].vote.as_ref().unwrap().0.outcome;
    assert_eq!((outcome(cut), outcome(short)), (VoteOutcome::Cut, VoteOutcome::TooFewVotes));
    assert_eq!(story.state(cut), CommendationState::NotApproved);
    let third = story.appraised(3, FLAG, C);
    story.does(third, vote(8, 1));
    assert_eq!(story.state(third), CommendationState::Approved);
    story.does(dossier(4), propose(FLAG, A));
}

#[test]
fn the_second_flag_of_a_bloc_needs_the_councils_override_with_its_reason() {
    let mut story = Story::of_flags(json!({"quota": {"count": 1}, "council": eighty_per_cent()}));
    let (first, second) = (story.appraised(1, FLAG, A), story.appraised(2, FLAG, B));
    assert_eq!(story.refuses(second, exceed()), Rejection::QuotaNotExhausted(FLAG), "one is left");
    story.does(first, vote(9, 0));
    let Rejection::QuotaExhausted(quota) = story.refuses(second, vote(9, 0)) else { panic!("exhausted") };
    assert_eq!((quota.allowed, quota.used, quota.left()), (Some(1), 1, Some(0)));
    story.does(second, exceed());
    assert_eq!(story.refuses(second, exceed()), Rejection::QuotaNotExhausted(FLAG), "it stands already");
    story.does(second, vote(9, 0));
    let (voted, _) = story.dossiers[&second].vote.clone().unwrap();
    assert_eq!(voted.outcome, VoteOutcome::Approved);
    let quota = story.dossiers[&second].quota(&story.around(second, None)).unwrap();
    assert_eq!((quota.used, quota.beyond, quota.is_respected()), (1, 1, Some(true)));
}

#[test]
fn what_cannot_be_proposed_is_refused_with_its_reason() {
    let mut story = Story::with(json!([{"award": "PROVINCE_FLAG"}, {"award": "ADVANCED_WORKER"}]));
    let refused = |story: &Story, act| story.refuses(dossier(9), act);
    assert_eq!(
        refused(&story, propose(AwardKind::GovFlag, A)),
        Rejection::AwardNotRegulated(AwardKind::GovFlag)
    );
    let worker = AwardKind::AdvancedWorker;
    assert_eq!(refused(&story, propose(worker, A)), Rejection::AwardForPersons(worker));
    assert_eq!(refused(&story, propose(FLAG, STRANGER)), Rejection::NotAMember(STRANGER));
    story.does(dossier(1), propose(FLAG, A));
    let there = Rejection::AlreadyExists(Thing::Commendation(dossier(1)));
    assert_eq!(refused(&story, propose(FLAG, A)), there, "one dossier for one unit, award and year");
    assert_eq!(story.refuses(dossier(1), propose(FLAG, B)), there, "the id is taken");
    let unknown = Rejection::Unknown(Thing::Commendation(dossier(9)));
    for act in [appraise(), exceed(), vote(9, 0), decide_on("2025-01-09"), publish(), revoke()] {
        assert_eq!(refused(&story, act), unknown);
    }
    story.year = None;
    let year = EmulationYear::new(2024).unwrap();
    assert_eq!(refused(&story, propose(FLAG, B)), Rejection::Unknown(Thing::Year(year)));
}

#[test]
fn a_vote_that_does_not_add_up_and_a_date_ahead_are_refused() {
    let mut story = Story::of_flags(json!({"council": eighty_per_cent()}));
    let id = story.appraised(1, FLAG, A);
    let bent = |change: fn(&mut CastByCouncil)| {
        let mut cast = votes(8, 1, None);
        change(&mut cast);
        CommendationAct::CouncilVote(cast)
    };
    let impossible: [fn(&mut CastByCouncil); 4] = [
        |c| c.members = 8,
        |c| c.against = 2,
        |c| c.in_favour = u16::MAX,
        |c| {
            (c.present, c.written_opinions, c.in_favour, c.against) = (0, 0, 0, 0);
        },
    ];
    for change in impossible {
        let refusal = story.refuses(id, bent(change));
        assert!(matches!(refusal, Rejection::VoteDoesNotAddUp { .. }), "{refusal:?}");
    }
    story.does(id, vote(8, 1));
    let ahead = story.refuses(id, decide_on("2025-01-11"));
    assert!(matches!(ahead, Rejection::ImpossibleDate { .. }), "{ahead:?}");
}

#[test]
fn the_share_of_the_council_is_counted_over_the_base_the_rule_names() {
    for (base, needed) in [("members", 8), ("took_part", 8), ("valid", 7)] {
        let majority = json!({"percent": 80, "or_equal": true, "base": base});
        let mut story = Story::of_flags(json!({"council": majority}));
        let id = story.appraised(1, FLAG, A);
        story.does(id, vote(7, 1));
        let (voted, _) = story.dossiers[&id].vote.clone().unwrap();
        assert_eq!((voted.needed, voted.outcome == VoteOutcome::Approved), (needed, needed == 7), "{base}");
    }
}

#[test]
fn the_leader_and_the_official_may_propose_and_only_the_official_goes_on() {
    let story = Story::of_flags(json!({}));
    let client = crate::ClientId::new("hoi-a").unwrap();
    let may = |role: Role, act: &CommendationAct| {
        let rights = Rights { client: &client, held: vec![(GrantId(Uuid::nil()), role)] };
        let circumstances = story.around(dossier(1), None);
        let command = CommendationCommand {
            id: dossier(1),
            act: act.clone(),
            circumstances,
            person: PersonStanding::Unknown,
        };
        let mut known = story.clone();
        known.does(dossier(1), propose(FLAG, A));
        Commendation::permits(&rights, known.dossiers.get(&dossier(1)), &command).is_ok()
    };
    let officer = |unit| Role::UnitOfficer { unit };
    let official = |bloc| Role::Official { bloc };
    let elsewhere = BlocId(Uuid::from_u128(0xE15E));
    for (role, proposes, decides) in [
        (officer(A), true, false),
        (officer(B), true, false),
        (officer(C), false, false),
        (official(Some(BLOC)), true, true),
        (official(None), true, true),
        (official(Some(elsewhere)), false, false),
        (Role::Registrar, false, false),
    ] {
        assert_eq!(may(role, &propose(FLAG, C)), proposes, "{role:?}");
        assert_eq!(may(role, &decide_on("2025-01-09")), decides, "{role:?}");
    }
}
