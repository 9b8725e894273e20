//! The log as a transparency log (c2sp.org/tlog-tiles below `/v1/audit`): its signed heads, its tiles, its entries, and
//! proofs. Hashes say nothing of what they are made of, so all but the entries is public.

use crate::{
    answer::{Answer, Cache, JSON},
    answer_body,
    auth::Scope::AuditRead,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
        text::{FromText, string},
    },
    issue::Flaw,
    parameters,
    problem::{Code, Problem},
    routes::{Access::Public, Call, Read, Route, Tag, needs, read},
    shown::Shown,
};
use app::{Published, audit::Kept};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Position, Role, Timestamp};
use std::{sync::Arc, time::Duration};
use tlog::{
    Hash, entries,
    proof_file::ProofFile,
    tile::{Tile, TilePath},
};
use utoipa::openapi::{RefOr, Schema};

/// Lines of text, as the specifications of transparency logs have them.
const TEXT: &str = "text/plain; charset=utf-8";
/// Hashes or entries, one after the other.
const BYTES: &str = "application/octet-stream";
/// How long a request waits for a head that covers what was just written: heads are signed within a second.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how many seconds a head may be kept.
const FRESH: Cache = Cache::Shared(2);

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<Head>(
        "/v1/audit/checkpoint",
        "getCheckpoint",
        Tag::Audit,
        ["Đầu sổ đã ký gần nhất", "The head of the log that was signed last (C2SP tlog-checkpoint)"],
        Public,
    ),
    read::<Heads>(
        "/v1/audit/checkpoints",
        "listCheckpoints",
        Tag::Audit,
        ["Các đầu sổ đã ký được lưu lại", "Signed heads that are kept, and the last one"],
        Public,
    ),
    read::<EntryBundle>(
        "/v1/audit/tile/entries/{entries:.*}",
        "getEntries",
        Tag::Audit,
        [
            "Các sự kiện nguyên văn, từng nhóm 256",
            "Entries as they are hashed, in bundles of 256 (C2SP tlog-tiles)",
        ],
        needs(&[AuditRead]),
    ),
    read::<HashTile>(
        "/v1/audit/tile/{tile:.*}",
        "getTile",
        Tag::Audit,
        ["Các giá trị băm của cây, từng nhóm 256", "Hashes of the tree, in tiles of 256 (C2SP tlog-tiles)"],
        Public,
    ),
    read::<Proof>(
        "/v1/audit/proofs/{position}",
        "getProof",
        Tag::Audit,
        ["Bằng chứng một sự kiện có trong sổ", "The proof that a fact is in the log (C2SP tlog-proof)"],
        Public,
    ),
    read::<Consistency>(
        "/v1/audit/consistency",
        "getConsistency",
        Tag::Audit,
        [
            "Bằng chứng sổ chỉ được ghi thêm",
            "The proof that the log only grew between two sizes (RFC 6962 §2.1.2)",
        ],
        Public,
    ),
    read::<TrustPolicy>(
        "/v1/audit/policy",
        "getPolicy",
        Tag::Audit,
        ["Tin ai khi kiểm tra sổ", "Whom to believe when checking the log (C2SP tlog-policy)"],
        Public,
    ),
];

/// The last signed head, once it covers `count` facts. Facts that are not there are not waited for.
async fn covering(call: &Call<'_>, count: u64) -> Result<Arc<Published>, Problem> {
    let app = call.service.app();
    if count > app.head().0 {
        return Err(Problem::new(Code::ResourceNotFound));
    }
    let published = app.audit().published().filter(|head| head.size() >= count);
    match published {
        Some(published) => Ok(published),
        None => {
            let published = app.audit().covering(count, PATIENCE).await;
            published.filter(|head| head.size() >= count).ok_or_else(Problem::not_yet_signed)
        }
    }
}

/// `GET /v1/audit/checkpoint`
pub struct Head;

impl Read for Head {
    type Path = NoParameters;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT];
    const CACHE: Cache = FRESH;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let head = covering(call, 0).await?;
        Ok(Answer::new(TEXT, head.signed.to_string()).with_etag(head.size()).at(Position(head.size())))
    }
}

parameters! {
    /// Which heads.
    pub struct HeadsQuery {
        /// Từ số sự kiện này. Only heads that cover at least so many facts.
        from: Option<Position>,
        /// Đến số sự kiện này. Only heads that cover at most so many facts.
        to: Option<Position>,
        /// Số đầu sổ. How many heads; go on with from set to the last size plus one.
        limit: Limit,
    }
}

answer_body! {
    /// Một đầu sổ đã ký. A signed head.
    pub struct HeadShown {
        /// Số sự kiện. How many facts it covers.
        size: u64,
        /// Thời điểm ký. When it was signed.
        signed_at: Timestamp,
        /// Nguyên văn đã ký. The signed note.
        checkpoint: String,
    }
}

