use super::*;
use crate::{
    EventId, GrantId, Position, Remark, Timestamp,
    unit::{Registered, UnitKind},
};
use std::collections::BTreeMap;
use uuid::Uuid;

const BY: Authority = Authority { grant: Some(GrantId(Uuid::nil())), unit: None, delegation: None };
const A: BlocId = BlocId(Uuid::from_u128(1));
const B: BlocId = BlocId(Uuid::from_u128(2));
const UNIT: UnitId = UnitId(Uuid::from_u128(10));
const OTHER: UnitId = UnitId(Uuid::from_u128(11));

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn name(text: &str) -> LocalisedName {
    LocalisedName { vi: Name::new(text).unwrap(), en: None }
}

fn recorded<E>(event: &E, on: Date) -> Recorded<'_, E> {
    let recorded_at = Timestamp::from_millis(0);
    Recorded { position: Position(7), id: EventId(Uuid::nil()), recorded_at, effective_on: on, event }
}

/// A unit, ended on a day or not.
fn unit(ended: Option<&str>) -> Arc<Unit> {
    let registered =
        Registered { name: name("Hội"), kind: UnitKind::Association, place: None, identifiers: Vec::new() };
    let mut unit = Unit::evolve(None, recorded(&registered.into(), day("2010-01-01")));
    if let Some(on) = ended {
        let dissolved = crate::unit::Dissolved { reason: Remark::new("Giải thể").unwrap() };
        unit = Unit::evolve(unit, recorded(&dissolved.into(), day(on)));
    }
    Arc::new(unit.unwrap())
}

/// Blocs that know one another, and two units.
struct Story {
    blocs: BTreeMap<BlocId, Arc<Bloc>>,
    units: BTreeMap<UnitId, Arc<Unit>>,
}

impl Story {
    fn new() -> Self {
        let units = BTreeMap::from([(UNIT, unit(None)), (OTHER, unit(Some("2025-07-01")))]);
        let mut story = Self { blocs: BTreeMap::new(), units };
        for (bloc, called) in [(A, "Khối thi đua số 3"), (B, "Cụm thi đua số 1")] {
            let (kind, level) = (BlocKind::Khoi, Level::Province);
            let established =
                Established { name: name(called), kind, level, place: None, stated_size: None, note: None };
            story.does(bloc, "2018-01-01", BlocAct::Establish(established));
        }
        story
    }

    fn asks(&self, id: BlocId, on: &str, act: BlocAct) -> Result<Vec<BlocEvent>, Rejection> {
        let units = act.units().iter().map(|unit| (*unit, self.units.get(unit).cloned())).collect();
        let blocs = act.blocs().iter().map(|bloc| (*bloc, self.blocs.get(bloc).cloned())).collect();
        let around = |bloc: BlocId| self.blocs.get(&bloc).map(|bloc| bloc.within_from(day(on)).collect());
        let above =
            act.blocs().iter().filter_map(|bloc| around(*bloc)).flat_map(|above: Vec<_>| above).collect();
        let command = BlocCommand { id, act, effective_on: day(on), units, blocs, above };
        Bloc::decide(self.blocs.get(&id).map(AsRef::as_ref), command, &BY)
    }

    fn does(&mut self, id: BlocId, on: &str, act: BlocAct) {
        for event in self.asks(id, on, act).expect("the act is accepted") {
            let counterparts = event.counterparts(id);
            for (bloc, event) in [(id, event)].into_iter().chain(counterparts) {
                let before = self.blocs.remove(&bloc).map(Arc::unwrap_or_clone);
                let after = Bloc::evolve(before, recorded(&event, day(on))).unwrap();
                self.blocs.insert(bloc, Arc::new(after));
            }
        }
    }

    fn members(&self, bloc: BlocId, on: &str) -> Vec<UnitId> {
        self.blocs[&bloc].members_on(day(on)).collect()
    }
}

fn join(unit: UnitId) -> BlocAct {
    BlocAct::Join(UnitJoined { unit })
}

