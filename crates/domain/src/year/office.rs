//! What happens to the office of leader during its year: it is vacated, filled again, lent to the deputy for some days,
//! and handed over to the next.

use super::{Leadership, Mark, Proofs, Year};
use crate::{
    Date, EventId, Name, Rejection, Remark, UnitId,
    regulation::{LeadershipMethod, Step},
    rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// The leader or the deputy no longer holds its office, and nobody has taken its place yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipVacated {
    /// The leader unit or the deputy unit.
    pub unit: UnitId,
    /// Why.
    pub reason: Remark,
}

/// During the year another leader and deputy took office. Who held it before stays on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipReplaced {
    /// The leader unit.
    pub leader: UnitId,
    /// The deputy unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<UnitId>,
    /// How they were found; absent where the papers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<LeadershipMethod>,
    /// Why.
    pub reason: Remark,
}

/// Asks to record the hand-over.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// On which day.
    pub on: Date,
    /// What was handed over, such as the rotating banner (cờ luân lưu cụm trưởng).
    pub banner: Option<Name>,
    /// What else is to be known.
    pub note: Option<Remark>,
}

/// The leader handed over to the next year's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipHandedOver {
    /// The leader unit of this year.
    pub from: UnitId,
    /// The leader unit of the next.
    pub to: UnitId,
    /// On which day.
    pub on: Date,
    /// What was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banner: Option<Name>,
    /// What else is to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// Asks to lend the office to the deputy.
#[derive(Clone, Debug)]
pub struct Delegate {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Why.
    pub reason: Option<Remark>,
}

/// The leader lent its office to the deputy for some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipDelegated {
    /// The leader unit.
    pub leader: UnitId,
    /// The deputy unit, which may act as the leader.
    pub deputy: UnitId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// What happened to the office in this year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Who led before and was replaced, oldest first.
    pub former: Vec<Leadership>,
    /// Which of the present leader and deputy no longer hold their office.
    pub vacant: Vec<(UnitId, Mark)>,
    /// The delegations by the present leader, oldest first.
    pub delegations: Vec<(LeadershipDelegated, Mark)>,
    /// The hand-over to the next leader.
    pub handed_over: Option<(LeadershipHandedOver, Mark)>,
}

impl Year {
    /// The leader, unless its office is vacant.
    pub fn leader(&self) -> Option<UnitId> {
        self.leadership.as_ref().map(|held| held.leader).filter(|unit| self.holds_office(*unit))
    }

    /// The deputy, unless its office is vacant.
    pub fn deputy(&self) -> Option<UnitId> {
        self.leadership.as_ref()?.deputy.filter(|unit| self.holds_office(*unit))
    }

    fn holds_office(&self, unit: UnitId) -> bool {
        self.office.vacant.iter().all(|(vacated, _)| *vacated != unit)
    }

    /// The delegation by which the deputy may act as the leader on a day.
    pub fn delegation_on(&self, day: Date) -> Option<(UnitId, EventId)> {
        let valid = |(given, _): &&(LeadershipDelegated, Mark)| given.from <= day && day <= given.until;
        let (given, mark) = self.office.delegations.iter().rev().find(valid)?;
        (self.deputy() == Some(given.deputy)).then_some((given.deputy, mark.id))
    }

    pub(super) fn vacate_leadership(&self, act: LeadershipVacated) -> Result<LeadershipVacated, Rejection> {
        if [self.leader(), self.deputy()].contains(&Some(act.unit)) {
            Ok(act)
        } else {
            Err(Rejection::NotInOffice(act.unit))
        }
    }

    pub(super) fn replace_leadership(
        &self,
        act: LeadershipReplaced,
        proofs: &Proofs,
    ) -> Result<LeadershipReplaced, Rejection> {
        self.leadership.as_ref().ok_or(Rejection::Unknown(Thing::Leader))?;
        Self::two_members(act.leader, act.deputy, proofs)?;
        Ok(act)
    }

    /// The leader and the deputy are two different members.
    pub(super) fn two_members(
        leader: UnitId,
        deputy: Option<UnitId>,
        proofs: &Proofs,
    ) -> Result<(), Rejection> {
        if deputy == Some(leader) {
            return Err(Rejection::SameUnit(leader));
        }
        let named = [Some(leader), deputy].into_iter().flatten();
        match named.into_iter().find(|unit| !proofs.roster.contains(unit)) {
            Some(stranger) => Err(Rejection::NotAMember(stranger)),
            None => Ok(()),
        }
    }

    pub(super) fn hand_over(&self, act: HandOver) -> Result<LeadershipHandedOver, Rejection> {
        let next = self.elected.as_ref().ok_or_else(|| Rejection::OutOfOrder {
            step: Step::Leadership,
            missing: vec![Step::Leadership.into()],
        })?;
        if self.office.handed_over.is_some() {
            return Err(Rejection::AlreadyExists(Thing::HandOver));
        }
        let present = self.leadership.as_ref().ok_or(Rejection::Unknown(Thing::Leader))?;
        let HandOver { on, banner, note } = act;
        Ok(LeadershipHandedOver { from: present.leader, to: next.leader, on, banner, note })
    }

    pub(super) fn delegate(&self, act: Delegate, proofs: &Proofs) -> Result<LeadershipDelegated, Rejection> {
        let leader = self.leader().ok_or(Rejection::Unknown(Thing::Leader))?;
        let deputy = self.deputy().ok_or(Rejection::Unknown(Thing::Deputy))?;
        let today = proofs.received.day();
        let Delegate { from, until, reason } = act;
        if until < today || until < from {
            return Err(Rejection::PeriodOver { until, today: today.max(from) });
        }
        Ok(LeadershipDelegated { leader, deputy, from, until, reason })
    }

    pub(super) fn take_leadership(&mut self, leadership: Leadership) {
        self.office.former.extend(self.leadership.replace(leadership));
        self.office.vacant.clear();
        self.office.delegations.clear();
    }
}

impl LeadershipReplaced {
    pub(super) fn leadership(&self, mark: Mark) -> Leadership {
        Leadership { leader: self.leader, deputy: self.deputy, method: self.method, mark }
    }
}
