//! A unit (đơn vị): any organisation that may belong to a bloc.

use crate::{
    Aggregate, Authority, Denied, LocalisedName, Name, Recorded, Rejection, Rights, Role, UnitId,
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

/// A unit was entered into the register.
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

/// A unit received an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identified {
    /// The identifier.
    pub identifier: UnitIdentifier,
}

events! {
    /// What can happen to a unit.
    UnitEvent {
        "unit.registered" => Registered(Registered),
        "unit.renamed" => Renamed(Renamed),
        "unit.identified" => Identified(Identified),
    }
}

/// What can be asked of a unit.
#[derive(Clone, Debug)]
pub enum UnitAct {
    /// Enter it into the register.
    Register(Registered),
    /// Give it another name.
    Rename(Renamed),
    /// Record an identifier.
    Identify(Identified),
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct UnitCommand {
    /// The unit.
    pub id: UnitId,
    /// What is asked.
    pub act: UnitAct,
    /// Those of the act's identifiers that belong to another unit already.
    pub taken: Vec<(UnitIdentifier, UnitId)>,
}

/// A unit in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its present name.
    pub name: LocalisedName,
    /// What sort of organisation it is.
    pub kind: UnitKind,
    /// Where it is.
    pub place: Option<Name>,
    /// What other systems know it by.
    pub identifiers: Vec<UnitIdentifier>,
}

impl UnitAct {
    /// The identifiers the act would give the unit.
    pub fn identifiers(&self) -> &[UnitIdentifier] {
        match self {
            Self::Register(registered) => &registered.identifiers,
            Self::Identify(identified) => std::slice::from_ref(&identified.identifier),
            Self::Rename(_) => &[],
        }
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
        if let Some((identifier, owner)) = command.taken.into_iter().next() {
            return Err(Rejection::IdentifierTaken(identifier, owner));
        }
        let event: UnitEvent = match (state, command.act) {
            (None, UnitAct::Register(registered)) => registered.into(),
            (Some(_), UnitAct::Register(_)) => return Err(Rejection::AlreadyExists(Thing::Unit(command.id))),
            (None, UnitAct::Rename(_) | UnitAct::Identify(_)) => {
                return Err(Rejection::Unknown(Thing::Unit(command.id)));
            }
            (Some(_), UnitAct::Rename(renamed)) => renamed.into(),
            (Some(unit), UnitAct::Identify(identified)) => {
                if unit.identifiers.contains(&identified.identifier) {
                    return Err(Rejection::AlreadyExists(Thing::Identifier(identified.identifier)));
                }
                identified.into()
            }
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, UnitEvent>) -> Option<Self> {
        match fact.event {
            UnitEvent::Registered(registered) => Some(Self {
                name: registered.name.clone(),
                kind: registered.kind,
                place: registered.place.clone(),
                identifiers: registered.identifiers.clone(),
            }),
            UnitEvent::Renamed(renamed) => state.map(|unit| Self { name: renamed.name.clone(), ..unit }),
            UnitEvent::Identified(identified) => state.map(|mut unit| {
                unit.identifiers.push(identified.identifier.clone());
                unit
            }),
        }
    }

    fn permits(rights: &Rights<'_>, _: Option<&Self>, command: &UnitCommand) -> Result<Authority, Denied> {
        match &command.act {
            UnitAct::Register(_) | UnitAct::Rename(_) | UnitAct::Identify(_) => {
                rights.any_of(&[Role::Registrar])
            }
        }
    }
}
