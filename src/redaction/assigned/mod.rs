//! Values behind names: `NAME=value`, `name: value`, `"name": "value"`, `name => 'value'`, `name: &str = "value"`,
//! `name string = "value"`, `set("name", "value")`, `name: NAME` and `value: value` on two lines, `<name>value</name>`,
//! `--name value`, and the same in JSON in JSON, in colours and in Markdown.

mod places;
mod scan;

use std::ops::Range;

use places::{beside, declared, element, line, on_next_line, row, second, typed};
use scan::{BLANKS, NAME, at, found, gap, is_blank, is_name, noise, quote, run};

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

/// Blanks between two columns.
const BLANKS_OF_TABLE: usize = 40;

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
    let begin = noise(text, blanks);
    Some(Value { is_sure: quote(text, begin) > begin, place })
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
        for (rest, expected) in [
            (" abc", (1..4, false)),
            ("   'abc'", (4..7, true)),
            (" = abc", (3..6, true)),
            (" \u{1b}[31mabc", (6..9, false)),
        ] {
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
