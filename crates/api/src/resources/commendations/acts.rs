//! What can be recorded of a dossier.

use super::CommendationPath;
use crate::{
    body,
    body::{Faults, List, parameters::NoParameters},
    issue::Flaw,
    routes::{Fact, fact::Origin},
};
use app::Act;
use domain::{
    AchievementId, BlocId, CommendationId, Date, DocumentNumber, EmulationYear, Envelope, Name, PersonId,
    Remark, Sha256, UnitId,
    commendation::{
        self, AppraisalFinding, Appraised, AwardKind, CastByCouncil, CommendationAct, PublicityOpened,
        Published, Recipient, RevocationCause, Revoked,
    },
    regulation::award::PaperKind,
};

body! {
    /// Giấy tờ của hồ sơ: số hiệu, mã băm, hoặc cả hai. A paper of the dossier: its number, its hash, or both.
    pub struct PaperBody {
        /// Loại giấy tờ. What it is.
        kind: PaperKind = "submission",
        /// Số, ký hiệu. Its number.
        number: Option<DocumentNumber> = "45/TTr-KTĐ",
        /// SHA-256, base64url. The hash of its bytes.
        sha256: Option<Sha256>,
    }
}

/// The papers of a list; one that names neither number nor hash is a fault.
fn papers(list: Vec<PaperBody>, faults: &mut Faults) -> Vec<commendation::Paper> {
    faults.within("papers", |faults| {
        let mut papers = Vec::with_capacity(list.len());
        for (index, PaperBody { kind, number, sha256 }) in list.into_iter().enumerate() {
            if number.is_none() && sha256.is_none() {
                faults.within(&index.to_string(), |faults| {
                    faults.note::<()>(Flaw::BadValue("number | sha256"))
                });
            }
            papers.push(commendation::Paper { kind, number, sha256 });
        }
        papers
    })
}

body! {
    /// Đề nghị khen thưởng: trưởng khối, phó trưởng khối hoặc cơ quan có thẩm quyền. Quy định của danh hiệu được ghi vào
    /// hồ sơ và không đổi theo quy chế mới. Proposes a unit, or a person through it, for an award. The rule of the award is pinned to the dossier:
    /// a newer regulation changes nothing.
    pub struct ProposeCommendation {
        /// Mã do bên gửi chọn. An id of the client's own choice.
        id: Option<CommendationId>,
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year it is for.
        year: EmulationYear = 2024,
        /// Danh hiệu, hình thức. The award.
        award: AwardKind = "PROVINCE_FLAG",
        /// Tập thể được đề nghị. The unit.
        unit: UnitId,
        /// Cá nhân được đề nghị qua tập thể đó. The person that is proposed through the unit; left out for the unit itself.
        person: Option<PersonId>,
        /// Mã thành tích, để một thành tích không được khen hai lần. What is rewarded: one id for one achievement.
        achievement: Option<AchievementId>,
        /// Giấy tờ của hồ sơ. The papers of the dossier.
        papers: List<PaperBody, 0, 20>,
        /// Tóm tắt thành tích. What it says, in short.
        summary: Option<Remark>,
    }
}

