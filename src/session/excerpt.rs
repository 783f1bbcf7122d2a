//! The part of a text that a span may carry. Lengths are in characters: code points, as Python
//! slices strings.

use std::borrow::Cow;
use std::ops::Deref;

use crate::redaction::{Redaction, whole};

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
    /// Of a text, without secrets, at most `limit` characters.
    #[must_use]
    pub fn of(text: &str, limit: usize, redaction: Redaction) -> Self {
        let behind = text.get(first_characters(text, limit).len()..).unwrap_or_default();
        let far = behind.get(first_characters(behind, redaction.reach(behind)).len()..).unwrap_or_default();
        let redacted = redaction.text(text.get(..text.len() - far.len()).unwrap_or_default());
        let kept = first_whole(&redacted, limit).to_owned();
        Self { text: kept, characters: redacted.chars().count() + far.chars().count() }
    }

    /// The same of texts that a sign of one byte joins at these places: no secret lies over one of them.
    pub(super) fn joined(text: &str, seams: &[usize], limit: usize, redaction: Redaction) -> Self {
        // Behind a few times what is kept no secret begins that ends there.
        let near = seams.partition_point(|seam| *seam < limit.saturating_mul(8));
        Self::of(&redaction.mended(text, seams.get(..near).unwrap_or_default()), limit, redaction)
    }

    /// Of a text of which nothing is to be cut any more.
    pub(super) fn whole(text: &str) -> Self {
        Self { text: text.to_owned(), characters: text.chars().count() }
    }

    /// Puts a mark in the place of what ends it, if that does.
    pub(super) fn replace_end(&mut self, end: &str, mark: &str) {
        if let Some(kept) = self.text.strip_suffix(end).map(str::len) {
            self.text.truncate(kept);
            self.text.push_str(mark);
            self.characters = self.characters + mark.chars().count() - end.chars().count();
        }
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
        let kept = first_whole(&self.text, limit);
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
    // Bytes bound characters from above, so most texts need no count; nor does what is ASCII.
    match text.as_bytes().get(..limit) {
        None => return text,
        Some(first) if first.is_ascii() => return text.get(..limit).unwrap_or(text),
        Some(_) => {}
    }
    text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The same, without half of what stands for a secret.
#[must_use]
pub(crate) fn first_whole(text: &str, limit: usize) -> &str {
    let kept = first_characters(text, limit);
    if kept.len() == text.len() { kept } else { kept.get(..whole(text, kept.len())).unwrap_or(kept) }
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
    fn what_was_cut_is_marked() {
        for (text, limit, shown, expected) in [
            ("żółw", 4, 9, "żółw"),
            ("żółw", 3, 9, "żół… [1 more characters]"),
            ("żółw", 3, 1, "ż… [3 more characters]"),
            ("żółw", 9, 1, "ż… [3 more characters]"),
            ("", 9, 1, ""),
        ] {
            assert_eq!(Excerpt::of(text, limit, Redaction::default()).beginning(shown), expected);
        }
    }

    #[test]
    fn secrets_are_gone_before_anything_is_cut() {
        let secret = concat!("ghp", "_0123456789abcdefghijABCDEFGHIJ012345");
        let text = format!("ab {secret} c {}", "x".repeat(9_000));
        for (limit, expected) in [
            (2, "ab"),
            (4, "ab "),
            (25, "ab "),
            (26, "ab [REDACTED:github-token]"),
            (28, "ab [REDACTED:github-token] c"),
        ] {
            let excerpt = Excerpt::of(&text, limit, Redaction::default());
            assert_eq!(excerpt.as_str(), expected, "{limit}");
            assert!((0..40).all(|shown| !excerpt.beginning(shown).contains("ghp")));
        }
        assert_eq!(Excerpt::of(&text, 43, Redaction::off()).as_str(), format!("ab {secret}"));
        assert_eq!(Excerpt::of(&text, 5, Redaction::default()).left_out(), 9_000 + 26 + 3 - 3);
    }
}
