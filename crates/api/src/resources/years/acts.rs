//! What can be recorded in the year of a bloc before and after the scoring: opening, leadership, regulation,
//! registration, pledge, conferences, reports, exclusion.

use super::{YearPath, drafting::named};
use crate::{
    body,
    body::{Faults, List, codes::PresetCode},
    issue::Flaw,
    resources::blocs::BlocPath,
    routes::{Fact, fact::Origin},
};
use app::Act;
use domain::{
    Date, DocumentNumber, EmulationYear, EventId, Name, Points, Remark, Sha256, Text, UnitId,
    regulation::{LeadershipMethod, Regulation},
    year::{
        self, ConferenceHeld, ConferenceKind, Correction, Evidence, ExclusionCause, Figure, FileRegistration,
        LeadershipRecorded, ReportKind, Target, UnitExcluded, YearAct,
    },
};

body! {
    /// Mở năm thi đua của khối, cụm. Opens the emulation year of a bloc. Whoever was elected for it takes office.
    pub struct OpenYear {
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2024,
    }
}

impl Fact for OpenYear {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["official", "registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Year(path.bloc, self.year, YearAct::Open))
    }

    fn location(fact: &domain::Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

/// Declares that a body asks for an act in the year of a bloc.
macro_rules! year_fact {
    ($body:ident, $roles:expr, $self:ident, $faults:ident, $act:expr) => {
        impl Fact for $body {
            type Path = YearPath;
            const ROLES: &'static [&'static str] = &$roles;

            #[allow(unused_variables, reason = "few acts note faults that only show when members are seen together")]
            fn act($self, path: YearPath, _: &Origin<'_>, $faults: &mut Faults) -> Option<Act> {
                Some(Act::Year(path.bloc, path.year, $act?))
            }
        }
    };
}
pub(super) use year_fact;

body! {
    /// Trưởng khối, Phó Trưởng khối của năm. Who leads the bloc in this year.
    pub struct RecordLeadership {
        /// Đơn vị Trưởng khối. The leader unit.
        leader: UnitId,
        /// Đơn vị Phó Trưởng khối. The deputy unit.
        deputy: Option<UnitId>,
        /// Cách chọn, nếu văn bản có nêu. How they were found, where the papers say.
        method: Option<LeadershipMethod> = "election",
    }
}
year_fact!(RecordLeadership, ["official", "registrar"], self, faults, {
    let Self { leader, deputy, method } = self;
    Some(YearAct::RecordLeadership(LeadershipRecorded { leader, deputy, method }))
});

body! {
    /// Quy chế được thông qua: một dự thảo, một mẫu có sẵn hoặc toàn văn. The regulation the bloc adopts: a draft, one that
    /// comes with the service, or a whole one. Frozen at the first score.
    pub struct AdoptRegulation {
        /// Số của dự thảo. The number of the draft that is adopted; required where the regulation in force asks for drafts.
        draft: Option<u16>,
        /// Mã của mẫu có sẵn. The code of one that comes with the service, as `/v1/regulations` lists it.
        preset: Option<PresetCode> = "hcmc-2008",
        /// Toàn văn quy chế. A whole regulation, as `/v1/regulations/{code}` shows one.
        regulation: Option<Regulation>,
    }
}
year_fact!(AdoptRegulation, ["unit_officer", "official", "registrar"], self, faults, {
    let Self { draft, preset, regulation } = self;
    match draft {
        Some(draft) if preset.is_none() && regulation.is_none() => Some(YearAct::AdoptDraft(draft)),
        Some(_) => faults.note(Flaw::BadValue("draft | preset | regulation")),
        None => named(preset, regulation, faults).map(YearAct::AdoptRegulation),
    }
});

body! {
    /// Việc sửa: thay cho sự kiện nào, vì sao. What a correction replaces, and why. What is replaced stays in the log.
    pub struct CorrectionBody {
        /// Sự kiện được thay. The fact that is replaced.
        corrects: EventId,
        /// Lý do. Why.
        reason: Remark,
        /// Kết luận chấp nhận kiến nghị mà việc sửa thực hiện. The ruling it follows from, when an objection was upheld.
        ruling: Option<EventId>,
    }
}

impl From<CorrectionBody> for Correction {
    fn from(CorrectionBody { corrects, reason, ruling }: CorrectionBody) -> Self {
        Self { corrects, reason, ruling }
    }
}

body! {
    /// Chỉ tiêu. A measurable goal.
    pub struct TargetBody {
        /// Nội dung. What is to be reached.
        name: Name = "Hoàn thành 100% kế hoạch",
        /// Mức. How much, as written.
        value: Option<Text<60>> = "100%",
        /// Thời hạn. By when.
        due: Option<Date> = "2024-11-30",
    }
}

body! {
    /// Đăng ký thi đua. A unit's registration: targets, contents, titles aimed at.
    pub struct Register {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Chỉ tiêu. Its measurable goals.
        targets: List<TargetBody, 0, 100>,
        /// Nội dung thi đua. Commitments that are not numbers, and the focus the unit chose.
        contents: Option<Remark>,
        /// Danh hiệu, hình thức khen thưởng đăng ký. The titles it aims at.
        titles_sought: List<Name, 0, 20>,
        /// Điểm đăng ký. The score it commits itself to.
        registered_points: Option<Points> = "95",
        /// Thay cho lần đăng ký trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(Register, ["unit_officer"], self, faults, {
    let target = |TargetBody { name, value, due }| Target { name, value, due };
    Some(YearAct::FileRegistration(FileRegistration {
        unit: self.unit,
        targets: self.targets.0.into_iter().map(target).collect(),
        contents: self.contents,
        titles_sought: self.titles_sought.0,
        registered_points: self.registered_points,
        correction: self.correction.map(Into::into),
    }))
});

body! {
    /// Ký giao ước thi đua. A unit signs the pledge.
    pub struct SignPledge {
        /// Đơn vị. The unit.
        unit: UnitId,
    }
}
year_fact!(SignPledge, ["unit_officer"], self, faults, Some(YearAct::SignPledge(self.unit)));

body! {
    /// Hội nghị. A conference of the bloc.
    pub struct HoldConference {
        /// Loại hội nghị. What it was for.
        kind: ConferenceKind = "midyear",
        /// Ngày đầu. Its first day.
        from: Date = "2024-07-11",
        /// Ngày cuối, nếu nhiều ngày. Its last day, when it lasted longer than one.
        to: Option<Date>,
        /// Địa điểm. Where.
        place: Option<Name>,
        /// Đơn vị chủ trì. The units whose heads presided.
        chairs: List<UnitId, 0, 10>,
        /// Các đơn vị dự; để trống nếu biên bản không ghi. The units that attended; none when the minutes do not say.
        attended: List<UnitId, 0, 200>,
        /// Tóm tắt. What was reported, decided and asked for.
        summary: Option<Remark>,
    }
}
year_fact!(HoldConference, ["unit_officer", "official", "registrar"], self, faults, {
    let Self { kind, from, to, place, chairs, attended, summary } = self;
    if to.is_some_and(|to| to < from) {
        faults.within("to", |faults| faults.note::<()>(Flaw::BadValue("from <= to")));
    }
    Some(YearAct::HoldConference(ConferenceHeld {
        kind,
        from,
        to,
        place,
        chairs: chairs.0,
        attended: attended.0,
        summary,
    }))
});

body! {
    /// Số liệu trong báo cáo. A number in a report.
    pub struct FigureBody {
        /// Chỉ số. What is counted.
        name: Name = "Lượt tập thể được khen thưởng",
        /// Giá trị, viết liền, không dấu phân cách. The number, without separators.
        value: Text<24> = "2291",
        /// Mức chính xác nguồn nêu: hơn, gần, khoảng. How exact the source is.
        qualifier: Option<Text<24>> = "hơn",
    }
}

body! {
    /// Minh chứng, tài liệu kèm theo. Evidence: where it lies, and what it must hash to.
    pub struct EvidenceBody {
        /// Tên. What it is.
        title: Name = "Báo cáo tổng kết năm",
        /// Số, ký hiệu. The number of the paper.
        document: Option<DocumentNumber> = "187/KH-UBND",
        /// Nơi lưu. Where it lies.
        url: Option<Text<500>>,
        /// SHA-256, base64url. The hash of its bytes.
        sha256: Option<Sha256>,
    }
}

impl From<EvidenceBody> for Evidence {
    fn from(EvidenceBody { title, document, url, sha256 }: EvidenceBody) -> Self {
        Self { title, document, url, sha256 }
    }
}

body! {
    /// Báo cáo của đơn vị. A unit's report.
    pub struct FileReport {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Loại báo cáo. Which report.
        kind: ReportKind = "half_year",
        /// Tóm tắt. What it says, in short.
        summary: Option<Remark>,
        /// Tồn tại, hạn chế. Shortcomings.
        shortcomings: Option<Remark>,
        /// Số liệu. Its figures.
        figures: List<FigureBody, 0, 100>,
        /// Tài liệu kèm theo. The report itself and what goes with it.
        attachments: List<EvidenceBody, 0, 50>,
        /// Thay cho báo cáo trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(FileReport, ["unit_officer"], self, faults, {
    let figure = |FigureBody { name, value, qualifier }| Figure { name, value, qualifier };
    Some(YearAct::FileReport(year::FileReport {
        unit: self.unit,
        kind: self.kind,
        summary: self.summary,
        shortcomings: self.shortcomings,
        figures: self.figures.0.into_iter().map(figure).collect(),
        attachments: self.attachments.0.into_iter().map(Into::into).collect(),
        correction: self.correction.map(Into::into),
    }))
});

body! {
    /// Không xét thi đua. Excludes a unit from consideration in this year.
    pub struct ExcludeUnit {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Nguyên nhân. Why.
        cause: ExclusionCause = "misconduct",
        /// Lý do cụ thể. Why, in words.
        reason: Remark,
    }
}
year_fact!(ExcludeUnit, ["official"], self, faults, {
    let Self { unit, cause, reason } = self;
    Some(YearAct::Exclude(UnitExcluded { unit, cause, reason }))
});
