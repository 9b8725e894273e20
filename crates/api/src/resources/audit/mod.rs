//! The log as a transparency log (c2sp.org/tlog-tiles below `/v1/audit`): its signed heads, its tiles, its entries, and
//! proofs. Hashes say nothing of what they are made of, so all but the entries is public.
//!
//! `heads`: what was signed; `tiles`: the tree and what it is made of; `proofs`: of one fact, and of growth; `rotations`: which
//! keys signed, and what the log commits to of its streams; `asked`: what auditors ask of the whole log

pub mod asked;
mod heads;
mod proofs;
mod rotations;
mod tiles;

use crate::{
    answer::{Answer, Cache},
    auth::Scope::AuditRead,
    body::{Schemas, parameters::NoParameters, text::string},
    problem::{Code, Problem},
    routes::{Access::Public, Call, Read, Route, Tag, fact, needs, read},
};
use app::Published;
use heads::{Head, Heads};
use proofs::{Consistency, Proof};
use rotations::{CommitStreamHeads, Rotations};
use std::{sync::Arc, time::Duration};
use tiles::{EntryBundle, HashTile};
use utoipa::openapi::{RefOr, Schema};

/// Lines of text, as the specifications of transparency logs have them.
const TEXT: &str = "text/plain; charset=utf-8";
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
    read::<Rotations>(
        "/v1/audit/rotations",
        "listRotations",
        Tag::Audit,
        ["Các lần thay khóa ký sổ", "How the key of the log was replaced, each change proven"],
        Public,
    ),
    fact::<CommitStreamHeads>(
        "/v1/audit/stream-heads",
        "commitStreamHeads",
        Tag::Audit,
        ["Cam kết số sự kiện của từng dòng", "Commit to what every stream holds"],
        &[AuditRead],
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
