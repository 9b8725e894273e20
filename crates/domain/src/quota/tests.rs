//! The numbers of real regulations, worked out by hand.

use super::*;
use crate::regulation::award::{Allotment, PercentRule, Remaining};
use proptest::prelude::*;
use uuid::Uuid;

const BLOC: BlocId = BlocId(Uuid::from_u128(0xB10C));
const ELSEWHERE: BlocId = BlocId(Uuid::from_u128(0xB10D));

fn unit(number: usize) -> UnitId {
    UnitId(Uuid::from_u128(0xA000 + number as u128))
}

fn units(count: usize) -> Vec<UnitId> {
    (0..count).map(unit).collect()
}

fn dossier(bloc: BlocId, award: AwardKind, number: usize, state: CommendationState) -> Counted {
    let id = CommendationId(Uuid::from_u128((award as u128) << 32 | number as u128));
    Counted { id, bloc, award, unit: unit(number), person: None, state, beyond: false, last: Position(0) }
}

fn rule(award: AwardKind, quota: QuotaRule) -> AwardRule {
    AwardRule { award, quota: Some(quota), checks: Vec::new(), council: None, legal_basis: Vec::new() }
}

fn percent(percent: u8, base: QuotaBase, rounding: QuotaRounding) -> QuotaRule {
    QuotaRule::Percent(PercentRule { percent, base, rounding })
}

fn after_flags(share: u8) -> AwardRule {
    let after = vec![AwardKind::GovFlag, AwardKind::ProvinceFlag];
    let base = QuotaBase::Remaining(Remaining { of: Pool::Members, after });
    rule(AwardKind::CertMeritProvinceChair, percent(share, base, QuotaRounding::Floor))
}

fn bloc_of(size: usize, dossiers: Vec<Counted>) -> Ground {
    Ground { members: units(size), considered: units(size), leading: Vec::new(), dossiers }
}

#[test]
fn twenty_per_cent_of_forty_eight_are_nine_and_of_sixty_nine_thirteen() {
    for (base, allowed) in [(48, 9), (69, 13), (5, 1), (4, 0), (0, 0)] {
        assert_eq!(Reckoning::new(20, base, 0, QuotaRounding::Floor).allowed(), allowed, "20 % of {base}");
    }
}

#[test]
fn the_same_share_is_another_number_by_each_way_of_rounding() {
    for (base, [floor, half_up, ceil]) in [(48, [9, 10, 10]), (61, [12, 12, 13]), (50, [10, 10, 10])] {
        let of = |rounding| Reckoning::new(20, base, 0, rounding).allowed();
        let all = [of(QuotaRounding::Floor), of(QuotaRounding::HalfUp), of(QuotaRounding::Ceil)];
        assert_eq!(all, [floor, half_up, ceil], "20 % of {base}");
    }
}

#[test]
fn a_bloc_of_nine_that_gives_two_flags_has_three_certificates() {
    let flags = vec![
        dossier(BLOC, AwardKind::GovFlag, 0, CommendationState::Decided),
        dossier(BLOC, AwardKind::ProvinceFlag, 1, CommendationState::Approved),
    ];
    let quota = after_flags(50).quota_on(&bloc_of(9, flags), BLOC).unwrap();
    let reckoning = quota.reckoning.unwrap();
    assert_eq!((reckoning.base, reckoning.taken, reckoning.exact_hundredths), (9, 2, 350));
    assert_eq!((quota.allowed, quota.left(), quota.allows_none_of_some()), (Some(3), Some(3), false));
}

#[test]
fn a_unit_with_both_flags_is_taken_away_once_and_a_flag_that_fell_not_at_all() {
    let dossiers = vec![
        dossier(BLOC, AwardKind::GovFlag, 0, CommendationState::Proposed),
        dossier(BLOC, AwardKind::ProvinceFlag, 0, CommendationState::Decided),
        dossier(BLOC, AwardKind::ProvinceFlag, 1, CommendationState::NotApproved),
        dossier(BLOC, AwardKind::ProvinceFlag, 2, CommendationState::Revoked),
        dossier(ELSEWHERE, AwardKind::ProvinceFlag, 3, CommendationState::Decided),
    ];
    let quota = after_flags(50).quota_on(&bloc_of(9, dossiers), BLOC).unwrap();
    assert_eq!(quota.reckoning.map(|reckoning| reckoning.taken), Some(1));
}

