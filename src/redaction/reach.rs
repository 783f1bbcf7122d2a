//! How far around a border is looked for what lies over it.

use super::redactor::Redactor;

/// Bytes or characters that are enough to know a secret: of a longer one its beginning is.
const REACH: usize = 1_024;
/// The same of a private key that is known by its end alone: one of 4,096 bits is no longer.
pub(super) const FAR: usize = 4_096;
/// What may end one: as it is, or in numbers.
const ENDS: [&str; 2] = ["-----END", "\\u"];

impl Redactor {
    /// How many characters of what follows a border may tell whether a secret lies over it.
    pub(super) fn reach(&self, behind: &str) -> usize {
        let near = beginning_of(behind, FAR);
        let is_far = !self.patterns.is_empty() || ENDS.iter().any(|end| near.contains(end));
        if is_far { FAR } else { REACH }
    }
}

/// The end of a text, at least where it has so many bytes.
pub(super) fn end_of(text: &str, bytes: usize) -> &str {
    let from = text.len().saturating_sub(bytes);
    (from..=text.len()).find_map(|at| text.get(at..)).unwrap_or_default()
}

/// The beginning of a text, at most so many bytes and whole characters.
pub(super) fn beginning_of(text: &str, bytes: usize) -> &str {
    (0..=bytes.min(text.len())).rev().find_map(|at| text.get(..at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    #[test]
    fn only_keys_and_patterns_need_a_wide_look() {
        let usual = Redactor::default();
        let own = Redactor { patterns: vec![Regex::new("a+").unwrap()], ..Redactor::default() };
        let key = "A".repeat(4_000) + "-----END RSA PRIVATE KEY-----";
        for (redactor, behind, expected) in [
            (&usual, "", REACH),
            (&usual, &*"ż".repeat(9_000), REACH),
            (&usual, &*key, FAR),
            (&usual, r"\u0041", FAR),
            (&own, "", FAR),
        ] {
            assert_eq!(redactor.reach(behind), expected);
        }
    }

    #[test]
    fn ends_are_whole_characters() {
        assert_eq!((end_of("aż", 1), end_of("aż", 2), end_of("aż", 9)), ("", "ż", "aż"));
        assert_eq!((beginning_of("ża", 1), beginning_of("ża", 2), beginning_of("ża", 9)), ("", "ż", "ża"));
    }
}
