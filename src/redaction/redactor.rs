//! Finds secrets in a text and puts marks in their places.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::Input;
use regex::Regex;

use super::compiled::{ANCHORS, COMPILED};
use super::decoded::Decoded;
use super::home::Home;
use super::rule::{At, Rule, is_known};
use super::{RULES, assigned, marker, pem};

/// What is replaced.
#[derive(Default)]
pub struct Redactor {
    /// Patterns beside the rules; the first group of one is the secret, without a group all of it.
    pub patterns: Vec<Regex>,
    /// What is no secret, whatever a rule says.
    pub allowed: Vec<Regex>,
    /// The user's folder, which is shortened to `~`: its name can be a person's.
    pub home: Option<Home>,
    /// Whether secrets stay.
    pub keeps_secrets: bool,
}

/// The kind of what a name tells that is a header's.
const HEADER: &str = "authorization";
/// Bytes between an anchor and its secret in which no other one can be.
const NEAR: usize = 8;
/// Letters of a name that are looked at.
const LONGEST_NAME: usize = 200;

/// What is replaced, and by what.
pub(super) type Found = (Range<usize>, Cow<'static, str>);

impl Redactor {
    /// The text with a mark in the place of each secret.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found = self.secrets(text);
        found.extend(self.home.iter().flat_map(|home| home.places(text)).map(|place| (place, Cow::Borrowed("~"))));
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, found)) }
    }

    /// Where secrets are, unless they stay, and what stands in their places; some share letters.
    pub(super) fn secrets(&self, text: &str) -> Vec<Found> {
        if self.keeps_secrets {
            return Vec::new();
        }
        let decoded = Decoded::of(text);
        let hidden = decoded.iter().flat_map(|decoded| {
            Self::by_rules(&decoded.text).into_iter().map(|(place, kind)| (decoded.place(&place), kind))
        });
        let mut found: Vec<_> = hidden.collect();
        found.extend(Self::by_rules(text));
        found.extend(self.by_patterns(text));
        found.retain(|(place, _)| !self.is_allowed(text.get(place.clone()).unwrap_or_default()));
        found.into_iter().map(|(place, kind)| (place, Cow::Owned(marker::of(kind)))).collect()
    }

    /// Whether anything in a text may have to be replaced.
    pub(super) fn may_change(&self, text: &str) -> bool {
        let may_hold = !self.keeps_secrets && (!self.patterns.is_empty() || COMPILED.search().is_match(text));
        may_hold || self.home.as_ref().is_some_and(|home| home.is_in(text))
    }

    /// Whether a value is a secret because of the name that it has.
    pub(super) fn names_secret(&self, name: &str, value: &str) -> Option<&'static str> {
        if self.keeps_secrets {
            return None;
        }
        // One may stand within another: `secret` in `aws_secret_access_key`.
        let mut from = 0;
        let anchors = std::iter::from_fn(|| {
            let found = COMPILED.search().find(Input::new(name).range(from..))?;
            from = found.start() + 1;
            Some(found)
        });
        let anchors = anchors.take_while(|anchor| anchor.start() < LONGEST_NAME);
        let at = anchors.filter_map(|anchor| Some((&ANCHORS.get(anchor.pattern().as_usize())?.1, anchor.range())));
        let rules = at.flat_map(|(rules, place)| {
            let rules = rules.iter().filter_map(|number| RULES.get(*number).copied());
            let is_name = assigned::is_secret_name(name.get(place.end..).unwrap_or_default());
            let holds = move |rule: &&Rule| rule.at.holds(name, place.start, place.end, rule.anchors);
            let is_told = |rule: &&Rule| rule.at == At::Name || rule.kind == HEADER;
            let is_known = move || is_known(name, &place);
            rules.filter(move |rule| is_name && is_told(rule) && holds(rule) && !is_known())
        });
        let mut rules = rules.filter(|rule| rule.is.holds(value));
        rules.next().filter(|_| !self.is_allowed(value)).map(|rule| rule.kind)
    }

    fn by_rules(text: &str) -> Vec<(Range<usize>, &'static str)> {
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(anchor) = COMPILED.search().find(Input::new(text).range(from..)) {
            let before = found.len();
            Self::at_anchor(text, anchor.pattern().as_usize(), anchor.range(), &mut found);
            let near =
                found.get(before..).unwrap_or_default().iter().filter(|(place, _)| place.start <= anchor.end() + NEAR);
            // Another anchor may begin within one that says nothing: `_pass` in `DB_PASSWORD`.
            let end = near.map(|(place, _)| place.end).max().unwrap_or_default();
            // Some secrets stand before their anchors.
            from = end.max(anchor.start() + 1);
        }
        found
    }

    fn at_anchor(text: &str, anchor: usize, place: Range<usize>, found: &mut Vec<(Range<usize>, &'static str)>) {
        let Some((_, rules)) = ANCHORS.get(anchor) else { return };
        if rules.is_empty() {
            found.extend(pem::find(text, place.start).map(|key| (key, pem::KIND)));
        }
        for number in rules {
            let Some(rule) = RULES.get(*number).copied() else { continue };
            let secret = COMPILED.secret(*number, rule, text, place.clone());
            found.extend(secret.map(|secret| (secret, rule.kind)));
        }
    }

    fn by_patterns(&self, text: &str) -> Vec<(Range<usize>, &'static str)> {
        let all = self.patterns.iter().flat_map(|pattern| pattern.captures_iter(text));
        let places = all.filter_map(|groups| Some(groups.get(1).or(groups.get(0))?.range()));
        // A pattern like `x*` matches between any two letters, where nothing is to be replaced.
        places.filter(|place| !place.is_empty()).map(|place| (place, marker::CUSTOM)).collect()
    }

    fn is_allowed(&self, secret: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.is_match(secret))
    }
}

