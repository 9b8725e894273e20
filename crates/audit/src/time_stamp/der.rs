//! Reading DER (X.690 §8, §10) as far as time stamps need it: one tag after the other, nothing copied.

/// Tags. The constructed ones carry their bit.
pub mod tag {
    pub const INTEGER: u8 = 0x02;
    pub const OCTET_STRING: u8 = 0x04;
    pub const OID: u8 = 0x06;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    pub const CONTEXT_0: u8 = 0xa0;
    pub const CONTEXT_1: u8 = 0xa1;
}

/// A value with its tag.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub tag: u8,
    /// What is in it.
    pub body: &'a [u8],
    /// The same with tag and length.
    pub whole: &'a [u8],
}

/// Values one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The values in these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next value; `None` at the end, or where none can be read. Tags of more than one byte, lengths of more than four
    /// and lengths that could be shorter are none.
    pub fn item(&mut self) -> Option<Item<'a>> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match *first {
            short @ 0..=0x7f => (usize::from(short), rest),
            long @ 0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
                let length = digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit));
                let is_shortest = digits.first() != Some(&0) && length > 0x7f;
                (is_shortest.then_some(length)?, rest)
            }
            _ => return None,
        };
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (body, after) = rest.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len() - after.len())?;
        self.0 = after;
        Some(Item { tag: *tag, body, whole })
    }

    /// The next value if it has this tag; else nothing is read.
    pub fn expect(&mut self, tag: u8) -> Option<Item<'a>> {
        let mut ahead = *self;
        let item = ahead.item().filter(|item| item.tag == tag)?;
        *self = ahead;
        Some(item)
    }

    /// What is in the next value, which has this tag.
    pub fn within(&mut self, tag: u8) -> Option<Self> {
        Some(Self(self.expect(tag)?.body))
    }

    /// Whether nothing follows.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes a value.
pub fn item(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut written = vec![tag];
    match u8::try_from(body.len()) {
        Ok(short @ 0..=0x7f) => written.push(short),
        _ => {
            let length = body.len().to_be_bytes();
            let digits =
                length.iter().position(|digit| *digit != 0).map_or(&[][..], |first| &length[first..]);
            written.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            written.extend_from_slice(digits);
        }
    }
    written.extend_from_slice(body);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 70_000] {
            let bytes = [item(tag::OCTET_STRING, &vec![7; length]), vec![2, 1, 9]].concat();
            let mut reader = Reader::new(&bytes);
            assert!(reader.expect(tag::SET).is_none());
            let read = reader.expect(tag::OCTET_STRING).unwrap();
            assert_eq!((read.body.len(), read.whole.len()), (length, bytes.len() - 3));
            assert_eq!(reader.item().map(|item| item.body), Some(&[9][..]));
            assert!(reader.is_empty() && reader.item().is_none());
        }
    }

    #[test]
    fn what_is_cut_or_longer_than_it_need_be_is_not_read() {
        let whole = item(tag::SEQUENCE, &[5; 200]);
        for cut in 0..whole.len() {
            assert!(Reader::new(&whole[..cut]).item().is_none(), "{cut}");
        }
        for bytes in [
            &[0x30, 0x80, 0, 0][..],
            &[0x30, 0x81, 1, 0],
            &[0x30, 0x82, 0, 0x80],
            &[0x1f, 1, 0],
            &[0x30, 0x85],
        ] {
            assert!(Reader::new(bytes).item().is_none(), "{bytes:?}");
        }
    }
}
