//! Where values stand that no plain sign puts behind their names.

use std::ops::Range;

use super::scan::{BLANKS, NAME, VALUE, at, found, gap, is_blank, is_name, noise, quote, run};
use crate::redaction::reach::end_of;

/// Letters of a type between a name and its value.
const TYPE: usize = 48;

/// The rest of a line that is nothing but a name, `=` and a value, as `.env` has them: there all signs count.
pub(super) fn line(before: &str, text: &str, name: usize) -> Option<Range<usize>> {
    if !at(text, name).starts_with('=') {
        return None;
    }
    let near = end_of(before, NAME);
    let begin = near.rfind('\n').map(|at| at + 1).or((near.len() == before.len()).then_some(0));
    let begin = near.get(begin?..)?.trim_start();
    let words = begin.strip_prefix("export ").or(begin.strip_prefix("set ")).unwrap_or(begin);
    let from = at(text, name)
        .strip_prefix('=')
        .filter(|_| words.bytes().all(|byte| is_name(byte) || byte == b'.'))
        .map(|_| name + 1)?;
    let is_value = |byte: u8| !byte.is_ascii_whitespace() && !byte.is_ascii_control() && !b"\"'`\\*".contains(&byte);
    let end = run(text, from, VALUE, is_value);
    let rest = at(text, end).trim_start_matches([' ', '\t', '\r']);
    (end > from && (rest.is_empty() || rest.starts_with('\n'))).then_some(from..end)
}

/// A cell of a table, behind the cell with its name.
pub(super) fn row(text: &str, name: usize) -> Option<Range<usize>> {
    let quoted = noise(text, quote(text, noise(text, name)));
    let sign = run(text, quoted, BLANKS, is_blank);
    let cell = found(text, at(text, sign).starts_with('|').then_some(sign + 1)?)?;
    let behind = run(text, cell.end, BLANKS, |byte| is_blank(byte) || matches!(byte, b'`' | b'*'));
    at(text, behind).starts_with('|').then_some(cell)
}

/// Where a value begins that stands on the next line: behind nothing, a bracket, or the sign of a block of YAML.
pub(super) fn on_next_line(text: &str, from: usize) -> Option<usize> {
    let blanks = run(text, from, BLANKS, is_blank);
    let sign = run(text, blanks, 1, |byte| matches!(byte, b'|' | b'>' | b'(' | b'\\'));
    let chomp = run(text, sign, 1, |byte| byte == b'-');
    let begin = gap(text, chomp);
    (begin > chomp && at(text, chomp).starts_with(['\n', '\r', '\\'])).then_some(begin)
}

/// The second of two texts, of which the first has just ended, as a call or a list has them.
pub(super) fn second(text: &str, from: usize) -> Option<Range<usize>> {
    let sign = run(text, from, BLANKS, is_blank);
    let begin = gap(text, at(text, sign).starts_with(',').then_some(sign + 1)?);
    (quote(text, begin) > begin).then(|| found(text, begin)).flatten()
}

/// The value in `name: NAME` and `value: value`: on the next line, or in the same object.
pub(super) fn beside(text: &str, from: usize) -> Option<Range<usize>> {
    let comma = run(text, gap(text, from), 1, |byte| byte == b',');
    let next = gap(text, comma);
    let name = quote(text, next);
    let rest = at(text, name);
    let rest = rest.strip_prefix("Parameter").unwrap_or(rest);
    let behind = rest.strip_prefix("value").or(rest.strip_prefix("Value")).filter(|_| next > from)?;
    let closed = quote(text, text.len() - behind.len());
    let sign = run(text, closed, BLANKS, is_blank);
    found(text, at(text, sign).starts_with([':', '=']).then_some(sign + 1)?)
}

/// Where the value begins behind a type that follows its name: `token string = `.
pub(super) fn declared(text: &str, name: usize) -> Option<usize> {
    let blanks = run(text, name, BLANKS, is_blank);
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'.' | b'[' | b']' | b'_');
    let accessors = ["{ get; set; }", "{ get; }", "{ get; init; }"]
        .iter()
        .find(|accessors| at(text, blanks).starts_with(**accessors));
    let behind = accessors.map_or_else(|| run(text, blanks, TYPE, is_type), |accessors| blanks + accessors.len());
    let sign = run(text, behind, BLANKS, is_blank);
    let rest = at(text, sign).strip_prefix('=')?;
    (blanks > name && behind > blanks && !rest.starts_with(['=', '>'])).then_some(sign + 1)
}

/// Where the value begins behind a type: `: &str =`, `: Option<String> =`.
pub(super) fn typed(text: &str, from: usize) -> Option<usize> {
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || b"&<>[]'_:.|? ".contains(&byte);
    let end = run(text, from, TYPE, is_type);
    let rest = at(text, end).strip_prefix('=')?;
    (end > from && !rest.starts_with(['=', '>'])).then_some(end + 1)
}

/// What an element of XML holds, if it is closed at once.
pub(super) fn element(text: &str, from: usize) -> Option<Range<usize>> {
    let begin = gap(text, from);
    let is_inside = |byte: u8| !b"<\\".contains(&byte) && !byte.is_ascii_whitespace() && !byte.is_ascii_control();
    let end = run(text, begin, VALUE, is_inside);
    let closing = gap(text, end);
    (end > begin && at(text, closing).starts_with("</")).then_some(begin..end)
}
