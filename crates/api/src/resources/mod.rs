//! The rows of the registry, one file per resource. A file holds its bodies, its parameters and its rows.

pub mod audit;
pub mod blocs;
pub mod commendations;
pub mod events;
pub mod grants;
pub mod persons;
pub mod reference;
pub mod shared;
pub mod units;
pub mod years;

use crate::{docs, routes::Route};

/// Every row there is, in the order of the document.
pub static ALL: &[&[Route]] = &[
    units::ROUTES,
    blocs::ROUTES,
    years::ROUTES,
    years::DECISIONS,
    years::rows::OFFICE,
    years::rows::REVIEW,
    years::rows::AUDIT,
    commendations::ROUTES,
    persons::ROUTES,
    grants::ROUTES,
    events::ROUTES,
    audit::ROUTES,
    audit::READS,
    audit::EXPORTS,
    audit::asked::ROUTES,
    reference::ROUTES,
    docs::ROUTES,
];
