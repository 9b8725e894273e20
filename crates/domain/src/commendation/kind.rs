//! Titles and forms of commendation (danh hiệu thi đua, hình thức khen thưởng), with the codes and names of the sources.

use serde::{Deserialize, Serialize};

/// What sort of thing an award is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwardClass {
    /// An emulation title (danh hiệu thi đua).
    Title,
    /// A form of commendation (hình thức khen thưởng).
    Form,
    /// A bloc's own banner that goes round (cờ luân lưu).
    Banner,
}

impl AwardClass {
    /// Every class, in the order of this list.
    pub const ALL: [Self; 3] = [Self::Title, Self::Form, Self::Banner];
}

/// Who can receive an award, as far as a text that was read says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipients {
    /// Collectives (tập thể) alone.
    Collectives,
    /// Persons (cá nhân) alone.
    Persons,
    /// No text that was read says.
    NotStated,
}

impl Recipients {
    /// Every answer, in the order of this list.
    pub const ALL: [Self; 3] = [Self::Collectives, Self::Persons, Self::NotStated];
}

/// Declares the awards: code, class, recipients, name in Vietnamese and in English.
macro_rules! awards {
    ($($name:ident = $code:literal, $class:ident, $recipients:ident, $vi:literal, $en:literal;)+) => {
        /// An award. The list grows by new codes; a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum AwardKind {$(
            #[doc = concat!($en, " (", $vi, ").")]
            #[serde(rename = $code)]
            $name,
        )+}

        impl AwardKind {
            /// Every award, in the order of this list.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What sort of thing it is.
            pub const fn class(self) -> AwardClass {
                match self { $(Self::$name => AwardClass::$class,)+ }
            }

            /// Who can receive it.
            pub const fn recipients(self) -> Recipients {
                match self { $(Self::$name => Recipients::$recipients,)+ }
            }

            /// Its name in Vietnamese.
            pub const fn vi(self) -> &'static str {
                match self { $(Self::$name => $vi,)+ }
            }

            /// Its name in English.
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }
        }
    };
}

awards! {
    GovFlag = "GOV_FLAG", Title, Collectives, "Cờ thi đua của Chính phủ", "Emulation Flag of the Government";
    ProvinceFlag = "PROVINCE_FLAG", Title, Collectives, "Cờ thi đua của Ủy ban nhân dân tỉnh",
        "Emulation Flag of the provincial People's Committee";
    MinistryFlag = "MINISTRY_FLAG", Title, Collectives, "Cờ thi đua của Bộ, ngành", "Emulation Flag of a ministry or sector";
    ExcellentCollective = "EXCELLENT_COLLECTIVE", Title, Collectives, "Tập thể lao động xuất sắc, Đơn vị quyết thắng",
        "Excellent labour collective";
    AdvancedCollective = "ADVANCED_COLLECTIVE", Title, Collectives, "Tập thể lao động tiên tiến", "Advanced labour collective";
    AdvancedWorker = "ADVANCED_WORKER", Title, Persons, "Lao động tiên tiến, Chiến sĩ tiên tiến", "Advanced worker";
    EmulationSoldierBase = "EMULATION_SOLDIER_BASE", Title, Persons, "Chiến sĩ thi đua cơ sở", "Emulation soldier of the base";
    EmulationSoldierProvince = "EMULATION_SOLDIER_PROVINCE", Title, Persons, "Chiến sĩ thi đua cấp tỉnh, bộ",
        "Emulation soldier of a province or ministry";
    EmulationSoldierNational = "EMULATION_SOLDIER_NATIONAL", Title, Persons, "Chiến sĩ thi đua toàn quốc",
        "National emulation soldier";
    CertMeritPm = "CERT_MERIT_PM", Form, NotStated, "Bằng khen của Thủ tướng Chính phủ", "Certificate of merit of the Prime Minister";
    CertMeritMinister = "CERT_MERIT_MINISTER", Form, NotStated, "Bằng khen của Bộ trưởng", "Certificate of merit of a minister";
    CertMeritProvinceChair = "CERT_MERIT_PROVINCE_CHAIR", Form, NotStated, "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh",
        "Certificate of merit of the chair of the provincial People's Committee";
    CertCommendation = "CERT_COMMENDATION", Form, NotStated, "Giấy khen", "Certificate of commendation";
    Order = "ORDER", Form, NotStated, "Huân chương", "Order";
    Medal = "MEDAL", Form, NotStated, "Huy chương", "Medal";
    StateHonour = "STATE_HONOUR", Form, NotStated, "Danh hiệu vinh dự nhà nước", "State title of honour";
    CommemorativeMedal = "COMMEMORATIVE_MEDAL", Form, NotStated, "Kỷ niệm chương", "Commemorative medal";
    RotatingLeaderBanner = "ROTATING_LEADER_BANNER", Banner, Collectives, "Cờ luân lưu cụm trưởng, khối trưởng",
        "Rotating banner of the leader";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_award_is_written_by_its_code_and_codes_are_unique() {
        let codes: BTreeSet<_> = AwardKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), AwardKind::ALL.len());
        for kind in AwardKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
            assert!(kind.vi() != kind.en() && !kind.vi().is_empty());
        }
    }

    #[test]
    fn a_flag_of_the_government_is_never_for_a_person() {
        assert_eq!(AwardKind::GovFlag.recipients(), Recipients::Collectives);
        assert_eq!(AwardKind::EmulationSoldierNational.recipients(), Recipients::Persons);
    }
}
