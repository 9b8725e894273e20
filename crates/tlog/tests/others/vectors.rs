//! The vectors of transparency-dev/merkle, as `sigstore-merkle` is published with them: good proofs, and every way to
//! spoil one that the authors of Certificate Transparency thought of.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use thidua_tlog::{
    Hash, leaf_hash,
    proof::{ProofError, verify_consistency, verify_inclusion},
};

/// The folder of the vectors, where cargo keeps the source of the crate.
fn folder(kind: &str) -> PathBuf {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "sigstore-merkle").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.with_file_name("test-data").join("merkle/testdata").join(kind)
}

fn vectors(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(vectors(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let vector = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            found.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), vector));
        }
    }
    found
}

/// A hash of a vector, unless it is empty: that no parser lets pass. For "don't care", one that fits itself only.
fn hash(value: &Value) -> Option<Hash> {
    let bytes = STANDARD.decode(value.as_str().unwrap_or_default()).unwrap();
    (!bytes.is_empty()).then(|| bytes.as_slice().try_into().unwrap_or_else(|_| leaf_hash(&bytes)))
}

/// The proof, unless one of its hashes is none: that no parser lets pass.
fn proof(vector: &Value) -> Option<Vec<Hash>> {
    let hashes = vector["proof"].as_array().map(Vec::as_slice).unwrap_or_default();
    hashes.iter().map(|hash| STANDARD.decode(hash.as_str()?).ok()?.try_into().ok()).collect()
}

#[test]
fn inclusion_proofs_are_judged_as_published() {
    let vectors = vectors(&folder("inclusion"));
    assert!(vectors.len() > 90, "{}", vectors.len());
    for (name, vector) in vectors {
        let number = |key: &str| vector[key].as_u64().unwrap();
        let hashes = (proof(&vector), hash(&vector["leafHash"]), hash(&vector["root"]));
        let accepted = match hashes {
            (Some(proof), Some(leaf), Some(root)) => {
                verify_inclusion(&leaf, number("leafIdx"), number("treeSize"), &proof, &root).is_ok()
            }
            _ => false,
        };
        assert_eq!(accepted, vector["wantErr"] == false, "{name}: {vector}");
    }
}

#[test]
fn consistency_proofs_are_judged_as_published_or_more_strictly() {
    let vectors = vectors(&folder("consistency"));
    assert!(vectors.len() > 90, "{}", vectors.len());
    let mut stricter = Vec::new();
    for (name, vector) in vectors {
        let number = |key: &str| vector[key].as_u64().unwrap();
        let verdict = match (proof(&vector), hash(&vector["root1"]), hash(&vector["root2"])) {
            (Some(proof), Some(old), Some(new)) => {
                verify_consistency(number("size1"), number("size2"), &proof, &old, &new)
            }
            _ => Err(ProofError::Root),
        };
        match (verdict, vector["wantErr"] == false) {
            (Ok(()), wanted) => assert!(wanted, "{name}: {vector}"),
            (Err(ProofError::OldRoot), true) if number("size1") == 0 => stricter.push(name),
            (Err(error), wanted) => assert!(!wanted, "{name}: {error}: {vector}"),
        }
    }
    // Two trees without leaves and the same root that is not the root of such a tree: tlog-witness refuses it.
    assert_eq!(stricter, ["sizes-are-equal-and-proof-is-not-empty-where-both-sizes-are-zero"]);
}
