//! Units (đơn vị).
//!
//! - `acts`: what can be recorded
//! - `heads`: who is at its head, as ids of persons
//! - `one`, `list`: one unit, and lists of them
//! - `lineage`: what came before it and after it, and who stands in its place on a day
//! - `standings`: its ranks over the years, and those of its predecessors

pub mod acts;
pub mod heads;
pub mod lineage;
pub mod list;
pub mod one;
pub mod standings;

use crate::{
    auth::Scope::{PersonsRead, UnitsWrite},
    routes::{Access, Route, Tag, fact, needs, read},
};
use domain::UnitId;

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<list::Units>(
        "/v1/units",
        "listUnits",
        Tag::Units,
        ["Danh sách đơn vị", "List units"],
        Access::Public,
    ),
    read::<one::OneUnit>(
        "/v1/units/{unit}",
        "getUnit",
        Tag::Units,
        ["Một đơn vị", "One unit"],
        Access::Public,
    ),
    read::<lineage::Lineage>(
        "/v1/units/{unit}/lineage",
        "getLineage",
        Tag::Units,
        [
            "Đơn vị tiền thân, đơn vị kế thừa và các tên gọi",
            "A unit's predecessors, successors, names and places, each with its documents",
        ],
        Access::Public,
    ),
    read::<standings::Standings>(
        "/v1/units/{unit}/standings",
        "listUnitStandings",
        Tag::Units,
        [
            "Thứ hạng của đơn vị và đơn vị tiền thân qua các năm",
            "The ranks of a unit and of its predecessors over the years",
        ],
        Access::Public,
    ),
    fact::<acts::RegisterUnit>(
        "/v1/units",
        "registerUnit",
        Tag::Units,
        ["Ghi nhận một đơn vị", "Enter a unit into the register"],
        &[UnitsWrite],
    ),
    fact::<acts::RenameUnit>(
        "/v1/units/{unit}/renamings",
        "renameUnit",
        Tag::Units,
        ["Ghi nhận tên mới của đơn vị", "Record a unit's new name"],
        &[UnitsWrite],
    ),
    fact::<acts::IdentifyUnit>(
        "/v1/units/{unit}/identifiers",
        "identifyUnit",
        Tag::Units,
        ["Ghi nhận một mã của đơn vị", "Record an identifier of a unit"],
        &[UnitsWrite],
    ),
    fact::<acts::EndIdentifier>(
        "/v1/units/{unit}/identifier-ends",
        "endIdentifier",
        Tag::Units,
        ["Ghi nhận một mã hết hiệu lực", "Record that an identifier is no longer valid"],
        &[UnitsWrite],
    ),
    fact::<acts::PlaceUnit>(
        "/v1/units/{unit}/placements",
        "placeUnit",
        Tag::Units,
        ["Ghi nhận đơn vị cấp trên hoặc địa bàn", "Place a unit under a superior unit or in a locality"],
        &[UnitsWrite],
    ),
    fact::<acts::MergeUnits>(
        "/v1/units/{unit}/mergers",
        "mergeUnits",
        Tag::Units,
        ["Hợp nhất, sáp nhập các đơn vị vào đơn vị này", "Merge other units into this one"],
        &[UnitsWrite],
    ),
    fact::<acts::SplitUnit>(
        "/v1/units/{unit}/splits",
        "splitUnit",
        Tag::Units,
        ["Chia, tách đơn vị", "Split a unit"],
        &[UnitsWrite],
    ),
    fact::<acts::DissolveUnit>(
        "/v1/units/{unit}/dissolutions",
        "dissolveUnit",
        Tag::Units,
        ["Giải thể đơn vị", "Dissolve a unit"],
        &[UnitsWrite],
    ),
    read::<heads::Heads>(
        "/v1/units/{unit}/heads",
        "listHeads",
        Tag::Units,
        ["Những người đứng đầu đơn vị qua các thời kỳ", "The heads of a unit over time, as ids of persons"],
        needs(&[PersonsRead]),
    ),
    fact::<heads::AppointHead>(
        "/v1/units/{unit}/heads",
        "appointHead",
        Tag::Units,
        ["Ghi nhận người đứng đầu đơn vị", "Record the head of a unit"],
        &[UnitsWrite],
    ),
    fact::<heads::HeadLeaves>(
        "/v1/units/{unit}/head-departures",
        "recordHeadDeparture",
        Tag::Units,
        ["Ghi nhận người đứng đầu thôi giữ chức", "Record that the head of a unit left"],
        &[UnitsWrite],
    ),
];

crate::parameters! {
    /// The path of one unit.
    pub struct UnitPath {
        /// Mã đơn vị (UUID). The unit.
        unit: UnitId,
    }
}
