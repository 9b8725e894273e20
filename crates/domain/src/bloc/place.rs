//! Where a bloc stands among blocs: within a larger one (a khối inside a cụm, Quảng Ninh 1174/QĐ-UBND 2017), run by a unit
//! for its own sub-units by delegation (Hòa Bình, Cao Bằng, Bình Định), of a category, in a zone, under other names. Each
//! counts from a day on.

use super::{Bloc, BlocCommand};
use crate::{BlocId, Date, LocalisedName, Name, Position, Rejection, Remark, UnitId, rejection::Thing};
use serde::{Deserialize, Serialize};

/// A bloc is also known by another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliased {
    /// The other name.
    pub alias: LocalisedName,
    /// The first day on which it is no longer used, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// The bloc was placed within another, or within none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nested {
    /// The bloc it stands in; absent when in none from that day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<BlocId>,
}

/// It was left to a unit to run the bloc, or taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegated {
    /// The unit that acts as the body above the bloc; absent when the delegation ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UnitId>,
}

/// What sort of units it gathers and in which zone, as its papers say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Its category: Party boards, enterprises, associations of special status…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Name>,
    /// Its zone: "vùng động lực", a khu vực thi đua…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Name>,
}

/// The bloc ended; its members leave it on that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dissolved {
    /// Why.
    pub reason: Remark,
    /// The blocs that take its place, where a document names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<BlocId>,
}

/// What holds from a day on, until something else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since<T> {
    /// What holds.
    pub value: T,
    /// The first day.
    pub from: Date,
    /// Where the fact that says so stands.
    pub position: Position,
}

/// Another name with its period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The name.
    pub name: LocalisedName,
    /// Its first day.
    pub from: Date,
    /// The first day on which it is no longer used.
    pub until: Option<Date>,
}

/// The end of a bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlocEnd {
    /// The first day on which it is no more.
    pub on: Date,
    /// Why.
    pub reason: Remark,
    /// The blocs that take its place.
    pub successors: Vec<BlocId>,
    /// Where the fact stands that says so.
    pub position: Position,
}

impl<T> Since<T> {
    /// Takes its place among those recorded; of two for one day the later record counts.
    pub(super) fn take(list: &mut Vec<Self>, value: T, from: Date, position: Position) {
        let at = list.partition_point(|known| known.from <= from);
        list.insert(at, Self { value, from, position });
    }

    /// What holds on a day.
    pub fn on(list: &[Self], day: Date) -> Option<&T> {
        list.iter().rev().find(|known| known.from <= day).map(|known| &known.value)
    }
}

impl Alias {
    /// Whether it is used on some day from `from` until before `until`.
    pub fn overlaps(&self, from: Date, until: Option<Date>) -> bool {
        let end = [self.until, until].into_iter().flatten().min();
        end.is_none_or(|end| self.from.max(from) < end)
    }
}

impl Bloc {
    /// The bloc it stands in on a day.
    pub fn within_on(&self, day: Date) -> Option<BlocId> {
        Since::on(&self.within, day).copied().flatten()
    }

    /// The blocs it stands in on some day from `day` on.
    pub fn within_from(&self, day: Date) -> impl Iterator<Item = BlocId> {
        let later =
            self.within.iter().filter(move |placed| placed.from > day).filter_map(|placed| placed.value);
        self.within_on(day).into_iter().chain(later)
    }

    /// The unit that runs it on a day.
    pub fn run_by(&self, day: Date) -> Option<UnitId> {
        Since::on(&self.delegated_to, day).copied().flatten()
    }

    /// Its category and zone on a day.
    pub fn described_on(&self, day: Date) -> Described {
        Since::on(&self.descriptions, day).cloned().unwrap_or_default()
    }

    /// Whether it has ended by a day.
    pub fn ended_by(&self, day: Date) -> Option<&BlocEnd> {
        self.end.as_ref().filter(|end| end.on <= day)
    }

    /// It has not ended by a day.
    ///
    /// # Errors
    /// With why it ended and what took its place.
    pub fn there_on(&self, id: BlocId, day: Date) -> Result<(), Rejection> {
        self.ended_by(day).map_or(Ok(()), |end| Err(Rejection::BlocEnded(id, Box::new(end.clone()))))
    }

    pub(super) fn may_be_called(&self, aliased: &Aliased, from: Date) -> Result<(), Rejection> {
        let until = aliased.until;
        if let Some(until) = until.filter(|until| *until <= from) {
            return Err(Rejection::EmptyPeriod { from, until });
        }
        let known = |alias: &Alias| alias.name == aliased.alias && alias.overlaps(from, until);
        if self.established.name == aliased.alias || self.aliases.iter().any(known) {
            return Err(Rejection::AlreadyExists(Thing::Alias));
        }
        Ok(())
    }

    pub(super) fn may_end(&self, command: &BlocCommand) -> Result<(), Rejection> {
        if let Some(end) = &self.end {
            return Err(Rejection::BlocEnded(command.id, Box::new(end.clone())));
        }
        for (id, successor) in &command.blocs {
            if *id == command.id {
                return Err(Rejection::Circular(Thing::Bloc(*id)));
            }
            let successor = successor.as_ref().ok_or(Rejection::Unknown(Thing::Bloc(*id)))?;
            successor.there_on(*id, command.effective_on)?;
        }
        Ok(())
    }

    pub(super) fn dissolve(&mut self, event: &Dissolved, on: Date, position: Position) {
        for membership in self.memberships.iter_mut().filter(|m| m.until.is_none_or(|until| until > on)) {
            membership.until = Some(on);
        }
        let (reason, successors) = (event.reason.clone(), event.successors.clone());
        self.end = Some(BlocEnd { on, reason, successors, position });
    }
}

/// Not within itself, nor within a bloc that stands within it.
pub(super) fn may_be_nested(command: &BlocCommand) -> Result<(), Rejection> {
    for (id, bloc) in &command.blocs {
        let bloc = bloc.as_ref().ok_or(Rejection::Unknown(Thing::Bloc(*id)))?;
        bloc.there_on(*id, command.effective_on)?;
        if *id == command.id || command.above.contains(&command.id) {
            return Err(Rejection::Circular(Thing::Bloc(*id)));
        }
    }
    Ok(())
}
