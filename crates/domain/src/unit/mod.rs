//! A unit (đơn vị): any organisation that may belong to a bloc.
//!
//! - `acts`: what can be asked, with the proofs a decision needs
//! - `heads`: who is at its head, from a day on
//! - `over_time`: what it is called, known by and placed under, each from a day on
//! - `lineage`: mergers, splits and dissolutions, and the end they bring

mod acts;
mod heads;
mod lineage;
mod over_time;
#[cfg(test)]
mod tests;

pub use acts::{UnitAct, UnitCommand};
pub use heads::{Head, HeadAppointed, HeadLeft};
pub use lineage::{
    Dissolved, EndCause, LineageChange, LineageStep, Merged, Split, SplitOff, TookOver, UnitEnd,
};
pub use over_time::{Holding, Link, Named, Relation};

use crate::{
    Aggregate, Authority, Date, Denied, LocalisedName, Name, Recorded, Rejection, Rights, Role, UnitId,
    UnitIdentifier, event::events, rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// What sort of organisation a unit is. Party bodies and associations have no state agency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// State agency (cơ quan nhà nước): department, office, people's committee, court, police unit.
    StateAgency,
    /// Party body (cơ quan Đảng): committee, board, inspection commission, office of a committee.
    PartyBody,
    /// Fatherland Front or mass organisation (Mặt trận, đoàn thể).
    MassOrganisation,
    /// Association (hội), among them those of special status (hội có tính chất đặc thù).
    Association,
    /// Public service unit (đơn vị sự nghiệp): school, hospital, centre.
    PublicService,
    /// Enterprise or co-operative union.
    Enterprise,
    /// Locality (địa phương): province, historic district, commune taken as a whole.
    Locality,
}

impl UnitKind {
    /// Every kind, in the order of this list.
    pub const ALL: [Self; 7] = [
        Self::StateAgency,
        Self::PartyBody,
        Self::MassOrganisation,
        Self::Association,
        Self::PublicService,
        Self::Enterprise,
        Self::Locality,
    ];
}

/// A unit was entered into the register. The day it counts from is the first day the register vouches for it, which need
/// not be the day it was founded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// Its name.
    pub name: LocalisedName,
    /// What sort of organisation it is.
    pub kind: UnitKind,
    /// Where it is, as its papers say it: a province, or a district and a province of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Name>,
    /// What other systems know it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<UnitIdentifier>,
}

/// A unit took another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renamed {
    /// The new name.
    pub name: LocalisedName,
}

/// A unit received an identifier, valid from the day the act counts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identified {
    /// The identifier.
    pub identifier: UnitIdentifier,
    /// The first day on which it is no longer valid, where that is known beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// An identifier is no longer the unit's from the day the act counts from. Another unit may then receive it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierEnded {
    /// The identifier.
    pub identifier: UnitIdentifier,
}

/// A unit was placed under a superior unit or in a locality, or is so no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// In which way.
    pub relation: Relation,
    /// Under or in which unit; absent when in none from that day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
}

events! {
    /// What can happen to a unit.
    UnitEvent {
        "unit.registered" => Registered(Registered),
        "unit.renamed" => Renamed(Renamed),
        "unit.identified" => Identified(Identified),
        "unit.identifier_ended" => IdentifierEnded(IdentifierEnded),
        "unit.placed" => Placed(Placed),
        "unit.took_over" => TookOver(TookOver),
        "unit.merged" => Merged(Merged),
        "unit.split" => Split(Split),
        "unit.split_off" => SplitOff(SplitOff),
        "unit.dissolved" => Dissolved(Dissolved),
        "unit.head_appointed" => HeadAppointed(HeadAppointed),
        "unit.head_left" => HeadLeft(HeadLeft),
    }
}

/// A unit in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// What sort of organisation it is.
    pub kind: UnitKind,
    /// Where it is, as its papers say it.
    pub place: Option<Name>,
    /// The first day the register vouches for it.
    pub since: Date,
    /// The name it was registered under.
    pub registered_as: LocalisedName,
    /// Its names, by the day each counts from.
    pub names: Vec<Named>,
    /// What other systems know or knew it by, in the order recorded.
    pub identifiers: Vec<Holding>,
    /// Under and in which units it was placed, by day.
    pub links: Vec<Link>,
    /// Who is at its head, by the day each counts from.
    pub heads: Vec<Head>,
    /// The units it came out of, in the order recorded.
    pub predecessors: Vec<LineageStep>,
    /// The units that came out of it, in the order recorded.
    pub successors: Vec<LineageStep>,
    /// Its end.
    pub end: Option<UnitEnd>,
}

impl UnitEvent {
    /// The same happening as the other units it concerns must show it, each in its own stream.
    pub fn counterparts(&self, own: UnitId) -> Vec<(UnitId, Self)> {
        let each = |units: &[UnitId], event: Self| units.iter().map(|unit| (*unit, event.clone())).collect();
        match self {
            Self::TookOver(took_over) => each(&took_over.predecessors, Merged { into: own }.into()),
            Self::Split(split) => {
                each(&split.into, SplitOff { from: own, continues: split.continues }.into())
            }
            Self::Registered(_)
            | Self::Renamed(_)
            | Self::Identified(_)
            | Self::IdentifierEnded(_)
            | Self::Placed(_)
            | Self::Merged(_)
            | Self::SplitOff(_)
            | Self::Dissolved(_)
            | Self::HeadAppointed(_)
            | Self::HeadLeft(_) => Vec::new(),
        }
    }
}

