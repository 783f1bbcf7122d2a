//! The user's folder in texts.

use std::ops::Range;

use memchr::memmem::Finder;

use super::reach::end_of;
use super::rule::is_colour;

/// The user's folder, to be found in texts: as it is, and with its backslashes doubled, as JSON has them.
#[derive(Clone, Debug)]
pub struct Home {
    /// As it is, and as JSON has it.
    forms: Vec<Finder<'static>>,
    /// As the client names the folder of a project that is below it.
    folder: Option<Finder<'static>>,
}

impl Home {
    /// The folder of that path; nothing where that is no folder of one user's.
    #[must_use]
    pub fn new(path: &str) -> Option<Self> {
        let path = path.trim_end_matches(['/', '\\']);
        let is_one = path.len() > 1 && path.contains(['/', '\\']);
        let mut forms = vec![path.to_owned(), path.replace('\\', r"\\"), path.replace('/', r"\/")];
        forms.sort();
        forms.dedup();
        let finder = |form: &str| Finder::new(form.as_bytes()).into_owned();
        let folder =
            path.starts_with('/').then(|| finder(&path.replace(|sign: char| !sign.is_ascii_alphanumeric(), "-")));
        is_one.then(|| Self { forms: forms.iter().map(|form| finder(form)).collect(), folder })
    }

    /// Where it stands: alone, or before what is below it.
    pub(super) fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let found = |form: &'a Finder<'static>| form.find_iter(text.as_bytes()).map(|at| at..at + form.needle().len());
        let paths = self.forms.iter().flat_map(found).filter(|place| stands_alone(text, place));
        paths.chain(self.folder.iter().flat_map(found).filter(|place| names_folder(text, place)))
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.forms.iter().chain(&self.folder).any(|form| form.find(text.as_bytes()).is_some())
    }
}

/// Whether a folder's name begins there that is made of the path of another one: `/-home-ada-src`.
fn names_folder(text: &str, place: &Range<usize>) -> bool {
    let is_begun = text.get(..place.start).is_some_and(|before| before.ends_with(['/', '\\']));
    let behind = text.get(place.end..).unwrap_or_default();
    is_begun && !behind.starts_with(|sign: char| sign.is_alphanumeric())
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
    let is_edge = text.get(..place.start).is_some_and(begins_path);
    ends && (is_edge || !before.is_some_and(|sign| is_name(sign) || matches!(sign, '/' | '\\' | '~')))
}

/// Whether a path begins behind letters or signs that could be a part of it: in JSON in JSON a line may end
/// there, and compilers have options of one letter.
fn begins_path(before: &str) -> bool {
    let is_option = || {
        let option = before.strip_suffix(|sign: char| sign.is_ascii_alphabetic());
        option
            .and_then(|before| before.strip_suffix('-'))
            .is_some_and(|before| before.is_empty() || before.ends_with(' '))
    };
    [r"\n", r"\t", "://"].iter().any(|end| before.ends_with(end)) || is_colour(end_of(before, 24)) || is_option()
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
            ("/home/ada", "file:///home/ada/x", "file://~/x"),
            ("/home/ada", "cc -I/home/ada/inc -L/home/ada", "cc -I~/inc -L~"),
            ("/home/ada", "\u{1b}[35m/home/ada/x\u{1b}[m", "\u{1b}[35m~/x\u{1b}[m"),
            ("/home/ada", r"\/home\/ada\/x", r"~\/x"),
            ("/home/ada.b", "/home/ada.b/.claude/projects/-home-ada-b-src/x", "~/.claude/projects/~-src/x"),
            ("/home/ada", "x/-home-adam-src y-home-ada-src", "x/-home-adam-src y-home-ada-src"),
            (r"C:\Users\ada", r"C:\Users\ada\x", r"~\x"),
            (r"C:\Users\ada", r#"{"a":"C:\\Users\\ada\\x"}"#, r#"{"a":"~\\x"}"#),
            ("/", "/etc", "/etc"),
        ] {
            assert_eq!(redactor(home).redact(text), expected, "{text}");
        }
    }
}
