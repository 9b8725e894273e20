//! The real process, a place for its files, and a small client.

pub mod auditor;
pub mod authority;
pub mod bloc;
pub mod client;
pub mod demo;
pub mod dossiers;
pub mod facts;
pub mod keys;
pub mod persons;
pub mod place;
pub mod server;
pub mod source;
pub mod waiting;
pub mod whole_year;
pub mod witness;

pub use client::{Answer, Client};
pub use place::Place;
pub use server::Server;
