//! Proposing a unit or a person: the rule of the award is looked up once and pinned.

use super::{Circumstances, Commendation, Propose, Proposed, Recipient, Recipients};
use crate::{
    Date, Rejection,
    person::PersonStanding,
    regulation::award::Stage,
    rejection::Thing,
    year::{Mark, Timeliness},
};
use std::sync::Arc;

/// A paper is not dated after the day the server received it.
pub(super) fn not_ahead(claimed: Date, around: &Circumstances) -> Result<(), Rejection> {
    let latest = around.received.day();
    if claimed > latest { Err(Rejection::ImpossibleDate { claimed, latest }) } else { Ok(()) }
}

/// Proposes a unit or a person: the rule of the award is looked up once and pinned.
pub(super) fn propose(
    act: Propose,
    around: &Circumstances,
    person: PersonStanding,
) -> Result<Proposed, Rejection> {
    if !around.bloc_exists {
        return Err(Rejection::Unknown(Thing::Bloc(act.bloc)));
    }
    let year = around.year.as_ref().ok_or(Rejection::Unknown(Thing::Year(act.year)))?;
    let adopted = year.regulation.as_ref().ok_or(Rejection::Unknown(Thing::Regulation))?;
    let rule = adopted.regulation.awards.iter().find(|rule| rule.award == act.award);
    let rule = rule.ok_or(Rejection::AwardNotRegulated(act.award))?;
    match (act.award.recipients(), act.recipient) {
        (Recipients::Persons, Recipient::Unit(_)) => return Err(Rejection::AwardForPersons(act.award)),
        (Recipients::Collectives, Recipient::Person { .. }) => {
            return Err(Rejection::AwardForCollectives(act.award));
        }
        (Recipients::Persons | Recipients::NotStated, Recipient::Person { .. })
        | (Recipients::Collectives | Recipients::NotStated, Recipient::Unit(_)) => {}
    }
    person.expect_there(act.recipient.person())?;
    let unit = act.recipient.unit();
    if !around.ground.members.contains(&unit) {
        return Err(Rejection::NotAMember(unit));
    }
    let same = |one: &&crate::quota::Counted| {
        one.bloc == act.bloc
            && one.award == act.award
            && one.unit == unit
            && one.person == act.recipient.person()
            && one.state.stands()
    };
    if let Some(there) = around.ground.dossiers.iter().find(same) {
        return Err(Rejection::AlreadyExists(Thing::Commendation(there.id)));
    }
    let proposed = Proposed {
        bloc: act.bloc,
        year: act.year,
        award: act.award,
        recipient: act.recipient,
        achievement: act.achievement,
        papers: act.papers,
        summary: act.summary,
        regulation_version: adopted.version,
        regulation: adopted.mark.id,
        rule: rule.clone(),
    };
    let mark = Mark {
        position: adopted.mark.position,
        id: adopted.mark.id,
        recorded_at: around.received,
        effective_on: around.effective_on,
        timeliness: Timeliness::default(),
    };
    Commendation::proposed(Arc::new(proposed.clone()), mark).goes_on(Stage::Proposal, around)?;
    Ok(proposed)
}
