//! The config file: settings by the names of the options.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::headers::{has_secret, is_secret};
use super::places::home;
use super::private::{check_config, check_secrets};
use super::variables::Variables;
use crate::cli::FileSettings;
use crate::error::{Error, plain};

const HINT: &str = "A line reads key = \"value\", with the name of an option for a key.";

/// Reads it; one that is not there says nothing.
pub fn file(variables: Variables<'_>) -> Result<FileSettings, Error> {
    let Some(path) = place(variables) else { return Ok(FileSettings::default()) };
    let (found, text) = match read(&path) {
        Ok(read) => read,
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            return Ok(FileSettings::default());
        }
        Err(error) => {
            let sentence = format!("Cannot read {}: {}.", path.display(), plain(&error));
            return Err(Error::usage(sentence, "Check the config file and its permissions."));
        }
    };
    check_config(&path, &found)?;
    let mut settings = parse(&path.display().to_string(), &text)?;
    if holds_secret(&settings) {
        check_secrets(&path, &found)?;
    }
    settings.home = home(variables);
    Ok(settings)
}

fn read(path: &Path) -> io::Result<(Metadata, String)> {
    let (mut file, mut text) = (File::open(path)?, String::new());
    file.read_to_string(&mut text)?;
    Ok((file.metadata()?, text))
}

/// Whether there is a key in it: among the headers, or in the address.
fn holds_secret(settings: &FileSettings) -> bool {
    let values = |key: &str| settings.values.get(key).into_iter().flatten();
    values("header").any(|header| is_secret(header.split('=').next().unwrap_or_default()))
        || values("endpoint").any(|url| has_secret(url))
}

/// `$XDG_CONFIG_HOME/moda-agent/config.toml`, by default below `~/.config`; on Windows below
/// `%APPDATA%`.
fn place(variables: Variables<'_>) -> Option<PathBuf> {
    let named = variables("XDG_CONFIG_HOME").or_else(|| variables("APPDATA").filter(|_| cfg!(windows)));
    let folder = named.map(PathBuf::from).or_else(|| Some(PathBuf::from(home(variables)?).join(".config")))?;
    Some(folder.join("moda-agent").join("config.toml"))
}

/// No value is part of an error: it can be a secret.
fn parse(place: &str, text: &str) -> Result<FileSettings, Error> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Error::usage(format!("{place}:{line}: this is no TOML."), HINT)
    })?;
    let mut settings = FileSettings { place: place.to_owned(), ..FileSettings::default() };
    for (key, value) in table {
        let values = match value {
            toml::Value::Array(values) => values.into_iter().map(plain_value).collect(),
            value => plain_value(value).map(|value| vec![value]),
        };
        let wrong = || Error::usage(format!("{place}: {key} is no text, number, true or false."), HINT);
        settings.values.insert(key.clone(), values.ok_or_else(wrong)?);
    }
    Ok(settings)
}

fn plain_value(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_numbers_flags_and_lists_of_them() {
        let text = "# mine\nendpoint = \"https://a\"\nconcurrency = 8\nstrict = true\nheader = [\"a=b\", \"c=d\"]\n";
        let settings = parse("f", text).unwrap();
        let found: Vec<_> = settings.values.iter().map(|(key, values)| format!("{key}={}", values.join("|"))).collect();
        assert_eq!(found, ["concurrency=8", "endpoint=https://a", "header=a=b|c=d", "strict=true"]);
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_place_and_without_its_value() {
        for (text, expected) in [
            ("strict = true\nheader = \"Authorization=secret\nx = 1", "f:2: this is no TOML."),
            ("header = { a = \"secret\" }", "f: header is no text, number, true or false."),
            ("[upload]\nheader = \"secret\"", "f: upload is no text, number, true or false."),
            ("timeout = 1979-05-27", "f: timeout is no text, number, true or false."),
        ] {
            assert_eq!(parse("f", text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_key_in_it_is_seen() {
        for (text, expected) in [
            ("endpoint = 'https://a?tenant=b'\nheader = 'x-team=token'", false),
            ("header = ['x-team=a', 'Authorization=Bearer b']", true),
            ("endpoint = 'https://a?token=b'", true),
            ("api-key-file = '~/key'", false),
        ] {
            assert_eq!(holds_secret(&parse("f", text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn it_stands_where_config_files_stand() {
        let xdg = |name: &str| (name == "XDG_CONFIG_HOME").then(|| "/conf".to_owned());
        let unix = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
        let cases: [(Variables<'_>, Option<&str>); 3] = [
            (&xdg, Some("/conf/moda-agent/config.toml")),
            (&unix, Some("/home/ada/.config/moda-agent/config.toml")),
            (&|_| None, None),
        ];
        for (variables, expected) in cases {
            assert_eq!(place(variables), expected.map(PathBuf::from));
        }
    }
}
