//! Values of closed lists, with the words that describe them.

use super::{
    Faults, Field, Schemas,
    text::{FromText, read_text, string},
};
use crate::{issue::Flaw, json::Json};
use domain::{
    IdentifierScheme,
    bloc::{BlocKind, Level},
    commendation::{
        AppraisalFinding, AwardClass, AwardKind, CheckName, CheckOutcome, CommendationState, Recipients,
        RevocationCause, VoteOutcome,
    },
    person::{ErasureGround, PersonField},
    quota::QuotaScope,
    regulation::{
        Breach, FindingState, LeadershipMethod, OverMaximum, PartKind, QuorumBase, Rounding, Scorer, Secrecy,
        Step, TieBreak,
        award::{CouncilBase, PaperKind, QuotaRounding, Stage},
        procedure::{LatePolicy, MajorityBase},
    },
    unit::{EndCause, LineageChange, Relation, UnitKind},
    year::{ConferenceKind, Contested, ExclusionCause, Outcome, Question, ReportKind},
};
use serde::{Deserialize, Serialize, de::IntoDeserializer};
use utoipa::openapi::{RefOr, schema::Schema};

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
    ErasureGround: ErasureGround::ALL, "Căn cứ xóa theo Điều 14 Luật 91/2025/QH15: chủ thể yêu cầu, hết mục đích, hết thời hạn lưu trữ. Why personal data is erased.";
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
    PersonField: PersonField::ALL, "Họ tên, ngày sinh, chức vụ, số giấy tờ định danh. A piece of personal data.";
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
