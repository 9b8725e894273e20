//! Waiting for what others write: one announcement a group, and a look at the head now and then, for an announcement may
//! be lost with its connection.

use super::{
    place::Place,
    reading::position,
    session::{Fault, Session},
};
use crate::LogError;
use domain::Position;
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long to rely on announcements alone.
const LOOK: Duration = Duration::from_millis(500);

/// How long to wait before an attempt is repeated.
const PAUSE: Duration = Duration::from_millis(50);

/// The connection that listens, while there is one.
#[derive(Default)]
pub(super) struct Listener(Option<Session>);

impl Listener {
    /// Waits until the head is beyond `seen`, but at most until `until`; the head then.
    pub(super) fn wait(
        &mut self,
        place: &Place,
        seen: Position,
        until: Instant,
    ) -> Result<Position, LogError> {
        loop {
            let outcome = self.look(place, seen, until);
            let rest = until.saturating_duration_since(Instant::now());
            match outcome {
                Ok(head) if head > seen || rest.is_zero() => return Ok(head),
                Ok(_) => {}
                Err(Fault::Refused(error)) => {
                    return Err(LogError::failed("waiting for others")(error));
                }
                Err(Fault::Lost(error)) => {
                    self.0 = None;
                    if rest.is_zero() {
                        return Err(LogError::unavailable("waiting for others")(error));
                    }
                    thread::sleep(PAUSE.min(rest));
                }
            }
        }
    }

    /// The head, after having waited a while if it was not beyond `seen`. An announcement is a reason to look, no more:
    /// whoever may connect can announce. One of what was seen, as every commit of this process makes, is none.
    fn look(&mut self, place: &Place, seen: Position, until: Instant) -> Result<Position, Fault> {
        let session = match &mut self.0 {
            Some(session) => {
                let rest = until.saturating_duration_since(Instant::now());
                let announced = session.announcement(LOOK.min(rest))?;
                if announced.is_some_and(|head| head <= seen) {
                    return Ok(seen);
                }
                session
            }
            none => {
                let session = Session::open(place)?;
                let listen = format!("listen \"{}\"", place.channel());
                session.run(session.client.batch_execute(&listen))?;
                none.insert(session)
            }
        };
        // On a new connection it is looked at after it began to listen: what is written from here on is announced.
        let head = head(session)?;
        if head < seen { Err(Fault::behind()) } else { Ok(head) }
    }
}

fn head(session: &Session) -> Result<Position, Fault> {
    let row = session.run(session.client.query_one("select position from head where one", &[]))?;
    Ok(position(row.try_get(0)?))
}
