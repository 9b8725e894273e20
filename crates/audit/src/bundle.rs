//! A log in one file, to be kept and checked without a network: a zip whose files any tool for tlog-tiles reads.
//!
//! Names are sorted, times are zero and nothing is compressed, so that two bundles of the same head are the same bytes,
//! whoever makes them and with whatever version of a compressor.

use crate::{
    failure::{Failure, Finding, FindingKind},
    head::{Head, unread},
    heads::hex,
    rotation,
    source::Source,
    stamped::{self, Stamp},
    walk::{Progress, Verified, Watch, verify},
};
use domain::{BlocId, EmulationYear, Envelope, Event, LeafHash, StreamId, Timestamp, year::YearEvent};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};
use tlog::{
    checkpoint::SignedCheckpoint,
    policy::Policy,
    proof::MakeError,
    proof_file::ProofFile,
    tile::{Tile, TilePath, TileReader},
};
use views::standing::Sheet;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The form of bundles this version writes and reads.
const FORMAT: &str = "thidua-bundle/1";

/// How to check a bundle without this program.
const VERIFY: &str = include_str!("bundle/VERIFY.md");

/// The schema of regulations.
const REGULATION_SCHEMA: &str = include_str!("../../../api-spec/regulations/schema.json");

/// The schema of what every envelope has in common.
const ENVELOPE_SCHEMA: &str = include_str!("bundle/envelope.schema.json");

/// What a bundle says of itself.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    origin: String,
    size: u64,
    root: String,
    /// Of every file but the tiles, which the root covers, and this one: SHA-256 in hexadecimal.
    files: BTreeMap<String, String>,
}

/// The files of a bundle beside the tiles.
type Files = BTreeMap<String, Vec<u8>>;

/// What is collected for a bundle while a log is verified.
#[derive(Default)]
struct Collected {
    regulations: Files,
}

impl Collected {
    fn see(&mut self, fact: &Envelope) {
        if let (Event::Year(YearEvent::RegulationAdopted(adopted)), StreamId::Year(bloc, year)) =
            (&fact.event, fact.stream)
        {
            let name = format!("regulations/{bloc}-{year}-v{}.json", adopted.version);
            self.regulations.insert(name, json(&adopted.regulation));
        }
    }
}

