//! Regulations made from real score sheets, to start from: facts and numbers of the sheets in our own words. What
//! the papers do not state is an example and is listed under `unsourced`.

use super::Regulation;
use std::sync::LazyLock;

/// A regulation that comes with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in commands and addresses: `hue-804-2018`.
    pub code: &'static str,
    /// The document it was read from.
    pub json: &'static str,
    /// The regulation.
    pub regulation: Regulation,
}

/// The JSON Schema (2020-12) of a regulation.
pub const SCHEMA: &str = include_str!("../../../../api-spec/regulations/schema.json");

macro_rules! documents {
    ($($code:literal),+ $(,)?) => {
        [$(($code, include_str!(concat!("../../../../api-spec/regulations/", $code, ".json")))),+]
    };
}

const DOCUMENTS: &[(&str, &str)] = &documents![
    "hcmc-2008",
    "hcmc-matrix-2008",
    "bac-giang-2011",
    "ninh-thuan-24-2011",
    "hue-804-2018",
    "doan-thanh-nien-2023",
    "cong-an-2025",
    "dong-nai-2026",
    "khanh-hoa-11",
    "hoi-dong-mau",
];

/// The presets, by the age of their papers. A test proves that each one parses and contradicts nothing.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> =
        LazyLock::new(|| DOCUMENTS.iter().copied().filter_map(read).collect());
    &PRESETS
}

fn read((code, json): (&'static str, &'static str)) -> Option<Preset> {
    let regulation = serde_json::from_str(json).ok()?;
    Some(Preset { code, json, regulation })
}

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