fn transfer(units: &[UnitId], from: BlocId) -> BlocAct {
    BlocAct::MoveIn(UnitsMovedIn { units: units.to_vec(), from, reason: None })
}

fn nest(within: Option<BlocId>) -> BlocAct {
    BlocAct::Nest(Nested { within })
}

fn dissolve(successors: &[BlocId]) -> BlocAct {
    let reason = Remark::new("Sắp xếp lại").unwrap();
    BlocAct::Dissolve(Dissolved { reason, successors: successors.to_vec() })
}

fn alias(until: Option<&str>) -> BlocAct {
    BlocAct::Alias(Aliased { alias: name("Khối các Hội"), until: until.map(day) })
}

#[test]
fn a_transfer_is_one_act_that_both_blocs_show() {
    let mut story = Story::new();
    story.does(A, "2018-01-01", join(UNIT));
    story.does(B, "2025-08-01", transfer(&[UNIT], A));
    assert_eq!((story.members(A, "2025-07-31"), story.members(A, "2025-08-01")), (vec![UNIT], vec![]));
    assert_eq!((story.members(B, "2025-07-31"), story.members(B, "2025-08-01")), (vec![], vec![UNIT]));
    assert_eq!(story.blocs[&A].memberships[0].moved_to, Some(B));
    assert_eq!(story.blocs[&B].memberships[0].moved_from, Some(A));
}

#[test]
fn a_transfer_needs_a_member_there_and_none_here() {
    let mut story = Story::new();
    assert_eq!(story.asks(B, "2025-08-01", transfer(&[UNIT], A)), Err(Rejection::NotAMember(UNIT)));
    story.does(A, "2018-01-01", join(UNIT));
    assert_eq!(story.asks(B, "2017-12-31", transfer(&[UNIT], A)), Err(Rejection::NotAMember(UNIT)));
    assert_eq!(story.asks(A, "2025-08-01", transfer(&[UNIT], A)), Err(Rejection::AlreadyAMember(UNIT)));
    assert_eq!(story.asks(B, "2025-08-01", transfer(&[UNIT, UNIT], A)), Err(Rejection::SameUnit(UNIT)));
    let nowhere = BlocId(Uuid::from_u128(99));
    let unknown = story.asks(B, "2025-08-01", transfer(&[UNIT], nowhere));
    assert_eq!(unknown, Err(Rejection::Unknown(Thing::Bloc(nowhere))));
}

#[test]
fn a_unit_belongs_once_on_a_day_also_when_it_comes_back() {
    let mut story = Story::new();
    story.does(A, "2018-01-01", join(UNIT));
    story.does(A, "2024-06-01", BlocAct::Leave(UnitLeft { unit: UNIT, reason: None }));
    assert_eq!(story.asks(A, "2024-03-01", join(UNIT)), Err(Rejection::AlreadyAMember(UNIT)));
    story.does(A, "2024-06-01", join(UNIT));
    assert_eq!(story.members(A, "2024-06-01"), [UNIT]);
}

#[test]
fn a_unit_may_belong_to_several_blocs() {
    let mut story = Story::new();
    story.does(A, "2018-01-01", join(UNIT));
    story.does(B, "2018-01-01", join(UNIT));
    assert_eq!((story.members(A, "2019-01-01"), story.members(B, "2019-01-01")), (vec![UNIT], vec![UNIT]));
}

#[test]
fn what_has_ended_joins_nothing_and_runs_nothing() {
    let story = Story::new();
    assert!(story.asks(A, "2025-06-30", join(OTHER)).is_ok());
    let delegate = BlocAct::Delegate(Delegated { to: Some(OTHER) });
    for act in [join(OTHER), delegate] {
        assert!(matches!(story.asks(A, "2025-07-01", act), Err(Rejection::UnitEnded(OTHER, _))));
    }
}

