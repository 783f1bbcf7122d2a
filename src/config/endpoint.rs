//! Where spans go, and who said so.

use std::path::Path;

use super::given;
use super::variables::Variables;
use crate::cli::Delivery;
use crate::error::Error;
use crate::otlp::{Endpoint, traces_url};

/// Moda's ingest.
pub(super) const MODA: &str = "https://moda-ingest.modas.workers.dev/v1/traces";

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
pub(super) fn choose(delivery: &Delivery, variables: Variables<'_>) -> (Endpoint, Source) {
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

/// Refuses what no request could be made to, before anything is read.
pub(super) fn check(url: &str) -> Result<(), Error> {
    let uri = url.parse::<ureq::http::Uri>().ok();
    let has_scheme = uri.as_ref().is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    let hint = "An endpoint reads https://host, http://localhost:4318, file:PATH or -.";
    if !has_scheme {
        return Err(Error::usage(format!("{url:?} is no URL of an OTLP/HTTP server."), hint));
    }
    if uri.and_then(|uri| uri.authority().map(|authority| authority.as_str().contains('@'))) == Some(true) {
        return Err(Error::usage(
            "The endpoint holds a user name or password.",
            "Use MODA_API_KEY or --header for it.",
        ));
    }
    Ok(())
}
