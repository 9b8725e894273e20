//! Lists: the awards there are, and rules of awards made from real papers.

use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{Schemas, parameters::NoParameters},
    problem::Problem,
    resources::reference::LocalisedText,
    routes::{Call, Read},
    shown::Shown,
};
use domain::{
    LocalisedName, Remark,
    commendation::{AwardClass, AwardKind, Recipients},
    regulation::{AwardPreset, award::AwardRule, award_presets},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Danh hiệu hoặc hình thức. An award.
    pub struct AwardRow {
        /// Mã. Its code.
        code: AwardKind,
        /// Tên. Its name.
        name: LocalisedText,
        /// Danh hiệu thi đua, hình thức khen thưởng hay cờ luân lưu. What sort of thing it is.
        class: AwardClass,
        /// Trao cho tập thể, cá nhân, hay văn bản đã đọc không nêu. Who can receive it, as far as a text that was read says.
        recipients: Recipients,
    }
}

answer_body! {
    /// Danh mục danh hiệu thi đua và hình thức khen thưởng. Every award.
    pub struct AwardList {
        /// Các danh hiệu, hình thức. The awards.
        items: Vec<AwardRow>,
    }
}

/// `GET /v1/reference/awards`
pub struct Awards;

impl Read for Awards {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        AwardList::schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let row = |kind: &AwardKind| AwardRow {
            code: *kind,
            name: LocalisedText { vi: kind.vi(), en: kind.en() },
            class: kind.class(),
            recipients: kind.recipients(),
        };
        Answer::serialised(&AwardList { items: AwardKind::ALL.iter().map(row).collect() })
    }
}

answer_body! {
    /// Quy định khen thưởng lấy từ văn bản thật. Rules of awards made from a real paper.
    pub struct AwardRulesRow {
        /// Mã. Its code.
        code: &'static str,
        /// Tên. Its title.
        title: LocalisedName,
        /// Đã đọc được gì trong văn bản, chưa đọc được gì. What was read of the paper, and what was not.
        note: Remark,
        /// Chỗ văn bản không nêu, là lựa chọn cần xác nhận. JSON pointers to the values that the paper does not state.
        unsourced: Vec<String>,
        /// Các quy định, dùng làm phần `awards` của quy chế. The rules, as `awards` of a regulation takes them.
        awards: Vec<AwardRule>,
    }
}

answer_body! {
    /// Các quy định khen thưởng có nguồn. Rules of awards from real papers.
    pub struct AwardRulesList {
        /// Các quy định. The rules.
        items: Vec<AwardRulesRow>,
    }
}

/// `GET /v1/reference/award-rules`
pub struct AwardRules;

impl Read for AwardRules {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        AwardRulesList::schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let row = |AwardPreset { code, rules, .. }: &AwardPreset| AwardRulesRow {
            code,
            title: rules.title.clone(),
            note: rules.note.clone(),
            unsourced: rules.unsourced.iter().map(ToString::to_string).collect(),
            awards: rules.awards.clone(),
        };
        Answer::serialised(&AwardRulesList { items: award_presets().iter().map(row).collect() })
    }
}
