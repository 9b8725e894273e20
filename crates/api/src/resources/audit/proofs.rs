//! Proofs: that a fact is in the log, and that the log only grew.

use super::{FRESH, Ledger, TEXT, covering};
use crate::{
    answer::{Answer, Cache, JSON},
    answer_body,
    body::{Schemas, parameters::NoParameters},
    parameters,
    problem::{Code, Problem},
    routes::{Call, Read},
    shown::Shown,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::Position;
use std::marker::PhantomData;
use tlog::{Hash, proof_file::ProofFile};
use utoipa::openapi::{RefOr, Schema};

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

/// `GET …/proofs/{position}`
pub struct Proof<L>(PhantomData<L>);

impl<L: Ledger> Read for Proof<L> {
    type Path = ProofPath;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT, JSON];
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ProofShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: ProofPath, _: NoParameters) -> Result<Answer, Problem> {
        let index = path.position.0;
        let head = covering::<L>(call, index.saturating_add(1)).await?;
        let (leaf, proof) = {
            let tiles = L::audit(call.service.app())?.tiles();
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

/// `GET …/consistency`
pub struct Consistency<L>(PhantomData<L>);

impl<L: Ledger> Read for Consistency<L> {
    type Path = NoParameters;
    type Query = ConsistencyQuery;
    const FORMS: &'static [&'static str] = &[TEXT, JSON];
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ConsistencyShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: ConsistencyQuery) -> Result<Answer, Problem> {
        let old = query.old.map_or(0, |old| old.0);
        let head = covering::<L>(call, old.max(query.new.map_or(0, |new| new.0))).await?;
        let new = query.new.map_or(head.size(), |new| new.0);
        if old > new {
            return Err(Problem::parameter("old", "old <= new"));
        }
        let proof =
            L::audit(call.service.app())?.tiles().consistency(old, new).map_err(std::io::Error::other)?;
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
