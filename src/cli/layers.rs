//! Which of several places a setting is taken from: the command line, a variable, the config file.
//!
//! Every option of `upload`, `sessions`, `diff` and `status` has a variable, `MODA_AGENT_` and its name, and a
//! key in the config file. They count as if they stood before the options that were typed, the file's
//! first, so that later ones win. Some options have further variables: these stand between.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use clap::builder::ValueHint;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error};

use super::{Delivery, Diff, Sessions, Status, Upload};

/// Options that mean this one run: they have no variable, and no key in the file.
const OF_ONE_RUN: [&str; 3] = ["dry-run", "diff", "format"];

/// Options with further variables, which win over the file, the first of them first.
pub const VARIABLES_BETWEEN: [(&str, &[&str]); 11] = [
    ("endpoint", &["MODA_BASE_URL", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]),
    ("api-key-file", &["MODA_API_KEY"]),
    ("header", &["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"]),
    ("protocol", &["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]),
    ("compression", &["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]),
    ("timeout", &["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"]),
    ("certificate", &["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"]),
    ("client-certificate", &["OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"]),
    ("client-key", &["OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY"]),
    ("user-id", &["MODA_USER_ID"]),
    ("service-name", &["OTEL_SERVICE_NAME"]),
];

/// Lists of which all values count, wherever they stand: what one place keeps out no other lets in.
const ALL_COUNT: [&str; 1] = ["exclude"];

/// Looks a variable up.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a config file says.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FileSettings {
    /// Where it stands.
    pub place: String,
    /// By key: the values, several where a list is given.
    pub values: BTreeMap<String, Vec<String>>,
    /// The user's folder, which `~/` stands for.
    pub home: Option<String>,
}

/// Never a value: it can be a secret.
impl fmt::Debug for FileSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.values.keys().collect();
        formatter.debug_struct("FileSettings").field("place", &self.place).field("keys", &keys).finish_non_exhaustive()
    }
}

/// Never the headers, nor the query of the address.
impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Delivery").finish_non_exhaustive()
    }
}

impl FileSettings {
    /// The same with other letters in its place and its values.
    #[must_use]
    pub fn map(self, change: impl Fn(&str) -> String) -> Self {
        let value = |(key, values): (String, Vec<String>)| (key, values.iter().map(|value| change(value)).collect());
        Self { place: change(&self.place), values: self.values.into_iter().map(value).collect(), home: self.home }
    }
}

/// The arguments that stand before those that were typed; none for commands without settings.
/// Headers of the file are not among them: they depend on where the endpoint comes from.
pub(super) fn before(command: &str, file: &FileSettings, variables: Variables<'_>) -> Result<Vec<OsString>, Error> {
    let Some(options) = options_of(command) else { return Ok(Vec::new()) };
    check_keys(file)?;
    let mut args = Vec::new();
    for (arg, name) in settable(&options) {
        let is_set = || variables(&variable_of(name)).is_some() || stands_between(arg, name, variables);
        let is_hidden = !ALL_COUNT.contains(&name) && is_set();
        let values = file.values.get(name).filter(|_| name != "header" && !is_hidden);
        args.extend(
            values.into_iter().flatten().filter_map(|value| as_argument(arg, name, &expanded(arg, value, file))),
        );
    }
    for (arg, name) in settable(&options) {
        args.extend(variables(&variable_of(name)).and_then(|value| as_argument(arg, name, &value)));
    }
    Ok(args)
}

fn options_of(command: &str) -> Option<Command> {
    match command {
        "upload" => Some(Upload::augment_args(Command::new("upload"))),
        "sessions" => Some(Sessions::augment_args(Command::new("sessions"))),
        "diff" => Some(Diff::augment_args(Command::new("diff"))),
        "status" => Some(Status::augment_args(Command::new("status"))),
        _ => None,
    }
}

/// Whether the command takes settings from the file.
pub(super) fn has_settings(command: &str) -> bool {
    options_of(command).is_some()
}

/// The options that can be set elsewhere, with their names.
fn settable(command: &Command) -> impl Iterator<Item = (&Arg, &str)> {
    let options = command.get_arguments().filter_map(|arg| Some((arg, arg.get_long()?)));
    options.filter(|(_, name)| !OF_ONE_RUN.contains(name) && *name != "help" && *name != "version")
}

/// `MODA_AGENT_MAX_BATCH_SPANS` of `max-batch-spans`.
#[must_use]
pub fn variable_of(option: &str) -> String {
    format!("MODA_AGENT_{}", option.to_uppercase().replace('-', "_"))
}

/// Whether a variable that wins over the file is set, to something that the option takes.
fn stands_between(arg: &Arg, name: &str, variables: Variables<'_>) -> bool {
    let possible = arg.get_possible_values();
    let is_taken = |value: &String| match name {
        "timeout" => value.parse::<u64>().is_ok(),
        _ => possible.is_empty() || possible.iter().any(|one| one.matches(value, false)),
    };
    let between = VARIABLES_BETWEEN.iter().find(|(option, _)| *option == name);
    between.is_some_and(|(_, names)| names.iter().filter_map(|name| variables(name)).any(|value| is_taken(&value)))
}

