//! The regulation in a body: read through `serde`, whose path to a fault becomes its pointer.
//!
//! Its schema is written here. A test asks `serde` for the members of every part, so that the two cannot drift apart.

mod award;

use super::{Faults, Field, Schemas, closed, fields::pointer_of, text::string};
use crate::{issue::Flaw, json::Json};
use domain::{
    BlocId, Date, DocumentNumber, LocalisedName, Name, Points, Remark, Text, UnitId,
    commendation::AwardKind,
    regulation::{
        Breach, CriterionId, LeadershipMethod, OverMaximum, PartKind, QuorumBase, Regulation, Rounding,
        Scorer, Secrecy, Step, TieBreak,
        award::{CouncilBase, QuotaRounding, Stage},
        procedure::{LatePolicy, MajorityBase},
    },
};
use utoipa::openapi::{
    RefOr,
    schema::{Array, ObjectBuilder, OneOfBuilder, Ref, Schema, Type},
};

impl Field for Regulation {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        let Json::Object(_) = value else {
            return faults.note(Flaw::WrongType("object"));
        };
        if refuse_nulls(value, faults) {
            return None;
        }
        let value = value.to_serde();
        serde_path_to_error::deserialize(&value)
            .map_err(|error| {
                let pointer = pointer_of(error.path());
                let said = error.into_inner().to_string();
                faults.below(&pointer, |faults| faults.note::<()>(Flaw::NotAccepted(said.into())));
            })
            .ok()
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        PARTS.iter().fold(Ref::from_schema_name("Regulation").into(), |first, part| {
            schemas.named(part.name, |schemas| part.schema(schemas));
            first
        })
    }
}

/// Notes every `null`: what is not there is left out, here as everywhere; whether there was one.
fn refuse_nulls(value: &Json<'_>, faults: &mut Faults) -> bool {
    match value {
        Json::Null => faults.note::<()>(Flaw::Null).is_none(),
        Json::Object(members) => {
            let within =
                |faults: &mut Faults, name: &str, value| faults.within(name, |f| refuse_nulls(value, f));
            members.iter().fold(false, |found, (name, value)| within(faults, name, value) || found)
        }
        Json::List(items) => {
            let items = items.iter().enumerate();
            items.fold(false, |found, (index, item)| {
                faults.within(&index.to_string(), |faults| refuse_nulls(item, faults)) || found
            })
        }
        Json::Bool(_) | Json::Integer(_) | Json::Fraction(_) | Json::Text(_) => false,
    }
}

/// One object of the regulation: its name, what it is, and its members.
pub(super) struct Part {
    pub(super) name: &'static str,
    about: &'static str,
    pub(super) members: &'static [(&'static str, bool, Shape)],
}

const fn part(
    name: &'static str,
    about: &'static str,
    members: &'static [(&'static str, bool, Shape)],
) -> Part {
    Part { name, about, members }
}

