//! Whatever is asked in whatever order: what is accepted keeps the rules of the quota and of the stages.

use super::*;
use proptest::prelude::*;

/// An act picked blindly for one of four dossiers.
#[derive(Clone, Debug)]
enum Wish {
    Propose(u128, usize, bool),
    Appraise(u128),
    Exceed(u128),
    Vote(u128, u16, bool),
    Decide(u128),
    Publish(u128),
    Revoke(u128),
    Exclude(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    let id = 0..6_u128;
    prop_oneof![
        6 => (id.clone(), 0..3_usize, any::<bool>()).prop_map(|(id, unit, flag)| Wish::Propose(id, unit, flag)),
        5 => id.clone().prop_map(Wish::Appraise),
        2 => id.clone().prop_map(Wish::Exceed),
        6 => (id.clone(), 6..=9_u16, prop::bool::weighted(0.15)).prop_map(|(id, votes, cut)| Wish::Vote(id, votes, cut)),
        4 => id.clone().prop_map(Wish::Decide),
        2 => id.clone().prop_map(Wish::Publish),
        1 => id.prop_map(Wish::Revoke),
        1 => (0..3_usize).prop_map(Wish::Exclude),
    ]
}

const CERTIFICATE: AwardKind = AwardKind::CertMeritProvinceChair;

fn beginning() -> Story {
    let after = json!({"remaining": {"of": "considered", "after": ["PROVINCE_FLAG"]}});
    let percent = json!({"percent": {"percent": 50, "base": after, "rounding": "floor"}});
    Story::with(json!([
        {"award": "PROVINCE_FLAG", "quota": {"count": 1}, "council": eighty_per_cent(),
         "checks": [{"check": "not_excluded", "by": "proposal"}]},
        {"award": "CERT_MERIT_PROVINCE_CHAIR", "quota": percent, "council": eighty_per_cent()}
    ]))
}

impl Wish {
    fn act(&self) -> Option<(CommendationId, CommendationAct)> {
        Some(match *self {
            Self::Propose(id, unit, flag) => {
                (dossier(id), propose(if flag { FLAG } else { CERTIFICATE }, [A, B, C][unit]))
            }
            Self::Appraise(id) => (dossier(id), appraise()),
            Self::Exceed(id) => (dossier(id), exceed()),
            Self::Vote(id, in_favour, cut) => {
                let cut = cut.then_some("Hội đồng cắt");
                (dossier(id), CommendationAct::CouncilVote(votes(in_favour, 0, cut)))
            }
            Self::Decide(id) => (dossier(id), decide_on("2025-01-09")),
            Self::Publish(id) => (dossier(id), publish()),
            Self::Revoke(id) => (dossier(id), revoke()),
            Self::Exclude(_) => return None,
        })
    }
}

fn keeps_the_rules(story: &Story) -> Result<(), TestCaseError> {
    for dossier in story.dossiers.values() {
        let approved = dossier.vote.as_ref().is_some_and(|(vote, _)| vote.outcome == VoteOutcome::Approved);
        prop_assert!(dossier.decision.is_none() || approved, "decided and not approved");
        prop_assert!(dossier.publication.is_none() || dossier.decision.is_some());
        prop_assert!(dossier.revocation.is_none() || dossier.decision.is_some());
        if let Some((vote, _)) = dossier.vote.as_ref().filter(|_| approved) {
            let quota = vote.quota.as_ref().unwrap();
            prop_assert!(
                dossier.beyond_quota.is_some() || quota.left() > Some(0),
                "no place was left: {quota:?}"
            );
        }
    }
    let counted = |award: AwardKind| {
        let of_award = |d: &&Commendation| d.proposal.award == award && d.state().is_approved();
        story.dossiers.values().filter(of_award).filter(|d| d.beyond_quota.is_none()).count()
    };
    prop_assert!(counted(FLAG) <= 1, "more flags than there are");
    let mut units: Vec<_> = story
        .dossiers
        .values()
        .filter(|d| d.state().stands())
        .map(|d| (d.proposal.award, d.unit()))
        .collect();
    units.sort();
    let all = units.len();
    units.dedup();
    prop_assert_eq!(all, units.len(), "two dossiers of one unit for one award stand");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_accepted_sequence_keeps_the_rules_and_replays_to_the_same_dossiers(
        wishes in prop::collection::vec(wish(), 0..120),
    ) {
        let mut story = beginning();
        let mut facts: Vec<(CommendationId, u64, CommendationEvent)> = Vec::new();
        for wish in &wishes {
            let Some((id, act)) = wish.act() else {
                let Wish::Exclude(unit) = wish else { continue };
                let unit = [A, B, C][*unit];
                story.happened("year.unit_excluded", &json!({"unit": unit, "cause": "other", "reason": "Lý do"}));
                continue;
            };
            let before = story.dossiers.clone();
            match story.asks(id, act) {
                Ok(events) => {
                    facts.extend(events.iter().zip(story.at + 1..).map(|(event, at)| (id, at, event.clone())));
                    story.takes(id, &events);
                }
                Err(_) => prop_assert_eq!(&story.dossiers, &before, "a refusal changed a dossier"),
            }
            keeps_the_rules(&story)?;
        }
        let mut replayed: BTreeMap<CommendationId, Commendation> = BTreeMap::new();
        for (id, at, event) in &facts {
            let event_id = EventId(Uuid::from_u128(0xE0_0000 + u128::from(*at)));
            let day = story.received.day();
            let fact = Recorded {
                position: Position(*at), id: event_id, recorded_at: story.received, effective_on: day, event,
            };
            let after = Commendation::evolve(replayed.remove(id), fact);
            replayed.extend(after.map(|dossier| (*id, dossier)));
        }
        prop_assert_eq!(&replayed, &story.dossiers);
        // Dossiers that were written down are the same dossiers.
        let numbers = serde_brief::Config { use_indices: true, ..serde_brief::Config::default() };
        let written = serde_brief::to_vec_with_config(&replayed, numbers).unwrap();
        let read: BTreeMap<_, _> = serde_brief::from_slice_with_config(&written, numbers).unwrap();
        prop_assert_eq!(read, story.dossiers);
    }
}

#[test]
fn the_sequences_reach_awards_overrides_and_revocations() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let reached = std::cell::Cell::new([0_u32; 3]);
    runner
        .run(&prop::collection::vec(wish(), 120), |wishes| {
            let mut story = beginning();
            for wish in &wishes {
                let Some((id, act)) = wish.act() else { continue };
                if let Ok(events) = story.asks(id, act) {
                    story.takes(id, &events);
                }
            }
            let any = |has: fn(&Commendation) -> bool| u32::from(story.dossiers.values().any(has));
            let [published, beyond, revoked] = reached.get();
            reached.set([
                published + any(|d| d.publication.is_some()),
                beyond + any(|d| d.beyond_quota.is_some() && d.decision.is_some()),
                revoked + any(|d| d.revocation.is_some()),
            ]);
            Ok(())
        })
        .unwrap();
    assert!(reached.get().iter().all(|count| *count >= 5), "{:?} of 256 sequences", reached.get());
}
