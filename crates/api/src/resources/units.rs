//! Units (đơn vị).

use crate::{
    auth::Scope::UnitsWrite,
    body::{Faults, List, parameters::NoParameters},
    routes::{Fact, Route, Tag, fact, needs},
};
use app::Act;
use domain::{
    Envelope, LocalisedName, Name, UnitId, UnitIdentifier,
    unit::{Identified, Registered, Renamed, UnitAct, UnitKind},
};
use uuid::Uuid;

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    fact::<RegisterUnit>(
        "/v1/units",
        "registerUnit",
        Tag::Units,
        ["Ghi nhận một đơn vị", "Enter a unit into the register"],
        needs(&[UnitsWrite]),
    ),
    fact::<RenameUnit>(
        "/v1/units/{unit}/renamings",
        "renameUnit",
        Tag::Units,
        ["Ghi nhận tên mới của đơn vị", "Record a unit's new name"],
        needs(&[UnitsWrite]),
    ),
    fact::<IdentifyUnit>(
        "/v1/units/{unit}/identifiers",
        "identifyUnit",
        Tag::Units,
        ["Ghi nhận một mã của đơn vị", "Record an identifier of a unit"],
        needs(&[UnitsWrite]),
    ),
];

crate::parameters! {
    /// The path of one unit.
    pub struct UnitPath {
        /// Mã đơn vị (UUID). The unit.
        unit: UnitId,
    }
}

crate::body! {
    /// Đơn vị cần ghi nhận. A unit to be entered into the register.
    pub struct RegisterUnit {
        /// Tên đơn vị. Its name.
        name: LocalisedName,
        /// Loại đơn vị. What sort of organisation it is.
        kind: UnitKind,
        /// Địa bàn, ghi như trên văn bản. Where it is, as its papers say it.
        place: Option<Name> = "huyện Ba Tơ, tỉnh Quảng Ngãi",
        /// Mã trong các hệ thống khác. What other systems know it by.
        identifiers: List<UnitIdentifier, 0, 16>,
    }
}

impl Fact for RegisterUnit {
    type Path = NoParameters;

    fn act(self, _: NoParameters, fresh: Uuid, _: &mut Faults) -> Option<Act> {
        let Self { name, kind, place, identifiers } = self;
        let registered = Registered { name, kind, place, identifiers: identifiers.0 };
        Some(Act::Unit(UnitId(fresh), UnitAct::Register(registered)))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

crate::body! {
    /// Tên mới của đơn vị. A unit's new name.
    pub struct RenameUnit {
        /// Tên mới. The new name.
        name: LocalisedName,
    }
}

impl Fact for RenameUnit {
    type Path = UnitPath;

    fn act(self, path: UnitPath, _: Uuid, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::Rename(Renamed { name: self.name })))
    }
}

crate::body! {
    /// Mã của đơn vị trong một hệ thống khác. An identifier of a unit.
    pub struct IdentifyUnit {
        /// Mã. The identifier.
        identifier: UnitIdentifier,
    }
}

impl Fact for IdentifyUnit {
    type Path = UnitPath;

    fn act(self, path: UnitPath, _: Uuid, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::Identify(Identified { identifier: self.identifier })))
    }
}
