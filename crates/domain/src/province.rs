//! The provinces and centrally-run cities before and since the reform of 1 July 2025: 63 and 34, with their codes and what
//! each line rests on. A list to look things up in; the log speaks of units, which a register may make from it.

use crate::{Date, DocumentNumber, LocalisedName, Name};
use serde::Deserialize;
use std::sync::LazyLock;

/// The list as a file.
const JSON: &str = include_str!("../../../api-spec/provinces.json");

/// The list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provinces {
    /// Where it comes from and what it does not say.
    pub about: LocalisedRemark,
    /// The provinces: those of before, by their codes, then the new ones.
    pub provinces: Vec<Province>,
}

/// A remark in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalisedRemark {
    /// In Vietnamese.
    pub vi: Box<str>,
    /// In English.
    pub en: Box<str>,
}

/// A province or a centrally-run city.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Province {
    /// Its code: two digits. A code may have belonged to another province before (24 was Bắc Giang, now Bắc Ninh).
    pub code: Box<str>,
    /// Its names, oldest first.
    pub names: Vec<ProvinceName>,
    /// The first day the list vouches for it.
    pub from: Date,
    /// The first day on which it is no more.
    #[serde(default)]
    pub until: Option<Date>,
    /// The code of the province that took its place.
    #[serde(default)]
    pub successor: Option<Box<str>>,
    /// The codes of the provinces whose place it took.
    #[serde(default)]
    pub predecessors: Vec<Box<str>>,
    /// The papers all this rests on.
    pub sources: Vec<DocumentNumber>,
}

/// A name of a province.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvinceName {
    /// In Vietnamese.
    pub vi: Name,
    /// In English.
    pub en: Name,
    /// Its first day.
    pub from: Date,
    /// The paper it rests on.
    pub source: DocumentNumber,
}

/// Every province since 1 August 2008. A test proves that the file is whole.
pub fn provinces() -> &'static Provinces {
    static PROVINCES: LazyLock<Provinces> = LazyLock::new(|| serde_json::from_str(JSON).unwrap_or_default());
    &PROVINCES
}

impl Province {
    /// Whether the list vouches for it on a day.
    pub fn is_there_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|end| day < end)
    }

    /// Its name on a day; the first one before that.
    pub fn name_on(&self, day: Date) -> Option<LocalisedName> {
        let begun = self.names.iter().rev().find(|name| name.from <= day);
        let name = begun.or_else(|| self.names.first())?;
        Some(LocalisedName { vi: name.vi.clone(), en: Some(name.en.clone()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn codes(on: &str) -> Vec<&'static str> {
        let all = provinces().provinces.iter().filter(|province| province.is_there_on(day(on)));
        all.map(|province| province.code.as_ref()).collect()
    }

    /// The province with a code on a day.
    fn of(code: &str, on: &str) -> &'static Province {
        let found =
            provinces().provinces.iter().find(|one| one.code.as_ref() == code && one.is_there_on(day(on)));
        found.unwrap_or_else(|| panic!("{code} on {on}"))
    }

    /// The codes of Decision 19/2025/QĐ-TTg.
    const SINCE_2025: &str = "01 04 08 11 12 14 15 19 20 22 24 25 31 33 37 38 40 42 44 46 48 51 52 56 66 68 75 79 80 82 86 91 \
                              92 96";

    #[test]
    fn sixty_three_became_thirty_four() {
        assert!(codes("2008-07-31").is_empty());
        assert_eq!((codes("2008-08-01").len(), codes("2025-06-30").len()), (63, 63));
        let now: BTreeSet<_> = codes("2025-07-01").into_iter().collect();
        assert_eq!(now, SINCE_2025.split_whitespace().collect());
        assert_eq!(codes("2025-07-01").len(), 34, "each code once");
        assert_eq!(codes("2025-06-30").into_iter().collect::<BTreeSet<_>>().len(), 63, "each code once");
    }

    #[test]
    fn who_ended_has_one_successor_that_names_it_back() {
        let ended = || provinces().provinces.iter().filter(|province| province.until.is_some());
        assert_eq!(ended().count(), 52);
        for province in ended() {
            assert_eq!(province.until, Some(day("2025-07-01")));
            let successor = of(province.successor.as_deref().unwrap(), "2025-07-01");
            assert!(successor.predecessors.contains(&province.code), "{}", province.code);
        }
        let named = provinces().provinces.iter().flat_map(|province| &province.predecessors);
        assert_eq!(named.count(), 52, "nobody is named twice");
    }

    #[test]
    fn a_code_may_have_belonged_to_another() {
        let called = |code, on: &str| of(code, on).name_on(day(on)).unwrap().vi.to_string();
        assert_eq!(
            (called("24", "2025-06-30"), called("24", "2025-07-01")),
            ("Tỉnh Bắc Giang".into(), "Tỉnh Bắc Ninh".into())
        );
        assert_eq!(
            (called("15", "2025-06-30"), called("15", "2025-07-01")),
            ("Tỉnh Yên Bái".into(), "Tỉnh Lào Cai".into())
        );
        assert_eq!(called("02", "2019-07-11"), "Tỉnh Hà Giang");
        assert_eq!(of("02", "2019-07-11").successor.as_deref(), Some("08"));
        assert_eq!(called("46", "2024-12-31"), "Tỉnh Thừa Thiên Huế");
        assert_eq!(called("46", "2025-01-01"), "Thành phố Huế");
        assert_eq!(
            (called("75", "2026-04-29"), called("75", "2026-04-30")),
            ("Tỉnh Đồng Nai".into(), "Thành phố Đồng Nai".into())
        );
    }

    #[test]
    fn every_line_says_what_it_rests_on() {
        for province in &provinces().provinces {
            assert!(province.sources.len() >= 2, "{}", province.code);
            let first = &province.names[0];
            assert_eq!(first.from, province.from);
            assert!(
                province.names.iter().all(|name| province.sources.contains(&name.source)),
                "{}",
                province.code
            );
        }
        assert!(
            provinces().about.vi.contains("202/2025/QH15") && provinces().about.en.contains("202/2025/QH15")
        );
    }
}
