//! The quota of an award: pure arithmetic over what happened, with every number of it as data.
//!
//! How many there may be is a rule of the regulation ([`QuotaRule`]); this page only counts. It assumes neither a base
//! nor a rounding: where a rule does not speak for a bloc, the answer is that nobody knows, and not a number.

use crate::{
    BlocId, CommendationId, PersonId, Position, UnitId,
    commendation::{AwardKind, Commendation, CommendationState},
    regulation::award::{AwardRule, Pool, QuotaBase, QuotaRounding, QuotaRule},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What quotas are counted from: one bloc in one year, and beside it the blocs of the same level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The members of the bloc.
    pub members: Vec<UnitId>,
    /// Those of them that are not excluded.
    pub considered: Vec<UnitId>,
    /// The leading units of all blocs of the level, as their rankings name them.
    pub leading: Vec<(BlocId, UnitId)>,
    /// The dossiers of the year in all blocs of the level, as they were proposed.
    pub dossiers: Vec<Counted>,
}

/// A dossier, as far as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The dossier.
    pub id: CommendationId,
    /// Of which bloc.
    pub bloc: BlocId,
    /// For what.
    pub award: AwardKind,
    /// For whom.
    pub unit: UnitId,
    /// The person it is for, when it is for one.
    pub person: Option<PersonId>,
    /// How far it has come.
    pub state: CommendationState,
    /// Whether the council allowed it beyond the quota.
    pub beyond: bool,
    /// Where its latest fact stands.
    pub last: Position,
}

/// Whose awards a quota limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaScope {
    /// Those of one bloc.
    Bloc,
    /// Those of all blocs of the level.
    AllBlocs,
}

impl QuotaScope {
    /// Every scope, in the order of this list.
    pub const ALL: [Self; 2] = [Self::Bloc, Self::AllBlocs];
}

/// The arithmetic of a percentage: `percent` of (`base` − `taken`), rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reckoning {
    /// How many units the base holds.
    pub base: u32,
    /// How many of them other awards take away.
    pub taken: u32,
    /// The percentage.
    pub percent: u8,
    /// What became of the fraction.
    pub rounding: QuotaRounding,
    /// The exact result in hundredths of a unit.
    pub exact_hundredths: u64,
}

/// The quota of one award, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The award.
    pub award: AwardKind,
    /// Whose awards it limits.
    pub scope: QuotaScope,
    /// The arithmetic of a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reckoning: Option<Reckoning>,
    /// How many there may be; absent when the rule does not speak for this bloc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<u32>,
    /// How many dossiers take from it: approved by the council, or decided where no council votes.
    pub used: u32,
    /// How many the council allowed beyond it.
    pub beyond: u32,
}

impl Counted {
    /// A dossier as it counts; `last` is where its latest fact stands.
    pub fn of(id: CommendationId, dossier: &Commendation, last: Position) -> Self {
        let proposal = &dossier.proposal;
        let (bloc, award, unit) = (proposal.bloc, proposal.award, dossier.unit());
        let (person, beyond) = (proposal.recipient.person(), dossier.beyond_quota.is_some());
        Self { id, bloc, award, unit, person, state: dossier.state(), beyond, last }
    }
}

impl Quota {
    /// How many are left; `None` when nobody knows how many there may be.
    pub fn left(&self) -> Option<u32> {
        self.allowed.map(|allowed| allowed.saturating_sub(self.used))
    }

    /// Whether no more were given than there may be, those beyond it by the council's override left out.
    pub fn is_respected(&self) -> Option<bool> {
        self.allowed.map(|allowed| self.used <= allowed)
    }

    /// Whether there are units to choose from and yet none may be chosen, as in a bloc of five of which one has the flag:
    /// 20 per cent of four are no whole unit.
    pub fn allows_none_of_some(&self) -> bool {
        self.allowed == Some(0) && self.reckoning.is_some_and(|reckoning| reckoning.base > reckoning.taken)
    }
}

impl Reckoning {
    /// The arithmetic of `percent` of what `taken` leave of `base`.
    pub fn new(percent: u8, base: u32, taken: u32, rounding: QuotaRounding) -> Self {
        let remaining = u64::from(base.saturating_sub(taken));
        Self { base, taken, percent, rounding, exact_hundredths: remaining * u64::from(percent) }
    }

