//! Grants: who may act for whom; and `me`, the first call of anyone who wonders why something was refused.

use super::shared::AsOfQuery;
use crate::{
    answer::Answer,
    answer_body,
    auth::Scope::{GrantsRead, GrantsWrite},
    body,
    body::{Faults, Schemas, parameters::NoParameters},
    parameters,
    problem::Problem,
    routes::{Call, Fact, Read, Route, Tag, fact, fact::Origin, needs, read},
    shown::Shown,
};
use app::{Act, Moment};
use domain::{
    ClientId, Date, Envelope, GrantId, PersonId, Remark, Role, Timestamp,
    grant::{Given, GrantAct, Revoked},
};
use utoipa::openapi::{RefOr, Schema};

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<Grants>(
        "/v1/grants",
        "listGrants",
        Tag::Grants,
        ["Các quyền của một hệ thống", "The grants of a client, past and present"],
        needs(&[GrantsRead]),
    ),
    fact::<GiveGrant>(
        "/v1/grants",
        "giveGrant",
        Tag::Grants,
        ["Cấp quyền", "Give a role to a client"],
        &[GrantsWrite],
    ),
    fact::<RevokeGrant>(
        "/v1/grants/{grant}/revocations",
        "revokeGrant",
        Tag::Grants,
        ["Thu hồi quyền", "Take a grant back"],
        &[GrantsWrite],
    ),
    read::<Me>("/v1/me", "getMe", Tag::Grants, ["Tôi là ai", "Who am I, and what may I do"], needs(&[])),
];

body! {
    /// Cấp quyền cho một hệ thống. Gives a role to a client, from the day the act counts from.
    pub struct GiveGrant {
        /// Mã do bên gửi chọn. An id of the client's own choice.
        id: Option<GrantId>,
        /// Hệ thống được cấp quyền. The client.
        client: ClientId = "portal-ha-giang",
        /// Vai trò. The role, with the unit or the bloc it is for.
        role: Role,
        /// Ngày cuối cùng. The last day, for a grant that ends by itself.
        until: Option<Date>,
        /// Người chịu trách nhiệm về hệ thống. The person who acts through the client, where one is answerable for it.
        person: Option<PersonId>,
    }
}

impl Fact for GiveGrant {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { id, client, role, until, person } = self;
        let given = Given { client, role, until, person };
        Some(Act::Grant(id.unwrap_or(GrantId(origin.fresh)), GrantAct::Give(given)))
    }

    fn location(fact: &Envelope) -> String {
        format!("/v1/events/{}", fact.position)
    }
}

parameters! {
    /// The path of one grant.
    pub struct GrantPath {
        /// Mã quyền (UUID). The grant.
        grant: GrantId,
    }
}

body! {
    /// Thu hồi quyền. Takes a grant back, from today on.
    pub struct RevokeGrant {
        /// Lý do. Why.
        reason: Remark,
    }
}

impl Fact for RevokeGrant {
    type Path = GrantPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: GrantPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Grant(path.grant, GrantAct::Revoke(Revoked { reason: self.reason })))
    }
}

answer_body! {
    /// Một quyền. A grant.
    pub struct GrantAnswer {
        /// Mã. Its id.
        id: GrantId,
        /// Hệ thống. The client.
        client: ClientId,
        /// Vai trò. The role.
        role: Role,
        /// Từ ngày. The first day.
        from: Date,
        /// Ngày cuối cùng. The last day.
        until: Option<Date>,
        /// Ngày thu hồi. The day it was taken back.
        revoked_on: Option<Date>,
        /// Người chịu trách nhiệm. The person behind the client.
        person: Option<PersonId>,
        /// Đang có hiệu lực. Whether it is in force today.
        in_force: bool,
    }
}

answer_body! {
    /// Các quyền. Grants, oldest first.
    pub struct GrantList {
        /// Các quyền. The grants.
        items: Vec<GrantAnswer>,
    }
}

parameters! {
    /// Whose grants.
    pub struct GrantQuery {
        /// Hệ thống. The client.
        client: ClientId = "demo",
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<domain::Position>,
    }
}

/// `GET /v1/grants`
pub struct Grants;

impl Read for Grants {
    type Path = NoParameters;
    type Query = GrantQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        GrantList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: GrantQuery) -> Result<Answer, Problem> {
        let GrantQuery { client, as_of, as_of_position } = query;
        call.require(
            |role| matches!(role, Role::Registrar | Role::Auditor),
            &[Role::Registrar, Role::Auditor],
        )?;
        let moment = AsOfQuery { as_of, as_of_position }.moment(call)?;
        let items = grants_of(call, &moment, &client)?;
        Ok(Answer::serialised(&GrantList { items })?.at(moment.position()))
    }
}

fn grants_of(call: &Call<'_>, moment: &Moment, client: &ClientId) -> Result<Vec<GrantAnswer>, Problem> {
    let app = call.service.app();
    let (ids, today) = (app.views().grants.of(client).to_vec(), app.now().day());
    let mut shown = Vec::with_capacity(ids.len());
    for id in ids {
        shown.extend(moment.grant(id)?.map(|book| GrantAnswer {
            id,
            client: book.state.given.client.clone(),
            role: book.state.given.role,
            from: book.state.from,
            until: book.state.given.until,
            revoked_on: book.state.revoked_on,
            person: book.state.given.person,
            in_force: book.state.in_force_on(today),
        }));
    }
    Ok(shown)
}

answer_body! {
    /// Bên gọi. The caller.
    pub struct MeAnswer {
        /// Hệ thống. The client the token was issued to.
        client: ClientId,
        /// Bên cấp thẻ. Who issued the token.
        issuer: String,
        /// Phạm vi của thẻ. What the token allows at most.
        scopes: Vec<&'static str>,
        /// Các quyền. The grants the client holds or held.
        grants: Vec<GrantAnswer>,
        /// Thời điểm hiện tại của máy chủ. The server's present.
        now: Timestamp,
    }
}

/// `GET /v1/me`
pub struct Me;

impl Read for Me {
    type Path = NoParameters;
    type Query = NoParameters;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        MeAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let claims = call.claims.ok_or_else(Problem::no_token)?;
        let moment = call.service.app().moment(app::AsOf::Now)?;
        let me = MeAnswer {
            client: claims.client.clone(),
            issuer: claims.issuer.to_string(),
            scopes: claims.scopes.iter().map(crate::auth::Scope::as_str).collect(),
            grants: grants_of(call, &moment, &claims.client)?,
            now: call.service.app().now(),
        };
        Ok(Answer::serialised(&me)?.at(moment.position()))
    }
}
