//! What a decision needs from elsewhere: each proof is built here, by one function, under the turn.

use crate::{awards, pending::Pending};
use domain::{
    BallotId, BlocId, ClientId, CommendationId, Date, EmulationYear, Rights, Role, Timestamp, UnitId,
    UnitIdentifier,
    commendation::{Circumstances, CommendationAct},
    grant::GrantAct,
    quota::Ground,
    rejection::Thing,
    year::{Choice, CountedChoice, Proofs, ReceiptCode, YearAct},
};
use eventlog::{AsideChange, EventLog, LogError};
use std::collections::BTreeMap;

/// The grants a client holds on a day.
pub fn rights<'c>(pending: &Pending<'_>, client: &'c ClientId, day: Date) -> Rights<'c> {
    let held = pending.grants_of(client).filter_map(|id| {
        let grant = &pending.grant(id)?.state;
        grant.in_force_on(day).then_some((id, grant.given.role))
    });
    Rights { client, held: held.collect() }
}

/// The members of a bloc on a day.
pub fn roster(pending: &Pending<'_>, bloc: BlocId, day: Date) -> Vec<UnitId> {
    pending.bloc(bloc).map(|book| book.state.members_on(day).collect()).unwrap_or_default()
}

/// Those of the identifiers that belong to another unit than `unit`.
pub fn taken(
    pending: &Pending<'_>,
    unit: UnitId,
    identifiers: &[UnitIdentifier],
) -> Vec<(UnitIdentifier, UnitId)> {
    let owned =
        identifiers.iter().filter_map(|identifier| Some((identifier.clone(), pending.owner_of(identifier)?)));
    owned.filter(|(_, owner)| *owner != unit).collect()
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
    let elected = pending.year(bloc, year.previous()).and_then(|book| book.state.elected.as_ref());
    Ok(Proofs {
        received,
        effective_on,
        bloc_exists: pending.bloc(bloc).is_some(),
        roster: roster(pending, bloc, year.membership_day(effective_on)),
        elected: elected.map(|leadership| (leadership.leader, leadership.deputy)),
        waiting,
    })
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
