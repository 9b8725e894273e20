//! What can be recorded about blocs.

use super::BlocPath;
use crate::{
    body,
    body::{Faults, List, parameters::NoParameters},
    routes::{Fact, fact::Origin},
};
use app::Act;
use domain::{
    BlocId, Date, Envelope, LocalisedName, Name, Remark, UnitId,
    bloc::{
        Aliased, BlocAct, BlocKind, Delegated, Described, Dissolved, Established, Level, Nested, UnitJoined,
        UnitLeft, UnitsMovedIn,
    },
};

body! {
    /// Thành lập khối, cụm. A bloc to be established.
    pub struct EstablishBloc {
        /// Mã do bên gửi chọn. An id of the client's own choice.
        id: Option<BlocId>,
        /// Tên; có thể trùng với khối khác. Its name; two blocs may bear the same.
        name: LocalisedName,
        /// Khối hay cụm. What sort of group it is.
        kind: BlocKind = "khoi",
        /// Cấp tổ chức. The level whose council organises it.
        level: Level = "province",
        /// Địa bàn, như văn bản ghi. Where it is, as its papers say it.
        place: Option<Name> = "tỉnh Hà Giang",
        /// Số đơn vị văn bản nêu. How many units its papers count, where they do not name them all.
        stated_size: Option<u16> = 12,
        /// Ghi chú. A remark on what the papers say and do not say.
        note: Option<Remark>,
    }
}

impl Fact for EstablishBloc {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { id, name, kind, level, place, stated_size, note } = self;
        let established = Established { name, kind, level, place, stated_size, note };
        Some(Act::Bloc(id.unwrap_or(BlocId(origin.fresh)), BlocAct::Establish(established)))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

body! {
    /// Tên gọi khác. Another name of a bloc.
    pub struct AliasBloc {
        /// Tên gọi khác, dùng từ `effective_on`. The other name, used from `effective_on` on.
        alias: LocalisedName,
        /// Ngày đầu tiên không còn dùng, nếu đã biết. The first day on which it is no longer used, where that is known.
        until: Option<Date>,
    }
}

impl Fact for AliasBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Alias(Aliased { alias: self.alias, until: self.until })))
    }
}

body! {
    /// Đơn vị vào khối, cụm từ ngày có hiệu lực. A unit joins the bloc from the day the act counts from.
    pub struct JoinBloc {
        /// Đơn vị. The unit.
        unit: UnitId,
    }
}

impl Fact for JoinBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Join(UnitJoined { unit: self.unit })))
    }
}

body! {
    /// Đơn vị rời khối, cụm từ ngày có hiệu lực. A unit leaves the bloc from the day the act counts from.
    pub struct LeaveBloc {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Lý do. Why.
        reason: Option<Remark>,
    }
}

impl Fact for LeaveBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Leave(UnitLeft { unit: self.unit, reason: self.reason })))
    }
}

body! {
    /// Các đơn vị chuyển từ khối, cụm khác sang từ `effective_on`; cả hai bên đều ghi nhận. Units move over from another bloc; both blocs show it.
    pub struct TransferUnits {
        /// Các đơn vị. The units.
        units: List<UnitId, 1, 100>,
        /// Khối, cụm cũ. The bloc they leave.
        from: BlocId,
        /// Lý do. Why.
        reason: Option<Remark>,
    }
}

impl Fact for TransferUnits {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let moved = UnitsMovedIn { units: self.units.0, from: self.from, reason: self.reason };
        Some(Act::Bloc(path.bloc, BlocAct::MoveIn(moved)))
    }
}

body! {
    /// Khối, cụm nằm trong cụm khác từ `effective_on`; không nêu `within` thì không nằm trong cụm nào. The bloc stands within another from `effective_on` on; within none when `within` is left out.
    pub struct NestBloc {
        /// Cụm lớn hơn. The larger bloc.
        within: Option<BlocId>,
    }
}

impl Fact for NestBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Nest(Nested { within: self.within })))
    }
}

body! {
    /// Đơn vị tổ chức khối, cụm của các đơn vị trực thuộc từ `effective_on`; không nêu `to` thì hết phân cấp. A unit runs the bloc of its own sub-units; who acts for it acts as the body above the bloc.
    pub struct DelegateBloc {
        /// Đơn vị được phân cấp. The unit.
        to: Option<UnitId>,
    }
}

impl Fact for DelegateBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Delegate(Delegated { to: self.to })))
    }
}

body! {
    /// Loại và khu vực của khối, cụm từ `effective_on`, thay cho điều đã ghi trước đó. Its category and zone from `effective_on` on, in place of what was recorded before.
    pub struct DescribeBloc {
        /// Loại, như văn bản ghi. The category, as its papers say it.
        category: Option<Name> = "Các tổ chức hội có tính chất đặc thù",
        /// Khu vực. The zone.
        zone: Option<Name> = "Vùng động lực",
    }
}

impl Fact for DescribeBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let described = Described { category: self.category, zone: self.zone };
        Some(Act::Bloc(path.bloc, BlocAct::Describe(described)))
    }
}

body! {
    /// Khối, cụm kết thúc từ `effective_on`; các thành viên rời khối, cụm vào ngày đó. The bloc ends on `effective_on`; its members leave it that day.
    pub struct DissolveBloc {
        /// Lý do. Why.
        reason: Remark = "Sắp xếp lại các khối, cụm thi đua",
        /// Các khối, cụm thay thế. The blocs that take its place.
        successors: List<BlocId, 0, 20>,
    }
}

impl Fact for DissolveBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let dissolved = Dissolved { reason: self.reason, successors: self.successors.0 };
        Some(Act::Bloc(path.bloc, BlocAct::Dissolve(dissolved)))
    }
}
