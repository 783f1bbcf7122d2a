//! The user's folder in texts.

use std::ops::Range;

use memchr::memmem::Finder;

/// The user's folder, to be found in texts: as it is, and with its backslashes doubled, as JSON has them.
#[derive(Clone, Debug)]
pub struct Home(Vec<Finder<'static>>);

impl Home {
    /// The folder of that path; nothing where that is no folder of one user's.
    #[must_use]
    pub fn new(path: &str) -> Option<Self> {
        let path = path.trim_end_matches(['/', '\\']);
        let is_one = path.len() > 1 && path.contains(['/', '\\']);
        let mut forms = vec![path.to_owned(), path.replace('\\', r"\\")];
        forms.dedup();
        is_one.then(|| Self(forms.iter().map(|form| Finder::new(form.as_bytes()).into_owned()).collect()))
    }

    /// Where it stands: alone, or before what is below it.
    pub(super) fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.0.iter().flat_map(|form| {
            let places = form.find_iter(text.as_bytes()).map(|at| at..at + form.needle().len());
            places.filter(|place| stands_alone(text, place))
        })
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|form| form.find(text.as_bytes()).is_some())
    }
}

/// Whether the path is a whole one: `/home/ada` is none in `/home/adam` and `/mnt/home/ada`.
fn stands_alone(text: &str, place: &Range<usize>) -> bool {
    let is_name = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.');
    let before = text.get(..place.start).and_then(|before| before.chars().next_back());
    let mut behind = text.get(place.end..).unwrap_or_default().chars();
    let ends = match behind.next() {
        // The end of a sentence.
        Some('.') => !behind.next().is_some_and(is_name),
        next => !next.is_some_and(is_name),
    };
    // In JSON in JSON a line may end before it.
    let is_escape = text.get(..place.start).is_some_and(|before| before.ends_with(r"\n") || before.ends_with(r"\t"));
    ends && (is_escape || !before.is_some_and(|sign| is_name(sign) || matches!(sign, '/' | '\\' | '~')))
}

#[cfg(test)]
mod tests {
    use crate::redaction::{Home, Redactor};

    #[test]
    fn paths_below_home_are_shortened_and_no_others() {
        let redactor = |home| Redactor { home: Home::new(home), ..Redactor::default() };
        for (home, text, expected) in [
            ("/home/ada", "cd /home/ada/shop", "cd ~/shop"),
            ("/home/ada/", "/home/ada", "~"),
            ("/home/ada", "in /home/ada.", "in ~."),
            ("/home/ada", "/home/ada.old /home/adam /mnt/home/ada/x", "/home/ada.old /home/adam /mnt/home/ada/x"),
            ("/home/ada", r#"{"a":"x\n/home/ada/b"}"#, r#"{"a":"x\n~/b"}"#),
            ("/home/ada", "file:///home/ada/x", "file:///home/ada/x"),
            (r"C:\Users\ada", r"C:\Users\ada\x", r"~\x"),
            (r"C:\Users\ada", r#"{"a":"C:\\Users\\ada\\x"}"#, r#"{"a":"~\\x"}"#),
            ("/", "/etc", "/etc"),
        ] {
            assert_eq!(redactor(home).redact(text), expected, "{text}");
        }
    }
}
