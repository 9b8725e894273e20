//! A bloc (khối / cụm thi đua): a group of units that emulate one another.
//!
//! Names of blocs are not unique: two of the source documents speak of two different "Khối thi đua số 3".
//!
//! - `membership`: which units belong to it, and how they move between blocs
//! - `place`: within which bloc it stands, whose it is by delegation, its category and zone, its other names

mod membership;
mod place;
#[cfg(test)]
mod tests;

pub use membership::{Membership, UnitJoined, UnitLeft, UnitsMovedIn, UnitsMovedOut};
pub use place::{Alias, Aliased, BlocEnd, Delegated, Described, Dissolved, Nested, Since};

use crate::{
    Aggregate, Authority, BlocId, Date, Denied, LocalisedName, Name, Recorded, Rejection, Rights, Role,
    UnitId, event::events, rejection::Thing, unit::Unit,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

events! {
    /// What can happen to a bloc.
    BlocEvent {
        "bloc.established" => Established(Established),
        "bloc.aliased" => Aliased(Aliased),
        "bloc.unit_joined" => UnitJoined(UnitJoined),
        "bloc.unit_left" => UnitLeft(UnitLeft),
        "bloc.units_moved_in" => UnitsMovedIn(UnitsMovedIn),
        "bloc.units_moved_out" => UnitsMovedOut(UnitsMovedOut),
        "bloc.nested" => Nested(Nested),
        "bloc.delegated" => Delegated(Delegated),
        "bloc.described" => Described(Described),
        "bloc.dissolved" => Dissolved(Dissolved),
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
    /// Take in units from another bloc.
    MoveIn(UnitsMovedIn),
    /// Place it within another bloc, or within none.
    Nest(Nested),
    /// Leave it to a unit to run, or take that back.
    Delegate(Delegated),
    /// Record its category and zone.
    Describe(Described),
    /// End it.
    Dissolve(Dissolved),
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
    /// The units the act names, in its order; `None` for what the register does not know.
    pub units: Vec<(UnitId, Option<Arc<Unit>>)>,
    /// The other blocs the act names, in its order; `None` for what does not exist.
    pub blocs: Vec<(BlocId, Option<Arc<Bloc>>)>,
    /// The blocs in which the one it would be placed in stands, directly or not, from that day on.
    pub above: Vec<BlocId>,
}

/// A bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bloc {
    /// What was established.
    pub established: Established,
    /// Since when it counts.
    pub since: Date,
    /// Its other names, in the order recorded.
    pub aliases: Vec<Alias>,
    /// Every membership, in the order they were recorded.
    pub memberships: Vec<Membership>,
    /// Within which bloc it stands, by day.
    pub within: Vec<Since<Option<BlocId>>>,
    /// By which unit it is run, by day.
    pub delegated_to: Vec<Since<Option<UnitId>>>,
    /// Its category and zone, by day.
    pub descriptions: Vec<Since<Described>>,
    /// Its end.
    pub end: Option<BlocEnd>,
}

impl BlocAct {
    /// The units the act names.
    pub fn units(&self) -> &[UnitId] {
        match self {
            Self::Join(joined) => std::slice::from_ref(&joined.unit),
            Self::MoveIn(moved) => &moved.units,
            Self::Delegate(delegated) => delegated.to.as_slice(),
            // Who leaves need not be there any more.
            Self::Leave(_)
            | Self::Establish(_)
            | Self::Alias(_)
            | Self::Nest(_)
            | Self::Describe(_)
            | Self::Dissolve(_) => &[],
        }
    }

    /// The other blocs the act names.
    pub fn blocs(&self) -> &[BlocId] {
        match self {
            Self::MoveIn(moved) => std::slice::from_ref(&moved.from),
            Self::Nest(nested) => nested.within.as_slice(),
            Self::Dissolve(dissolved) => &dissolved.successors,
            Self::Establish(_)
            | Self::Alias(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Delegate(_)
            | Self::Describe(_) => &[],
        }
    }
}

impl BlocEvent {
    /// The same happening as the other blocs it concerns must show it, each in its own stream.
    pub fn counterparts(&self, own: BlocId) -> Vec<(BlocId, Self)> {
        match self {
            Self::UnitsMovedIn(moved) => vec![(moved.from, moved.out_to(own).into())],
            Self::Established(_)
            | Self::Aliased(_)
            | Self::UnitJoined(_)
            | Self::UnitLeft(_)
            | Self::UnitsMovedOut(_)
            | Self::Nested(_)
            | Self::Delegated(_)
            | Self::Described(_)
            | Self::Dissolved(_) => Vec::new(),
        }
    }
}

impl Bloc {
    fn decide_existing(&self, command: BlocCommand) -> Result<BlocEvent, Rejection> {
        self.there_on(command.id, command.effective_on)?;
        match &command.act {
            BlocAct::Establish(_) => return Err(Rejection::AlreadyExists(Thing::Bloc(command.id))),
            BlocAct::Alias(aliased) => self.may_be_called(aliased, command.effective_on)?,
            BlocAct::Join(_) => self.may_take_in(&command)?,
            BlocAct::Leave(left) => self.may_let_go(left.unit, command.effective_on)?,
            BlocAct::MoveIn(_) => self.may_move_in(&command)?,
            BlocAct::Nest(_) => place::may_be_nested(&command)?,
            BlocAct::Delegate(_) => membership::units_there(&command)?,
            BlocAct::Describe(_) => {}
            BlocAct::Dissolve(_) => self.may_end(&command)?,
        }
        Ok(match command.act {
            BlocAct::Establish(established) => established.into(),
            BlocAct::Alias(aliased) => aliased.into(),
            BlocAct::Join(joined) => joined.into(),
            BlocAct::Leave(left) => left.into(),
            BlocAct::MoveIn(moved) => moved.into(),
            BlocAct::Nest(nested) => nested.into(),
            BlocAct::Delegate(delegated) => delegated.into(),
            BlocAct::Describe(described) => described.into(),
            BlocAct::Dissolve(dissolved) => dissolved.into(),
        })
    }

    fn new(established: &Established, since: Date) -> Self {
        Self {
            established: established.clone(),
            since,
            aliases: Vec::new(),
            memberships: Vec::new(),
            within: Vec::new(),
            delegated_to: Vec::new(),
            descriptions: Vec::new(),
            end: None,
        }
    }

    fn apply(mut self, fact: &Recorded<'_, BlocEvent>) -> Self {
        let (day, position) = (fact.effective_on, fact.position);
        match fact.event {
            BlocEvent::Established(_) => {}
            BlocEvent::Aliased(Aliased { alias, until }) => {
                self.aliases.push(Alias { name: alias.clone(), from: day, until: *until });
            }
            BlocEvent::UnitJoined(joined) => self.take_in(joined.unit, day, None),
            BlocEvent::UnitLeft(left) => self.let_go(left.unit, day, None),
            BlocEvent::UnitsMovedIn(moved) => {
                moved.units.iter().for_each(|unit| self.take_in(*unit, day, Some(moved.from)));
            }
            BlocEvent::UnitsMovedOut(moved) => {
                moved.units.iter().for_each(|unit| self.let_go(*unit, day, Some(moved.to)));
            }
            BlocEvent::Nested(nested) => Since::take(&mut self.within, nested.within, day, position),
            BlocEvent::Delegated(delegated) => {
                Since::take(&mut self.delegated_to, delegated.to, day, position);
            }
            BlocEvent::Described(described) => {
                Since::take(&mut self.descriptions, described.clone(), day, position);
            }
            BlocEvent::Dissolved(dissolved) => self.dissolve(dissolved, day, position),
        }
        self
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
            (None, _) => return Err(Rejection::Unknown(Thing::Bloc(command.id))),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, BlocEvent>) -> Option<Self> {
        match (fact.event, state) {
            (BlocEvent::Established(established), None) => Some(Self::new(established, fact.effective_on)),
            (_, state) => state.map(|bloc| bloc.apply(&fact)),
        }
    }

    fn permits(rights: &Rights<'_>, _: Option<&Self>, command: &BlocCommand) -> Result<Authority, Denied> {
        match &command.act {
            BlocAct::Establish(_)
            | BlocAct::Alias(_)
            | BlocAct::Join(_)
            | BlocAct::Leave(_)
            | BlocAct::MoveIn(_)
            | BlocAct::Nest(_)
            | BlocAct::Delegate(_)
            | BlocAct::Describe(_)
            | BlocAct::Dissolve(_) => rights.any_of(&[Role::Registrar]),
        }
    }
}
