//! Every fact of a stream, with the proof that these are all: the log committed to how many each stream held, and the
//! commitment is in the log itself.

use super::{Facts, StreamInPath, covering, may_audit, not_found};
use crate::{
    answer::{Answer, JSON},
    answer_body,
    body::{Schemas, parameters::Limit},
    parameters,
    problem::Problem,
    resources::audit::TEXT,
    routes::{Call, Read},
    shown::Shown,
};
use app::{App, AsOf};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Envelope, Event, LeafHash, Position, Sha256, StreamId, Version,
    log::{LogEvent, StreamHead, StreamHeadsCommitted},
};
use tlog::{Hash, proof_file::ProofFile};
use utoipa::openapi::{RefOr, Schema};

parameters! {
    /// The path of a stream.
    pub struct StreamPath {
        /// Tên dòng, dấu gạch chéo viết là %2F. The stream; its slashes are written %2F.
        stream: StreamInPath = "log",
    }
}

parameters! {
    /// Up to where.
    pub struct StreamQuery {
        /// Trong chừng ấy sự kiện đầu tiên của sổ. Among so many of the first facts of the log: the last commitment of no
        /// more counts. The last one of all unless given.
        upto: Option<Position>,
        /// Sau lần thứ này của dòng. After so many facts of the stream; take `next` of the page before.
        after: Option<Position>,
        /// Số sự kiện. How many facts.
        limit: Limit,
    }
}

answer_body! {
    /// Một sự kiện nguyên văn. A fact as it is hashed.
    pub struct EntryShown {
        /// Vị trí trong sổ. Where it stands in the log.
        position: u64,
        /// Nguyên văn. The entry, byte for byte; its leaf hash is SHA-256 of a zero byte and these bytes.
        entry: String,
    }
}

answer_body! {
    /// Mọi sự kiện của một dòng, kèm bằng chứng là không thiếu. Every fact of a stream, with the proof that these are all.
    pub struct StreamShown {
        /// Dòng. The stream.
        stream: String,
        /// Số sự kiện đầu tiên của sổ được xét. Among so many of the first facts of the log.
        at_size: u64,
        /// Số sự kiện của dòng. How many facts of the stream are among them: the entries of all pages together.
        version: u32,
        /// Giá trị băm của sự kiện cuối, base64url. The leaf hash of the last of them.
        head: String,
        /// Số dòng. How many streams the commitment covers.
        streams: u64,
        /// Gốc của cây các dòng, base64url. The root of the tree of stream heads.
        heads_root: Sha256,
        /// Thứ tự của dòng trong cây đó. The place of this stream's leaf in it.
        heads_index: u64,
        /// Các giá trị băm dọc đường, base 64. The hashes beside the way to its root, from the leaf upwards.
        heads_proof: Vec<String>,
        /// Bằng chứng cam kết có trong sổ. The proof that the commitment is in the log (C2SP tlog-proof), its entry as extra
        /// data.
        commitment: String,
        /// Các sự kiện. The facts, in order.
        entries: Vec<EntryShown>,
        /// Trang sau. What to give as `after` for the next page; absent on the last one.
        next: Option<u64>,
    }
}

/// `GET /v1/audit/streams/{stream}/events`
pub struct WholeStream;

impl Read for WholeStream {
    type Path = StreamPath;
    type Query = StreamQuery;
    const FORMS: &'static [&'static str] = &[JSON, TEXT];

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        StreamShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: StreamPath, query: StreamQuery) -> Result<Answer, Problem> {
        may_audit(call)?;
        let app = call.service.app();
        let StreamInPath(stream) = path.stream;
        let whole = Whole::of(call, stream, query.upto).await?;
        if call.form == TEXT {
            return Ok(Answer::new(TEXT, whole.text()).at(app.head()));
        }
        let shown = whole.page(app, query.after.unwrap_or_default().0, query.limit)?;
        Ok(Answer::serialised(&shown)?.at(app.head()))
    }
}

