//! Text that is read where it stands. serde copies a `Cow` unless it is told to borrow, and a log holds millions of short
//! texts that are looked at once.

use serde::Deserialize;
use std::borrow::Cow;

/// A text, borrowed from what is being read whenever it stands there unescaped.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Lent<'a>(#[serde(borrow)] pub Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_only_when_it_is_escaped() {
        let plain: Lent<'_> = serde_json::from_str(r#""Khối thi đua""#).unwrap();
        assert!(matches!(plain.0, Cow::Borrowed("Khối thi đua")));
        let escaped: Lent<'_> = serde_json::from_str(r#""Kh\u1ed1i""#).unwrap();
        assert_eq!(escaped.0, "Khối");
    }
}
