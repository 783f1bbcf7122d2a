//! Values behind names: `NAME=value`, `name: value`, `"name": "value"`, `name => 'value'`, `--name value`, and the
//! same in JSON in JSON.

use std::ops::Range;

/// Letters of a name behind the word that tells: `TOKEN` in `TOKEN_FOR_DEPLOYMENT`.
const NAME: usize = 40;
/// Blanks around the sign between name and value.
const BLANKS: usize = 8;
/// Bytes of a value that are looked at, without quotes and between them.
const BARE: usize = 256;
const QUOTED: usize = 1024;

/// The value of the name of which this is the rest.
pub(super) fn value(text: &str) -> Option<Range<usize>> {
    let name = run(text, 0, NAME, is_name);
    let quoted = quote(text, name);
    let closed = run(text, quoted, 1, |sign| sign == b']');
    let blanks = run(text, closed, BLANKS, is_blank);
    let sign = [":=", "=>", "==", "=", ":"].iter().find(|sign| at(text, blanks).starts_with(**sign))?;
    found(text, run(text, blanks + sign.len(), BLANKS, is_blank))
}

/// The value of the option of which this is the rest.
pub(super) fn argument(text: &str) -> Option<Range<usize>> {
    let name = run(text, 0, NAME, is_name);
    let blanks = run(text, name, BLANKS, is_blank);
    if blanks == name { None } else { found(text, blanks) }
}

/// The value that begins there: up to the closing quote, or without quotes as far as no sign ends it.
fn found(text: &str, from: usize) -> Option<Range<usize>> {
    let begin = quote(text, from);
    let mark = text.as_bytes().get(..begin)?.last().filter(|_| begin > from);
    let within_quotes = mark.and_then(|mark| {
        let inside = run(text, begin, QUOTED, |byte| byte != *mark && byte != b'\\' && byte != b'\n');
        let closing = run(text, inside, 4, |byte| byte == b'\\');
        (text.as_bytes().get(closing) == Some(mark)).then_some(inside)
    });
    let end = within_quotes.unwrap_or_else(|| bare(text, begin));
    text.get(begin..end).map(|_| begin..end)
}

/// The end of a value without quotes: base64 may end in `=`, and goes on behind none.
fn bare(text: &str, begin: usize) -> usize {
    let end = run(text, begin, BARE, is_bare);
    run(text, end, 2, |byte| byte == b'=')
}

/// Passes over a quote, with the backslashes that JSON put before it.
fn quote(text: &str, from: usize) -> usize {
    let slashes = run(text, from, 4, |byte| byte == b'\\');
    let quotes = run(text, slashes, 1, |byte| matches!(byte, b'"' | b'\'' | b'`'));
    if quotes > slashes { quotes } else { from }
}

fn at(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// The end of the bytes from there on that are so, of which there are at most so many.
fn run(text: &str, from: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes().get(from..).unwrap_or_default();
    from + bytes.iter().take(most).take_while(|byte| is(**byte)).count()
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_bare(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"\"'`<>,;(){}[]|\\&=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_behind_its_name() {
        for (rest, expected) in [
            ("=abc", Some("abc")),
            ("_FOR_X = abc def", Some("abc")),
            (": 'a b, c'", Some("a b, c")),
            ("\": \"abc\", ", Some("abc")),
            (r#"\": \"abc\", "#, Some("abc")),
            ("'] = `abc`", Some("abc")),
            (" => abc;", Some("abc")),
            ("=YWJj==&x=1", Some("YWJj==")),
            ("=a=b", Some("a=")),
            (": \"abc", Some("abc")),
            (": \"abc\ndef\"", Some("abc")),
            ("=żół", Some("żół")),
            ("", None),
            (" abc", None),
            ("(abc)", None),
        ] {
            assert_eq!(value(rest).and_then(|place| rest.get(place)), expected, "{rest}");
        }
    }

    #[test]
    fn an_option_has_its_value_behind_a_blank() {
        for (rest, expected) in [(" abc def", Some("abc")), ("-2 'a b'", Some("a b")), ("-stdin", None)] {
            assert_eq!(argument(rest).and_then(|place| rest.get(place)), expected, "{rest}");
        }
    }
}
