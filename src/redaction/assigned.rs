//! Values behind names: `NAME=value`, `name: value`, `"name": "value"`, `name => 'value'`, `name: &str = "value"`,
//! `name string = "value"`, `set("name", "value")`, `name: NAME` and `value: value` on two lines, `<name>value</name>`,
//! `--name value`, and the same in JSON in JSON, in colours and in Markdown.

use std::ops::Range;

use super::reach::end_of;

/// Letters of a name behind the word that tells: `TOKEN` in `TOKEN_FOR_DEPLOYMENT`.
const NAME: usize = 40;
/// Blanks around the sign between name and value.
const BLANKS: usize = 8;
/// Blanks between two columns.
const BLANKS_OF_TABLE: usize = 40;
/// Letters of a type between a name and its value.
const TYPE: usize = 48;
/// Bytes of a value that are looked at: some tokens have two thousand.
const VALUE: usize = 4096;
/// Backslashes before a quote: of JSON in JSON in JSON in JSON.
const SLASHES: usize = 15;
/// White space between a name and a value on the next line.
const LINE: usize = 48;
/// What a name may end in that is about a secret, and no secret.
const ABOUT: [&str; 31] = [
    "id",
    "ids",
    "count",
    "counts",
    "type",
    "name",
    "url",
    "uri",
    "file",
    "path",
    "expiry",
    "expires",
    "ttl",
    "at",
    "length",
    "limit",
    "budget",
    "usage",
    "field",
    "param",
    "encryption",
    "policy",
    "algorithm",
    "arn",
    "strength",
    "hint",
    "version",
    "label",
    "address",
    "symbol",
    "prefix",
];

/// What stands between a name and its value.
const SIGNS: [&str; 13] = ["||=", "??=", ":=", ":-", "=>", "==", ".=", "?=", "+=", "=", ":", "||", "??"];
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

/// A value behind a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) place: Range<usize>,
    /// Whether a sign says that it is one; else it is one if chance made it.
    pub(super) is_sure: bool,
}

/// The value of the name of which this is the rest.
pub(super) fn value(before: &str, text: &str) -> Option<Value> {
    let name = run(text, 0, NAME, is_name);
    if !is_secret_name(text.get(..name)?) {
        return None;
    }
    let is_sure = true;
    let blanks = run(text, name, BLANKS_OF_TABLE, is_blank);
    let is_word = blanks > name && at(text, blanks).starts_with(|sign: char| sign.is_ascii_alphanumeric());
    let place = if is_word {
        // Of a hundred names in prose, hardly one is more than a word among others.
        beside(text, name).or_else(|| found(text, declared(text, name)?))
    } else {
        line(before, text, name).or_else(|| behind_name(text, name)).or_else(|| row(text, name))
    };
    if let Some(place) = place {
        return Some(Value { place, is_sure });
    }
    // As people say it.
    let blanks = if blanks > name && at(text, blanks).starts_with("is ") { blanks + 3 } else { blanks };
    let is_there = blanks > name && !at(text, blanks).starts_with(['=', ':', '|', '?', '.', '+']);
    let place = is_there.then(|| found(text, blanks)).flatten()?;
    Some(Value { is_sure: place.start > blanks, place })
}

