//! Ballots: who stands, who has voted, and after the close how the count came out.

use super::{
    YearPath,
    ballot_basis::{BallotBasis, ballot_basis},
    book::Filed,
    decisions::BallotPath,
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, unit_name, year_tag},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BallotId, LocalisedName, UnitId,
    regulation::{Majority, MajorityBase, Secrecy},
    year::{Ballot, BallotClosed, Choice, Question},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Ứng viên. A candidate.
    pub struct CandidateAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Số phiếu, sau khi đóng. Its votes, after the close.
        votes: Option<u32>,
    }
}

answer_body! {
    /// Lá phiếu. A vote: in an open ballot with its unit, in a secret one with the voter's receipt code.
    pub struct VoteAnswer {
        /// Đơn vị bỏ phiếu. The unit that voted; only in an open ballot.
        elector: Option<UnitId>,
        /// Mã biên nhận. The voter's code; only in a secret ballot.
        receipt: Option<String>,
        /// Đơn vị được chọn hoặc `abstain`. A candidate, or `abstain`.
        choice: String,
    }
}

answer_body! {
    /// Tỷ lệ phải đạt. What a candidate needs.
    pub struct MajorityAnswer {
        /// Phần trăm. Per cent.
        percent: u16,
        /// Bằng đúng tỷ lệ là đủ. Whether exactly the percentage is enough.
        or_equal: bool,
        /// Tính trên. Per cent of what: `electors`, `present`, `cast` or `valid`.
        base: &'static str,
    }
}

impl From<Majority> for MajorityAnswer {
    fn from(Majority { percent, or_equal, base }: Majority) -> Self {
        let base = match base {
            MajorityBase::Electors => "electors",
            MajorityBase::Present => "present",
            MajorityBase::Cast => "cast",
            MajorityBase::Valid => "valid",
        };
        Self { percent: percent.into(), or_equal, base }
    }
}

answer_body! {
    /// Cuộc bỏ phiếu. A ballot.
    pub struct BallotAnswer {
        /// Mã. Its id.
        id: BallotId,
        /// Nội dung. What is voted on.
        question: Question,
        /// Vòng. Its round.
        round: u16,
        /// Công khai hay kín. Open or secret.
        secrecy: Secrecy,
        /// Mức bảo mật: `open`, hoặc `server_mixed` nghĩa là tính bí mật phụ thuộc vào bên vận hành máy chủ. How secrecy is
        /// kept: `open` (not at all), or `server_mixed`, which depends on the operator of the server: choices wait
        /// without voter or time and are published sorted, but whoever runs the server could link them meanwhile.
        secrecy_profile: &'static str,
        /// Ứng viên. Who stands.
        candidates: Vec<CandidateAnswer>,
        /// Cử tri. Who may vote.
        electors: Vec<UnitId>,
        /// Có mặt khi mở. Who was present when it was opened; empty where nobody said.
        present: Vec<UnitId>,
        /// Đã bỏ phiếu. Who has voted.
        voted: Vec<UnitId>,
        /// Tỷ lệ phải đạt. What a candidate needs; absent when the most votes are enough.
        majority: Option<MajorityAnswer>,
        /// Sự kiện mở. The fact that opened it.
        opened: Filed,
        /// Sự kiện đóng. The fact that closed it.
        closed: Option<Filed>,
        /// Số phiếu trắng. How many abstained.
        abstained: Option<u32>,
        /// Đơn vị trúng. Who was chosen; absent when no one reached the majority or the most votes are shared.
        chosen: Option<UnitId>,
        /// Các lá phiếu: công khai thì có ngay, kín thì sau khi đóng. The votes: at once in an open ballot, after the close
        /// in a secret one.
        votes: Vec<VoteAnswer>,
        /// Dựa trên bảng điểm nào, ứng viên có phải điểm cao nhất, tỷ lệ phải đạt tính thế nào và theo điều nào. On which score
        /// table it rests, whether the candidates were the top scorers, and the majority counted out, with its article.
        basis: BallotBasis,
    }
}

answer_body! {
    /// Các cuộc bỏ phiếu. The ballots of a year, in the order they were opened.
    pub struct BallotList {
        /// Các cuộc bỏ phiếu. The ballots.
        items: Vec<BallotAnswer>,
    }
}

fn ballot_answer(moment: &Moment, ballot: &Ballot, basis: BallotBasis) -> Result<BallotAnswer, Problem> {
    let result = ballot.result.as_ref();
    let votes =
        |unit: UnitId| result.and_then(|(r, _)| r.tally.iter().find(|t| t.unit == unit)).map(|t| t.votes);
    let candidate = |unit: &UnitId| {
        Ok::<_, Problem>(CandidateAnswer {
            unit: *unit,
            name: unit_name(moment, *unit)?,
            votes: votes(*unit),
        })
    };
    Ok(BallotAnswer {
        id: ballot.id,
        question: ballot.question,
        round: ballot.round,
        secrecy: ballot.secrecy,
        secrecy_profile: match ballot.secrecy {
            Secrecy::Open => "open",
            Secrecy::Secret => "server_mixed",
        },
        candidates: ballot.candidates.iter().map(candidate).collect::<Result<_, _>>()?,
        electors: ballot.electors.clone(),
        present: ballot.present.clone(),
        voted: ballot.votes.keys().copied().collect(),
        majority: ballot.majority.map(Into::into),
        opened: (&ballot.opened).into(),
        closed: result.map(|(_, mark)| mark.into()),
        abstained: result.map(|(closed, _)| closed.abstained),
        chosen: ballot.chosen(),
        votes: votes_of(ballot, result.map(|(closed, _)| closed)),
        basis,
    })
}

fn votes_of(ballot: &Ballot, closed: Option<&BallotClosed>) -> Vec<VoteAnswer> {
    let written = |choice: Choice| match choice {
        Choice::For(unit) => unit.to_string(),
        Choice::Abstain => "abstain".to_owned(),
    };
    let open = ballot.votes.iter().filter_map(|(elector, choice)| {
        choice.map(|choice| VoteAnswer { elector: Some(*elector), receipt: None, choice: written(choice) })
    });
    let secret = closed.into_iter().flat_map(|closed| &closed.choices).map(|counted| VoteAnswer {
        elector: None,
        receipt: Some(counted.receipt.as_str().to_owned()),
        choice: written(counted.choice),
    });
    open.chain(secret).collect()
}

/// `GET /v1/blocs/{bloc}/years/{year}/ballots`
pub struct Ballots;

impl Read for Ballots {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BallotList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let year = &book.state;
        let shown = year.ballots.iter().map(|ballot| {
            let basis = ballot_basis(call, &path, year, ballot)?;
            ballot_answer(&moment, ballot, basis)
        });
        let list = BallotList { items: shown.collect::<Result<_, _>>()? };
        Ok(Answer::serialised(&list)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/ballots/{ballot}`
pub struct OneBallot;

impl Read for OneBallot {
    type Path = BallotPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BallotAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BallotPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let year_path = YearPath { bloc: path.bloc, year: path.year };
        let book = year_at(&moment, &year_path)?;
        let ballot = book.state.ballot(path.ballot).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let basis = ballot_basis(call, &year_path, &book.state, ballot)?;
        Ok(Answer::serialised(&ballot_answer(&moment, ballot, basis)?)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}
