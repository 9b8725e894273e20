//! Who may do what in the year of a bloc. The leader is whoever the log says, not what a token claims.

use super::{Year, YearAct, YearCommand};
use crate::{Authority, Denied, Rights, Role, UnitId, regulation::Scorer};

/// Whether the holder of `rights` may ask for the act.
pub(super) fn permits(
    rights: &Rights<'_>,
    state: Option<&Year>,
    command: &YearCommand,
) -> Result<Authority, Denied> {
    let official = Role::Official { bloc: Some(command.bloc) };
    let officer = |unit: UnitId| Role::UnitOfficer { unit };
    let leadership = state.and_then(|year| year.leadership.as_ref());
    let leaders = || leadership.into_iter().flat_map(|l| [Some(l.leader), l.deputy]).flatten().map(officer);
    match &command.act {
        YearAct::Open | YearAct::RecordLeadership(_) => rights.any_of(&[official, Role::Registrar]),
        YearAct::AdoptRegulation(_) | YearAct::HoldConference(_) => {
            rights.any_of(&leaders().chain([official, Role::Registrar]).collect::<Vec<_>>())
        }
        YearAct::FileRegistration(act) => rights.any_of(&[officer(act.unit)]),
        YearAct::SignPledge(unit) => rights.any_of(&[officer(*unit)]),
        YearAct::FileReport(act) => rights.any_of(&[officer(act.unit)]),
        YearAct::GiveScores(act) => match act.scorer {
            Scorer::Itself => rights.any_of(&[officer(act.unit)]),
            // Whoever leads and is not the unit itself is asked first; the rule on recusal says no to the other.
            Scorer::Bloc => {
                let own = officer(act.unit);
                let (apart, itself): (Vec<_>, Vec<_>) = leaders().partition(|role| *role != own);
                rights.any_of(&[apart, itself].concat())
            }
            Scorer::Peer | Scorer::Panel => {
                rights.any_of(&act.given_by.map(officer).into_iter().collect::<Vec<_>>())
            }
            Scorer::Official => rights.any_of(&[official]),
        },
        YearAct::Exclude(_) => rights.any_of(&[official]),
        YearAct::CastVote(act) => rights.any_of(&[officer(act.elector)]),
        YearAct::AssignPanel(_)
        | YearAct::AdoptScoreTable(_)
        | YearAct::OpenBallot(_)
        | YearAct::CloseBallot(_)
        | YearAct::BreakTie(_)
        | YearAct::AdoptRanking(_)
        | YearAct::ElectLeadership(_) => rights.any_of(&leaders().chain([official]).collect::<Vec<_>>()),
    }
}
