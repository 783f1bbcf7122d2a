//! Small steps through a text: over blanks, quotes and colours, to the end of a value.

use std::ops::Range;

/// Letters of a name behind the word that tells: `TOKEN` in `TOKEN_FOR_DEPLOYMENT`.
pub(super) const NAME: usize = 40;

/// Blanks around the sign between name and value.
pub(super) const BLANKS: usize = 8;

/// Bytes of a value that are looked at: some tokens have two thousand.
pub(super) const VALUE: usize = 4096;

/// Backslashes before a quote: of JSON in JSON in JSON in JSON.
const SLASHES: usize = 15;

/// White space between a name and a value on the next line.
const LINE: usize = 48;

/// What a literal may have before its quote in programs.
const WRAPPERS: [&str; 14] = [
    "u",
    "b",
    "r",
    "rb",
    "br",
    "L",
    "@",
    "&",
    "Some(",
    "String::from(",
    "SecretStr(",
    "SecretString::from(",
    "SecretString::new(",
    "Buffer.from(",
];

/// The value that begins there: up to the closing quote, or without quotes as far as no sign ends it.
pub(super) fn found(text: &str, from: usize) -> Option<Range<usize>> {
    let from = noise(text, run(text, from, BLANKS, is_blank));
    let from = from + wrapper(at(text, from));
    let from = from + default(at(text, from));
    let quoted = quote(text, from);
    let begin = noise(text, quoted);
    let mark = text.as_bytes().get(..quoted)?.last().filter(|_| quoted > from);
    let within_quotes = mark.and_then(|mark| {
        let inside = run(text, begin, VALUE, |byte| byte != *mark && byte != b'\\' && !byte.is_ascii_control());
        let closing = run(text, inside, SLASHES, |byte| byte == b'\\');
        (text.as_bytes().get(closing) == Some(mark)).then_some(inside)
    });
    let end = within_quotes.unwrap_or_else(|| bare(text, begin));
    // What a bracket follows is called, and no value.
    let is_called = within_quotes.is_none() && at(text, end).starts_with('(');
    text.get(begin..end).filter(|_| !is_called).map(|_| begin..end)
}

/// The length of what a shell has before the value that a variable has if it has none: `${NAME:-value}`.
fn default(text: &str) -> usize {
    let name = text.strip_prefix("${").map(|rest| run(rest, 0, NAME, is_name));
    name.filter(|name| at(text, name + 2).starts_with(":-")).map_or(0, |name| name + 4)
}

/// The length of what a literal has before its quote.
fn wrapper(text: &str) -> usize {
    let lengths = WRAPPERS.iter().filter(|wrapper| text.starts_with(**wrapper)).map(|wrapper| wrapper.len());
    lengths.max().filter(|length| quote(text, *length) > *length).unwrap_or_default()
}

/// The end of a value without quotes: base64 may end in `=`, and goes on behind none; the stars of Markdown
/// are none of it.
fn bare(text: &str, begin: usize) -> usize {
    let end = run(text, begin, VALUE, is_bare);
    if text.as_bytes().get(begin..end).is_some_and(|value| value.ends_with(b"**")) {
        return end - 2;
    }
    run(text, end, 2, |byte| byte == b'=')
}

/// Passes over a quote, with the backslashes that JSON put before it.
pub(super) fn quote(text: &str, from: usize) -> usize {
    let slashes = run(text, from, SLASHES, |byte| byte == b'\\');
    let quotes = run(text, slashes, 1, |byte| matches!(byte, b'"' | b'\'' | b'`'));
    if quotes > slashes { quotes } else { from }
}

/// Passes over colours and the stars of Markdown.
pub(super) fn noise(text: &str, from: usize) -> usize {
    let mut from = run(text, from, 4, |byte| byte == b'*');
    while let Some(code) = at(text, from).strip_prefix("\u{1b}[") {
        let digits = run(code, 0, 16, |byte| byte.is_ascii_digit() || byte == b';');
        from += 2 + digits + 1;
    }
    from
}

/// Passes over white space, also as JSON writes it: `\n` and `\\\\n`.
pub(super) fn gap(text: &str, from: usize) -> usize {
    let mut end = from;
    while end < from + LINE {
        let blanks = run(text, end, LINE, |byte| byte.is_ascii_whitespace());
        let slashes = run(text, blanks, SLASHES, |byte| byte == b'\\');
        let letter = run(text, slashes, 1, |byte| matches!(byte, b'n' | b'r' | b't'));
        match (slashes > blanks && letter > slashes, blanks > end) {
            (true, _) => end = letter,
            (false, true) => end = blanks,
            (false, false) => return end,
        }
    }
    end
}

pub(super) fn at(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// The end of the bytes from there on that are so, of which there are at most so many.
pub(super) fn run(text: &str, from: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes().get(from..).unwrap_or_default();
    from + bytes.iter().take(most).take_while(|byte| is(**byte)).count()
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_bare(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !byte.is_ascii_control() && !b"\"'`<>,;(){}[]|\\&=".contains(&byte)
}
