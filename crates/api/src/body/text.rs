//! Values that are written as text: in a path, a query, or as a string in a body.

use super::{Faults, Field, Schemas};
use crate::{issue::Flaw, json::Json};
use domain::{
    AchievementId, BallotId, BlocId, ClientId, CommendationId, Date, DocumentNumber, EmulationYear, EventId,
    GrantId, IdentifierScheme, Points, Position, RequestId, Sha256, Text, Timestamp, UnitId,
    bloc::{BlocKind, Level},
    commendation::{
        AppraisalFinding, AwardClass, AwardKind, CheckName, CheckOutcome, CommendationState, Recipients,
        RevocationCause, VoteOutcome,
    },
    names::NotText,
    quota::QuotaScope,
    regulation::{
        Breach, CriterionId, FindingState, LeadershipMethod, OverMaximum, PartKind, QuorumBase, Rounding,
        Scorer, Secrecy, Step, TieBreak,
        award::{CouncilBase, PaperKind, QuotaRounding, Stage},
        procedure::{LatePolicy, MajorityBase},
    },
    time::NotATime,
    unit::{EndCause, LineageChange, Relation, UnitKind},
    year::{ConferenceKind, Contested, ExclusionCause, Outcome, Question, ReportKind},
};
use serde::{Deserialize, Serialize, de::IntoDeserializer};
use std::str::FromStr;
use utoipa::openapi::{
    KnownFormat, RefOr, SchemaFormat,
    schema::{ObjectBuilder, Schema, Type},
};

/// A value that can be read from text.
pub trait FromText: Sized {
    /// Whether it may be left out.
    const OPTIONAL: bool = false;

    /// The value, or what is wrong with the text.
    fn from_text(text: &str) -> Result<Self, Flaw>;

    /// What leaving it out means.
    fn absent() -> Result<Self, Flaw> {
        Err(Flaw::Missing)
    }

    /// What the document says of it.
    fn schema(schemas: &mut Schemas) -> RefOr<Schema>;
}

impl<T: FromText> FromText for Option<T> {
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, Flaw> {
        T::from_text(text).map(Some)
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(None)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        T::schema(schemas)
    }
}

/// A string in a body.
pub(super) fn read_text<T: FromText>(value: &Json<'_>, faults: &mut Faults) -> Option<T> {
    match value {
        Json::Text(text) => faults.keep(T::from_text(text)),
        Json::Null => faults.note(Flaw::Null),
        Json::Bool(_) | Json::Integer(_) | Json::Fraction(_) | Json::List(_) | Json::Object(_) => {
            faults.note(Flaw::WrongType("string"))
        }
    }
}

/// Lets values that are strings in a body be read there too.
macro_rules! strings {
    ($($type:ty),+ $(,)?) => {$(
        impl Field for $type {
            fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
                read_text(value, faults)
            }

            fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
                <Self as FromText>::schema(schemas)
            }
        }
    )+};
}
pub(super) use strings;
strings! {
    AchievementId, BallotId, BlocId, ClientId, CommendationId, CriterionId, Date, DocumentNumber, EventId, GrantId, RequestId, Sha256, Timestamp,
    UnitId,
}

/// A string schema to be completed.
pub fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

macro_rules! ids {
    ($($type:ty),+) => {$(
        impl FromText for $type {
            /// Only the hyphenated form: one id, one spelling, one cache entry.
            fn from_text(text: &str) -> Result<Self, Flaw> {
                if text.len() == 36 { Self::from_str(text).map_err(|_| Flaw::BadId) } else { Err(Flaw::BadId) }
            }

            fn schema(_: &mut Schemas) -> RefOr<Schema> {
                string().format(Some(SchemaFormat::Custom("uuid".into()))).into()
            }
        }
    )+};
}
ids!(AchievementId, BallotId, BlocId, CommendationId, EventId, GrantId, RequestId, UnitId);

impl FromText for Points {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_| Flaw::NotDecimal)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("Points", |_| {
            string()
                .format(Some(SchemaFormat::Custom("decimal".into())))
                .pattern(Some(r"^-?\d{1,6}(\.\d{1,2})?$"))
                .description(Some("Số điểm, viết thành chuỗi thập phân. Points, as a decimal string."))
                .examples(["97.25"])
                .into()
        })
    }
}

