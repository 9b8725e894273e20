//! Every envelope, held against all that came before it.

use crate::{
    failure::{Failure, Finding, FindingKind},
    head::Head,
    heads_tree::StreamHeads,
    ids::Ids,
    published::{self, Published},
    walk::Judge,
};
use ahash::AHashMap;
use domain::{
    Date, Envelope, Event, EventId, Fingerprint, KeyHash, LeafHash, Position, RequestId, Role, StreamId,
    Timestamp, Version,
    envelope::MAX_ENVELOPE_BYTES,
    grant::GrantEvent,
    log::{LogEvent, TimeAnchored},
    person::PersonEvent,
};
use tlog::key::VerifierKey;
use views::Books;

/// By how much the clocks of the log and of a witness may differ.
const CLOCKS_DIFFER_MILLIS: i64 = 300_000;

/// What the facts of a log say, as far as they have been read. It needs memory for every id, request and state.
#[derive(Default)]
pub struct Facts {
    books: Books,
    ids: Ids,
    requests: AHashMap<KeyHash, (RequestId, Fingerprint)>,
    streams: usize,
    latest: Option<Timestamp>,
    /// When a witness had seen how many entries, in milliseconds since 1970-01-01 UTC, smaller trees first.
    anchors: Vec<(u64, i64)>,
    /// When an authority that is believed had seen how many entries, in the same way.
    stamps: Vec<(u64, i64)>,
    published: Vec<Published>,
    heads: StreamHeads,
}

impl Facts {
    /// The state of every aggregate.
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// How many streams there are.
    pub const fn streams(&self) -> usize {
        self.streams
    }

    /// When the last fact was recorded.
    pub const fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// The standings that were published; each is what the facts before it come to.
    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// The time stamps that facts name, the oldest first, each with where it is named.
    pub fn anchored(&self) -> Vec<(TimeAnchored, Position)> {
        self.books.log().map(|log| log.state.anchors.clone()).unwrap_or_default()
    }
}

impl Judge for Facts {
    type Entry = Envelope;

    /// Notes when witnesses saw these heads, the smaller one first, in the place of those noted before: what is in a head
    /// was recorded before, what follows it after.
    fn anchor<'h>(&mut self, heads: impl Iterator<Item = &'h Head>) {
        let anchor = |head: &Head| {
            let millis = i64::try_from(head.witnessed_at()?).ok()?.checked_mul(1000)?;
            Some((head.size(), millis))
        };
        let heads: Vec<_> = heads.collect();
        self.anchors = heads.iter().copied().filter_map(anchor).collect();
        let believed = heads.iter().flat_map(|head| &head.stamps).filter(|stamped| stamped.verified);
        self.stamps = believed.map(|stamped| (stamped.size, stamped.time.millis())).collect();
    }

    fn take(&mut self, position: u64, entry: &[u8], leaf: LeafHash) -> Result<Envelope, Failure> {
        let fact = read(position, entry)?;
        let checks: [Check; 7] = [
            Self::expect_place,
            Self::expect_time,
            Self::expect_unused,
            Self::expect_corrected,
            Self::expect_authority,
            Self::expect_own_facts,
            Self::expect_approved,
        ];
        let found = |(kind, what): Fault| Finding::new(kind, what).at(position).with_entry(entry);
        checks.iter().try_for_each(|check| check(self, &fact, position)).map_err(found)?;
        if let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = &fact.event {
            self.heads.expect(&self.books, committed).map_err(|what| found((FindingKind::Heads, what)))?;
        }
        let published =
            published::check(&self.books, &fact).map_err(|what| found((FindingKind::Standing, what)))?;
        self.published.extend(published);
        self.books.fold(&fact, leaf);
        if self.books.tip(fact.stream) != Some((fact.version, leaf)) {
            let what = format!("{} cannot be the first fact of {}", fact.event.type_name(), fact.stream);
            return Err(found((FindingKind::Chain, what)).into());
        }
        self.ids.insert(fact.id, (fact.stream, fact.event.type_name()));
        self.requests.insert(fact.request.key, (fact.request.id, fact.request.fingerprint));
        self.streams += usize::from(fact.version == Version(1));
        self.latest = Some(fact.recorded_at);
        Ok(fact)
    }
}

impl Facts {
    fn expect_place(&self, fact: &Envelope, position: u64) -> Result<(), Fault> {
        let chain = |what: String| Err((FindingKind::Chain, what));
        if fact.position.0 != position {
            return chain(format!("the envelope says that it stands at {}", fact.position));
        }
        let (kind, _) = fact.event.type_name().split_once('.').unwrap_or_default();
        if fact.stream.kind() != kind {
            return chain(format!("{} stands in the stream {}", fact.event.type_name(), fact.stream));
        }
        let (version, previous) = self.books.tip(fact.stream).unwrap_or((Version(0), LeafHash::NONE));
        if fact.version != version.next() {
            return chain(format!("version {} of {} follows version {version}", fact.version, fact.stream));
        }
        if fact.previous != previous {
            return chain(format!(
                "version {} of {} does not point back to the one before: that is {previous}",
                fact.version, fact.stream
            ));
        }
        Ok(())
    }

