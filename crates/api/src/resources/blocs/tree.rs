//! The blocs around and within a bloc.

use super::{
    BlocPath,
    one::{BlocMomentQuery, BlocRef},
};
use crate::{
    answer::Answer,
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::shared::{UnitRef, active_members, as_of_moment, unit_ref},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BlocId, Date, LocalisedName, Name,
    bloc::{Bloc, BlocKind, Described, Level},
};
use std::sync::Arc;
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Vị trí của khối, cụm giữa các khối, cụm. A bloc among blocs.
    pub struct BlocTree {
        /// Ngày hỏi. The day asked for.
        on: Date,
        /// Các cụm bên trên, gần nhất trước. The blocs it stands in, the nearest first.
        above: Vec<BlocRef>,
        /// Khối, cụm và mọi khối, cụm bên trong. The bloc with everything within it.
        tree: BlocNode,
    }
}

answer_body! {
    /// Một khối, cụm và các khối, cụm bên trong. A bloc with those within it.
    pub struct BlocNode {
        /// Mã. Its id.
        bloc: BlocId,
        /// Tên. Its name.
        name: LocalisedName,
        /// Khối hay cụm. What sort of group it is.
        kind: BlocKind,
        /// Cấp tổ chức. The level whose council organises it.
        level: Level,
        /// Loại. Its category.
        category: Option<Name>,
        /// Khu vực. Its zone.
        zone: Option<Name>,
        /// Đơn vị được phân cấp tổ chức. The unit that runs it.
        run_by: Option<UnitRef>,
        /// Số thành viên. How many members it has.
        member_count: u32,
        /// Các khối, cụm bên trong. The blocs directly within it, in Vietnamese order of their names.
        blocs: Vec<BlocNode>,
    }
}

/// `GET /v1/blocs/{bloc}/tree`
pub struct Tree;

impl Read for Tree {
    type Path = BlocPath;
    type Query = BlocMomentQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BlocTree::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: BlocMomentQuery) -> Result<Answer, Problem> {
        let moment = as_of_moment(call, query.as_of, query.as_of_position)?;
        let on = query.on.unwrap_or_else(|| moment.day());
        let bloc = bloc(&moment, path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let above = above(&moment, &bloc, on)?;
        let tree = node(call, &moment, path.bloc, &bloc, on)?;
        Ok(Answer::serialised(&BlocTree { on, above, tree })?.at(moment.position()))
    }
}

fn bloc(moment: &Moment, id: BlocId) -> Result<Option<Arc<Bloc>>, Problem> {
    Ok(moment.bloc(id)?.map(|book| book.state))
}

/// The bloc that stands around one on a day. A larger bloc that has ended holds nothing any more.
fn around(moment: &Moment, inner: &Bloc, on: Date) -> Result<Option<(BlocId, Arc<Bloc>)>, Problem> {
    let Some(id) = inner.within_on(on) else { return Ok(None) };
    Ok(bloc(moment, id)?.filter(|outer| outer.ended_by(on).is_none()).map(|outer| (id, outer)))
}

/// No bloc stands within itself on any day, so this ends.
fn above(moment: &Moment, inner: &Bloc, on: Date) -> Result<Vec<BlocRef>, Problem> {
    let (mut found, mut next) = (Vec::new(), around(moment, inner, on)?);
    while let Some((id, outer)) = next {
        found.push(BlocRef { bloc: id, name: Some(outer.established.name.clone()) });
        next = around(moment, &outer, on)?;
    }
    Ok(found)
}

fn node(call: &Call<'_>, moment: &Moment, id: BlocId, bloc: &Bloc, on: Date) -> Result<BlocNode, Problem> {
    let candidates: Vec<_> = call.service.app().views().directory.blocs_in(id).collect();
    let mut blocs = Vec::new();
    // What has ended holds nothing any more.
    for candidate in candidates.into_iter().filter(|_| bloc.ended_by(on).is_none()) {
        let Some(inner) = self::bloc(moment, candidate)? else { continue };
        if inner.within_on(on) == Some(id) && inner.ended_by(on).is_none() {
            blocs.push(node(call, moment, candidate, &inner, on)?);
        }
    }
    sort(call, &mut blocs);
    let Described { category, zone } = bloc.described_on(on);
    Ok(BlocNode {
        bloc: id,
        name: bloc.established.name.clone(),
        kind: bloc.established.kind,
        level: bloc.established.level,
        category,
        zone,
        run_by: bloc.run_by(on).map(|unit| unit_ref(moment, unit, on)).transpose()?,
        member_count: u32::try_from(active_members(moment, bloc, on)?.len()).unwrap_or(u32::MAX),
        blocs,
    })
}

/// Holds the views no longer than the sorting takes: reading at a moment asks for them again.
fn sort(call: &Call<'_>, blocs: &mut [BlocNode]) {
    let views = call.service.app().views();
    blocs.sort_by_cached_key(|node| views.directory.order(node.name.vi.as_str()));
}
