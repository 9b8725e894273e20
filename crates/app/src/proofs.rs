//! What a decision needs from elsewhere: each proof is built here, by one function, under the turn.

use crate::{act::Act, audit::StreamHeads, awards, pending::Pending};
use domain::{
    Authority, BallotId, BlocId, ClientId, CommendationId, Date, EmulationYear, KeyId, PersonId, Rights,
    Role, Timestamp, UnitId, UnitIdentifier,
    bloc::{BlocAct, BlocCommand},
    commendation::{Circumstances, CommendationAct},
    grant::GrantAct,
    log::{LogAct, LogCommand},
    person::{Approver, Committed, PersonAct, PersonCommand, PersonStanding},
    quota::Ground,
    rejection::Thing,
    unit::{Placed, Relation, Unit, UnitAct, UnitCommand},
    year::{BreakTie, Choice, CountedChoice, Proofs, ReceiptCode, Settlement, YearAct},
};
use eventlog::{AsideChange, EventLog, LogError};
use std::{collections::BTreeMap, sync::Arc};

/// The grants a client holds on a day. Whoever acts for the unit that runs a bloc by delegation is an official of that
/// bloc.
pub fn rights<'c>(pending: &Pending<'_>, client: &'c ClientId, act: &Act, day: Date) -> Rights<'c> {
    let held = pending.grants_of(client).filter_map(|id| {
        let grant = &pending.grant(id)?.state;
        grant.in_force_on(day).then_some((id, grant.given.role))
    });
    let mut held: Vec<_> = held.collect();
    if let Act::Year(bloc, ..) = act
        && let Some(unit) = pending.bloc(*bloc).and_then(|book| book.state.run_by(day))
        && let Some((grant, _)) = held.iter().find(|(_, role)| *role == Role::UnitOfficer { unit })
        && pending.unit(unit).is_some_and(|book| book.state.ended_by(day).is_none())
    {
        held.push((*grant, Role::Official { bloc: Some(*bloc) }));
    }
    Rights { client, held }
}

/// The unit in whose name a grant was used, also where it allowed something by delegation.
pub fn in_the_name_of(pending: &Pending<'_>, by: Authority) -> Authority {
    let role = by.grant.and_then(|grant| pending.grant(grant)).map(|book| book.state.given.role);
    match role {
        Some(Role::UnitOfficer { unit }) => Authority { unit: by.unit.or(Some(unit)), ..by },
        Some(Role::Registrar | Role::Official { .. } | Role::Auditor) | None => by,
    }
}

/// An act on the log itself with everything it needs.
pub fn of_log(pending: &Pending<'_>, heads: &mut StreamHeads, act: LogAct) -> LogCommand {
    match act {
        LogAct::RotateKey { old, new } => LogCommand::RotateKey { old, new, position: pending.next() },
        LogAct::CommitStreamHeads => LogCommand::CommitStreamHeads(heads.commit(pending)),
        LogAct::AnchorTime(anchored) => LogCommand::AnchorTime(anchored),
    }
}

/// The members of a bloc on a day. What has ended is a member no more.
pub fn roster(pending: &Pending<'_>, bloc: BlocId, day: Date) -> Vec<UnitId> {
    let there = |unit: &UnitId| pending.unit(*unit).is_none_or(|book| book.state.ended_by(day).is_none());
    pending.bloc(bloc).map(|book| book.state.members_on(day).filter(there).collect()).unwrap_or_default()
}

/// An act on a unit with everything it needs.
pub fn of_unit(
    pending: &Pending<'_>,
    id: UnitId,
    act: UnitAct,
    effective_on: Date,
    documented: bool,
) -> UnitCommand {
    let others = act.others().iter().map(|unit| (*unit, unit_state(pending, *unit)));
    let above = match &act {
        UnitAct::Place(Placed { relation, unit: Some(unit) }) => {
            units_above(pending, *unit, *relation, effective_on)
        }
        UnitAct::Place(Placed { unit: None, .. })
        | UnitAct::Register(_)
        | UnitAct::Rename(_)
        | UnitAct::Identify(_)
        | UnitAct::EndIdentifier(_)
        | UnitAct::TakeOver(_)
        | UnitAct::Split(_)
        | UnitAct::Dissolve(_)
        | UnitAct::AppointHead(_)
        | UnitAct::HeadLeaves(_) => Vec::new(),
    };
    let person = person_standing(pending, act.person());
    let (others, taken) = (others.collect(), taken(pending, id, &act, effective_on));
    UnitCommand { id, act, effective_on, documented, taken, others, above, person }
}

