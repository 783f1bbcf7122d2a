//! Redaction: a text goes in, and no secret comes out, whatever stands around it.

use moda_agent::redaction::{RULES, Redaction};
use serde::de::IgnoredAny;

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let redaction = Redaction::default();
    let redacted = redaction.text(&text);
    assert_eq!(redaction.any(&redacted).is_empty(), text.is_empty(), "a text is lost: {text:?}");
    check_json(&text, redaction);
    check_seams(&text, redaction);
    check_hidden(&text, redaction);
}

/// JSON stays JSON, with the same names and as many values.
fn check_json(text: &str, redaction: Redaction) {
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        let redacted = redaction.json(text);
        assert!(serde_json::from_str::<IgnoredAny>(&redacted).is_ok(), "{text} became {redacted}");
    }
}

/// Texts that hold no secret by themselves lose nothing but what lies over their seams.
fn check_seams(text: &str, redaction: Redaction) {
    let seams: Vec<_> = text.match_indices('\n').map(|(at, _)| at).collect();
    let mended = redaction.mended(text, &seams);
    assert!(mended == text || mended.contains("[REDACTED:"), "{text:?} became {mended:?}");
    assert_eq!(redaction.mended(text, &[]), text);
}

/// Each rule finds its example between blanks in any text, unless another one took more.
fn check_hidden(text: &str, redaction: Redaction) {
    let middle = (text.len() / 2..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (before, behind) = text.split_at(middle);
    let number = text.len() % RULES.len();
    let (name, secret) = RULES[number].example;
    let hidden = format!("{before}\n{name}{secret}\n{behind}");
    let redacted = redaction.text(&hidden);
    let core: String = secret.chars().skip(1).take(9).collect();
    assert!(text.contains(&core) || !redacted.contains(&format!("{name}{secret}")), "{hidden:?} became {redacted:?}");
}
