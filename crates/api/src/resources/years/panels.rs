//! Who scores which criteria beside the bloc, and how ties were broken that no number breaks.

use super::{YearPath, acts::year_fact};
use crate::{
    body,
    body::{Faults, List},
    issue::Flaw,
    routes::{Fact, fact::Origin},
};
use app::Act;
use domain::{
    Remark, UnitId,
    regulation::CriterionId,
    year::{self, PanelAssigned, Settlement, YearAct},
};

body! {
    /// Giao tiêu chí cho một đơn vị chấm: sở, ngành ngoài khối, tổ chấm điểm, cấp thẩm định. Assigns the criteria a unit
    /// scores in this year, in the place of those it had.
    pub struct AssignPanel {
        /// Đơn vị chấm. The unit that scores.
        panel: UnitId,
        /// Các tiêu chí; để trống là thôi giao. What it scores; none relieves it.
        criteria: List<CriterionId, 0, 200> = ["C.1"],
    }
}
year_fact!(AssignPanel, ["unit_officer", "official"], self, faults, {
    Some(YearAct::AssignPanel(PanelAssigned { panel: self.panel, criteria: self.criteria.0 }))
});

body! {
    /// Bốc thăm, có đơn vị chứng kiến. Lots were drawn before witnesses.
    pub struct LotsBody {
        /// Các đơn vị chứng kiến. The units whose delegates witnessed it.
        witnesses: List<UnitId, 1, 50>,
    }
}

body! {
    /// Hội nghị quyết định. The meeting decided.
    pub struct MeetingBody {
        /// Lý do. Why so.
        reason: Remark,
    }
}

body! {
    /// Phân định các đơn vị cùng hạng, bằng bốc thăm hoặc quyết định của hội nghị. Brings units that share a rank into an
    /// order, by lots or by the meeting's decision: one of the two, as the regulation allows.
    pub struct BreakTie {
        /// Các đơn vị cùng hạng, theo thứ tự đã phân định. The units that share the rank, first place first.
        order: List<UnitId, 2, 200>,
        /// Bốc thăm. Lots.
        lots: Option<LotsBody>,
        /// Hội nghị quyết định. The meeting.
        meeting: Option<MeetingBody>,
    }
}
year_fact!(BreakTie, ["unit_officer", "official"], self, faults, {
    let by = match (self.lots, self.meeting) {
        (Some(lots), None) => Some(Settlement::Lots { witnesses: lots.witnesses.0 }),
        (None, Some(meeting)) => Some(Settlement::Meeting { reason: meeting.reason }),
        (None, None) | (Some(_), Some(_)) => faults.note(Flaw::BadValue("lots | meeting")),
    };
    by.map(|by| YearAct::BreakTie(year::BreakTie { order: self.order.0, by }))
});