/// Those of the act's identifiers that belong to another unit at some time of the period it asks for.
fn taken(pending: &Pending<'_>, unit: UnitId, act: &UnitAct, from: Date) -> Vec<(UnitIdentifier, UnitId)> {
    let (identifiers, until) = act.identifiers();
    let holds = |owner: UnitId, identifier: &UnitIdentifier| {
        pending.unit(owner).is_some_and(|book| book.state.holds(identifier, from, until))
    };
    let taken = identifiers.iter().filter_map(|identifier| {
        let owner =
            pending.owners_of(identifier).find(|owner| *owner != unit && holds(*owner, identifier))?;
        Some((identifier.clone(), owner))
    });
    taken.collect()
}

/// The units above a unit in one way, from a day on.
fn units_above(pending: &Pending<'_>, unit: UnitId, relation: Relation, day: Date) -> Vec<UnitId> {
    closure(unit, |unit| {
        let state = pending.unit(unit).map(|book| book.state.as_ref());
        state.map(|unit| unit.linked_from(relation, day).collect()).unwrap_or_default()
    })
}

/// An act on a bloc with everything it needs.
pub fn of_bloc(pending: &Pending<'_>, id: BlocId, act: BlocAct, effective_on: Date) -> BlocCommand {
    let units = act.units().iter().map(|unit| (*unit, unit_state(pending, *unit))).collect();
    let state = |bloc: BlocId| pending.bloc(bloc).map(|book| &book.state);
    let blocs = act.blocs().iter().map(|bloc| (*bloc, state(*bloc).map(Arc::clone))).collect();
    let within = |bloc| state(bloc).map(|bloc| bloc.within_from(effective_on).collect()).unwrap_or_default();
    let above =
        if let BlocAct::Nest(nested) = &act { nested.within.map(|bloc| closure(bloc, within)) } else { None };
    BlocCommand { id, act, effective_on, units, blocs, above: above.unwrap_or_default() }
}

fn unit_state(pending: &Pending<'_>, unit: UnitId) -> Option<Arc<Unit>> {
    pending.unit(unit).map(|book| Arc::clone(&book.state))
}

/// Everything that can be reached from `start` by `next`, each once.
fn closure<K: Copy + PartialEq>(start: K, next: impl Fn(K) -> Vec<K>) -> Vec<K> {
    let (mut found, mut open) = (Vec::new(), vec![start]);
    while let Some(one) = open.pop() {
        for other in next(one) {
            if !found.contains(&other) {
                found.push(other);
                open.push(other);
            }
        }
    }
    found
}

/// What is known of a person that an act names.
pub fn person_standing(pending: &Pending<'_>, named: Option<PersonId>) -> PersonStanding {
    let book = named.and_then(|id| pending.person(id));
    book.map_or(PersonStanding::Unknown, |book| book.state.standing())
}

/// An act on what is known of a person, with everything it needs; `key` is the id of a new key, `fields` are the
/// commitments to what comes with the act.
pub fn of_person(
    pending: &Pending<'_>,
    id: PersonId,
    act: PersonAct,
    (key, fields): (KeyId, Vec<Committed>),
    client: &ClientId,
) -> PersonCommand {
    let unit_known = match &act {
        PersonAct::Register { unit, .. } => pending.unit(*unit).is_some(),
        PersonAct::Amend(_) | PersonAct::RequestErasure(_) | PersonAct::ApproveErasure(_) => true,
    };
    // The person behind it is known once it is known which grant allows the act.
    let by = Approver { client: client.clone(), person: None };
    PersonCommand { id, act, key, fields, unit_known, by }
}

/// What a grant speaks of and the register does not know.
pub fn unknown_in(pending: &Pending<'_>, act: &GrantAct) -> Option<Thing> {
    match act {
        GrantAct::Give(given) => match given.role {
            Role::UnitOfficer { unit } => pending.unit(unit).is_none().then_some(Thing::Unit(unit)),
            Role::Official { bloc: Some(bloc) } => pending.bloc(bloc).is_none().then_some(Thing::Bloc(bloc)),
            Role::Official { bloc: None } | Role::Registrar | Role::Auditor => None,
        },
        GrantAct::Revoke(_) => None,
    }
}

