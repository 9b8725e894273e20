//! base64url without padding (RFC 4648 §5) of byte strings whose length is known. Each fact holds five of them, and a log
//! millions of facts.

/// Stands for nothing.
const NONE: u8 = 0xFF;

/// What each letter stands for.
const VALUES: [u8; 256] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut values, mut value) = ([NONE; 256], 0_u8);
    while value < 64 {
        values[letters[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The bytes that a text stands for; `None` when it is not the one text that is written for so many bytes.
pub(crate) fn decode<const LENGTH: usize>(text: &[u8]) -> Option<[u8; LENGTH]> {
    if text.len() != (LENGTH * 4).div_ceil(3) {
        return None;
    }
    let (mut bytes, mut seen) = ([0; LENGTH], 0);
    let mut three = |letters: &[u8; 4]| {
        let values = letters.map(|letter| VALUES[usize::from(letter)]);
        seen |= values.iter().fold(0, |seen, value| seen | value);
        let [a, b, c, d] = values.map(u32::from);
        let [_, three @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        three
    };
    let (groups, last_group) = text.as_chunks();
    let (threes, last) = bytes.as_chunks_mut();
    for (place, letters) in threes.iter_mut().zip(groups) {
        *place = three(letters);
    }
    let mut letters = [b'A'; 4];
    letters[..last_group.len()].copy_from_slice(last_group);
    let three = three(&letters);
    let (kept, left_over) = three.split_at(last.len());
    last.copy_from_slice(kept);
    (seen < 64 && left_over.iter().all(|byte| *byte == 0)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    fn reads_like_others<const LENGTH: usize>(text: &[u8]) -> Result<(), TestCaseError> {
        let expected = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        prop_assert_eq!(decode::<LENGTH>(text), expected);
        Ok(())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_what_is_damaged_is_read_as_others_do(
            bytes in any::<[u8; 33]>(), at in any::<prop::sample::Index>(),
            damage in prop_oneof![any::<u8>(), prop::sample::select(b"AQgw-_+/=".to_vec())],
        ) {
            for length in [16, 31, 32, 33] {
                let mut text = URL_SAFE_NO_PAD.encode(&bytes[..length]).into_bytes();
                for _ in 0..2 {
                    reads_like_others::<16>(&text)?;
                    reads_like_others::<31>(&text)?;
                    reads_like_others::<32>(&text)?;
                    reads_like_others::<33>(&text)?;
                    let at = at.index(text.len());
                    text[at] = damage;
                }
            }
        }

        #[test]
        fn every_last_letter_is_read_as_others_do(bytes in any::<[u8; 16]>(), last in any::<u8>()) {
            let mut text = URL_SAFE_NO_PAD.encode(bytes).into_bytes();
            text[21] = last;
            reads_like_others::<16>(&text)?;
        }
    }
}
