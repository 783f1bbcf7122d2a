//! Secrets in JSON: in the strings as they are meant, whatever is escaped in them, and in the values of
//! names.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::marker;
use super::redactor::Redactor;

impl Redactor {
    /// The JSON text with marks in the places of secrets. It stays JSON, and what holds none stays as it
    /// is written. What is no JSON is a text.
    pub(super) fn redact_json<'a>(&self, json: &'a str) -> Cow<'a, str> {
        // An escape can hide what a secret begins with.
        if !self.may_change(json) && !["\\u", "\\/"].iter().any(|escape| json.contains(escape)) {
            return Cow::Borrowed(json);
        }
        let mut strings = Strings::of(Some(self));
        let mut redacted = with_strings(json, &mut |name, inside| Some(escaped(&strings.redacted(name, inside)?)));
        // What only begins like JSON, or was cut, can have anything outside of strings.
        if serde_json::from_str::<IgnoredAny>(json).is_err() {
            redacted = self.redact(&redacted).into_owned();
        }
        if redacted == json { Cow::Borrowed(json) } else { Cow::Owned(redacted) }
    }

    /// What the inside of a string means, with marks; nothing where it holds no secret.
    fn redact_string(&self, names: [Option<&str>; 2], inside: &str) -> Option<String> {
        let meant = unescaped(inside);
        if let Some(kind) = names.into_iter().flatten().find_map(|name| self.names_secret(name, &meant)) {
            return Some(marker::of(kind));
        }
        match self.redact(&meant) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        }
    }
}

/// The strings of one JSON text, in their order.
pub struct Strings<'a> {
    redactor: Option<&'a Redactor>,
    /// What the last `name` or `key` said: it names the `value` beside it.
    called: Option<String>,
}

impl<'a> Strings<'a> {
    pub(super) fn of(redactor: Option<&'a Redactor>) -> Self {
        Self { redactor, called: None }
    }

    /// What the inside of the next string means, without secrets; nothing where it holds none.
    pub fn redacted(&mut self, name: Option<&str>, inside: &str) -> Option<String> {
        let is = |names: &[&str]| name.is_some_and(|name| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
        if is(&["name", "key"]) {
            self.called = Some(unescaped(inside).into_owned());
        }
        let called = self.called.as_deref().filter(|_| is(&["value"]));
        self.redactor?.redact_string([name, called], inside)
    }
}
/// A JSON text with other strings: `change` is told the name of each, if it has one, and its inside as it
/// stands there; what it does not change stays.
pub fn with_strings(json: &str, change: &mut dyn FnMut(Option<&str>, &str) -> Option<String>) -> String {
    let mut output = String::with_capacity(json.len());
    let (mut rest, mut name) = (json, None::<Cow<'_, str>>);
    while let Some((before, behind)) = rest.split_once('"') {
        // A name counts for the string that follows at once, and for those of a list.
        name =
            name.filter(|_| before.trim_matches(|sign: char| sign.is_whitespace() || ":[,".contains(sign)).is_empty());
        let inside = inside(behind);
        let after = behind.get(inside.len()..).unwrap_or_default();
        let is_name = after.strip_prefix('"').is_some_and(|after| after.trim_start().starts_with(':'));
        output.extend([before, "\""]);
        match change(name.as_deref().filter(|_| !is_name), inside) {
            Some(changed) => output.push_str(&changed),
            None => output.push_str(inside),
        }
        if is_name {
            name = Some(unescaped(inside));
        }
        output.push_str(after.get(..1).unwrap_or_default());
        rest = after.get(1..).unwrap_or_default();
    }
    output + rest
}

/// The inside of a string that has begun.
fn inside(text: &str) -> &str {
    let mut from = 0;
    while let Some(at) = memchr::memchr2(b'"', b'\\', text.as_bytes().get(from..).unwrap_or_default()) {
        if text.as_bytes().get(from + at) == Some(&b'"') {
            return text.get(..from + at).unwrap_or_default();
        }
        from = (from + at + 2).min(text.len());
    }
    text
}

fn unescaped(inside: &str) -> Cow<'_, str> {
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    serde_json::from_str::<String>(&format!("\"{inside}\"")).map_or(Cow::Borrowed(inside), Cow::Owned)
}

/// A text as it stands in a string.
#[must_use]
pub fn escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}
