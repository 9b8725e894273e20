//! Blocs (khối, cụm thi đua) and their members.
//!
//! - `acts`: what can be recorded
//! - `one`, `list`, `members`: one bloc, lists of blocs, and who belongs to a bloc
//! - `tree`: the blocs around and within a bloc
//! - `winners`: who won in which year, and whether they take turns

pub mod acts;
pub mod list;
pub mod members;
pub mod one;
pub mod tree;
pub mod winners;

use crate::{
    auth::Scope::BlocsWrite,
    parameters,
    routes::{Access, Route, Tag, fact, read},
};
use domain::BlocId;

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<list::Blocs>(
        "/v1/blocs",
        "listBlocs",
        Tag::Blocs,
        ["Danh sách khối, cụm", "List blocs"],
        Access::Public,
    ),
    fact::<acts::EstablishBloc>(
        "/v1/blocs",
        "establishBloc",
        Tag::Blocs,
        ["Thành lập khối, cụm", "Establish a bloc"],
        &[BlocsWrite],
    ),
    read::<one::OneBloc>(
        "/v1/blocs/{bloc}",
        "getBloc",
        Tag::Blocs,
        ["Một khối, cụm", "One bloc"],
        Access::Public,
    ),
    fact::<acts::AliasBloc>(
        "/v1/blocs/{bloc}/aliases",
        "aliasBloc",
        Tag::Blocs,
        ["Ghi thêm tên gọi khác", "Record another name of a bloc"],
        &[BlocsWrite],
    ),
    read::<members::Memberships>(
        "/v1/blocs/{bloc}/memberships",
        "listMemberships",
        Tag::Blocs,
        ["Các đơn vị thành viên", "The members of a bloc, past and present"],
        Access::Public,
    ),
    read::<winners::Winners>(
        "/v1/blocs/{bloc}/winners",
        "listWinners",
        Tag::Blocs,
        [
            "Ai dẫn đầu, ai được cờ, ai làm Trưởng khối qua các năm; có luân phiên không",
            "Who led, who got flags, who was leader over the years, and whether they take turns",
        ],
        Access::Public,
    ),
    fact::<acts::JoinBloc>(
        "/v1/blocs/{bloc}/memberships",
        "joinBloc",
        Tag::Blocs,
        ["Đơn vị vào khối, cụm", "A unit joins a bloc"],
        &[BlocsWrite],
    ),
    fact::<acts::LeaveBloc>(
        "/v1/blocs/{bloc}/departures",
        "leaveBloc",
        Tag::Blocs,
        ["Đơn vị rời khối, cụm", "A unit leaves a bloc"],
        &[BlocsWrite],
    ),
    fact::<acts::TransferUnits>(
        "/v1/blocs/{bloc}/transfers",
        "transferUnits",
        Tag::Blocs,
        ["Chuyển đơn vị từ khối, cụm khác sang", "Move units over from another bloc"],
        &[BlocsWrite],
    ),
    read::<tree::Tree>(
        "/v1/blocs/{bloc}/tree",
        "getBlocTree",
        Tag::Blocs,
        ["Các khối, cụm bên trên và bên trong", "The blocs around and within a bloc"],
        Access::Public,
    ),
    fact::<acts::NestBloc>(
        "/v1/blocs/{bloc}/nestings",
        "nestBloc",
        Tag::Blocs,
        ["Đặt khối, cụm vào trong cụm lớn hơn", "Place a bloc within a larger one"],
        &[BlocsWrite],
    ),
    fact::<acts::DelegateBloc>(
        "/v1/blocs/{bloc}/delegations",
        "delegateBloc",
        Tag::Blocs,
        ["Phân cấp cho một đơn vị tổ chức khối, cụm", "Leave it to a unit to run a bloc"],
        &[BlocsWrite],
    ),
    fact::<acts::DescribeBloc>(
        "/v1/blocs/{bloc}/descriptions",
        "describeBloc",
        Tag::Blocs,
        ["Ghi nhận loại và khu vực của khối, cụm", "Record the category and zone of a bloc"],
        &[BlocsWrite],
    ),
    fact::<acts::DissolveBloc>(
        "/v1/blocs/{bloc}/dissolutions",
        "dissolveBloc",
        Tag::Blocs,
        ["Giải thể khối, cụm", "Dissolve a bloc"],
        &[BlocsWrite],
    ),
];

parameters! {
    /// The path of one bloc.
    pub struct BlocPath {
        /// Mã khối, cụm (UUID). The bloc.
        bloc: BlocId,
    }
}
