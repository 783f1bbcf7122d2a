//! Whom to trust, and who we are: options, then OpenTelemetry's variables.

use std::path::PathBuf;

use super::endpoint::Source;
use super::variables::{Variables, otel};
use crate::cli::Delivery;
use crate::error::Error;
use crate::otlp::Tls;

/// Reads what is named, where it counts: shared variables say nothing of Moda's own endpoint, and
/// plain HTTP has no certificates. A certificate without its key, or a key without its certificate, is a mistake.
pub(super) fn read(delivery: &Delivery, variables: Variables<'_>, url: &str, source: Source) -> Result<Tls, Error> {
    if !url.starts_with("https:") {
        return Ok(Tls::default());
    }
    let shared = |name| otel(variables, name).filter(|_| source != Source::Default);
    let place =
        |option: &Option<PathBuf>, name| option.clone().or_else(|| shared(name).map(|(_, path)| PathBuf::from(path)));
    let authority = place(&delivery.certificate, "CERTIFICATE");
    let client = (place(&delivery.client_certificate, "CLIENT_CERTIFICATE"), place(&delivery.client_key, "CLIENT_KEY"));
    let client = match &client {
        (Some(certificate), Some(key)) => Some((certificate.as_path(), key.as_path())),
        (None, None) => None,
        (Some(_), None) => return Err(half("certificate", "--client-key")),
        (None, Some(_)) => return Err(half("key", "--client-certificate")),
    };
    Tls::read(authority.as_deref(), client)
}

fn half(what: &str, missing: &str) -> Error {
    Error::usage(format!("There is a client {what} without its other half."), format!("Name {missing}, too."))
}