answer_body! {
    /// Các đầu sổ đã ký, nhỏ trước lớn sau. Signed heads, the smallest first.
    pub struct HeadsShown {
        /// Các đầu sổ. The heads.
        items: Vec<HeadShown>,
    }
}

/// `GET /v1/audit/checkpoints`
pub struct Heads;

impl Read for Heads {
    type Path = NoParameters;
    type Query = HeadsQuery;
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        HeadsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: HeadsQuery) -> Result<Answer, Problem> {
        let last = covering(call, 0).await?;
        let kept = call.service.app().audit().kept();
        // The last one is kept as well when it is the first of its hour.
        let heads = kept.into_iter().filter(|kept| kept.size < last.size()).map(shown);
        let latest =
            HeadShown { size: last.size(), signed_at: last.signed_at, checkpoint: last.signed.to_string() };
        let wanted = |head: &HeadShown| {
            query.from.is_none_or(|from| head.size >= from.0) && query.to.is_none_or(|to| head.size <= to.0)
        };
        let items = heads.chain([latest]).filter(wanted).take(query.limit.0.into()).collect();
        Ok(Answer::serialised(&HeadsShown { items })?.at(Position(last.size())))
    }
}

fn shown(Kept { size, signed_at, checkpoint }: Kept) -> HeadShown {
    HeadShown { size, signed_at, checkpoint }
}

/// A tile of hashes, such as `0/x001/234.p/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashesAt(Tile);

/// A bundle of entries, such as `x001/234.p/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntriesAt(Tile);

impl FromText for HashesAt {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        match format!("tile/{text}").parse() {
            Ok(TilePath::Hashes(tile)) => Ok(Self(tile)),
            Ok(TilePath::Entries(_)) | Err(_) => Err(Flaw::BadValue("0/x001/234.p/5")),
        }
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let pattern = r"^([0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$";
        string().pattern(Some(pattern)).into()
    }
}

impl FromText for EntriesAt {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        match format!("tile/entries/{text}").parse() {
            Ok(TilePath::Entries(tile)) => Ok(Self(tile)),
            Ok(TilePath::Hashes(_)) | Err(_) => Err(Flaw::BadValue("x001/234.p/5")),
        }
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().pattern(Some(r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$")).into()
    }
}

/// How many leaves a tree must have for a tile to be as wide as this; `None` where no log will ever be as long.
fn leaves(tile: Tile) -> Option<u64> {
    let hashes = tile.index().checked_mul(256)?.checked_add(tile.width().into())?;
    hashes.checked_mul(1_u64.checked_shl(8 * u32::from(tile.level()))?)
}

async fn covering_tile(call: &Call<'_>, tile: Tile) -> Result<(), Problem> {
    let count = leaves(tile).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
    covering(call, count).await.map(drop)
}

parameters! {
    /// The path of a tile.
    pub struct TilePathOf {
        /// Cấp và số thứ tự, có dấu gạch chéo. The level, then the place in groups of three digits, then the width of a partial tile; with slashes as they are.
        tile: HashesAt = "0/000.p/1",
    }
}

/// `GET /v1/audit/tile/{L}/{N}[.p/{W}]`
pub struct HashTile;

impl Read for HashTile {
    type Path = TilePathOf;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[BYTES];
    const CACHE: Cache = Cache::Immutable;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, path: TilePathOf, _: NoParameters) -> Result<Answer, Problem> {
        let HashesAt(tile) = path.tile;
        covering_tile(call, tile).await?;
        let bytes = call.service.app().audit().tiles().bytes(tile);
        Ok(Answer::new(BYTES, bytes.ok_or_else(|| Problem::new(Code::ResourceNotFound))?))
    }
}

parameters! {
    /// The path of a bundle.
    pub struct EntriesPath {
        /// Số thứ tự, có dấu gạch chéo. The place in groups of three digits, then the width of a partial bundle; with slashes as they are.
        entries: EntriesAt = "000.p/1",
    }
}

/// `GET /v1/audit/tile/entries/{N}[.p/{W}]`
pub struct EntryBundle;

impl Read for EntryBundle {
    type Path = EntriesPath;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[BYTES];

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, path: EntriesPath, _: NoParameters) -> Result<Answer, Problem> {
        let enough = |role: &Role| match role {
            Role::Registrar | Role::Official { .. } | Role::Auditor => true,
            Role::UnitOfficer { .. } => false,
        };
        call.require(enough, &[Role::Auditor, Role::Registrar, Role::Official { bloc: None }])?;
        let EntriesAt(tile) = path.entries;
        covering_tile(call, tile).await?;
        let facts = call.service.app().log().read(Position(tile.index() * 256), tile.width().into())?;
        if facts.len() != usize::from(tile.width()) {
            return Err(Problem::new(Code::ResourceNotFound));
        }
        let bundle = entries::encode(facts.iter().map(|fact| fact.bytes.as_slice()));
        Ok(Answer::new(BYTES, bundle.map_err(std::io::Error::other)?))
    }
}

