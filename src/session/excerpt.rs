//! The part of a text that a span may carry. Lengths are in characters: code points, as Python
//! slices strings.

use std::borrow::Cow;
use std::ops::Deref;

/// Of a prompt: what `llm.prompts.0.content` carries.
pub const PROMPT_CHARACTERS: usize = 4_000;
/// Of a request's text: what `llm.completions.N.content` carries.
pub const COMPLETION_CHARACTERS: usize = 8_000;
/// Of a request's thinking.
pub(super) const THINKING_CHARACTERS: usize = 4_000;
/// Of what a tool is asked, as JSON.
pub(super) const ARGUMENT_CHARACTERS: usize = 4_000;
/// Of what a tool answered.
pub(super) const RESULT_CHARACTERS: usize = 4_000;
/// Of an API error's text, for the span's status.
pub(crate) const ERROR_CHARACTERS: usize = 1_000;

/// The first characters of a text, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    characters: usize,
}

impl Excerpt {
    /// Of a text at most `limit` characters.
    #[must_use]
    pub fn of(text: &str, limit: usize) -> Self {
        let mut excerpt = Self::default();
        excerpt.append(text, limit);
        excerpt
    }

    /// Appends of `more` what still fits under `limit` characters.
    pub fn append(&mut self, more: &str, limit: usize) {
        append(&mut self.text, more, limit);
        self.characters += more.chars().count();
    }

    /// What is kept of the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Characters that were left out.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.characters.saturating_sub(self.text.chars().count())
    }

    /// The text; where it was cut, with a mark that says how much is missing.
    #[must_use]
    pub fn marked(&self) -> Cow<'_, str> {
        self.beginning(usize::MAX)
    }

    /// The same with at most `limit` characters before the mark.
    #[must_use]
    pub fn beginning(&self, limit: usize) -> Cow<'_, str> {
        let kept = first_characters(&self.text, limit);
        let cut = self.left_out() + self.text.get(kept.len()..).unwrap_or_default().chars().count();
        if cut == 0 { Cow::Borrowed(kept) } else { Cow::Owned(format!("{kept}{}", mark(cut))) }
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Stands where so many characters were left out.
pub(super) fn mark(characters: usize) -> String {
    format!("… [{characters} more characters]")
}

/// The first `limit` characters.
#[must_use]
pub fn first_characters(text: &str, limit: usize) -> &str {
    // Bytes bound characters from above, so most texts need no count.
    if text.len() <= limit {
        return text;
    }
    text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Appends to `text` what still fits under `limit` characters.
pub(crate) fn append(text: &mut String, more: &str, limit: usize) {
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

    #[test]
    fn what_was_cut_is_marked() {
        for (texts, limit, shown, expected) in [
            (&["żółw"][..], 4, 9, "żółw"),
            (&["żółw"], 3, 9, "żół… [1 more characters]"),
            (&["żó", "łw", "🦀"], 3, 9, "żół… [2 more characters]"),
            (&["żółw"], 3, 1, "ż… [3 more characters]"),
            (&["żółw"], 9, 1, "ż… [3 more characters]"),
            (&[], 9, 1, ""),
        ] {
            let mut excerpt = Excerpt::default();
            for text in texts {
                excerpt.append(text, limit);
            }
            assert_eq!(excerpt.beginning(shown), expected);
        }
    }
}
