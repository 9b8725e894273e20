//! The log as a transparency log (c2sp.org/tlog-tiles below `/v1/audit`): its signed heads, its tiles, its entries, and
//! proofs. Hashes say nothing of what they are made of, so all but the entries is public.
//!
//! `heads`: what was signed; `tiles`: the tree and what it is made of; `proofs`: of one fact, and of growth; `rotations`: which
//! keys signed, and what the log commits to of its streams; `asked`: what auditors ask of the whole log
//! `ledger`: there are two such logs, the second of which is that of reads; `reads`: what it says
//! `exports`: the whole log in a file

pub mod asked;
mod exports;
mod heads;
mod ledger;
mod proofs;
mod reads;
mod rotations;
mod tiles;

use crate::{
    answer::{Answer, Cache},
    auth::Scope::AuditRead,
    body::{Schemas, parameters::NoParameters, text::string},
    problem::{Code, Problem},
    routes::{Access::Public, Call, Read, Route, Tag, fact, needs, read, start},
};
use app::Published;
use exports::{ExportList, OneExport, StartExport};
use heads::{Head, Heads, TimeStampOf};
use ledger::{Facts, Ledger, Reads};
use proofs::{Consistency, Proof};
use rotations::{CommitStreamHeads, Rotations};
use std::{marker::PhantomData, sync::Arc, time::Duration};
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
    read::<Head<Facts>>(
        "/v1/audit/checkpoint",
        "getCheckpoint",
        Tag::Audit,
        ["Đầu sổ đã ký gần nhất", "The head of the log that was signed last (C2SP tlog-checkpoint)"],
        Public,
    ),
    read::<Heads<Facts>>(
        "/v1/audit/checkpoints",
        "listCheckpoints",
        Tag::Audit,
        ["Các đầu sổ đã ký được lưu lại", "Signed heads that are kept, and the last one"],
        Public,
    ),
    read::<TimeStampOf<Facts>>(
        "/v1/audit/checkpoints/{size}/time-stamp",
        "getTimeStamp",
        Tag::Audit,
        [
            "Dấu thời gian của một đầu sổ, hoặc đầu sổ đã đóng dấu",
            "The time stamp of a head (RFC 3161), or the note that was stamped",
        ],
        Public,
    ),
    read::<EntryBundle<Facts>>(
        "/v1/audit/tile/entries/{entries:.*}",
        "getEntries",
        Tag::Audit,
        [
            "Các sự kiện nguyên văn, từng nhóm 256",
            "Entries as they are hashed, in bundles of 256 (C2SP tlog-tiles)",
        ],
        needs(&[AuditRead]),
    ),
    read::<HashTile<Facts>>(
        "/v1/audit/tile/{tile:.*}",
        "getTile",
        Tag::Audit,
        ["Các giá trị băm của cây, từng nhóm 256", "Hashes of the tree, in tiles of 256 (C2SP tlog-tiles)"],
        Public,
    ),
    read::<Proof<Facts>>(
        "/v1/audit/proofs/{position}",
        "getProof",
        Tag::Audit,
        ["Bằng chứng một sự kiện có trong sổ", "The proof that a fact is in the log (C2SP tlog-proof)"],
        Public,
    ),
    read::<Consistency<Facts>>(
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
    read::<TrustPolicy<Facts>>(
        "/v1/audit/policy",
        "getPolicy",
        Tag::Audit,
        ["Tin ai khi kiểm tra sổ", "Whom to believe when checking the log (C2SP tlog-policy)"],
        Public,
    ),
];

