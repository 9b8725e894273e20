//! Who may do what in the year of a bloc. The leader is whoever the log says, not what a token claims.

use super::{Year, YearAct, YearCommand};
use crate::{
    Authority, Denied, EventId, Rights, Role, UnitId,
    regulation::{LeadershipMethod, Scorer},
};

/// The roles of the people of one year.
struct Offices<'y> {
    year: Option<&'y Year>,
    /// The deputy that may act as the leader on this day, and by which delegation.
    delegate: Option<(UnitId, EventId)>,
    official: Role,
}

const fn officer(unit: UnitId) -> Role {
    Role::UnitOfficer { unit }
}

impl Offices<'_> {
    /// The leader and the deputy.
    fn both(&self) -> Vec<Role> {
        let held = self.year.map(|year| [year.leader(), year.deputy()]);
        held.into_iter().flatten().flatten().map(officer).collect()
    }

    /// The leader, and the deputy while the office is lent to it or vacant.
    fn presiding(&self) -> Vec<Role> {
        let leader = self.year.and_then(Year::leader);
        let deputy = if leader.is_none() { self.year.and_then(Year::deputy) } else { None };
        let delegate = self.delegate.map(|(unit, _)| unit);
        [leader, deputy, delegate].into_iter().flatten().map(officer).collect()
    }

    /// Both, who is not the unit itself first: the rule on recusal says no to the other.
    fn both_recused(&self, unit: UnitId) -> Vec<Role> {
        let (apart, itself): (Vec<_>, Vec<_>) =
            self.both().into_iter().partition(|role| *role != officer(unit));
        [apart, itself].concat()
    }

    /// Who rules on an objection: the body above, the leader or its delegate, and the deputy on one of the leader.
    fn ruling(&self, objector: Option<UnitId>) -> Vec<Role> {
        let leads = objector.is_some() && objector == self.year.and_then(Year::leader);
        let own = if leads { self.both() } else { self.presiding() };
        let (apart, itself): (Vec<_>, Vec<_>) =
            own.into_iter().partition(|role| objector.is_none_or(|unit| *role != officer(unit)));
        [apart, vec![self.official], itself].concat()
    }

    /// The delegation the authority rests on, where the act is the leader's alone.
    fn mark(&self, by: Authority, alone: bool) -> Authority {
        let delegation = self
            .delegate
            .filter(|(unit, _)| alone && by.unit == Some(*unit))
            .map(|(_, delegation)| delegation);
        Authority { delegation, ..by }
    }
}

/// Whether the holder of `rights` may ask for the act.
pub(super) fn permits(
    rights: &Rights<'_>,
    state: Option<&Year>,
    command: &YearCommand,
) -> Result<Authority, Denied> {
    let official = Role::Official { bloc: Some(command.bloc) };
    let delegate = state.and_then(|year| year.delegation_on(command.proofs.received.day()));
    let offices = Offices { year: state, delegate, official };
    let (roles, alone) = asked_of(&offices, &command.act);
    rights.any_of(&roles).map(|by| offices.mark(by, alone))
}

/// Who may, and whether it is the leader alone (or the deputy in its place).
fn asked_of(offices: &Offices<'_>, act: &YearAct) -> (Vec<Role>, bool) {
    let Offices { year, official, .. } = *offices;
    let with = |roles: Vec<Role>, more: &[Role]| [roles, more.to_vec()].concat();
    let objector = |id| year.and_then(|year| year.objection(id)).map(|objection| objection.unit);
    match act {
        YearAct::Open
        | YearAct::RecordLeadership(_)
        | YearAct::VacateLeadership(_)
        | YearAct::ReplaceLeadership(_) => (vec![official, Role::Registrar], false),
        YearAct::AdoptRegulation(_) | YearAct::AdoptDraft(_) | YearAct::HoldConference(_) => {
            (with(offices.both(), &[official, Role::Registrar]), false)
        }
        YearAct::DraftRegulation(_) => (with(offices.presiding(), &[official, Role::Registrar]), true),
        YearAct::Delegate(_) => (year.and_then(Year::leader).map(officer).into_iter().collect(), false),
        // The body above first: what it may, a leader may not always.
        YearAct::ChangeDeadline(_) => ([vec![official], offices.presiding()].concat(), true),
        YearAct::HandOver(_) | YearAct::HoldConsultation(_) => (with(offices.presiding(), &[official]), true),
        YearAct::CommentDraft(act) => (vec![officer(act.unit)], false),
        YearAct::FileRegistration(act) => (vec![officer(act.unit)], false),
        YearAct::SignPledge(unit) => (vec![officer(*unit)], false),
        YearAct::FileReport(act) => (vec![officer(act.unit)], false),
        YearAct::GiveScores(act) => match act.scorer {
            Scorer::Itself => (vec![officer(act.unit)], false),
            Scorer::Bloc => (offices.both_recused(act.unit), false),
            Scorer::Peer | Scorer::Panel => (act.given_by.map(officer).into_iter().collect(), false),
            Scorer::Official => (vec![official], false),
        },
        YearAct::QueryScore(act) => match act.asked_by {
            Some(unit) => (vec![officer(unit)], false),
            None => (with(offices.both(), &[official]), false),
        },
        YearAct::ExplainScore(act) => {
            let asked_of = year.and_then(|year| year.query(act.query)).and_then(|query| query.asked_of);
            (vec![asked_of.map_or(official, officer)], false)
        }
        YearAct::LodgeObjection(act) => (vec![officer(act.unit)], false),
        YearAct::RuleOnObjection(act) => {
            let objector = objector(act.objection);
            let leads = objector.is_some() && objector == year.and_then(Year::leader);
            (offices.ruling(objector), !leads)
        }
        YearAct::Exclude(_) | YearAct::RecordCouncil(_) => (vec![official], false),
        YearAct::CastVote(act) => (vec![officer(act.elector)], false),
        YearAct::ElectLeadership(_) if designates(year) => (vec![official], false),
        YearAct::AssignPanel(_)
        | YearAct::AdoptScoreTable(_)
        | YearAct::OpenBallot(_)
        | YearAct::CloseBallot(_)
        | YearAct::BreakTie(_)
        | YearAct::AdoptRanking(_)
        | YearAct::ElectLeadership(_) => (with(offices.both(), &[official]), false),
    }
}

/// Whether the body above names the next leader.
fn designates(year: Option<&Year>) -> bool {
    let adopted = year.and_then(|year| year.regulation.as_ref());
    adopted.is_some_and(|adopted| adopted.regulation.leadership.method == LeadershipMethod::Designation)
}
