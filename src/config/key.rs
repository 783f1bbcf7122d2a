//! The key: in a variable, or in a file that nobody else can read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::private::check_key;
use super::variables::Variables;
use crate::error::{Error, plain};

/// Bytes of a key file that are read; a key has some hundred at the most.
const LARGEST: u64 = 64 * 1024;

/// The key, if there is one; that of a file wins.
pub(super) fn choose(file: Option<&Path>, variables: Variables<'_>) -> Result<Option<String>, Error> {
    let Some(path) = file else {
        return Ok(variables("MODA_API_KEY").map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()));
    };
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    check_key(path, &file.metadata().map_err(|error| unreadable(path, &error))?)?;
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
    let key = text.trim();
    if key.is_empty() {
        return Err(Error::usage(
            format!("The key file {} is empty.", path.display()),
            "Put the key into it, on one line.",
        ));
    }
    Ok(Some(key.to_owned()))
}

/// Some give the key itself in place of its file.
fn unreadable(path: &Path, error: &io::Error) -> Error {
    let hint = "Check --api-key-file: it takes the name of a file that holds the key, not the key.";
    let name = if may_be_a_key(path) { String::new() } else { format!(" {}", path.display()) };
    Error::usage(format!("Cannot read the key file{name}: {}.", plain(error)), hint)
}

/// Whether a path that leads nowhere may be a key: it begins as no path does that says where it begins.
fn may_be_a_key(path: &Path) -> bool {
    !path.is_absolute() && !path.starts_with(".") && !path.starts_with("..") && !path.starts_with("~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_place_of_its_file_is_not_told() {
        for (path, is_told) in [
            ("/no/such/key", cfg!(unix)),
            ("./key", true),
            ("../key", true),
            ("~/key", true),
            ("moda_secret", false),
            ("moda/secret+key=", false),
        ] {
            let error = choose(Some(Path::new(path)), &|_| None).unwrap_err().to_string();
            assert_eq!(error.contains(path), is_told, "{error}");
        }
    }
}
