//! The paths of tiles: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]` (c2sp.org/tlog-tiles, "Merkle Tree" and
//! "Log entries").

use super::{Tile, TileError, WIDTH};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// What lies at a path below the prefix of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TilePath {
    /// The hashes of a tile.
    Hashes(Tile),
    /// The entries whose hashes are this tile, which is of level 0.
    Entries(Tile),
}

/// Why a text is no path of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// It does not begin with `tile/`.
    #[error("a path of a tile begins with tile/")]
    Start,
    /// The level is neither `entries` nor a decimal number from 0 to 63 without leading zeros.
    #[error("the level is neither `entries` nor a number from 0 to 63")]
    Level,
    /// The place is not written in groups of three digits, `x001/x234/067`, without groups of zeros before it.
    #[error("the index is not of the form x001/x234/067")]
    Index,
    /// The width after `.p/` is no decimal number from 1 to 255 without leading zeros.
    #[error("the width of a partial tile is not a number from 1 to 255")]
    Width,
    /// No tree has this tile.
    #[error(transparent)]
    Tile(#[from] TileError),
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tile = match self {
            Self::Hashes(tile) => {
                write!(f, "tile/{}/", tile.level())?;
                tile
            }
            Self::Entries(tile) => {
                f.write_str("tile/entries/")?;
                tile
            }
        };
        let mut groups = vec![tile.index() % 1000];
        let mut rest = tile.index() / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", tile.index() % 1000)?;
        if tile.is_full() { Ok(()) } else { write!(f, ".p/{}", tile.width()) }
    }
}

impl FromStr for TilePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let (level, rest) =
            text.strip_prefix("tile/").ok_or(PathError::Start)?.split_once('/').ok_or(PathError::Level)?;
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, WIDTH),
            Some((index, width)) => (index, number(width, 255).filter(|n| *n > 0).ok_or(PathError::Width)?),
        };
        let index = index_of(index).ok_or(PathError::Index)?;
        if level == "entries" {
            return Ok(Self::Entries(Tile::new(0, index, width)?));
        }
        let level = number(level, 63).and_then(|level| u8::try_from(level).ok()).ok_or(PathError::Level)?;
        Ok(Self::Hashes(Tile::new(level, index, width)?))
    }
}

/// A decimal number up to `max` without sign or leading zeros.
fn number(text: &str, max: u64) -> Option<u16> {
    crate::text::decimal(text).filter(|number| *number <= max).and_then(|number| u16::try_from(number).ok())
}

fn index_of(text: &str) -> Option<u64> {
    let (higher, last) = match text.rsplit_once('/') {
        None => (None, text),
        Some((higher, last)) => (Some(higher), last),
    };
    let mut index = 0_u64;
    for (place, group) in higher.into_iter().flat_map(|groups| groups.split('/')).enumerate() {
        let digits = digits(group.strip_prefix('x')?)?;
        // Leading groups of zeros would give a tile a second path.
        if place == 0 && digits == 0 {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits)?;
    }
    index.checked_mul(1000)?.checked_add(digits(last)?)
}

fn digits(group: &str) -> Option<u64> {
    let is_group = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    if is_group { group.parse().ok() } else { None }
}