parameters! {
    /// The path of a proof.
    pub struct ProofPath {
        /// Vị trí trong sổ. Where the fact stands in the log.
        position: Position,
    }
}

answer_body! {
    /// Bằng chứng một sự kiện có trong sổ. The proof that a fact is in the log; hashes are in base 64.
    pub struct ProofShown {
        /// Vị trí. Where the fact stands.
        position: u64,
        /// Giá trị băm của sự kiện. Its leaf hash: SHA-256 of a zero byte and its entry.
        leaf: String,
        /// Số sự kiện của cây. How many facts the tree of the checkpoint has.
        size: u64,
        /// Gốc của cây. Its root.
        root: String,
        /// Các giá trị băm dọc đường. The hashes beside the way to the root, from the leaf upwards.
        hashes: Vec<String>,
        /// Đầu sổ đã ký. The signed head.
        checkpoint: String,
    }
}

/// `GET /v1/audit/proofs/{position}`
pub struct Proof;

impl Read for Proof {
    type Path = ProofPath;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT, JSON];
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ProofShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: ProofPath, _: NoParameters) -> Result<Answer, Problem> {
        let index = path.position.0;
        let head = covering(call, index.saturating_add(1)).await?;
        let (leaf, proof) = {
            let tiles = call.service.app().audit().tiles();
            let leaf = tiles.leaf(index);
            (leaf, tiles.inclusion(index, head.size()).map_err(std::io::Error::other)?)
        };
        let leaf = leaf.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let answer = if call.form == JSON {
            Answer::serialised(&ProofShown {
                position: index,
                leaf: STANDARD.encode(leaf),
                size: head.size(),
                root: STANDARD.encode(head.signed.checkpoint().root()),
                hashes: in_base_64(&proof),
                checkpoint: head.signed.to_string(),
            })?
        } else {
            let file = ProofFile { extra: None, index, proof, checkpoint: head.signed.clone() };
            Answer::new(TEXT, file.to_string())
        };
        Ok(answer.with_etag(format_args!("{index}-{}", head.size())).at(Position(head.size())))
    }
}

parameters! {
    /// Between which sizes.
    pub struct ConsistencyQuery {
        /// Số sự kiện trước. How many facts the log had then; none unless given.
        old: Option<Position>,
        /// Số sự kiện sau. How many it had later; those of the last checkpoint unless given.
        new: Option<Position>,
    }
}

answer_body! {
    /// Bằng chứng sổ chỉ được ghi thêm. The proof that the log only grew; hashes are in base 64.
    pub struct ConsistencyShown {
        /// Số sự kiện trước. The earlier size.
        old: u64,
        /// Số sự kiện sau. The later size.
        new: u64,
        /// Các giá trị băm. The hashes (RFC 6962 §2.1.2).
        hashes: Vec<String>,
    }
}

/// `GET /v1/audit/consistency`
pub struct Consistency;

impl Read for Consistency {
    type Path = NoParameters;
    type Query = ConsistencyQuery;
    const FORMS: &'static [&'static str] = &[TEXT, JSON];
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ConsistencyShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: ConsistencyQuery) -> Result<Answer, Problem> {
        let old = query.old.map_or(0, |old| old.0);
        let head = covering(call, old.max(query.new.map_or(0, |new| new.0))).await?;
        let new = query.new.map_or(head.size(), |new| new.0);
        if old > new {
            return Err(Problem::parameter("old", "old <= new"));
        }
        let proof =
            call.service.app().audit().tiles().consistency(old, new).map_err(std::io::Error::other)?;
        let hashes = in_base_64(&proof);
        let answer = if call.form == JSON {
            Answer::serialised(&ConsistencyShown { old, new, hashes })?
        } else {
            Answer::new(TEXT, hashes.iter().map(|hash| format!("{hash}\n")).collect::<String>())
        };
        Ok(answer.with_etag(format_args!("{old}-{new}")).at(Position(new)))
    }
}

fn in_base_64(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

/// `GET /v1/audit/policy`
pub struct TrustPolicy;

impl Read for TrustPolicy {
    type Path = NoParameters;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT];
    const CACHE: Cache = Cache::Shared(60);

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let head = covering(call, 0).await?;
        Ok(Answer::new(TEXT, format!("log {}\nquorum none\n", head.key)))
    }
}
