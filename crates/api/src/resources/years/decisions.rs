//! What can be recorded from the scoring to the next leader: scores, score table, ballots, ranking, election.

use super::{
    YearPath,
    acts::{CorrectionBody, EvidenceBody, year_fact},
};
use crate::{
    answer::Answer,
    body,
    body::{Faults, Field, List, Schemas, fields::MonthNumber},
    issue::Flaw,
    json::Json,
    parameters,
    routes::{Fact, fact::Origin},
};
use actix_web::http::header::HeaderName;
use app::Act;
use domain::{
    BallotId, BlocId, EmulationYear, Envelope, Event, Points, Remark, StreamId, UnitId,
    regulation::{CriterionId, Scorer},
    year::{self, Choice, Question, ReceiptCode, ScoreEntry, YearAct, YearEvent},
};
use sha2::{Digest, Sha256};
use utoipa::openapi::{RefOr, Schema};

body! {
    /// Điểm của một tiêu chí. The points for one criterion.
    pub struct ScoreEntryBody {
        /// Tiêu chí. The criterion, as the score sheet names it.
        criterion: CriterionId = "B.01",
        /// Điểm; điểm trừ ghi số dương. The points; for a penalty, as a positive number.
        points: Points = "9.5",
        /// Minh chứng. What supports them.
        evidence: List<EvidenceBody, 0, 20>,
        /// Giải trình. Explanation.
        explanation: Option<Remark>,
    }
}

body! {
    /// Chấm điểm. Scores a unit: by itself, by the leader or deputy, or by the state body.
    pub struct GiveScores {
        /// Đơn vị được chấm. The unit that is scored.
        unit: UnitId,
        /// Người chấm. Who scores it.
        scorer: Scorer = "self",
        /// Đơn vị chấm, khi chấm chéo hoặc được giao tiêu chí. The unit that scores: of a peer or a panel, and of nobody else.
        given_by: Option<UnitId>,
        /// Tháng, với bảng điểm cộng dồn từng tháng. The month, in a sheet that adds up months.
        month: Option<MonthNumber> = 10,
        /// Điểm từng tiêu chí. The points, criterion by criterion.
        entries: List<ScoreEntryBody, 1, 200>,
        /// Thay cho lần chấm trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(GiveScores, ["unit_officer", "official"], self, faults, {
    let entry = |ScoreEntryBody { criterion, points, evidence, explanation }| ScoreEntry {
        criterion,
        points,
        evidence: evidence.0.into_iter().map(Into::into).collect(),
        explanation,
    };
    match (self.scorer.may_be_many(), self.given_by) {
        (true, None) => faults.within("given_by", |faults| faults.note::<()>(Flaw::Missing)),
        (false, Some(_)) => {
            faults.within("given_by", |faults| faults.note::<()>(Flaw::BadValue("peer | panel")))
        }
        (true, Some(_)) | (false, None) => None,
    };
    Some(YearAct::GiveScores(year::GiveScores {
        unit: self.unit,
        scorer: self.scorer,
        given_by: self.given_by,
        month: self.month.map(|month| month.0),
        entries: self.entries.0.into_iter().map(entry).collect(),
        correction: self.correction.map(Into::into),
    }))
});

body! {
    /// Thông qua bảng điểm. The meeting adopts the score table; its rows are computed from the scores.
    pub struct AdoptScoreTable {
        /// Thay cho bảng trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(AdoptScoreTable, ["unit_officer", "official"], self, faults, {
    Some(YearAct::AdoptScoreTable(year::AdoptScoreTable { correction: self.correction.map(Into::into) }))
});

body! {
    /// Thông qua xếp hạng, xếp loại. Ranks and classes are adopted; they are computed from the score table.
    pub struct AdoptRanking {
        /// Thay cho lần trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(AdoptRanking, ["unit_officer", "official"], self, faults, {
    Some(YearAct::AdoptRanking(year::AdoptRanking { correction: self.correction.map(Into::into) }))
});

body! {
    /// Trưởng khối, Phó Trưởng khối năm sau: do bầu, luân phiên hoặc chỉ định, theo quy chế. Who leads the bloc in the next
    /// year: as the ballot chose, as the turns say, or as the body above names, by the regulation.
    pub struct ElectLeadership {
        /// Đơn vị Trưởng khối. The leader unit.
        leader: UnitId,
        /// Đơn vị Phó Trưởng khối. The deputy unit.
        deputy: Option<UnitId>,
        /// Lý do, khi bỏ qua đơn vị đến lượt. Why, where the unit whose turn it is was passed over.
        reason: Option<Remark>,
    }
}
year_fact!(ElectLeadership, ["unit_officer", "official"], self, faults, {
    let Self { leader, deputy, reason } = self;
    Some(YearAct::ElectLeadership(year::ElectLeadership { leader, deputy, reason }))
});