/// Verifies the log of a source and writes it to a bundle, which is verified in turn before it takes its name.
///
/// # Errors
/// The log does not hold, or the file cannot be written.
pub fn write(
    source: &mut Source,
    policy_file: &[u8],
    policy: &Policy,
    before: Option<&Head>,
    to: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Verified, Failure> {
    let head = Head::read(source, policy)?;
    let (verified, collected) = walk(source, head, before, progress)?;
    let mut files = derived(source, &verified, collected)?;
    files.insert("VERIFY.md".to_owned(), VERIFY.into());
    files.insert("policy.txt".to_owned(), policy_file.to_vec());
    stamped::expect_named(&verified.facts, &stamped::check(source, &verified.head, policy, None)?)?;
    files.extend(time_files(source, &verified.head)?);
    files.extend(rotation::file(source)?.map(|bytes| (rotation::FILE.to_owned(), bytes)));
    files.insert("schemas/envelope.json".to_owned(), ENVELOPE_SCHEMA.into());
    files.insert("schemas/regulation.json".to_owned(), REGULATION_SCHEMA.into());
    files.insert("manifest.json".to_owned(), json(&Manifest::of(&verified.head, &files)));
    let part = to.with_extension("part");
    let failed = |error: std::io::Error| Failure::io(format!("{} cannot be written", part.display()))(error);
    pack(source, verified.head.size(), files, &part)?;
    let mut written = Source::open(&part.display().to_string(), true, None)?;
    let head = Head::read(&mut written, policy)?;
    check(&mut written, head, before, &mut |_| {})?;
    fs::rename(&part, to).map_err(failed)?;
    Ok(verified)
}

/// Verifies a bundle whose head the policy already believes: its log, and every other file in it.
///
/// # Errors
/// With the first thing that does not hold.
pub fn check(
    bundle: &mut Source,
    head: Head,
    before: Option<&Head>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Verified, Failure> {
    let manifest = Manifest::read(bundle)?;
    let (verified, collected) = walk(bundle, head, before, progress)?;
    let wrong = |name: &str, what: &str| {
        Failure::from(Finding::new(FindingKind::Bundle, format!("{name} {what}")).in_file(name))
    };
    let mut rest: BTreeSet<String> = bundle.files()?.into_iter().collect();
    for path in tile_paths(verified.head.size()) {
        rest.remove(&path.to_string());
    }
    rest.remove("manifest.json");
    for (name, hash) in &manifest.files {
        let bytes = bundle.get(name)?.ok_or_else(|| wrong(name, "is not there"))?;
        if hex(&Sha256::digest(&bytes)) != *hash {
            return Err(wrong(name, "is not the file that the manifest names"));
        }
        rest.remove(name);
    }
    if let Some(name) = rest.first() {
        return Err(wrong(name, "belongs to no bundle of this log"));
    }
    // What follows from the entries is computed again; the manifest is no authority.
    let derived = derived(bundle, &verified, collected)?;
    for (name, bytes) in &derived {
        match bundle.get(name)? {
            Some(found) if found == *bytes => {}
            Some(_) => return Err(wrong(name, "is not what the entries come to")),
            None => return Err(wrong(name, "is not there")),
        }
    }
    let is_derived =
        |name: &&String| ["proofs/", "regulations/", "standings/"].iter().any(|part| name.starts_with(part));
    if let Some(name) = manifest.files.keys().filter(is_derived).find(|name| !derived.contains_key(*name)) {
        return Err(wrong(name, "follows from no entry"));
    }
    if manifest != Manifest::of_hashes(&verified.head, manifest.files.clone()) {
        return Err(wrong("manifest.json", "speaks of another head than the checkpoint"));
    }
    Ok(verified)
}

fn walk(
    source: &mut Source,
    head: Head,
    before: Option<&Head>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Verified, Collected), Failure> {
    let mut collected = Collected::default();
    let mut each = |fact: &Envelope, _: LeafHash| collected.see(fact);
    let verified = verify(source, head, before, &mut Watch { progress, each: &mut each })?;
    Ok((verified, collected))
}

/// The files that follow from the head and the entries.
fn derived(source: &mut Source, verified: &Verified, collected: Collected) -> Result<Files, Failure> {
    let mut files = collected.regulations;
    files.insert("checkpoint".to_owned(), verified.head.signed.to_string().into());
    let (size, facts) = (verified.head.size(), &verified.facts);
    for published in facts.published() {
        let file = proof(source, &verified.head, published.position)?;
        files.insert(format!("proofs/{}.tlog-proof", published.position), file.to_string().into());
    }
    let years: BTreeSet<(BlocId, EmulationYear)> =
        facts.published().iter().map(|published| (published.bloc, published.year)).collect();
    let day = facts.latest().map(Timestamp::day);
    for (bloc, year) in years {
        if let Some(sheet) = day.and_then(|day| Sheet::of(facts.books(), bloc, year, day, true)) {
            files.insert(format!("standings/{bloc}-{year}.json"), json(&Sheet { at_size: size, ..sheet }));
        }
    }
    Ok(files)
}

/// The time stamps of heads up to this one, each beside the head it is of.
fn time_files(source: &mut Source, head: &Head) -> Result<Files, Failure> {
    let mut files = Files::new();
    for Stamp { checkpoint, reply } in source.time_stamps()? {
        let malformed = |error: tlog::checkpoint::CheckpointError| {
            Finding::new(FindingKind::TimeStamp, error.to_string())
        };
        let size = SignedCheckpoint::parse(&checkpoint).map_err(malformed)?.checkpoint().size();
        if size <= head.size() {
            // One head may be stamped more than once.
            let name = format!("{size}-{}", &hex(&Sha256::digest(&reply))[..8]);
            files.insert(format!("time/{name}.checkpoint"), checkpoint);
            files.insert(format!("time/{name}.tsr"), reply);
        }
    }
    Ok(files)
}

/// The proof that an entry is in the log, with its head.
///
/// # Errors
/// There is no such entry, or a tile cannot be read.
pub fn proof(source: &mut Source, head: &Head, position: u64) -> Result<ProofFile, Failure> {
    let mut reader = TileReader::new(head.size(), |tile: Tile| source.hashes(tile));
    let proof = reader.inclusion(position).map_err(|error| match error {
        MakeError::Read(error) => unread(error),
        MakeError::OutOfRange { .. } => Failure::Usage(error.to_string()),
    })?;
    Ok(ProofFile { extra: None, index: position, proof, checkpoint: head.signed.clone() })
}

impl Manifest {
    fn of(head: &Head, files: &Files) -> Self {
        let hash = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), hex(&Sha256::digest(bytes)));
        Self::of_hashes(head, files.iter().map(hash).collect())
    }

    fn of_hashes(head: &Head, files: BTreeMap<String, String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            origin: head.origin().to_owned(),
            size: head.size(),
            root: crate::head::base64_of(head.signed.checkpoint().root()),
            files,
        }
    }

    fn read(bundle: &mut Source) -> Result<Self, Failure> {
        let malformed = |what: String| Finding::new(FindingKind::Malformed, what).in_file("manifest.json");
        let bytes =
            bundle.get("manifest.json")?.ok_or_else(|| malformed("there is no manifest".to_owned()))?;
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        match value.get("format").and_then(serde_json::Value::as_str) {
            Some(FORMAT) => {
                serde_json::from_value(value).map_err(|error| malformed(error.to_string()).into())
            }
            Some(other) => Err(Failure::UnknownVersion(format!("a bundle of the form {other}"))),
            None => Err(malformed("it does not say of which form the bundle is".to_owned()).into()),
        }
    }
}

