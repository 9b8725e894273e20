//! One year of one bloc, all its steps, under a regulation made from a real sheet (Ho Chi Minh City, 2008): the leader is
//! elected by secret ballot and takes office with the next year.

use crate::register::{Bloc, FIRST_YEAR, House, Unit, client};
use app::Act;
use domain::{
    BallotId, EmulationYear, Name, Points, Remark, Text, UnitId,
    regulation::{CriterionId, LeadershipMethod, Scorer, presets},
    year::{
        AdoptRanking, AdoptScoreTable, CastVote, Choice, CloseBallot, ConferenceHeld, ConferenceKind,
        ElectLeadership, Figure, FileRegistration, FileReport, GiveScores, OpenBallot, Question, ReceiptCode,
        RecordLeadership, ReportKind, ScoreEntry, Target, YearAct,
    },
};
use std::sync::Arc;

/// A part of the year.
#[derive(Clone, Copy)]
pub enum Chapter {
    Beginning,
    Middle,
    End,
}

pub const CHAPTERS: [Chapter; 3] = [Chapter::Beginning, Chapter::Middle, Chapter::End];

/// Tells one chapter of a year of a bloc.
pub async fn tell(house: &House, bloc: &Bloc, year: i64, chapter: Chapter) {
    let places = usize::try_from(year - FIRST_YEAR).unwrap();
    // Who was elected at the end of one year leads in the next.
    let place = |offset: usize| &bloc.units[(places + offset) % bloc.units.len()];
    let story = Story {
        house,
        bloc,
        year: EmulationYear::new(year).unwrap(),
        leader: place(0),
        deputy: place(1),
        next: [place(1), place(2)],
    };
    match chapter {
        Chapter::Beginning => story.beginning(year == FIRST_YEAR).await,
        Chapter::Middle => story.middle().await,
        Chapter::End => story.end().await,
    }
}

struct Story<'a> {
    house: &'a House,
    bloc: &'a Bloc,
    year: EmulationYear,
    leader: &'a Unit,
    deputy: &'a Unit,
    next: [&'a Unit; 2],
}

