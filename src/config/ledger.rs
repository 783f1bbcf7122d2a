//! Where the ledger stands, which destination it is about, and what is asked for.

use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, SystemTime};

use glob::Pattern;

use super::exclusion::kept_out;
use super::headers::is_secret;
use super::places::home;
use super::projection::convention;
use super::variables::Variables;
use super::{OutputSettings, endpoint};
use crate::cli::{self, Selected, Upload};
use crate::error::Error;
use crate::ledger::{ANY_KEY, Destination, LedgerSettings, Resend, Wanted, fingerprint};
use crate::otlp::{Endpoint, HttpSettings, shown};
use crate::session::{Patience, Selection};
use crate::span::Convention;
use crate::transcript::Timestamp;

/// How a run uses the ledger. What is only shown, on a pipe or a terminal, is never recorded, and
/// there all is shown.
pub(super) fn choose(
    args: &Upload,
    variables: Variables<'_>,
    output: Option<&OutputSettings>,
) -> Result<LedgerSettings, Error> {
    let looks = args.dry_run || args.diff;
    let convention = convention(&args.content);
    let endpoint = || endpoint::choose(&args.delivery, convention, variables).ok();
    let keyless = || endpoint().and_then(|(endpoint, _)| keyless(endpoint, convention));
    let destination = output.map_or_else(keyless, |output| destination(output, convention));
    if args.ledger.all || (destination.is_none() && !looks) {
        return Ok(LedgerSettings::default());
    }
    let place = match (&args.ledger.state, default_place(variables)) {
        (Some(place), _) => Some(place.clone()),
        (None, Some(place)) => Some(place),
        (None, None) if looks => None,
        (None, None) => {
            let hint = "Name a file with --state, or send everything without a ledger with --all.";
            return Err(Error::usage("There is no home folder to keep the ledger in.", hint));
        }
    };
    Ok(LedgerSettings { place, destination: destination.unwrap_or_default(), records: !looks })
}

/// `$XDG_STATE_HOME/moda-agent/ledger.db`, by default below `~/.local/state`; on Windows below
/// `%LOCALAPPDATA%`.
pub(super) fn default_place(variables: Variables<'_>) -> Option<PathBuf> {
    let named = variables("XDG_STATE_HOME").or_else(|| variables("LOCALAPPDATA").filter(|_| cfg!(windows)));
    let below = || Some(Path::new(&home(variables)?).join(".local").join("state"));
    Some(named.map(PathBuf::from).or_else(below)?.join("moda-agent").join("ledger.db"))
}

/// Where the spans go; nothing for a pipe, where nobody can know what arrived.
fn destination(output: &OutputSettings, convention: Convention) -> Option<Destination> {
    let (endpoint, key) = match output {
        OutputSettings::Http(http) => (shown(&http.url).to_owned(), secrets(http)),
        OutputSettings::File(path) if is_plain(path) => (format!("file:{}", whole(path).display()), String::new()),
        OutputSettings::File(_) | OutputSettings::Print(_) | OutputSettings::Stdout => return None,
    };
    Some(Destination { endpoint, convention: convention.name().to_owned(), key })
}

/// A server to look at what it has, without a key for it.
fn keyless(endpoint: Endpoint, convention: Convention) -> Option<Destination> {
    let Endpoint::Http(url) = endpoint else { return None };
    let (endpoint, convention) = (shown(&url).to_owned(), convention.name().to_owned());
    Some(Destination { endpoint, convention, key: ANY_KEY.to_owned() })
}

/// A digest of the key, of every header that is called like one, and of the query of the URL.
fn secrets(http: &HttpSettings) -> String {
    let query = http.url.split_once('?').map(|(_, query)| query);
    let mut secrets: Vec<_> = http.headers.iter().filter(|header| is_secret(&header.name)).collect();
    secrets.sort_by_key(|header| header.name.to_ascii_lowercase());
    fingerprint(secrets.into_iter().map(|header| header.value.as_str()).chain(query))
}

fn is_plain(path: &Path) -> bool {
    path.metadata().map_or(true, |metadata| metadata.is_file())
}

/// The same for the same file, from whichever folder it is named.
fn whole(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let in_folder = folder.canonicalize().ok().zip(path.file_name()).map(|(folder, name)| folder.join(name));
    path.canonicalize().ok().or(in_folder).or_else(|| absolute(path).ok()).unwrap_or_else(|| path.to_owned())
}

/// What a run is asked for, now.
pub(super) fn wanted(args: &Upload, variables: Variables<'_>) -> Result<Wanted, Error> {
    let now = SystemTime::now();
    let selection = selection(&args.selected, now, variables)?;
    let patience = Patience { settle: args.ledger.settle, now: Timestamp::from(now) };
    let with_commands = args.content.include_commands;
    let resend = match args.ledger.resend {
        None => Resend::Nothing,
        Some(cli::Resend::All) => Resend::All,
        Some(cli::Resend::Changed) => Resend::Changed,
        Some(cli::Resend::Rejected) => Resend::Rejected,
    };
    Ok(Wanted { selection, with_commands, patience, resend })
}

