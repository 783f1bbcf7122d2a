//! What is kept out, as it is meant: `~` is the user's folder, and a path that leads through a link
//! means the folder behind it, too. That is what a transcript names.

use std::path::{Path, PathBuf};

use super::places::home;
use super::variables::Variables;
use crate::error::Error;
use crate::session::{Exclusion, IgnoreFiles, KeptOut};

/// What begins the part of a pattern that is no plain path.
const SPECIAL: [char; 3] = ['*', '?', '['];

/// What keeps projects out, by the patterns that were given.
pub(super) fn kept_out(globs: &[String], variables: Variables<'_>) -> Result<KeptOut, Error> {
    let mut exclusions = Vec::new();
    for glob in globs {
        let whole = whole(glob, home(variables).as_deref()).ok_or_else(|| homeless(glob))?;
        let behind = behind(&whole, &|path| path.canonicalize().ok());
        for meant in [Some(whole), behind].into_iter().flatten() {
            exclusions.push(Exclusion::new(&meant).map_err(|wrong| no_pattern(glob, wrong))?);
        }
    }
    Ok(KeptOut::by(exclusions, IgnoreFiles::on_disk()))
}

/// The pattern with the user's folder in the place of `~`.
fn whole(glob: &str, home: Option<&str>) -> Option<String> {
    let below = glob.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
    match (below, home) {
        (None, _) => Some(glob.to_owned()),
        (Some(below), Some(home)) => Some(format!("{}{below}", Exclusion::plain(home.trim_end_matches(['/', '\\'])))),
        (Some(_), None) => None,
    }
}

/// The same with the plain folders that it begins with as `real` knows them, where these are others.
fn behind(glob: &str, real: &dyn Fn(&Path) -> Option<PathBuf>) -> Option<String> {
    let special = glob.find(SPECIAL).unwrap_or(glob.len());
    let plain = glob.get(..special)?;
    let plain = if special < glob.len() { plain.get(..plain.rfind(['/', '\\'])?)? } else { plain };
    // Of a folder that is no longer there, those above it tell.
    let mut above = Path::new(plain).ancestors().filter(|path| path.is_absolute());
    let (folder, real) = above.find_map(|folder| Some((folder, real(folder)?)))?;
    let rest = glob.strip_prefix(folder.to_str()?)?;
    let real = real.to_str().filter(|real| Path::new(real) != folder)?;
    // Windows writes such paths in a way of its own.
    let real = real.strip_prefix(r"\\?\").unwrap_or(real).trim_end_matches(['/', '\\']);
    let is_apart = rest.is_empty() || rest.starts_with(['/', '\\']);
    Some(format!("{}{}{rest}", Exclusion::plain(real), if is_apart { "" } else { "/" }))
}

fn no_pattern(glob: &str, wrong: &str) -> Error {
    let sentence = format!("--exclude {glob:?} is no pattern: {wrong}.");
    Error::usage(sentence, "A pattern reads private, customer-* or ~/private/**.")
}

fn homeless(glob: &str) -> Error {
    let sentence = format!("--exclude {glob:?} means the home folder, and there is none.");
    Error::usage(sentence, "Name the folder by its whole path, or set HOME.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder() {
        let ada = Some("/home/ada/");
        for (glob, home, expected) in [
            ("~", ada, Some("/home/ada")),
            ("~/*", Some("/home/[x]"), Some("/home/[[]x[]]/*")),
            ("~/private/**", ada, Some("/home/ada/private/**")),
            ("~\\private", Some("C:\\Users\\ada"), Some("C:\\Users\\ada\\private")),
            ("~ada/x", ada, Some("~ada/x")),
            ("/x/~", ada, Some("/x/~")),
            ("private", None, Some("private")),
            ("~/private", None, None),
        ] {
            assert_eq!(whole(glob, home).as_deref(), expected, "{glob}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_leads_through_a_link_means_what_is_behind_it() {
        let real = |path: &Path| match path.to_str() {
            Some("/home/ada") => Some(PathBuf::from("/data/ada")),
            Some("/") => Some(PathBuf::from("/")),
            _ => None,
        };
        for (glob, expected) in [
            ("/home/ada/private/**", Some("/data/ada/private/**")),
            ("/home/ada/p*", Some("/data/ada/p*")),
            ("/home/ada", Some("/data/ada")),
            ("/home/a*/private", None),
            ("/srv/shop", None),
            ("/*/ada", None),
            ("private", None),
            ("*", None),
        ] {
            assert_eq!(behind(glob, &real).as_deref(), expected, "{glob}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |glob: &str| kept_out(&[glob.to_owned()], &|_| None).unwrap_err().to_string();
        assert_eq!(said("/a/[b"), "--exclude \"/a/[b\" is no pattern: invalid range pattern.");
        assert_eq!(said("~/a"), "--exclude \"~/a\" means the home folder, and there is none.");
    }
}