/// What is known of a stream by a commitment.
struct Whole {
    head: StreamHead,
    committed: StreamHeadsCommitted,
    index: u64,
    proof: Vec<Hash>,
    commitment: ProofFile,
    /// Where the stream's facts stand.
    positions: Vec<Position>,
}

impl Whole {
    async fn of(call: &Call<'_>, stream: StreamId, upto: Option<Position>) -> Result<Self, Problem> {
        let app = call.service.app();
        let (position, fact, entry) = commitment(app, upto)?.ok_or_else(not_found)?;
        let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = fact.event else {
            return Err(not_found());
        };
        let signed = covering::<Facts>(call, position.0 + 1).await?;
        let tree = app.stream_heads(committed.size).ok_or_else(Problem::not_yet_signed)?;
        let (index, proof) = tree.inclusion(&stream).ok_or_else(not_found)?;
        let (positions, head) = {
            let views = app.views();
            let known: Vec<_> = views.history.of_stream(stream, Position(committed.size)).collect();
            let tiles = app.audit().tiles();
            let last = known.last().and_then(|last| tiles.leaf(last.0)).ok_or_else(not_found)?;
            let version = Version(u32::try_from(known.len()).unwrap_or(u32::MAX));
            (known, StreamHead { stream, version, head: LeafHash(last) })
        };
        let inclusion = app.audit().tiles().inclusion(position.0, signed.size());
        let commitment = ProofFile {
            extra: Some(entry),
            index: position.0,
            proof: inclusion.map_err(std::io::Error::other)?,
            checkpoint: signed.signed.clone(),
        };
        Ok(Self { head, committed, index, proof, commitment, positions })
    }

    /// The proof alone, as lines: the leaf, its place, the way to the root; then the commitment's own proof file.
    fn text(&self) -> String {
        let way: String = self.proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
        format!("{}\nindex {}\n{way}\n{}", self.head, self.index, self.commitment)
    }

    fn page(&self, app: &App, after: u64, limit: Limit) -> Result<StreamShown, Problem> {
        let start = usize::try_from(after).unwrap_or(usize::MAX).min(self.positions.len());
        let end = (start + usize::from(limit.0)).min(self.positions.len());
        let entries = self.positions[start..end].iter().map(|position| {
            let stored = app.log().read(*position, 1)?.pop().ok_or_else(not_found)?;
            let entry = String::from_utf8(stored.bytes).map_err(std::io::Error::other)?;
            Ok::<_, Problem>(EntryShown { position: position.0, entry })
        });
        Ok(StreamShown {
            stream: self.head.stream.to_string(),
            at_size: self.committed.size,
            version: self.head.version.0,
            head: self.head.head.to_string(),
            streams: self.committed.streams,
            heads_root: self.committed.root,
            heads_index: self.index,
            heads_proof: self.proof.iter().map(|hash| STANDARD.encode(hash)).collect(),
            commitment: self.commitment.to_string(),
            entries: entries.collect::<Result<_, Problem>>()?,
            next: (end < self.positions.len()).then_some(end as u64),
        })
    }
}

/// The last commitment to no more than so many facts: where it stands, what it says, its bytes.
fn commitment(app: &App, upto: Option<Position>) -> Result<Option<(Position, Envelope, Vec<u8>)>, Problem> {
    let book = app.moment(AsOf::Now)?.log()?;
    let limit = upto.unwrap_or_else(|| app.head());
    let last = book.and_then(|book| {
        let commitments = &book.state.commitments;
        let count = commitments.partition_point(|position| *position <= limit);
        commitments.get(count.checked_sub(1)?).copied()
    });
    let Some(position) = last else { return Ok(None) };
    let Some(stored) = app.log().read(position, 1)?.pop() else { return Ok(None) };
    Ok(Some((position, app::rebuild::decode(&stored)?, stored.bytes)))
}
