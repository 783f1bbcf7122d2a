//! Text of strangers on a terminal.

use std::fmt::Write;

/// The text on one line, without anything that a terminal obeys: control characters and those
/// that turn the writing direction around are shown as escapes.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ if is_harmful(letter) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(letter));
            }
            _ => shown.push(letter),
        }
    }
    shown
}

/// The same, of at most so many letters: a cell of a table must not make all others as wide as itself.
#[must_use]
pub(super) fn clipped(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => printable(text.get(..end).unwrap_or_default()) + "…",
        None => printable(text),
    }
}

/// Controls (C0, C1, delete), line separators, invisible, annotating and bidirectional formatting.
pub(super) fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_nothing_to_obey() {
        assert_eq!(
            printable("a\u{1b}[31m\u{9b}x\u{202e}\n\tz żółć 🦀"),
            "a\\u{1b}[31m\\u{9b}x\\u{202e}\\n\\tz żółć 🦀"
        );
        for letter in
            ['\0', '\u{7f}', '\u{85}', '\u{2029}', '\u{2066}', '\u{200e}', '\u{200b}', '\u{fff9}', '\u{e0041}']
        {
            assert_eq!(printable(&letter.to_string()), letter.escape_unicode().to_string());
        }
    }

    #[test]
    fn what_is_long_is_clipped_before_it_is_made_printable() {
        for (text, expected) in [("abc", "abc"), ("abcd", "abc…"), ("ż\u{1b}źx", "ż\\u{1b}ź…"), ("", "")] {
            assert_eq!(clipped(text, 3), expected);
        }
    }
}