impl Field for Points {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Json::Integer(_) | Json::Fraction(_) => faults.note(Flaw::DecimalMustBeString),
            Json::Text(_) | Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => {
                read_text(value, faults)
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}

impl FromText for Date {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_: NotATime| Flaw::BadDate)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let pattern = r"^(19(4[5-9]|[5-9]\d)|20\d{2}|21\d{2})-\d{2}-\d{2}$";
        string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).pattern(Some(pattern)).into()
    }
}

impl FromText for Timestamp {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_: NotATime| Flaw::BadTimestamp)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
    }
}

/// The flaw of a refused text.
pub(super) const fn text_flaw(why: NotText) -> Flaw {
    match why {
        NotText::Empty => Flaw::Empty,
        NotText::TooLong(most) => Flaw::TooLong(most),
        NotText::NotNfc => Flaw::NotNfc,
        NotText::Control => Flaw::ControlCharacter,
        NotText::Untrimmed => Flaw::Untrimmed,
    }
}

/// What [`Text`] accepts, as far as a pattern can say it; NFC it cannot.
const TRIMMED: &str = concat!(
    r"^[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]",
    r"([^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]*",
    r"[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff])?$"
);

impl<const MAX: usize> FromText for Text<MAX> {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(text_flaw)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().min_length(Some(1)).max_length(Some(MAX)).pattern(Some(TRIMMED)).into()
    }
}

impl<const MAX: usize> Field for Text<MAX> {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        read_text(value, faults)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Self as FromText>::schema(schemas)
    }
}

impl FromText for DocumentNumber {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(text_flaw)
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("DocumentNumber", |_| {
            string()
                .min_length(Some(1))
                .max_length(Some(100))
                .pattern(Some(TRIMMED))
                .description(Some(
                    "Số, ký hiệu văn bản, ghi đúng như trên văn bản. A document number, kept as written.",
                ))
                .examples(["30/2020/NĐ-CP"])
                .into()
        })
    }
}

macro_rules! patterns {
    ($($type:ty: $flaw:ident, $pattern:literal, $example:literal;)+) => {$(
        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, Flaw> {
                text.parse().map_err(|_| Flaw::$flaw)
            }

            fn schema(_: &mut Schemas) -> RefOr<Schema> {
                string().pattern(Some($pattern)).examples([$example]).into()
            }
        }
    )+};
}
patterns! {
    CriterionId: BadCriterion, "^[A-Za-z0-9._-]{1,15}$", "I.1";
    Sha256: BadDigest, "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
}

impl FromText for ClientId {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(|_| Flaw::BadClient)
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().pattern(Some("^[a-z0-9._-]{1,64}$")).examples(["portal-h59"]).into()
    }
}

/// A whole number within bounds, written without sign or leading zeros.
pub fn whole(text: &str, least: i128, most: i128) -> Result<i128, Flaw> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    let number = if digits && (text.len() == 1 || !text.starts_with('0')) { text.parse().ok() } else { None };
    number.filter(|number| (least..=most).contains(number)).ok_or(Flaw::OutOfRange(least, most))
}

pub(super) const FIRST_YEAR: i16 = 1948;
pub(super) const LAST_YEAR: i16 = 2199;

impl FromText for EmulationYear {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let (least, most) = (i128::from(FIRST_YEAR), i128::from(LAST_YEAR));
        let number = whole(text, least, most)?;
        i64::try_from(number).ok().and_then(|n| Self::new(n).ok()).ok_or(Flaw::OutOfRange(least, most))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("EmulationYear", |_| {
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(f64::from(FIRST_YEAR)))
                .maximum(Some(f64::from(LAST_YEAR)))
                .description(Some(
                    "Năm thi đua. The emulation year: the year an act counts for, not the day it happened.",
                ))
                .examples([2024])
                .into()
        })
    }
}

