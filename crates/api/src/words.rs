//! The two languages people read here, Vietnamese first.

use std::borrow::Cow;

/// A language an answer can be written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese, unless the client prefers English.
    #[default]
    Vi,
    /// English.
    En,
}

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// In Vietnamese.
    pub vi: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

impl Language {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The language tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// What an `Accept-Language` header prefers (RFC 9110 §12.5.4); Vietnamese when it names neither language, or
    /// both alike.
    pub fn preferred(header: &str) -> Self {
        let (mut vi, mut en) = (None, None);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                .unwrap_or(0.0);
            let primary = tag.trim().split('-').next().unwrap_or_default();
            if primary.eq_ignore_ascii_case("vi") {
                vi = Some(weight);
            } else if primary.eq_ignore_ascii_case("en") {
                en = Some(weight);
            }
        }
        if en.unwrap_or(0.0) > vi.unwrap_or(0.0) {
            Self::En
        } else {
            Self::Vi
        }
    }
}

impl Words {
    /// A text known when the program was written.
    pub const fn fixed(vi: &'static str, en: &'static str) -> Self {
        Self {
            vi: Cow::Borrowed(vi),
            en: Cow::Borrowed(en),
        }
    }

    /// A text with values in it.
    pub fn new(vi: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// The text in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_is_found_and_vietnamese_is_the_default() {
        for (header, expected) in [
            ("", Language::Vi),
            ("fr-FR", Language::Vi),
            ("en", Language::En),
            ("vi;q=0.8, en-GB;q=0.9", Language::En),
            ("en-US,en;q=0.9,vi;q=0.8", Language::En),
            ("vi-VN,vi;q=0.9,en;q=0.8", Language::Vi),
            ("en;q=0", Language::Vi),
            ("en;q=x", Language::Vi),
            ("vi, en", Language::Vi),
        ] {
            assert_eq!(Language::preferred(header), expected, "{header:?}");
        }
    }
}