/// The same below `/v1/audit/reads`, of the log of reads, and what it says.
pub static READS: &[Route] = &[
    read::<reads::ReadList>(
        "/v1/audit/reads",
        "listReads",
        Tag::Audit,
        ["Ai đã xem dữ liệu không công khai, khi nào", "Who was shown what is not public, and when"],
        needs(&[AuditRead]),
    ),
    read::<Head<Reads>>(
        "/v1/audit/reads/checkpoint",
        "getReadsCheckpoint",
        Tag::Audit,
        ["Đầu nhật ký truy cập đã ký gần nhất", "The head of the log of reads that was signed last"],
        Public,
    ),
    read::<EntryBundle<Reads>>(
        "/v1/audit/reads/tile/entries/{entries:.*}",
        "getReadsEntries",
        Tag::Audit,
        ["Nhật ký truy cập nguyên văn, từng nhóm 256", "The log of reads as it is hashed, in bundles of 256"],
        needs(&[AuditRead]),
    ),
    read::<HashTile<Reads>>(
        "/v1/audit/reads/tile/{tile:.*}",
        "getReadsTile",
        Tag::Audit,
        ["Các giá trị băm của nhật ký truy cập", "Hashes of the log of reads, in tiles of 256"],
        Public,
    ),
    read::<Proof<Reads>>(
        "/v1/audit/reads/proofs/{position}",
        "getReadsProof",
        Tag::Audit,
        ["Bằng chứng một lần xem có trong nhật ký", "The proof that an entry is in the log of reads"],
        Public,
    ),
    read::<Consistency<Reads>>(
        "/v1/audit/reads/consistency",
        "getReadsConsistency",
        Tag::Audit,
        [
            "Bằng chứng nhật ký truy cập chỉ được ghi thêm",
            "The proof that the log of reads only grew between two sizes",
        ],
        Public,
    ),
    read::<TrustPolicy<Reads>>(
        "/v1/audit/reads/policy",
        "getReadsPolicy",
        Tag::Audit,
        ["Tin ai khi kiểm tra nhật ký truy cập", "Whom to believe when checking the log of reads"],
        Public,
    ),
];

/// Exports of the whole log.
pub static EXPORTS: &[Route] = &[
    start::<StartExport>(
        "/v1/audit/exports",
        "startExport",
        Tag::Audit,
        ["Yêu cầu xuất toàn bộ sổ", "Ask for an export of the whole log"],
        &[AuditRead],
    ),
    read::<ExportList>(
        "/v1/audit/exports",
        "listExports",
        Tag::Audit,
        ["Các lần xuất còn giữ", "The exports that are kept"],
        needs(&[AuditRead]),
    ),
    read::<OneExport>(
        "/v1/audit/exports/{export}",
        "getExport",
        Tag::Audit,
        ["Tiến độ một lần xuất, rồi tệp kết quả", "The progress of an export, then the file"],
        needs(&[AuditRead]),
    ),
];

/// The last signed head, once it covers `count` entries. Those that are not there are not waited for.
async fn covering<L: Ledger>(call: &Call<'_>, count: u64) -> Result<Arc<Published>, Problem> {
    let app = call.service.app();
    let audit = L::audit(app)?;
    if count > L::size(app)? {
        return Err(Problem::new(Code::ResourceNotFound));
    }
    let published = audit.published().filter(|head| head.size() >= count);
    match published {
        Some(published) => Ok(published),
        None => {
            let published = audit.covering(count, PATIENCE).await;
            published.filter(|head| head.size() >= count).ok_or_else(Problem::not_yet_signed)
        }
    }
}

/// The policy of a log for which nobody has named witnesses.
fn bare_policy(key: &tlog::key::VerifierKey) -> Vec<u8> {
    format!("log {key}\nquorum none\n").into_bytes()
}

/// `GET …/policy`
pub struct TrustPolicy<L>(PhantomData<L>);

impl<L: Ledger> Read for TrustPolicy<L> {
    type Path = NoParameters;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT];
    const CACHE: Cache = Cache::Shared(60);

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let head = covering::<L>(call, 0).await?;
        let named = L::audit(call.service.app())?.policy_file().map(<[u8]>::to_vec);
        Ok(Answer::new(TEXT, named.unwrap_or_else(|| bare_policy(&head.key))))
    }
}
