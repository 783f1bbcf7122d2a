//! What a tool is asked, as JSON that stays JSON when it is cut: long strings in it get shorter,
//! and what it asks for remains to be seen.

use super::excerpt::{ARGUMENT_CHARACTERS, Excerpt, first_characters, first_whole, mark};
use crate::redaction::{Redaction, escaped, with_strings};
use crate::transcript::well_formed;

/// The characters that strings keep, try by try.
const SHORTER: [usize; 3] = [1_000, 200, 40];

/// A tool's input, at most [`ARGUMENT_CHARACTERS`] of JSON and a mark.
pub(super) fn arguments(json: &str, redaction: Redaction) -> Excerpt {
    let json = well_formed(json.trim());
    let json = json.as_ref();
    let whole = fits(json).then(|| redaction.json(json)).filter(|whole| fits(whole));
    if let Some(whole) = whole {
        return Excerpt::whole(&whole);
    }
    let shorter = SHORTER.iter().map(|characters| with_strings_of(json, *characters, redaction));
    Excerpt::whole(&shorter.into_iter().find(|shorter| fits(shorter)).unwrap_or_else(|| as_string(json, redaction)))
}

fn fits(json: &str) -> bool {
    first_characters(json, ARGUMENT_CHARACTERS).len() == json.len()
}

/// The same JSON with strings of at most so many characters, without secrets.
fn with_strings_of(json: &str, characters: usize, redaction: Redaction) -> String {
    let mut strings = redaction.strings();
    with_strings(json, &mut |name, inside| {
        let (kept, left_out) = cut(inside, characters);
        let behind = inside.get(kept.len()..).unwrap_or_default();
        let (near, far) = cut(behind, redaction.reach(behind));
        let near = inside.get(..kept.len() + near.len()).unwrap_or_default();
        if let Some(redacted) = strings.redacted(name, near) {
            let kept = first_whole(&redacted, characters);
            let left_out = redacted.chars().count() - kept.chars().count() + far;
            return Some(escaped(kept) + &marked(left_out));
        }
        (left_out > 0).then(|| kept.to_owned() + &mark(left_out))
    })
}

fn marked(left_out: usize) -> String {
    if left_out > 0 { mark(left_out) } else { String::new() }
}

/// Of a string's inside the first characters, and how many more there are.
fn cut(inside: &str, characters: usize) -> (&str, usize) {
    let (mut at, mut count, mut kept) = (0, 0, None);
    while let Some(rest) = inside.get(at..).filter(|rest| !rest.is_empty()) {
        if count == characters {
            kept = Some(at);
        }
        at += character_len(rest);
        count += 1;
    }
    (inside.get(..kept.unwrap_or(at)).unwrap_or_default(), usize::saturating_sub(count, characters))
}

/// The bytes of a string's first character as it stands there: `\n` and `\ud83e\udd80` are one.
fn character_len(text: &str) -> usize {
    let is_escaped = |text: &str| text.starts_with("\\u");
    let is_high = |text: &str| {
        let digits = text.get(2..4).unwrap_or_default().to_ascii_lowercase();
        ("d8"..="db").contains(&digits.as_str())
    };
    if is_escaped(text) {
        let pair = is_high(text) && text.get(6..).is_some_and(is_escaped);
        return text.len().min(if pair { 12 } else { 6 });
    }
    let letters = if text.starts_with('\\') { 2 } else { 1 };
    text.chars().take(letters).map(char::len_utf8).sum()
}

/// The beginning of JSON as a JSON string: what is no JSON any more must not look like it.
fn as_string(json: &str, redaction: Redaction) -> String {
    let excerpt = Excerpt::of(json, ARGUMENT_CHARACTERS / 2, redaction);
    format!("\"{}\"", excerpt.marked().replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r', '\t'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(json: &str) -> Excerpt {
        arguments(json, Redaction::default())
    }

    #[test]
    fn secrets_are_gone_before_strings_are_cut() {
        let secret = concat!("ghp", "_0123456789abcdefghijABCDEFGHIJ012345");
        for characters in [20, 40, 200, 990, 1_000, 1_010, 3_000] {
            let json = json!({"a": format!("{}{secret}{}", "x ".repeat(characters / 2), "y".repeat(4_000))});
            let short: Value = serde_json::from_str(&read(&json.to_string())).unwrap();
            assert!(!short["a"].as_str().unwrap().contains("ghp"), "{short}");
        }
        let json = json!({"token": "aB3dE5fG7hI9jK1lM3nO", "b": "x".repeat(5_000)}).to_string();
        assert!(read(&json).starts_with(r#"{"b":"xxxxx"#) && read(&json).contains(r#""token":"[REDACTED:secret]""#));
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        assert_eq!(&*read(r#" {"command":"ls \u00e9"} "#), r#"{"command":"ls \u00e9"}"#);
    }

    #[test]
    fn half_a_character_is_replaced() {
        assert_eq!(&*read(r#"{"a":"\ud83d"}"#), r#"{"a":"\ufffd"}"#);
    }

    #[test]
    fn long_strings_are_cut_and_the_rest_stays() {
        let long = json!({"file_path": "/a", "content": format!("é\n\"{}", "x".repeat(9_000)), "n": [1, {"b": null}]});
        let short: Value = serde_json::from_str(&read(&long.to_string())).unwrap();
        assert_eq!((&short["file_path"], &short["n"]), (&long["file_path"], &long["n"]));
        assert_eq!(short["content"], format!("é\n\"{}… [8003 more characters]", "x".repeat(997)));
    }

    #[test]
    fn an_escaped_character_is_one() {
        assert_eq!(cut(r#"a\ud83e\udd80\"\ud83eb"#, 3), (r#"a\ud83e\udd80\""#, 2));
    }

    #[test]
    fn what_cannot_be_shortened_is_a_string() {
        let numbers = json!((0..9_000).collect::<Vec<_>>()).to_string();
        let short: String = serde_json::from_str(&read(&numbers)).unwrap();
        assert!(short.starts_with("[0,1,2,") && short.ends_with(" more characters]"), "{short}");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<String>().prop_map(Value::from), any::<i64>().prop_map(Value::from)];
        leaf.prop_recursive(3, 60, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(".{0,9}", inner, 0..6).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_stays_json(value in values(), times in 1_usize..200) {
            let long = json!({"a": value, "b": "żółw \"\\ \u{1}🦀".repeat(times * 10)});
            let short = read(&long.to_string());
            let read = serde_json::from_str::<Value>(&short).unwrap();
            prop_assert!(short.chars().count() <= ARGUMENT_CHARACTERS + 100);
            prop_assert!(read.is_string() || read.is_object());
        }

        #[test]
        fn what_is_no_json_costs_nothing(text in ".*") {
            let _ = (with_strings_of(&text, 3, Redaction::default()), read(&text));
        }
    }
}
