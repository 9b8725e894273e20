//! The one registry. A row declares an operation; from it come the resource that answers, 405 and `Allow`, HEAD and
//! OPTIONS, the scope check, the limits of a body, and the OpenAPI document.
//!
//! - [`mod@fact`]: operations that record something, all alike
//! - [`mod@read`]: operations that answer from what is recorded
//! - [`mod@start`]: operations that start a job
//! - [`document`]: the OpenAPI document
//!
//! Adding an operation is a row here and a small type beside it: see [`crate::resources`].

pub mod document;
pub mod fact;
pub mod read;
pub mod start;
#[cfg(test)]
mod tests;

pub use fact::{Common, Fact};
pub use read::Read;
pub use start::Start;

use crate::{
    answer::Answer,
    auth::{Claims, Scope, ScopeSet},
    body::parameters::Pairs,
    problem::Problem,
    service::Service,
    words::{Language, Words},
};
use domain::{Denied, RequestId, Role, Timestamp};
use fact::FactRow;
use read::ReadRow;
use start::StartRow;

/// One operation.
#[derive(Clone, Copy)]
pub struct Route {
    /// The path with its parameters in braces.
    pub path: &'static str,
    /// The operation's id in the document; unique.
    pub id: &'static str,
    /// The chapter of the document.
    pub tag: Tag,
    /// What it does, in Vietnamese and in English.
    pub summary: [&'static str; 2],
    /// Who may call it.
    pub access: Access,
    /// What it is.
    pub kind: Kind,
}

/// Who may call an operation. For which unit is decided by grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a token.
    Public,
    /// A client whose token has all these scopes.
    Scopes(ScopeSet),
}

/// What an operation is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Records something: `POST`.
    Fact(FactRow),
    /// Starts a job: `POST`.
    Start(StartRow),
    /// Answers from what is recorded: `GET` and `HEAD`.
    Read(ReadRow),
    /// A page or a file for people, outside the document: `GET` and `HEAD`. Gets what its path's one parameter holds.
    Page(fn(&Call<'_>, &str) -> Result<Answer, Problem>),
}

/// The chapters of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Units.
    Units,
    /// Blocs.
    Blocs,
    /// Emulation years of blocs.
    Years,
    /// Standings.
    Standings,
    /// Commendations.
    Commendations,
    /// Persons.
    Persons,
    /// Grants.
    Grants,
    /// Events.
    Events,
    /// Proof.
    Audit,
    /// Lists and conventions.
    Reference,
}

impl Tag {
    /// Every chapter, in the order of the document.
    pub const ALL: [Self; 10] = [
        Self::Units,
        Self::Blocs,
        Self::Years,
        Self::Standings,
        Self::Commendations,
        Self::Persons,
        Self::Grants,
        Self::Events,
        Self::Audit,
        Self::Reference,
    ];

    /// Its name in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Blocs => "blocs",
            Self::Years => "years",
            Self::Standings => "standings",
            Self::Commendations => "commendations",
            Self::Persons => "persons",
            Self::Grants => "grants",
            Self::Events => "events",
            Self::Audit => "audit",
            Self::Reference => "reference",
        }
    }

    /// What the chapter is about.
    pub const fn about(self) -> Words {
        match self {
            Self::Units => Words::fixed("Đơn vị", "Units: organisations that may belong to a bloc"),
            Self::Blocs => Words::fixed("Khối, cụm thi đua và thành viên", "Blocs and their members"),
            Self::Years => {
                Words::fixed("Năm thi đua của khối, cụm", "The emulation year of a bloc, step by step")
            }
            Self::Standings => Words::fixed("Bảng điểm, bảng xếp hạng", "Score tables and standings"),
            Self::Commendations => Words::fixed(
                "Hồ sơ khen thưởng, điều kiện và chỉ tiêu",
                "Commendation dossiers, what they must fulfil, and quotas",
            ),
            Self::Persons => Words::fixed("Dữ liệu cá nhân và việc xóa", "Personal data, and its erasure"),
            Self::Grants => {
                Words::fixed("Quyền: ai được làm gì cho đơn vị nào", "Grants: who may act for whom")
            }
            Self::Events => Words::fixed("Lịch sử sự kiện", "The history of events"),
            Self::Audit => Words::fixed("Bằng chứng toàn vẹn", "Proof that nobody rewrote the past"),
            Self::Reference => Words::fixed("Danh mục và quy ước", "Lists and conventions"),
        }
    }
}

