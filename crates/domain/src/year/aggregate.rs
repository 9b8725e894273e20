//! The year as an aggregate: what decides, what folds, who may.

use super::{Mark, Timeliness, Year, YearAct, YearCommand, YearEvent, opening, permission};
use crate::{Aggregate, Authority, Denied, Recorded, Rejection, Rights, rejection::Thing};

impl Aggregate for Year {
    type Command = YearCommand;
    type Event = YearEvent;

    fn decide(
        state: Option<&Self>,
        command: YearCommand,
        by: &Authority,
    ) -> Result<Vec<YearEvent>, Rejection> {
        if !command.proofs.bloc_exists {
            return Err(Rejection::Unknown(Thing::Bloc(command.bloc)));
        }
        command.proofs.all_there(command.bloc)?;
        match (state, &command.act) {
            (Some(year), _) => {
                let position = command.proofs.position;
                year.decide_open(command, by).and_then(|event| year.with_publication(event, position))
            }
            (None, YearAct::Open) => Ok(opening::open(&command)),
            (None, _) => Err(Rejection::Unknown(Thing::Year(command.year))),
        }
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, YearEvent>) -> Option<Self> {
        let mark = Mark {
            position: fact.position,
            id: fact.id,
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
            timeliness: Timeliness::default(),
        };
        match (fact.event, state) {
            (YearEvent::Opened(opened), None) => Some(opened.year()),
            (event, state) => state.map(|year| year.apply(event, mark)),
        }
    }

    fn permits(
        rights: &Rights<'_>,
        state: Option<&Self>,
        command: &YearCommand,
    ) -> Result<Authority, Denied> {
        permission::permits(rights, state, command)
    }
}
