//! Whether the rules of awards can be followed.

use super::{FaultKind, Faults};
use crate::{
    Points,
    commendation::AwardKind,
    regulation::{
        Regulation, Step,
        award::{AwardRule, Check, CheckRule, QuotaBase, QuotaRule, Stage},
    },
};

pub(super) fn check(regulation: &Regulation, faults: &mut Faults) {
    for (index, rule) in regulation.awards.iter().enumerate() {
        let at = format!("/awards/{index}");
        if regulation.awards[..index].iter().any(|earlier| earlier.award == rule.award) {
            faults.add(format!("{at}/award"), FaultKind::Duplicate(rule.award.code().into()));
        }
        check_rule(regulation, rule, &at, faults);
    }
}

/// The rule of one award, whose place is `at`.
fn check_rule(regulation: &Regulation, rule: &AwardRule, at: &str, faults: &mut Faults) {
    if let Some(quota) = &rule.quota {
        check_quota(regulation, rule.award, quota, &format!("{at}/quota"), faults);
    }
    for (index, asked) in rule.checks.iter().enumerate() {
        let pointer = format!("{at}/checks/{index}");
        if rule.checks[..index].iter().any(|earlier| earlier.check.name() == asked.check.name()) {
            faults.add(
                format!("{pointer}/check"),
                FaultKind::Duplicate(super::word(&asked.check.name()).into()),
            );
        }
        check_asked(regulation, rule, asked, &pointer, faults);
    }
    if let Some(council) = rule.council {
        check_percent(council.percent, council.or_equal, &format!("{at}/council/percent"), faults);
    }
    for (index, paper) in rule.legal_basis.iter().enumerate() {
        if let (Some(from), Some(until)) = (paper.from, paper.until)
            && until < from
        {
            faults.add(format!("{at}/legal_basis/{index}/until"), FaultKind::EndsBeforeItBegins(from, until));
        }
    }
}

fn check_percent(percent: u8, or_equal: bool, pointer: &str, faults: &mut Faults) {
    if !(1..=100).contains(&percent) {
        faults.add(pointer, FaultKind::PercentOutOfRange(percent));
    } else if percent == 100 && !or_equal {
        faults.add(pointer, FaultKind::MajorityOutOfReach);
    }
}

fn check_quota(regulation: &Regulation, award: AwardKind, quota: &QuotaRule, at: &str, faults: &mut Faults) {
    match quota {
        QuotaRule::Count(_) => {}
        QuotaRule::Allotted(list) => {
            if list.is_empty() {
                faults.add(format!("{at}/allotted"), FaultKind::Empty);
            }
            for (index, allotment) in list.iter().enumerate() {
                if list[..index].iter().any(|earlier| earlier.bloc == allotment.bloc) {
                    let twice = FaultKind::Duplicate(allotment.bloc.to_string().into());
                    faults.add(format!("{at}/allotted/{index}/bloc"), twice);
                }
            }
        }
        QuotaRule::Percent(rule) => {
            check_percent(rule.percent, true, &format!("{at}/percent/percent"), faults);
            check_base(regulation, award, &rule.base, &format!("{at}/percent/base"), faults);
        }
    }
}

/// A base that is counted from awards must be counted from others than the one it limits, and from awards this regulation
/// gives.
fn check_base(regulation: &Regulation, award: AwardKind, base: &QuotaBase, at: &str, faults: &mut Faults) {
    let mut named = |other: AwardKind, pointer: String| {
        if other == award {
            faults.add(pointer, FaultKind::CountedFromItself(other));
        } else if regulation.awards.iter().all(|rule| rule.award != other) {
            faults.add(pointer, FaultKind::AwardWithoutRule(other));
        }
    };
    match base {
        QuotaBase::Members | QuotaBase::Considered | QuotaBase::LeadingUnits => {}
        // The rule of the other award may stand in the regulation of another bloc of the level.
        QuotaBase::MeetingStandard(other) if other != &award => {}
        QuotaBase::MeetingStandard(other) => named(*other, format!("{at}/meeting_standard")),
        QuotaBase::Remaining(remaining) => {
            let at = format!("{at}/remaining/after");
            for (index, other) in remaining.after.iter().enumerate() {
                named(*other, format!("{at}/{index}"));
            }
            if remaining.after.is_empty() {
                faults.add(at.as_str(), FaultKind::Empty);
            }
            faults.add_duplicates(&at, &remaining.after);
        }
    }
}

/// What is asked must be something this bloc's procedure can answer, and by a stage at which it can be answered.
fn check_asked(regulation: &Regulation, rule: &AwardRule, asked: &CheckRule, at: &str, faults: &mut Faults) {
    let earliest = match &asked.check {
        Check::CouncilApproved if rule.council.is_none() => {
            faults.add(format!("{at}/check"), FaultKind::NoCouncil);
            Stage::Decision
        }
        Check::CouncilApproved => Stage::Decision,
        Check::PublicityPassed(days) => {
            if *days == 0 {
                faults.add(format!("{at}/check/publicity_passed"), FaultKind::NotPositive(Points::ZERO));
            }
            Stage::Council
        }
        Check::RankWithin(0) => {
            faults.add(format!("{at}/check/rank_within"), FaultKind::NotPositive(Points::ZERO));
            Stage::Proposal
        }
        Check::BallotRatio(majority) => {
            let pointer = format!("{at}/check/ballot_ratio/percent");
            check_percent(majority.percent, majority.or_equal, &pointer, faults);
            Stage::Proposal
        }
        Check::DossierComplete(papers) => {
            let pointer = format!("{at}/check/dossier_complete");
            if papers.is_empty() {
                faults.add(pointer.as_str(), FaultKind::Empty);
            }
            faults.add_duplicates(&pointer, papers);
            Stage::Proposal
        }
        Check::RegisteredInTime
        | Check::PledgeSigned
        | Check::ReportsInTime
        | Check::Attended
        | Check::LeadingUnit
        | Check::RankWithin(_)
        | Check::NotExcluded
        | Check::AchievementNotRewarded
        | Check::LegalBasisValid => Stage::Proposal,
    };
    if asked.by.is_some_and(|by| by < earliest) {
        faults.add(format!("{at}/by"), FaultKind::AskedTooEarly(earliest));
    }
    for step in steps_of(&asked.check) {
        if regulation.step(*step).is_none() {
            faults.add(format!("{at}/check"), FaultKind::StepMissing(*step));
        }
    }
    if asked.check == Check::LegalBasisValid && rule.legal_basis.is_empty() {
        faults.add(format!("{at}/check"), FaultKind::NoLegalBasis);
    }
}

/// The steps without which a check could never be answered.
const fn steps_of(check: &Check) -> &'static [Step] {
    match check {
        Check::RegisteredInTime => &[Step::Registration],
        Check::PledgeSigned => &[Step::Pledge],
        Check::ReportsInTime => &[Step::AnnualReport],
        Check::BallotRatio(_) => &[Step::Ballot],
        Check::LeadingUnit
        | Check::RankWithin(_)
        | Check::Attended
        | Check::NotExcluded
        | Check::AchievementNotRewarded
        | Check::LegalBasisValid
        | Check::DossierComplete(_)
        | Check::CouncilApproved
        | Check::PublicityPassed(_) => &[],
    }
}