body! {
    /// Mở cuộc bỏ phiếu. Opens a ballot; the regulation says whether it is secret, who may stand, what majority.
    pub struct OpenBallot {
        /// Mã do bên gửi chọn. An id of the client's own choice.
        id: Option<BallotId>,
        /// Nội dung bỏ phiếu. What is voted on.
        question: Question = "leading_unit",
        /// Ứng viên; để trống là mọi đơn vị đủ điều kiện. Who stands; everyone admitted unless named.
        candidates: List<UnitId, 0, 200>,
        /// Đơn vị có mặt, khi quy chế tính đến. Who is present, where the regulation counts it.
        present: List<UnitId, 0, 200>,
        /// Lý do bỏ phiếu lại. Why there is another round.
        reason: Option<Remark>,
    }
}

impl Fact for OpenBallot {
    type Path = YearPath;
    const ROLES: &'static [&'static str] = &["unit_officer", "official"];

    fn act(self, path: YearPath, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let ballot = self.id.unwrap_or(BallotId(origin.fresh));
        let open = year::OpenBallot {
            ballot,
            question: self.question,
            candidates: self.candidates.0,
            present: self.present.0,
            reason: self.reason,
        };
        Some(Act::Year(path.bloc, path.year, YearAct::OpenBallot(open)))
    }

    fn location(fact: &Envelope) -> String {
        match (&fact.event, fact.stream) {
            (Event::Year(YearEvent::BallotOpened(opened)), StreamId::Year(bloc, year)) => {
                format!("/v1/blocs/{bloc}/years/{year}/ballots/{}", opened.ballot)
            }
            _ => format!("/v1/events/{}", fact.position),
        }
    }
}

parameters! {
    /// A ballot of a year.
    pub struct BallotPath {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Cuộc bỏ phiếu. The ballot.
        ballot: BallotId,
    }
}

/// A vote as it is written: a unit's id, or `abstain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChoiceBody(pub Choice);

impl Field for ChoiceBody {
    fn read(value: &Json<'_>, faults: &mut Faults) -> Option<Self> {
        if matches!(value, Json::Text(text) if text == "abstain") {
            return Some(Self(Choice::Abstain));
        }
        UnitId::read(value, faults).map(|unit| Self(Choice::For(unit)))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let pattern = "^(abstain|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$";
        body::text::string().pattern(Some(pattern)).into()
    }
}

body! {
    /// Bỏ phiếu. A unit votes. In a secret ballot the answer's header `Ballot-Receipt` holds the code by which the
    /// voter finds its own choice after the close.
    pub struct CastVote {
        /// Đơn vị bỏ phiếu. The unit that votes.
        elector: UnitId,
        /// Đơn vị được chọn, hoặc `abstain`. A candidate, or `abstain`.
        choice: ChoiceBody,
    }
}

impl Fact for CastVote {
    type Path = BallotPath;
    const ROLES: &'static [&'static str] = &["unit_officer"];

    fn act(self, path: BallotPath, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let (ballot, elector) = (path.ballot, self.elector);
        let receipt = receipt_code(ballot, elector, origin.key);
        let vote = year::CastVote { ballot, elector, choice: self.choice.0, receipt };
        Some(Act::Year(path.bloc, path.year, YearAct::CastVote(vote)))
    }

    fn complete(answer: Answer, fact: &Envelope, origin: &Origin<'_>) -> Answer {
        if let Event::Year(YearEvent::VoteCast(cast)) = &fact.event
            && cast.choice.is_none()
        {
            let code = receipt_code(cast.ballot, cast.elector, origin.key);
            return answer.with_header(HeaderName::from_static("ballot-receipt"), code.as_str().to_owned());
        }
        answer
    }
}

/// The receipt of a vote, made from the raw idempotency key: it is kept nowhere, so a repeated request gets the same
/// receipt and nothing in the log leads from the voter to the choice.
fn receipt_code(ballot: BallotId, elector: UnitId, key: &[u8]) -> ReceiptCode {
    let hash = Sha256::new()
        .chain_update(b"thidua ballot receipt\0")
        .chain_update(ballot.0.as_bytes())
        .chain_update(elector.0.as_bytes())
        .chain_update(key)
        .finalize();
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&hash[..10]);
    ReceiptCode::from_random(bytes)
}

body! {
    /// Đóng cuộc bỏ phiếu, kiểm phiếu. Closes a ballot and counts it.
    pub struct CloseBallot {}
}

impl Fact for CloseBallot {
    type Path = BallotPath;
    const ROLES: &'static [&'static str] = &["unit_officer", "official"];

    fn act(self, path: BallotPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let close = year::CloseBallot { ballot: path.ballot };
        Some(Act::Year(path.bloc, path.year, YearAct::CloseBallot(close)))
    }
}