impl Story<'_> {
    async fn act(&self, by: &domain::ClientId, act: YearAct) {
        self.house.act(by, Act::Year(self.bloc.id, self.year, act)).await;
    }

    async fn lead(&self, act: YearAct) {
        self.act(&self.leader.client, act).await;
    }

    async fn beginning(&self, is_first: bool) {
        let official = client("so-noi-vu");
        self.act(&official, YearAct::Open).await;
        if is_first {
            let record = RecordLeadership {
                leader: self.leader.id,
                deputy: Some(self.deputy.id),
                method: Some(LeadershipMethod::Designation),
            };
            self.act(&official, YearAct::RecordLeadership(record)).await;
        }
        let preset = presets().iter().find(|preset| preset.code == "hcmc-2008").unwrap();
        self.lead(YearAct::AdoptRegulation(Arc::new(preset.regulation.clone()))).await;
        self.confer(ConferenceKind::Launch).await;
        for unit in &self.bloc.units {
            self.act(&unit.client, YearAct::FileRegistration(self.registration(unit))).await;
            self.act(&unit.client, YearAct::SignPledge(unit.id)).await;
        }
    }

    async fn middle(&self) {
        for unit in &self.bloc.units {
            self.act(&unit.client, YearAct::FileReport(self.report(unit, ReportKind::HalfYear))).await;
        }
        self.confer(ConferenceKind::Midyear).await;
    }

    async fn end(&self) {
        for unit in &self.bloc.units {
            self.act(&unit.client, YearAct::FileReport(self.report(unit, ReportKind::Annual))).await;
            self.act(&unit.client, YearAct::GiveScores(self.scores(unit, Scorer::Itself))).await;
        }
        for unit in &self.bloc.units {
            let scorer = if unit.id == self.leader.id { self.deputy } else { self.leader };
            self.act(&scorer.client, YearAct::GiveScores(self.scores(unit, Scorer::Bloc))).await;
        }
        self.confer(ConferenceKind::YearEnd).await;
        self.lead(YearAct::AdoptScoreTable(AdoptScoreTable { correction: None })).await;
        self.lead(YearAct::AdoptRanking(AdoptRanking { correction: None })).await;
        for (question, chosen) in [Question::NextLeader, Question::NextDeputy].into_iter().zip(self.next) {
            self.vote(question, chosen.id).await;
        }
        let [leader, deputy] = self.next.map(|unit| unit.id);
        self.lead(YearAct::ElectLeadership(ElectLeadership { leader, deputy: Some(deputy), reason: None }))
            .await;
    }

    async fn confer(&self, kind: ConferenceKind) {
        let held = ConferenceHeld {
            kind,
            from: self.house.app.now().day(),
            to: None,
            place: Some(Name::new("Hội trường Ủy ban nhân dân tỉnh").unwrap()),
            chairs: vec![self.leader.id, self.deputy.id],
            attended: Vec::new(),
            summary: Some(Remark::new("Đánh giá kết quả, thống nhất nhiệm vụ thời gian tới.").unwrap()),
        };
        self.lead(YearAct::HoldConference(held)).await;
    }

    async fn vote(&self, question: Question, chosen: UnitId) {
        let ballot = BallotId(self.house.uuid());
        self.lead(YearAct::OpenBallot(OpenBallot {
            ballot,
            question,
            candidates: Vec::new(),
            present: Vec::new(),
            reason: None,
        }))
        .await;
        for (place, unit) in self.bloc.units.iter().enumerate() {
            let random = self.house.bytes();
            let receipt = ReceiptCode::from_random(std::array::from_fn(|at| random[at]));
            let choice = if place % 7 == 6 { Choice::Abstain } else { Choice::For(chosen) };
            let vote = CastVote { ballot, elector: unit.id, choice, receipt };
            self.act(&unit.client, YearAct::CastVote(vote)).await;
        }
        self.lead(YearAct::CloseBallot(CloseBallot { ballot })).await;
    }

    fn registration(&self, unit: &Unit) -> FileRegistration {
        let target = |text: &str, value: u64| Target {
            name: Name::new(text).unwrap(),
            value: Some(Text::new(&format!("{value}%")).unwrap()),
            due: None,
        };
        FileRegistration {
            unit: unit.id,
            targets: vec![
                target("Tỷ lệ hồ sơ giải quyết đúng hạn", 95 + self.house.number() % 5),
                target("Tỷ lệ dịch vụ công trực tuyến toàn trình", 80 + self.house.number() % 20),
            ],
            contents: Some(Remark::new("Đẩy mạnh cải cách hành chính, chuyển đổi số.").unwrap()),
            titles_sought: vec![Name::new("Tập thể lao động xuất sắc").unwrap()],
            registered_points: Some(Points::from_hundredths(9_500)),
            correction: None,
        }
    }

    fn report(&self, unit: &Unit, kind: ReportKind) -> FileReport {
        let figure = |text: &str| Figure {
            name: Name::new(text).unwrap(),
            value: Text::new(&(self.house.number() % 4000).to_string()).unwrap(),
            qualifier: None,
        };
        FileReport {
            unit: unit.id,
            kind,
            summary: Some(
                Remark::new("Các phong trào thi đua được triển khai đồng bộ, có chiều sâu.").unwrap(),
            ),
            shortcomings: None,
            figures: vec![figure("Tập thể được khen thưởng"), figure("Cá nhân được khen thưởng")],
            attachments: Vec::new(),
            correction: None,
        }
    }

    /// Near the maximum, as scores are, and finer from the bloc than from the unit itself.
    fn scores(&self, unit: &Unit, scorer: Scorer) -> GiveScores {
        const MAXIMA: [i64; 8] = [10, 10, 20, 10, 10, 10, 20, 10];
        let entries = MAXIMA.iter().enumerate().map(|(place, maximum)| {
            let criterion: CriterionId = format!("B.{:02}", place + 1).parse().unwrap();
            let less = i64::try_from(self.house.number() % 8).unwrap() * 25;
            ScoreEntry {
                criterion,
                points: Points::from_hundredths(maximum * 100 - less),
                evidence: Vec::new(),
                explanation: None,
            }
        });
        GiveScores {
            unit: unit.id,
            scorer,
            given_by: None,
            month: None,
            entries: entries.collect(),
            correction: None,
        }
    }
}
