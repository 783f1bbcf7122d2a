//! Which differences between live and a replay count.

use super::seen::{END, START, Seen};
use crate::span::{keys, moda};

/// Whether a difference counts. What a replay adds to live is none; where a span is not the same
/// by its ids, it came from live, whose clock is another and which says less where nobody asks.
pub(super) fn is_counted(key: &str, old: &Seen, is_same: bool) -> bool {
    let is_added = moda::ADDED.contains(&key) && old.get(key).is_none();
    !is_added && (is_same || !(key == START || key == END || is_unasked(key, old)))
}

/// Live names the conversation where it has one, and tells answers where partial messages are on.
fn is_unasked(key: &str, old: &Seen) -> bool {
    if key.starts_with(keys::LLM_COMPLETIONS) {
        return !old.iter().any(|(key, _)| key.starts_with(keys::LLM_COMPLETIONS));
    }
    key == keys::MODA_CONVERSATION_ID && old.get(key).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::SeenValue;

    #[test]
    fn what_live_does_not_say_is_no_difference() {
        let (start, added, conversation) = (START, keys::SESSION_ID, keys::MODA_CONVERSATION_ID);
        let (role, text) = ("llm.completions.0.role", "llm.completions.1.content");
        for (key, has, is_same, expected) in [
            (keys::GEN_AI_SYSTEM, "", false, true),
            (start, start, false, false),
            (start, start, true, true),
            (added, "", false, false),
            (added, "", true, false),
            (added, added, false, true),
            (conversation, "", false, false),
            (conversation, "", true, true),
            (conversation, conversation, false, true),
            (text, "", false, false),
            (text, "", true, true),
            (text, role, false, true),
        ] {
            let old: Seen = [(has.to_owned(), SeenValue::Int(0))].into_iter().collect();
            assert_eq!(is_counted(key, &old, is_same), expected, "{key} {has} {is_same}");
        }
    }
}
