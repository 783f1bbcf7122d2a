//! How requests are written, compressed and timed: options, then OpenTelemetry's variables.
//!
//! Many have these variables set for other programs. A value that moda-agent does not know is an
//! error only where the endpoint comes from such a variable, too.

use std::time::Duration;

use super::endpoint::Source;
use super::variables::{Variables, otel};
use crate::cli::{Compression, Delivery, WireProtocol};
use crate::error::Error;
use crate::otlp::Protocol;

/// For a request, where neither the command line nor the environment says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longer than anyone waits, and short enough to be added to any time.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) protocol: Protocol,
    pub(super) gzip: bool,
    pub(super) timeout: Duration,
}

/// Decides all three.
pub(super) fn choose(delivery: &Delivery, variables: Variables<'_>, source: Source) -> Result<Choices, Error> {
    let given = delivery.protocol.map(|protocol| match protocol {
        WireProtocol::HttpProtobuf => Protocol::Protobuf,
        WireProtocol::HttpJson => Protocol::Json,
    });
    let protocol =
        Setting { name: "PROTOCOL", option: "--protocol", read: protocol, words: "http/protobuf or http/json" };
    let compression = Setting { name: "COMPRESSION", option: "--compression", read: gzip, words: "gzip or none" };
    let timeout =
        Setting { name: "TIMEOUT", option: "--timeout", read: milliseconds, words: "a number of milliseconds" };
    let is_gzip = |compression| compression == Compression::Gzip;
    let timeout = timeout.choose(delivery.timeout.map(Into::into), variables, source)?.unwrap_or(TIMEOUT);
    if timeout.is_zero() {
        return Err(Error::usage("The timeout is zero, and no request is that fast.", "Give --timeout some seconds."));
    }
    Ok(Choices {
        protocol: protocol.choose(given, variables, source)?.unwrap_or(Protocol::Protobuf),
        gzip: compression.choose(delivery.compression.map(is_gzip), variables, source)?.unwrap_or(true),
        timeout: timeout.min(LONGEST),
    })
}

/// One setting and its variable.
struct Setting<T> {
    name: &'static str,
    option: &'static str,
    read: fn(&str) -> Option<T>,
    words: &'static str,
}

impl<T> Setting<T> {
    fn choose(&self, given: Option<T>, variables: Variables<'_>, source: Source) -> Result<Option<T>, Error> {
        let variable = if given.is_some() { None } else { otel(variables, self.name) };
        let Some((name, value)) = variable else { return Ok(given) };
        let read = (self.read)(&value);
        if read.is_none() && source == Source::OpenTelemetry {
            let sentence = format!("{name} is {value:?}, and moda-agent takes {}.", self.words);
            return Err(Error::usage(
                sentence,
                format!("Set the variable to that, or {}, which wins over it.", self.option),
            ));
        }
        Ok(read)
    }
}

fn protocol(value: &str) -> Option<Protocol> {
    match value {
        "http/protobuf" => Some(Protocol::Protobuf),
        "http/json" => Some(Protocol::Json),
        _ => None,
    }
}

fn gzip(value: &str) -> Option<bool> {
    match value {
        "gzip" => Some(true),
        "none" => Some(false),
        _ => None,
    }
}

fn milliseconds(value: &str) -> Option<Duration> {
    value.parse().ok().map(Duration::from_millis)
}
