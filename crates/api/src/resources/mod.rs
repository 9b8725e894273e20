//! The rows of the registry, one file per resource. A file holds its bodies, its parameters and its rows.

pub mod units;

use crate::{docs, routes::Route};

/// Every row there is, in the order of the document.
pub static ALL: &[&[Route]] = &[units::ROUTES, docs::ROUTES];
