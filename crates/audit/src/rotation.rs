//! From a key that is believed to the one that took over from it: the log says so in a fact of its own, and the old key
//! signed a head that covers this fact. Whoever has only the new key can show no such head.

use crate::{
    failure::{Failure, Finding, FindingKind},
    head::Head,
    source::Source,
};
use domain::{
    Envelope, Event,
    log::{KeyRotated, LogEvent},
};
use serde::Deserialize;
use tlog::{key::VerifierKey, leaf_hash, policy::Policy, proof::verify_inclusion, proof_file::ProofFile};

/// The file below the log's prefix in which the changes of its key are proven.
pub const FILE: &str = "rotations";

/// Proof files (c2sp.org/tlog-proof), oldest change first, each with the entry that tells of it as extra data.
#[derive(Deserialize)]
struct Rotations {
    items: Vec<String>,
}

/// The policy after every change of a key that the keys it already believes vouch for. A change for which they do not is
/// passed over: then what the new key signs is not believed.
///
/// # Errors
/// The source cannot be read, or the proofs are malformed.
pub fn follow(source: &mut Source, policy: Policy) -> Result<Policy, Failure> {
    let Some(bytes) = source.get(FILE)? else { return Ok(policy) };
    let malformed = |what: String| Finding::new(FindingKind::Malformed, what).in_file(FILE);
    let rotations: Rotations =
        serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
    let mut policy = policy;
    for item in rotations.items {
        let proof = ProofFile::parse(item.as_bytes()).map_err(|error| malformed(error.to_string()))?;
        if let Some((old, new, from_size)) = vouched(&proof, &policy)? {
            policy = policy.clone().after_rotation(&old, new, from_size).unwrap_or(policy);
        }
    }
    Ok(policy)
}

/// Whether a source tells of any change of its key, and how.
pub(crate) fn file(source: &mut Source) -> Result<Option<Vec<u8>>, Failure> {
    let is_told =
        |bytes: &Vec<u8>| serde_json::from_slice::<Rotations>(bytes).is_ok_and(|r| !r.items.is_empty());
    Ok(source.get(FILE)?.filter(is_told))
}

/// The old key, the new one, and from which size on it signs.
type Change = (VerifierKey, VerifierKey, u64);

fn vouched(proof: &ProofFile, policy: &Policy) -> Result<Option<Change>, Failure> {
    let Some(entry) = &proof.extra else { return Ok(None) };
    let Some((old, new, from_size)) = told(proof.index, entry) else { return Ok(None) };
    // Whether enough witnesses saw it matters for the head that is checked, which grew out of this one.
    let head = match Head::of_log(proof.checkpoint.clone(), policy) {
        Ok(head) => head,
        Err(Failure::Policy(_)) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let signed = head.signed.checkpoint();
    let both = [&old, &new].into_iter().all(|key| head.signed.note().verify([key]).is_ok());
    let is_in = verify_inclusion(&leaf_hash(entry), proof.index, signed.size(), &proof.proof, signed.root());
    Ok((both && is_in.is_ok()).then_some((old, new, from_size)))
}

/// What an entry tells of a change, if that is what it tells of.
fn told(index: u64, entry: &[u8]) -> Option<Change> {
    let fact = Envelope::read(entry).ok().filter(|fact| fact.position.0 == index)?;
    let Event::Log(LogEvent::KeyRotated(KeyRotated { old, new, from_size })) = fact.event else {
        return None;
    };
    Some((old.as_str().parse().ok()?, new.as_str().parse().ok()?, from_size))
}