    /// The whole number of units.
    pub fn allowed(&self) -> u32 {
        let (whole, rest) = (self.exact_hundredths / 100, self.exact_hundredths % 100);
        let up = match self.rounding {
            QuotaRounding::Floor => false,
            QuotaRounding::Ceil => rest > 0,
            QuotaRounding::HalfUp => rest >= 50,
        };
        u32::try_from(whole + u64::from(up)).unwrap_or(u32::MAX)
    }
}

impl QuotaRule {
    /// Whose awards it limits: a share of what all blocs hold is shared by all blocs.
    pub const fn scope(&self) -> QuotaScope {
        match self {
            Self::Count(_) | Self::Allotted(_) => QuotaScope::Bloc,
            Self::Percent(rule) => match rule.base {
                QuotaBase::MeetingStandard(_) | QuotaBase::LeadingUnits => QuotaScope::AllBlocs,
                QuotaBase::Members | QuotaBase::Considered | QuotaBase::Remaining(_) => QuotaScope::Bloc,
            },
        }
    }
}

impl AwardRule {
    /// The quota of the award in `bloc`, counted on `ground`; `None` when the rule limits nothing.
    pub fn quota_on(&self, ground: &Ground, bloc: BlocId) -> Option<Quota> {
        let rule = self.quota.as_ref()?;
        let (allowed, reckoning) = match rule {
            QuotaRule::Count(count) => (Some(u32::from(*count)), None),
            QuotaRule::Allotted(list) => {
                let own = list.iter().find(|allotment| allotment.bloc == bloc);
                (own.map(|allotment| u32::from(allotment.count)), None)
            }
            QuotaRule::Percent(rule) => {
                let (base, taken) = ground.base(&rule.base, bloc);
                let reckoning = Reckoning::new(rule.percent, base, taken, rule.rounding);
                (Some(reckoning.allowed()), Some(reckoning))
            }
        };
        let scope = rule.scope();
        let counted: Vec<_> = ground.using(self.award, scope, bloc).collect();
        let beyond = counted.iter().filter(|dossier| dossier.beyond).count();
        Some(Quota {
            award: self.award,
            scope,
            reckoning,
            allowed,
            used: count(counted.len() - beyond),
            beyond: count(beyond),
        })
    }
}

impl Ground {
    /// The dossiers that take from the quota of an award, those beyond it included.
    pub fn using(&self, award: AwardKind, scope: QuotaScope, bloc: BlocId) -> impl Iterator<Item = &Counted> {
        self.dossiers.iter().filter(move |dossier| {
            let within = match scope {
                QuotaScope::Bloc => dossier.bloc == bloc,
                QuotaScope::AllBlocs => true,
            };
            dossier.award == award && within && dossier.state.is_approved()
        })
    }

    /// The size of a base, and how many units other awards take from it.
    fn base(&self, base: &QuotaBase, bloc: BlocId) -> (u32, u32) {
        match base {
            QuotaBase::Members => (count(self.members.len()), 0),
            QuotaBase::Considered => (count(self.considered.len()), 0),
            QuotaBase::MeetingStandard(award) => {
                let meeting = self.using(*award, QuotaScope::AllBlocs, bloc);
                let units: BTreeSet<_> = meeting.filter(|d| d.person.is_none()).map(|d| d.unit).collect();
                (count(units.len()), 0)
            }
            QuotaBase::LeadingUnits => (count(self.leading.len()), 0),
            QuotaBase::Remaining(remaining) => {
                let pool = match remaining.of {
                    Pool::Members => &self.members,
                    Pool::Considered => &self.considered,
                };
                let taken: BTreeSet<_> = self
                    .dossiers
                    .iter()
                    .filter(|d| d.bloc == bloc && d.state.stands() && remaining.after.contains(&d.award))
                    // What units are counted for is taken by units: a person's award takes no unit away.
                    .filter(|d| d.person.is_none())
                    .map(|d| d.unit)
                    .filter(|unit| pool.contains(unit))
                    .collect();
                (count(pool.len()), count(taken.len()))
            }
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
