//! The part of a text that a span may carry.

/// Characters of a prompt that are kept: what `llm.prompts.0.content` carries.
pub const PROMPT_CHARACTERS: usize = 4_000;
/// Characters of a request's text that are kept: what `llm.completions.N.content` carries.
pub const COMPLETION_CHARACTERS: usize = 8_000;

/// Characters of an API error's text that are kept for the span's status.
pub(crate) const ERROR_CHARACTERS: usize = 1_000;

/// The first `limit` characters (code points, as Python slices strings).
#[must_use]
pub fn first_characters(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Appends to `text` what still fits under `limit` characters.
pub(crate) fn append(text: &mut String, more: &str, limit: usize) {
    // Bytes bound characters from above, so most texts need no count.
    let room = if text.len() + more.len() <= limit { limit } else { limit.saturating_sub(text.chars().count()) };
    text.push_str(first_characters(more, room));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_code_points() {
        assert_eq!(first_characters("aż🦀b", 3), "aż🦀");
        assert_eq!(first_characters("ab", 3), "ab");
    }

    #[test]
    fn appending_stops_at_the_limit() {
        let mut text = String::from("🦀");
        append(&mut text, "żółw", 3);
        append(&mut text, "more", 3);
        assert_eq!(text, "🦀żó");
    }
}