/// `--name=value`; of an option without a value `--name`, unless the value says no.
fn as_argument(arg: &Arg, name: &str, value: &str) -> Option<OsString> {
    if arg.get_action().takes_values() {
        return Some(format!("--{name}={value}").into());
    }
    let says_no = ["0", "false", "no", "off"].iter().any(|no| value.eq_ignore_ascii_case(no));
    (!says_no).then(|| format!("--{name}").into())
}

/// No shell expands what stands in the file.
fn expanded(arg: &Arg, value: &str, file: &FileSettings) -> String {
    let is_path = matches!(arg.get_value_hint(), ValueHint::FilePath | ValueHint::AnyPath);
    match (value.strip_prefix("~/"), &file.home) {
        (Some(rest), Some(home)) if is_path => format!("{home}/{rest}"),
        _ => value.to_owned(),
    }
}

/// A key that means nothing is a mistake. One of another command is none: the file is for all.
fn check_keys(file: &FileSettings) -> Result<(), Error> {
    let commands = ["upload", "sessions", "diff", "status"].map(options_of);
    let is_known = |key: &str| commands.iter().flatten().flat_map(settable).any(|(_, name)| name == key);
    match file.values.keys().find(|key| !is_known(key)) {
        None => Ok(()),
        Some(key) => {
            let message = format!(
                "{}: there is no setting {key:?}.\nhint: Settings have the names of options, as in endpoint = \"https://...\"; moda-agent upload --help lists them.\n",
                file.place
            );
            Err(Error::raw(ErrorKind::UnknownArgument, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(values: &[(&str, &str)]) -> FileSettings {
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
        FileSettings { place: "config.toml".to_owned(), values: values.collect(), home: Some("/home/ada".to_owned()) }
    }

    fn arguments(file: &[(&str, &str)], set: &[(&str, &str)]) -> Vec<String> {
        let variables = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let args = before("upload", &settings(file), &variables).unwrap();
        args.into_iter().map(|arg| arg.into_string().unwrap()).collect()
    }

    #[test]
    fn variables_come_behind_the_file_and_those_between_hide_it() {
        for (file, set, expected) in [
            (&[("timeout", "1m")][..], &[][..], &["--timeout=1m"][..]),
            (&[("timeout", "1m")], &[("MODA_AGENT_TIMEOUT", "2m")], &["--timeout=2m"]),
            (&[("timeout", "1m")], &[("OTEL_EXPORTER_OTLP_TIMEOUT", "5")], &[]),
            (&[("endpoint", "https://a")], &[("MODA_BASE_URL", "https://b")], &[]),
            (&[("protocol", "http/json")], &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")], &[]),
            // Set for other programs, and nothing that this one takes.
            (&[("protocol", "http/json")], &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")], &["--protocol=http/json"]),
            (&[("timeout", "1m")], &[("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")], &["--timeout=1m"]),
            (&[("strict", "true")], &[("MODA_AGENT_INCLUDE_COMMANDS", "1")], &["--strict", "--include-commands"]),
            (&[("strict", "false")], &[("MODA_AGENT_QUIET", "off")], &[]),
            (&[("quiet", "true")], &[("MODA_AGENT_QUIET", "0")], &[]),
            (&[("api-key-file", "~/key")], &[], &["--api-key-file=/home/ada/key"]),
            (&[("user-id", "~/key")], &[], &["--user-id=~/key"]),
            (&[("header", "a=b")], &[("MODA_AGENT_HEADER", "c=d")], &["--header=c=d"]),
            (&[("project", "a")], &[("MODA_AGENT_PROJECT", "b")], &["--project=b"]),
            (&[("exclude", "~/a/**")], &[("MODA_AGENT_EXCLUDE", "b")], &["--exclude=~/a/**", "--exclude=b"]),
        ] {
            let mut found = arguments(file, set);
            let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
            if set.len() + file.len() > 1 && expected.iter().all(|arg| !arg.starts_with("--timeout")) {
                found.sort();
                expected.sort();
            }
            assert_eq!(found, expected, "{file:?} {set:?}");
        }
    }

    #[test]
    fn a_setting_that_does_not_exist_is_an_error() {
        for (key, is_known) in [("endpoint", true), ("endpont", false), ("dry-run", false), ("help", false)] {
            assert_eq!(check_keys(&settings(&[(key, "x")])).is_ok(), is_known, "{key}");
        }
    }

    #[test]
    fn every_option_with_variables_between_exists() {
        let upload = options_of("upload").unwrap();
        for (option, _) in VARIABLES_BETWEEN {
            assert!(settable(&upload).any(|(_, name)| name == option), "{option}");
        }
    }
}