    fn expect_time(&self, fact: &Envelope, position: u64) -> Result<(), Fault> {
        let recorded = fact.recorded_at;
        if let Some(latest) = self.latest.filter(|latest| recorded < *latest) {
            return Err((
                FindingKind::Time,
                format!("recorded at {recorded}, before the fact before it ({latest})"),
            ));
        }
        for (size, seen) in &self.stamps {
            if position < *size && recorded.millis() > seen.saturating_add(CLOCKS_DIFFER_MILLIS) {
                let time = Timestamp::from_millis(*seen);
                let what = format!("recorded at {recorded}, after an authority had stamped it ({time})");
                return Err((FindingKind::Time, what));
            }
        }
        for (size, seen) in &self.anchors {
            let time = Timestamp::from_millis(*seen);
            if position < *size && recorded.millis() > seen.saturating_add(CLOCKS_DIFFER_MILLIS) {
                let what = format!("recorded at {recorded}, after a witness had seen it ({time})");
                return Err((FindingKind::Time, what));
            }
            if position >= *size && recorded.millis() < seen.saturating_sub(CLOCKS_DIFFER_MILLIS) {
                let what = format!("recorded at {recorded}, but a witness saw the log without it ({time})");
                return Err((FindingKind::Time, what));
            }
        }
        Ok(())
    }

    fn expect_unused(&self, fact: &Envelope, _: u64) -> Result<(), Fault> {
        if self.ids.get(fact.id).is_some() {
            return Err((FindingKind::Duplicate, format!("the id {} is used before", fact.id)));
        }
        // One request may bring about several facts, but it is carried out once.
        let request = (fact.request.id, fact.request.fingerprint);
        if self.requests.get(&fact.request.key).is_some_and(|known| *known != request) {
            let what = "another request was carried out under the same idempotency key";
            return Err((FindingKind::Duplicate, what.to_owned()));
        }
        Ok(())
    }

    fn expect_corrected(&self, fact: &Envelope, _: u64) -> Result<(), Fault> {
        let Some(correction) = fact.event.correction() else { return Ok(()) };
        self.expect_known("corrects", correction.corrects, (fact.stream, fact.event.type_name()))?;
        match correction.ruling {
            Some(ruling) => self.expect_known("follows from", ruling, (fact.stream, "year.objection_ruled")),
            None => Ok(()),
        }
    }