#[test]
fn no_bloc_stands_within_itself() {
    let mut story = Story::new();
    assert_eq!(story.asks(A, "2020-01-01", nest(Some(A))), Err(Rejection::Circular(Thing::Bloc(A))));
    story.does(A, "2020-01-01", nest(Some(B)));
    assert_eq!(story.asks(B, "2021-01-01", nest(Some(A))), Err(Rejection::Circular(Thing::Bloc(A))));
    // Nor on a day before the other left.
    story.does(A, "2022-01-01", nest(None));
    assert_eq!(story.asks(B, "2021-06-01", nest(Some(A))), Err(Rejection::Circular(Thing::Bloc(A))));
    assert!(story.asks(B, "2022-01-01", nest(Some(A))).is_ok());
    assert_eq!(story.blocs[&A].within_on(day("2021-06-01")), Some(B));
    assert_eq!(story.blocs[&A].within_on(day("2022-01-01")), None);
}

#[test]
fn a_dissolved_bloc_lets_its_members_go_and_takes_no_more_acts() {
    let mut story = Story::new();
    story.does(A, "2018-01-01", join(UNIT));
    assert_eq!(story.asks(A, "2025-07-01", dissolve(&[A])), Err(Rejection::Circular(Thing::Bloc(A))));
    story.does(A, "2025-07-01", dissolve(&[B]));
    assert_eq!((story.members(A, "2025-06-30"), story.members(A, "2025-07-01")), (vec![UNIT], vec![]));
    for act in [join(UNIT), nest(Some(B)), alias(None), dissolve(&[]), transfer(&[UNIT], B)] {
        let refused = story.asks(A, "2025-07-01", act);
        assert!(
            matches!(&refused, Err(Rejection::BlocEnded(A, end)) if end.successors == [B]),
            "{refused:?}"
        );
    }
    assert!(story.asks(B, "2025-07-01", join(UNIT)).is_ok(), "its members are free to join elsewhere");
    assert!(
        matches!(story.asks(A, "2020-01-01", dissolve(&[])), Err(Rejection::BlocEnded(..))),
        "it ends once"
    );
}

#[test]
fn an_alias_has_a_period_and_may_come_back() {
    let mut story = Story::new();
    story.does(A, "2019-01-01", alias(Some("2020-01-01")));
    assert_eq!(story.asks(A, "2019-06-01", alias(None)), Err(Rejection::AlreadyExists(Thing::Alias)));
    let (from, until) = (day("2021-01-01"), day("2021-01-01"));
    assert_eq!(
        story.asks(A, "2021-01-01", alias(Some("2021-01-01"))),
        Err(Rejection::EmptyPeriod { from, until })
    );
    story.does(A, "2021-01-01", alias(None));
    assert_eq!(story.blocs[&A].aliases.len(), 2);
}

#[test]
fn category_zone_and_delegation_count_from_their_days() {
    let mut story = Story::new();
    let describe = |category: &str| {
        let category = Some(Name::new(category).unwrap());
        BlocAct::Describe(Described { category, zone: None })
    };
    story.does(A, "2022-01-01", describe("Các tổ chức hội có tính chất đặc thù"));
    story.does(A, "2019-01-01", describe("Các tổ chức hội"));
    let category = |on| story.blocs[&A].described_on(day(on)).category.map(|name| name.to_string());
    assert_eq!(category("2018-06-01"), None);
    assert_eq!(category("2020-01-01").as_deref(), Some("Các tổ chức hội"));
    assert_eq!(category("2023-01-01").as_deref(), Some("Các tổ chức hội có tính chất đặc thù"));
    story.does(A, "2020-01-01", BlocAct::Delegate(Delegated { to: Some(UNIT) }));
    story.does(A, "2021-01-01", BlocAct::Delegate(Delegated { to: None }));
    let run_by = |on| story.blocs[&A].run_by(day(on));
    assert_eq!((run_by("2019-12-31"), run_by("2020-06-01"), run_by("2021-01-01")), (None, Some(UNIT), None));
}
