//! What is meant: options over variables over the file over defaults, checked against each other.
//!
//! Everything is decided here, before anything is read; the environment comes in as a function,
//! so that each rule can be tested as one of values.

mod certificates;
mod cleanup;
mod diff;
mod endpoint;
mod exclusion;
mod file;
mod headers;
mod key;
mod ledger;
mod places;
mod private;
mod projection;
mod proxy;
mod status;
mod transport;
mod variables;

use std::path::PathBuf;

use crate::cli::{Format, SpanContent, Upload};
use crate::error::Error;
use crate::ledger::{LedgerSettings, Wanted};
use crate::otlp::{Endpoint, HttpSettings, Limits, Protocol};
use crate::span::{Identity, Projection, Resource};
pub use cleanup::cleanup_period;
pub use diff::DiffSettings;
pub use file::file;
pub use places::{Places, home};
pub use status::StatusSettings;
pub use variables::Variables;
use variables::pairs;

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
    /// How sessions become spans.
    pub projection: Projection,
    /// What was delivered before.
    pub ledger: LedgerSettings,
    /// Which turns are asked for.
    pub wanted: Wanted,
    /// Whether damaged input makes the exit code.
    pub strict: bool,
    /// Whether nobody is to be asked.
    pub yes: bool,
    /// The user's folder.
    pub home: Option<String>,
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

impl OutputSettings {
    /// Whether the data goes to standard output.
    #[must_use]
    pub fn is_standard_output(&self) -> bool {
        matches!(self, OutputSettings::Print(_) | OutputSettings::Stdout)
    }
}

impl Settings {
    /// Reads the command line in the light of the environment.
    pub fn new(args: &Upload, variables: Variables<'_>) -> Result<Self, Error> {
        let looks = args.dry_run || args.diff;
        let projection = projection::projection(&args.content, variables)?;
        let place = output(args, variables);
        // What is only shown needs no key; whether it was delivered is then not known.
        let place = if looks { place.ok() } else { Some(place?) };
        let ledger = ledger::choose(args, variables, place.as_ref().map(|(output, _)| output))?;
        let (output, protocol) = match place {
            Some(place) if !looks => place,
            _ => (OutputSettings::Print(args.format), Protocol::Json),
        };
        Ok(Self {
            paths: args.paths.clone(),
            output,
            ledger,
            wanted: ledger::wanted(args, variables)?,
            protocol,
            limits: Limits {
                spans: args.delivery.max_batch_spans as usize,
                bytes: usize::try_from(args.delivery.max_batch_bytes.as_u64()).unwrap_or(usize::MAX),
            },
            resource: resource(&args.content, variables),
            projection,
            strict: args.strict,
            yes: args.yes,
            home: home(variables),
        })
    }
}

/// Files hold JSON; a server gets what it is asked for.
fn output(args: &Upload, variables: Variables<'_>) -> Result<(OutputSettings, Protocol), Error> {
    let delivery = &args.delivery;
    let (endpoint, source) = endpoint::choose(delivery, projection::convention(&args.content), variables)?;
    Ok(match endpoint {
        Endpoint::File(path) => (OutputSettings::File(path), Protocol::Json),
        Endpoint::Stdout => (OutputSettings::Stdout, Protocol::Json),
        Endpoint::Http(url) => {
            let headers = headers::of(delivery, variables, &url, source)?;
            let transport::Choices { protocol, gzip, timeout } = transport::choose(delivery, variables, source)?;
            let tls = certificates::read(delivery, variables, &url, source)?;
            let proxy = proxy::choose(&url, variables)?;
            let (concurrency, retry_for) = (delivery.concurrency.into(), delivery.retry_for.into());
            let http = HttpSettings { url, headers, protocol, gzip, timeout, tls, proxy, concurrency, retry_for };
            (OutputSettings::Http(http), protocol)
        }
    })
}

fn identity(content: &SpanContent, variables: Variables<'_>) -> Identity {
    Identity {
        conversation_id: given(content.conversation_id.as_ref()),
        user_id: given(content.user_id.as_ref()).or_else(|| variables("MODA_USER_ID")),
    }
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

fn given(option: Option<&String>) -> Option<String> {
    option.filter(|text| !text.is_empty()).cloned()
}
