//! What is said when a dossier does not go on.

use super::{Code, Problem, rejection::plain};
use crate::{
    resources::commendations::{because_words, check_words, quota_words, state_words},
    words::Words,
};
use domain::{
    commendation::{CommendationState, Finding},
    quota::Quota,
};
use serde_json::{Value, json};

/// Every check that stops the dossier, with its reason in both languages and the facts behind it.
pub fn not_eligible(findings: &[Finding]) -> Problem {
    let shown = |finding: &Finding| -> Value {
        let reason = because_words(&finding.because);
        let facts: Vec<_> = finding
            .facts
            .iter()
            .map(|mark| json!({"event": plain(&mark.id), "position": mark.position.0}))
            .collect();
        json!({"check": plain(&finding.check), "outcome": plain(&finding.outcome),
               "reason": {"vi": reason.vi, "en": reason.en}, "facts": facts})
    };
    let names = |pick: fn(&Words) -> &str| {
        let words = findings.iter().map(|finding| check_words(finding.check));
        words.map(|words| pick(&words).to_owned()).collect::<Vec<_>>().join(", ")
    };
    let detail = Words::new(
        format!("Chưa đạt điều kiện: {}.", names(|words| &words.vi)),
        format!("Not fulfilled: {}.", names(|words| &words.en)),
    );
    let checks: Vec<_> = findings.iter().map(shown).collect();
    Problem::new(Code::NotEligible).say(detail).with("checks", checks)
}

/// The quota with its arithmetic.
pub fn quota_exhausted(quota: &Quota) -> Problem {
    let cause = Code::cause(Code::QuotaExhausted);
    let said = quota_words(quota);
    let detail = Words::new(format!("{} {}", cause.vi, said.vi), format!("{} {}", cause.en, said.en));
    Problem::new(Code::QuotaExhausted).say(detail).with("quota", plain(quota))
}

/// Where the dossier stands, and where it would have to.
pub fn state_conflict(state: CommendationState, allowed: &[CommendationState]) -> Problem {
    let now = state_words(state);
    let detail =
        Words::new(format!("Hồ sơ đang ở trạng thái: {}.", now.vi), format!("The dossier is {}.", now.en));
    Problem::new(Code::StateConflict)
        .say(detail)
        .with("state", plain(&state))
        .with("allowed", plain(&allowed))
}
