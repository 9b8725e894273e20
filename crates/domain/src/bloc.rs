//! A bloc (khối / cụm thi đua): a group of units that emulate one another.
//!
//! Names of blocs are not unique: two of the source documents speak of two different "Khối thi đua số 3".

use crate::{
    Aggregate, Authority, BlocId, Date, Denied, LocalisedName, Name, Recorded, Rejection, Rights, Role,
    UnitId, event::events, rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// What sort of group a bloc is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlocKind {
    /// Khối: units similar in function (Guidance 2746/HD-BTĐKT of 24 November 2015).
    Khoi,
    /// Cụm: a group by area or level.
    Cum,
}

/// The level whose council organises the bloc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The Central Emulation and Commendation Council.
    Central,
    /// A ministry or sector.
    Ministry,
    /// A province or centrally-run city.
    Province,
    /// A district: historic, the level ended on 1 July 2025.
    District,
    /// A commune, ward or special zone.
    Commune,
    /// A unit that runs blocs of its own sub-units by delegation.
    Unit,
}

impl Level {
    /// Every level, in the order of this list.
    pub const ALL: [Self; 6] =
        [Self::Central, Self::Ministry, Self::Province, Self::District, Self::Commune, Self::Unit];
}

/// A bloc was established.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Established {
    /// Its name.
    pub name: LocalisedName,
    /// What sort of group it is.
    pub kind: BlocKind,
    /// The level whose council organises it.
    pub level: Level,
    /// Where it is, as its papers say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Name>,
    /// How many units its papers count, where they do not name them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_size: Option<u16>,
    /// A remark on what the papers say and do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<crate::Remark>,
}

/// A bloc is also known by another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliased {
    /// The other name.
    pub alias: LocalisedName,
}

/// A unit joined the bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitJoined {
    /// The unit.
    pub unit: UnitId,
}

/// A unit left the bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitLeft {
    /// The unit.
    pub unit: UnitId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<crate::Remark>,
}

events! {
    /// What can happen to a bloc.
    BlocEvent {
        "bloc.established" => Established(Established),
        "bloc.aliased" => Aliased(Aliased),
        "bloc.unit_joined" => UnitJoined(UnitJoined),
        "bloc.unit_left" => UnitLeft(UnitLeft),
    }
}

/// What can be asked of a bloc.
#[derive(Clone, Debug)]
pub enum BlocAct {
    /// Establish it.
    Establish(Established),
    /// Record another name.
    Alias(Aliased),
    /// Take in a unit.
    Join(UnitJoined),
    /// Let a unit go.
    Leave(UnitLeft),
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct BlocCommand {
    /// The bloc.
    pub id: BlocId,
    /// What is asked.
    pub act: BlocAct,
    /// The day the act counts from.
    pub effective_on: Date,
    /// Whether the unit the act speaks of is in the register.
    pub unit_registered: bool,
}

/// One unit's time in a bloc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The unit.
    pub unit: UnitId,
    /// Its first day.
    pub from: Date,
    /// The first day on which it no longer belongs.
    pub until: Option<Date>,
}

/// A bloc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bloc {
    /// What was established.
    pub established: Established,
    /// Since when it counts.
    pub since: Date,
    /// Its other names, each with the day it was first recorded for.
    pub aliases: Vec<(LocalisedName, Date)>,
    /// Every membership, in the order they were recorded.
    pub memberships: Vec<Membership>,
}

impl Bloc {
    /// The units that belong to the bloc on a day, in the order they joined.
    pub fn members_on(&self, day: Date) -> impl Iterator<Item = UnitId> {
        self.memberships
            .iter()
            .filter(move |m| m.from <= day && m.until.is_none_or(|end| day < end))
            .map(|m| m.unit)
    }

    /// The membership that has not ended.
    fn current(&self, unit: UnitId) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.unit == unit && m.until.is_none())
    }

    fn decide_existing(&self, command: BlocCommand) -> Result<BlocEvent, Rejection> {
        match command.act {
            BlocAct::Establish(_) => Err(Rejection::AlreadyExists(Thing::Bloc(command.id))),
            BlocAct::Alias(aliased) if self.is_called(&aliased.alias) => {
                Err(Rejection::AlreadyExists(Thing::Alias))
            }
            BlocAct::Alias(aliased) => Ok(aliased.into()),
            BlocAct::Join(joined) if !command.unit_registered => {
                Err(Rejection::Unknown(Thing::Unit(joined.unit)))
            }
            BlocAct::Join(joined) => match self.current(joined.unit) {
                Some(_) => Err(Rejection::AlreadyAMember(joined.unit)),
                None => Ok(joined.into()),
            },
            BlocAct::Leave(left) => match self.current(left.unit) {
                None => Err(Rejection::NotAMember(left.unit)),
                Some(membership) if command.effective_on < membership.from => {
                    Err(Rejection::NotAMember(left.unit))
                }
                Some(_) => Ok(left.into()),
            },
        }
    }

    fn is_called(&self, name: &LocalisedName) -> bool {
        self.established.name == *name || self.aliases.iter().any(|(alias, _)| alias == name)
    }
}

impl Aggregate for Bloc {
    type Command = BlocCommand;
    type Event = BlocEvent;

    fn decide(
        state: Option<&Self>,
        command: BlocCommand,
        _: &Authority,
    ) -> Result<Vec<BlocEvent>, Rejection> {
        let event = match (state, command.act) {
            (Some(bloc), act) => bloc.decide_existing(BlocCommand { act, ..command })?,
            (None, BlocAct::Establish(established)) => established.into(),
            (None, BlocAct::Alias(_) | BlocAct::Join(_) | BlocAct::Leave(_)) => {
                return Err(Rejection::Unknown(Thing::Bloc(command.id)));
            }
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, BlocEvent>) -> Option<Self> {
        let day = fact.effective_on;
        match fact.event {
            BlocEvent::Established(established) => Some(Self {
                established: established.clone(),
                since: day,
                aliases: Vec::new(),
                memberships: Vec::new(),
            }),
            BlocEvent::Aliased(aliased) => state.map(|mut bloc| {
                bloc.aliases.push((aliased.alias.clone(), day));
                bloc
            }),
            BlocEvent::UnitJoined(joined) => state.map(|mut bloc| {
                bloc.memberships.push(Membership { unit: joined.unit, from: day, until: None });
                bloc
            }),
            BlocEvent::UnitLeft(left) => state.map(|mut bloc| {
                let current = bloc.memberships.iter_mut().find(|m| m.unit == left.unit && m.until.is_none());
                if let Some(membership) = current {
                    membership.until = Some(day);
                }
                bloc
            }),
        }
    }

    fn permits(rights: &Rights<'_>, _: Option<&Self>, command: &BlocCommand) -> Result<Authority, Denied> {
        match &command.act {
            BlocAct::Establish(_) | BlocAct::Alias(_) | BlocAct::Join(_) | BlocAct::Leave(_) => {
                rights.any_of(&[Role::Registrar])
            }
        }
    }
}
