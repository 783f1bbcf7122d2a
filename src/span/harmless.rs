//! Texts that some backends cannot store: those that look like JSON and are too deep or hold numbers
//! that are too large. MLflow 3.17 reads every text as JSON and refuses the whole request, or stores
//! what it cannot show again; Phoenix 20.26 reads what tools are asked and answer, and loses every span
//! behind one that it cannot read. (Measured: 1,000 levels, 4,301 digits, numbers beyond 64 bits.)

use std::borrow::Cow;

/// Lists and objects in each other.
const DEEPEST: usize = 24;
/// Digits of a number; 64 bits hold every number of so many.
const LONGEST: usize = 18;
/// Digits of an exponent; with more of them Phoenix makes an infinity of the number, which is no JSON.
const EXPONENT: usize = 2;

/// The text, with a mark before it that makes it no JSON where it would harm.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if is_harmless(text) { Cow::Borrowed(text) } else { Cow::Owned(format!("\u{b7} {text}")) }
}

/// Whether a text can be read as JSON without harm, or not at all.
pub(super) fn is_harmless(text: &str) -> bool {
    let text = text.trim_start();
    let may_be_json = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '{' | '[' | '-'));
    !may_be_json || is_shallow(text.as_bytes())
}

/// A simple look that may see harm where none is: strings are passed over, brackets and digits counted.
fn is_shallow(json: &[u8]) -> bool {
    let (mut depth, mut digits, mut longest) = (0_usize, 0, LONGEST);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in json {
        if in_string {
            in_string = is_escaped || *byte != b'"';
            is_escaped = !is_escaped && *byte == b'\\';
            continue;
        }
        longest = match byte {
            b'e' | b'E' if digits > 0 => EXPONENT,
            b'0'..=b'9' | b'+' | b'-' => longest,
            _ => LONGEST,
        };
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST || digits > longest {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_harms_is_marked() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (text, expected) in [
            (deep(24), true),
            (deep(25), false),
            (format!(" {}", "[".repeat(2_000)), false),
            (format!("text {}", "[".repeat(2_000)), true),
            (format!(r#"{{"a":"{}"}}"#, "[".repeat(2_000)), true),
            (format!(r#"{{"a\"":"\\","b":{}}}"#, "{".repeat(2_000)), false),
            ("9".repeat(18), true),
            ("9".repeat(19), false),
            (format!("-{}", "9".repeat(19)), false),
            (format!(r#"{{"n":{}}}"#, "1".repeat(5_000)), false),
            (format!("{} dots", "1.".repeat(50)), true),
            ("[1] a list".to_owned(), true),
            (r#"{"n":1.5e99,"m":-2E-9,"e":100}"#.to_owned(), true),
            (r#"{"n":"1e999"}"#.to_owned(), true),
            (r#"{"n":1e999}"#.to_owned(), false),
            ("-1.5E+400".to_owned(), false),
            (String::new(), true),
        ] {
            assert_eq!(is_harmless(&text), expected, "{text:.50}");
            assert_eq!(harmless(&text).starts_with('\u{b7}'), !expected);
        }
    }
}
