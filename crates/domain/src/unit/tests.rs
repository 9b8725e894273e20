use super::*;
use crate::{EventId, GrantId, IdentifierScheme, Position, Remark, Timestamp, person::PersonStanding};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

const BY: Authority = Authority { grant: Some(GrantId(Uuid::nil())), unit: None, delegation: None };

fn id(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn name(text: &str) -> LocalisedName {
    LocalisedName { vi: Name::new(text).unwrap(), en: None }
}

fn code(value: &str) -> UnitIdentifier {
    UnitIdentifier::new(IdentifierScheme::Statistics, value).unwrap()
}

/// A small register: every unit's state, and the rules of the service around them.
#[derive(Clone, Default)]
struct Register {
    units: BTreeMap<UnitId, Arc<Unit>>,
    at: u64,
}

impl Register {
    fn of(names: &[(u128, &str)]) -> Self {
        let mut register = Self::default();
        for (number, called) in names {
            let unit = Registered {
                name: name(called),
                kind: UnitKind::Locality,
                place: None,
                identifiers: Vec::new(),
            };
            register.does(*number, "2008-08-01", UnitAct::Register(unit));
        }
        register
    }

    fn command(&self, number: u128, on: &str, act: UnitAct) -> UnitCommand {
        let effective_on = day(on);
        let (identifiers, until) = act.identifiers();
        let holder = |identifier: &UnitIdentifier| {
            let mut others = self.units.iter().filter(|(unit, _)| **unit != id(number));
            let found = others.find(|(_, unit)| unit.holds(identifier, effective_on, until));
            found.map(|(unit, _)| (identifier.clone(), *unit))
        };
        let taken = identifiers.iter().filter_map(holder).collect();
        let others = act.others().iter().map(|unit| (*unit, self.units.get(unit).cloned())).collect();
        UnitCommand {
            id: id(number),
            act,
            effective_on,
            documented: true,
            taken,
            others,
            above: Vec::new(),
            person: PersonStanding::Unknown,
        }
    }

    fn asks(&self, number: u128, on: &str, act: UnitAct) -> Result<Vec<UnitEvent>, Rejection> {
        let command = self.command(number, on, act);
        Unit::decide(self.units.get(&id(number)).map(AsRef::as_ref), command, &BY)
    }

    /// Asks, and takes in the facts with their counterparts.
    fn tries(&mut self, number: u128, on: &str, act: UnitAct) -> Result<(), Rejection> {
        for event in self.asks(number, on, act)? {
            let counterparts = event.counterparts(id(number));
            for (unit, event) in [(id(number), event)].into_iter().chain(counterparts) {
                let fact = Recorded {
                    position: Position(self.at),
                    id: EventId(Uuid::nil()),
                    recorded_at: Timestamp::from_millis(0),
                    effective_on: day(on),
                    event: &event,
                };
                let before = self.units.remove(&unit).map(Arc::unwrap_or_clone);
                self.units.extend(Unit::evolve(before, fact).map(|state| (unit, Arc::new(state))));
                self.at += 1;
            }
        }
        Ok(())
    }

    fn does(&mut self, number: u128, on: &str, act: UnitAct) {
        self.tries(number, on, act).expect("the act is accepted");
    }

    fn unit(&self, number: u128) -> &Unit {
        &self.units[&id(number)]
    }
}

fn merger(predecessors: &[u128]) -> UnitAct {
    UnitAct::TakeOver(TookOver { predecessors: predecessors.iter().copied().map(id).collect() })
}

fn split(into: &[u128], continues: bool) -> UnitAct {
    UnitAct::Split(Split { into: into.iter().copied().map(id).collect(), continues })
}

fn rename(called: &str) -> UnitAct {
    UnitAct::Rename(Renamed { name: name(called) })
}

fn identify(value: &str, until: Option<&str>) -> UnitAct {
    UnitAct::Identify(Identified { identifier: code(value), until: until.map(day) })
}

fn dissolve() -> UnitAct {
    UnitAct::Dissolve(Dissolved { reason: Remark::new("Kết thúc hoạt động").unwrap() })
}

/// Hà Giang and Tuyên Quang became a new Tuyên Quang on 1 July 2025.
fn reform() -> Register {
    let mut register =
        Register::of(&[(2, "tỉnh Hà Giang"), (8, "tỉnh Tuyên Quang"), (100, "tỉnh Tuyên Quang")]);
    register.does(8, "2008-08-01", identify("08", None));
    register.does(100, "2025-07-01", merger(&[2, 8]));
    register
}

#[test]
fn a_merger_is_told_on_every_side() {
    let register = reform();
    let end = register.unit(2).end.clone().unwrap();
    assert_eq!((end.on, end.cause, end.successors), (day("2025-07-01"), EndCause::Merged, vec![id(100)]));
    assert_eq!(register.unit(8).successors[0].units, [id(100)]);
    assert_eq!(register.unit(100).predecessors[0].units, [id(2), id(8)]);
    assert!(register.unit(2).ended_by(day("2025-06-30")).is_none());
    assert!(register.unit(100).end.is_none());
}

#[test]
fn what_has_ended_acts_no_more_and_names_its_successor() {
    let register = reform();
    for act in [rename("Khác"), identify("02", None), split(&[100], true), dissolve(), merger(&[100])] {
        let refused = register.asks(2, "2025-07-01", act).unwrap_err();
        let Rejection::UnitEnded(unit, end) = refused else { panic!("{refused:?}") };
        assert_eq!((unit, end.successors), (id(2), vec![id(100)]));
    }
    // What counts from an earlier day may still be recorded late; a second end may not.
    assert!(register.asks(2, "2015-01-01", rename("Khác")).is_ok());
    assert!(matches!(register.asks(2, "2015-01-01", dissolve()), Err(Rejection::UnitEnded(..))));
    assert!(matches!(register.asks(100, "2020-01-01", merger(&[2])), Err(Rejection::UnitEnded(..))));
}

#[test]
fn a_code_is_given_again_only_after_it_has_expired() {
    let mut register = reform();
    assert_eq!(
        register.asks(100, "2025-06-30", identify("08", None)),
        Err(Rejection::IdentifierTaken(code("08"), id(8)))
    );
    register.does(100, "2025-07-01", identify("08", None));
    let holder = |on| {
        register.units.iter().find(|(_, unit)| unit.holds(&code("08"), day(on), Some(day(on).plus_days(1))))
    };
    assert_eq!(holder("2025-06-30").map(|(unit, _)| *unit), Some(id(8)));
    assert_eq!(holder("2025-07-01").map(|(unit, _)| *unit), Some(id(100)));
}

#[test]
fn an_identifier_has_a_period_and_can_be_ended() {
    let mut register = Register::of(&[(1, "A"), (2, "B")]);
    register.does(1, "2010-01-01", identify("01", Some("2012-01-01")));
    assert!(matches!(register.asks(1, "2011-01-01", identify("01", None)), Err(Rejection::AlreadyExists(_))));
    register.does(2, "2012-01-01", identify("01", None));
    // In between, back to the first: the second's is still running.
    assert!(matches!(
        register.asks(1, "2013-01-01", identify("01", None)),
        Err(Rejection::IdentifierTaken(..))
    ));
    let end = || UnitAct::EndIdentifier(IdentifierEnded { identifier: code("01") });
    assert_eq!(register.asks(1, "2013-01-01", end()), Err(Rejection::Unknown(Thing::Identifier(code("01")))));
    register.does(2, "2013-01-01", end());
    register.does(1, "2013-01-01", identify("01", None));
    let (from, until) = (day("2013-01-01"), day("2012-12-31"));
    let backwards = register.asks(2, "2013-01-01", identify("02", Some("2012-12-31")));
    assert_eq!(backwards, Err(Rejection::EmptyPeriod { from, until }));
    assert_eq!(register.unit(1).identifiers_on(day("2014-01-01")).count(), 1);
    assert_eq!(register.unit(1).identifiers_on(day("2012-06-01")).count(), 0);
}

#[test]
fn a_name_counts_from_its_day_whenever_it_was_recorded() {
    let mut register = Register::of(&[(46, "tỉnh Thừa Thiên Huế")]);
    register.does(46, "2025-01-01", rename("thành phố Huế"));
    register.does(46, "2015-01-01", rename("tỉnh Thừa Thiên - Huế"));
    let unit = register.unit(46);
    for (on, called) in [
        ("2000-01-01", "tỉnh Thừa Thiên Huế"),
        ("2014-12-31", "tỉnh Thừa Thiên Huế"),
        ("2020-01-01", "tỉnh Thừa Thiên - Huế"),
        ("2025-01-01", "thành phố Huế"),
    ] {
        assert_eq!(unit.name_on(day(on)), &name(called), "{on}");
    }
    assert_eq!(unit.other_names(day("2026-01-01")).count(), 2);
}

#[test]
fn a_split_ends_the_unit_or_leaves_it() {
    let mut register = Register::of(&[(1, "A"), (2, "B"), (3, "C"), (4, "D")]);
    register.does(1, "2010-01-01", split(&[2], true));
    assert!(register.unit(1).end.is_none());
    assert_eq!(register.unit(2).predecessors[0].change, LineageChange::Split);
    register.does(1, "2011-01-01", split(&[3, 4], false));
    let end = register.unit(1).end.clone().unwrap();
    assert_eq!((end.cause, end.successors), (EndCause::Split, vec![id(3), id(4)]));
    assert_eq!(register.unit(4).predecessors[0].units, [id(1)]);
}

#[test]
fn nobody_is_merged_with_itself_twice_unknown_or_on_hearsay() {
    let register = Register::of(&[(1, "A"), (2, "B")]);
    assert_eq!(register.asks(1, "2020-01-01", merger(&[1])), Err(Rejection::SameUnit(id(1))));
    assert_eq!(register.asks(1, "2020-01-01", merger(&[2, 2])), Err(Rejection::SameUnit(id(2))));
    assert_eq!(register.asks(1, "2020-01-01", merger(&[9])), Err(Rejection::Unknown(Thing::Unit(id(9)))));
    for act in [merger(&[2]), split(&[2], true), dissolve()] {
        let command = UnitCommand { documented: false, ..register.command(1, "2020-01-01", act) };
        assert_eq!(Unit::decide(Some(register.unit(1)), command, &BY), Err(Rejection::Undocumented));
    }
}

#[test]
fn a_unit_is_placed_in_localities_and_under_no_one_below_it() {
    let mut register = Register::of(&[(1, "tỉnh"), (2, "Sở")]);
    let office =
        Registered {
            name: name("Phòng"), kind: UnitKind::StateAgency, place: None, identifiers: Vec::new()
        };
    register.does(3, "2010-01-01", UnitAct::Register(office));
    let place = |relation, unit: Option<u128>| UnitAct::Place(Placed { relation, unit: unit.map(id) });
    let refused = register.asks(1, "2010-01-01", place(Relation::Locality, Some(3)));
    assert_eq!(refused, Err(Rejection::NotALocality(id(3))));
    let itself = register.asks(1, "2010-01-01", place(Relation::Superior, Some(1)));
    assert_eq!(itself, Err(Rejection::Circular(Thing::Unit(id(1)))));
    let below = register.command(1, "2010-01-01", place(Relation::Superior, Some(2)));
    let below = UnitCommand { above: vec![id(3), id(1)], ..below };
    assert_eq!(
        Unit::decide(Some(register.unit(1)), below, &BY),
        Err(Rejection::Circular(Thing::Unit(id(2))))
    );
    register.does(3, "2010-01-01", place(Relation::Locality, Some(1)));
    register.does(3, "2015-01-01", place(Relation::Locality, Some(2)));
    register.does(3, "2018-01-01", place(Relation::Locality, None));
    let within = |on| register.unit(3).linked_on(Relation::Locality, day(on));
    assert_eq!((within("2009-01-01"), within("2012-01-01")), (None, Some(id(1))));
    assert_eq!((within("2016-01-01"), within("2019-01-01")), (Some(id(2)), None));
    let periods = register.unit(3).periods(Relation::Locality);
    let ends: Vec<_> = periods.iter().map(|(_, end)| *end).collect();
    assert_eq!(ends, [Some(day("2015-01-01")), Some(day("2018-01-01"))]);
}

fn act() -> impl Strategy<Value = UnitAct> {
    let units = || prop::collection::vec(1_u128..8, 1..3);
    prop_oneof![
        units().prop_map(|units| merger(&units)),
        (units(), any::<bool>()).prop_map(|(units, continues)| split(&units, continues)),
        (1_u32..4).prop_map(|n| identify(&format!("0{n}"), None)),
        (1_u32..4)
            .prop_map(|n| UnitAct::EndIdentifier(IdentifierEnded { identifier: code(&format!("0{n}")) })),
        (1_u128..8, any::<bool>()).prop_map(|(unit, is_none)| {
            let unit = (!is_none).then_some(id(unit));
            UnitAct::Place(Placed { relation: Relation::Locality, unit })
        }),
        Just(rename("Tên khác")),
        Just(dissolve()),
    ]
}

proptest! {
    /// Whatever is accepted, in whatever order of days: an identifier has one holder a day, lineage is told alike on both
    /// sides, a unit ends once, and who ended has successors that are in the register.
    #[test]
    fn the_register_stays_whole(wishes in prop::collection::vec((1_u128..8, 2010_i16..2030, act()), 1..60)) {
        let names: Vec<_> = (1..8).map(|n| (n, "Đơn vị")).collect();
        let mut register = Register::of(&names);
        for (unit, year, act) in wishes {
            let on = format!("{year}-07-01");
            let before = register.unit(unit).end.clone();
            let _ = register.tries(unit, &on, act);
            prop_assert!(before.is_none() || before == register.unit(unit).end, "an end was changed");
        }
        for (unit, state) in &register.units {
            for other in state.successors.iter().flat_map(|step| &step.units) {
                let back = register.units[other].predecessors.iter().flat_map(|step| &step.units);
                prop_assert!(back.into_iter().any(|one| one == unit), "told on one side only");
            }
            for year in 2008..2031 {
                for value in ["01", "02", "03"] {
                    let on = Date::new(year, 8, 1).unwrap();
                    let next = Some(on.plus_days(1));
                    let holders = register.units.values().filter(|unit| unit.holds(&code(value), on, next));
                    prop_assert!(holders.count() <= 1, "{value} has two holders on {on}");
                }
            }
        }
    }
}
