//! Two values side by side: of long texts the part where they begin to differ.

use super::is_time;
use crate::compare::{Change, SeenValue};
use crate::report::numbers::grouped;
use crate::report::printable::printable;
use crate::transcript::Timestamp;

/// Characters of a value that fit a line.
const VALUE_CHARACTERS: usize = 90;
/// Characters that are shown before the first that differs.
const CONTEXT_CHARACTERS: usize = 20;

/// Both values of a change, each on one line.
pub(super) fn shown(change: &Change) -> (Option<String>, Option<String>) {
    let from = match (&change.old, &change.new) {
        (Some(SeenValue::Text(old)), Some(SeenValue::Text(new))) => window(old, new),
        _ => 0,
    };
    let shown = |value: &Option<SeenValue>| value.as_ref().map(|value| one(&change.key, value, from));
    (shown(&change.old), shown(&change.new))
}

/// The first character to show: where both fit a line, the very first.
fn window(old: &str, new: &str) -> usize {
    let alike = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let is_short = |text: &str| text.chars().nth(VALUE_CHARACTERS).is_none();
    if is_short(old) && is_short(new) { 0 } else { alike.saturating_sub(CONTEXT_CHARACTERS) }
}

fn one(key: &str, value: &SeenValue, from: usize) -> String {
    match value {
        SeenValue::Int(time) if is_time(key) => Timestamp::from(u64::try_from(*time).unwrap_or(0)).to_string(),
        SeenValue::Int(number) => u64::try_from(*number).map_or_else(|_| number.to_string(), grouped),
        SeenValue::Digest { characters, sha256 } => {
            format!("{} characters, SHA-256 {}", grouped(*characters), printable(sha256))
        }
        SeenValue::Other(json) => excerpt(json, 0),
        SeenValue::Text(text) if is_plain(text) => excerpt(text, from),
        SeenValue::Text(text) => format!("\"{}\"", excerpt(text, from)),
    }
}

/// Whether a text says itself that it is one, and where it ends.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text.parse::<f64>().is_err()
}

fn excerpt(text: &str, from: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let window: String = text.chars().skip(from).take(VALUE_CHARACTERS).collect();
    let behind = text.chars().count().saturating_sub(from + VALUE_CHARACTERS);
    let rest = if behind > 0 { format!("… +{} characters", grouped(behind as u64)) } else { String::new() };
    format!("{before}{}{rest}", printable(&window))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(old: &str, new: &str) -> (String, String) {
        let text = |text: &str| Some(SeenValue::Text(text.to_owned()));
        let (old, new) = shown(&Change { key: "k".to_owned(), old: text(old), new: text(new) });
        (old.unwrap(), new.unwrap())
    }

    #[test]
    fn short_texts_are_shown_whole_and_end_where_they_end() {
        for (text, expected) in
            [("sonnet", "sonnet"), ("a ", "\"a \""), ("", "\"\""), ("12", "\"12\""), ("a\n", "\"a\\n\"")]
        {
            assert_eq!(texts(text, "other").0, expected);
        }
    }

    #[test]
    fn of_long_texts_the_place_is_shown_where_they_differ() {
        let (same, tail) = ("ż".repeat(1_000), "e".repeat(200));
        let (old, new) = texts(&format!("{same}old{tail}"), &format!("{same}new"));
        assert_eq!(old, format!("…{}old{}… +133 characters", "ż".repeat(20), "e".repeat(67)));
        assert_eq!(new, format!("…{}new", "ż".repeat(20)));
        assert_eq!(texts(&same, &same[..same.len() - 2]).1, format!("…{}", "ż".repeat(20)));
    }

    #[test]
    fn other_values_are_shown_as_what_they_are() {
        let digest = SeenValue::Digest { characters: 1_234, sha256: "0123456789abcdef".to_owned() };
        for (key, value, expected) in [
            ("start", SeenValue::Int(1_700_000_000_000_000_000), "2023-11-14T22:13:20.000Z"),
            ("k", SeenValue::Int(1_234), "1,234"),
            ("k", SeenValue::Int(-1), "-1"),
            ("k", digest, "1,234 characters, SHA-256 0123456789abcdef"),
            ("k", SeenValue::Other("[1.5,\"a\u{7}\"]".to_owned()), "[1.5,\"a\\u{7}\"]"),
        ] {
            let change = Change { key: key.to_owned(), old: None, new: Some(value) };
            assert_eq!(shown(&change), (None, Some(expected.to_owned())));
        }
    }
}
