//! The regulation in a body: read through `serde`, whose path to a fault becomes its pointer.
//!
//! Its schema is written here. A test asks `serde` for the members of every part, so that the two cannot drift apart.

mod award;

use super::{Faults, Field, Schemas, closed, fields::pointer_of, text::string};
use crate::{issue::Flaw, json::Json};
use domain::{
    BlocId, Date, DocumentNumber, LocalisedName, Name, Points, Remark, Text,
    commendation::AwardKind,
    regulation::{
        CriterionId, LeadershipMethod, OverMaximum, PartKind, Regulation, Rounding, Scorer, Secrecy, Step,
        TieBreak,
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
            ("procedure", true, Shape::Parts("StepRule", 11)),
            ("ballot", false, Shape::Part("BallotRule")),
            ("leadership", true, Shape::Part("LeadershipRule")),
            ("tie_breaks", false, Shape::Many(field::<TieBreak>, 4)),
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
            ("counts", true, Shape::Many(field::<Scorer>, 3)),
            ("parts", true, Shape::Parts("SheetPart", 50)),
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
            ("scored_by", false, Shape::Many(field::<Scorer>, 3)),
            ("options", false, Shape::Parts("PointOption", 50)),
            ("criteria", false, Shape::Parts("Criterion", 200)),
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
        ],
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

fn candidates(_: &mut Schemas) -> RefOr<Schema> {
    let top = closed(ObjectBuilder::new().property("top_scores", small(1, 255)).required("top_scores"));
    OneOfBuilder::new().item(string().enum_values(Some(["members"]))).item(top).into()
}