    /// A fact that another one names stands before it, in this stream and of this type.
    fn expect_known(&self, how: &str, id: EventId, due: (StreamId, &'static str)) -> Result<(), Fault> {
        match self.ids.get(id) {
            Some(known) if *known == due => Ok(()),
            Some((stream, name)) => {
                Err((FindingKind::Correction, format!("{how} {id}, which is a {name} of {stream}")))
            }
            None => Err((FindingKind::Correction, format!("{how} {id}, which is not in the log before it"))),
        }
    }

    fn is_delegation(&self, stream: StreamId, id: EventId) -> bool {
        self.ids.get(id).is_some_and(|known| *known == (stream, "year.leadership_delegated"))
    }

    /// The grant that is named was given to the client that acted, was in force, and is for the unit acted for.
    fn expect_authority(&self, fact: &Envelope, _: u64) -> Result<(), Fault> {
        let refused = |what: String| Err((FindingKind::Authority, what));
        let Some(id) = fact.actor.grant else {
            let [.., grants] = self.books.counts();
            let founds = matches!(fact.event, Event::Grant(GrantEvent::Given(_))) && grants == 0;
            // What the record itself states is computed again, see `record`; it needs no right.
            let states = fact.actor.is_system() && matches!(fact.event, Event::Log(_));
            return if founds || states { Ok(()) } else { refused("no grant is named".to_owned()) };
        };
        let Some(book) = self.books.grant(id) else {
            return refused(format!("the grant {id} was not given before"));
        };
        let (grant, day) = (&book.state, self.day_of_authority(fact));
        let unit = match grant.given.role {
            Role::UnitOfficer { unit } => Some(unit),
            Role::Registrar | Role::Official { .. } | Role::Auditor => None,
        };
        if grant.given.client != fact.actor.client {
            refused(format!(
                "the grant {id} was given to {}, not to {}",
                grant.given.client, fact.actor.client
            ))
        } else if !grant.in_force_on(day) {
            refused(format!("the grant {id} was not in force on {day}"))
        } else if unit != fact.actor.unit {
            refused(format!("the grant {id} is not for the unit that is said to have acted"))
        } else if fact.actor.delegation.is_some_and(|id| !self.is_delegation(fact.stream, id)) {
            refused("the delegation that is named was not made before in this stream".to_owned())
        } else {
            Ok(())
        }
    }
}

impl Facts {
    /// What the log says of itself: a key hands over at its own place, to one of the same name.
    fn expect_own_facts(&self, fact: &Envelope, position: u64) -> Result<(), Fault> {
        let Event::Log(event) = &fact.event else { return Ok(()) };
        let rotated = match event {
            LogEvent::StreamHeadsCommitted(committed) if committed.size != position => {
                let what = format!("it commits to {} facts, and stands at another place", committed.size);
                return Err((FindingKind::Heads, what));
            }
            LogEvent::StreamHeadsCommitted(_) => return Ok(()),
            LogEvent::TimeAnchored(anchored) => return expect_anchored(fact, anchored, position),
            LogEvent::KeyRotated(rotated) => rotated,
        };
        let wrong = |what: String| Err((FindingKind::KeyRotation, what));
        let [old, new] = [&rotated.old, &rotated.new].map(|key| key.as_str().parse::<VerifierKey>());
        let (Ok(old), Ok(new)) = (old, new) else {
            return wrong("it names a key that is none".to_owned());
        };
        if old.name() != new.name() || old == new {
            return wrong(format!("{new} is not another key of the log that {old} signs"));
        }
        if rotated.from_size != position + 1 {
            return wrong(format!("the new key is to sign from {} on, not from here", rotated.from_size));
        }
        let log = self.books.log().map(|book| &book.state);
        match log.and_then(|log| log.last_rotation(old.name().as_str())) {
            Some((last, _)) if last.new != rotated.old => {
                wrong(format!("{} signed until then, and not {old}", last.new.as_str()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The day on which the right to act is judged: that of recording. A key is destroyed by virtue of the last approval,
    /// also where the process was stopped in between and a day has passed.
    fn day_of_authority(&self, fact: &Envelope) -> Date {
        let approval = match (&fact.event, fact.stream) {
            (Event::Person(PersonEvent::KeyDestroyed(_)), StreamId::Person(id)) => {
                let erasure = self.books.person(id).and_then(|book| book.state.erasure.as_ref());
                erasure.and_then(|erasure| erasure.approvals.last()).map(|approval| approval.recorded_at)
            }
            (
                Event::Bloc(_)
                | Event::Commendation(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Person(_)
                | Event::Unit(_)
                | Event::Year(_),
                _,
            ) => None,
        };
        approval.unwrap_or(fact.recorded_at).day()
    }

    /// A key is destroyed after as many different clients have approved as must, each in its own name, and what is said of
    /// it is what the facts before come to.
    fn expect_approved(&self, fact: &Envelope, _: u64) -> Result<(), Fault> {
        let (Event::Person(event), StreamId::Person(id)) = (&fact.event, fact.stream) else { return Ok(()) };
        let refused = |what: &str| Err((FindingKind::Erasure, what.to_owned()));
        match event {
            PersonEvent::ErasureApproved(approved) if approved.client != fact.actor.client => {
                refused("the client that acted is not the one that is said to have approved")
            }
            PersonEvent::KeyDestroyed(destroyed) => {
                let due = self.books.person(id).and_then(|book| book.state.key_destroyed());
                if due.as_ref() == Some(destroyed) {
                    Ok(())
                } else {
                    refused("a key is destroyed that is not due to be, or not as it is said")
                }
            }
            PersonEvent::ErasureApproved(_)
            | PersonEvent::Registered(_)
            | PersonEvent::Amended(_)
            | PersonEvent::ErasureRequested(_) => Ok(()),
        }
    }
}

/// A fact names a time stamp of a head before it, and after the moment of it. Whether there is such a stamp is seen beside
/// the log.
fn expect_anchored(fact: &Envelope, anchored: &TimeAnchored, position: u64) -> Result<(), Fault> {
    if anchored.size > position {
        let what =
            format!("it names the time stamp of a head of {} facts, which was signed later", anchored.size);
        return Err((FindingKind::TimeStamp, what));
    }
    let (recorded, time) = (fact.recorded_at, anchored.time);
    if recorded.millis() < time.millis().saturating_sub(CLOCKS_DIFFER_MILLIS) {
        let what = format!("recorded at {recorded}, before the time stamp that it names ({time})");
        return Err((FindingKind::Time, what));
    }
    Ok(())
}

/// Holds an envelope at a position against what came before it.
type Check = fn(&Facts, &Envelope, u64) -> Result<(), Fault>;

/// What is wrong with an envelope.
type Fault = (FindingKind, String);

fn read(position: u64, entry: &[u8]) -> Result<Envelope, Failure> {
    let malformed = |what: String| {
        Failure::from(Finding::new(FindingKind::Malformed, what).at(position).with_entry(entry))
    };
    if entry.len() > MAX_ENVELOPE_BYTES {
        return Err(malformed(format!("an envelope of {} bytes", entry.len())));
    }
    Envelope::read(entry).map_err(|error| {
        let value: Option<serde_json::Value> = serde_json::from_slice(entry).ok();
        let name = value.as_ref().and_then(|value| value.pointer("/event/type")?.as_str());
        match name {
            Some(name) if !Event::types().any(|known| known == name) => {
                Failure::UnknownVersion(format!("position {position}: an event of type {name}"))
            }
            Some(_) | None => malformed(error.to_string()),
        }
    })
}
