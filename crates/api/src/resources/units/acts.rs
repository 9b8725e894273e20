//! What can be recorded about units.

use super::UnitPath;
use crate::{
    body,
    body::{Faults, List, parameters::NoParameters},
    routes::{Fact, fact::Origin},
};
use app::Act;
use domain::{
    Date, Envelope, LocalisedName, Name, Remark, UnitId, UnitIdentifier,
    unit::{
        Dissolved, Identified, IdentifierEnded, Placed, Registered, Relation, Renamed, Split, TookOver,
        UnitAct, UnitKind,
    },
};

body! {
    /// Đơn vị cần ghi nhận. A unit to be entered into the register.
    pub struct RegisterUnit {
        /// Mã do bên gửi chọn (UUID). An id of the client's own choice.
        id: Option<UnitId>,
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
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { id, name, kind, place, identifiers } = self;
        let registered = Registered { name, kind, place, identifiers: identifiers.0 };
        Some(Act::Unit(id.unwrap_or(UnitId(origin.fresh)), UnitAct::Register(registered)))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

body! {
    /// Tên mới của đơn vị. A unit's new name.
    pub struct RenameUnit {
        /// Tên mới. The new name.
        name: LocalisedName,
    }
}

impl Fact for RenameUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::Rename(Renamed { name: self.name })))
    }
}

body! {
    /// Mã của đơn vị trong một hệ thống khác. An identifier of a unit.
    pub struct IdentifyUnit {
        /// Mã; có hiệu lực từ `effective_on`. The identifier, valid from `effective_on`.
        identifier: UnitIdentifier,
        /// Ngày đầu tiên hết hiệu lực, nếu đã biết. The first day on which it is no longer valid, where that is known.
        until: Option<Date>,
    }
}

impl Fact for IdentifyUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(
            path.unit,
            UnitAct::Identify(Identified { identifier: self.identifier, until: self.until }),
        ))
    }
}

body! {
    /// Mã hết hiệu lực từ `effective_on`; sau đó có thể cấp cho đơn vị khác. An identifier ends on `effective_on`; another unit may have it from then on.
    pub struct EndIdentifier {
        /// Mã. The identifier.
        identifier: UnitIdentifier,
    }
}

impl Fact for EndIdentifier {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let ended = IdentifierEnded { identifier: self.identifier };
        Some(Act::Unit(path.unit, UnitAct::EndIdentifier(ended)))
    }
}

body! {
    /// Đơn vị cấp trên hoặc địa bàn từ `effective_on`; không nêu `within` thì từ ngày đó không còn. Under or in which unit it stands from `effective_on` on; in none when `within` is left out.
    pub struct PlaceUnit {
        /// Quan hệ. In which way.
        relation: Relation = "locality",
        /// Đơn vị cấp trên, hoặc địa phương. The superior unit, or the locality.
        within: Option<UnitId>,
    }
}

impl Fact for PlaceUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let placed = Placed { relation: self.relation, unit: self.within };
        Some(Act::Unit(path.unit, UnitAct::Place(placed)))
    }
}

body! {
    /// Các đơn vị kết thúc từ `effective_on` và đơn vị này kế thừa; phải nêu văn bản trong `basis`. The predecessors end on `effective_on` and this unit takes their place; `basis` must cite a document.
    pub struct MergeUnits {
        /// Các đơn vị tiền thân. The units that end.
        predecessors: List<UnitId, 1, 100>,
    }
}

impl Fact for MergeUnits {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let took_over = TookOver { predecessors: self.predecessors.0 };
        Some(Act::Unit(path.unit, UnitAct::TakeOver(took_over)))
    }
}

body! {
    /// Chia (đơn vị kết thúc) hoặc tách (đơn vị còn tiếp tục) từ `effective_on`; phải nêu văn bản trong `basis`. The unit is split from `effective_on` on; `basis` must cite a document.
    pub struct SplitUnit {
        /// Các đơn vị được hình thành. The units that come out of it.
        into: List<UnitId, 1, 100>,
        /// Đơn vị này còn tiếp tục (tách) hay kết thúc (chia). Whether the unit itself goes on.
        continues: bool,
    }
}

impl Fact for SplitUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let split = Split { into: self.into.0, continues: self.continues };
        Some(Act::Unit(path.unit, UnitAct::Split(split)))
    }
}

body! {
    /// Đơn vị kết thúc từ `effective_on`, không văn bản nào nêu đơn vị kế thừa; phải nêu văn bản trong `basis`. The unit ends on `effective_on` and no document names a successor; `basis` must cite a document.
    pub struct DissolveUnit {
        /// Lý do. Why.
        reason: Remark = "Kết thúc hoạt động của đơn vị hành chính cấp huyện",
    }
}

impl Fact for DissolveUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::Dissolve(Dissolved { reason: self.reason })))
    }
}
