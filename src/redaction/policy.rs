//! What a run does about secrets: one decision, for all of its texts.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use super::json::Strings;
use super::reach::{FAR, end_of};
use super::redactor::Redactor;
use super::seam::Seam;

/// What is done about secrets: all of a program's texts go by the same.
#[derive(Clone, Copy)]
pub struct Redaction(Option<&'static Redactor>);

static USUAL: LazyLock<Redactor> = LazyLock::new(Redactor::default);

impl Default for Redaction {
    fn default() -> Self {
        Self(Some(&USUAL))
    }
}

impl Redaction {
    /// Secrets stay.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    /// Secrets are replaced as this one does it, for as long as the program runs.
    #[must_use]
    pub fn with(redactor: Redactor) -> Self {
        Self(Some(Box::leak(Box::new(redactor))))
    }

    /// Whether secrets are.
    #[must_use]
    pub fn replaces_secrets(self) -> bool {
        self.0.is_some_and(|redactor| !redactor.keeps_secrets)
    }

    /// Whether anything is replaced.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0.is_some()
    }

    /// The text without secrets.
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        self.0.map_or(Cow::Borrowed(text), |redactor| redactor.redact(text))
    }

    /// The same of a text that may be JSON; then it stays JSON.
    #[must_use]
    pub fn any(self, text: &str) -> Cow<'_, str> {
        if text.starts_with(['{', '[']) { self.json(text) } else { self.text(text) }
    }

    /// The JSON text without secrets; it stays JSON.
    #[must_use]
    pub fn json(self, json: &str) -> Cow<'_, str> {
        self.0.map_or(Cow::Borrowed(json), |redactor| redactor.redact_json(json))
    }

    /// The text without secrets over its seams: the places where a sign of one byte joins two texts.
    #[must_use]
    pub fn mended<'a>(self, text: &'a str, seams: &[usize]) -> Cow<'a, str> {
        self.0.map_or(Cow::Borrowed(text), |redactor| redactor.mended(text, seams))
    }

    /// A secret of which no more than a part is in either of two texts that follow one another.
    #[must_use]
    pub fn seam(self, before: &str, behind: &str) -> Option<Seam> {
        self.0.and_then(|redactor| redactor.seam(before, behind))
    }

    /// What of the end of a text is looked at for a seam; nothing where secrets stay.
    #[must_use]
    pub fn end(self, text: &str) -> &str {
        if self.is_on() { end_of(text, FAR) } else { "" }
    }

    /// How many characters of what follows a border may tell whether a secret lies over it.
    #[must_use]
    pub fn reach(self, behind: &str) -> usize {
        self.0.map_or(0, |redactor| redactor.reach(behind))
    }

    /// What is done about the strings of a JSON text, one after the other.
    #[must_use]
    pub fn strings(self) -> Strings<'static> {
        Strings::of(self.0)
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_on() { "Redaction(on)" } else { "Redaction(off)" })
    }
}

impl PartialEq for Redaction {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Some(one), Some(other)) => std::ptr::eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Redaction {}