impl FromText for Position {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let number = whole(text, 0, i64::MAX.into())?;
        u64::try_from(number).map(Self).map_err(|_| Flaw::OutOfRange(0, i64::MAX.into()))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0))
            .into()
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse().map_err(|_| Flaw::UnknownValue("true, false".into()))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}

/// The name serde gives a value of a closed list.
pub(super) fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Values of closed lists: serde knows their names, so a name is never written twice.
macro_rules! closed_lists {
    ($($type:ident: $all:expr, $about:literal;)+) => {
        $(
            impl FromText for $type {
                fn from_text(text: &str) -> Result<Self, Flaw> {
                    let text: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
                    Self::deserialize(text).map_err(|_| {
                        Flaw::UnknownValue($all.iter().map(name_of).collect::<Vec<_>>().join(", "))
                    })
                }

                fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
                    schemas.named(stringify!($type), |_| {
                        string().enum_values(Some($all.iter().map(name_of))).description(Some($about)).into()
                    })
                }
            }

            impl Field for $type {
                fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
                    read_text(value, faults)
                }

                fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
                    <Self as FromText>::schema(schemas)
                }
            }
        )+

        /// Every closed list with the names its schema gives and those serde expects.
        #[cfg(test)]
        pub(super) fn closed_lists() -> Vec<(&'static str, Vec<String>, String)> {
            vec![$((
                stringify!($type),
                $all.iter().map(name_of).collect(),
                serde_json::from_str::<$type>("\"?\"").unwrap_err().to_string(),
            )),+]
        }
    };
}
closed_lists! {
    AppraisalFinding: AppraisalFinding::ALL, "Thẩm định: đạt hay không đạt. What an appraisal found.";
    AwardClass: AwardClass::ALL, "Danh hiệu thi đua, hình thức khen thưởng, cờ luân lưu. What sort of thing an award is.";
    AwardKind: AwardKind::ALL, "Danh hiệu thi đua hoặc hình thức khen thưởng; xem /v1/reference/awards. An award, as /v1/reference/awards lists them.";
    BlocKind: [BlocKind::Khoi, BlocKind::Cum], "Khối (theo tính chất, ngành nghề) hay cụm (theo địa bàn). By function or by area.";
    Breach: [Breach::NotTaken, Breach::Late], "Không thực hiện bước, hay thực hiện muộn. What a penalty is for.";
    CheckName: CheckName::ALL, "Điều kiện xét khen thưởng. What is checked of a dossier.";
    CheckOutcome: CheckOutcome::ALL, "Đạt, không đạt, không áp dụng, chưa rõ. What a check came to.";
    CommendationState: CommendationState::ALL, "Hồ sơ khen thưởng đã đến đâu. How far a dossier has come.";
    ConferenceKind: ConferenceKind::ALL, "Hội nghị phát động, sơ kết, tổng kết, đại hội thi đua, giao ban. What a conference is for.";
    Contested: Contested::ALL, "Kiến nghị về điểm, bảng điểm hay xếp hạng. What an objection is against.";
    CouncilBase: CouncilBase::ALL, "Tỷ lệ phiếu tính trên: tổng số thành viên hội đồng, số tham gia, hay số phiếu hợp lệ. What the share of a council's votes is counted over.";
    EndCause: [EndCause::Merged, EndCause::Split, EndCause::Dissolved], "Sáp nhập, chia, hay giải thể. How a unit ended.";
    LineageChange: [LineageChange::Merger, LineageChange::Split], "Hợp nhất, sáp nhập, hay chia, tách. What joins a unit to those before and after it.";
    ExclusionCause: ExclusionCause::ALL, "Vì sao không xét thi đua. Why a unit is not considered.";
    FindingState: [FindingState::Applied, FindingState::Proposed, FindingState::Confirmed, FindingState::Waived], "Điểm trừ theo sổ: đã trừ, chờ xác nhận, đã xác nhận, không trừ. How far a penalty that the record found has come.";
    IdentifierScheme: IdentifierScheme::ALL, "Loại mã: mã định danh điện tử theo Quyết định 20/2020/QĐ-TTg, mã cũ, mã doanh nghiệp, mã quan hệ ngân sách, mã thống kê, mã nội bộ. The scheme of an identifier.";
    LatePolicy: [LatePolicy::Accept, LatePolicy::Refuse], "Nộp muộn: ghi nhận và đánh dấu, hay từ chối. What happens after a deadline.";
    LeadershipMethod: [LeadershipMethod::Election, LeadershipMethod::Rotation, LeadershipMethod::Designation], "Bầu, luân phiên hay chỉ định. How the next leader is found.";
    Level: Level::ALL, "Cấp có hội đồng tổ chức khối, cụm. The level whose council organises the bloc.";
    MajorityBase: [MajorityBase::Electors, MajorityBase::Present, MajorityBase::Cast, MajorityBase::Valid], "Tỷ lệ tính trên: tổng số cử tri, số có mặt, số đã bỏ phiếu, hay số phiếu hợp lệ. What a majority is counted over.";
    Outcome: Outcome::ALL, "Kiến nghị được chấp nhận hay không. How an objection was ruled on.";
    OverMaximum: [OverMaximum::Refuse, OverMaximum::Cap, OverMaximum::Carry, OverMaximum::Clamp], "Vượt điểm tối đa: từ chối, tính bằng điểm tối đa, tính đủ, hay đưa về khoảng từ 0 đến tối đa. What happens above a maximum.";
    PaperKind: PaperKind::ALL, "Tờ trình, biên bản họp hội đồng, báo cáo thành tích, giấy tờ khác. A paper of a dossier.";
    PartKind: [PartKind::Contents, PartKind::Bonus, PartKind::Penalty], "Điểm chuẩn, điểm thưởng, điểm trừ. How a part enters the total.";
    Question: [Question::LeadingUnit, Question::NextLeader, Question::NextDeputy], "Bỏ phiếu về đơn vị dẫn đầu, Trưởng khối năm sau, Phó Trưởng khối năm sau. What is voted on.";
    QuorumBase: [QuorumBase::Members, QuorumBase::Considered], "Số phải có mặt tính trên: mọi thành viên, hay thành viên được xét. What a quorum is counted over.";
    QuotaRounding: QuotaRounding::ALL, "Làm tròn số đơn vị: xuống, lên, hay đến số gần nhất. What becomes of a fraction of a unit.";
    QuotaScope: QuotaScope::ALL, "Chỉ tiêu của một khối hay của mọi khối cùng cấp. Whose awards a quota limits.";
    Recipients: Recipients::ALL, "Trao cho tập thể, cá nhân, hay văn bản đã đọc không nêu. Who can receive an award.";
    Relation: Relation::ALL, "Trực thuộc đơn vị cấp trên, hay trên địa bàn một địa phương. In which way a unit belongs to another.";
    ReportKind: [ReportKind::HalfYear, ReportKind::Annual], "Báo cáo sơ kết 6 tháng hay tổng kết năm. Which report.";
    RevocationCause: RevocationCause::ALL, "Bốn căn cứ hủy bỏ theo Chương VII Luật 06/2022/QH15. The four causes of the law.";
    Rounding: [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down], "Cách làm tròn. How a computed value is rounded.";
    Scorer: Scorer::ALL, "Ai chấm: tự chấm, chấm chéo, khối, đơn vị được giao tiêu chí, cơ quan có thẩm quyền. Who scores.";
    Secrecy: [Secrecy::Open, Secrecy::Secret], "Biểu quyết công khai hay bỏ phiếu kín. Open or secret.";
    Stage: Stage::ALL, "Giai đoạn của hồ sơ mà một điều kiện có thể chặn lại. A stage of a dossier.";
    Step: Step::ALL, "Bước trong năm thi đua. A step of the emulation year.";
    TieBreak: TieBreak::ALL, "Tiêu chí phụ khi bằng điểm; bốc thăm và quyết định của hội nghị phải được ghi nhận. What decides between equal scores.";
    UnitKind: UnitKind::ALL, "Loại đơn vị. What sort of organisation a unit is.";
    VoteOutcome: VoteOutcome::ALL, "Hội đồng thông qua, không đủ phiếu, hay cắt. What a vote of the council came to.";
}