/// The rest of a line that is nothing but a name, `=` and a value, as `.env` has them: there all signs count.
fn line(before: &str, text: &str, name: usize) -> Option<Range<usize>> {
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
fn row(text: &str, name: usize) -> Option<Range<usize>> {
    let quoted = noise(text, quote(text, noise(text, name)));
    let sign = run(text, quoted, BLANKS, is_blank);
    let cell = found(text, at(text, sign).starts_with('|').then_some(sign + 1)?)?;
    let behind = run(text, cell.end, BLANKS, |byte| is_blank(byte) || matches!(byte, b'`' | b'*'));
    at(text, behind).starts_with('|').then_some(cell)
}

fn behind_name(text: &str, name: usize) -> Option<Range<usize>> {
    if at(text, name).starts_with('>') {
        return element(text, name + 1);
    }
    if at(text, name).starts_with("</key>") {
        let next = gap(text, name + "</key>".len());
        return element(text, at(text, next).starts_with("<string>").then_some(next + "<string>".len())?);
    }
    if at(text, name).starts_with('(') {
        return (quote(text, name + 1) > name + 1).then(|| found(text, name + 1)).flatten();
    }
    let unquoted = noise(text, name);
    let quoted = noise(text, quote(text, unquoted));
    if quoted > unquoted {
        let next = beside(text, quoted).or_else(|| second(text, quoted));
        let next = next.or_else(|| element(text, at(text, quoted).starts_with('>').then_some(quoted + 1)?));
        if next.is_some() {
            return next;
        }
    }
    let closed = run(text, quoted, 2, |sign| matches!(sign, b'[' | b']'));
    let blanks = noise(text, run(text, closed, BLANKS, is_blank));
    let Some(sign) = SIGNS.iter().find(|sign| at(text, blanks).starts_with(**sign)) else {
        return beside(text, closed).or_else(|| found(text, declared(text, closed)?));
    };
    let behind = blanks + sign.len();
    let from = if *sign == ":" { typed(text, behind).unwrap_or(behind) } else { behind };
    found(text, on_next_line(text, from).unwrap_or(from))
}

/// Where a value begins that stands on the next line: behind nothing, a bracket, or the sign of a block of YAML.
fn on_next_line(text: &str, from: usize) -> Option<usize> {
    let blanks = run(text, from, BLANKS, is_blank);
    let sign = run(text, blanks, 1, |byte| matches!(byte, b'|' | b'>' | b'(' | b'\\'));
    let chomp = run(text, sign, 1, |byte| byte == b'-');
    let begin = gap(text, chomp);
    (begin > chomp && at(text, chomp).starts_with(['\n', '\r', '\\'])).then_some(begin)
}

/// The second of two texts, of which the first has just ended, as a call or a list has them.
fn second(text: &str, from: usize) -> Option<Range<usize>> {
    let sign = run(text, from, BLANKS, is_blank);
    let begin = gap(text, at(text, sign).starts_with(',').then_some(sign + 1)?);
    (quote(text, begin) > begin).then(|| found(text, begin)).flatten()
}

/// The value in `name: NAME` and `value: value`: on the next line, or in the same object.
fn beside(text: &str, from: usize) -> Option<Range<usize>> {
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
fn declared(text: &str, name: usize) -> Option<usize> {
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

/// What an element of XML holds, if it is closed at once.
fn element(text: &str, from: usize) -> Option<Range<usize>> {
    let begin = gap(text, from);
    let is_inside = |byte: u8| !b"<\\".contains(&byte) && !byte.is_ascii_whitespace() && !byte.is_ascii_control();
    let end = run(text, begin, VALUE, is_inside);
    let closing = gap(text, end);
    (end > begin && at(text, closing).starts_with("</")).then_some(begin..end)
}

/// The value of the option of which this is the rest.
pub(super) fn argument(text: &str) -> Option<Range<usize>> {
    let name = run(text, 0, NAME, is_name);
    let blanks = run(text, name, BLANKS, is_blank);
    if blanks == name || !is_secret_name(text.get(..name)?) { None } else { found(text, blanks) }
}

/// Whether a name that goes on like this is that of a secret: `_id` and `Count` are about one.
pub(super) fn is_secret_name(rest: &str) -> bool {
    let last = rest.rsplit(['_', '-']).next().unwrap_or_default();
    let word = last.rfind(|sign: char| sign.is_ascii_uppercase()).and_then(|at| last.get(at..)).unwrap_or(last);
    let is_about = |word: &str| ABOUT.iter().any(|about| about.eq_ignore_ascii_case(word));
    rest.len() <= NAME && !is_about(last) && !is_about(word)
}

/// Where the value begins behind a type: `: &str =`, `: Option<String> =`.
fn typed(text: &str, from: usize) -> Option<usize> {
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || b"&<>[]'_:.|? ".contains(&byte);
    let end = run(text, from, TYPE, is_type);
    let rest = at(text, end).strip_prefix('=')?;
    (end > from && !rest.starts_with(['=', '>'])).then_some(end + 1)
}

/// The value that begins there: up to the closing quote, or without quotes as far as no sign ends it.
fn found(text: &str, from: usize) -> Option<Range<usize>> {
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
fn quote(text: &str, from: usize) -> usize {
    let slashes = run(text, from, SLASHES, |byte| byte == b'\\');
    let quotes = run(text, slashes, 1, |byte| matches!(byte, b'"' | b'\'' | b'`'));
    if quotes > slashes { quotes } else { from }
}

/// Passes over colours and the stars of Markdown.
fn noise(text: &str, from: usize) -> usize {
    let mut from = run(text, from, 4, |byte| byte == b'*');
    while let Some(code) = at(text, from).strip_prefix("\u{1b}[") {
        let digits = run(code, 0, 16, |byte| byte.is_ascii_digit() || byte == b';');
        from += 2 + digits + 1;
    }
    from
}

/// Passes over white space, also as JSON writes it: `\n` and `\\\\n`.
fn gap(text: &str, from: usize) -> usize {
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
    !byte.is_ascii_whitespace() && !byte.is_ascii_control() && !b"\"'`<>,;(){}[]|\\&=".contains(&byte)
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
            (r#"\\\\\\\": \\\\\\\"abc\\\\\\\", "#, Some("abc")),
            ("'] = `abc`", Some("abc")),
            (" => abc;", Some("abc")),
            ("=YWJj==&x=1", Some("YWJj==")),
            ("=a=b", Some("a=")),
            (" .= 'abc'", Some("abc")),
            (" string = \"abc\"", Some("abc")),
            (" *string=\"abc\"", Some("abc")),
            ("\", \"abc\")", Some("abc")),
            ("',\n    'abc')", Some("abc")),
            ("\", abc)", None),
            ("\n      value: abc", Some("abc")),
            (r"\n      value: abc\n", Some("abc")),
            (r#"\\n  value: \\\"abc\\\"\\n"#, Some("abc")),
            (r">\n\tabc\n</", Some("abc")),
            ("\", \"value\": \"abc\"", Some("abc")),
            ("' value='abc'", Some("abc")),
            (" value: abc", Some("abc")),
            (">abc</", Some("abc")),
            (">\n  abc\n</", Some("abc")),
            (">abc def</", None),
            ("> abc", None),
            (": \"abc", Some("abc")),
            (": \"abc\ndef\"", Some("abc")),
            ("=żół", Some("żół")),
            (": &str = \"abc\";", Some("abc")),
            (": Option<String> = 'abc'", Some("abc")),
            ("**: `abc`", Some("abc")),
            (": abc**", Some("abc")),
            (" | `abc` |", Some("abc")),
            ("\u{1b}[0m: \u{1b}[32m\"abc\"\u{1b}[0m", Some("abc")),
            ("\u{1b}[m\u{1b}[K=\u{1b}[1mabc\u{1b}[0m", Some("abc")),
            ("_id: abc", None),
            ("Count: abc", None),
            ("", None),
            ("(abc)", None),
            ("(\"abc\")", Some("abc")),
            (" = abc(x)", None),
            (" = u'abc'", Some("abc")),
            (" = SecretStr(\"abc\")", Some("abc")),
            (" { get; set; } = \"abc\"", Some("abc")),
            (": |\n    abc", Some("abc")),
            (" = (\n    'abc'\n)", Some("abc")),
            (" || 'abc'", Some("abc")),
            (":-abc}", Some("abc")),
            ("\">abc</", Some("abc")),
            ("\", \"Value\": \"abc\"", Some("abc")),
            (",ParameterValue=abc", Some("abc")),
            (" | base64", None),
            ("[] = \"abc\"", Some("abc")),
            (": ${PW:-abc}", Some("abc")),
            ("</key>\n<string>abc</string>", Some("abc")),
            (" is abc.", Some("abc.")),
            (" 'abc'", Some("abc")),
        ] {
            assert_eq!(value("a ", rest).and_then(|value| rest.get(value.place)), expected, "{rest}");
        }
    }

    #[test]
    fn on_a_line_of_its_own_all_signs_count() {
        for (before, rest, expected) in [
            ("", "=a(b,c;d", Some("a(b,c;d")),
            ("x\nexport DB_", "=a&b\ny", Some("a&b")),
            ("x?", "=a&b=c", Some("a")),
            ("x\nDB_", "=a, b", Some("a")),
        ] {
            assert_eq!(value(before, rest).and_then(|value| rest.get(value.place)), expected, "{before} {rest}");
        }
    }

    #[test]
    fn behind_a_blank_only_what_chance_made_is_a_value() {
        for (rest, expected) in [(" abc", (1..4, false)), ("   'abc'", (4..7, true)), (" = abc", (3..6, true))] {
            let Value { place, is_sure } = value("a ", rest).unwrap();
            assert_eq!((place, is_sure), expected, "{rest}");
        }
        assert_eq!(value("a ", ""), None);
    }

    #[test]
    fn an_option_has_its_value_behind_a_blank() {
        for (rest, expected) in [(" abc def", Some("abc")), ("-2 'a b'", Some("a b")), ("-stdin", None)] {
            assert_eq!(argument(rest).and_then(|place| rest.get(place)), expected, "{rest}");
        }
    }
}
