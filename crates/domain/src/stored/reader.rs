//! A reader of the JSON this program writes: compact, integers, no escapes in what is not free text.

use memchr::memchr2;
use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::BorrowedStrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::{borrow::Cow, fmt};

/// What is left to read.
pub(super) struct Reader<'de> {
    rest: &'de str,
    unkept: &'static [&'static str],
}

/// Not written as this program writes, or not what was expected. Without words: the place tells.
#[derive(Debug)]
pub(super) struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not in the stored form")
    }
}

impl std::error::Error for Unread {}

impl Error for Unread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Read<T> = Result<T, Unread>;

impl<'de> Reader<'de> {
    /// What is looked for in every text is looked for once, in all of it: that it is Unicode, and that there are no raw control
    /// characters. JSON has none in texts, this program writes none between them, and not every type of text looks for them.
    ///
    /// # Errors
    /// Where something else was found.
    pub(super) fn new(bytes: &'de [u8]) -> Result<Self, usize> {
        // Without a branch, for every byte that is read passes here.
        if bytes.iter().fold(false, |found, byte| found | (*byte < b' ')) {
            return Err(bytes.iter().position(|byte| *byte < b' ').unwrap_or_default());
        }
        let rest = std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())?;
        Ok(Self { rest, unkept: &[] })
    }

    /// How many bytes are left to read.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// From now on these members are passed over as if they were not there.
    pub(super) const fn passing_over(&mut self, unkept: &'static [&'static str]) {
        self.unkept = unkept;
    }

    /// Whether an event of this type comes next.
    pub(super) fn is_at_event(&self, type_name: &str) -> bool {
        let rest = self.rest.strip_prefix(r#"{"type":""#);
        rest.and_then(|rest| rest.strip_prefix(type_name)).is_some_and(|rest| rest.starts_with('"'))
    }

    /// Whether everything has been read.
    pub(super) const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// Passes over exactly these bytes.
    pub(super) fn literal(&mut self, literal: &str) -> Read<()> {
        self.rest = self.rest.strip_prefix(literal).ok_or(Unread)?;
        Ok(())
    }

    /// Whether exactly these bytes come next; they are passed over then.
    pub(super) fn finds(&mut self, literal: &str) -> bool {
        self.literal(literal).is_ok()
    }

    /// A text, from quotation mark to quotation mark, without escapes.
    pub(super) fn text(&mut self) -> Read<&'de str> {
        self.byte(b'"')?;
        let end = memchr2(b'"', b'\\', self.rest.as_bytes()).ok_or(Unread)?;
        let (text, rest) = self.rest.split_at_checked(end).ok_or(Unread)?;
        self.rest = rest;
        self.byte(b'"')?;
        Ok(text)
    }

    /// A text that may have escapes: a line break, a quotation mark.
    fn free_text(&mut self) -> Read<Cow<'de, str>> {
        let whole = self.rest;
        if let Ok(text) = self.text() {
            return Ok(Cow::Borrowed(text));
        }
        self.rest = whole;
        self.skip_text()?;
        let written = whole.get(..whole.len() - self.rest.len()).ok_or(Unread)?;
        serde_json::from_str(written).map(Cow::Owned).map_err(|_| {
            self.rest = whole;
            Unread
        })
    }

    /// A text of so many bytes, for those who take nothing but letters, digits and marks that stand for themselves: they see
    /// for themselves that it holds nothing else.
    pub(super) fn short_text<const LENGTH: usize>(&mut self) -> Read<&'de [u8; LENGTH]> {
        self.byte(b'"')?;
        let text = self.rest.as_bytes().first_chunk().ok_or(Unread)?;
        self.pass(LENGTH)?;
        self.byte(b'"')?;
        Ok(text)
    }

    /// A number without sign.
    pub(super) fn number(&mut self) -> Read<u64> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (text, rest) = self.rest.split_at_checked(digits).ok_or(Unread)?;
        let number = match text.as_bytes() {
            [] | [b'0', _, ..] => return Err(Unread),
            // So many digits are no more than it can hold.
            _ if digits < 19 => text.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')),
            _ => text.parse().map_err(|_| Unread)?,
        };
        self.rest = rest;
        Ok(number)
    }

    fn byte(&mut self, byte: u8) -> Read<()> {
        if !self.next_is(byte) {
            return Err(Unread);
        }
        self.pass(1)
    }

    fn next_is(&self, byte: u8) -> bool {
        self.next() == Some(byte)
    }

    fn next(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    fn pass(&mut self, bytes: usize) -> Read<()> {
        self.rest = self.rest.get(bytes..).ok_or(Unread)?;
        Ok(())
    }

    /// Passes over one value, without looking closer than to find its end.
    fn skip(&mut self) -> Read<()> {
        let mut depth = 0_usize;
        loop {
            let first = self.next().ok_or(Unread)?;
            match first {
                b'"' => self.skip_text()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.pass(1)?;
                    continue;
                }
                b'}' | b']' | b',' | b':' if depth > 0 => {
                    depth -= usize::from(matches!(first, b'}' | b']'));
                    self.pass(1)?;
                }
                b'-' | b'0'..=b'9' | b'a'..=b'z' => self.pass(1)?,
                _ => return Err(Unread),
            }
            let ends_here = self.next().is_none_or(|next| matches!(next, b',' | b'}' | b']'));
            if depth == 0 && ends_here {
                return Ok(());
            }
        }
    }

    fn skip_text(&mut self) -> Read<()> {
        self.byte(b'"')?;
        loop {
            let end = memchr2(b'"', b'\\', self.rest.as_bytes()).ok_or(Unread)?;
            self.pass(end)?;
            if self.byte(b'"').is_ok() {
                return Ok(());
            }
            self.pass(2)?;
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.next().ok_or(Unread)? {
            b'"' => match self.free_text()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            b'{' => {
                self.byte(b'{')?;
                let value = visitor.visit_map(Entries::of(self))?;
                self.byte(b'}')?;
                Ok(value)
            }
            b'[' => {
                self.byte(b'[')?;
                let value = visitor.visit_seq(Entries::of(self))?;
                self.byte(b']')?;
                Ok(value)
            }
            b'-' => {
                self.byte(b'-')?;
                let number = 0_i64.checked_sub_unsigned(self.number()?).ok_or(Unread)?;
                // Nothing writes -0.
                if number == 0 { Err(Unread) } else { visitor.visit_i64(number) }
            }
            b'0'..=b'9' => visitor.visit_u64(self.number()?),
            b't' => self.literal("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.literal("false").and_then(|()| visitor.visit_bool(false)),
            b'n' => self.literal("null").and_then(|()| visitor.visit_unit()),
            _ => Err(Unread),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.finds("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if self.next_is(b'"') {
            return visitor.visit_enum(BorrowedStrDeserializer::new(self.text()?));
        }
        self.byte(b'{')?;
        let value = visitor.visit_enum(Variant(self))?;
        self.byte(b'}')?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// The members of an object or the elements of an array.
struct Entries<'r, 'de> {
    reader: &'r mut Reader<'de>,
    is_first: bool,
}

impl<'r, 'de> Entries<'r, 'de> {
    const fn of(reader: &'r mut Reader<'de>) -> Self {
        Self { reader, is_first: true }
    }

    /// Goes to the next entry; `false` before the given end.
    fn advance(&mut self, end: u8) -> Read<bool> {
        if self.reader.next_is(end) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            self.reader.byte(b',')?;
        }
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        while self.advance(b'}')? {
            let key = self.reader.text()?;
            self.reader.byte(b':')?;
            if self.reader.unkept.contains(&key) {
                self.reader.skip()?;
            } else {
                return seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        if self.advance(b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

/// A variant with content: an object of one member.
struct Variant<'r, 'de>(&'r mut Reader<'de>);

impl<'r, 'de> EnumAccess<'de> for Variant<'r, 'de> {
    type Error = Unread;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Self)> {
        let name = self.0.text()?;
        self.0.byte(b':')?;
        Ok((seed.deserialize(BorrowedStrDeserializer::<Unread>::new(name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Unread;

    fn unit_variant(self) -> Read<()> {
        self.0.literal("null")
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.0.deserialize_any(visitor)
    }
}
