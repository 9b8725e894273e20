//! What has ended and takes no more acts.

use super::{Code, Problem, rejection::plain};
use crate::words::Words;
use domain::{
    BlocId, UnitId,
    bloc::BlocEnd,
    unit::{EndCause, UnitEnd},
};

/// What is no more, since when, how it ended and what took its place.
pub(super) fn unit_ended(unit: UnitId, end: &UnitEnd) -> Problem {
    let how = match end.cause {
        EndCause::Merged => Words::fixed("đã sáp nhập", "was merged"),
        EndCause::Split => Words::fixed("đã được chia", "was split"),
        EndCause::Dissolved => Words::fixed("đã giải thể", "was dissolved"),
    };
    let detail = Words::new(
        format!("Đơn vị {} từ ngày {} và không còn tham gia.", how.vi, end.on),
        format!("The unit {} on {} and takes part no more.", how.en, end.on),
    );
    let problem = Problem::new(Code::Ended).say(detail).with("thing", "unit").with("unit", plain(&unit));
    let problem = problem
        .with("ended_on", plain(&end.on))
        .with("cause", plain(&end.cause))
        .with("successors", plain(&end.successors));
    end.reason.iter().fold(problem, |problem, reason| problem.with("reason", plain(reason)))
}

/// A bloc that is no more.
pub(super) fn bloc_ended(bloc: BlocId, end: &BlocEnd) -> Problem {
    let detail = Words::new(
        format!("Khối, cụm đã giải thể từ ngày {}.", end.on),
        format!("The bloc was dissolved on {}.", end.on),
    );
    Problem::new(Code::Ended)
        .say(detail)
        .with("thing", "bloc")
        .with("bloc", plain(&bloc))
        .with("ended_on", plain(&end.on))
        .with("reason", plain(&end.reason))
        .with("successors", plain(&end.successors))
}
