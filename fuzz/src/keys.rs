//! What a line must look like so that its first bytes tell what it holds.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;

/// Whether a client can have written what a line begins with, as far as the names of its members tell.
/// Broken characters do not matter.
pub fn may_be_a_clients(line: &[u8]) -> bool {
    let Some(objects) = Keys::of_all(line) else { return false };
    objects.first().is_none_or(Keys::are_a_clients)
}

/// The top-level keys of an object on a line.
struct Keys(Vec<String>);

impl Keys {
    fn of_all(line: &[u8]) -> Option<Vec<Self>> {
        let line = String::from_utf8_lossy(line).replace(char::is_control, " ");
        Deserializer::from_str(&line).into_iter().collect::<Result<_, _>>().ok()
    }

    /// What kind of record a line holds is known from its first keys. No client writes a key
    /// twice, or an attachment beside a message; such a record may be passed over.
    fn are_a_clients(&self) -> bool {
        let mut seen = HashSet::new();
        self.0.iter().all(|key| key != "attachment" && seen.insert(key))
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(Vec::new()))
    }
}

impl<'de> Visitor<'de> for Keys {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self, A::Error> {
        while let Some((key, IgnoredAny)) = object.next_entry()? {
            self.0.push(key);
        }
        Ok(self)
    }
}
