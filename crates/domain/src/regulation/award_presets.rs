//! Rules of awards made from real papers, to put into a regulation: the quotas as far as they could be read. What a paper
//! does not state is listed under `unsourced`.

use super::award::AwardRule;
use crate::{LocalisedName, Remark};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Rules of awards that come with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardPreset {
    /// Its name: `quang-ninh-1174-top`.
    pub code: &'static str,
    /// The document it was read from.
    pub json: &'static str,
    /// The rules.
    pub rules: SourcedRules,
}

/// Rules of awards, with what was read of their paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcedRules {
    /// What they are.
    pub title: LocalisedName,
    /// The paper; what was read of it, and what was not.
    pub note: Remark,
    /// JSON pointers (RFC 6901) to the values that the paper does not state.
    pub unsourced: Vec<Box<str>>,
    /// The rules, as [`super::Regulation::awards`] takes them.
    pub awards: Vec<AwardRule>,
}

macro_rules! documents {
    ($($code:literal),+ $(,)?) => {
        [$(($code, include_str!(concat!("../../../../api-spec/awards/", $code, ".json")))),+]
    };
}

const DOCUMENTS: [(&str, &str); 4] = documents![
    "quang-ninh-1174-top",
    "quang-ninh-1174-lower",
    "gov-flag-decree-91-2017",
    "gov-flag-letter-5007-2023",
];

/// The rules that come with the program. A test proves that each document parses and contradicts nothing.
pub fn award_presets() -> &'static [AwardPreset] {
    static PRESETS: LazyLock<Vec<AwardPreset>> =
        LazyLock::new(|| DOCUMENTS.into_iter().filter_map(read).collect());
    &PRESETS
}

fn read((code, json): (&'static str, &'static str)) -> Option<AwardPreset> {
    Some(AwardPreset { code, json, rules: serde_json::from_str(json).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        BlocId, CommendationId, Position, UnitId,
        commendation::{AwardKind, CommendationState},
        quota::{Counted, Ground, Quota},
        regulation::{
            award::{QuotaBase, QuotaRule},
            sample,
        },
    };
    use serde_json::Value;
    use uuid::Uuid;

    const BLOC: BlocId = BlocId(Uuid::from_u128(0xB10C));

    fn rules(code: &str) -> &'static [AwardRule] {
        &award_presets().iter().find(|preset| preset.code == code).unwrap().rules.awards
    }

    /// A bloc of so many units, the first of which have these awards.
    fn bloc(size: u128, awards: &[AwardKind]) -> Ground {
        let units: Vec<_> = (1..=size).map(|number| UnitId(Uuid::from_u128(number))).collect();
        let dossiers = awards.iter().zip(&units).map(|(award, unit)| {
            let (id, state) = (CommendationId(unit.0), CommendationState::Approved);
            Counted {
                id,
                bloc: BLOC,
                award: *award,
                unit: *unit,
                person: None,
                state,
                beyond: false,
                last: Position(0),
            }
        });
        let dossiers = dossiers.collect();
        Ground { members: units.clone(), considered: units, leading: Vec::new(), dossiers }
    }

    fn certificates(code: &str, ground: &Ground) -> Quota {
        let rule = rules(code).iter().find(|rule| rule.award == AwardKind::CertMeritProvinceChair).unwrap();
        rule.quota_on(ground, BLOC).unwrap()
    }

    #[test]
    fn every_document_parses_and_makes_a_regulation_that_contradicts_nothing() {
        assert_eq!(award_presets().len(), DOCUMENTS.len());
        for (code, json) in DOCUMENTS {
            let document: Value = serde_json::from_str(json).unwrap();
            let rules: SourcedRules =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{code}: {error}"));
            assert_eq!(
                serde_json::to_value(&rules).unwrap(),
                document,
                "{code} is written back as it was read"
            );
            assert_eq!(sample::regulation(&[("/awards", document["awards"].clone())]).check(), [], "{code}");
            for pointer in &rules.unsourced {
                assert!(document.pointer(pointer).is_some(), "{code}: {pointer} points nowhere");
            }
            let rounded =
                rules.awards.iter().zip(0..).filter(|(r, _)| matches!(r.quota, Some(QuotaRule::Percent(_))));
            for (_, index) in rounded {
                let rounding = format!("/awards/{index}/quota/percent/rounding");
                assert!(
                    rules.unsourced.iter().any(|one| **one == *rounding),
                    "{code}: no paper states a rounding"
                );
            }
        }
    }

    #[test]
    fn quang_ninh_gives_three_certificates_to_a_bloc_of_nine_and_none_to_a_bloc_of_five() {
        let flags = [AwardKind::GovFlag, AwardKind::ProvinceFlag];
        assert_eq!(certificates("quang-ninh-1174-top", &bloc(9, &flags)).allowed, Some(3));
        let lower = certificates("quang-ninh-1174-lower", &bloc(5, &[AwardKind::ProvinceFlag]));
        assert_eq!((lower.allowed, lower.allows_none_of_some()), (Some(0), true));
        assert_eq!(
            certificates("quang-ninh-1174-lower", &bloc(6, &[AwardKind::ProvinceFlag])).allowed,
            Some(1)
        );
    }

    #[test]
    fn the_two_texts_on_the_governments_flag_name_two_bases() {
        let base = |code: &str| match &rules(code)[0].quota {
            Some(QuotaRule::Percent(rule)) => (rule.percent, rule.base.clone()),
            other => panic!("{other:?}"),
        };
        let standard = QuotaBase::MeetingStandard(AwardKind::ProvinceFlag);
        assert_eq!(base("gov-flag-decree-91-2017"), (20, standard));
        assert_eq!(base("gov-flag-letter-5007-2023"), (20, QuotaBase::LeadingUnits));
    }
}
