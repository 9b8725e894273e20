//! The same maths by other people: what we make they accept, what they make we accept, what one refuses all refuse.
//!
//! - `tlog_tiles` and `signed_note` (Cloudflare): tiles, proofs, notes, checkpoints;
//! - `ct-merkle`: trees and both kinds of proof;
//! - `sigstore-merkle`: both verifications, and the vectors of transparency-dev/merkle that it is published with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod growth;
mod log;
mod notes;
mod spoiling;
mod vectors;