/// Which sessions and turns are asked for.
pub(super) fn selection(selected: &Selected, now: SystemTime, variables: Variables<'_>) -> Result<Selection, Error> {
    let time = |option: &str, text: &Option<String>| {
        text.as_ref().map(|text| time(text, now).ok_or_else(|| no_time(option, text))).transpose()
    };
    Ok(Selection {
        since: time("--since", &selected.since)?,
        until: time("--until", &selected.until)?,
        projects: selected.projects.iter().map(|glob| pattern(glob)).collect::<Result<_, _>>()?,
        sessions: selected.sessions.clone(),
        kept_out: kept_out(&selected.exclude, variables)?,
    })
}

fn pattern(glob: &str) -> Result<Pattern, Error> {
    Pattern::new(glob).map_err(|error| {
        let sentence = format!("--project {glob:?} is no pattern: {}.", error.msg);
        Error::usage(sentence, "A pattern reads shop, sh* or /home/ada/src/*.")
    })
}

fn no_time(option: &str, text: &str) -> Error {
    let hint = "A time reads 2026-11-24, 2026-11-24T10:00:00Z, or 7d for seven days ago.";
    Error::usage(format!("{option} {text:?} is no time."), hint)
}

/// A day or an instant, in UTC unless it says otherwise, or how long ago.
fn time(text: &str, now: SystemTime) -> Option<Timestamp> {
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    let ago = || humantime::parse_duration(text).ok().and_then(|ago: Duration| now.checked_sub(ago));
    Timestamp::parse(&whole.replacen(' ', "T", 1)).or_else(|| ago().map(Timestamp::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::{Header, Protocol, Tls};

    #[test]
    fn times_are_days_instants_and_spans_back_from_now() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_500_000);
        let at = |text: &str| time(text, now).map(|at| at.to_string());
        for (text, expected) in [
            ("2026-11-24", Some("2026-11-24T00:00:00.000Z")),
            ("2026-11-24T10:30", Some("2026-11-24T10:30:00.000Z")),
            ("2026-11-24 10:30:15", Some("2026-11-24T10:30:15.000Z")),
            ("2026-11-24T10:30:15Z", Some("2026-11-24T10:30:15.000Z")),
            ("2026-11-24T10:30:15+01:00", Some("2026-11-24T09:30:15.000Z")),
            ("1d", Some("2026-11-23T06:00:00.000Z")),
            ("2h 30m", Some("2026-11-24T03:30:00.000Z")),
            ("yesterday", None),
            ("2026-13-01", None),
            ("7", None),
            ("", None),
        ] {
            assert_eq!(at(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn it_stands_where_state_stands() {
        let xdg = |name: &str| (name == "XDG_STATE_HOME").then(|| "/state".to_owned());
        let unix = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
        let cases: [(Variables<'_>, Option<&str>); 3] = [
            (&xdg, Some("/state/moda-agent/ledger.db")),
            (&unix, Some("/home/ada/.local/state/moda-agent/ledger.db")),
            (&|_| None, None),
        ];
        for (variables, expected) in cases {
            assert_eq!(default_place(variables), expected.map(PathBuf::from));
        }
    }

    #[test]
    fn destinations_differ_by_address_and_key_and_by_nothing_else() {
        let of = |url: &str, headers: &[(&str, &str)]| {
            let header = |(name, value): &(&str, &str)| Header { name: (*name).to_owned(), value: (*value).to_owned() };
            let (headers, url) = (headers.iter().map(header).collect(), url.to_owned());
            let (protocol, gzip, timeout) = (Protocol::Json, true, Duration::ZERO);
            let (tls, proxy, concurrency, retry_for) = (Tls::default(), None, 1, Duration::ZERO);
            let http = HttpSettings { url, headers, protocol, gzip, timeout, tls, proxy, concurrency, retry_for };
            destination(&OutputSettings::Http(http), Convention::Moda).unwrap()
        };
        let plain = of("http://h/v1/traces", &[]);
        assert_eq!((plain.endpoint.as_str(), plain.key.as_str()), ("http://h/v1/traces", ""));
        assert_eq!(plain, of("http://h/v1/traces", &[("x-team", "a")]));
        let keyed = of("http://h/v1/traces", &[("Authorization", "Bearer a"), ("x-api-key", "k")]);
        assert_eq!(keyed, of("http://h/v1/traces", &[("X-Api-Key", "k"), ("authorization", "Bearer a")]));
        for other in [
            of("http://h/v1/traces", &[("Authorization", "Bearer b"), ("x-api-key", "k")]),
            of("http://h/v1/traces?tenant=a", &[]),
            of("http://i/v1/traces", &[]),
            plain.clone(),
        ] {
            assert_ne!(keyed, other);
        }
        assert!(!format!("{keyed:?}").contains("Bearer"));
    }

    #[test]
    fn only_what_can_be_remembered_is_a_destination() {
        let folder = tempfile::tempdir().unwrap();
        let file = OutputSettings::File(folder.path().join("./spans.jsonl"));
        assert!(destination(&file, Convention::Moda).unwrap().endpoint.ends_with("/spans.jsonl"));
        assert_eq!(destination(&OutputSettings::File(folder.path().to_owned()), Convention::Moda), None);
        assert_eq!(destination(&OutputSettings::Stdout, Convention::Moda), None);
    }
}