#[test]
fn a_bloc_of_five_with_one_flag_gets_no_certificate_and_is_warned() {
    let flag = vec![dossier(BLOC, AwardKind::ProvinceFlag, 0, CommendationState::Approved)];
    let quota = after_flags(20).quota_on(&bloc_of(5, flag), BLOC).unwrap();
    assert_eq!((quota.allowed, quota.allows_none_of_some()), (Some(0), true));
    assert_eq!(quota.reckoning.map(|reckoning| reckoning.exact_hundredths), Some(80));
}

#[test]
fn the_two_bases_of_the_governments_flag_give_two_numbers() {
    let mut ground = Ground::default();
    for number in 0..69 {
        let state = if number < 48 { CommendationState::Approved } else { CommendationState::NotApproved };
        let bloc = BlocId(Uuid::from_u128(number as u128));
        ground.leading.push((bloc, unit(number)));
        ground.dossiers.push(dossier(bloc, AwardKind::ProvinceFlag, number, state));
    }
    let of = |base| {
        let rule = rule(AwardKind::GovFlag, percent(20, base, QuotaRounding::Floor));
        rule.quota_on(&ground, BLOC).unwrap()
    };
    let decree = of(QuotaBase::MeetingStandard(AwardKind::ProvinceFlag));
    let letter = of(QuotaBase::LeadingUnits);
    assert_eq!((decree.allowed, letter.allowed), (Some(9), Some(13)), "48 meet the standard, 69 lead");
    assert_eq!((decree.scope, letter.scope), (QuotaScope::AllBlocs, QuotaScope::AllBlocs));
}

#[test]
fn an_annex_speaks_only_for_the_blocs_it_names() {
    let annex = QuotaRule::Allotted(vec![Allotment { bloc: BLOC, count: 2 }]);
    let rule = rule(AwardKind::ProvinceFlag, annex);
    let ground = bloc_of(7, Vec::new());
    assert_eq!(rule.quota_on(&ground, BLOC).unwrap().left(), Some(2));
    let elsewhere = rule.quota_on(&ground, ELSEWHERE).unwrap();
    assert_eq!((elsewhere.allowed, elsewhere.left(), elsewhere.is_respected()), (None, None, None));
}

#[test]
fn what_the_council_allowed_beyond_the_quota_takes_nothing_from_it() {
    let mut dossiers = vec![
        dossier(BLOC, AwardKind::ProvinceFlag, 0, CommendationState::Approved),
        dossier(BLOC, AwardKind::ProvinceFlag, 1, CommendationState::Published),
        dossier(BLOC, AwardKind::ProvinceFlag, 2, CommendationState::Appraised),
    ];
    dossiers[1].beyond = true;
    let quota =
        rule(AwardKind::ProvinceFlag, QuotaRule::Count(1)).quota_on(&bloc_of(9, dossiers), BLOC).unwrap();
    assert_eq!((quota.used, quota.beyond, quota.left()), (1, 1, Some(0)));
    assert_eq!(quota.is_respected(), Some(true));
}

proptest! {
    #[test]
    fn no_rounding_gives_more_than_the_base_and_they_keep_their_order(
        percent in 1..=100_u8, base in 0..10_000_u32, taken in 0..10_000_u32,
    ) {
        let of = |rounding| Reckoning::new(percent, base, taken, rounding).allowed();
        let (floor, half, ceil) = (of(QuotaRounding::Floor), of(QuotaRounding::HalfUp), of(QuotaRounding::Ceil));
        prop_assert!(floor <= half && half <= ceil && ceil <= floor + 1);
        prop_assert!(ceil <= base.saturating_sub(taken));
        prop_assert!(u64::from(floor) * 100 <= u64::from(base.saturating_sub(taken)) * u64::from(percent));
    }

    #[test]
    fn another_unit_in_the_base_never_lowers_the_quota(percent in 1..=100_u8, base in 0..10_000_u32) {
        let of = |base| Reckoning::new(percent, base, 0, QuotaRounding::HalfUp).allowed();
        prop_assert!(of(base) <= of(base + 1));
    }
}
