//! Stories about tokens: who gets in, and everything that does not.

mod checklist;
mod development;
mod forgery;
mod memory;
mod rotation;
mod support;
