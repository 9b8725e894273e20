//! The auditor's verifier. It reads a log from where it is served, from a folder or from a bundle, believes none of
//! them, and says what holds; it knows no server code.
//!
//! # Layout
//! - [`source`]: where a log is read from: a URL, a folder, a bundle, a checkpoint alone
//! - [`head`]: its signed checkpoint under a policy, and whether one head grew out of another
//! - [`rotation`]: from one key of the log to the next
//! - [`walk`]: every entry and every tile, recomputed
//! - [`facts`]: every envelope, held against all before it; [`published`]: standings, computed again;
//!   [`served`]: the same as the server shows them
//! - [`reads`]: the log of reads, and that it was never silent
//! - [`receipt`]: what a service answered, held against its log
//! - [`stream`]: one stream as its server shows it, and that it is whole
//! - [`disclosed`]: personal data that was shown to the auditor, held against its commitments
//! - [`bundle`]: everything in one file, to be kept and checked without a network
//! - [`time_stamp`]: what a time-stamping authority vouches for; [`stamped`]: the stamps that come with a log
//! - [`heads`]: the heads seen last, on disk
//! - [`failure`]: every way to say no, with its exit code and its evidence
//!
//! # What it refuses to know
//! The server, its stores, its clock. Whoever runs it gives it the policy; nothing that is checked says whom to believe.

pub mod bundle;
pub mod disclosed;
pub mod facts;
pub mod failure;
pub mod head;
pub mod heads;
mod heads_tree;
mod ids;
pub mod published;
pub mod reads;
pub mod receipt;
pub mod rotation;
pub mod served;
pub mod source;
pub mod stamped;
pub mod stream;
pub mod time_stamp;
pub mod walk;

pub use disclosed::Disclosure;
pub use failure::{Failure, Finding, FindingKind};
pub use head::Head;
pub use heads::Heads;
pub use source::Source;
pub use walk::{Judge, Progress, Verified, verify};
