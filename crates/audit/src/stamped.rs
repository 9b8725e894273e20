//! The time stamps that come with a log: each is of a head that the log signed and grew out of, and what was in that head
//! was recorded before the moment it states. Facts name them, and what follows such a fact was recorded after that moment.

use crate::{
    facts::Facts,
    failure::{Failure, Finding, FindingKind},
    head::{Head, expect_growth},
    source::Source,
    time_stamp::{Authorities, TimeStamp},
};
use domain::{Timestamp, log::TimeAnchored};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tlog::{checkpoint::SignedCheckpoint, policy::Policy};

/// A time stamp as a source has it: the head it is of, and the authority's reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The signed note, exactly as it was stamped.
    pub checkpoint: Vec<u8>,
    /// What the authority answered.
    pub reply: Vec<u8>,
}

/// A head of the log that was there at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stamped {
    /// How many entries it covers.
    pub size: u64,
    /// The moment that the stamp states.
    pub time: Timestamp,
    /// Whether an authority that the auditor believes made it. Otherwise it bounds nothing.
    pub verified: bool,
    /// SHA-256 of the reply, by which facts of the log name it.
    #[serde(skip)]
    pub hash: [u8; 32],
}

/// Checks the stamps that a source has of heads up to this one.
///
/// # Errors
/// A stamp is of something else, of a head that the log did not sign or grow out of, or not by an authority that the
/// auditor believes.
pub fn check(
    source: &mut Source,
    head: &Head,
    policy: &Policy,
    authorities: Option<&Authorities>,
) -> Result<Vec<Stamped>, Failure> {
    let mut found = Vec::new();
    for Stamp { checkpoint, reply } in source.time_stamps()? {
        let wrong = |what: String| Failure::from(Finding::new(FindingKind::TimeStamp, what));
        let signed = SignedCheckpoint::parse(&checkpoint).map_err(|error| wrong(error.to_string()))?;
        let size = signed.checkpoint().size();
        if size > head.size() {
            continue;
        }
        let at = |what: String| Failure::from(Finding::new(FindingKind::TimeStamp, what).against(&signed));
        let is_signed = match Head::of_log(signed.clone(), policy) {
            Ok(_) => true,
            // By a key before the one that is believed, perhaps: what counts is that the log grew out of this head.
            Err(Failure::Policy(_)) => false,
            Err(failure) => return Err(failure),
        };
        let stamp = TimeStamp::read(&reply, &checkpoint).map_err(|error| at(error.to_string()))?;
        if let Some(authorities) = authorities {
            stamp.verify(authorities).map_err(|error| at(error.to_string()))?;
        }
        expect_growth(source, &signed, &head.signed).map_err(|failure| {
            if let (Failure::Found(found), false) = (&failure, is_signed) {
                at(found.what.clone())
            } else {
                failure
            }
        })?;
        found.push(Stamped {
            size,
            time: stamp.time,
            verified: authorities.is_some(),
            hash: Sha256::digest(&reply).into(),
        });
    }
    found.sort_by_key(|stamped| (stamped.size, stamped.time));
    Ok(found)
}

/// Every time stamp that a fact names is among those that come with the log, and states what the fact says of it.
///
/// # Errors
/// One is not.
pub fn expect_named(facts: &Facts, stamps: &[Stamped]) -> Result<(), Failure> {
    for (TimeAnchored { size, time, reply }, position) in facts.anchored() {
        let is_it = |stamped: &Stamped| (stamped.size, stamped.time, stamped.hash) == (size, time, reply.0);
        if !stamps.iter().any(is_it) {
            let what = format!("the time stamp of {time} that is named here does not come with the log");
            return Err(Finding::new(FindingKind::TimeStamp, what).at(position.0).into());
        }
    }
    Ok(())
}
