//! Several nodes over one PostgreSQL, and everything that can befall them: whatever it was, every acknowledged fact is
//! there once, every key had one answer, and every read was as new as it claimed to be.
//!
//! The checker and its own tests need nothing. What starts databases is behind the feature `postgres`, which stands for the
//! Debian package postgresql.

mod checker;
mod history;
mod planted;

#[cfg(feature = "postgres")]
mod failover;
#[cfg(feature = "postgres")]
mod faults;
#[cfg(feature = "postgres")]
mod full_disk;
#[cfg(feature = "postgres")]
mod load;
#[cfg(feature = "postgres")]
mod world;
