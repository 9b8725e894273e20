//! The hashes of the tree, and the entries they are made of.

use super::{Ledger, covering};
use crate::{
    answer::{Answer, Cache},
    body::{
        Schemas,
        parameters::NoParameters,
        text::{FromText, string},
    },
    issue::Flaw,
    parameters,
    problem::{Code, Problem},
    routes::{Call, Read},
};
use domain::Position;
use std::marker::PhantomData;
use tlog::{
    entries,
    tile::{Tile, TilePath},
};
use utoipa::openapi::{RefOr, Schema};

/// Hashes or entries, one after the other.
const BYTES: &str = "application/octet-stream";

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

async fn covering_tile<L: Ledger>(call: &Call<'_>, tile: Tile) -> Result<(), Problem> {
    let count = leaves(tile).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
    covering::<L>(call, count).await.map(drop)
}

parameters! {
    /// The path of a tile.
    pub struct TilePathOf {
        /// Cấp và số thứ tự, có dấu gạch chéo. The level, then the place in groups of three digits, then the width of a partial tile; with slashes as they are.
        tile: HashesAt = "0/000.p/1",
    }
}

/// `GET …/tile/{L}/{N}[.p/{W}]`
pub struct HashTile<L>(PhantomData<L>);

impl<L: Ledger> Read for HashTile<L> {
    type Path = TilePathOf;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[BYTES];
    const CACHE: Cache = Cache::Immutable;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, path: TilePathOf, _: NoParameters) -> Result<Answer, Problem> {
        let HashesAt(tile) = path.tile;
        covering_tile::<L>(call, tile).await?;
        let bytes = L::audit(call.service.app())?.tiles().bytes(tile);
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

/// `GET …/tile/entries/{N}[.p/{W}]`
pub struct EntryBundle<L>(PhantomData<L>);

impl<L: Ledger> Read for EntryBundle<L> {
    type Path = EntriesPath;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[BYTES];

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, path: EntriesPath, _: NoParameters) -> Result<Answer, Problem> {
        L::may_read(call)?;
        let EntriesAt(tile) = path.entries;
        covering_tile::<L>(call, tile).await?;
        let app = call.service.app();
        let found = L::entries(app, Position(tile.index() * 256), tile.width().into())?;
        if found.len() != usize::from(tile.width()) {
            return Err(Problem::new(Code::ResourceNotFound));
        }
        let bundle = entries::encode(found.iter().map(Vec::as_slice));
        Ok(Answer::new(BYTES, bundle.map_err(std::io::Error::other)?))
    }
}
