//! The maths of proof: the log as a transparency log that anyone can check with tools of their own.
//!
//! | module | what it holds | specification |
//! |---|---|---|
//! | [`tree`], [`proof`] | hashes, subtrees, the growing edge; inclusion and consistency proofs | RFC 6962 §2.1 |
//! | [`sorted`] | a tree in the order of keys, whose leaves may change | RFC 6962 §2.1 |
//! | [`tile`], [`entries`] | tiles of 256 hashes, bundles of 256 entries, their paths, reading a tree from them | c2sp.org/tlog-tiles |
//! | [`key`], [`note`] | keys, signed notes | c2sp.org/signed-note |
//! | [`checkpoint`], [`key::Cosigner`] | the signed head of a tree, and what witnesses add to it | c2sp.org/tlog-checkpoint, tlog-cosignature |
//! | [`proof_file`] | one entry's proof as a file | c2sp.org/tlog-proof |
//! | [`policy`], [`witness`] | whom to believe, and what a witness is asked | c2sp.org/tlog-policy, tlog-witness |
//!
//! The specifications are those of July 2026: signed-note, tlog-checkpoint and tlog-witness v1.0.0, tlog-cosignature v1.0.1,
//! tlog-tiles v0.1.0. Of signatures we make and check Ed25519 (types `0x01` and `0x04`); others are passed over in a note
//! and refused in a key or policy.
//!
//! Every text has one form only: what a parser accepts, its writer writes back byte for byte (policy files, which
//! people write, may be spaced and commented). What is malformed is refused with an error that says how.
//!
//! # What it refuses to know
//! Events, stores, HTTP, clocks, randomness. It sees bytes and hashes; tiles come from a function of the caller, times
//! and seeds of keys are arguments.

pub mod checkpoint;
mod cosignature;
pub mod entries;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
pub mod proof_file;
pub mod sorted;
mod text;
pub mod tile;
pub mod tree;
pub mod witness;

pub use tree::{Hash, MAX_SIZE, Node, RightEdge, empty_root, leaf_hash, node_hash};
