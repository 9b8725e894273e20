//! The signed head of a log: whom the policy believes, and whether one head grew out of another.

use crate::{
    failure::{Failure, Finding, FindingKind},
    source::Source,
    stamped::Stamped,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use tlog::{
    RightEdge,
    checkpoint::SignedCheckpoint,
    policy::{Policy, PolicyError},
    proof::{MakeError, verify_consistency},
    tile::{ReadError, Tile, TileReader},
};

/// A checkpoint that the policy believes.
#[derive(Clone, Debug)]
pub struct Head {
    /// The checkpoint.
    pub signed: SignedCheckpoint,
    /// The witnesses that cosigned, as the policy names them, each with the latest time it states, in seconds since
    /// 1970-01-01 UTC.
    pub witnesses: Vec<(String, u64)>,
    /// Time stamps of this head and earlier ones, if they were looked for.
    pub stamps: Vec<Stamped>,
}

impl Head {
    /// The head of a source.
    ///
    /// # Errors
    /// There is none, or the policy does not believe it.
    pub fn read(source: &mut Source, policy: &Policy) -> Result<Self, Failure> {
        Self::judge(source.checkpoint()?, policy)
    }

    /// A checkpoint under a policy.
    ///
    /// # Errors
    /// The policy does not believe it.
    pub fn judge(signed: SignedCheckpoint, policy: &Policy) -> Result<Self, Failure> {
        let found = |kind, error: &PolicyError| Finding::new(kind, error.to_string()).against(&signed).into();
        match policy.check(&signed) {
            Ok(witnessed) => {
                let named = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
                let witnesses =
                    witnessed.witnesses.iter().map(|(witness, time)| (named(&witness.name), *time));
                Ok(Self { witnesses: witnesses.collect(), signed, stamps: Vec::new() })
            }
            Err(error @ PolicyError::UnknownLog(_)) => Err(found(FindingKind::OtherOrigin, &error)),
            Err(error @ PolicyError::Signature(_)) => Err(found(FindingKind::Signature, &error)),
            Err(error @ (PolicyError::NotSigned(_) | PolicyError::Quorum(_))) => Err(Failure::Policy(error)),
        }
    }

    /// A checkpoint that its log signed, whoever else did: what an auditor kept, what a witness has.
    ///
    /// # Errors
    /// The log of the policy did not sign it, or a signature is wrong.
    pub fn of_log(signed: SignedCheckpoint, policy: &Policy) -> Result<Self, Failure> {
        match Self::judge(signed.clone(), policy) {
            Err(Failure::Policy(PolicyError::Quorum(_))) => {
                Ok(Self { signed, witnesses: Vec::new(), stamps: Vec::new() })
            }
            judged => judged,
        }
    }

    /// Which log.
    pub fn origin(&self) -> &str {
        self.signed.checkpoint().origin()
    }

    /// How many entries.
    pub const fn size(&self) -> u64 {
        self.signed.checkpoint().size()
    }

    /// The latest time that a witness states.
    pub fn witnessed_at(&self) -> Option<u64> {
        self.witnesses.iter().map(|(_, time)| *time).max()
    }

    /// Whether a witness saw it within so many seconds before `now`; both count from 1970-01-01 UTC.
    ///
    /// # Errors
    /// None did: the log may be frozen.
    pub fn expect_fresh(&self, now: u64, max_age: u64) -> Result<(), Failure> {
        match self.witnessed_at() {
            Some(time) if time.saturating_add(max_age) >= now => Ok(()),
            Some(time) => {
                let age = now.saturating_sub(time);
                let what = format!("a witness saw this head {age} seconds ago, and {max_age} are allowed");
                Err(Finding::new(FindingKind::Stale, what).against(&self.signed).into())
            }
            None => {
                let what = "no witness of the policy says when it saw this head";
                Err(Finding::new(FindingKind::Stale, what).against(&self.signed).into())
            }
        }
    }
}

impl Serialize for Head {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let witnesses: Vec<_> = self
            .witnesses
            .iter()
            .map(|(name, time)| serde_json::json!({ "name": name, "time": time }))
            .collect();
        let mut head = serializer.serialize_struct("Head", 5)?;
        head.serialize_field("origin", self.origin())?;
        head.serialize_field("size", &self.size())?;
        head.serialize_field("root", &base64_of(self.signed.checkpoint().root()))?;
        head.serialize_field("witnesses", &witnesses)?;
        head.serialize_field("time_stamps", &self.stamps)?;
        head.end()
    }
}

