//! What stands in the place of a secret.

use super::{RULES, pem};

/// The kind of what matches a pattern of the user's.
pub(super) const CUSTOM: &str = "custom";
/// How each begins.
pub(super) const BEGINNING: &str = "[REDACTED:";
/// Bytes that one has at most: no kind has a longer name.
const LONGEST: usize = 48;

/// What stands in the place of a secret of a kind.
pub(super) fn of(kind: &str) -> String {
    format!("{BEGINNING}{kind}]")
}

/// The kinds of what was replaced in a text. What somebody else has replaced is no kind of ours.
pub fn kinds(text: &str) -> impl Iterator<Item = &'static str> {
    let marks = memchr::memmem::find_iter(text.as_bytes(), BEGINNING.as_bytes());
    let named = marks.filter_map(|at| text.get(at + BEGINNING.len()..)?.split_once(']').map(|(kind, _)| kind));
    let known = || RULES.iter().map(|rule| rule.kind).chain([pem::KIND, CUSTOM]);
    named.filter_map(move |named| known().find(|kind| *kind == named))
}

/// Where a text may be cut that is to be cut at `end`: before what stands for a secret and would be cut
/// in half.
#[must_use]
pub fn whole(text: &str, end: usize) -> usize {
    let from = (end.saturating_sub(LONGEST)..=end).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    let near = text.get(from..).unwrap_or_default();
    let marks = near.match_indices(BEGINNING).map(|(at, _)| from + at).take_while(|at| *at < end);
    let is_cut = |at: &usize| text.get(*at..).and_then(|mark| mark.find(']')).is_some_and(|length| at + length >= end);
    marks.last().filter(is_cut).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_is_cut_in_half() {
        let text = "a [REDACTED:jwt] b [REDACTED:x]";
        for (end, expected) in [(1, 1), (2, 2), (3, 2), (15, 2), (16, 16), (18, 18), (19, 19), (20, 19), (31, 31)] {
            assert_eq!(whole(text, end), expected, "{end}");
        }
        assert_eq!(whole("ż[REDACTED:", 4), 4);
    }

    #[test]
    fn kinds_are_listed() {
        let text = "a [REDACTED:jwt] b [REDACTED:x] [REDACTED:custom] [REDACTED:";
        assert_eq!(kinds(text).collect::<Vec<_>>(), ["jwt", "custom"]);
    }
}