impl Fact for ProposeCommendation {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["unit_officer", "official"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, faults: &mut Faults) -> Option<Act> {
        let Self { id, bloc, year, award, unit, person, achievement, papers: list, summary } = self;
        let papers = papers(list.0, faults);
        let recipient = person.map_or(Recipient::Unit(unit), |person| Recipient::Person { person, unit });
        let propose = commendation::Propose { bloc, year, award, recipient, achievement, papers, summary };
        let id = id.unwrap_or(CommendationId(origin.fresh));
        Some(Act::Commendation(id, CommendationAct::Propose(propose)))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

/// Declares that a body asks for an act on one dossier.
macro_rules! dossier_fact {
    ($body:ident, $roles:expr, $self:ident, $faults:ident, $act:expr) => {
        impl Fact for $body {
            type Path = CommendationPath;
            const ROLES: &'static [&'static str] = &$roles;

            #[allow(unused_variables, reason = "few acts note faults that only show when members are seen together")]
            fn act($self, path: CommendationPath, _: &Origin<'_>, $faults: &mut Faults) -> Option<Act> {
                Some(Act::Commendation(path.commendation, $act))
            }
        }
    };
}

body! {
    /// Bổ sung giấy tờ. Papers that are added to the dossier.
    pub struct AddPapers {
        /// Giấy tờ. The papers.
        papers: List<PaperBody, 1, 20>,
    }
}
dossier_fact!(AddPapers, ["unit_officer", "official"], self, faults, {
    CommendationAct::AddPapers(papers(self.papers.0, faults))
});

body! {
    /// Thẩm định. What the state body found; a finding against the dossier needs its reason.
    pub struct AppraiseCommendation {
        /// Kết luận. What was found.
        finding: AppraisalFinding = "meets",
        /// Lý do. Why.
        reason: Option<Remark>,
    }
}
dossier_fact!(AppraiseCommendation, ["official"], self, faults, {
    let Self { finding, reason } = self;
    if finding == AppraisalFinding::DoesNotMeet && reason.is_none() {
        faults.within("reason", |faults| faults.note::<()>(Flaw::Missing));
    }
    CommendationAct::Appraise(Appraised { finding, reason })
});

body! {
    /// Công khai lấy ý kiến trước khi quyết định. The dossier is made public, so that anyone can object.
    pub struct OpenPublicity {
        /// Ngày đầu. The first day.
        from: Date = "2025-01-06",
        /// Nơi công khai. Where.
        place: Name = "Cổng thông tin điện tử tỉnh",
    }
}
dossier_fact!(OpenPublicity, ["official"], self, faults, {
    CommendationAct::OpenPublicity(PublicityOpened { from: self.from, place: self.place })
});

body! {
    /// Hội đồng cho vượt chỉ tiêu. The council lets this dossier go beyond the quota, when nothing is left of it.
    pub struct OverrideQuota {
        /// Lý do. Why.
        reason: Remark = "Khối ít đơn vị nhưng thành tích đặc biệt xuất sắc",
        /// Biên bản họp hội đồng. The minutes of the council.
        minutes: DocumentNumber = "12/BB-HĐTĐKT",
    }
}
dossier_fact!(OverrideQuota, ["official"], self, faults, {
    CommendationAct::OverrideQuota(commendation::OverrideQuota { reason: self.reason, minutes: self.minutes })
});

body! {
    /// Kết quả bỏ phiếu của hội đồng theo biên bản. The vote of the council, as its minutes report it. Whether it is enough
    /// is computed by the rule of the award.
    pub struct RecordCouncilVote {
        /// Tổng số thành viên hội đồng. How many members the council has.
        members: u16 = 15,
        /// Số có mặt. How many were present.
        present: u16 = 13,
        /// Số vắng mặt gửi ý kiến bằng văn bản. How many who were absent gave a written opinion.
        written_opinions: u16 = 1,
        /// Số phiếu đồng ý, kể cả bằng văn bản. How many were in favour, written opinions included.
        in_favour: u16 = 13,
        /// Số phiếu không đồng ý, kể cả bằng văn bản. How many were against, written opinions included.
        against: u16 = 1,
        /// Biên bản; với Cờ thi đua của Chính phủ phải nêu tên khối mà đơn vị dẫn đầu. The minutes.
        minutes: DocumentNumber = "12/BB-HĐTĐKT",
        /// Lý do hội đồng cắt hồ sơ dù đủ phiếu. Why the council cut the dossier although it had the votes.
        cut_reason: Option<Remark>,
    }
}
dossier_fact!(RecordCouncilVote, ["official"], self, faults, {
    let Self { members, present, written_opinions, in_favour, against, minutes, cut_reason: cut } = self;
    CommendationAct::CouncilVote(CastByCouncil {
        members,
        present,
        written_opinions,
        in_favour,
        against,
        minutes,
        cut,
    })
});

body! {
    /// Quyết định khen thưởng. The decision: its number, its date, and the office that signed it, never a person's name.
    pub struct DecideCommendation {
        /// Số quyết định. Its number.
        number: DocumentNumber = "512/QĐ-UBND",
        /// Ngày ký. Its date.
        date: Date = "2025-03-21",
        /// Chức vụ của người ký, không ghi tên người. The office that signed it.
        signed_by: Name = "Chủ tịch Ủy ban nhân dân tỉnh",
    }
}
dossier_fact!(DecideCommendation, ["official"], self, faults, {
    let Self { number, date, signed_by } = self;
    CommendationAct::Decide(commendation::Decide { number, date, signed_by })
});

body! {
    /// Công bố quyết định. The decision is published.
    pub struct PublishCommendation {
        /// Ngày công bố. The day.
        on: Date = "2025-03-25",
        /// Nơi công bố. Where.
        place: Name = "Cổng thông tin điện tử tỉnh",
    }
}
dossier_fact!(PublishCommendation, ["official"], self, faults, {
    CommendationAct::Publish(Published { on: self.on, place: self.place })
});

body! {
    /// Hủy bỏ quyết định khen thưởng theo Chương VII Luật Thi đua, khen thưởng 06/2022/QH15. Revokes the decision.
    pub struct RevokeCommendation {
        /// Một trong bốn căn cứ của luật. One of the four causes of the law.
        cause: RevocationCause = "dishonest_declaration",
        /// Lý do cụ thể. Why, in words.
        reason: Remark,
        /// Số quyết định hủy bỏ. The number of the decision that revokes.
        number: DocumentNumber = "77/QĐ-UBND",
        /// Ngày ký. Its date.
        date: Date = "2025-09-01",
        /// Chức vụ của người ký, không ghi tên người. The office that signed it.
        signed_by: Name = "Chủ tịch Ủy ban nhân dân tỉnh",
    }
}
dossier_fact!(RevokeCommendation, ["official"], self, faults, {
    let Self { cause, reason, number, date, signed_by } = self;
    CommendationAct::Revoke(Revoked { cause, reason, number, date, signed_by })
});
