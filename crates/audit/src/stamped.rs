//! The time stamps that come with a log: each is of a head that the log signed and grew out of, and what was in that head
//! was recorded before the moment it states.

use crate::{
    failure::{Failure, Finding, FindingKind},
    head::{Head, expect_growth},
    source::Source,
    time_stamp::{Authorities, TimeStamp},
};
use domain::Timestamp;
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
        let stamped = Head::of_log(signed, policy)?;
        if stamped.size() > head.size() {
            continue;
        }
        let at =
            |what: String| Failure::from(Finding::new(FindingKind::TimeStamp, what).against(&stamped.signed));
        let stamp = TimeStamp::read(&reply, &checkpoint).map_err(|error| at(error.to_string()))?;
        if let Some(authorities) = authorities {
            stamp.verify(authorities).map_err(|error| at(error.to_string()))?;
        }
        expect_growth(source, &stamped.signed, &head.signed)?;
        found.push(Stamped {
            size: stamped.size(),
            time: stamp.time,
            verified: authorities.is_some(),
            hash: Sha256::digest(&reply).into(),
        });
    }
    found.sort_by_key(|stamped| (stamped.size, stamped.time));
    Ok(found)
}
