//! Batches over HTTP: one POST a batch, on connections that are kept.

use std::io::{self, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use ureq::tls::{RootCerts, TlsConfig};

use super::answer::{Answer, answer, words};
use super::endpoint::{is_loopback, shown};
use super::{Batch, Protocol, Receipt, Transport};
use crate::error::{Error, Exit, plain};
use crate::warning::Warning;

/// As OTLP wants it: the exporter's product, then the exporter.
const USER_AGENT: &str =
    concat!("moda-agent/", env!("CARGO_PKG_VERSION"), " OTel-OTLP-Exporter-Rust/", env!("CARGO_PKG_VERSION"));
const CERTIFICATE_HINT: &str = "Check the server's certificate and this system's trust store.";
/// Bytes of an answer that are read, as OTLP recommends.
const ANSWER_BYTES: u64 = 4 * 1024 * 1024;

/// A request header.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value, which may be a secret and is never shown.
    pub value: String,
}

/// Never the value.
impl std::fmt::Debug for Header {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: ...", self.name)
    }
}

/// How requests are made.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The URL for traces.
    pub url: String,
    /// What goes with every request, the key included.
    pub headers: Vec<Header>,
    /// How the body is written.
    pub protocol: Protocol,
    /// Whether the body is compressed.
    pub gzip: bool,
    /// For a request from its first to its last byte.
    pub timeout: Duration,
}

/// Posts batches to a server.
pub struct Client {
    agent: ureq::Agent,
    settings: HttpSettings,
}

impl Client {
    /// Connects with the first request. Redirects are not followed: they could take the key elsewhere.
    #[must_use]
    pub fn new(settings: HttpSettings) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(settings.timeout))
            .user_agent(USER_AGENT)
            .tls_config(tls);
        // A proxy would take what is meant for this machine, the key too, over the network.
        let config = if is_loopback(&settings.url) { config.proxy(None) } else { config };
        Self { agent: config.build().new_agent(), settings }
    }

    fn post(&self, body: &[u8]) -> Result<(u16, Option<String>, Vec<u8>), ureq::Error> {
        let mut request = self.agent.post(&self.settings.url).content_type(self.settings.protocol.content_type());
        if self.settings.gzip {
            request = request.header("Content-Encoding", "gzip");
        }
        for header in &self.settings.headers {
            request = request.header(&header.name, &header.value);
        }
        let mut response = request.send(body)?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = response.status().as_u16();
        // What the server said beyond the limit, or could not finish saying, decides nothing.
        let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().unwrap_or_default();
        Ok((status, location, body))
    }

    /// What the server said, should it repeat a header.
    fn without_secrets(&self, text: &[u8]) -> Vec<u8> {
        const SHORTEST_SECRET: usize = 6;
        let values = self.settings.headers.iter().flat_map(|header| header.value.split_ascii_whitespace());
        let secrets = values.filter(|value| value.len() >= SHORTEST_SECRET);
        secrets.fold(text.to_vec(), |text, secret| without(&text, secret.as_bytes()))
    }

    fn unreachable(&self, error: &ureq::Error) -> Error {
        let hint = match error {
            ureq::Error::Timeout(_) => "Try again later, or give the server more time with --timeout.",
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => CERTIFICATE_HINT,
            // What goes wrong in the handshake comes as bad data of the stream.
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => CERTIFICATE_HINT,
            _ => "Check the endpoint's host and port, and that the server runs; what was not delivered goes next time.",
        };
        let why = if let ureq::Error::Io(error) = error { plain(error) } else { error.to_string() };
        Error::new(Exit::Unreachable, format!("Cannot reach {}: {why}.", self.destination()), hint)
    }

    fn misdirected(&self, status: u16, reason: &str) -> Error {
        let hint = match (status, self.settings.protocol) {
            (300..=399, _) => {
                "Redirects are not followed, they could take the key elsewhere; name the final address as --endpoint."
            }
            (415, Protocol::Protobuf) => "The server does not take protobuf; try --protocol http/json.",
            (415, Protocol::Json) => "The server does not take JSON; try --protocol http/protobuf.",
            _ => "Check the endpoint's path; OTLP/HTTP servers take traces at /v1/traces.",
        };
        Error::new(Exit::Unreachable, format!("{} takes no traces ({reason}).", self.destination()), hint)
    }
}

impl Transport for Client {
    fn send(&mut self, batch: &Batch) -> Result<Receipt, Error> {
        let compressed = self.settings.gzip.then(|| gzip(&batch.body));
        let body = compressed.as_deref().unwrap_or(&batch.body);
        let (status, location, text) = self.post(body).map_err(|error| self.unreachable(&error))?;
        let said = |text: &[u8]| words(&self.without_secrets(text));
        let location = location.map(|location| said(location.as_bytes()));
        let reason = reason(status, location.as_deref(), &said(&text));
        let receipt = match answer(status, &text) {
            Answer::Taken { rejected, message } => taken(batch.spans as u64, rejected, said(message.as_bytes())),
            Answer::Refused => return Err(refused(&self.destination(), &reason)),
            Answer::Misdirected => return Err(self.misdirected(status, &reason)),
            Answer::Failing => Receipt { undelivered: batch.spans as u64, reason: Some(reason), ..Receipt::default() },
            Answer::Rejected => Receipt { rejected: batch.spans as u64, reason: Some(reason), ..Receipt::default() },
        };
        Ok(Receipt { sent_bytes: body.len() as u64, ..receipt })
    }

    /// Without the query, which may hold a secret.
    fn destination(&self) -> String {
        shown(&self.settings.url).to_owned()
    }
}

/// The text with `[header]` for every `secret`.
fn without(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = memchr::memmem::find(rest, secret).and_then(|at| rest.split_at_checked(at)) {
        clean.extend_from_slice(before);
        clean.extend_from_slice(b"[header]");
        rest = after.get(secret.len()..).unwrap_or_default();
    }
    clean.extend_from_slice(rest);
    clean
}

/// A request that was taken: all of its spans, or all but `rejected`. Of all, the server may warn.
fn taken(spans: u64, rejected: u64, words: String) -> Receipt {
    let rejected = rejected.min(spans);
    let mut receipt = Receipt { delivered: spans - rejected, rejected, ..Receipt::default() };
    if rejected > 0 {
        receipt.reason = Some(if words.is_empty() { "the server gives no reason".to_owned() } else { words });
    } else if !words.is_empty() {
        receipt.warnings.push(Warning::Server { message: words });
    }
    receipt
}

/// One phrase: the status, where it points, what the server said.
fn reason(status: u16, location: Option<&str>, words: &str) -> String {
    let name = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let status = format!("{status} {}", name.unwrap_or_default());
    let location = location.map(|location| format!(" to {location}"));
    let words = if words.is_empty() { String::new() } else { format!(": {words}") };
    format!("{}{}{words}", status.trim_end(), location.unwrap_or_default())
}

fn refused(url: &str, reason: &str) -> Error {
    let sentence = format!("{url} refused the key ({reason}).");
    Error::new(
        Exit::Refused,
        sentence,
        "Check MODA_API_KEY, --api-key-file or --header, for an OTEL_ endpoint OTEL_EXPORTER_OTLP_HEADERS; nothing more was sent.",
    )
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::default());
    // Writing to memory cannot fail.
    encoder.write_all(body).and_then(|()| encoder.finish()).unwrap_or_default()
}
