//! What is meant: options over variables over defaults, checked against each other.
//!
//! Everything is decided here, before anything is read; the environment comes in as a function,
//! so that each rule can be tested as one of values.

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::cli::{Compression, Delivery, Format, SpanContent, Upload, WireProtocol};
use crate::error::Error;
use crate::otlp::{Endpoint, Header, HttpSettings, Limits, Protocol, is_loopback, traces_url};
use crate::span::{Identity, Resource};

/// Moda's ingest.
const MODA: &str = "https://moda-ingest.modas.workers.dev/v1/traces";
/// For a request, where neither the command line nor the environment says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Looks a variable up; an empty one counts as absent, as OpenTelemetry wants it.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// An upload, as it is meant.
#[derive(Debug)]
pub struct Settings {
    /// Where transcripts are looked for.
    pub paths: Vec<PathBuf>,
    /// What becomes of the spans.
    pub output: OutputSettings,
    /// How requests are encoded, in a dry run, too.
    pub protocol: Protocol,
    /// How large requests become.
    pub limits: Limits,
    /// Who speaks.
    pub resource: Resource,
    /// Whose sessions these are.
    pub identity: Identity,
    /// Whether turns without a request are sent.
    pub include_commands: bool,
    /// Whether damaged input makes the exit code.
    pub strict: bool,
}

/// What becomes of the spans.
#[derive(Debug)]
pub enum OutputSettings {
    /// A dry run prints them.
    Print(Format),
    /// They go to a server.
    Http(HttpSettings),
    /// They go to a file.
    File(PathBuf),
    /// They go to standard output.
    Stdout,
}

impl Settings {
    /// Reads the command line in the light of the environment.
    pub fn new(args: &Upload, variables: Variables<'_>) -> Result<Self, Error> {
        let protocol = protocol(&args.delivery, variables)?;
        let (output, protocol) = if args.dry_run {
            (OutputSettings::Print(args.format), Protocol::Json)
        } else {
            let (endpoint, source) = endpoint(&args.delivery, variables);
            match endpoint {
                Endpoint::File(path) => (OutputSettings::File(path), Protocol::Json),
                Endpoint::Stdout => (OutputSettings::Stdout, Protocol::Json),
                Endpoint::Http(url) => (OutputSettings::Http(http(args, variables, url, source, protocol)?), protocol),
            }
        };
        Ok(Self {
            paths: args.paths.clone(),
            output,
            protocol,
            limits: Limits {
                spans: args.delivery.max_batch_spans as usize,
                bytes: usize::try_from(args.delivery.max_batch_bytes.as_u64()).unwrap_or(usize::MAX),
            },
            resource: resource(&args.content, variables),
            identity: Identity {
                conversation_id: given(args.content.conversation_id.as_ref()),
                user_id: given(args.content.user_id.as_ref()).or_else(|| variables("MODA_USER_ID")),
            },
            include_commands: args.content.include_commands,
            strict: args.strict,
        })
    }
}

/// Who named the endpoint decides which key it may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The user of this program.
    Moda,
    /// A variable that all OpenTelemetry exporters share.
    OpenTelemetry,
    /// Nobody: it is Moda's own.
    Default,
}

/// The first that is set.
fn endpoint(delivery: &Delivery, variables: Variables<'_>) -> (Endpoint, Source) {
    let of = |name: &str| if name == "-" { Endpoint::Stdout } else { http_or_file(name) };
    if let Some(endpoint) = given(delivery.endpoint.as_ref()).or_else(|| variables("MODA_BASE_URL")) {
        (of(&endpoint), Source::Moda)
    } else if let Some(endpoint) = variables("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        (Endpoint::Http(endpoint), Source::OpenTelemetry)
    } else if let Some(base) = variables("OTEL_EXPORTER_OTLP_ENDPOINT") {
        (Endpoint::Http(traces_url(&base)), Source::OpenTelemetry)
    } else {
        (Endpoint::Http(MODA.to_owned()), Source::Default)
    }
}

fn http_or_file(name: &str) -> Endpoint {
    name.strip_prefix("file:")
        .map_or_else(|| Endpoint::Http(traces_url(name)), |path| Endpoint::File(Path::new(path).to_owned()))
}

fn http(
    args: &Upload,
    variables: Variables<'_>,
    url: String,
    source: Source,
    protocol: Protocol,
) -> Result<HttpSettings, Error> {
    check_url(&url)?;
    let headers = headers(&args.delivery, variables, &url, source)?;
    let exposed = headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
    if exposed && !url.starts_with("https:") && !is_loopback(&url) {
        return Err(Error::usage(
            format!("A key for {url} would travel unencrypted."),
            "Use an https: endpoint; plain http: is for this machine only.",
        ));
    }
    Ok(HttpSettings {
        headers,
        protocol,
        gzip: gzip(&args.delivery, variables)?,
        timeout: timeout(&args.delivery, variables)?,
        url,
    })
}

fn check_url(url: &str) -> Result<(), Error> {
    let uri = url.parse::<ureq::http::Uri>().ok();
    let has_scheme = uri.as_ref().is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    let hint = "An endpoint reads https://host, http://localhost:4318, file:PATH or -.";
    if !has_scheme {
        return Err(Error::usage(format!("{url:?} is no URL of an OTLP/HTTP server."), hint));
    }
    if uri.and_then(|uri| uri.authority().map(|authority| authority.as_str().contains('@'))) == Some(true) {
        return Err(Error::usage("The endpoint holds a user name or password.", "Use MODA_API_KEY or --header for it."));
    }
    Ok(())
}

