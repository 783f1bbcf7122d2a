//! Where spans go, and who said so.

use std::path::Path;

use super::variables::Variables;
use crate::cli::Delivery;
use crate::error::Error;
use crate::otlp::{Endpoint, shown, traces_url};
use crate::span::Convention;

/// Moda's ingest.
pub(super) const MODA: &str = "https://moda-ingest.modas.workers.dev/v1/traces";
/// Moda's ingest of the client's own traces, as its documentation names it.
pub(super) const MODA_CLAUDE: &str = "https://moda-ingest.modas.workers.dev/v1/otel/claude/traces";

/// Who named the endpoint decides which key it may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The user of this program.
    Moda,
    /// A variable that all OpenTelemetry exporters share.
    OpenTelemetry,
    /// Nobody: it is Moda's own.
    Default,
}

/// The first that is set.
pub(super) fn choose(
    delivery: &Delivery,
    convention: Convention,
    variables: Variables<'_>,
) -> Result<(Endpoint, Source), Error> {
    if let Some(name) = delivery.endpoint.clone().or_else(|| variables("MODA_BASE_URL")) {
        return Ok((place(&name)?, Source::Moda));
    }
    let otel = if let Some(url) = variables("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        check(&url)?;
        Some(url)
    } else if let Some(base) = variables("OTEL_EXPORTER_OTLP_ENDPOINT") {
        check(&base)?;
        Some(traces_url(&base))
    } else {
        None
    };
    Ok(match otel {
        Some(url) => (Endpoint::Http(url), Source::OpenTelemetry),
        None => (Endpoint::Http(default_of(convention).to_owned()), Source::Default),
    })
}

/// Where the spans of a convention go by default.
fn default_of(convention: Convention) -> &'static str {
    if convention == Convention::ClaudeCode { MODA_CLAUDE } else { MODA }
}

fn place(name: &str) -> Result<Endpoint, Error> {
    match name.strip_prefix("file:") {
        _ if name == "-" => Ok(Endpoint::Stdout),
        Some(path) if !path.is_empty() => Ok(Endpoint::File(Path::new(path).to_owned())),
        _ => check(name).map(|()| Endpoint::Http(traces_url(name))),
    }
}

/// Refuses what no request could be made to, before anything is read.
fn check(url: &str) -> Result<(), Error> {
    let uri = url.parse::<ureq::http::Uri>().ok();
    let has_scheme = uri.as_ref().is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    if url.contains('@') {
        return Err(Error::usage(
            "The endpoint holds a user name or password.",
            "Use MODA_API_KEY or --header for it.",
        ));
    }
    if !has_scheme || uri.is_none_or(|uri| uri.authority().is_none()) {
        return Err(Error::usage(
            format!("{:?} is no URL of an OTLP/HTTP server.", shown(url)),
            "An endpoint reads https://host, http://localhost:4318, file:PATH or -.",
        ));
    }
    Ok(())
}
