//! Private keys: blocks of lines between `BEGIN` and `END`, whole or cut, with newlines as they are or as
//! `\n`, with line numbers or quotes before each line.

use std::ops::Range;

/// What stands in the place of one.
pub(super) const KIND: &str = "private-key";
/// What all begin and end with.
pub(super) const ANCHORS: [&str; 2] = ["-----BEGIN", "-----END"];
/// What the names of all have: RSA, EC, OPENSSH, ENCRYPTED, none, PGP.
const NAME: &str = "PRIVATE KEY";
/// Bytes that a first or last line has, at most.
const LINE: usize = 80;
/// What labels have before and behind them.
const DASHES: &str = "-----";
/// Bytes of a block, at most.
const BLOCK: usize = 16 * 1024;
/// Characters that a line of a key has at least, but for its last one.
const CODE: usize = 16;
/// Headers of old keys and of PGP.
const HEADERS: [&str; 5] = ["Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:"];

/// The key of which an anchor stands at `at`: from its first line to its last, or as far as it goes.
pub(super) fn find(text: &str, at: usize) -> Option<Range<usize>> {
    let line = text.get(at..)?;
    let head = label(line)?;
    if line.starts_with(ANCHORS[0]) {
        let begin = at + head;
        if let Some(end) = end_of_block(text.get(begin..)?) {
            return Some(at..begin + end);
        }
        let end = begin + lines(text.get(begin..)?);
        let behind = text.get(end..).unwrap_or_default();
        let last = behind.starts_with(ANCHORS[1]).then(|| label(behind)).flatten().unwrap_or_default();
        return Some(at..end + last);
    }
    let begin = lines_before(text.get(..at)?);
    (begin < at).then_some(begin..at + head)
}

/// The length of a line that begins or ends a private key.
fn label(line: &str) -> Option<usize> {
    let dashes = line.get(5..)?.find("-----")? + 10;
    let label = line.get(..dashes).filter(|label| label.len() <= LINE)?;
    label.contains(NAME).then_some(dashes)
}

/// Where a block ends of which the last line is there, and at least two fifths are code: whatever stands before its
/// lines, as marks of a diff, names of files, or times.
fn end_of_block(text: &str) -> Option<usize> {
    let end = text.find(DASHES).filter(|end| *end <= BLOCK)?;
    // A diff has a dash before each line that is gone.
    let end = end + usize::from(text.get(end..)?.starts_with("------"));
    let last = text.get(end..).filter(|line| line.starts_with(ANCHORS[1])).and_then(label)?;
    let inside = text.get(..end)?;
    let code: usize = inside.split(|sign| !is_code(sign)).map(str::len).filter(|length| *length >= CODE).sum();
    (code * 5 >= inside.len() * 2).then_some(end + last)
}

/// How far lines of code go from here on.
fn lines(text: &str) -> usize {
    let mut at = 0;
    loop {
        let line = behind_gap(text.get(at..).unwrap_or_default());
        let begin = text.len() - line.len();
        if line.starts_with(ANCHORS[1]) {
            return begin;
        }
        let header = header(line);
        let length = header.unwrap_or_else(|| code(line));
        let rest = line.get(length..).unwrap_or_default();
        // The last line may be short.
        let is_last = || rest.is_empty() || behind_gap(rest).starts_with(ANCHORS[1]);
        if length == 0 || (header.is_none() && length < CODE && !is_last()) {
            return at;
        }
        at = begin + length;
    }
}

fn behind_gap(text: &str) -> &str {
    text.get(gap(text)..).unwrap_or_default()
}

/// Where lines of code begin that go on to the end.
fn lines_before(text: &str) -> usize {
    let mut at = text.len();
    // The last line may be short.
    let mut least = 1;
    loop {
        let line = before_gap(text.get(..at).unwrap_or_default());
        let begin = line.trim_end_matches(is_code).len();
        // In `\nMIIE` the `n` is not the key's.
        let begin = begin + usize::from(line.get(..begin).is_some_and(|before| before.ends_with('\\')));
        if line.len().saturating_sub(begin) < least {
            return at;
        }
        (at, least) = (begin, CODE);
    }
}

fn before_gap(text: &str) -> &str {
    let before = text.trim_end_matches(is_between);
    let unnumbered = before.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let is_numbered = text.get(before.len()..).is_some_and(|gap| gap.starts_with(['→', '\t', '|', '\\']));
    if is_numbered && unnumbered.len() < before.len() && unnumbered.ends_with(char::is_whitespace) {
        return before_gap(unnumbered);
    }
    let escape = before.strip_suffix(['n', 'r', 't']).filter(|before| before.ends_with('\\'));
    escape.map_or(before, before_gap)
}

/// What stands between two lines: white space, also as `\n` and `\\r\\n`, quotes and signs that join texts, the
/// numbers that a tool puts before lines.
fn gap(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let signs = rest.len() - rest.trim_start_matches(|sign| is_between(sign) && sign != '\\').len();
        let escape = rest.strip_prefix('\\').map(|rest| rest.trim_start_matches('\\'));
        let escape =
            escape.filter(|rest| rest.starts_with(['n', 'r', 't'])).map(|letter| rest.len() - letter.len() + 1);
        let digits = rest.len() - rest.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        let number = rest.get(digits..).filter(|rest| digits > 0 && ends_number(rest)).map(|_| digits);
        match escape.or(number).unwrap_or(signs) {
            0 => return at,
            length => at += length,
        }
    }
}

/// Whether a line's number can end before this: at a sign, or at a tab that is written `\t` or `\\t`.
fn ends_number(rest: &str) -> bool {
    let is_tab = || rest.starts_with('\\') && rest.trim_start_matches('\\').starts_with('t');
    rest.starts_with(['→', '\t', '|', ':', '-']) || is_tab()
}

fn is_between(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, '"' | '\'' | '`' | '+' | '>' | '|' | '→' | ',' | '\\' | '.' | '#' | '*' | '$')
}

fn is_code(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '+' | '/' | '=' | '_')
}

fn code(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_code).len()
}

fn header(text: &str) -> Option<usize> {
    HEADERS.iter().any(|header| text.starts_with(header)).then(|| text.find(['\n', '\\', '"']).unwrap_or(text.len()))
}