/// The access of operations that need all these scopes.
pub const fn needs(scopes: &[Scope]) -> Access {
    let (mut set, mut index) = (ScopeSet::EMPTY, 0);
    while index < scopes.len() {
        set = set.with(scopes[index]);
        index += 1;
    }
    Access::Scopes(set)
}

/// A row for something that can be recorded, by clients with all these scopes. `summary` is Vietnamese, then English.
pub const fn fact<F: Fact>(
    path: &'static str,
    id: &'static str,
    tag: Tag,
    summary: [&'static str; 2],
    scopes: &[Scope],
) -> Route {
    let access = needs(scopes);
    Route { path, id, tag, summary, access, kind: Kind::Fact(FactRow::of::<F>()) }
}

/// A row for a job that can be started, by clients with all these scopes. `summary` is Vietnamese, then English.
pub const fn start<S: Start>(
    path: &'static str,
    id: &'static str,
    tag: Tag,
    summary: [&'static str; 2],
    scopes: &[Scope],
) -> Route {
    let access = needs(scopes);
    Route { path, id, tag, summary, access, kind: Kind::Start(StartRow::of::<S>()) }
}

/// A row for something that can be read. `summary` is Vietnamese, then English.
pub const fn read<R: Read>(
    path: &'static str,
    id: &'static str,
    tag: Tag,
    summary: [&'static str; 2],
    access: Access,
) -> Route {
    Route { path, id, tag, summary, access, kind: Kind::Read(ReadRow::of::<R>()) }
}

/// A row for a page outside the document.
pub const fn page(path: &'static str, answer: fn(&Call<'_>, &str) -> Result<Answer, Problem>) -> Route {
    let access = Access::Public;
    Route { path, id: path, tag: Tag::Reference, summary: ["", ""], access, kind: Kind::Page(answer) }
}

/// A request that has passed the door: who calls, in which language, for which form of the answer.
pub struct Call<'c> {
    /// The service.
    pub service: &'c Service,
    /// What the token says; `None` only where none is needed.
    pub claims: Option<&'c Claims>,
    /// The language the client prefers.
    pub language: Language,
    /// The form of the answer the client prefers, one of those the operation offers.
    pub form: &'static str,
    /// The id of the request.
    pub id: RequestId,
    /// When it came in.
    pub now: Timestamp,
    /// The parameters in the path.
    pub found: &'c [(&'static str, &'c str)],
}

impl<'c> Call<'c> {
    /// The parameters in the path, to be taken.
    pub fn parameters(&self) -> Pairs<'c> {
        Pairs::known(self.found.iter().copied())
    }

    /// The roles the caller's client holds today.
    pub fn roles(&self) -> Vec<Role> {
        let Some(claims) = self.claims else { return Vec::new() };
        let app = self.service.app();
        let today = self.now.day();
        let views = app.views();
        let grants = views.grants.of(&claims.client).iter().filter_map(|id| views.books.grant(*id));
        grants.filter(|book| book.state.in_force_on(today)).map(|book| book.state.given.role).collect()
    }

    /// Goes on only when the client holds a role that is enough; `needs` tells the others what would be.
    ///
    /// # Errors
    /// `missingPermission`.
    pub fn require(&self, enough: impl Fn(&Role) -> bool, needs: &[Role]) -> Result<(), Problem> {
        if self.roles().iter().any(enough) {
            return Ok(());
        }
        Err(app::Failure::Denied(Denied { needs: needs.to_vec() }).into())
    }
}