/// The text with marks. Of secrets that share letters the first one counts, as far as all of them go.
fn replaced(text: &str, mut found: Vec<Found>) -> String {
    found.sort_by_key(|(place, _)| (place.start, usize::MAX - place.end));
    let (mut output, mut done) = (String::with_capacity(text.len()), 0);
    for (place, mark) in found {
        if place.start >= done {
            output.push_str(text.get(done..place.start).unwrap_or_default());
            output.push_str(&mark);
        }
        done = done.max(place.end);
    }
    output + text.get(done..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        Redactor::default().redact(text).into_owned()
    }

    #[test]
    fn every_rule_finds_its_example_and_nothing_in_what_looks_like_it() {
        let redactor = Redactor::default();
        for rule in RULES.iter() {
            let (before, secret) = rule.example;
            let redacted = redactor.redact(&format!("{before}{secret}")).into_owned();
            assert!(redacted.contains(&marker::of(rule.kind)), "{}: {redacted}", rule.kind);
            let core: String = secret.chars().skip(1).take(8).collect();
            assert!(!redacted.contains(&core) || rule.at == At::Curl || rule.kind == "url-password", "{redacted}");
            assert_eq!(redactor.redact(rule.counter), rule.counter, "{}", rule.kind);
        }
    }

    #[test]
    fn what_was_redacted_stays_as_it_is() {
        for rule in RULES.iter() {
            let once = redacted(&format!("x {}{} y", rule.example.0, rule.example.1));
            assert_eq!(redacted(&once), once);
        }
    }

    #[test]
    fn secrets_are_found_in_every_form() {
        for (text, expected) in [
            ("a AKIAIOSFODNN7EXAMPLE b", "a [REDACTED:aws-access-key] b"),
            (r#"{"password": "hunter2xyz"}"#, r#"{"password": "[REDACTED:password]"}"#),
            (r#"{\"password\": \"hunter2xyz\"}"#, r#"{\"password\": \"[REDACTED:password]\"}"#),
            (r#"{\\"password\\":\\"hunter2xyz\\"}"#, r#"{\\"password\\":\\"[REDACTED:password]\\"}"#),
            ("password: hunter2xyz", "password: [REDACTED:password]"),
            ("clientSecret = 'aB3dE5fG7hI9jK1lM3nO'", "clientSecret = '[REDACTED:secret]'"),
            ("os.environ['MY_TOKEN'] = 'aB3dE5fG7hI9jK1lM3nO'", "os.environ['MY_TOKEN'] = '[REDACTED:secret]'"),
            ("x?a=1&password=hunter2xyz&b=2", "x?a=1&password=[REDACTED:password]&b=2"),
            ("Server=a;Password=hunter2xyz;Database=b", "Server=a;Password=[REDACTED:password];Database=b"),
            ("Server=a;Password=8_d%/&qvW7My;Encrypt=true", "Server=a;Password=[REDACTED:password];Encrypt=true"),
            ("Server=a;Password=c3VtbWVy==;Encrypt=true", "Server=a;Password=[REDACTED:password];Encrypt=true"),
            ("postgres://app:ab#8_dqvW7My@db/shop", "postgres://app:[REDACTED:url-password]@db/shop"),
            ("redis://:s3cretpw@h:6379", "redis://:[REDACTED:url-password]@h:6379"),
            (".env:3:app:s3cretpw@tcp(h:3306)/shop", ".env:3:app:[REDACTED:url-password]@tcp(h:3306)/shop"),
            (r"go\napp:s3cretpw@unix(/s)/shop", r"go\napp:[REDACTED:url-password]@unix(/s)/shop"),
            ("\u{1b}[32mapp:s3cretpw@tcp(h)/shop", "\u{1b}[32mapp:[REDACTED:url-password]@tcp(h)/shop"),
            ("root:${DB_PASSWORD}@tcp(h)/shop", "root:${DB_PASSWORD}@tcp(h)/shop"),
            ("printf '%s' \"s3cretpw\" | sudo -S ls", "printf '%s' \"[REDACTED:password]\" | sudo -S ls"),
            ("cat key | docker login --password-stdin", "cat key | docker login --password-stdin"),
            (
                "Private-Lines: 2\n    7→AAAAgQCf0d5e8a7b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b\n    8→+f0d==\nPrivate-MAC: 0",
                "Private-Lines: 2\n    7→[REDACTED:private-key]\nPrivate-MAC: 0",
            ),
            (
                r#"-H "Authorization: Bearer aB3dE5fG7hI9jK1lM3nO""#,
                r#"-H "Authorization: Bearer [REDACTED:authorization]""#,
            ),
            (r#"{"Authorization":"token abcdefgh12"}"#, r#"{"Authorization":"token [REDACTED:authorization]"}"#),
            ("X-Api-Key: aB3dE5fG7hI9jK1lM3nO", "X-Api-Key: [REDACTED:secret]"),
            (r"line\nghp_0123456789abcdefghijABCDEFGHIJ012345\n", r"line\n[REDACTED:github-token]\n"),
            (
                "\u{1b}[32mghp_0123456789abcdefghijABCDEFGHIJ012345\u{1b}[0m",
                "\u{1b}[32m[REDACTED:github-token]\u{1b}[0m",
            ),
        ] {
            assert_eq!(redacted(text), expected, "{text}");
        }
    }

    #[test]
    fn private_keys_are_found_whole_and_cut_and_however_their_lines_are_written() {
        let line = "MIIEowIBAAKCAQEA0123456789abcdefghijABCDEFGHIJ0123456789abcdefgh";
        let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
        let plain = ["\n", "\r\n", r"\n", r"\\n", r"\r\n", "\\n\" +\n  \"", "\n> "];
        let numbered = ["\n     2→", "\n    12\t", r"\n    12\t", r"\\n    12\\t"];
        for between in plain.into_iter().chain(numbered) {
            let whole = [begin, line, line, "abcdefghij==", end].join(between);
            assert_eq!(redacted(&format!("a {whole} b")), "a [REDACTED:private-key] b", "{between:?}");
            let cut = [begin, line, "MIIEowIBAAKCAQ"].join(between);
            assert_eq!(redacted(&format!("a {cut}")), "a [REDACTED:private-key]", "{between:?}");
            let rest = [line, "abcdefghijklmnopqrst", end].join(between);
            assert_eq!(
                redacted(&format!("a{between}{rest} b")),
                format!("a{between}[REDACTED:private-key] b"),
                "{between:?}"
            );
        }
        let public = format!("-----BEGIN PUBLIC KEY-----\n{line}\n-----END PUBLIC KEY-----");
        assert_eq!(redacted(&public), public);
    }

    #[test]
    fn json_stays_json_and_escapes_hide_nothing() {
        let redactor = Redactor::default();
        for (json, expected) in [
            (r#"{"a":"\u0041KIAIOSFODNN7EXAMPLE"}"#, r#"{"a":"[REDACTED:aws-access-key]"}"#),
            (r#"{"a":"x\nPASSWORD=\"hunter2xyz\" \u00e9"}"#, r#"{"a":"x\nPASSWORD=\"[REDACTED:password]\" é"}"#),
            (r#"{"api_key":"aB3dE5fG7hI9jK1lM3nO","n":1}"#, r#"{"api_key":"[REDACTED:secret]","n":1}"#),
            (r#"{"tokens":["aB3dE5fG7hI9jK1lM3nO"]}"#, r#"{"tokens":["aB3dE5fG7hI9jK1lM3nO"]}"#),
            (
                r#"{"aws_secret_access_key":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzKEY7"}"#,
                r#"{"aws_secret_access_key":"[REDACTED:secret]"}"#,
            ),
            (
                r#"{"name":"A_TOKEN","value":"aB3dE5fG7hI9jK1lM3nO","id":"aB3dE5fG7hI9jK1lM3nO"}"#,
                r#"{"name":"A_TOKEN","value":"[REDACTED:secret]","id":"aB3dE5fG7hI9jK1lM3nO"}"#,
            ),
            (r#"{"token":["aB3dE5fG7hI9jK1lM3nO"]}"#, r#"{"token":["[REDACTED:secret]"]}"#),
            (r#"{"token":{"id":"aB3dE5fG7hI9jK1lM3nO"}}"#, r#"{"token":{"id":"aB3dE5fG7hI9jK1lM3nO"}}"#),
            (
                r#"{"a":"{\"b\":\"redis:\\/\\/:s3cretpw@h\"}"}"#,
                r#"{"a":"{\"b\":\"redis:\\/\\/:[REDACTED:url-password]@h\"}"}"#,
            ),
            (r#"{"a":"caf\u00e9 \"q\""}"#, r#"{"a":"caf\u00e9 \"q\""}"#),
            ("no json \" at all", "no json \" at all"),
            ("[AKIAIOSFODNN7EXAMPLE](#a)", "[[REDACTED:aws-access-key]](#a)"),
        ] {
            assert_eq!(redactor.redact_json(json), expected, "{json}");
        }
    }

    #[test]
    fn people_add_patterns_and_except_what_is_none() {
        let redactor = Redactor {
            patterns: [r"ACME-\d+", r"pin (\d{4})", "x*"].map(|pattern| Regex::new(pattern).unwrap()).into(),
            allowed: vec![Regex::new("EXAMPLE$").unwrap()],
            ..Redactor::default()
        };
        assert_eq!(
            redactor.redact("ACME-77 pin 1234 AKIAIOSFODNN7EXAMPLE"),
            "[REDACTED:custom] pin [REDACTED:custom] AKIAIOSFODNN7EXAMPLE"
        );
    }

    #[test]
    fn no_text_takes_long() {
        let redactor = Redactor::default();
        let keys = "-----BEGIN PRIVATE KEY-----".to_owned() + &"\n".repeat(100);
        for unit in [
            "eyJ",
            "eyJ-",
            "token=",
            "token2",
            "password:",
            "-u ",
            "://a:",
            "-----BEGIN",
            "AKIA0 ",
            "m_key",
            "\"",
            "\\",
            &keys,
        ] {
            let text = unit.repeat(400_000 / unit.len());
            let began = std::time::Instant::now();
            let _ = (redactor.redact(&text), redactor.redact_json(&text));
            // Hundreds of times what it takes where nothing is optimised, and far below a square.
            assert!(began.elapsed().as_secs() < 20, "{unit:?}: {:?}", began.elapsed());
        }
    }
}
