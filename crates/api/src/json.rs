//! Strict JSON: what two readers could understand differently is refused, with a pointer to it.
//!
//! Refused are members named twice, nesting deeper than [`MAX_DEPTH`], text that is not UTF-8, and anything after the
//! value. Integers stay exact; any other number is kept apart, since nothing in this service is a float.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// The deepest nesting of lists and objects that is read.
pub const MAX_DEPTH: usize = 32;

/// A JSON value that borrows from its source wherever no escape had to be resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number between −2⁶³ and 2⁶⁴−1, exact.
    Integer(i128),
    /// Any other number: with a fraction, an exponent, or beyond 64 bits.
    Fraction(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Self>),
    /// An object, its members in the order they were sent; no name appears twice.
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// Why bytes are not one strict JSON value, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// JSON pointer (RFC 6901) to the innermost value that was being read.
    pub pointer: String,
    /// What is wrong there.
    pub why: Why,
    /// Line of the source, from 1.
    pub line: usize,
    /// Column of the source in bytes, from 1.
    pub column: usize,
}

/// What can be wrong with JSON as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Not JSON.
    Syntax,
    /// A member is named twice.
    DuplicateKey,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// Not UTF-8.
    NotUtf8,
    /// Something follows the value.
    TrailingData,
}

impl<'a> Json<'a> {
    /// Reads exactly one value.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        match std::str::from_utf8(bytes) {
            Ok(text) => read_text(text),
            Err(error) => {
                // What comes before the bad byte is read again, only to learn where in the value it stands.
                let before = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
                let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
                let pointer = read_text(before)
                    .err()
                    .map_or_else(String::new, |fault| fault.pointer);
                Err(Malformed {
                    pointer,
                    why: Why::NotUtf8,
                    line,
                    column,
                })
            }
        }
    }

    /// The same value as serde's own type, for a part that is read through `serde`.
    pub fn to_serde(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Integer(value) => serde_json::Number::from_i128(*value).map_or(Value::Null, Value::Number),
            Self::Fraction(value) => serde_json::Number::from_f64(*value).map_or(Value::Null, Value::Number),
            Self::Text(value) => Value::String(value.clone().into_owned()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_serde).collect()),
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.clone().into_owned(), value.to_serde()))
                    .collect(),
            ),
        }
    }
}

/// Appends one step to a JSON pointer.
pub fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    for c in step.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(c),
        }
    }
}

fn read_text(text: &str) -> Result<Json<'_>, Malformed> {
    let mut trail = Trail {
        steps: Vec::new(),
        why: Why::Syntax,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Value(&mut trail).deserialize(&mut deserializer);
    let read = match read {
        Ok(value) => match deserializer.end() {
            Ok(()) => return Ok(value),
            Err(error) => {
                trail.why = Why::TrailingData;
                error
            }
        },
        Err(error) => error,
    };
    Err(Malformed {
        pointer: trail.pointer(),
        why: trail.why,
        line: read.line(),
        column: read.column(),
    })
}

/// Where the reader stands. After an error it is left as it was, so that it names the place.
struct Trail<'de> {
    steps: Vec<Step<'de>>,
    why: Why,
}

enum Step<'de> {
    Member(Cow<'de, str>),
    Item(usize),
}

impl Trail<'_> {
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.steps {
            match step {
                Step::Member(name) => push_step(&mut pointer, name),
                Step::Item(index) => push_step(&mut pointer, &index.to_string()),
            }
        }
        pointer
    }

    fn refuse<E: serde::de::Error>(&mut self, why: Why) -> E {
        self.why = why;
        E::custom("refused")
    }
}

/// Reads one value.
struct Value<'t, 'de>(&'t mut Trail<'de>);