/// The key, where the endpoint may see it, and every header that is asked for; of a name given
/// twice the one on the command line.
fn headers(delivery: &Delivery, variables: Variables<'_>, url: &str, source: Source) -> Result<Vec<Header>, Error> {
    let mut headers = Vec::new();
    for header in &delivery.headers {
        let pair = header.split_once('=').filter(|(name, _)| !name.trim().is_empty());
        let (name, value) = pair.ok_or_else(|| {
            Error::usage("A --header is not of the form NAME=VALUE.", "Write --header 'Authorization=Bearer ...'.")
        })?;
        add(&mut headers, name.trim(), value.trim());
    }
    if source == Source::OpenTelemetry {
        for name in ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"] {
            let pairs = pairs(&variables(name).unwrap_or_default());
            pairs.iter().for_each(|(name, value)| add(&mut headers, name, value));
        }
    } else if let Some(key) = key(delivery, variables)? {
        add(&mut headers, "Authorization", &format!("Bearer {key}"));
    }
    check_headers(&headers)?;
    let has_key = headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
    if url.starts_with(MODA.trim_end_matches("/v1/traces")) && !has_key {
        return Err(Error::usage(
            "There is no key for Moda.",
            "Set MODA_API_KEY or --api-key-file, name another --endpoint, or look first with --dry-run.",
        ));
    }
    Ok(headers)
}

fn add(headers: &mut Vec<Header>, name: &str, value: &str) {
    if !headers.iter().any(|header| header.name.eq_ignore_ascii_case(name)) {
        headers.push(Header { name: name.to_owned(), value: value.to_owned() });
    }
}

fn check_headers(headers: &[Header]) -> Result<(), Error> {
    let is_valid = |header: &&Header| {
        header.name.parse::<ureq::http::HeaderName>().is_ok() && header.value.parse::<ureq::http::HeaderValue>().is_ok()
    };
    match headers.iter().find(|header| !is_valid(header)) {
        None => Ok(()),
        Some(header) => Err(Error::usage(
            format!("The header {:?} or its value has a character that HTTP does not allow.", header.name),
            "Check MODA_API_KEY, the key file and the headers for line breaks and spaces.",
        )),
    }
}

fn key(delivery: &Delivery, variables: Variables<'_>) -> Result<Option<String>, Error> {
    let Some(path) = &delivery.api_key_file else { return Ok(variables("MODA_API_KEY").map(|key| key.trim().to_owned())) };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::usage(format!("Cannot read the key file {}: {error}.", path.display()), "Check --api-key-file.")
    })?;
    let key = text.trim();
    if key.is_empty() {
        return Err(Error::usage(format!("The key file {} is empty.", path.display()), "Put the key into it, on one line."));
    }
    Ok(Some(key.to_owned()))
}

fn protocol(delivery: &Delivery, variables: Variables<'_>) -> Result<Protocol, Error> {
    match delivery.protocol {
        Some(WireProtocol::HttpProtobuf) => return Ok(Protocol::Protobuf),
        Some(WireProtocol::HttpJson) => return Ok(Protocol::Json),
        None => {}
    }
    match otel(variables, "PROTOCOL") {
        None => Ok(Protocol::Protobuf),
        Some((_, value)) if value == "http/protobuf" => Ok(Protocol::Protobuf),
        Some((_, value)) if value == "http/json" => Ok(Protocol::Json),
        Some((name, value)) => Err(Error::usage(
            format!("{name} is {value:?}, which moda-agent does not speak."),
            "Use http/protobuf or http/json; --protocol wins over the variable.",
        )),
    }
}

fn gzip(delivery: &Delivery, variables: Variables<'_>) -> Result<bool, Error> {
    match delivery.compression {
        Some(compression) => return Ok(compression == Compression::Gzip),
        None => {}
    }
    match otel(variables, "COMPRESSION") {
        None => Ok(true),
        Some((_, value)) if value == "gzip" => Ok(true),
        Some((_, value)) if value == "none" => Ok(false),
        Some((name, value)) => Err(Error::usage(
            format!("{name} is {value:?}, which moda-agent does not know."),
            "Use gzip or none; --compression wins over the variable.",
        )),
    }
}

/// OpenTelemetry's variable is in milliseconds.
fn timeout(delivery: &Delivery, variables: Variables<'_>) -> Result<Duration, Error> {
    if let Some(timeout) = delivery.timeout {
        return Ok(timeout.into());
    }
    let Some((name, value)) = otel(variables, "TIMEOUT") else { return Ok(TIMEOUT) };
    value.parse().map(Duration::from_millis).map_err(|_| {
        Error::usage(format!("{name} is {value:?}, which is no number of milliseconds."), "--timeout wins over the variable.")
    })
}

/// The variable for traces, else the one for all signals, with its name.
fn otel(variables: Variables<'_>, name: &str) -> Option<(String, String)> {
    let names = [format!("OTEL_EXPORTER_OTLP_TRACES_{name}"), format!("OTEL_EXPORTER_OTLP_{name}")];
    names.into_iter().find_map(|name| variables(&name).map(|value| (name, value)))
}

fn resource(content: &SpanContent, variables: Variables<'_>) -> Resource {
    let others = pairs(&variables("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default());
    let named = || others.iter().rev().find(|(key, _)| key == "service.name").map(|(_, value)| value.clone());
    let service_name = given(content.service_name.as_ref()).or_else(|| variables("OTEL_SERVICE_NAME")).or_else(named);
    Resource {
        service_name: service_name.unwrap_or_else(|| "claude-code".to_owned()),
        environment: given(content.environment.as_ref()),
        others,
    }
}

/// `key=value,key=value`, percent-encoded, as OpenTelemetry writes headers and resources.
fn pairs(list: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    let pairs = list.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (decode(key), decode(value))).filter(|(key, _)| !key.is_empty()).collect()
}

fn given(option: Option<&String>) -> Option<String> {
    option.filter(|text| !text.is_empty()).cloned()
}
