//! Projects that are kept out for good: nothing of their sessions is sent, whatever else is asked for.

use std::iter::successors;

use glob::{MatchOptions, Pattern};

use super::excerpt::first_characters;
use super::ignore_file::IgnoreFiles;

/// What keeps projects out; nothing, if nothing is said.
#[derive(Clone, Debug, Default)]
pub struct KeptOut {
    exclusions: Vec<Exclusion>,
    ignore_files: IgnoreFiles,
}

/// A pattern for folders. What is below a folder is meant with it.
#[derive(Clone, Debug)]
pub struct Exclusion {
    pattern: Pattern,
    /// Whether it is held against paths, and not against names.
    is_path: bool,
}

/// As of `--project`; but where folders are found in capitals and small letters alike, patterns find
/// them so, too.
const ANYWHERE: MatchOptions = MatchOptions {
    case_sensitive: !cfg!(any(windows, target_os = "macos")),
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

/// Of both kinds: a transcript can come from another system.
const SEPARATORS: [char; 2] = ['/', '\\'];

/// Characters of a path that are looked at: no folder has more, whatever a record says.
const LONGEST: usize = 4096;

impl KeptOut {
    /// What is kept out by patterns, and by files.
    #[must_use]
    pub fn by(exclusions: Vec<Exclusion>, ignore_files: IgnoreFiles) -> Self {
        Self { exclusions, ignore_files }
    }

    /// Whether sessions that ran in a folder are kept out.
    #[must_use]
    pub fn holds(&self, folder: &str) -> bool {
        let folder = first_characters(folder, LONGEST);
        let is_excluded = self.exclusions.iter().any(|exclusion| exclusion.takes(folder));
        is_excluded || self.ignore_files.keep_out(folder)
    }
}

impl Exclusion {
    /// The pattern that means just this text.
    #[must_use]
    pub fn plain(text: &str) -> String {
        Pattern::escape(text)
    }

    /// Of a pattern for a folder's name, or with a slash for its path; an error says what is wrong.
    pub fn new(glob: &str) -> Result<Self, &'static str> {
        let folder = ["/**", "\\**"].iter().find_map(|all_below| glob.strip_suffix(all_below)).unwrap_or(glob);
        let folder = folder.trim_end_matches(SEPARATORS);
        let pattern = Pattern::new(folder).map_err(|error| error.msg)?;
        Ok(Self { pattern, is_path: glob.contains(SEPARATORS) })
    }

    /// Whether it is meant, or a folder above it is.
    fn takes(&self, folder: &str) -> bool {
        let is_meant = |folder: &str| self.pattern.matches_with(folder, ANYWHERE);
        if self.is_path {
            successors(Some(folder.trim_end_matches(SEPARATORS)), |folder| above(folder)).any(is_meant)
        } else {
            folder.split(SEPARATORS).filter(|name| !name.is_empty()).any(is_meant)
        }
    }
}

/// The folder above: of `/a/b` it is `/a`, of `/a` it is nothing but the root, an empty text.
fn above(folder: &str) -> Option<&str> {
    folder.rfind(SEPARATORS).map(|end| folder.get(..end).unwrap_or_default().trim_end_matches(SEPARATORS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_kept_out_with_all_below_it() {
        for (glob, folder, expected) in [
            ("/a", "/a", true),
            ("/a", "/a/", true),
            ("/a", "/a/b", true),
            ("/a", "/a/b/c", true),
            ("/a", "/ab", false),
            ("/a", "/b/a", false),
            ("/a/", "/a/b", true),
            ("/a/**", "/a", true),
            ("/a/**", "/a/b/c", true),
            ("/a/*", "/a", false),
            ("/a/*", "/a/b/c", true),
            ("/srv/customer-*", "/srv/customer-x/src", true),
            ("/srv/customer-*", "/srv/own", false),
            ("**/secret", "/a/b/secret/c", true),
            ("*/secret/**", "/a/b/secret", true),
            ("private", "/home/ada/private/notes", true),
            ("private", "C:\\Users\\ada\\private", true),
            ("private", "/home/ada/privateer", false),
            ("priv*", "/home/ada/privateer", true),
            ("C:\\work\\**", "C:\\work\\shop", true),
            ("/", "/anywhere", true),
            ("/**", "/anywhere/at/all", true),
            ("**", "/anywhere", true),
            ("", "/anywhere", false),
            ("/a", "", false),
            ("a", "//a//", true),
        ] {
            assert_eq!(Exclusion::new(glob).unwrap().takes(folder), expected, "{glob} {folder}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        assert!(Exclusion::new("/a/[b").is_err() && Exclusion::new("/a**b/c").is_err());
    }

    #[test]
    fn nothing_is_kept_out_where_nothing_is_said() {
        assert!(!KeptOut::default().holds("/a"));
        let exclusions = ["/a", "b"].map(|glob| Exclusion::new(glob).unwrap()).to_vec();
        let kept_out = KeptOut::by(exclusions, IgnoreFiles::default());
        assert_eq!(["/a/x", "/x/b", "/x"].map(|folder| kept_out.holds(folder)), [true, true, false]);
    }
}
