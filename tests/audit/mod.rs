//! The auditor's tools, run as an auditor runs them, on the log of the demo: real facts, tiled, signed and witnessed here.

mod acknowledged;
mod anchored;
mod attacks;
mod bundles;
mod disclosed;
mod log;
mod rotation;
mod served;
mod signer;
mod standings;
mod streams;
mod witness;