/// Everything an act in the year of a bloc needs.
pub fn of_year(
    pending: &Pending<'_>,
    log: &dyn EventLog,
    bloc: BlocId,
    year: EmulationYear,
    act: &YearAct,
    received: Timestamp,
    effective_on: Date,
) -> Result<Proofs, LogError> {
    let waiting =
        if let YearAct::CloseBallot(close) = act { waiting(pending, log, close.ballot)? } else { Vec::new() };
    let day = year.membership_day(effective_on);
    let ended = |unit: UnitId, day| {
        let end = pending.unit(unit)?.state.ended_by(day)?;
        Some((unit, Box::new(end.clone())))
    };
    let acting = act.acting_unit().and_then(|unit| ended(unit, effective_on));
    let others = act.units_about().into_iter().filter_map(|unit| ended(unit, day));
    let bloc_end = pending.bloc(bloc).and_then(|book| book.state.ended_by(day)).cloned();
    let before = pending.year(bloc, year.previous()).map(|book| Arc::clone(&book.state));
    Ok(Proofs {
        received,
        position: pending.next(),
        effective_on,
        bloc_exists: pending.bloc(bloc).is_some(),
        roster: roster(pending, bloc, day),
        before,
        waiting,
        unregistered: unregistered(pending, act),
        bloc_end: bloc_end.map(Box::new),
        ended: acting.into_iter().chain(others).collect(),
    })
}

/// Of the units an act names beside the members of the bloc: those the register does not know.
fn unregistered(pending: &Pending<'_>, act: &YearAct) -> Vec<UnitId> {
    let named: &[UnitId] = if let YearAct::AssignPanel(act) = act {
        std::slice::from_ref(&act.panel)
    } else if let YearAct::BreakTie(BreakTie { by: Settlement::Lots { witnesses }, .. }) = act {
        witnesses
    } else {
        &[]
    };
    named.iter().copied().filter(|unit| pending.unit(*unit).is_none()).collect()
}

/// Everything an act on a dossier needs; nothing but the time when there is no such dossier.
pub fn of_commendation(
    pending: &Pending<'_>,
    id: CommendationId,
    act: &CommendationAct,
    received: Timestamp,
    effective_on: Date,
) -> Result<Circumstances, LogError> {
    let standing = pending.commendation(id).map(|book| &book.state.proposal);
    let proposed = if let CommendationAct::Propose(act) = act { Some(act) } else { None };
    let place = standing.map(|p| (p.bloc, p.year)).or(proposed.map(|p| (p.bloc, p.year)));
    let achievement = standing.map_or_else(|| proposed.and_then(|p| p.achievement), |p| p.achievement);
    match place {
        Some(place) => awards::circumstances(pending, id, place, achievement, (received, effective_on)),
        None => Ok(Circumstances {
            received,
            effective_on,
            bloc_exists: false,
            year: None,
            ground: Ground::default(),
            rewarded: Vec::new(),
        }),
    }
}

/// Where the choice of a secret vote waits: under the ballot and the voter's receipt code, nothing else.
pub fn waiting_key(ballot: BallotId, receipt: &ReceiptCode) -> Vec<u8> {
    [b"ballot/".as_slice(), ballot.0.as_bytes(), receipt.as_str().as_bytes()].concat()
}

/// A choice as it waits.
pub fn waiting_value(choice: Choice) -> Vec<u8> {
    match choice {
        Choice::For(unit) => unit.0.as_bytes().to_vec(),
        Choice::Abstain => Vec::new(),
    }
}

/// The choices that wait for a ballot, those of this group included.
fn waiting(
    pending: &Pending<'_>,
    log: &dyn EventLog,
    ballot: BallotId,
) -> Result<Vec<CountedChoice>, LogError> {
    let prefix = [b"ballot/".as_slice(), ballot.0.as_bytes()].concat();
    let mut found: BTreeMap<Vec<u8>, Vec<u8>> = log.aside(&prefix)?.into_iter().collect();
    for change in &pending.aside {
        match change {
            AsideChange::Put(key, value) if key.starts_with(&prefix) => {
                found.insert(key.clone(), value.clone());
            }
            AsideChange::Remove(key) => {
                found.remove(key);
            }
            AsideChange::Put(..) => {}
        }
    }
    let read = |(key, value): (&Vec<u8>, &Vec<u8>)| {
        let receipt = std::str::from_utf8(key.get(prefix.len()..)?).ok().and_then(ReceiptCode::parse)?;
        let choice = if value.is_empty() {
            Choice::Abstain
        } else {
            Choice::For(UnitId(uuid::Uuid::from_slice(value).ok()?))
        };
        Some(CountedChoice { receipt, choice })
    };
    Ok(found.iter().filter_map(read).collect())
}
