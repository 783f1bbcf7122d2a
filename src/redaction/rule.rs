//! One kind of secret, and how it is told from what only looks like it.

use std::ops::Range;

use super::reach::end_of;
use super::value;

/// One kind of secret. A rule is asked where one of its anchors stands, and nowhere else.
#[derive(Debug)]
pub struct Rule {
    /// What stands in the place of the secret: `[REDACTED:kind]`.
    pub kind: &'static str,
    /// What it begins with, or what stands before it; in lower case where the case does not matter.
    pub anchors: &'static [&'static str],
    /// Where the anchor may stand.
    pub at: At,
    /// What follows the anchor.
    pub then: Then,
    /// What the secret must be like.
    pub is: Is,
    /// Who says so.
    pub source: &'static str,
    /// One that is found; in two parts, so that no search for secrets finds it here.
    pub example: (&'static str, &'static str),
    /// What looks like it and is none.
    pub counter: &'static str,
}

/// What follows an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// A regular expression. Its first group that matches is the secret; without a group the anchor and all
    /// that follows is.
    Pattern(&'static str),
    /// Nothing: the secret stands before the anchor, and this regular expression, which ends there, says
    /// where, in the same way.
    Before(&'static str),
    /// The rest of a name, a sign and a value, which is the secret.
    Assigned,
    /// The rest of an option and its value, which is the secret.
    Argument,
}

/// Where an anchor may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Anywhere, in these letters.
    Anywhere,
    /// Where a word begins, in these letters.
    Word,
    /// As a name or the end of one, in any letters: `MY_TOKEN`, `accessToken`, not `tokenizer`.
    Name,
    /// As a whole name, in any letters.
    Own,
    /// Where a word begins, in any letters.
    AnyCase,
    /// Where a word with dashes begins, in these letters.
    Code,
    /// As the last word of an option, in any letters: `--db-password`.
    Flag,
    /// On a line that calls `curl`.
    Curl,
    /// As a parameter of a connection string: behind a `;`, `?` or `&`.
    Parameter,
}

/// What a secret must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// Whatever its pattern says.
    Any,
    /// No stand-in like `$TOKEN` or `<password>`.
    Given,
    /// No stand-in and no plain word.
    Credential,
    /// Somebody's password: letters and digits or signs.
    Password,
    /// Made by chance.
    Random,
}

impl Is {
    pub(super) fn holds(self, secret: &str) -> bool {
        match self {
            Is::Any => true,
            Is::Given => value::is_given(secret),
            Is::Credential => value::is_credential(secret),
            Is::Password => value::is_password(secret),
            Is::Random => value::is_random(secret),
        }
    }
}

impl At {
    /// Whether an anchor that was found at `start..end`, in any letters, counts there.
    pub(super) fn holds(self, text: &str, start: usize, end: usize, anchors: &[&str]) -> bool {
        let before = text.get(..start).unwrap_or_default();
        let found = text.get(start..end).unwrap_or_default();
        let is_exact = || anchors.contains(&found);
        match self {
            At::Anywhere => is_exact(),
            At::Word => is_exact() && is_edge(before),
            At::Code => is_exact() && is_edge(before) && !before.ends_with('-'),
            At::AnyCase => is_edge(before),
            At::Name => !continues(found, text.get(end..).unwrap_or_default()) && is_part(found, before),
            At::Own => !continues(found, text.get(end..).unwrap_or_default()) && is_edge(before),
            At::Flag => !continues(found, text.get(end..).unwrap_or_default()) && is_option(before),
            At::Curl => is_exact() && calls_curl(before),
            At::Parameter => before.trim_end_matches(' ').ends_with([';', '?', '&']),
        }
    }
}

/// Whether the name's last word goes on: `token` in `tokenizer` and `TOKENS`, not in `tokenValue` and
/// `TOKEN_2`.
fn continues(found: &str, behind: &str) -> bool {
    let (last, next) = (found.bytes().next_back(), behind.bytes().next());
    match (last, next) {
        (Some(last), Some(next)) if last.is_ascii_uppercase() => next.is_ascii_alphabetic(),
        (Some(_), Some(next)) => next.is_ascii_lowercase(),
        _ => false,
    }
}

/// Whether a word can begin behind this text, of which only the end is looked at, however long a word is. What stands for one sign (`\n`, `%3D`, `\u003d`, `ESC[32m`)
/// is no part of a word.
fn is_edge(before: &str) -> bool {
    let is_hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    match before.as_bytes() {
        [] | [.., b'\\', b'n' | b'r' | b't' | b'f' | b'b'] => true,
        [.., b'\\', b'u', a, b, c, d] if is_hex(&[*a, *b, *c, *d]) => true,
        [.., b'%', a, b] if is_hex(&[*a, *b]) => true,
        [.., last] if !last.is_ascii_alphanumeric() && *last != b'_' => true,
        _ => is_colour(end_of(before, 24)) || is_emphasis(end_of(before, 4)),
    }
}

