//! Texts people read: NFC, bounded, in Vietnamese first.

use crate::lent::Lent;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{fmt, sync::Arc};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A text of 1 to `MAX` characters: NFC, trimmed, without control characters (line breaks allowed inside). It is shared, for a
/// state keeps texts of the facts it is folded from, and several views keep the same ones.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(Arc<str>);

/// A name: up to 300 characters.
pub type Name = Text<300>;
/// A remark, reason or summary: up to 4,000 characters.
pub type Remark = Text<4000>;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Nothing but white space.
    #[error("empty")]
    Empty,
    /// Longer than the given number of characters.
    #[error("longer than {0} characters")]
    TooLong(usize),
    /// Not in Unicode Normalisation Form C: two spellings of one name would count as two names.
    #[error("not in Unicode Normalisation Form C (NFC)")]
    NotNfc,
    /// A control character or a bidirectional override.
    #[error("a control character")]
    Control,
    /// White space at the start or the end.
    #[error("white space at the start or the end")]
    Untrimmed,
}

impl<const MAX: usize> Text<MAX> {
    /// Checks a text. It is refused rather than repaired, so that what is stored is what was sent.
    pub fn new(text: &str) -> Result<Self, NotText> {
        if is_plain(text) && text.len() <= MAX {
            Ok(Self(text.into()))
        } else if text.trim().is_empty() {
            Err(NotText::Empty)
        } else if text.chars().count() > MAX {
            Err(NotText::TooLong(MAX))
        } else if text.chars().any(is_hidden) {
            Err(NotText::Control)
        } else if text.trim() != text {
            Err(NotText::Untrimmed)
        } else if !is_nfc(text) {
            Err(NotText::NotNfc)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether a text is faultless by its letters alone: neither hidden nor able to combine with a neighbour. Nearly all
/// Vietnamese text is, and rebuilding reads millions of such texts.
fn is_plain(text: &str) -> bool {
    let trimmed = |end: Option<char>| end.is_some_and(|c| !c.is_whitespace());
    text.chars().all(is_plain_letter) && trimmed(text.chars().next()) && trimmed(text.chars().next_back())
}

/// Printable ASCII and line breaks, precomposed Latin and Vietnamese letters, dashes and quotation marks.
const fn is_plain_letter(c: char) -> bool {
    matches!(c, ' '..='~' | '\n' | '\u{A0}'..='\u{2FF}' | '\u{1EA0}'..='\u{1EF9}' | '\u{2010}'..='\u{2027}')
}

fn is_nfc(text: &str) -> bool {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => true,
        IsNormalized::No => false,
        IsNormalized::Maybe => text.chars().eq(text.nfc()),
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&Lent::deserialize(deserializer)?.0).map_err(de::Error::custom)
    }
}

/// A name in Vietnamese and, where someone has given one, in English.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalisedName {
    /// The Vietnamese name, as its documents write it.
    pub vi: Name,
    /// The English name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Name>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decomposed_name_is_refused_and_the_composed_one_kept() {
        let composed = "Khối thi đua số 3";
        let decomposed: String = composed.nfd().collect();
        assert_eq!(Name::new(&decomposed), Err(NotText::NotNfc));
        assert_eq!(Name::new(composed).unwrap().as_str(), composed);
    }

    #[test]
    fn plain_letters_are_seen_and_combine_with_nothing() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain_letter(*c)) {
            assert!(!is_hidden(c), "{c:?}");
            assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{c:?}");
            assert_eq!(is_nfc_quick(std::iter::once(c)), IsNormalized::Yes, "{c:?}");
        }
        for c in "ẮẰẲẴẶắằẳẵặỄỆộỠợứỹđĐ–“”…".chars() {
            assert!(is_plain_letter(c), "{c:?}");
        }
    }

    #[test]
    fn a_limit_counts_characters_and_not_bytes() {
        assert!(Text::<3>::new("ộộộ").is_ok());
        assert_eq!(Text::<3>::new("abcd"), Err(NotText::TooLong(3)));
        assert_eq!(Name::new("a\u{A0}"), Err(NotText::Untrimmed));
    }

    #[test]
    fn each_fault_has_its_name() {
        assert_eq!(Name::new(" \n"), Err(NotText::Empty));
        assert_eq!(Name::new("a\u{0}b"), Err(NotText::Control));
        assert_eq!(Name::new("a\u{202E}b"), Err(NotText::Control));
        assert_eq!(Name::new(" a"), Err(NotText::Untrimmed));
        assert_eq!(Name::new(&"ă".repeat(301)), Err(NotText::TooLong(300)));
    }
}