impl Unit {
    fn new(registered: &Registered, since: Date, named: Named) -> Self {
        let held = |identifier: &UnitIdentifier| Holding {
            identifier: identifier.clone(),
            from: since,
            until: None,
        };
        Self {
            kind: registered.kind,
            place: registered.place.clone(),
            since,
            registered_as: registered.name.clone(),
            names: vec![named],
            identifiers: registered.identifiers.iter().map(held).collect(),
            links: Vec::new(),
            heads: Vec::new(),
            predecessors: Vec::new(),
            successors: Vec::new(),
            end: None,
        }
    }

    fn decide_known(&self, command: UnitCommand) -> Result<UnitEvent, Rejection> {
        let (id, day) = (command.id, command.effective_on);
        self.there_on(id, day)?;
        match &command.act {
            UnitAct::Register(_) => return Err(Rejection::AlreadyExists(Thing::Unit(id))),
            UnitAct::Rename(_) => {}
            UnitAct::Identify(identified) => self.may_be_identified(identified, &command)?,
            UnitAct::EndIdentifier(ended) => self.may_lose(&ended.identifier, day)?,
            UnitAct::Place(placed) => over_time::may_be_placed(placed, &command)?,
            UnitAct::TakeOver(_) => lineage::may_take_over(&command)?,
            UnitAct::Split(_) => self.may_split(&command)?,
            UnitAct::Dissolve(_) => self.may_end(&command)?,
            UnitAct::AppointHead(appointed) => self.may_be_headed_by(appointed, &command)?,
            UnitAct::HeadLeaves(left) => self.may_be_left_by(left, day)?,
        }
        Ok(match command.act {
            UnitAct::Register(registered) => registered.into(),
            UnitAct::Rename(renamed) => renamed.into(),
            UnitAct::Identify(identified) => identified.into(),
            UnitAct::EndIdentifier(ended) => ended.into(),
            UnitAct::Place(placed) => placed.into(),
            UnitAct::TakeOver(took_over) => took_over.into(),
            UnitAct::Split(split) => split.into(),
            UnitAct::Dissolve(dissolved) => dissolved.into(),
            UnitAct::AppointHead(appointed) => appointed.into(),
            UnitAct::HeadLeaves(left) => left.into(),
        })
    }

    fn apply(mut self, fact: &Recorded<'_, UnitEvent>) -> Self {
        let (day, position) = (fact.effective_on, fact.position);
        match fact.event {
            UnitEvent::Registered(_) => {}
            UnitEvent::Renamed(renamed) => {
                self.take_name(Named { name: renamed.name.clone(), from: day, position });
            }
            UnitEvent::Identified(Identified { identifier, until }) => {
                self.identifiers.push(Holding { identifier: identifier.clone(), from: day, until: *until });
            }
            UnitEvent::IdentifierEnded(ended) => self.lose(&ended.identifier, day),
            UnitEvent::Placed(placed) => {
                self.take_link(Link { relation: placed.relation, unit: placed.unit, from: day, position });
            }
            UnitEvent::TookOver(took_over) => self.take_over(took_over, day, position),
            UnitEvent::Merged(merged) => self.merge(merged, day, position),
            UnitEvent::Split(split) => self.split(split, day, position),
            UnitEvent::SplitOff(split_off) => self.split_off(split_off, day, position),
            UnitEvent::Dissolved(dissolved) => self.dissolve(dissolved, day, position),
            UnitEvent::HeadAppointed(appointed) => {
                self.take_head(Head { person: Some(appointed.person), from: day, position });
            }
            UnitEvent::HeadLeft(_) => self.take_head(Head { person: None, from: day, position }),
        }
        self
    }
}

impl Aggregate for Unit {
    type Command = UnitCommand;
    type Event = UnitEvent;

    fn decide(
        state: Option<&Self>,
        command: UnitCommand,
        _: &Authority,
    ) -> Result<Vec<UnitEvent>, Rejection> {
        if let Some((identifier, owner)) = command.taken.first() {
            return Err(Rejection::IdentifierTaken(identifier.clone(), *owner));
        }
        let event = match (state, command.act) {
            (None, UnitAct::Register(registered)) => registered.into(),
            (Some(unit), act) => unit.decide_known(UnitCommand { act, ..command })?,
            (None, _) => return Err(Rejection::Unknown(Thing::Unit(command.id))),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, UnitEvent>) -> Option<Self> {
        match (fact.event, state) {
            (UnitEvent::Registered(registered), None) => {
                let (from, position) = (fact.effective_on, fact.position);
                let named = Named { name: registered.name.clone(), from, position };
                Some(Self::new(registered, fact.effective_on, named))
            }
            (_, state) => state.map(|unit| unit.apply(&fact)),
        }
    }

    fn permits(rights: &Rights<'_>, _: Option<&Self>, command: &UnitCommand) -> Result<Authority, Denied> {
        match &command.act {
            UnitAct::Register(_)
            | UnitAct::Rename(_)
            | UnitAct::Identify(_)
            | UnitAct::EndIdentifier(_)
            | UnitAct::Place(_)
            | UnitAct::TakeOver(_)
            | UnitAct::Split(_)
            | UnitAct::Dissolve(_)
            | UnitAct::AppointHead(_)
            | UnitAct::HeadLeaves(_) => rights.any_of(&[Role::Registrar]),
        }
    }
}
