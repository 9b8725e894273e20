//! JSON objects in which every member stands once.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use std::fmt;

/// A JSON object in which every member stands once. Two readers may each take another of two equal members, so that
/// one checks what the other does not use; RFC 7515 §4 and RFC 7519 §4 let us refuse such a token.
pub(super) struct UniqueObject(pub(super) Map<String, Value>);

impl UniqueObject {
    /// The text of a member, if it is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

impl<'de> Deserialize<'de> for UniqueObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> de::Visitor<'de> for Members {
            type Value = UniqueObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object in which every member stands once")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut access: A) -> Result<UniqueObject, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(de::Error::custom("a member stands twice"));
                    }
                }
                Ok(UniqueObject(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