fn tile_paths(size: u64) -> impl Iterator<Item = TilePath> {
    let entries = |tile: Tile| (tile.level() == 0).then_some(TilePath::Entries(tile));
    Tile::all(size).flat_map(move |tile| [Some(TilePath::Hashes(tile)), entries(tile)]).flatten()
}

/// Writes the files and the tiles in the order of their names.
fn pack(source: &mut Source, size: u64, mut files: Files, to: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io(format!("{} cannot be written", to.display()))(error);
    let mut tiles: BTreeMap<String, TilePath> =
        tile_paths(size).map(|path| (path.to_string(), path)).collect();
    let names: BTreeSet<String> = tiles.keys().chain(files.keys()).cloned().collect();
    let mut zip = ZipWriter::new(BufWriter::new(File::create(to).map_err(failed)?));
    // The time is 1980-01-01, the zero of the format.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    for name in names {
        let bytes = match (files.remove(&name), tiles.remove(&name)) {
            (Some(bytes), _) => bytes,
            (None, Some(TilePath::Hashes(tile))) => source.hashes(tile)?,
            (None, Some(TilePath::Entries(tile))) => source.entries(tile)?,
            (None, None) => continue,
        };
        zip.start_file(name, options).map_err(|error| failed(error.into()))?;
        zip.write_all(&bytes).map_err(failed)?;
    }
    let mut file = zip.finish().map_err(|error| failed(error.into()))?;
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)
}

/// Indented, with a newline at its end. What is written so has only maps with sorted names and structs.
fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_envelope_that_was_ever_written_fits_the_schema_that_goes_along() {
        let schema = serde_json::from_str(ENVELOPE_SCHEMA).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let lines = include_str!("../../../tests/golden/events.jsonl");
        for line in lines.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let faults: Vec<_> =
                schema.iter_errors(&line["envelope"]).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?}: {line}");
        }
        assert!(!schema.is_valid(&serde_json::json!({ "position": -1 })));
    }
}
