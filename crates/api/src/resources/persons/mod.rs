//! Persons: what is known of the heads of units, of those proposed for awards, of those behind clients. What is here is in
//! no event: the log holds commitments, the vault the rest.
//!
//! - `acts`: what can be recorded
//! - `erasures`: how far an erasure has come
//! - `one`: what is known of a person, and what an auditor is shown of it

pub mod acts;
pub mod erasures;
pub mod one;

use crate::{
    auth::Scope::{AuditRead, ErasuresWrite, PersonsRead, PersonsWrite},
    parameters,
    problem::Problem,
    routes::{Call, Route, Tag, fact, needs, read},
};
use domain::{PersonId, Role, UnitId};

parameters! {
    /// The path of one person.
    pub struct PersonPath {
        /// Mã cá nhân (UUID). The person.
        person: PersonId,
    }
}

/// Goes on only for who may read the data a unit keeps: the registrar, the unit itself, and the state bodies above the
/// blocs it belongs to.
pub fn may_read(call: &Call<'_>, unit: UnitId) -> Result<(), Problem> {
    let app = call.service.app();
    let enough = |role: &Role| match role {
        Role::Registrar | Role::Official { bloc: None } => true,
        Role::UnitOfficer { unit: own } => *own == unit,
        Role::Official { bloc: Some(bloc) } => {
            app.views().directory.blocs_of(unit).any(|known| known == *bloc)
        }
        Role::Auditor => false,
    };
    let needs = [Role::Registrar, Role::UnitOfficer { unit }, Role::Official { bloc: None }];
    call.require(enough, &needs)
}

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<one::Persons>(
        "/v1/persons",
        "listPersons",
        Tag::Persons,
        ["Những người mà đơn vị lưu dữ liệu", "The persons whose data a unit keeps"],
        needs(&[PersonsRead]),
    ),
    fact::<acts::RegisterPerson>(
        "/v1/persons",
        "registerPerson",
        Tag::Persons,
        ["Ghi nhận dữ liệu của một người", "Enter a person and what is known of it"],
        &[PersonsWrite],
    ),
    read::<one::OnePerson>(
        "/v1/persons/{person}",
        "getPerson",
        Tag::Persons,
        [
            "Dữ liệu của một người, hoặc sự kiện đã xóa nó",
            "What is known of a person, or the fact that erased it",
        ],
        needs(&[PersonsRead]),
    ),
    fact::<acts::AmendPerson>(
        "/v1/persons/{person}/amendments",
        "amendPerson",
        Tag::Persons,
        ["Sửa, bổ sung dữ liệu của một người", "Correct or complete what is known of a person"],
        &[PersonsWrite],
    ),
    read::<one::Disclosure>(
        "/v1/persons/{person}/disclosure",
        "disclosePerson",
        Tag::Persons,
        [
            "Dữ liệu kèm bằng chứng, để kiểm toán viên đối chiếu với sổ",
            "The data with what proves it, for an auditor to hold against the log",
        ],
        needs(&[PersonsRead]),
    ),
    fact::<acts::RequestErasure>(
        "/v1/persons/{person}/erasure-requests",
        "requestErasure",
        Tag::Persons,
        ["Yêu cầu xóa dữ liệu của một người", "Ask for the data of a person to be erased"],
        &[ErasuresWrite],
    ),
    fact::<acts::ApproveErasure>(
        "/v1/persons/{person}/erasure-approvals",
        "approveErasure",
        Tag::Persons,
        [
            "Duyệt việc xóa; người duyệt thứ hai làm khóa bị hủy",
            "Approve an erasure; with the second approval the key is destroyed",
        ],
        &[ErasuresWrite],
    ),
    read::<erasures::Erasures>(
        "/v1/audit/erasures",
        "listErasures",
        Tag::Audit,
        [
            "Dữ liệu cá nhân nào đã xóa, khi nào, theo căn cứ nào",
            "Which personal data was erased, when and on what basis",
        ],
        needs(&[AuditRead]),
    ),
];
