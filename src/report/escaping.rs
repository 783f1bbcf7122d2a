//! JSON that a terminal may show: what it would obey, or not show, is escaped beyond what JSON asks for.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use super::printable::is_harmful;

/// Writes a value on one line, without a line feed.
pub(super) fn write(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(output, Escaping);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut done = 0;
        for (at, letter) in fragment.char_indices().filter(|(_, letter)| is_harmful(*letter)) {
            writer.write_all(fragment.get(done..at).unwrap_or_default().as_bytes())?;
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            done = at + letter.len_utf8();
        }
        writer.write_all(fragment.get(done..).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_means_the_same() {
        let text = "a\u{1b}[31m\u{9b}x\u{7f}\u{202e}\u{e0041}\n\"żółć\" 🦀";
        let mut output = Vec::new();
        write(&mut output, &text).unwrap();
        let json = String::from_utf8(output).unwrap();
        assert_eq!(json, r#""a\u001b[31m\u009bx\u007f\u202e\udb40\udc41\n\"żółć\" 🦀""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
