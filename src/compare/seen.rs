//! What a turn looked like: the attributes of its spans, and what else is told of them, by key.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::digest::sha256;
use super::kept::other;
use super::look::Look;
use crate::span::{Span, keys};

/// The key of a span's name.
pub const NAME: &str = "name";
/// The key of `OK`, `ERROR` or `UNSET`.
pub const STATUS: &str = "status";
/// The key of an error's message.
pub const STATUS_MESSAGE: &str = "status_message";
/// The key of what stands above a span below the turn's; empty for that itself.
pub const ABOVE: &str = "parent";
/// The key of the start, in nanoseconds since 1970.
pub const START: &str = "start";
/// The key of the end, in nanoseconds since 1970.
pub const END: &str = "end";

/// Where the conventions have the prompt.
const PROMPTS: [&str; 4] =
    [keys::LLM_PROMPT_CONTENT, keys::GEN_AI_PROMPT, keys::openinference::INPUT_VALUE, keys::claude_code::USER_PROMPT];

/// What a span looked like: values in a fixed order, no key twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(Vec<(String, SeenValue)>);

/// A value, or what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SeenValue {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// What is kept of a text of content.
    Digest {
        /// Its length.
        characters: u64,
        /// The first 16 hexadecimal digits of its hash.
        sha256: String,
    },
    /// What `moda-agent` never sends (doubles, booleans, lists), as JSON.
    Other(#[serde(with = "other")] String),
}

impl Seen {
    /// What a turn looks like: its spans, its own first.
    #[must_use]
    pub fn of(spans: &[Span]) -> Self {
        Self::of_tree(spans.iter().map(Look::from).collect())
    }

    /// What a turn looks like, its own span first. Keys of the spans below it begin with what tells
    /// them from each other; so does what they say stands above them.
    pub(super) fn of_tree(looks: Vec<Look>) -> Self {
        let labels = labels(&looks);
        let root = looks.first().map(|look| look.id.clone()).unwrap_or_default();
        let mut values = Vec::new();
        for look in looks {
            let label = labels.get(&look.id).cloned().unwrap_or_default();
            let above = labels.get(&look.parent).filter(|_| look.id != root).cloned();
            values.extend(values_of(look, above).map(|(key, value)| (join(&label, &key), value)));
        }
        values.into_iter().collect()
    }

    /// What one span tells of itself.
    pub(super) fn own(look: &Look) -> Self {
        let attributes = look.attributes.iter().cloned();
        std::iter::once((NAME.to_owned(), SeenValue::Text(look.name.clone()))).chain(attributes).collect()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&SeenValue> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The text of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        if let Some(SeenValue::Text(text)) = self.get(key) { Some(text) } else { None }
    }

    /// The prompt, as far as it is known.
    #[must_use]
    pub fn prompt(&self) -> Option<&str> {
        PROMPTS.iter().find_map(|key| self.text(key))
    }

    /// Nanoseconds since 1970, of [`START`] or [`END`]; zero where it is not known.
    #[must_use]
    pub fn time(&self, key: &str) -> u64 {
        if let Some(SeenValue::Int(time)) = self.get(key) { u64::try_from(*time).unwrap_or(0) } else { 0 }
    }

    /// All keys and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SeenValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut SeenValue)> {
        self.0.iter_mut().map(|(key, value)| (key.as_str(), value))
    }
}

impl SeenValue {
    /// What is kept of a text of content.
    pub(super) fn digest(text: &str) -> Self {
        SeenValue::Digest { characters: text.chars().count() as u64, sha256: sha256(text) }
    }

    /// Whether both are the same value, as far as is known.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (SeenValue::Text(text), SeenValue::Digest { characters, sha256: hash })
            | (SeenValue::Digest { characters, sha256: hash }, SeenValue::Text(text)) => {
                text.chars().count() as u64 == *characters && sha256(text) == *hash
            }
            _ => self == other,
        }
    }
}

/// Numbers what has one name: the second is `#2`.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn numbered(&mut self, name: String) -> String {
        let number = self.0.entry(name.clone()).or_default();
        *number += 1;
        if *number == 1 { name } else { format!("{name} #{number}") }
    }
}

/// The label of each span by its id: its name, and what it or the span above it stands for. The root has
/// none.
fn labels(looks: &[Look]) -> HashMap<String, String> {
    let below = looks.get(1..).unwrap_or_default();
    let sources: HashMap<_, _> = below.iter().filter_map(|look| Some((look.id.as_str(), look.source()?))).collect();
    let mut numbers = Numbers::default();
    let label = |look: &Look| {
        let source = sources.get(look.id.as_str()).or_else(|| sources.get(look.parent.as_str()));
        (look.id.clone(), numbers.numbered(source.map_or_else(|| look.name.clone(), |source| join(&look.name, source))))
    };
    let labels: Vec<_> = below.iter().map(label).collect();
    labels.into_iter().chain(looks.first().map(|root| (root.id.clone(), String::new()))).collect()
}

fn join(label: &str, key: &str) -> String {
    if label.is_empty() { key.to_owned() } else { format!("{label} {key}") }
}

/// What is told of a span, with what stands above it.
fn values_of(look: Look, above: Option<String>) -> impl Iterator<Item = (String, SeenValue)> {
    let text = |key: &str, text: String| (key.to_owned(), SeenValue::Text(text));
    let message = Some(look.message).filter(|message| !message.is_empty());
    let times = [(START, look.started_at), (END, look.ended_at)].map(|(key, at)| (key.to_owned(), time(at)));
    let mut events = Numbers::default();
    let events: Vec<_> = look
        .events
        .into_iter()
        .flat_map(|event| {
            let label = join("event", &events.numbered(event.name));
            let at = (join(&label, START), time(event.at));
            let attributes = event.attributes.into_iter().map(move |(key, value)| (join(&label, &key), value));
            std::iter::once(at).chain(attributes)
        })
        .collect();
    [text(NAME, look.name), text(STATUS, look.status.to_owned())]
        .into_iter()
        .chain(message.map(|message| text(STATUS_MESSAGE, message)))
        .chain(above.map(|above| text(ABOVE, above)))
        .chain(times)
        .chain(look.attributes)
        .chain(events)
}

fn time(at: u64) -> SeenValue {
    SeenValue::Int(i64::try_from(at).unwrap_or(i64::MAX))
}

/// Of two values of a key the first counts.
impl FromIterator<(String, SeenValue)> for Seen {
    fn from_iter<I: IntoIterator<Item = (String, SeenValue)>>(values: I) -> Self {
        let mut known = foldhash::HashSet::default();
        Self(values.into_iter().filter(|(key, _)| known.insert(key.clone())).collect())
    }
}