/// What a member holds.
pub(super) enum Shape {
    /// A value with a schema of its own.
    One(fn(&mut Schemas) -> RefOr<Schema>),
    /// A list of them.
    Many(fn(&mut Schemas) -> RefOr<Schema>, usize),
    /// Another part.
    Part(&'static str),
    /// A list of another part.
    Parts(&'static str, usize),
}

impl Part {
    fn schema(&self, schemas: &mut Schemas) -> RefOr<Schema> {
        let many = |items: RefOr<Schema>, most| {
            let mut array = Array::new(items);
            array.max_items = Some(most);
            RefOr::T(Schema::Array(array))
        };
        let object = self.members.iter().fold(ObjectBuilder::new(), |object, (name, required, shape)| {
            let schema = match shape {
                Shape::One(schema) => schema(schemas),
                Shape::Many(schema, most) => many(schema(schemas), *most),
                Shape::Part(part) => Ref::from_schema_name(*part).into(),
                Shape::Parts(part, most) => many(Ref::from_schema_name(*part).into(), *most),
            };
            let object = object.property(*name, schema);
            if *required { object.required(*name) } else { object }
        });
        closed(object.description(Some(self.about))).into()
    }
}

/// Every part of a regulation, the whole first.
pub(super) static PARTS: &[Part] = &[
    part(
        "Regulation",
        "Quy chế của khối, cụm: bảng điểm, quy trình, bầu chọn. What differs from bloc to bloc and from year to year.",
        &[
            ("title", true, Shape::One(field::<LocalisedName>)),
            ("sources", false, Shape::Parts("RegulationSource", 50)),
            ("unsourced", false, Shape::Many(pointer, 500)),
            ("sheet", true, Shape::Part("ScoreSheet")),
            ("classes", false, Shape::Parts("RegulationClass", 20)),
            ("classify_up_to", false, Shape::One(field::<Points>)),
            ("procedure", true, Shape::Parts("StepRule", Step::ALL.len())),
            ("ballot", false, Shape::Part("BallotRule")),
            ("leadership", true, Shape::Part("LeadershipRule")),
            ("tie_breaks", false, Shape::Many(field::<TieBreak>, TieBreak::ALL.len())),
            ("comment_days", false, Shape::One(|_| small(1, 255))),
            ("explanation_days", false, Shape::One(|_| small(1, 255))),
            ("objection_days", false, Shape::One(|_| small(1, 255))),
            ("ruling_days", false, Shape::One(|_| small(1, 255))),
            ("awards", false, Shape::Parts("AwardRule", 30)),
        ],
    ),
    part(
        "RegulationSource",
        "Văn bản làm căn cứ. A paper a regulation rests on.",
        &[
            ("number", false, Shape::One(field::<DocumentNumber>)),
            ("title", true, Shape::One(field::<Name>)),
            ("article", false, Shape::One(field::<Name>)),
            ("note", false, Shape::One(field::<Remark>)),
        ],
    ),
    part(
        "RegulationClass",
        "Mức xếp loại. A class; the last one has no threshold and takes the rest.",
        &[
            ("code", true, Shape::One(field::<Text<32>>)),
            ("name", true, Shape::One(field::<LocalisedName>)),
            ("at_least", false, Shape::One(field::<Points>)),
            ("unscored", false, Shape::One(field::<bool>)),
        ],
    ),
    part(
        "ScoreSheet",
        "Bảng điểm. A score sheet.",
        &[
            ("scale", true, Shape::One(field::<Points>)),
            ("decimals", true, Shape::One(|_| small(0, 2))),
            ("step", false, Shape::One(field::<Points>)),
            ("rounding", true, Shape::One(field::<Rounding>)),
            ("base", false, Shape::One(field::<Points>)),
            ("monthly", false, Shape::One(field::<bool>)),
            ("counts", true, Shape::Many(field::<Scorer>, Scorer::ALL.len())),
            ("weights", false, Shape::Parts("Weight", Scorer::ALL.len())),
            ("scorers", false, Shape::Parts("ScorerRule", Scorer::ALL.len())),
            ("penalties", false, Shape::Parts("PenaltyRule", 50)),
            ("parts", true, Shape::Parts("SheetPart", 50)),
        ],
    ),
    part(
        "Weight",
        "Trọng số của một nguồn điểm. The weight of one scorer; all together are 100 per cent.",
        &[("scorer", true, Shape::One(field::<Scorer>)), ("percent", true, Shape::One(|_| small(1, 100)))],
    ),
    part(
        "ScorerRule",
        "Quy định về một nguồn điểm. What a sheet says about one scorer.",
        &[
            ("scorer", true, Shape::One(field::<Scorer>)),
            ("name", false, Shape::One(field::<LocalisedName>)),
            ("combine", false, Shape::Part("Combine")),
            ("own_unit", false, Shape::One(field::<bool>)),
        ],
    ),
    part(
        "Combine",
        "Cách gộp điểm của nhiều đơn vị chấm. How the scores of several givers become one.",
        &[("method", true, Shape::One(method)), ("at_least", true, Shape::One(|_| small(1, 255)))],
    ),
    part(
        "Trim",
        "Số điểm thấp nhất, cao nhất bị bỏ. How many scores are dropped from each end.",
        &[("lowest", true, Shape::One(|_| small(0, 254))), ("highest", true, Shape::One(|_| small(0, 254)))],
    ),
    part(
        "PenaltyRule",
        "Điểm trừ khi không thực hiện hoặc thực hiện muộn một bước. A penalty for a step that was not taken or came late.",
        &[
            ("step", true, Shape::One(field::<Step>)),
            ("when", true, Shape::One(field::<Breach>)),
            ("criterion", true, Shape::One(field::<CriterionId>)),
            ("points", true, Shape::One(field::<Points>)),
        ],
    ),
    part(
        "SheetPart",
        "Phần của bảng điểm. A part of the sheet.",
        &[
            ("label", false, Shape::One(field::<Text<16>>)),
            ("name", true, Shape::One(field::<LocalisedName>)),
            ("kind", true, Shape::One(field::<PartKind>)),
            ("cap", false, Shape::One(field::<Points>)),
            ("criteria", true, Shape::Parts("Criterion", 200)),
        ],
    ),
    part(
        "Criterion",
        "Tiêu chí, chấm trực tiếp hoặc qua tiêu chí con. A criterion, scored itself or by its sub-criteria.",
        &[
            ("id", true, Shape::One(field::<CriterionId>)),
            ("name", true, Shape::One(field::<LocalisedName>)),
            ("max", false, Shape::One(field::<Points>)),
            ("over_max", false, Shape::One(field::<OverMaximum>)),
            ("bonus_of", false, Shape::One(field::<CriterionId>)),
            ("scored_by", false, Shape::Many(field::<Scorer>, Scorer::ALL.len())),
            ("options", false, Shape::Parts("PointOption", 50)),
            ("criteria", false, Shape::Parts("Criterion", 200)),
            ("highest_only", false, Shape::One(field::<bool>)),
        ],
    ),
    part(
        "PointOption",
        "Mức điểm cho sẵn. One value a criterion can take.",
        &[("name", true, Shape::One(field::<Name>)), ("points", true, Shape::One(field::<Points>))],
    ),
    part(
        "StepRule",
        "Quy định của một bước. The rule of one step.",
        &[
            ("step", true, Shape::One(field::<Step>)),
            ("required", true, Shape::One(field::<bool>)),
            ("deadline", false, Shape::Part("Deadline")),
            ("late", false, Shape::One(field::<LatePolicy>)),
        ],
    ),
    part(
        "Deadline",
        "Hạn chót, tính theo năm thi đua. A last day, counted from the year of emulation.",
        &[
            ("month", true, Shape::One(|_| small(1, 12))),
            ("day", true, Shape::One(|_| small(1, 31))),
            ("year_offset", false, Shape::One(|_| small(-1, 1))),
        ],
    ),
    part(
        "BallotRule",
        "Cách bỏ phiếu. How a ballot is held.",
        &[
            ("secrecy", true, Shape::One(field::<Secrecy>)),
            ("candidates", true, Shape::One(candidates)),
            ("majority", false, Shape::Part("Majority")),
            ("quorum", false, Shape::Part("Quorum")),
        ],
    ),
    part(
        "Quorum",
        "Số đơn vị phải có mặt. The share of units that must be present.",
        &[("percent", true, Shape::One(|_| small(1, 100))), ("base", true, Shape::One(field::<QuorumBase>))],
    ),
    part(
        "Majority",
        "Tỷ lệ phiếu cần đạt. The share of votes a candidate needs.",
        &[
            ("percent", true, Shape::One(|_| small(1, 100))),
            ("or_equal", true, Shape::One(field::<bool>)),
            ("base", true, Shape::One(field::<MajorityBase>)),
        ],
    ),
    part(
        "LeadershipRule",
        "Cách chọn trưởng khối năm sau. How the next leader is found.",
        &[
            ("method", true, Shape::One(field::<LeadershipMethod>)),
            ("ballot", false, Shape::Part("BallotRule")),
            ("order", false, Shape::Many(field::<UnitId>, 200)),
            ("bars_excluded_last_year", false, Shape::One(field::<bool>)),
        ],
    ),
    part(
        "AwardRule",
        "Quy định xét một danh hiệu, hình thức khen thưởng. The rule of one award.",
        &[
            ("award", true, Shape::One(field::<AwardKind>)),
            ("quota", false, Shape::One(award::quota)),
            ("checks", false, Shape::Parts("CheckRule", 20)),
            ("council", false, Shape::Part("CouncilMajority")),
            ("legal_basis", false, Shape::Parts("LegalBasis", 20)),
        ],
    ),
    part(
        "CheckRule",
        "Một điều kiện, và giai đoạn từ đó không đạt thì hồ sơ dừng lại. One thing a dossier must fulfil.",
        &[("check", true, Shape::One(award::check)), ("by", false, Shape::One(field::<Stage>))],
    ),
    part(
        "CouncilMajority",
        "Tỷ lệ phiếu của hội đồng cần đạt. The share of the council's votes a dossier needs.",
        &[
            ("percent", true, Shape::One(|_| small(1, 100))),
            ("or_equal", true, Shape::One(field::<bool>)),
            ("base", true, Shape::One(field::<CouncilBase>)),
        ],
    ),
    part(
        "LegalBasis",
        "Văn bản làm căn cứ và thời gian có hiệu lực. A paper, and its first and last day in force as far as they are known.",
        &[
            ("number", true, Shape::One(field::<DocumentNumber>)),
            ("article", false, Shape::One(field::<Name>)),
            ("from", false, Shape::One(field::<Date>)),
            ("until", false, Shape::One(field::<Date>)),
        ],
    ),
    part(
        "QuotaAllotment",
        "Chỉ tiêu giao cho một khối, cụm. The number allotted to one bloc.",
        &[("bloc", true, Shape::One(field::<BlocId>)), ("count", true, Shape::One(field::<u16>))],
    ),
    part(
        "QuotaPercent",
        "Tỷ lệ phần trăm trên một căn cứ nêu rõ. A percentage of a base that is named.",
        &[
            ("percent", true, Shape::One(|_| small(1, 100))),
            ("base", true, Shape::One(award::base)),
            ("rounding", true, Shape::One(field::<QuotaRounding>)),
        ],
    ),
    part(
        "QuotaRemaining",
        "Số đơn vị còn lại sau các danh hiệu khác. What remains of a bloc after other awards, each unit taken away once.",
        &[("of", true, Shape::One(award::pool)), ("after", true, Shape::Many(field::<AwardKind>, 18))],
    ),
];

fn field<T: Field>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schema(schemas)
}

fn small(least: i32, most: i32) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).into()
}

fn pointer(_: &mut Schemas) -> RefOr<Schema> {
    string().pattern(Some("^(/([^~/]|~[01])*)*$")).max_length(Some(200)).into()
}

fn method(_: &mut Schemas) -> RefOr<Schema> {
    let trim = Ref::from_schema_name("Trim");
    let trimmed = closed(ObjectBuilder::new().property("trimmed_mean", trim).required("trimmed_mean"));
    OneOfBuilder::new().item(string().enum_values(Some(["mean", "median"]))).item(trimmed).into()
}

fn candidates(_: &mut Schemas) -> RefOr<Schema> {
    let top = closed(ObjectBuilder::new().property("top_scores", small(1, 255)).required("top_scores"));
    OneOfBuilder::new().item(string().enum_values(Some(["members"]))).item(top).into()
}