impl<'de> DeserializeSeed<'de> for Value<'_, 'de> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, 'de> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Fraction(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let trail = self.0;
        if trail.steps.len() >= MAX_DEPTH {
            return Err(trail.refuse(Why::TooDeep));
        }
        let mut items = Vec::new();
        loop {
            trail.steps.push(Step::Item(items.len()));
            let item = list.next_element_seed(Value(trail))?;
            trail.steps.pop();
            match item {
                Some(item) => items.push(item),
                None => return Ok(Json::List(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let trail = self.0;
        if trail.steps.len() >= MAX_DEPTH {
            return Err(trail.refuse(Why::TooDeep));
        }
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            trail.steps.push(Step::Member(name.clone()));
            let value = map.next_value_seed(Value(trail))?;
            trail.steps.pop();
            members.push((name, value));
        }
        match duplicate(&members) {
            None => Ok(Json::Object(members)),
            Some(name) => {
                trail.steps.push(Step::Member(name));
                Err(trail.refuse(Why::DuplicateKey))
            }
        }
    }
}

/// Sorted rather than compared one with another: a hostile object must not cost the square of its size.
fn duplicate<'de>(members: &[(Cow<'de, str>, Json<'de>)]) -> Option<Cow<'de, str>> {
    let mut names: Vec<_> = members.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| pair[0].clone())
}

/// Reads the name of a member, borrowed where possible.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault(bytes: &[u8]) -> (String, Why) {
        let fault = Json::read(bytes).unwrap_err();
        (fault.pointer, fault.why)
    }

    #[test]
    fn a_member_named_twice_is_refused_even_when_written_differently() {
        assert_eq!(
            fault(br#"{"a":[{"b":1,"b":2}]}"#),
            ("/a/0/b".into(), Why::DuplicateKey)
        );
        assert_eq!(fault(br#"{"b":1,"\u0062":2}"#), ("/b".into(), Why::DuplicateKey));
        assert_eq!(
            fault(br#"{"x/y~":1,"x/y~":2}"#),
            ("/x~1y~0".into(), Why::DuplicateKey)
        );
    }

    #[test]
    fn thirty_two_levels_are_read_and_the_next_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::read(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(fault(nested(MAX_DEPTH + 1).as_bytes()).1, Why::TooDeep);
        assert_eq!(fault("[".repeat(60_000).as_bytes()).1, Why::TooDeep);
    }

    #[test]
    fn a_bad_byte_is_placed_in_the_value_and_in_the_text() {
        let bad = Json::read(b"{\"name\":\n \"H\xff\"}").unwrap_err();
        assert_eq!(
            bad,
            Malformed {
                pointer: "/name".into(),
                why: Why::NotUtf8,
                line: 2,
                column: 4
            }
        );
    }

    #[test]
    fn anything_after_the_value_is_refused() {
        assert_eq!(fault(b"{} {}"), (String::new(), Why::TrailingData));
        assert_eq!(fault(b"{"), (String::new(), Why::Syntax));
        assert_eq!(fault(b""), (String::new(), Why::Syntax));
        assert_eq!(fault(br#"{"a":[1,"\ud800"]}"#), ("/a/1".into(), Why::Syntax));
    }

    #[test]
    fn whole_numbers_are_exact_and_all_others_set_apart() {
        assert_eq!(
            Json::read(b"18446744073709551615"),
            Ok(Json::Integer(18_446_744_073_709_551_615))
        );
        assert_eq!(
            Json::read(b"-9223372036854775808"),
            Ok(Json::Integer(-9_223_372_036_854_775_808))
        );
        assert_eq!(Json::read(b"97.25"), Ok(Json::Fraction(97.25)));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic_and_what_is_read_serde_reads_too(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = Json::read(&bytes) {
                prop_assert_eq!(value.to_serde(), serde_json::from_slice::<serde_json::Value>(&bytes).unwrap());
            }
        }

        #[test]
        fn what_serde_writes_is_read_back(items in proptest::collection::btree_map("\\PC{0,8}", proptest::option::of(any::<i64>()), 0..40)) {
            let text = serde_json::to_string(&items).unwrap();
            let value = Json::read(text.as_bytes()).unwrap();
            prop_assert_eq!(value.to_serde(), serde_json::to_value(&items).unwrap());
        }
    }
}
