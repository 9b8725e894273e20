//! The regulation in a body: read through `serde`, whose path to a fault becomes its pointer.
//!
//! Its schema is written here. A test asks `serde` for the members of every part, so that the two cannot drift apart.

use super::{Faults, Field, Schemas, closed, fields::pointer_of, text::string};
use crate::{issue::Flaw, json::Json};
use domain::{
    DocumentNumber, LocalisedName, Name, Points, Remark, Text,
    regulation::{
        CriterionId, LeadershipMethod, OverMaximum, PartKind, Regulation, Rounding, Scorer, Secrecy, Step,
        TieBreak,
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
                faults.below(&pointer, |faults| {
                    faults.note::<()>(Flaw::NotAccepted(said.into()))
                });
            })
            .ok()
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        Part::list()
            .iter()
            .fold(Ref::from_schema_name("Regulation").into(), |first, part| {
                schemas.named(part.name, |schemas| part.schema(schemas));
                first
            })
    }
}

/// One object of the regulation: its name, what it is, and its members.
pub(super) struct Part {
    pub(super) name: &'static str,
    about: &'static str,
    pub(super) members: Vec<(&'static str, bool, Shape)>,
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
        let object = self
            .members
            .iter()
            .fold(ObjectBuilder::new(), |object, (name, required, shape)| {
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

    /// Every part of a regulation, the whole first.
    pub(super) fn list() -> Vec<Self> {
        use Shape::{Many, One, Part as Inner, Parts};
        let part = |name, about, members| Self { name, about, members };
        vec![
            part(
                "Regulation",
                "Quy chế của khối, cụm: bảng điểm, quy trình, bầu chọn. What differs from bloc to bloc and from year to year.",
                vec![
                    ("title", true, One(field::<LocalisedName>)),
                    ("sources", false, Parts("RegulationSource", 50)),
                    ("unsourced", false, Many(pointer, 500)),
                    ("sheet", true, Inner("ScoreSheet")),
                    ("classes", false, Parts("RegulationClass", 20)),
                    ("procedure", true, Parts("StepRule", 11)),
                    ("ballot", false, Inner("BallotRule")),
                    ("leadership", true, Inner("LeadershipRule")),
                    ("tie_breaks", false, Many(field::<TieBreak>, 4)),
                ],
            ),
            part(
                "RegulationSource",
                "Văn bản làm căn cứ. A paper a regulation rests on.",
                vec![
                    ("number", false, One(field::<DocumentNumber>)),
                    ("title", true, One(field::<Name>)),
                    ("article", false, One(field::<Name>)),
                    ("note", false, One(field::<Remark>)),
                ],
            ),
            part(
                "RegulationClass",
                "Mức xếp loại. A class; the last one has no threshold and takes the rest.",
                vec![
                    ("code", true, One(field::<Text<32>>)),
                    ("name", true, One(field::<LocalisedName>)),
                    ("at_least", false, One(field::<Points>)),
                ],
            ),
            part(
                "ScoreSheet",
                "Bảng điểm. A score sheet.",
                vec![
                    ("scale", true, One(field::<Points>)),
                    ("decimals", true, One(|_| small(0, 2))),
                    ("step", false, One(field::<Points>)),
                    ("rounding", true, One(field::<Rounding>)),
                    ("counts", true, Many(field::<Scorer>, 3)),
                    ("parts", true, Parts("SheetPart", 50)),
                ],
            ),
            part(
                "SheetPart",
                "Phần của bảng điểm. A part of the sheet.",
                vec![
                    ("label", false, One(field::<Text<16>>)),
                    ("name", true, One(field::<LocalisedName>)),
                    ("kind", true, One(field::<PartKind>)),
                    ("cap", false, One(field::<Points>)),
                    ("criteria", true, Parts("Criterion", 200)),
                ],
            ),
            part(
                "Criterion",
                "Tiêu chí, chấm trực tiếp hoặc qua tiêu chí con. A criterion, scored itself or by its sub-criteria.",
                vec![
                    ("id", true, One(field::<CriterionId>)),
                    ("name", true, One(field::<LocalisedName>)),
                    ("max", false, One(field::<Points>)),
                    ("over_max", false, One(field::<OverMaximum>)),
                    ("scored_by", false, Many(field::<Scorer>, 3)),
                    ("options", false, Parts("PointOption", 50)),
                    ("criteria", false, Parts("Criterion", 200)),
                ],
            ),
            part(
                "PointOption",
                "Mức điểm cho sẵn. One value a criterion can take.",
                vec![
                    ("name", true, One(field::<Name>)),
                    ("points", true, One(field::<Points>)),
                ],
            ),
            part(
                "StepRule",
                "Quy định của một bước. The rule of one step.",
                vec![
                    ("step", true, One(field::<Step>)),
                    ("required", true, One(field::<bool>)),
                    ("deadline", false, Inner("Deadline")),
                    ("late", false, One(field::<LatePolicy>)),
                ],
            ),
            part(
                "Deadline",
                "Hạn chót, tính theo năm thi đua. A last day, counted from the year of emulation.",
                vec![
                    ("month", true, One(|_| small(1, 12))),
                    ("day", true, One(|_| small(1, 31))),
                    ("year_offset", false, One(|_| small(-1, 1))),
                ],
            ),
            part(
                "BallotRule",
                "Cách bỏ phiếu. How a ballot is held.",
                vec![
                    ("secrecy", true, One(field::<Secrecy>)),
                    ("candidates", true, One(candidates)),
                    ("majority", false, Inner("Majority")),
                ],
            ),
            part(
                "Majority",
                "Tỷ lệ phiếu cần đạt. The share of votes a candidate needs.",
                vec![
                    ("percent", true, One(|_| small(1, 100))),
                    ("or_equal", true, One(field::<bool>)),
                    ("base", true, One(field::<MajorityBase>)),
                ],
            ),
            part(
                "LeadershipRule",
                "Cách chọn trưởng khối năm sau. How the next leader is found.",
                vec![
                    ("method", true, One(field::<LeadershipMethod>)),
                    ("ballot", false, Inner("BallotRule")),
                ],
            ),
        ]
    }
}

fn field<T: Field>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schema(schemas)
}

fn small(least: i32, most: i32) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(least))
        .maximum(Some(most))
        .into()
}

fn pointer(_: &mut Schemas) -> RefOr<Schema> {
    string()
        .pattern(Some("^(/([^~/]|~[01])*)*$"))
        .max_length(Some(200))
        .into()
}

fn candidates(_: &mut Schemas) -> RefOr<Schema> {
    let top = closed(
        ObjectBuilder::new()
            .property("top_scores", small(1, 255))
            .required("top_scores"),
    );
    OneOfBuilder::new()
        .item(string().enum_values(Some(["members"])))
        .item(top)
        .into()
}
