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

/// Controls (C0, C1, delete), line separators, invisible and bidirectional formatting.
fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
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
    }
}