/// Whether a text ends in `ESC[32m` or the like, also where JSON or a shell writes it in letters.
pub(super) fn is_colour(near: &str) -> bool {
    let Some((before, code)) = near.rsplit_once('[') else { return false };
    let is_escape = ["\u{1b}", r"\u001b", r"\u001B", r"\x1b", r"\x1B", r"\033", r"\e"]
        .iter()
        .any(|escape| before.ends_with(escape));
    is_escape && code.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ';').len() == 1
}

/// Whether it ends in underscores that begin no word, as Markdown has them.
fn is_emphasis(near: &str) -> bool {
    let before = near.trim_end_matches('_');
    before.len() < near.len() && !before.ends_with(|sign: char| sign.is_ascii_alphanumeric())
}

/// Whether an option begins there: two dashes and a few words.
fn is_option(before: &str) -> bool {
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
    let near = end_of(before, 40);
    near.get(near.trim_end_matches(is_name).len()..).is_some_and(|name| name.starts_with("--"))
}

/// How far back the name of a program is looked for, in bytes.
const LINE: usize = 400;

/// Also where the line goes on behind a backslash.
fn calls_curl(before: &str) -> bool {
    let near = end_of(before, LINE);
    let call = near.rfind("curl").and_then(|at| near.get(at..));
    call.is_some_and(|call| call.lines().rev().skip(1).all(|line| line.trim_end().ends_with('\\')))
}

/// Whether what begins with a sign, as `_key`, is the end of a name and not all of it.
fn is_part(found: &str, before: &str) -> bool {
    !found.starts_with('_') || before.ends_with(|sign: char| sign.is_ascii_alphanumeric())
}

/// What goes before a key or a token that all may know.
const KNOWN: [&str; 25] = [
    "publickey",
    "gpg",
    "s3",
    "dedup",
    "build",
    "unique",
    "site",
    "sync",
    "resume",
    "group",
    "composite",
    "public",
    "primary",
    "foreign",
    "cache",
    "partition",
    "sort",
    "bucket",
    "object",
    "idempotency",
    "row",
    "next",
    "page",
    "pagination",
    "continuation",
];

/// Whether a name goes before that makes a key or a token of it that all may know.
pub(super) fn is_known(text: &str, anchor: &Range<usize>) -> bool {
    let found = text.get(anchor.clone()).unwrap_or_default();
    let before = text.get(..anchor.start).unwrap_or_default();
    let near = end_of(before, 16).trim_end_matches(['_', '-']);
    let is_plain = ["_key", "token"].iter().any(|plain| plain.eq_ignore_ascii_case(found));
    is_plain
        && KNOWN.iter().any(|known| {
            near.get(near.len().saturating_sub(known.len())..).is_some_and(|end| end.eq_ignore_ascii_case(known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_behind_signs_and_what_stands_for_one() {
        for (before, expected) in [
            ("", true),
            ("a ", true),
            ("key=", true),
            (r"line\n", true),
            ("%3D", true),
            (r"\u003d", true),
            ("\u{1b}[32m", true),
            ("\u{1b}[01;31m\u{1b}[K", true),
            (r"\u001b[31m", true),
            ("a[31m", false),
            (" _", true),
            ("**__", true),
            ("a", false),
            ("a_", false),
            ("7m", false),
            ("den", false),
        ] {
            assert_eq!(is_edge(before), expected, "{before:?}");
        }
    }

    #[test]
    fn a_call_of_curl_goes_on_behind_backslashes() {
        for (before, expected) in [
            ("curl -s ", true),
            ("x | curl -s \\\n  -H a \\\n  ", true),
            ("curl -s\n", true),
            ("curl -s\ndocker run ", false),
            ("docker run ", false),
        ] {
            assert_eq!(calls_curl(before), expected, "{before:?}");
        }
    }

    #[test]
    fn some_keys_are_for_all_to_see() {
        for (name, expected) in [
            ("public_key", true),
            ("PRIMARY_KEY", true),
            ("nextPageToken", true),
            ("republic_api_key", false),
            ("primary_masterkey", false),
            ("_key", false),
        ] {
            let at = name.to_ascii_lowercase().rfind("token").or(name.to_ascii_lowercase().rfind("_key"));
            let at = at.unwrap_or(8);
            assert_eq!(is_known(name, &(at..name.len())), expected, "{name}");
        }
    }

    #[test]
    fn names_end_where_another_word_begins() {
        for (found, behind, expected) in [
            ("token", "", false),
            ("token", "Value", false),
            ("token", "_2", false),
            ("TOKEN", "_2", false),
            ("TOKEN", "=x", false),
            ("Token", "2", false),
            ("token", "izer", true),
            ("token", "s", true),
            ("TOKEN", "S", true),
        ] {
            assert_eq!(continues(found, behind), expected, "{found}{behind}");
        }
    }
}
