//! How a stored envelope is read. The bytes are those this program wrote, in the one form in which it writes them: that is
//! much shorter to read than any JSON, and what is written in another way is no fact of this log.

mod reader;
#[cfg(test)]
mod tests;

use crate::{
    Actor, Basis, ClientId, Date, Envelope, Event, EventId, Fingerprint, GrantId, KeyHash, LeafHash,
    Position, RequestId, RequestRef, Salt, Timestamp, UnitId, Version,
};
use reader::{Reader, Unread};
use serde::Deserialize;
use uuid::Uuid;

/// Members of events that no state keeps anything of; they are read from the log when they are asked for. Each has a
/// default that says "not given".
const UNKEPT: [(&str, &[&str]); 3] = [
    ("year.registration_filed", &["targets", "contents", "titles_sought", "registered_points"]),
    ("year.report_filed", &["summary", "shortcomings", "figures", "attachments"]),
    ("year.scores_given", &["evidence", "explanation"]),
];

/// Why bytes are no envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the bytes are not a fact as this build writes it: what stands at byte {at}, after `{after}`, is not what was due"
)]
pub struct NotAFact {
    /// The first byte that was not understood.
    pub at: usize,
    /// What stands just before it.
    pub after: String,
}

impl NotAFact {
    fn at(at: usize, bytes: &[u8]) -> Self {
        const EXCERPT: usize = 48;
        let before = bytes.get(at.saturating_sub(EXCERPT)..at).unwrap_or_default();
        Self { at, after: String::from_utf8_lossy(before).into_owned() }
    }
}

impl Envelope {
    /// Reads a stored envelope.
    ///
    /// # Errors
    /// When the bytes are not an envelope this build knows.
    pub fn read(bytes: &[u8]) -> Result<Self, NotAFact> {
        stored(bytes, Extent::Whole)
    }

    /// Reads of a stored envelope what a fold needs: texts, figures and evidence that no state keeps may be left out, as
    /// if they had not been given, and so may the papers it cites.
    ///
    /// # Errors
    /// When the bytes are not an envelope this build knows.
    pub fn read_to_fold(bytes: &[u8]) -> Result<Self, NotAFact> {
        stored(bytes, Extent::Kept)
    }
}

/// How much is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Kept,
}

fn stored(bytes: &[u8], extent: Extent) -> Result<Envelope, NotAFact> {
    let mut reader = Reader::new(bytes).map_err(|at| NotAFact::at(at, bytes))?;
    envelope(&mut reader, extent).map_err(|Unread| NotAFact::at(bytes.len() - reader.left(), bytes))
}

fn envelope(reader: &mut Reader<'_>, extent: Extent) -> Result<Envelope, Unread> {
    reader.literal(r#"{"position":"#)?;
    let position = Position(reader.number()?);
    reader.literal(r#","stream":"#)?;
    let stream = reader.text()?.parse().map_err(|_| Unread)?;
    reader.literal(r#","version":"#)?;
    let version = Version(u32::try_from(reader.number()?).map_err(|_| Unread)?);
    reader.literal(r#","previous":"#)?;
    let previous = LeafHash::read(reader.short_text::<43>()?).map_err(|_| Unread)?;
    reader.literal(r#","id":"#)?;
    let id = EventId(uuid(reader)?);
    reader.literal(r#","recorded_at":"#)?;
    let recorded_at = Timestamp::stored(reader.short_text()?).ok_or(Unread)?;
    reader.literal(r#","effective_on":"#)?;
    let effective_on = Date::stored(reader.short_text()?).ok_or(Unread)?;
    let actor = actor(reader)?;
    let request = request(reader)?;
    let basis = basis(reader, extent)?;
    reader.literal(r#","salt":"#)?;
    let salt = Salt::read(reader.short_text::<22>()?).map_err(|_| Unread)?;
    let event = event(reader, extent)?;
    let envelope = Envelope {
        position,
        stream,
        version,
        previous,
        id,
        recorded_at,
        effective_on,
        actor,
        request,
        basis,
        salt,
        event,
    };
    Ok(envelope)
}

fn actor(reader: &mut Reader<'_>) -> Result<Actor, Unread> {
    reader.literal(r#","actor":{"client":"#)?;
    let client = ClientId::new(reader.text()?).map_err(|_| Unread)?;
    let unit = optional(reader, r#","unit":"#)?.map(UnitId);
    let grant = optional(reader, r#","grant":"#)?.map(GrantId);
    let delegation = optional(reader, r#","delegation":"#)?.map(EventId);
    reader.literal("}")?;
    Ok(Actor { client, unit, grant, delegation })
}

fn request(reader: &mut Reader<'_>) -> Result<RequestRef, Unread> {
    reader.literal(r#","request":{"id":"#)?;
    let id = RequestId(uuid(reader)?);
    reader.literal(r#","key":"#)?;
    let key = KeyHash::read(reader.short_text::<22>()?).map_err(|_| Unread)?;
    reader.literal(r#","fingerprint":"#)?;
    let fingerprint = Fingerprint::read(reader.short_text::<22>()?).map_err(|_| Unread)?;
    let causation = optional(reader, r#","causation":"#)?.map(EventId);
    reader.literal("}")?;
    Ok(RequestRef { id, key, fingerprint, causation })
}

fn basis(reader: &mut Reader<'_>, extent: Extent) -> Result<Basis, Unread> {
    if !reader.finds(r#","basis":"#) {
        return Ok(Basis::default());
    }
    reader.passing_over(if extent == Extent::Kept { &["documents"] } else { &[] });
    Basis::deserialize(reader)
}

/// The event, and with it the end of the envelope.
fn event(reader: &mut Reader<'_>, extent: Extent) -> Result<Event, Unread> {
    reader.literal(r#","event":"#)?;
    let unkept = UNKEPT.iter().find(|(name, _)| extent == Extent::Kept && reader.is_at_event(name));
    reader.passing_over(unkept.map_or(&[], |(_, members)| members));
    let event = Event::deserialize(&mut *reader)?;
    reader.literal("}")?;
    if reader.is_done() { Ok(event) } else { Err(Unread) }
}

fn uuid(reader: &mut Reader<'_>) -> Result<Uuid, Unread> {
    Uuid::try_parse_ascii(reader.short_text::<36>()?).map_err(|_| Unread)
}

fn optional(reader: &mut Reader<'_>, member: &str) -> Result<Option<Uuid>, Unread> {
    if reader.finds(member) { uuid(reader).map(Some) } else { Ok(None) }
}
