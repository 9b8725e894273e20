//! The values of the rules of awards that are written in more than one way.

use super::{field, small};
use crate::{
    body::{Field, Schemas, closed, text::string},
    shown::Shown,
};
use domain::{
    commendation::AwardKind,
    regulation::{
        Regulation,
        award::{AwardRule, PaperKind, QuotaRule},
    },
};
use utoipa::openapi::{
    RefOr,
    schema::{Array, ObjectBuilder, OneOfBuilder, Ref, Schema},
};

/// An object whose one member says which form it is.
fn form(name: &str, schema: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    closed(ObjectBuilder::new().property(name, schema).required(name))
}

fn list(items: impl Into<RefOr<Schema>>, most: usize) -> Schema {
    let mut array = Array::new(items);
    array.min_items = Some(1);
    array.max_items = Some(most);
    Schema::Array(array)
}

/// What a percentage is taken of.
pub(super) fn base(schemas: &mut Schemas) -> RefOr<Schema> {
    let standard = form("meeting_standard", field::<AwardKind>(schemas));
    schemas.named("QuotaBase", |_| {
        OneOfBuilder::new()
            .item(string().enum_values(Some(["members", "considered", "leading_units"])))
            .item(standard)
            .item(form("remaining", Ref::from_schema_name("QuotaRemaining")))
            .description(Some(
                "Căn cứ tính tỷ lệ: số thành viên; số đơn vị được xét; số đơn vị dẫn đầu của mọi khối cùng cấp; số đơn vị đạt \
                 tiêu chuẩn một danh hiệu; số còn lại sau các danh hiệu khác. What a percentage is taken of.",
            ))
            .into()
    })
}

/// The units of a bloc that are counted.
pub(super) fn pool(_: &mut Schemas) -> RefOr<Schema> {
    string().enum_values(Some(["members", "considered"])).into()
}

/// What is checked of a dossier.
pub(super) fn check(schemas: &mut Schemas) -> RefOr<Schema> {
    let papers = list(field::<PaperKind>(schemas), PaperKind::ALL.len());
    let plain = [
        "registered_in_time",
        "pledge_signed",
        "reports_in_time",
        "attended",
        "leading_unit",
        "not_excluded",
        "achievement_not_rewarded",
        "legal_basis_valid",
        "council_approved",
    ];
    schemas.named("Check", |_| {
        OneOfBuilder::new()
            .item(string().enum_values(Some(plain)))
            .item(form("rank_within", small(1, 255)))
            .item(form("ballot_ratio", Ref::from_schema_name("Majority")))
            .item(form("dossier_complete", papers))
            .item(form("publicity_passed", small(1, 65_535)))
            .description(Some("Điều kiện xét khen thưởng. What a dossier must fulfil."))
            .into()
    })
}

/// How many awards there may be.
pub(super) fn quota(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.named("QuotaRule", |_| {
        OneOfBuilder::new()
            .item(form("count", small(0, 65_535)))
            .item(form("allotted", list(Ref::from_schema_name("QuotaAllotment"), 500)))
            .item(form("percent", Ref::from_schema_name("QuotaPercent")))
            .description(Some(
                "Chỉ tiêu: số cố định mỗi khối, số giao theo phụ lục, hoặc tỷ lệ phần trăm. How many awards there may be.",
            ))
            .into()
    })
}

/// The rules of awards are shown as a regulation holds them: its schema is theirs.
impl Shown for AwardRule {
    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Regulation as Field>::schema(schemas);
        Ref::from_schema_name("AwardRule").into()
    }
}

impl Shown for QuotaRule {
    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Regulation as Field>::schema(schemas);
        quota(schemas)
    }
}
