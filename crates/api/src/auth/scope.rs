//! Scopes: what a token allows at most. For which unit is decided by grants.

use std::{fmt, str::FromStr};

/// Declares the closed list of scopes: name, text in the token, description in Vietnamese and in English.
macro_rules! scopes {
    ($($name:ident = $text:literal, $vi:literal, $en:literal;)+) => {
        /// One thing a token may allow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $(#[doc = concat!("`", $text, "`: ", $en)] $name,)+
        }

        impl Scope {
            /// Every scope there is, in the order in which they are documented.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The scope as it stands in a token.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What the scope allows, in Vietnamese.
            pub const fn description_vi(self) -> &'static str {
                match self { $(Self::$name => $vi,)+ }
            }

            /// What the scope allows, in English.
            pub const fn description_en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }
        }
    };
}

scopes! {
    StandingsRead = "standings:read", "Xem bảng xếp hạng", "Read standings";
    EventsRead = "events:read", "Xem lịch sử sự kiện", "Read the history of events";
    UnitsWrite = "units:write", "Ghi nhận đơn vị", "Record units";
    BlocsWrite = "blocs:write", "Ghi nhận khối, cụm thi đua và thành viên", "Record blocs and their members";
    GrantsWrite = "grants:write", "Cấp và thu hồi quyền", "Give and withdraw grants";
    GrantsRead = "grants:read", "Xem các quyền đã cấp", "Read grants";
    RegulationsWrite = "regulations:write", "Soạn thảo và ban hành quy chế", "Draft and adopt regulations";
    YearsWrite = "years:write", "Mở năm thi đua, cử khối trưởng, loại trừ đơn vị",
        "Open emulation years, record leadership and exclusions";
    RegistrationsWrite = "registrations:write", "Đăng ký thi đua", "Register targets";
    PledgesWrite = "pledges:write", "Ký giao ước thi đua", "Sign pledges";
    ReportsWrite = "reports:write", "Nộp báo cáo", "File reports";
    ScoresWrite = "scores:write", "Chấm điểm", "Record scores";
    BallotsWrite = "ballots:write", "Mở và đóng cuộc bỏ phiếu", "Open and close ballots";
    VotesWrite = "votes:write", "Bỏ phiếu", "Cast votes";
    RankingsWrite = "rankings:write", "Xếp hạng và phân loại", "Record rankings and classifications";
    CommendationsWrite = "commendations:write", "Đề nghị, xét và quyết định khen thưởng",
        "Propose, appraise and decide commendations";
    PersonsWrite = "persons:write", "Ghi nhận dữ liệu cá nhân", "Record personal data";
    PersonsRead = "persons:read", "Xem dữ liệu cá nhân trong phạm vi được phép", "Read personal data one has the right to";
    ErasuresWrite = "erasures:write", "Yêu cầu và duyệt việc xóa dữ liệu cá nhân",
        "Ask for and approve the erasure of personal data";
    AuditRead = "audit:read", "Kiểm toán nhật ký và bằng chứng", "Audit the log and its proofs";
    AdminRead = "admin:read", "Xem tình trạng vận hành", "Read the state of the service";
}

/// The text is not one of [`Scope::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope of this service")]
pub struct UnknownScope;

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// Several scopes: one bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet(u32);

// One bit per scope: a 33rd would need a wider set.
const _: () = assert!(Scope::ALL.len() <= 32);

impl ScopeSet {
    /// No scope at all.
    pub const EMPTY: Self = Self(0);

    /// The set with this scope as well.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | 1 << scope as u32)
    }

    /// Whether the scope is in the set.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether every scope of `required` is in this set.
    pub const fn covers(self, required: Self) -> bool {
        required.0 & !self.0 == 0
    }

    /// Whether no scope is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of the set, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    /// Reads the `scope` claim (RFC 8693 §4.2): names separated by spaces. Names of other services are left out, for an
    /// authorisation server may put scopes of several services into one token.
    pub fn from_claim(text: &str) -> Self {
        text.split(' ').filter_map(|name| name.parse().ok()).collect()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Display for ScopeSet {
    /// As in the `scope` claim and in `WWW-Authenticate`: names separated by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{scope}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_scope_is_read_back_from_its_text_and_described_in_both_languages() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
            assert!(!scope.description_vi().is_empty() && !scope.description_en().is_empty());
        }
        assert_eq!("units:delete".parse::<Scope>(), Err(UnknownScope));
    }

    #[test]
    fn a_route_that_needs_two_scopes_is_closed_to_a_token_with_one() {
        let needed = ScopeSet::EMPTY.with(Scope::UnitsWrite).with(Scope::BlocsWrite);
        assert!(!ScopeSet::EMPTY.with(Scope::UnitsWrite).covers(needed));
        assert!(Scope::ALL.iter().copied().collect::<ScopeSet>().covers(needed));
        assert!(ScopeSet::EMPTY.covers(ScopeSet::EMPTY));
    }

    #[test]
    fn scopes_of_other_services_are_left_out() {
        let set = ScopeSet::from_claim("openid  units:write UNITS:WRITE mail:read audit:read");
        assert_eq!(set.to_string(), "units:write audit:read");
        assert!(ScopeSet::from_claim("").is_empty());
    }

    proptest! {
        #[test]
        fn a_set_is_what_was_put_into_it(chosen in proptest::sample::subsequence(Scope::ALL, 0..=Scope::ALL.len())) {
            let set: ScopeSet = chosen.iter().copied().collect();
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), chosen);
            prop_assert_eq!(ScopeSet::from_claim(&set.to_string()), set);
        }
    }
}