/// As a checkpoint writes a hash.
pub(crate) fn base64_of(hash: &tlog::Hash) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(hash)
}

/// Checks that the log whose head is `new`, and whose tiles `source` has, grew out of what it was at `old`. Both heads
/// must be believed already.
///
/// # Errors
/// It shows less than it did, or something else: then the finding proves it to anyone who has the log's key.
pub fn expect_growth(
    source: &mut Source,
    old: &SignedCheckpoint,
    new: &SignedCheckpoint,
) -> Result<(), Failure> {
    let (before, after) = (old.checkpoint(), new.checkpoint());
    let found = |kind, what: String| Finding::new(kind, what).against(old).against(new);
    if before.origin() != after.origin() {
        let what = format!("{} and {} are different logs", before.origin(), after.origin());
        return Err(found(FindingKind::OtherOrigin, what).into());
    }
    if before.size() > after.size() {
        let what = format!("the log had {} entries and now shows {}", before.size(), after.size());
        return Err(found(FindingKind::Rollback, what).into());
    }
    if before.size() == after.size() {
        let what = format!("two roots were signed for {} entries", after.size());
        let same = before.root() == after.root();
        return if same { Ok(()) } else { Err(found(FindingKind::Fork, what).into()) };
    }
    let mut reader = TileReader::new(after.size(), |tile: Tile| source.hashes(tile));
    let proof = reader.consistency(before.size()).map_err(|error| match error {
        MakeError::Read(error) => unread(error),
        MakeError::OutOfRange { .. } => found(FindingKind::Malformed, error.to_string()).into(),
    })?;
    let leads = |root| verify_consistency(before.size(), after.size(), &proof, root, after.root());
    if leads(before.root()).is_ok() {
        return Ok(());
    }
    let edge = RightEdge::of(before.size(), |node| reader.node(node)).map_err(unread)?;
    let root = edge.root();
    if leads(&root).is_ok() {
        let what = format!("the first {} entries are not those that were signed before", before.size());
        return Err(found(FindingKind::Fork, what).proven_by(&root, &proof).into());
    }
    let what = "the tiles do not lead to the root of the checkpoint";
    Err(Finding::new(FindingKind::Root, what).against(new).into())
}

/// Which of two sources shows more is found out; whether its log grew out of the other's is then checked. Returns both
/// heads, the smaller one first.
///
/// # Errors
/// The two show different histories, or the policy believes one of them not.
pub fn compare(one: &mut Source, other: &mut Source, policy: &Policy) -> Result<[Head; 2], Failure> {
    let (first, second) = (Head::read(one, policy)?, Head::read(other, policy)?);
    let (older, newer, source) =
        if first.size() <= second.size() { (first, second, other) } else { (second, first, one) };
    expect_growth(source, &older.signed, &newer.signed)?;
    Ok([older, newer])
}

/// Holds the head of a source against what a witness of the policy has seen of the log, if the policy says where that
/// can be asked: a log that shows the auditor one history and the witness another is found out. Returns the head, read
/// again if the witness has seen more meanwhile.
///
/// # Errors
/// The two contradict each other, or the witness has seen more than the source shows.
pub fn expect_same_as_witness(
    source: &mut Source,
    head: Head,
    seen: &SignedCheckpoint,
    policy: &Policy,
) -> Result<Head, Failure> {
    let seen = Head::of_log(seen.clone(), policy)?;
    let head = if seen.size() > head.size() { Head::read(source, policy)? } else { head };
    expect_growth(source, &seen.signed, &head.signed)?;
    Ok(head)
}

pub(crate) fn unread(error: ReadError<Failure>) -> Failure {
    match error {
        ReadError::Tile(failure) => failure,
        ReadError::NoSuchNode { .. } => Finding::new(FindingKind::Missing, error.to_string()).into(),
        ReadError::Length { tile, .. } => {
            Finding::new(FindingKind::Malformed, error.to_string()).at(crate::source::first_of(tile)).into()
        }
    }
}
